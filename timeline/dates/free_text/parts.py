"""A date of others that is told in parts, each a number or its digits, as TimelineJS and bibliographies have it.

Owns how parts become a date. Must not guess which part is which.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import APOSTROPHES, NO_CENTURY, NO_YEAR, DateUnread, Day, Order, month_of, short_year
from timeline.dates.free_text.phrases import read
from timeline.dates.free_text.result import OthersDate, checked, of_day, written
from timeline.dates.free_text.times import with_time
from timeline.errors import Sentence
from timeline.shortening import shortened

_LONGEST: Final = 60  # characters of a part
_SOME_DAY: Final = "2000-01-01"  # beside which a time of day is read by itself


def of_parts(
    year: object, month: object = None, day: object = None, hour: object = None, minute: object = None, second: object = None
) -> OthersDate:
    """Read a date told in parts, each a number or its digits. A negative year is BC: -44 is 44 BC."""
    parts = [_part(part) for part in (year, month, day, hour, minute, second)]
    if parts[0] is None:
        raise DateUnread("there is no year" if any(parts) else "there is no date")
    if not any(parts[1:]) and not re.fullmatch(r"-\d{1,11}|\d{1,4}|\d{6,11}", parts[0]):  # five: a day in a spreadsheet
        return read(parts[0])
    told = "-".join(part for part in parts[:3] if part)
    month_number = month_of((parts[1] or "").rstrip("."))
    if not re.fullmatch(r"-?\d{1,11}", parts[0]) or not all(re.fullmatch(r"\d{1,2}", one) for one in parts[2:] if one):
        raise DateUnread("is not a date in numbers. Correct its parts", told)
    if parts[1] and month_number is None and not re.fullmatch(r"\d{1,2}", parts[1]):
        raise DateUnread("is not a month. Write 1 to 12", parts[1])
    number = int(parts[0])
    questions: tuple[str, ...] = ()
    if 0 <= number < 100:
        questions = (Sentence(NO_CENTURY, number, number),)
    if number > 9999:
        questions = (Sentence("{} is a year of more than four digits. Say if it is one", number),)
    if number == 0:
        raise DateUnread(NO_YEAR, "0")
    if parts[2] and not parts[1]:
        raise DateUnread("has a day and no month. Add the month", told)
    found = Day(
        number + 1 if number < 0 else number,
        month_number or (int(parts[1]) if parts[1] else None),
        int(parts[2]) if parts[2] else None,
        questions=questions,
        plain=number > 0 and not questions,
    )
    if parts[3] and parts[2]:
        found = with_time(found, parts[3], parts[4] and f"{int(parts[4]):02d}", parts[5] and f"{int(parts[5]):02d}")
    elif parts[3]:
        raise DateUnread("has a time and no day. Add the day", told)
    return checked(of_day(found, parts[0] if number < 0 else ""), told)


def of_time(year: object, month: object, day: object, time: str) -> OthersDate:
    """Read a date told in parts with its time of day as words: "14:30", "2:30 PM"."""
    return timed(of_parts(year, month, day), time)


def timed(whole: OthersDate, time: str, column: str | None = None) -> OthersDate:
    """Add a time of day to a day; what is none, and one beside no day, is kept in words. `column` is where it stands."""
    time = shortened(time, _LONGEST)
    told = f"the time of day is told as {time}"
    try:
        found = read(f"{_SOME_DAY} {time}") if re.fullmatch(r"-?\d{4}-\d\d-\d\d", whole.date) else None
    except DateUnread as error:
        reason = Sentence("It is not understood. Write it as 04:10") if _SOME_DAY in error.words else error.reason
        where = Sentence(' in the column "{}"', column) if column else ""
        asked = Sentence('the time "{}"{} is kept in words alone ({})', time, where, reason)
        whole = replace(whole, questions=(*whole.questions, asked))
        found = None
    if found is None:
        return replace(whole, note="; ".join(filter(None, (whole.note, told))))
    note = "; ".join(filter(None, (whole.note, (found.note or "").replace(f"{_SOME_DAY} ", ""))))
    return replace(
        whole,
        date=found.date.replace(_SOME_DAY, whole.date),
        note=note or None,
        zone=found.zone,
        questions=(*whole.questions, *found.questions),
    )


def beside(words: str, parts: OthersDate, order: Order | None = None) -> OthersDate:
    """Read a date beside which its year stands as well, or more parts: that settles its century, or is the year that it lacks.

    Where the two contradict each other, or the words say no date and the parts alone are taken, that is asked.
    """
    words = " ".join(words.split())
    found = _in_year(words, parts.date, order)
    if found is None:
        shown = shortened(words, _LONGEST)
        asked = f'"{shown}" is not understood beside {parts.date}, which alone is taken. Say what it means'
        note = "; ".join(filter(None, (parts.note, f'the date is written "{shown}"')))
        return replace(parts, note=note, questions=(*parts.questions, asked))
    if not _meet(found.date, parts.date):
        asked = f'"{words}" is not in {parts.date}, the date beside it: taken as {found.date}. Say which is right'
        return replace(found, questions=(*found.questions, asked))
    return found


def is_in_year(words: str, year: str) -> bool:
    """Whether words are a date, and in the year beside them."""
    try:
        whole = of_parts(year)
    except DateUnread:
        return _first_read([words], None) is not None
    found = _in_year(words, whole.date, None)
    return found is not None and _meet(found.date, whole.date)


def _in_year(words: str, date: str, order: Order | None) -> OthersDate | None:
    """Read words beside a date; None where they are none. A lone number is a day or month rather than a year AD 12."""
    if not (known := re.match(r"\d{4}(?!\d|X)", date)):
        return _first_read([words], order)
    year, told = known[0], words
    orders: tuple[Order | None, ...] = (order, "ymd")
    shorts = [short for each in orders if (short := short_year(words, each))]
    if shorts:
        short = next((one for one in shorts if one["year"] == year[2:]), shorts[0])
        full = _nearest(int(short["year"]), int(year))
        told = f"{words[: short.start('year')].rstrip(APOSTROPHES)}{full:04d}{words[short.end('year') :]}"
    sign = re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\.?", words)
    lone = re.fullmatch(r"\d{1,2}", words)
    forms = [told] if re.search(r"\d{3}", told) else [f"{words.rstrip('.')}{sign[1] if sign else ' '}{year}", told]
    found = None if lone else _first_read(forms, order)
    if found is None or re.search(r"\d{3}", words):
        return found
    return None if found.date == year else replace(found, note=f"{written(words)}, beside the year {year}")


def _nearest(short: int, year: int) -> int:
    """Give a year of two digits the century in which it is nearest to another."""
    return min((year // 100 * 100 + short + more for more in (-100, 0, 100)), key=lambda one: abs(one - year))


def _first_read(forms: Sequence[str], order: Order | None) -> OthersDate | None:
    for form in forms:
        with suppress(DateUnread):
            return read(form, order)
    return None


def _meet(one: str, other: str) -> bool:
    """Whether there is a day that both dates allow."""
    first, second = dates.parse(one), dates.parse(other)
    starts = [day for day in (first.earliest_day, second.earliest_day) if day is not None]
    ends = [day for day in (first.latest_day, second.latest_day) if day is not None]
    return not starts or not ends or max(starts) <= min(ends)


def _part(value: object) -> str | None:
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = shortened(str(value).strip(), _LONGEST)  # more could be no part of a date, and is only quoted
    return re.sub(r"\.0+$", "", text) or None
