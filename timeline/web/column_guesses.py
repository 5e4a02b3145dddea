"""Which column of any rows says when, which says what, and what a value says when read as a date.

Owns the guesses, by name and by content. Must not know where the rows come from: the same rules serve every database.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from timeline import dates
from timeline.errors import DateInvalid

Row = Sequence[Any]
Reader = Callable[[object], dates.Edtf | None]

# So many rows show what a column holds.
SAMPLE = 50
# No date is longer than this; a text that is costs nothing to pass over.
LONGEST = 200
# How many of a column's values must be dates: where its name speaks of time, and where it does not.
ENOUGH_IF_NAMED = 0.5
ENOUGH = 0.9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Numbers are Unix time where more than half of a column's are of this size, so that years or small counts are never taken
# for it. What is not above zero may be either, and is not counted.
_SECONDS = range(100_000_000, 10_000_000_000)
_YEARS = range(-9999, 10_000)
_MILLISECONDS = range(100_000_000_000, 10_000_000_000_000)

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.,][0-9]+)?\s*(Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_COMPACT = re.compile(r"([0-9]{4})([01][0-9])([0-3][0-9])")
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
_DATE_NAME = re.compile(
    r"(?:^|_)(?:dates?|when|day|years?|time|datetime|timestamp|ts|epoch|earliest|latest|start(?:ed|s)?|end(?:ed|s)?|begin|began|born"
    r"|died|birth|death|founded|opened|closed|created|updated|modified|published|recorded|archived|happened|occurred)(?:$|_)"
    r"|_(?:at|on)$|date$|time$|year$"
)
# Where several columns hold dates, one named like this is meant before others; a mere year, or when the row was
# written down, after them.
_FAVOURITES = ("date", "when", "datetime", "start", "start_date", "earliest")
_LAST_YEAR = re.compile(r"(?:^|_)years?$|year$")
_BOOKKEEPING = re.compile(r"(?:^|_)(?:created|updated|modified|recorded|archived|inserted|timestamp|ts)(?:$|_)")
_TITLES = (
    "title", "name", "headline", "label", "event", "happening", "subject", "what", "summary", "description", "text", "quote",
)  # fmt: skip


def read_date(value: object, column: str = "") -> dates.Edtf | None:
    """Read a value that stands alone as a date of whatever shape, or give None."""
    return reader(column, [value])(value)


def reader(column: str, values: Iterable[object], *, chosen: bool = False) -> Reader:
    """Give what reads the values of a column as dates of whatever shape; None for what is no date.

    Whether its numbers are Unix time is decided for the whole column. A number is a year only in a column that says so, or
    that somebody has `chosen`.
    """
    name, unit = "year" if chosen else _snake(column), _unix_unit(values)

    def read(value: object) -> dates.Edtf | None:
        text, number = _taken_apart(value)
        if number is None:
            return _parse(_as_edtf(text)) if text and len(text) <= LONGEST else None
        return _of_number(number, text, name) if unit is None else _instant(number * unit)

    return read


def _unix_unit(values: Iterable[object]) -> int | None:
    # How many milliseconds one of the numbers is, where they are Unix time.
    numbers = [number for _, number in map(_taken_apart, values) if number is not None and number > 0]
    for unit, sizes in ((1000, _SECONDS), (1, _MILLISECONDS)):
        if sum(number in sizes for number in numbers) * 2 > len(numbers):
            return unit
    return None


def _taken_apart(value: object) -> tuple[str | None, int | None]:
    # The text of a text, and the number of a number or of a text of digits.
    if isinstance(value, dict):  # a foreign key that Datasette has labelled
        value = value.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None, None
    text = (value[: LONGEST + 1] if len(value) > 2 * LONGEST else value.strip()) if isinstance(value, str) else None
    return text, _number(value if text is None else text)


def _of_number(number: int, text: str | None, column: str) -> dates.Edtf | None:
    compact = _COMPACT.fullmatch(str(number))
    if compact and (text is not None or _DATE_NAME.search(column)):
        return _parse("-".join(compact.groups()))
    if text is not None and re.fullmatch(r"-?[0-9]{4}", text):
        return _parse(text)
    if _DATE_NAME.search(column) and number in _YEARS:
        return _parse(f"-{-number:04}" if number < 0 else f"{number:04}")
    return None


def _number(value: str | int | float) -> int | None:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else None
    return int(value) if math.isfinite(value) else None


def _instant(milliseconds: int) -> dates.Edtf | None:
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return _parse(moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z")


def _as_edtf(text: str) -> str:
    match = _INSTANT.fullmatch(text)
    if match:
        day, minute, second, zone = match.groups()
        zone = "Z" if zone in ("Z", "UTC") else zone or ""
        zone = re.sub(r"(\d\d)(\d\d)$", r"\1:\2", zone)
        return f"{day}T{minute}{second or ''}{zone}"
    match = _SLASHED.fullmatch(text)
    return f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}" if match else text


def _parse(text: str) -> dates.Edtf | None:
    try:
        return dates.parse(text)
    except DateInvalid:
        return None


def date_column(columns: Sequence[str], rows: Sequence[Row]) -> str | None:
    """Guess which column says when, or give None where none plausibly does.

    A column whose name speaks of time needs half of its values to be dates; any other, nearly all, and written as dates.
    """
    best, best_score = None, 0.0
    for place, column in enumerate(columns):
        score = _score(column, [row[place] for row in rows[:SAMPLE]])
        # On a tie the first column stands.
        if score > best_score:
            best, best_score = column, score
    return best


def _score(column: str, values: Sequence[Any]) -> float:
    name = _snake(column)
    named = _DATE_NAME.search(name) is not None
    present = [value for value in values if value not in (None, "")]
    if not present:
        # Nothing to go by but a plain name; any column with dates in it is better.
        return 0.1 + _favour(name) / 20 if name in _FAVOURITES or _LAST_YEAR.search(name) else 0.0
    date_of = reader(column, present)
    read = sum(date_of(value) is not None for value in present)
    share, coverage = read / len(present), read / len(values)
    if named:
        return 2 + coverage + _favour(name) if share >= ENOUGH_IF_NAMED else 0.0
    looks = sum(isinstance(value, str) and re.match(r"-?[0-9X]{4}[-/]", value) is not None for value in present)
    return coverage if share >= ENOUGH and looks >= ENOUGH * len(present) else 0.0


def _favour(name: str) -> float:
    if name in _FAVOURITES:
        return 1 - _FAVOURITES.index(name) / 20
    if _BOOKKEEPING.search(name):
        return -0.5
    return -0.25 if _LAST_YEAR.search(name) else 0.0


# What begins is named beside what ends it.
_PAIRS = (
    ("start", "end"), ("begin", "end"), ("began", "ended"), ("from", "to"), ("since", "until"), ("born", "died"),
    ("birth", "death"), ("opened", "closed"), ("founded", "dissolved"), ("earliest", "latest"), ("first", "last"),
)  # fmt: skip


def until_column(columns: Sequence[str], date: str | None) -> str | None:
    """Guess which column says until when, by the name of the one that says from when: start_date has its end_date."""
    by_name = {_snake(column): column for column in columns if column != date}
    name = _snake(date or "")
    ends = [name.replace(first, last) for first, last in _PAIRS if re.search(rf"(?:^|_){first}", name)]
    return next((by_name[end] for end in ends if end in by_name), None)


def joined(first: dates.Edtf | None, last: dates.Edtf | None) -> dates.Edtf | None:
    """Read a beginning and an end as one interval; the beginning alone where they make none, or are the same."""
    if last is None:
        return first
    if first is None:
        return _parse(f"/{last.text}") or last
    if first.precision == "datetime" and first.text == last.text:
        return first
    return _parse(f"{first.text}/{last.text}") or _parse(f"{first.text[:10]}/{last.text[:10]}") or first


def title_column(columns: Sequence[str], rows: Sequence[Row], date: str | None) -> str | None:
    """Guess which column says what: one that is named so, else the first that holds words, else the first other."""
    others = [column for column in columns if column != date]
    by_name = {_snake(column): column for column in reversed(others)}
    for name in _TITLES:
        if name in by_name:
            return by_name[name]
    for column in others:
        place = columns.index(column)
        if any(isinstance(row[place], str) and re.search(r"[^\W\d_]{3}", row[place][:LONGEST]) for row in rows[:SAMPLE]):
            return column
    return others[0] if others else None


def _snake(column: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)).lower()
