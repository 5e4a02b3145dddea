"""Read single dates in free text: the year, month and day that the words name. `times` has the times of day.

Owns eras, the order of day and month, and two-digit years. Must not guess in silence: every doubt becomes a question.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from timeline.dates import civil, day_number
from timeline.dates.months import ANY as _ANY
from timeline.dates.months import month_of as month_of  # noqa: PLC0414 - other modules import it from here
from timeline.errors import Sentence, TimelineError

Order = Literal["dmy", "mdy", "ymd"]
EITHER_ORDER: Final = "{} may be day/month or month/day: taken as either. Say in which order this file writes them"
NO_CENTURY: Final = "{} is a year of two digits: taken as AD {}. Say if its century is missing"
GUESSED_CENTURY: Final = "{} is a year of two digits: taken as {}. Say if it is another century"
NO_YEAR: Final = "is not a year: AD 1 follows 1 BC. Write the year"
APOSTROPHES: Final = "'’"
"""The characters that may precede a year of two digits."""


class DateUnread(TimelineError):
    """Words are not a date, or not a possible one. The message has the reason in one line and quotes the `words`, if any."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(Sentence('"{}" {}', words, Sentence(reason)) if words else reason)
        self.words = words
        self.wrong = reason


@dataclass(frozen=True, slots=True)
class Day:
    """A year, month or day, with questions about doubts.

    `time` is "T14:30" with its shift, as exact as it is known, and `until` the same for its end on that day.
    """

    year: int
    month: int | None = None
    day: int | None = None
    time: str = ""
    zone: str | None = None
    other: "Day | None" = None
    """The other possible day, if day and month cannot be told apart."""
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    plain: bool = True
    """Whether the words and the date are obviously the same, so that no note is needed."""
    before: bool = False
    """Whether the words had BC."""
    until: str = ""

    @property
    def edtf(self) -> str:
        """The date in EDTF, without a check that the day exists."""
        if self.other is not None:
            return "[" + ",".join(sorted((self.one, self.other.one))) + "]"
        return f"{self.one}{self.time}/{self.one}{self.until}" if self.until else self.one + self.time

    @property
    def one(self) -> str:
        """The day alone; of two possible days, the first."""
        return "-".join((year(self.year), *(f"{part:02d}" for part in (self.month, self.day) if part is not None)))


NAME: Final = rf"(?P<name>{_ANY})\.?"
_TWICE: Final = re.compile(rf"({_ANY})\s*/\s*({_ANY})", re.I)  # both names of a month, as in much of the Arabic press
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
    """Return a year in EDTF: 0 is 1 BC."""
    sign = "-" if number < 0 else ""
    return f"{sign}{abs(number):04d}" if abs(number) <= 9999 else f"Y{number}"


def cleaned(text: str) -> str:
    """Remove the day of the week, ordinal endings ("1st"), articles, and spaces after full stops."""
    words = _WEEKDAY.sub("", " ".join(text.split()))
    words = re.sub(r"(?<=[+-]\d{4})\s*\([\w ]+\)$", "", words)  # JavaScript writes the zone twice
    words = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b", "", words, flags=re.I)
    words = re.sub(r"(?<=\d)\.\s+(?=\d)", ".", words)
    if "/" in words:
        words = _TWICE.sub(lambda match: match[1] if month_of(match[1]) == month_of(match[2]) else match[0], words)
    return re.sub(r"\s+(?:of|de|del)\s+|^the\s+|^le\s+", lambda match: " " if match[0].startswith(" ") else "", words, flags=re.I)


def short_year(text: str, order: Order | None = None) -> re.Match[str] | None:
    """Find a two-digit year beside a day or month, as the group "year"; with the order ymd it comes first."""
    return (_FIRST_SHORT if order == "ymd" else _SHORT).search(_WEEKDAY.sub(lambda one: " " * len(one[0]), text))


def day(text: str, order: Order | None = None) -> Day | None:
    """Read one date without a time; None if there is none. `order` is the order of day and month as numbers."""
    words = cleaned(text)
    era = _ERA.search(words)
    if era:
        words = (words[: era.start()] + words[era.end() :]).strip()
        words = words.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", words) else words
    result = _numbers(words, order) or _form(words, era=bool(era))
    if result is None or not era:
        return result
    before = bool(era["b1"] or era["b2"])
    if result.year <= 0:
        raise DateUnread(f"names the year {result.year} of an era, which does not exist. Write 1 BC, or AD 1", text)
    number = 1 - result.year if before else result.year
    return replace(result, year=number, plain=False, before=before)


def _numbers(words: str, order: Order | None) -> Day | None:
    """Read three numbers. Day and month are told apart by size, by a full stop, by the column's order, or not at all."""
    match = _SLASHED.fullmatch(words)
    if not match:
        return None
    one, two = int(match["one"]), int(match["two"])
    if order == "ymd" and len(match["year"]) == 2:
        number, questions = _year_of(match["one"], short=True)
        return Day(number, two, int(match["year"]), questions=questions, plain=False)
    number, questions = _year_of(match["year"], short=True)
    day_month_order = order if order in ("dmy", "mdy") else "dmy" if match["sign"] == "." else None
    fits = "dmy" if one > 12 or one == two else "mdy" if two > 12 else day_month_order
    if order in ("dmy", "mdy") and fits != day_month_order and one != two and min(one, two) <= 12:
        questions = (*questions, Sentence("{} is not in the order of its column ({}): say if it is right", match[0], order))
    day_month_order = fits
    if day_month_order is None:
        question = Sentence(EITHER_ORDER, match[0])
        return Day(
            number, two, one, other=Day(number, one, two), questions=(*questions, question), plain=False
        )  # as vague as it was written
    month, day = (one, two) if day_month_order == "mdy" else (two, one)
    return Day(number, month, day, questions=questions, plain=not questions)


def _form(words: str, *, era: bool = False) -> Day | None:
    """Read the other forms. With an era, the year is as written: AD 69 is not a year without its century."""
    for form in _FORMS:
        match = form.fullmatch(words)
        if match is None:
            continue
        parts = match.groupdict()
        lone = parts.get("name") is None and parts.get("month") is None
        number, questions = (int(parts["year"].lstrip("'")), ()) if era else _year_of(parts["year"], short=not lone)
        month = month_of(parts["name"]) if parts.get("name") else int(parts["month"]) if parts.get("month") else None
        day = int(parts["day"]) if parts.get("day") else None
        if (name := parts.get("name") or "").lower().startswith("listopad"):
            question = "{} is November in Polish and Czech, October in Croatian: taken as November. Say which it is"
            questions = (*questions, Sentence(question, name))
        if name and day is None and re.fullmatch(r"0[1-9]|[12]\d|3[01]", parts["year"]) and not era:
            question = "{} may be a day or a month: taken as the month {}. Say which it is"
            questions = (Sentence(question, words, f"{year(number)}-{month:02d}"),)
        return Day(number, month, day, questions=questions, plain=not questions)
    return None


def _year_of(digits: str, *, short: bool) -> tuple[int, tuple[str, ...]]:
    """Read the digits of a year. Ask about two digits: beside a month they mean a recent year, alone the year as written."""
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
    full = number + (2000 if number < 30 else 1900)
    return full, (Sentence(GUESSED_CENTURY, digits, full),)


def _too_long(digits: str) -> str:
    """Return the message for a number too long for a year, which may be a spreadsheet's day number or seconds since 1970."""
    number = int(digits)
    if len(digits) == 5:
        of_year, month, of_month = civil(_SHEETS_FIRST_DAY + number)
        date = f"{year(of_year)}-{month:02d}-{of_month:02d}"
        reason = "is not a year, but a spreadsheet's number of a day, perhaps {}. Format the column as dates, and save it again"
        return Sentence(reason, date)
    if 9 <= len(digits) <= 13:
        return "is not a year, but perhaps a time counted from 1970. Write it as a date, such as 1950-03-14"
    return Sentence("is not a year. Write it as 1950, 1950-03 or 1950-03-14, or Y{} for a year that far away", digits)
