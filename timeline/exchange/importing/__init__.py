"""Import the files of other programs as happenings, sources and citations.

Owns rows (`row`, `record_builder`), the matching of rows of a later version of a file, ids, and the order of an import (`run`).
Must not know any format, nor import `exporting`.
"""
