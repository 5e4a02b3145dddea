"""What the pages read of a timeline, in one of the threads that Datasette keeps for questions to a database.

Owns how a snapshot is read there, within the time that Datasette gives each query. Must not know what is read.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from datasette.database import Database

from timeline.selection import values
from timeline.selection.snapshot import Snapshot
from timeline.selection.values import Choices

T = TypeVar("T")
_offered: WeakKeyDictionary[Database, tuple[int, Mapping[str, Choices]]] = WeakKeyDictionary()


async def read(database: Database, work: Callable[[Snapshot], T], as_of: int | None = None) -> T:
    """Let a function read the timeline, now or as of a position. Raises TookTooLong where a query takes too long."""
    longest = database.ds.sql_time_limit_ms
    return cast("T", await database.execute_fn(lambda connection: work(Snapshot(connection, as_of, longest))))


def offered(database: Database, snapshot: Snapshot, end: int) -> Mapping[str, Choices]:
    """Give the choices of each filter over the whole timeline; they are remembered until the log has another end."""
    remembered = _offered.get(database)
    if remembered is None or remembered[0] != end:
        remembered = _offered[database] = (end, values.of_all(snapshot))
    return remembered[1]
