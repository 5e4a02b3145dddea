"""From a file of others to happenings, sources and citations.

Owns rows (`row`, `record_builder`), how rows of a later version of a file are matched, ids, and the order of an import (`run`).
Must not know any format, nor import `exporting`.
"""
