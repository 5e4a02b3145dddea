"""The calls that read happenings, sources and search hits, now or as of a position.

Owns their parameters. Must not append, nor create a file.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Day
from html import escape
from itertools import islice
from typing import Literal

from timeline import archiving, dates, notebook, redaction, statements, suggestions
from timeline.archived_source import ArchivedSource
from timeline.calls import python_dates
from timeline.calls.keywords import named
from timeline.calls.open_timeline import Opened
from timeline.calls.python_dates import DateLike
from timeline.calls.result_lists import Happenings, Hit, Hits, Sources, title
from timeline.calls.subscription import Subscription
from timeline.errors import DateInvalid, FilterInvalid
from timeline.log.log import Event
from timeline.model import HappeningVersion, stream
from timeline.reading import choosing, reviews, searching
from timeline.reading.happenings import at_positions
from timeline.redaction import RedactedVersion
from timeline.selection import period, sources
from timeline.selection.passages import Words
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import SourceQuery
from timeline.suggestions import Suggestions, by_model

_SHOWN = 20  # happenings of a timeline that a notebook shows


class Reading(Opened):
    """The reading calls of a timeline."""

    def source(self, id: str) -> ArchivedSource:
        """Return an archived source, to read and to quote from. Raises UnknownSource.

        Parameters:
            id: the id of the source.
        """
        self.log.look_again()
        return archiving.source(self.log, self._streams.past(stream("source", id))[-1])

    def happening(self, id: str, *, as_of: int | DateLike | None = None) -> HappeningVersion:
        """Return a happening, now or as of a position or day. Raises UnknownHappening, Redacted, or FilterInvalid.

        Parameters:
            id: the id of the happening.
            as_of: the state at a position of the log, or at the end of a day.
        """
        self.log.look_again()
        if as_of is not None and (not isinstance(as_of, int) or isinstance(as_of, bool)):
            as_of = choosing.position(self.log.connection, _filter_text("as_of", as_of))
        last = self._streams.past(stream("happening", id), as_of)[-1]
        if last.data is None:
            raise redaction.redacted_error(self.log, last)
        return self._with_reviews([last], as_of)[0]

    def history(self, id: str) -> list[HappeningVersion | RedactedVersion]:
        """Return every version of a happening, the first one first. Raises UnknownHappening.

        Parameters:
            id: the id of the happening.
        """
        self.log.look_again()
        past = self._streams.past(stream("happening", id))
        versions = iter(self._with_reviews([event for event in past if event.data is not None]))
        return [next(versions) if event.data is not None else redaction.version(self.log, event) for event in past]

    def _with_reviews(self, events: Sequence[Event], as_of: int | None = None) -> list[HappeningVersion]:
        """Return the versions in events of one happening, each with its review as of a position, or as now known."""
        self.refuse_outdated()
        verdicts = reviews.of_versions(Snapshot(self.log.connection, as_of), events[0].subject) if events else {}
        return [statements.version(event).model_copy(update={"review": verdicts.get(event.version)}) for event in events]

    def events(self, after: int = 0) -> Iterator[Event]:
        """Yield the events after a position, in order.

        Parameters:
            after: a position of the log; 0 reads all of it.
        """
        self.log.refuse_absent()
        return self.log.events(after)

    def subscribe(self, after: int = 0) -> Subscription:
        """Return an iterator that yields the events after a position, then waits for those that any program appends.

        It never ends by itself: leave the loop, or call its `close`, from another thread too. Store the position of the last event
        that you have dealt with, and begin after that next time: none is missed, and none comes twice.

        Parameters:
            after: a position of the log; 0 begins with its first event.

        Raises UnknownEvent if the log ends before that position, and DatabaseRefused if there is no file.

        Example:
            >>> with timeline.subscribe(after=1) as events:
            ...     for event in events:
            ...         print(event.position, event.type, event.subject)
            ...         break
            2 HappeningRecorded meets
        """
        self.log.refuse_absent()
        return Subscription(self.log, after)

    @named("happenings")
    def happenings(
        self,
        *,
        q: str | None = None,
        kind: str | None = None,
        actor: str | None = None,
        place: str | None = None,
        tag: str | None = None,
        source: str | None = None,
        mark: Literal["disputed", "corrected", "claimed", "single"] | None = None,
        review: Literal["confirmed", "doubted", "none"] | None = None,
        from_: DateLike | None = None,
        to: DateLike | None = None,
        as_of: int | DateLike | None = None,
        status: Literal["current", "retracted", "all"] = "current",
        limit: int | None = None,
    ) -> Happenings:
        """Return the happenings that match all filters, in time order, as on the timeline's page.

        Redacted happenings are left out; `history` has them. A happening whose approximate date is only near the period from
        `from_` to `to` is included, with `near` set to True.

        Parameters:
            q: words in it, with or without their accents; the last may be the beginning of a longer one.
            kind: its kind.
            actor: somebody who took part, by name or id.
            place: its place.
            tag: one of its tags.
            source: a source that it cites, by id.
            mark: "disputed", "corrected", "claimed" (attributed to somebody) or "single" (with one source).
            review: "confirmed" or "doubted" by others than its author, or "none".
            from_: it had not, or possibly not, ended by then: a `datetime.date`, or "2003", "44 BCE", "2025-11", any EDTF.
            to: it had, or possibly had, begun by then.
            as_of: the state at a position of the log, or at the end of a day.
            status: "current", "retracted" or "all".
            limit: at most this many, the earliest.

        Raises FilterInvalid where a filter makes no sense, and DatabaseRefused if there is no file.

        Example:
            >>> timeline.happenings(kind="meeting", from_="2025-11", to=date(2025, 11, 30))
            [<happening/meets@1: 2025-11-24, The council meets>]
        """
        self.log.refuse_absent()
        self.refuse_outdated()
        filters = {"q": q, "kind": kind, "actor": actor, "place": place, "tag": tag, "source": source, "mark": mark}
        filters["review"] = review
        days = {
            "from": _filter_text("from_", from_),
            "to": _filter_text("to", to),
            "as_of": _filter_text("as_of", as_of),
            "status": status,
        }
        choice = choosing.choose(self.log.connection, {**filters, **days}, "current")
        events = (event for event in self._at(choice.positions) if event.data is not None)
        versions = (
            statements.version(one).model_copy(
                update={"near": one.position in choice.near, "review": choice.reviews.get(one.position)}
            )
            for one in events
        )
        return Happenings(islice(versions, _most(limit)))

    @named("sources")
    def sources(self, *, q: str | None = None, as_of: int | DateLike | None = None, limit: int | None = None) -> Sources:
        """Return the archived sources, in the order in which they were archived.

        Parameters:
            q: words in the document, or in its title, publisher or author.
            as_of: the state at a position of the log, or at the end of a day.
            limit: at most this many, the first.

        Raises FilterInvalid where a filter makes no sense, and DatabaseRefused if there is no file.

        Example:
            >>> timeline.sources(q="Marrakech")
            [<source/report@1: A report, 2025-11-28>]
        """
        self.log.refuse_absent()
        self.refuse_outdated()
        until = choosing.position(self.log.connection, _filter_text("as_of", as_of))
        rows = sources.every(Snapshot(self.log.connection, until), SourceQuery(q or ""))
        events = self._at(row["position"] for row in islice(rows, _most(limit)))
        return Sources(archiving.source(self.log, event) for event in events)

    def suggest(
        self, source: str, *, published: DateLike | None = None, language: str | None = None, model: str | None = None
    ) -> Suggestions:
        """Suggest the dates that a source's text mentions, each with its sentence as a quotation. Nothing is recorded.

        Relative dates, such as "last week" or a day without its year, are read against the day on which the source was published.
        Where nothing settles a date, it is None. `date_note` says how each was read.

        With a model, suggest the happenings that it proposes, each with a title, people and a passage. The text is sent to it. Only
        those count whose passage is in the text, and whose date is read from it or marked as the model's reading; `summary` counts
        the rest.

        Parameters:
            source: the id of the source.
            published: the day to read relative dates against, if not the source's own.
            language: a BCP 47 tag, if not the source's own: en, fr, es, de or ar. Otherwise it is recognised.
            model: the name of one of your models in the library llm, which the extra `suggest` installs.

        Raises UnknownSource, Redacted, FilterInvalid for a date or language that cannot be read, or ModelRefused.

        Example:
            >>> [(one.words, one.date) for one in timeline.suggest("report")]
            [('24 November 2025', '2025-11-24')]
        """
        archived = self.source(source)
        if language is not None and language.partition("-")[0].lower() not in suggestions.LANGUAGES:
            raise FilterInvalid("language", f'"{language[:20]}" is not read. Give one of {", ".join(suggestions.LANGUAGES)}')
        try:
            day = archived.published if published is None else period.edtf(python_dates.text(published))
        except DateInvalid as error:
            raise FilterInvalid("published", error) from None
        names = self.log.connection.execute("SELECT name FROM actors WHERE name IS NOT NULL") if self.log.is_there else ()
        language = language or archived.language
        if model is None:
            result = Suggestions(suggestions.dates_in(archived.text, day, language))
        else:
            text = self._source_text(source).text
            result = by_model.happenings_in(text, model, title=archived.title or "", published=day, language=language)
        result[:] = suggestions.with_actors(result, (name for (name,) in names))
        return result

    @named("search")
    def search(
        self,
        words: str,
        *,
        as_of: int | DateLike | None = None,
        status: Literal["current", "retracted", "all"] = "current",
        limit: int | None = None,
    ) -> Hits:
        """Search for words in happenings, in the quotations that they cite, and in documents, as `timeline search` does.

        Parameters:
            words: a hit has all of them, with or without their accents; the last may be the beginning of a longer one.
            as_of: the state at a position of the log, or at the end of a day.
            status: the happenings that are "current", "retracted", or "all".
            limit: at most this many of each kind.

        Raises FilterInvalid where the words or a filter make no sense, and DatabaseRefused if there is no file.

        Example:
            >>> [(hit.kind, hit.id, hit.passage) for hit in timeline.search("council meets")]
            [('happening', 'meets', 'The [council] [meets]')]
        """
        self.log.refuse_absent()
        self.refuse_outdated()
        choice = choosing.choose(
            self.log.connection, {"q": words, "as_of": _filter_text("as_of", as_of), "status": status}, "current"
        )
        query = Words(words)
        happenings = at_positions(self.log.connection, choice.positions, as_of=choice.as_of)
        places = list(searching.in_happenings(happenings, query))
        kinds = [[place for place in places if place.group == kind] for kind in ("happening", "quotation")]
        documents = searching.in_documents(Snapshot(self.log.connection, choice.as_of), query)
        return Hits(self._hit(place) for kind in (*kinds, documents) for place in islice(kind, _most(limit)))

    def _at(self, positions: Iterable[int]) -> Iterator[Event]:
        """Read the events at these positions."""
        return (event for position in positions if (event := self.log.event(position)) is not None)

    def _hit(self, place: searching.Place) -> Hit:
        (event,) = self._at([place.of.position])
        if place.group == "document":
            return Hit("document", place.of.title, place.bracketed, source=archiving.source(self.log, event))
        happening = statements.version(event)
        if place.number is None:
            return Hit("happening", title(happening), place.bracketed, happening)
        citation = happening.citations[place.number - 1]
        return Hit("quotation", title(happening), place.bracketed, happening, self.source(citation.source), citation)

    def __repr__(self) -> str:
        """Show the file and the number of its events."""
        try:
            size = f"{self.log.size():,} events" if self.log.is_there else "not there yet"
        except sqlite3.ProgrammingError:
            size = "closed"
        return f"<Timeline {self.log.name}: {size}>"

    def _repr_html_(self) -> str:
        """Show its first happenings in a notebook."""
        try:
            if not self.log.is_there:
                return f"<div>{escape(repr(self))}</div>"
            happenings = self.happenings()
        except sqlite3.ProgrammingError:
            return f"<div>{escape(repr(self))}</div>"
        rows = [(dates.worded(one.date), one.title, one.place or "", one.id) for one in happenings[:_SHOWN]]
        caption = f"{self.log.name}: {len(happenings):,} happenings"
        return notebook.table(("When", "What", "Where", "Id"), rows, len(happenings) - _SHOWN, caption)


def _filter_text(name: str, value: int | DateLike | None) -> str | None:
    """Convert the value of a filter to its text in the page's address."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, Day):
        raise FilterInvalid(name, f"{value!r} is not a date. Give a datetime.date, or text such as 2025-11-24")
    try:
        return python_dates.text(value)
    except DateInvalid as error:
        raise FilterInvalid(name, error) from None


def _most(limit: int | None) -> int | None:
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise FilterInvalid(f"limit: {limit!r} is not a whole number from 0. Give one, or leave it out")
    return limit
