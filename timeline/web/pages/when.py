"""Dates as the pages say them: never more exact than they are.

Owns the words of a date, of a year and of a recording time. Must not order or compare anything.
"""

import re
from datetime import UTC, datetime

from timeline import dates
from timeline.dates.times import WRITTEN

# What HTML allows in <time datetime>; other dates are told in words and as EDTF, without a machine-readable time.
_HTML_TIME = re.compile(r"(?!0000)\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_COMMON_ERA_FROM = 1000


def words(date: str | None) -> str:
    """Say a date in words, within a sentence; the date itself where it is none, or that it is not known."""
    return dates.worded(date) or "date not known"


def said(date: str | None) -> str:
    """Say a date in words that begin with a capital."""
    said_within = words(date)
    return said_within[:1].upper() + said_within[1:]


def times(date: str | None) -> list[str]:
    """Say each time of day of a date with its day, by the clock as written, and whether it is about or perhaps then."""
    said_by = {"?": "possibly ", "~": "about ", "%": "possibly about "}
    return [f"{said_by.get(found['mark'], '')}{found['day']} {found['time']}" for found in WRITTEN.finditer(date or "")]


def html_time(date: str | None) -> str | None:
    """Give what <time datetime> may hold for a date, or None."""
    return date if date and _HTML_TIME.fullmatch(date) else None


def year_name(year: int | None) -> str:
    """Name a year as a heading: 0 is 1 BCE."""
    if year is None:
        return "Without a date"
    if year < 1:
        return f"{1 - year:,} BCE" if year < -9_998 else f"{1 - year} BCE"
    return f"{year} CE" if year < _COMMON_ERA_FROM else str(year)


def recorded(at: str) -> str:
    """Say when something was recorded, to the minute: `2026-01-05T12:34:56.789Z` is 5 January 2026, 12:34 UTC."""
    return said(f"{at[:16]}Z")


def seconds(since_1970: int) -> str | None:
    """Say when a moment was, given in seconds as POSIX counts them; None for one that no calendar has."""
    try:
        return recorded(datetime.fromtimestamp(since_1970, UTC).isoformat())
    except (OverflowError, OSError, ValueError):
        return None
