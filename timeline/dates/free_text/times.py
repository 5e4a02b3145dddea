"""Read times of day after a date in free text, exactly as precise as they are written.

Owns hours, a.m. and p.m., and zones. Must not guess a zone: letters that may mean several zones stay in the note.
"""

import re
from dataclasses import replace
from typing import Final

from timeline.dates.free_text.days import NAME, DateUnread, Day, Order, cleaned, day
from timeline.dates.free_text.result import ASKED_MIDNIGHT
from timeline.errors import Sentence

_TIME: Final = re.compile(
    r"(?:t|,?\s+(?:at\s+|um\s+|à\s+)?)(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>[.,]\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?:uhr|hrs?\.?|hours|h)?\s*"
    r"(?:(?P<dash>\s+(?:to|until|till|bis)\s+|[-–]\s*)(?P<until>\d{1,2}[:.h]\d{2})\s*(?:uhr|hrs?\.?|hours|h)?)?\s*"
    r"(?P<zone>z|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?|utc|gmt|[a-z]+(?:/[a-z_+-]+)+|[a-z]{2,5})?$",
    re.I,
)
_NO_YEAR: Final = re.compile(rf"(?:\d{{1,2}}\.?\s*{NAME}|{NAME.replace('name', 'only')}(?:\s*\d{{1,2}})?)", re.I)
_EXPECTED: Final = "is not understood as a date. Write it as 1950, 1950-03 or 1950-03-14"


def single(text: str, order: Order | None = None) -> Day:
    """Read one date, with its time of day if there is one. Raises DateUnread if there is no date."""
    result = day(text, order)
    if result is not None:
        return result
    words = re.sub(r"(?<=\s)(\d\d)(\d\d)\s*(?=(?:hrs?|hours|h)\b)", r"\1:\2 ", cleaned(text))
    time = _TIME.search(words)
    result = day(words[: time.start()], order) if time else None
    if time is None or result is None or result.day is None or (time["minute"] is None and not time["half"]):
        raise DateUnread("names no year. Add it" if _NO_YEAR.fullmatch(words) else _EXPECTED, text)
    zone, until = time["zone"], time["until"]
    if until and (time["dash"].strip().isalpha() or re.search(r"\s[-–]\s", time[0])):
        if _minutes(until) <= _minutes(f"{time['hour']}:{time['minute']}"):
            raise DateUnread("ends before it begins. Give the day on which it ends", text)
    elif until and (time[0][0] in "tT" or time["second"] or _minutes(until) <= _minutes(f"{time['hour']}:{time['minute']}")):
        zone, until = f"-{until}", None  # a shift from UTC that looks like an end
    timed_day = with_time(result, time["hour"], time["minute"], time["second"], half=time["half"], zone=zone)
    if not until:
        return timed_day
    if not timed_day.time:
        return replace(timed_day, notes=(*timed_day.notes, f"until {until}"))
    shift = re.sub("^T[0-9:]+", "", timed_day.time)
    return replace(timed_day, until=f"T{re.sub('[.h]', ':', until):0>5}{shift}")


def _minutes(time: str) -> int:
    hour, _, minute = re.sub("[.h]", ":", time).partition(":")
    return int(hour) * 60 + int(minute if minute.isdecimal() else 0)


def with_time(
    day: Day,
    hour: str,
    minute: str | None = None,
    second: str | None = None,
    *,
    half: str | None = None,
    zone: str | None = None,
) -> Day:
    """Add a time of day, exactly as precise as it is written: an hour, a minute or a second."""
    number = int(hour)
    time_words = ":".join(part for part in (hour, minute, second) if part is not None) + (f" {half}" if half else "")
    if half:
        if not 1 <= number <= 12:
            raise DateUnread(
                Sentence('the time "{}" is not valid: with a.m. or p.m., hours run from 1 to 12. Correct it', time_words)
            )
        number = number % 12 + (12 if half.lower().startswith("p") else 0)
    if number == 24 and not int(minute or 0) + int(second or 0):
        raise DateUnread(Sentence('the time "{}" is the end of the day. Write 00:00 of the next day', time_words))
    if number > 23 or int(minute or 0) > 59 or int(second or 0) > 60:
        raise DateUnread(Sentence('the time "{}" is not valid. Write 00:00 to 23:59', time_words))
    notes, questions = list(day.notes), list(day.questions)
    shift, zone_name = _shift(zone)
    if zone and not shift and not zone_name:
        question = '"{}" is not the name of a single time zone: the time is taken as local. Name the zone, such as Europe/Paris'
        questions.append(Sentence(question, zone))
        notes.append(f"the time is written {time_words} {zone}")
    if day.other is not None:
        notes.append(f"the time of day is written {time_words}")
        return Day(day.year, day.month, day.day, "", zone_name, day.other, tuple(notes), tuple(questions), plain=False)
    if minute is None:
        notes.append(f"the time of day is written {time_words}")
    if (number, int(minute or 0), int(second or 0)) == (0, 0, 0):
        questions.append(ASKED_MIDNIGHT)
    time = f"T{':'.join(part for part in (f'{number:02d}', minute, second) if part is not None)}{shift}"
    return Day(day.year, day.month, day.day, time, zone_name, None, tuple(notes), tuple(questions), plain=day.plain)


def _shift(zone: str | None) -> tuple[str, str | None]:
    """Return a shift from UTC, or the name of a zone; neither if the letters may mean several zones."""
    if not zone:
        return "", None
    zone = re.sub(r"(?i)^(?:utc|gmt)(?=[+-])", "", zone)
    if zone.upper() in ("Z", "UTC", "GMT"):
        return "Z", None
    if zone[0] in "+-":
        digits = zone.replace(":", "")
        digits = digits if len(digits) != 2 else f"{digits[0]}0{digits[1]}"
        if not digits[1:].strip("0"):
            return "Z", None
        return f"{digits[:3]}:{digits[3:] or '00'}", None
    return "", zone if "/" in zone else None
