"""Read a sheet of a spreadsheet, XLSX or ODS, as any table is read: by a mapping of its columns, or by a guessed one.

Owns the choice of the sheet, and that a merged cell has its value in each of its rows. Must not open files: `capture` reads them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from timeline.documents.document import Table
from timeline.errors import ImportRefused
from timeline.exchange.formats.csv import reader as csv
from timeline.exchange.rows.row import Read
from timeline.exchange.tables.records import Record

_LISTED: Final = 8


def read(text: str, **options: object) -> Read:
    """Read a sheet. Options: `tables`, where its rows are in the text; `sheet`, its name if there are several; those of CSV."""
    tables: Any = options.get("tables") or ()
    chosen: Any = options.get("sheet")
    table = _choose_sheet(tables, chosen)
    notes = [f"the sheet “{table.name}” of {len(tables)}"] if len(tables) > 1 else []
    if merged := len(table.merged):
        cells = "1 merged cell has its" if merged == 1 else f"{merged:,} merged cells have their"
        notes.append(
            f"{cells} value in each row that it goes over" if merged == 1 else f"{cells} values in each row that they go over"
        )
    return csv.of_records(_records(text, table), notes, mapping=options.get("mapping"), advance=options.get("advance"))


def _choose_sheet(tables: Sequence[Table], name: str | None) -> Table:
    """Return the sheet with a name, or the only one. Raises ImportRefused, with the names."""
    listed = ", ".join(f"“{one.name}”" for one in tables[:_LISTED]) + (" …" if len(tables) > _LISTED else "")
    if not tables:
        raise ImportRefused("has no sheet with cells that are shown. Check what it is")
    if name is None:
        if len(tables) > 1:
            raise ImportRefused(f"has {len(tables)} sheets: {listed}. Name the one to import: --sheet '{tables[0].name}'")
        return tables[0]
    wanted = " ".join(name.split())
    for one in (*(one for one in tables if one.name == wanted), *(one for one in tables if one.name.lower() == wanted.lower())):
        return one
    raise ImportRefused(f'has no sheet "{wanted}" with cells that are shown. There are {listed}. Name one of them')


def _records(text: str, table: Table) -> Iterator[Record]:
    """Yield the rows of a sheet as records. A merged cell gives its value to the rows below its first."""
    begins = dict[int, list[tuple[int, int]]]()
    for column, first, last in table.merged:
        begins.setdefault(first, []).append((column, last))
    values = dict[int, tuple[int, str]]()  # by column, the last row of the merged cell, and its value
    for number, start, end in table.rows:
        cells = text[start:end].split("\t")
        merged = set[int]()
        for column, (last, value) in list(values.items()):
            if number > last:
                del values[column]
            else:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or value
                merged.add(column)
        values |= {at: (last, cells[at]) for at, last in begins.get(number, ()) if at < len(cells) and cells[at]}
        yield Record(number, start, end, tuple(cells), merged=frozenset(merged))
