"""The axis of a drawing: its span, the breaks where nothing happened for long, and what of it is shown at first.

Owns these, by the rule of the exported pictures. The axis is that of the whole selection, not of a window, and covers the present
and the past of the log: searching, filtering and going back in the log do not change it. Must not know of pixels.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from timeline.dates import civil, day_number
from timeline.exchange.formats.svg import axis as picture_axis
from timeline.selection.snapshot import Snapshot
from timeline.selection.window import Window
from timeline.web.drawing import counts, gather, happenings, shape
from timeline.web.drawing.gather import DrawnSelection
from timeline.web.drawing.stretches import Period, extent, shown_end

# The room beside the span of all happenings, as a share of its length; within one day it is another share and a minute.
ROOM, ROOM_WITHIN_A_DAY, A_MINUTE = 0.03, 0.06, 7e-4
# The number of stretches that are tested for emptiness, and how often those that are not empty are tested more finely.
LOOKED_AT, ROUNDS = 240, 4
# From so many happenings on, a drawing opens on most of them alone, if the rest's share of the time exceeds its share of the
# happenings by this.
MANY, SPARSE = 60, 0.5

Run = tuple[float, float, float]
"""A time in which happenings follow each other or overlap: its start, its end, and how many there are."""


@dataclass(frozen=True)
class Axis:
    """The first and the last day of all happenings, and the parts of the axis, if it is broken: (start, end, left, right).

    `left` and `right` are the places of a part on the axis, from 0 to 1. Between two parts there is no happening. `opening`: the
    window that is shown at first, where in most of the time hardly anything happened.
    """

    first: float | None
    last: float | None
    parts: Sequence[tuple[float, float, float, float]] = ()
    opening: Window | None = None

    def window(self, *, broken: bool) -> Window | None:
        """Return the window that holds all happenings, with some room; None if there is no happening."""
        if self.first is None or self.last is None:
            return None
        if self.parts and broken:
            return Window(self.parts[0][0], self.parts[-1][1])
        length = self.last + 1 - self.first
        room = length * ROOM_WITHIN_A_DAY + A_MINUTE if length < 1 else max(1.0, length * ROOM)
        return Window(self.first - room, self.last + 1 + room)

    def periods(self, stretches: int, *, broken: bool) -> Sequence[Period]:
        """Cut the axis into periods that share the stretches by their length on it."""
        if self.first is None or self.last is None:
            return ()
        if not self.parts or not broken:
            return (Period(self.first, self.last, stretches),)
        shares = sum(right - left for *_, left, right in self.parts)
        return [
            Period(max(start, self.first), min(end - 1, self.last), max(1, round(stretches * (right - left) / shares)))
            for start, end, left, right in self.parts
        ]


def of_selections(selections: Sequence[tuple[Snapshot, DrawnSelection]]) -> Axis:
    """Return the axis that holds all of these selections. The period of the first one limits it."""
    runs: list[Run] = []
    for snapshot, selection in selections:
        runs += _beyond(runs, _runs(snapshot, selection))
    if not runs:
        return Axis(None, None)
    _, selection = selections[0]
    since, until = selection.since, selection.until
    # Runs are cut to the period of the filter. Runs that are only near the period stay, unless they are far away.
    cut = [(max(first, since), min(last, until + 1), many) for first, last, many in runs if first <= until and last > since]
    near = [
        (first, last, many)
        for first, last, many in runs
        if (first > until or last <= since) and max(first - until, since - last) <= max(until - since, last - first)
    ]
    runs = [*cut, *near] or runs
    fitted = picture_axis.fit_counts(runs, 0, 1_000).pieces
    first, last = min(first for first, *_ in runs), max(last for _, last, _ in runs) - 1
    if len(fitted) < 2:
        return Axis(first, last, opening=_opening(runs, first, last))
    return Axis(first, last, [(one.first, one.last, one.left / 1_000, one.right / 1_000) for one in fitted])


def _opening(runs: Sequence[Run], first: float, last: float) -> Window | None:
    """Return the time in which most happenings are, if there are many, and before or after it hardly any for long."""
    total, length = sum(many for *_, many in runs), last + 1 - first
    if total < MANY:
        return None
    before, sparse_until, sparse_from = 0.0, (0.0, first), (0.0, last + 1)
    for begin, _, many in sorted(runs):
        excess = (begin - first) / length - before / total
        before += many
        sparse_until = max(sparse_until, (excess, begin))
        sparse_from = max(sparse_from, (before / total - (begin - first) / length, begin))
    start = sparse_until[1] if sparse_until[0] > SPARSE else first
    end = sparse_from[1] if sparse_from[0] > SPARSE else last + 1
    if not first < start < end and not start < end <= last:
        return None
    # A round year reads better, if there are years.
    years = 10 ** math.floor(math.log10(max(end - start, 1) / 1_000)) if end - start > 3_652 else 0
    if years:
        start, end = (
            _year(math.floor(civil(math.floor(start))[0] / years) * years) if start > first else start,
            _year(math.ceil(civil(math.ceil(end))[0] / years) * years) if end <= last else end,
        )
    room = (end - start) * ROOM
    return Window(start if start > first else start - room, end if end <= last else end + room)


def _year(year: int) -> int:
    return day_number(year, 1, 1)


def _beyond(known: Sequence[Run], runs: Sequence[Run]) -> Sequence[Run]:
    """Return the runs that are not inside a known run."""
    merged: list[list[float]] = []
    for first, last, _ in sorted(known):
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    begins = [first for first, _ in merged]
    return [run for run in runs if not ((at := bisect_right(begins, run[0])) and run[1] <= merged[at - 1][1])]


def _runs(snapshot: Snapshot, selection: DrawnSelection) -> list[Run]:
    """Return the runs of a selection. An interval with an open end counts only where it begins."""
    if selection.few:
        return [run for row in selection.rows(snapshot) if (run := _run(shape.of_text(row["date"]) or {}))]
    if snapshot.as_of is not None and selection.plain:  # all others are among the present happenings
        return [(first, last + 1, 1) for first, last in counts.replaced_days(snapshot, selection.kind)]
    days = gather.first_and_last(snapshot, selection)
    if days is None:
        return []
    first, last = math.floor(days[0]), math.ceil(days[1])
    runs = _occupied(snapshot, [(first, last)], selection.kind)
    if runs is None:
        return [(first, last + 1, 1)]
    if sum(end - begin for begin, end, _ in runs) > (last + 1 - first) * (1 - picture_axis.EMPTY):
        return [(first, first + 1, 0), *runs, (last, last + 1, 0)]
    for _ in range(ROUNDS):
        parts = picture_axis.fit_counts(runs, 0, 1_000).pieces
        ranges = [(max(first, math.floor(part.first)), min(last, math.ceil(part.last))) for part in parts]
        finer = _occupied(snapshot, ranges, selection.kind)
        if not finer or len(finer) == len(runs):
            break
        runs = finer
    return runs


def _run(date_shape: shape.Shape) -> Run | None:
    span = shape.span(date_shape)
    if span is None:
        return None
    begin, until = span
    end = shown_end(begin, until)
    # An interval with an open end lasts at least to the end of its vague start.
    return begin, max(end, date_shape["c"] + 1) if until == math.inf and "c" in date_shape else end, 1


def _occupied(snapshot: Snapshot, ranges: Sequence[tuple[int, int]], kind: str) -> list[Run] | None:
    """Return the stretches of these days that hold happenings with an end; None if too many have an open end."""
    bars = [bar for first, last in ranges for bar in counts.bars(snapshot, first, last, LOOKED_AT, kind)]
    open_ended = happenings.open_ended(snapshot, kind) if any(not bar.starts for bar in bars) else []
    if open_ended is None:
        return None
    open_ended = sorted(open_ended)
    return [
        (bar.first, bar.last + 1, max(bar.starts, 1))
        for bar in bars
        if bar.starts or bar.touching > bisect_right(open_ended, bar.last)
    ]


def of_spans(spans: Sequence[shape.Span]) -> Axis:
    """Return the axis that holds these spans."""
    days = extent(spans)
    if days is None:
        return Axis(None, None)
    fitted = picture_axis.fit([(begin, shown_end(begin, until)) for begin, until in spans], 0, 1_000).pieces
    parts = [(one.first, one.last, one.left / 1_000, one.right / 1_000) for one in fitted]
    return Axis(*days, parts if len(parts) > 1 else ())
