"""From the cells of one record, by a mapping, to a row: the same for tables and for JSON Lines.

Owns how cells become fields. Must not know how the record was written in the file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from timeline.exchange.reading import html_text, others_dates
from timeline.exchange.reading.mapping import DATES, LISTS, Columns
from timeline.exchange.reading.others_dates import DateUnread, OthersDate
from timeline.exchange.reading.row import Row

_WHY = "no field for it: it stands in the row that is cited"


class Cells(NamedTuple):
    """One record with its slice, and its cells by column."""

    number: int
    start: int
    end: int
    cells: Mapping[str, str]
    doubts: tuple[str, ...] = ()


def rows(records: Iterable[Cells], mapping: Columns) -> list[Row]:
    """Make a row of each record."""
    kept = list(records)
    order: Any = mapping.order
    if order is None and isinstance(column := mapping.columns.get("date"), str):
        order = others_dates.order_of(one.cells.get(column, "") for one in kept)
    used = mapping.used()
    made = [_row(one, mapping, order, used) for one in kept]
    return made if mapping.first_days else others_dates.ask_first_days(made)


def _row(record: Cells, mapping: Columns, order: Any, used: set[str]) -> Row:  # noqa: ANN401 - one of others_dates' orders
    dropped = [(column, value, _WHY) for column, value in record.cells.items() if column not in used and value.strip()]
    questions = [("", doubt) for doubt in record.doubts]
    fields: dict[str, Any] = dict(mapping.constants)
    refused = None
    for name, column in mapping.columns.items():
        if name in DATES or not isinstance(column, str) or not (value := record.cells.get(column, "").strip()):
            continue
        read = html_text.plain(value) if name == "summary" else html_text.one_line(value)
        dropped += [(column, what, f"{tag} in a cell") for tag, what, _ in read.dropped]
        if read.text:
            fields[name] = read.text
    for name in LISTS:
        if name in fields:
            fields[name] = [one.strip() for one in fields[name].split(mapping.separator) if one.strip()]
    key = fields.pop("key", None)
    try:
        date, asked = _date(record.cells, mapping, order)
    except DateUnread as error:
        refused = str(error)
    else:
        fields["date"] = date.date
        questions += asked
        if note := "; ".join(filter(None, (fields.get("date_note"), date.note))):
            fields["date_note"] = note
        if date.zone:
            fields["zone"] = date.zone
    if not fields.get("title"):
        refused = "; ".join(filter(None, ("there is no title", refused)))
    return Row(record.number, record.start, record.end, "happening", fields, key, tuple(dropped), tuple(questions), refused)


def _date(cells: Mapping[str, str], mapping: Columns, order: Any) -> tuple[OthersDate, list[tuple[str, str]]]:  # noqa: ANN401
    start, end = (_side(cells, mapping.columns.get(side), mapping, order) for side in DATES)
    if start is None:
        raise DateUnread("there is no date")
    date = others_dates.interval(start, end) if end else start
    return date, [("date", asked) for asked in date.questions]


def _side(
    cells: Mapping[str, str],
    column: str | Mapping[str, str] | None,
    mapping: Columns,
    order: Any,  # noqa: ANN401
) -> OthersDate | None:
    if column is None:
        return None
    if isinstance(column, str):
        text = cells.get(column, "").strip()
        if not text:
            return None
        found = others_dates.read(_whole_years(text, mapping), order)
    else:
        parts = {part: cells.get(name, "").strip() for part, name in column.items()}
        if not any(parts.values()):
            return None
        found = _of_parts({**parts, "year": _whole_years(parts.get("year", ""), mapping)})
    if mapping.first_days == "years" and others_dates.is_first_day(found.date):
        note = "; ".join(filter(None, (found.note, f"written {found.date}, in a column of first days of years")))
        return replace(found, date=found.date[: found.date.index("-", 1)], note=note)
    return found


def _of_parts(parts: Mapping[str, str]) -> OthersDate:
    """Join parts; the year may be told with its era."""
    year = parts["year"]
    if era := re.fullmatch(r"(?i)(?:ad|a\.d\.|ce)?\s*(\d+)\s*(bce?|b\.c\.(?:e\.)?|ad|a\.d\.|ce)?", year):
        before = (era[2] or "").lower().startswith("b")
        found = others_dates.of_parts(f"-{int(era[1])}" if before else era[1], parts.get("month"), parts.get("day"), *_time(parts))
        told = not year.isdecimal()
        return replace(found, questions=()) if told else found
    return others_dates.of_parts(year, parts.get("month"), parts.get("day"), *_time(parts))


def _time(parts: Mapping[str, str]) -> tuple[str | None, ...]:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", parts.get("time", ""))
    return found.groups() if found else ()


def _whole_years(text: str, mapping: Columns) -> str:
    """Give a year of two digits its century, where the mapping says one."""
    if mapping.century is None:
        return text
    return re.sub(r"(?:^|(?<=[/.-]))(\d{2})$", lambda found: str(mapping.century // 100 * 100 + int(found[1])), text)  # type: ignore[operator]


def texts(found: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Write values as cells have them."""
    for name, value in found:
        if isinstance(value, list):
            yield name, "; ".join(map(str, value))
        else:
            yield name, "" if value is None else str(value)
