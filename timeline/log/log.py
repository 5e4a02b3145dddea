"""The append-only log and the archive beside it: schema, guards, append, read.

Owns the file: how it is opened and recognised, and the one transaction in which anything is written.
Must not interpret events. `append` assigns positions; `store` takes events whose positions are known.
"""

import gc
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from timeline import files
from timeline.errors import DatabaseRefused, Redacted, TimelineError
from timeline.fields import WITHOUT_STATEMENT
from timeline.log import followed, new_file, published_copies, sqlite_journals, unfinished_copies
from timeline.log import queries as log_queries
from timeline.log.corrections import Corrections
from timeline.log.event import Event, EventType, canonical, data_hash
from timeline.log.identity import identify
from timeline.log.new_file import NewFile
from timeline.log.pending_events import AT_ONCE, COLUMNS, PendingEvents
from timeline.log.sqlite_file import REFUSALS, connect, refusal, use_wal, write_blob

__all__ = ["AT_ONCE", "COLUMNS", "Event", "EventType", "Log", "canonical", "data_hash"]

_NO_END = 2**62
_SEE = "A trigger may prevent it; nothing was changed. Check the file: timeline verify"
_NOT_AS_GIVEN = f"was not stored as given. {_SEE}"
_REDACTS_DOCUMENT = "WHERE type = 'EventRedacted' AND ? IN (SELECT value FROM json_each(data, '$.documents'))"


class Log:
    """One open timeline file. Not to be shared between threads."""

    has_read_tables: Final = True

    def __init__(
        self,
        path: str | Path,
        *,
        read_only: bool = False,
        guarded: bool = True,
        complete: new_file.Complete = lambda _: None,
        upgrading: bool = False,
    ) -> None:
        """Open the file. If there is none and writing is allowed, the log is empty, and the first append makes the file.

        `complete` adds the read tables to a new log. `upgrading` brings a log of an earlier format up to date.

        Raises DatabaseRefused if the file is absent, not a timeline, of a newer format, or unreadable. Raises GuardsMissing if
        the log's triggers are missing or changed; `guarded=False` skips that check, to look into such a file.
        """
        self.path = Path(path)
        self.name = str(self.path)
        self.project = self.path.parent  # where metadata.json is
        self.read_only = read_only
        self.guarded = guarded
        self.upgrading = upgrading
        if read_only and not self.path.exists():
            raise DatabaseRefused(
                self.path, f"there is no such file. {files.did_you_mean(path)}Make one: timeline build --db {self.path}"
            )
        if not self.path.exists() and (copies := published_copies.copies(self.path)):
            advice = f"Go on from that: timeline build --db {self.path}"
            raise DatabaseRefused(self.path, f"there is no such file, but {copies[0]} was published. {advice}")
        try:
            sqlite_journals.refuse_no_files(self.path)
        except files.NotAFile as error:
            raise DatabaseRefused(
                error.filename, "is not a file. Find out what it is and move it away, or give another path"
            ) from None
        self._complete = complete
        self._prepared: list[Callable[[sqlite3.Connection], None]] = []
        self._new: NewFile | None = None  # while the first append is made
        self._pending = PendingEvents()
        self._corrections = Corrections()
        self._absent: set[str] = set()  # streams that were looked up in this transaction, and are not there
        self._size: int | None = None  # in a transaction, where it is known
        self._holds_lock = False
        self.is_there = False
        if read_only or self.path.exists():
            self._open()
        elif not self.path.parent.is_dir():
            raise DatabaseRefused(self.path, REFUSALS["SQLITE_CANTOPEN"])
        if not self.is_there:
            self._connection = new_file.in_memory(complete)

    @cached_property
    def _note(self) -> Path:
        """The note beside the file that would name a shared log."""
        return followed.note(self.path)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for queries that the log itself does not offer. Pending events are written first."""
        self._pending.write(self._connection)
        self._forget()
        return self._connection

    def _forget(self) -> None:
        """Drop the cached facts about the file: others may write to it."""
        self._size = None
        self._absent.clear()

    def _open(self) -> None:
        """Open the existing file; an empty one counts as absent."""
        try:
            connection = connect(self.path, self.read_only)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise refusal(self.path, error) from error
        try:
            self.is_there = self._identify(connection)
        except (sqlite3.Error, UnicodeDecodeError, TimelineError) as error:
            connection.close()
            raise error if isinstance(error, TimelineError) else refusal(self.path, error) from error
        if self.is_there:
            self._use(connection)
        else:
            connection.close()

    def _use(self, connection: sqlite3.Connection) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()
        self._connection = connection
        self._forget()
        for prepare in self._prepared:
            prepare(connection)

    def prepare(self, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """Call a function with the connection, and with each connection that replaces it once the file is made."""
        self._prepared.append(prepare)
        prepare(self._connection)

    def look_again(self) -> None:
        """Open the file if another program has made it meanwhile."""
        if not self.is_there and self._new is None and self.path.exists():
            self._open()

    def refuse_absent(self) -> None:
        """Raise DatabaseRefused if there is no timeline to read."""
        self.look_again()
        if not self.is_there and self._new is None:
            reason = "there is no such file" if not self.path.exists() else "it is empty"
            raise DatabaseRefused(self.path, f"{reason}. Give the path of a timeline; the first append makes a new one")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def make(self) -> None:
        """Make the file with an empty log, if it is not there yet."""
        self.look_again()
        if not self.is_there:
            with self.transaction():
                self._make()

    def _make(self) -> None:
        """Within a transaction, make the file if there was none, and use it from here on."""
        if self.is_there or self._new is not None:
            return
        new = NewFile(self.path, self._complete)
        try:
            if not new.made:
                self._identify(new.connection)
        except BaseException:
            new.take_back()
            raise
        self._new = new
        self._use(new.connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock. Everything written inside is committed together, or rolled back."""
        if self.read_only:
            raise DatabaseRefused(self.path, "it is open for reading only. Open it for writing to append")
        collects_garbage = gc.isenabled()
        gc.disable()  # a transaction makes many objects, and hardly a circle of them
        try:
            if not self.is_there and self.path.exists():
                self._open()
            self._connection.execute("BEGIN IMMEDIATE")
            self._holds_lock = True
            yield
            if not self._pending.is_written_to(self._connection):
                raise DatabaseRefused(self.path, f"an event {_NOT_AS_GIVEN}")
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._new is not None:
                self._new.take_back()
                self._new = None
                self._use(new_file.in_memory(self._complete))
            elif self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise refusal(self.path, error) from error
            raise
        finally:
            self._holds_lock, self._pending = False, PendingEvents()
            self._forget()
            if collects_garbage:
                gc.enable()
        if self._new is not None:
            self._new, self.is_there = None, True
            use_wal(self._connection)

    def look_up(self, streams: Iterable[str]) -> None:
        """In a transaction, find with one query which of these streams are absent; outside one, do nothing."""
        if not self._holds_lock:
            return
        wanted = set(streams)
        there = self._connection.execute(
            "SELECT stream FROM events WHERE version = 1 AND stream IN (SELECT value FROM json_each(?))", (json.dumps([*wanted]),)
        )
        self._absent = wanted.difference(stream for (stream,) in there) - self._pending.streams

    def append(self, stream: str, version: int, type: EventType, data: str, *, at: str, by: str, salt: bytes) -> Event:
        """Append data at the next position, as the stream's next version. The caller holds the transaction."""
        self._make()
        if not self._pending.began:
            followed.refuse_append(self.path, self._note)
        event = Event(self.size() + 1, stream, version, type, at, by, data, salt, data_hash(salt, data))
        self.store(event)
        return event

    def store(self, event: Event) -> None:
        """Store an event whose position is known, with others, or before any other query. The caller holds the transaction."""
        self._make()
        self._pending.add(event)
        self._absent.discard(event.stream)
        self._size = event.position
        if len(self._pending.rows) >= AT_ONCE:
            self._pending.write(self._connection)

    def keep(self, document: bytes) -> str:
        """Archive a document, unless it is archived already, and return its SHA-256 in hex. The caller holds the transaction."""
        self._make()
        sha256 = hashlib.sha256(document).hexdigest()
        if redaction := self.document_redaction(sha256):
            raise Redacted(
                f"document {sha256[:12]}…: was redacted at position {redaction.position}"
                f" ({redaction.payload['reason']}), and cannot be archived again. Leave it out"
            )
        row = "SELECT rowid FROM documents WHERE sha256 = ?"
        if self.connection.execute(row, (sha256,)).fetchone() is None:
            self.connection.execute("INSERT INTO documents VALUES (?, zeroblob(?))", (sha256, len(document)))
            stored = self.connection.execute(row, (sha256,)).fetchone()
            if stored is None or not write_blob(self.connection, "documents", "bytes", stored[0], document):
                raise DatabaseRefused(self.path, f"document {sha256[:12]}… {_NOT_AS_GIVEN}")
        return sha256

    def redact(self, position: int, documents: Iterable[str]) -> None:
        """Remove an event's data, and documents. The caller holds the transaction, with an EventRedacted that names them."""
        self.connection.execute("UPDATE events SET data = NULL, salt = NULL WHERE position = ?", (position,))
        for sha256 in documents:
            self.connection.execute("DELETE FROM documents WHERE sha256 = ?", (sha256,))
            if self.document(sha256) is not None:
                raise DatabaseRefused(self.path, f"document {sha256[:12]}… was not removed. {_SEE}")
        if (event := self.event(position)) is None or event.data is not None or event.salt is not None:
            raise DatabaseRefused(self.path, f"the event at position {position} was not redacted. {_SEE}")

    def scrub(self) -> None:
        """Rewrite the file, so that no free page and no journal holds redacted data.

        Remove copies that killed processes left unfinished, too. Raises DatabaseRefused if another program still reads the old
        state of the file, the disk is full, or such a copy cannot be removed: call it again.
        """
        try:
            self.connection.execute("VACUUM")
            (busy, *_) = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise refusal(self.path, error) from error
        if busy:
            raise DatabaseRefused(
                self.path, "another program still reads it, so its journal holds redacted data. Stop that program, then repeat"
            )
        unfinished_copies.sweep(self.path)

    def redacted(self, stream: str, type: EventType) -> Iterator[Event]:
        """Read the redacted events of a stream of one type. The lookup starts from the redactions, which are few."""
        positions = "SELECT json_extract(data, '$.position') FROM events WHERE type = 'EventRedacted' AND +stream = ?"
        return self._many(f"WHERE type = ? AND position IN ({positions})", type, stream)

    def redaction(self, position: int) -> Event | None:
        """Read the EventRedacted for a position."""
        return self._one("WHERE type = 'EventRedacted' AND json_extract(data, '$.position') = ?", position)

    def document_redaction(self, sha256: str) -> Event | None:
        """Read the EventRedacted that removed a document from the archive."""
        return self._one(_REDACTS_DOCUMENT, sha256)

    def document(self, sha256: str) -> bytes | None:
        """Read the bytes archived under a SHA-256 in hex."""
        row = self._connection.execute("SELECT bytes FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else row[0]

    def is_withheld(self, sha256: str) -> bool:
        """Whether a document is not here because the publisher of this file withholds it."""
        try:
            return self._connection.execute("SELECT 1 FROM withheld WHERE sha256 = ?", (sha256,)).fetchone() is not None
        except sqlite3.OperationalError:  # its read tables are missing, or of an earlier version that withheld nothing
            return False

    def size(self) -> int:
        """Return the number of events, which is also the last position."""
        if self._size is not None:
            return self._size
        (size,) = self._connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        if self._holds_lock:
            self._size = int(size)
        return int(size)

    def version(self, stream: str) -> int:
        """Return the last version of a stream; 0 if it has no events."""
        if stream in self._absent:
            return 0
        row = self._about(stream).execute("SELECT max(version) FROM events WHERE stream = ?", (stream,)).fetchone()
        return row[0] or 0

    def event(self, position: int) -> Event | None:
        """Read the event at a position."""
        return self._one("WHERE position = ?", position)

    def first(self, stream: str) -> Event | None:
        """Read the first event of a stream."""
        return None if stream in self._absent else self._one("WHERE stream = ? AND version = 1", stream, about=stream)

    def version_of(self, stream: str, version: int) -> Event | None:
        """Read one version of a stream."""
        return self._one("WHERE stream = ? AND version = ?", stream, version, about=stream)

    def stream(self, stream: str, as_of: int | None = None) -> list[Event]:
        """Read a stream's events in order, up to a position."""
        until = _NO_END if as_of is None else min(as_of, _NO_END)
        return list(self._many("WHERE stream = ? AND position <= ? ORDER BY version", stream, until, about=stream))

    def last(self, stream: str, before: int = _NO_END) -> Event | None:
        """Read the last event of a stream that makes a statement, before a version."""
        if stream in self._absent:
            return None
        where = f"WHERE stream = ? AND version < ? AND type NOT IN {WITHOUT_STATEMENT} ORDER BY version DESC LIMIT 1"
        return self._one(where, stream, before, about=stream)

    def containing(self, stream: str, text: str) -> list[Event]:
        """Read the events of a stream whose data contains a text, in order."""
        return list(self._many("WHERE stream = ? AND instr(data, ?) ORDER BY version", stream, text, about=stream))

    def events(self, after: int = 0) -> Iterator[Event]:
        """Read every event after a position, in order."""
        return self._many("WHERE position > ? ORDER BY position", after)

    def naming(self, texts: Sequence[str]) -> Iterator[Event]:
        """Read every event whose data contains one of several texts, in order."""
        where = "WHERE EXISTS (SELECT 1 FROM json_each(?) AS one WHERE instr(data, one.value)) ORDER BY position"
        return self._many(where, json.dumps([*texts]))

    def archived(self, sha256: str) -> list[Event]:
        """Read the events that archived a document, oldest first, unless they are redacted."""
        events = (self.event(position) for position in log_queries.archived(self.connection, sha256))
        return [event for event in events if event is not None and event.data is not None]

    def first_position(self, stream: str) -> int | None:
        """Return the position of the first event of a stream; None if it has none."""
        row = self.connection.execute("SELECT position FROM events WHERE stream = ? AND version = 1", (stream,)).fetchone()
        return None if row is None else int(row[0])

    def changed_since(self, stream: str, version: int) -> bool:
        """Whether anything but reviews has followed a version of a stream."""
        return log_queries.changed_since(self.connection, stream, version)

    def part_of(self, stream: str) -> str | None:
        """Return the happening that a stream's last statement is part of; None if there is none."""
        return log_queries.part_of(self.connection, stream)

    def references(self, after: int) -> Iterator[log_queries.Reference]:
        """Read the references to happenings in the events after a position, in order; `related` as JSON."""
        return log_queries.references(self.connection, after)

    def redacted_citation(self, after: int) -> tuple[str, str] | None:
        """Return a happening after a position, and a source that it cites whose document was redacted; None if there is none.

        The read tables must be up to date.
        """
        return log_queries.redacted_citation(self.connection, after)

    def correction(self, stream: str, type: str, changes: dict[str, Any], reason: str) -> Event | None:
        """Find the first event of a stream with these changes and this reason. The caller holds the transaction."""
        version = self._corrections.find(self.connection, stream, type, changes, reason)
        event = None if version is None else self.version_of(stream, version)
        return event if event is not None and event.data is not None else None

    def last_review(self, stream: str, by: str, version: int) -> Event | None:
        """Find a person's last review of a version of a stream that is not redacted. The caller holds the transaction."""
        found = self._corrections.last_review(self.connection, stream, by, version)
        last = None if found is None else self.version_of(stream, found)
        if last is not None and last.data is None:  # another program redacted it since it was read
            self.forget_corrections()
            found = self._corrections.last_review(self.connection, stream, by, version)
            last = None if found is None else self.version_of(stream, found)
        return last

    def reviews(self, stream: str) -> int:
        """Count the reviews of a stream."""
        return log_queries.reviews(self.connection, stream)

    def forget_corrections(self) -> None:
        """Drop what was remembered of the corrections and reviews, so that nothing of a redacted one stays."""
        self._corrections.drop(self.connection)

    def _one(self, where: str, *values: object, about: str | None = None) -> Event | None:
        return next(self._many(where, *values, about=about), None)

    def _many(self, where: str, *values: object, about: str | None = None) -> Iterator[Event]:
        for row in self._about(about).execute(f"SELECT {COLUMNS} FROM events {where}", values):
            yield Event(*row)

    def _about(self, stream: str | None) -> sqlite3.Connection:
        """Return the connection for a query about one stream, or about all. Its pending events are written first."""
        if stream is None or stream in self._pending.streams:
            self._pending.write(self._connection)
        return self._connection

    def _identify(self, connection: sqlite3.Connection) -> bool:
        """Check that the file is a timeline, of a known format, and guarded. Return False if it is empty and may be written."""
        return identify(connection, self.path, read_only=self.read_only, guarded=self.guarded, upgrading=self.upgrading)
