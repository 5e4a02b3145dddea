"""Single dates as others write them: which year, month, day and time of day the words name. Ranges and "circa" are others_dates'.

Owns month names, eras, the order of day and month, and two-digit years. Must not guess in silence: what is doubtful is asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from timeline.errors import TimelineError

Order = Literal["dmy", "mdy"]


class DateUnread(TimelineError):
    """Words that stand for a date say none, or none that can be: why, in one line."""


@dataclass(frozen=True, slots=True)
class Day:
    """A year, month or day, and what is to be asked of it. `time` is "T14:30:00" with its shift, where both are known."""

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
    """Whether the words said BC."""

    @property
    def edtf(self) -> str:
        """Write it as EDTF, without a word on whether there is such a day."""
        if self.other is not None:
            return "[" + ",".join(sorted((self.one, self.other.one))) + "]"
        return self.one + self.time

    @property
    def one(self) -> str:
        """Write the day alone, the first of the two where there are two."""
        return "-".join((year(self.year), *(f"{part:02d}" for part in (self.month, self.day) if part is not None)))


_LANGUAGES: Final = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber maerz apr mai jun jul aug sept okt nov dez",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil aout sept oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
)
MONTHS: Final[Mapping[str, int]] = {name: at for names in _LANGUAGES for at, name in enumerate(names.split(), start=1)}
NAME: Final = "(?P<name>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_BEFORE: Final = r"b\.?\s?c\.?(?:\s?e\.?)?|v\.\s?chr\.?|av\.?\s?j\.?-?c\.?|a\.\s?c\.(?=\s|$)|a\.\s?c\.\s?n\."
_SINCE: Final = r"a\.?\s?d\.?|c\.?\s?e\.?|n\.\s?chr\.?|ap\.?\s?j\.?-?c\.?|d\.\s?c\."
_ERA: Final = re.compile(
    rf"^(?:(?P<b1>{_BEFORE})|(?P<s1>{_SINCE}))\s*(?=\d)|(?<=\d)\s*(?:(?P<b2>{_BEFORE})|(?P<s2>{_SINCE}))$", re.I
)
_WEEKDAY: Final = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+|^(?:mon|tue|wed|thu|fri|sat|sun)\.?,\s*", re.I)
_TIME: Final = re.compile(
    r"(?:t|,?\s+(?:at\s+)?)(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>[.,]\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}(?::?\d{2})?|[a-z]+(?:/[a-z_+-]+)+|[a-z]{2,5})?$",
    re.I,
)
_FORMS: Final = tuple(
    re.compile(form, re.I)
    for form in (
        r"(?P<year>-?\d{4,6})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?",
        r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})",
        r"(?P<year>\d{3,4})年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?",
        r"(?P<year>[12]\d{3})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)",
        rf"(?P<day>\d{{1,2}})\.?[\s-]*{NAME}[\s,-]*(?P<year>'?\d{{1,6}})",
        rf"{NAME}\s*(?P<day>\d{{1,2}})(?:,\s*|\s+)(?P<year>'?\d{{1,6}})",
        rf"{NAME}[\s,-]+(?P<year>'?\d{{2,6}})",
        rf"(?P<year>\d{{3,6}})[\s,-]+{NAME}(?:[\s-]+(?P<day>\d{{1,2}}))?",
        r"(?P<month>\d{1,2})[/.](?P<year>\d{4})",
        r"(?P<year>'?-?\d{1,11})",
    )
)
_SLASHED: Final = re.compile(r"(?P<one>\d{1,2})(?P<sign>[/.-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})")
_NO_YEAR: Final = re.compile(rf"(?:\d{{1,2}}\.?\s*{NAME}|{NAME.replace('name', 'only')}(?:\s*\d{{1,2}})?)", re.I)


def year(number: int) -> str:
    """Write a year as EDTF does: 0 is 1 BC."""
    sign = "-" if number < 0 else ""
    return f"{sign}{abs(number):04d}" if abs(number) <= 9999 else f"Y{number}"


def single(text: str, order: Order | None = None) -> Day:
    """Read one date. `order` is that of day and month where both are numbers. Raises DateUnread where there is none."""
    words = " ".join(text.split())
    words = _WEEKDAY.sub("", words)
    words = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b", "", words, flags=re.I)
    words = re.sub(r"\s+(?:of|de|del)\s+|^the\s+|^le\s+", lambda found: " " if found[0].startswith(" ") else "", words, flags=re.I)
    era = _ERA.search(words)
    if era:
        words = (words[: era.start()] + words[era.end() :]).strip()
    if era:
        words = words.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", words) else words
    day = _numbers(words, order) or _form(words, era=bool(era)) or _timed(words, order, text)
    if not era:
        return day
    before = bool(era["b1"] or era["b2"])
    if day.year <= 0:
        raise DateUnread(f'"{text}" names a year {day.year} of an era, and there is none. Write 1 BC, or AD 1')
    number = 1 - day.year if before else day.year
    return Day(number, day.month, day.day, day.time, day.zone, None, day.notes, day.questions, plain=False, before=before)


def _numbers(words: str, order: Order | None) -> Day | None:
    """Read three numbers: day and month are told apart by size, by a full stop, by the order of their column, or not at all."""
    found = _SLASHED.fullmatch(words)
    if not found:
        return None
    one, two = int(found["one"]), int(found["two"])
    number, questions = _year_of(found["year"], short=True)
    both = order or ("dmy" if found["sign"] == "." else None)
    if one > 12 or one == two:
        both = "dmy"
    elif two > 12:
        both = "mdy"
    if both is None:
        asked = f"{found[0]} may be day/month or month/day: taken as either. Say in which order this file writes them"
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
        month = MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["month"]) if parts.get("month") else None
        day = int(parts["day"]) if parts.get("day") else None
        return Day(number, month, day, questions=questions, plain=not questions)
    return None


def _year_of(digits: str, *, short: bool) -> tuple[int, tuple[str, ...]]:
    """Read the digits of a year. One of two digits is asked about: beside a month it is of our time, alone it is what it says."""
    bare = digits.lstrip("'")
    number = int(bare)
    if digits.startswith("-"):
        if len(digits) >= 5:
            return number, ()
        return number + 1, (f"{digits} is taken as {-number} BC. Say if it counts a year 0",)
    if len(bare) > 2:
        return number, ()
    if not short and digits == bare:
        if number == 0:
            raise DateUnread('"0" is no year: 1 BC is followed by AD 1. Write the year')
        return number, (f"{digits} is a year of two digits: taken as AD {number}. Say if its century is missing",)
    whole = number + (2000 if number < 30 else 1900)
    return whole, (f"{digits} is a year of two digits: taken as {whole}. Say if it is another century",)


def _timed(words: str, order: Order | None, text: str) -> Day:
    """Read a date with a time of day behind it."""
    found = _TIME.search(words)
    day = (_numbers(words[: found.start()], order) or _form(words[: found.start()])) if found else None
    if found is None or day is None:
        if _NO_YEAR.fullmatch(words):
            raise DateUnread(f'"{text}" names no year. Add it')
        raise DateUnread(f'"{text}" is not understood as a date. Write it as 1950, 1950-03 or 1950-03-14')
    if day.day is None or (found["minute"] is None and not found["half"]):
        raise DateUnread(f'"{text}" is not understood as a date. Write it as 1950, 1950-03 or 1950-03-14')
    return with_time(day, found["hour"], found["minute"], found["second"], half=found["half"], zone=found["zone"])


def with_time(
    day: Day,
    hour: str,
    minute: str | None = None,
    second: str | None = None,
    *,
    half: str | None = None,
    zone: str | None = None,
) -> Day:
    """Add a time of day, as exactly as it was told: an hour alone is kept in words, a minute begins with its second 00."""
    number = int(hour)
    told = ":".join(part for part in (hour, minute, second) if part is not None) + (f" {half}" if half else "")
    if half:
        if not 1 <= number <= 12:
            raise DateUnread(f'the time "{told}" is none: hours of half a day run from 1 to 12. Correct it')
        number = number % 12 + (12 if half.lower().startswith("p") else 0)
    if number > 23 or int(minute or 0) > 59 or int(second or 0) > 60:
        raise DateUnread(f'the time "{told}" is none. Write 00:00 to 23:59')
    notes, questions = list(day.notes), list(day.questions)
    shift, named = _shift(zone)
    if zone and not shift and not named:
        questions.append(f'"{zone}" is no name of one time zone: the time is taken as local. Name the zone, such as Europe/Paris')
        notes.append(f"the time is told as {told} {zone}")
    if minute is None or day.other is not None:
        notes.append(f"the time of day is told as {told}")
        return Day(day.year, day.month, day.day, "", named, day.other, tuple(notes), tuple(questions), plain=False)
    if second is None:
        notes.append(f"the time is told to the minute: {told}")
    if (number, int(minute), int(second or 0)) == (0, 0, 0):
        questions.append("the time is midnight, which often stands for no time known")
    time = f"T{number:02d}:{minute}:{second or '00'}{shift}"
    return Day(day.year, day.month, day.day, time, named, None, tuple(notes), tuple(questions), plain=day.plain)


def _shift(zone: str | None) -> tuple[str, str | None]:
    """Tell a shift from UTC and the name of a zone apart; neither where the letters may mean several."""
    if not zone:
        return "", None
    if zone.upper() in ("Z", "UTC", "GMT"):
        return "Z", None
    if zone[0] in "+-":
        digits = zone.replace(":", "")
        if not digits[1:].strip("0"):
            return "Z", None
        return f"{digits[:3]}:{digits[3:] or '00'}", None
    return "", zone if "/" in zone else None
