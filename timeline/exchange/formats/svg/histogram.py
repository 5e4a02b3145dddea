"""Count happenings along the axis when there are too many to be drawn one by one: a column for each stretch of it.

Each happening counts once, where it begins. One that may have begun in several columns is divided among them, and counted as
vague. Must not know any labels.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from timeline.exchange.formats.svg import axis
from timeline.exchange.formats.svg.axis import MIDDAY, Scale
from timeline.exchange.formats.svg.dates import Look

LEAST: Final = 8.0  # the least width of a column, in pixels


@dataclass(slots=True)
class Column:
    """A stretch of the axis: how many happenings surely begin in it, and the shares of those that may."""

    first: float
    last: float
    left: float
    right: float
    sure: float = 0
    vague: float = 0

    @property
    def count(self) -> float:
        """The sum of both."""
        return self.sure + self.vague


def count_by_column(looks: Sequence[Look], scale: Scale) -> tuple[list[Column], str]:
    """Count the happenings along a scale. Also return the length of a stretch in words."""
    # Columns are shorter than a day only if every time of day is known.
    least = 0 if all(look.shape == "point" and look.first % 1 != MIDDAY for look in looks) else 1
    columns = [
        Column(first, last, piece.at(first), piece.at(last))
        for piece in scale.pieces
        for first, last in axis.stretches(piece, LEAST, least)
    ]
    begins = [column.first for column in columns]
    for look in looks:
        until = look.last if look.shape == "within" else look.begun + 1 if look.shape == "bar" else look.first
        low, high = (max(bisect_right(begins, day) - 1, 0) for day in (look.first, max(look.first, until - 0.5)))
        if low == high and look.opens == "stated":
            columns[low].sure += 1
            continue
        shares = [max(min(until, column.last) - max(look.first, column.first), 0) for column in columns[low : high + 1]]
        for column, share in zip(columns[low : high + 1], shares, strict=True):
            column.vague += share / sum(shares) if sum(shares) else 1 / len(shares)
    units = {axis.unit_name(piece, LEAST, least) for piece in scale.pieces}
    unit = units.pop()
    return columns, "a stretch of the axis" if units else unit if unit[0].isdigit() else f"one {unit}"
