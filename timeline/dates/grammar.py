"""Parse EDTF text into a tree: times of day, intervals and sets, within limits on size.

Owns ISO 8601-2:2019, A.4.3, A.4.4, A.5.6, A.6.5, clause 6 and clause 10; `single.py` has single dates.
Must not compute the bounds of an interval or set, nor recurse: text is split once, so the cost is linear.

Decisions:
- A time of day is as exact as it is known: hh, hh:mm or hh:mm:ss, then a shift and a qualifier. ISO 8601-2 has only hh:mm:ss, and
  no times in intervals and sets (A.4.4); both are accepted here, also with a day, month or year at the other end. The times of a
  "one of" range may differ in exactness. Either all times of one date have a shift or none has; otherwise their order is unknown.
- Hours run from 00 to 23: ISO 8601-1:2019, 5.3.2, has no 24, which only its amendment of 2022 brought back.
  Second 60 is accepted only where a leap second is possible: 23:59:60 UTC at the end of a month (4.3.10). There is
  no list of leap seconds here.
- A shift is at most 14 hours, and -00 and -00:00 are refused: + means equal to UTC (4.3.13).
- An interval needs a date on one side: EDTF (2019) leaves "either the start or end" open. `/`, `/..` and `../` are refused here;
  `../..` is still read, because older logs have it, and refused in new statements: see `refuse_no_date`.
- `..` before a start and after an end means "or earlier" and "or later" (10.6).
- Reversed intervals are refused: no interval may begin after it must have ended.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from timeline.dates.calendar import DAY, Civil, civil, day_number, days_in_month, iso_day
from timeline.dates.hints import season_or_zone, time_advice, unreadable
from timeline.dates.refusal import Refusal, quoted
from timeline.dates.single import read_date
from timeline.dates.tree import Choice, Date, Endpoint, Interval, Member, Time, Tree

MAX_LENGTH = 2_000
"""Maximum length in characters; longer text is not parsed."""
MAX_MEMBERS = 200
"""Maximum members of a set; a run with `..` counts as one."""
MAX_SHIFT = 14 * 60
"""Maximum minutes that a time of day may be ahead of or behind UTC."""

_PLAIN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?").fullmatch
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}.*").fullmatch
_TIMED = re.compile(r"(-?[0-9]{4}-[0-9]{2}-[0-9]{2})T(.*)", re.DOTALL).fullmatch
_TIME = re.compile(r"(([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}))?)?)(Z|([+-])([0-9]{2})(?::([0-9]{2}))?)?([?~%]?)").fullmatch


def read(text: str) -> Tree:
    """Parse EDTF text. Raises DateInvalid, in one line, if it is not EDTF or not a possible date.

    Accepts levels 0, 1 and 2 of ISO 8601-2:2019, Annex A, strictly.
    """
    try:
        return _read(text)
    except Refusal as refusal:
        raise refusal.about(text) from None


def plain(text: str) -> tuple[int, int | None, int | None] | None:
    """Parse a plain year, month or day, the form of nearly all dates, into numbers; None for everything else."""
    match = _PLAIN(text)
    if match is None:
        return None
    year_text, month_text, day_text = match.groups()
    year = int(year_text)
    if month_text is None:
        return year, None, None
    month = int(month_text)
    if not 1 <= month <= 12:
        return None
    if day_text is None:
        return year, month, None
    day = int(day_text)
    return (year, month, day) if 1 <= day <= 28 or 1 <= day <= days_in_month(year, month) else None


def refuse_no_date(text: str) -> None:
    """Refuse `../..` in a new statement. Raises DateInvalid."""
    if text == "../..":
        raise _no_date().about(text)


def _no_date() -> Refusal:
    return Refusal("an interval without a date says nothing.", "Write a date on one side, or XXXX if no year is known.")


def _read(text: str) -> Tree:
    if len(text) > MAX_LENGTH:
        raise Refusal(f"this is too long for a date: at most {MAX_LENGTH:,} characters are read.", "Split it.")
    if text[:1] in ("[", "{"):
        return _choice(text)
    if "/" in text:
        return _interval(text)
    return _date(text)


def _date(text: str) -> Date:
    """Parse one date, with its time of day if there is one."""
    if "T" in text and (match := _TIMED(text)) is not None:
        return replace(read_date(match[1]), text=text, time=_time(match[1], match[2]))
    return read_date(text)


def _time(day: str, text: str) -> Time:
    parts = _TIME(text)
    if parts is None:
        raise Refusal(f"the time of day {quoted(text)} is not hh, hh:mm or hh:mm:ss.", time_advice(day, text))
    hour, minute, second = int(parts[2]), int(parts[3] or 0), int(parts[4] or 0)
    if hour == 24:
        year, month, number = day.rsplit("-", 2)
        next_day = iso_day(civil(day_number(int(year), int(month), int(number)) + 1))
        raise Refusal("hours run from 00 to 23.", f"Write {next_day}T00{text[2:]}.")
    if hour > 23 or minute > 59 or second > 60:
        first, last = (clock[: len(parts[1])] for clock in ("00:00:00", "23:59:59"))
        raise Refusal(f"there is no time {parts[1]}.", f"Write {day}T{first} to {day}T{last}.")
    shift = int(parts[7] or 0) * 60 + int(parts[8] or 0)
    if parts[6] == "-" and shift == 0:
        raise Refusal(f"the shift {parts[5]} is not defined.", "Write Z for UTC, +00:00 for a clock equal to UTC.")
    if shift > MAX_SHIFT or int(parts[8] or 0) > 59:
        raise Refusal(f"there is no shift {parts[5]}.", "Write Z, or -14:00 to +14:00.")
    if second == 60:
        minutes = hour * 60 + minute - (-shift if parts[6] == "-" else shift)
        _check_leap_second(day, minutes, local=parts[5] is None)
    return Time(parts[1], parts[5] or "", parts[9])


def _check_leap_second(day_text: str, minutes: int, *, local: bool) -> None:
    days, minute = divmod(minutes, 24 * 60)
    if local:
        possible = minutes % 15 == 14  # shifts are whole quarters of an hour
    else:
        year_text, month_text, last = day_text.rsplit("-", 2)
        year, month, day = civil(day_number(int(year_text), int(month_text), int(last)) + days)
        possible = minute == 24 * 60 - 1 and day == days_in_month(year, month)
    if not possible:
        raise Refusal("second 60 exists only at 23:59:60 UTC at the end of a month.", "Write second 59.")


def _inner_date(text: str) -> Date:
    """Parse a date within an interval or a set. A refusal names the part."""
    try:
        return _date(text)
    except Refusal as refusal:
        raise Refusal(f"at {quoted(text)}, {refusal.wrong}", refusal.instead) from None


def _interval(text: str) -> Interval:
    if (refusal := season_or_zone(text)) is not None:
        raise refusal
    start_text, _, end_text = text.partition("/")
    if "/" in end_text:
        raise (unreadable(text) if text.count("/") == 2 else Refusal("an interval has one slash.", "Write start/end."))
    if re.fullmatch(r"[0-9]{1,2}", end_text) or re.fullmatch(r"[0-9]{2}-[0-9]{2}", end_text):
        raise _cut_short(start_text, end_text)
    if _CLOCK(end_text) and (match := _TIMED(start_text)):
        raise Refusal(f"the end {end_text} is cut short.", f"Write it in full: {start_text}/{match[1]}T{end_text}.")
    if re.fullmatch(r"[0-9]{1,2}/[0-9]{4}", text):
        raise Refusal("a slash separates the ends of an interval.", f"Write {end_text}-{start_text:0>2}.")
    start, finish = _endpoint(start_text, first=True), _endpoint(end_text, first=False)
    if start.date is None and finish.date is None and "unknown" in (start.end, finish.end):
        raise _no_date()
    _check_order(start.date, finish.date, "/")
    return Interval(start, finish)


def _cut_short(start: str, end: str) -> Refusal:
    """Refuse 2004-06-01/20 and 2004/06: the end of an interval must be written in full (A.4.4)."""
    if re.fullmatch(r"[0-9]{4}", start):
        return Refusal(
            f"the end {end} is neither a year nor a month.",
            f"Write {start}-{end:0>2} for the month, or start/end in full.",
        )
    full = start[: -len(end)] + end
    try:
        _check_order(read_date(start), read_date(full), "/")
    except Refusal:
        return Refusal(f"the end {end} is cut short.", "Write both ends in full, as YYYY-MM-DD/YYYY-MM-DD.")
    return Refusal(f"the end {end} is cut short.", f"Write it in full: {start}/{full}.")


def _endpoint(text: str, *, first: bool) -> Endpoint:
    """Parse one end of an interval. `..` comes before the first end, and after the last."""
    if text in ("", ".."):
        return Endpoint("open" if text else "unknown", None)
    bare = text.removeprefix("..") if first else text.removesuffix("..")
    if bare != text:
        return Endpoint("open", _inner_date(bare))
    if text.lower() in ("open", "unknown"):
        raise Refusal(f'"{text}" is from the draft of 2012.', "Write .. for an open end, and nothing for an unknown one.")
    date = _inner_date(text)
    return Endpoint("stated" if date.years else "unknown", date)


def _check_order(first: Date | None, last: Date | None, sign: str) -> None:
    if first is None or last is None or first.earliest is None or last.latest is None:
        return
    _check_one_clock((first, last))
    backwards = days = first.earliest > last.latest
    if first.time or last.time:
        backwards = days or _second(first.earliest, first, last) > _second(last.latest, last, first, at_end=True)
    if backwards:
        if first.time and last.time and first.time.shift != last.time.shift and days:
            raise Refusal(
                f"{first.text} is on a later day than {last.text}, each by its own clock.",
                "Write both with the same shift, such as Z for UTC.",
            )
        raise Refusal(
            f"{first.text} begins after {last.text} has ended.",
            f"Write {last.text}{sign}{first.text}, or correct one of them.",
            joint=" runs backwards: ",
        )


def _second(day: Civil, date: Date, other: Date, *, at_end: bool = False) -> int:
    """Return the first or last second that a date allows, in UTC if both dates have a time: then both have a shift, or none."""
    time = date.time
    if time is None:
        return day_number(*day) * DAY + (DAY - 1 if at_end else 0)
    return day_number(*day) * DAY + (time.last if at_end else time.first) - (time.offset if other.time else 0)


def _check_one_clock(dates: Iterable[Date | None]) -> None:
    """Refuse times with a shift beside times without one: their order is unknown."""
    timed = [date for date in dates if date is not None and date.time is not None]
    local = next((date for date in timed if date.time and not date.time.shift), None)
    shifted = next((date for date in timed if date.time and date.time.shift), None)
    if local is not None and shifted is not None and shifted.time is not None:
        raise Refusal(
            f"{shifted.text} has a shift from UTC and {local.text} has none.",
            f"Write all its times with a shift such as {shifted.time.shift}, or none of them.",
        )


def _choice(text: str) -> Choice:
    close = "]" if text[0] == "[" else "}"
    if text[-1] != close or len(text) == 1:
        raise Refusal(f"a set that starts with {text[0]} ends with {close}.", f"Write {text[0]}…{close}.")
    inner = text[1:-1]
    if not inner:
        raise Refusal("the set is empty.", f"Write its members: {text[0]}1667,1668,1670..1672{close}.")
    if any(char.isspace() for char in inner):
        raise Refusal("a set has no white space.", "Write commas alone between its members.")
    parts = inner.split(",")
    if len(parts) > MAX_MEMBERS:
        raise Refusal(f"the set has {len(parts)} members; at most {MAX_MEMBERS} are read.", "Write runs, as 1670..1672.")
    members = tuple(
        _member(part, every=close == "}", is_first=not at, is_last=at == len(parts) - 1) for at, part in enumerate(parts)
    )
    _check_one_clock(date for member in members for date in (member.first, member.last))
    return Choice(every=close == "}", members=members)


def _with_article(date: Date) -> str:
    return f"{'an' if date.precision == 'hour' else 'a'} {date.precision}"


def _member(text: str, *, every: bool, is_first: bool, is_last: bool) -> Member:
    if not text:
        raise Refusal("a member of the set is empty.", "Write a date on each side of every comma.")
    if "/" in text:
        raise Refusal("a member of a set is not an interval.", "Write first..last for every date between.")
    before, dots, after = text.partition("..")
    if not dots:
        date = _inner_date(text)
        return Member(date, date, run=False)
    if not before and not after:
        raise Refusal("'..' alone allows every day.", "Write a date before it, after it, or on both sides.")
    if ".." in after:
        raise Refusal(f"{quoted(text)} has '..' more than once.", "Write first..last, ..last or first..")
    if (not before and not is_first) or (not after and not is_last):
        raise Refusal(
            "'..' means on or before only at the beginning of a set, and on or after only at its end.",
            f"Move {quoted(text)} there.",
        )
    if _CLOCK(after) and (match := _TIMED(before)):
        raise Refusal(f"the end {after} is cut short.", f"Write it in full: {before}..{match[1]}T{after}.")
    first = _inner_date(before) if before else None
    last = _inner_date(after) if after else None
    if first is not None and last is not None:
        some_time = not every and first.time is not None and last.time is not None  # their exactness may differ
        if first.precision != last.precision and not some_time:
            raise Refusal(
                f"{before} is {_with_article(first)} and {after} {_with_article(last)}; a run has one precision.",
                "Write both alike.",
            )
        _check_order(first, last, "..")
    return Member(first, last, run=True)
