"""Write the spreadsheet of TimelineJS as CSV. Columns that TimelineJS ignores hold the id, the EDTF date and the claim."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from timeline.dates import worded
from timeline.dates.spans import Parts, span
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.timelinejs import shown_year, slides
from timeline.exchange.formats.timelinejs.writer import ERA, LOSES, group, is_exact, slides_and_eras
from timeline.exchange.tables.cells import LOSES_IN_CELLS, Cell, rows
from timeline.reading.records import Happening

HEADER: Final = (
    "Year", "Month", "Day", "Time", "End Year", "End Month", "End Day", "End Time", "Display Date", "Headline", "Text",
    "Media", "Media Credit", "Media Caption", "Media Thumbnail", "Type", "Group", "Background", "Alt Text", "Unique ID",
    "EDTF", "Attributed To", "Date Note",
)  # fmt: skip
_EMPTY: Final = ("", "", "", "")


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the spreadsheet. Its first row, of the type title, describes the timeline."""
    return rows(HEADER, _rows(happenings, about))


def _rows(happenings: Iterable[Happening], about: About) -> Iterator[tuple[Cell, ...]]:
    title = escape(about.title, quote=False)
    yield (*_EMPTY, *_EMPTY, "", title, slides.title_text(about), *_EMPTY, "title", *[""] * 7)
    for happening, era in slides_and_eras(happenings):
        parts, slide = span(happening.date), slides.cited(happening)
        media, background = slides.shown_media(slide, happening, about), slides.background(slide)
        yield (
            *(_date(parts.begin) if parts.begin else _EMPTY),
            *(_date(parts.end) if parts.start and parts.end else _EMPTY),
            "" if is_exact(parts) else worded(happening.date),
            escape(happening.headline, quote=False),
            slides.words(slide, happening, about),
            *(media.get(name, "") for name in ("url", "credit", "caption", "thumbnail")),
            ERA if era else "", happening.kind and group(happening.kind), background.get("url") or background.get("color", ""),
            media.get("alt", ""), happening.id, happening.date, happening.attributed_to, happening.date_note,
        )  # fmt: skip


def _date(side: Parts) -> tuple[Cell, Cell, Cell, Cell]:
    return shown_year(side.year), side.month, side.day, side.clock


FORMAT = Format("timelinejs-csv", "TimelineJS (sheet)", "text/csv; charset=utf-8", ".csv", write, {**LOSES, **LOSES_IN_CELLS})
