"""The log over PostgreSQL, with the calls of the log in a file: append, store, read.

Owns the transaction in which a writer has its turn, and what it remembers of the log meanwhile. Must not interpret events, and
keeps no copy of the log: between two calls others may have appended.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import psycopg
from psycopg import pq, sql

from timeline import authors
from timeline.documents import images
from timeline.errors import DatabaseRefused, Redacted
from timeline.fields import WITHOUT_STATEMENT
from timeline.log.event import Event, EventType, canonical, data_hash
from timeline.log.pending_events import AT_ONCE, COLUMNS
from timeline.log.queries import Reference
from timeline.shared_log import connecting, queries
from timeline.shared_log.reader import Reader

_PAGE: Final = 1_000  # events that are read at a time
_ROOM: Final = 50_000_000  # characters of events that are remembered in a transaction
_NOTIFY_SECONDS: Final = 0.05  # between two announcements of a writer
_MAY_REFER: Final = ('"part_of":', '"superseded_by":', '"related":')
_UNKNOWN: Final = (
    "It is not known whether the events were saved. Repeat the call when the server can be reached: it appends nothing twice"
)
_AGAIN: Final = "Nothing was done. Repeat the call when it does"


class SharedLog:
    """One connection to a shared log. Not to be shared between threads. After a lost connection, the next call makes another."""

    has_read_tables: Final = False
    is_there: Final = True

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        """Connect. Raises DatabaseRefused where the server cannot be reached, may lose events, or has no log."""
        self.name = connecting.without_password(url)
        self.project = Path()  # where metadata.json is looked for: the current folder
        self.read_only = read_only
        self._url = url
        self._begin_anew()
        self._last_stream = ""  # the stream that was asked for last outside a transaction: the next one is likely about it
        self._announced = 0.0
        self._closed = False
        self._connect()

    def _begin_anew(self) -> None:
        """Forget what was remembered of a transaction."""
        self._holds_turn = False
        self._size: int | None = None
        self._grown = False  # whether an event was appended in it
        self._removed = False  # whether a redaction has removed any document
        self._refers = False  # whether an event of this transaction may refer to a happening
        self._rows: list[Event] = []  # not sent yet
        self._streams: dict[str, list[Event]] = {}
        self._room = _ROOM

    def _connect(self) -> None:
        self._open = connecting.connect(self._url)
        self._durable = 0  # the position up to which all is known to be on disk, and on the standby

    @property
    def connection(self) -> NoReturn:
        """Refuse queries of the read tables, which only a follower's file has. Raises DatabaseRefused."""
        advice = "follow the log into a file, and read that: timeline follow URL --db timeline.db"
        raise DatabaseRefused(self.name, f"a shared log has no read tables. To read, search, prove or publish, {advice}")

    path = connection

    def prepare(self, prepare: Callable[[Any], None]) -> None:
        """Do nothing: there is no SQLite connection to prepare."""

    def look_again(self) -> None:
        """Do nothing: a log that is connected is there."""

    refuse_absent = make = look_again

    def reader(self, file: Path) -> Reader:
        """Return a reader for a follower's file, over this connection."""
        return Reader(self._url, file, self._open, self._durable)

    def close(self) -> None:
        """Close the connection, for good."""
        self._closed = True
        self._open.close()

    def _execute(self, query: Any, values: Sequence[object] = (), *, binary: bool = False) -> "psycopg.Cursor[Any]":  # noqa: ANN401
        """Run a query; outside a transaction, connect again where the connection was lost. Raises DatabaseRefused."""
        if self._closed:
            raise DatabaseRefused(self.name, "the timeline is closed. Open it again")
        again = not self._holds_turn  # the server may have been started again, or another may have taken over
        while True:
            if self._open.closed and not self._holds_turn:
                self._connect()
            try:
                return self._open.execute(query, values or None, prepare=None if values else False, binary=binary)
            except psycopg.Error as error:
                if not (again and self._open.closed):
                    raise connecting.refusal(self._url, error) from None
                again = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Have the turn to append. Everything written inside is committed together, or rolled back."""
        if self.read_only:
            raise DatabaseRefused(self.name, "it is open for reading only. Open it for writing to append")
        try:
            self._begin()
            yield
            self._commit()
        except BaseException:
            if self._is_within():
                with suppress(psycopg.Error):
                    self._open.execute("ROLLBACK")
            if self._is_within():
                self._open.close()  # whatever it was interrupted in
            raise
        finally:
            self._begin_anew()

    def _is_within(self) -> bool:
        """Whether the connection is in a transaction, or in an unknown state."""
        return not self._open.closed and self._open.info.transaction_status != pq.TransactionStatus.IDLE

    def _begin(self) -> None:
        """Wait for the turn, and read the end of the log in the same round trip, with the stream that was asked for last."""
        self._rows, self._streams = [], {}
        stream, query = self._last_stream, sql.Composed([sql.SQL(queries.BEGIN)])
        if stream:
            of_stream = "; SELECT {} FROM timeline.events WHERE stream = {} ORDER BY version"
            query += sql.SQL(of_stream).format(sql.SQL(COLUMNS), sql.Literal(stream))
        try:
            cursor = self._execute(query)
        except DatabaseRefused as error:
            if not isinstance(error.__context__, psycopg.errors.LockNotAvailable):
                raise
            self._open.execute("ROLLBACK")
            user, pid = self._execute(queries.HOLDER).fetchone() or ("nobody", 0)
            hangs = f"If that writer hangs, have the log's owner end it: SELECT pg_terminate_backend({pid})"
            reason = f"no turn to append came in {connecting.WAIT} seconds: {user} has it. Try again later. {hangs}"
            raise DatabaseRefused(self.name, reason) from None
        for _ in range(3):
            cursor.nextset()
        self._holds_turn = True
        self._size, self._removed = cursor.fetchone() or (0, False)
        if stream:
            cursor.nextset()
            self._remember({stream: [Event(*row) for row in cursor]})

    def _commit(self) -> None:
        """Send what was not sent, and commit, in one round trip where it is one event. Raises DatabaseRefused."""
        if len(self._rows) > 1:
            self._send()
        now, size, durable = time.monotonic(), self.size(), None
        try:
            with connecting.durably(self._open, self.name, connecting.WAIT, _UNKNOWN), self._open.pipeline():
                self._send()
                if self._grown and now - self._announced > _NOTIFY_SECONDS:
                    self._open.execute("SELECT pg_notify(%s, %s)", (connecting.CHANNEL, str(size)))
                    self._announced = now
                self._open.execute("COMMIT")
                if size > self._durable:  # also where nothing was appended: the answer rests on the events of others
                    durable = self._open.execute(connecting.DURABLE)
        except psycopg.OperationalError as error:
            raise connecting.refusal(self._url, error, after=_UNKNOWN) from None
        except psycopg.Error as error:
            raise connecting.refusal(self._url, error) from None
        if durable is not None:
            ((self._durable, _),) = durable.fetchall()

    def _send(self) -> None:
        """Send the events that were appended, so that queries find them."""
        rows, self._rows = self._rows, []
        try:
            if len(rows) == 1:
                self._open.execute(queries.INSERT, rows[0])
            elif rows:
                with self._open.cursor().copy(queries.COPY) as copy:
                    for one in rows:
                        copy.write_row(one)
        except psycopg.Error as error:
            raise connecting.refusal(self._url, error) from None

    def look_up(self, streams: Iterable[str]) -> None:
        """In a transaction, read all these streams with one query; outside one, do nothing."""
        wanted = {one for one in streams if one not in self._streams}
        if self._holds_turn and wanted:
            self._remember({stream: [] for stream in wanted} | self._read(wanted))

    def _read(self, streams: Iterable[str]) -> dict[str, list[Event]]:
        """Read streams that have events, in order."""
        if self._rows:
            self._send()
        found: dict[str, list[Event]] = {}
        query = f"SELECT {COLUMNS} FROM timeline.events WHERE stream = ANY(%s) ORDER BY stream, version"
        for row in self._execute(query, ([*streams],)):
            found.setdefault(row[1], []).append(Event(*row))
        self._settle(max((events[-1].position for events in found.values()), default=0))
        return found

    def _settle(self, position: int) -> None:
        """Wait until an event that was read is on disk, and on the standby. Within a turn, its end waits for that."""
        if position <= self._durable or self._holds_turn or self.read_only:
            return
        with connecting.durably(self._open, self.name, connecting.WAIT, _AGAIN):
            ((self._durable, _),) = self._execute(connecting.DURABLE).fetchall()

    def _remember(self, streams: dict[str, list[Event]]) -> None:
        self._room -= sum(len(one.data or "") + 200 for events in streams.values() for one in events)
        if self._room < 0:
            self._send()
            self._streams, self._room = {}, _ROOM
        self._streams.update(streams)

    def _events_of(self, stream: str) -> list[Event]:
        """Return the events of a stream: in a transaction, those that are remembered, as nobody else has the turn."""
        if stream in self._streams:
            return self._streams[stream]
        events = self._read((stream,)).get(stream, [])
        if self._holds_turn:
            self._remember({stream: events})
        else:
            self._last_stream = stream
        return events

    def append(self, stream: str, version: int, type: EventType, data: str, *, at: str, by: str, salt: bytes) -> Event:
        """Append data at the next position, as the stream's next version. The caller holds the transaction."""
        event = Event(self.size() + 1, stream, version, type, at, by, data, salt, data_hash(salt, data))
        self._size, self._grown = event.position, True
        self._refers |= any(field in data for field in _MAY_REFER)
        if stream in self._streams:
            self._streams[stream].append(event)
        elif version == 1:
            self._streams[stream] = [event]
        self._room -= len(data) + 200
        self._rows.append(event)
        if len(self._rows) >= AT_ONCE:
            self._send()
            self._remember({})
        return event

    def keep(self, document: bytes) -> str:
        """Archive a document, unless it is archived already, and return its SHA-256 in hex. The caller holds the transaction."""
        sha256 = hashlib.sha256(document).hexdigest()
        if self._removed and (redaction := self.document_redaction(sha256)):
            raise Redacted(
                f"document {sha256[:12]}…: was redacted at position {redaction.position}"
                f" ({redaction.payload['reason']}), and cannot be archived again. Leave it out"
            )
        self._execute("INSERT INTO timeline.documents VALUES (%s, %b) ON CONFLICT (sha256) DO NOTHING", (sha256, document))
        return sha256

    def redact(self, position: int, documents: Iterable[str]) -> None:
        """Remove an event's data, and documents: the server does, with the EventRedacted that names them. Check that it did."""
        self._send()
        self._streams.clear()
        archived = self._execute("SELECT sha256 FROM timeline.documents WHERE sha256 = ANY(%s) LIMIT 1", ([*documents],)).fetchone()
        event = self.event(position)
        if archived is not None or event is None or event.data is not None or event.salt is not None:
            see = "Its triggers may have been changed; nothing was changed. Ask its owner"
            raise DatabaseRefused(self.name, f"the event at position {position} was not redacted. {see}")

    def scrub(self) -> None:
        """Rewrite the tables, so that no page of the server holds redacted data, if the user owns them. Raises DatabaseRefused."""
        owned = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'timeline.events'::regclass"
        if (self._execute(owned).fetchone() or (False,))[0]:
            self._execute("VACUUM (FULL) timeline.events")
            self._execute("VACUUM (FULL) timeline.documents")

    def redacted(self, stream: str, type: EventType) -> Iterator[Event]:
        """Read the redacted events of a stream of one type."""
        return (event for event in self._events_of(stream) if event.type == type and event.data is None)

    def redaction(self, position: int) -> Event | None:
        """Read the EventRedacted for a position."""
        return self._one("WHERE type = 'EventRedacted' AND (data::jsonb ->> 'position')::bigint = %s", position)

    def document_redaction(self, sha256: str) -> Event | None:
        """Read the EventRedacted that removed a document from the archive."""
        return self._one("WHERE type = 'EventRedacted' AND data::jsonb -> 'documents' ? %s", sha256)

    def document(self, sha256: str) -> bytes | None:
        """Read the bytes archived under a SHA-256 in hex."""
        row = self._execute("SELECT bytes FROM timeline.documents WHERE sha256 = %s", (sha256,), binary=True).fetchone()
        return None if row is None else row[0]

    def is_withheld(self, sha256: str) -> bool:
        """Return False: a shared log withholds nothing."""
        return False

    def size(self) -> int:
        """Return the number of events, which is also the last position."""
        if self._size is None or not self._holds_turn:
            row = self._execute("SELECT coalesce(max(position), 0) FROM timeline.events").fetchone()
            return int(row[0]) if row else 0
        return self._size

    def version(self, stream: str) -> int:
        """Return the last version of a stream; 0 if it has no events."""
        events = self._events_of(stream)
        return events[-1].version if events else 0

    def event(self, position: int) -> Event | None:
        """Read the event at a position."""
        return self._one("WHERE position = %s", position)

    def first(self, stream: str) -> Event | None:
        """Read the first event of a stream."""
        return next(iter(self._events_of(stream)), None)

    def first_position(self, stream: str) -> int | None:
        """Return the position of the first event of a stream; None if it has none."""
        first = self.first(stream)
        return None if first is None else first.position

    def version_of(self, stream: str, version: int) -> Event | None:
        """Read one version of a stream."""
        return next((event for event in self._events_of(stream) if event.version == version), None)

    def stream(self, stream: str, as_of: int | None = None) -> list[Event]:
        """Read a stream's events in order, up to a position."""
        return [event for event in self._events_of(stream) if as_of is None or event.position <= as_of]

    def last(self, stream: str, before: int | None = None) -> Event | None:
        """Read the last event of a stream that makes a statement, before a version."""
        events = (event for event in reversed(self._events_of(stream)) if before is None or event.version < before)
        return next((event for event in events if event.type not in WITHOUT_STATEMENT), None)

    def containing(self, stream: str, text: str) -> list[Event]:
        """Read the events of a stream whose data contains a text, in order."""
        return [event for event in self._events_of(stream) if event.data is not None and text in event.data]

    def changed_since(self, stream: str, version: int) -> bool:
        """Whether anything but reviews has followed a version of a stream."""
        return any(event.version > version and event.type != "HappeningReviewed" for event in self._events_of(stream))

    def part_of(self, stream: str) -> str | None:
        """Return the happening that a stream's last statement is part of; None if there is none."""
        last = self.last(stream)
        return None if last is None else last.payload.get("statement", {}).get("part_of")

    def correction(self, stream: str, type: str, changes: dict[str, Any], reason: str) -> Event | None:
        """Find the first event of a stream with these changes and this reason."""
        for event in self.containing(stream, canonical({"reason": reason})[1:-1]):
            if event.type == type and (event.payload.get("changes"), event.payload.get("reason")) == (changes, reason):
                return event
        return None

    def last_review(self, stream: str, by: str, version: int) -> Event | None:
        """Find a person's last review of a version of a stream that is not redacted."""
        for event in reversed(self._events_of(stream)):
            reviewed = event.type == "HappeningReviewed" and event.data is not None and event.payload["version"] == version
            if reviewed and authors.same(event.recorded_by) == authors.same(by):
                return event
        return None

    def reviews(self, stream: str) -> int:
        """Count the reviews of a stream."""
        return sum(event.type == "HappeningReviewed" for event in self._events_of(stream))

    def forget_corrections(self) -> None:
        """Do nothing: nothing of a correction is remembered."""

    def archived(self, sha256: str) -> list[Event]:
        """Read the events that archived a document, oldest first, unless they are redacted."""
        where = "WHERE type = 'SourceArchived' AND data::jsonb #>> '{statement,sha256}' = %s ORDER BY position"
        return [*self._many(where, sha256)]

    def naming(self, texts: Sequence[str]) -> Iterator[Event]:
        """Read every event whose data contains one of several texts, in order."""
        return self._paged("EXISTS (SELECT FROM unnest(%s::text[]) AS one WHERE strpos(data, one) > 0)", [*texts])

    def events(self, after: int = 0) -> Iterator[Event]:
        """Read every event after a position, in order."""
        return self._paged("true", after=after)

    def references(self, after: int) -> Iterator[Reference]:
        """Read the references to happenings in the events after a position, in order; `related` as JSON."""
        if not self._refers:
            return
        self._send()
        while rows := self._execute(queries.REFERENCES, (after, _PAGE)).fetchall():
            yield from rows
            after = rows[-1][0]

    def redacted_citation(self, after: int) -> tuple[str, str] | None:
        """Return a happening after a position, and a source that it cites whose document was redacted; None if there is none."""
        if not self._removed:
            return None
        self._send()
        return self._execute(queries.REDACTED_CITATION, (after, images.NO_TEXT)).fetchone()

    def _paged(self, where: str, *values: object, after: int = 0) -> Iterator[Event]:
        """Read events after a position, some at a time, so that a long log fits into memory."""
        while True:
            events = [*self._many(f"WHERE position > %s AND {where} ORDER BY position LIMIT {_PAGE}", after, *values)]
            yield from events
            if len(events) < _PAGE:
                return
            after = events[-1].position

    def _one(self, where: str, *values: object) -> Event | None:
        return next(self._many(where, *values), None)

    def _many(self, where: str, *values: object) -> Iterator[Event]:
        self._send()
        events = [Event(*row) for row in self._execute(f"SELECT {COLUMNS} FROM timeline.events {where}", values)]
        self._settle(max((event.position for event in events), default=0))
        return iter(events)
