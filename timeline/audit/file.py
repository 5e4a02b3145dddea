"""Check the database file: its integrity, its guards, and the journals beside it."""

from timeline import projections
from timeline.any_log import AnyLog
from timeline.audit.report import Tally
from timeline.log import published_copies, sqlite_journals
from timeline.log.schema import TABLES, altered, foreign_indexes, foreign_triggers, guards

_SHADOWS = ("data", "idx", "content", "config")  # SQLite's own tables for a full-text index


def check_file(log: AnyLog, tally: Tally) -> None:
    """Let SQLite check the file's pages, indexes and references."""
    for (message,) in log.connection.execute("PRAGMA integrity_check"):
        tally.count += 1
        if message != "ok":
            tally.fault("file", f"SQLite's integrity check says: {message}")
    for table, row, parent, _ in log.connection.execute("PRAGMA foreign_key_check"):
        tally.fault(f"table {table}", f"row {row} refers to a missing row of {parent}")


def check_guards(log: AnyLog, tally: Tally) -> None:
    """Compare the log's tables and triggers with the schema, and look for foreign triggers and indexes."""
    tally.count = len(guards())
    for place, fault in altered(log.connection):
        tally.fault(place, fault)
    tables = ["projected", *(name for kind, name in projections.objects() if kind == "TABLE")]
    tables += [f"{name}_{shadow}" for name in tables if name.endswith("_fts") for shadow in _SHADOWS]
    views = [name for kind, name in projections.objects() if kind == "VIEW"]
    for table in (*tables, *views):
        for place, fault in (
            *foreign_triggers(log.connection, table),
            *foreign_indexes(log.connection, table, projections.indexes()),
        ):
            tally.fault(place, fault)
    ours = {*TABLES, *tables, *views}
    for (name,) in log.connection.execute("SELECT name FROM sqlite_temp_master WHERE type IN ('table', 'view')"):
        if name.lower() in ours:
            tally.fault(f"temporary table {name}", "hides ours, and shows something else")


def check_beside(log: AnyLog, tally: Tally) -> None:
    """Check the journals beside the file: beside a published file each is a fault; otherwise remark that they were read."""
    path = log.path.resolve()
    there = {name for name in published_copies.FILES if path.with_name(name).exists()}
    is_published = len(there) > 1 and bool(there & published_copies.VERIFIERS)
    for journal, size in sqlite_journals.beside(path).items():
        if is_published:
            tally.fault(
                journal.name,
                "lies beside a published file, which should have none: SQLite reads it with the file, but a server that opens the"
                " file as immutable (datasette -i) does not. Move it away, then verify again",
            )
        elif journal.name.endswith("-wal"):
            tally.remarks.append(
                f"{size:,} bytes of {journal.name} were read with it, as SQLite does; datasette -i shows the file without them"
            )
