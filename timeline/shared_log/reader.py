"""Read a shared log from a position on: events, the documents that they need, and the redactions that are still to come.

Owns what is asked of the server, and how much of it is in memory at once. Must not write anything. `storing` checks what is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from timeline import merkle
from timeline.errors import SharedLogDiffers
from timeline.log.event import Event
from timeline.log.pending_events import COLUMNS
from timeline.shared_log import connecting

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

EVENTS: Final = 10_000  # in a batch: with more, nothing gets faster
ROOM: Final = 64_000_000  # bytes of events, and of documents, in a batch that has more than one
LARGE: Final = 8_000_000  # bytes of a document that is read by itself
BLOCK: Final = 65_536  # events that are compared by one hash
_END: Final = "SELECT coalesce(max(position), 0), pg_is_in_recovery() FROM timeline.events"
_EVENTS: Final = f"""
{_END};
SELECT {merkle.COLUMNS} FROM timeline.events WHERE position = {{after}};
SELECT {COLUMNS} FROM (
    SELECT *, sum(coalesce(octet_length(data), 0)) OVER (ORDER BY position) - coalesce(octet_length(data), 0) AS before
    FROM (SELECT * FROM timeline.events WHERE position > {{after}} ORDER BY position LIMIT {{most}}) AS next
) AS next WHERE before < {{room}} ORDER BY position;
SELECT position, data FROM timeline.events WHERE type = 'EventRedacted' AND position > {{after}} ORDER BY position
"""  # the redactions come last: they explain all data that the events lack
_DOCUMENTS: Final = """
SELECT sha256, before, CASE WHEN before < %s AND size <= %s THEN bytes END FROM (
    SELECT sha256, bytes, octet_length(bytes) AS size,
        sum(octet_length(bytes)) OVER (ORDER BY number) - octet_length(bytes) AS before
    FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (sha256, number) JOIN timeline.documents USING (sha256)
) AS wanted
"""
_HEX: Final = ", ".join(f"encode(convert_to({name}, 'UTF8'), 'hex')" for name in ("stream", "type", "recorded_at", "recorded_by"))
_LINE: Final = f"concat_ws(' ', position, version, {_HEX}, encode(data_hash, 'hex'))"
_BLOCKS: Final = f"""
SELECT (position - 1) / {BLOCK} AS block, sha256(convert_to(string_agg({_LINE}, E'\\n' ORDER BY position), 'UTF8'))
FROM timeline.events WHERE position <= %s GROUP BY block ORDER BY block
"""
_LEAVES: Final = f"SELECT {merkle.COLUMNS} FROM timeline.events WHERE position > %s AND position <= %s ORDER BY position"
_AGAIN: Final = "None of them was read. Check the standby"

Leaf = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """An EventRedacted of the shared log: its position, the event that it redacts, and the documents that it removes."""

    position: int
    target: int
    documents: Sequence[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """The next events after a position, in order, with their documents by SHA-256, and every redaction after that position."""

    after: int
    end: int
    """The last position of the shared log."""
    events: Sequence[Event]
    documents: Mapping[str, bytes]
    redactions: Sequence[Redaction]


class Reader:
    """A connection to a shared log that only reads. Not to be shared between threads."""

    def __init__(self, url: str, file: Path, connection: psycopg.Connection[Any] | None = None, durable: int = 0) -> None:
        """Connect, or use a connection without a transaction, to read for a file. Raises DatabaseRefused.

        `durable` is a position up to which the log is known to be on disk, and on the standby.
        """
        self.name = connecting.without_password(url)
        self._file = file
        self._url = url
        self._connection = connecting.connect(url) if connection is None else connection
        self._durable = durable

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def batch(self, after: int, leaf: Leaf | None, holds: Callable[[str], bool] = lambda _: False) -> Batch:
        """Read the next events after a position, of which there may be none. `holds`: whether a document need not be read.

        `leaf` is the event at that position as the reader's file has it. Raises SharedLogDiffers where the log has another event
        there, or none; DatabaseRefused where the server does not answer.
        """
        batch = self._batch(after, leaf, holds)
        named = {sha256 for sha256, _ in _needed_documents(batch.events, batch.redactions, holds)}
        if named <= batch.documents.keys():
            return batch
        return self._batch(after, leaf, holds)  # a redaction has removed one before it was read: now it is among them

    def _batch(self, after: int, leaf: Leaf | None, holds: Callable[[str], bool]) -> Batch:
        with self._errors():
            cursor = self._connection.execute(_EVENTS.format(after=after, most=EVENTS, room=ROOM))
            ((end, is_standby),) = cursor.fetchall()
            cursor.nextset()
            there = cursor.fetchone()
            cursor.nextset()
            events = [Event(*row) for row in cursor]
            cursor.nextset()
            redactions = [self._redaction(position, data) for position, data in cursor]
        if end < after and is_standby:  # it has not received them yet
            return Batch(after, end, (), {}, ())
        if end < after:
            raise self.shorter(after, end)
        if after and there != leaf:
            raise self.differs(after)
        for number, event in enumerate(events, start=after + 1):
            if event.position != number:
                raise self._refusal(f"the shared log {self.name} has no event at position {number:,}, but later ones")
        if events and not is_standby:
            self._settle(max(end, events[-1].position, *(one.position for one in redactions)))
        wanted = dict(_needed_documents(events, redactions, holds))
        documents: dict[str, bytes] = {}
        if wanted:
            events, documents = self._documents(events, wanted)
        return Batch(after, end, events, documents, redactions)

    def _settle(self, position: int) -> None:
        """Wait until what was read is on disk, and on the standby: a primary that is killed could forget it before that."""
        if position <= self._durable:
            return
        with self._errors(), connecting.durably(self._connection, self.name, connecting.SECONDS, _AGAIN):
            ((self._durable, _),) = self._connection.execute(connecting.DURABLE).fetchall()

    def _redaction(self, position: int, data: str | None) -> Redaction:
        """Read what an EventRedacted names."""
        try:
            named = json.loads(data or "")
            return Redaction(position, int(named["position"]), [str(one) for one in named["documents"]])
        except (ValueError, TypeError, LookupError, RecursionError):
            raise self._refusal(f"the redaction at position {position:,} of the shared log {self.name} is malformed") from None

    def _documents(self, events: list[Event], wanted: Mapping[str, int]) -> tuple[list[Event], dict[str, bytes]]:
        """Read documents, each wanted by the event at a position, and cut the events where they take too much room."""
        with self._errors():
            rows = self._connection.execute(_DOCUMENTS, (ROOM, LARGE, [*wanted]), binary=True).fetchall()
            cut = min((wanted[sha256] for sha256, before, _ in rows if before >= ROOM), default=None)
            if cut is not None and cut > events[0].position:
                events = [event for event in events if event.position < cut]
            documents = {}
            for sha256, _, content in rows:
                if wanted[sha256] <= events[-1].position:
                    documents[sha256] = self._document(sha256) if content is None else content
        return events, {sha256: content for sha256, content in documents.items() if content is not None}

    def _document(self, sha256: str) -> bytes | None:
        """Read one document; None where it was redacted meanwhile."""
        query = "SELECT bytes FROM timeline.documents WHERE sha256 = %s"
        row = self._connection.execute(query, (sha256,), binary=True).fetchone()
        return None if row is None else bytes(row[0])

    def compare_last(self, size: int, leaf: Leaf | None) -> None:
        """Compare the end of a file of this size, whose last event is `leaf`, with the log. Raises SharedLogDiffers."""
        with self._errors():
            end, is_standby = self._connection.execute(_END).fetchone() or (0, False)
            there = self._connection.execute(_LEAVES, (size - 1, size)).fetchone()
        if end < size and not is_standby:
            raise self.shorter(size, end)
        if size and there != leaf and end >= size:
            raise self.differs(size)

    def compare(self, leaves: Callable[[int], Iterator[Leaf]], size: int) -> None:
        """Compare every event up to a size with the log, apart from data. `leaves` gives those of the file after a position.

        Raises SharedLogDiffers where they are not the same.
        """
        with self._errors():
            row = self._connection.execute(_END).fetchone()
            end, is_standby = row or (0, False)
            if end < size and not is_standby:
                raise self.shorter(size, end)
            size = min(size, end)
            rows = self._connection.execute(_BLOCKS, (size,), binary=True).fetchall()
            hashes = dict(rows)
        ours = leaves(0)
        for block in range(-(-size // BLOCK)):
            if _hash(islice(ours, BLOCK)) != hashes.get(block):
                raise self.differs(self._first_difference(leaves(block * BLOCK), block * BLOCK))

    def _first_difference(self, ours: Iterator[Leaf], after: int) -> int:
        """Return the first position at which a block differs."""
        with self._errors():
            theirs = self._connection.execute(_LEAVES, (after, after + BLOCK))
            for number, (one, other) in enumerate(zip(ours, theirs, strict=False), start=after + 1):
                if one != other:
                    return number
        return after + 1

    def listen(self) -> None:
        """Ask for hints. Where the server gives none, as a standby does not, there is still the poll."""
        import psycopg  # noqa: PLC0415 - the extra `shared`

        with self._errors(), suppress(psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.FeatureNotSupported):
            self._connection.execute(f"LISTEN {connecting.CHANNEL}")

    def hinted(self, seconds: float) -> int:
        """Wait for a hint, so long at most, and return the position that it names; 0 if there was none."""
        with self._errors():
            for hint in self._connection.notifies(timeout=seconds, stop_after=1):
                return int(hint.payload) if hint.payload.isdecimal() else 0
        return 0

    def shorter(self, ours: int, theirs: int) -> SharedLogDiffers:
        """Return the error for a log that ends before the file does."""
        return self._refusal(
            f"holds {ours:,} events, but the shared log {self.name} ends at position {theirs:,}. That has lost events (a backup was"
            " restored, or a standby lagged behind), or it is another log"
        )

    def differs(self, position: int) -> SharedLogDiffers:
        """Return the error for a log that has another event at a position than the file."""
        return self._refusal(
            f"differs from the shared log {self.name} from position {position:,} on. That was rewritten, has lost events, or is"
            " another log"
        )

    def _refusal(self, reason: str) -> SharedLogDiffers:
        advice = (
            "Keep this file, which may hold what was lost there, and ask the log's owner. To follow that log all the same, name"
        )
        return SharedLogDiffers(self._file, f"{reason}. Nothing was written. {advice} a new file: timeline follow URL --db NEW.db")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import psycopg  # noqa: PLC0415 - the extra `shared`

        try:
            yield
        except psycopg.Error as error:
            raise connecting.refusal(self._url, error) from None


def _hash(leaves: Iterator[Leaf]) -> bytes | None:
    """Hash a block of events as `_BLOCKS` does; None if it has none."""
    hashed = hashlib.sha256()
    number = -1
    for number, (position, stream, version, *words, data_hash) in enumerate(leaves):
        line = " ".join((f"{position}", f"{version}", *(one.encode().hex() for one in (stream, *words)), data_hash.hex()))
        hashed.update(f"{chr(10) if number else ''}{line}".encode())
    return hashed.digest() if number >= 0 else None


def _needed_documents(
    events: Sequence[Event], redactions: Sequence[Redaction], holds: Callable[[str], bool]
) -> Iterator[tuple[str, int]]:
    """Yield each document that events of sources need, with the position of the last event that it can wait for."""
    redacted = {sha256 for redaction in redactions for sha256 in redaction.documents}
    seen = set[str]()
    for event in events:
        for sha256 in documents_of(event):
            if sha256 not in seen and sha256 not in redacted and not holds(sha256):
                seen.add(sha256)
                yield sha256, event.position


def documents_of(event: Event) -> Iterator[str]:
    """Yield the documents that an event of a source names, or the redaction of one whose documents stay."""
    if event.data is None or not (event.type.startswith("Source") or event.type == "EventRedacted"):
        return
    with suppress(ValueError, AttributeError, RecursionError):  # it was altered: its hash, or a guard, will refuse it
        named = event.payload.get("kept" if event.type == "EventRedacted" else "statement") or {}
        yield from (one for field in ("sha256", "text_sha256") if isinstance(one := named.get(field), str))
