"""Day arithmetic in the proleptic Gregorian calendar, without limits on the year.

Owns the numbering of days: day 1 is 0001-01-01, day 0 is 0000-12-31, and earlier days are negative.
Years are astronomical: 0 is 1 BCE, -1 is 2 BCE (ISO 8601-1:2019, 4.2.1). Must not know EDTF, nor use `datetime`, which is
limited to the years 1 to 9999.
"""

from bisect import bisect_right

Civil = tuple[int, int, int]
"""A day as year, month, day; tuples compare in time order."""

DAY = 86_400
"""Seconds in a day."""

MONTH_NAMES = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BEFORE = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_STARTS = (_BEFORE[1:], tuple(days + (number >= 2) for number, days in enumerate(_BEFORE[1:])))
"""The days of a year before each month, in an ordinary year and in a leap year."""
_DAYS_IN_400_YEARS = 146_097


def is_leap(year: int) -> bool:
    """Whether the year has a 29 February. Year 0 has."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month, 1 to 12, in a year."""
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month]


def day_number(year: int, month: int, day: int) -> int:
    """Return the number of a day: 1 is 0001-01-01. The day must exist."""
    past = year - 1
    days = 365 * past + past // 4 - past // 100 + past // 400 + _BEFORE[month] + day
    return days + 1 if month > 2 and is_leap(year) else days


def civil(number: int) -> Civil:
    """Return the year, month and day of a day number: the inverse of `day_number`."""
    year = (number - 1) * 400 // _DAYS_IN_400_YEARS + 1  # correct, or off by one
    while day_number(year, 1, 1) > number:
        year -= 1
    while day_number(year + 1, 1, 1) <= number:
        year += 1
    day = number - day_number(year, 1, 1)
    starts = _STARTS[is_leap(year)]
    month = bisect_right(starts, day)
    return year, month, day - starts[month - 1] + 1


def iso_year(year: int) -> str:
    """Return a year with at least four digits: 0079, -1985, 170000002."""
    return f"{year:04d}" if year >= 0 else f"-{-year:04d}"


def iso_day(day: Civil) -> str:
    """Return a day as YYYY-MM-DD, the year with a minus sign or more digits if needed."""
    return f"{iso_year(day[0])}-{day[1]:02d}-{day[2]:02d}"
