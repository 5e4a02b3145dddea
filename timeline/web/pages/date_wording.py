"""Dates in words on the pages: never more exact than the dates are.

Owns the words for a date, a year and a recording time. Must not order or compare dates.
"""

import re
from datetime import UTC, datetime

from timeline import dates
from timeline.dates.single_date_words import PREFIX
from timeline.dates.times_of_day import WRITTEN

# The dates that HTML allows in <time datetime>. Others are shown in words and as EDTF, without a machine-readable time.
_HTML_TIME = re.compile(r"(?!0000)\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_COMMON_ERA_FROM = 1000


def words(date: str | None) -> str:
    """Return a date in words for the middle of a sentence; text that is no date stays as it is."""
    return dates.worded(date) or "date not known"


def capitalised(date: str | None) -> str:
    """Return a date in words that begin with a capital."""
    phrase = words(date)
    return phrase[:1].upper() + phrase[1:]


def times(date: str | None) -> list[str]:
    """Return each time of day in a date with its day, by the clock as written, and with its qualifier in words."""
    return [f"{PREFIX[match['mark']]}{match['day']} {match['time']}" for match in WRITTEN.finditer(date or "")]


def html_time(date: str | None) -> str | None:
    """Return the value of <time datetime> for a date; None if HTML has none."""
    return date if date and _HTML_TIME.fullmatch(date) else None


def year_name(year: int | None) -> str:
    """Return the heading of a year: 0 is 1 BCE."""
    if year is None:
        return "Without a date"
    if year < 1:
        return f"{1 - year:,} BCE" if year < -9_998 else f"{1 - year} BCE"
    return f"{year} CE" if year < _COMMON_ERA_FROM else str(year)


def recording_time(at: str) -> str:
    """Return a recording time to the minute: `2026-01-05T12:34:56.789Z` is 5 January 2026, 12:34 UTC."""
    return capitalised(f"{at[:16]}Z")


def posix_time(seconds: int) -> str | None:
    """Return a POSIX time, in seconds, to the minute; None if no calendar has it."""
    try:
        return recording_time(datetime.fromtimestamp(seconds, UTC).isoformat())
    except (OverflowError, OSError, ValueError):
        return None
