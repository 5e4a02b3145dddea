"""The page `/{database}/-/timeline/sources/{source}`: the text of a document with its cited passages marked.

Owns the content of the page: bibliography, text, citations and history. Must not fetch the source's own address.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Request, Response

from timeline.documents import extractors, fragments, images
from timeline.fields import COLLECTION
from timeline.reading import happening_lookup, wording
from timeline.reading.history import redaction_of_document
from timeline.reading.sources import steps
from timeline.selection.snapshot import Snapshot
from timeline.shortening import shortened
from timeline.web import access, assets, links, scheduling, snapshots, withholding
from timeline.web.pages import date_wording, history, originals, page_frame, parts, passages, pictures, sheets
from timeline.web.pages.history import RedactionView, VersionView
from timeline.web.pages.sheets import Sheet

TABLES = ("sources", "captures", "citations", "happening_media", "happenings", "events")
MOST_CAPTURES = 50
MOST_CITATIONS = 2_000
# A note, which is a line long, names this many of the happenings that cite its passage; the reader can unfold the others.
MOST_USES = 1
_PASSAGES = (
    "select start_char, end_char, quote, prefix, suffix, page from citations where source = :id and description is null"
    " order by start_char limit :most"
)
_CAPTURES = {
    ("bytes", 0): "the same bytes, as extracted earlier",
    ("bytes", 1): "the same bytes, extracted again",
    ("address", 0): "the same address, as captured earlier",
    ("address", 1): "the same address, as captured later",
}


@dataclass(frozen=True)
class Use:
    """One happening that cites a passage."""

    anchor: str
    address: str
    title: str
    when: str
    stance: str
    supports: str | None
    status: str


@dataclass(frozen=True)
class MarkedPassage:
    """One passage: its number, its place in the text, its citations, and whether the address asks for it."""

    number: int
    start: int
    end: int
    uses: Sequence[Use]
    requested: bool

    @property
    def anchors(self) -> list[str]:
        """The fragment names of links to the passage."""
        return [use.anchor for use in self.uses] + (["passage"] if self.requested else [])

    @property
    def first(self) -> Sequence[Use]:
        """The uses that are shown at once: current happenings come before retracted ones, and disputes before support."""
        return self._ordered[:MOST_USES]

    @property
    def rest(self) -> Sequence[Use]:
        """The uses that the reader can unfold."""
        return self._ordered[MOST_USES:]

    @property
    def _ordered(self) -> Sequence[Use]:
        return sorted(self.uses, key=lambda use: (use.status == "retracted", use.stance != "disputes"))

    @property
    def disputes(self) -> bool:
        """Whether a citation of it disputes a happening."""
        return any(use.stance == "disputes" for use in self.uses)


@page_frame.answering
async def source_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a source; 404, with a list of sources, if there is none."""
    withheld = withholding.closed(datasette, request.actor)
    database = await access.open_timeline(datasette, request, *TABLES, *(() if withheld else ("source_texts",)))
    id_ = tilde_decode(request.url_vars["source"])
    source = (await database.execute("select * from sources where id = :id", {"id": id_})).first()
    if source is None:
        return await _unknown(datasette, request, database, id_)
    withheld = bool(source["sha256"]) and (withheld or await originals.is_withheld(database, source["sha256"]))
    rows = [] if withheld else (await database.execute("select text from source_texts where source = :id", {"id": id_})).rows
    text = rows[0]["text"] if rows else None
    passage = request.args.get("passage") or await _passage_of_citation(database, id_, request.args.get("cited"))
    requested, start = _read_span(passage, len(text or "")), _read_start(request.args.get("start"), len(text or ""))
    excerpt = await _excerpt(datasette, database, source, text or "", requested, start)
    versions = await snapshots.read(
        database, lambda snapshot: history.versions(datasette, database.name, snapshot, f"source/{id_}")
    )
    statement = next((version for version in reversed(versions) if version.record.makes_statement), None)
    redaction = statement.redaction if statement else None
    document_redaction = (
        await snapshots.read(database, lambda snapshot: _document_redaction(datasette, database.name, snapshot, versions))
        if text is None and not withheld
        else None
    )
    cited = await parts.on_page(datasette, request, database, source, withheld=withheld)
    title = source["title"] or (f"{id_} (redacted)" if redaction else id_)
    here = links.source(datasette, database.name, id_)
    sources = links.sources(datasette, database.name)
    context = {
        "database": database.name,
        "canonical": here,
        "all_sources": sources,
        "script": assets.address(datasette, "cite.js"),
        "style": assets.address(datasette, "source.css"),
        "source": source,
        "title": title,
        "short_title": shortened(title, 90),
        "published": date_wording.capitalised(source["published"]) if source["published"] else None,
        "archived": date_wording.recording_time(source["archived_at"]) if source["archived_at"] else None,
        "obtained": wording.obtained(*(source[name] for name in COLLECTION)),
        "custody": [wording.step(step._asdict()) for step in steps(source["custody"])],
        "redaction": redaction,
        "document_redaction": document_redaction,
        # A bundle cannot bring any other, but a hostile file may.
        "safe_url": source["url"] if re.match(r"https?://", source["url"] or "") else None,
        "notes_on_address": _address_faults(request, requested, len(text), cited["parts"]) if text is not None else [],
        "has_text": text is not None,
        "text_note": extractors.caveat(source["extractor"] or ""),
        **await _as_picture(datasette, request, database, source),
        **await _original(datasette, request, database, source, text, excerpt),
        "withheld": withheld,
        **cited,
        "passages": await _cited_passages(datasette, database, source) if withheld else (),
        "printed": originals.has_pages(source["media_type"], source["extractor"]),
        "captures": await _captures(datasette, database, id_),
        "long": len(text or "") > passages.LONGEST,
        "excerpts": bool(excerpt.start or excerpt.next_start is not None or len(text or "") > passages.LONGEST),
        "start": excerpt.start,
        "beginning": here if excerpt.start else None,
        "further": f"{here}?{_query(requested, excerpt.next_start)}" if excerpt.next_start is not None else None,
        "notes": excerpt.notes,
        **await _count_uses(database, id_),
        "most": MOST_CITATIONS if excerpt.limited else None,
        "versions": list(reversed(versions)),
        "table_row": datasette.urls.row(database.name, "sources", tilde_encode(id_)),
        "on_timeline": links.timeline(datasette, database.name, source=id_),
        "retracted_on_timeline": links.timeline(datasette, database.name, source=id_, status="retracted"),
    }
    trail = [(sources, "sources"), (here, shortened(title, 60))]
    return await page_frame.respond(datasette, request, "timeline_source.html", context, trail=trail)


@dataclass(frozen=True)
class Excerpt:
    """The part of the text that a page shows, from `start`; the next page begins at `next_start`.

    `limited`: it has more citations than are marked.
    """

    start: int
    next_start: int | None
    sheets: Sequence[Sheet]
    notes: Mapping[int, MarkedPassage]
    limited: bool


async def _excerpt(
    datasette: Datasette, database: Database, source: Row, text: str, requested: passages.Span | None, start: int | None
) -> Excerpt:
    """Cut the part to show: from a place, or else from the beginning, or from shortly before the requested passage."""
    citations = await _citations(database, source["id"], start or 0)

    def cut() -> Excerpt:
        first = start or 0
        spans = passages.numbered(
            [*((row["start_char"], row["end_char"]) for row in citations), *([requested] if requested else [])]
        )
        limited = len(citations) == MOST_CITATIONS
        printed = originals.has_pages(source["media_type"], source["extractor"])
        until = citations[-1]["start_char"] if limited else None
        part = passages.part(text, spans, requested, start=first, until=until, printed=printed)
        notes = _notes(datasette, database.name, spans, citations, requested)
        on_pages = sheets.by_page(text, part.paragraphs) if printed else [Sheet(None, part.paragraphs)]
        return Excerpt(first, part.next_start, on_pages, notes, limited)

    excerpt = await scheduling.in_thread(cut)
    before = passages.past_marks(text, requested[0] - passages.AROUND) if requested and requested[0] > passages.AROUND else 0
    if start is None and requested and before and excerpt.next_start is not None and excerpt.next_start < requested[1]:
        return await _excerpt(datasette, database, source, text, requested, before)
    return excerpt


def _query(requested: passages.Span | None, start: int) -> str:
    """Return the query string of the text from a place, with the requested passage."""
    return urlencode({**({"passage": f"{requested[0]}-{requested[1]}"} if requested else {}), "start": str(start)})


def _document_redaction(
    datasette: Datasette, database: str, snapshot: Snapshot, versions: Sequence[VersionView]
) -> RedactionView | None:
    """Return the redaction that removed a source's document from the archive, by the hashes that its events still name."""
    for version in reversed(versions):
        for name in ("text_sha256", "sha256"):
            sha256 = (version.record.statement or {}).get(name)
            if isinstance(sha256, str) and (redaction := redaction_of_document(snapshot, sha256)):
                return history.redaction_view(datasette, database, redaction)
    return next((version.redaction for version in reversed(versions) if version.redaction), None)


async def _original(
    datasette: Datasette, request: Request, database: Database, source: Row, text: str | None, excerpt: Excerpt
) -> dict[str, Any]:
    """Return the addresses of the document itself, if the visitor may read it, and its pages as pictures, beside their text."""
    values: dict[str, Any] = {"document": None, "frame": None, "sheets": excerpt.sheets, "pictures_note": None}
    there = source["sha256"] and not await originals.is_withheld(database, source["sha256"])
    if not there or not await access.all_readable(datasette, request.actor, database.name, originals.TABLES):
        return values
    values["document"] = originals.address(datasette, database.name, source["id"])
    if originals.kind_of(source["media_type"]) in originals.FRAMED:
        values["frame"] = originals.frame_address(datasette, database.name, source["id"])
    if text is not None and originals.has_pages(source["media_type"], source["extractor"]):
        values["sheets"], values["pictures_note"] = await sheets.with_pictures(
            datasette, request, database, source, text, excerpt.sheets, excerpt.notes
        )
    return values


async def _cited_passages(datasette: Datasette, database: Database, source: Row) -> list[dict[str, Any]]:
    """Return the passages of a withheld document: the words of each, its page, and its uses. They are all that is published."""
    rows = await database.execute(_PASSAGES, {"id": source["id"], "most": MOST_CITATIONS})
    words = {(row["start_char"], row["end_char"]): row for row in rows.rows}
    citations = await _citations(database, source["id"], 0)
    notes = _notes(datasette, database.name, passages.numbered(words), citations, None)
    return [{"note": note, **dict(words[note.start, note.end])} for note in notes.values() if (note.start, note.end) in words]


async def _captures(datasette: Datasette, database: Database, id_: str) -> list[tuple[str, str, str]]:
    """Return (address, time in words, relation in words) of other captures of the same document."""
    rows = await database.execute(
        "select other.id, other.archived_at, same, later, other.collected_from,"
        " (select collected_from from sources where id = :id) as own from ("
        "select earlier as capture, same, 0 as later from captures where source = :id"
        " union all select source, same, 1 from captures where earlier = :id"
        ") join sources as other on other.id = capture order by other.archived_at, other.id limit :most",
        {"id": id_, "most": MOST_CAPTURES},
    )
    return [
        (
            links.source(datasette, database.name, row["id"]),
            date_wording.recording_time(row["archived_at"]),
            _relation(id_, row),
        )
        for row in rows.rows
    ]


def _relation(id_: str, other: Row) -> str:
    """Say how another source is a capture of the same document. The pictures of a fetched page were drawn, not fetched again."""
    if other["collected_from"] == f"source/{id_}":
        return "drawn from this page"
    if other["own"] == f"source/{other['id']}":
        return "the page from which this was drawn"
    if other["own"] and other["own"] == other["collected_from"] and other["own"].startswith("source/"):
        return "drawn from the same page"
    return _CAPTURES[other["same"], other["later"]]


async def _as_picture(datasette: Datasette, request: Request, database: Database, source: Row) -> dict[str, Any]:
    """Return the address of the file, if the source is a picture, and the happenings that show it, as (address, headline)."""
    if source["text_sha256"] != images.NO_TEXT or fragments.is_recording(source["media_type"]):
        return {"picture": None}
    rows = await database.execute(
        f"select id, substr({happening_lookup.HEADLINE}, 1, 201) as title from happening_media"
        " join happenings on happenings.id = happening where source = :id and status = 'current' order by date, id limit :most",
        {"id": source["id"], "most": MOST_CAPTURES},
    )
    return {
        "picture": pictures.address(datasette, database.name, source["id"], source["sha256"], source["media_type"]),
        "pictures_shown": await pictures.may_be_seen(datasette, request, database.name),
        "showing": [(links.happening(datasette, database.name, row["id"]), shortened(row["title"], 200)) for row in rows.rows],
    }


async def _citations(database: Database, id_: str, start: int) -> list[Row]:
    """Read the first citations that end after a place."""
    rows = await database.execute(
        "select citations.happening, number, start_char, end_char, stance, supports,"
        f" substr({happening_lookup.HEADLINE}, 1, 201) as title, date, status"
        " from citations join happenings on happenings.id = citations.happening"
        " where source = :id and end_char > :start and description is null order by start_char limit :most",
        {"id": id_, "start": start, "most": MOST_CITATIONS},
    )
    return list(rows.rows)


async def _count_uses(database: Database, id_: str) -> dict[str, int | bool]:
    """Count, among the first citations, the current happenings, those that the source supports, and the retracted ones."""
    rows = await database.execute(
        "select count(*) as citations, count(distinct iif(status <> 'retracted', happening, null)) as current,"
        " count(distinct iif(status <> 'retracted' and stance <> 'disputes', happening, null)) as supported,"
        " count(distinct iif(status = 'retracted', happening, null)) as retracted"
        " from (select happening, stance from citations where source = :id order by start_char limit :most)"
        " cross join happenings on happenings.id = happening",
        {"id": id_, "most": MOST_CITATIONS},
    )
    row = rows.rows[0]
    counts = {name: row[name] for name in ("current", "supported", "retracted")}
    return {**counts, "at_least": row["citations"] == MOST_CITATIONS}


async def _passage_of_citation(database: Database, id_: str, name: str | None) -> str | None:
    """Return the passage of a citation by its name: `treaty-2` is the second citation of the happening `treaty`."""
    happening, _, number = (name or "").rpartition("-")
    if not re.fullmatch("[0-9]{1,9}", number):
        return None
    rows = await database.execute(
        "select start_char || '-' || end_char from citations where happening = :happening and number = :number and source = :id"
        " and description is null",
        {"happening": happening, "number": int(number), "id": id_},
    )
    return str(rows.rows[0][0]) if rows.rows else None


def _read_start(text: str | None, length: int) -> int | None:
    """Read the place from which to show the text; None if there is none, or the text is shorter."""
    match = re.fullmatch("[0-9]{1,9}", text or "")
    return int(match[0]) if match and int(match[0]) < length else None


def _read_span(text: str | None, length: int) -> passages.Span | None:
    """Read a passage from the address: `120-180`, offsets in code points. None if it is not within the text."""
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", text or "")
    if match is None or not int(match[1]) < int(match[2]) <= length:
        return None
    return int(match[1]), int(match[2])


def _address_faults(request: Request, requested: passages.Span | None, length: int, listed: Sequence[parts.Part]) -> list[str]:
    """Return a message for each place in the address that is not in this text: the page shows the text without it."""
    typed = {name: request.args.get(name) for name in ("passage", "cited", "start")}
    passage, cited, start = ("".join(c for c in shortened(one or "", 40) if c.isprintable()) for one in typed.values())
    characters = f"{length:,} character" + ("" if length == 1 else "s")
    messages = []
    if typed["passage"] and requested is None:
        messages.append(
            f"“{passage}” is no passage of this text, so none is marked. Write the number of its first character and the number"
            f" after its last, such as 0-{min(80, length)}: the text has {characters}."
        )
    elif typed["cited"] and requested is None and not any(one.name == typed["cited"] for one in listed):
        messages.append(f"“{cited}” is no citation of this source, so no passage is marked.")
    if typed["start"] and _read_start(typed["start"], length) is None:
        messages.append(f"“{start}” is no character of this text, which has {characters}, so it is shown from its beginning.")
    return messages


def _notes(
    datasette: Datasette,
    database: str,
    spans: Sequence[passages.Span],
    citations: Sequence[Mapping[str, Any] | Row],
    requested: passages.Span | None,
) -> dict[int, MarkedPassage]:
    uses: dict[passages.Span, list[Use]] = {}
    for row in citations:
        use = Use(
            anchor=links.passage_anchor(row["happening"], row["number"]),
            address=links.happening(datasette, database, row["happening"]),
            title=shortened(row["title"] or row["happening"], 200),
            when=date_wording.words(row["date"]),
            stance=row["stance"],
            supports=row["supports"],
            status=row["status"],
        )
        uses.setdefault((row["start_char"], row["end_char"]), []).append(use)
    return {
        number: MarkedPassage(number, *span, uses.get(span, ()), requested == span) for number, span in enumerate(spans, start=1)
    }


async def _unknown(datasette: Datasette, request: Request, database: Database, id_: str) -> Response:
    """Answer that there is no such source, with a list of the first sources."""
    rows = await database.execute("select id, title from sources order by id limit 20")
    timeline = links.timeline(datasette, database.name)
    context = {
        "database": database.name,
        "what": "source",
        "id": shortened(id_, 200),
        "near": [(links.source(datasette, database.name, row["id"]), row["title"] or row["id"], row["id"]) for row in rows.rows],
        "timeline": timeline,
    }
    return await page_frame.respond(datasette, request, "timeline_unknown.html", context, status=404)
