"""The near bounds of a date: its bounds with each approximate date widened by one unit.

Owns that convention, which is ours: the standard does not define the extent of "approximate". A date widens on both sides by one
unit of its smallest component with ~ or %: a time by its hour, minute or second, a day by a day, a month by a month, a season or
part of a year by its own length, a year by a year. If digits are unspecified, the unit is the span that they leave open: 198X~
widens by ten years, 1989-XX~ by one. Only searches for near happenings use this; it never moves earliest or latest.
"""

from timeline.dates.calendar import DAY, Civil, civil, day_number, days_in_month
from timeline.dates.single import SEASONS
from timeline.dates.tree import Date, Part

Moment = tuple[Civil, int]
"""A day, and the seconds since its beginning."""
_MONTHS = 12


def near(date: Date) -> tuple[Moment, Moment] | None:
    """Return the first and the last moment that a date allows, widened if it is approximate; None if its year is XXXX."""
    if date.earliest is None or date.latest is None:
        return None
    if (time := date.time) is not None:
        if time.mark not in ("~", "%"):
            return (date.earliest, time.first), (date.latest, time.last)
        return _moved(date.earliest, time.first - time.length), _moved(date.latest, time.last + time.length)
    days, months = _unit(date)
    any_day = date.day is None or "X" in date.day.digits
    first, last = _by_months(date.earliest, -months), _by_months(date.latest, months, to_end=any_day)
    if days:
        first, last = civil(day_number(*first) - days), civil(day_number(*last) + days)
    return (first, 0), (last, DAY - 1)


def _unit(date: Date) -> tuple[int, int]:
    """Return the unit by which a date widens, as days and months; 0 and 0 if it is not approximate."""
    if date.day is not None and date.day.mark in ("~", "%") and date.day.digits != "XX":
        return (10 if "X" in date.day.digits else 1), 0
    month = date.month
    if month is not None and (date.season is not None or month.digits != "XX") and _about(month, date.day):
        return 0, SEASONS[date.season][1] if date.season is not None else 1
    if _about(date.year, month, date.day):
        return 0, _MONTHS * _years(date)
    return 0, 0


def _about(part: Part, *smaller: Part | None) -> bool:
    """Whether a component is approximate, or only unspecified digits below it are."""
    below = next((one for one in smaller if one is not None), None)
    if part.mark in ("~", "%"):
        return True
    return below is not None and below.digits == "XX" and _about(below, *smaller[1:])


def _years(date: Date) -> int:
    """Return how many years the last digits of a year leave open: ten for 198X, one for 1989."""
    if date.estimate is None:
        digits = date.year.digits
        return int(10 ** (len(digits) - len(digits.rstrip("X"))))
    first, last = date.years or (0, 0)
    return last - first + 1


def _by_months(day: Civil, months: int, *, to_end: bool = False) -> Civil:
    """Move a day by months, to the same day of the month or, if there is none or with `to_end`, to its last day."""
    if not months:
        return day
    years, month = divmod(day[1] - 1 + months, _MONTHS)
    year = day[0] + years
    length = days_in_month(year, month + 1)
    return year, month + 1, length if to_end else min(day[2], length)


def _moved(day: Civil, second: int) -> Moment:
    """Return the moment at a number of seconds from the beginning of a day; it may be on another day."""
    days, rest = divmod(second, DAY)
    return civil(day_number(*day) + days), rest
