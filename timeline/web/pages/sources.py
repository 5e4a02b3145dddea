"""The page `/{database}/-/timeline/sources`: the documents of a timeline, searched, sorted, paged, now or as of a position.

Owns the reading of its address and the words for a source in a list. Must not know how sources are chosen or counted:
`timeline.selection.sources` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.documents import extractors, fragments, images
from timeline.errors import TookTooLong
from timeline.reading.records import SPREADSHEETS
from timeline.selection import as_of, sources
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import PAGE_SIZE, Weight
from timeline.selection.state import State
from timeline.shortening import shortened
from timeline.web import access, assets, links, snapshots
from timeline.web.pages import date_wording, introduction, page_frame, query_string, result_summary

# Characters of a list entry. In a hostile file, titles, publishers and authors have no limit of their own.
LONGEST_TITLE, LONGEST_NAME = 300, 200
SORTS = {
    "title": "Title",
    "date": "Date, earliest first",
    "newest": "Date, latest first",
    "weight": "Most happenings first",
}
KINDS = {
    "text/plain": "Plain text",
    "text/markdown": "Markdown",
    "text/html": "Web page",
    "application/xhtml+xml": "Web page",
    "multipart/related": "Web page, saved as one file",
    "application/warc": "Web archive (WARC)",
    "application/wacz": "Web archive (WACZ)",
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.ms-word.document.macroenabled.12": "Word document with macros",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.ms-excel.sheet.macroenabled.12": "Excel workbook with macros",
    **dict(zip(SPREADSHEETS, ("Excel workbook", "OpenDocument spreadsheet"), strict=True)),
    "application/epub+zip": "E-book (EPUB)",
    "message/rfc822": "E-mail",
    **{media_type: f"Picture ({media_type[6:].upper()})" for media_type in (*images.SUFFIXES.values(), "image/tiff")},
    **{
        media_type: f"{'Video' if media_type.startswith('video') else 'Sound'} ({suffix[1:].upper()})"
        for suffix, media_type in reversed(fragments.RECORDINGS.items())
    },
}
# The most common languages by their codes; others are shown as codes.
LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "ko": "Korean", "ku": "Kurdish", "la": "Latin",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ms": "Malay", "my": "Burmese", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "so": "Somali", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "th": "Thai", "ti": "Tigrinya", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One source in the list. `weight` is None if the visitor may not read the happenings that cite it."""

    id: str
    address: str
    on_timeline: str
    title: str
    language: str | None
    published: str | None
    edtf: str | None
    notes: Sequence[str]
    redacted: bool
    document_redacted: bool
    caveat: str | None
    text: str | None
    weight: Weight | None


@page_frame.answering
async def sources_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the sources; 400 if a parameter makes no sense, with a note on the page."""
    database = await access.open_timeline(datasette, request, "sources")
    state = await query_string.read_state(datasette, request, database, ("q", "as_of"))
    with_weights = await access.all_readable(datasette, request.actor, database.name, ("citations", "happenings"))
    in_texts = await access.readable(datasette, request.actor, database.name, "sources_fts")
    sort, page, notes = _read_order(request, with_weights=with_weights)
    faulty = state.faulty or bool(notes)
    query = sources.SourceQuery(state.given.get("q", ""), sort, page, in_texts)
    timeline, here = links.timeline(datasette, database.name), links.sources(datasette, database.name)
    content = await snapshots.read(
        database, lambda snapshot: _read(datasette, database.name, snapshot, state, query, with_weights=with_weights)
    )
    context = {
        **content,
        "database": database.name,
        "here": here,
        "style": assets.address(datasette, "sources.css"),
        "heading": (await introduction.read(datasette, database)).title,
        "timeline": timeline + state.as_of_query if with_weights else None,
        "namesake_address": links.happening(datasette, database.name, links.SOURCES),
        "notes": [*state.notes, *notes, *content["notes"]],
        "sorts": {name: label for name, label in SORTS.items() if with_weights or name != "weight"},
        "in_texts": in_texts,
    }
    trail, status = [(here, "sources")], 400 if faulty else 200
    return await page_frame.respond(datasette, request, "timeline_sources.html", context, trail=trail, status=status)


def _read(
    datasette: Datasette, database: str, snapshot: Snapshot, state: State, query: sources.SourceQuery, *, with_weights: bool
) -> dict[str, Any]:
    """Read everything that the page shows."""
    state = as_of.resolved(snapshot, state)
    snapshot = snapshot.at(state.as_of)
    count, notes = sources.count(snapshot, query), []
    try:
        rows = sources.page(snapshot, query)
    except TookTooLong:
        if query.order == "title":
            raise
        notes.append("There are too many sources to sort that way in the time allowed, so they are sorted by title.")
        query = replace(query, order="title")
        rows = sources.page(snapshot, query)
    weights = sources.weigh(snapshot, [row["id"] for row in rows]) if with_weights else {}
    end, here, page, pages = snapshot.end, links.sources(datasette, database), query.page, -(-count // PAGE_SIZE)
    parameters = {
        "q": state.given.get("q"),
        "sort": query.order if query.order != "title" else None,
        "as_of": state.given.get("as_of"),
    }
    return {
        "canonical": _address(here, parameters, page),
        "namesake": _namesake(snapshot) if with_weights else None,
        "state": state,
        "notes": notes,
        "sort": query.order,
        "end": end,
        "as_of_day": result_summary.as_of_day(state),
        "as_of_note": result_summary.as_of_note(snapshot, state, end),
        "now": _address(here, {**parameters, "as_of": None}, 1),
        "all": _address(here, {**parameters, "q": None}, 1),
        "count": count,
        "page": page,
        "pages": pages,
        "earlier": _address(here, parameters, min(page - 1, pages or 1)) if page > 1 else None,
        "later": _address(here, parameters, page + 1) if page < pages else None,
        "first": _address(here, parameters, 1),
        "first_number": (page - 1) * PAGE_SIZE + 1,
        "sources": [_entry(datasette, database, row, weights.get(row["id"]), state) for row in rows],
    }


def _read_order(request: Request, *, with_weights: bool) -> tuple[str, int, list[str]]:
    """Read the order and the page number from the address, and return a message for each that makes no sense."""
    notes = []
    sort, typed = request.args.get("sort") or "title", request.args.get("page") or "1"
    if sort not in SORTS:
        choices = ", ".join(SORTS)
        notes.append(f"Order: “{shortened(sort, 40)}” is not one of {choices}, so the sources are sorted by title.")
        sort = "title"
    elif sort == "weight" and not with_weights:
        notes.append("You may not read the happenings that cite these sources, so they are sorted by title.")
        sort = "title"
    page = int(typed[:9]) if typed.isascii() and typed.isdigit() else 0
    if page < 1:
        notes.append(f"Page: “{shortened(typed, 40)}” is not a whole number from 1, so this is the first page.")
    return sort, max(page, 1), notes


def _address(here: str, parameters: dict[str, str | None], page: int) -> str:
    given = {name: value for name, value in parameters.items() if value} | ({"page": str(page)} if page > 1 else {})
    return f"{here}?{urlencode(given)}" if given else here


def _namesake(snapshot: Snapshot) -> str | None:
    """Return the title of the happening that has this page's name as its id, if there is one."""
    rows = snapshot.plain("select title from happenings where id = :id", {"id": links.SOURCES})
    return shortened(rows[0]["title"] or links.SOURCES, LONGEST_TITLE) if rows else None


def _entry(datasette: Datasette, database: str, row: Row, weight: Weight | None, state: State) -> Entry:
    redacted, extractor = row["title"] is None, row["extractor"] or ""
    extracted = not redacted and row["text_sha256"] not in (None, images.NO_TEXT) and extractors.caveat(extractor) is None
    text = "archived as text" if extractor == extractors.GIVEN else "text read from the document"
    notes = [shortened(name, LONGEST_NAME) for name in (row["author"], row["publisher"]) if name]
    notes += [note for note in (_kind(row["media_type"]), _language(row["language"])) if note]
    past = {"as_of": state.given["as_of"]} if state.past else {}
    return Entry(
        id=row["id"],
        address=links.source(datasette, database, row["id"]),
        on_timeline=links.timeline(datasette, database, source=row["id"], **past),
        title=f"{row['id']} (redacted)" if redacted else shortened(row["title"], LONGEST_TITLE),
        language=row["language"],
        published=date_wording.capitalised(row["published"]) if row["published"] else None,
        edtf=row["published"],
        notes=notes,
        redacted=redacted,
        document_redacted=row["text_sha256"] is None,
        caveat=extractors.caveat(extractor),
        text=text if extracted else None,
        weight=weight,
    )


def _kind(media_type: str | None) -> str | None:
    """Return the kind of document in words, or the media type itself if it has none."""
    return KINDS.get(media_type.partition(";")[0].strip().lower(), shortened(media_type, 60)) if media_type else None


def _language(code: str | None) -> str | None:
    """Return the name of a language by its code: `pt-BR` is Portuguese (BR)."""
    if not code:
        return None
    language, _, region = code.partition("-")
    name = LANGUAGES.get(language.lower())
    return (f"{name} ({shortened(region, 20)})" if region else name) if name else shortened(code, 40)
