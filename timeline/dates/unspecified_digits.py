"""Unspecified digits: the years, months and days that a pattern such as 156X, X2 or 3X allows.

Owns ISO 8601-2:2019, 4.6.3 and 9.2: an X means any one digit, and only in possible dates. Bounds are dates that exist, so a
29 February needs a leap year. Must not know the rest of EDTF.
"""

from collections.abc import Iterator
from functools import lru_cache

from timeline.dates.calendar import Civil, days_in_month


@lru_cache(maxsize=256)
def matching(pattern: str, last: int) -> tuple[int, ...]:
    """Return the numbers 1 to `last` that a two-character pattern allows, in order.

    An unspecified month is a calendar month, 01 to 12, never a season (9.2.2, example 6).
    """
    return tuple(
        number
        for number in range(1, last + 1)
        if all(want in ("X", have) for want, have in zip(pattern, f"{number:02d}", strict=True))
    )


def year_range(pattern: str) -> tuple[int, int] | None:
    """Return the first and last year of a four-character pattern with or without a minus sign.

    None if all four digits are unspecified: such a year has no bounds. Year -0000 does not exist, so the last year of a negative
    pattern is at most -1 (4.4.1.2).
    """
    digits = pattern.removeprefix("-")
    if digits == "XXXX":
        return None
    low, high = int(digits.replace("X", "0")), int(digits.replace("X", "9"))
    if digits == pattern:
        return low, high
    if low == 0:
        at = digits.rindex("X")
        low = int(digits[:at].replace("X", "0") + "1" + digits[at + 1 :])
    return -high, -low


def years(pattern: str, *, backwards: bool = False) -> Iterator[int]:
    """Yield the years of a pattern, in time order or backwards."""
    digits = pattern.removeprefix("-")
    negative = digits != pattern
    template, count = digits.replace("X", "{}"), digits.count("X")
    fills = range(10**count)
    for fill in reversed(fills) if backwards != negative else fills:
        year = int(template.format(*f"{fill:0{count}d}")) if count else int(digits)
        if not negative:
            yield year
        elif year:
            yield -year


def day_range(pattern: str, months: tuple[int, ...], days: tuple[int, ...] | None) -> tuple[Civil, Civil] | None:
    """Return the first and last existing day for a pattern of years with these months and days.

    `days` None means every day of the month. Return None if no such day exists.
    """
    first = _edge(years(pattern), months, days, at_end=False)
    last = _edge(years(pattern, backwards=True), months[::-1], days[::-1] if days else None, at_end=True)
    return (first, last) if first is not None and last is not None else None


def _edge(order: Iterator[int], months: tuple[int, ...], days: tuple[int, ...] | None, *, at_end: bool) -> Civil | None:
    """Find the first existing day in the given order; only a 29 February ever needs a second year."""
    for year in order:
        for month in months:
            length = days_in_month(year, month)
            if days is None:
                return year, month, length if at_end else 1
            for day in days:
                if day <= length:
                    return year, month, day
    return None
