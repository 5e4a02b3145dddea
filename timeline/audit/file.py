"""The database file: whether SQLite finds it whole, and whether the log is guarded as it was made."""

from timeline import projections
from timeline.audit.report import Tally
from timeline.guards import TABLES, altered, foreign_indexes, foreign_triggers, guards
from timeline.log import Log

_SHADOWS = ("data", "idx", "content", "config")  # tables in which SQLite keeps a full-text index


def check_file(log: Log, tally: Tally) -> None:
    """Let SQLite check its pages, indexes and references."""
    for (message,) in log.connection.execute("PRAGMA integrity_check"):
        tally.count += 1
        if message != "ok":
            tally.fault("file", f"SQLite's integrity check says: {message}")
    for table, row, parent, _ in log.connection.execute("PRAGMA foreign_key_check"):
        tally.fault(f"table {table}", f"row {row} refers to a row of {parent} that is not there")


def check_guards(log: Log, tally: Tally) -> None:
    """Compare the log's tables and triggers with what they were made as, and look for triggers and indexes that are not ours."""
    tally.count = len(guards())
    for what, how in altered(log.connection):
        tally.fault(what, how)
    tables = ["projected", *(name for kind, name in projections.objects() if kind == "TABLE")]
    tables += [f"{name}_{shadow}" for name in tables if name.endswith("_fts") for shadow in _SHADOWS]
    views = [name for kind, name in projections.objects() if kind == "VIEW"]
    for table in (*tables, *views):
        for what, how in (
            *foreign_triggers(log.connection, table),
            *foreign_indexes(log.connection, table, projections.indexes()),
        ):
            tally.fault(what, how)
    ours = {*TABLES, *tables, *views}
    for (name,) in log.connection.execute("SELECT name FROM sqlite_temp_master WHERE type IN ('table', 'view')"):
        if name.lower() in ours:
            tally.fault(f"temporary table {name}", "stands before ours, and shows something else")
