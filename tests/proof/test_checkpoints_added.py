"""Checkpoints that others add to the file with plain SQL, despite the guards: they decide nothing, and stop nobody."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from test_checkpoints import SEEN, grow, tamper

from timeline import Timeline
from timeline.errors import NoteInvalid, ProofInvalid
from timeline.merkle import Checkpoint, Key, Note, Signature, checkpoints
from timeline.proof.checkpoints import doubts, head, signed
from timeline.proof.signing import SigningKey


def insert(
    timeline: Timeline, checkpoint: Checkpoint, *signatures: tuple[object, bytes], at: str = "2026-02-01T00:00:00.000Z"
) -> None:
    """Add a checkpoint and signatures as any program can, with their public keys."""
    with sqlite3.connect(timeline.log.path) as connection:
        row = (checkpoint.origin, checkpoint.size, checkpoint.root, at)
        connection.execute("INSERT OR IGNORE INTO checkpoints (origin, size, root, kept_at) VALUES (?, ?, ?, ?)", row)
        (number,) = connection.execute(
            "SELECT number FROM checkpoints WHERE origin = ? AND size = ? AND root = ?", row[:3]
        ).fetchone()
        for key, signature in signatures:
            connection.execute("INSERT INTO signatures VALUES (NULL, ?, ?, ?, ?)", (number, str(key), signature, at))
    connection.close()


def self_signed(timeline: Timeline, name: str) -> SigningKey:
    """Add the log's true root under a name and by a key of one's own."""
    key = SigningKey.new(name)
    checkpoint = head(timeline.log, name)
    insert(timeline, checkpoint, (key.public, key.sign(checkpoint.text).signature))
    return key


def remarks(timeline: Timeline, *keys: Key, against: tuple[Note, ...] = ()) -> list[str]:
    """Verify, and list what is to be known of checkpoints; nothing may be wrong."""
    report = timeline.verify(against=against, keys=keys)
    assert report.faults == ()
    return [remark for check in report.checks for remark in check.remarks]


def test_another_name_in_the_file_does_not_stop_the_owner_from_signing(timeline: Timeline, key: SigningKey) -> None:
    """Nor is it the log's name, nor used for proofs; verify reports it as a claim of the file."""
    grow(timeline, 3)
    owned = timeline.checkpoint(key)
    evil = self_signed(timeline, "evil.example")
    assert timeline.checkpoint(key) == owned
    grow(timeline, 1)
    self_signed(timeline, "evil.example")
    assert Checkpoint.of(timeline.checkpoint()).origin == "example.org/log"
    again = timeline.checkpoint(key)
    assert timeline.prove(1).note == again
    (doubt,) = doubts(timeline.log, again)
    assert doubt == "the file also has checkpoints signed as evil.example; this one is of example.org/log"
    told = remarks(timeline, key.public, against=(again,))
    unknown = "but the file cannot prove that the key is theirs"
    assert (
        f"stored in the file: 2 of example.org/log, signed by example.org/log ({key.public.id.hex()}), whose key you trust" in told
    )
    assert f"stored in the file: 1 of evil.example, signed by evil.example ({evil.public.id.hex()}), {unknown}" in told
    assert f"signed by example.org/log ({key.public.id.hex()}), {unknown}" in " ".join(remarks(timeline))


def test_an_owner_who_signs_after_another_confirms_the_name_once(timeline: Timeline, key: SigningKey) -> None:
    """A wrong key is refused as usual; with its name as the origin it signs, and later without it."""
    grow(timeline, 2)
    self_signed(timeline, "evil.example")
    with pytest.raises(NoteInvalid, match=r"has signed as evil.example, .* confirm it once: .* --origin example.org/log"):
        timeline.checkpoint(key)
    assert timeline.checkpoint(key, origin="example.org/log").signatures
    grow(timeline, 1)
    self_signed(timeline, "evil.example")
    assert timeline.checkpoint(key).signatures
    assert Checkpoint.of(timeline.checkpoint(origin="example.org/log")).origin == "example.org/log"


def test_a_false_root_does_not_stop_the_owner_from_signing(timeline: Timeline, key: SigningKey) -> None:
    """Not even under the owner's name, at the next size, with a claimed signature of the owner: that is a fault of the file."""
    grow(timeline, 3)
    timeline.checkpoint(key)
    grow(timeline, 1)
    insert(timeline, Checkpoint("example.org/log", 4, bytes(32)), (key.public, bytes(64)))
    insert(timeline, head(timeline.log, "example.org/log"), (key.public, bytes(64)))
    note = timeline.checkpoint(key)
    assert doubts(timeline.log, note) == ["checkpoint 2 in the file, of example.org/log, does not match the log's events"]
    kept = {one.number: one.note for one in checkpoints(timeline.log.connection)}
    assert note.signatures[0] in kept[3].signatures
    assert note.signatures[0] not in kept[2].signatures
    found = timeline.verify(against=[note], keys=[key.public]).faults
    assert sorted(what for _, what in found) == [
        "checkpoint: the signature of example.org/log is not valid. The text or the signature was altered",
        "checkpoint: the signature of example.org/log is not valid. The text or the signature was altered",
        "the log's first events have another root: this is another log, or its past was changed",
    ]


def test_without_a_key_a_contradiction_is_refused(timeline: Timeline, key: SigningKey) -> None:
    """Nobody could know which of both is true; with a key, only its own signatures bind it."""
    grow(timeline, 3)
    insert(timeline, Checkpoint("example.org/log", 3, bytes(32)))
    with pytest.raises(ProofInvalid, match=r"not those of the checkpoint stored at .*: it is another log, or its past was changed"):
        timeline.checkpoint()
    note = timeline.checkpoint(key)
    assert [one.note for one in checkpoints(timeline.log.connection)][1] == note


@pytest.mark.parametrize("public_key", ["evil+00000000+AAAA", "evil example+00000000+!", f"weak+c8a5a3f6+{'A' * 44}"])
def test_an_unreadable_row_does_not_stop_the_owner_from_signing(timeline: Timeline, key: SigningKey, public_key: str) -> None:
    """It is reported, by the audit too, and the rest works."""
    grow(timeline, 2)
    insert(timeline, head(timeline.log, "example.org/log"), (public_key, bytes(64)))
    grow(timeline, 1)
    note = timeline.checkpoint(key)
    public, cosignature = SigningKey.new("witness.example").cosign(note.text, SEEN)
    assert timeline.cosigned(Note(note.text, (cosignature,)), [public]) == []
    assert "checkpoint 1 cannot be read" in doubts(timeline.log, note)[0]
    assert [where for where, _ in timeline.verify().faults] == ["checkpoint 1"]
    assert timeline.prove(1).note.text == note.text


def test_another_checkpoint_does_not_stop_a_witness_from_cosigning(timeline: Timeline) -> None:
    """For an unsigned log, named by the hash of its first event."""
    grow(timeline, 2)
    unsigned = head(timeline.log, Checkpoint.of(timeline.prove(1).note).origin)
    self_signed(timeline, "evil.example")
    public, cosignature = SigningKey.new("witness.example").cosign(unsigned.text, SEEN)
    assert timeline.cosigned(Note(unsigned.text, (cosignature,)), [public]) == []


def test_a_clock_that_was_turned_back_stops_nobody(path: Path, key: SigningKey, witness: SigningKey) -> None:
    """Rows stored meanwhile get the last known time, so times are in order, and none is before that of its basis."""
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with Timeline(path, by="tester", clock=lambda: now) as timeline:
        grow(timeline, 2)
        now += timedelta(hours=1)
        timeline.checkpoint(key)
        now = datetime(1970, 1, 1, tzinfo=UTC)
        note = timeline.checkpoint(SigningKey.new("example.org/log"))
        public, cosignature = witness.cosign(note.text, SEEN)
        timeline.cosigned(Note(note.text, (cosignature,)), [public])
        now = datetime(2026, 5, 1, 14, tzinfo=UTC)
        grow(timeline, 1)
        now = datetime(2026, 5, 1, 13, 30, tzinfo=UTC)
        timeline.checkpoint(key)
        now = datetime(2026, 5, 1, 15, tzinfo=UTC)
        grow(timeline, 1)
        timeline.checkpoint(key)
        times = [
            timeline.log.connection.execute(f"SELECT kept_at FROM {table}").fetchall() for table in ("checkpoints", "signatures")
        ]
        assert [[at[11:16] for (at,) in table] for table in times] == [
            ["13:00", "14:00", "15:00"],
            ["13:00"] * 3 + ["14:00", "15:00"],
        ]
        told = remarks(timeline)
    assert any("witness.example signed that it saw it at 2026-01-02 03:04:05 UTC, but its last event" in one for one in told)


def test_an_invalid_time_binds_nobody(timeline: Timeline, key: SigningKey) -> None:
    """Added without the guards, it is a fault of the file; the owner can still sign."""
    grow(timeline, 2)
    timeline.checkpoint(key)
    guards = [sql for (sql,) in timeline.log.connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    for number, garbage in enumerate(("zzz", "5", "now", "9999-99-99T00:00:00.000Z"), start=2):
        tamper(timeline, *(f"UPDATE {table} SET kept_at = '{garbage}'" for table in ("checkpoints", "signatures")), *guards)
        grow(timeline, 1)
        assert timeline.checkpoint(key).signatures
        assert len(checkpoints(timeline.log.connection)) == number


def test_a_signature_of_no_checkpoint_is_a_fault(timeline: Timeline, key: SigningKey) -> None:
    """It was moved, or its checkpoint was removed."""
    grow(timeline, 2)
    timeline.checkpoint(key)
    tamper(timeline, "UPDATE signatures SET checkpoint = 7")
    assert ("signature 1", "its checkpoint is missing") in timeline.verify().faults


def test_one_key_may_sign_a_checkpoint_again(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """A witness may come again, later."""
    grow(timeline, 2)
    note = timeline.checkpoint(key)
    for at in (SEEN, SEEN + timedelta(days=1), SEEN):
        public, cosignature = witness.cosign(note.text, at)
        timeline.cosigned(Note(note.text, (cosignature,)), [public])
    (kept,) = checkpoints(timeline.log.connection)
    assert [one.at for one in signed(kept.note, [public])] == [SEEN, SEEN + timedelta(days=1)]
    assert isinstance(kept.note.signatures[1], Signature)
    assert timeline.verify().faults == ()
