"""A slide of TimelineJS, from its JSON or its spreadsheet, with its media, background and links.

A happening has no fields for these: an export takes them from the entry that it cites. Owns the columns of the spreadsheet. Must
not read dates, nor make happenings.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Any, Final, NamedTuple

from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About
from timeline.exchange.tables.cells import unguarded
from timeline.exchange.tables.records import DELIMITERS, first_record
from timeline.exchange.text import html_text, markup
from timeline.exchange.text.own_exports import ADDITION
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
_BREAKS: Final = re.compile(r"(?:</?p>|<br/?>|\s)+")  # lines and paragraphs, also as an export writes them
_IS_ADDRESS: Final = re.compile(r"(?:https?:)?//?").match  # TimelineJS takes any other background for a colour
_BACKGROUND: Final[dict[str, Callable[[str], object]]] = {
    "url": markup.is_address,
    "color": re.compile(r"[\w#%(),. -]+").fullmatch,
    "opacity": re.compile(r"[\d.]+").fullmatch,
}


def columns(cells: Sequence[str]) -> list[str]:
    """Return the names in a header in lower case, with single spaces for underscores and runs of spaces."""
    return [" ".join(cell.lower().replace("_", " ").split()) for cell in cells]


def are_sheet(names: Sequence[str]) -> bool:
    """Whether columns are those of the spreadsheet: there is a headline, and a year or date."""
    fields = {COLUMNS[name] for name in names if name in COLUMNS}
    return ("text", "headline") in fields and not fields.isdisjoint((("start_date", "year"), ("start_date",)))


def of_cells(names: Sequence[str], cells: Sequence[str]) -> Slide:
    """Put a row of the spreadsheet as a slide. Cells in columns unknown to TimelineJS are under their own names."""
    slide: Slide = {"text": {}}
    ours = "edtf" in names
    for at, cell in enumerate(cells):
        value = unguarded(cell) if ours else cell
        if not value.strip():
            continue
        name = names[at] if at < len(names) else f"column {at + 1}"
        match COLUMNS.get(name, (name or f"column {at + 1}",)):
            case (under, part):
                inner = slide.setdefault(under, {})
                if isinstance(inner, dict):
                    inner[part] = value
            case (part,):
                slide[part] = value
    return slide


def of_entry(entry: str, media_type: str | None, head: str | None) -> Slide:
    """Read an entry of a file as a slide. Return an empty slide if it is not one. `head` is the beginning of the table."""
    if media_type == "application/json":
        try:
            slide = json.loads(entry)
        except (ValueError, RecursionError):
            return {}
        return slide if isinstance(slide, dict) else {}
    sheet = _sheet(head or "") if entry else None
    return of_cells(sheet.columns, first_record(entry, sheet.delimiter)) if sheet else {}


def cited(happening: Happening) -> Slide:
    """Return the first slide among the entries that a happening cites. Return an empty slide if there is none."""
    for quotation in happening.quotations:
        source = quotation.source
        if source.is_data and (slide := of_entry(_whole_entry(quotation), source.media_type, source.head)):
            return slide
    return {}


def _whole_entry(quotation: Quotation) -> str:
    """Return a quoted entry with the tabs of the empty cells before its first word. Return "" if its beginning is not quoted."""
    before = _BEFORE.search(quotation.prefix)
    return "" if before is None or before[1] else before[2] + quotation.quote


def media(slide: Slide) -> dict[str, str]:
    """Return the media of a slide: `url`, and any of `caption`, `credit`, `thumbnail`, `alt`, `title`, `link`."""
    value = slide.get("media") or slide.get("asset")
    value = value[0] if isinstance(value, list) else value
    value = {"url": value} if isinstance(value, str) else value
    return dict(_safe({"url": value.get("media"), "thumbnail": value.get("thumb"), **value})) if isinstance(value, dict) else {}


def shown_media(slide: Slide, happening: Happening, about: About) -> dict[str, str]:
    """Return the media that a slide shows: the first picture of the happening, where it has an address, or else its own."""
    for picture in happening.media:
        if address := about.image(picture.source):
            words = {"caption": picture.caption, "credit": picture.credit}
            html = {name: escape(text, quote=False) for name, text in words.items() if text}
            return {"url": address, **html, **({"alt": picture.alt} if picture.alt else {})}
    return media(slide)


def background(slide: Slide) -> dict[str, str]:
    """Return the `url` or `color` behind a slide, and the `opacity`."""
    value = slide.get("background")
    if isinstance(value, str):
        value = {"url" if _IS_ADDRESS(value.strip()) else "color": value.strip()}
    if not isinstance(value, dict):
        return {}
    texts = {name: _scalar(value.get(name)) for name in _BACKGROUND}
    return {name: text for name, text in texts.items() if text and _BACKGROUND[name](text)}


def text(slide: Slide) -> str | None:
    """Return the text of a slide as HTML, without the additions of an export. Return None if it has no markup."""
    html = _raw_text(slide)
    return markup.cleaned(ADDITION.sub("", html)) if html_text.LOOKS.search(html) else None


def _raw_text(slide: Slide) -> str:
    value = slide.get("text")
    text = value.get("text") if isinstance(value, dict) else value
    return text if isinstance(text, str) else ""


def words(slide: Slide, happening: Happening, about: About) -> str:
    """Write a happening without its title and date as HTML. The slide's links are there if its text is still the summary."""
    html = text(slide)
    return sentences.html(happening, about, html if html and html_text.plain(html).text == happening.summary else None)


def title_text(about: About) -> str:
    """Write the text of the title slide as HTML."""
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in (about.description, about.filters) if line)


def beyond_words(slide: Slide) -> tuple[dict[str, str], dict[str, str], str]:
    """Return all that an export takes from the slide itself: two slides with the same words may differ in it."""
    html = text(slide)
    html = sentences.paragraphs(_raw_text(slide)) if html is None else html
    return media(slide), background(slide), _BREAKS.sub(" ", html).strip()


def _safe(members: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, member in members.items():
        if not (value := _scalar(member)):
            continue
        if name in _MARKED_UP or (name == "url" and value.lstrip().startswith("<")):
            if html := markup.cleaned(value):
                yield name, html
        elif name in _WORDS:
            yield name, value
        elif name in _ADDRESSES and markup.is_address(value):
            # TimelineJS writes some addresses between quotation marks without escaping them.
            yield name, value.replace('"', "%22").replace("'", "%27").replace("<", "%3C")


def _scalar(value: object) -> str:
    """Return a text, or a number as text; "" for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip() else ""


class _Sheet(NamedTuple):
    delimiter: str
    columns: list[str]


@lru_cache
def _sheet(head: str) -> _Sheet | None:
    """Return the delimiter and columns of a spreadsheet of TimelineJS, by its beginning. Return None for any other table."""
    for delimiter in DELIMITERS:
        names = columns(first_record(head.removeprefix("\ufeff"), delimiter))
        if are_sheet(names):
            return _Sheet(delimiter, names)
    return None
