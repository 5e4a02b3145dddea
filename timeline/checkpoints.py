"""The checkpoints of a log: made, signed, kept with what others sign, and compared; and the proofs that lead to one.

Owns what a log may sign: never what contradicts a checkpoint before. Must not know how a signature is computed.
"""

from collections.abc import Iterable, Sequence

from timeline import merkle, signing
from timeline.errors import DatabaseRefused, NoteInvalid, ProofInvalid
from timeline.log import Event, Log
from timeline.merkle import Checkpoint, KeptCheckpoint, Key, Note, Proof, Said, Signature
from timeline.merkle.note import ED25519, is_name
from timeline.merkle.proof import LARGEST
from timeline.signing import SigningKey


def head(log: Log, origin: str, size: int | None = None) -> Checkpoint:
    """Compute the checkpoint of a log as it stands, or as it stood at a size."""
    size = log.size() if size is None else size
    try:
        return Checkpoint(origin, size, merkle.root(size, merkle.reader(log.connection)))
    except LookupError as error:
        raise _broken(log, error) from None


def make(log: Log, key: SigningKey | None, origin: str | None, at: str) -> Note:
    """Make the checkpoint of a log as it stands, signed where there is a key, and keep it if the log can be written.

    Raises DatabaseRefused for an empty log, NoteInvalid for an origin that is none or not the log's, and ProofInvalid where
    the log does not extend what was kept or signed before; nothing is then signed.
    """
    if log.read_only:
        return _signed(log, key, origin)
    with log.transaction():
        note = _signed(log, key, origin)
        signatures = [(key.public, note.signatures[0])] if key else []
        _keep(log, Checkpoint.of(note), signatures, at)
    return note


def _signed(log: Log, key: SigningKey | None, origin: str | None) -> Note:
    if log.size() == 0:
        raise DatabaseRefused(f"{log.path}: holds no events yet, so there is nothing to sign. Append some first")
    kept = merkle.checkpoints(log.connection)
    checkpoint = head(log, _origin(log, kept, key, origin))
    for earlier in kept:
        extends(log, earlier.checkpoint, f"the checkpoint kept at {earlier.kept_at}")
    if key is None:
        return Note(checkpoint.text)
    with key.held():
        if last := key.last():
            extends(log, Checkpoint.of(last), "the last checkpoint signed with this key")
        note = Note(checkpoint.text, (key.sign(checkpoint.text),))
        key.remember(note)
    return note


def _origin(log: Log, kept: Sequence[KeptCheckpoint], key: SigningKey | None, origin: str | None) -> str:
    """Name the log: as its key is called, as was asked, as it was called before, or by the hash of its first event."""
    name = key.public.name if key else origin
    if key and origin not in (None, name):
        raise NoteInvalid(f'origin "{origin}": the key is called {name}, and signs for no other. Leave --origin out')
    known = [one.checkpoint.origin for one in kept if any(signer.name == one.checkpoint.origin for signer, _ in one.signatures)]
    if name is not None and known and known[-1] != name:
        raise NoteInvalid(
            f'origin "{name}": this log has signed as {known[-1]} before, and keeps its name. Use the key of that name'
        )
    if name is None:
        return merkle.origin(log.connection)
    if not is_name(name):
        raise NoteInvalid(f'origin "{name}": is no name of a log. Write it like example.org/timeline, without spaces')
    return name


def keep(log: Log, note: Note, keys: Iterable[Key], at: str, what: str = "checkpoint", *, own: bool = False) -> list[Signature]:
    """Keep what trusted keys have signed of a checkpoint of this log, and return the signatures that were passed over.

    It must bear the name that the log has, unless the log's `own` key gives it one. Raises NoteInvalid where none is by a trusted
    key or one does not hold, ProofInvalid where the log does not extend the checkpoint; nothing is then kept.
    """
    checkpoint = Checkpoint.of(note, what)
    holding = signed(note, keys, what)
    if checkpoint.extensions:
        raise NoteInvalid(f"{what}: has more than three lines, so it is not one of this log's")
    with log.transaction():
        names = {one.checkpoint.origin for one in merkle.checkpoints(log.connection)} or {merkle.origin(log.connection)}
        if checkpoint.origin not in names and not own:
            raise NoteInvalid(f"{what}: is of {checkpoint.origin}, and this log is called {' or '.join(sorted(names))}")
        extends(log, checkpoint, what)
        _keep(log, checkpoint, [(one.key, one.signature) for one in holding], at)
    known = {one.signature for one in holding}
    known.update(*(kept.note.signatures for kept in merkle.checkpoints(log.connection) if kept.checkpoint == checkpoint))
    return [signature for signature in note.signatures if signature not in known]


def _keep(log: Log, checkpoint: Checkpoint, signatures: Iterable[tuple[Key, Signature]], at: str) -> None:
    """Keep a checkpoint and signatures, each once. The caller holds the transaction."""
    log.connection.execute(
        "INSERT INTO checkpoints (origin, size, root, kept_at) SELECT ?1, ?2, ?3, ?4"
        " WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE origin = ?1 AND size = ?2)",
        (checkpoint.origin, checkpoint.size, checkpoint.root, at),
    )
    for key, signature in signatures:
        log.connection.execute(
            "INSERT INTO signatures (checkpoint, public_key, signature, kept_at)"
            " SELECT number, ?3, ?4, ?5 FROM checkpoints WHERE origin = ?1 AND size = ?2"
            " AND NOT EXISTS (SELECT 1 FROM signatures WHERE checkpoint = checkpoints.number AND public_key = ?3)",
            (checkpoint.origin, checkpoint.size, str(key), signature.signature, at),
        )


def signed(note: Note, keys: Iterable[Key], what: str = "checkpoint", *, every: bool = False) -> list[signing.Signed]:
    """Check the signatures of trusted keys under a checkpoint: all that are there, at least one, or of `every` key.

    Raises NoteInvalid, also where a log's key signs for another origin than its name.
    """
    checkpoint = Checkpoint.of(note, what)
    holding = signing.check(note, keys, what, every=every)
    for one in holding:
        if one.key.type == ED25519 and one.key.name != checkpoint.origin:
            raise NoteInvalid(
                f"{what}: is of {checkpoint.origin}, but signed as a log by {one.key.name}. It is not the log's own signature"
            )
    return holding


def extends(log: Log, checkpoint: Checkpoint, what: str = "checkpoint") -> None:
    """Make sure that a log only adds to a checkpoint. Raises ProofInvalid."""
    size = log.size()
    if size < checkpoint.size:
        raise ProofInvalid(
            f"{log.path}: holds {size:,} events, {what} {checkpoint.size:,}: events were dropped, or this is an older copy"
        )
    try:
        root = merkle.root(checkpoint.size, merkle.reader(log.connection))
    except LookupError as error:
        raise _broken(log, error) from None
    if root != checkpoint.root:
        raise ProofInvalid(f"{log.path}: its first {checkpoint.size:,} events are not those of {what}: the past was changed")


def prove(log: Log, event: Event, note: Note) -> Proof:
    """Prove that an event stands in the log of a checkpoint. Raises ProofInvalid where that is not so."""
    checkpoint = Checkpoint.of(note)
    extends(log, checkpoint)
    if checkpoint.size < event.position:
        raise ProofInvalid(
            f"{event.id}: stands at position {event.position}, after the {checkpoint.size:,} of the checkpoint. Give a later one"
        )
    leaf = merkle.leaf(*(getattr(event, column) for column in merkle.COLUMNS.split(", ")))
    hashes = merkle.inclusion(event.position - 1, checkpoint.size, merkle.reader(log.connection))
    proof = Proof(event.position - 1, tuple(hashes), note, Said(leaf, event.data, event.salt))
    proof.check()
    if len(str(proof)) > LARGEST:
        raise ProofInvalid(f"{event.id}: says more than a proof may, {LARGEST // 1_000_000} MB. Give the whole log to check")
    return proof


def covering(log: Log, position: int) -> Note:
    """Choose the checkpoint under which an event is proved: the last kept one that covers it, signed if any is, or the head."""
    covering = [one for one in merkle.checkpoints(log.connection) if one.checkpoint.size >= position]
    chosen = [one for one in covering if one.signatures] or covering
    return chosen[-1].note if chosen else _signed(log, None, None)


def _broken(log: Log, error: LookupError) -> DatabaseRefused:
    return DatabaseRefused(f"{log.path}: {error}: the log is broken. See what is left: timeline verify --db {log.path}")
