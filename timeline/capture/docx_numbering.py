"""The numbers of paragraphs in a Word document, and which of its styles are hidden: from its styles and its numbering.

Owns the counting. Must not read the text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from timeline.capture.list_numbers import bullet, formatted
from timeline.capture.ooxml import attribute, child, is_on
from timeline.capture.package import local

_LEVELS: Final = 9
_DEEPEST: Final = 50  # styles that are based on each other
_PLACE: Final = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    """How paragraphs at a level of a list are numbered."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    """Whether all levels above are shown in digits."""


@dataclass(frozen=True, slots=True)
class _Style:
    """The numbering of a style, and whether it hides the text."""

    based_on: str = ""
    list: str = ""
    level: int | None = None
    hidden: bool | None = None


@dataclass(slots=True)
class _List:
    """A list as paragraphs name it: the levels, and the numbers from which it starts anew."""

    count: str
    """Lists with the same count go on counting from each other."""
    levels: dict[int, _Level]
    anew: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Numbers the paragraphs of a document in their order."""

    def __init__(self, styles: Element | None, numbering: Element | None) -> None:
        """Take both from the document; either may be missing."""
        every = [one for one in styles if local(one) == "style"] if styles is not None else []
        self._styles = {attribute(one, "styleId"): _style(one) for one in every}
        self._default = next(
            (attribute(one, "styleId") for one in every if attribute(one, "type") == "paragraph" and is_default(one)), ""
        )
        self._lists = _lists(numbering, self._styles) if numbering is not None else {}
        self._counts: dict[str, dict[int, int]] = {}
        self.unknown = False
        """Whether a number had a form that is not known, and is in digits."""

    def is_hidden(self, style: str) -> bool:
        """Whether a style hides its text."""
        return bool(self._inherited(style, "hidden"))

    def label(self, style: str, list: str, level: int | None) -> str:
        """Count a paragraph, and return its number. `list` and `level` are those that it names itself, if any."""
        style = style or self._default
        list = list or str(self._inherited(style, "list") or "")
        numbered_list = self._lists.get(list)
        if numbered_list is None:
            return ""
        inherited = self._inherited(style, "level") if level is None else level
        at = min(int(inherited or 0), _LEVELS - 1)
        definition = numbered_list.levels.get(at)
        if definition is None:
            return ""
        counts = self._counts.setdefault(numbered_list.count, {})
        if at in numbered_list.anew:
            counts[at] = numbered_list.anew.pop(at)
        else:
            counts[at] = counts[at] + 1 if at in counts else definition.start
        for deeper in [one for one in counts if one > at]:
            restart = numbered_list.levels[deeper].restart if deeper in numbered_list.levels else None
            if restart is None or (restart and at < restart):
                del counts[deeper]
        if definition.form == "bullet":
            return bullet(definition.text)
        return _PLACE.sub(lambda place: self._number(numbered_list, counts, int(place[1]) - 1, definition), definition.text).strip()

    def _number(self, numbered_list: _List, counts: Mapping[int, int], at: int, shown_by: _Level) -> str:
        level = numbered_list.levels.get(at, _Level())
        number = counts.get(at, level.start)
        text = formatted(number, "decimal" if shown_by.legal and level.form != "decimalZero" else level.form)
        self.unknown = self.unknown or text is None
        return str(number) if text is None else text

    def _inherited(self, style: str, name: str) -> "str | int | bool | None":
        """Return a property of a style, or of the nearest one on which it is based."""
        for _ in range(_DEEPEST):
            one = self._styles.get(style)
            if one is None:
                return None
            value: str | int | bool | None = getattr(one, name)
            if value not in (None, ""):
                return value
            style = one.based_on
        return None


def is_default(style: Element) -> bool:
    """Whether paragraphs that name no style have this one."""
    return attribute(style, "default") in ("1", "true", "on")


def _style(style: Element) -> _Style:
    hidden = child(style, "rPr", "vanish")
    return _Style(
        _value(child(style, "basedOn")),
        _value(child(style, "pPr", "numPr", "numId")),
        _number(_value(child(style, "pPr", "numPr", "ilvl"))),
        None if hidden is None else is_on(hidden),
    )


def _value(element: Element | None) -> str:
    return "" if element is None else attribute(element, "val")


def _number(text: str, default: int | None = None) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default


def _lists(numbering: Element, styles: Mapping[str, _Style]) -> dict[str, _List]:
    """Return the lists by their ids."""
    definitions = {attribute(one, "abstractNumId"): one for one in numbering if local(one) == "abstractNum"}
    numbers = {attribute(one, "numId"): one for one in numbering if local(one) == "num"}
    lists = {}
    for id, one in numbers.items():
        count = _value(child(one, "abstractNumId"))
        definition = definitions.get(count)
        if definition is not None and (linked := _value(child(definition, "numStyleLink"))) in styles:
            number = numbers.get(styles[linked].list)
            count = _value(child(number, "abstractNumId")) if number is not None else count
            definition = definitions.get(count)
        if definition is None or id == "0":
            continue
        made = lists[id] = _List(count, dict(_levels(definition)))
        for override in one:
            if local(override) == "lvlOverride" and (at := _number(attribute(override, "ilvl"))) is not None:
                made.levels |= dict(_levels(override))
                if (start := _number(_value(child(override, "startOverride")))) is not None:
                    made.anew[at] = start
    return lists


def _levels(definition: Element) -> "list[tuple[int, _Level]]":
    levels = []
    for one in definition:
        if local(one) != "lvl" or (at := _number(attribute(one, "ilvl"))) is None:
            continue
        start = _number(_value(child(one, "start")), 0) or 0
        form, text = _value(child(one, "numFmt")) or "decimal", _value(child(one, "lvlText"))
        legal = is_on(child(one, "isLgl"))
        levels.append((at, _Level(start, form, text, _number(_value(child(one, "lvlRestart"))), legal)))
    return levels
