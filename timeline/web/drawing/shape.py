"""The shape of a date in the drawing: when it can begin and end, which part of that is certain, and how vague it is.

Owns the short JSON keys in which the browser reads it. Must not know of pixels. Days are numbers, 1 is 0001-01-01; a time of day
is a fraction, by the clock as it is written. The keys:

    edtf        the date as it is recorded
    a, b        the first and the last day; absent on a side that is open or unknown. With a time of day, `a` is the instant of
                the start, and `b` that of the end less one day
    u           the length of the known side, in days, if a date with a time of day lacks the other side
    c, d        of an interval with vague ends: the last day on which it can have begun, and the first on which it can have ended
    start, end  `open` or `unknown`; absent if the date states that side
    how         `through`: it lasted from start to end; `within`: it was at some time between; `all`: a list of dates;
                `point`: one day; `time`: known to the minute
    about       1 if the date is approximate
    perhaps     1 if it is uncertain
    words       the date in words, unless it is a year, a month or a day, which the browser writes itself
"""

import math
import re
from functools import lru_cache
from sqlite3 import Row
from typing import Any

from timeline import dates
from timeline.errors import DateInvalid

Shape = dict[str, Any]
_DIGITS, _HOUR = 7, 3600
# The dates that the browser writes as it is done here: days, months and years.
_PLAIN = re.compile(r"-?\d{4}(-(0\d|1[012])(-\d\d)?)?")
Span = tuple[float, float]
"""The instant at which a date begins, and the first instant after its end."""
_MINUTE = 60 / dates.DAY
# More than the happenings that are read for one drawing: with fewer, each would be forgotten before it is asked for again.
_REMEMBERED = 16_384


_words = lru_cache(maxsize=8192)(dates.words)


@lru_cache(maxsize=_REMEMBERED)
def _shape(text: str) -> Shape | None:
    try:
        return of_date(dates.parse(text))
    except DateInvalid:
        return None


def of_text(text: str | None) -> Shape | None:
    """Return the shape of a date from its text; None if there is no date, or it is not valid."""
    return _shape(text) if text else None


def span_of_row(row: Row) -> Span | None:
    """Return the span of a happening in the drawing, by the days that the counts use too; None if its date names no day."""
    return _span_of_text(row["date"])


@lru_cache(maxsize=_REMEMBERED)
def _span_of_text(text: str | None) -> Span | None:
    return span(of_text(text) or {})


def span(shape: Shape) -> Span | None:
    """Return the span of a date in the drawing: infinite for an interval with an open end, None if it names no day."""
    first, last, unit = shape.get("a"), shape.get("b"), shape.get("u", 1)
    if first is None:
        return None if last is None else (last + 1 - unit, last + 1)
    if last is None:
        return first, math.inf if shape.get("how") == "through" and shape.get("end") == "open" else first + unit
    return first, last + 1


def of_date(date: dates.Edtf) -> Shape:
    """Return the shape of a date."""
    shape: Shape = {"edtf": date.text, "how": _how(date)}
    if (begins := _begins(date)) is not None:
        shape["a"] = begins
    if (ends := _ends(date)) is not None:
        shape["b"] = ends
    if date.timed and (begins is None) != (ends is None):
        shape["u"] = _MINUTE if dates.outermost_time(date.text, first=ends is None) else 1
    for side, end in (("start", date.start), ("end", date.end)):
        if end != "stated":
            shape[side] = end
    if date.approximate:
        shape["about"] = 1
    if date.uncertain:
        shape["perhaps"] = 1
    if shape["how"] == "through":
        shape.update(_certain(date))
    if not _PLAIN.fullmatch(date.text):
        shape["words"] = _words(date.text)
    return shape


def _how(date: dates.Edtf) -> str:
    if date.type == "interval":
        return "through"
    if date.type == "list":
        return "all"
    if date.type == "datetime":
        return "within" if _is_hour(date) else "time"
    one_day = date.earliest_day is not None and date.earliest_day == date.latest_day and not date.timed
    return "point" if one_day else "within"


def _certain(date: dates.Edtf) -> Shape:
    """Return `c` and `d` of an interval whose ends are vague: between them it certainly lasted."""
    first, _, last = date.text.partition("/")
    certain: Shape = {}
    for key, text, outer in (("c", first, date.earliest_day), ("d", last, date.latest_day)):
        if outer is None or text in ("", ".."):
            continue
        end = dates.parse(text)
        day: float | None = end.latest_day if key == "c" else end.earliest_day
        if _is_hour(end):  # `c` is the end of the hour, and `d` its start less a day, as in `b`
            day = outer + ((end.latest_second or 0) + 1 if key == "c" else (end.earliest_second or 0) - dates.DAY) / dates.DAY
        if day is not None and day != outer:
            certain[key] = day if isinstance(day, int) else round(day, _DIGITS)
    return certain


def _begins(date: dates.Edtf) -> float | None:
    if date.earliest_day is None or not date.earliest_second:
        return date.earliest_day
    return round(date.earliest_day + date.earliest_second / dates.DAY, _DIGITS)


def _ends(date: dates.Edtf) -> float | None:
    if date.latest_day is None or date.latest_second is None or date.latest_second >= dates.DAY - 1:
        return date.latest_day
    return round(date.latest_day + (date.latest_second + 1) / dates.DAY - 1, _DIGITS)


def _is_hour(date: dates.Edtf) -> bool:
    """Whether it is a time of day that is known only to the hour."""
    return date.type == "datetime" and (date.latest_second or 0) - (date.earliest_second or 0) >= _HOUR - 1
