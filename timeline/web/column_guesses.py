"""Guesses about any rows: which column holds the dates, which the titles, and how to read a value as a date.

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

# The number of rows that a guess looks at.
SAMPLE = 50
# No date is longer than this.
LONGEST = 200
# The share of a column's values that must be dates: if its name is about time, and otherwise.
ENOUGH_IF_NAMED = 0.5
ENOUGH = 0.9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The numbers of a column are Unix time if more than half of those above zero are of this size. Years and small counts are not.
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
# If several columns hold dates, these names come first; a mere year, or the time when the row was written, comes last.
_PREFERRED = ("date", "when", "datetime", "start", "start_date", "earliest")
_LAST_YEAR = re.compile(r"(?:^|_)years?$|year$")
_BOOKKEEPING = re.compile(r"(?:^|_)(?:created|updated|modified|recorded|archived|inserted|timestamp|ts)(?:$|_)")
_TITLES = (
    "title", "name", "headline", "label", "event", "happening", "subject", "what", "summary", "description", "text", "quote",
)  # fmt: skip


def read_date(value: object, column: str = "") -> dates.Edtf | None:
    """Read one value as a date in any form; None if it is no date."""
    return reader(column, [value])(value)


def reader(column: str, values: Iterable[object], *, chosen: bool = False) -> Reader:
    """Return the function that reads the values of a column as dates in any form; it returns None for other values.

    Whether the numbers are Unix time is decided for the whole column. A number is a year only if the name of the column says so,
    or somebody has `chosen` the column.
    """
    name, unit = "year" if chosen else _snake(column), _unix_unit(values)

    def read(value: object) -> dates.Edtf | None:
        text, number = _text_and_number(value)
        if number is None:
            return _parse(_as_edtf(text)) if text and len(text) <= LONGEST else None
        return _of_number(number, text, name) if unit is None else _instant(number * unit)

    return read


def _unix_unit(values: Iterable[object]) -> int | None:
    # The number of milliseconds in one unit, if the numbers are Unix time.
    numbers = [number for _, number in map(_text_and_number, values) if number is not None and number > 0]
    for unit, sizes in ((1000, _SECONDS), (1, _MILLISECONDS)):
        if sum(number in sizes for number in numbers) * 2 > len(numbers):
            return unit
    return None


def _text_and_number(value: object) -> tuple[str | None, int | None]:
    # The text of a text value, and the number of a numeric value or of a text of digits.
    if isinstance(value, dict):  # a foreign key with a label from Datasette
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
    """Guess which column holds the dates; None if none plausibly does.

    In a column whose name is about time, half of the values must be dates; in any other, nearly all, and written as dates.
    """
    best, best_score = None, 0.0
    for place, column in enumerate(columns):
        score = _score(column, [row[place] for row in rows[:SAMPLE]])
        # On a tie the first column wins.
        if score > best_score:
            best, best_score = column, score
    return best


def _score(column: str, values: Sequence[Any]) -> float:
    name = _snake(column)
    named = _DATE_NAME.search(name) is not None
    present = [value for value in values if value not in (None, "")]
    if not present:
        # There is only the name to go by. Any column with dates in it is better.
        return 0.1 + _preference(name) / 20 if name in _PREFERRED or _LAST_YEAR.search(name) else 0.0
    date_of = reader(column, present)
    readable = sum(date_of(value) is not None for value in present)
    share, coverage = readable / len(present), readable / len(values)
    if named:
        return 2 + coverage + _preference(name) if share >= ENOUGH_IF_NAMED else 0.0
    date_like = sum(isinstance(value, str) and re.match(r"-?[0-9X]{4}[-/]", value) is not None for value in present)
    return coverage if share >= ENOUGH and date_like >= ENOUGH * len(present) else 0.0


def _preference(name: str) -> float:
    if name in _PREFERRED:
        return 1 - _PREFERRED.index(name) / 20
    if _BOOKKEEPING.search(name):
        return -0.5
    return -0.25 if _LAST_YEAR.search(name) else 0.0


# Names of a beginning, each with the name of its end.
_PAIRS = (
    ("start", "end"), ("begin", "end"), ("began", "ended"), ("from", "to"), ("since", "until"), ("born", "died"),
    ("birth", "death"), ("opened", "closed"), ("founded", "dissolved"), ("earliest", "latest"), ("first", "last"),
)  # fmt: skip


def until_column(columns: Sequence[str], date: str | None) -> str | None:
    """Guess which column holds the end dates, by the name of the column of start dates: start_date has its end_date."""
    by_name = {_snake(column): column for column in columns if column != date}
    name = _snake(date or "")
    ends = [name.replace(first, last) for first, last in _PAIRS if re.search(rf"(?:^|_){first}", name)]
    return next((by_name[end] for end in ends if end in by_name), None)


def interval(first: dates.Edtf | None, last: dates.Edtf | None) -> dates.Edtf | None:
    """Join a beginning and an end to one interval; return the beginning alone if they make none, or are the same."""
    if last is None:
        return first
    if first is None:
        return _parse(f"/{last.text}") or last
    if first.precision == "datetime" and first.text == last.text:
        return first
    return _parse(f"{first.text}/{last.text}") or _parse(f"{first.text[:10]}/{last.text[:10]}") or first


def title_column(columns: Sequence[str], rows: Sequence[Row], date: str | None) -> str | None:
    """Guess which column holds the titles: by its name, else the first column with words, else the first other column."""
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
