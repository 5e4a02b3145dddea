"""The drawing's window on time, as text in the URL: `1990-01-01/2005-06-30`, `2025-11-24T08:00/2025-11-24T20:00`.

Owns that format and its limits. Each side is an instant: a day without a time means its beginning. Years are astronomical (0000 is
1 BCE), with a sign if negative and more than four digits if needed. Must not know what the window shows: the dates of happenings
are EDTF, and this is not.
"""

import math
import re
from typing import NamedTuple

from timeline.dates.calendar import civil, day_number, days_in_month, iso_day
from timeline.selection import period

HOW_TO = "Write two days, or days with minutes, with a slash between: 1990-01-01/2005-06-30, 2025-11-24T08:00/2025-11-24T20:00"
MINUTES = 1440
_FIRST, _LAST = day_number(-999_999_999_999, 1, 1), day_number(999_999_999_999, 12, 31)
_SIDE = r"([+-]?[0-9]{4,12})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}))?"
_WRITTEN = re.compile(f"{_SIDE}/{_SIDE}")


class Window(NamedTuple):
    """From an instant to a later one, in days: 1.0 is the beginning of 0001-01-01, and 1.5 its noon.

    The end is not part of it: a window that ends at midnight ends with the day before.
    """

    start: float
    end: float

    def holds(self, begin: float, until: float) -> bool:
        """Whether any of a stretch of time falls in the window; `until` is not part of the stretch, unless it is an instant."""
        return begin < self.end and (until > self.start or begin >= self.start)

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day of which any part is in the window."""
        return math.floor(self.start), math.ceil(self.end) - 1


def read(text: str) -> Window | None:
    """Read a window; None if it is not one, or narrower than a minute."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    parts = [int(part) if part else 0 for part in match.groups()]
    start, end = _instant(*parts[:5]), _instant(*parts[5:])
    return Window(start, end) if start is not None and end is not None and start < end else None


def of_period(text: str) -> Window | None:
    """Return the window that a typed period fills; None if a side of it is open or unknown. Raises DateInvalid."""
    (first, last), (begin, end) = period.bounds(text), period.seconds(text)
    if first is None or last is None:
        return None
    return Window(_day(first, begin // 60), _day(last, end // 60 + 1))


def write(window: Window) -> str:
    """Write a window to the minute so that `read` accepts it: within the limits, its end at least a minute after its start."""
    start = _minutes(min(max(window.start, _FIRST), _LAST - 1))
    end = max(_minutes(min(window.end, _LAST)), _later(*start))
    if _day(*end) == _day(*start):  # so far away that a float cannot hold a minute
        end = start[0] + 1, 0
    return f"{_written(*start)}/{_written(*end)}"


def _instant(year: int, month: int, day: int, hour: int, minute: int) -> float | None:
    if not (1 <= month <= 12 and 1 <= day <= days_in_month(year, month) and hour < 24 and minute < 60):
        return None
    return _day(day_number(year, month, day), hour * 60 + minute)


def _day(day: int, minute: int) -> float:
    return day + minute / MINUTES


def _minutes(instant: float) -> tuple[int, int]:
    """Return the day, and the minute within it."""
    day = math.floor(instant)
    minute = round((instant - day) * MINUTES)
    return (day + 1, 0) if minute == MINUTES else (day, minute)


def _later(day: int, minute: int) -> tuple[int, int]:
    return (day, minute + 1) if minute + 1 < MINUTES else (day + 1, 0)


def _written(day: int, minute: int) -> str:
    time = f"T{minute // 60:02}:{minute % 60:02}" if minute else ""
    return iso_day(civil(day)) + time
