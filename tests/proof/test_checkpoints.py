"""Checkpoints and proofs: what a log signs and refuses to sign, the signatures it stores, and what it proves."""

import multiprocessing
import shutil
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.errors import DatabaseRefused, NoteInvalid, ProofInvalid, UnknownEvent
from timeline.merkle import Checkpoint, Note, Proof, checkpoints, leaf_hash
from timeline.proof.checkpoints import signed
from timeline.proof.signing import SigningKey

SEEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def grow(timeline: Timeline, events: int) -> None:
    """Append some events more."""
    for _ in range(events):
        timeline.archive(text=f"Words {timeline.log.size()}", id=f"s{timeline.log.size()}", title="T")


def tamper(timeline: Timeline, *statements: str) -> None:
    """Change the past with plain SQLite, the guards taken away."""
    connection = sqlite3.connect(timeline.log.path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_without_a_key_it_is_three_lines(timeline: Timeline) -> None:
    """The origin, made from the first event's leaf and so different for every log; the size; the root."""
    grow(timeline, 1)
    leaf = leaf_hash(timeline.prove(1).proven.leaf)
    note = timeline.checkpoint()
    assert note.signatures == ()
    assert Checkpoint.of(note) == Checkpoint(f"timeline/{leaf.hex()[:32]}", 1, leaf)
    assert str(note).count("\n") == 3
    assert Checkpoint.of(timeline.checkpoint(origin="example.org/log")).origin == "example.org/log"


def test_with_a_key_it_is_a_signed_note(timeline: Timeline, key: SigningKey) -> None:
    """It has the key's name, anyone with the public key can check it, and later ones without a key keep the name."""
    grow(timeline, 3)
    note = timeline.checkpoint(key)
    assert Checkpoint.of(note).origin == "example.org/log"
    assert [one.key for one in signed(Note.parse(str(note)), [key.public])] == [key.public]
    grow(timeline, 1)
    assert Checkpoint.of(timeline.checkpoint()).origin == "example.org/log"
    assert timeline.verify(against=[note], keys=[key.public]).faults == ()


def test_it_is_stored_once(timeline: Timeline, key: SigningKey) -> None:
    """In the file, with the public key; a repetition adds nothing."""
    grow(timeline, 2)
    assert timeline.checkpoint(key) == timeline.checkpoint(key)
    (kept,) = checkpoints(timeline.log.connection)
    assert (kept.note, kept.kept_at, [k for k, _ in kept.signatures]) == (
        timeline.checkpoint(key),
        "2026-01-01T00:00:03.000Z",
        [key.public],
    )


def test_a_read_only_file_gives_one_too(timeline: Timeline, path: Path, key: SigningKey) -> None:
    """It is just not stored there."""
    grow(timeline, 2)
    with Timeline(path, read_only=True) as reader:
        assert reader.checkpoint(key).signatures
        assert checkpoints(reader.log.connection) == []


def test_an_empty_log_has_nothing_to_sign(timeline: Timeline, key: SigningKey) -> None:
    """The message has the next step."""
    with pytest.raises(DatabaseRefused, match=r"there are no events to sign. Append some first"):
        timeline.checkpoint(key)


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nend", "\x07"])
def test_an_invalid_origin_is_refused(timeline: Timeline, origin: str) -> None:
    """It must fit into a note, and may become a key's name."""
    grow(timeline, 1)
    with pytest.raises(NoteInvalid, match=r"Write it like example.org/timeline"):
        timeline.checkpoint(origin=origin)


def test_a_log_keeps_the_name_it_has_signed_with(timeline: Timeline, key: SigningKey) -> None:
    """A key of another name does not sign for it, nor does this key sign for another name."""
    grow(timeline, 1)
    timeline.checkpoint(key)
    with pytest.raises(NoteInvalid, match=r"has signed as example.org/log, and a log keeps its name"):
        timeline.checkpoint(SigningKey.new("example.org/other"))
    with pytest.raises(NoteInvalid, match=r"the key is called example.org/log and signs for no other"):
        timeline.checkpoint(key, origin="example.org/other")
    assert timeline.checkpoint(SigningKey.new("example.org/log")).signatures, "a new key of that name does"


def test_a_contradiction_of_a_stored_checkpoint_is_not_signed(timeline: Timeline, key: SigningKey) -> None:
    """If the past was changed, even if the tree was made again to match."""
    grow(timeline, 5)
    timeline.checkpoint(key)
    tamper(timeline, "UPDATE events SET recorded_by = 'someone else' WHERE position = 3", "UPDATE tree SET hash = zeroblob(32)")
    with pytest.raises(
        ProofInvalid,
        match=r"its first 5 events are not those of the checkpoint stored at .*: it is another log, or its past was changed",
    ):
        timeline.checkpoint(key)


def test_a_contradiction_of_the_last_signature_is_not_signed(
    timeline: Timeline, path: Path, tmp_path: Path, key: SigningKey
) -> None:
    """The record beside the key exposes a file that was rolled back, unless it grew the same way again."""
    grow(timeline, 3)
    timeline.checkpoint(key)
    timeline.log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    older = tmp_path / "older.db"
    shutil.copy(path, older)
    grow(timeline, 2)
    timeline.checkpoint(key)
    with Timeline(older, by="tester") as rolled_back:
        with pytest.raises(ProofInvalid, match="has 3 events, the last checkpoint signed with this key 5: events were dropped"):
            rolled_back.checkpoint(key)
        grow(rolled_back, 2)
        with pytest.raises(ProofInvalid, match="its first 5 events are not those of the last checkpoint signed with this key"):
            rolled_back.checkpoint(SigningKey.load(tmp_path / "keys" / "log.key"))


def test_cosignatures_are_checked_and_stored(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """With the witness's key and time; those of other keys are ignored."""
    grow(timeline, 3)
    note = timeline.checkpoint(key)
    public, cosignature = witness.cosign(note.text, SEEN)
    _, stranger = SigningKey.new("stranger.example").cosign(note.text, SEEN)
    assert timeline.cosigned(Note(note.text, (*note.signatures, cosignature, stranger)), [public]) == [stranger]
    (kept,) = checkpoints(timeline.log.connection)
    assert kept.note == Note(note.text, (*note.signatures, cosignature))
    assert [one.at for one in signed(kept.note, [public])] == [SEEN]
    assert timeline.prove(1).note == kept.note
    assert timeline.verify(against=[kept.note], keys=[public]).faults == ()


def test_an_invalid_cosignature_is_not_stored(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """One moved from another checkpoint, one of another time, one of a checkpoint of another log."""
    grow(timeline, 3)
    former = timeline.checkpoint(key)
    public, moved = witness.cosign(former.text, SEEN)
    grow(timeline, 1)
    note = timeline.checkpoint(key)
    with pytest.raises(NoteInvalid, match=r"the signature of witness.example is not valid"):
        timeline.cosigned(Note(note.text, (moved,)), [public])
    later = type(moved)(moved.name, moved.key_id, moved.signature[:7] + b"\x00" + moved.signature[8:])
    with pytest.raises(NoteInvalid, match=r"the signature of witness.example is not valid"):
        timeline.cosigned(Note(former.text, (later,)), [public])
    foreign = Checkpoint("example.org/log", 3, bytes(32)).text
    with pytest.raises(ProofInvalid, match="its first 3 events are not those of checkpoint"):
        timeline.cosigned(Note(foreign, (witness.cosign(foreign, SEEN)[1],)), [public])
    with pytest.raises(NoteInvalid, match=r"signed by example.org/log \(.*\), not by witness.example \(.*\)"):
        timeline.cosigned(note, [public])
    assert all(len(kept.signatures) == 1 for kept in checkpoints(timeline.log.connection))


def test_a_log_key_signs_only_for_its_own_log(timeline: Timeline, key: SigningKey) -> None:
    """A checkpoint of another origin with the log's valid signature is not accepted as the log's."""
    text = Checkpoint("example.org/other", 1, bytes(32)).text
    with pytest.raises(NoteInvalid, match=r"is of example.org/other, but was signed as a log by example.org/log"):
        signed(Note(text, (key.sign(text),)), [key.public])


def test_every_event_is_proved_under_every_checkpoint_that_covers_it(timeline: Timeline, key: SigningKey) -> None:
    """And under no other."""
    notes = []
    for _ in range(9):
        grow(timeline, 1)
        notes.append(timeline.checkpoint(key))
    for position in range(1, 10):
        for note in notes:
            if Checkpoint.of(note).size < position:
                with pytest.raises(ProofInvalid, match=f"is at position {position}, but the checkpoint covers "):
                    timeline.prove(position, note)
            else:
                proof = Proof.parse(str(timeline.prove(position, note)).encode())
                proof.check()
                assert (proof.note, proof.proven.event["position"]) == (note, position)
    with pytest.raises(UnknownEvent, match="no event at position 10"):
        timeline.prove(10)


def test_altered_events_cannot_be_proved(timeline: Timeline, key: SigningKey) -> None:
    """Neither with altered data, nor with an altered row."""
    grow(timeline, 4)
    note = timeline.checkpoint(key)
    tamper(
        timeline,
        "UPDATE events SET data = replace(data, 'T', 'U') WHERE position = 2",
        "UPDATE events SET recorded_at = '' WHERE position = 3",
    )
    with pytest.raises(ProofInvalid, match="The data was altered"):
        timeline.prove(2, note)
    with pytest.raises(ProofInvalid, match="inclusion proof: leads to the root"):
        timeline.prove(3, note)


def test_verify_reports_contradictions_of_a_stored_checkpoint(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """A rewritten past, dropped events, an altered signature; each with its place."""
    grow(timeline, 6)
    note = timeline.checkpoint(key)
    other = SigningKey.new("example.org/log")
    forged = Note(note.text, (other.sign(note.text),))
    assert faults(timeline, forged, key) == [
        f"checkpoint: signed by example.org/log ({other.public.id.hex()}), not by example.org/log"
        f" ({key.public.id.hex()}). Find out whose key that is before you trust it"
    ]
    tamper(
        timeline,
        "DELETE FROM events WHERE position = 6",
        "DELETE FROM tree WHERE number = 4",
        "UPDATE signatures SET signature = x'00'",
    )
    told = faults(timeline, note, key)
    assert told.count("the log has 5: events were dropped, or this is an older copy") == 2
    assert "checkpoint: the signature of example.org/log is not valid. The text or the signature was altered" in told


def faults(timeline: Timeline, note: Note, key: SigningKey) -> list[str]:
    """Verify against a checkpoint, and list what is wrong with checkpoints."""
    report = timeline.verify(against=[note], keys=[key.public])
    return [what for check in report.checks if check.name == "checkpoints" for _, what in check.faults]


def test_verify_reports_where_tree_and_log_differ(timeline: Timeline) -> None:
    """An altered event changes the subtrees above it; an altered subtree is reported alone; so is any excess."""
    grow(timeline, 8)
    tamper(timeline, "UPDATE events SET recorded_by = 'x' WHERE position = 3")
    what = "do not match their stored hash: they, or the hash, were altered"
    assert tree(timeline) == [("events 3 to 4", what), ("events 1 to 4", what), ("events 1 to 8", what)]
    tamper(
        timeline,
        "UPDATE events SET recorded_by = 'tester' WHERE position = 3",
        "UPDATE tree SET hash = zeroblob(32) WHERE number = 4",
    )
    assert tree(timeline) == [("events 5 to 6", what)]
    tamper(timeline, "DELETE FROM tree WHERE number = 4")
    assert tree(timeline)[0] == ("events 5 to 6", what)


def tree(timeline: Timeline) -> list[tuple[str, str]]:
    """Verify, and list what is wrong with the tree."""
    return [fault for check in timeline.verify().checks if check.name == "tree" for fault in check.faults]


def test_another_name_is_not_stored(timeline: Timeline, key: SigningKey) -> None:
    """Someone who signs this log's root under another name does not give the log that name."""
    grow(timeline, 2)
    mirror = SigningKey.new("mirror.example/log")
    head = Checkpoint.of(timeline.checkpoint())
    text = Checkpoint("mirror.example/log", head.size, head.root).text
    with pytest.raises(NoteInvalid, match=r"is of mirror.example/log, but this log is called timeline/"):
        timeline.cosigned(Note(text, (mirror.sign(text),)), [mirror.public])
    assert timeline.checkpoint(key).signatures


def test_every_trusted_key_must_have_signed(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """One of them is not enough."""
    grow(timeline, 2)
    note = timeline.checkpoint(key)
    public, cosignature = witness.cosign(note.text, SEEN)
    both = Note(note.text, (*note.signatures, cosignature))
    report = timeline.verify(against=[both], keys=[key.public, public])
    assert report.faults == ()
    remarks = [remark for check in report.checks for remark in check.remarks]
    assert "checkpoint of 2 events, given: signed by witness.example, who saw it at 2026-01-02 03:04:05 UTC" in remarks
    (fault,) = timeline.verify(against=[note], keys=[key.public, public]).faults
    assert "not by witness.example" in fault[1]


def test_a_key_signs_for_one_process_at_a_time(tmp_path: Path, key: SigningKey) -> None:
    """Two logs that ask at once do not both get a signature."""
    context = multiprocessing.get_context("fork")
    for number in range(2):
        with Timeline(tmp_path / f"{number}.db", by="tester") as timeline:
            timeline.archive(text=f"Log {number}", id="s", title="T")
    for _ in range(5):
        (tmp_path / "keys" / "log.key.last-signed").unlink(missing_ok=True)
        results = context.Queue()
        workers = [
            context.Process(target=sign, args=(tmp_path / f"{n}.db", tmp_path / "keys" / "log.key", results)) for n in range(2)
        ]
        for worker in workers:
            worker.start()
        assert sorted(results.get() for _ in workers) == [False, True]
        for worker in workers:
            worker.join()


def sign(path: Path, key: Path, results: "multiprocessing.Queue[bool]") -> None:
    """Ask for a signature, in a process of its own; the file itself keeps nothing of it."""
    with Timeline(path, read_only=True) as timeline:
        try:
            timeline.checkpoint(SigningKey.load(key))
            results.put(True)
        except ProofInvalid:
            results.put(False)


def test_signatures_that_cannot_be_checked_here_are_not_a_fault(
    timeline: Timeline, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the library, a remark says that they were not checked; with trusted keys, it is a fault."""
    grow(timeline, 2)
    note = timeline.checkpoint(key)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    report = timeline.verify(against=[note])
    assert report.faults == ()
    assert any("signatures need the package cryptography" in remark for check in report.checks for remark in check.remarks)
    (fault,) = timeline.verify(against=[note], keys=[key.public]).faults
    assert "signatures need the package cryptography" in fault[1]
