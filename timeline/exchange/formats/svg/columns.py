"""How many happenings there are along the axis, where they are too many to be drawn one by one: a column for each stretch of it.

Owns the counting. Must not know of labels. Each happening counts once, where it begins; one that may have begun in several columns
is shared out among them, and is kept apart as vague.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from timeline.exchange.formats.svg import scale as picture_scale
from timeline.exchange.formats.svg.dates import Look
from timeline.exchange.formats.svg.scale import Scale

LEAST: Final = 8.0  # how wide a column is at least, in pixels
NOON: Final = 0.5  # where a day stands of which no time is known


@dataclass(slots=True)
class Column:
    """A stretch of the axis, with how many surely begin within it, and how many of those that may."""

    first: float
    last: float
    left: float
    right: float
    sure: float = 0
    vague: float = 0

    @property
    def count(self) -> float:
        """How many all in all."""
        return self.sure + self.vague


def counted(looks: Sequence[Look], scale: Scale) -> tuple[list[Column], str]:
    """Count the happenings along a scale; tell how long the stretches are."""
    # Of a day alone it is not known in which of its hours.
    least = 0 if all(look.shape == "point" and look.first % 1 != NOON for look in looks) else 1
    columns = [
        Column(first, last, piece.at(first), piece.at(last))
        for piece in scale.pieces
        for first, last in picture_scale.stretches(piece, LEAST, least)
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
    units = {picture_scale.unit_name(piece, LEAST, least) for piece in scale.pieces}
    unit = units.pop()
    return columns, "a stretch of the axis" if units else unit if unit[0].isdigit() else f"one {unit}"
