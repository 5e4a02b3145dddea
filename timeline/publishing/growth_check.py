"""Check that a new publication only adds to the folder's earlier one, and write the proof for its readers.

Owns the files in `checkpoints/`: every earlier checkpoint, byte for byte, and from each to the next the proof, in the format of a
request for a cosignature (c2sp.org/tlog-witness, add-checkpoint).
"""

import base64
from pathlib import Path

from timeline import merkle
from timeline.any_log import AnyLog
from timeline.errors import ProofInvalid, PublishingRefused
from timeline.merkle import Checkpoint, Key, Note
from timeline.proof import checkpoints
from timeline.publishing import repository
from timeline.publishing.continuing import compare
from timeline.publishing.folder import Former


def check(log: AnyLog, former: Former, key: Key | None) -> None:
    """Check that a log extends a folder's checkpoint, and that the signer is the same. Raises ProofInvalid or PublishingRefused."""
    try:
        checkpoints.extends(log, former.checkpoint, f"the checkpoint in {former.path}")
    except ProofInvalid:
        copy = former.path / log.path.name
        comparison = compare(log, copy)
        if comparison.adds:  # then the copy does not match its checkpoint
            raise
        build = "timeline build" if comparison.lags else "timeline build --fresh"
        raise ProofInvalid(f"{comparison.summary(log.path, copy)}. Published events stay. To continue from them: {build}") from None
    refuse_what_git_holds(log, former.path)
    if key and former.key and key != former.key:
        raise PublishingRefused(
            former.path,
            f"was signed by {former.key.name} ({former.key.id.hex()}), not by {key.name} ({key.id.hex()}),"
            " so its readers could not check it. Use that key, or publish to another folder",
        )


def refuse_what_git_holds(log: AnyLog, path: Path, *, merged: bool = False) -> None:
    """Check that a log extends each checkpoint that others will see in the repository's history. Raises ProofInvalid.

    With `merged`, nothing is checked until the branch that others follow is merged.
    """
    if merged and not repository.is_merged(path.parent):
        return
    for one in repository.committed(path):
        checkpoint = Checkpoint.of(Note.parse(one.content, one.commit), one.commit)
        try:
            checkpoints.extends(log, checkpoint)
        except ProofInvalid:
            holder = f"{one.branch} holds" if one.branch else f"your commit {one.commit[:10]}, which was not pushed, holds"
            raise ProofInvalid(
                log.path,
                f"does not extend the publication: {holder} {checkpoint.size:,} events, and not the same."
                f" {repository.how_to_continue(path.parent)}",
            ) from None


def refuse_unsigned(former: Former, note: Note, key: Key | None) -> None:
    """Raise PublishingRefused unless a signed publication is signed again, by the same key and name."""
    if former.key and key != former.key:
        raise PublishingRefused(former.path, f"was signed by {former.key.name} before, and this is not. Give the key: --key FILE")
    if former.key and Checkpoint.of(note).origin != former.checkpoint.origin:
        raise PublishingRefused(
            former.path,
            f"is of the log {former.checkpoint.origin}, this is {Checkpoint.of(note).origin}. Publish to another folder",
        )


def merged(former: Former, note: Note) -> Note:
    """Add the signatures that others have put under the same checkpoint in the folder."""
    return merged_notes(former.note, note)


def merged_notes(former: Note, note: Note) -> Note:
    """Add the signatures under a former checkpoint to one with the same text."""
    if note.text != former.text:
        return note
    return Note(note.text, (*note.signatures, *(one for one in former.signatures if one not in note.signatures)))


def growth_files(log: AnyLog, former: Former, note: Note) -> dict[str, bytes]:
    """Return the files for readers: the earlier checkpoint, and the proof that the new one extends it. Raises ProofInvalid."""
    old, new = former.checkpoint, Checkpoint.of(note)
    hashes = merkle.consistency(old.size, new.size, merkle.reader(log.connection))
    merkle.verify_consistency(old.size, old.root, new.size, new.root, hashes)
    if old.size == new.size:
        return {}
    lines = [f"old {old.size}", *(base64.b64encode(hash_).decode() for hash_ in hashes), ""]
    proof = "".join(f"{line}\n" for line in lines) + str(note)
    return {f"checkpoints/{old.size}": former.content, f"checkpoints/{old.size}-to-{new.size}": proof.encode()}
