"""The command that looks for words in happenings, quotations and documents. Owns how a hit reads, and where it says it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from timeline.cli import json_forms, printing, sources
from timeline.cli.choosing import as_of_option, choose, status_option
from timeline.cli.list import Line, drawn, happening
from timeline.cli.passages import Passage, Words
from timeline.cli.running import Whole, db, opened, refuse_outdated
from timeline.log import Event
from timeline.timeline import Timeline

ON_SCREEN: Final = 10  # hits of a group on a terminal, where no number is asked for
_GROUPS: Final = {"happening": "Happenings", "quotation": "Quotations", "document": "Documents"}
_WHOLE: Final = 400  # characters of a quotation that is shown as a whole
_BEGIN, _END = "\u2063", "\u2064"  # around a word until it is drawn: they take no column
_UNMARKED = str.maketrans("", "", _BEGIN + _END)
_BOLD, _PLAIN = "\x1b[1m", "\x1b[22m"
_SAID: Final = ("title", "summary", "place")


@dataclass(frozen=True, slots=True)
class Hit:
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
    def id(self) -> str:
        """The id of the happening or source."""
        return self.event.stream.partition("/")[2]


@click.command()
@click.argument("words", nargs=-1, required=True)
@as_of_option
@status_option("current")
@click.option(
    "--limit",
    type=Whole(1),
    metavar="N",
    help="No more than so many of each kind.  [default: all; 10 on a terminal]",
)
@json_forms.as_lines
@db
def search(words: tuple[str, ...], as_of: str | None, status: str | None, limit: int | None, as_json: bool, db: Path) -> None:
    """Look for words in happenings, in their quotations, and in the documents.

    All the words must be there, with or without their accents; the last may be the beginning of a longer one. Each hit says where
    it is: the happening, or the source with the characters of its text and the page of a PDF.

    Example: timeline search peacekeeping
    """
    typed = " ".join(words)
    with opened(db) as timeline:
        refuse_outdated(timeline, db)
        choice = choose(timeline.log.connection, {"q": typed, "as_of": as_of, "status": status}, "current")
        looked_for = Words(typed, inside=choice.as_of is not None)
        events = (event for one in choice.positions if (event := timeline.log.event(one)) is not None)
        most = limit if as_json else printing.fitting(limit, most=ON_SCREEN)
        groups = _split(_in_happenings(timeline, events, looked_for), most)
        groups["document"] = list(islice(_in_documents(timeline, looked_for, choice.as_of), most and most + 1))
        if as_json:
            for hit in (hit for group in _GROUPS for hit in groups[group][:most]):
                json_forms.write(_json(hit))
            return
        for group, title in _GROUPS.items():
            _draw(title, groups[group], most)
        if not any(groups.values()):
            click.echo("These words are nowhere in it", err=True)
        if limit is None and most is not None and any(len(hits) > most for hits in groups.values()):
            printing.more()


def _split(hits: Iterator[Hit], most: int | None) -> dict[str, list[Hit]]:
    """Put hits into their groups, and stop once there are more in each than are shown."""
    groups: dict[str, list[Hit]] = {group: [] for group in _GROUPS}
    for hit in hits:
        if most is None or len(groups[hit.group]) <= most:
            groups[hit.group].append(hit)
        elif all(len(groups[group]) > most for group in ("happening", "quotation")):
            break
    return groups


def _in_happenings(timeline: Timeline, events: Iterator[Event], words: Words) -> Iterator[Hit]:
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
                yield _hit("happening", event, name, text, passage)
        for citation, passage in whole or ([] if all_own else quoted):
            at = sources.page(timeline, citation["source"], citation["start_char"])
            yield _hit("quotation", event, "quote", citation["quote"], passage, citation, at)


def _fields(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, statement[name]) for name in _SAID if statement.get(name))
    yield from (("actors", actor["name"]) for actor in statement.get("actors") or ())


def _hit(
    group: str,
    event: Event,
    name: str,
    text: str,
    passage: Passage | None,
    citation: dict[str, Any] | None = None,
    at: int | None = None,
) -> Hit:
    """Make a hit of a passage; a short text is shown as a whole."""
    begin, end = (0, len(text)) if passage is None or len(text) <= _WHOLE else (passage.start, passage.end)
    spans = tuple((start - begin, stop - begin) for start, stop in passage.spans) if passage else ()
    source, first, last = (citation["source"], citation["start_char"], citation["end_char"]) if citation else (None, None, None)
    return Hit(group, event, name, text[begin:end], spans, source, first, last, at, 1, (begin > 0, end < len(text)))


def _in_documents(timeline: Timeline, words: Words, as_of: int | None) -> Iterator[Hit]:
    """Find words in the texts of sources, and in what is known of these; each source is one hit, at the passage that has most."""
    from timeline.web.pages import search as searches  # noqa: PLC0415 - it loads Datasette, which is slow

    ids = sources.matching(timeline, searches.match(words.typed))
    for event in sources.events(timeline, as_of):
        last = timeline.log.last(event.stream)
        otherwise = as_of is not None and last is not None and last.position != event.position  # said of it then
        if event.data is not None and (event.stream.partition("/")[2] in ids or otherwise):
            hit, present = _in_document(timeline, event, words)
            if not otherwise or present >= set(words.wanted):
                yield hit


def _in_document(timeline: Timeline, event: Event, words: Words) -> tuple[Hit, set[str]]:
    """Find the best passage of a source, and say which of the words it has in all."""
    statement, source = event.payload["statement"], event.stream.partition("/")[2]
    about = [(name, statement[name]) for name in ("title", "publisher", "author") if statement.get(name)]
    bibliography = [(name, text, passage) for name, text in about if (passage := words.passage(text)) is not None]
    document = timeline.log.document(statement["text_sha256"])
    text = document.decode(errors="replace") if document is not None else ""
    best = words.passage(text)
    everything = {word for _, _, passage in bibliography for word in passage.words} | (best.words if best else set())
    if best is None:
        name, shown, passage = max(bibliography, key=lambda one: len(one[2].words), default=("title", statement["title"], None))
        return _hit("document", event, name, shown, passage), everything
    spans = tuple((start - best.start, end - best.start) for start, end in best.spans)
    at = sources.page(timeline, source, best.spans[0][0])
    cut = (bool(text[: best.start].strip()), bool(text[best.end :].strip()))
    shown = text[best.start : best.end]
    hit = Hit("document", event, "text", shown, spans, source, best.start, best.end, at, best.places, cut)
    return hit, everything


def _draw(title: str, hits: list[Hit], most: int | None) -> None:
    """Draw a group: what each hit is of, the passage, and where that is."""
    if not hits:
        return
    number = f"{len(hits):,}" if most is None or len(hits) <= most else f"the first {most:,}"
    click.echo(printing.bold(f"{title} ({number})"))
    for hit, head in zip(hits, drawn([_head(hit) for hit in hits[:most]], "  "), strict=False):
        click.echo(head)
        if hit.field != "title":
            click.echo(_passage(hit))
        if place := _place(hit):
            click.echo(printing.dim(printing.paragraphs(place, 6)))
    click.echo()


def _head(hit: Hit) -> Line:
    """Say what a hit is of."""
    return Line("", hit.event.stream, hit.statement["title"]) if hit.group == "document" else happening(hit.event)


def _passage(hit: Hit) -> str:
    """Draw the passage, the words in it marked."""
    parts, at = [], 0
    for start, end in hit.spans:
        parts += [hit.text[at:start].translate(_UNMARKED), _BEGIN, hit.text[start:end], _END]
        at = end
    before, after = ("… " if hit.cut[0] else ""), (" …" if hit.cut[1] else "")
    text = f"{before}{''.join([*parts, hit.text[at:].translate(_UNMARKED)])}{after}"
    if hit.group == "quotation":
        text = f"“{text}”"
    elif hit.field not in ("text", "summary"):
        text = f"{hit.field}: {text}"
    return printing.paragraphs(" ".join(text.split()), 6).replace(_BEGIN, _BOLD).replace(_END, _PLAIN)


def _place(hit: Hit) -> str | None:
    """Say where in a source a passage is."""
    if hit.source is None:
        return None
    parts = [
        "" if hit.group == "document" else f"source/{hit.source}",
        f"page {hit.page}" if hit.page else "",
        f"characters {hit.start:,}–{hit.end:,}",
        f"{hit.places:,} places in all" if hit.places > 1 else "",
    ]
    return " · ".join(part for part in parts if part)


def _json(hit: Hit) -> json_forms.Json:
    """Write a hit; `passage` is to the letter, `start_char` and `end_char` are where it is in the text of the source."""
    statement = hit.statement
    return {
        "in": hit.group,
        "happening": None if hit.group == "document" else hit.id,
        "source": hit.id if hit.group == "document" else hit.source,
        "version": hit.event.version,
        "position": hit.event.position,
        "title": statement["title"],
        "attributed_to": statement.get("attributed_to"),
        "date": statement.get("published" if hit.group == "document" else "date"),
        "field": hit.field,
        "passage": hit.text,
        "words": [list(span) for span in hit.spans],
        "start_char": hit.start,
        "end_char": hit.end,
        "page": hit.page,
        "places": hit.places,
    }
