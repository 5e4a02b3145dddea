"""Store what was read of a shared log in a file: verified, with its redactions, and with the read tables brought up to date.

Owns every check of what comes from the server. A batch is one transaction: all of it, or nothing. Must not connect to anything.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from timeline import merkle, projections
from timeline.errors import DatabaseRefused, Redacted, SharedLogDiffers
from timeline.log import schema as log_schema
from timeline.log.event import Event, data_hash
from timeline.log.log import Log
from timeline.shared_log.reader import Batch, Leaf, Redaction, documents_of

# They judge an event by others, or by its data. Of a log that was redacted before it was read, that is no longer there.
_JUDGING: Final = tuple(f"events_insert_{name}" for name in ("next", "form", "source", "citation", "review", "redaction"))
_STEPS: Final = 100_000  # of SQLite's virtual machine, between two looks of Python for a signal
_LEAF: Final = f"SELECT {merkle.COLUMNS} FROM events WHERE position = ?"
_LEAVES: Final = f"SELECT {merkle.COLUMNS} FROM events WHERE position > ? ORDER BY position"
_WITHOUT_EARLIER: Final = """
SELECT position FROM events AS later WHERE position > ? AND version <> 1 AND NOT EXISTS (
    SELECT 1 FROM events WHERE stream = later.stream AND version = later.version - 1 AND position < later.position
) LIMIT 1"""
_LAST_REDACTION: Final = "SELECT coalesce(max(position), 0) FROM events WHERE type = 'EventRedacted'"


def opened(path: Path) -> Log:
    """Open a file to store events in; the first batch makes it. Raises DatabaseRefused where its read tables are outdated."""
    log = Log(path, complete=projections.begin)
    log.prepare(projections.register)
    log.prepare(lambda connection: connection.set_progress_handler(lambda: 0, _STEPS))
    if log.is_there and not projections.is_current(log.connection):
        log.close()
        raise DatabaseRefused(path, f"{projections.OUTDATED}. Make them again: timeline rebuild --db {path}")
    return log


def leaf(log: Log, position: int) -> Leaf | None:
    """Return what the tree has of the event at a position."""
    row: Leaf | None = log.connection.execute(_LEAF, (position,)).fetchone()
    return row


def leaf_of(event: Event) -> Leaf:
    """Return what the tree has of an event."""
    return (
        event.position, event.stream, event.version, event.type, event.recorded_at, event.recorded_by, event.data_hash
    )  # fmt: skip


def leaves(log: Log, after: int) -> Iterator[Leaf]:
    """Yield what the tree has of every event after a position, in order."""
    return log.connection.execute(_LEAVES, (after,))


def last_redaction(log: Log) -> int:
    """Return the position of the last redaction; 0 if there is none."""
    (position,) = log.connection.execute(_LAST_REDACTION).fetchone()
    return int(position)


def store(log: Log, batch: Batch) -> bool:
    """Store a batch; events that another process has stored meanwhile are passed over.

    Return whether data was removed that the file held, so that it must be cleaned: `Log.scrub`. Raises SharedLogDiffers where the
    batch does not follow, or fails a hash or a guard; DatabaseRefused where the file cannot be written. Then nothing is stored.
    """
    redacts = any(event.type == "EventRedacted" for event in batch.events)
    log.connection.execute(f"PRAGMA secure_delete = {'ON' if redacts else 'FAST'}")
    try:
        with log.transaction():
            return _store(log, batch)
    except DatabaseRefused as error:
        if isinstance(error.__cause__, sqlite3.IntegrityError):
            raise _refusal(log, f"the shared log breaks a rule after position {batch.after:,}: {error.reason}") from error
        raise
    except Redacted as error:
        raise _refusal(log, f"the shared log holds a document that was redacted: {error}") from error


def _store(log: Log, batch: Batch) -> bool:
    size = log.size()
    events = [event for event in batch.events if event.position > size]
    if not events:
        return False
    if events[0].position != size + 1:
        raise DatabaseRefused(log.path, f"it has lost events while it was open: it ends at position {size:,}. See: timeline verify")
    _check(log, events, batch)
    coming = [one for one in batch.redactions if one.position > size]
    redactions = [one for one in coming if one.position <= events[-1].position]
    live = any(_is_held(log, one) for one in redactions)
    with _late(log, coming):
        for sha256, document in batch.documents.items():
            if log.keep(document) != sha256:
                raise _refusal(log, f"the shared log has other bytes under the document {sha256}")
        for event in events:
            log.store(event)
        missing = log.connection.execute(_WITHOUT_EARLIER, (size,)).fetchone()
    if missing is not None:
        raise _refusal(log, f"the event at position {missing[0]:,} of the shared log has no earlier version")
    for one in redactions:
        log.redact(one.target, one.documents)
    if redactions and (live or redactions == coming):
        projections.rebuild(log.connection)
    else:
        projections.advance(log.connection)
    return live


def _check(log: Log, events: Sequence[Event], batch: Batch) -> None:
    """Check the hash of each event's data, that a redaction explains what is missing, and that each document is there."""
    targets = {one.target for one in batch.redactions}
    redacted = {sha256 for one in batch.redactions for sha256 in one.documents}
    for event in events:
        name = f"the event at position {event.position:,} of the shared log"
        if event.data is None or event.salt is None:
            if event.position not in targets or (event.data, event.salt) != (None, None):
                raise _refusal(log, f"{name} lacks its data, and no event says why")
        elif data_hash(event.salt, event.data) != event.data_hash:
            raise _refusal(log, f"{name} does not match its hash")
        for sha256 in documents_of(event):
            if sha256 in batch.documents or sha256 in redacted or holds(log, sha256):
                continue
            if log.document_redaction(sha256) is None:
                raise _refusal(log, f"the shared log lacks the document {sha256} of {event.id}, and no event says why")


def holds(log: Log, sha256: str) -> bool:
    """Whether a document is in the file."""
    return log.connection.execute("SELECT 1 FROM documents WHERE sha256 = ?", (sha256,)).fetchone() is not None


def _is_held(log: Log, redaction: Redaction) -> bool:
    """Whether the file holds anything that a redaction removes."""
    row = log.connection.execute("SELECT data IS NOT NULL FROM events WHERE position = ?", (redaction.target,)).fetchone()
    return bool(row and row[0]) or any(holds(log, sha256) for sha256 in redaction.documents)


@contextmanager
def _late(log: Log, redactions: Sequence[Redaction]) -> Iterator[None]:
    """Store events within the block. Guards that need redacted data are put aside, and in place again before the commit.

    They are put aside only as long as a redaction is to come whose event, or a document of it, the file does not hold: it was
    redacted before it was read. The hashes, the order and the versions are checked all the same.
    """
    connection = log.connection
    whole = all(
        connection.execute("SELECT 1 FROM events WHERE position = ? AND data IS NOT NULL", (one.target,)).fetchone()
        and all(holds(log, sha256) for sha256 in one.documents)
        for one in redactions
    )
    if whole:
        yield
        return
    for name in _JUDGING:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for name in _JUDGING:
        log.connection.execute(log_schema.guards()[name])


def _refusal(log: Log, reason: str) -> SharedLogDiffers:
    advice = "Nothing of it was stored. Have the log's owner compare it with a backup or another follower: timeline verify"
    return SharedLogDiffers(log.path, f"{reason}. {advice}")
