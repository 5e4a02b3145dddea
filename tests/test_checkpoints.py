"""Checkpoints and proofs: what a log signs, what it refuses to sign, whose signatures it keeps, and what it proves."""

import multiprocessing
import shutil
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.checkpoints import doubts, head, signed
from timeline.errors import DatabaseRefused, NoteInvalid, ProofInvalid, UnknownEvent
from timeline.merkle import Checkpoint, Key, Note, Proof, Signature, checkpoints, leaf_hash
from timeline.signing import SigningKey

SEEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """Make the log's key, in a file."""
    key = SigningKey.new("example.org/log")
    key.save(tmp_path / "keys" / "log.key")
    return key


@pytest.fixture
def witness() -> SigningKey:
    """Make the key of someone who cosigns."""
    return SigningKey.new("witness.example")


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
    """The origin, which is made of the first event's leaf and so never that of another log; the size; the root."""
    grow(timeline, 1)
    leaf = leaf_hash(timeline.prove(1).said.leaf)
    note = timeline.checkpoint()
    assert note.signatures == ()
    assert Checkpoint.of(note) == Checkpoint(f"timeline/{leaf.hex()[:32]}", 1, leaf)
    assert str(note).count("\n") == 3
    assert Checkpoint.of(timeline.checkpoint(origin="example.org/log")).origin == "example.org/log"


def test_with_a_key_it_is_a_signed_note(timeline: Timeline, key: SigningKey) -> None:
    """It is called as the key is, whoever has the public key can check it, and later ones without a key keep the name."""
    grow(timeline, 3)
    note = timeline.checkpoint(key)
    assert Checkpoint.of(note).origin == "example.org/log"
    assert [one.key for one in signed(Note.parse(str(note)), [key.public])] == [key.public]
    grow(timeline, 1)
    assert Checkpoint.of(timeline.checkpoint()).origin == "example.org/log"
    assert timeline.verify(against=[note], keys=[key.public]).faults == ()


def test_it_is_kept_once(timeline: Timeline, key: SigningKey) -> None:
    """In the file, with the public key; made again, nothing is added."""
    grow(timeline, 2)
    assert timeline.checkpoint(key) == timeline.checkpoint(key)
    (kept,) = checkpoints(timeline.log.connection)
    assert (kept.note, kept.kept_at, [k for k, _ in kept.signatures]) == (
        timeline.checkpoint(key),
        "2026-01-01T00:00:03.000Z",
        [key.public],
    )


def test_a_file_that_cannot_be_written_gives_one_too(timeline: Timeline, path: Path, key: SigningKey) -> None:
    """It is only not kept there."""
    grow(timeline, 2)
    with Timeline(path, read_only=True) as reader:
        assert reader.checkpoint(key).signatures
        assert checkpoints(reader.log.connection) == []


def test_an_empty_log_has_nothing_to_sign(timeline: Timeline, key: SigningKey) -> None:
    """It says what to do."""
    with pytest.raises(DatabaseRefused, match=r"holds no events yet, so there is nothing to sign. Append some first"):
        timeline.checkpoint(key)


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nend", "\x07"])
def test_what_is_no_origin_is_refused(timeline: Timeline, origin: str) -> None:
    """It must fit into a note, and be a key's name one day."""
    grow(timeline, 1)
    with pytest.raises(NoteInvalid, match=r"Write it like example.org/timeline"):
        timeline.checkpoint(origin=origin)


def test_a_log_keeps_the_name_it_has_signed_with(timeline: Timeline, key: SigningKey) -> None:
    """A key of another name does not sign for it, nor does this one for another name."""
    grow(timeline, 1)
    timeline.checkpoint(key)
    with pytest.raises(NoteInvalid, match=r"has signed as example.org/log before, and keeps its name"):
        timeline.checkpoint(SigningKey.new("example.org/other"))
    with pytest.raises(NoteInvalid, match=r"the key is called example.org/log, and signs for no other"):
        timeline.checkpoint(key, origin="example.org/other")
    assert timeline.checkpoint(SigningKey.new("example.org/log")).signatures, "a new key of that name does"


def test_what_contradicts_a_kept_checkpoint_is_not_signed(timeline: Timeline, key: SigningKey) -> None:
    """Not after the past was changed, with the tree made anew to fit."""
    grow(timeline, 5)
    timeline.checkpoint(key)
    tamper(timeline, "UPDATE events SET recorded_by = 'someone else' WHERE position = 3", "UPDATE tree SET hash = zeroblob(32)")
    with pytest.raises(ProofInvalid, match=r"its first 5 events are not those of the checkpoint kept at .*: the past was changed"):
        timeline.checkpoint(key)


def test_what_contradicts_the_last_signature_is_not_signed(timeline: Timeline, path: Path, tmp_path: Path, key: SigningKey) -> None:
    """A file rolled back with all that it kept is told by what lies beside the key, unless it grew the same again."""
    grow(timeline, 3)
    timeline.checkpoint(key)
    timeline.log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    older = tmp_path / "older.db"
    shutil.copy(path, older)
    grow(timeline, 2)
    timeline.checkpoint(key)
    with Timeline(older, by="tester") as rolled_back:
        with pytest.raises(ProofInvalid, match="holds 3 events, the last checkpoint signed with this key 5: events were dropped"):
            rolled_back.checkpoint(key)
        grow(rolled_back, 2)
        with pytest.raises(ProofInvalid, match="its first 5 events are not those of the last checkpoint signed with this key"):
            rolled_back.checkpoint(SigningKey.load(tmp_path / "keys" / "log.key"))


def test_cosignatures_are_checked_and_kept(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """With the witness's key and time; those of keys that are not trusted are passed over."""
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


def test_a_cosignature_that_does_not_hold_is_not_kept(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """One moved from another checkpoint, one of another time, one under a checkpoint of another log."""
    grow(timeline, 3)
    former = timeline.checkpoint(key)
    public, moved = witness.cosign(former.text, SEEN)
    grow(timeline, 1)
    note = timeline.checkpoint(key)
    with pytest.raises(NoteInvalid, match=r"the signature of witness.example does not hold"):
        timeline.cosigned(Note(note.text, (moved,)), [public])
    later = type(moved)(moved.name, moved.key_id, moved.signature[:7] + b"\x00" + moved.signature[8:])
    with pytest.raises(NoteInvalid, match=r"the signature of witness.example does not hold"):
        timeline.cosigned(Note(former.text, (later,)), [public])
    foreign = Checkpoint("example.org/log", 3, bytes(32)).text
    with pytest.raises(ProofInvalid, match="its first 3 events are not those of checkpoint"):
        timeline.cosigned(Note(foreign, (witness.cosign(foreign, SEEN)[1],)), [public])
    with pytest.raises(NoteInvalid, match=r"signed by example.org/log \(.*\), not by witness.example \(.*\)"):
        timeline.cosigned(note, [public])
    assert all(len(kept.signatures) == 1 for kept in checkpoints(timeline.log.connection))


def test_a_log_key_signs_for_its_own_log_alone(timeline: Timeline, key: SigningKey) -> None:
    """A checkpoint of another origin under the log's good signature is not taken for the log's."""
    text = Checkpoint("example.org/other", 1, bytes(32)).text
    with pytest.raises(NoteInvalid, match=r"is of example.org/other, but signed as a log by example.org/log"):
        signed(Note(text, (key.sign(text),)), [key.public])


def test_every_event_is_proved_under_every_checkpoint_that_covers_it(timeline: Timeline, key: SigningKey) -> None:
    """And under none that does not."""
    notes = []
    for _ in range(9):
        grow(timeline, 1)
        notes.append(timeline.checkpoint(key))
    for position in range(1, 10):
        for note in notes:
            if Checkpoint.of(note).size < position:
                with pytest.raises(ProofInvalid, match=f"stands at position {position}, after the "):
                    timeline.prove(position, note)
            else:
                proof = Proof.parse(str(timeline.prove(position, note)).encode())
                proof.check()
                assert (proof.note, proof.said.event["position"]) == (note, position)
    with pytest.raises(UnknownEvent, match="no event at position 10"):
        timeline.prove(10)


def test_no_proof_is_made_of_what_was_altered(timeline: Timeline, key: SigningKey) -> None:
    """Neither of altered words, nor of an altered row."""
    grow(timeline, 4)
    note = timeline.checkpoint(key)
    tamper(
        timeline,
        "UPDATE events SET data = replace(data, 'T', 'U') WHERE position = 2",
        "UPDATE events SET recorded_at = '' WHERE position = 3",
    )
    with pytest.raises(ProofInvalid, match="Its words were altered"):
        timeline.prove(2, note)
    with pytest.raises(ProofInvalid, match="inclusion proof: leads to the root"):
        timeline.prove(3, note)


def test_verify_tells_what_a_kept_checkpoint_contradicts(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """A rewritten past, dropped events, a signature that was altered; each with where it is."""
    grow(timeline, 6)
    note = timeline.checkpoint(key)
    other = SigningKey.new("example.org/log")
    forged = Note(note.text, (other.sign(note.text),))
    assert faults(timeline, forged, key) == [
        f"checkpoint: signed by example.org/log ({other.public.id.hex()}), not by example.org/log"
        f" ({key.public.id.hex()}). Ask whose key that is before you trust it"
    ]
    tamper(
        timeline,
        "DELETE FROM events WHERE position = 6",
        "DELETE FROM tree WHERE number = 4",
        "UPDATE signatures SET signature = x'00'",
    )
    told = faults(timeline, note, key)
    assert told.count("the log holds 5: events were dropped, or this is an older copy") == 2
    assert "checkpoint: the signature of example.org/log does not hold. The text or the signature was altered" in told


def faults(timeline: Timeline, note: Note, key: SigningKey) -> list[str]:
    """Verify against a checkpoint, and list what is wrong with checkpoints."""
    report = timeline.verify(against=[note], keys=[key.public])
    return [what for check in report.checks if check.name == "checkpoints" for _, what in check.faults]


def test_verify_tells_where_the_tree_and_the_log_part(timeline: Timeline) -> None:
    """An altered row of events changes the subtrees above it; an altered subtree is told alone; what is beyond is told."""
    grow(timeline, 8)
    tamper(timeline, "UPDATE events SET recorded_by = 'x' WHERE position = 3")
    what = "do not give the hash kept of them: they were altered, or it was"
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


def test_another_name_is_not_kept(timeline: Timeline, key: SigningKey) -> None:
    """Someone who signs this log's root under a name of his own does not give the log that name."""
    grow(timeline, 2)
    mirror = SigningKey.new("mirror.example/log")
    head = Checkpoint.of(timeline.checkpoint())
    text = Checkpoint("mirror.example/log", head.size, head.root).text
    with pytest.raises(NoteInvalid, match=r"is of mirror.example/log, and this log is called timeline/"):
        timeline.cosigned(Note(text, (mirror.sign(text),)), [mirror.public])
    assert timeline.checkpoint(key).signatures


def test_every_key_that_is_trusted_must_have_signed(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
    """One of them alone is not enough."""
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


def test_signatures_that_cannot_be_checked_here_are_no_fault(
    timeline: Timeline, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the library it is said that they were not checked; where keys are trusted, that is what was asked for."""
    grow(timeline, 2)
    note = timeline.checkpoint(key)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    report = timeline.verify(against=[note])
    assert report.faults == ()
    assert any("signatures need the package cryptography" in remark for check in report.checks for remark in check.remarks)
    (fault,) = timeline.verify(against=[note], keys=[key.public]).faults
    assert "signatures need the package cryptography" in fault[1]


# What others add to the file with plain SQL, the guards in place


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


def test_another_s_name_in_the_file_does_not_keep_the_owner_from_signing(timeline: Timeline, key: SigningKey) -> None:
    """Nor does it name what nobody signs, nor is anything proved under it; verify tells of it as what the file says."""
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
    assert doubt == "the file also keeps checkpoints that are signed as evil.example, and this one is of example.org/log"
    told = remarks(timeline, key.public, against=(again,))
    unknown = "and whether that key is theirs, the file cannot tell"
    assert f"kept in the file: 2 of example.org/log, signed by example.org/log ({key.public.id.hex()}), whose key you trust" in told
    assert f"kept in the file: 1 of evil.example, signed by evil.example ({evil.public.id.hex()}), {unknown}" in told
    assert f"signed by example.org/log ({key.public.id.hex()}), {unknown}" in " ".join(remarks(timeline))


def test_an_owner_who_signs_after_another_says_once_what_the_log_is_called(timeline: Timeline, key: SigningKey) -> None:
    """The wrong key is refused as ever; with its name given as the origin it signs, and from then on by itself."""
    grow(timeline, 2)
    self_signed(timeline, "evil.example")
    with pytest.raises(NoteInvalid, match=r"has signed as evil.example before, .* say so once: .* --origin example.org/log"):
        timeline.checkpoint(key)
    assert timeline.checkpoint(key, origin="example.org/log").signatures
    grow(timeline, 1)
    self_signed(timeline, "evil.example")
    assert timeline.checkpoint(key).signatures
    assert Checkpoint.of(timeline.checkpoint(origin="example.org/log")).origin == "example.org/log"


def test_a_false_root_does_not_keep_the_owner_from_signing(timeline: Timeline, key: SigningKey) -> None:
    """Not even under the owner's name, at the very next size, with a signature in the owner's name: that is a fault of the file."""
    grow(timeline, 3)
    timeline.checkpoint(key)
    grow(timeline, 1)
    insert(timeline, Checkpoint("example.org/log", 4, bytes(32)), (key.public, bytes(64)))
    insert(timeline, head(timeline.log, "example.org/log"), (key.public, bytes(64)))
    note = timeline.checkpoint(key)
    assert doubts(timeline.log, note) == ["checkpoint 2 in the file, of example.org/log, does not fit the log's events"]
    kept = {one.number: one.note for one in checkpoints(timeline.log.connection)}
    assert note.signatures[0] in kept[3].signatures
    assert note.signatures[0] not in kept[2].signatures
    found = timeline.verify(against=[note], keys=[key.public]).faults
    assert sorted(what for _, what in found) == [
        "checkpoint: the signature of example.org/log does not hold. The text or the signature was altered",
        "checkpoint: the signature of example.org/log does not hold. The text or the signature was altered",
        "the log's first events have another root: the past was changed",
    ]


def test_without_a_key_nothing_is_made_that_contradicts_what_was_kept(timeline: Timeline, key: SigningKey) -> None:
    """Nobody can tell then which of both is true; a key can, because it is bound by what it signed alone."""
    grow(timeline, 3)
    insert(timeline, Checkpoint("example.org/log", 3, bytes(32)))
    with pytest.raises(ProofInvalid, match=r"not those of the checkpoint kept at .*: the past was changed"):
        timeline.checkpoint()
    note = timeline.checkpoint(key)
    assert [one.note for one in checkpoints(timeline.log.connection)][1] == note


@pytest.mark.parametrize("public_key", ["evil+00000000+AAAA", "evil example+00000000+!", f"weak+c8a5a3f6+{'A' * 44}"])
def test_what_cannot_be_read_does_not_keep_the_owner_from_signing(timeline: Timeline, key: SigningKey, public_key: str) -> None:
    """It is told of, by the audit too, and all else is done."""
    grow(timeline, 2)
    insert(timeline, head(timeline.log, "example.org/log"), (public_key, bytes(64)))
    grow(timeline, 1)
    note = timeline.checkpoint(key)
    public, cosignature = SigningKey.new("witness.example").cosign(note.text, SEEN)
    assert timeline.cosigned(Note(note.text, (cosignature,)), [public]) == []
    assert "checkpoint 1 cannot be read" in doubts(timeline.log, note)[0]
    assert [where for where, _ in timeline.verify().faults] == ["checkpoint 1"]
    assert timeline.prove(1).note.text == note.text


def test_another_s_checkpoint_does_not_keep_a_witness_from_cosigning(timeline: Timeline) -> None:
    """Of a log that nobody signs, and that is called by the hash of its first event."""
    grow(timeline, 2)
    unsigned = head(timeline.log, Checkpoint.of(timeline.prove(1).note).origin)
    self_signed(timeline, "evil.example")
    public, cosignature = SigningKey.new("witness.example").cosign(unsigned.text, SEEN)
    assert timeline.cosigned(Note(unsigned.text, (cosignature,)), [public]) == []


def test_a_clock_that_was_turned_back_stops_nobody(path: Path, key: SigningKey, witness: SigningKey) -> None:
    """What is kept meanwhile says the last time that is known, so times are in order, and nothing is before what it rests on."""
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
    assert any("witness.example says to have seen it at 2026-01-02 03:04:05 UTC, and its last event" in one for one in told)


def test_a_time_that_is_none_binds_nobody(timeline: Timeline, key: SigningKey) -> None:
    """Put there with the guards gone and back, it is a fault of the file; the owner signs all the same."""
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
    assert ("signature 1", "its checkpoint is not there") in timeline.verify().faults


def test_signatures_of_one_key_stand_side_by_side(timeline: Timeline, key: SigningKey, witness: SigningKey) -> None:
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
