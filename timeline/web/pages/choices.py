"""What the filters offer: the kinds, people, places, tags and sources that a timeline has, with their counts.

Owns the counting, and remembers it until the log grows, so that a large timeline is not counted for every page. Must
not filter anything. Counts are of the happenings that stand, in the whole timeline.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from datasette.database import Database, QueryInterrupted

# Up to so many are offered as a list to choose from; beyond it, the most frequent are suggested as one types.
MOST = 50

_GONE = (
    "with gone as materialized (select id, kind, place from happenings where status = 'retracted' and position in"
    " (select known_until from happening_versions where known_until is not null)),"
)
_COLUMN = (
    _GONE + " counted as (select {0} as value, count(*) as total from happenings where {0} is not null group by {0}"
    " order by total desc, value limit 51)"
    " select value, value as label, total - (select count(*) from gone where gone.{0} = value) as total from counted"
)
_TABLE = (
    _GONE + " counted as (select {1} as value, count({2}) as total from {0} group by {1} order by total desc, value limit 51)"
    " select value, {3} as label, total - (select count({2}) from gone cross join {0} on {0}.happening = gone.id"
    " where {0}.{1} = value) as total from counted"
)
_QUERIES = {
    "kind": _COLUMN.format("kind"),
    "actor": _TABLE.format("happening_actors", "actor", "*", "(select name from actors where id = value)"),
    "place": _COLUMN.format("place"),
    "tag": _TABLE.format("happening_tags", "tag", "*", "value"),
    "source": _TABLE.format("citations", "source", "distinct happening", "(select title from sources where id = value)"),
}

# What took longer than this to count, in seconds, is not counted anew for every event: only after so many times as long.
QUICK, PATIENCE = 0.1, 50


@dataclass(frozen=True)
class Choice:
    """One value of a filter, what people call it, and how many happenings have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Choices:
    """The values of one filter, the most frequent first. Not `complete` where there are more."""

    listed: tuple[Choice, ...]
    complete: bool

    def find(self, value: str) -> Choice | None:
        """Find the choice of a value."""
        return next((choice for choice in self.listed if choice.value == value), None)


@dataclass(frozen=True)
class _Counted:
    """What was counted, at which position of the log, when, and how long that took."""

    position: int
    choices: Mapping[str, Choices]
    at: float
    took: float

    def holds(self, position: int) -> bool:
        """Whether it need not be counted again."""
        patient = self.took > QUICK and time.monotonic() - self.at < self.took * PATIENCE
        return self.position == position or patient


_counted: WeakKeyDictionary[Database, _Counted] = WeakKeyDictionary()


async def offered(database: Database, position: int) -> Mapping[str, Choices]:
    """Give the choices for each filter, as of the log's end at a position. One that takes too long to count is empty.

    Where counting takes long, the counts may be some seconds behind the log.
    """
    known = _counted.get(database)
    if known is None or not known.holds(position):
        start = time.monotonic()
        found = await asyncio.gather(*(_choices(database, sql) for sql in _QUERIES.values()))
        end = time.monotonic()
        known = _Counted(position, dict(zip(_QUERIES, found, strict=True)), end, end - start)
        _counted[database] = known
    return known.choices


async def _choices(database: Database, sql: str) -> Choices:
    try:
        rows = (await database.execute(sql)).rows
    except QueryInterrupted:
        return Choices((), complete=False)
    found = [Choice(str(row["value"]), str(row["label"] or row["value"]), row["total"]) for row in rows]
    listed = tuple(choice for choice in found[:MOST] if choice.count > 0)
    return Choices(listed, complete=len(found) <= MOST)
