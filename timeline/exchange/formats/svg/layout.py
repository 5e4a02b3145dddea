"""What is drawn where: each happening's mark on the axis, its label beside or above it, nothing over anything else.

Owns places, and which of many are named. Must not write SVG.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from timeline.dates import worded
from timeline.exchange.formats.svg import columns as picture_columns
from timeline.exchange.formats.svg import scale as picture_scale
from timeline.exchange.formats.svg import text as picture_text
from timeline.exchange.formats.svg.columns import Column
from timeline.exchange.formats.svg.dates import Look, look
from timeline.exchange.formats.svg.scale import Scale
from timeline.reading import wording
from timeline.reading.records import Happening

LABELLED: Final = 60  # so many are drawn one by one
NAMED: Final = 24  # of more, so many are named; up to so many have their dates beside them
WIDTH: Final = 600.0  # so that on a phone, two thirds of that, it can still be read
LEFT: Final = 14.0
RIGHT: Final = WIDTH - 14.0
SIZE: Final = 14.0
SMALL: Final = 12.0
LINE: Final = 17.0
STUB: Final = 40.0  # how long a side is drawn that is open, or not known
GAP: Final = 6.0
LONG: Final = 110.0  # a bar that long has its label above it
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class Item:
    """A mark and its label, in lines of which the first may be its date."""

    look: Look
    label: str
    date: str
    told: str
    quotations: int = 0
    most: int = 3  # lines of its label
    left: float = 0
    right: float = 0
    begun: float = 0
    ending: float = 0
    lines: list[str] = field(default_factory=list)
    dated: int = 0  # how many of the lines are its date
    beside: Literal["right", "left", "above"] = "right"
    text_left: float = 0
    text_width: float = 0
    top: float = 0

    @property
    def height(self) -> float:
        """How high it is, with its label."""
        return len(self.lines) * LINE + (16 if self.beside == "above" else 6)

    @property
    def middle(self) -> float:
        """How far below its top the middle of its mark is."""
        return self.height - 9 if self.beside == "above" else 10

    @property
    def ends(self) -> bool:
        """Whether its lines end together: before its mark, or above one whose end is nearer to them than its start."""
        after = self.text_left + self.text_width - self.right
        return self.beside == "left" or (self.beside == "above" and self.left - self.text_left > max(after, 0))

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Give what it takes, as (left, right, top, bottom)."""
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
    """All that is drawn."""

    scale: Scale
    items: list[Item]
    columns: list[Column]
    stretch: str  # what a column stands for
    height: float
    total: int
    undated: int


def laid_out(happenings: Sequence[Happening]) -> Picture:
    """Lay out a picture of happenings."""
    found = [item for item in map(_item, happenings) if item is not None]
    found.sort(key=lambda item: (item.look.first, item.look.last))
    opens, closes = (any(getattr(item.look, side) != "stated" for item in found) for side in ("opens", "closes"))
    stretches = [(item.look.first, item.look.last) for item in found]
    scale = picture_scale.fitting(stretches, LEFT + STUB * opens, RIGHT - STUB * closes)
    items, stretch = found, ""
    columns: list[Column] = []
    if len(found) > LABELLED:
        columns, stretch = picture_columns.counted([item.look for item in found], scale)
        items = _named(found, scale)
    for item in items:
        _place(item, scale, dated=len(found) <= NAMED)
    return Picture(scale, items, columns, stretch, _packed(items), len(happenings), len(happenings) - len(found))


def _item(happening: Happening) -> Item | None:
    if (how := look(happening.date)) is None:
        return None
    title, when = _plain(happening.title) or wording.NO_TITLE, worded(happening.date)
    label = _isolated(title)
    claim = bool(happening.attributed_to)
    if happening.attributed_to:
        # First, so that it is never cut off.
        label = f"According to {_isolated(_plain(happening.attributed_to))}: {label}"
    if happening.status == "retracted":
        label = f"Retracted: {label}"
    elif any(quotation.stance == "disputes" for quotation in happening.quotations):
        label = f"Disputed: {label}"
    return Item(how, label, when[:1].upper() + when[1:], f"{when}: {label}", len(happening.quotations), 4 if claim else 3)


def _plain(text: str | None) -> str:
    """Write a text on one line, without what would turn the direction of all that follows."""
    return wording.one_line(_TURNING.sub("", text or ""))


def _isolated(text: str) -> str:
    """Keep a text that runs from right to left from taking along what stands beside it."""
    return f"\u2068{text}\u2069" if picture_text.right_to_left(text) else text


def _named(found: list[Item], scale: Scale) -> list[Item]:
    """Choose which are named: from each of as many stretches as there is room for, those with the most quotations."""
    stretches: dict[int, list[Item]] = {}
    for item in found:
        stretches.setdefault(int((scale.at(item.look.first) - LEFT) / (RIGHT - LEFT) * NAMED), []).append(item)
    ranked: list[tuple[int, Item]] = []
    for held in stretches.values():
        ranked += enumerate(sorted(held, key=lambda item: -item.quotations))
    chosen = [item for _, item in sorted(ranked, key=lambda one: one[0])[:NAMED]]
    return sorted(chosen, key=lambda item: (item.look.first, item.look.last))


def _place(item: Item, scale: Scale, *, dated: bool) -> None:
    """Place a mark, and its label beside it, or above it where it is long."""
    how = item.look
    item.left, item.right = scale.at(how.first), scale.at(how.last)
    item.begun, item.ending = scale.at(how.begun), scale.at(how.ending)
    least = 10.0 if how.shape == "point" else 8.0
    if item.right - item.left < least:
        middle = (item.left + item.right) / 2
        item.left, item.right = item.begun, item.ending = middle - least / 2, middle + least / 2
    # What is vague by less than can be seen is drawn as it is sure.
    if item.begun - item.left < 3:
        item.begun = item.left
    if item.right - item.ending < 3:
        item.ending = item.right
    if how.opens != "stated":
        item.left = item.begun = max(LEFT, item.left - STUB)
    if how.closes != "stated":
        goes_on = how.closes == "open" and how.shape == "bar"
        item.right = item.ending = RIGHT if goes_on else min(RIGHT, item.right + STUB)
    _letter(item, dated=dated)


def _letter(item: Item, *, dated: bool) -> None:
    rooms = {"right": RIGHT - item.right - GAP, "left": item.left - GAP - LEFT, "above": RIGHT - LEFT}
    wanted = max(picture_text.width(item.label, SIZE), dated * picture_text.width(item.date, SMALL) * picture_text.BOLD)
    long = item.right - item.left >= LONG
    item.beside = "above" if long else "right" if rooms["right"] >= rooms["left"] else "left"
    if wanted <= rooms["right"]:
        item.beside = "right"
    elif wanted <= rooms["left"] and not long:
        item.beside = "left"
    elif (
        not long
        and len(whole := picture_text.lines(item.label, SIZE, rooms["right"], 9)) <= item.most
        and rooms["right"] > LONG
        and whole
    ):
        item.beside = "right"
    room = rooms[item.beside]
    item.lines = picture_text.balanced(item.label, SIZE, room, item.most)
    if dated:
        when = picture_text.lines(item.date, SMALL * picture_text.BOLD, room, 2)
        item.dated, item.lines = len(when), when + item.lines
    widths = [picture_text.width(line, SIZE) for line in item.lines[item.dated :]]
    widths += [picture_text.width(line, SMALL) * picture_text.BOLD for line in item.lines[: item.dated]]
    item.text_width = min(max(widths), room)
    item.text_left = {
        "right": item.right + GAP,
        "left": item.left - GAP - item.text_width,
        "above": max(LEFT, min(item.left, RIGHT - item.text_width)),
    }[item.beside]


def _packed(items: Sequence[Item]) -> float:
    """Put each as high as nothing is in its way, in the order of time; return how high all of it is."""
    taken: list[tuple[float, float, float, float]] = []
    for item in items:
        while (below := _in_the_way(item, taken)) is not None:
            item.top = below
        taken += item.boxes()
    return max((item.top + item.height for item in items), default=LINE)


def _in_the_way(item: Item, taken: Sequence[tuple[float, float, float, float]]) -> float | None:
    """Tell below what it would be free of one of those that are in its way; None where none is."""
    ends: list[float] = []
    for left, right, top, bottom in item.boxes():
        offset = top - item.top
        ends += [end - offset for a, b, begin, end in taken if left < b + 12 and a < right + 12 and top < end and begin < bottom]
    return max(min(ends), item.top + 1) if ends else None
