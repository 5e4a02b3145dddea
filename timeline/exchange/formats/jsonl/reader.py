"""JSON Lines: an object on each line, its keys the columns of a mapping; or one list of such objects. Must not open files."""

import re
from typing import Final

from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.tables import columns, mapping
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece

_BUNDLE: Final = ("source", "happening", "part")  # with what a bundle begins
_LISTS: Final = ("data", "items", "records", "rows", "results", "events", "incidents", "value")
_LINE: Final = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


def read(text: str, **options: object) -> Read:
    """Read objects, one a line; a line that is none is refused, and the others are read. Options as for tables.

    A text that is one list of objects, or holds one as its "data", is read by its items, numbered from 1.
    """
    kept, bad, names = list[columns.Cells](), list[Row](), dict[str, None]()
    items = _items(text)
    for number, item in enumerate(items or (), start=1):
        if not isinstance(item.value, dict):
            bad.append(Row(number, item.start, item.end, refused="is not a JSON object"))
            continue
        cells = dict(columns.texts(item.value.items()))
        names.update(dict.fromkeys(cells))
        kept.append(columns.Cells(number, item.start, item.end, cells))
    for number, found in () if items else enumerate(_LINE.finditer(text), start=1):
        if not found[1].strip():
            continue
        start, end = found.span(1)
        try:
            said, why = json_text.document(found[1]).value, "is not a JSON object"
        except ImportRefused as error:
            said, why = None, error.reason
        if not isinstance(said, dict):
            bad.append(Row(number, start, end, refused=why))
            continue
        cells = dict(columns.texts(said.items()))
        names.update(dict.fromkeys(cells))
        kept.append(columns.Cells(number, start, end, cells))
    if kept and any(kept[0].cells.get(name, "").startswith("{") for name in _BUNDLE):
        raise ImportRefused("is a bundle, which is appended and not imported: timeline append FILE")
    if not kept and bad:
        more = "; no other line is a JSON object either, so this is not JSON Lines" if bad[1:] else ""
        raise ImportRefused(f"line {bad[0].number}", f"{bad[0].refused}{more}")
    if not kept:
        raise ImportRefused("is empty. Write a JSON object on each line")
    given = options.get("mapping")
    given = given if isinstance(given, mapping.Columns) else None
    mapped = given or columns.guess(kept, list(names))
    if absent := sorted(mapped.used() - names.keys()):
        raise ImportRefused(f'there is no key "{absent[0]}". {mapping.nearest(absent[0], list(names))}. Correct the mapping')
    made = columns.rows(kept, mapped)
    notes = tuple(columns.notes(kept, mapped, made))
    rows = sorted([*made, *bad], key=lambda row: row.number)
    guessed = ("", "") if given else (mapped.written(), mapped.to_be_kept(list(names)))
    return Read(rows, None, notes, *guessed, media_type="application/json" if items else "")


def _items(text: str) -> list[Piece] | None:
    """Give the items of the one list of objects that a text is or holds; None where it is JSON Lines, or no JSON."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        whole = json_text.document(text)
    except ImportRefused:
        if text.lstrip().startswith("[") and not re.match(r"\s*\[.*\]\s*$", text.lstrip().split("\n")[0]):
            raise
        return None
    held = [whole, *(json_text.member(text, whole, name) for name in _LISTS)]
    lists = (json_text.elements(text, one) for one in held if one)
    return next((items for items in lists if any(isinstance(item.value, dict) for item in items)), None)
