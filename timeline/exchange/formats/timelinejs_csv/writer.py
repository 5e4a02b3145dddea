"""The sheet that TimelineJS reads, as CSV, with columns that it passes over: the id, the date in EDTF, and what else comes back."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from timeline.dates import worded
from timeline.dates.parts import Known, span
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.formats.timelinejs.placing import shown_year
from timeline.exchange.formats.timelinejs.writer import ERA, LOSES, group, says_all, slides_and_eras
from timeline.exchange.tables.cells import Cell, rows
from timeline.reading.records import Happening

HEADER: Final = (
    "Year", "Month", "Day", "Time", "End Year", "End Month", "End Day", "End Time", "Display Date", "Headline", "Text",
    "Media", "Media Credit", "Media Caption", "Media Thumbnail", "Type", "Group", "Background", "Alt Text", "Unique ID",
    "EDTF", "Attributed To", "Date Note",
)  # fmt: skip
_EMPTY: Final = ("", "", "", "")


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the sheet, with a first row of type title that says what it is."""
    return rows(HEADER, _rows(happenings, about))


def _rows(happenings: Iterable[Happening], about: About) -> Iterator[tuple[Cell, ...]]:
    told = "".join(f"<p>{escape(one, quote=False)}</p>" for one in (about.description, about.asked) if one)
    yield (*_EMPTY, *_EMPTY, "", escape(about.title, quote=False), told, "", "", "", "", "title", "", "", "", "", "", "", "")
    for happening, era in slides_and_eras(happenings):
        found, slide = span(happening.date), slides.cited(happening)
        media, background = slides.media(slide), slides.background(slide)
        yield (
            *(_date(found.begin) if found.begin else _EMPTY),
            *(_date(found.end) if found.start and found.end else _EMPTY),
            "" if says_all(found) else worded(happening.date),
            escape(happening.headline, quote=False),
            slides.words(slide, happening, about),
            *(media.get(name, "") for name in ("url", "credit", "caption", "thumbnail")),
            ERA if era else "", happening.kind and group(happening.kind), background.get("url") or background.get("color", ""),
            media.get("alt", ""), happening.id, happening.date, happening.attributed_to, happening.date_note,
        )  # fmt: skip


def _date(known: Known) -> tuple[Cell, Cell, Cell, Cell]:
    return shown_year(known.year), known.month, known.day, known.clock


FORMAT = Format(
    "timelinejs-csv",
    "TimelineJS (sheet)",
    "text/csv; charset=utf-8",
    ".csv",
    write,
    {**LOSES, "cells": "an apostrophe was put before them, which an import takes away again"},
)
