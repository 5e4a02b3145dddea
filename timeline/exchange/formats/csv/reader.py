"""Read any CSV or TSV by a mapping of its columns, and our own exports of CSV exactly, without a mapping.

Owns where the header is: in the first row, below a title, or nowhere. A table that `timeline export csv` wrote is recognised by its
columns; its happenings keep their ids. Must not open files.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

from timeline import dates, documents, fields
from timeline.dates import free_text
from timeline.errors import DateInvalid, ImportRefused
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import RETRACTED, Building, scalar
from timeline.exchange.tables import columns, guessing, records
from timeline.exchange.tables.cells import split_joined, unguarded
from timeline.exchange.tables.columns import Cells
from timeline.exchange.tables.mapping import Columns
from timeline.exchange.tables.records import Record

MAXIMUM_BYTES: Final = documents.MAXIMUM_IMPORTED
_WIDEST: Final = 10_000  # columns
_SEARCHED: Final = 20  # first rows in which the header may be
_OURS: Final = frozenset(("id", "title", "date", "date_in_words", "part_of", "attributed_to", "related"))
_LISTS: Final = fields.LISTS[:3]  # without pictures and citations, which are not read
_FIELDS: Final = frozenset(("id", "date", *fields.TEXTS, *_LISTS, "date_in_words", "instant", "earliest", "latest", "status"))


def read(text: str, **options: object) -> Read:
    """Read a table. Options: `mapping` (Columns; otherwise guessed), `format` (csv or tsv), `advance`."""
    if text.lstrip().startswith("<"):
        raise ImportRefused("is a web page rather than a table. Open it in a spreadsheet, save that as CSV, and import it")
    stated = text[4] if text[:4].lower() == "sep=" and text[4:5] in records.DELIMITERS else None
    delimiter = "\t" if options.get("format") == "tsv" else stated or _delimiter_of_export(text) or records.delimiter_of(text)
    return of_records(records.records(text, delimiter, _WIDEST), mapping=options.get("mapping"), advance=options.get("advance"))


def of_records(rest: Iterator[Record], notes: Sequence[str] = (), **options: object) -> Read:
    """Read the records of a table, the header among them, with what is already known of it. Options as above."""
    beginning = list(islice(rest, _SEARCHED))
    filled = [record for record in beginning if not record.is_blank]
    if not filled:
        raise ImportRefused("there is no header. Put the names of the columns in its first row")
    mapping = options.get("mapping")
    mapping = mapping if isinstance(mapping, Columns) else None
    header = _header(filled, mapping)
    widest = max(len(record.cells) for record in beginning)
    names = tuple(f"column {n}" for n in range(1, widest + 1)) if header is None else records.headed(header)
    above = [record for record in filled if header is not None and record.number < header.number]
    table, refused, blank = _below(header, chain(beginning, rest), names)
    notes = [*notes, *([_above(above, header)] if above and header else [])]
    notes += [f"{blank:,} empty row{'s' if blank > 1 else ''} skipped"] if blank else []
    if mapping is None and set(names) >= _OURS:
        rows = columns.in_order(Packed(map(_row, table)), refused)
        return Read(rows, None, (*notes, "a timeline wrote it: its columns are known, and its ids are kept"))
    advance: Any = options.get("advance") or (lambda _: None)
    return columns.read(table, names, refused, mapping, notes, headless=header is None, advance=advance)


def _header(beginning: Sequence[Record], mapping: Columns | None) -> Record | None:
    """Return the row with all the mapped columns, or without a mapping the one most like a header. None if there is no header."""
    if mapping:
        fitting = (record for record in beginning if mapping.mapped_columns() <= set(records.headed(record)))
        return None if mapping.headless else next(fitting, beginning[0])
    likely = next((record for record in beginning if guessing.is_header(records.headed(record))), None)
    if likely is None and guessing.is_no_header(beginning[0].cells):
        return None
    wide = next((record for record in beginning if sum(map(bool, record.cells)) > 1), beginning[0])
    return likely or wide


def _below(header: Record | None, table: Iterable[Record], names: Sequence[str]) -> tuple[Packed[Cells], list[Row], int]:
    """Return the records below the header by column, the rows that repeat the header, and the number of blank records."""
    below, refused, blank = Packed[Cells](), list[Row](), 0
    for record in table:
        if record.is_blank:
            blank += 1
        elif header is not None and record.number <= header.number:
            continue
        elif header is not None and record.cells == header.cells:
            refused.append(Row(record.number, record.start, record.end, refused="repeats the header"))
        else:
            more = record.cells[len(names) :]
            cells = dict(zip(names, record.cells, strict=False))
            cells.update({f"column {n}": cell for n, cell in enumerate(more, start=len(names) + 1)})
            doubts = (*record.doubts, *(("has more cells than the header",) if any(more) else ()))
            merged = frozenset(names[at] for at in record.merged if at < len(names))
            below.append(Cells(record.number, record.start, record.end, cells, doubts, merged))
    return below, refused, blank


def _above(above: Sequence[Record], header: Record) -> str:
    words = " / ".join(" ".join(" ".join(record.cells).split())[:60] for record in above)[:200]
    if len(above) == 1:
        return f"row {above[0].number} is above the header, which is row {header.number}, and is skipped: {words}"
    rows = f"rows {above[0].number} to {above[-1].number}"
    return f"{rows} are above the header, which is row {header.number}, and are skipped: {words}"


# Our own exports


def _delimiter_of_export(text: str) -> str | None:
    """Return the delimiter of our own export, which a spreadsheet may have changed. None for any other table."""
    for delimiter in records.DELIMITERS:
        first = next(records.records(text, delimiter), None)
        if first is not None and set(first.cells) >= _OURS:
            return delimiter
    return None


def _row(record: Cells) -> Row:
    """Read a row of our own export."""
    build = Building()
    cells = {name: unguarded(cell) for name, cell in record.cells.items()}
    key = scalar(cells.get("id"))
    _set_date(build, cells.get("date", ""))
    for name in fields.TEXTS:
        build.exact(name, cells.get(name))
    for name in _LISTS:
        if values := _values(name, cells.get(name, "")):
            build.fields[name] = values
    build.require_title("title")
    if record.cells.get("status") == "retracted":
        build.refuse(f"{RETRACTED}: {cells.get('reason') or 'no reason is known'}")
    build.drop_others(record.cells, _FIELDS)
    for doubt in record.doubts:
        build.ask("", doubt)
    return build.row(record.number, record.start, record.end, key=key, id=key)


def _set_date(build: Building, cell: str) -> None:
    """Set the date. Somebody may have changed it by hand, in words."""
    try:
        build.fields["date"] = dates.parse(cell).text
    except DateInvalid:
        build.date(lambda: free_text.read(cell))


def _values(name: str, cell: str) -> list[Any]:
    pairs = split_joined(cell)
    if name == "actors":
        return [{"name": value, "role": role} if role else value for value, role in pairs]
    if name == "related":
        return [{"other": value, "relation": relation} if relation else value for value, relation in pairs]
    return [f"{value} ({detail})" if detail else value for value, detail in pairs]
