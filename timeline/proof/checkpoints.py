"""Make, sign, store and compare the checkpoints of a log, and prove events under them.

Owns the rule that a log never signs a checkpoint that contradicts an earlier one. Anyone who can write to the file can add
checkpoints to it, under any name and signed by their own keys. So only a key's own signatures bind it: no row that somebody
added stops the owner from signing. Must not know how a signature is computed.
"""

from collections.abc import Iterable, Sequence

from timeline import merkle
from timeline.any_log import AnyLog
from timeline.errors import DatabaseRefused, NoteInvalid, ProofInvalid
from timeline.log.log import Event
from timeline.merkle import Checkpoint, Key, Note, Proof, ProvenEvent, Signature, StoredCheckpoint
from timeline.merkle.note import ED25519, TIME_STAMP, is_name, printable
from timeline.merkle.proof import LARGEST
from timeline.proof import signing
from timeline.proof.signing import SigningKey

_MAX_NAMES = 4  # in a message
_BEFORE_CHECKPOINT = """
SELECT recorded_at FROM events WHERE position = ? UNION ALL SELECT kept_at FROM checkpoints
WHERE number = (SELECT max(number) FROM checkpoints)"""
_BEFORE_SIGNATURE = """
SELECT kept_at FROM checkpoints WHERE number = ? UNION ALL SELECT kept_at FROM signatures
WHERE number = (SELECT max(number) FROM signatures)"""


def head(log: AnyLog, origin: str, size: int | None = None) -> Checkpoint:
    """Compute the checkpoint of a log, now or at a size."""
    size = log.size() if size is None else size
    try:
        return Checkpoint(origin, size, merkle.root(size, merkle.reader(log.connection)))
    except LookupError as error:
        raise _broken(log, error) from None


def make(log: AnyLog, key: SigningKey | None, origin: str | None, at: str) -> Note:
    """Make the checkpoint of a log as it is now, signed if there is a key, and store it if the log can be written.

    Raises DatabaseRefused for an empty log, NoteInvalid for an origin that is malformed or not the log's, and ProofInvalid if
    the log does not extend the checkpoints that the key signed or, without a key, that are stored. Then nothing is signed.
    The time stored is `at`, or the time of the previous row if that is later: see `_keep`.
    """
    if log.read_only:
        return _signed(log, key, origin)
    with log.transaction():
        note = _signed(log, key, origin)
        signatures = [(key.public, note.signatures[0])] if key else []
        _keep(log, Checkpoint.of(note), signatures, at)
    return note


def _signed(log: AnyLog, key: SigningKey | None, origin: str | None) -> Note:
    if log.size() == 0:
        raise DatabaseRefused(log.path, "there are no events to sign. Append some first")
    checkpoint = head(log, _origin(log, key, origin))
    for earlier in merkle.readable(log.connection)[0]:
        if key is None or _has_signed(key.public, earlier):
            extends(log, earlier.checkpoint, f"the checkpoint stored at {earlier.kept_at}")
    if key is None:
        return Note(checkpoint.text)
    with key.locked():
        if last := key.last():
            extends(log, Checkpoint.of(last), "the last checkpoint signed with this key")
        note = Note(checkpoint.text, (key.sign(checkpoint.text),))
        key.remember(note)
    return note


def _has_signed(key: Key, stored: StoredCheckpoint) -> bool:
    """Whether a stored checkpoint has a valid signature by a key, not only one that claims its name."""
    notes = [Note(stored.checkpoint.text, (signature,)) for public, signature in stored.signatures if public == key]
    return any(_is_signed_by(note, key) for note in notes)


def _is_signed_by(note: Note, key: Key) -> bool:
    try:
        return bool(signed(note, [key]))
    except NoteInvalid:
        return False


def _origin(log: AnyLog, key: SigningKey | None, origin: str | None) -> str:
    """Return the log's name: the key's name, the given origin, the first signed origin, or the hash of the first event.

    A key signs under its own name. If the file has signatures under other names only, this may be the wrong key, or somebody
    added those signatures. Then the origin must be given once too; from then on the key's name is among the file's names.
    """
    name = key.public.name if key else origin
    if name is None:
        return merkle.origin(log.connection)
    if not is_name(name):
        raise NoteInvalid(f'origin "{name}": is not a name for a log. Write it like example.org/timeline, without spaces')
    if key and origin not in (None, name):
        raise NoteInvalid(f'origin "{origin}": the key is called {name} and signs for no other log. Leave --origin out')
    others = list(dict.fromkeys(merkle.own_names(log.connection)))
    if key and origin is None and others and name not in others:
        raise NoteInvalid(
            f'origin "{name}": the file says that this log has signed as {_list(others)}, and a log keeps its name.'
            f" Use the key of that name; or, if {name} is right, confirm it once: timeline checkpoint --key {name} --origin {name}"
        )
    return name


def doubts(log: AnyLog, note: Note) -> list[str]:
    """List the stored checkpoints that do not agree with a new one or cannot be read, as one line for each kind."""
    stored, unreadable = merkle.readable(log.connection)
    lines = [f"{place} {fault}" for place, fault in unreadable[:1]]
    for one in stored:
        try:
            extends(log, one.checkpoint)
        except ProofInvalid:
            lines.append(f"checkpoint {one.number} in the file, of {one.checkpoint.origin}, does not match the log's events")
            break
    name = Checkpoint.of(note).origin
    if others := [one for one in dict.fromkeys(merkle.own_names(log.connection)) if one != name]:
        lines.append(f"the file also has checkpoints signed as {_list(others)}; this one is of {name}")
    return lines


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(printable, names[:_MAX_NAMES])) + (
        f" and {len(names) - _MAX_NAMES} others" if len(names) > _MAX_NAMES else ""
    )


def keep(
    log: AnyLog, note: Note, keys: Iterable[Key], at: str, subject: str = "checkpoint", *, own: bool = False
) -> list[Signature]:
    """Store the trusted keys' signatures of a checkpoint of this log, and return the signatures that were ignored.

    The checkpoint must have the log's name, unless the log's `own` key gives it one. Raises NoteInvalid if no signature is by a
    trusted key or one is not valid, ProofInvalid if the log does not extend the checkpoint. Then nothing is stored.
    """
    checkpoint = Checkpoint.of(note, subject)
    valid = signed(note, keys, subject)
    if checkpoint.extensions:
        raise NoteInvalid(subject, "has more than three lines, so it is not a checkpoint of this log")
    if any(one.key.type == TIME_STAMP for one in valid):
        raise NoteInvalid(subject, "has a time stamp, which stays in the checkpoint's file. Leave the authority's key out")
    with log.transaction():
        known = {one.checkpoint.origin for one in merkle.readable(log.connection)[0]} | {merkle.origin(log.connection)}
        if checkpoint.origin not in {*known, merkle.origin(log.connection, signed=False)} and not own:
            raise NoteInvalid(subject, f"is of {checkpoint.origin}, but this log is called {merkle.origin(log.connection)}")
        extends(log, checkpoint, subject)
        _keep(log, checkpoint, [(one.key, one.signature) for one in valid], at)
    stored = {one.signature for one in valid}
    stored.update(*(one.note.signatures for one in merkle.readable(log.connection)[0] if one.checkpoint == checkpoint))
    return [signature for signature in note.signatures if signature not in stored]


def _keep(log: AnyLog, checkpoint: Checkpoint, signatures: Iterable[tuple[Key, Signature]], at: str) -> None:
    """Store a checkpoint and signatures, each once. The caller holds the transaction.

    Times in the file are in order. If the clock was turned back, a row gets the latest time before it in the file, as the guards
    require.
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


def _after(log: AnyLog, at: str, before: str, of: int) -> str:
    """Return a time, or a later one that precedes it in the file; ignore values that are not times."""
    times: list[str] = [time for (time,) in log.connection.execute(before, (of,)) if merkle.is_instant(time)]
    return max([at, *times])


def signed(note: Note, keys: Iterable[Key], subject: str = "checkpoint", *, every: bool = False) -> list[signing.Signed]:
    """Check the trusted keys' signatures of a checkpoint. At least one key must have signed, or `every` key.

    Raises NoteInvalid, also if a log's key signs for an origin other than its name.
    """
    checkpoint = Checkpoint.of(note, subject)
    valid = signing.check(note, keys, subject, every=every)
    for one in valid:
        if one.key.type == ED25519 and one.key.name != checkpoint.origin:
            raise NoteInvalid(
                subject,
                f"is of {checkpoint.origin}, but was signed as a log by {one.key.name}. That is not its own signature",
            )
    return valid


def extends(log: AnyLog, checkpoint: Checkpoint, subject: str = "checkpoint") -> None:
    """Check that a log only adds events to a checkpoint. Raises ProofInvalid."""
    size = log.size()
    if size < checkpoint.size:
        raise ProofInvalid(
            log.path, f"has {size:,} events, {subject} {checkpoint.size:,}: events were dropped, or this is an older copy"
        )
    try:
        root = merkle.root(checkpoint.size, merkle.reader(log.connection))
    except LookupError as error:
        raise _broken(log, error) from None
    if root != checkpoint.root:
        differs = f"its first {checkpoint.size:,} events are not those of {subject}"
        raise ProofInvalid(log.path, f"{differs}: it is another log, or its past was changed")


def prove(log: AnyLog, event: Event, note: Note) -> Proof:
    """Prove that an event is in the log of a checkpoint. Raises ProofInvalid if it is not."""
    checkpoint = Checkpoint.of(note)
    extends(log, checkpoint)
    if checkpoint.size < event.position:
        raise ProofInvalid(
            event.id, f"is at position {event.position}, but the checkpoint covers {checkpoint.size:,} events. Give a later one"
        )
    leaf = merkle.leaf(*(getattr(event, column) for column in merkle.COLUMNS.split(", ")))
    hashes = merkle.inclusion(event.position - 1, checkpoint.size, merkle.reader(log.connection))
    proof = Proof(event.position - 1, tuple(hashes), note, ProvenEvent(leaf, event.data, event.salt))
    proof.check()
    if len(str(proof)) > LARGEST:
        raise ProofInvalid(event.id, f"is larger than a proof may be, {LARGEST // 1_000_000} MB. Give the whole log to check")
    return proof


def covering(log: AnyLog, position: int) -> Note:
    """Choose the checkpoint for an event's proof: the last stored one that covers it, signed if any is, or a new one.

    It always has the log's own name; a checkpoint that somebody added under another name is never chosen.
    """
    number = merkle.best(log.connection, position)
    return _signed(log, None, None) if number is None else merkle.checkpoints(log.connection, number)[0].note


def _broken(log: AnyLog, error: LookupError) -> DatabaseRefused:
    return DatabaseRefused(log.path, f"{error}: the log is broken. Check it: timeline verify --db {log.path}")
