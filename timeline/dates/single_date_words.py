"""Put one date into plain English: years, decades, months, days, seasons and times of day, with their qualifiers.

Owns the wording of a single date. Must not be more exact than the date: an unspecified digit stays unspecified, and a name that
could mean a longer or shorter span (2000s) is spelt out.
"""

from timeline.dates.calendar import MONTH_NAMES, days_in_month
from timeline.dates.single import SEASONS
from timeline.dates.tree import Date, Time
from timeline.dates.unspecified_digits import matching

_SEASON_NAMES = ("spring", "summer", "autumn", "winter")
_PARTS = (
    "first quarter of", "second quarter of", "third quarter of", "fourth quarter of",
    "first four months of", "middle four months of", "last four months of",
    "first half of", "second half of",
)  # fmt: skip
PREFIX = {"": "", "?": "possibly ", "~": "about ", "%": "possibly about "}
_LAST_HOUR = 23
_ADJECTIVE = {"?": "uncertain", "~": "approximate", "%": "uncertain and approximate"}


def phrase(date: Date) -> str:
    """Return a date in words, with its time of day as exact as it is known, and qualifiers."""
    if date.time is None:
        return day_phrase(date)
    return f"{day_phrase(date)}, {time_phrase(date.time)}{zone_phrase(date.time)}"


def time_phrase(time: Time) -> str:
    """Return a time of day without its zone: 04:10; if only the hour is known, between 04:00 and 05:00, or about 04:00."""
    if time.precision == "hour":
        hour = int(time.text)
        if time.mark in ("~", "%"):
            return f"{PREFIX[time.mark]}{hour:02d}:00"
        return f"{PREFIX[time.mark]}between {hour:02d}:00 and {f'{hour + 1:02d}:00' if hour < _LAST_HOUR else 'midnight'}"
    return PREFIX[time.mark] + time.text


def zone_phrase(time: Time) -> str:
    """Return the clock of a time in words: local time, UTC or a shift."""
    if not time.shift:
        return " local time"
    return " UTC" if time.shift == "Z" else f" (UTC{time.shift}{'' if ':' in time.shift else ':00'})"


def day_phrase(date: Date) -> str:
    """Return a date without its time. Qualifiers come first if they apply to the whole date, otherwise last."""
    marks = tuple(part.mark for part in (date.year, date.month, date.day) if part is not None)
    if len(set(marks)) == 1:
        return PREFIX[marks[0]] + _bare(date)
    groups: dict[str, list[str]] = {}
    for name, mark in zip(("year", "month", "day"), marks, strict=False):
        if mark:
            groups.setdefault(mark, []).append(name)
    qualifiers = ", ".join(f"{join(names, ' and')} {_ADJECTIVE[mark]}" for mark, names in groups.items())
    return f"{_bare(date)} ({qualifiers})"


def plainly(year: int, month: int | None, day: int | None) -> str:
    """Return a plain year, month or day in words."""
    if month is None:
        return _year_name(year)
    return f"{'' if day is None else f'{day} '}{MONTH_NAMES[month]} {_year_name(year)}"


def _bare(date: Date) -> str:
    if date.month is None:
        return _year_alone(date)
    if date.season is not None:
        return _season(date, date.season)
    if date.day is None:
        return _month(date, date.month.digits)
    return _day(date, date.month.digits, date.day.digits)


def _year_name(year: int) -> str:
    if year <= 0:
        return f"{_count(1 - year)} BCE"
    return f"{year} CE" if year < 1000 else _count(year)


def _count(number: int) -> str:
    return f"{number:,}" if number > 9999 else str(number)


def _year_alone(date: Date) -> str:
    if date.years is None:
        return "a year not known" if date.year.digits[0] != "-" else "a year BCE not known"
    if date.estimate is not None and date.years != (date.estimate, date.estimate):
        first, last = date.years
        return f"some year from {_year_name(first)} to {_year_name(last)}, estimated {_year_name(date.estimate)}"
    if date.estimate is not None:
        return f"{'the year ' if date.estimate > 9999 else ''}{_year_name(date.estimate)}"
    named = _named_years(date)
    if named is not None:
        return named
    first, last = date.years
    pattern = date.year.digits
    span = f"some year from {_year_name(first)} to {_year_name(last)}"
    return span if _contiguous(pattern) else f"{span}, written {pattern}"


def _contiguous(pattern: str) -> bool:
    return "X" not in pattern.rstrip("X")


def _named_years(date: Date) -> str | None:
    """Return the name of a decade or a century, if the name cannot mean a longer or shorter span."""
    pattern = date.year.digits
    if pattern[0] not in "123456789" or not _contiguous(pattern):
        return None
    bare = pattern.rstrip("X")
    return f"the {pattern.replace('X', '0')}s" if len(bare) > 1 and bare[-1] != "0" else None


def _of_years(date: Date) -> str:
    """Return an inexact year as the context of a month or a day: "in the 1980s"."""
    if date.years is None:
        return "of a year not known" if date.year.digits[0] != "-" else "of a year BCE not known"
    named = _named_years(date)
    if named is not None:
        return f"in {named}"
    first, last = date.years
    span = f"in some year from {_year_name(first)} to {_year_name(last)}"
    return span if _contiguous(date.year.digits) else f"{span}, written {date.year.digits}"


def _season(date: Date, code: int) -> str:
    name = _SEASON_NAMES[(code - 21) % 4] if code < 33 else _PARTS[code - 33]
    side = "" if code < 25 or code > 32 else " (northern hemisphere)" if code < 29 else " (southern hemisphere)"
    if date.estimate is not None:
        first, length = SEASONS[code]
        years = _two_years(date.estimate) if first + length > 13 else _year_name(date.estimate)
        return f"{name} {years}{side}"
    if code < 33:
        return f"{name} {_of_years(date)}{side}"
    return f"{name} {'some year in ' if _named_years(date) is not None else ''}{_year_alone(date)}"


def _two_years(year: int) -> str:
    """Return a year and the next, in which a winter ends: 1941–42."""
    if year < 1:
        return f"{_count(1 - year)}{f'–{_count(-year)} BCE' if year else ' BCE to 1 CE'}"
    following = _count(year + 1) if year > 9999 or year % 100 == 99 else f"{(year + 1) % 100:02d}"
    return f"{_count(year)}–{year + 1} CE" if year < 999 else f"{_count(year)}–{following}"


def _month(date: Date, pattern: str) -> str:
    if date.estimate is None:
        exact = "X" not in pattern
        return f"{'some ' if exact else ''}{_months(pattern)} {_of_years(date)}"
    return f"{_months(pattern)}{' of' if pattern == 'XX' else ''} {_year_name(date.estimate)}"


def _months(pattern: str) -> str:
    if pattern == "XX":
        return "some month"
    names = [MONTH_NAMES[number] for number in matching(pattern, 12)]
    return f"some month from {names[0]} to {names[-1]}" if len(names) > 4 else join(names, " or")


def _day(date: Date, month: str, day: str) -> str:
    year = _of_years(date) if date.estimate is None else _year_name(date.estimate)
    if day == "XX" and month == "XX":
        return f"some day {'of ' if date.estimate is not None else ''}{year}"
    of_year = "of " if month == "XX" and date.estimate is not None else ""
    month_and_year = f"{_months(month)} {of_year}{year}"
    if day == "XX":
        return f"some day in {month_and_year}"
    numbers = matching(day, 31)
    if "X" not in month:
        length = days_in_month(2000 if date.estimate is None else date.estimate, int(month))
        numbers = tuple(number for number in numbers if number <= length)
        if len(numbers) > 4:
            return f"some day from {numbers[0]} to {numbers[-1]} {month_and_year}"
        return f"{join([str(number) for number in numbers], ' or')} {month_and_year}"
    if len(numbers) > 4:
        return f"some day from the {_ordinal(numbers[0])} to the {_ordinal(numbers[-1])} of {month_and_year}"
    return f"the {join([_ordinal(number) for number in numbers], ' or')} of {month_and_year}"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 11 <= number <= 13 else ending}"


def join(items: list[str], last: str) -> str:
    """Join items with commas, and `last` (" or", ", and") before the last item."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])}{last} {items[-1]}"
