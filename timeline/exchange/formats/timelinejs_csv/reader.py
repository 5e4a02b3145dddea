"""The sheet from which TimelineJS is made, as CSV, with the headers of today and of earlier years.

What a row says is put as a slide (`writing.slides`), and understood as one of the JSON: `timelinejs`.
"""

from timeline.exchange.formats.timelinejs import reader as timelinejs
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.formats.timelinejs.slides import Slide
from timeline.exchange.importing.record_builder import asked
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.tables import records as csv_rows
from timeline.exchange.text.html_text import one_line


def read(text: str, **_: object) -> Read:
    """Read the rows, with their numbers in the sheet; every one but blank ones is answered for."""
    for delimiter in csv_rows.DELIMITERS:
        records = [one for one in csv_rows.records(text, delimiter) if not one.is_blank]
        if not records:
            raise ImportRefused("not the sheet of TimelineJS: there is nothing in it. Say another format")
        names = slides.columns(records[0].cells)
        if slides.are_sheet(names):
            break
    else:
        raise ImportRefused('not the sheet of TimelineJS: its first row has no columns "Year" and "Headline". Import it as csv')
    rows, title = list[Row](), None
    for record in records[1:]:
        said = slides.of_cells(names, record.cells)
        kind = _kind(said)
        if kind == "title":
            title = title or one_line(said["text"].get("headline", "")).text or None
        build = timelinejs.slide(said, kind)
        for doubt in record.doubts:
            build.ask("row", doubt)
        rows.append(build.row(record.number, record.start, record.end, key=said.get("unique_id"), id=timelinejs.id_of(said)))
    return Read(asked(rows), title)


def _kind(said: Slide) -> str:
    kind = str(said.get("type", "")).strip().lower()
    return "title" if kind in ("title", "start") else "era" if kind == "era" else ""
