"""Periods of time cut into stretches, and the number of spans that touch each of them.

Owns where a stretch begins: at a multiple of its length, so that it is the same in the next window of that length. Must not read
the database.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline.web.drawing import shape

MINUTE = 1 / 1440
EVER = 9_000_000_000_000_000


class Period(NamedTuple):
    """A time to draw, from the instant `first` to the one a day after `last`, and the number of stretches it is cut into.

    If both are whole numbers, it is a period of days.
    """

    first: float
    last: float
    stretches: int

    def cut(self, *, finely: bool) -> Iterator[tuple[float, float]]:
        """Cut it into stretches of one length: whole days, or less than a day with `finely` if there is room."""
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


def shown_end(begin: float, until: float) -> float:
    """Return the end of a stretch; one without an end counts as its first day (or minute)."""
    return begin + (1 if begin == begin // 1 else MINUTE) if until == math.inf else until


def extent(spans: Sequence[shape.Span]) -> tuple[float, float] | None:
    """Return the first and the last day of some spans; None if there are none."""
    if not spans:
        return None
    return min(begin for begin, _ in spans), max(shown_end(*span) for span in spans) - 1


def bars_of(spans: Sequence[shape.Span], periods: Sequence[Period]) -> list[tuple[float, float, int]]:
    """Count the spans that touch each stretch of some periods, which follow each other; empty stretches are left out."""
    finely = any(begin % 1 or until % 1 for begin, until in spans if until != math.inf)
    stretches = [stretch for period in periods for stretch in period.cut(finely=finely)]
    begins = [begin for begin, _ in stretches]
    edges = [0] * (len(stretches) + 1)
    for begin, until in spans:
        if not stretches or until <= begins[0] or begin >= stretches[-1][1] + 1:
            continue
        number = max(bisect_right(begins, begin) - 1, 0)
        edges[number] += 1
        if until != math.inf:
            edges[max(bisect_left(begins, until), number + 1)] -= 1
    bars, touching = [], 0
    for (first, last), edge in zip(stretches, edges, strict=False):
        touching += edge
        if touching:
            bars.append((first, last, touching))
    return bars
