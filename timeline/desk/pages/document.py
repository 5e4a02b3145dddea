"""The page on which a document is read and written from: its text at one side, the form of a happening at the other.

Owns the reading view: the text with what is cited and which dates it mentions. Recording is a call of the timeline.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row
from typing import Any, Final

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from timeline import dates, suggestions
from timeline.desk import checking
from timeline.desk.checking import Checked
from timeline.desk.form import Form, Quotation
from timeline.desk.pages import desk, form_view
from timeline.desk.pages import visit as visits
from timeline.desk.pages.happening import Known, known_happening
from timeline.desk.pages.visit import Visit
from timeline.documents import extractors, fragments, images
from timeline.errors import AlreadyRecorded, DateInvalid, TimelineError
from timeline.selection import period
from timeline.shortening import shortened
from timeline.suggestions import Suggestion
from timeline.timeline import Timeline
from timeline.web import links, scheduling
from timeline.web.pages import date_wording, originals, passages, pictures
from timeline.web.pages.sources import KINDS

SHOWN: Final = 60_000  # characters of the text on a page
_BLANKS: Final = dict.fromkeys(map(ord, "\n\r\t\f\v\xa0"), " ")
_BEFORE_DATE: Final = re.compile(
    r"\b(before|after|since|until|till|about|around|circa|c\.|approximately|between|no later than|not before)\s+(?:in\s+)?\Z",
    re.IGNORECASE,
)
_OTHER_DATE: Final = re.compile(r"\s+and\s+(?:[\w.]+\s+){0,2}\d{3,4}\b")  # after "between" and a date
_BETWEEN: Final = re.compile(r"(between)\s", re.IGNORECASE)
LONGEST_QUALIFIER: Final = 30  # characters before a date in which such a word is searched
LONGEST_WORDS: Final = 200  # characters that are searched for
LONGEST_NUMBER: Final = 12  # digits
FAULTY: Final = 400  # the first status of a refusal
LONGEST_LINE: Final = 5_000  # characters that a part may be longer, to end with a line
MOST_CITATIONS: Final = 2_000
MOST_PICTURES: Final = 60  # pages of a PDF as pictures
LONGEST_NOTE: Final = 200
_SPANS: Final = (
    "select start_char, end_char from citations where source = :id and end_char > :start and start_char < :end"
    " order by start_char limit :most"
)
_ALL_SPANS: Final = "select start_char, end_char from citations where source = :id order by start_char limit 20000"
_NAMES: Final = "select name from actors limit 20000"


@dataclass(frozen=True)
class Note:
    """A suggestion in the margin: a date that the text mentions, and how it is read."""

    suggestion: Suggestion
    words: str


@visits.answering
async def document_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a document and the form; record what is submitted."""
    visit = await visits.enter(datasette, request)
    source = await _source(visit, tilde_decode(request.url_vars["source"]))
    if request.method == "POST":
        return await _submitted(visit, source)
    draft = await visit.draft(request.args.get("draft"))
    form = await _suggested_form(visit, source, draft.form if draft else Form(), request.args.get("use") or "")
    checked = await visit.read(lambda timeline: checking.check(timeline, form, everything=False))
    if draft is None or not draft.happening:
        return await _page(visit, source, form, checked)
    known = await visit.read(lambda timeline: known_happening(timeline, draft.happening))
    return await _page(visit, source, form, checked, corrects=known)


async def _source(visit: Visit, id_: str) -> Row:
    found = await visit.database.execute("select * from sources where id = :id", {"id": id_})
    if (row := found.first()) is None:
        raise NotFound(f"There is no document {shortened(id_, 100)}")
    return row  # type: ignore[no-any-return]


async def _suggested_form(visit: Visit, source: Row, form: Form, place: str) -> Form:
    """Fill a form with the suggestion at a place of the text ("120-136"), if there is one; what is typed already stays."""
    start, _, end = place.partition("-")
    if not (_is_number(start) and _is_number(end)):
        return form
    text = await visit.read(lambda timeline: timeline.text(source["id"]))
    names = [row[0] for row in (await visit.database.execute(_NAMES)).rows]
    first = int(start)
    part = _part_at(_parts(text), len(text), first)  # the same part as the page shows, so that the same dates are read
    found = await scheduling.in_thread(_suggested, text, source, names, *part)
    chosen = [one for one in found if one.start == first]
    return _with_suggestion(form, chosen[0], source["id"]) if chosen else form


def _with_suggestion(form: Form, one: Suggestion, source: str) -> Form:
    """Fill a form with a suggestion; what is typed already stays."""
    quotation = Quotation(source=source, quote=one.quote, start_char=str(one.quote_start))
    overlaps = any(typed.source == source and (typed.quote in one.quote or one.quote in typed.quote) for typed in form.quotations)
    return replace(
        form,
        date=form.date or one.date or "",
        date_note=form.date_note or one.date_note or "",
        actors=form.actors or "\n".join(one.actors),
        quotations=form.quotations if overlaps else (*form.quotations, quotation),
    )


async def _submitted(visit: Visit, source: Row) -> Response:
    pairs = await visits.read_form(visit.request)
    button, form = form_view.submitted(pairs, source["id"])
    if button in ("draft", "elsewhere"):
        return await form_view.saved(visit, button, form, document=source["id"])
    if button.startswith("use"):
        form = await _suggested_form(visit, source, form, dict(pairs).get("do", "").partition(":")[2])
    everything = button == "record"
    checked = await visit.read(lambda timeline: checking.check(timeline, form, everything=everything))
    if not everything or not checked.is_sound:
        return await _page(visit, source, form, checked, status=422 if everything else 200)

    def record(timeline: Timeline) -> str:
        id_ = checking.id_of(form)
        assert checked.date  # noqa: S101 - it is sound
        timeline.append({"happening": {"id": id_, **form.entry(checked.date.edtf)}})
        return id_

    try:
        recorded = await visit.write(record)
    except AlreadyRecorded:
        form, checked = await visit.read(lambda timeline: _with_other_id(timeline, form, checked))
        return await _page(visit, source, form, checked, status=409)
    except TimelineError as error:
        checked = form_view.with_error(checked, error)
        return await _page(visit, source, form, checked, problem="" if error.faults else str(error), status=409)
    await visit.delete_draft(form.draft)
    start = visit.request.args.get("start") or ""
    return visit.redirect(visit.address("documents", source["id"], start=start, recorded=recorded, was=form.draft))


def _with_other_id(timeline: Timeline, form: Form, checked: Checked) -> tuple[Form, Checked]:
    """Offer another id for a happening whose id is taken, and say by what."""
    taken = checking.id_of(form)
    number = next(number for number in range(2, 10_000) if not timeline.log.version(f"happening/{taken}-{number}"))
    title = timeline.happening(taken).title
    reason = (
        f"“{taken}” is the id of another happening, “{shortened(title, 100)}”. If that is the same, correct it instead. If yours is"
        f" another one, record it under the id {taken}-{number}, which is filled in now, or choose your own"
    )
    return replace(form, id=f"{taken}-{number}"), replace(checked, faults={**checked.faults, "id": [reason]})


async def _page(
    visit: Visit,
    source: Row,
    form: Form,
    checked: Checked,
    *,
    problem: str = "",
    corrects: Known | None = None,
    status: int = 200,
) -> Response:
    request, id_ = visit.request, source["id"]
    parts_of = form_view.part_of(source["media_type"])
    first = "original" if parts_of and source["text_sha256"] == images.NO_TEXT else "text"
    show = request.args.get("show") or first
    title = shortened(source["title"] or id_, 300)
    text, fault = await _text(visit, id_)
    spans = [tuple(row) for row in (await visit.database.execute(_ALL_SPANS, {"id": id_})).rows]
    here = visit.address("documents", id_)
    resting = (
        await visit.database.execute("select count(distinct happening) from citations where source = :id", {"id": id_})
    ).single_value()
    others = await asyncio.to_thread(visit.drafts.on, id_) if form.is_empty and not corrects else []
    recorded = await _recorded(visit, request.args.get("recorded") or "")
    context = {
        **await form_view.context(visit, form, checked, problem=problem, source=id_),
        "source": source,
        "title": title,
        "kind": KINDS.get(originals.kind_of(source["media_type"]), source["media_type"] or "Text"),
        "show": show if show in ("original", "uncited") else "text",
        "parts_of": parts_of,
        "tabs": [
            (name, label, visit.address("documents", id_, draft=form.draft, show="" if name == first else name))
            for name, label in (
                ("text", "Text"),
                ("original", "Original"),
                ("uncited", f"Not cited yet ({desk.share_uncited(spans, len(text))} %)" if text else "Not cited yet"),
            )
        ],
        "here": here,
        "fault": fault,
        "archived": date_wording.recording_time(source["archived_at"]) if source["archived_at"] else None,
        "published": date_wording.capitalised(source["published"]) if source["published"] else None,
        "resting": resting,
        "source_page": links.source(visit.datasette, visit.database.name, id_),
        "on_timeline": links.timeline(visit.datasette, visit.database.name, source=id_),
        "text_note": extractors.caveat(source["extractor"] or ""),
        "recorded": recorded,
        "attempted": status >= FAULTY,
        "other_drafts": [
            (visit.address("documents", id_, draft=one.id), shortened(one.title or one.form.date or "Untitled", 80))
            for one in others
        ],
        "saved": bool(request.args.get("saved")),
        "action": visit.address("happenings", corrects.id)
        if corrects
        else visit.address("documents", id_, show="" if show == first else show, start=request.args.get("start") or ""),
        "is_correction": corrects is not None,
        "known": corrects,
        **(await _original(visit, source) if show == "original" else await _reading(visit, source, text, form)),
    }
    trail = [(here, shortened(title, 60))]
    return await visit.page("timeline_desk_document.html", context, trail=trail, status=status)


async def _text(visit: Visit, id_: str) -> tuple[str, str]:
    """Return the text of a document, or the reason why it cannot be read."""
    try:
        return await visit.read(lambda timeline: timeline.text(id_)), ""
    except TimelineError as error:
        return "", error.reason


async def _reading(visit: Visit, source: Row, text: str, form: Form) -> dict[str, Any]:
    """Return the part of the text that the page shows, with its marks and the suggestions beside it."""
    words, after = (visit.request.args.get("find") or "").strip(), _place(visit.request.args.get("after"), len(text))
    match = await scheduling.in_thread(_find_words, text, words[:LONGEST_WORDS], after)
    asked = match[0] if match else _place(visit.request.args.get("start"), len(text))
    starts = _parts(text)
    start, end = _part_at(starts, len(text), asked)
    number = starts.index(start)
    cited = [
        (row["start_char"], row["end_char"])
        for row in (
            await visit.database.execute(_SPANS, {"id": source["id"], "start": start, "end": end, "most": MOST_CITATIONS})
        ).rows
    ]
    names = [row[0] for row in (await visit.database.execute(_NAMES)).rows]
    printed = originals.has_pages(source["media_type"], source["extractor"])

    def cut() -> dict[str, Any]:
        found = _suggested(text, source, names, start, end)
        dated = {(one.start, one.end): one for one in found}
        spans = passages.numbered([*cited, *dated])
        shown = text[:end]
        part = passages.part(shown, spans, match, start=start, printed=printed, whole=True)
        numbers = {span: number for number, span in enumerate(spans, start=1)}
        return {
            "paragraphs": part.paragraphs,
            "notes": {numbers[span]: Note(one, _worded(one)) for span, one in dated.items()},
            "cited": {numbers[span] for span in cited if span in numbers},
            "printed": printed,
        }

    def address(**query: str) -> str:
        return visit.address("documents", source["id"], draft=form.draft, **query)

    values: dict[str, Any] = {
        "parts": [(address(start=str(one) if one else ""), one == start) for one in starts] if len(starts) > 1 else (),
        "further": address(start=str(starts[number + 1])) if number + 1 < len(starts) else None,
        "words": words,
        "next_place": address(find=words, after=str(match[1])) + "#found" if match else None,
        "start": start,
    }
    return {**values, **(await scheduling.in_thread(cut) if text else {"paragraphs": (), "notes": {}, "cited": set()})}


def _parts(text: str) -> list[int]:
    """Return the places where the parts of a text begin that the page shows one at a time. A part ends with a line."""
    starts = [0]
    while (least := starts[-1] + SHOWN) < len(text):
        starts.append(text.find("\n", least, least + LONGEST_LINE) + 1 or passages.past_marks(text, least))
    return starts


def _part_at(starts: Sequence[int], length: int, place: int) -> tuple[int, int]:
    """Return where the part of a text begins and ends that has a place."""
    number = bisect_right(starts, place) - 1
    return starts[number], [*starts, length][number + 1]


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER


def _find_words(text: str, words: str, after: int) -> tuple[int, int] | None:
    """Find words in a text from a place on, or else from its beginning, whatever their case and a line end between them."""
    if not words:
        return None
    lower = text.lower()
    folded = (lower if len(lower) == len(text) else text).translate(_BLANKS)  # places must stay the same
    wanted = " ".join((words.lower() if len(lower) == len(text) else words).split())
    start = folded.find(wanted, after)
    start = folded.find(wanted) if start < 0 else start
    return None if start < 0 else (start, start + len(wanted))


def _suggested(text: str, source: Mapping[str, Any] | Row, names: Sequence[str], start: int, end: int) -> list[Suggestion]:
    """Return the dates that a part of a text mentions; places are those of the whole text."""
    first = text.rfind("\n", 0, start) + 1
    found = suggestions.dates_in(text[first:end], source["published"], source["language"])
    moved = [one._replace(start=one.start + first, end=one.end + first, quote_start=one.quote_start + first) for one in found]
    return [*suggestions.with_actors([_qualified(text, one) for one in moved if one.end > start], names)]


def _qualified(text: str, one: Suggestion) -> Suggestion:
    """Read a date together with the word before it that changes its meaning ("before 1920"), as the field of the form reads it.

    A date that cannot be read so is left to the person.
    """
    match = _BEFORE_DATE.search(text, max(0, one.start - LONGEST_QUALIFIER), one.start) or _BETWEEN.match(text, one.start, one.end)
    if match is None:
        return one
    other = _OTHER_DATE.match(text, one.end) if match[1].lower() == "between" else None
    words = " ".join(text[match.start() : other.end() if other else one.end].split())
    try:
        date = period.edtf(words)
    except DateInvalid:
        return one._replace(date=None, date_note=f"The document says “{words}”")
    return one._replace(date=date, date_note=f"The document says “{words}”")


def _worded(one: Suggestion) -> str:
    """Say how a suggested date is read, or why it is not."""
    if one.date is None:
        return shortened(one.date_note or "which day this is, the document does not say", LONGEST_NOTE)
    words = dates.worded(one.date)
    if words == one.words:
        words = f"the year {words}" if one.date.isdecimal() else "as it is written"
    return shortened(f"{words} ({one.date_note})" if one.date_note else words, LONGEST_NOTE)


async def _original(visit: Visit, source: Row) -> dict[str, Any]:
    """Return the addresses of the document itself, to be shown beside the form."""
    name, id_ = visit.database.name, source["id"]
    values: dict[str, Any] = {"document": originals.address(visit.datasette, name, id_), "frame": None, "page_pictures": []}
    if fragments.is_recording(source["media_type"]):
        values["player"] = "video" if source["media_type"].startswith("video/") else "audio"
    if originals.kind_of(source["media_type"]) in originals.FRAMED:
        values["frame"] = originals.frame_address(visit.datasette, name, id_)
    elif originals.has_pages(source["media_type"], source["extractor"]):
        sql = "select max(page) from source_pages where source = :id"
        pages = (await visit.database.execute(sql, {"id": id_})).single_value() or 1
        values["page_pictures"] = [
            (number, originals.picture_address(visit.datasette, name, id_, number))
            for number in range(1, min(pages, MOST_PICTURES) + 1)
        ]
        values["more_pages"] = max(0, pages - MOST_PICTURES)
    elif (source["media_type"] or "") in images.SUFFIXES.values():
        values["page_pictures"] = [(1, pictures.address(visit.datasette, name, id_, source["sha256"], source["media_type"]))]
    return values


async def _recorded(visit: Visit, id_: str) -> dict[str, Any] | None:
    """Return the happening that was recorded before this page, and where it can be seen and corrected."""
    row = (
        (await visit.database.execute("select title, position from happenings where id = :id", {"id": id_})).first()
        if id_
        else None
    )
    if row is None:
        return None
    return {
        "title": shortened(row["title"], 200),
        "position": row["position"],
        "address": links.happening(visit.datasette, visit.database.name, id_),
        "correct": visit.address("happenings", id_),
    }


def _place(start: str | None, length: int) -> int:
    return min(int(start), length) if start and start.isascii() and start.isdecimal() and len(start) < 12 else 0
