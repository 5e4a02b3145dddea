"""What stands in a window of time: happenings where they are few, counts by stretch where they are many.

Owns that choice, and that each happening in the window is in the answer once for each of its lanes: itself, or in a count.
Counts are exact where all that matches was counted beforehand or can be read; where not, they are reckoned from a sample
of each stretch, and the answer says so. Must not know of pixels: it is told how many stretches there are room for. A stretch
begins where a multiple of its length does, so that it is the same in the next window of that length.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any, NamedTuple

from timeline.reading import wording
from timeline.selection.conditions import Chosen, is_corrected
from timeline.selection.snapshot import Snapshot
from timeline.selection.values import Choices
from timeline.selection.window import Window
from timeline.web.drawing import counts, happenings, lanes, shape
from timeline.web.drawing.counts import Bar
from timeline.web.drawing.lanes import Lane

# So many happenings are handed over one by one; of a single stretch no more than so many.
ITEMS, ITEMS_OF_A_STRETCH = 120, 12
# Of each full stretch so many are looked at for the weightiest.
LOOKED_AT = 5


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn: what was chosen, and how many that are, where they are few enough to count.

    `base`: the kind that is filtered by, or '' for all, which the counts made beforehand are of. `plain`: nothing else is
    filtered by, but for a period, whose first and last day are `since` and `until`. `facet`: what the lanes are of.
    `values`: those that the filters offer, of the whole timeline. `held`: what was read, for whoever asks again.
    """

    chosen: Chosen
    counted: int | None
    base: str
    plain: bool
    since: int
    until: int
    facet: str | None
    values: Mapping[str, Choices]
    held: list[list[Row]] = field(default_factory=list)

    def every(self, snapshot: Snapshot) -> list[Row]:
        """Read all of a few matches, once."""
        if not self.held:
            self.held.append(happenings.matching(snapshot, self.chosen, -EVER, EVER))
        return self.held[0]

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
    parts: Mapping[str, int] = field(default_factory=dict)

    def touching(self, window: Window) -> int:
        """Count those of what was read that stand in a window."""
        return round(sum(weight for row, weight in self.weighed if (days := shape.placed(row)) and window.holds(*days)))

    def count(self, lane: int, first: float, last: float, many: float) -> None:
        """Count so many happenings of a lane in a stretch."""
        if round(many) > 0:
            self.clusters.append((lane, first, last, round(many)))

    def json(self) -> dict[str, Any]:
        """Give the answer as the browser reads it."""
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
    """Give a happening as the browser reads it."""
    title = wording.headline(row["title"], row["attributed_to"], row["id"])
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
    """Weigh a happening for a label: what is no part of another first, then by duration, parts, citations and sources."""
    looks = shape.of_text(row["date"]) or {}
    begin, until = shape.stands(looks) or (0, 0)
    # What only may have lasted has no weight from that.
    lasted = min(math.log2(max(until - begin, 1)), 16) if looks.get("how") == "through" else 0
    rests_on = min(int(row["citations"]), 99) * 10 + int(row["sources"])
    return (0 if row["part_of"] else 1000) + round(lasted * 40) + min(parts, 20) * 30 + rests_on


def _marks(row: Row, *, disputed: bool) -> Iterable[tuple[str, bool]]:
    retracted = row["status"] == "retracted"
    yield "near", bool(row["near"])
    yield "retracted", retracted
    yield "corrected", is_corrected(row["version"], row["status"])
    yield "disputed", disputed
    yield "claimed", bool(row["attributed_to"])
    yield "single", row["sources"] == 1


def lanes_of(snapshot: Snapshot, wanted: Wanted) -> Sequence[Lane]:
    """Give the lanes: of a few matches by their own values, else by those that the filters offer."""
    if wanted.few:
        return lanes.of_matches(snapshot, wanted.facet, wanted.chosen)
    return lanes.of_all(wanted.facet, wanted.values, wanted.base)


class Period(NamedTuple):
    """What is to be drawn of time, and how many stretches of it there is room for: from an instant to one a day after `last`.

    By days where both are whole.
    """

    first: float
    last: float
    stretches: int

    def cut(self, *, finely: bool) -> Iterator[tuple[float, float]]:
        """Cut it into stretches of one length; finely, where that is less than a day."""
        first, last = self.first, self.last
        if finely and last - first + 1 < self.stretches:
            width = (last - first + 1) / self.stretches
            for number in range(self.stretches):
                yield first + number * width, first + (number + 1) * width - 1
            return
        first, last = math.floor(first), math.ceil(last)
        days = max(1, -(-(last - first + 1) // self.stretches))
        for begin in range(first // days * days, last + 1, days):
            yield max(begin, first), min(begin + days - 1, last)


def view(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period]) -> Gathered:
    """Gather what stands in these periods, which follow each other: where all matches can be read to the minute, else to the day.

    What stands between two of them is taken to the second.
    """
    gathered = _gathered(snapshot, wanted, periods)
    gathered.disputed = happenings.disputed(snapshot, gathered.rows)
    return gathered


def _gathered(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period]) -> Gathered:
    if wanted.few:
        return _from_matches(snapshot, wanted, periods)
    whole_days = (wanted.within(math.floor(one.first), math.ceil(one.last)) for one in periods)
    cut = [Period(first, last, one.stretches) for one, (first, last) in zip(periods, whole_days, strict=True) if first <= last]
    if not cut:
        return Gathered(lanes_of(snapshot, wanted))
    bars = [bar for bar in _bars(snapshot, cut, wanted.base) if bar.starts]
    first = int(cut[0].first)
    before = counts.touching(snapshot, first, first - 1, wanted.base)
    if wanted.plain and (wanted.facet in (None, "kind") or before + sum(bar.starts for bar in bars) <= ITEMS):
        return _from_counts(snapshot, wanted, cut, bars, before)
    return _from_sample(snapshot, wanted, cut, bars, before)


def _bars(snapshot: Snapshot, periods: Sequence[Period], kind: str) -> list[Bar]:
    return [bar for first, last, most in periods for bar in counts.bars(snapshot, int(first), int(last), most, kind)]


def _from_matches(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period]) -> Gathered:
    """Read all of a few matches."""
    window = Window(periods[0].first, periods[-1].last + 1)
    if wanted.held:
        rows = [row for row in wanted.every(snapshot) if (days := shape.placed(row)) and window.holds(*days)]
    else:
        rows = happenings.matching(snapshot, wanted.chosen, periods[0].first, periods[-1].last)
    result = Gathered(lanes_of(snapshot, wanted))
    in_lanes = lanes.assign(snapshot, wanted.facet, result.lanes, rows)
    result.parts = Counter(row["part_of"] for row in rows if row["part_of"])
    _divide(result, [(row, 1.0) for row in rows], in_lanes, periods)
    return result


def _from_counts(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period], bars: Sequence[Bar], before: int) -> Gathered:
    """Take the counts made beforehand; read the happenings of the emptiest stretches, a few of each other, and earlier ones."""
    first = int(periods[0].first)
    few = _emptiest(bars)
    many = [bar for bar in bars if bar not in few]
    heads = _heads(snapshot, wanted, many, _each(sum(bar.starts for bar in few), len(many)))
    rows = happenings.beginning(snapshot, few, wanted.base)
    begun = happenings.ongoing(snapshot, first, wanted.base) if before else []
    every = [*rows, *begun, *(row for head in heads.values() for row in head)]
    result = Gathered(lanes_of(snapshot, wanted), every)
    result.lanes_of = dict(lanes.assign(snapshot, wanted.facet, result.lanes, result.rows))
    # What is left is counted: by kind where the lanes are kinds, and then whatever no lane of its own has taken.
    left = {bar: bar.starts for bar in many}
    shown = Counter((lane, bar) for bar, head in heads.items() for row in head for lane in result.lanes_of[row["position"]])
    earlier = before
    ongoing = Counter(lane for row in begun for lane in result.lanes_of[row["position"]])
    kinds = [lane.value for lane in result.lanes if lane.value is not None]
    for lane, kind in enumerate(kinds):
        of_kind = {bar.first: bar.starts for bar in _bars(snapshot, periods, kind)} if left else {}
        for bar in left:
            count = of_kind.get(bar.first, 0)
            left[bar] -= count
            result.count(lane, bar.first, bar.last, count - shown[lane, bar])
        count = counts.touching(snapshot, first, first - 1, kind) if earlier else 0
        earlier -= count
        result.count(lane, first, first, count - ongoing[lane])
    others = len(result.lanes) - 1
    for bar, count in left.items():
        result.count(others, bar.first, bar.last, count - shown[others, bar])
    result.count(others, first, first, earlier - ongoing[others])
    return result


def _heads(snapshot: Snapshot, wanted: Wanted, bars: Sequence[Bar], each: int) -> dict[Bar, list[Row]]:
    """Read the weightiest of each stretch: of some that are looked at, and of those that last longest; no count of one is left."""
    if not bars:
        return {}
    looked_at = happenings.heads(snapshot, bars, wanted.base, max(each + 1, LOOKED_AT))
    begins = [bar.first for bar in bars]
    for row in happenings.longest(snapshot, bars[0].first, bars[-1].last, wanted.base):
        bar = bars[bisect_right(begins, row["earliest_day"]) - 1]
        rows = looked_at.setdefault(bar, [])
        if row["earliest_day"] <= bar.last and all(row["id"] != one["id"] for one in rows):
            rows.append(row)
    heads = {}
    for bar, rows in looked_at.items():
        heads[bar] = sorted(rows, key=_weight, reverse=True)[: each + (bar.starts == each + 1)]
    return heads


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


def _from_sample(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period], bars: Sequence[Bar], before: int) -> Gathered:
    """Look at some happenings of each stretch, and let those that match stand for as many as there are in proportion."""
    result = Gathered(lanes_of(snapshot, wanted))
    rows: list[tuple[Row, float]] = []
    sampled = happenings.sample(snapshot, wanted.chosen, bars, wanted.base)
    for bar in bars:
        looked_at = sampled.get(bar, [])
        current = sum(row["status"] == "current" for row in looked_at)
        result.exact &= current >= bar.starts
        rows += [(row, max(1.0, bar.starts / max(1, current))) for row in looked_at if row["matches"]]
    if before:
        begun = happenings.ongoing(snapshot, int(periods[0].first), wanted.base, wanted.chosen)
        result.exact &= len(begun) >= before
        rows += [(row, max(1.0, before / len(begun))) for row in begun if row["matches"]]
    in_lanes = lanes.assign(snapshot, wanted.facet, result.lanes, [row for row, _ in rows])
    _divide(result, rows, in_lanes, periods)
    return result


def _divide(
    result: Gathered, rows: Sequence[tuple[Row, float]], in_lanes: Mapping[int, Sequence[int]], periods: Sequence[Period]
) -> None:
    """Keep as happenings those of the emptiest stretches, and the weightiest of each other; add up the rest.

    A row may stand for several.
    """
    result.weighed = rows
    finely = any("T" in row["date"] for row, _ in rows)  # within a day only times tell anything apart
    stretches = [stretch for period in periods for stretch in period.cut(finely=finely)]
    begins = [begin for begin, _ in stretches]
    by_stretch: dict[int, list[tuple[Row, float]]] = {}
    for row, weight in rows:
        # What had begun before is counted apart, in a stretch before the first.
        by_stretch.setdefault(bisect_right(begins, (shape.placed(row) or begins)[0]) - 1, []).append((row, weight))
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
        heads = sorted((row for row, _ in inside), key=lambda row: _weight(row, result.parts.get(row["id"], 0)), reverse=True)
        heads, rest = heads[:each], heads[each:]
        for row, weight in [*inside, *((row, -1.0) for row in heads)]:
            for lane in in_lanes[row["position"]]:
                totals[lane] = totals.get(lane, 0) + weight
        # A count of one is none: the one itself is drawn.
        while alone := [row for row in rest if any(round(totals[lane]) == 1 for lane in in_lanes[row["position"]])]:
            rest.remove(alone[0])
            heads.append(alone[0])
            for lane in in_lanes[alone[0]["position"]]:
                totals[lane] -= 1
        result.rows += heads
        begin, end = stretches[number] if number >= 0 else (begins[0], begins[0] + min(stretches[0][1] - begins[0], 0))
        for lane, total in sorted(totals.items()):
            result.count(lane, begin, end, total)
    result.lanes_of.update({row["position"]: in_lanes[row["position"]] for row in result.rows})


def overview(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period], stretches: int) -> dict[str, Any]:
    """Count what stands in each stretch of the whole span.

    `first` and `last` day, `bars` of (first day, last day, how many), `total`: how many in all; `unplaced`: how many have no day
    to stand at; `vague`: whether some may have happened on other days than those at which they are drawn.
    """
    if wanted.few:
        placed = _placed(snapshot, wanted)
        unplaced = happenings.unplaced(snapshot, wanted.chosen)
        vague = bool(unplaced or happenings.any_vague(snapshot, wanted.chosen))
        return {"bars": standing(placed, periods), "exact": True, "unplaced": unplaced, "vague": vague, "total": len(placed)}
    unplaced = happenings.unplaced_of_all(snapshot, wanted.base) if wanted.plain else 0
    days = span(snapshot, wanted)
    bars = _bars(snapshot, [Period(math.floor(a), math.ceil(b), most) for a, b, most in periods], wanted.base) if days else []
    shares: dict[Bar, float] = {}
    if not wanted.plain:
        shares = happenings.shares(snapshot, wanted.chosen, bars, wanted.base)
    counted = [(bar.first, bar.last, round(bar.touching * (1 if wanted.plain else shares.get(bar, 0)))) for bar in bars]
    total = counts.touching(snapshot, math.floor(days[0]), math.ceil(days[1]), wanted.base) if days and wanted.plain else None
    return {
        "bars": [bar for bar in counted if bar[2]],
        "exact": wanted.plain,
        "unplaced": unplaced,
        "vague": False,
        "total": total,
    }


def span(snapshot: Snapshot, wanted: Wanted) -> tuple[float, float] | None:
    """Give the first and the last day that is named by what was chosen; where that is too much to read, by all there is.

    Where times are known, as in a shape: from an instant to one a day after the other.
    """
    if not wanted.few:
        days = counts.extent(snapshot, wanted.base)
        days = days and wanted.within(*days)
        return days if days and days[0] <= days[1] else None
    return extent(_placed(snapshot, wanted))


def _placed(snapshot: Snapshot, wanted: Wanted) -> list[shape.Days]:
    return [days for row in wanted.every(snapshot) if (days := shape.placed(row))]


MINUTE = 1 / 1440
EVER = 9_000_000_000_000_000


def ended(begin: float, until: float) -> float:
    """Give where a stretch ends that may go on for ever: such a one is there from its first day on, or its first minute."""
    return begin + (1 if begin == begin // 1 else MINUTE) if until == math.inf else until


def extent(placed: Sequence[shape.Days]) -> tuple[float, float] | None:
    """Give the first of some days and the last; None where there are none."""
    if not placed:
        return None
    return min(begin for begin, _ in placed), max(ended(*days) for days in placed) - 1


def standing(placed: Sequence[shape.Days], periods: Sequence[Period]) -> list[tuple[float, float, int]]:
    """Count what stands in each stretch of some periods, which follow each other; empty ones are left out."""
    finely = any(begin % 1 or until % 1 for begin, until in placed if until != math.inf)
    stretches = [stretch for period in periods for stretch in period.cut(finely=finely)]
    begins = [begin for begin, _ in stretches]
    edges = [0] * (len(stretches) + 1)
    for begin, until in placed:
        if not stretches or until <= begins[0] or begin >= stretches[-1][1] + 1:
            continue
        number = max(bisect_right(begins, begin) - 1, 0)
        edges[number] += 1
        if until != math.inf:
            edges[max(bisect_left(begins, until), number + 1)] -= 1
    bars, here = [], 0
    for (first, last), edge in zip(stretches, edges, strict=False):
        here += edge
        if here:
            bars.append((first, last, here))
    return bars
