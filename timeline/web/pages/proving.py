"""The proofs of a log, as the pages give them: that an event is in it, that it only adds to what it was, and what was signed.

Owns which checkpoint a proof leads to, and its reading through a connection of Datasette's. Must not check a signature, which
needs a library: anyone who can write to the file can add a checkpoint, so who signed it, and when it was kept, is only what the
file says, and pages say so. Whoever reads a proof checks the signatures.
Each function reads through a connection, and raises UnknownEvent for what is not there, and LookupError, NoteInvalid or
ProofInvalid where the log is broken.
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
from timeline.web.pages import when

BROKEN = (LookupError, NoteInvalid, ProofInvalid)
_SIGNED_AT = 72  # bytes of a cosignature: the seconds and the signature


@dataclass(frozen=True)
class Signer:
    """Who signed a checkpoint: the key, and when, in words, where the signature says so."""

    key: Key
    at: str | None

    @property
    def is_witness(self) -> bool:
        """Whether it is somebody else than the log, who says that he saw it."""
        return self.key.type == COSIGNATURE


@dataclass(frozen=True)
class Stand:
    """The log at a size: its checkpoint, and if that was kept, its number, when, and who signed, as the file says."""

    note: Note
    number: int | None = None
    kept: str | None = None
    signers: Sequence[Signer] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint itself."""
        return Checkpoint.of(self.note)

    @property
    def root(self) -> str:
        """The root, as it is written in the checkpoint."""
        return base64.b64encode(self.checkpoint.root).decode()


def stand(connection: sqlite3.Connection, kept: StoredCheckpoint) -> Stand:
    """Tell of a checkpoint that was kept."""
    signers = [Signer(key, _signed_at(key, signature.signature)) for key, signature in kept.signatures]
    return Stand(kept.note, kept.number, _kept_on(connection, kept), signers)


def _kept_on(connection: sqlite3.Connection, kept: StoredCheckpoint) -> str:
    """Say when the file says that a checkpoint was kept; and where that cannot be, that it cannot."""
    if not merkle.is_instant(kept.kept_at):
        return "at a time that cannot be read"
    (late,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM events WHERE position = ? AND recorded_at > ?)", (kept.checkpoint.size, kept.kept_at)
    ).fetchone()
    return f"on {when.recorded(kept.kept_at)}{', which cannot be: its last event is later' if late else ''}"


def _signed_at(key: Key, signature: bytes) -> str | None:
    if key.type != COSIGNATURE or len(signature) != _SIGNED_AT:
        return None
    return when.seconds(int.from_bytes(signature[:8], "big"))


def numbered(connection: sqlite3.Connection, number: int) -> Stand:
    """Find a checkpoint that was kept by its number."""
    found = merkle.checkpoints(connection, number)
    if not found:
        raise UnknownEvent(f"there is no checkpoint {number}. See which were kept, on the page of checkpoints")
    return stand(connection, found[0])


def at_size(connection: sqlite3.Connection, size: int | None = None, *, kept: bool) -> Stand:
    """Give the log as it stood at a size, or stands: by a kept checkpoint, where such may be read, else by one without signatures.

    Raises ProofInvalid where the log is not any more as that checkpoint says.
    """
    end = merkle.size(connection)
    size = end if size is None else size
    if size > end:
        raise UnknownEvent(f"the log holds {end:,} events, and not yet {size:,}")
    computed = merkle.root(size, merkle.reader(connection))
    number = merkle.best(connection, size, size) if kept else None
    if number is None:
        note = Note(Checkpoint(merkle.origin(connection, signed=kept), size, computed).text)
        Checkpoint.of(note)  # raises where the log's name was altered
        return Stand(note)
    found = numbered(connection, number)
    if found.checkpoint.root != computed:
        raise ProofInvalid(
            f"its first {size:,} events are not those of the checkpoint kept then: it is another log, or its past was changed"
        )
    return found


@dataclass(frozen=True)
class Proved:
    """An event's proof, the checkpoint that it leads to, and what the file is called."""

    proof: Proof
    stand: Stand

    @property
    def name(self) -> str:
        """What the file is called: `happening-ga-93@2.tlog-proof`."""
        event = self.proof.proven.event
        return re.sub(r"[^A-Za-z0-9._@-]", "-", f"{event['stream']}@{event['version']}") + ".tlog-proof"


def prove(connection: sqlite3.Connection, position: int, number: int | None = None, *, kept: bool) -> Proved:
    """Prove an event under a kept checkpoint of this number, or under the best that covers it, else under the log as it stands."""
    rows = connection.execute(f"SELECT {merkle.COLUMNS}, data, salt FROM events WHERE position = ?", (position,)).fetchall()
    if not rows:
        raise UnknownEvent(f"there is no event at position {position}: the log ends at {merkle.size(connection)}")
    *columns, data, salt = rows[0]
    node = merkle.reader(connection)
    node(0, position - 1)  # raises where the row is damaged
    if number is None and kept:
        number = merkle.best(connection, position)
    chosen = numbered(connection, number) if number is not None else at_size(connection, kept=kept)
    size = chosen.checkpoint.size
    if size < position:
        raise UnknownEvent(f"checkpoint {number} holds {size:,} events, and the event at position {position} came later")
    if size > merkle.size(connection):
        raise ProofInvalid(f"the checkpoint holds {size:,} events, and the log {merkle.size(connection):,}: events were dropped")
    hashes = tuple(merkle.inclusion(position - 1, size, node))
    proof = Proof.parse(str(Proof(position - 1, hashes, chosen.note, ProvenEvent(merkle.leaf(*columns), data, salt))).encode())
    proof.check()
    return Proved(proof, chosen)


def consistency(connection: sqlite3.Connection, first: int, second: int | None, *, kept: bool) -> str:
    """Prove that a log only added to what it was, in the form in which logs ask witnesses (c2sp.org/tlog-witness).

    An `old` line, the hashes one to a line, an empty line, and the later checkpoint.
    """
    later = at_size(connection, second, kept=kept)
    size = later.checkpoint.size
    hashes = merkle.consistency(first, size, merkle.reader(connection)) if first else []
    lines = [f"old {first}", *(base64.b64encode(one).decode() for one in hashes)]
    return "".join(f"{line}\n" for line in lines) + f"\n{later.note}"


def size(connection: sqlite3.Connection) -> int:
    """Count the events of the log."""
    return merkle.size(connection)


def broken(error: Exception) -> str:
    """Say in a line that nothing can be proved, and why."""
    reason = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)  # a KeyError's is quoted
    advice = "It may be damaged or altered; whoever runs this site can see where: timeline verify"
    return f"the log cannot prove this: {reason.rstrip('.')}. {advice}"
