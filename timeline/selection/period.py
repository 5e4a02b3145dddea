"""A period as people type it: EDTF, or a year with or without an era.

Owns that leniency and the bounds of a period. Must not touch the date of any happening: those are strict EDTF.
"""

import re
from typing import NamedTuple

from timeline import dates
from timeline.errors import DateInvalid

_YEAR = re.compile(r"([-−]?)(\d{1,9})(?: ?(CE|AD|BCE|BC))?", re.IGNORECASE)
_FOUR = 4
_SHIFTED = "has a shift from UTC"
HOW_TO = "Write a year (2003, 44 BCE), a month (2025-11), a day (2025-11-24), a time (2025-11-24T04:10) or other EDTF"


def edtf(text: str) -> str:
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


def bounds(text: str) -> tuple[int | None, int | None]:
    """Return the first and last day of a typed period; None for an open side. Raises DateInvalid."""
    date = _read(text)
    return date.earliest_day, date.latest_day


def seconds(text: str) -> tuple[int, int]:
    """Return the first second of its first day and the last second of its last, by the local clock. Raises DateInvalid."""
    date = _read(text)
    first, last = date.earliest_second, date.latest_second
    return first or 0, dates.DAY - 1 if last is None else last


def _read(text: str) -> dates.Edtf:
    date = dates.parse(edtf(text))
    if _is_shifted(date):
        raise DateInvalid(f'"{text}" {_SHIFTED}, and times are compared by the local clock. Leave the shift out')
    return date


def _is_shifted(date: dates.Edtf) -> bool:
    return date.timed and any(dates.shifts(date.text))


def last_day(text: str) -> int | None:
    """Return the last day of a typed day, month or year (2026-11-24, 2026-11, 2026 CE); None if it is anything else, or vague."""
    year = _YEAR.fullmatch(text)
    try:
        date = dates.parse(edtf(text) if year and year[3] else text)
    except DateInvalid:
        return None
    plain = date.precision in ("day", "month", "year") and not date.uncertain and not date.approximate
    return date.latest_day if plain else None


class Fault(NamedTuple):
    """Why a typed period is wrong, and how to write one."""

    reason: str
    advice: str


def fault(text: str) -> Fault | None:
    """Explain what is wrong with a typed period; None if nothing is."""
    try:
        date = dates.parse(edtf(text))
    except DateInvalid:
        return Fault("is no date", HOW_TO)
    return Fault(_SHIFTED, "Write the time by the local clock, without it") if _is_shifted(date) else None
