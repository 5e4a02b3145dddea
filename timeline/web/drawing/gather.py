"""What stands in a window of time: happenings where they are few, counts by stretch where they are many.

Owns that choice, and that each happening in the window is in the answer once for each of its lanes: itself, or in a count.
Counts are exact where all that matches was counted beforehand or can be read; where not, they are reckoned from a sample
of each stretch, and the answer says so. Must not know of pixels: it is told how many stretches there are room for.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any, NamedTuple

from timeline.reading import wording
from timeline.selection.conditions import Chosen, is_corrected
from timeline.selection.snapshot import Snapshot
from timeline.selection.values import Choices
from timeline.web.drawing import counts, happenings, lanes, shape
from timeline.web.drawing.counts import Bar
from timeline.web.drawing.lanes import Lane

# So many happenings are handed over one by one; of a single stretch no more than so many.
ITEMS, ITEMS_OF_A_STRETCH = 120, 12


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn: what was chosen, and how many that are, where they are few enough to count.

    `base`: the kind that is filtered by, or '' for all, which the counts made beforehand are of. `plain`: nothing else is
    filtered by, but for a period, whose first and last day are `since` and `until`. `facet`: what the lanes are of.
    `values`: those that the filters offer, of the whole timeline.
    """

    chosen: Chosen
    counted: int | None
    base: str
    plain: bool
    since: int
    until: int
    facet: str | None
    values: Mapping[str, Choices]

    @property
    def few(self) -> bool:
        """Whether all matches can be read."""
        return self.counted is not None and self.counted <= happenings.FEW

    def within(self, first: int, last: int) -> tuple[int, int]:
        """Cut a stretch of days to the period that is filtered by: what touches both touches what they share."""
        return max(first, self.since), min(last, self.until)


@dataclass
class Gathered:
    """The answer: `clusters` are (lane, first day, last day, how many).

    `weighed`: where all was read one by one, each with how many it stands for.
    """

    lanes: Sequence[Lane]
    rows: list[Row] = field(default_factory=list)
    lanes_of: dict[int, Sequence[int]] = field(default_factory=dict)
    clusters: list[tuple[int, float, float, int]] = field(default_factory=list)
    exact: bool = True
    disputed: Collection[str] = ()
    weighed: Sequence[tuple[Row, float]] = ()

    def touching(self, start: float, end: float) -> int:
        """Count those of what was read that stand between two instants."""
        return round(
            sum(weight for row, weight in self.weighed if (days := shape.placed(row)) and days[0] < end and days[1] > start)
        )

    def count(self, lane: int, first: float, last: float, many: float) -> None:
        """Count so many happenings of a lane in a stretch."""
        if round(many) > 0:
            self.clusters.append((lane, first, last, round(many)))

    def json(self) -> dict[str, Any]:
        """Give the answer as the browser reads it."""
        return {
            "lanes": [{"value": lane.value, "label": lane.label[:120]} for lane in self.lanes],
            "items": [item(row, self.lanes_of[row["position"]], disputed=row["id"] in self.disputed) for row in self.rows],
            "clusters": self.clusters,
            "exact": self.exact,
        }


def item(row: Row, in_lanes: Sequence[int] = (0,), *, disputed: bool) -> dict[str, Any]:
    """Give a happening as the browser reads it."""
    title = wording.headline(row["title"], row["attributed_to"], row["id"])
    return {
        "id": row["id"],
        "title": title if len(title) <= happenings.LONGEST_TITLE else title[: happenings.LONGEST_TITLE].rstrip() + "…",
        "lanes": list(in_lanes),
        "weight": _weight(row),
        "marks": [mark for mark, holds in _marks(row, disputed=disputed) if holds],
        **(shape.of_text(row["date"]) or {}),
    }


def _weight(row: Row) -> int:
    """Weigh a happening against others for a place: what is no part of another first, then what rests on more."""
    return (0 if row["part_of"] else 1000) + min(int(row["citations"]), 99) * 10 + int(row["sources"])


def _marks(row: Row, *, disputed: bool) -> Iterable[tuple[str, bool]]:
    retracted = row["status"] == "retracted"
    yield "near", bool(row["near"])
    yield "retracted", retracted
    yield "corrected", is_corrected(row["version"], row["status"])
    yield "disputed", disputed
    yield "claimed", bool(row["attributed_to"])
    yield "single", row["sources"] == 1


def view(snapshot: Snapshot, wanted: Wanted, start: float, end: float, stretches: int) -> Gathered:
    """Gather what stands between two instants: where all matches can be read to the minute, else to the day."""
    gathered = _gathered(snapshot, wanted, start, end, stretches)
    gathered.disputed = happenings.disputed(snapshot, gathered.rows)
    return gathered


def _gathered(snapshot: Snapshot, wanted: Wanted, start: float, end: float, stretches: int) -> Gathered:
    if wanted.few:
        return _from_matches(snapshot, wanted, start, end - 1, stretches)
    first, last = wanted.within(math.floor(start), math.ceil(end) - 1)
    if first > last:
        return Gathered(lanes.of_all(wanted.facet, wanted.values, wanted.base))
    period = _Period(first, last, stretches)
    bars = [bar for bar in counts.bars(snapshot, first, last, stretches, wanted.base) if bar.starts]
    before = counts.touching(snapshot, first, first - 1, wanted.base)
    if wanted.plain and (wanted.facet in (None, "kind") or before + sum(bar.starts for bar in bars) <= ITEMS):
        return _from_counts(snapshot, wanted, period, bars, before)
    return _from_sample(snapshot, wanted, period, bars, before)


class _Period(NamedTuple):
    """The days to draw, and how many stretches of them there is room for."""

    first: int
    last: int
    stretches: int


class _Moments(NamedTuple):
    """The same to the minute: from an instant to one a day after `last`."""

    first: float
    last: float
    stretches: int


def _from_matches(snapshot: Snapshot, wanted: Wanted, first: float, last: float, stretches: int) -> Gathered:
    """Read all of a few matches."""
    rows = happenings.matching(snapshot, wanted.chosen, first, last)
    result = Gathered(lanes.of_matches(snapshot, wanted.facet, wanted.chosen))
    in_lanes = lanes.assign(snapshot, wanted.facet, result.lanes, rows)
    _divide(result, [(row, 1.0) for row in rows], in_lanes, _Moments(first, last, stretches))
    return result


def _from_counts(snapshot: Snapshot, wanted: Wanted, period: _Period, bars: Sequence[Bar], before: int) -> Gathered:
    """Take the counts made beforehand; read the happenings of the emptiest stretches, a few of each other, and earlier ones."""
    few = _emptiest(bars)
    many = [bar for bar in bars if bar not in few]
    heads = happenings.heads(snapshot, many, wanted.base, _each(sum(bar.starts for bar in few), len(many)))
    rows = happenings.beginning(snapshot, few, wanted.base)
    begun = happenings.ongoing(snapshot, period.first, wanted.base) if before else []
    every = [*rows, *begun, *(row for head in heads.values() for row in head)]
    result = Gathered(lanes.of_all(wanted.facet, wanted.values, wanted.base), every)
    result.lanes_of = dict(lanes.assign(snapshot, wanted.facet, result.lanes, result.rows))
    # What is left is counted: by kind where the lanes are kinds, and then whatever no lane of its own has taken.
    left = {bar: bar.starts for bar in many}
    shown = Counter((lane, bar) for bar, head in heads.items() for row in head for lane in result.lanes_of[row["position"]])
    earlier = before
    ongoing = Counter(lane for row in begun for lane in result.lanes_of[row["position"]])
    kinds = [lane.value for lane in result.lanes if lane.value is not None]
    for lane, kind in enumerate(kinds):
        of_kind = {bar.first: bar.starts for bar in counts.bars(snapshot, *period, kind)} if left else {}
        for bar in left:
            count = of_kind.get(bar.first, 0)
            left[bar] -= count
            result.count(lane, bar.first, bar.last, count - shown[lane, bar])
        count = counts.touching(snapshot, period.first, period.first - 1, kind) if earlier else 0
        earlier -= count
        result.count(lane, period.first, period.first, count - ongoing[lane])
    others = len(result.lanes) - 1
    for bar, count in left.items():
        result.count(others, bar.first, bar.last, count - shown[others, bar])
    result.count(others, period.first, period.first, earlier - ongoing[others])
    return result


def _each(kept: int, stretches: int) -> int:
    """Say how many happenings of each full stretch there is room for."""
    return min(ITEMS_OF_A_STRETCH, max(1, (ITEMS - kept) // max(1, stretches)))


def _emptiest(bars: Sequence[Bar]) -> list[Bar]:
    """Choose the stretches whose happenings are handed over one by one."""
    every = sum(bar.starts for bar in bars) <= ITEMS
    chosen: list[Bar] = []
    room = ITEMS
    for bar in sorted(bars, key=lambda bar: bar.starts):
        if bar.starts > room or (bar.starts > ITEMS_OF_A_STRETCH and not every):
            break
        chosen.append(bar)
        room -= bar.starts
    return chosen


def _from_sample(snapshot: Snapshot, wanted: Wanted, period: _Period, bars: Sequence[Bar], before: int) -> Gathered:
    """Look at some happenings of each stretch, and let those that match stand for as many as there are in proportion."""
    result = Gathered(lanes.of_all(wanted.facet, wanted.values, wanted.base))
    rows: list[tuple[Row, float]] = []
    sampled = happenings.sample(snapshot, wanted.chosen, bars, wanted.base)
    for bar in bars:
        looked_at = sampled.get(bar, [])
        current = sum(row["status"] == "current" for row in looked_at)
        result.exact &= current >= bar.starts
        rows += [(row, max(1.0, bar.starts / max(1, current))) for row in looked_at if row["matches"]]
    if before:
        begun = happenings.ongoing(snapshot, period.first, wanted.base, wanted.chosen)
        result.exact &= len(begun) >= before
        rows += [(row, max(1.0, before / len(begun))) for row in begun if row["matches"]]
    in_lanes = lanes.assign(snapshot, wanted.facet, result.lanes, [row for row, _ in rows])
    _divide(result, rows, in_lanes, _Moments(*period))
    return result


def _divide(result: Gathered, rows: Sequence[tuple[Row, float]], in_lanes: Mapping[int, Sequence[int]], period: _Moments) -> None:
    """Keep as happenings those of the emptiest stretches, and the weightiest of each other; add up the rest.

    A row may stand for several.
    """
    first, last, stretches = period
    result.weighed = rows
    if last - first + 1 >= stretches or not any("T" in row["date"] for row, _ in rows):
        first, last = math.floor(first), math.ceil(last)  # within a day only times tell anything apart
    width = max(1, -(-(last - first + 1) // stretches)) if isinstance(first, int) else (last - first + 1) / stretches
    by_stretch: dict[int, list[tuple[Row, float]]] = {}
    for row, weight in rows:
        begin = (shape.placed(row) or (first, last))[0]
        number = -1 if begin < first else int((begin - first) // width)
        by_stretch.setdefault(number, []).append((row, weight))
    emptiest = sorted(by_stretch.items(), key=lambda pair: len(pair[1]))
    full: list[tuple[int, list[tuple[Row, float]]]] = []
    for number, inside in emptiest:
        fits = len(rows) <= ITEMS or (len(inside) <= ITEMS_OF_A_STRETCH and len(result.rows) + len(inside) <= ITEMS)
        if fits and all(weight == 1 for _, weight in inside):
            result.rows += [row for row, _ in inside]
        else:
            full.append((number, inside))
    each = _each(len(result.rows), len(full))
    for number, inside in full:
        totals: dict[int, float] = {}
        heads = sorted((row for row, _ in inside), key=_weight, reverse=True)[:each]
        result.rows += heads
        for row, weight in [*inside, *((row, -1.0) for row in heads)]:
            for lane in in_lanes[row["position"]]:
                totals[lane] = totals.get(lane, 0) + weight
        begin, end = (first, first) if number < 0 else (first + number * width, min(first + (number + 1) * width - 1, last))
        if number < 0 and isinstance(first, float):
            end = first + width - 1
        for lane, total in sorted(totals.items()):
            result.count(lane, begin, end, total)
    result.lanes_of.update({row["position"]: in_lanes[row["position"]] for row in result.rows})


def overview(snapshot: Snapshot, wanted: Wanted, stretches: int) -> dict[str, Any]:
    """Count what stands in each stretch of the whole span.

    `first` and `last` day, and `bars` of (first day, last day, how many); `unplaced`: how many have no day to stand at.
    """
    if wanted.few:
        placed = _placed(snapshot, wanted)
        return {**over(placed, stretches), "unplaced": happenings.unplaced(snapshot, wanted.chosen)}
    unplaced = happenings.unplaced_of_all(snapshot, wanted.base) if wanted.plain else 0
    days = span(snapshot, wanted)
    if days is None:
        return {"first": None, "last": None, "bars": [], "exact": True, "unplaced": unplaced}
    bars = counts.bars(snapshot, math.floor(days[0]), math.ceil(days[1]), stretches, wanted.base)
    shares: dict[Bar, float] = {}
    if not wanted.plain:
        shares = happenings.shares(snapshot, wanted.chosen, bars, wanted.base)
    counted = [(bar.first, bar.last, round(bar.touching * (1 if wanted.plain else shares.get(bar, 0)))) for bar in bars]
    return {
        "first": days[0],
        "last": days[1],
        "bars": [bar for bar in counted if bar[2]],
        "exact": wanted.plain,
        "unplaced": unplaced,
    }


def span(snapshot: Snapshot, wanted: Wanted) -> tuple[float, float] | None:
    """Give the first and the last day that is named by what was chosen; where that is too much to read, by all there is.

    Where times are known, as in a shape: from an instant to one a day after the other.
    """
    if not wanted.few:
        days = counts.extent(snapshot, wanted.base)
        days = days and wanted.within(*days)
        return days if days and days[0] <= days[1] else None
    every = over(_placed(snapshot, wanted), 1)
    return None if every["first"] is None else (every["first"], every["last"])


def _placed(snapshot: Snapshot, wanted: Wanted) -> list[shape.Days]:
    rows = happenings.matching(snapshot, wanted.chosen, -EVER, EVER)
    return [days for row in rows if (days := shape.placed(row))]


MINUTE = 1 / 1440
EVER = 9_000_000_000_000_000


def over(placed: Sequence[shape.Days], stretches: int) -> dict[str, Any]:
    """Count what stands in each stretch of the span of some days, as `overview` does."""
    if not placed:
        return {"first": None, "last": None, "bars": [], "exact": True}
    first = min(begin for begin, _ in placed)
    # What goes on for ever is there from its first day on, or its first minute.
    end = max(begin + (1 if begin == begin // 1 else MINUTE) if until == math.inf else until for begin, until in placed)
    width: float
    if (isinstance(first, int) and isinstance(end, int)) or end - first >= stretches:
        first, end = math.floor(first), math.ceil(end)
        width = max(1, -(-(end - first) // stretches))
    else:  # what begins or ends within a day is counted more finely than by days
        width = (end - first) / stretches
    edges = [0] * (stretches + 2)
    for begin, until in placed:
        edges[min(int((begin - first) // width), stretches - 1)] += 1
        if until != math.inf:
            edges[min(max(int(-((first - until) // width)), int((begin - first) // width) + 1), stretches)] -= 1
    bars, standing = [], 0
    for number, edge in enumerate(edges[:stretches]):
        standing += edge
        if standing:
            bars.append((first + number * width, first + (number + 1) * width - 1, standing))
    return {"first": first, "last": end - 1, "bars": bars, "exact": True}
