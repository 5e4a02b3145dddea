"""A slide of TimelineJS, as its JSON or its sheet has it, and what it showed beside its words: media, background, links.

A happening holds none of these: an export takes them from the entry that it cites. Owns which column of the sheet is which.
Must not read dates, nor make happenings.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About
from timeline.exchange.tables.cells import first_record
from timeline.exchange.tables.joined_cells import unguarded
from timeline.exchange.text import html_text, markup
from timeline.exchange.text.additions import ADDITION
from timeline.reading.records import Happening, Quotation

Slide = dict[str, Any]
COLUMNS: Final = {
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
    **dict.fromkeys(("media thumbnail", "thumbnail", "media thumb", "thumb"), ("media", "thumbnail")),
    **dict.fromkeys(("alt text", "media alt text"), ("media", "alt")),
    "type": ("type",),
    **dict.fromkeys(("group", "tag"), ("group",)),
    **dict.fromkeys(("background", "background color", "background colour"), ("background",)),
    **dict.fromkeys(("unique id", "unique_id", "id"), ("unique_id",)),
    "edtf": ("edtf",),
    "attributed to": ("attributed_to",),
    "date note": ("date_note",),
}
_MARKED_UP: Final = ("caption", "credit")
_ADDRESSES: Final = ("url", "thumbnail", "link")
_WORDS: Final = ("alt", "title")
_BEFORE: Final = re.compile(r"([\x00-\x08\x0b\x0c\x0e-\x1f\x7f]?)([\t ]*)\Z")
_PARTING: Final = re.compile(r"(?:</?p>|<br/?>|\s)+")  # lines and paragraphs, as an export writes them too
_LEADS: Final = re.compile(r"(?:https?:)?//?").match  # as TimelineJS tells a background's address from its colour
_BEHIND: Final[dict[str, Callable[[str], object]]] = {
    "url": markup.is_address,
    "color": re.compile(r"[\w#%(),. -]+").fullmatch,
    "opacity": re.compile(r"[\d.]+").fullmatch,
}


def columns(cells: Sequence[str]) -> list[str]:
    """Name the columns by the cells of a header, alike whichever way they are written."""
    return [" ".join(cell.lower().replace("_", " ").split()) for cell in cells]


def are_sheet(names: Sequence[str]) -> bool:
    """Whether columns are those of the sheet: there is a headline, and a year or date."""
    found = {COLUMNS[name] for name in names if name in COLUMNS}
    return ("text", "headline") in found and not found.isdisjoint((("start_date", "year"), ("start_date",)))


def of_cells(names: Sequence[str], cells: Sequence[str]) -> Slide:
    """Put a row of the sheet as a slide; cells without a column of TimelineJS stay under their own names."""
    said: Slide = {"text": {}}
    ours = "edtf" in names
    for at, cell in enumerate(cells):
        value = unguarded(cell) if ours else cell
        if not value.strip():
            continue
        name = names[at] if at < len(names) else f"column {at + 1}"
        match COLUMNS.get(name, (name or f"column {at + 1}",)):
            case (under, part):
                inner = said.setdefault(under, {})
                if isinstance(inner, dict):
                    inner[part] = value
            case (part,):
                said[part] = value
    return said


def of_entry(entry: str, media_type: str | None, head: str | None) -> Slide:
    """Read an entry of a file as a slide; an empty one where it is none. `head` is how a table begins."""
    if media_type == "application/json":
        try:
            said = json.loads(entry)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}
    sheet = _sheet(head or "") if entry else None
    return of_cells(sheet.columns, first_record(entry, sheet.delimiter)) if sheet else {}


def cited(happening: Happening) -> Slide:
    """Give the first slide among the entries that a happening cites; an empty one where there is none."""
    for quotation in happening.quotations:
        source = quotation.source
        if source.is_data and (slide := of_entry(_whole(quotation), source.media_type, source.head)):
            return slide
    return {}


def _whole(quotation: Quotation) -> str:
    """Give an entry with the tabs that parted empty cells before its words; "" where only a later part of it could be quoted."""
    before = _BEFORE.search(quotation.prefix)
    return "" if before is None or before[1] else before[2] + quotation.quote


def media(slide: Slide) -> dict[str, str]:
    """Give what a slide shows: the `url`, and `caption`, `credit`, `thumbnail`, `alt`, `title`, `link` where there are any."""
    said = slide.get("media") or slide.get("asset")
    said = said[0] if isinstance(said, list) else said
    said = {"url": said} if isinstance(said, str) else said
    return dict(_shown({"url": said.get("media"), "thumbnail": said.get("thumb"), **said})) if isinstance(said, dict) else {}


def background(slide: Slide) -> dict[str, str]:
    """Give the `url` or the `color` behind a slide, and the `opacity`."""
    said = slide.get("background")
    if isinstance(said, str):
        said = {"url" if _LEADS(said.strip()) else "color": said.strip()}
    if not isinstance(said, dict):
        return {}
    given = {name: _scalar(said.get(name)) for name in _BEHIND}
    return {name: value for name, value in given.items() if value and _BEHIND[name](value)}


def text(slide: Slide) -> str | None:
    """Give the text of a slide as HTML, where it has links or other markup, without what an export added to it."""
    html = _text(slide)
    return markup.kept(ADDITION.sub("", html)) if html_text.LOOKS.search(html) else None


def _text(slide: Slide) -> str:
    said = slide.get("text")
    text = said.get("text") if isinstance(said, dict) else said
    return text if isinstance(text, str) else ""


def words(slide: Slide, happening: Happening, about: About) -> str:
    """Say all of a happening but its title and date as HTML, with the slide's links where that still says what is summed up."""
    html = text(slide)
    return sentences.html(happening, about, html if html and html_text.plain(html).text == happening.summary else None)


def besides(slide: Slide) -> tuple[dict[str, str], dict[str, str], str]:
    """Give all that an export takes from a slide itself, to tell whether two that say the same words differ in it."""
    html = text(slide)
    html = sentences.paragraphs(_text(slide)) if html is None else html
    return media(slide), background(slide), _PARTING.sub(" ", html).strip()


def _shown(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, given in said.items():
        if not (value := _scalar(given)):
            continue
        if name in _MARKED_UP or (name == "url" and value.lstrip().startswith("<")):
            if html := markup.kept(value):
                yield name, html
        elif name in _WORDS:
            yield name, value
        elif name in _ADDRESSES and markup.is_address(value):
            # TimelineJS writes some addresses between quotation marks, as they are.
            yield name, value.replace('"', "%22").replace("'", "%27").replace("<", "%3C")


def _scalar(value: object) -> str:
    """Give a text, or a number as one; "" for all else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip() else ""


class _Sheet(NamedTuple):
    delimiter: str
    columns: list[str]


@lru_cache
def _sheet(head: str) -> _Sheet | None:
    """Find out whether a table is a sheet of TimelineJS, by how it begins."""
    for delimiter in ",;\t|":
        names = columns(first_record(head.removeprefix("\ufeff"), delimiter))
        if are_sheet(names):
            return _Sheet(delimiter, names)
    return None
