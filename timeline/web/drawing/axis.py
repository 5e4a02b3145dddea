"""The axis of a drawing: which span it is over, and where it is broken because nothing happened for long.

Owns both, by the rule of the pictures that are exported. The axis is that of the whole selection, not of a window, and of what is
known now as well as of what was known: searching, filtering and going back in the log leave it as it is. Must not know of pixels.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from timeline.exchange.formats.svg import axis as picture_axis
from timeline.selection.snapshot import Snapshot
from timeline.selection.window import Window
from timeline.web.drawing import counts, gather, happenings, shape
from timeline.web.drawing.gather import Period, Wanted

# The span of all happenings is shown with so much room around it; what begins and ends within a day with so much and a minute.
ROOM, ROOM_WITHIN_A_DAY, A_MINUTE = 0.03, 0.06, 7e-4
# So many stretches of time are looked at for emptiness, and so often again within what is not empty.
LOOKED_AT, ROUNDS = 240, 4

Run = tuple[float, float, float]
"""From an instant to another, and how many happenings stand there, each beside or over the next."""


@dataclass(frozen=True)
class Axis:
    """The first and the last day of all there is, and the parts of the axis, if it is broken: (start, end, left, right).

    A part lies between two places from 0 to 1; between two parts nothing stands.
    """

    first: float | None
    last: float | None
    parts: Sequence[tuple[float, float, float, float]] = ()

    def whole(self, *, broken: bool) -> Window | None:
        """Give the window that all happenings fit into, with some room; None where there is none."""
        if self.first is None or self.last is None:
            return None
        if self.parts and broken:
            return Window(self.parts[0][0], self.parts[-1][1])
        length = self.last + 1 - self.first
        room = length * ROOM_WITHIN_A_DAY + A_MINUTE if length < 1 else max(1.0, length * ROOM)
        return Window(self.first - room, self.last + 1 + room)

    def periods(self, stretches: int, *, broken: bool) -> Sequence[Period]:
        """Cut the whole into periods with so many stretches, as much room as each has."""
        if self.first is None or self.last is None:
            return ()
        if not self.parts or not broken:
            return (Period(self.first, self.last, stretches),)
        shares = sum(right - left for *_, left, right in self.parts)
        return [
            Period(max(start, self.first), min(end - 1, self.last), max(1, round(stretches * (right - left) / shares)))
            for start, end, left, right in self.parts
        ]


def of(selections: Sequence[tuple[Snapshot, Wanted]]) -> Axis:
    """Make the axis on which all of these selections stand."""
    runs: list[Run] = []
    for snapshot, wanted in selections:
        runs += _beyond(runs, _runs(snapshot, wanted))
    if not runs:
        return Axis(None, None)
    _, wanted = selections[0]
    since, until = wanted.since, wanted.until
    # What reaches beyond a period that is filtered by is cut to it. What is only near it is shown too, unless that is far away.
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
        return Axis(first, last)
    return Axis(first, last, [(one.first, one.last, one.left / 1_000, one.right / 1_000) for one in fitted])


def _beyond(known: Sequence[Run], runs: Sequence[Run]) -> Sequence[Run]:
    """Leave out what stands within what is known already, so that it does not change the scale."""
    merged: list[list[float]] = []
    for first, last, _ in sorted(known):
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    begins = [first for first, _ in merged]
    return [run for run in runs if not ((at := bisect_right(begins, run[0])) and run[1] <= merged[at - 1][1])]


def _runs(snapshot: Snapshot, wanted: Wanted) -> list[Run]:
    """Say where anything stands; an interval with an open end counts where it begins."""
    if wanted.few:
        return [run for row in wanted.every(snapshot) if (run := _run(shape.of_text(row["date"]) or {}))]
    days = gather.span(snapshot, wanted)
    if days is None:
        return []
    first, last = math.floor(days[0]), math.ceil(days[1])
    runs = _standing(snapshot, [(first, last)], wanted.base)
    if runs is None or sum(end - begin for begin, end, _ in runs) > (last + 1 - first) * (1 - picture_axis.EMPTY):
        return [(first, last + 1, 1)]
    for _ in range(ROUNDS):
        parts = picture_axis.fit_counts(runs, 0, 1_000).pieces
        ranges = [(max(first, math.floor(part.first)), min(last, math.ceil(part.last))) for part in parts]
        finer = _standing(snapshot, ranges, wanted.base)
        if not finer or len(finer) == len(runs):
            break
        runs = finer
    return runs


def _run(looks: shape.Shape) -> Run | None:
    stands = shape.stands(looks)
    if stands is None:
        return None
    begin, until = stands
    end = gather.ended(begin, until)
    # Of what has an open end its vague start is known.
    return begin, max(end, looks["c"] + 1) if until == math.inf and "c" in looks else end, 1


def _standing(snapshot: Snapshot, ranges: Sequence[tuple[int, int]], kind: str) -> list[Run] | None:
    """Say in which stretches of these days anything stands that has an end; None where too much has none."""
    bars = [bar for first, last in ranges for bar in counts.bars(snapshot, first, last, LOOKED_AT, kind)]
    begun = happenings.open_ended(snapshot, kind) if any(not bar.starts for bar in bars) else []
    if begun is None:
        return None
    begun = sorted(begun)
    return [
        (bar.first, bar.last + 1, max(bar.starts, 1)) for bar in bars if bar.starts or bar.touching > bisect_right(begun, bar.last)
    ]


def of_days(placed: Sequence[shape.Days]) -> Axis:
    """Make the axis for some days."""
    days = gather.extent(placed)
    if days is None:
        return Axis(None, None)
    fitted = picture_axis.fit([(begin, gather.ended(begin, until)) for begin, until in placed], 0, 1_000).pieces
    parts = [(one.first, one.last, one.left / 1_000, one.right / 1_000) for one in fitted]
    return Axis(*days, parts if len(parts) > 1 else ())
