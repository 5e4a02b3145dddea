"""The connections of a timeline: recognised by its tables, and guarded.

Owns which connections get the limits, the ban on other files and the authorizer: those to a timeline, and those that read all
databases (`--crossdb`), where a timeline may join at any time. Must not change a connection to any other database. One limit holds
for the whole process, because SQLite has no other kind: the memory that it works in (`max_heap`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from timeline.web import limits, sql_authorizer

if TYPE_CHECKING:
    from datasette.app import Datasette

# A database is a timeline if it has these tables with at least these columns.
TABLES = {
    "events": {"position", "stream", "version", "type", "recorded_at", "recorded_by", "data"},
    "happenings": {"id", "title", "date", "earliest_day", "latest_day", "near_latest_day", "day_second", "status", "position"},
    "happening_media": {"happening", "number", "source", "alt", "caption", "credit"},
    "withheld": {"sha256"},
}
_COLUMNS = (
    "select schema.name, columns.name from sqlite_master as schema, pragma_table_info(schema.name) as columns"
    " where schema.type = 'table' and schema.name in ('events', 'happenings', 'happening_media', 'withheld', 'projected')"
)
_MEMORY = "_memory"

_timelines: WeakKeyDictionary[Datasette, set[str]] = WeakKeyDictionary()
# For each database that is not known to be a timeline: the calls that would guard its open connections.
_pending: WeakKeyDictionary[Datasette, dict[str, list[Callable[[], None]]]] = WeakKeyDictionary()


class Kind(NamedTuple):
    """Whether a database is a timeline, or else one whose read tables an earlier version made and that lack a column."""

    current: bool
    older: bool


def inspect(connection: sqlite3.Connection) -> Kind:
    """Recognise a timeline by its tables. A database that cannot be read is none."""
    present: dict[str, set[str]] = {name: set() for name in (*TABLES, "projected")}
    try:
        for table, column in connection.execute(_COLUMNS):
            present[table].add(column)
    except sqlite3.Error:
        return Kind(current=False, older=False)
    current = all(present[table] >= columns for table, columns in TABLES.items())
    return Kind(current, not current and present["events"] >= TABLES["events"] and "definition" in present["projected"])


def prepare(connection: sqlite3.Connection, name: str, datasette: Datasette, settings: Mapping[str, Any]) -> None:
    """Guard a new connection if its database is a timeline, or else as soon as it becomes one."""
    reads_all = crosses(datasette, name)
    guard = partial(_guard, connection, settings, reads_all=reads_all)
    if reads_all or name in _timelines.get(datasette, ()) or any(inspect(connection)):
        guard()
    else:
        _pending.setdefault(datasette, {}).setdefault(name, []).append(guard)


def crosses(datasette: Datasette, name: str) -> bool:
    """Whether a database is the one from which SQL reads all others (`--crossdb`)."""
    return name == _MEMORY and bool(getattr(datasette, "crossdb", False))


def discovered(datasette: Datasette, name: str) -> None:
    """Note that a database is a timeline, and guard its open connections."""
    _timelines.setdefault(datasette, set()).add(name)
    for guard in _pending.get(datasette, {}).pop(name, ()):
        guard()


def _guard(connection: sqlite3.Connection, settings: Mapping[str, Any], *, reads_all: bool) -> None:
    limits.set_on(connection, settings)
    if not reads_all:
        limits.refuse_other_files(connection)
    sql_authorizer.set_on(connection, everywhere=reads_all)
