"""The proofs of a log for the pages: that an event is in it, that it only adds to an earlier size, and its signed checkpoints.

Owns the choice of the checkpoint that a proof leads to, and the reading of both through a connection of Datasette's. Must not
check a signature, which needs a library. Anyone who can write to the file can add a checkpoint, so its signers and its time are
only what the file says, and the pages say so. The reader of a proof checks the signatures.
Each function reads through a connection. It raises UnknownEvent for an event or a checkpoint that does not exist, and LookupError,
NoteInvalid or ProofInvalid if the log is broken.
"""

import base64
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from timeline import merkle
from timeline.errors import NoteInvalid, ProofInvalid, UnknownEvent
from timeline.merkle import Checkpoint, Key, Note, Proof, ProvenEvent, StoredCheckpoint
from timeline.merkle.note import COSIGNATURE
from timeline.web.pages import date_wording

BROKEN = (LookupError, NoteInvalid, ProofInvalid)
_COSIGNATURE_BYTES = 72  # the time in seconds, and the signature


@dataclass(frozen=True)
class Signer:
    """The key that signed a checkpoint, and the time in words that the signature names."""

    key: Key
    at: str | None

    @property
    def is_witness(self) -> bool:
        """Whether the key belongs to a witness of the log, rather than to the log itself."""
        return self.key.type == COSIGNATURE


@dataclass(frozen=True)
class CheckpointView:
    """The log at a size. If its checkpoint is stored: the number, the time and the signers that the file names."""

    note: Note
    number: int | None = None
    stored: str | None = None
    signers: Sequence[Signer] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint itself."""
        return Checkpoint.of(self.note)

    @property
    def root(self) -> str:
        """The root as the checkpoint writes it."""
        return base64.b64encode(self.checkpoint.root).decode()


def checkpoint_view(connection: sqlite3.Connection, row: StoredCheckpoint) -> CheckpointView:
    """Return a stored checkpoint with its time and signers in words."""
    signers = [Signer(key, _signing_time(key, signature.signature)) for key, signature in row.signatures]
    return CheckpointView(row.note, row.number, _storing_time(connection, row), signers)


def _storing_time(connection: sqlite3.Connection, row: StoredCheckpoint) -> str:
    """Return the time in words at which, by the file, a checkpoint was stored; and say so if that is impossible."""
    if not merkle.is_instant(row.kept_at):
        return "at a time that cannot be read"
    (late,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM events WHERE position = ? AND recorded_at > ?)", (row.checkpoint.size, row.kept_at)
    ).fetchone()
    return f"on {date_wording.recording_time(row.kept_at)}{', which cannot be: its last event is later' if late else ''}"


def _signing_time(key: Key, signature: bytes) -> str | None:
    if key.type != COSIGNATURE or len(signature) != _COSIGNATURE_BYTES:
        return None
    return date_wording.posix_time(int.from_bytes(signature[:8], "big"))


def numbered(connection: sqlite3.Connection, number: int) -> CheckpointView:
    """Return a stored checkpoint by its number."""
    rows = merkle.checkpoints(connection, number)
    if not rows:
        raise UnknownEvent(f"there is no checkpoint {number}. See all of them on the page of checkpoints")
    return checkpoint_view(connection, rows[0])


def at_size(connection: sqlite3.Connection, size: int | None = None, *, stored: bool) -> CheckpointView:
    """Return the log at a size, or now: by a stored checkpoint if the visitor may read those, else by one without signatures.

    Raises ProofInvalid if the log no longer has the root of the stored checkpoint.
    """
    end = merkle.size(connection)
    size = end if size is None else size
    if size > end:
        raise UnknownEvent(f"the log holds {end:,} events, and not yet {size:,}")
    computed = merkle.root(size, merkle.reader(connection))
    number = merkle.best(connection, size, size) if stored else None
    if number is None:
        note = Note(Checkpoint(merkle.origin(connection, signed=stored), size, computed).text)
        Checkpoint.of(note)  # raises if the log's name was altered
        return CheckpointView(note)
    view = numbered(connection, number)
    if view.checkpoint.root != computed:
        raise ProofInvalid(
            f"its first {size:,} events are not those of the checkpoint kept then: it is another log, or its past was changed"
        )
    return view


@dataclass(frozen=True)
class Proved:
    """An event's proof, the checkpoint that it leads to, and the name of the file."""

    proof: Proof
    view: CheckpointView

    @property
    def name(self) -> str:
        """The name of the file: `happening-ga-93@2.tlog-proof`."""
        event = self.proof.proven.event
        return re.sub(r"[^A-Za-z0-9._@-]", "-", f"{event['stream']}@{event['version']}") + ".tlog-proof"


def prove(connection: sqlite3.Connection, position: int, number: int | None = None, *, stored: bool) -> Proved:
    """Prove an event under this stored checkpoint, or the best one that covers it, or else the log as it is now."""
    rows = connection.execute(f"SELECT {merkle.COLUMNS}, data, salt FROM events WHERE position = ?", (position,)).fetchall()
    if not rows:
        raise UnknownEvent(f"there is no event at position {position}: the log ends at {merkle.size(connection)}")
    *columns, data, salt = rows[0]
    node = merkle.reader(connection)
    node(0, position - 1)  # raises if the row is damaged
    if number is None and stored:
        number = merkle.best(connection, position)
    view = numbered(connection, number) if number is not None else at_size(connection, stored=stored)
    size = view.checkpoint.size
    if size < position:
        raise UnknownEvent(f"checkpoint {number} holds {size:,} events, and the event at position {position} came later")
    if size > merkle.size(connection):
        raise ProofInvalid(f"the checkpoint holds {size:,} events, and the log {merkle.size(connection):,}: events were dropped")
    hashes = tuple(merkle.inclusion(position - 1, size, node))
    proof = Proof.parse(str(Proof(position - 1, hashes, view.note, ProvenEvent(merkle.leaf(*columns), data, salt))).encode())
    proof.check()
    return Proved(proof, view)


def consistency(connection: sqlite3.Connection, first: int, second: int | None, *, stored: bool) -> str:
    """Prove that a log only added events since a size, in the form in which logs ask witnesses (c2sp.org/tlog-witness).

    An `old` line, one line for each hash, an empty line, and the later checkpoint.
    """
    later = at_size(connection, second, stored=stored)
    size = later.checkpoint.size
    hashes = merkle.consistency(first, size, merkle.reader(connection)) if first else []
    lines = [f"old {first}", *(base64.b64encode(digest).decode() for digest in hashes)]
    return "".join(f"{line}\n" for line in lines) + f"\n{later.note}"


def size(connection: sqlite3.Connection) -> int:
    """Count the events of the log."""
    return merkle.size(connection)


def broken(error: Exception) -> str:
    """Return the message that the log proves nothing, and why."""
    reason = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)  # str(KeyError) adds quotes
    advice = "It may be damaged or altered; whoever runs this site can see where: timeline verify"
    return f"the log cannot prove this: {reason.rstrip('.')}. {advice}"
