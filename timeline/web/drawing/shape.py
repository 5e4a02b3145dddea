"""What a date looks like: when it can begin and end, what of that is certain, and what it says of its own vagueness.

Owns the short keys in which the browser reads it. Must not know of pixels. Days are numbers, 1 is 0001-01-01.
"""

import math
import re
from functools import lru_cache
from sqlite3 import Row
from typing import Any

from timeline import dates
from timeline.errors import DateInvalid

Shape = dict[str, Any]
# What can be said in any language: days, months and years, and intervals of two.
_PLAIN = re.compile(r"-?\d{4}(-(0\d|1[012])(-\d\d)?)?(/-?\d{4}(-(0\d|1[012])(-\d\d)?)?)?")
Days = tuple[int, float]
"""The first and the last day."""


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
    """Give the first and last day for which a happening stands in a drawing, as the counts made beforehand have it."""
    return stands(row["earliest_day"], row["latest_day"], of_text(row["date"]) or {})


def stands(earliest: int | None, latest: int | None, shape: Shape) -> Days | None:
    """Give the first and last day for which a date stands in a drawing; an interval with an open end stands for ever."""
    first = earliest if earliest is not None else latest
    if first is None:
        return None
    if latest is None:
        return first, math.inf if shape.get("how") == "through" and shape.get("end") == "open" else first
    return first, latest


def of(date: dates.Edtf) -> Shape:
    """Give the shape of a date.

    `a` and `b`: the first and last day, absent on a side that is open or unknown. `start`, `end`: `open` or `unknown`, absent
    where stated. `how`: `through` for what lasted from one to the other, `within` for what was at some time between, `all` for
    a list, `point` for a day, `time` where the time of day is known. `c` and `d`, of an interval with vague ends: the last day
    on which it can have begun, and the first on which it can have ended. `about`, `perhaps`: approximate, uncertain. `words`:
    the date in English, where the browser cannot say it in the reader's language.
    """
    shape: Shape = {"edtf": date.text, "how": _how(date)}
    if date.earliest_day is not None:
        shape["a"] = date.earliest_day
    if date.latest_day is not None:
        shape["b"] = date.latest_day
    for side, end in (("start", date.start), ("end", date.end)):
        if end != "stated":
            shape[side] = end
    if date.approximate:
        shape["about"] = 1
    if date.uncertain:
        shape["perhaps"] = 1
    if shape["how"] == "through":
        shape.update(_certain(date))
    if shape["how"] == "time":
        hour, minute = date.text.partition("T")[2].split(":")[:2]
        shape["minute"] = int(hour) * 60 + int(minute)
    if not _PLAIN.fullmatch(date.text):
        shape["words"] = _words(date.text)
    return shape


def _how(date: dates.Edtf) -> str:
    if date.type == "interval":
        return "through"
    if date.type == "list":
        return "all"
    if date.type == "datetime":
        return "time"
    return "point" if date.earliest_day is not None and date.earliest_day == date.latest_day else "within"


def _certain(date: dates.Edtf) -> Shape:
    """Find when an interval had begun for certain, and up to when it had not ended for certain, where its ends are vague."""
    first, _, last = date.text.partition("/")
    found: Shape = {}
    for key, text, outer in (("c", first, date.earliest_day), ("d", last, date.latest_day)):
        if outer is None or text in ("", ".."):
            continue
        end = dates.parse(text)
        day = end.latest_day if key == "c" else end.earliest_day
        if day is not None and day != outer:
            found[key] = day
    return found
