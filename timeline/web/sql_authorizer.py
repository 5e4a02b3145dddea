"""The authorizer of a timeline's connections: no query may write, or mark words in a long text.

Owns it, for Datasette's own connections. A timeline grows through its log alone, on connections of its own. Must not change
a connection to any other database.
"""

from __future__ import annotations

import sqlite3

# The actions of reading. Every other action changes something: rows, tables, triggers or settings.
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
# The pragmas with an argument that change nothing in a file, and those without one that do.
_HARMLESS = frozenset(
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
# The functions of full-text search that read the complete text again for every word.
_MARKING = ("snippet", "highlight", "offsets")


def set_on(connection: sqlite3.Connection, *, everywhere: bool = False) -> None:
    """Set the authorizer on a connection to a timeline, or on one that reads all databases (`everywhere`).

    SQLite needs quadratic time to mark words in a text, and cannot be interrupted. `rank` is null, because a query may put any of
    these functions in its place: sort by `bm25`. It is not refused, because Datasette reads it with all other columns.
    """
    virtual = "select name from sqlite_master where type = 'table' and sql like 'create virtual table%'"
    indexes = {str(row[0]).lower() for row in connection.execute(virtual)}
    if not everywhere and not indexes & {"happenings_fts", "sources_fts"}:
        return

    def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        name, argument = (first or "").lower(), (second or "").lower()
        if action == sqlite3.SQLITE_UPDATE and name == "sqlite_master":
            return sqlite3.SQLITE_OK  # SQLite does this when it opens a full-text index; it refuses a query that does it
        if action not in _READING and not (everywhere and action == sqlite3.SQLITE_ATTACH):  # Datasette attaches them
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and (name in _CHANGING or (second is not None and name not in _HARMLESS)):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and argument in _MARKING:
            return sqlite3.SQLITE_DENY
        ranks = action == sqlite3.SQLITE_READ and argument == "rank" and (everywhere or name in indexes)
        return sqlite3.SQLITE_IGNORE if ranks else sqlite3.SQLITE_OK

    connection.set_authorizer(authorize)
