"""The guards of the log: the schema in `schema.sql`, and how a file's schema differs from it.

Owns the comparison of a file's tables, indexes and triggers with ours. Must not interpret events, nor write.
"""

import hashlib
import json
import sqlite3
from collections.abc import Container
from functools import cache

from timeline.log.sql_scripts import statements

TABLES = ("events", "documents", "checkpoints", "signatures")  # protected by the guards
# The schema of each earlier format that can be brought up to date, as `_fingerprint` gives it. Format 3 had no reviews.
_EARLIER = {3: "d26cc74fba5fe1a6dc140adb4f3ad2c8198e8d904e5e67d32b8acb962ac13799"}
_CREATED = "c"  # the origin of an index that CREATE INDEX made
_EXPRESSION = -2  # SQLite's column number for an expression
_TRIGGER_PREFIX = "-- TRIGGER "  # starts the name of a trigger in the output of EXPLAIN
_LEAVES_OPEN = ": the log no longer refuses every change"


@cache
def guards() -> dict[str, str]:
    """Return the triggers that keep the log append-only: name to SQL, as SQLite stores it."""
    return {sql.split(maxsplit=3)[2]: sql for sql in statements("timeline.log", "schema.sql") if sql.startswith("CREATE TRIGGER ")}


def altered(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """List the faults in the log's schema, each as (object, fault): changed tables, indexes and guards, and foreign ones.

    Foreign triggers are read from SQLite's own programs too, because the schema table of a file can be forged.
    """
    existing = {
        name: (kind, table, sql)
        for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    }
    faults = [
        (f"{kind} {name}", f"is missing or changed{_LEAVES_OPEN if kind == 'trigger' else ''}")
        for name, (kind, table, sql) in _made().items()
        if existing.get(name) != (kind, table, sql)
    ]
    for table in TABLES:
        faults += [*foreign_triggers(connection, table), *foreign_indexes(connection, table, _made())]
    return faults


def bring_up_to_date(connection: sqlite3.Connection, form: int, now: int) -> bool:
    """Replace the guards of an earlier format by ours, in one transaction. `now` is the number of ours.

    Return False, and change nothing, unless the file's guards are exactly those of that format.
    """
    if _fingerprint(connection) != _EARLIER.get(form):
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (SELECT value FROM json_each(?))"
        for (name,) in connection.execute(triggers, (json.dumps(TABLES),)).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for sql in guards().values():
            connection.execute(sql)
        connection.execute(f"PRAGMA user_version = {now}")
        if is_whole := not altered(connection):
            connection.execute("COMMIT")
            return is_whole
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return False


def _fingerprint(connection: sqlite3.Connection) -> str:
    """Return the SHA-256 of the log's schema in a file, with whatever was added to it."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    return hashlib.sha256(json.dumps([row for row in rows if row[2] in TABLES]).encode()).hexdigest()


def foreign_indexes(connection: sqlite3.Connection, table: str, ours: Container[str]) -> list[tuple[str, str]]:
    """List the foreign indexes on a table that could refuse or replace a row, each as (object, fault)."""
    faults = []
    for _, name, unique, origin, partial in connection.execute(f"PRAGMA main.index_list({table})").fetchall():
        if name in ours or origin != _CREATED:
            continue
        if unique:
            faults.append((f"index {name}", f"was not made by this program, and would let rows of {table} be replaced"))
        elif partial or (_EXPRESSION,) in connection.execute("SELECT cid FROM pragma_index_xinfo(?)", (name,)).fetchall():
            faults.append((f"index {name}", f"was not made by this program, and its expression could fail for a row of {table}"))
    return faults


def foreign_triggers(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """List the foreign triggers on a table or view, temporary ones too, each as (object, fault).

    They are read from the schema table, and from SQLite's programs for a change, because the schema table can be forged. If
    SQLite cannot compile a change, for example because a trigger calls a missing function, that is a fault as well.
    """
    listed = "SELECT name FROM {}sqlite_{}master WHERE type = 'trigger' AND lower(tbl_name) = ?"
    names = {name for (name,) in connection.execute(listed.format("main.", ""), (table,))}
    temporary = {name for (name,) in connection.execute(listed.format("", "temp_"), (table,))}
    columns = ", ".join(f'"{name}" = NULL' for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})"))
    is_table = connection.execute("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    changes = (f"INSERT INTO main.{table} DEFAULT VALUES", f"UPDATE main.{table} SET {columns}", f"DELETE FROM main.{table}")
    unknown = []
    for change in changes if is_table else ():  # a missing table is reported elsewhere
        try:
            programs = connection.execute(f"EXPLAIN {change}")
            names |= {row[5].removeprefix(_TRIGGER_PREFIX) for row in programs if str(row[5]).startswith(_TRIGGER_PREFIX)}
        except sqlite3.OperationalError as error:
            unknown.append((f"table {table}", f"SQLite cannot compile a change to it: {error}"))
    foreign = sorted((names - guards().keys()) | temporary)
    return [*((f"trigger {name}", f"was not made by this program, and acts on {table}") for name in foreign), *unknown[:1]]


@cache
def _made() -> dict[str, tuple[str, str, str | None]]:
    """Return the schema of `schema.sql`, as SQLite stores it: name to type, table and SQL."""
    made = sqlite3.connect(":memory:")
    for sql in statements("timeline.log", "schema.sql"):
        made.execute(sql)
    rows = made.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    made.close()
    return {name: (kind, table, sql) for kind, name, table, sql in rows}
