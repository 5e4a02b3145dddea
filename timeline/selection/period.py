"""A period as people type it: EDTF, a year with or without an era, or a date in words ("November 2025").

Owns that leniency and the bounds of a period, for pages, queries, the command line and Python. A text that is in doubt is refused
with its possible readings. Must not touch the date of any happening: those are strict EDTF.
"""

import re
from typing import NamedTuple

from timeline import dates
from timeline.errors import DateInvalid

_YEAR = re.compile(r"([-−]?)(\d{1,9})(?: ?(CE|AD|BCE|BC))?", re.IGNORECASE)
_EITHER = re.compile(r"\[([^,\].]+),([^,\].]+)\]")
_CENTURY = re.compile(r"\d\dXX")
_FOUR = 4
HOW_TO = (
    "Write a year (2003, 44 BCE), a month (November 2025, 2025-11), a day (24 Nov 2025, 2025-11-24), a time (2025-11-24T04:10)"
    " or other EDTF"
)


class Fault(NamedTuple):
    """Why a typed period is wrong, and how to write one. `choices` are its possible readings, in EDTF."""

    reason: str
    advice: str
    choices: tuple[str, ...] = ()


def edtf(text: str) -> str:
    """Return a typed period as EDTF. Raises DateInvalid, with the possible readings if the text is in doubt."""
    result = _understood(text)
    if isinstance(result, Fault):
        raise DateInvalid(f'"{text}"', f"{result.reason}. {result.advice}", wrong=result.reason)
    return result


def fault(text: str) -> Fault | None:
    """Explain what is wrong with a typed period; None if nothing is."""
    result = _understood(text)
    return result if isinstance(result, Fault) else None


def canonical(text: str) -> str:
    """Return a typed period as an address has it: years and EDTF as typed, words as EDTF. Raises DateInvalid."""
    return text if dates.is_date(_year(text)) else edtf(text)


def bounds(text: str) -> tuple[int | None, int | None]:
    """Return the first and last day of a typed period; None for an open side. Raises DateInvalid."""
    date = dates.parse(edtf(text))
    return date.earliest_day, date.latest_day


def seconds(text: str) -> tuple[int, int]:
    """Return the first second of its first day and the last second of its last, by the local clock. Raises DateInvalid."""
    date = dates.parse(edtf(text))
    first, last = date.earliest_second, date.latest_second
    return first or 0, dates.DAY - 1 if last is None else last


def last_day(text: str) -> int | None:
    """Return the last day of a typed day, month or year (2026-11-24, Nov 2026, 2026 CE); None if it is anything else, or vague."""
    year = _YEAR.fullmatch(text)
    try:
        date = dates.parse(text if year and not year[3] else edtf(text))
    except DateInvalid:
        return None
    plain = date.precision in ("day", "month", "year") and not date.uncertain and not date.approximate
    return date.latest_day if plain else None


def _understood(text: str) -> str | Fault:
    date = _year(text)
    if not dates.is_date(date):
        from timeline.dates import free_text  # noqa: PLC0415 - slow to load, and only needed for words

        try:
            reading = free_text.read(text)
        except free_text.DateUnread:
            return Fault("is no date", HOW_TO)
        date = reading.date
        if either := _EITHER.fullmatch(date):
            return Fault(f"may be {either[1]} or {either[2]}", "Write one of them", (either[1], either[2]))
        if reading.questions and _CENTURY.fullmatch(date) and f"{date[:2]}00s" in text.lower():
            decade = f"{date[:2]}0X"
            return Fault(f"may be {decade}, the decade, or {date}, the century", "Write one of them", (decade, date))
        if reading.questions:
            return Fault(f"may be {date}, but that is not certain", f"Write {date} if you mean that", (date,))
    if any(dates.shifts(date)):
        return Fault("has a shift from UTC, and times are compared by the local clock", "Write the time without the shift")
    return date


def _year(text: str) -> str:
    """Turn a typed year ("476", "44 BCE", "12000") into EDTF; return anything else unchanged."""
    match = _YEAR.fullmatch(text)
    if match is None:
        return text
    year = int(match[2])
    if (match[3] or "").upper() in ("BCE", "BC"):
        year = 1 - year
    elif match[1]:
        year = -year
    sign = "-" if year < 0 else ""
    digits = f"{abs(year):04}"
    return f"Y{sign}{digits}" if len(digits) > _FOUR else f"{sign}{digits}"
