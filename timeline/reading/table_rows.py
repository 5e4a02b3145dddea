"""A quoted row of a table as its cells, each under the name of its column.

Owns that reading, for people alone: the quotation is the row as the file has it. Must not read a database.
"""

import csv
from typing import Final

from timeline.reading.records import Quotation

DELIMITERS: Final = {"text/csv": ",;\t|", "text/tab-separated-values": "\t"}


def cells(quotation: Quotation) -> list[tuple[str, str]] | None:
    """Return (column, cell) for the cells of a quoted row that are not empty.

    None if it is no row of a table with named columns, or only a part of one.
    """
    source, text = quotation.source, quotation.quote
    if source.media_type not in DELIMITERS or not source.head or not quotation.is_entry:
        return None
    if quotation.prefix and quotation.prefix[-1] not in "\r\n":  # without its first cells, which are empty
        return None
    head = source.head.removeprefix("\ufeff")
    first = head.splitlines()[0] if head.splitlines() else ""
    delimiter = max(DELIMITERS[source.media_type], key=first.count)
    try:
        names = next(csv.reader(head.splitlines(keepends=True), delimiter=delimiter), [])
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != 1 or not 1 < len(rows[0]) <= len(names):
        return None
    return [(name.strip() or "–", cell.strip()) for name, cell in zip(names, rows[0], strict=False) if cell.strip()]
