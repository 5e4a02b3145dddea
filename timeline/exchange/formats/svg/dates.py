"""The look of a date in a picture: its extent, its certain part, and its ends.

A known day is a point. A date that allows several days is vague. An interval is a bar, of which only the part between its latest
start and its earliest end is certain. Must not know any places in the picture.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from timeline import dates
from timeline.dates.grammar import read
from timeline.dates.tree import Date, End, Interval

Shape = Literal["point", "bar", "within"]
_MINUTE = 60 / dates.DAY


@dataclass(frozen=True, slots=True)
class Look:
    """A date in days with fractions; `last` is the end of its last day.

    Of a bar, `begun` is the latest start, `ending` the earliest end. `unsure` is whether it is approximate or uncertain.
    """

    shape: Shape
    first: float
    last: float
    begun: float
    ending: float
    opens: End = "stated"
    closes: End = "stated"
    unsure: bool = False


def look(text: str) -> Look | None:
    """Return the look of a date, or None if no side of it is known."""
    date = dates.parse(text)
    if date.earliest_day is None and date.latest_day is None:
        return None
    unsure = date.uncertain or date.approximate
    tree = read(text)
    if isinstance(tree, Interval):
        starts, ends = _moments(tree.start.date), _moments(tree.finish.date)
        # A side that is not stated is drawn from the other side.
        first, begun = (starts.first, starts.begun) if starts else (ends.first, ends.first) if ends else (0, 0)
        ending, last = (ends.ending, ends.last) if ends else (starts.last, starts.last) if starts else (1, 1)
        latest = max(last, starts.last if starts else last)
        return Look("bar", first, latest, begun, ending, tree.start.end, tree.finish.end, unsure)
    first = date.earliest_day if date.earliest_day is not None else date.latest_day or 0
    last = date.latest_day if date.latest_day is not None else first
    begin, end = float(first), float(last + 1)
    if date.timed:
        begin = first + (date.earliest_second or 0) / dates.DAY
        end = last + ((date.latest_second or 0) + 1) / dates.DAY
        begin, end = (end - _MINUTE if date.earliest_day is None else begin), (begin + _MINUTE if date.latest_day is None else end)
    if date.type == "datetime" and end - begin <= _MINUTE * 1.01:
        end = begin
    elif not date.timed and first == last and date.start == date.end == "stated":
        begin = end = first + 0.5
    else:
        return Look("within", begin, end, end, begin, date.start, date.end, unsure)
    return Look("point", begin, end, begin, end, unsure=unsure)


class _Side(NamedTuple):
    """The earliest and the latest beginning of a side of an interval, and its earliest and latest end."""

    first: float
    begun: float
    ending: float
    last: float


def _moments(date: Date | None) -> _Side | None:
    if date is None or date.earliest is None or date.latest is None:
        return None
    first, last = dates.day_number(*date.earliest), dates.day_number(*date.latest)
    if (time := date.time) is None:
        return _Side(first, last, first + 1, last + 1)
    begins, ends = first + time.first / dates.DAY, last + (time.last + 1) / dates.DAY
    return _Side(begins, max(begins, ends - _MINUTE), begins, ends)
