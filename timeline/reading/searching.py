"""Where words are: in happenings, in their quotations, and in documents.

Owns which passage is a hit. Must not decide what matches: the happenings and sources are those that the page's search chooses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from timeline.log import Event, Log
from timeline.reading import sources
from timeline.reading.passages import Passage, Words

_WHOLE: Final = 400  # characters of a quotation that is shown as a whole
_FIELDS: Final = ("title", "summary", "place")


@dataclass(frozen=True, slots=True)
class Place:
    """A place where words were found: in which field of which happening or source, and the passage.

    `start` and `end` are characters of the source's text: of a quotation the whole of it, of a document the passage.
    """

    group: str
    event: Event
    field: str
    text: str
    spans: tuple[tuple[int, int], ...]  # of the words, within the text
    source: str | None = None
    start: int | None = None
    end: int | None = None
    page: int | None = None
    places: int = 1
    cut: tuple[bool, bool] = (False, False)  # whether something stands before the text, and after it

    @property
    def statement(self) -> dict[str, Any]:
        """What the event says; empty once it was redacted."""
        statement: dict[str, Any] = self.event.payload.get("statement", {})
        return statement

    @property
    def span(self) -> tuple[str | None, int | None, int | None]:
        """The source, and the characters of its text."""
        return self.source, self.start, self.end

    @property
    def bracketed(self) -> str:
        """The passage with the words in brackets, and an ellipsis where it is cut."""
        parts, at = [], 0
        for start, end in self.spans:
            parts += [self.text[at:start], f"[{self.text[start:end]}]"]
            at = end
        text = " ".join("".join([*parts, self.text[at:]]).split())
        return f"{'… ' if self.cut[0] else ''}{text}{' …' if self.cut[1] else ''}"

    @property
    def id(self) -> str:
        """The id of the happening or source."""
        return self.event.stream.partition("/")[2]


def in_happenings(log: Log, events: Iterable[Event], words: Words) -> Iterator[Place]:
    """Find words in what happenings say, and in their quotations.

    A quotation is a hit that has all the words; or some, where neither another nor the happening itself has all.
    """
    for event in events:
        if event.data is None:
            continue
        statement = event.payload["statement"]
        own = [(name, text, passage) for name, text in _fields(statement) if (passage := words.passage(text)) is not None]
        quoted = [
            (one, passage) for one in statement.get("citations") or () if (passage := words.passage(one["quote"])) is not None
        ]
        all_own = {word for _, _, passage in own for word in passage.words} >= set(words.wanted)
        whole = [(one, passage) for one, passage in quoted if passage.words >= set(words.wanted)]
        if all_own or not whole:
            name, text, passage = max(own, key=lambda one: len(one[2].words), default=("title", statement["title"], None))
            if passage is not None or not quoted:
                yield _place("happening", event, name, text, passage)
        for citation, passage in whole or ([] if all_own else quoted):
            at = sources.page(log, citation["source"], citation["start_char"])
            yield _place("quotation", event, "quote", citation["quote"], passage, citation, at)


def _fields(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, statement[name]) for name in _FIELDS if statement.get(name))
    yield from (("actors", actor["name"]) for actor in statement.get("actors") or ())


def _place(
    group: str,
    event: Event,
    name: str,
    text: str,
    passage: Passage | None,
    citation: dict[str, Any] | None = None,
    at: int | None = None,
) -> Place:
    """Make a hit of a passage; a short text is shown as a whole."""
    begin, end = (0, len(text)) if passage is None or len(text) <= _WHOLE else (passage.start, passage.end)
    spans = tuple((start - begin, stop - begin) for start, stop in passage.spans) if passage else ()
    source, first, last = (citation["source"], citation["start_char"], citation["end_char"]) if citation else (None, None, None)
    return Place(group, event, name, text[begin:end], spans, source, first, last, at, 1, (begin > 0, end < len(text)))


def in_documents(log: Log, words: Words, as_of: int | None = None) -> Iterator[Place]:
    """Find words in the texts of sources, and in what is known of these; each source is one hit, at the passage that has most."""
    for event in sources.events(log, words.typed, as_of) if words.wanted else ():
        if event.data is not None:
            yield _in_document(log, event, words)


def _in_document(log: Log, event: Event, words: Words) -> Place:
    """Find the best passage of a source."""
    statement, source = event.payload["statement"], event.stream.partition("/")[2]
    about = [(name, statement[name]) for name in ("title", "publisher", "author") if statement.get(name)]
    bibliography = [(name, text, passage) for name, text in about if (passage := words.passage(text)) is not None]
    document = log.document(statement["text_sha256"])
    text = document.decode(errors="replace") if document is not None else ""
    best = words.passage(text)
    if best is None:
        name, shown, passage = max(bibliography, key=lambda one: len(one[2].words), default=("title", statement["title"], None))
        return _place("document", event, name, shown, passage)
    spans = tuple((start - best.start, end - best.start) for start, end in best.spans)
    at = sources.page(log, source, best.spans[0][0])
    cut = (bool(text[: best.start].strip()), bool(text[best.end :].strip()))
    shown = text[best.start : best.end]
    return Place("document", event, "text", shown, spans, source, best.start, best.end, at, best.places, cut)
