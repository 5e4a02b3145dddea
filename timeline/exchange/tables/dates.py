"""The dates in a table: those of one record by a mapping, and the habits of a whole column.

A date may be in one cell or in parts, have an end, and be filled down if cells were merged. Columns differ in the order of day and
month, and in whether 1 January means a year. Must not parse the words of a date: `timeline.dates.free_text` does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.dates.free_text.days import APOSTROPHES, Order
from timeline.dates.free_text.ranges import ONGOING
from timeline.exchange.rows.row import Row
from timeline.exchange.tables.mapping import DATES, Columns

Questions = list[tuple[str, str]]
FIRST_DAY: Final = "1 January may mean the year alone: check, and write the year if it does"
_DAY: Final = re.compile(r"-?\d{4}-\d\d-\d\d")
FIRST_OF_MONTH: Final = "the first may mean the month alone: check, and write the month if it does"


def date_column(mapping: Columns) -> str | None:
    """Return the column that holds complete dates, if there is one."""
    column = mapping.columns.get("date")
    return column if isinstance(column, str) else column.get("date") if column else None


def is_filled(cells: Mapping[str, str], mapping: Columns) -> bool:
    """Whether any cell of the date is filled."""
    return any(cells.get(name, "").strip() for name in _names(mapping.columns.get("date")))


def columns_of_dates(mapping: Columns) -> list[str]:
    """Return the columns that the date is read from, and its end."""
    return [name for side in DATES for name in _names(mapping.columns.get(side))]


def filled(cells: Mapping[str, str], mapping: Columns, above: dict[str, str]) -> tuple[Mapping[str, str], bool]:
    """Fill an empty date from the row above if the mapping says so, and return whether it was filled. Updates `above`."""
    if mapping.empty != "above":
        return cells, False
    if is_filled(cells, mapping):
        above.clear()
        above |= {name: cells.get(name, "") for name in columns_of_dates(mapping)}
        return cells, False
    return {**cells, **above}, bool(above)


def date(cells: Mapping[str, str], mapping: Columns) -> tuple[OthersDate, Questions]:
    """Read the date of a record, and the questions about it. Raises DateUnread."""
    column = mapping.columns.get("end")
    ending = cells.get(column, "").strip() if isinstance(column, str) else ""
    start = _side(cells, mapping.columns.get("date"), mapping)
    if start is None:
        raise DateUnread("there is an end, and no beginning. Write when it began" if ending else "there is no date")
    if ONGOING.fullmatch(ending) and not re.search(r"[\[{/T]", start.date):
        date = replace(start, date=f"{start.date}/..")
    else:
        words = ", ".join(filter(None, (cells.get(name, "").strip() for name in _names(column))))
        date = free_text.lasting(start, lambda: _side(cells, column, mapping), words)
    return date, [("date", question) for question in date.questions]


def _names(column: str | Mapping[str, str] | None) -> list[str]:
    return [] if column is None else [column] if isinstance(column, str) else list(column.values())


def _side(cells: Mapping[str, str], column: str | Mapping[str, str] | None, mapping: Columns) -> OthersDate | None:
    if column is None or not any(cells.get(name, "").strip() for name in _names(column)):
        return None
    parts = {"date": column} if isinstance(column, str) else column
    words = {part: cells.get(name, "").strip() for part, name in parts.items()}
    order: Any = mapping.order
    others = {**words, "year": _full_years(words.get("year", ""), mapping)}
    if not words.get("date"):
        side = _of_parts(others, parts.get("time"))
    else:
        text = _full_years(words["date"], mapping)
        beside = _readable_parts(others) if len(parts) > 1 else None
        side = free_text.beside(text, beside, order) if beside else free_text.read(text, order)
        side = free_text.timed(side, words["time"], parts["time"]) if words.get("time") else side
    return _without_placeholders(side, mapping)


def _without_placeholders(date: OthersDate, mapping: Columns) -> OthersDate:
    """Remove the midnight or first day that the mapping calls a placeholder, and note how the date was written."""
    if mapping.midnight:
        date = replace(date, questions=tuple(words for words in date.questions if words != free_text.ASKED_MIDNIGHT))
    day = free_text.MIDNIGHT.sub("", date.date) if mapping.midnight == "days" else date.date
    text = without_first_day(day, mapping.first_days)
    if text == date.date:
        return date
    reasons = [f"first days of {'years or months' if mapping.first_days == 'both' else mapping.first_days}"] if text != day else []
    reasons += ["midnights for days"] if day != date.date else []
    note = "; ".join(filter(None, (date.note, f"written {date.date}, in a column of {' and '.join(reasons)}")))
    return replace(date, date=text, note=note)


def _of_parts(parts: Mapping[str, str], time_column: str | None) -> OthersDate:
    """Join the parts of a date. The year may have its era."""
    year, more = parts["year"], (parts.get("month"), parts.get("day"))
    if era := re.fullmatch(r"(?i)(?:ad|a\.d\.|ce)?\s*(\d+)\s*(bce?|b\.c\.(?:e\.)?|ad|a\.d\.|ce)?", year):
        before = (era[2] or "").lower().startswith("b")
        date = free_text.of_parts(f"-{int(era[1])}" if before else era[1], *more)
        date = replace(date, questions=()) if not year.isdecimal() else date
    else:
        date = free_text.of_parts(year, *more)
    return free_text.timed(date, parts["time"], time_column) if time_column and parts.get("time") else date


def _readable_parts(parts: Mapping[str, str]) -> OthersDate | None:
    """Read the parts beside a complete date, or at least their year. Return None if not even that can be read."""
    for readable in (parts, {"year": parts["year"]}):
        with suppress(DateUnread):
            return _of_parts(readable, None)
    return None


def _full_years(text: str, mapping: Columns) -> str:
    """Add the century of the mapping, if it has one, to a year of two digits."""
    if mapping.century is None:
        return text
    order: Any = mapping.order
    if match := re.fullmatch(r"(?P<year>\d\d)", text) or free_text.short_year(text, order):
        return f"{text[: match.start('year')].rstrip(APOSTROPHES)}{mapping.century + int(match['year'])}{text[match.end('year') :]}"
    return text


def order_of(texts: Iterable[str]) -> Order | None:
    """Return the order of day and month in a column, by the dates that can be read in one way only."""
    seen = set[Order]()
    for text in texts:
        match = re.match(r"\s*(\d{1,2})[/-](\d{1,2})(?:[/-]\d{2,4}\b|$)", text)
        if match and int(match[1]) <= 31 and int(match[2]) <= 31 and (int(match[1]) > 12) != (int(match[2]) > 12):
            seen.add("dmy" if int(match[1]) > 12 else "mdy")
    return seen.pop() if len(seen) == 1 else None


def is_first_day(date: str) -> bool:
    """Whether a date is a 1 January, which in many files means the year alone."""
    return bool(re.fullmatch(r"-?\d{4}-01-01(?:T00(?::00){0,2}(?![0-9:]).*)?", date))


def without_first_day(date: str, first_days: str | None) -> str:
    """Return the year or month that a first day means by the mapping. Return any other date unchanged."""
    if first_days in ("years", "both") and is_first_day(date):
        return date[: date.index("-", 1)]
    first = re.fullmatch(r"(-?\d{4}-\d\d)-01(?:T00(?::00){0,2}(?![0-9:]).*)?", date)
    return first[1] if first and first_days in ("months", "both") else date


def kind_of_day(date: str) -> int:
    """Return whether a date is a 1 January (3), another first of a month (2), another day (1), or none (0)."""
    if not _DAY.match(date):
        return 0
    return 3 if is_first_day(date) else 2 if without_first_day(date, "months") != date else 1


def first_day_questions(kinds: bytes | bytearray) -> dict[int, str]:
    """Return the questions to ask about days, by their kind, of which there is one for each row.

    A person is asked about each 1 January if more than one day in ten is one, and about other firsts of months if they are too
    many: at least three, and more than one day in four.
    """
    days, months, first = (kinds.count(kind) for kind in (1, 2, 3))
    questions = dict[int, str]()
    if first * 10 > days + months + first:
        questions[3] = FIRST_DAY
    if months > 2 and months * 4 > days + months:
        questions[2] = FIRST_OF_MONTH
    return questions


def with_date_questions(rows: Sequence[Row]) -> Sequence[Row]:
    """Ask about first days of years and months, unless a timeline wrote the file: it writes a year when it means one."""
    if any(row.id for row in rows):
        return rows
    kinds = bytes(kind_of_day(str(row.fields.get("date", ""))) for row in rows)
    questions = first_day_questions(kinds)
    return [
        row._replace(questions=(*row.questions, ("date", questions[kind]))) if kind in questions else row
        for row, kind in zip(rows, kinds, strict=True)
    ]
