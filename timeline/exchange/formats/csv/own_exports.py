"""A table that `timeline export csv` wrote: read to the letter without any mapping, with the ids that its happenings had.

Owns how it is known, and how our own cells become fields again. Must not guess anything, but for a date that was changed by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from timeline import dates, fields
from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.errors import DateInvalid
from timeline.exchange.importing.record_builder import IN_ROW, RETRACTED, Building, scalar
from timeline.exchange.importing.row import Row
from timeline.exchange.tables import records
from timeline.exchange.tables.joined_cells import parted, unguarded

NOTE: Final = "a timeline wrote it: its columns are known, and its ids are kept"
_KNOWN_BY: Final = frozenset(("id", "title", "date", "date_in_words", "part_of", "attributed_to", "related"))
_LISTS: Final = fields.LISTS[:-1]  # without the citations, which are not read
_READ: Final = frozenset(("id", "date", *fields.TEXTS, *_LISTS, "date_in_words", "instant", "earliest", "latest", "status"))


def is_ours(columns: Sequence[str]) -> bool:
    """Whether a table with these columns is one that a timeline wrote, even if some of them were taken away."""
    return set(columns) >= _KNOWN_BY


def delimiter_of(text: str) -> str | None:
    """Give the delimiter of a table that a timeline wrote, which a spreadsheet may have changed; None for any other table."""
    for one in records.DELIMITERS:
        first = next(records.records(text, one), None)
        if first is not None and is_ours(first.cells):
            return one
    return None


def row(number: int, start: int, end: int, cells: Mapping[str, str], doubts: tuple[str, ...]) -> Row:
    """Read a row."""
    build = Building()
    said = {name: unguarded(cell) for name, cell in cells.items()}
    key = scalar(said.get("id"))
    _date(build, said.get("date", ""))
    for name in fields.TEXTS:
        build.exact(name, said.get(name))
    for name in _LISTS:
        if values := _several(name, said.get(name, "")):
            build.fields[name] = values
    build.titled("title")
    if cells.get("status") == "retracted":
        build.refuse(f"{RETRACTED}: {said.get('reason') or 'no reason is known'}")
    for column, cell in cells.items():
        if column not in _READ:
            build.drop(column, cell, IN_ROW)
    for doubt in doubts:
        build.ask("", doubt)
    return build.row(number, start, end, key=key, id=key)


def _date(build: Building, cell: str) -> None:
    """Set the date; whoever changed it by hand may write it as people do."""
    try:
        build.fields["date"] = dates.parse(cell).text
    except DateInvalid:
        try:
            build.date(free_text.read(cell))
        except DateUnread as error:
            build.refuse(error)


def _several(name: str, cell: str) -> list[Any]:
    found = parted(cell)
    if name == "actors":
        return [{"name": one, "role": role} if role else one for one, role in found]
    if name == "related":
        return [{"other": one, "relation": relation} if relation else one for one, relation in found]
    return [f"{one} ({more})" if more else one for one, more in found]
