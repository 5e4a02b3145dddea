"""EDTF text -> tree: times of day, intervals and sets, and the limits on what is read at all.

Owns ISO 8601-2:2019, A.4.3, A.4.4, A.5.6, A.6.5, clause 6 and clause 10. Single dates are `single.py`'s.
Must not compute bounds of the whole, nor recurse: text is split once, so its cost is linear.

Decisions:
- The ends of an interval and the members of a set are dates; times of day are refused there (A.4.4).
- Hours run 00 to 23: ISO 8601-1:2019, 5.3.2, has no 24, which only its amendment of 2022 brought back.
  Second 60 is read only where a leap second can be: 23:59:60 UTC at the end of a month (4.3.10). There is
  no list of leap seconds here.
- A shift is at most 14 hours, and -00 and -00:00 are refused: + stands for equal to UTC (4.3.13).
- An interval needs a date, or both ends open; `/` says nothing, `/..` and `../` next to nothing.
- `..` before a start and after an end means "or earlier" and "or later" (10.6).
- What runs backwards is refused: nothing that begins after it must have ended.
"""

import re

from timeline.dates.calendar import civil, day_number, days_in_month
from timeline.dates.hints import unreadable
from timeline.dates.refusal import Refusal, quoted
from timeline.dates.single import read_date
from timeline.dates.tree import Choice, Date, DateTime, Endpoint, Interval, Member, Tree

MAX_LENGTH = 2_000
"""Characters that are read; longer text is refused unread."""
MAX_MEMBERS = 200
"""Members that a set may list; a run with `..` is one."""
MAX_SHIFT = 14 * 60
"""Minutes that a time of day may be ahead of UTC, or behind."""

_PLAIN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?").fullmatch
_TIMED = re.compile(r"(-?[0-9]{4}-[0-9]{2}-[0-9]{2})T(.*)", re.DOTALL).fullmatch
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(Z|([+-])([0-9]{2})(?::([0-9]{2}))?)?").fullmatch


def read(text: str) -> Tree:
    """Take EDTF text apart; raise DateInvalid, in one line, where it is not EDTF or cannot be.

    Accepts levels 0, 1 and 2 of ISO 8601-2:2019, Annex A, and nothing that strays from them by a character.
    """
    try:
        return _read(text)
    except Refusal as refusal:
        raise refusal.about(text) from None


def plain(text: str) -> tuple[int, int | None, int | None] | None:
    """Read a plain year, month or day, which nearly all dates are, as numbers; None for all else, and for what is no date."""
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


def _read(text: str) -> Tree:
    if len(text) > MAX_LENGTH:
        raise Refusal(f"this is too long for a date: {MAX_LENGTH:,} characters are read.", "Split it.")
    if text[:1] in ("[", "{"):
        return _choice(text)
    if "/" in text:
        return _interval(text)
    if "T" in text and (match := _TIMED(text)) is not None:
        return _date_time(match)
    return read_date(text)


def _date_time(match: re.Match[str]) -> DateTime:
    date = read_date(match[1])
    parts = _TIME(match[2])
    if parts is None:
        raise Refusal(f"the time of day {quoted(match[2])} is not hh:mm:ss.", _time_advice(match[1], match[2]))
    hour, minute, second = int(parts[1]), int(parts[2]), int(parts[3])
    if hour == 24:
        raise Refusal("hours run from 00 to 23.", "Write 00:00:00 of the next day.")
    if hour > 23 or minute > 59 or second > 60:
        raise Refusal(f"there is no time {match[2][:8]}.", "Write 00:00:00 to 23:59:59.")
    shift = int(parts[6] or 0) * 60 + int(parts[7] or 0)
    if parts[5] == "-" and shift == 0:
        raise Refusal(f"the shift {parts[4]} is not defined.", "Write Z for UTC, +00:00 for a clock equal to UTC.")
    if shift > MAX_SHIFT or int(parts[7] or 0) > 59:
        raise Refusal(f"there is no shift {parts[4]}.", "Write Z, or -14:00 to +14:00.")
    if second == 60:
        minutes = hour * 60 + minute - (-shift if parts[5] == "-" else shift)
        _check_leap_second(match[1], minutes, local=parts[4] is None)
    return DateTime(date, match[2][:8], parts[4] or "")


def _time_advice(day: str, time: str) -> str:
    if re.match(r"[0-9]{2}:[0-9]{2}(?![0-9:])", time):
        return f"Write {day}T{time[:5]}:00 if the second is known, else {day}, and the time in words."
    if re.match(r"[0-9]{2}:[0-9]{2}:[0-9]{2}[.,]", time):
        return f"Write {day}T{time[:8]}, without a fraction."
    if re.fullmatch(r"[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{4}", time):
        return f"Write {day}T{time[:-2]}:{time[-2:]}."
    if time[-1:] in ("?", "~", "%"):
        return f"Only days take a qualifier. Write {day}{time[-1]}, or the time without it."
    return f"Write {day}T21:30:00, adding Z for UTC or a shift such as +01:00."


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


def _part(text: str, what: str) -> Date:
    """Read a date within an interval or a set; a refusal then names the part."""
    if "T" in text and _TIMED(text):
        raise Refusal(
            f"{what} is a day, month or year, without a time of day (ISO 8601-2:2019, A.4.4).",
            f"Write {text.partition('T')[0]} there, and put the times in words.",
        )
    try:
        return read_date(text)
    except Refusal as refusal:
        raise Refusal(f"at {quoted(text)}, {refusal.wrong}", refusal.instead) from None


def _interval(text: str) -> Interval:
    start_text, _, end_text = text.partition("/")
    if "/" in end_text:
        raise (unreadable(text) if text.count("/") == 2 else Refusal("an interval has one slash.", "Write start/end."))
    if re.fullmatch(r"[0-9]{1,2}", end_text) or re.fullmatch(r"[0-9]{2}-[0-9]{2}", end_text):
        raise _cut_short(start_text, end_text)
    if re.fullmatch(r"[0-9]{1,2}/[0-9]{4}", text):
        raise Refusal("a slash stands between the ends of an interval.", f"Write {end_text}-{start_text:0>2}.")
    start = _start(start_text)
    finish = _finish(end_text)
    if start.date is None and finish.date is None and "unknown" in (start.end, finish.end):
        raise Refusal(
            "an interval without a date says nothing.",
            "Write a date on one side, or XXXX where no year is known.",
        )
    _check_order(start.date, finish.date, "/")
    return Interval(start, finish)


def _cut_short(start: str, end: str) -> Refusal:
    """Refuse 2004-06-01/20 and 2004/06: the end of an interval stands in full (A.4.4)."""
    if re.fullmatch(r"[0-9]{4}", start):
        return Refusal(
            f"the end {end} is neither a year nor a month.",
            f"Write {start}-{end:0>2} for the month, or start/end in full.",
        )
    whole = start[: -len(end)] + end
    try:
        _check_order(read_date(start), read_date(whole), "/")
    except Refusal:
        return Refusal(f"the end {end} is cut short.", "Write both ends in full, as YYYY-MM-DD/YYYY-MM-DD.")
    return Refusal(f"the end {end} is cut short.", f"Write it in full: {start}/{whole}.")


def _start(text: str) -> Endpoint:
    if text in ("", ".."):
        return Endpoint("open" if text else "unknown", None)
    if text.startswith(".."):
        return Endpoint("open", _part(text[2:], "the start of an interval"))
    return _stated(text, "the start of an interval")


def _finish(text: str) -> Endpoint:
    if text in ("", ".."):
        return Endpoint("open" if text else "unknown", None)
    if text.endswith(".."):
        return Endpoint("open", _part(text[:-2], "the end of an interval"))
    return _stated(text, "the end of an interval")


def _stated(text: str, what: str) -> Endpoint:
    if text.lower() in ("open", "unknown"):
        raise Refusal(f'"{text}" is of the draft of 2012.', "Write .. for an open end, and nothing for one not known.")
    date = _part(text, what)
    return Endpoint("stated" if date.years else "unknown", date)


def _check_order(first: Date | None, last: Date | None, sign: str) -> None:
    if first is None or last is None or first.earliest is None or last.latest is None:
        return
    if first.earliest > last.latest:
        raise Refusal(
            f"{first.text} begins after {last.text} has ended.",
            f"Write {last.text}{sign}{first.text}, or correct one of them.",
            joint=" runs backwards: ",
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
        raise Refusal(f"the set has {len(parts)} members; {MAX_MEMBERS} are read.", "Write runs, as 1670..1672.")
    members = (_member(part, is_first=not at, is_last=at == len(parts) - 1) for at, part in enumerate(parts))
    return Choice(every=close == "}", members=tuple(members))


def _member(text: str, *, is_first: bool, is_last: bool) -> Member:
    if not text:
        raise Refusal("a member of the set is empty.", "Write a date on each side of every comma.")
    if "/" in text:
        raise Refusal("a member of a set is not an interval.", "Write first..last for every date between.")
    before, dots, after = text.partition("..")
    if not dots:
        date = _part(text, "a member of a set")
        return Member(date, date, run=False)
    if not before and not after:
        raise Refusal("'..' alone allows every day.", "Write a date before it, after it, or on both sides.")
    if ".." in after:
        raise Refusal(f"{quoted(text)} has '..' more than once.", "Write first..last, ..last or first..")
    if (not before and not is_first) or (not after and not is_last):
        raise Refusal(
            "'..' stands at the beginning of a set for on or before, at its end for on or after.",
            f"Move {quoted(text)} there.",
        )
    first = _part(before, "a member of a set") if before else None
    last = _part(after, "a member of a set") if after else None
    if first is not None and last is not None:
        if first.precision != last.precision:
            raise Refusal(
                f"{before} is a {first.precision} and {after} a {last.precision}; a run has one precision.",
                "Write both alike.",
            )
        _check_order(first, last, "..")
    return Member(first, last, run=True)
