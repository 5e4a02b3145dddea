"""Read a date from separate parts, each a number or its digits, as in TimelineJS and bibliographies.

Owns the joining of parts to a date. Must not guess which part is which.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import APOSTROPHES, NO_CENTURY, NO_YEAR, DateUnread, Day, Order, month_of, short_year
from timeline.dates.free_text.phrases import read
from timeline.dates.free_text.result import OthersDate, as_note, checked, of_day
from timeline.dates.free_text.times import with_time
from timeline.errors import Sentence
from timeline.shortening import shortened

_LONGEST: Final = 60  # characters of a part
_SOME_DAY: Final = "2000-01-01"  # a stand-in, to read a time of day alone


def of_parts(
    year: object, month: object = None, day: object = None, hour: object = None, minute: object = None, second: object = None
) -> OthersDate:
    """Read a date from parts, each a number or its digits. A negative year is BC: -44 is 44 BC."""
    parts = [_part(part) for part in (year, month, day, hour, minute, second)]
    if parts[0] is None:
        raise DateUnread("there is no year" if any(parts) else "there is no date")
    if not any(parts[1:]) and not re.fullmatch(r"-\d{1,11}|\d{1,4}|\d{6,11}", parts[0]):  # five digits: a spreadsheet's day
        return read(parts[0])
    text = "-".join(part for part in parts[:3] if part)
    month_number = month_of((parts[1] or "").rstrip("."))
    if not re.fullmatch(r"-?\d{1,11}", parts[0]) or not all(re.fullmatch(r"\d{1,2}", one) for one in parts[2:] if one):
        raise DateUnread("is not a date in numbers. Correct its parts", text)
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
        raise DateUnread("has a day but no month. Add the month", text)
    day_read = Day(
        number + 1 if number < 0 else number,
        month_number or (int(parts[1]) if parts[1] else None),
        int(parts[2]) if parts[2] else None,
        questions=questions,
        plain=number > 0 and not questions,
    )
    if parts[3] and parts[2]:
        day_read = with_time(day_read, parts[3], parts[4] and f"{int(parts[4]):02d}", parts[5] and f"{int(parts[5]):02d}")
    elif parts[3]:
        raise DateUnread("has a time but no day. Add the day", text)
    return checked(of_day(day_read, parts[0] if number < 0 else ""), text)


def of_time(year: object, month: object, day: object, time: str) -> OthersDate:
    """Read a date from parts, and its time of day from words: "14:30", "2:30 PM"."""
    return timed(of_parts(year, month, day), time)


def timed(day_date: OthersDate, time: str, column: str | None = None) -> OthersDate:
    """Add a time of day to a day. Without a day, or if the time cannot be read, keep it in the note. `column` is its column."""
    time = shortened(time, _LONGEST)
    text = f"the time of day is written {time}"
    try:
        result = read(f"{_SOME_DAY} {time}") if re.fullmatch(r"-?\d{4}-\d\d-\d\d", day_date.date) else None
    except DateUnread as error:
        reason = Sentence("It is not understood. Write it as 04:10") if _SOME_DAY in error.words else error.reason
        place = Sentence(' in the column "{}"', column) if column else ""
        question = Sentence('the time "{}"{} is kept only in the note ({})', time, place, reason)
        day_date = replace(day_date, questions=(*day_date.questions, question))
        result = None
    if result is None:
        return replace(day_date, note="; ".join(filter(None, (day_date.note, text))))
    note = "; ".join(filter(None, (day_date.note, (result.note or "").replace(f"{_SOME_DAY} ", ""))))
    return replace(
        day_date,
        date=result.date.replace(_SOME_DAY, day_date.date),
        note=note or None,
        zone=result.zone,
        questions=(*day_date.questions, *result.questions),
    )


def beside(words: str, parts: OthersDate, order: Order | None = None) -> OthersDate:
    """Read words with the help of parts beside them: these decide the century, or add a missing year.

    Ask if the two contradict each other, or if the words are not a date and only the parts are used.
    """
    words = " ".join(words.split())
    result = _in_year(words, parts.date, order)
    if result is None:
        shown = shortened(words, _LONGEST)
        question = f'"{shown}" is not understood beside {parts.date}, so only that is used. Say what it means'
        note = "; ".join(filter(None, (parts.note, f'the date is written "{shown}"')))
        return replace(parts, note=note, questions=(*parts.questions, question))
    if not _meet(result.date, parts.date):
        question = f'"{words}" is not in {parts.date}, the date beside it: taken as {result.date}. Say which is right'
        return replace(result, questions=(*result.questions, question))
    return result


def is_in_year(words: str, year: str) -> bool:
    """Whether words are a date in the given year."""
    try:
        day_date = of_parts(year)
    except DateUnread:
        return _first_read([words], None) is not None
    result = _in_year(words, day_date.date, None)
    return result is not None and _meet(result.date, day_date.date)


def _in_year(words: str, date: str, order: Order | None) -> OthersDate | None:
    """Read words beside a date; None if they are not a date. A lone number is a day or month, not a year such as AD 12."""
    if not (in_year := re.match(r"\d{4}(?!\d|X)", date)):
        return _first_read([words], order)
    year, text = in_year[0], words
    orders: tuple[Order | None, ...] = (order, "ymd")
    shorts = [short for each in orders if (short := short_year(words, each))]
    if shorts:
        short = next((one for one in shorts if one["year"] == year[2:]), shorts[0])
        full = _nearest(int(short["year"]), int(year))
        text = f"{words[: short.start('year')].rstrip(APOSTROPHES)}{full:04d}{words[short.end('year') :]}"
    sign = re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\.?", words)
    lone = re.fullmatch(r"\d{1,2}", words)
    forms = [text] if re.search(r"\d{3}", text) else [f"{words.rstrip('.')}{sign[1] if sign else ' '}{year}", text]
    result = None if lone else _first_read(forms, order)
    if result is None or re.search(r"\d{3}", words):
        return result
    return None if result.date == year else replace(result, note=f"{as_note(words)}, beside the year {year}")


def _nearest(short: int, year: int) -> int:
    """Return the full year of two digits, in the century that brings it nearest to another year."""
    return min((year // 100 * 100 + short + more for more in (-100, 0, 100)), key=lambda one: abs(one - year))


def _first_read(forms: Sequence[str], order: Order | None) -> OthersDate | None:
    for form in forms:
        with suppress(DateUnread):
            return read(form, order)
    return None


def _meet(one: str, other: str) -> bool:
    """Whether two dates have a day in common."""
    first, second = dates.parse(one), dates.parse(other)
    starts = [day for day in (first.earliest_day, second.earliest_day) if day is not None]
    ends = [day for day in (first.latest_day, second.latest_day) if day is not None]
    return not starts or not ends or max(starts) <= min(ends)


def _part(value: object) -> str | None:
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = shortened(str(value).strip(), _LONGEST)  # longer text cannot be part of a date; it is only quoted
    return re.sub(r"\.0+$", "", text) or None
