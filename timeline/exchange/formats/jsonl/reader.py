"""Read JSON Lines, an object on each line, or one list of objects. The keys are the columns of a mapping. Must not open files."""

import re
from collections.abc import Iterator
from typing import Final

from timeline import documents
from timeline.errors import ImportRefused
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.tables import columns
from timeline.exchange.tables.columns import Cells
from timeline.exchange.tables.mapping import Columns
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece

MAXIMUM_BYTES: Final = documents.MAXIMUM_IMPORTED
_BUNDLE: Final = ("source", "happening", "part")  # the keys with which a bundle begins
_LISTS: Final = ("data", "items", "records", "rows", "results", "events", "incidents", "value")
_NO_OBJECT: Final = "is not a JSON object"
_LINE: Final = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


def read(text: str, **options: object) -> Read:
    """Read one object from each line. A line that is not an object is refused; the others are read. Options as for tables.

    A text that is one list of objects, or has one under a key such as "data", is read by its items, numbered from 1.
    """
    items = _items(text)
    lines = _lines(text) if items is None else ((number, item, _NO_OBJECT) for number, item in enumerate(items, start=1))
    table, refused, names = Packed[Cells](), list[Row](), dict[str, None]()
    for number, piece, reason in lines:
        if isinstance(piece.value, dict):
            cells = dict(columns.texts(piece.value.items()))
            names.update(dict.fromkeys(cells))
            table.append(Cells(number, piece.start, piece.end, cells))
        else:
            refused.append(Row(number, piece.start, piece.end, refused=reason))
    if table and any(table[0].cells.get(name, "").startswith("{") for name in _BUNDLE):
        raise ImportRefused("is a bundle, which is appended and not imported: timeline append FILE")
    if not table and refused:
        more = "; no other line is a JSON object either, so this is not JSON Lines" if refused[1:] else ""
        raise ImportRefused(f"line {refused[0].number}", f"{refused[0].refused}{more}")
    if not table:
        raise ImportRefused("is empty. Write a JSON object on each line")
    mapping = options.get("mapping")
    mapping = mapping if isinstance(mapping, Columns) else None
    read = columns.read(table, list(names), refused, mapping, word="key")
    return read._replace(media_type="application/json" if items else "")


def _lines(text: str) -> Iterator[tuple[int, Piece, str]]:
    """Yield each line that is not blank: its number, its value, and why it is refused if that is not an object."""
    for number, line in enumerate(_LINE.finditer(text), start=1):
        if not line[1].strip():
            continue
        try:
            value, reason = json_text.document(line[1]).value, _NO_OBJECT
        except ImportRefused as error:
            value, reason = None, error.reason
        yield number, Piece(value, *line.span(1)), reason


def _items(text: str) -> list[Piece] | None:
    """Return the items of the list of objects that a text is or holds. Return None for JSON Lines, or if it is not JSON."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    if len(text) > documents.MAXIMUM_BYTES:  # more than can be held as one value
        first = next(_lines(text))[1]
        if isinstance(first.value, dict) and text[first.end :].strip():
            return None
        most = f"{documents.MAXIMUM_BYTES // 1_000_000} MB"
        raise ImportRefused(f"larger than {most}, and not one JSON object on each line. Import it in parts, or as JSON Lines")
    try:
        document = json_text.document(text)
    except ImportRefused:
        if text.lstrip().startswith("[") and not re.match(r"\s*\[.*\]\s*$", text.lstrip().split("\n")[0]):
            raise
        return None
    candidates = [document, *(json_text.member(text, document, name) for name in _LISTS)]
    lists = (json_text.elements(text, candidate) for candidate in candidates if candidate)
    return next((items for items in lists if any(isinstance(item.value, dict) for item in items)), None)
