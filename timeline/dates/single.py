"""Parse one date: a year, month, day or season, with its qualifiers and unspecified digits.

Owns ISO 8601-2:2019, A.4.2, A.5.2 to A.5.5, A.6.2 to A.6.4, A.6.6 and A.6.7, and the days that each form allows.
Must not know intervals, sets or times of day. Where the standard is silent, refuse: a date that is accepted once is in a log for
ever, but a refusal can be lifted later.

Decisions:
- Y is only for years of more than four digits (4.7.2), without leading zeros; Y2020 and Y17E2 are refused.
- -0000 is refused: the year before 0000 is -0001 (4.4.1.2).
- Significant digits count from the left of the year's value (4.4.3), so a year below 1000 cannot have any.
- Seasons have three fixed months, by convention: the standard leaves them to place and custom (3.1.3.1).
  Codes 21 to 24 have the bounds of the northern seasons; winter 2001 is December 2001 to February 2002.
"""

import re

from timeline.dates.calendar import MONTH_NAMES, Civil, days_in_month, iso_year
from timeline.dates.hints import unreadable
from timeline.dates.refusal import Refusal
from timeline.dates.tree import Date, Part
from timeline.dates.unspecified_digits import day_range, matching, year_range

MAX_YEAR_DIGITS = 12
"""Maximum digits of a year after its exponent is applied: day numbers then stay below 2^53."""

# first month and number of months; northern seasons, southern, quarters, quadrimesters, semestrals (4.8.1)
SEASONS = {
    **{21 + n: (3 + 3 * n, 3) for n in range(4)},
    **{25 + n: (3 + 3 * n, 3) for n in range(4)},
    **{29 + n: ((9, 12, 3, 6)[n], 3) for n in range(4)},
    **{33 + n: (1 + 3 * n, 3) for n in range(4)},
    **{37 + n: (1 + 4 * n, 4) for n in range(3)},
    **{40 + n: (1 + 6 * n, 6) for n in range(2)},
}

_YEAR_MONTH_DAY = re.compile(
    r"([?~%]?)(-?[0-9X]{4})([?~%]?)(?:-([?~%]?)([0-9X]{2})([?~%]?)(?:-([?~%]?)([0-9X]{2})([?~%]?))?)?"
).fullmatch
_FAR_YEAR = re.compile(r"([?~%]?)(Y-?)([0-9]+)(?:E([0-9]+))?(?:S([0-9]+))?([?~%]?)").fullmatch
_SIGNIFICANT = re.compile(r"([?~%]?)(-?)([0-9]{4})()S([0-9]+)([?~%]?)").fullmatch

# the patterns that level 1 allows, from the right (9.2.1); all others are level 2
_LEVEL_1_MASK = re.compile(r"[0-9]{2}(?:[0-9]X|XX)|[0-9]{4}-XX|[0-9]{4}-(?:[0-9]{2}|XX)-XX").fullmatch


def read_date(text: str) -> Date:
    """Parse one date. Raises Refusal if it is malformed or no such day exists."""
    match = _YEAR_MONTH_DAY(text)
    if match is not None:
        return _year_month_day(text, match)
    match = _FAR_YEAR(text) or _SIGNIFICANT(text)
    if match is not None:
        return _reckoned_year(text, match)
    raise unreadable(text)


def _year_month_day(text: str, match: re.Match[str]) -> Date:
    left, year, right, *rest = match.groups()
    month_left, month, month_right, day_left, day, day_right = rest
    if year == "-0000":
        raise Refusal("there is no year -0000 (ISO 8601-2:2019, 4.4.1.2).", "Write 0000 for 1 BCE, -0001 for 2 BCE.")
    # a qualifier on the right applies to all components to its left; one on the left only to its own (8.2.2, 8.2.3)
    on_day = (day_left or "") + (day_right or "")
    on_month = (month_left or "") + (month_right or "") + (day_right or "")
    on_year = left + right + (month_right or "") + (day_right or "")
    year_part = Part(year, _combined(on_year))
    month_part = Part(month, _combined(on_month)) if month else None
    day_part = Part(day, _combined(on_day)) if day else None
    earliest, latest = _bounds(year, month, day)
    masked = "X" in year
    estimate = None if masked else int(year)
    return Date(
        text=text,
        level=_level(text, year, month, day),
        year=year_part,
        month=month_part,
        day=day_part,
        estimate=estimate,
        years=year_range(year) if masked else (int(year), int(year)),
        earliest=earliest,
        latest=latest,
    )


def _combined(marks: str) -> str:
    """Combine the qualifiers of one component: uncertain and approximate make %."""
    kinds = set(marks)
    if "%" in kinds or kinds == {"?", "~"}:
        return "%"
    return kinds.pop() if kinds else ""


def _level(text: str, year: str, month: str | None, day: str | None) -> int:
    bare = "-".join(part for part in (year, month, day) if part is not None)
    if text not in (bare, bare + "?", bare + "~", bare + "%"):
        return 2  # qualifiers within (A.6.6)
    if month is not None and month.isdigit() and int(month) > 24:
        return 2
    if "X" in bare:
        return 1 if _LEVEL_1_MASK(bare.removeprefix("-")) else 2
    season = month is not None and int(month) > 20
    return 1 if season or year[0] == "-" or len(text) > len(bare) else 0


def _bounds(year: str, month: str | None, day: str | None) -> tuple[Civil | None, Civil | None]:
    if month is not None and month.isdigit():
        code = int(month)
        if code in SEASONS:
            return _season_bounds(year, code, day)
        if not 1 <= code <= 12:
            raise Refusal(
                f"there is no month {month}.",
                _day_first(year, month, day) or "Write a month 01 to 12, or a season or part of a year 21 to 41.",
            )
    if "X" not in year and (month is None or "X" not in month) and (day is None or "X" not in day):
        return _exact_bounds(year, month, day)
    months = matching(month, 12) if month is not None else tuple(range(1, 13))
    if not months:
        raise Refusal(f"no month fits {month}.", "Write a month 01 to 12, 0X, 1X or XX.")
    days = matching(day, 31) if day is not None else None
    if days == ():
        raise Refusal(f"no day fits {day}.", "Write a day 01 to 31, or XX if it is not known.")
    span = day_range(year, months, days)
    if span is None:
        raise Refusal(f"no day fits {day} in any possible month.", f"Write {year}-{month}, or {year}-{month}-XX.")
    return span if year_range(year) is not None else (None, None)


def _exact_bounds(year: str, month: str | None, day: str | None) -> tuple[Civil, Civil]:
    in_year = int(year)
    if month is None:
        return (in_year, 1, 1), (in_year, 12, 31)
    in_month = int(month)
    length = days_in_month(in_year, in_month)
    if day is None:
        return (in_year, in_month, 1), (in_year, in_month, length)
    if not 1 <= int(day) <= length:
        raise _no_such_day(year, in_month, int(day), length)
    return (in_year, in_month, int(day)), (in_year, in_month, int(day))


def _no_such_day(year: str, month: int, day: int, length: int) -> Refusal:
    if day == 0:
        return Refusal("there is no day 00.", f"Write {year}-{month:02d}, or {year}-{month:02d}-XX.")
    return Refusal(
        f"{MONTH_NAMES[month]} {year} has {length} days.",
        f"Check the source; write {year}-{month:02d} if it leaves the day open.",
    )


def _day_first(year: str, month: str, day: str | None) -> str | None:
    """Return advice if day and month seem to be swapped, as in 2025-24-11."""
    if "X" in year or day is None or not day.isdigit() or not 1 <= int(day) <= 12:
        return None
    if not 1 <= int(month) <= days_in_month(int(year), int(day)):
        return None
    return f"Write {year}-{day}-{month}, if {month} is the day."


def _season_bounds(year: str, code: int, day: str | None) -> tuple[Civil | None, Civil | None]:
    if day is not None:
        raise Refusal(
            f"{code} in the month's place is a season or part of a year, which has no day {day}.",
            _day_first(year, str(code), day) or f"Write {year}-{code}.",
        )
    span = year_range(year)
    if span is None:
        return None, None
    first, count = SEASONS[code]
    over, last = divmod(first + count - 2, 12)
    end_year, end_month = span[1] + over, last + 1
    return (span[0], first, 1), (end_year, end_month, days_in_month(end_year, end_month))


def _reckoned_year(text: str, match: re.Match[str]) -> Date:
    """Parse a year with Y, an exponent or significant digits (A.5.2, A.6.2, A.6.3)."""
    left, sign, digits, exponent, significant, right = match.groups()
    prefixed = sign.startswith("Y")
    for name, number in (("exponent", exponent), ("number of significant digits", significant)):
        if number is not None and number.startswith("0"):
            raise Refusal(f"the {name} {number} is not a positive whole number.", "Write 1 or more, no zeros before it.")
    if prefixed and digits.startswith("0"):
        raise Refusal("a year after Y starts with a digit 1 to 9.", f"Write {_plain_year(sign, digits)}.")
    zeros = int(exponent) if exponent and len(exponent) < 3 else 0
    if len(digits) + zeros > MAX_YEAR_DIGITS or (exponent and len(exponent) > 2):
        raise Refusal(
            f"the year has more than {MAX_YEAR_DIGITS} digits.",
            f"Write a year from -{10**MAX_YEAR_DIGITS - 1:,} to {10**MAX_YEAR_DIGITS - 1:,}.",
        )
    size = int(digits) * 10**zeros
    if prefixed and size <= 9999:
        raise Refusal(
            "Y is for years of more than four digits (ISO 8601-2:2019, 4.7.2).",
            f"Write {iso_year(-size if '-' in sign else size)}{'S' + significant if significant else ''}.",
        )
    if significant and not prefixed and digits.startswith("0"):
        raise Refusal(
            "significant digits need a year that starts with 1 to 9.",
            "Write X for each digit that is not known.",
        )
    if significant and (len(significant) > 2 or int(significant) > len(str(size))):
        raise Refusal(
            f"the year has {len(str(size))} digits, so S{significant[:12]} claims too many.",
            f"Write S1 to S{len(str(size))}.",
        )
    low, high = size, size
    if significant:
        step = 10 ** (len(str(size)) - int(significant))
        low = size // step * step
        high = low + step - 1
    first, last, estimate = (-high, -low, -size) if "-" in sign else (low, high, size)
    written = text.strip("?~%")
    return Date(
        text=text,
        level=2 if exponent or significant or left else 1,
        year=Part(written, _combined(left + right)),
        month=None,
        day=None,
        estimate=estimate,
        years=(first, last),
        earliest=(first, 1, 1),
        latest=(last, 12, 31),
    )


def _plain_year(sign: str, digits: str) -> str:
    bare = digits.lstrip("0")
    minus = "-" if "-" in sign else ""
    return f"Y{minus}{bare}" if len(bare) > 4 else f"{minus}{bare.zfill(4)}"
