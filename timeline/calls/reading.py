"""The calls that read: happenings, sources, words, as now known or as they once were.

Owns their arguments. Must not append, nor make a file: where there is none, there is nothing to be read.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date as Day
from html import escape
from itertools import islice
from typing import Literal

from timeline import archiving, dates, notebook, redaction, statements
from timeline.archived import ArchivedSource
from timeline.calls import given_dates
from timeline.calls.given_dates import DateLike
from timeline.calls.keywords import named
from timeline.calls.lists import Happenings, Hit, Hits, Sources, title
from timeline.calls.opened import Opened
from timeline.errors import DateInvalid, FilterInvalid
from timeline.log import Event
from timeline.model import HappeningVersion, RedactedVersion, stream
from timeline.reading import choosing, searching
from timeline.reading.happenings import at_positions
from timeline.reading.passages import Words
from timeline.selection import sources
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import SourceQuery

_SHOWN = 20  # happenings of a timeline that a notebook shows


class Reading(Opened):
    """A timeline, as it is read."""

    def source(self, id: str) -> ArchivedSource:
        """Find an archived source, to quote from and to read. Raises UnknownSource.

        Parameters:
            id: the id of the source.
        """
        self.log.look_again()
        return archiving.source(self.log, self._streams.past(stream("source", id))[-1])

    def happening(self, id: str, *, as_of: int | DateLike | None = None) -> HappeningVersion:
        """Read a happening as now known, or as it once was. Raises UnknownHappening, Redacted, or FilterInvalid.

        Parameters:
            id: the id of the happening.
            as_of: as it was known at a position of the log, or at the end of a day.
        """
        self.log.look_again()
        if as_of is not None and (not isinstance(as_of, int) or isinstance(as_of, bool)):
            as_of = choosing.position(self.log.connection, _asked("as_of", as_of))
        last = self._streams.past(stream("happening", id), as_of)[-1]
        if last.data is None:
            raise redaction.redacted_error(self.log, last)
        return statements.version(last)

    def history(self, id: str) -> list[HappeningVersion | RedactedVersion]:
        """Read every version of a happening, the first one first. Raises UnknownHappening.

        Parameters:
            id: the id of the happening.
        """
        self.log.look_again()
        past = self._streams.past(stream("happening", id))
        return [statements.version(event) if event.data is not None else redaction.version(self.log, event) for event in past]

    def events(self, after: int = 0) -> Iterator[Event]:
        """Read the log after a position, in order.

        Parameters:
            after: a position of the log; 0 reads all of it.
        """
        self.log.refuse_absent()
        return self.log.events(after)

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
        from_: DateLike | None = None,
        to: DateLike | None = None,
        as_of: int | DateLike | None = None,
        status: Literal["current", "retracted", "all"] = "current",
        limit: int | None = None,
    ) -> Happenings:
        """Read the happenings that all filters choose, in time order: those that the timeline's page shows with them.

        What was redacted is left out; `history` tells of it. One with an approximate date that is only near the period from `from_`
        to `to` is among them, and its `near` is True.

        Parameters:
            q: words that it has, with or without their accents; the last may be the beginning of a longer one.
            kind: of this kind.
            actor: where they took part, by name or id.
            place: at this place.
            tag: filed under it.
            source: that cites this source, by its id.
            mark: "disputed", "corrected", "claimed" (attributed to somebody) or "single" (of one source).
            from_: still so then, or possibly: a `datetime.date`, or "2003", "44 BCE", "2025-11", "2025-11-24", any EDTF.
            to: begun by then, or possibly.
            as_of: as the timeline was known at a position of the log, or at the end of a day.
            status: "current", "retracted" or "all".
            limit: no more than so many, the earliest.

        Raises FilterInvalid where a filter makes no sense, and DatabaseRefused where there is no file.

        Example:
            >>> timeline.happenings(kind="meeting", from_="2025-11", to=date(2025, 11, 30))
            [<happening/meets@1: 2025-11-24, The council meets>]
        """
        self.log.refuse_absent()
        self.refuse_outdated()
        filters = {"q": q, "kind": kind, "actor": actor, "place": place, "tag": tag, "source": source, "mark": mark}
        days = {"from": _asked("from_", from_), "to": _asked("to", to), "as_of": _asked("as_of", as_of), "status": status}
        choice = choosing.choose(self.log.connection, {**filters, **days}, "current")
        found = (event for event in self._at(choice.positions) if event.data is not None)
        versions = (statements.version(one).model_copy(update={"near": one.position in choice.near}) for one in found)
        return Happenings(islice(versions, _most(limit)))

    @named("sources")
    def sources(self, *, q: str | None = None, as_of: int | DateLike | None = None, limit: int | None = None) -> Sources:
        """Read the archived sources, in the order in which they were archived.

        Parameters:
            q: words that the document has, or its title, publisher or author.
            as_of: as they were known at a position of the log, or at the end of a day.
            limit: no more than so many, the first.

        Raises FilterInvalid where a filter makes no sense, and DatabaseRefused where there is no file.

        Example:
            >>> timeline.sources(q="Marrakech")
            [<source/report@1: A report, 2025-11-28>]
        """
        self.log.refuse_absent()
        self.refuse_outdated()
        until = choosing.position(self.log.connection, _asked("as_of", as_of))
        rows = sources.every(Snapshot(self.log.connection, until), SourceQuery(q or ""))
        events = self._at(row["position"] for row in islice(rows, _most(limit)))
        return Sources(archiving.source(self.log, event) for event in events)

    @named("search")
    def search(
        self,
        words: str,
        *,
        as_of: int | DateLike | None = None,
        status: Literal["current", "retracted", "all"] = "current",
        limit: int | None = None,
    ) -> Hits:
        """Look for words in happenings, in the quotations that they rest on, and in documents, as `timeline search` does.

        Parameters:
            words: all of them must be there, with or without their accents; the last may be the beginning of a longer one.
            as_of: as the timeline was known at a position of the log, or at the end of a day.
            status: the happenings that are "current", "retracted", or "all".
            limit: no more than so many of each kind.

        Raises FilterInvalid where the words or a filter make no sense, and DatabaseRefused where there is no file.

        Example:
            >>> [(hit.kind, hit.id, hit.passage) for hit in timeline.search("council meets")]
            [('happening', 'meets', 'The [council] [meets]')]
        """
        self.log.refuse_absent()
        self.refuse_outdated()
        choice = choosing.choose(self.log.connection, {"q": words, "as_of": _asked("as_of", as_of), "status": status}, "current")
        wanted = Words(words, inside=choice.as_of is not None)
        happenings = at_positions(self.log.connection, choice.positions, as_of=choice.as_of)
        places = list(searching.in_happenings(happenings, wanted))
        kinds = [[place for place in places if place.group == kind] for kind in ("happening", "quotation")]
        documents = searching.in_documents(Snapshot(self.log.connection, choice.as_of), wanted)
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
        there = happening.citations[place.number - 1]
        return Hit("quotation", title(happening), place.bracketed, happening, self.source(there.source), there)

    def __repr__(self) -> str:
        """Say which file it is, and how many events it holds."""
        try:
            size = f"{self.log.size():,} events" if self.log.is_there else "not there yet"
        except sqlite3.ProgrammingError:
            size = "closed"
        return f"<Timeline {self.log.path}: {size}>"

    def _repr_html_(self) -> str:
        """Show its first happenings in a notebook."""
        try:
            if not self.log.is_there:
                return f"<div>{escape(repr(self))}</div>"
            found = self.happenings()
        except sqlite3.ProgrammingError:
            return f"<div>{escape(repr(self))}</div>"
        rows = [(dates.worded(one.date), one.title, one.place or "", one.id) for one in found[:_SHOWN]]
        said = f"{self.log.path}: {len(found):,} happenings"
        return notebook.table(("When", "What", "Where", "Id"), rows, len(found) - _SHOWN, said)


def _asked(name: str, value: int | DateLike | None) -> str | None:
    """Write what a filter asks as the page's address has it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, Day):
        raise FilterInvalid(name, f"{value!r} is no date. Give a datetime.date, or text such as 2025-11-24")
    try:
        return given_dates.text(value)
    except DateInvalid as error:
        raise FilterInvalid(name, error) from None


def _most(limit: int | None) -> int | None:
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise FilterInvalid(f"limit: {limit!r} is no number of things. Give a whole number from 0, or leave it out")
    return limit
