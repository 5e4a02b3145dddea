"""The guards of the log: what `log.sql` makes, and what in a file is no longer as it was made.

Owns the comparison of a file's tables, indexes and triggers with ours. Must not know what an event is, nor write.
"""

import sqlite3
from collections.abc import Container
from functools import cache

from timeline.scripts import statements

TABLES = ("events", "documents", "checkpoints", "signatures")  # which the guards keep
_CREATED = "c"  # the origin of an index that CREATE INDEX made
_EXPRESSION = -2  # in the place of a column's number
_NAMES = "-- TRIGGER "  # with which SQLite explains what a trigger does
_LEAVES_OPEN = ": the log could be altered without being refused"


@cache
def guards() -> dict[str, str]:
    """Give the triggers that keep the log append-only: name to SQL, as SQLite keeps it."""
    return {sql.split(maxsplit=3)[2]: sql for sql in statements("timeline", "log.sql") if sql.startswith("CREATE TRIGGER ")}


def altered(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Tell what of the log is not as it was made, each as (what, how): its tables, indexes and guards, and triggers of others.

    Triggers are looked for in what SQLite would do, because what a file says about them can be made to say anything.
    """
    kept = {
        name: (kind, table, sql)
        for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    }
    found = [
        (f"{kind} {name}", f"is missing or changed{_LEAVES_OPEN if kind == 'trigger' else ''}")
        for name, (kind, table, sql) in _made().items()
        if kept.get(name) != (kind, table, sql)
    ]
    for table in TABLES:
        found += [*foreign_triggers(connection, table), *foreign_indexes(connection, table, _made())]
    return found


def foreign_indexes(connection: sqlite3.Connection, table: str, ours: Container[str]) -> list[tuple[str, str]]:
    """Tell which indexes on a table are not ours and could refuse a row, or have one replaced, each as (what, how)."""
    found = []
    for _, name, unique, origin, partial in connection.execute(f"PRAGMA main.index_list({table})").fetchall():
        if name in ours or origin != _CREATED:
            continue
        if unique:
            found.append((f"index {name}", f"is not one of ours, and would let rows of {table} be replaced"))
        elif partial or (_EXPRESSION,) in connection.execute("SELECT cid FROM pragma_index_xinfo(?)", (name,)).fetchall():
            found.append((f"index {name}", f"is not one of ours, and computes what could fail for a row of {table}"))
    return found


def foreign_triggers(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """Tell which triggers act on a table or view and are not ours, temporary ones too, each as (what, how).

    They are listed, and looked for in what SQLite would do as well, because a listing can be made to say anything. Where SQLite
    cannot say what it would do, as with a trigger that calls a function which is not there, that is a fault of its own.
    """
    listed = "SELECT name FROM {}sqlite_{}master WHERE type = 'trigger' AND lower(tbl_name) = ?"
    names = {name for (name,) in connection.execute(listed.format("main.", ""), (table,))}
    temporary = {name for (name,) in connection.execute(listed.format("", "temp_"), (table,))}
    columns = ", ".join(f'"{name}" = NULL' for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})"))
    is_table = connection.execute("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    changes = (f"INSERT INTO main.{table} DEFAULT VALUES", f"UPDATE main.{table} SET {columns}", f"DELETE FROM main.{table}")
    unknown = []
    for change in changes if is_table else ():  # a missing table is a fault that others tell
        try:
            programs = connection.execute(f"EXPLAIN {change}")
            names |= {row[5].removeprefix(_NAMES) for row in programs if str(row[5]).startswith(_NAMES)}
        except sqlite3.OperationalError as error:
            unknown.append((f"table {table}", f"SQLite cannot say what a change to it would do: {error}"))
    theirs = sorted((names - guards().keys()) | temporary)
    return [*((f"trigger {name}", f"is not one of ours, and acts on {table}") for name in theirs), *unknown[:1]]


@cache
def _made() -> dict[str, tuple[str, str, str | None]]:
    """Give what `log.sql` makes, as SQLite keeps it: name to type, table and SQL."""
    made = sqlite3.connect(":memory:")
    for sql in statements("timeline", "log.sql"):
        made.execute(sql)
    rows = made.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    made.close()
    return {name: (kind, table, sql) for kind, name, table, sql in rows}
