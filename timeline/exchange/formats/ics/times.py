"""When a date is in a calendar: its days or times as DTSTART and DTEND, and the words before a title where those say less.

The writer writes by it, and the reader knows by it whether a calendar's own times still say what the date beside them says.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from timeline import dates
from timeline.dates import grammar, worded
from timeline.dates.parts import span
from timeline.dates.times import outermost

MANY: Final = 4096  # instants that are kept


def before_title(date: str) -> str:
    """Say a date in words before its title, where the days in the calendar say something else."""
    found = span(date)
    known = [side for side in (found.start, found.end) if side is not None]
    vague = any(side.day is None or side.time != side.clock for side in known)
    return f"{worded(date)}: " if not found.whole or vague else ""


def times_of(date: str, instant: str | None) -> list[str] | None:
    """Say when, in the calendar's own terms; None where it has none."""
    try:
        return _times(instant or date) or _days(date)
    except (ValueError, OverflowError):
        return None


def _times(date: str) -> list[str] | None:
    """Say between which times it is; None where a side of it is no time of day. A calendar wants seconds, and gets 00."""
    if "T" not in date:
        return None
    first, last = (dates.outermost_time(date, first=one) for one in (True, False))
    read = dates.parse(date)
    if (first is None and read.earliest) or (last is None and read.latest):
        return None
    sides = [_moment(time) for time in (first, last) if time is not None]
    ends = outermost(grammar.read(date), first=False)
    if last is not None and ends is not None and ends.time is not None and ends.time.precision == "hour":
        # Of the hour that alone is known, the end; where nothing else is known, from its beginning.
        sides = [*(sides[:-1] or [_moment(last, minutes=-59)]), _moment(last, minutes=1)]
    return [f"{name}:{moment}" for name, moment in zip(("DTSTART", "DTEND"), dict.fromkeys(sides), strict=False)]


def _moment(time: str, *, minutes: int = 0) -> str:
    """Write a time with its day; without a shift it is the place's own, which is what a calendar calls floating."""
    moment = datetime.fromisoformat(time) + timedelta(minutes=minutes)
    return utc(moment.isoformat()) if moment.tzinfo else moment.strftime("%Y%m%dT%H%M%S").rjust(15, "0")


def _days(edtf: str) -> list[str] | None:
    date = dates.parse(edtf)
    if date.type == "interval" and (date.start != "stated" or date.end != "stated"):
        # Of a side that is known in part, "since 2003", all days on which it may have been.
        sides = [side for side in edtf.split("/") if side.strip(".")]
        date = dates.parse(sides[0].removeprefix("..").removesuffix("..")) if sides else date
    first = date.earliest_day if date.earliest_day is not None else date.latest_day
    last = date.latest_day if date.latest_day is not None else date.earliest_day
    if first is None or last is None:
        return None
    after = dates.civil(last + 1)  # DTEND is the first day on which it is over
    if dates.civil(first)[0] < 1 or after[0] > 9999:
        return None
    return [f"DTSTART;VALUE=DATE:{_day(dates.civil(first))}", f"DTEND;VALUE=DATE:{_day(after)}"]


def _day(day: tuple[int, int, int]) -> str:
    return f"{day[0]:04}{day[1]:02}{day[2]:02}"


@lru_cache(maxsize=MANY)
def utc(instant: str) -> str:
    """Write an instant (RFC 3339) as a calendar has it, in UTC and to the second."""
    moment = datetime.fromisoformat(instant)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    if moment.microsecond:
        moment -= timedelta(microseconds=moment.microsecond)
    return f"{_day((moment.year, moment.month, moment.day))}T{moment.hour:02}{moment.minute:02}{moment.second:02}Z"
