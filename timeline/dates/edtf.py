"""The value of a date: what it allows, and how surely.

Owns `Edtf` and the bounds of intervals and sets. Must not read the grammar itself, except that plain years,
months and days, which are nearly all dates, take a short way round it to the same value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from timeline.dates.calendar import Civil, day_number, days_in_month, iso_day
from timeline.dates.grammar import plain, read
from timeline.dates.tree import Choice, Date, DateTime, End, Interval, Tree

Kind = Literal["date", "datetime", "interval", "set", "list", "season"]
Precision = Literal["year", "month", "day", "datetime", "season", "interval", "set"]


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date as it was written, with the days it allows. Qualifiers (~ ? %) never widen them."""

    text: str
    """The input, to the letter."""
    level: int
    """The least level of ISO 8601-2:2019, Annex A, that has it: 0, 1 or 2."""
    type: Kind
    """A `set` is one of its members, a `list` all of them."""
    precision: Precision
    earliest: str | None
    """The first day it allows as YYYY-MM-DD; None where the start is open or unknown."""
    latest: str | None
    """The last day it allows; None where the end is open or unknown."""
    earliest_day: int | None
    """The same as a number: 1 is 0001-01-01, proleptic Gregorian; zero and below are BCE."""
    latest_day: int | None
    start: End
    """Whether the start is stated, open (`..`) or unknown (nothing written, or a year XXXX)."""
    end: End
    uncertain: bool
    """Whether any part carries ? or %."""
    approximate: bool
    """Whether any part carries ~ or %."""
    year: int | None
    """The year of the earliest day, else of the latest; astronomical, so 0 is 1 BCE."""
    month: int | None
    """1 to 12, where every day it allows lies within one month of one year."""


def parse(text: str) -> Edtf:
    """Read an EDTF date.

    Accepts ISO 8601-2:2019, Annex A, levels 0, 1 and 2, strictly: ASCII, no white space, upper-case letters.
    Raises DateInvalid, one line with what to write instead, for all else. The bounds are whole days as
    written: a time of day and its shift do not move them.
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
        )  # fmt: skip
    if day is None:
        length = days_in_month(year, month)
        first = day_number(year, month, 1)
        return Edtf(
            text, 0, "date", "month", text + "-01", f"{text}-{length}", first, first + length - 1,
            "stated", "stated", False, False, year, month,
        )  # fmt: skip
    first = day_number(year, month, day)
    return Edtf(
        text, 0, "date", "day", text, text, first, first,
        "stated", "stated", False, False, year, month,
    )  # fmt: skip


def bounds(text: str) -> tuple[str | None, str | None]:
    """Give the first and the last day that an EDTF date allows, as `parse` does. Raises DateInvalid."""
    numbers = plain(text)
    if numbers is not None and numbers[2] is not None:
        return text, text
    date = parse(text)
    return date.earliest, date.latest


_Side = tuple[Civil | None, End]


def _value(text: str, tree: Tree) -> Edtf:
    if isinstance(tree, Interval):
        return _interval(text, tree)
    if isinstance(tree, Choice):
        return _choice(text, tree)
    form: tuple[Kind, Precision]
    if isinstance(tree, DateTime):
        date, form = tree.date, ("datetime", "datetime")
    else:
        date, form = tree, ("season" if tree.season is not None else "date", tree.precision)
    side: End = "stated" if date.years else "unknown"
    return _edtf(text, date.level, form, ((date.earliest, side), (date.latest, side)), (date,))


def _interval(text: str, tree: Interval) -> Edtf:
    level = 0
    for point in (tree.start, tree.finish):
        if point.date is None:
            level = max(level, 1)
        elif point.end == "open" or point.date.masked:
            level = 2  # 10.6; unspecified digits within an interval are of level 2 as well
        else:
            level = max(level, point.date.level)
    start, finish = tree.start, tree.finish
    dates = tuple(point.date for point in (start, finish) if point.date is not None)
    first = start.date.earliest if start.date is not None and start.end == "stated" else None
    last = finish.date.latest if finish.date is not None and finish.end == "stated" else None
    return _edtf(text, level, ("interval", "interval"), ((first, start.end), (last, finish.end)), dates)


def _choice(text: str, tree: Choice) -> Edtf:
    firsts = [member.first for member in tree.members]
    lasts = [member.last for member in tree.members]
    starts = [date.earliest if date is not None else None for date in firsts]
    ends = [date.latest if date is not None else None for date in lasts]
    sides = (_outermost(firsts, starts, min), _outermost(lasts, ends, max))
    dates = tuple(date for date in firsts + lasts if date is not None)
    return _edtf(text, 2, ("list" if tree.every else "set", "set"), sides, dates)


def _outermost(dates: list[Date | None], days: list[Civil | None], outer: Callable[[list[Civil]], Civil]) -> _Side:
    """Take the outermost day of a set's members; one open member opens the side, one unknown hides it."""
    if None in dates:
        return None, "open"
    known = [day for day in days if day is not None]
    return (outer(known), "stated") if len(known) == len(days) else (None, "unknown")


def _edtf(
    text: str,
    level: int,
    form: tuple[Kind, Precision],
    sides: tuple[_Side, _Side],
    dates: tuple[Date, ...],
) -> Edtf:
    (first, start), (last, end) = sides
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
        start=start,
        end=end,
        uncertain="?" in marks or "%" in marks,
        approximate="~" in marks or "%" in marks,
        year=edge[0] if edge else None,
        month=first[1] if one_month and first else None,
    )
