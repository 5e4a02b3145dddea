"""Count the current happenings that begin, end and continue in stretches of time, from counts made at append time.

Owns the reading of the table `density`: at most FINEST rows for a period of any length. Must not know of filters: it counts all
happenings, or all of one kind. As of a position, it subtracts the versions recorded later and adds those replaced later, if no
more than LATER events came after it; if more did, the counts are the present ones.
"""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from timeline.selection.snapshot import Snapshot

# The lengths of the stretches, as powers of two, in days; as in density.sql.
SCALES = (0, 7, 14, 21, 28, 42)
# The most stretches that are read for one answer.
FINEST = 16_384
# The most events after the as-of position for which the counts are adjusted.
LATER = 20_000
# The days are those of `density`: an interval with an open end has no last day.
_DAYS = (
    "coalesce(earliest_day, latest_day) as first,"
    " iif(latest_day is null and date not like '%/..', earliest_day, latest_day) as last, position"
)
_LISTS = ("starts", "ends", "positions")
_CURRENT = "status = 'current' and date is not null"
_CHANGED = f"""\
select change, kind, json_group_array(first), json_group_array(last), json_group_array(position) from (
select -1 as change, kind, {_DAYS} from main.happening_versions where position > :as_of and known_until is null and {_CURRENT}
union all
select 1, kind, {_DAYS} from main.happening_versions where known_until > :as_of and position <= :as_of and {_CURRENT}
) group by 1, 2
"""


class Bar(NamedTuple):
    """A stretch of days, the last one included: how many happenings begin in it, and how many touch it."""

    first: int
    last: int
    starts: int
    touching: int


class _Later:
    """The changes from the present counts to those as of a position: -1 for a version recorded since, 1 for one replaced since."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._lists: defaultdict[tuple[str, str, int], list[Any]] = defaultdict(list)
        self._days: dict[tuple[str, str, int], list[int]] = {}
        if snapshot.as_of is not None and 0 < snapshot.end - snapshot.as_of <= LATER:
            for change, kind, *lists in snapshot.plain(_CHANGED, {"as_of": snapshot.as_of}):
                for name, values in zip(_LISTS, map(json.loads, lists), strict=True):
                    for one in {"", kind or ""}:
                        self._lists[one, name, change] += values

    def versions(self, kind: str, change: int) -> Iterable[tuple[int | None, int | None, int]]:
        """Return the first day, the last day and the position of each version with this change, of a kind or of all."""
        return zip(*(self._lists[kind, name, change] for name in _LISTS), strict=True)

    def days(self, kind: str, edge: str, change: int) -> list[int]:
        """Return the days on which the versions with this change begin or end, in order."""
        if (kind, edge, change) not in self._days:
            self._days[kind, edge, change] = sorted(day for day in self._lists[kind, edge, change] if day is not None)
        return self._days[kind, edge, change]

    def before(self, edge: str, day: int, kind: str) -> int:
        """Return the change in the number of edges before a day."""
        return sum(change * bisect_left(self.days(kind, edge, change), day) for change in (1, -1))


def _later(snapshot: Snapshot) -> _Later:
    return snapshot.remembered((_Later, snapshot.as_of), lambda: _Later(snapshot))


def are_known(snapshot: Snapshot) -> bool:
    """Whether the counts are those of the snapshot: not if too many events came after it."""
    return snapshot.as_of is None or snapshot.end - snapshot.as_of <= LATER


def replaced(snapshot: Snapshot, bars: Iterable[Bar], kind: str) -> list[int]:
    """Return the positions of the versions that were replaced since the as-of position, and begin in these stretches."""
    begun = sorted((first, position) for first, _, position in _later(snapshot).versions(kind, 1) if first is not None)
    return [
        position for bar in bars for _, position in begun[bisect_left(begun, (bar.first,)) : bisect_left(begun, (bar.last + 1,))]
    ]


def replaced_days(snapshot: Snapshot, kind: str) -> list[tuple[int, int]]:
    """Return the first and the last day of each version that was replaced since the as-of position; without an end, the first."""
    return [(first, first if last is None else last) for first, last, _ in _later(snapshot).versions(kind, 1) if first is not None]


def unplaced(snapshot: Snapshot, kind: str) -> int:
    """Return the change in the number of dates without a day, since the as-of position."""
    return sum(change for change in (1, -1) for first, *_ in _later(snapshot).versions(kind, change) if first is None)


def extent(snapshot: Snapshot, kind: str = "") -> tuple[int, int] | None:
    """Return the first and last day of all current happenings, or of a kind; None if there are none."""
    later = _later(snapshot)
    changes = Counter([*later.days(kind, "starts", 1), *later.days(kind, "ends", 1)])
    changes.subtract([*later.days(kind, "starts", -1), *later.days(kind, "ends", -1)])
    days = "select bucket, starts + ends from density where kind = :kind and scale = 0 order by bucket"
    inwards = (snapshot.each(f"{days}{order}", {"kind": kind}) for order in ("", " desc"))
    outermost = [next((day for day, many in rows if many + changes[day]), None) for rows in inwards]
    named = [day for day in outermost if day is not None] + [day for day, change in changes.items() if change > 0]
    return (min(named), max(named)) if named else None


def touching(snapshot: Snapshot, first: int, last: int, kind: str = "") -> int:
    """Count the happenings that touch the time between two days, both included."""
    return _before(snapshot, "starts", last + 1, kind) - _before(snapshot, "ends", first, kind)


def bars(snapshot: Snapshot, first: int, last: int, most: int, kind: str = "") -> Sequence[Bar]:
    """Count in about `most` stretches of equal length from one day to another, both included; empty ones are left out."""
    scale = scale_of(first, last)
    low, high = first >> scale, last >> scale
    # One bar is `width` counted stretches. It begins at a multiple of them, whatever the first day is.
    width = -(-(high - low + 1) // most)
    low = low // width * width
    rows = snapshot.plain(
        "select (bucket - :low) / :width as bar, sum(starts) as starts, sum(ends) as ends from density"
        " where kind = :kind and scale = :scale and bucket between :low and :high group by 1",
        {"kind": kind, "scale": scale, "low": low, "high": high, "width": width},
    )
    edges = {row["bar"]: (row["starts"], row["ends"]) for row in rows}
    ongoing, later = touching(snapshot, first, first - 1, kind), _later(snapshot)
    result = []
    for number in range(-(-(high - low + 1) // width)):
        begin = (low + number * width) << scale
        end = begin + (width << scale) - 1
        starts, ends = edges.get(number, (0, 0))
        if begin < first or end > last:
            # The bar extends beyond the period: only the days in the period are counted.
            begin, end = max(begin, first), min(end, last)
            starts, ends = [_between(snapshot, edge, begin, end, kind) for edge in ("starts", "ends")]
        else:
            starts, ends = [
                many + later.before(edge, end + 1, kind) - later.before(edge, begin, kind)
                for edge, many in (("starts", starts), ("ends", ends))
            ]
        if ongoing + starts:
            result.append(Bar(max(begin, first), min(end, last), starts, ongoing + starts))
        ongoing += starts - ends
    return result


def scale_of(first: int, last: int) -> int:
    """Choose the finest scale that divides the days from first to last into at most FINEST stretches."""
    return next((scale for scale in SCALES if (last >> scale) - (first >> scale) < FINEST), SCALES[-1])


def _between(snapshot: Snapshot, edge: str, first: int, last: int, kind: str) -> int:
    """Count the happenings that start (or end, by `edge`) from one day to another, both included."""
    return _before(snapshot, edge, last + 1, kind) - _before(snapshot, edge, first, kind)


def _before(snapshot: Snapshot, edge: str, day: int, kind: str) -> int:
    """Count the starts or ends before a day: whole stretches of the longest scale, then the rest at each finer scale."""
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
