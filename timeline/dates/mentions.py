"""Find the dates that a text states so clearly that no reader would doubt the day, month or year.

Owns that standard: a day or a month with its year, in words or as numbers in a certain order, and a year after a word such as "in"
or "since". Must not guess: other dates are ignored, and if a span may begin or end at a date, its other side counts as open.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from timeline.dates.calendar import MONTH_NAMES, days_in_month
from timeline.dates.months import ANY, month_of


class Mention(NamedTuple):
    """A date in a text: its first and last day in ISO 8601, None for an open side; and the date in English."""

    earliest: str | None
    latest: str | None
    words: str


LONGEST: Final = 2_000  # characters of a text to search
NUMERALS: Final = {first + digit: str(digit) for first in (0x660, 0x6F0) for digit in range(10)}  # of Arabic and Persian
_YEAR: Final = r"(?P<year>1\d{3}|20\d{2})(?![\d\w]|[.,:/-]\d)"
_NAME: Final = rf"(?P<name>{ANY})\b\.?"
_OF: Final = r"(?:\s*,?\s+(?:of\s+|de\s+|del\s+|من\s+)?)"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_RANGE: Final = r"(?<![\d\w.,:/–—-])(?<!\d\s)(?<![–—-]\s)"
_FORMS: Final = tuple(
    re.compile(form, re.I)
    for form in (
        r"(?<![\d\w.,:/–—-])(?P<year>1\d{3}|20\d{2})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d\w]|[/-]\d)",
        rf"{_RANGE}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}",
        r"(?<![\d\w])(?P<year>1\d{3}|20\d{2})年(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?",
        rf"{_RANGE}{_DAY}\s+(?:of\s+|de\s+|من\s+)?{_NAME}{_OF}{_YEAR}",
        rf"\b{_NAME}\s+{_DAY},?\s+{_YEAR}",
        rf"\b{_NAME}{_OF}{_YEAR}",
        rf"\b(?:in|since|year|en|depuis|desde|im\s+jahre?|jahre?|seit|nel|anno|année|año|سنة|عام|в)\s+{_YEAR}"
        r"(?=\s*(?:[,.;:!?)\]»”\"]|$))",
    )
)
_SINCE: Final = re.compile(
    r"\b(?:since|after|from|depuis|apr[èe]s|desde|seit|nach|ab|dal|dopo|منذ|بعد)\s+(?:the\s+|le\s+|el\s+|dem\s+|il\s+)?$", re.I
)
_UNTIL: Final = re.compile(
    r"\b(?:until|till|through|before|by|to|jusqu['’]?(?:au|en)?|avant|au|hasta|antes\s+del?|al|bis|vor|fino\s+al?|prima\s+del?|حتى|قبل|إلى)"
    r"\s+(?:the\s+|le\s+|el\s+|zum\s+|dem\s+|il\s+)?$"
    rf"|(?:\d|{ANY})(?:st|nd|rd|th|er|\.)?\s*(?:\s(?:and|or|et|ou|und|oder|y|o|e|و)\s|[–—,/&-])\s*(?:the\s+|le\s+|el\s+)?$",
    re.I,
)
_ONWARDS: Final = re.compile(
    r"\s*(?:onwards?\b|[–—-]\s*\d|(?:to|until|till|through|and|au|al|bis|hasta)\s+(?:the\s+|le\s+)?\d)", re.I
)
_NEAR: Final = 40  # characters before a date, to search for words such as "since" and "until"
_DIGITS: Final = re.compile(r"\d{4}")
_BEFORE_ERA: Final = re.compile(r"\s*\(?(?:b\.?\s?c|a\.?\s?h\b|v\.\s?chr|av\.\s?j)", re.I)


def stated(text: str, used: list[tuple[int, int]] | None = None) -> list[Mention]:
    """Return the dates that a text states clearly, in the order of the forms, without dates within other dates.

    Dates that overlap the places in `taken` are left out; the places of those returned are added to it.
    """
    mentions: list[Mention] = []
    used = [] if used is None else used
    text = text[:LONGEST].translate(NUMERALS)
    if not _DIGITS.search(text):
        return []
    for form in _FORMS:
        for match in form.finditer(text):
            start, end = match.span()
            if any(start < to and end > since for since, to in used) or _BEFORE_ERA.match(text, end):
                continue
            used.append((start, end))
            since, until = _spans(text, match.start("year") if form is _FORMS[-1] else start, start, end)
            for one in _read(match.groupdict()):
                mentions.append(Mention(None if until else one.earliest, None if since else one.latest, one.words))
    return mentions


def is_open(text: str, start: int, end: int) -> bool:
    """Whether a span may begin or end at a place in a text."""
    return any(_spans(text, start, start, end))


def _spans(text: str, until: int, start: int, end: int) -> tuple[bool, bool]:
    """Return whether a span may begin, and whether it may end, at a place, by the words before `until` and after `end`."""
    before = text[max(0, start - _NEAR) : until]
    return bool(_SINCE.search(before) or _ONWARDS.match(text, end)), bool(_UNTIL.search(before))


def _read(parts: dict[str, str | None]) -> Iterator[Mention]:
    year = int(parts["year"] or 0)
    name = parts.get("name") or ""
    month = month_of(name) if name else int(parts.get("month") or 0) or None
    day = int(parts["day"] or 0) if parts.get("day") else None
    if name.lower().startswith("listopad"):  # November or October: the language says which
        return
    if month is None:
        if not name and not parts.get("month"):
            yield Mention(f"{year}-01-01", f"{year}-12-31", str(year))
        return
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= days_in_month(year, month)):
        return
    first, last = (1, days_in_month(year, month)) if day is None else (day, day)
    words = f"{'' if day is None else f'{day} '}{MONTH_NAMES[month]} {year}"
    yield Mention(f"{year}-{month:02d}-{first:02d}", f"{year}-{month:02d}-{last:02d}", words)
