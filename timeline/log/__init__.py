"""The append-only log in one SQLite file: events, schema and guards, how the file is opened, and what may lie beside it.

Must not know what an event means to a reader; the read tables are made in `projections`.
"""
