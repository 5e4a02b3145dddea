"""The date functions for SQL: in the log's projections, and in everyone's queries in Datasette.

Owns their names, and their results for NULL and for invalid dates. Must not read or write any table.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache, partial
from operator import attrgetter

from timeline.dates.edtf import Edtf, parse
from timeline.dates.grammar import MAX_LENGTH
from timeline.dates.times_of_day import outermost_time
from timeline.dates.words import words
from timeline.errors import DateInvalid

SqlValue = str | int | float | bytes | None
"""The types of arguments and results of SQLite functions."""
_BOUNDS = 4
_FIELDS = (
    "earliest", "latest", "earliest_day", "latest_day", "near_earliest", "near_latest", "near_earliest_day", "near_latest_day",
    "precision", "year", "month", "level", "start", "end", "uncertain", "approximate",
)  # fmt: skip
"""The fields of `Edtf` that SQL can ask for, which describes them."""


@lru_cache(maxsize=4096)
def _cached(text: str) -> Edtf | None:
    try:
        return parse(text)
    except DateInvalid:
        return None


_cached_words = lru_cache(maxsize=4096)(words)


def _read(value: SqlValue) -> Edtf | None:
    """Parse a value from SQLite: a text, or an integer as its digits. Return None for anything else."""
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_LENGTH:
        return None
    return _cached(value)


def _valid(value: SqlValue) -> int | None:
    """Return 1 for a valid date, 0 for anything else; NULL for NULL."""
    return None if value is None else int(_read(value) is not None)


def _field(name: str) -> Callable[[SqlValue], str | int | None]:
    """Return the function that reads a field of a date."""
    field = attrgetter(name)

    def function(value: SqlValue) -> str | int | None:
        date = _read(value)
        return field(date) if date else None

    return function


def _time(value: SqlValue, *, first: bool) -> str | None:
    """Return the first or last minute allowed, or second if that is known; NULL if that side has no time of day."""
    date = _read(value)
    return outermost_time(date.text, first=first) if date and date.timed else None


def _words(value: SqlValue) -> str | None:
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
    "edtf_valid": _valid,
    **{f"edtf_{name}": _field(name) for name in _FIELDS},
    "edtf_earliest_time": partial(_time, first=True),
    "edtf_latest_time": partial(_time, first=False),
    "edtf_words": _words,
}
"""Every function that takes one argument, by its name in SQL."""


def register(connection: sqlite3.Connection) -> None:
    """Register SQL_FUNCTIONS and `edtf_within` on a connection, as deterministic functions, so that indexes can use them.

    Each takes a text, or an integer as its digits. NULL and invalid dates give NULL, but `edtf_valid` gives 0 for an invalid date.
    """
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.create_function("edtf_within", 5, edtf_within, deterministic=True)
