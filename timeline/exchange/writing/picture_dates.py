"""What a date looks like when it is drawn: from where to where, what of it is sure, and what its ends are.

Owns that alone. Must not know of places in a picture. A day that is known is a point, a date that allows several days is vague,
what lasted is a bar, of which only the part between its latest start and its earliest end is sure.
"""

from dataclasses import dataclass
from typing import Literal

from timeline import dates
from timeline.dates.grammar import read
from timeline.dates.tree import Date, End, Interval
from timeline.exchange.writing.parts import span

Shape = Literal["point", "bar", "within"]


@dataclass(frozen=True, slots=True)
class Look:
    """A date in days, the parts of a day behind the point; `last` is where its last day ends.

    Of a bar, `begun` is when it has begun at the latest, `ending` when it ends at the earliest. `unsure` is whether it is
    approximate or uncertain.
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
    """Tell what a date looks like; None where no side of it is known."""
    date = dates.parse(text)
    if date.earliest_day is None and date.latest_day is None:
        return None
    unsure = date.uncertain or date.approximate
    tree = read(text)
    if isinstance(tree, Interval):
        starts, ends = _days(tree.start.date), _days(tree.finish.date)
        # Of a side that is not stated, the picture knows no more than the other.
        first, begun = starts or (ends or (0, 0))[:1] * 2
        ending, last = ends or (starts or (0, 0))[1:] * 2
        return Look("bar", first, max(last + 1, begun + 1), begun, ending + 1, tree.start.end, tree.finish.end, unsure)
    first = date.earliest_day if date.earliest_day is not None else date.latest_day or 0
    last = date.latest_day if date.latest_day is not None else first
    begin, end = float(first), float(last + 1)
    if date.type == "datetime" and (start := span(text).start) is not None and start.time:
        hour, minute = map(int, start.time.split(":")[:2])
        begin = end = first + hour / 24 + minute / 1440
    elif first == last and date.start == date.end == "stated":
        begin = end = first + 0.5
    else:
        return Look("within", begin, end, end, begin, date.start, date.end, unsure)
    return Look("point", begin, end, begin, end, unsure=unsure)


def _days(date: Date | None) -> tuple[int, int] | None:
    if date is None or date.earliest is None or date.latest is None:
        return None
    return dates.day_number(*date.earliest), dates.day_number(*date.latest)
