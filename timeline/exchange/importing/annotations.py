"""Plan the citations of annotations: words that someone marked in a source, to be added to a happening.

Owns the search for the source. Must not append: each outcome has a function for that. Must not add a quotation that is not in the
text.
"""

from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from timeline import quotes, statements
from timeline.documents import fragments
from timeline.documents.text_cache import TextCache
from timeline.errors import Sentence, StatementInvalid, TimelineError, UnknownSource
from timeline.exchange.importing.citing import placed_citation
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Outcome, Target
from timeline.exchange.rows.row import Row
from timeline.model import Citation, DescribedCitation, VerifiedCitation, check
from timeline.timeline import Timeline

_LEFT_OUT: Final = (frozenset[str](), frozenset({"prefix"}), frozenset({"suffix"}), frozenset({"prefix", "suffix"}))


_Place = tuple[str | int, ...]


class _Recorded(NamedTuple):
    """A recorded happening: whether it was retracted, and the places that it cites."""

    retracted: bool
    places: frozenset[_Place]


class Citations:
    """The rows of one file that are citations."""

    def __init__(self, file: File, timeline: Timeline | None, happening: str | None) -> None:
        """Search sources and happenings in a timeline. `happening` is the default for rows that name none."""
        self.file = file
        self.timeline = timeline
        self.happening = happening
        self._added: set[_Place] = set()
        self._addresses: dict[str, list[str]] | None = None  # the sources of each address, read at the first use
        self._recorded = lru_cache(maxsize=1_000)(self._read_recorded)
        self._text = TextCache(self._read_text)

    def plan(self, row: Row) -> Outcome:
        """Return the outcome of a row."""
        outcome = Outcome(row, "unchanged")
        fields = {name: value for name, value in row.fields.items() if value not in (None, "")}
        id = fields.pop("happening", None) or self.happening
        if row.refused is not None:
            outcome.refuse(row.refused)
        elif id is None:
            outcome.refuse('names no happening. Tag it "happening:ID", or name one for all such rows: --happening ID')
        elif self.timeline is None:
            outcome.refuse(Sentence('there is no happening "{}", and no timeline yet', id))
        else:
            outcome.stream = f"happening/{id}"
            try:
                self._decide(outcome, self.timeline, str(id), fields)
            except TimelineError as error:
                outcome.refuse(error.beside(outcome.stream))
        return outcome

    def _decide(self, outcome: Outcome, timeline: Timeline, id: str, fields: dict[str, Any]) -> None:
        recorded = self._recorded(id)
        url = fields.pop("url", None)
        sources = [fields.pop("source")] if "source" in fields else self._sources(timeline, str(url))
        citation: Citation | DescribedCitation
        if "description" in fields:
            citation, place = self._described(sources, fields, outcome.stream)
        else:
            citation, place = self._quoted(outcome, sources, fields)
        if (id, *place) in self._added or place in recorded.places:
            return
        if recorded.retracted:
            outcome.refuse("the happening was retracted, so nothing is added to it")
            return
        self._added.add((id, *place))
        reason = f"row {outcome.row.number} of {self.file.path.name} cites source/{citation.source}"
        outcome.verb, outcome.fields = "corrected", ("citations",)
        outcome.act = partial(_cite, id=id, citation=citation, reason=reason)

    def _quoted(self, outcome: Outcome, sources: list[str], fields: dict[str, Any]) -> tuple[Citation, _Place]:
        """Return the citation of words, and its place."""
        if (fault := self._misplaced(sources[0], fields.get("fragment"))) is not None:
            outcome.remarks.append(("fragment", f"{fault}: left out"))
            fields = {name: value for name, value in fields.items() if name != "fragment"}
        citation, passage = self._locate(sources, fields, outcome.stream)
        for name in ("prefix", "suffix"):
            if name in fields and getattr(citation, name) is None:
                outcome.remarks.append((name, "is not beside the quotation in the text, which has these words once: left out"))
        return citation, (citation.source, passage.start_char, passage.end_char)

    def _described(self, sources: list[str], fields: dict[str, Any], subject: str) -> tuple[DescribedCitation, _Place]:
        """Return the citation of a part of the first source, which may be none of a picture or recording, and its place."""
        citation = check(DescribedCitation, {**fields, "source": sources[0]}, subject)
        if (fault := self._misplaced(citation.source, citation.fragment)) is not None:
            raise StatementInvalid.in_fields(subject, (("fragment", fault),))
        return citation, _place(citation)

    def _misplaced(self, source: str, fragment: str | None) -> str | None:
        """Return why a source has no such part; None if it has, or if none is named."""
        assert self.timeline is not None  # noqa: S101 - checked before
        return fragments.misplaced(fragment, self.timeline.source(source).media_type or "") if fragment else None

    def _sources(self, timeline: Timeline, url: str) -> list[str]:
        """Return the sources that were archived from an address, the last first."""
        if self._addresses is None:
            self._addresses = {}
            rows = timeline.log.connection.execute("SELECT id, url FROM sources WHERE url IS NOT NULL ORDER BY position DESC")
            for id, address in rows:
                self._addresses.setdefault(_without_fragment(address), []).append(id)
        if sources := self._addresses.get(_without_fragment(url)):
            return sources
        advice = "Archive it first: timeline archive --fetch"
        raise UnknownSource(Sentence("there is no source with the address {0}. {1} {0} --id …", url, advice))

    def _locate(self, sources: list[str], fields: dict[str, Any], subject: str) -> tuple[Citation, quotes.Passage]:
        """Find the quotation in the first source that has it, or raise the error for the first source.

        Prefix and suffix are those of the page in a browser. If the text does not have them, the words must be there once.
        """
        first: TimelineError | None = None
        for left_out in _LEFT_OUT:
            if left_out and not fields.keys() & left_out:
                continue
            used = {name: value for name, value in fields.items() if name not in left_out}
            for source in sources:
                citation = check(Citation, {**used, "source": source}, subject)
                try:
                    return citation, quotes.find(self._text(source), citation.quote, citation.prefix, citation.suffix)
                except TimelineError as error:
                    first = first or error
        raise first or UnknownSource("names no source")

    def _read_recorded(self, id: str) -> _Recorded:
        """Read the citations of a happening. They cannot change while rows are planned, before any is appended."""
        assert self.timeline is not None  # noqa: S101 - checked before
        happening = self.timeline.happening(id)
        return _Recorded(happening.status == "retracted", frozenset(map(_place, happening.citations)))

    def _read_text(self, source: str) -> quotes.Text:
        assert self.timeline is not None  # noqa: S101 - checked before
        statement = self.timeline.source(source).event.payload.get("statement", {})
        text = self.timeline.log.document(statement.get("text_sha256", ""))
        if text is None:
            raise UnknownSource(f"source/{source}", "was redacted, so nothing can be quoted from it")
        return quotes.Text(text.decode())


def _place(citation: VerifiedCitation | DescribedCitation) -> _Place:
    if isinstance(citation, DescribedCitation):
        return (citation.source, citation.fragment, citation.description)
    return (citation.source, citation.start_char, citation.end_char)


def _without_fragment(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


def _cite(to: Target, id: str, citation: Citation | DescribedCitation, reason: str) -> object:
    event = to.timeline.log.last(f"happening/{id}")
    recorded: statements.Statement = event.payload.get("statement", {}) if event else {}
    citations = [*map(placed_citation, recorded.get("citations", ())), citation]
    return to.timeline.correct(id, reason=reason, citations=citations)
