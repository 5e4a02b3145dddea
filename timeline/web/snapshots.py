"""Reading a timeline for a page, in one of the threads that Datasette has for the queries of a database.

Owns the time limit of each query, which is Datasette's own. Must not know what is read.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from datasette.database import Database

from timeline.selection import values
from timeline.selection.snapshot import Snapshot
from timeline.selection.values import Choices

T = TypeVar("T")
_memories: WeakKeyDictionary[Database, dict[Any, Any]] = WeakKeyDictionary()
_choices: WeakKeyDictionary[Database, tuple[int, Mapping[str, Choices]]] = WeakKeyDictionary()


async def read(database: Database, work: Callable[[Snapshot], T], as_of: int | None = None) -> T:
    """Call a function with a snapshot of the timeline, now or as of a position. Raises TookTooLong if a query takes too long."""
    longest, memory = database.ds.sql_time_limit_ms, _memories.setdefault(database, {})
    return cast("T", await database.execute_fn(lambda connection: work(Snapshot(connection, as_of, longest, memory))))


def choices(database: Database, snapshot: Snapshot, end: int) -> Mapping[str, Choices]:
    """Return the choices of each filter over the whole timeline. They are remembered until the log has another end."""
    remembered = _choices.get(database)
    if remembered is None or remembered[0] != end:
        remembered = _choices[database] = (end, values.of_all(snapshot))
    return remembered[1]
