"""The page `/{database}/-/timeline/sources/{source}`: a document's text with its cited passages marked.

Owns the gathering of a source's bibliography, text, citations and history. Must not follow the source's own address.
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

from timeline import extractors
from timeline.reading import happening_lookup
from timeline.selection.snapshot import Snapshot
from timeline.shortening import shortened
from timeline.web import access, assets, links, snapshots, working
from timeline.web.pages import frame, history, passages, redactions, when
from timeline.web.pages.history import Version
from timeline.web.pages.redactions import Redaction

TABLES = ("sources", "source_texts", "captures", "citations", "happenings", "events")
MOST_CAPTURES = 50
MOST_CITATIONS = 2_000
# Of the happenings that cite one passage, so many are named beside it; the others can be unfolded.
MOST_USES = 3


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
class Note:
    """One passage: its number, its place in the text, and who cites it. `asked` where the address asked for it."""

    number: int
    start: int
    end: int
    uses: Sequence[Use]
    asked: bool

    @property
    def anchors(self) -> list[str]:
        """The names under which others point to the passage."""
        return [use.anchor for use in self.uses] + (["passage"] if self.asked else [])

    @property
    def first(self) -> Sequence[Use]:
        """The uses that are shown at once: those that stand come before those that were retracted."""
        return sorted(self.uses, key=lambda use: use.status == "retracted")[:MOST_USES]

    @property
    def rest(self) -> Sequence[Use]:
        """The uses that can be unfolded."""
        return sorted(self.uses, key=lambda use: use.status == "retracted")[MOST_USES:]

    @property
    def disputes(self) -> bool:
        """Whether it is cited against anything."""
        return any(use.stance == "disputes" for use in self.uses)


@frame.answering
async def source_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a source; 404, with what may have been meant, where there is none."""
    database = await access.open_timeline(datasette, request, *TABLES)
    id_ = tilde_decode(request.url_vars["source"])
    timeline = links.timeline(datasette, database.name)
    source = (await database.execute("select * from sources where id = :id", {"id": id_})).first()
    if source is None:
        return await _unknown(datasette, request, database, id_)
    found = await database.execute("select text from source_texts where source = :id", {"id": id_})
    text = found.rows[0]["text"] if found.rows else None
    cited = await _of_citation(database, id_, request.args.get("cited"))
    asked = _asked(request.args.get("passage") or cited, len(text or ""))
    printed = source["media_type"] == "application/pdf"
    shown = await _shown(datasette, database, source, text or "", asked, _start(request.args.get("start"), len(text or "")))
    resting = await _resting(database, id_)
    versions = await snapshots.read(database, lambda snapshot: history.read(datasette, database.name, snapshot, f"source/{id_}"))
    here = links.source(datasette, database.name, id_)
    said = next((one for one in reversed(versions) if one.type != "EventRedacted"), None)
    redaction = said.redaction if said else None
    gone = (
        await snapshots.read(database, lambda snapshot: _document_gone(datasette, database.name, snapshot, versions))
        if text is None
        else None
    )
    title = source["title"] or (f"{id_} (redacted)" if redaction else id_)
    every = links.sources(datasette, database.name)
    context = {
        "database": database.name,
        "canonical": here,
        "every": every,
        "script": assets.address(datasette, "cite.js"),
        "timeline": timeline,
        "source": source,
        "title": title,
        "short_title": shortened(title, 90),
        "published": when.said(source["published"]) if source["published"] else None,
        "archived": when.recorded(source["archived_at"]) if source["archived_at"] else None,
        "redaction": redaction,
        "gone": gone,
        # A bundle cannot bring in any other, but a hostile file may.
        "safe_url": source["url"] if re.match(r"https?://", source["url"] or "") else None,
        "notes_on_address": _left_out(request, asked, len(text)) if text is not None else [],
        "text": text is not None,
        "text_note": extractors.NOT_COMPARED if extractors.is_as_given(source["extractor"] or "") else None,
        "paragraphs": shown.paragraphs,
        "printed": printed,
        "pages": shown.pages,
        "captures": await _captures(datasette, database, id_),
        "long": len(text or "") > passages.LONGEST,
        "excerpts": bool(shown.start or shown.further is not None or len(text or "") > passages.LONGEST),
        "begins": shown.start,
        "beginning": here if shown.start else None,
        "further": f"{here}?{urlencode(_place(asked, shown.further))}" if shown.further is not None else None,
        "notes": shown.notes,
        **resting,
        "most": MOST_CITATIONS if shown.cut else None,
        "versions": list(reversed(versions)),
        "table_row": datasette.urls.row(database.name, "sources", tilde_encode(id_)),
        "everything": links.timeline(datasette, database.name, source=id_),
        "everything_retracted": links.timeline(datasette, database.name, source=id_, status="retracted"),
    }
    trail = [(timeline, "timeline"), (every, "sources"), (here, shortened(title, 60))]
    return await frame.respond(datasette, request, "timeline_source.html", context, trail=trail)


@dataclass(frozen=True)
class Shown:
    """What the page shows of the text: from where on, up to where; `cut` where it has more citations than are marked."""

    start: int
    further: int | None
    paragraphs: Sequence[passages.Paragraph]
    notes: Mapping[int, Note]
    pages: Mapping[int, int]
    cut: bool


async def _shown(
    datasette: Datasette, database: Database, source: Row, text: str, asked: passages.Span | None, start: int | None
) -> Shown:
    """Cut what is shown: from a place on, or else from the beginning, or from before the passage that is asked for."""
    cited = await _citations(database, source["id"], start or 0)

    def cut() -> Shown:
        first = start or 0
        spans = passages.numbered([*((row["start_char"], row["end_char"]) for row in cited), *([asked] if asked else [])])
        limited = len(cited) == MOST_CITATIONS
        printed = source["media_type"] == "application/pdf"
        until = cited[-1]["start_char"] if limited else None
        part = passages.part(text, spans, asked, start=first, until=until, printed=printed)
        notes = _notes(datasette, database.name, spans, cited, asked)
        pages = _pages(text, part.paragraphs) if printed else {}
        return Shown(first, part.further, part.paragraphs, notes, pages, limited)

    shown = await working.in_thread(cut)
    before = passages.past_marks(text, asked[0] - passages.AROUND) if asked and asked[0] > passages.AROUND else 0
    if start is None and asked and before and shown.further is not None and shown.further < asked[1]:
        return await _shown(datasette, database, source, text, asked, before)
    return shown


def _place(asked: passages.Span | None, start: int) -> dict[str, str]:
    """Give the parameters that show the text from a place on, with the passage that was asked for."""
    return {**({"passage": f"{asked[0]}-{asked[1]}"} if asked else {}), "start": str(start)}


def _document_gone(datasette: Datasette, database: str, snapshot: Snapshot, versions: Sequence[Version]) -> Redaction | None:
    """Find what took a source's document out of the archive, by the hashes that its events still name."""
    for version in reversed(versions):
        for name in ("text_sha256", "sha256"):
            sha256 = (version.statement or {}).get(name)
            if isinstance(sha256, str) and (found := redactions.of_document(datasette, database, snapshot, sha256)):
                return found
    return next((version.redaction for version in reversed(versions) if version.redaction), None)


def _pages(text: str, shown: Sequence[passages.Paragraph]) -> dict[int, int]:
    """Give the page that begins with a paragraph, by where that stands in the text; pages are parted by form feeds."""
    found: dict[int, int] = {}
    last, page, counted = 0, 1, 0
    for paragraph in shown:
        page += text.count("\f", counted, paragraph.start)
        counted = paragraph.start
        if page != last:
            found[paragraph.start] = last = page
    return found


async def _captures(datasette: Datasette, database: Database, id_: str) -> list[tuple[str, str, str]]:
    """List what else was captured of the same, as (address, when in words, words of what it is)."""
    rows = await database.execute(
        "select other.id, other.archived_at, same, later from ("
        "select earlier as which, same, 0 as later from captures where source = :id"
        " union all select source, same, 1 from captures where earlier = :id"
        ") join sources as other on other.id = which order by other.archived_at, other.id limit :most",
        {"id": id_, "most": MOST_CAPTURES},
    )
    words = {
        ("bytes", 0): "the same bytes, as extracted earlier",
        ("bytes", 1): "the same bytes, extracted again",
        ("address", 0): "the same address, as captured earlier",
        ("address", 1): "the same address, as captured later",
    }
    return [
        (links.source(datasette, database.name, row["id"]), when.recorded(row["archived_at"]), words[row["same"], row["later"]])
        for row in rows.rows
    ]


async def _citations(database: Database, id_: str, start: int) -> list[Row]:
    """Read the first citations of what stands after a place."""
    rows = await database.execute(
        "select citations.happening, number, start_char, end_char, stance, supports,"
        f" substr({happening_lookup.HEADLINE}, 1, 201) as title, date, status"
        " from citations join happenings on happenings.id = citations.happening"
        " where source = :id and end_char > :start order by start_char limit :most",
        {"id": id_, "start": start, "most": MOST_CITATIONS},
    )
    return list(rows.rows)


async def _resting(database: Database, id_: str) -> dict[str, int | bool]:
    """Count the happenings that cite a source, those that it supports, and those that were retracted, among the first citations."""
    rows = await database.execute(
        "select count(*) as citations, count(distinct iif(status <> 'retracted', happening, null)) as current,"
        " count(distinct iif(status <> 'retracted' and stance <> 'disputes', happening, null)) as supported,"
        " count(distinct iif(status = 'retracted', happening, null)) as retracted"
        " from (select happening, stance from citations where source = :id order by start_char limit :most)"
        " cross join happenings on happenings.id = happening",
        {"id": id_, "most": MOST_CITATIONS},
    )
    found = rows.rows[0]
    counted = {name: found[name] for name in ("current", "supported", "retracted")}
    return {**counted, "at_least": found["citations"] == MOST_CITATIONS}


async def _of_citation(database: Database, id_: str, name: str | None) -> str | None:
    """Give the passage of a citation that the address names: `treaty-2` is the second one of the happening `treaty`."""
    happening, _, number = (name or "").rpartition("-")
    if not re.fullmatch("[0-9]{1,9}", number):
        return None
    rows = await database.execute(
        "select start_char || '-' || end_char from citations where happening = :happening and number = :number and source = :id",
        {"happening": happening, "number": int(number), "id": id_},
    )
    return str(rows.rows[0][0]) if rows.rows else None


def _start(text: str | None, length: int) -> int | None:
    """Read from where on the address asks for the text; None where it does not, or the text does not reach so far."""
    match = re.fullmatch("[0-9]{1,9}", text or "")
    return int(match[0]) if match and int(match[0]) < length else None


def _asked(text: str | None, length: int) -> tuple[int, int] | None:
    """Read a passage that the address asks for: `120-180`, offsets in code points."""
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", text or "")
    if match is None or not int(match[1]) < int(match[2]) <= length:
        return None
    return int(match[1]), int(match[2])


def _left_out(request: Request, asked: passages.Span | None, length: int) -> list[str]:
    """Say of each place that the address asks for, and that is none in this text, that the text is shown without it."""
    typed = {name: request.args.get(name) for name in ("passage", "cited", "start")}
    passage, cited, start = ("".join(c for c in shortened(one or "", 40) if c.isprintable()) for one in typed.values())
    ends = f"{length:,} character" + ("" if length == 1 else "s")
    found = []
    if typed["passage"] and asked is None:
        found.append(
            f"“{passage}” is no passage of this text, so none is marked for it. Write the numbers of its first character and of"
            f" the one after its last, such as 0-{min(80, length)}: the text has {ends}."
        )
    elif typed["cited"] and asked is None:
        found.append(f"“{cited}” is no citation of this source, so no passage is marked for it.")
    if typed["start"] and _start(typed["start"], length) is None:
        found.append(f"“{start}” is no character of this text, which has {ends}, so it is shown from its beginning.")
    return found


def _notes(
    datasette: Datasette,
    database: str,
    spans: Sequence[tuple[int, int]],
    cited: Sequence[Mapping[str, Any] | Row],
    asked: tuple[int, int] | None,
) -> dict[int, Note]:
    uses: dict[tuple[int, int], list[Use]] = {}
    for row in cited:
        use = Use(
            anchor=links.passage_anchor(row["happening"], row["number"]),
            address=links.happening(datasette, database, row["happening"]),
            title=shortened(row["title"] or row["happening"], 200),
            when=when.words(row["date"]),
            stance=row["stance"],
            supports=row["supports"],
            status=row["status"],
        )
        uses.setdefault((row["start_char"], row["end_char"]), []).append(use)
    return {number: Note(number, *span, uses.get(span, ()), asked == span) for number, span in enumerate(spans, start=1)}


async def _unknown(datasette: Datasette, request: Request, database: Database, id_: str) -> Response:
    """Say that there is no such source, and which there are."""
    rows = await database.execute("select id, title from sources order by id limit 20")
    timeline = links.timeline(datasette, database.name)
    context = {
        "database": database.name,
        "what": "source",
        "id": shortened(id_, 200),
        "near": [(links.source(datasette, database.name, row["id"]), row["title"] or row["id"], row["id"]) for row in rows.rows],
        "timeline": timeline,
    }
    return await frame.respond(datasette, request, "timeline_unknown.html", context, trail=[(timeline, "timeline")], status=404)
