"""The checkpoints of a log: made, signed, kept with what others sign, and compared; and the proofs that lead to one.

Owns what a log may sign: never what contradicts a checkpoint before; and what decides where the file says something else.
Anyone who can write to the file can add checkpoints to it, under any name and signed by keys of their own. So a key is bound by
what it signed itself, and by nothing else: no row that somebody added keeps the owner from signing. Must not know how a signature
is computed.
"""

from collections.abc import Iterable, Sequence

from timeline import merkle, signing
from timeline.errors import DatabaseRefused, NoteInvalid, ProofInvalid
from timeline.log import Event, Log
from timeline.merkle import Checkpoint, KeptCheckpoint, Key, Note, Proof, Said, Signature
from timeline.merkle.note import ED25519, is_name, shown
from timeline.merkle.proof import LARGEST
from timeline.signing import SigningKey

_NAMED = 4  # names that a message lists
_BEFORE_CHECKPOINT = """
SELECT recorded_at FROM events WHERE position = ? UNION ALL SELECT kept_at FROM checkpoints
WHERE number = (SELECT max(number) FROM checkpoints)"""
_BEFORE_SIGNATURE = """
SELECT kept_at FROM checkpoints WHERE number = ? UNION ALL SELECT kept_at FROM signatures
WHERE number = (SELECT max(number) FROM signatures)"""


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
    the log does not extend what the key signed before or, without a key, what was kept before; nothing is then signed.
    It is kept as of `at`, or as of the last time before it in the file: see `_keep`.
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
        raise DatabaseRefused(log.path, "holds no events yet, so there is nothing to sign. Append some first")
    checkpoint = head(log, _origin(log, key, origin))
    for earlier in merkle.readable(log.connection)[0]:
        if key is None or _did_sign(key.public, earlier):
            extends(log, earlier.checkpoint, f"the checkpoint kept at {earlier.kept_at}")
    if key is None:
        return Note(checkpoint.text)
    with key.held():
        if last := key.last():
            extends(log, Checkpoint.of(last), "the last checkpoint signed with this key")
        note = Note(checkpoint.text, (key.sign(checkpoint.text),))
        key.remember(note)
    return note


def _did_sign(key: Key, kept: KeptCheckpoint) -> bool:
    """Whether a kept checkpoint is signed by a key, and not in its name alone."""
    notes = [Note(kept.checkpoint.text, (signature,)) for public, signature in kept.signatures if public == key]
    return any(_holds(note, key) for note in notes)


def _holds(note: Note, key: Key) -> bool:
    try:
        return bool(signed(note, [key]))
    except NoteInvalid:
        return False


def _origin(log: Log, key: SigningKey | None, origin: str | None) -> str:
    """Name the log: as its key is called, as was asked, as it was first signed, or by the hash of its first event.

    A key signs under its own name. Where the file says that the log was signed under other names alone, it may be the wrong
    key, or somebody added those: then the origin must be given as well, once, and the key's name is among them from then on.
    """
    name = key.public.name if key else origin
    if name is None:
        return merkle.origin(log.connection)
    if not is_name(name):
        raise NoteInvalid(f'origin "{name}": is no name of a log. Write it like example.org/timeline, without spaces')
    if key and origin not in (None, name):
        raise NoteInvalid(f'origin "{origin}": the key is called {name}, and signs for no other. Leave --origin out')
    others = list(dict.fromkeys(merkle.own_names(log.connection)))
    if key and origin is None and others and name not in others:
        raise NoteInvalid(
            f'origin "{name}": the file says that this log has signed as {_listed(others)} before, and keeps its name.'
            f" Use the key of that name; or, if {name} is its name, say so once: timeline checkpoint --key {name} --origin {name}"
        )
    return name


def doubts(log: Log, note: Note) -> list[str]:
    """Tell what a file keeps beside a checkpoint that was made of it, and that does not go with it, a line for each kind."""
    kept, unreadable = merkle.readable(log.connection)
    found = [f"{where} {what}" for where, what in unreadable[:1]]
    for one in kept:
        try:
            extends(log, one.checkpoint)
        except ProofInvalid:
            found.append(f"checkpoint {one.number} in the file, of {one.checkpoint.origin}, does not fit the log's events")
            break
    name = Checkpoint.of(note).origin
    if others := [one for one in dict.fromkeys(merkle.own_names(log.connection)) if one != name]:
        found.append(f"the file also keeps checkpoints that are signed as {_listed(others)}, and this one is of {name}")
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(shown, names[:_NAMED])) + (f" and {len(names) - _NAMED} others" if len(names) > _NAMED else "")


def keep(log: Log, note: Note, keys: Iterable[Key], at: str, what: str = "checkpoint", *, own: bool = False) -> list[Signature]:
    """Keep what trusted keys have signed of a checkpoint of this log, and return the signatures that were passed over.

    It must bear the name that the log has, unless the log's `own` key gives it one. Raises NoteInvalid where none is by a trusted
    key or one does not hold, ProofInvalid where the log does not extend the checkpoint; nothing is then kept.
    """
    checkpoint = Checkpoint.of(note, what)
    holding = signed(note, keys, what)
    if checkpoint.extensions:
        raise NoteInvalid(what, "has more than three lines, so it is not one of this log's")
    with log.transaction():
        known = {one.checkpoint.origin for one in merkle.readable(log.connection)[0]} | {merkle.origin(log.connection)}
        if checkpoint.origin not in {*known, merkle.origin(log.connection, signed=False)} and not own:
            raise NoteInvalid(what, f"is of {checkpoint.origin}, and this log is called {merkle.origin(log.connection)}")
        extends(log, checkpoint, what)
        _keep(log, checkpoint, [(one.key, one.signature) for one in holding], at)
    kept = {one.signature for one in holding}
    kept.update(*(one.note.signatures for one in merkle.readable(log.connection)[0] if one.checkpoint == checkpoint))
    return [signature for signature in note.signatures if signature not in kept]


def _keep(log: Log, checkpoint: Checkpoint, signatures: Iterable[tuple[Key, Signature]], at: str) -> None:
    """Keep a checkpoint and signatures, each once. The caller holds the transaction.

    Times in the file are in order. A clock that was turned back stops nobody: what is kept while it is behind bears the latest time
    of what comes before it in the file, as the guards ask for.
    """
    checkpoint_row = (checkpoint.origin, checkpoint.size, checkpoint.root)
    log.connection.execute(
        "INSERT INTO checkpoints (origin, size, root, kept_at) SELECT ?1, ?2, ?3, ?4"
        " WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE origin = ?1 AND size = ?2 AND root = ?3)",
        (*checkpoint_row, _after(log, at, _BEFORE_CHECKPOINT, checkpoint.size)),
    )
    (number,) = log.connection.execute(
        "SELECT number FROM checkpoints WHERE origin = ? AND size = ? AND root = ?", checkpoint_row
    ).fetchone()
    for key, signature in signatures:
        log.connection.execute(
            "INSERT INTO signatures (checkpoint, public_key, signature, kept_at) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS"
            " (SELECT 1 FROM signatures WHERE checkpoint = ?1 AND public_key = ?2 AND signature = ?3)",
            (number, str(key), signature.signature, _after(log, at, _BEFORE_SIGNATURE, number)),
        )


def _after(log: Log, at: str, before: str, of: int) -> str:
    """Give a time, or the latest of those before it in the file where that is later; one that is no time does not count."""
    times: list[str] = [time for (time,) in log.connection.execute(before, (of,)) if merkle.is_instant(time)]
    return max([at, *times])


def signed(note: Note, keys: Iterable[Key], what: str = "checkpoint", *, every: bool = False) -> list[signing.Signed]:
    """Check the signatures of trusted keys under a checkpoint: all that are there, at least one, or of `every` key.

    Raises NoteInvalid, also where a log's key signs for another origin than its name.
    """
    checkpoint = Checkpoint.of(note, what)
    holding = signing.check(note, keys, what, every=every)
    for one in holding:
        if one.key.type == ED25519 and one.key.name != checkpoint.origin:
            raise NoteInvalid(
                what, f"is of {checkpoint.origin}, but signed as a log by {one.key.name}. It is not the log's own signature"
            )
    return holding


def extends(log: Log, checkpoint: Checkpoint, what: str = "checkpoint") -> None:
    """Make sure that a log only adds to a checkpoint. Raises ProofInvalid."""
    size = log.size()
    if size < checkpoint.size:
        raise ProofInvalid(
            log.path, f"holds {size:,} events, {what} {checkpoint.size:,}: events were dropped, or this is an older copy"
        )
    try:
        root = merkle.root(checkpoint.size, merkle.reader(log.connection))
    except LookupError as error:
        raise _broken(log, error) from None
    if root != checkpoint.root:
        differs = f"its first {checkpoint.size:,} events are not those of {what}"
        raise ProofInvalid(log.path, f"{differs}: it is another log, or its past was changed")


def prove(log: Log, event: Event, note: Note) -> Proof:
    """Prove that an event stands in the log of a checkpoint. Raises ProofInvalid where that is not so."""
    checkpoint = Checkpoint.of(note)
    extends(log, checkpoint)
    if checkpoint.size < event.position:
        raise ProofInvalid(
            event.id, f"stands at position {event.position}, after the {checkpoint.size:,} of the checkpoint. Give a later one"
        )
    leaf = merkle.leaf(*(getattr(event, column) for column in merkle.COLUMNS.split(", ")))
    hashes = merkle.inclusion(event.position - 1, checkpoint.size, merkle.reader(log.connection))
    proof = Proof(event.position - 1, tuple(hashes), note, Said(leaf, event.data, event.salt))
    proof.check()
    if len(str(proof)) > LARGEST:
        raise ProofInvalid(event.id, f"says more than a proof may, {LARGEST // 1_000_000} MB. Give the whole log to check")
    return proof


def covering(log: Log, position: int) -> Note:
    """Choose the checkpoint under which an event is proved: the last kept one that covers it, signed if any is, or the head.

    It bears the log's own name: one that somebody added under another is never chosen.
    """
    number = merkle.best(log.connection, position)
    return _signed(log, None, None) if number is None else merkle.checkpoints(log.connection, number)[0].note


def _broken(log: Log, error: LookupError) -> DatabaseRefused:
    return DatabaseRefused(log.path, f"{error}: the log is broken. See what is left: timeline verify --db {log.path}")
