"""Single dates as others write them: which year, month and day the words name. Times of day are others_times'.

Owns month names, eras, the order of day and month, and two-digit years. Must not guess in silence: what is doubtful is asked.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from timeline.dates import civil, day_number
from timeline.dates.months import ANY as _ANY
from timeline.dates.months import month_of as month_of  # noqa: PLC0414 - others have it from here
from timeline.errors import Sentence, TimelineError

Order = Literal["dmy", "mdy", "ymd"]
EITHER_ORDER: Final = "{} may be day/month or month/day: taken as either. Say in which order this file writes them"
NO_CENTURY: Final = "{} is a year of two digits: taken as AD {}. Say if its century is missing"
GUESSED_CENTURY: Final = "{} is a year of two digits: taken as {}. Say if it is another century"
NO_YEAR: Final = "is no year: 1 BC is followed by AD 1. Write the year"
APOSTROPHES: Final = "'’"
"""What may stand before a year of two digits."""


class DateUnread(TimelineError):
    """Words that stand for a date say none, or none that can be: why, in one line that quotes the `words`, where there are some."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(Sentence('"{}" {}', words, Sentence(reason)) if words else reason)
        self.words = words
        self.wrong = reason


@dataclass(frozen=True, slots=True)
class Day:
    """A year, month or day, and what is to be asked of it.

    `time` is "T14:30" with its shift, as exact as it is known, and `until` the same of its end on that day.
    """

    year: int
    month: int | None = None
    day: int | None = None
    time: str = ""
    zone: str | None = None
    other: "Day | None" = None
    """The day it may be as well, where day and month cannot be told apart."""
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    plain: bool = True
    """Whether the words and the date say the same at a glance, so that nobody needs to see the words."""
    before: bool = False
    until: str = ""
    """Whether the words said BC."""

    @property
    def edtf(self) -> str:
        """Write it as EDTF, without a word on whether there is such a day."""
        if self.other is not None:
            return "[" + ",".join(sorted((self.one, self.other.one))) + "]"
        return f"{self.one}{self.time}/{self.one}{self.until}" if self.until else self.one + self.time

    @property
    def one(self) -> str:
        """Write the day alone, the first of the two where there are two."""
        return "-".join((year(self.year), *(f"{part:02d}" for part in (self.month, self.day) if part is not None)))


NAME: Final = rf"(?P<name>{_ANY})\.?"
_TWICE: Final = re.compile(rf"({_ANY})\s*/\s*({_ANY})", re.I)  # as much of the Arabic press writes months
_BEFORE: Final = r"b\.?\s?c\.?(?:\s?e\.?)?|v\.\s?chr\.?|av\.?\s?j\.?-?c\.?|a\.\s?c\.(?=\s|$)|a\.\s?c\.\s?n\."
_SINCE: Final = r"a\.?\s?d\.?|c\.?\s?e\.?|n\.\s?chr\.?|ap\.?\s?j\.?-?c\.?|d\.\s?c\."
_ERA: Final = re.compile(
    rf"^(?:(?P<b1>{_BEFORE})|(?P<s1>{_SINCE}))\s*(?=\d)|(?<=\d)\s*(?:(?P<b2>{_BEFORE})|(?P<s2>{_SINCE}))$", re.I
)
_WEEKDAY: Final = re.compile(
    r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b\.?,?\s+(?=\w)|^(?:the\s+)?year\s+(?=\d)",
    re.I,
)
_FORMS: Final = tuple(
    re.compile(form, re.I)
    for form in (
        r"(?P<year>-?\d{4,6})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?",
        r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})",
        r"(?P<year>\d{3,4})年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?",
        r"(?P<year>\d{3,4})년(?:\s?(?P<month>\d{1,2})월(?:\s?(?P<day>\d{1,2})일)?)?",
        r"(?P<year>[12]\d{3})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)",
        rf"(?P<day>\d{{1,2}})\.?[\s-]*{NAME}[\s,-]*(?P<year>'?\d{{1,6}})",
        rf"{NAME}\s*(?P<day>\d{{1,2}})(?:,\s*|\s+)(?P<year>'?\d{{1,6}})",
        rf"{NAME}[\s,-]+(?P<year>'\d{{2}}|\d{{3,6}}|00|3[2-9]|[4-9]\d)",  # "May 12" is a day without a year
        rf"{NAME}-(?P<year>\d\d)",
        rf"(?P<year>\d{{3,6}})[\s.,-]+{NAME}(?:[\s-]+(?P<day>\d{{1,2}})\.?)?",
        r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})",
        r"(?P<year>\d{4})[/.](?P<month>0[1-9]|1[0-2])",
        r"(?P<year>'?-?\d{1,11})(?:\.0)?",
    )
)
_SHEETS_FIRST_DAY: Final = day_number(1899, 12, 30)
_SHORT: Final = re.compile(
    rf"(?<![\w/.-])(?:\d{{1,2}}(?P<sign>[/.-])\d{{1,2}}(?P=sign)|\d{{1,2}}(?:st|nd|rd|th)?\.?[\s-]*(?:of\s+)?(?:{_ANY})\.?[\s,-]*"
    rf"|(?:{_ANY})\.?(?:\s*\d{{1,2}}(?:st|nd|rd|th)?(?:,\s*|\s+)|-|\s+(?=')))'?(?P<year>\d\d)(?=$|[\sT,])",
    re.I,
)
_FIRST_SHORT: Final = re.compile(r"(?<![\w/.-])(?P<year>\d\d)(?=([/.-])\d{1,2}\2\d{1,2}(?:$|[\sT,]))")
_SLASHED: Final = re.compile(r"(?P<one>\d{1,2})(?P<sign>[/.-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})")


def year(number: int) -> str:
    """Write a year as EDTF does: 0 is 1 BC."""
    sign = "-" if number < 0 else ""
    return f"{sign}{abs(number):04d}" if abs(number) <= 9999 else f"Y{number}"


def cleaned(text: str) -> str:
    """Leave out what a date says besides: the day of the week, "1st", "the", and spaces after full stops."""
    words = _WEEKDAY.sub("", " ".join(text.split()))
    words = re.sub(r"(?<=[+-]\d{4})\s*\([\w ]+\)$", "", words)  # as JavaScript tells the zone twice
    words = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b", "", words, flags=re.I)
    words = re.sub(r"(?<=\d)\.\s+(?=\d)", ".", words)
    if "/" in words:
        words = _TWICE.sub(lambda found: found[1] if month_of(found[1]) == month_of(found[2]) else found[0], words)
    return re.sub(r"\s+(?:of|de|del)\s+|^the\s+|^le\s+", lambda found: " " if found[0].startswith(" ") else "", words, flags=re.I)


def short_year(text: str, order: Order | None = None) -> re.Match[str] | None:
    """Find the year of two digits beside a day or month, as the group "year"; with the order ymd it comes first."""
    return (_FIRST_SHORT if order == "ymd" else _SHORT).search(_WEEKDAY.sub(lambda one: " " * len(one[0]), text))


def day(text: str, order: Order | None = None) -> Day | None:
    """Read one date without a time; None where there is none. `order` is that of day and month where both are numbers."""
    words = cleaned(text)
    era = _ERA.search(words)
    if era:
        words = (words[: era.start()] + words[era.end() :]).strip()
        words = words.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", words) else words
    found = _numbers(words, order) or _form(words, era=bool(era))
    if found is None or not era:
        return found
    before = bool(era["b1"] or era["b2"])
    if found.year <= 0:
        raise DateUnread(f"names a year {found.year} of an era, and there is none. Write 1 BC, or AD 1", text)
    number = 1 - found.year if before else found.year
    return replace(found, year=number, plain=False, before=before)


def _numbers(words: str, order: Order | None) -> Day | None:
    """Read three numbers: day and month are told apart by size, by a full stop, by the order of their column, or not at all."""
    found = _SLASHED.fullmatch(words)
    if not found:
        return None
    one, two = int(found["one"]), int(found["two"])
    if order == "ymd" and len(found["year"]) == 2:
        number, questions = _year_of(found["one"], short=True)
        return Day(number, two, int(found["year"]), questions=questions, plain=False)
    number, questions = _year_of(found["year"], short=True)
    both = order if order in ("dmy", "mdy") else "dmy" if found["sign"] == "." else None
    fits = "dmy" if one > 12 or one == two else "mdy" if two > 12 else both
    if order in ("dmy", "mdy") and fits != both and one != two and min(one, two) <= 12:
        questions = (*questions, Sentence("{} is not in the order of its column ({}): say if it is right", found[0], order))
    both = fits
    if both is None:
        asked = Sentence(EITHER_ORDER, found[0])
        return Day(
            number, two, one, other=Day(number, one, two), questions=(*questions, asked), plain=False
        )  # as vague as it was written
    month, day = (one, two) if both == "mdy" else (two, one)
    return Day(number, month, day, questions=questions, plain=not questions)


def _form(words: str, *, era: bool = False) -> Day | None:
    """Read the other forms; with an era the year is as it is written, and AD 69 is no matter of a century."""
    for form in _FORMS:
        found = form.fullmatch(words)
        if found is None:
            continue
        parts = found.groupdict()
        lone = parts.get("name") is None and parts.get("month") is None
        number, questions = (int(parts["year"].lstrip("'")), ()) if era else _year_of(parts["year"], short=not lone)
        month = month_of(parts["name"]) if parts.get("name") else int(parts["month"]) if parts.get("month") else None
        day = int(parts["day"]) if parts.get("day") else None
        if (name := parts.get("name") or "").lower().startswith("listopad"):
            asked = "{} is November in Polish and Czech, October in Croatian: taken as November. Say which it is"
            questions = (*questions, Sentence(asked, name))
        if name and day is None and re.fullmatch(r"0[1-9]|[12]\d|3[01]", parts["year"]) and not era:
            asked = "{} may be a day or a month: taken as the month {}. Say which it is"
            questions = (Sentence(asked, words, f"{year(number)}-{month:02d}"),)
        return Day(number, month, day, questions=questions, plain=not questions)
    return None


def _year_of(digits: str, *, short: bool) -> tuple[int, tuple[str, ...]]:
    """Read the digits of a year. One of two digits is asked about: beside a month it is of our time, alone it is what it says."""
    bare = digits.lstrip("'")
    number = int(bare)
    if digits.startswith("-"):
        if len(digits) >= 5:
            return number, ()
        return number + 1, (Sentence("{} is taken as {} BC. Say if it counts a year 0", digits, -number),)
    if len(bare) > 4:
        raise DateUnread(_too_long(bare), bare)
    if len(bare) > 2:
        return number, ()
    if not short and digits == bare:
        if number == 0:
            raise DateUnread(NO_YEAR, "0")
        return number, (Sentence(NO_CENTURY, digits, number),)
    whole = number + (2000 if number < 30 else 1900)
    return whole, (Sentence(GUESSED_CENTURY, digits, whole),)


def _too_long(digits: str) -> str:
    """Say of a number that it is no year, and what it may be: the day as a spreadsheet counts it, or seconds since 1970."""
    number = int(digits)
    if len(digits) == 5:
        whole, month, of_month = civil(_SHEETS_FIRST_DAY + number)
        told = f"{year(whole)}-{month:02d}-{of_month:02d}"
        counted = "is no year, but a day as a spreadsheet counts it, perhaps {}. Format its column as dates, and save it anew"
        return Sentence(counted, told)
    if 9 <= len(digits) <= 13:
        return "is no year, but perhaps a time counted from 1970. Write it as a date, such as 1950-03-14"
    return Sentence("is no year. Write it as 1950, 1950-03 or 1950-03-14, or Y{} for a year so far away", digits)
