"""Gather the content of a window of time: happenings if they are few, counts by stretch if they are many.

Owns that choice, and guarantees that each happening in the window is in the answer once for each of its lanes: itself, or in a
count. Counts are exact if all matches can be read or were counted at append time; if not, they are estimated from a sample of each
stretch, and the answer says so. Must not know of pixels: callers pass the number of stretches.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any
from weakref import WeakKeyDictionary

from timeline.reading import wording
from timeline.selection.conditions import Chosen
from timeline.selection.plan import SHARE_BEYOND
from timeline.selection.snapshot import Snapshot
from timeline.selection.values import Choices
from timeline.selection.window import Window
from timeline.web.drawing import counts, happenings, lanes, shape
from timeline.web.drawing.counts import Bar
from timeline.web.drawing.lanes import Lane
from timeline.web.drawing.stretches import EVER, Period, bars_of, extent, shown_end

# The most happenings that are returned one by one, in all and for a single stretch.
ITEMS, ITEMS_OF_A_STRETCH = 120, 12
# The number of happenings of each full stretch among which the weightiest are chosen.
LOOKED_AT = 5
_rows: WeakKeyDictionary[Chosen, list[Row]] = WeakKeyDictionary()


@dataclass(frozen=True)
class DrawnSelection:
    """The matches that a drawing shows, and how it divides them into lanes.

    `counted`: the number of matches; None if there are too many to count. `kind`: the kind in the filter, or '' for all.
    `plain`: whether the counts made at append time apply: no other filter is active but a period, whose first and last day are
    `since` and `until`. `facet`: the facet of the lanes. `choices`: the values that the filters of the whole timeline offer.
    `focus`: the happening whose card is open, which is never only counted.
    """

    chosen: Chosen
    counted: int | None
    kind: str
    plain: bool
    since: int
    until: int
    facet: str | None
    choices: Mapping[str, Choices]
    focus: str = ""

    def rows(self, snapshot: Snapshot) -> list[Row]:
        """Read all of a few matches, once."""
        if self.chosen not in _rows:
            _rows[self.chosen] = happenings.matching(snapshot, self.chosen, -EVER, EVER)
        return _rows[self.chosen]

    @property
    def few(self) -> bool:
        """Whether all matches can be read one by one."""
        return self.counted is not None and self.counted <= happenings.FEW

    def within(self, first: int, last: int) -> tuple[int, int]:
        """Cut a stretch of days to the period of the filter."""
        return max(first, self.since), min(last, self.until)


@dataclass
class Gathered:
    """The content of a view. `clusters` are (lane, first day, last day, number of happenings).

    `weighed`: all rows that were read, each with the number of happenings that it represents. `parts`: the number of parts by id.
    """

    lanes: Sequence[Lane]
    rows: list[Row] = field(default_factory=list)
    lanes_of: dict[int, Sequence[int]] = field(default_factory=dict)
    clusters: list[tuple[int, float, float, int]] = field(default_factory=list)
    exact: bool = True
    disputed: Collection[str] = ()
    weighed: Sequence[tuple[Row, float]] = ()
    parts: Mapping[str, int] = field(default_factory=dict)

    def touching(self, window: Window) -> int:
        """Count the happenings in a window, from the rows that were read."""
        return round(sum(weight for row, weight in self.weighed if (span := shape.span_of_row(row)) and window.holds(*span)))

    def add_count(self, lane: int, first: float, last: float, number: float) -> None:
        """Add the count of a lane in a stretch, unless it rounds to zero."""
        if round(number) > 0:
            self.clusters.append((lane, first, last, round(number)))

    def json(self) -> dict[str, Any]:
        """Return the JSON for the browser."""
        return {
            "lanes": [{"value": lane.value, "label": lane.label[:120]} for lane in self.lanes],
            "items": [
                item(row, self.lanes_of[row["position"]], disputed=row["id"] in self.disputed, parts=self.parts.get(row["id"], 0))
                for row in self.rows
            ],
            "clusters": self.clusters,
            "exact": self.exact,
        }


def item(row: Row, in_lanes: Sequence[int] = (0,), *, disputed: bool, parts: int = 0) -> dict[str, Any]:
    """Return the JSON of a happening for the browser."""
    title = wording.label(row["title"], row["attributed_to"], row["id"])
    return {
        "id": row["id"],
        "title": title if len(title) <= happenings.LONGEST_TITLE else title[: happenings.LONGEST_TITLE].rstrip() + "…",
        "lanes": list(in_lanes),
        **({"kind": row["kind"]} if row["kind"] else {}),
        "weight": _weight(row, parts),
        "marks": [mark for mark, holds in _marks(row, disputed=disputed) if holds],
        **(shape.of_text(row["date"]) or {}),
    }


def _weight(row: Row, parts: int = 0) -> int:
    """Weigh a happening for a label: parts of another come last; then duration, parts, citations and sources count."""
    date_shape = shape.of_text(row["date"]) or {}
    begin, until = shape.span(date_shape) or (0, 0)
    # Only a known duration has weight, not an uncertain date.
    lasted = min(math.log2(max(until - begin, 1)), 16) if date_shape.get("how") == "through" else 0
    evidence = min(int(row["citations"]), 99) * 10 + int(row["sources"])
    return (0 if row["part_of"] else 1000) + round(lasted * 40) + min(parts, 20) * 30 + evidence


def _marks(row: Row, *, disputed: bool) -> Iterable[tuple[str, bool]]:
    retracted = row["status"] == "retracted"
    yield "near", bool(row["near"])
    yield "retracted", retracted
    yield "corrected", bool(row["corrected"])
    yield "disputed", disputed
    yield "claimed", bool(row["attributed_to"])
    yield "single", row["sources"] == 1


def lanes_of(snapshot: Snapshot, selection: DrawnSelection) -> Sequence[Lane]:
    """Return the lanes: the frequent values of the matches if they are few, else those that the filters offer."""
    if selection.few:
        return lanes.of_matches(snapshot, selection.facet, selection.chosen)
    return lanes.of_all(selection.facet, selection.choices, selection.kind)


def may_show_each(snapshot: Snapshot, selection: DrawnSelection, period: Period) -> bool:
    """Whether the happenings of a period may be few enough to be returned one by one, as far as the counts say."""
    first, last = selection.within(math.floor(period.first), math.ceil(period.last))
    if selection.few or first > last:
        return True
    return counts.touching(snapshot, first, last, selection.kind) <= (ITEMS if selection.plain else ITEMS / SHARE_BEYOND)


def view(snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period]) -> Gathered:
    """Gather the content of these periods, which follow each other: to the minute if all matches can be read, else to the day.

    Where two periods overlap, a happening belongs to the later one.
    """
    gathered = _gathered(snapshot, selection, periods)
    gathered.disputed = happenings.disputed(snapshot, gathered.rows)
    return gathered


def _gathered(snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period]) -> Gathered:
    if selection.few:
        return _from_matches(snapshot, selection, periods)
    whole_days = (selection.within(math.floor(one.first), math.ceil(one.last)) for one in periods)
    cut = [Period(first, last, one.stretches) for one, (first, last) in zip(periods, whole_days, strict=True) if first <= last]
    if not cut:
        return Gathered(lanes_of(snapshot, selection))
    bars = [bar for bar in _bars(snapshot, cut, selection.kind) if bar.starts]
    first = int(cut[0].first)
    before = counts.touching(snapshot, first, first - 1, selection.kind)
    if selection.plain and (selection.facet in (None, "kind") or before + sum(bar.starts for bar in bars) <= ITEMS):
        return _from_counts(snapshot, selection, cut, bars, before)
    return _from_sample(snapshot, selection, cut, bars, before)


def _bars(snapshot: Snapshot, periods: Sequence[Period], kind: str) -> list[Bar]:
    """Count in each of some periods. A day that two of them share is counted in the later one: the axis may be broken within it."""
    begins = [int(first) for first, *_ in periods[1:]]
    lasts = [min(int(one.last), begin - 1) for one, begin in zip(periods, [*begins, EVER], strict=True)]
    return [
        bar
        for (first, _, most), last in zip(periods, lasts, strict=True)
        if first <= last
        for bar in counts.bars(snapshot, int(first), last, most, kind)
    ]


def _from_matches(snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period]) -> Gathered:
    """Read all of a few matches."""
    window = Window(periods[0].first, periods[-1].last + 1)
    if selection.chosen in _rows:
        rows = [row for row in selection.rows(snapshot) if (span := shape.span_of_row(row)) and window.holds(*span)]
    else:
        rows = happenings.matching(snapshot, selection.chosen, periods[0].first, periods[-1].last)
    result = Gathered(lanes_of(snapshot, selection))
    in_lanes = lanes.assign(snapshot, selection.facet, result.lanes, rows)
    result.parts = Counter(row["part_of"] for row in rows if row["part_of"])
    _divide(result, [(row, 1.0) for row in rows], in_lanes, periods, selection.focus)
    return result


def _from_counts(
    snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period], bars: Sequence[Bar], before: int
) -> Gathered:
    """Use the counts made at append time; read the happenings of the emptiest stretches, a few of each other, and earlier ones."""
    first = int(periods[0].first)
    each = _each([bar.starts for bar in bars])
    few = [bar for bar in bars if bar.starts <= each]
    full = [bar for bar in bars if bar.starts > each]
    heads = _heads(snapshot, selection, full, each)
    rows = happenings.beginning(snapshot, few, selection.kind)
    begun = happenings.ongoing(snapshot, first, selection.kind) if before else []
    rows = [*rows, *begun, *(row for head in heads.values() for row in head)]
    result = Gathered(lanes_of(snapshot, selection), rows)
    result.lanes_of = dict(lanes.assign(snapshot, selection.facet, result.lanes, result.rows))
    # The rest is counted: by kind if the lanes are kinds, then all that is in no lane of its own.
    rest = {bar: bar.starts for bar in full}
    shown = Counter((lane, bar) for bar, head in heads.items() for row in head for lane in result.lanes_of[row["position"]])
    earlier = before
    ongoing = Counter(lane for row in begun for lane in result.lanes_of[row["position"]])
    kinds = [lane.value for lane in result.lanes if lane.value is not None]
    shown_at = [row["position"] for head in heads.values() for row in head]
    for lane, kind in enumerate(kinds):
        days = happenings.first_and_last(snapshot, full, kind, shown_at)
        of_kind = {bar.first: bar.starts for bar in _bars(snapshot, periods, kind)} if rest else {}
        for bar in rest:
            count = of_kind.get(bar.first, 0)
            rest[bar] -= count
            result.add_count(lane, *days.get(bar, (bar.first, bar.last)), count - shown[lane, bar])
        count = counts.touching(snapshot, first, first - 1, kind) if earlier else 0
        earlier -= count
        result.add_count(lane, first, first, count - ongoing[lane])
    others = len(result.lanes) - 1
    days = happenings.first_and_last(snapshot, full, selection.kind, shown_at)
    for bar, count in rest.items():
        result.add_count(others, *days.get(bar, (bar.first, bar.last)), count - shown[others, bar])
    result.add_count(others, first, first, earlier - ongoing[others])
    return result


def _heads(snapshot: Snapshot, selection: DrawnSelection, bars: Sequence[Bar], each: int) -> dict[Bar, list[Row]]:
    """Read the weightiest happenings of each stretch, from a sample and the longest ones. A stretch never leaves a count of one."""
    if not bars:
        return {}
    candidates = happenings.heads(snapshot, bars, selection.kind, max(each + 1, LOOKED_AT))
    begins = [bar.first for bar in bars]
    rows = happenings.longest(snapshot, bars[0].first, bars[-1].last, selection.kind)
    for row in [*rows, *happenings.named(snapshot, selection.focus, bars[0].first, selection.kind)]:
        bar = bars[bisect_right(begins, row["earliest_day"]) - 1]
        rows = candidates.setdefault(bar, [])
        if row["earliest_day"] <= bar.last and all(row["id"] != one["id"] for one in rows):
            rows.append(row)
    heads = {}
    for bar, rows in candidates.items():
        heads[bar] = _weightiest(rows, focus=selection.focus)[: each + (bar.starts == each + 1)]
    return heads


def _each(numbers: Sequence[int]) -> int:
    """Return how many happenings of each stretch are returned one by one, at most; the numbers are those in each stretch.

    Every stretch has the same share, so that none is preferred for being empty; a stretch with fewer leaves its rest to the others.
    """
    if sum(numbers) <= ITEMS:
        return max(numbers, default=0)
    return next((each for each in range(ITEMS_OF_A_STRETCH, 1, -1) if sum(min(one, each) for one in numbers) <= ITEMS), 1)


def _weightiest(rows: Iterable[Row], parts: Mapping[str, int] | None = None, focus: str = "") -> list[Row]:
    """Put the one in focus first, then the weightiest.

    Those that weigh the same alternate over time: the middle one, then those between it and the ends.
    """
    in_time = sorted(rows, key=lambda row: (shape.span_of_row(row) or (0, 0), row["id"]))
    bits = len(in_time).bit_length()
    turned = (int(f"{(place + len(in_time) // 2) % len(in_time):0{bits}b}"[::-1], 2) for place in range(len(in_time)))
    ranked = [
        (row["id"] != focus, -_weight(row, (parts or {}).get(row["id"], 0)), scattered, place)
        for place, (row, scattered) in enumerate(zip(in_time, turned, strict=True))
    ]
    return [in_time[place] for *_, place in sorted(ranked)]


def _from_sample(
    snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period], bars: Sequence[Bar], before: int
) -> Gathered:
    """Read a sample of each stretch. Each match represents happenings in proportion to the size of the stretch."""
    result = Gathered(lanes_of(snapshot, selection))
    rows: list[tuple[Row, float]] = []
    sampled = happenings.sample(snapshot, selection.chosen, bars, selection.kind)
    for bar in bars:
        sample = sampled.get(bar, [])
        current = sum(row["status"] == "current" for row in sample)
        result.exact &= current >= bar.starts
        rows += [(row, max(1.0, bar.starts / max(1, current))) for row in sample if row["matches"]]
    if before:
        begun = happenings.ongoing(snapshot, int(periods[0].first), selection.kind, selection.chosen)
        result.exact &= len(begun) >= before
        rows += [(row, max(1.0, before / len(begun))) for row in begun if row["matches"]]
    in_lanes = lanes.assign(snapshot, selection.facet, result.lanes, [row for row, _ in rows])
    _divide(result, rows, in_lanes, periods, selection.focus)
    return result


def _divide(
    result: Gathered,
    rows: Sequence[tuple[Row, float]],
    in_lanes: Mapping[int, Sequence[int]],
    periods: Sequence[Period],
    focus: str,
) -> None:
    """Return the weightiest happenings of each stretch, or all of it; count the rest.

    A row may represent several happenings: its second value is their number.
    """
    result.weighed = rows
    finely = any("T" in row["date"] for row, _ in rows)  # stretches within a day are of use only for times of day
    stretches = [stretch for period in periods for stretch in period.cut(finely=finely)]
    begins = [begin for begin, _ in stretches]
    by_stretch: dict[int, list[tuple[Row, float]]] = {}
    for row, weight in rows:
        # Happenings that began earlier are counted separately, in a stretch before the first.
        by_stretch.setdefault(bisect_right(begins, (shape.span_of_row(row) or begins)[0]) - 1, []).append((row, weight))
    each = _each([len(inside) for inside in by_stretch.values()])
    for number, inside in by_stretch.items():
        totals: dict[int, float] = {}
        ordered = _weightiest((row for row, _ in inside), result.parts, focus)
        heads, rest = ordered[:each], ordered[each:]
        for row, weight in [*inside, *((row, -1.0) for row in heads)]:
            for lane in in_lanes[row["position"]]:
                totals[lane] = totals.get(lane, 0) + weight
        # Instead of a count of one, the happening itself is drawn.
        while alone := [row for row in rest if any(round(totals[lane]) == 1 for lane in in_lanes[row["position"]])]:
            rest.remove(alone[0])
            heads.append(alone[0])
            for lane in in_lanes[alone[0]["position"]]:
                totals[lane] -= 1
        result.rows += heads
        exact = all(weight == 1 for _, weight in inside)
        for lane, total in sorted(totals.items()):
            result.add_count(lane, *_days(rest, lane, in_lanes) if exact or number < 0 else stretches[number], total)
    result.lanes_of.update({row["position"]: in_lanes[row["position"]] for row in result.rows})


def _days(rows: Iterable[Row], lane: int, in_lanes: Mapping[int, Sequence[int]]) -> tuple[float, float]:
    """Return the first and the last day, or instant, on which those of a lane begin."""
    begins = [span[0] for row in rows if lane in in_lanes[row["position"]] and (span := shape.span_of_row(row))]
    return min(begins, default=0), max((shown_end(begin, math.inf) for begin in begins), default=0) - 1


def overview(snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period]) -> dict[str, Any]:
    """Count the happenings in each stretch of the whole span.

    `bars` are (first day, last day, number of happenings). `total`: the number in all; None if it is not known. `exact`: whether
    the counts are no estimates. `unplaced`: the number whose date names no day. `vague`: whether some may have happened on other
    days than those at which they are drawn. `range`: the first and the last day of all; None if there are none.
    """
    if selection.few:
        spans = _spans(snapshot, selection)
        unplaced = happenings.unplaced(snapshot, selection.chosen)
        vague = bool(unplaced or happenings.any_vague(snapshot, selection.chosen))
        known = {"exact": True, "unplaced": unplaced, "vague": vague, "total": len(spans), "range": extent(spans)}
        return {"bars": bars_of(spans, periods), **known}
    unplaced = happenings.unplaced_of_all(snapshot, selection.kind) if selection.plain else 0
    days = first_and_last(snapshot, selection)
    bars = _bars(snapshot, [Period(math.floor(a), math.ceil(b), most) for a, b, most in periods], selection.kind) if days else []
    shares: dict[Bar, float] = {}
    if not selection.plain:
        shares = happenings.shares(snapshot, selection.chosen, bars, selection.kind)
    counted = [(bar.first, bar.last, round(bar.touching * (1 if selection.plain else shares.get(bar, 0)))) for bar in bars]
    total = counts.touching(snapshot, math.floor(days[0]), math.ceil(days[1]), selection.kind) if days and selection.plain else None
    return {
        "bars": [bar for bar in counted if bar[2]],
        "exact": selection.plain,
        "unplaced": unplaced,
        "vague": False,
        "total": total,
        "range": days,
    }


def first_and_last(snapshot: Snapshot, selection: DrawnSelection) -> tuple[float, float] | None:
    """Return the first and last day of the matches; if they are too many to read, of all happenings or the kind.

    With times of day, as in a shape: the end is the instant one day after the second value.
    """
    if not selection.few:
        days = counts.extent(snapshot, selection.kind)
        days = days and selection.within(*days)
        return days if days and days[0] <= days[1] else None
    return extent(_spans(snapshot, selection))


def _spans(snapshot: Snapshot, selection: DrawnSelection) -> list[shape.Span]:
    return [span for row in selection.rows(snapshot) if (span := shape.span_of_row(row))]
