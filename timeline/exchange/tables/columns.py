"""From the cells of one record, by a mapping, to a row: the same for tables and for JSON Lines.

Owns how cells become fields. Must not know how the record was written in the file. Dates are column_dates'.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.dates.free_text.days import EITHER_ORDER, GUESSED_CENTURY, NO_CENTURY
from timeline.dates.free_text.result import ASKED_MIDNIGHT
from timeline.errors import Sentence, kind_of
from timeline.exchange.importing.record_builder import IN_ROW, titled
from timeline.exchange.importing.row import Row
from timeline.exchange.tables import dates, day_order, guessing
from timeline.exchange.tables.day_order import FIRST_DAY, FIRST_OF_MONTH
from timeline.exchange.tables.mapping import DATES, LISTS, Columns, is_zone
from timeline.exchange.text import html_text

LONGEST: Final = 500  # characters of a title
_FORMULA: Final = re.compile(r"=\s*[A-Za-z(+\-\"\d$].*", re.S)
_ANSWERS: Final[Mapping[str, str]] = {
    EITHER_ORDER: "if all dates are day/month, say in the mapping dates: {order: dmy}; if month/day, {order: mdy}",
    **dict.fromkeys(
        (NO_CENTURY, GUESSED_CENTURY), "if all years of two digits are of one century, say in the mapping dates: {century: 1900}"
    ),
    FIRST_DAY: "if each 1 January stands for its year, say in the mapping dates: {first_days: years}; if none, days",
    FIRST_OF_MONTH: "if each first stands for its month, say in the mapping dates: {first_days: months}, or both",
    ASKED_MIDNIGHT: "if midnight stands for no time known, say in the mapping dates: {midnight: days}; if not, times",
}
"""A question, and what in the mapping answers it for the whole file."""
_HTML: Final[Mapping[str, str]] = {"link": "text is plain, without links", "img": "a happening shows no pictures"}
_HYPERLINK: Final = re.compile(r'=\s*HYPERLINK\(\s*"(?P<url>[^"]*)"\s*[,;]\s*"(?P<label>(?:[^"]|"")*)"\s*\)', re.I)
_LINK: Final = re.compile(r"https?://[^\s/]")
_DEGREES: Final = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,20})?)\s*°?")

_BOTH: Final = re.compile(r"\(?\s*(?P<latitude>[+-]?\d+(?:\.\d+)?\s*°?)\s*[,;\s]\s*(?P<longitude>[+-]?\d+(?:\.\d+)?\s*°?)\s*\)?")
Advance = Callable[[int], None]


class Cells(NamedTuple):
    """One record with its slice, and its cells by column."""

    number: int
    start: int
    end: int
    cells: Mapping[str, str]
    doubts: tuple[str, ...] = ()


def guess(records: Sequence[Cells], names: Sequence[str], *, headless: bool = False) -> Columns:
    """Guess a mapping by what stands in the columns. Raises ColumnsUnknown."""
    spread = records[:: max(1, len(records) // guessing.SAMPLE)]  # over the whole table: the first rows may be unlike the others
    made = guessing.guess(names, [one.cells for one in spread], headless=headless)
    return replace(made, order=_order(records, made))


def rows(records: Sequence[Cells], mapping: Columns, advance: Advance = lambda _: None) -> list[Row]:
    """Make a row of each record; `advance` is told how long each was."""
    mapping = replace(mapping, order=_order(records, mapping))
    used, above, keys, seen = mapping.used(), dict[str, str](), dict[str, int](), dict[int, int]()
    made = list[Row]()
    for one in records:
        cells, filled = dates.filled(one.cells, mapping, above)
        row = _row(one._replace(cells=cells), mapping, used)
        if filled and row.refused is None:
            note = "; ".join(filter(None, (row.fields.get("date_note"), "the date is that of the row above")))
            row = replace(row, fields={**row.fields, "date_note": note})
        if row.key and (first := keys.setdefault(row.key, one.number)) != one.number:
            row = replace(row, questions=(*row.questions, ("key", Sentence('"{}" is the key of row {} as well', row.key, first))))
        if (twin := seen.setdefault(hash(tuple(one.cells.values())), one.number)) != one.number:
            asked = Sentence("is row {} word for word. Take one away if it is there by mistake", twin)
            row = replace(row, questions=(*row.questions, ("", asked)))
        made.append(row)
        advance(one.end - one.start)
    return made if mapping.first_days else day_order.ask_first_days(made)


def notes(records: Sequence[Cells], mapping: Columns, made: Sequence[Row]) -> Iterator[str]:
    """Say what is to be known of the file as a whole, and what the mapping can say of it that would answer questions."""
    if "title" not in mapping.columns and "title" not in mapping.constants:
        yield f'no column is a title: the first line of "{mapping.columns.get("summary")}" is taken'
    order = _order(records, mapping)
    if order and mapping.order is None:
        yield f"days and months are read as {order}, as the dates show that can be read in one way only"
    actors, by_comma = (name for row in made for name in row.fields.get("actors", ())), replace(mapping, separator=",")
    if joined := next((name for name in actors if len(by_comma.parted(name)) > 1), None):
        yield f'"{joined[:60]}" is taken as one name: if commas part names, say in the mapping separator: ","'
    key = mapping.columns.get("key")
    if isinstance(key, str) and len(records) > 1 and all(one.cells.get(key) == str(n) for n, one in enumerate(records, start=1)):
        yield f'"{key}" counts the rows: if it is counted anew when a row is inserted, take the key out of the mapping'
    lacking = sum(not dates.told(one.cells, mapping) for one in records)
    if mapping.empty is None and lacking and records and dates.told(records[0].cells, mapping):
        rows = "1 row has no date" if lacking == 1 else f"{lacking:,} rows have no date"
        yield f"{rows}: where cells were merged, say in the mapping dates: {{empty: above}}"
    yield from _addresses(records, mapping)
    asked = {kind_of(words) for row in made for _, words in row.questions}
    yield from dict.fromkeys(said for question, said in _ANSWERS.items() if question in asked)


def _addresses(records: Sequence[Cells], mapping: Columns) -> Iterator[str]:
    """Offer the addresses in columns that are not used, which may be those of sources."""
    used = mapping.used()
    for name in dict.fromkeys(name for one in records[: guessing.SAMPLE] for name in one.cells if name not in used):
        if links := sum(bool(_LINK.match(one.cells.get(name, "").strip())) for one in records):
            rows = "1 row has an address" if links == 1 else f"{links:,} rows have an address"
            yield f'{rows} in "{name[:60]}", which stays there. To cite what it leads to: timeline archive --fetch ADDRESS'


def texts(found: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Write values as cells have them."""
    for name, value in found:
        if isinstance(value, list):
            yield name, "; ".join(map(str, value))
        else:
            yield name, "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _order(records: Iterable[Cells], mapping: Columns) -> Any:  # noqa: ANN401 - one of others_dates' orders
    column = dates.whole(mapping)
    return mapping.order or (day_order.order_of(one.cells.get(column, "") for one in records) if column else None)


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
            questions.append((name, "it begins like a formula: save the table with its values if it is one"))
        read = html_text.plain(value) if name == "summary" else html_text.one_line(value)
        dropped += [(column, what, _HTML.get(tag, f"it is in a {tag} of HTML")) for tag, what, _ in read.dropped]
        if read.text and name in LISTS:
            fields[name] = [one for part in mapping.parted(value) if (one := html_text.one_line(part).text)]
        elif read.text:
            fields[name] = read.text
    for name in LISTS:
        if isinstance(told := fields.get(name), str):  # a constant
            fields[name] = mapping.parted(told)
    key = fields.pop("key", None)
    _see_coordinates(fields, dropped)
    try:
        date, asked = dates.date(record.cells, mapping)
    except DateUnread as error:
        refused = error.reason
    else:
        questions += asked
        fields["date"] = date.date
        if note := "; ".join(filter(None, (fields.get("date_note"), date.note))):
            fields["date_note"] = note
        _see_zone(fields, date, dropped)
    _see_title(fields, questions, asked="title" in mapping.columns)
    if not fields.get("title"):
        untitled = Sentence("there is no title")
        refused = Sentence("{}; {}", untitled, Sentence(refused)) if refused else untitled
    return Row(record.number, record.start, record.end, "happening", fields, key, tuple(dropped), tuple(questions), refused)


def _see_title(fields: dict[str, Any], questions: list[tuple[str, str]], *, asked: bool) -> None:
    """See that there is a title of a length that can be shown; where there is none, the summary begins with it."""
    title = fields.get("title", "")
    if not title and (first := titled(fields.get("summary", ""))):
        fields["title"] = first
        if asked:
            questions.append(("title", "there is none: the first line of the summary is taken"))
    elif len(title) > LONGEST:
        fields["title"] = f"{title[: LONGEST - 1].rstrip()}…"
        questions.append(("title", f"it is longer than {LONGEST} characters: cut there. It stands whole in the row that is cited"))


def _see_coordinates(fields: dict[str, Any], dropped: list[tuple[str, str, str]]) -> None:
    """Keep both coordinates, in degrees with a decimal point, or none of them."""
    told: dict[str, str] = {name: fields.pop(name) for name in ("latitude", "longitude") if name in fields}
    if (both := _BOTH.fullmatch(told.get("latitude", ""))) and told["latitude"] == told.get("longitude"):
        told = both.groupdict()  # one column that is mapped to the two of them
    made = dict[str, str]()
    for name, value in told.items():
        found = _DEGREES.fullmatch(re.sub(r"^([+-]?\d{1,3}),(\d+)(?=\s*°?$)", r"\1.\2", value))
        if found and abs(float(found[1])) <= (90 if name == "latitude" else 180):
            made[name] = found[1].removeprefix("+")
        else:
            dropped.append((name, value, "it is not in degrees, such as 48.2082"))
    if len(made) == 2:
        fields |= made
    else:
        dropped += [(name, value, "a place needs both latitude and longitude") for name, value in made.items()]


def _see_zone(fields: dict[str, Any], date: free_text.OthersDate, dropped: list[tuple[str, str, str]]) -> None:
    """Keep a zone only beside a time of day that has no shift of its own."""
    told = fields.pop("zone", None)
    zone = date.zone or told
    if not zone:
        return
    if "T" in date.date and not any(free_text.shifts(date.date)) and is_zone(zone):
        fields["zone"] = zone
    elif told:
        timed = "T" in date.date
        dropped.append(("zone", told, "it is no name of a time zone, such as Europe/Paris" if timed else "there is no time of day"))
