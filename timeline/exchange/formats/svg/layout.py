"""Place the marks of happenings on the axis and their labels beside or above them, without overlaps.

Owns the places, and which of many happenings are named. Must not write SVG.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from timeline.dates import worded
from timeline.exchange.formats.svg import axis, histogram, typesetting
from timeline.exchange.formats.svg.axis import Scale
from timeline.exchange.formats.svg.dates import Look, look
from timeline.exchange.formats.svg.histogram import Column
from timeline.reading import wording
from timeline.reading.records import Happening

LABELLED: Final = 60  # the most that are drawn one by one
NAMED: Final = 24  # the most that are named of a larger number, and the most with dates beside them
WIDTH: Final = 600.0  # still readable on a phone, at two thirds of that
LEFT: Final = 14.0
RIGHT: Final = WIDTH - 14.0
SIZE: Final = 14.0
SMALL: Final = 12.0
LINE: Final = 17.0
STUB: Final = 40.0  # the drawn length of an open or unknown side
GAP: Final = 6.0
LONG: Final = 110.0  # the length from which a bar has its label above it
_DIRECTION_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class Item:
    """A mark and its label, whose first lines may be the date."""

    look: Look
    label: str
    date: str
    tooltip: str
    quotations: int = 0
    most: int = 3  # lines of its label
    left: float = 0
    right: float = 0
    begun: float = 0
    ending: float = 0
    lines: list[str] = field(default_factory=list)
    dated: int = 0  # the number of lines with its date
    beside: Literal["right", "left", "above"] = "right"
    text_left: float = 0
    text_width: float = 0
    top: float = 0

    @property
    def height(self) -> float:
        """The height of the mark and its label."""
        return len(self.lines) * LINE + (16 if self.beside == "above" else 6)

    @property
    def middle(self) -> float:
        """The distance from the top to the middle of the mark."""
        return self.height - 9 if self.beside == "above" else 10

    @property
    def ends(self) -> bool:
        """Whether the lines are aligned at their end: before the mark, or above a mark that begins after them."""
        after = self.text_left + self.text_width - self.right
        return self.beside == "left" or (self.beside == "above" and self.left - self.text_left > max(after, 0))

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Return the occupied rectangles, as (left, right, top, bottom)."""
        text = (self.text_left, self.text_left + self.text_width)
        if self.beside == "above":
            edge = self.top + len(self.lines) * LINE
            return [(*text, self.top, edge), (self.left, self.right, edge, self.top + self.height)]
        bottom = self.top + self.height
        if len(self.lines) > 1:
            return [(*text, self.top, bottom), (self.left, self.right, self.top, self.top + LINE + 4)]
        return [(min(text[0], self.left), max(text[1], self.right), self.top, bottom)]


@dataclass(slots=True)
class Picture:
    """A picture, ready to be drawn."""

    scale: Scale
    items: list[Item]
    columns: list[Column]
    stretch: str  # the length of a column in words
    height: float
    total: int
    undated: int


def lay_out(happenings: Sequence[Happening]) -> Picture:
    """Lay out a picture of happenings."""
    dated = [item for item in map(_item, happenings) if item is not None]
    dated.sort(key=lambda item: (item.look.first, item.look.last))
    opens, closes = (any(getattr(item.look, side) != "stated" for item in dated) for side in ("opens", "closes"))
    stretches = [(item.look.first, item.look.last) for item in dated]
    scale = axis.fit(stretches, LEFT + STUB * opens, RIGHT - STUB * closes)
    items, stretch = dated, ""
    columns: list[Column] = []
    if len(dated) > LABELLED:
        columns, stretch = histogram.count_by_column([item.look for item in dated], scale)
        items = _choose(dated, scale)
    for item in items:
        _place(item, scale, dated=len(dated) <= NAMED)
    return Picture(scale, items, columns, stretch, _stack(items), len(happenings), len(happenings) - len(dated))


def _item(happening: Happening) -> Item | None:
    if (shape := look(happening.date)) is None:
        return None
    title, when = _undirected_line(happening.title) or wording.NO_TITLE, worded(happening.date)
    label = _isolated(title)
    claim = bool(happening.attributed_to)
    if happening.attributed_to:
        # At the beginning, so that it is never cut off.
        label = f"According to {_isolated(_undirected_line(happening.attributed_to))}: {label}"
    if happening.status == "retracted":
        label = f"Retracted: {label}"
    elif any(quotation.stance == "disputes" for quotation in happening.quotations):
        label = f"Disputed: {label}"
    return Item(shape, label, when[:1].upper() + when[1:], f"{when}: {label}", len(happening.quotations), 4 if claim else 3)


def _undirected_line(text: str | None) -> str:
    """Write a text on one line, without characters that turn the direction of the following text."""
    return wording.one_line(_DIRECTION_MARKS.sub("", text or ""))


def _isolated(text: str) -> str:
    """Isolate a text that runs from right to left from the text beside it."""
    return f"\u2068{text}\u2069" if typesetting.right_to_left(text) else text


def _choose(items: list[Item], scale: Scale) -> list[Item]:
    """Choose the items to be named: from each stretch of the axis, those with the most quotations."""
    stretches: dict[int, list[Item]] = {}
    for item in items:
        stretches.setdefault(int((scale.at(item.look.first) - LEFT) / (RIGHT - LEFT) * NAMED), []).append(item)
    ranked: list[tuple[int, Item]] = []
    for stretch in stretches.values():
        ranked += enumerate(sorted(stretch, key=lambda item: -item.quotations))
    chosen = [item for _, item in sorted(ranked, key=lambda pair: pair[0])[:NAMED]]
    return sorted(chosen, key=lambda item: (item.look.first, item.look.last))


def _place(item: Item, scale: Scale, *, dated: bool) -> None:
    """Place a mark and its label: beside the mark, or above a long one."""
    how = item.look
    item.left, item.right = scale.at(how.first), scale.at(how.last)
    item.begun, item.ending = scale.at(how.begun), scale.at(how.ending)
    least = 10.0 if how.shape == "point" else 8.0
    if item.right - item.left < least:
        middle = (item.left + item.right) / 2
        item.left, item.right = item.begun, item.ending = middle - least / 2, middle + least / 2
    # A vague end that is too small to be seen is drawn as certain.
    if item.begun - item.left < 3:
        item.begun = item.left
    if item.right - item.ending < 3:
        item.ending = item.right
    if how.opens != "stated":
        item.left = item.begun = max(LEFT, item.left - STUB)
    if how.closes != "stated":
        goes_on = how.closes == "open" and how.shape == "bar"
        item.right = item.ending = RIGHT if goes_on else min(RIGHT, item.right + STUB)
    _place_label(item, dated=dated)


def _place_label(item: Item, *, dated: bool) -> None:
    rooms = {"right": RIGHT - item.right - GAP, "left": item.left - GAP - LEFT, "above": RIGHT - LEFT}
    wanted = max(typesetting.width(item.label, SIZE), dated * typesetting.width(item.date, SMALL) * typesetting.BOLD)
    long = item.right - item.left >= LONG
    item.beside = "above" if long else "right" if rooms["right"] >= rooms["left"] else "left"
    if wanted <= rooms["right"]:
        item.beside = "right"
    elif wanted <= rooms["left"] and not long:
        item.beside = "left"
    elif (
        not long
        and len(lines := typesetting.lines(item.label, SIZE, rooms["right"], 9)) <= item.most
        and rooms["right"] > LONG
        and lines
    ):
        item.beside = "right"
    room = rooms[item.beside]
    item.lines = typesetting.balanced(item.label, SIZE, room, item.most)
    if dated:
        when = typesetting.lines(item.date, SMALL * typesetting.BOLD, room, 2)
        item.dated, item.lines = len(when), when + item.lines
    widths = [typesetting.width(line, SIZE) for line in item.lines[item.dated :]]
    widths += [typesetting.width(line, SMALL) * typesetting.BOLD for line in item.lines[: item.dated]]
    item.text_width = min(max(widths), room)
    item.text_left = {
        "right": item.right + GAP,
        "left": item.left - GAP - item.text_width,
        "above": max(LEFT, min(item.left, RIGHT - item.text_width)),
    }[item.beside]


def _stack(items: Sequence[Item]) -> float:
    """Move each item down, in the order of time, until it overlaps no other. Return the height of all."""
    occupied: list[tuple[float, float, float, float]] = []
    for item in items:
        while (below := _next_top(item, occupied)) is not None:
            item.top = below
        occupied += item.boxes()
    return max((item.top + item.height for item in items), default=LINE)


def _next_top(item: Item, occupied: Sequence[tuple[float, float, float, float]]) -> float | None:
    """Return the next top at which an item is clear of one that it overlaps. Return None if it overlaps none."""
    ends: list[float] = []
    for left, right, top, bottom in item.boxes():
        offset = top - item.top
        ends += [end - offset for a, b, begin, end in occupied if left < b + 12 and a < right + 12 and top < end and begin < bottom]
    return max(min(ends), item.top + 1) if ends else None
