"""Forged checkpoints and proofs, as a doubter may be handed them."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

from attack_case import Case, Try, told
from examples import Clock
from verifiers import FOLDER

from timeline import Timeline
from timeline.documents.document import Document
from timeline.merkle import Checkpoint, Note, Proof, Signature
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey


def misread(extractor: str) -> Try:
    """Archive a text under other bytes than those it was taken from, as its extractor tells."""

    def attack(case: Case) -> None:
        with Timeline(case.path, by="The editors") as timeline:
            timeline.archive_document(Document(b"He left", "He stayed", "text/plain", extractor), id="misread", title="T")

    return attack


def forged_note(make: Callable[[Case, Checkpoint], Note]) -> Try:
    """Hand over a forged checkpoint: both the one who checks signatures and the one who has the file must see it."""

    def attack(case: Case) -> str:
        note = make(case, Checkpoint.of(case.kept))
        found = case._replace(kept=note).found()
        with Timeline(case.path) as timeline:
            refused = told(lambda: timeline.cosigned(note, case.keys))
        assert found, refused
        return " ".join([*found, refused])

    return attack


def impersonated(verifier: str, *given: str) -> Try:
    """Lay a module beside a verifier that would end it happily, and give it files that show nothing."""

    def attack(case: Case) -> str:
        folder = case.path.parent
        case.unguarded("UPDATE events SET recorded_by = 'x' WHERE position = 1")
        shutil.copy(FOLDER / f"{verifier}.py", folder)
        (folder / "checkpoint").write_text(str(case.kept), encoding="utf-8")
        for name in ("argparse", "json", "re"):
            (folder / f"{name}.py").write_text("import os\nprint('Shown', flush=True)\nos._exit(0)\n", encoding="utf-8")
        command = [sys.executable, f"{verifier}.py", *given]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout

    return attack


def signed(key: SigningKey, checkpoint: Checkpoint) -> Note:
    """Sign a checkpoint."""
    return Note(checkpoint.text, (key.sign(checkpoint.text),))


def self_signed(case: Case) -> str:
    """Add the log's root under a name and with a key of one's own, as any program can; the owner goes on as before."""
    key = SigningKey.new("evil.example")
    with Timeline(case.path) as timeline:
        checkpoint = checkpoints.head(timeline.log, "evil.example")
    case.sql(
        "INSERT INTO checkpoints (origin, size, root, kept_at) VALUES (:origin, :size, :root, '2026-02-01T00:00:00.000Z')",
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    case.sql(
        "INSERT INTO signatures VALUES (NULL, 3, :key, :signature, '2026-02-01T00:00:00.000Z')",
        key=str(key.public),
        signature=key.sign(checkpoint.text).signature,
    )
    assert case.found() == []
    with Timeline(case.path) as timeline:
        assert Checkpoint.of(timeline.checkpoint(case.key)).origin == Checkpoint.of(timeline.checkpoint()).origin
        assert timeline.prove(3).checkpoint.origin == "example.org/timeline"
        return " ".join(remark for check in timeline.verify().checks for remark in check.remarks)


def of_nothing(case: Case, root: bytes) -> None:
    """Compare with a checkpoint of no events."""
    with Timeline(case.path) as timeline:
        timeline.verify(against=[Note(Checkpoint("example.org/timeline", 0, root).text)])


def two_signatures(case: Case, kept: Checkpoint) -> Note:
    """Put a bad signature of the same key beside the good one."""
    good = case.key.sign(kept.text)
    return Note(kept.text, (good, Signature(good.name, good.key_id, bytes(64))))


def moved_signature(case: Case, kept: Checkpoint) -> Note:
    """Take the signature of one checkpoint for another."""
    with Timeline(case.path) as timeline:
        return Note(checkpoints.head(timeline.log, kept.origin).text, case.kept.signatures)


def forged_proof(change: Callable[[Case, Proof], Proof]) -> Try:
    """Hand over a forged proof of event 3."""

    def attack(case: Case) -> str:
        with Timeline(case.path) as timeline:
            proof = timeline.prove(3, case.kept)
        proof.check()
        checkpoints.signed(proof.note, case.keys)
        forged = change(case, proof)

        def check() -> None:
            read = Proof.parse(str(forged).encode())
            read.check()
            checkpoints.signed(read.note, case.keys)

        return told(check)

    return attack


def of_leaf(proof: Proof, old: str, new: str) -> Proof:
    """Change a proof's leaf."""
    leaf = proof.proven.leaf.decode()
    assert old in leaf
    return replace(proof, proven=replace(proof.proven, leaf=leaf.replace(old, new).encode()))


def of_other_tree(case: Case, proof: Proof) -> Proof:
    """Prove it in another tree, which is signed by its own key alone."""
    with Timeline(case.other) as other:
        return other.prove(3, other.checkpoint(SigningKey.new("other.example")))


def backdated(case: Case) -> str:
    """Append an event now that says it was recorded before the checkpoint: it cannot be proved under that."""
    with Timeline(case.path, by="The editors", clock=Clock()) as timeline:
        source = timeline.source("note")
        event = timeline.record("old", title="Known for long", date="2025", citations=[source.quote("left before noon")])
        assert event.recorded_at < "2026-01-01T00:00:02"
        return told(lambda: timeline.prove(event.position, case.kept))


def shadowed(statement: str) -> Try:
    """Hide a table behind a temporary one, as can be done in one's own process."""

    def attack(case: Case) -> str:
        with Timeline(case.path) as timeline:
            timeline.db.execute(statement)
            return " ".join(what for where, what in timeline.verify().faults)

    return attack
