"""How many current happenings begin, end and stand in stretches of time, read from what was counted beforehand.

Owns the reading of the table `density`. What it reads is bounded by FINEST rows for a period of any length. Must not know of
filters: it counts all happenings, or all of one kind. As of a position, it takes off what was recorded later and adds what was
replaced later, if no more than LATER events came after it; else the counts are those of now.
"""

import json
import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple
from weakref import WeakKeyDictionary

from timeline.selection.snapshot import Snapshot

# The lengths of the stretches, as powers of two, in days; as in density.sql.
SCALES = (0, 7, 14, 21, 28, 42)
# No more stretches than this are read for one answer.
FINEST = 16_384
# So many events are corrected for.
LATER = 5_000
# The days are those that `density` has: an interval with an open end never ends.
_DAYS = (
    "coalesce(earliest_day, latest_day) as first,"
    " iif(latest_day is null and date not like '%/..', earliest_day, latest_day) as last, position"
)
_CURRENT = "status = 'current' and date is not null"
_CHANGED = f"""\
select -1 as many, kind, {_DAYS} from main.happening_versions where position > :as_of and known_until is null and {_CURRENT}
union all
select 1, kind, {_DAYS} from main.happening_versions where known_until > :as_of and position <= :as_of and {_CURRENT}
"""


class Bar(NamedTuple):
    """A stretch of days, the last one included: how many begin in it, and how many touch it."""

    first: int
    last: int
    starts: int
    touching: int


class _Later:
    """What to add to the counts of now: less what was recorded since a position, and what was replaced since."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.rows: list[sqlite3.Row] = []
        if snapshot.as_of is not None and 0 < snapshot.end - snapshot.as_of <= LATER:
            self.rows = snapshot.plain(_CHANGED, {"as_of": snapshot.as_of})
        self._sums: dict[tuple[str, str], tuple[list[int], list[int]]] = {}

    def of(self, kind: str) -> list[sqlite3.Row]:
        """Give those of a kind."""
        return [row for row in self.rows if row["kind"] == kind] if kind else self.rows

    def before(self, edge: str, day: int, kind: str) -> int:
        """Count the edges before a day."""
        if not self.rows:
            return 0
        if (kind, edge) not in self._sums:
            column = {"starts": "first", "ends": "last"}[edge]
            edges = sorted((row[column], row["many"]) for row in self.of(kind) if row[column] is not None)
            self._sums[kind, edge] = [day for day, _ in edges], [0, *accumulate(many for _, many in edges)]
        days, sums = self._sums[kind, edge]
        return sums[bisect_left(days, day)]


_known: WeakKeyDictionary[Snapshot, _Later] = WeakKeyDictionary()


def _later(snapshot: Snapshot) -> _Later:
    if (later := _known.get(snapshot)) is None:
        later = _known[snapshot] = _Later(snapshot)
    return later


def replaced(snapshot: Snapshot, bars: Iterable[Bar], kind: str) -> list[int]:
    """Give the positions of the versions that were replaced since, and begin in these stretches."""
    rows = _later(snapshot).of(kind)
    begun = sorted((row["first"], row["position"]) for row in rows if row["many"] > 0 and row["first"] is not None)
    return [
        position for bar in bars for _, position in begun[bisect_left(begun, (bar.first,)) : bisect_left(begun, (bar.last + 1,))]
    ]


def unplaced(snapshot: Snapshot, kind: str) -> int:
    """Say how many more than now have a date without any day."""
    return sum(row["many"] for row in _later(snapshot).of(kind) if row["first"] is None)


def extent(snapshot: Snapshot, kind: str = "") -> tuple[int, int] | None:
    """Give the first and last day that any current happening, or any of a kind, names; None where there is none."""
    at = "from density where kind = :kind and scale = 0"
    later: Counter[int] = Counter()
    for row in _later(snapshot).of(kind):
        for day in (row["first"], row["last"]):
            if day is not None:
                later[day] += row["many"]
    less = json.dumps([day for day, many in later.items() if many < 0])
    days = snapshot.plain(
        f"select bucket, starts + ends {at} and bucket in (select value from json_each(:less))", {"kind": kind, "less": less}
    )
    gone = json.dumps([day for day, many in days if many + later[day] == 0])
    there = f"{at} and bucket not in (select value from json_each(:gone)) order by bucket"
    row = snapshot.plain(
        f"select (select bucket {there} limit 1), (select bucket {there} desc limit 1)", {"kind": kind, "gone": gone}
    )[0]
    named = [day for day in row if day is not None] + [day for day, many in later.items() if many > 0]
    return (min(named), max(named)) if named else None


def touching(snapshot: Snapshot, first: int, last: int, kind: str = "") -> int:
    """Count the happenings that stand between two days, both included."""
    begun = _before(snapshot, "starts", last + 1, kind)
    return begun - _before(snapshot, "ends", first, kind)


def bars(snapshot: Snapshot, first: int, last: int, most: int, kind: str = "") -> Sequence[Bar]:
    """Count in about `most` stretches of equal length that cover the days from first to last; empty ones are left out."""
    scale = scale_of(first, last)
    low, high = first >> scale, last >> scale
    # So many of the counted stretches make one bar; it begins where a multiple of them does, wherever one begins to count.
    width = -(-(high - low + 1) // most)
    low = low // width * width
    rows = snapshot.plain(
        "select (bucket - :low) / :width as bar, sum(starts) as starts, sum(ends) as ends from density"
        " where kind = :kind and scale = :scale and bucket between :low and :high group by 1",
        {"kind": kind, "scale": scale, "low": low, "high": high, "width": width},
    )
    edges = {row["bar"]: (row["starts"], row["ends"]) for row in rows}
    standing, later = touching(snapshot, first, first - 1, kind), _later(snapshot)
    found = []
    for number in range(-(-(high - low + 1) // width)):
        begin = (low + number * width) << scale
        end = begin + (width << scale) - 1
        starts, ends = edges.get(number, (0, 0))
        if begin < first or end > last:
            # A counted stretch reaches out of the period: what is in the period is counted by days.
            begin, end = max(begin, first), min(end, last)
            starts, ends = [_between(snapshot, edge, begin, end, kind) for edge in ("starts", "ends")]
        else:
            starts, ends = [
                many + later.before(edge, end + 1, kind) - later.before(edge, begin, kind)
                for edge, many in (("starts", starts), ("ends", ends))
            ]
        if standing + starts:
            found.append(Bar(max(begin, first), min(end, last), starts, standing + starts))
        standing += starts - ends
    return found


def scale_of(first: int, last: int) -> int:
    """Choose the finest scale at which the days from first to last are no more than FINEST stretches."""
    return next((scale for scale in SCALES if (last >> scale) - (first >> scale) < FINEST), SCALES[-1])


def _between(snapshot: Snapshot, edge: str, first: int, last: int, kind: str) -> int:
    """Count the edges between two days, both included."""
    return _before(snapshot, edge, last + 1, kind) - _before(snapshot, edge, first, kind)


def _before(snapshot: Snapshot, edge: str, day: int, kind: str) -> int:
    """Count the edges before a day: whole stretches of the longest scale, then what is left of each shorter one."""
    parts, params, low = [], {"kind": kind}, None
    for scale in reversed(SCALES):
        high = day >> scale
        begin = f"bucket >= {low} and " if low is not None else ""
        parts.append(
            f"coalesce((select sum({edge}) from density where kind = :kind and scale = {scale} and {begin}bucket < {high}), 0)"
        )
        low = high << (scale - _finer(scale)) if scale else None
    return int(snapshot.plain(f"select {' + '.join(parts)}", params)[0][0]) + _later(snapshot).before(edge, day, kind)


def _finer(scale: int) -> int:
    place = SCALES.index(scale)
    return SCALES[place - 1] if place else 0
