"""What no query may do in a timeline, wherever it stands: write, or mark words in a long text.

Owns the authorizer that SQLite asks on Datasette's own connections. A timeline grows through its log alone, on connections of
its own. Other databases stay as they are.
"""

from __future__ import annotations

import sqlite3

# All that reading needs. Every other action of a statement changes something: rows, tables, triggers, or settings.
_READING = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_PRAGMA,
    }
)
# The pragmas that take an argument and change nothing in a file, and those that take none and do.
_ASKING = frozenset(
    {
        "cache_size",
        "foreign_key_check",
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "quick_check",
        "recursive_triggers",
        "table_info",
        "table_list",
        "table_xinfo",
    }
)
_CHANGING = frozenset({"incremental_vacuum", "optimize", "shrink_memory", "wal_checkpoint"})
# The functions of full-text search that go back over all of a text for every word of it.
_MARKING = ("snippet", "highlight", "offsets")


def set_on(connection: sqlite3.Connection, *, everywhere: bool = False) -> None:
    """Refuse them on a connection to a timeline, or on one that reads all databases (`everywhere`).

    SQLite takes the square of the time to mark words in a text, and cannot be interrupted. `rank` is empty, because a query may
    set any of these functions in its place: sort by `bm25`. It is not refused, because Datasette reads it with all other columns.
    """
    virtual = "select name from sqlite_master where type = 'table' and sql like 'create virtual table%'"
    indexes = {str(row[0]).lower() for row in connection.execute(virtual)}
    if not everywhere and not indexes & {"happenings_fts", "sources_fts"}:
        return

    def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        named, argument = (first or "").lower(), (second or "").lower()
        if action == sqlite3.SQLITE_UPDATE and named == "sqlite_master":
            return sqlite3.SQLITE_OK  # so SQLite opens an index for full-text search; of a query's own it refuses that itself
        if action not in _READING and not (everywhere and action == sqlite3.SQLITE_ATTACH):  # so Datasette joins them
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and (named in _CHANGING or (second is not None and named not in _ASKING)):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and argument in _MARKING:
            return sqlite3.SQLITE_DENY
        ranks = action == sqlite3.SQLITE_READ and argument == "rank" and (everywhere or named in indexes)
        return sqlite3.SQLITE_IGNORE if ranks else sqlite3.SQLITE_OK

    connection.set_authorizer(authorize)
