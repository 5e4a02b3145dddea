"""The date functions that SQL calls: in the log's own projections, and in everyone's queries in Datasette.

Owns their names and what they give for NULL and for text that is no date. Must not read or write any table.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache

from timeline.dates.edtf import Edtf, parse
from timeline.dates.grammar import MAX_LENGTH
from timeline.dates.words import words
from timeline.errors import DateInvalid

SqlValue = str | int | float | bytes | None
"""What SQLite hands to a function, and takes from it."""


@lru_cache(maxsize=4096)
def _cached(text: str) -> Edtf | None:
    try:
        return parse(text)
    except DateInvalid:
        return None


@lru_cache(maxsize=4096)
def _said(text: str) -> str:
    return words(text)


def _read(value: SqlValue) -> Edtf | None:
    """Read a value of SQLite's: text, or an integer as its digits. Anything else is no date."""
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_LENGTH:
        return None
    return _cached(value)


def edtf_valid(value: SqlValue) -> int | None:
    """Give 1 for a valid date, 0 for anything else; NULL for NULL."""
    return None if value is None else int(_read(value) is not None)


def edtf_earliest(value: SqlValue) -> str | None:
    """Give the first day allowed, YYYY-MM-DD; NULL on an open or unknown side, or for no date."""
    date = _read(value)
    return date.earliest if date else None


def edtf_latest(value: SqlValue) -> str | None:
    """Give the last day allowed, YYYY-MM-DD; NULL on an open or unknown side, or for no date."""
    date = _read(value)
    return date.latest if date else None


def edtf_earliest_day(value: SqlValue) -> int | None:
    """Give the first day allowed as a number: 1 is 0001-01-01."""
    date = _read(value)
    return date.earliest_day if date else None


def edtf_latest_day(value: SqlValue) -> int | None:
    """Give the last day allowed as a number: 1 is 0001-01-01."""
    date = _read(value)
    return date.latest_day if date else None


def edtf_precision(value: SqlValue) -> str | None:
    """Give year, month, day, datetime, season, interval or set."""
    date = _read(value)
    return date.precision if date else None


def edtf_year(value: SqlValue) -> int | None:
    """Give the year of the earliest day, else of the latest; 0 is 1 BCE."""
    date = _read(value)
    return date.year if date else None


def edtf_month(value: SqlValue) -> int | None:
    """Give 1 to 12 where the whole date lies within one month of one year."""
    date = _read(value)
    return date.month if date else None


def edtf_level(value: SqlValue) -> int | None:
    """Give the least level of EDTF that has the date: 0, 1 or 2."""
    date = _read(value)
    return date.level if date else None


def edtf_start(value: SqlValue) -> str | None:
    """Give stated, open or unknown for the date's start."""
    date = _read(value)
    return date.start if date else None


def edtf_end(value: SqlValue) -> str | None:
    """Give stated, open or unknown for the date's end."""
    date = _read(value)
    return date.end if date else None


def edtf_uncertain(value: SqlValue) -> int | None:
    """Give 1 where any part is uncertain (? or %), else 0."""
    date = _read(value)
    return int(date.uncertain) if date else None


def edtf_approximate(value: SqlValue) -> int | None:
    """Give 1 where any part is approximate (~ or %), else 0."""
    date = _read(value)
    return int(date.approximate) if date else None


def edtf_words(value: SqlValue) -> str | None:
    """Give the date in plain English."""
    date = _read(value)
    return _said(date.text) if date else None


SQL_FUNCTIONS: dict[str, Callable[[SqlValue], str | int | None]] = {
    function.__name__: function
    for function in (
        edtf_valid,
        edtf_earliest,
        edtf_latest,
        edtf_earliest_day,
        edtf_latest_day,
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
"""Every function by its name in SQL; each takes one argument."""


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions of SQL_FUNCTIONS, as deterministic ones, so that indexes may use them.

    Each takes text, or an integer as its digits. NULL, and what is no date, give NULL; `edtf_valid` gives 0
    for what is no date.
    """
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
