"""What is drawn where: each happening's mark on the axis, its label beside it, in lanes where nothing overlaps.

Owns places and what is gathered. Must not write SVG. What allows several days is vague; what lasted is a bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from timeline import dates
from timeline.exchange.writing import picture_scale, saying
from timeline.exchange.writing.parts import span
from timeline.exchange.writing.picture_scale import Scale
from timeline.exchange.writing.picture_text import cut, width
from timeline.exchange.writing.record import Happening

LABELLED: Final = 60
WIDTH: Final = 760.0
LEFT: Final = 16.0
RIGHT: Final = WIDTH - 16.0
SIZE: Final = 12.5
STUB: Final = 44.0
GAP: Final = 7.0
Shape = Literal["point", "bar", "vague", "group"]


@dataclass(slots=True)
class Item:
    """A mark and its label. `opens`, `closes`: what its ends are, where they are not stated."""

    shape: Shape
    first: float
    last: float
    label: str
    told: str
    opens: str = "stated"
    closes: str = "stated"
    faded: bool = False
    count: int = 1
    left: float = 0
    right: float = 0
    text: str = ""
    text_left: float = 0
    text_width: float = 0
    beside: Literal["right", "left", "over"] = "right"
    lane: int = 0


@dataclass(slots=True)
class Picture:
    """All that is drawn."""

    scale: Scale
    items: list[Item] = field(default_factory=list)
    lanes: int = 0
    total: int = 0
    gathered: int = 0
    undated: int = 0


def laid_out(happenings: Sequence[Happening]) -> Picture:
    """Lay out a picture of happenings."""
    found = [item for item in map(_item, happenings) if item is not None]
    found.sort(key=lambda item: (item.first, item.last, item.label))
    scale = picture_scale.fitting([(item.first, item.last) for item in found], LEFT, RIGHT)
    picture = Picture(scale, total=len(happenings), undated=len(happenings) - len(found))
    picture.items = found if len(found) <= LABELLED else _gathered(found, scale)
    picture.gathered = sum(item.count for item in picture.items if item.count > 1)
    free: list[float] = []
    for item in picture.items:
        _place(item, scale)
        begin, end = min(item.left, item.text_left), max(item.right, item.text_left + item.text_width)
        item.lane = next((lane for lane, taken in enumerate(free) if taken + 14 <= begin), len(free))
        free[item.lane : item.lane + 1] = [end]
    picture.lanes = len(free)
    return picture


def _item(happening: Happening) -> Item | None:
    date = dates.parse(happening.date)
    first = date.earliest_day if date.earliest_day is not None else date.latest_day
    last = date.latest_day if date.latest_day is not None else date.earliest_day
    if first is None or last is None:
        return None
    shape: Shape = (
        "bar" if date.type in ("interval", "list") else "point" if first == last and date.start == date.end == "stated" else "vague"
    )
    title = saying.one_line(happening.title) or saying.NO_TITLE
    begin, end = float(first), float(last + 1)
    if date.type == "datetime" and (start := span(happening.date).start) is not None and start.time:
        hour, minute = map(int, start.time.split(":")[:2])
        begin = end = first + hour / 24 + minute / 1440
    elif shape == "point":
        begin = end = first + 0.5
    item = Item(shape, begin, end, title, f"{saying.when(happening.date)}: {title}", date.start, date.end)
    item.faded = date.uncertain or date.approximate or any(mark in happening.date for mark in ("X", "S"))
    if happening.status == "retracted":
        item.label = f"Retracted: {title}"
    return item


def _gathered(found: list[Item], scale: Scale) -> list[Item]:
    """Gather those that stand together, so that no more than `LABELLED` marks are left."""
    room = (RIGHT - LEFT) / (LABELLED - 2)
    bins: dict[int, list[Item]] = {}
    for item in found:
        bins.setdefault(int((scale.at(item.first) - LEFT) // room), []).append(item)
    items: list[Item] = []
    for _, held in sorted(bins.items()):
        if len(held) == 1:
            items += held
            continue
        first, last = min(item.first for item in held), max(item.first for item in held)
        label = f"{len(held):,} happenings"
        items.append(Item("group", first, last, label, f"{label}, {_between(first, last)}", count=len(held)))
    return items


def _between(first: float, last: float) -> str:
    begin, end = (picture_scale.year_name(dates.civil(int(day // 1))[0]) for day in (first, last))
    return f"in {begin}" if begin == end else f"{begin} to {end}"


def _place(item: Item, scale: Scale) -> None:
    """Place a mark, and its label beside it, or over it, where there is room."""
    item.left, item.right = scale.at(item.first), scale.at(item.last)
    middle = (item.left + item.right) / 2
    if item.shape in ("point", "group"):
        half = 5.0 if item.shape == "point" else 6.5
        item.left, item.right = middle - half, middle + half
    elif item.right - item.left < 8:
        item.left, item.right = middle - 4, middle + 4
    if item.opens != "stated":
        item.left = max(LEFT, item.right - STUB)
    if item.closes == "open" and item.shape == "bar":
        item.right = RIGHT
    elif item.closes != "stated":
        item.right = min(RIGHT, item.left + STUB)
    wanted = width(item.label, SIZE)
    rooms = {"right": RIGHT - item.right - GAP, "left": item.left - GAP - LEFT, "over": item.right - item.left - 36}
    side: Literal["right", "left", "over"] = "right"
    if wanted > rooms["right"]:
        side = "left" if rooms["left"] >= rooms["right"] else "right"
        if wanted > rooms[side] and item.shape in ("bar", "vague") and rooms["over"] > rooms[side]:
            side = "over"
    item.beside, room = side, max(rooms[side], 0)
    item.text = cut(item.label, SIZE, room)
    item.text_width = min(width(item.text, SIZE), room)
    item.text_left = {"right": item.right + GAP, "left": item.left - GAP - item.text_width, "over": item.left + 18}[side]
