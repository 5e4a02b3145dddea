"""What a date looks like: when it can begin and end, what of that is certain, and what it says of its own vagueness.

Owns the short keys in which the browser reads it. Must not know of pixels. Days are numbers, 1 is 0001-01-01, with parts of a
day behind the point where a time of day is known, by the clock as it is written.
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
# What can be said in any language: days, months and years, and intervals of two.
_PLAIN = re.compile(r"-?\d{4}(-(0\d|1[012])(-\d\d)?)?(/-?\d{4}(-(0\d|1[012])(-\d\d)?)?)?")
Days = tuple[float, float]
"""Where a date begins, and where it has ended: the instant after all that it allows."""
_MINUTE = 60 / dates.DAY


_words = lru_cache(maxsize=8192)(dates.words)


@lru_cache(maxsize=8192)
def _shape(text: str) -> Shape | None:
    try:
        return of(dates.parse(text))
    except DateInvalid:
        return None


def of_text(text: str | None) -> Shape | None:
    """Give the shape of a date as it is written; None where there is none."""
    return _shape(text) if text else None


def placed(row: Row) -> Days | None:
    """Give the instants between which a happening stands in a drawing; by its days, as the counts made beforehand have it."""
    return stands(of_text(row["date"]) or {})


def stands(shape: Shape) -> Days | None:
    """Give the instants between which a date stands in a drawing; an interval with an open end stands for ever."""
    first, last, unit = shape.get("a"), shape.get("b"), shape.get("u", 1)
    if first is None:
        return None if last is None else (last + 1 - unit, last + 1)
    if last is None:
        return first, math.inf if shape.get("how") == "through" and shape.get("end") == "open" else first + unit
    return first, last + 1


def of(date: dates.Edtf) -> Shape:
    """Give the shape of a date.

    `a` and `b`: the first and last day, absent on a side that is open or unknown; with a time of day `a` is that instant, and
    `b` the one at which it has ended less a day. `u`: how long the known side of such a date is, where the other is not known.
    `start`, `end`: `open` or `unknown`, absent where stated. `how`: `through` for what lasted from one to the other, `within` for
    what was at some time between, `all` for a list, `point` for a day, `time` where the minute is known.
    `c` and `d`, of an interval with vague ends: the last day on which it can have begun, and the first on which it can have
    ended. `about`, `perhaps`: approximate, uncertain. `words`: the date in English, where the browser cannot say it in the
    reader's language.
    """
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
    """Find when an interval had begun for certain, and up to when it had not ended for certain, where its ends are vague."""
    first, _, last = date.text.partition("/")
    found: Shape = {}
    for key, text, outer in (("c", first, date.earliest_day), ("d", last, date.latest_day)):
        if outer is None or text in ("", ".."):
            continue
        end = dates.parse(text)
        day: float | None = end.latest_day if key == "c" else end.earliest_day
        if _is_hour(end):  # `c` is the instant at which the hour has passed, and `d` its beginning less a day, as `b` is
            day = outer + ((end.latest_second or 0) + 1 if key == "c" else (end.earliest_second or 0) - dates.DAY) / dates.DAY
        if day is not None and day != outer:
            found[key] = day if isinstance(day, int) else round(day, _DIGITS)
    return found


def _begins(date: dates.Edtf) -> float | None:
    if date.earliest_day is None or not date.earliest_second:
        return date.earliest_day
    return round(date.earliest_day + date.earliest_second / dates.DAY, _DIGITS)


def _ends(date: dates.Edtf) -> float | None:
    if date.latest_day is None or date.latest_second is None or date.latest_second >= dates.DAY - 1:
        return date.latest_day
    return round(date.latest_day + (date.latest_second + 1) / dates.DAY - 1, _DIGITS)


def _is_hour(date: dates.Edtf) -> bool:
    """Whether it is a time of which no more than the hour is known."""
    return date.type == "datetime" and (date.latest_second or 0) - (date.earliest_second or 0) >= _HOUR - 1
