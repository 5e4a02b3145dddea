"""iCalendar: reader and writer, and the times of a date in a calendar.

The writer writes `times_of` a date, and the words `before_title` if these are not exact. The reader compares an event with them, to
see whether somebody moved it.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from timeline import dates
from timeline.dates import grammar, worded
from timeline.dates.spans import span
from timeline.dates.times_of_day import outermost
from timeline.exchange.exporting.sentences import CACHED

OWN_PROPERTIES: Final = {
    f"X-TIMELINE-{field.replace('_', '-').upper()}": field for field in ("kind", "attributed_to", "date_note", "zone")
}
"""The fields of a happening for which a calendar has no property."""


def before_title(date: str) -> str:
    """Return the words of a date to be put before the title, or "" if the days in the calendar are exact."""
    parts = span(date)
    sides = [side for side in (parts.start, parts.end) if side is not None]
    vague = any(side.day is None or side.time != side.clock for side in sides)
    return f"{worded(date)}: " if not parts.lossless or vague else ""


def times_of(date: str, instant: str | None) -> list[str] | None:
    """Return DTSTART and DTEND, or None if a calendar cannot hold the date."""
    try:
        return _times(instant or date) or _days(date)
    except (ValueError, OverflowError):
        return None


def _times(date: str) -> list[str] | None:
    """Return the times of a date, or None if one side is not a time of day. A calendar demands seconds, and gets 00."""
    if "T" not in date:
        return None
    first, last = (dates.outermost_time(date, first=one) for one in (True, False))
    parsed = dates.parse(date)
    if (first is None and parsed.earliest) or (last is None and parsed.latest):
        return None
    sides = [_moment(time) for time in (first, last) if time is not None]
    ends = outermost(grammar.read(date), first=False)
    if last is not None and ends is not None and ends.time is not None and ends.time.precision == "hour":
        # Of an hour, the end; if only that hour is known, also its beginning.
        sides = [*(sides[:-1] or [_moment(last, minutes=-59)]), _moment(last, minutes=1)]
    return [f"{name}:{moment}" for name, moment in zip(("DTSTART", "DTEND"), dict.fromkeys(sides), strict=False)]


def _moment(time: str, *, minutes: int = 0) -> str:
    """Write a time with its day. Without a shift it is local time, which calendars call floating."""
    moment = datetime.fromisoformat(time) + timedelta(minutes=minutes)
    return utc(moment.isoformat()) if moment.tzinfo else moment.strftime("%Y%m%dT%H%M%S").rjust(15, "0")


def _days(edtf: str) -> list[str] | None:
    date = dates.parse(edtf)
    if date.type == "interval" and (date.start != "stated" or date.end != "stated"):
        # Of a side that is known in part, as in "since 2003", every day that it allows.
        sides = [side for side in edtf.split("/") if side.strip(".")]
        date = dates.parse(sides[0].removeprefix("..").removesuffix("..")) if sides else date
    first = date.earliest_day if date.earliest_day is not None else date.latest_day
    last = date.latest_day if date.latest_day is not None else date.earliest_day
    if first is None or last is None:
        return None
    after = dates.civil(last + 1)  # DTEND is the first day after the event
    if dates.civil(first)[0] < 1 or after[0] > 9999:
        return None
    return [f"DTSTART;VALUE=DATE:{_day(dates.civil(first))}", f"DTEND;VALUE=DATE:{_day(after)}"]


def _day(day: tuple[int, int, int]) -> str:
    return f"{day[0]:04}{day[1]:02}{day[2]:02}"


@lru_cache(maxsize=CACHED)
def utc(instant: str) -> str:
    """Write an instant (RFC 3339) for a calendar, in UTC and to the second."""
    moment = datetime.fromisoformat(instant)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    if moment.microsecond:
        moment -= timedelta(microseconds=moment.microsecond)
    return f"{_day((moment.year, moment.month, moment.day))}T{moment.hour:02}{moment.minute:02}{moment.second:02}Z"
