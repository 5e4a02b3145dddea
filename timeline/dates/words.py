"""Put a date into plain English, as a careful historian would read it aloud: never more exact than the date.

Owns the wording of times of day, intervals and sets; `single_date_words` has single dates. Must not interpret a date: it reads
the same tree as the bounds.
"""

from functools import lru_cache
from typing import Final

from timeline.dates.calendar import MONTH_NAMES
from timeline.dates.grammar import plain, read
from timeline.dates.single_date_words import day_phrase, join, phrase, plainly, time_phrase, zone_phrase
from timeline.dates.tree import Choice, Date, Endpoint, Interval, Member
from timeline.errors import DateInvalid

MANY: Final = 4096  # dates in the cache
_NOT_STATED = {"open": "open", "unknown": "not known"}


def words(text: str) -> str:
    """Return an EDTF date in plain English, in lower case except for names.

    Raises DateInvalid. Years before 1 are BCE (0 is 1 BCE), years 1 to 999 CE.
    """
    numbers = plain(text)
    if numbers is not None:
        return plainly(*numbers)
    tree = read(text)
    if isinstance(tree, Date):
        return phrase(tree)
    if isinstance(tree, Interval):
        return _interval(tree)
    return _choice(tree)


@lru_cache(maxsize=MANY)
def worded(text: str | None) -> str:
    """Return a date in words. An invalid date is returned as it is, and None as an empty text."""
    try:
        return words(text) if text else ""
    except DateInvalid:
        return text or ""


def _interval(tree: Interval) -> str:
    start, finish = tree.start, tree.finish
    if start.date is None and finish.date is None:
        return "open at both ends"
    if start.date is None:
        return f"until {_endpoint(finish, 'later')}, start {_NOT_STATED[start.end]}"
    if finish.date is None:
        return f"from {_endpoint(start, 'earlier')}, end {_NOT_STATED[finish.end]}"
    if start.end == "open" or finish.end == "open":
        return f"from {_endpoint(start, 'earlier')} to {_endpoint(finish, 'later')}"
    return _span(start.date, finish.date)


def _endpoint(point: Endpoint, beyond: str) -> str:
    if point.date is None:
        return _NOT_STATED[point.end]
    return f"{phrase(point.date)} or {beyond}" if point.end == "open" else phrase(point.date)


def _exact(date: Date) -> bool:
    """Whether a date is a plain year, month or day, which a span may shorten."""
    return date.time is None and date.estimate is not None and not date.masked and not any(date.marks) and date.season is None


def _span(first: Date, last: Date) -> str:
    """Return two dates as a span, without repeating their common parts."""
    if first.text != last.text and (span := _span_of_times(first, last)):
        return span
    if not (_exact(first) and _exact(last)):
        plain = first.marks[0] == "" and not first.masked
        return f"{'' if plain else 'from '}{phrase(first)} to {phrase(last)}"
    if first.text == last.text:
        return f"{phrase(first)}, start to end"
    same_year = first.estimate == last.estimate
    if first.precision == last.precision == "day" and same_year:
        return f"{_day_and_month(first, last)} to {phrase(last)}"
    if first.precision == last.precision == "month" and same_year:
        return f"{_month_name(first)} to {phrase(last)}"
    return f"{phrase(first)} to {phrase(last)}"


def _span_of_times(first: Date, last: Date, *, some: bool = False) -> str:
    """Return two times of the same clock as a span, without repeating the day or the zone; "" for other dates.

    `some`: some time within the span is meant.
    """
    one, two = first.time, last.time
    if one is None or two is None or one.shift != two.shift:
        return ""
    begin, end = ("some time from " if some else "from " if one.mark else "") + time_phrase(one), time_phrase(two)
    if first.earliest == last.earliest:
        return f"{day_phrase(first)}, {begin} to {end}{zone_phrase(one)}"
    return f"{day_phrase(first)}, {begin} to {day_phrase(last)}, {end}{zone_phrase(one)}"


def _month_name(date: Date) -> str:
    return MONTH_NAMES[int(date.month.digits)] if date.month is not None else ""


def _day_and_month(first: Date, last: Date) -> str:
    number = str(int(first.day.digits)) if first.day is not None else ""
    return number if _month_name(first) == _month_name(last) else f"{number} {_month_name(first)}"


def _choice(tree: Choice) -> str:
    if len(tree.members) == 1:
        return _only(tree.members[0], every=tree.every)
    # after a run, "and" alone would seem to belong to it: "the years up to 1984, and 1990"
    last = ", and" if any(member.run for member in tree.members) else " and"
    return f"{'all' if tree.every else 'one'} of {join([_member(member) for member in tree.members], last)}"


def _only(member: Member, *, every: bool) -> str:
    """Return a set of one member in words; mostly that is one run."""
    first, last = member.first, member.last
    if not member.run and first is not None:
        return f"{phrase(first)}, the only {'member' if every else 'choice'}"
    unit = _unit(first or last)
    if first is not None and last is not None:
        if first.time is not None and not every:
            return _span_of_times(first, last, some=True) or f"some time of {_span(first, last)}"
        return f"every {unit} from {_span(first, last)}" if every else f"one {unit} of {_span(first, last)}"
    if every:
        return f"every {unit} {_side(member)}"
    on = {"day": "on", "hour": "at", "minute": "at", "second": "at"}.get(unit, "in")
    if last is not None:
        return f"{on} or before {phrase(last)}"
    return f"{on} or after {phrase(first)}" if first is not None else ""


def _member(member: Member) -> str:
    first, last = member.first, member.last
    if not member.run and first is not None:
        return phrase(first)
    if first is not None and last is not None:
        return f"the {_unit(first)}s {_span(first, last)}"
    return f"the {_unit(first or last)}s {_side(member)}"


def _side(member: Member) -> str:
    if member.last is not None:
        return f"up to {phrase(member.last)}"
    return f"from {phrase(member.first)} on" if member.first is not None else ""


def _unit(date: Date | None) -> str:
    return date.precision if date is not None else "date"
