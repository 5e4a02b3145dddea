"""The sources as they are known, now or at a position of the log: the event that says it, and how much rests on each.

Owns their reading from the log. Must not choose among them, nor draw anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from timeline.log import Event, Log
from timeline.selection import sources
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import Asked


@dataclass(frozen=True, slots=True)
class Known:
    """A source: the event that says what is known of it, the length of its text, and how many current happenings rest on it."""

    event: Event
    characters: int | None
    happenings: int

    @property
    def id(self) -> str:
        """Its id."""
        return self.event.stream.partition("/")[2]


def known(log: Log, as_of: int | None = None, id: str | None = None) -> Iterator[Known]:
    """Give the sources by their ids, as known now or at a position; or one of them."""
    snapshot = Snapshot(log.connection, as_of)
    resting = sources.resting(snapshot, id)
    for row in sorted(sources.every(snapshot, Asked()), key=lambda row: str(row["id"])):
        if id in (None, row["id"]) and (event := log.event(row["position"])) is not None:
            yield Known(event, row["characters"], resting.get(row["id"], 0))


def events(log: Log, words: str = "", as_of: int | None = None) -> Iterator[Event]:
    """Give the events that say what is known of sources, in the order in which they were archived; or of some by their words."""
    for row in sources.every(Snapshot(log.connection, as_of), Asked(words)):
        if (event := log.event(row["position"])) is not None:
            yield event


def page(log: Log, source: str, start: int) -> int | None:
    """Give the page of a PDF on which a character is; None of what has no pages."""
    row = log.connection.execute(
        "SELECT page FROM source_pages WHERE source = ? AND start_char <= ? ORDER BY start_char DESC LIMIT 1", (source, start)
    ).fetchone()
    return row[0] if row else None
