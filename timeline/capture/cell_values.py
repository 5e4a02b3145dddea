"""The values of cells as a spreadsheet shows them: days as ISO 8601, times, numbers as they are stored.

Owns how exact a day is shown, and how days are counted from numbers. A cell that shows a month has no day in the text, whatever is
stored in it. Must not know a file format.
"""

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

_SIGNIFICANT: Final = 15  # digits that a spreadsheet shows of a number; the rest is how a computer stores it
_LAST_DAY: Final = 2_958_465  # 9999-12-31
_FALSE_DAY: Final = 60  # 29 February 1900, which never was: Excel counts it
_DAY: Final = 86_400  # seconds
_SILENT: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.I | re.S)
_TOKEN: Final = re.compile(r"am/pm|a/p|\[h+\]|\[m+\]|\[s+\]|y+|m+|d+|h+|s+|e+|b+", re.I)
_NUMBER: Final = re.compile(r"[+-]?(\d*)\.?(\d*)(?:[eE][+-]?\d+)?")


class Shown(NamedTuple):
    """The parts of a day and time that a format shows."""

    year: bool = False
    month: bool = False
    day: bool = False
    time: bool = False
    seconds: bool = False
    elapsed: str = ""
    """The largest unit of a duration: "h", "m" or "s"."""

    @property
    def dated(self) -> bool:
        """Whether it shows a day, or a part of one."""
        return self.year or self.month or self.day


def shown_by(code: str) -> Shown | None:
    """Return the parts that a number format shows, such as "dd/mm/yyyy hh:mm"; None for a format of numbers or words."""
    section = _SILENT.sub("", code).split(";")[0]
    tokens = [token.lower() for token in _TOKEN.findall(section)]
    if not any(token[0] in "ymdhsb[" for token in tokens) or section.strip().lower() == "general":
        return None
    year = month = day = time = seconds = False
    elapsed = ""
    for place, token in enumerate(tokens):
        before = next((one for one in reversed(tokens[:place]) if one not in ("am/pm", "a/p")), "")
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token[0] == "[":
            elapsed, time = token[1], True
            seconds = seconds or token[1] == "s"
        elif token[0] == "m":
            minutes = before.strip("[]")[:1] == "h" or after.strip("[]")[:1] == "s"
            time, month = time or minutes, month or not minutes
        elif token in ("am/pm", "a/p") or token[0] in "hs":
            time, seconds = True, seconds or token[0] == "s"
        else:
            year, day = year or token[0] in "yeb", day or token[0] == "d"
    return Shown(year, month, day, time, seconds, elapsed)


def day_and_time(day: str, seconds: int | None, shown: Shown) -> str:
    """Write an ISO day and the seconds since midnight, with no more than the format shows."""
    clock = "" if seconds is None or not shown.time else clock_time(seconds, with_seconds=shown.seconds)
    if not shown.dated:
        return clock or day
    if not shown.day:
        day = day[:7] if shown.month else day[:4]
    return f"{day} {clock}" if clock else day


def clock_time(seconds: int, *, with_seconds: bool) -> str:
    """Write seconds as hours and minutes. There may be more than 24 hours."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours:02}:{minutes:02}{f':{seconds % 60:02}' if with_seconds else ''}"


def of_serial(text: str, shown: Shown, *, since_1904: bool) -> str:
    """Write a stored number as the day and time that the format shows; unchanged if no day has that number."""
    try:
        days, seconds = divmod(round(float(text) * _DAY), _DAY)
    except (ValueError, OverflowError):
        return text
    if shown.elapsed:
        total = days * _DAY + seconds
        if total < 0:
            return text
        if shown.elapsed == "h":
            return clock_time(total, with_seconds=shown.seconds)
        return f"{total // 60}:{total % 60:02}" if shown.elapsed == "m" else str(total)
    if not shown.dated and 0 <= days <= _LAST_DAY:
        return day_and_time("", seconds, shown)
    day = _day(days, since_1904=since_1904)
    return text if day is None else day_and_time(day, seconds, shown)


def _day(number: int, *, since_1904: bool) -> str | None:
    if since_1904:
        return (date(1904, 1, 1) + timedelta(number)).isoformat() if 0 <= number <= _LAST_DAY - 1462 else None
    if number == _FALSE_DAY:
        return "1900-02-29"  # as it is shown; no import takes it for a day
    if not 0 < number <= _LAST_DAY:
        return None
    return (date(1899, 12, 31 if number < _FALSE_DAY else 30) + timedelta(number)).isoformat()


def of_number(text: str) -> str:
    """Write a stored number with the digits that a spreadsheet shows at most."""
    match = _NUMBER.fullmatch(text)
    if match is None or len((match[1] + match[2]).strip("0")) <= _SIGNIFICANT:
        return text
    shown = f"{float(text):.{_SIGNIFICANT}g}"
    return text if "e" in shown or "n" in shown else shown
