"""The dates of one record, by a mapping: whole or in parts, with an end, and filled down where cells were merged.

Owns that. Must not read words of dates: others_dates does.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.dates.free_text.days import APOSTROPHES
from timeline.dates.free_text.ranges import ONGOING
from timeline.exchange.tables import day_order
from timeline.exchange.tables.mapping import DATES, Columns

Questions = list[tuple[str, str]]


def whole(mapping: Columns) -> str | None:
    """Name the column that holds whole dates, if one does."""
    column = mapping.columns.get("date")
    return column if isinstance(column, str) else column.get("date") if column else None


def told(cells: Mapping[str, str], mapping: Columns) -> bool:
    """Whether anything stands where the date should."""
    return any(cells.get(name, "").strip() for name in _names(mapping.columns.get("date")))


def filled(cells: Mapping[str, str], mapping: Columns, above: dict[str, str]) -> tuple[Mapping[str, str], bool]:
    """Fill in the date of the row above where the mapping says so, and whether that was done; `above` is kept up to date."""
    if mapping.empty != "above":
        return cells, False
    if told(cells, mapping):
        above.clear()
        above |= {name: cells.get(name, "") for side in DATES for name in _names(mapping.columns.get(side))}
        return cells, False
    return {**cells, **above}, bool(above)


def date(cells: Mapping[str, str], mapping: Columns) -> tuple[OthersDate, Questions]:
    """Read the date of a record, and what is to be asked of it. Raises DateUnread."""
    column = mapping.columns.get("end")
    ending = cells.get(column, "").strip() if isinstance(column, str) else ""
    start = _side(cells, mapping.columns.get("date"), mapping)
    if start is None:
        raise DateUnread("there is an end, and no beginning. Say when it began" if ending else "there is no date")
    if ONGOING.fullmatch(ending) and not re.search(r"[\[{/T]", start.date):
        found = replace(start, date=f"{start.date}/..")
    else:
        told = ", ".join(filter(None, (cells.get(name, "").strip() for name in _names(column))))
        found = free_text.lasting(start, lambda: _side(cells, column, mapping), told)
    return found, [("date", asked) for asked in found.questions]


def _names(column: str | Mapping[str, str] | None) -> list[str]:
    return [] if column is None else [column] if isinstance(column, str) else list(column.values())


def _side(cells: Mapping[str, str], column: str | Mapping[str, str] | None, mapping: Columns) -> OthersDate | None:
    if column is None or not any(cells.get(name, "").strip() for name in _names(column)):
        return None
    parts = {"date": column} if isinstance(column, str) else column
    words = {part: cells.get(name, "").strip() for part, name in parts.items()}
    order: Any = mapping.order
    others = {**words, "year": _whole_years(words.get("year", ""), mapping)}
    if not words.get("date"):
        found = _of_parts(others, parts.get("time"))
    else:
        text = _whole_years(words["date"], mapping)
        known = _known_parts(others) if len(parts) > 1 else None
        found = free_text.beside(text, known, order) if known else free_text.read(text, order)
        found = free_text.timed(found, words["time"], parts["time"]) if words.get("time") else found
    return _as_meant(found, mapping)


def _as_meant(found: OthersDate, mapping: Columns) -> OthersDate:
    """Take away the midnight or the first day that stands for nothing, by the mapping's choice, and note how it was written."""
    if mapping.midnight:
        found = replace(found, questions=tuple(one for one in found.questions if one != free_text.ASKED_MIDNIGHT))
    day = free_text.MIDNIGHT.sub("", found.date) if mapping.midnight == "days" else found.date
    made = day_order.without_first_day(day, mapping.first_days)
    if made == found.date:
        return found
    meant = [f"first days of {'years or months' if mapping.first_days == 'both' else mapping.first_days}"] if made != day else []
    meant += ["midnights for days"] if day != found.date else []
    note = "; ".join(filter(None, (found.note, f"written {found.date}, in a column of {' and '.join(meant)}")))
    return replace(found, date=made, note=note)


def _of_parts(parts: Mapping[str, str], time_column: str | None) -> OthersDate:
    """Join parts; the year may be told with its era."""
    year, more = parts["year"], (parts.get("month"), parts.get("day"))
    if era := re.fullmatch(r"(?i)(?:ad|a\.d\.|ce)?\s*(\d+)\s*(bce?|b\.c\.(?:e\.)?|ad|a\.d\.|ce)?", year):
        before = (era[2] or "").lower().startswith("b")
        found = free_text.of_parts(f"-{int(era[1])}" if before else era[1], *more)
        found = replace(found, questions=()) if not year.isdecimal() else found
    else:
        found = free_text.of_parts(year, *more)
    return free_text.timed(found, parts["time"], time_column) if time_column and parts.get("time") else found


def _known_parts(parts: Mapping[str, str]) -> OthersDate | None:
    """Read the parts that stand beside a whole date, as many of them as are a date; None where the year is none."""
    for known in (parts, {"year": parts["year"]}):
        with suppress(DateUnread):
            return _of_parts(known, None)
    return None


def _whole_years(text: str, mapping: Columns) -> str:
    """Give a year of two digits its century, where the mapping says one."""
    if mapping.century is None:
        return text
    order: Any = mapping.order
    if found := re.fullmatch(r"(?P<year>\d\d)", text) or free_text.short_year(text, order):
        return f"{text[: found.start('year')].rstrip(APOSTROPHES)}{mapping.century + int(found['year'])}{text[found.end('year') :]}"
    return text
