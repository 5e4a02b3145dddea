"""The times of day within a date: the outermost one, and each as written.

Owns their form outside a date, never with a minute or second that the date does not have. Must not know the names of zones.
"""

import re
from functools import lru_cache

from timeline.dates.calendar import DAY, day_number, iso_day
from timeline.dates.grammar import read
from timeline.dates.tree import Choice, Date, Interval, Time, Tree

WRITTEN = re.compile(
    r"(?P<day>-?[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}(?::[0-9]{2}){0,2})"
    r"(?P<shift>Z|[+-][0-9]{2}(?::[0-9]{2})?)?(?P<mark>[?~%]?)"
)
"""A time of day with its day, within any valid date."""


def outermost_time(text: str, *, first: bool) -> str | None:
    """Return the first or last time that a date allows, to the minute, or second if that is known, with its shift.

    None if that side is a whole day, month or year, or is open or unknown. Raises DateInvalid.
    """
    side = outermost(read(text), first=first)
    if side is None or side.time is None or side.earliest is None:
        return None
    time = side.time.text if side.time.precision != "hour" else f"{side.time.text}:{'00' if first else '59'}"
    return f"{iso_day(side.earliest)}T{time}{side.time.shift}"


def outermost(tree: Tree, *, first: bool) -> Date | None:
    """Return the first or last date in a tree; None if that side is open or unknown."""
    if isinstance(tree, Date):
        return tree
    if isinstance(tree, Interval):
        point = tree.start if first else tree.finish
        return point.date if point.end == "stated" else None
    return _of_members(tree, first=first)


def _of_members(tree: Choice, *, first: bool) -> Date | None:
    dates = [member.first if first else member.last for member in tree.members]
    bounded = [date for date in dates if date is not None and date.earliest is not None and date.latest is not None]
    if len(bounded) < len(dates):
        return None
    return min(bounded, key=_begins) if first else max(bounded, key=_ends)


def _begins(date: Date) -> int:
    time = date.time
    return day_number(*date.earliest or (0, 1, 1)) * DAY + (time.first - time.offset if time else 0)


def _ends(date: Date) -> int:
    time = date.time
    return day_number(*date.latest or (0, 1, 1)) * DAY + (time.last - time.offset if time else DAY - 1)


def shifts(text: str) -> tuple[str, ...]:
    """Return the shift of each time of a date; "" for a time without one."""
    return tuple(match["shift"] or "" for match in WRITTEN.finditer(text))


@lru_cache(maxsize=4096)
def local_times(text: str) -> tuple[str, ...]:
    """Return the times of a date as written, each with its day, without shifts and qualifiers."""
    return tuple(f"{match['day']}T{match['time']}" for match in WRITTEN.finditer(text))


@lru_cache(maxsize=10_000)
def day_second(text: str | None, instant: str | None = None) -> int:
    """Return the second of the day at which a date is placed; 0 if it has no time there.

    The second is in UTC if the date has a shift, or if `instant` gives the same date in UTC; it may then be negative or beyond the
    day. If the zone is unknown, it is the second by the local clock.
    """
    if text is None or "T" not in text:
        return 0
    tree = read(text)
    side = outermost(tree, first=True)
    first = side is not None and side.earliest is not None
    side = side if first else outermost(tree, first=False)
    if side is None or side.time is None or side.earliest is None:
        return 0
    if instant is not None:
        universal = outermost(read(instant), first=first)
        if universal is not None and universal.time is not None and universal.earliest is not None:
            return (day_number(*universal.earliest) - day_number(*side.earliest)) * DAY + _of_side(universal.time, first=first)
    return _of_side(side.time, first=first) - side.time.offset


def _of_side(time: Time, *, first: bool) -> int:
    return time.first if first else time.last
