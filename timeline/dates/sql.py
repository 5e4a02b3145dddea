"""The date functions for SQL: in the log's projections, and in everyone's queries in Datasette.

Owns their names, and their results for NULL and for invalid dates. Must not read or write any table.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache

from timeline.dates.edtf import Edtf, parse
from timeline.dates.grammar import MAX_LENGTH
from timeline.dates.times_of_day import outermost_time
from timeline.dates.words import words
from timeline.errors import DateInvalid

SqlValue = str | int | float | bytes | None
"""The types of arguments and results of SQLite functions."""


_BOUNDS = 4


@lru_cache(maxsize=4096)
def _cached(text: str) -> Edtf | None:
    try:
        return parse(text)
    except DateInvalid:
        return None


@lru_cache(maxsize=4096)
def _cached_words(text: str) -> str:
    return words(text)


def _read(value: SqlValue) -> Edtf | None:
    """Parse a value from SQLite: a text, or an integer as its digits. Return None for anything else."""
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_LENGTH:
        return None
    return _cached(value)


def edtf_valid(value: SqlValue) -> int | None:
    """Return 1 for a valid date, 0 for anything else; NULL for NULL."""
    return None if value is None else int(_read(value) is not None)


def edtf_earliest(value: SqlValue) -> str | None:
    """Return the first day allowed, YYYY-MM-DD; NULL if the start is open or unknown, or the date is invalid."""
    date = _read(value)
    return date.earliest if date else None


def edtf_latest(value: SqlValue) -> str | None:
    """Return the last day allowed, YYYY-MM-DD; NULL if the end is open or unknown, or the date is invalid."""
    date = _read(value)
    return date.latest if date else None


def edtf_earliest_day(value: SqlValue) -> int | None:
    """Return the first day allowed as a number: 1 is 0001-01-01."""
    date = _read(value)
    return date.earliest_day if date else None


def edtf_latest_day(value: SqlValue) -> int | None:
    """Return the last day allowed as a number: 1 is 0001-01-01."""
    date = _read(value)
    return date.latest_day if date else None


def edtf_near_earliest(value: SqlValue) -> str | None:
    """Return the first day allowed, widened by one unit of precision if approximate; NULL as in `edtf_earliest`."""
    date = _read(value)
    return date.near_earliest if date else None


def edtf_near_latest(value: SqlValue) -> str | None:
    """Return the last day allowed, widened by one unit of precision if approximate; NULL as in `edtf_latest`."""
    date = _read(value)
    return date.near_latest if date else None


def edtf_near_earliest_day(value: SqlValue) -> int | None:
    """Return `edtf_near_earliest` as a number: 1 is 0001-01-01."""
    date = _read(value)
    return date.near_earliest_day if date else None


def edtf_near_latest_day(value: SqlValue) -> int | None:
    """Return `edtf_near_latest` as a number: 1 is 0001-01-01."""
    date = _read(value)
    return date.near_latest_day if date else None


def edtf_earliest_time(value: SqlValue) -> str | None:
    """Return the first minute allowed, or second if that is known, with its shift; NULL if the start has no time of day."""
    return _time(value, first=True)


def edtf_latest_time(value: SqlValue) -> str | None:
    """Return the last minute allowed, or second if that is known, with its shift; NULL if the end has no time of day."""
    return _time(value, first=False)


def _time(value: SqlValue, *, first: bool) -> str | None:
    date = _read(value)
    return outermost_time(date.text, first=first) if date and date.timed else None


def edtf_precision(value: SqlValue) -> str | None:
    """Return year, month, day, datetime, season, interval or set."""
    date = _read(value)
    return date.precision if date else None


def edtf_year(value: SqlValue) -> int | None:
    """Return the year of the earliest day, otherwise of the latest; 0 is 1 BCE."""
    date = _read(value)
    return date.year if date else None


def edtf_month(value: SqlValue) -> int | None:
    """Return 1 to 12 if the whole date is in one month of one year."""
    date = _read(value)
    return date.month if date else None


def edtf_level(value: SqlValue) -> int | None:
    """Return the lowest level of EDTF that includes the date: 0, 1 or 2."""
    date = _read(value)
    return date.level if date else None


def edtf_start(value: SqlValue) -> str | None:
    """Return stated, open or unknown for the date's start."""
    date = _read(value)
    return date.start if date else None


def edtf_end(value: SqlValue) -> str | None:
    """Return stated, open or unknown for the date's end."""
    date = _read(value)
    return date.end if date else None


def edtf_uncertain(value: SqlValue) -> int | None:
    """Return 1 if any part is uncertain (? or %), otherwise 0."""
    date = _read(value)
    return int(date.uncertain) if date else None


def edtf_approximate(value: SqlValue) -> int | None:
    """Return 1 if any part is approximate (~ or %), otherwise 0."""
    date = _read(value)
    return int(date.approximate) if date else None


def edtf_words(value: SqlValue) -> str | None:
    """Return the date in plain English."""
    date = _read(value)
    return _cached_words(date.text) if date else None


def edtf_within(
    value: SqlValue, first_day: SqlValue, first_second: SqlValue, last_day: SqlValue, last_second: SqlValue
) -> str | None:
    """Compare a date with a period, given by its first and last day and second: "possible", "near", or NULL for neither.

    "near" means that the date may be in the period only if it is approximate and widened by one unit of its precision. Times are
    compared by the local clock, as written.
    """
    date = _read(value)
    bounds = [one for one in (first_day, first_second, last_day, last_second) if isinstance(one, int | float)]
    if date is None or len(bounds) < _BOUNDS:
        return None
    first, last = (bounds[0], bounds[1]), (bounds[2], bounds[3])
    for word, begins, ends in (
        ("possible", _moment(date.earliest_day, date.earliest_second), _moment(date.latest_day, date.latest_second)),
        (
            "near",
            _moment(date.near_earliest_day, date.near_earliest_second),
            _moment(date.near_latest_day, date.near_latest_second),
        ),
    ):
        if (begins is None or begins <= last) and (ends is None or ends >= first):
            return word
    return None


def _moment(day: int | None, second: int | None) -> tuple[float, float] | None:
    return None if day is None else (day, second or 0)


SQL_FUNCTIONS: dict[str, Callable[[SqlValue], str | int | None]] = {
    function.__name__: function
    for function in (
        edtf_valid,
        edtf_earliest,
        edtf_latest,
        edtf_earliest_day,
        edtf_latest_day,
        edtf_near_earliest,
        edtf_near_latest,
        edtf_near_earliest_day,
        edtf_near_latest_day,
        edtf_earliest_time,
        edtf_latest_time,
        edtf_precision,
        edtf_year,
        edtf_month,
        edtf_level,
        edtf_start,
        edtf_end,
        edtf_uncertain,
        edtf_approximate,
        edtf_words,
    )
}
"""Every function that takes one argument, by its name in SQL."""


def register(connection: sqlite3.Connection) -> None:
    """Register SQL_FUNCTIONS and `edtf_within` on a connection, as deterministic functions, so that indexes can use them.

    Each takes a text, or an integer as its digits. NULL and invalid dates give NULL, but `edtf_valid` gives 0 for an invalid date.
    """
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.create_function("edtf_within", 5, edtf_within, deterministic=True)
