"""Import the files of other programs as happenings, sources and citations.

Owns the matching of rows of a later version of a file, ids, and the order of an import (`run`). The rows themselves are in `rows`.
Must not know any format, nor import `exporting`.
"""
