"""The sheet from which TimelineJS is made, as CSV, with the headers of today and of earlier years.

Owns which column is which. What a row says is understood as a slide of the JSON: `timelinejs`.
"""

from typing import Any, Final

from timeline.exchange.reading import csv_rows, timelinejs
from timeline.exchange.reading.building import asked
from timeline.exchange.reading.csv_rows import Record
from timeline.exchange.reading.html_text import one_line
from timeline.exchange.reading.row import ImportRefused, Read, Row
from timeline.exchange.writing.joining import unguarded

_COLUMNS: Final = {
    **{name: ("start_date", name) for name in ("year", "month", "day", "time")},
    **{f"start {name}": ("start_date", name) for name in ("year", "month", "day", "time")},
    **{f"end {name}": ("end_date", name) for name in ("year", "month", "day", "time")},
    **dict.fromkeys(("start date", "startdate", "start"), ("start_date",)),
    **dict.fromkeys(("end date", "enddate", "end"), ("end_date",)),
    "display date": ("display_date",),
    **dict.fromkeys(("headline", "title"), ("text", "headline")),
    **dict.fromkeys(("text", "body"), ("text", "text")),
    **dict.fromkeys(("media", "media url"), ("media", "url")),
    **dict.fromkeys(("media credit", "credit"), ("media", "credit")),
    **dict.fromkeys(("media caption", "caption"), ("media", "caption")),
    **dict.fromkeys(("media thumbnail", "thumbnail"), ("media", "thumbnail")),
    **dict.fromkeys(("alt text", "media alt text"), ("media", "alt")),
    "type": ("type",),
    **dict.fromkeys(("group", "tag"), ("group",)),
    **dict.fromkeys(("background", "background color", "background colour"), ("background",)),
    **dict.fromkeys(("unique id", "unique_id", "id"), ("unique_id",)),
    "edtf": ("edtf",),
    "attributed to": ("attributed_to",),
    "date note": ("date_note",),
}


def read(text: str, **_: object) -> Read:
    """Read the rows, with their numbers in the sheet; every one but blank ones is answered for."""
    for delimiter in csv_rows.DELIMITERS:
        records = [one for one in csv_rows.records(text, delimiter) if not one.is_blank]
        if not records:
            raise ImportRefused("not the sheet of TimelineJS: there is nothing in it. Say another format")
        header = [" ".join(cell.lower().replace("_", " ").split()) for cell in records[0].cells]
        found = {_COLUMNS[name] for name in header if name in _COLUMNS}
        if ("text", "headline") in found and found & {("start_date", "year"), ("start_date",)}:
            break
    else:
        raise ImportRefused('not the sheet of TimelineJS: its first row has no columns "Year" and "Headline". Import it as csv')
    rows, title = list[Row](), None
    ours = "edtf" in header
    for record in records[1:]:
        said, kind = _slide(header, record, ours=ours)
        if kind == "title":
            title = title or one_line(said["text"].get("headline", "")).text or None
        build = timelinejs.slide(said, kind)
        for doubt in record.doubts:
            build.ask("row", doubt)
        rows.append(build.row(record.number, record.start, record.end, key=said.get("unique_id"), id=timelinejs.id_of(said)))
    return Read(asked(rows), title)


def _slide(header: list[str], record: Record, *, ours: bool) -> tuple[dict[str, Any], str]:
    """Put a row as a slide; cells without a column of TimelineJS stay under their own names, to be told."""
    said: dict[str, Any] = {"text": {}}
    for at, cell in enumerate(record.cells):
        value = unguarded(cell) if ours else cell
        if not value.strip():
            continue
        name = header[at] if at < len(header) else f"column {at + 1}"
        match _COLUMNS.get(name, (name or f"column {at + 1}",)):
            case (under, part):
                inner = said.setdefault(under, {})
                if isinstance(inner, dict):
                    inner[part] = value
            case (part,):
                said[part] = value
    kind = str(said.get("type", "")).strip().lower()
    if kind in ("title", "start"):
        return said, "title"
    return said, "era" if kind == "era" else ""
