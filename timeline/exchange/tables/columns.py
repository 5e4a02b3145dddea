"""Convert the cells of records to rows by a mapping, for tables and JSON Lines alike.

Owns how cells become fields. Must not know how a record is written in the file. `dates` reads the dates.
"""

import json
import re
from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from itertools import pairwise
from typing import Any, Final, NamedTuple

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.dates.free_text.days import EITHER_ORDER, GUESSED_CENTURY, NO_CENTURY
from timeline.dates.free_text.result import ASKED_MIDNIGHT
from timeline.errors import ImportRefused, Sentence, kind_of
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import IN_ROW, title_from
from timeline.exchange.tables import dates, guessing
from timeline.exchange.tables.dates import FIRST_DAY, FIRST_OF_MONTH
from timeline.exchange.tables.mapping import DATES, LISTS, Columns, is_zone, nearest
from timeline.exchange.text import html_text

LONGEST: Final = 500  # characters of a title
_FORMULA: Final = re.compile(r"=\s*[A-Za-z(+\-\"\d$].*", re.S)
_ANSWERS: Final[Mapping[str, str]] = {
    EITHER_ORDER: "if all dates are day/month, write in the mapping dates: {order: dmy}; if month/day, {order: mdy}",
    **dict.fromkeys(
        (NO_CENTURY, GUESSED_CENTURY), "if all years of two digits are of one century, write in the mapping dates: {century: 1900}"
    ),
    FIRST_DAY: "if each 1 January means its year, write in the mapping dates: {first_days: years}; if none, days",
    FIRST_OF_MONTH: "if each first means its month, write in the mapping dates: {first_days: months}, or both",
    ASKED_MIDNIGHT: "if midnight means an unknown time, write in the mapping dates: {midnight: days}; if not, times",
}
"""How the mapping can answer a question for the whole file."""
_HTML: Final[Mapping[str, str]] = {"link": "text is plain, without links", "img": "a happening shows no pictures"}
_HYPERLINK: Final = re.compile(r'=\s*HYPERLINK\(\s*"(?P<url>[^"]*)"\s*[,;]\s*"(?P<label>(?:[^"]|"")*)"\s*\)', re.I)
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s/]")
_DEGREES: Final = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,20})?)\s*°?")

_BOTH: Final = re.compile(r"\(?\s*(?P<latitude>[+-]?\d+(?:\.\d+)?\s*°?)\s*[,;\s]\s*(?P<longitude>[+-]?\d+(?:\.\d+)?\s*°?)\s*\)?")
Advance = Callable[[int], None]


class Cells(NamedTuple):
    """One record: its number, its slice of the text, and its cells by column."""

    number: int
    start: int
    end: int
    cells: Mapping[str, str]
    doubts: tuple[str, ...] = ()
    merged: frozenset[str] = frozenset()
    """The columns whose value is that of a merged cell, which begins in a row above."""


def read(
    records: Sequence[Cells],
    names: Sequence[str],
    refused: Sequence[Row],
    mapping: Columns | None,
    earlier_notes: Sequence[str] = (),
    *,
    headless: bool = False,
    word: str = "column",
    advance: Advance = lambda _: None,
) -> Read:
    """Read records by a mapping, or by a guessed one, and put them among the refused rows in the file's order.

    Raises ColumnsUnknown, or ImportRefused if the mapping names a column that is not there.
    """
    used = mapping or guess(records, names, headless=headless)
    if absent := sorted(used.mapped_columns() - set(names)):
        raise ImportRefused(f'there is no {word} "{absent[0]}". {nearest(absent[0], names)}. Correct the mapping')
    in_use = replace(used, order=_order(records, used)) if mapping else used
    made = rows(records, in_use, advance)
    guessed = ("", "") if mapping else (used.to_yaml(), used.draft(names))
    noted = (*earlier_notes, *notes(records, used, made, in_use.order))
    return Read(in_order(made, refused), None, noted, *guessed)


def in_order(rows: Sequence[Row], refused: Sequence[Row]) -> Sequence[Row]:
    """Put refused rows among the others, in the file's order."""
    return Packed(merge(rows, refused, key=lambda row: row.number)) if refused else rows


def guess(records: Sequence[Cells], names: Sequence[str], *, headless: bool = False) -> Columns:
    """Guess a mapping by the names and contents of the columns. Raises ColumnsUnknown."""
    sample = records[:: max(1, len(records) // guessing.SAMPLE)]  # from the whole table: the first rows may be unlike the others
    mapping = guessing.guess(names, [record.cells for record in sample], headless=headless)
    return replace(mapping, order=_order(records, mapping))


def rows(records: Sequence[Cells], mapping: Columns, advance: Advance = lambda _: None) -> Packed[Row]:
    """Make a row of each record. Calls `advance` with the length of each."""
    used, above = mapping.mapped_columns(), dict[str, str]()
    made, days = Packed[Row](), bytearray()
    numbers, keys, words = array("q"), array("q"), array("q")  # of the keys and of the words of a row, only the hashes
    for record in records:
        cells, filled = dates.filled(record.cells, mapping, above)
        row = _row(record._replace(cells=cells), mapping, used)
        filled = filled or not record.merged.isdisjoint(dates.columns_of_dates(mapping))
        if filled and row.refused is None:
            note = "; ".join(filter(None, (row.fields.get("date_note"), "the date is that of the row above")))
            row = row._replace(fields={**row.fields, "date_note": note})
        made.append(row)
        numbers.append(record.number)
        keys.append(hash(row.key or ""))
        words.append(hash(tuple(record.cells.values())))
        days.append(dates.kind_of_day(row.fields.get("date", "")))
        advance(record.end - record.start)
    about_days = {} if mapping.first_days else dates.first_day_questions(days)
    same_key, same_words = _repeats(keys), _repeats(words)
    if not (about_days or same_key or same_words):
        return made
    at = -1
    for number, block in made.blocks():
        for place, row in enumerate(block):
            at += 1
            asked = [("date", about_days[days[at]])] if days[at] in about_days else []
            if at in same_words:
                question = Sentence("repeats row {} word for word. Remove one if it is there by mistake", numbers[same_words[at]])
                asked.insert(0, ("", question))
            if at in same_key and row.key:
                asked.insert(0, ("key", Sentence('"{}" is the key of row {} as well', row.key, numbers[same_key[at]])))
            if asked:
                block[place] = row._replace(questions=(*row.questions, *asked))
        made.put(number, block)
    return made


def _repeats(hashes: Sequence[int]) -> dict[int, int]:
    """Return the places of values that were there before, each with the first place of its value."""
    first = dict[int, int]()
    for one, other in pairwise(sorted(range(len(hashes)), key=hashes.__getitem__)):
        if hashes[one] == hashes[other]:
            first[other] = first.get(one, one)
    return first


def notes(records: Sequence[Cells], mapping: Columns, made: Sequence[Row], order: str | None) -> Iterator[str]:
    """Yield notes about the whole file, and entries of the mapping that would answer its questions. `order` is that in use."""
    by_comma, key, used = replace(mapping, separator=","), mapping.columns.get("key"), mapping.mapped_columns()
    unused = dict.fromkeys(name for record in records[: guessing.SAMPLE] for name in record.cells if name not in used)
    joined, lacking, links, questions = "", 0, Counter[str](), set[Hashable]()
    counts_rows = len(records) > 1 and isinstance(key, str)
    for number, (record, row) in enumerate(zip(records, made, strict=True), start=1):
        counts_rows = counts_rows and record.cells.get(str(key)) == str(number)
        lacking += not dates.is_filled(record.cells, mapping)
        for name in unused:
            links[name] += bool(_WEB_ADDRESS.match(record.cells.get(name, "").strip()))
        if not joined and "actors" in row.fields:
            joined = next((name for name in row.fields["actors"] if len(by_comma.split(name)) > 1), "")
        questions |= {kind_of(words) for _, words in row.questions}
    if "title" not in mapping.columns and "title" not in mapping.constants:
        yield f'no column is a title: the first line of "{mapping.columns.get("summary")}" is used'
    if order and mapping.order is None:
        yield f"days and months are read as {order}, because some dates can only be read that way"
    if joined:
        yield f'"{joined[:60]}" is read as one name: if commas separate names, write in the mapping separator: ","'
    if counts_rows:
        yield f'"{key}" counts the rows: if the numbers change when a row is inserted, remove the key from the mapping'
    if mapping.empty is None and lacking and records and dates.is_filled(records[0].cells, mapping):
        rows = "1 row has no date" if lacking == 1 else f"{lacking:,} rows have no date"
        yield f"{rows}: if cells were merged, write in the mapping dates: {{empty: above}}"
    for name in filter(links.__getitem__, unused):  # the addresses may be those of sources
        rows = "1 row has an address" if links[name] == 1 else f"{links[name]:,} rows have an address"
        yield f'{rows} in "{name[:60]}", which is not imported. To cite that page: timeline archive --fetch ADDRESS'
    yield from dict.fromkeys(answer for question, answer in _ANSWERS.items() if question in questions)


def texts(members: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Write JSON values as cells."""
    for name, value in members:
        if isinstance(value, list):
            yield name, "; ".join(map(str, value))
        else:
            yield name, "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _order(records: Iterable[Cells], mapping: Columns) -> Any:  # noqa: ANN401 - an Order, or a str in Columns
    column = dates.date_column(mapping)
    return mapping.order or (dates.order_of(record.cells.get(column, "") for record in records) if column else None)


def _row(record: Cells, mapping: Columns, used: set[str]) -> Row:
    dropped = [(column, value, IN_ROW) for column, value in record.cells.items() if column not in used and value.strip()]
    questions = [("", doubt) for doubt in record.doubts]
    fields: dict[str, Any] = dict(mapping.constants)
    refused: str | None = None
    for name, column in mapping.columns.items():
        if name in DATES or not isinstance(column, str) or not (value := record.cells.get(column, "").strip()):
            continue
        if link := _HYPERLINK.fullmatch(value):
            dropped.append((column, link["url"], _HTML["link"]))
            value = link["label"].replace('""', '"')
        elif _FORMULA.fullmatch(value):
            questions.append((name, "it begins like a formula: if it is one, save the table with its values"))
        plain = html_text.plain(value) if name == "summary" else html_text.one_line(value)
        dropped += [(column, text, _HTML.get(tag, f"it is in the HTML tag {tag}")) for tag, text, _ in plain.dropped]
        if plain.text and name in LISTS:
            fields[name] = [text for part in mapping.split(value) if (text := html_text.one_line(part).text)]
        elif plain.text:
            fields[name] = plain.text
    for name in LISTS:
        if isinstance(constant := fields.get(name), str):
            fields[name] = mapping.split(constant)
    key = fields.pop("key", None)
    _check_coordinates(fields, dropped)
    try:
        date, date_questions = dates.date(record.cells, mapping)
    except DateUnread as error:
        refused = error.reason
    else:
        questions += date_questions
        fields["date"] = date.date
        if note := "; ".join(filter(None, (fields.get("date_note"), date.note))):
            fields["date_note"] = note
        _check_zone(fields, date, dropped)
    _check_title(fields, questions, has_column="title" in mapping.columns)
    if not fields.get("title"):
        untitled = Sentence("there is no title")
        refused = Sentence("{}; {}", untitled, Sentence(refused)) if refused else untitled
    return Row(record.number, record.start, record.end, "happening", fields, key, tuple(dropped), tuple(questions), refused)


def _check_title(fields: dict[str, Any], questions: list[tuple[str, str]], *, has_column: bool) -> None:
    """Cut a title that is too long to be shown. Make a missing one of the first line of the summary."""
    title = fields.get("title", "")
    if not title and (first := title_from(fields.get("summary", ""))):
        fields["title"] = first
        if has_column:
            questions.append(("title", "there is none: the first line of the summary is used"))
    elif len(title) > LONGEST:
        fields["title"] = f"{title[: LONGEST - 1].rstrip()}…"
        questions.append(("title", f"it is longer than {LONGEST} characters, and cut there. The cited row has all of it"))


def _check_coordinates(fields: dict[str, Any], dropped: list[tuple[str, str, str]]) -> None:
    """Set both coordinates, in degrees with a decimal point, or neither."""
    values: dict[str, str] = {name: fields.pop(name) for name in ("latitude", "longitude") if name in fields}
    if (both := _BOTH.fullmatch(values.get("latitude", ""))) and values["latitude"] == values.get("longitude"):
        values = both.groupdict()  # both are mapped to one column
    degrees = dict[str, str]()
    for name, value in values.items():
        match = _DEGREES.fullmatch(re.sub(r"^([+-]?\d{1,3}),(\d+)(?=\s*°?$)", r"\1.\2", value))
        if match and abs(float(match[1])) <= (90 if name == "latitude" else 180):
            degrees[name] = match[1].removeprefix("+")
        else:
            dropped.append((name, value, "it is not in degrees, such as 48.2082"))
    if len(degrees) == 2:
        fields |= degrees
    else:
        dropped += [(name, value, "a place needs both latitude and longitude") for name, value in degrees.items()]


def _check_zone(fields: dict[str, Any], date: free_text.OthersDate, dropped: list[tuple[str, str, str]]) -> None:
    """Set a zone only beside a time of day without a shift of its own."""
    cell = fields.pop("zone", None)
    zone = date.zone or cell
    if not zone:
        return
    if "T" in date.date and not any(free_text.shifts(date.date)) and is_zone(zone):
        fields["zone"] = zone
    elif cell:
        timed = "T" in date.date
        dropped.append(("zone", cell, "it is not a time zone such as Europe/Paris" if timed else "there is no time of day"))
