"""The append-only log and the archive beside it: schema, guards, append, read.

Owns the file: how it is opened, what makes it ours, and the one transaction in which anything is written.
Must not know what an event means. `append` assigns positions; `store` takes events whose positions are known.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from timeline import files, journals, new_file, published, unfinished
from timeline.errors import DatabaseRefused, GuardsMissing, Redacted, TimelineError
from timeline.guards import altered
from timeline.new_file import APPLICATION_ID, FORMAT, NewFile
from timeline.sqlite_file import REFUSALS, refusal, use_wal
from timeline.sqlite_file import connect as _connect

_NO_END = 2**62
_SEE = "A trigger may prevent it; nothing was changed. See what is there: timeline verify"
_NOT_AS_GIVEN = f"is not in the file as it was given. {_SEE}"
_TOOK_AWAY = "WHERE type = 'EventRedacted' AND ? IN (SELECT value FROM json_each(data, '$.documents'))"
_COLUMNS = "position, stream, version, type, recorded_at, recorded_by, data, salt, data_hash"

EventType = Literal[
    "SourceArchived",
    "SourceCorrected",
    "HappeningRecorded",
    "HappeningCorrected",
    "HappeningRetracted",
    "EventRedacted",
]


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """The immutable record of what was said. `recorded_at` is UTC RFC 3339; `data` is canonical JSON, None once redacted."""

    position: int
    stream: str
    version: int
    type: EventType
    recorded_at: str
    recorded_by: str
    data: str | None
    salt: bytes | None
    data_hash: bytes

    @property
    def id(self) -> str:
        """`stream@version`."""
        return f"{self.stream}@{self.version}"

    @property
    def payload(self) -> dict[str, Any]:
        """The data, parsed; empty once redacted."""
        parsed: dict[str, Any] = json.loads(self.data) if self.data is not None else {}
        return parsed

    def __repr__(self) -> str:
        """Say which event it is."""
        return f"<Event {self.position}: {self.type} {self.id}{'' if self.data is not None else ', redacted'}>"


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(data: Mapping[str, Any]) -> str:
    """Write data as canonical JSON (RFC 8785).

    For what events hold (ASCII keys, text, integers, lists, objects) sorted compact JSON is the canonical form; `verify` and the
    tests compare it with the rfc8785 library.
    """
    return _CANONICAL.encode(data)


def data_hash(salt: bytes, data: str) -> bytes:
    """SHA-256(salt || data), over the stored bytes."""
    return hashlib.sha256(salt + data.encode()).digest()


class Log:
    """One open timeline file. Not to be shared between threads."""

    def __init__(
        self,
        path: str | Path,
        *,
        read_only: bool = False,
        guarded: bool = True,
        complete: new_file.Complete = lambda _: None,
    ) -> None:
        """Open the file. Where there is none and writing is allowed, the log is empty, and the first append makes the file.

        `complete` adds to a new log what is to be beside it.

        Raises DatabaseRefused where the file is absent, not a timeline, of a newer format, or cannot be read; GuardsMissing
        where the log's triggers are not as they were made, unless `guarded` is False, which is for looking into such a file.
        """
        self.path = Path(path)
        self.read_only = read_only
        self.guarded = guarded
        if read_only and not self.path.exists():
            raise DatabaseRefused(f"{self.path}: there is no such file. Make one: timeline build --db {self.path}")
        if not self.path.exists() and (copies := published.copies(self.path)):
            advice = f"Go on from that: timeline build --db {self.path}"
            raise DatabaseRefused(f"{self.path}: there is no such file, but {copies[0]} was published. {advice}")
        try:
            journals.refuse_no_files(self.path)
        except files.NotAFile as error:
            raise DatabaseRefused(
                f"{error.filename}: is not a file. Find out what it is and move it away, or give another path"
            ) from None
        self._complete = complete
        self._prepared: list[Callable[[sqlite3.Connection], None]] = []
        self._new: NewFile | None = None  # while the first append is made
        self.is_there = False
        if read_only or self.path.exists():
            self._open()
        elif not self.path.parent.is_dir():
            raise DatabaseRefused(f"{self.path}: {REFUSALS['SQLITE_CANTOPEN']}")
        if not self.is_there:
            self.connection = new_file.in_memory(complete)

    def _open(self) -> None:
        """Open the file that is there; one that holds nothing counts as none."""
        try:
            connection = _connect(self.path, self.read_only)
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
        if hasattr(self, "connection"):
            self.connection.close()
        self.connection = connection
        for prepare in self._prepared:
            prepare(connection)

    def prepare(self, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """Do something to the connection, and to one that takes its place once the file is made."""
        self._prepared.append(prepare)
        prepare(self.connection)

    def look_again(self) -> None:
        """Open the file where there was none, and another program has made it meanwhile."""
        if not self.is_there and self._new is None and self.path.exists():
            self._open()

    def refuse_absent(self) -> None:
        """Refuse to read what is not there. Raises DatabaseRefused."""
        self.look_again()
        if not self.is_there and self._new is None:
            reason = "there is no such file" if not self.path.exists() else "it holds nothing yet"
            raise DatabaseRefused(f"{self.path}: {reason}. Give the path of a timeline; the first append makes a new one")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def make(self) -> None:
        """Make the file, if it is not there yet, with nothing in it."""
        self.look_again()
        if not self.is_there:
            with self.transaction():
                self._make()

    def _make(self) -> None:
        """Within a transaction, go over to the file where there was none when it began."""
        if self.is_there or self._new is not None:
            return
        new = NewFile(self.path, partial(_connect, read_only=False), self._complete)
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
        """Hold the write lock: everything inside is kept together, or nothing of it."""
        if self.read_only:
            raise DatabaseRefused(f"{self.path}: opened for reading only. Open it for writing to append")
        try:
            if not self.is_there and self.path.exists():
                self._open()
            self.connection.execute("BEGIN IMMEDIATE")
            self._stored_from, self._stored = 0, hashlib.sha256()
            yield
            self._read_back()
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self._new is not None:
                self._new.take_back()
                self._new = None
                self._use(new_file.in_memory(self._complete))
            elif self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise refusal(self.path, error) from error
            raise
        if self._new is not None:
            self._new, self.is_there = None, True
            use_wal(self.connection)

    def append(self, stream: str, version: int, type: EventType, data: str, *, at: str, by: str, salt: bytes) -> Event:
        """Append data at the next position, as the version that is the stream's next. The caller holds the transaction."""
        self._make()
        event = Event(self.size() + 1, stream, version, type, at, by, data, salt, data_hash(salt, data))
        self.store(event)
        return event

    def store(self, event: Event) -> None:
        """Store an event whose position is known. The caller holds the transaction; the guards refuse a gap."""
        self._make()
        row = (
            event.position,
            event.stream,
            event.version,
            event.type,
            event.recorded_at,
            event.recorded_by,
            event.data,
            event.salt,
            event.data_hash,
        )
        self.connection.execute(f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._stored_from = self._stored_from or event.position
        self._stored.update(repr(row).encode())

    def _read_back(self) -> None:
        """Make sure that what was stored in this transaction is in the file as it was given: a trigger may have hidden it."""
        if not self._stored_from:
            return
        found = hashlib.sha256()
        stored = f"SELECT {_COLUMNS} FROM events WHERE position >= ? ORDER BY position"
        for row in self.connection.execute(stored, (self._stored_from,)):
            found.update(repr(row).encode())
        if found.digest() != self._stored.digest():
            raise DatabaseRefused(f"{self.path}: an event {_NOT_AS_GIVEN}")

    def keep(self, document: bytes) -> str:
        """Archive a document, once, and return its SHA-256 in hex. The caller holds the transaction."""
        self._make()
        sha256 = hashlib.sha256(document).hexdigest()
        if redaction := self.taken(sha256):
            raise Redacted(
                f"document {sha256[:12]}…: was taken out of the archive at position {redaction.position}"
                f" ({redaction.payload['reason']}), and is not archived again. Leave it out"
            )
        if self.connection.execute("SELECT 1 FROM documents WHERE sha256 = ?", (sha256,)).fetchone() is None:
            self.connection.execute("INSERT INTO documents VALUES (?, ?)", (sha256, document))
            if self.document(sha256) != document:
                raise DatabaseRefused(f"{self.path}: document {sha256[:12]}… {_NOT_AS_GIVEN}")
        return sha256

    def redact(self, position: int, documents: Iterable[str]) -> None:
        """Take away what an event said, and documents. The caller holds the transaction, with an EventRedacted that names them."""
        self.connection.execute("UPDATE events SET data = NULL, salt = NULL WHERE position = ?", (position,))
        for sha256 in documents:
            self.connection.execute("DELETE FROM documents WHERE sha256 = ?", (sha256,))
            if self.document(sha256) is not None:
                raise DatabaseRefused(f"{self.path}: document {sha256[:12]}… was not removed. {_SEE}")
        if (event := self.event(position)) is None or event.data is not None or event.salt is not None:
            raise DatabaseRefused(f"{self.path}: the event at position {position} was not redacted. {_SEE}")

    def scrub(self) -> None:
        """Write the file anew from what stands in it, so that no free page and no journal holds what was taken away.

        Copies that killed processes left unfinished go too. Raises DatabaseRefused where another program still reads the file as
        it was, the disk is full, or such a copy cannot be taken away: call it again.
        """
        try:
            self.connection.execute("VACUUM")
            (busy, *_) = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise refusal(self.path, error) from error
        if busy:
            raise DatabaseRefused(
                f"{self.path}: another program still reads it, so its journal holds what was redacted. Stop that one, then repeat"
            )
        unfinished.sweep(self.path)

    def redacted(self, stream: str, type: EventType) -> Event | None:
        """Read an event of a stream and type that was redacted, found through what redacted it, of which there are few."""
        return self._one(
            "WHERE type = ? AND position IN (SELECT json_extract(data, '$.position') FROM events"
            " WHERE type = 'EventRedacted' AND +stream = ?)",
            type,
            stream,
        )

    def redaction(self, position: int) -> Event | None:
        """Read the EventRedacted that names a position."""
        return self._one("WHERE type = 'EventRedacted' AND json_extract(data, '$.position') = ?", position)

    def taken(self, sha256: str) -> Event | None:
        """Read the EventRedacted that took a document out of the archive."""
        return self._one(_TOOK_AWAY, sha256)

    def document(self, sha256: str) -> bytes | None:
        """Read the bytes archived under a SHA-256 in hex."""
        row = self.connection.execute("SELECT bytes FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else row[0]

    def size(self) -> int:
        """How many events the log holds; also the last position."""
        (size,) = self.connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        return int(size)

    def version(self, stream: str) -> int:
        """Tell the last version of a stream; 0 where it has no events."""
        row = self.connection.execute("SELECT max(version) FROM events WHERE stream = ?", (stream,)).fetchone()
        return row[0] or 0

    def event(self, position: int) -> Event | None:
        """Read the event at a position."""
        return self._one("WHERE position = ?", position)

    def first(self, stream: str) -> Event | None:
        """Read the event that began a stream."""
        return self._one("WHERE stream = ? AND version = 1", stream)

    def version_of(self, stream: str, version: int) -> Event | None:
        """Read one version of a stream."""
        return self._one("WHERE stream = ? AND version = ?", stream, version)

    def stream(self, stream: str, as_of: int | None = None) -> list[Event]:
        """Read a stream's events in order, up to a position."""
        return list(
            self._many(
                "WHERE stream = ? AND position <= ? ORDER BY version", stream, _NO_END if as_of is None else min(as_of, _NO_END)
            )
        )

    def last(self, stream: str, before: int = _NO_END) -> Event | None:
        """Read the last event of a stream that makes a statement, before a version."""
        return self._one(
            "WHERE stream = ? AND version < ? AND type <> 'EventRedacted' ORDER BY version DESC LIMIT 1", stream, before
        )

    def saying(self, stream: str, text: str) -> list[Event]:
        """Read the events of a stream whose data has this text in it, in order."""
        return list(self._many("WHERE stream = ? AND instr(data, ?) ORDER BY version", stream, text))

    def events(self, after: int = 0) -> Iterator[Event]:
        """Every event after a position, in order."""
        return self._many("WHERE position > ? ORDER BY position", after)

    def _one(self, where: str, *values: object) -> Event | None:
        return next(self._many(where, *values), None)

    def _many(self, where: str, *values: object) -> Iterator[Event]:
        for row in self.connection.execute(f"SELECT {_COLUMNS} FROM events {where}", values):
            yield Event(*row)

    def _identify(self, connection: sqlite3.Connection) -> bool:
        """Make sure that the file is ours, of a format we know, and guarded. False: it holds nothing, and may be written."""
        application, form, objects = connection.execute(
            "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_master)"
            " FROM pragma_application_id AS a, pragma_user_version AS v"
        ).fetchone()
        if application == 0 and objects == 0 and not self.read_only:
            return False
        if application == 0 and objects == 0:
            raise DatabaseRefused(f"{self.path}: it holds nothing yet. Make the timeline: timeline build --db {self.path}")
        if application != APPLICATION_ID:
            raise DatabaseRefused(f"{self.path}: this SQLite file is not a timeline. Give the path of one, or of a new file")
        if form > FORMAT:
            raise DatabaseRefused(
                f"{self.path}: written by a newer version of this program (format {form}, known {FORMAT}). Upgrade cited-timeline"
            )
        if form < FORMAT:
            raise DatabaseRefused(
                f"{self.path}: written before the first release of this program (format {form}, known {FORMAT})."
                f" Build it again from its bundles: timeline build --db {self.path.with_stem(self.path.stem + '-new')}"
            )
        if self.guarded and (changed := altered(connection)):
            names = ", ".join(dict.fromkeys(name.removeprefix("trigger ") for name, _ in changed))
            raise GuardsMissing(
                f"{self.path}: the log's guards are missing or changed: {names}. It may have been tampered with;"
                f" nothing was opened. See what happened: timeline verify --db {self.path}"
            )
        return True
