"""Find search words in happenings, in their quotations, and in documents.

Owns the choice of the passage for a hit. Must not decide what matches: the page's search chooses the happenings and sources.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from timeline.reading.records import Happening, Quotation
from timeline.selection import sources
from timeline.selection.passages import Passage, Words
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import SourceQuery

_SHORT: Final = 400  # characters of a text that is shown in full
_FIELDS: Final = ("title", "summary", "place")


class Document(NamedTuple):
    """The source of a hit."""

    id: str
    version: int
    position: int
    title: str
    published: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A hit: the happening or source, the field, and the passage.

    `start` and `end` are characters of the source's text: of the whole quotation, or of the passage of a document.
    """

    group: Literal["happening", "quotation", "document"]
    of: Happening | Document
    field: str
    text: str
    spans: tuple[tuple[int, int], ...]  # of the words, within the text
    source: str | None = None
    start: int | None = None
    end: int | None = None
    page: int | None = None
    places: int = 1
    cut: tuple[bool, bool] = (False, False)  # whether there is more before the text, and after it
    number: int | None = None  # of the quotation, among the happening's

    @property
    def bracketed(self) -> str:
        """The passage with the words in brackets, and an ellipsis where it is cut."""
        return " ".join(self.marked("[", "]").split())

    def marked(self, begin: str, end: str, without: str = "") -> str:
        """Return the passage with the words between two marks, an ellipsis where it is cut, and `without` some characters."""
        removed = dict.fromkeys(map(ord, without))
        parts, at = [], 0
        for start, stop in self.spans:
            parts += [self.text[at:start].translate(removed), begin, self.text[start:stop], end]
            at = stop
        return f"{'… ' if self.cut[0] else ''}{''.join([*parts, self.text[at:].translate(removed)])}{' …' if self.cut[1] else ''}"


def in_happenings(happenings: Iterable[Happening], words: Words) -> Iterator[Place]:
    """Find words in the fields of happenings, and in their quotations.

    A quotation is a hit if it has all the words; or some, if neither another quotation nor the happening itself has all.
    """
    for happening in happenings:
        own = [(name, text, passage) for name, text in _fields(happening) if (passage := words.passage(text)) is not None]
        quotation_hits = [(one, passage) for one in happening.quotations if (passage := words.passage(one.quote)) is not None]
        all_own = {word for _, _, passage in own for word in passage.words} >= set(words.wanted)
        complete = [(one, passage) for one, passage in quotation_hits if passage.words >= set(words.wanted)]
        if all_own or not complete:
            name, text, passage = max(own, key=lambda one: len(one[2].words), default=("title", happening.title, None))
            if passage is not None or not quotation_hits:
                yield _place("happening", happening, name, text, passage)
        for quotation, passage in complete or ([] if all_own else quotation_hits):
            yield _place("quotation", happening, "quote", quotation.quote, passage, quotation)


def _fields(happening: Happening) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for name in _FIELDS if (text := getattr(happening, name)))
    yield from (("actors", name) for name, _ in happening.actors)
    yield from (("description", one.description) for one in happening.quotations if one.description)


def _place(
    group: Literal["happening", "quotation", "document"],
    of: Happening | Document,
    name: str,
    text: str,
    passage: Passage | None,
    quotation: Quotation | None = None,
) -> Place:
    """Make a hit from a passage; a short text is shown in full."""
    begin, end = (0, len(text)) if passage is None or len(text) <= _SHORT else (passage.start, passage.end)
    spans = tuple((start - begin, stop - begin) for start, stop in passage.spans) if passage else ()
    cut = (begin > 0, end < len(text))
    if quotation is None:
        return Place(group, of, name, text[begin:end], spans, cut=cut)
    one = quotation
    return Place(group, of, name, text[begin:end], spans, one.source.id, one.start, one.end, one.page, 1, cut, one.number)


def in_documents(snapshot: Snapshot, words: Words) -> Iterator[Place]:
    """Find words in the texts and bibliographies of sources. Each source is one hit, at the passage with the most words."""
    for row in sources.every(snapshot, SourceQuery(words.typed)) if words.wanted else ():
        if row["title"] is not None:
            (version,) = snapshot.plain("select version from events where position = :position", {"position": row["position"]})[0]
            document = Document(row["id"], version, row["position"], row["title"], row["published"])
            text = snapshot.plain("select bytes from documents where sha256 = :hash", {"hash": row["text_sha256"]})
            about = [(name, row[name]) for name in ("title", "publisher", "author") if row[name]]
            yield _in_document(snapshot, document, text[0][0].decode(errors="replace") if text else "", about, words)


def _in_document(snapshot: Snapshot, document: Document, text: str, about: Iterable[tuple[str, str]], words: Words) -> Place:
    """Return the best passage of a source."""
    best = words.passage(text)
    if best is None:
        bibliography = [(name, known, passage) for name, known in about if (passage := words.passage(known)) is not None]
        name, shown, passage = max(bibliography, key=lambda one: len(one[2].words), default=("title", document.title, None))
        return _place("document", document, name, shown, passage)
    spans = tuple((start - best.start, end - best.start) for start, end in best.spans)
    pages = "select page from source_pages where source = :id and start_char <= :start order by start_char desc limit 1"
    page = snapshot.value(pages, {"id": document.id, "start": best.spans[0][0]})
    cut = (bool(text[: best.start].strip()), bool(text[best.end :].strip()))
    shown = text[best.start : best.end]
    return Place("document", document, "text", shown, spans, document.id, best.start, best.end, page, best.places, cut)
