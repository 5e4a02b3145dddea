"""Check the read tables row for row: derive them again elsewhere and compare."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from timeline import projections
from timeline.any_log import AnyLog
from timeline.audit.report import Tally
from timeline.log.schema import TABLES
from timeline.log.sql_scripts import statements

BATCH = 1_000
# Faults that SQLite's integrity check misses: words that are there but cannot be found, and unreachable parts of the index.
_LOST_SQL = """
SELECT term FROM {0}_terms AS each WHERE NOT EXISTS (SELECT 1 FROM {0}_terms AS other WHERE other.term = each.term)
UNION ALL SELECT * FROM (SELECT 'segment ' || (id >> 37) FROM {0}_data WHERE id > 10 EXCEPT SELECT 'segment ' || segid FROM {0}_idx)
UNION ALL SELECT * FROM (SELECT 'segment ' || segid FROM {0}_idx EXCEPT SELECT 'segment ' || (id >> 37) FROM {0}_data)
"""
Row = tuple[Any, ...]


def check_tables(log: AnyLog, tally: Tally, advance: Callable[[int], None]) -> None:
    """Derive the read tables in a temporary database, and compare their definitions and all their rows."""
    if not projections.is_current(log.connection):
        tally.fault(
            "read tables", f"were made by another version of this program. Make them again: timeline rebuild --db {log.path}"
        )
        tally.outdated = True
        return
    fresh = sqlite3.connect("", isolation_level=None)  # a temporary file, removed when closed
    try:
        _derive(log, fresh, advance)
        _compare_definitions(log.connection, fresh, tally)
        for table, key in _tables(fresh):
            tally.count += 1
            try:
                _compare(_rows(log.connection, table, key), _rows(fresh, table, key), len(key), table, tally)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                tally.failed(f"table {table}", "cannot be read", error, ". Derive it again: timeline rebuild")
    finally:
        fresh.close()
    _check_search(log.connection, tally)


def _check_search(connection: sqlite3.Connection, tally: Tally) -> None:
    """Let SQLite compare each full-text index with its content, in a copy, because the check must be able to write."""
    with closing(sqlite3.connect("", isolation_level=None)) as copy:
        connection.backup(copy)
        for _, name in projections.objects():
            if name.endswith("_fts"):
                try:
                    copy.execute(f"INSERT INTO {name} ({name}) VALUES ('integrity-check')")
                    copy.execute(f"CREATE VIRTUAL TABLE temp.{name}_terms USING fts5vocab(main, {name}, row)")
                    for (term,) in copy.execute(_LOST_SQL.format(name)):
                        tally.fault(f"table {name}", f"does not find {term}. Derive it again: timeline rebuild")
                except (sqlite3.Error, UnicodeDecodeError) as error:
                    tally.failed(f"table {name}", "does not find its words", error, ". Derive it again: timeline rebuild")


def _derive(log: AnyLog, fresh: sqlite3.Connection, advance: Callable[[int], None]) -> None:
    projections.register(fresh)
    fresh.execute("PRAGMA journal_mode = OFF")
    fresh.execute("BEGIN")
    for sql in statements("timeline.log", "schema.sql"):
        if sql.startswith("CREATE TABLE"):
            fresh.execute(sql)
    fresh.executemany("INSERT INTO documents VALUES (?, ?)", log.connection.execute("SELECT sha256, bytes FROM documents"))
    for sql in statements("timeline.projections", "withheld.sql"):  # it does not follow from the log: `documents` checks it
        fresh.execute(sql)
    fresh.executemany("INSERT INTO withheld VALUES (?, ?, ?)", log.connection.execute("SELECT * FROM withheld"))
    events = log.connection.execute("SELECT * FROM events ORDER BY position")
    while batch := events.fetchmany(BATCH):
        fresh.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", batch)
        advance(len(batch))
    projections.rebuild(fresh)
    fresh.execute("COMMIT")


def _compare_definitions(ours: sqlite3.Connection, fresh: sqlite3.Connection, tally: Tally) -> None:
    rows = "SELECT type, name, tbl_name, sql FROM sqlite_master"
    existing = {name: (kind, table, sql) for kind, name, table, sql in ours.execute(rows)}
    for kind, name, table, sql in fresh.execute(rows):
        if table not in TABLES and existing.get(name) != (kind, table, sql):
            tally.fault(f"{kind} {name}", "is missing or changed. Derive it again: timeline rebuild")


def _tables(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tables with their key columns; of a full-text index also the terms and the configuration."""
    for kind, name in (("TABLE", "projected"), *projections.objects()):
        if kind != "TABLE" or name == "tree":  # `tree` checks that one: a difference there must not be fixed by a rebuild
            continue
        columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
        key = sorted((column[5], column[1]) for column in columns if column[5])
        if key:
            yield name, tuple(column for _, column in key)
        elif name.endswith("_fts"):
            yield name, ("rowid",)
            yield f"{name}_terms", ("term", "col")
            yield f"{name}_config", ("k",)  # the ranking function of searches
        else:
            yield name, tuple(column[1] for column in columns)


def _rows(connection: sqlite3.Connection, table: str, key: tuple[str, ...]) -> Iterator[Row]:
    """Read the rows of a table in key order, with the key columns first."""
    if table.endswith("_terms"):
        index = table.removesuffix("_terms")
        connection.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table} USING fts5vocab(main, {index}, col)")
    order = ", ".join(key)
    return connection.execute(f"SELECT {order}, * FROM {table} ORDER BY {order}")


def _compare(stored: Iterator[Row], fresh: Iterator[Row], width: int, table: str, tally: Tally) -> None:
    """Compare two sorted lists of rows: report rows that only one has, and rows that differ."""
    ours, theirs = next(stored, None), next(fresh, None)
    while ours is not None or theirs is not None:
        one, other = ours and _sortable(ours[:width]), theirs and _sortable(theirs[:width])
        if other is None or (one is not None and one < other):
            tally.fault(_name(table, ours, width), "does not follow from the log. Derive it again: timeline rebuild")
            ours = next(stored, None)
        elif one is None or other < one:
            tally.fault(_name(table, theirs, width), "is missing. Derive it again: timeline rebuild")
            theirs = next(fresh, None)
        else:
            if ours != theirs:
                tally.fault(_name(table, ours, width), "differs from the log. Derive it again: timeline rebuild")
            ours, theirs = next(stored, None), next(fresh, None)


def _sortable(key: Row) -> Row:
    """Return a key that sorts as in SQLite: null, then numbers, then text."""
    return tuple((0, 0) if v is None else (2, v) if isinstance(v, str) else (1, v) for v in key)


def _name(table: str, row: Row | None, width: int) -> str:
    return f"table {table}, {' '.join(str(value) for value in (row or ())[:width])}"
