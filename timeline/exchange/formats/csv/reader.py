"""Any CSV or TSV, by a mapping of its columns. Must not open files.

Owns where the header is: in the first row, below a title, or nowhere.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from timeline.exchange.formats.csv import own_exports
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.tables import columns, guessing, mapping, records
from timeline.exchange.tables.mapping import Columns
from timeline.exchange.tables.records import Record

_WIDEST = 10_000  # columns
_SEARCHED = 20  # rows among which the header is looked for


def read(text: str, **options: object) -> Read:
    """Read a table. Options: `mapping` (Columns; guessed where there is none), `format` (csv or tsv)."""
    if text.lstrip().startswith("<"):
        raise ImportRefused("is a web page rather than a table. Open it in a spreadsheet, save that as CSV, and import it")
    told = text[4] if text[:4].lower() == "sep=" and text[4:5] in records.DELIMITERS else None
    delimiter = "\t" if options.get("format") == "tsv" else told or own_exports.delimiter_of(text) or records.delimiter_of(text)
    found = records.records(text, delimiter, _WIDEST)
    beginning = list(islice(found, _SEARCHED))
    first = next((one for one in beginning if not one.is_blank), None)
    if first is None:
        raise ImportRefused("there is no header. Put the names of the columns in its first row")
    given = options.get("mapping")
    given = given if isinstance(given, Columns) else None
    header = _header([one for one in beginning if not one.is_blank], given)
    widest = max(len(one.cells) for one in beginning)
    names = tuple(f"column {n}" for n in range(1, widest + 1)) if header is None else records.headed(header)
    above = [one for one in beginning if header is not None and one.number < header.number and not one.is_blank]
    kept, refused, blank = _kept([*beginning, *found], header, names)
    notes = [_above(above, header)] if above and header else []
    notes += [f"{blank:,} row{'s' if blank > 1 else ''} without a word passed over"] if blank else []
    if given is None and own_exports.is_ours(names):
        ours = [*(own_exports.row(*one) for one in kept), *refused]
        return Read(sorted(ours, key=lambda row: row.number), None, (*notes, own_exports.NOTE))
    mapped = given or columns.guess(kept, names, headless=header is None)
    if absent := sorted(mapped.used() - set(names)):
        raise ImportRefused(f'there is no column "{absent[0]}". {mapping.nearest(absent[0], names)}. Correct the mapping')
    advance: Any = options.get("advance") or (lambda _: None)
    made = columns.rows(kept, mapped, advance)
    notes += columns.notes(kept, mapped, made)
    rows = sorted([*made, *refused], key=lambda row: row.number)
    return Read(rows, None, tuple(notes), *(() if given else (mapped.written(), mapped.to_be_kept(names))))


def _header(beginning: Sequence[Record], given: Columns | None) -> Record | None:
    """Find the row that names the columns: the one with all that are mapped, or that is like one; None where there is none."""
    if given:
        fitting = (one for one in beginning if given.used() <= set(records.headed(one)))
        return None if given.headless else next(fitting, beginning[0])
    likely = next((one for one in beginning if guessing.is_header(records.headed(one))), None)
    if likely is None and guessing.is_no_header(beginning[0].cells):
        return None
    wide = next((one for one in beginning if sum(map(bool, one.cells)) > 1), beginning[0])
    return likely or wide


def _kept(found: Sequence[Record], header: Record | None, names: Sequence[str]) -> tuple[list[columns.Cells], list[Row], int]:
    """Give the records with their cells by column, those that are the header again, and how many are blank."""
    kept, refused, blank = list[columns.Cells](), list[Row](), 0
    for record in found:
        if record.is_blank:
            blank += 1
        elif header is not None and record.number <= header.number:
            continue
        elif header is not None and record.cells == header.cells:
            refused.append(Row(record.number, record.start, record.end, refused="is the header again"))
        else:
            more = record.cells[len(names) :]
            cells = dict(zip(names, record.cells, strict=False))
            cells.update({f"column {n}": cell for n, cell in enumerate(more, start=len(names) + 1)})
            doubts = (*record.doubts, *(("has more cells than the header",) if any(more) else ()))
            kept.append(columns.Cells(record.number, record.start, record.end, cells, doubts))
    return kept, refused, blank


def _above(above: Sequence[Record], header: Record) -> str:
    words = " / ".join(" ".join(" ".join(one.cells).split())[:60] for one in above)[:200]
    if len(above) == 1:
        return f"row {above[0].number} stands above the header, which is row {header.number}, and is passed over: {words}"
    rows = f"rows {above[0].number} to {above[-1].number}"
    return f"{rows} stand above the header, which is row {header.number}, and are passed over: {words}"
