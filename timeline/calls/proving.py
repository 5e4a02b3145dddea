"""The calls that show that nothing was changed: checkpoints, proofs, rebuilding. Must not append an event."""

from collections.abc import Iterable

from timeline import checkpoints, projections
from timeline.calls.opened import Opened
from timeline.errors import UnknownEvent
from timeline.merkle import Key, Note, Proof, Signature
from timeline.signing import SigningKey


class Proving(Opened):
    """A timeline, as it is proved and checked."""

    def checkpoint(self, key: SigningKey | None = None, *, origin: str | None = None) -> Note:
        """Make the log's checkpoint (c2sp.org/tlog-checkpoint): its origin, size and root, signed where a key is given. It is kept.

        Keep it elsewhere as well: whoever has it can tell whether what it covers was changed. The origin is the key's name;
        without a key, the one it was first signed under, or one made of the hash of the first event. Raises DatabaseRefused,
        NoteInvalid, or ProofInvalid where the log does not extend an earlier checkpoint; nothing is then signed.
        """
        self.log.refuse_absent()
        return checkpoints.make(self.log, key, origin, self._streams.now())

    def cosigned(self, checkpoint: Note, keys: Iterable[Key]) -> list[Signature]:
        """Keep the signatures that trusted keys have put under a checkpoint of this log, and return those passed over.

        Raises NoteInvalid or ProofInvalid where a signature or the checkpoint does not hold; nothing is then kept.
        """
        self.log.refuse_absent()
        return checkpoints.keep(self.log, checkpoint, keys, self._streams.now())

    def prove(self, position: int, checkpoint: Note | None = None) -> Proof:
        """Prove that the event at a position stands in the log (c2sp.org/tlog-proof), under a checkpoint of it.

        Without one it is the last kept one that covers the event, signed if any is; or else the log's as it stands, unsigned.
        Raises UnknownEvent, or ProofInvalid where the log or the checkpoint does not bear it out.
        """
        self.log.refuse_absent()
        event = self.log.event(position)
        if event is None:
            raise UnknownEvent(f"there is no event at position {position}: the log ends at {self.log.size()}")
        return checkpoints.prove(self.log, event, checkpoint or checkpoints.covering(self.log, position))

    def rebuild(self, *, tree: bool = False) -> None:
        """Derive the read tables again from the log, in one transaction.

        The tree over the log stays, and so tells of events that were altered; with `tree` it is derived again as well.
        """
        self.log.refuse_absent()
        self.log.connection.execute("PRAGMA secure_delete = FAST")  # only a redaction must overwrite the pages that it frees
        with self.log.transaction():
            projections.rebuild(self.log.connection, tree=tree)
