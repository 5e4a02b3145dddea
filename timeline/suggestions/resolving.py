"""Turn a mention into an EDTF date: one without a year, or one such as "last week", only against the day of publication.

Owns those rules, and the reason that a reader is given for each. A mention that they do not settle stays without a date: no day,
month or year is ever invented.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from timeline import dates
from timeline.dates.calendar import days_in_month

if TYPE_CHECKING:
    from pendulum import Date

SEASONS: Final = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}  # EDTF's codes
_FIRST_MONTHS: Final = {21: 3, 22: 6, 23: 9, 24: 12}
_QUARTER, _HALF = 33, 40  # EDTF's codes of the first of a year
_NEAR: Final = 92  # days: a day without a year is the nearest one if it is not farther away than a quarter


class Relative(NamedTuple):
    """A date that says how far it is from the day of publication: `number` units of `unit`, or the weekday of that number.

    `offset` is that of the year of a quarter, None where the text does not say it; `words` are those that qualify it.
    """

    unit: str
    number: int = 0
    offset: int | None = None
    words: str = ""


class Resolved(NamedTuple):
    """The date of a mention in EDTF, None where nothing settles it; and how it was read, None where the text states all of it."""

    date: str | None
    note: str | None = None


def resolve(date: str | Relative, published: str | None, *, ahead: bool) -> Resolved:
    """Return the date that a text mentions, which was published on a day (EDTF); another kind of date settles less.

    `date` is EDTF, with XXXX for a year that is not stated, or relative. `ahead`: the words before it speak of what is to come.
    """
    if isinstance(date, Relative) and date.unit == "numeric":
        return _numeric(date.words, published)
    day = _day(published)
    if isinstance(date, str):
        if date.startswith("XXXX"):
            return Resolved(date, "The text states no year") if day is None else _with_year(date, day, ahead=ahead)
        return Resolved(date) if dates.is_date(date) else Resolved(None, "There is no such day")
    if day is None:
        return Resolved(None, "The source has no day of publication that would settle it")
    return _relative(date, day, ahead=ahead)


def _relative(date: Relative, day: "Date", *, ahead: bool) -> Resolved:
    """Read a date against the day of publication, unless it counts from another time."""
    if date.unit == "unsettled":
        return Resolved(None, "It is relative to another time in the text")
    resolved = _UNITS[date.unit](day, date, ahead)
    if not dates.is_date(resolved):
        return Resolved(None, "It is too long ago to be read")
    return Resolved(resolved, f"Read against {dates.words(day.to_date_string())}, when the source was published")


def _day(published: str | None) -> "Date | None":
    """Return the day of publication; None if it is not known to the day."""
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?$", published or "")
    if match is None or not dates.is_date(match[0]):
        return None
    import pendulum  # noqa: PLC0415 - slow to load, and only needed for relative dates

    return pendulum.date(*map(int, match.groups()))


def _with_year(date: str, day: "Date", *, ahead: bool) -> Resolved:
    """Give a day or month the year in which it is nearest to the day of publication; if none is near, by whether it is ahead."""
    first, _, last = date.partition("/")
    month, number = int(first[5:7]), int(first[8:10] or 0)
    away: dict[int, int] = {}
    for year in (day.year - 1, day.year, day.year + 1):
        if not number:
            away[year] = 31 * (12 * (year - day.year) + month - day.month)
        elif number <= days_in_month(year, month):
            away[year] = (day.replace(year=year, month=month, day=number) - day).days
    near = [year for year, days in away.items() if abs(days) <= (_NEAR if number else _NEAR // 2)]
    candidates = near or [year for year, days in away.items() if (days > 0) == ahead]
    if not candidates:
        return Resolved(None, "There is no such day")
    year = min(candidates, key=lambda one: abs(away[one]))
    date = first.replace("XXXX", str(year))
    if last:
        date += "/" + last.replace("XXXX", str(year + (int(last[5:7]) < month)))
    if not dates.is_date(date):
        return Resolved(None, "There is no such day")
    published = dates.words(day.to_date_string())
    return Resolved(date, f"The text states no year; {year} is the nearest to {published}, when the source was published")


def _numeric(text: str, published: str | None) -> Resolved:
    """Read numbers such as 11/02/89: in the order that alone is possible, or that gives the day of publication."""
    one, other, year = re.split("[/-]", text)
    year_published = int(published[:4]) if published and re.match(r"\d{4}", published) else None
    if len(year) == 2:
        if year_published is None:
            return Resolved(None, "The century is not stated")
        year = min(
            (f"{year_published // 100 + more}{year}" for more in (-1, 0, 1)), key=lambda each: abs(int(each) - year_published)
        )
    readings = {
        f"{year}-{month:02}-{day:02}"
        for month, day in ((int(one), int(other)), (int(other), int(one)))
        if 1 <= month <= 12 and 1 <= day <= days_in_month(int(year), month)
    }
    if published and published[:10] in readings:
        return Resolved(published[:10], "The order of the numbers is the one that gives the day of publication")
    if len(readings) == 1:
        return Resolved(readings.pop())
    return Resolved(None, "The order of day and month is not stated" if readings else "There is no such day")


def _days(day: "Date", date: Relative, _: bool) -> str:
    return day.add(days=date.number).to_date_string() + _about(date)


def _weekday(day: "Date", date: Relative, ahead: bool) -> str:
    """Return the day of publication itself or the weekday before it; after it only if the text says so."""
    back = (day.weekday() - date.number) % 7
    if date.words == "this":
        return day.subtract(days=day.weekday() - date.number).to_date_string()
    if date.words in ("next", "coming", "upcoming") or (ahead and back and not date.words):
        return day.add(days=7 - back).to_date_string()
    return day.subtract(days=back if not date.words else back or 7).to_date_string()


def _week(day: "Date", date: Relative, _: bool) -> str:
    """Return the days from Monday to Sunday, on one of which it was."""
    monday = day.subtract(days=day.weekday()).add(weeks=date.number)
    first = monday if date.unit == "week" else monday.add(days=5)
    return f"[{first.to_date_string()}..{monday.add(days=6).to_date_string()}]"


def _weeks(day: "Date", date: Relative, _: bool) -> str:
    return f"{day.add(weeks=date.number).to_date_string()}~"  # nobody counts weeks to the day


def _months(day: "Date", date: Relative, _: bool) -> str:
    month = day.add(months=date.number)
    return f"{month.year}-{month.month:02}{_about(date)}"


def _years(day: "Date", date: Relative, _: bool) -> str:
    return f"{day.year + date.number}{_about(date)}"


def _decades(day: "Date", date: Relative, _: bool) -> str:
    year = day.year + 10 * date.number
    return f"{year // 10}X" if date.unit == "decade" else f"{year}~"


def _century(day: "Date", date: Relative, _: bool) -> str:
    return f"{day.year // 100 + date.number}XX"


def _decade_of(day: "Date", date: Relative, _: bool) -> str:
    """Return "the sixties": the last that had begun."""
    return f"{day.year // 100 - (10 * date.number > day.year % 100)}{date.number}X"


def _quarter(day: "Date", date: Relative, _: bool) -> str:
    count = 4 * day.year + (day.month - 1) // 3 + date.number
    return f"{count // 4}-{_QUARTER + count % 4}"


def _quarter_of(day: "Date", date: Relative, ahead: bool) -> str:
    """Return a quarter or half of the year that the text names; if it names none, the last that had begun, or the next."""
    months, first = (3, _QUARTER) if date.number < _HALF else (6, _HALF)
    has_begun = (day.month - 1) // months >= date.number - first
    year = day.year + date.offset if date.offset is not None else day.year - (not has_begun and not ahead)
    return f"{year}-{date.number}"


def _season(day: "Date", date: Relative, _: bool) -> str:
    """Return "last summer", the last one that was over; "this summer", that of the year; or "next summer", the next to begin."""
    code = SEASONS[date.unit]
    month = _FIRST_MONTHS[code]
    year = day.year
    if date.number < 0:
        year -= 2 if code == SEASONS["winter"] and day.month < 3 else day.month < month + 3
    elif date.number > 0:
        year += day.month >= month
    return f"{year}-{code}"


def _about(date: Relative) -> str:
    return "~" if date.words == "about" else ""


_UNITS: Final[Mapping[str, Callable[["Date", Relative, bool], str]]] = {
    "day": _days, "days": _days, "weekday": _weekday, "week": _week, "weekend": _week, "weeks": _weeks, "month": _months,
    "months": _months, "year": _years, "years": _years, "decade": _decades, "decades": _decades, "century": _century,
    "decade of": _decade_of, "quarter": _quarter, "quarter of": _quarter_of, **dict.fromkeys(SEASONS, _season),
}  # fmt: skip
