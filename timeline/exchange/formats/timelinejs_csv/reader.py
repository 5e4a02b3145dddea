"""Read the spreadsheet from which TimelineJS is made, as CSV, with the headers of today and of earlier years.

Each row is put as a slide (see `slides`) and read as one of the JSON (`timelinejs.reader`).
"""

from timeline.errors import ImportRefused
from timeline.exchange.formats.timelinejs import reader as timelinejs
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.formats.timelinejs.slides import Slide
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.tables import records
from timeline.exchange.tables.dates import with_date_questions
from timeline.exchange.text.html_text import one_line


def read(text: str, **_: object) -> Read:
    """Read every row but blank ones, with its number in the spreadsheet."""
    for delimiter in records.DELIMITERS:
        filled = [record for record in records.records(text, delimiter) if not record.is_blank]
        if not filled:
            raise ImportRefused("not the sheet of TimelineJS: it is empty. Choose another format")
        names = slides.columns(filled[0].cells)
        if slides.are_sheet(names):
            break
    else:
        raise ImportRefused('not the sheet of TimelineJS: its first row has no columns "Year" and "Headline". Import it as csv')
    rows, title = list[Row](), None
    for record in filled[1:]:
        slide = slides.of_cells(names, record.cells)
        kind = _kind(slide)
        if kind == "title":
            title = title or one_line(slide["text"].get("headline", "")).text or None
        build = timelinejs.slide(slide, kind)
        for doubt in record.doubts:
            build.ask("row", doubt)
        rows.append(build.row(record.number, record.start, record.end, key=slide.get("unique_id"), id=timelinejs.id_of(slide)))
    return Read(with_date_questions(rows), title)


def _kind(slide: Slide) -> str:
    kind = str(slide.get("type", "")).strip().lower()
    return "title" if kind in ("title", "start") else "era" if kind == "era" else ""
