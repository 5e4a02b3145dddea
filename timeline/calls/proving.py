"""The calls for checkpoints, proofs and rebuilding. Must not append an event."""

from collections.abc import Iterable

from timeline import projections
from timeline.calls.open_timeline import Opened
from timeline.errors import UnknownEvent
from timeline.merkle import Key, Note, Proof, Signature
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey


class Proving(Opened):
    """The proving calls of a timeline."""

    def checkpoint(self, key: SigningKey | None = None, *, origin: str | None = None) -> Note:
        """Make and store the log's checkpoint (c2sp.org/tlog-checkpoint): its origin, size and root, signed if a key is given.

        Keep it elsewhere as well: anyone who has it can check whether the events it covers were changed. The origin is the key's
        name; without a key, the origin that was first signed, or one made from the hash of the first event. Raises DatabaseRefused,
        NoteInvalid, or ProofInvalid where the log does not extend an earlier checkpoint; then nothing is signed.
        """
        self.log.refuse_absent()
        return checkpoints.make(self.log, key, origin, self._streams.now())

    def cosigned(self, checkpoint: Note, keys: Iterable[Key]) -> list[Signature]:
        """Store the signatures of trusted keys under a checkpoint of this log, and return the signatures of other keys.

        Raises NoteInvalid or ProofInvalid where a signature or the checkpoint is not valid; then nothing is stored.
        """
        self.log.refuse_absent()
        return checkpoints.keep(self.log, checkpoint, keys, self._streams.now())

    def prove(self, position: int, checkpoint: Note | None = None) -> Proof:
        """Prove that the event at a position is in the log (c2sp.org/tlog-proof), for one of its checkpoints.

        By default that is the last stored checkpoint that covers the event, a signed one if there is any; or else an unsigned one
        of the log as it is. Raises UnknownEvent, or ProofInvalid where the log or the checkpoint does not support the proof.
        """
        self.log.refuse_absent()
        event = self.log.event(position)
        if event is None:
            raise UnknownEvent(f"there is no event at position {position}: the log ends at {self.log.size()}")
        return checkpoints.prove(self.log, event, checkpoint or checkpoints.covering(self.log, position))

    def rebuild(self, *, tree: bool = False) -> None:
        """Derive the read tables again from the log, in one transaction.

        The tree over the log is not changed, so that it still shows which events were altered; `tree` derives it again as well.
        """
        self.log.refuse_absent()
        self.log.connection.execute("PRAGMA secure_delete = FAST")  # only a redaction must overwrite the pages that it frees
        with self.log.transaction():
            projections.rebuild(self.log.connection, tree=tree)
