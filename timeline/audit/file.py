"""The database file: whether SQLite finds it whole, and whether the log is guarded as it was made."""

from timeline import projections
from timeline.audit.report import Tally
from timeline.log import Log, guards
from timeline.scripts import statements

_OURS = ("events", "documents")


def check_file(log: Log, tally: Tally) -> None:
    """Let SQLite check its pages, indexes and references."""
    for (message,) in log.connection.execute("PRAGMA integrity_check"):
        tally.count += 1
        if message != "ok":
            tally.fault("file", f"SQLite's integrity check says: {message}")
    for table, row, parent, _ in log.connection.execute("PRAGMA foreign_key_check"):
        tally.fault(f"table {table}", f"row {row} refers to a row of {parent} that is not there")


def check_guards(log: Log, tally: Tally) -> None:
    """Compare the log's tables and triggers with what they were made as, and look for triggers that are not ours."""
    tally.count = len(guards())
    for name in log.missing_guards():
        tally.fault(f"trigger {name}", "is missing or changed: the log could be altered without being refused")
    found = dict(log.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    for sql in statements("timeline", "log.sql"):
        words = sql.split()
        if words[:2] == ["CREATE", "TABLE"] and found.get(words[2]) != sql:
            tally.fault(f"table {words[2]}", "is not as it was made")
    tables = {*_OURS, *(name for _, name in projections.objects())}
    for name, table in log.connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"):
        if name not in guards() and table in tables:
            tally.fault(f"trigger {name}", f"is not one of ours, and acts on {table}")
