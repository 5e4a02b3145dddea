"""The pages of a PDF or scan on the page of its source: the picture of each beside its text, with the cited passages marked on it.

Owns which pages have a picture, and the words where one, or a mark on it, is missing. Must not draw or place anything itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any, Final

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from timeline.documents import extractors, recognised
from timeline.web import access, showing
from timeline.web.pages import originals, passages
from timeline.web.showing import CannotShow

MOST: Final = 200  # pages with a picture on one page of ours
PATIENCE: Final = 4.0  # seconds to wait for the marks
LONGEST: Final = 200_000  # characters of a page on which passages are placed
MOST_RECOGNISED: Final = 20  # pages whose words are recognised for one page of ours
_NOT_YET: Final = "The passages are not marked on the pictures yet. Reload the page in a moment."


@dataclass(frozen=True)
class Mark:
    """A passage on a picture: its boxes as (left, top, width, height) in points, and whether the address asks for it."""

    number: int
    boxes: Sequence[tuple[float, float, float, float]]
    requested: bool
    disputes: bool


@dataclass(frozen=True)
class Sheet:
    """A page of a document: its number, the paragraphs on it, and its picture, if there is one.

    `number` is None for a document without pages. `unmarked` are the passages whose place on the picture is not certain.
    """

    number: int | None
    paragraphs: Sequence[passages.Paragraph]
    picture: str | None = None
    width: float = 0
    height: float = 0
    marks: Sequence[Mark] = ()
    unmarked: Sequence[int] = ()

    @property
    def marked(self) -> Sequence[int]:
        """The numbers of the passages that are marked on the picture."""
        return [mark.number for mark in self.marks]


def by_page(text: str, paragraphs: Sequence[passages.Paragraph]) -> list[Sheet]:
    """Put the paragraphs of a PDF's text on its pages, which form feeds separate, with the pages between that have no text."""
    sheets: list[Sheet] = []
    page, counted = 1, 0
    for paragraph in paragraphs:
        page += text.count("\f", counted, paragraph.start)
        counted = paragraph.start
        last = sheets[-1].number if sheets else None
        if last == page:
            sheets[-1] = Sheet(page, [*sheets[-1].paragraphs, paragraph])
            continue
        if last is not None and not paragraph.gap:
            sheets += [Sheet(number, ()) for number in range(last + 1, min(page, last + MOST))]
        sheets.append(Sheet(page, [paragraph]))
    return sheets


async def with_pictures(
    datasette: Datasette,
    request: Request,
    database: Database,
    source: Row,
    text: str,
    sheets: Sequence[Sheet],
    notes: Mapping[int, Any],
) -> tuple[Sequence[Sheet], str | None]:
    """Add the pictures, with their marks, and return a message if they, or the marks, are missing."""
    if not await access.all_readable(datasette, request.actor, database.name, originals.TABLES):
        return sheets, None
    shown = [sheet for sheet in sheets if sheet.number is not None][:MOST]
    spans = _spans(text, shown, notes)
    pages = [{"page": one.number, **spans[one.number][0]} if one.number in spans else {"page": one.number} for one in shown]
    key = f"{source['text_sha256']} {[(page['page'], page.get('spans')) for page in pages]}"
    message = None
    try:
        answer = await asyncio.wait_for(showing.show(database, source["sha256"], "places", key, {"pages": pages}), PATIENCE)
        placed = {page["page"]: page for page in answer[0]["pages"]}
        placed, message = await _recognised(database, source, placed, spans)
    except TimeoutError:
        placed = {page["page"]: {} for page in pages}
        message = _NOT_YET
    except CannotShow as error:
        return sheets, f"The document {error}, so its pages are not shown as pictures."
    if len(shown) < len(sheets):
        message = f"Only the first {MOST} pages here are shown as pictures."
    here = originals.picture_address(datasette, database.name, source["id"], 0).removesuffix("0.png")
    return [_pictured(sheet, here, placed, spans, notes) for sheet in sheets], message


async def _recognised(
    database: Database,
    source: Row,
    placed: Mapping[int, Mapping[str, Any]],
    spans: Mapping[int, tuple[dict[str, Any], list[int]]],
) -> tuple[dict[int, Mapping[str, Any]], str | None]:
    """Mark the passages on pages without letters, by the words that are recognised there, or return a message if they are missing.

    One page is recognised at a time. That takes seconds, so it goes on after the answer, and is remembered.
    """
    languages = extractors.ocr(source["extractor"] or "")
    bare = [number for number, page in placed.items() if languages and number in spans and page.get("recognise")]
    marked = {**placed, **{number: {**placed[number], "marks": ()} for number in bare}}
    try:
        async with asyncio.timeout(PATIENCE):
            for number in bare[:MOST_RECOGNISED]:
                parameters = {"page": number, "languages": languages, "seconds": showing.RECOGNISING - 10}
                answer, _ = await showing.show(database, source["sha256"], "words", f"{number} {languages}", parameters)
                marks = recognised.boxes(spans[number][0]["text"], spans[number][0]["spans"], answer["words"])
                marked[number] = {**placed[number], "marks": marks}
    except TimeoutError:
        return marked, _NOT_YET
    except CannotShow as error:
        return marked, f"Passages are not marked on the pictures, because the document {error}."
    return marked, f"Passages are marked only on the first {MOST_RECOGNISED} pictures." if len(bare) > MOST_RECOGNISED else None


def _spans(text: str, sheets: Sequence[Sheet], notes: Mapping[int, Any]) -> dict[int, tuple[dict[str, Any], list[int]]]:
    """Return, by page, its text with the places of passages in it, and the numbers of these."""
    found: dict[int, tuple[dict[str, Any], list[int]]] = {}
    for sheet in sheets:
        if sheet.number is None or not sheet.paragraphs:
            continue
        start = text.rfind("\f", 0, sheet.paragraphs[0].start) + 1
        end = text.find("\f", start)
        end = len(text) if end < 0 else end
        numbers = [number for number, note in notes.items() if note.start < end and note.end > start]
        if numbers and end - start <= LONGEST:
            inner = [(max(notes[n].start, start) - start, min(notes[n].end, end) - start) for n in numbers]
            found[sheet.number] = {"text": text[start:end], "spans": inner}, numbers
    return found


def _pictured(
    sheet: Sheet,
    here: str,
    placed: Mapping[int, Mapping[str, Any]],
    spans: Mapping[int, tuple[dict[str, Any], list[int]]],
    notes: Mapping[int, Any],
) -> Sheet:
    if sheet.number is None or sheet.number not in placed:
        return sheet
    page = placed[sheet.number]
    numbers = spans[sheet.number][1] if sheet.number in spans else []
    boxes = dict(zip(numbers, page.get("marks", ()), strict=False))
    marks = [
        Mark(
            number, [(left, top, right - left, bottom - top) for left, top, right, bottom in of_one], note.requested, note.disputes
        )
        for number, of_one in boxes.items()
        if of_one and (note := notes[number])
    ]
    unmarked = [number for number, of_one in boxes.items() if not of_one]
    return Sheet(
        sheet.number, sheet.paragraphs, f"{here}{sheet.number}.png", page.get("width", 0), page.get("height", 0), marks, unmarked
    )
