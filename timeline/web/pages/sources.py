"""The page `/{database}/-/timeline/sources`: the documents that a timeline rests on, searched, sorted, paged, now or as of then.

Owns the reading of its address and the words for a source in a list. Must not know how sources are chosen or counted:
`timeline.selection.sources` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline import extractors
from timeline.errors import TookTooLong
from timeline.selection import as_of, sources
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import PAGE_SIZE, Weight
from timeline.selection.state import State
from timeline.shortening import shortened
from timeline.web import access, assets, links, snapshots
from timeline.web.pages import asked, frame, summary, when

# What a list shows of these; the documents' titles, publishers and authors have no limit of their own in a hostile file.
LONGEST_TITLE, LONGEST_NAME = 300, 200
SORTS = {
    "title": "Title",
    "date": "Date, earliest first",
    "newest": "Date, latest first",
    "weight": "Most happenings first",
}
_KINDS = {
    "text/plain": "Plain text",
    "text/markdown": "Markdown",
    "text/html": "Web page",
    "application/xhtml+xml": "Web page",
    "multipart/related": "Web page, saved as one file",
    "application/warc": "Web archive (WARC)",
    "application/pdf": "PDF",
    "application/epub+zip": "E-book (EPUB)",
    "message/rfc822": "E-mail",
}
# The languages that people meet most, by the code that a source has; others are shown by their codes.
_LANGUAGES = {
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
class Listed:
    """One source, as the list shows it. `weight` is None where the visitor may not know what rests on it."""

    id: str
    address: str
    on_timeline: str
    title: str
    language: str | None
    published: str | None
    edtf: str | None
    notes: Sequence[str]
    redacted: bool
    document_gone: bool
    not_compared: bool
    text: str | None
    weight: Weight | None


@frame.answering
async def sources_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the sources; 400 where the address asked for something that makes no sense, which the page says."""
    database = await access.open_timeline(datasette, request, "sources")
    state = await asked.state_of(datasette, request, database, ("q", "as_of"))
    weighs = await _may_read(datasette, request, database, "citations", "happenings")
    of_texts = await _may_read(datasette, request, database, "sources_fts")
    sort, page, notes = _read_order(request, weighs=weighs)
    faulty = state.faulty or bool(notes)
    what = sources.SourceQuery(state.given.get("q", ""), sort, page, of_texts)
    timeline, here = links.timeline(datasette, database.name), links.sources(datasette, database.name)
    read = await snapshots.read(database, lambda snapshot: _read(datasette, database.name, snapshot, state, what, weighs=weighs))
    context = {
        **read,
        "database": database.name,
        "here": here,
        "style": assets.address(datasette, "sources.css"),
        "heading": await frame.title_of(datasette, database),
        "timeline": timeline + state.as_of_query if weighs else None,
        "namesake_address": links.happening(datasette, database.name, links.SOURCES),
        "notes": [*state.notes, *notes, *read["notes"]],
        "sorts": {name: label for name, label in SORTS.items() if weighs or name != "weight"},
        "of_texts": of_texts,
    }
    trail = [(timeline, "timeline"), (here, "sources")]
    return await frame.respond(datasette, request, "timeline_sources.html", context, trail=trail, status=400 if faulty else 200)


def _read(
    datasette: Datasette, database: str, snapshot: Snapshot, state: State, what: sources.SourceQuery, *, weighs: bool
) -> dict[str, Any]:
    """Read all that the page shows."""
    state = as_of.resolved(snapshot, state)
    snapshot = snapshot.at(state.as_of)
    counted, notes = sources.count(snapshot, what), []
    try:
        rows = sources.page(snapshot, what)
    except TookTooLong:
        if what.order == "title":
            raise
        notes.append("So many sources could not be put in that order in the time there is, so the order is by title.")
        what = replace(what, order="title")
        rows = sources.page(snapshot, what)
    weights = sources.weigh(snapshot, [row["id"] for row in rows]) if weighs else {}
    end, here, page, pages = snapshot.end, links.sources(datasette, database), what.page, -(-counted // PAGE_SIZE)
    kept = {
        "q": state.given.get("q"),
        "sort": what.order if what.order != "title" else None,
        "as_of": state.given.get("as_of"),
    }
    return {
        "canonical": _address(here, kept, page),
        "namesake": _namesake(snapshot) if weighs else None,
        "state": state,
        "notes": notes,
        "sort": what.order,
        "end": end,
        "as_of_day": summary.as_of_day(state),
        "as_of_said": summary.as_of_said(snapshot, state, end),
        "now": _address(here, {**kept, "as_of": None}, 1),
        "all": _address(here, {**kept, "q": None}, 1),
        "counted": counted,
        "page": page,
        "pages": pages,
        "earlier": _address(here, kept, min(page - 1, pages or 1)) if page > 1 else None,
        "later": _address(here, kept, page + 1) if page < pages else None,
        "first": _address(here, kept, 1),
        "first_number": (page - 1) * PAGE_SIZE + 1,
        "sources": [_listed(datasette, database, row, weights.get(row["id"]), state) for row in rows],
    }


async def _may_read(datasette: Datasette, request: Request, database: Database, *tables: str) -> bool:
    for table in tables:
        if not await access.readable(datasette, request.actor, database.name, table):
            return False
    return True


def _read_order(request: Request, *, weighs: bool) -> tuple[str, int, list[str]]:
    """Read the order and the page from the address, and say what makes no sense."""
    notes = []
    sort, typed = request.args.get("sort") or "title", request.args.get("page") or "1"
    if sort not in SORTS:
        notes.append(f"Order: “{shortened(sort, 40)}” is none of {', '.join(SORTS)}, so the sources are in the order of titles.")
        sort = "title"
    elif sort == "weight" and not weighs:
        notes.append("You may not read what rests on these sources, so the order is by title.")
        sort = "title"
    page = int(typed[:9]) if typed.isascii() and typed.isdigit() else 0
    if page < 1:
        notes.append(f"Page: “{shortened(typed, 40)}” is no whole number from 1, so this is the first page.")
    return sort, max(page, 1), notes


def _address(here: str, kept: dict[str, str | None], page: int) -> str:
    state = {name: value for name, value in kept.items() if value} | ({"page": str(page)} if page > 1 else {})
    return f"{here}?{urlencode(state)}" if state else here


def _namesake(snapshot: Snapshot) -> str | None:
    """Give the title of the happening whose id is the name of this page, if there is one."""
    rows = snapshot.plain("select title from happenings where id = :id", {"id": links.SOURCES})
    return shortened(rows[0]["title"] or links.SOURCES, LONGEST_TITLE) if rows else None


def _listed(datasette: Datasette, database: str, row: Row, weight: Weight | None, state: State) -> Listed:
    redacted, extractor = row["title"] is None, row["extractor"] or ""
    read = None if redacted or row["text_sha256"] is None or extractors.is_as_given(extractor) else "text read from the document"
    notes: list[Any] = [shortened(name, LONGEST_NAME) for name in (row["author"], row["publisher"]) if name]
    notes += [said for said in (_kind(row["media_type"]), _language(row["language"])) if said]
    then = {"as_of": state.given["as_of"]} if state.past else {}
    return Listed(
        id=row["id"],
        address=links.source(datasette, database, row["id"]),
        on_timeline=links.timeline(datasette, database, source=row["id"], **then),
        title=f"{row['id']} (redacted)" if redacted else shortened(row["title"], LONGEST_TITLE),
        language=row["language"],
        published=when.said(row["published"]) if row["published"] else None,
        edtf=row["published"],
        notes=notes,
        redacted=redacted,
        document_gone=row["text_sha256"] is None,
        not_compared=extractors.is_as_given(extractor),
        text="archived as text" if read and extractor == extractors.GIVEN else read,
        weight=weight,
    )


def _kind(media_type: str | None) -> str | None:
    """Say what kind of document it is; the media type itself where that has no words."""
    return _KINDS.get(media_type.partition(";")[0].strip().lower(), shortened(media_type, 60)) if media_type else None


def _language(code: str | None) -> str | None:
    """Name a language by its code: `pt-BR` is Portuguese (BR)."""
    if not code:
        return None
    language, _, region = code.partition("-")
    name = _LANGUAGES.get(language.lower())
    return (f"{name} ({shortened(region, 20)})" if region else name) if name else shortened(code, 40)
