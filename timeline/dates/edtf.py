"""The value of a date: the days that it allows, and its qualifiers.

Owns `Edtf` and the bounds of intervals and sets. Must not parse text itself, except plain years, months and days: nearly all
dates are of these forms, and take a shortcut to the same value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from timeline.dates.calendar import DAY, Civil, day_number, days_in_month, iso_day
from timeline.dates.grammar import plain, read
from timeline.dates.near_bounds import Moment, near
from timeline.dates.tree import Choice, Date, End, Interval, Tree
from timeline.errors import DateInvalid

Kind = Literal["date", "datetime", "interval", "set", "list", "season"]
Precision = Literal["year", "month", "day", "datetime", "season", "interval", "set"]
_LAST = DAY - 1


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date as written, with the days it allows. Qualifiers (~ ? %) never widen those; ~ and % widen the near bounds."""

    text: str
    """The input, to the letter."""
    level: int
    """The lowest level of ISO 8601-2:2019, Annex A, that includes it: 0, 1 or 2; 2 also for times beyond the standard."""
    type: Kind
    """A `set` means one of its members, a `list` all of them."""
    precision: Precision
    earliest: str | None
    """The first day it allows as YYYY-MM-DD; None if the start is open or unknown."""
    latest: str | None
    """The last day it allows; None if the end is open or unknown."""
    earliest_day: int | None
    """The first day as a number: 1 is 0001-01-01, proleptic Gregorian; zero and below are BCE."""
    latest_day: int | None
    start: End
    """Whether the start is stated, open (`..`) or unknown (empty, or a year XXXX)."""
    end: End
    uncertain: bool
    """Whether any part has ? or %."""
    approximate: bool
    """Whether any part has ~ or %."""
    year: int | None
    """The year of the earliest day, otherwise of the latest; astronomical, so 0 is 1 BCE."""
    month: int | None
    """1 to 12, if every day it allows is in one month of one year."""
    earliest_second: int | None
    """The first second it allows, from the beginning of the earliest day, by the clock as written; 0 without a time."""
    latest_second: int | None
    """The last second it allows, from the beginning of the latest day; 86,399 without a time."""
    near_earliest: str | None
    """If it is approximate, the first day as `dates.near` widens it; otherwise `earliest`."""
    near_latest: str | None
    """If it is approximate, the last day as widened; otherwise `latest`."""
    near_earliest_day: int | None
    """`near_earliest` as a number."""
    near_latest_day: int | None
    """`near_latest` as a number."""
    near_earliest_second: int | None
    """The first second of `near_earliest`."""
    near_latest_second: int | None
    """The last second of `near_latest`."""
    timed: bool
    """Whether any part has a time of day."""


def parse(text: str) -> Edtf:
    """Parse an EDTF date.

    Accepts ISO 8601-2:2019, Annex A, levels 0, 1 and 2, strictly: ASCII, no white space, upper-case letters.
    Beyond the standard, a time of day may be an hour or a minute, have a qualifier, and be in intervals and sets. Raises
    DateInvalid for everything else, in one line with what to write instead. The bounds are whole days as written: a time of day
    and its shift do not move them.
    """
    numbers = plain(text)
    if numbers is None:
        return _value(text, read(text))
    year, month, day = numbers
    if month is None:
        first = day_number(year, 1, 1)
        last = day_number(year, 12, 31)
        return Edtf(
            text, 0, "date", "year", text + "-01-01", text + "-12-31", first, last,
            "stated", "stated", False, False, year, None,
            0, _LAST, text + "-01-01", text + "-12-31", first, last, 0, _LAST, False,
        )  # fmt: skip
    if day is None:
        length = days_in_month(year, month)
        first = day_number(year, month, 1)
        return Edtf(
            text, 0, "date", "month", text + "-01", f"{text}-{length}", first, first + length - 1,
            "stated", "stated", False, False, year, month,
            0, _LAST, text + "-01", f"{text}-{length}", first, first + length - 1, 0, _LAST, False,
        )  # fmt: skip
    first = day_number(year, month, day)
    return Edtf(
        text, 0, "date", "day", text, text, first, first,
        "stated", "stated", False, False, year, month,
        0, _LAST, text, text, first, first, 0, _LAST, False,
    )  # fmt: skip


def is_date(text: str) -> bool:
    """Whether `parse` accepts a text."""
    try:
        parse(text)
    except DateInvalid:
        return False
    return True


def bounds(text: str) -> tuple[str | None, str | None]:
    """Return the first and the last day that an EDTF date allows. Raises DateInvalid."""
    numbers = plain(text)
    if numbers is not None and numbers[2] is not None:
        return text, text
    date = parse(text)
    return date.earliest, date.latest


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a date: its outermost moment, the same moment widened by `near`, and whether it is stated."""

    exact: Moment | None
    near: Moment | None
    end: End


def _value(text: str, tree: Tree) -> Edtf:
    if isinstance(tree, Interval):
        return _interval(text, tree)
    if isinstance(tree, Choice):
        return _choice(text, tree)
    form: tuple[Kind, Precision] = ("date", "day")
    if tree.time is not None:
        form = ("datetime", "datetime")
    elif tree.precision in ("year", "month", "day", "season"):
        form = ("season" if tree.season is not None else "date", tree.precision)
    return _edtf(text, _level(tree), form, (_first(tree), _last(tree)), (tree,))


def _level(date: Date) -> int:
    """Return the level of a single date; 2 for hours, minutes and qualified times, which are beyond the standard."""
    time = date.time
    return date.level if time is None or (time.precision == "second" and not time.mark) else 2


def _first(date: Date) -> _Side:
    return _side(date, date.earliest, date.time.first if date.time else 0, 0)


def _last(date: Date) -> _Side:
    return _side(date, date.latest, date.time.last if date.time else _LAST, 1)


def _side(date: Date, day: Civil | None, second: int, number: int) -> _Side:
    widened = near(date)
    if day is None or widened is None:
        return _Side(None, None, "stated" if date.years else "unknown")
    return _Side((day, second), widened[number], "stated")


def _interval(text: str, tree: Interval) -> Edtf:
    level = 0
    for point in (tree.start, tree.finish):
        if point.date is None:
            level = max(level, 1)
        elif point.end == "open" or point.date.masked or point.date.time is not None:
            level = 2  # 10.6; unspecified digits within an interval are level 2 as well
        else:
            level = max(level, point.date.level)
    start, finish = tree.start, tree.finish
    dates = tuple(point.date for point in (start, finish) if point.date is not None)
    first = _first(start.date) if start.date is not None and start.end == "stated" else _Side(None, None, start.end)
    last = _last(finish.date) if finish.date is not None and finish.end == "stated" else _Side(None, None, finish.end)
    return _edtf(text, level, ("interval", "interval"), (first, last), dates)


def _choice(text: str, tree: Choice) -> Edtf:
    firsts = [member.first for member in tree.members]
    lasts = [member.last for member in tree.members]
    sides = (_outermost(firsts, _first, min), _outermost(lasts, _last, max))
    dates = tuple(date for date in firsts + lasts if date is not None)
    return _edtf(text, 2, ("list" if tree.every else "set", "set"), sides, dates)


def _outermost(dates: list[Date | None], side: Callable[[Date], _Side], outer: Callable[[list[Moment]], Moment]) -> _Side:
    """Return the outermost moment of a set's members. One open member makes the side open, one unknown makes it unknown."""
    bounds = [side(date) for date in dates if date is not None]
    if len(bounds) < len(dates):
        return _Side(None, None, "open")
    exact = [one.exact for one in bounds if one.exact is not None]
    widened = [one.near for one in bounds if one.near is not None]
    if len(exact) < len(bounds):
        return _Side(None, None, "unknown")
    return _Side(outer(exact), outer(widened), "stated")


def _edtf(
    text: str,
    level: int,
    form: tuple[Kind, Precision],
    sides: tuple[_Side, _Side],
    dates: tuple[Date, ...],
) -> Edtf:
    start, finish = sides
    first, last = (side.exact[0] if side.exact else None for side in sides)
    near_first, near_last = (side.near[0] if side.near else None for side in sides)
    marks = "".join(mark for date in dates for mark in date.marks)
    edge = first or last
    one_month = first is not None and last is not None and first[:2] == last[:2]
    return Edtf(
        text=text,
        level=level,
        type=form[0],
        precision=form[1],
        earliest=iso_day(first) if first else None,
        latest=iso_day(last) if last else None,
        earliest_day=day_number(*first) if first else None,
        latest_day=day_number(*last) if last else None,
        start=start.end,
        end=finish.end,
        uncertain="?" in marks or "%" in marks,
        approximate="~" in marks or "%" in marks,
        year=edge[0] if edge else None,
        month=first[1] if one_month and first else None,
        earliest_second=start.exact[1] if start.exact else None,
        latest_second=finish.exact[1] if finish.exact else None,
        near_earliest=iso_day(near_first) if near_first else None,
        near_latest=iso_day(near_last) if near_last else None,
        near_earliest_day=day_number(*near_first) if near_first else None,
        near_latest_day=day_number(*near_last) if near_last else None,
        near_earliest_second=start.near[1] if start.near else None,
        near_latest_second=finish.near[1] if finish.near else None,
        timed=any(date.time is not None for date in dates),
    )
