"""The commands that prove, and redact: what they write, and in which words they refuse."""

import os
import shutil
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from weak_keys import weak

from timeline import Timeline
from timeline.cli import main
from timeline.merkle import EMPTY, Checkpoint, Key, Note, Proof
from timeline.proof.signing import SigningKey

TEXT = "The council met in Marrakech on 24 November 2025. It sat for four days."


def run(*words: object, stdin: str | bytes | None = None) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Make a timeline with a source, a happening and its correction, in a folder of its own."""
    path = tmp_path / "project" / "timeline.db"
    path.parent.mkdir()
    with Timeline(path, by="Ada") as timeline:
        source = timeline.archive(text=TEXT, id="report", title="A report")
        timeline.record("meeting", title="The council meets", date="2025-11", citations=[source.quote("met in Marrakech")])
        timeline.correct("meeting", date="2025-11-24", reason="The report gives the day.")
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Make a key, beside the project."""
    path = tmp_path / "log.key"
    assert run("key", "new", "example.org/log", "--out", path).exit_code == 0
    return path


def test_a_new_key_is_its_owners_alone(tmp_path: Path) -> None:
    """The public half is printed, alone on standard output; the private half goes to a file that nobody else can read."""
    path = tmp_path / "a" / "log.key"
    result = run("key", "new", "example.org/log", "--out", path)
    assert result.stderr == f"The private key is in {path}. Keep a copy where nobody else has access. The public key:\n"
    public = Key.parse(result.stdout)
    assert public == SigningKey.load(path).public
    assert run("key", "public", path).stdout == result.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = run("key", "new", "example.org/log", "--out", path)
    assert (again.exit_code, again.stderr) == (
        1,
        f"Error: {path}: exists already and is not overwritten. Give another path: --out\n",
    )


def test_a_key_is_stored_in_the_settings(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each name, in the user's own folder, and is then usable by its name."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = run("key", "new", "example.org/log")
    assert (tmp_path / "config" / "timeline" / "keys" / "example.org_log.key").exists()
    assert run("key", "public", "example.org/log").stdout == made.stdout
    assert "example.org/log" in run("checkpoint", "--db", db, "--key", "example.org/log").stdout
    assert run("checkpoint", "--db", db, "--key", "example.org/other").stderr == (
        "Error: example.org/other: no such file or directory. Give the path of a key, or make one: timeline key new NAME\n"
    )


@pytest.mark.parametrize("marker", ["metadata.json", ".git", "timeline.db"])
def test_no_key_is_made_in_a_project(tmp_path: Path, marker: str) -> None:
    """It would be published with the timeline, or committed."""
    (tmp_path / marker).touch()
    path = tmp_path / "deep" / "log.key"
    result = run("key", "new", "example.org/log", "--out", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {path}: is inside {tmp_path}, so it would be published")
    assert not path.parent.exists()


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_a_key_that_others_can_read_does_not_sign(db: Path, key: Path) -> None:
    """It may have been copied."""
    key.chmod(0o640)
    result = run("checkpoint", "--db", db, "--key", key)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {key}: other users can read it. Restrict it (chmod 600 {key}), or better make a new key\n"


def test_a_checkpoint_is_a_note_on_standard_output(db: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, signed with --key or $TIMELINE_KEY; an unsigned one is remarked on."""
    signed = run("checkpoint", "--db", db, "--key", key)
    assert (signed.exit_code, signed.stderr) == (0, "")
    assert str(Note.parse(signed.stdout_bytes)) == signed.stdout
    monkeypatch.setenv("TIMELINE_KEY", str(key))
    assert run("checkpoint", "--db", db).stdout == signed.stdout
    monkeypatch.delenv("TIMELINE_KEY")
    unsigned = run("checkpoint", "--db", db)
    assert signed.stdout.startswith(unsigned.stdout + "\n")
    assert unsigned.stderr == "It is not signed. Give --key, or make one: timeline key new NAME\n"


def test_verify_against_a_checkpoint(db: Path, key: Path, tmp_path: Path) -> None:
    """The log may have grown since; its former events must be unchanged."""
    kept, public = tmp_path / "kept", run("key", "public", key).stdout.strip()
    kept.write_bytes(run("checkpoint", "--db", db, "--key", key).stdout_bytes)
    older = tmp_path / "older.db"
    shutil.copy(db, older)
    with Timeline(db, by="Ada") as timeline:
        timeline.retract("meeting", reason="It was another council.")
    result = run("verify", "--db", db, "--against", kept, "--trust", public)
    assert result.exit_code == 0
    assert "✓ 2 checkpoints compared: the log has only grown since" in result.output
    assert "    checkpoint of 3 events, given: signed by example.org/log\n" in result.output
    unchecked = run("verify", "--db", db, "--against", kept)
    assert "given: its signatures were not checked. They claim to be by: example.org/log\n" in unchecked.output
    later = run("checkpoint", "--db", db, "--key", key).stdout_bytes
    rolled_back = run("verify", "--db", older, "--against", "-", stdin=later)
    assert rolled_back.exit_code == 1
    assert "    checkpoint of 4 events, given: the log has 3: events were dropped, or this is an older copy" in rolled_back.stdout
    other = SigningKey.new("example.org/log").public
    assert "Find out whose key that is before you trust it" in run("verify", "--db", db, "--against", kept, "--trust", other).stdout
    assert run("verify", "--db", db, "--trust", public).exit_code == 2


def test_trusted_keys_may_be_in_a_file(db: Path, key: Path, tmp_path: Path) -> None:
    """One on a line, with comments."""
    kept, keys = tmp_path / "kept", tmp_path / "keys"
    kept.write_bytes(run("checkpoint", "--db", db, "--key", key).stdout_bytes)
    keys.write_text(f"# whose word we take\n\n{run('key', 'public', key).stdout}")
    assert run("verify", "--db", db, "--against", kept, "--trust", keys).exit_code == 0
    keys.write_text(f"{keys.read_text()}{SigningKey.new('else.example').public}\n")
    assert ", not by else.example (" in run("verify", "--db", db, "--against", kept, "--trust", keys).stdout
    missing = run("verify", "--db", db, "--against", kept, "--trust", tmp_path / "none")
    assert (
        missing.stderr
        == f"Error: {tmp_path / 'none'}: no such file or directory. Give a public key, name+id+base64, or a file with keys\n"
    )


def test_cosignatures_are_stored(db: Path, key: Path, tmp_path: Path) -> None:
    """From a file, of trusted keys; other signatures are named and skipped."""
    note = Note.parse(run("checkpoint", "--db", db, "--key", key).stdout_bytes)
    witness, stranger = SigningKey.new("witness.example"), SigningKey.new("stranger.example")
    public, cosignature = witness.cosign(note.text, datetime(2026, 1, 2, tzinfo=UTC))
    _, other = stranger.cosign(note.text, datetime(2026, 1, 2, tzinfo=UTC))
    back = tmp_path / "back"
    back.write_text(str(Note(note.text, (*note.signatures, cosignature, other))), encoding="utf-8")
    assert run("checkpoint", "--db", db, "--cosigned", back).exit_code == 2
    result = run("checkpoint", "--db", db, "--cosigned", back, "--trust", public)
    assert result.stdout == f"{db}: stored the signatures of witness.example\n"
    assert result.stderr == f"Skipped: stranger.example ({other.key_id.hex()}), whose key was not given\n"
    proof = tmp_path / "proof"
    proof.write_bytes(run("prove", "meeting", "--db", db).stdout_bytes)
    shown = run("verify-proof", proof, "--trust", public, "--trust", SigningKey.load(key).public)
    assert "✓ signed by witness.example, who saw it at 2026-01-02 00:00:00 UTC" in shown.output
    assert "✓ signed by example.org/log\n" in shown.output


@pytest.mark.parametrize(
    ("id", "event"),
    [
        ("meeting", "happening/meeting@2"),
        ("meeting@1", "happening/meeting@1"),
        ("happening/meeting@1", "happening/meeting@1"),
        ("source/report", "source/report@1"),
        ("report", "source/report@1"),
        ("2", "happening/meeting@1"),
    ],
)
def test_prove_takes_an_event_by_its_names(db: Path, id: str, event: str) -> None:
    """A happening or source by its last event, a version, a position."""
    proof = Proof.parse(run("prove", id, "--db", db).stdout_bytes)
    proof.check()
    assert f"{proof.proven.event['stream']}@{proof.proven.event['version']}" == event


@pytest.mark.parametrize(
    ("id", "refusal"),
    [
        ("99", "there is no event at position 99: the log ends at 3"),
        ("9" * 30, f"there is no event at position {'9' * 30}: the log ends at 3"),
        ("meetin", 'there is no happening "meetin". Did you mean meeting?'),
        ("meeting@7", "happening/meeting: has no version 7. The last one is happening/meeting@2"),
    ],
)
def test_prove_refuses_an_unknown_event(db: Path, id: str, refusal: str) -> None:
    """In a line."""
    result = run("prove", id, "--db", db)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {refusal}\n")


def test_a_proof_shows_its_event_and_log(db: Path, key: Path, tmp_path: Path) -> None:
    """The event with its words, the log, and the signers; without trusted keys the signature counts as unchecked."""
    kept, proof = tmp_path / "kept", tmp_path / "proof"
    kept.write_bytes(run("checkpoint", "--db", db, "--key", key).stdout_bytes)
    proof.write_bytes(run("prove", "meeting@1", "--db", db, "--checkpoint", kept).stdout_bytes)
    db.unlink()
    result = run("verify-proof", proof, "--checkpoint", kept, "--trust", SigningKey.load(key).public)
    root = Checkpoint.of(Note.parse(kept.read_bytes())).root.hex()
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[:3] == [
        "✓ happening/meeting@1 was at position 2 of the log example.org/log",
        f"✓ the log then held 3 events, with the root {root}",
        "✓ signed by example.org/log",
    ]
    assert '"title":"The council meets"' in lines[-1]
    lone = run("verify-proof", proof)
    assert "? the signatures were not checked: give --trust. It names: example.org/log" in lone.output
    assert lone.exit_code == 0


def test_an_altered_proof_is_refused(db: Path, key: Path, tmp_path: Path) -> None:
    """Cut, of other words, under another checkpoint, signed by another."""
    kept, proof = tmp_path / "kept", tmp_path / "proof"
    kept.write_bytes(run("checkpoint", "--db", db, "--key", key).stdout_bytes)
    good = run("prove", "meeting", "--db", db).stdout_bytes
    lines = good.split(b"\n")
    altered = {
        "proof: ends before its checkpoint. It was cut short; ask for it again": good[:200],
        "inclusion proof: it has 0 hashes, fewer than a tree of 3 needs": b"\n".join([*lines[:3], *lines[4:]]),
        "proof: does not begin with": b"\xff" + good,
        "proof: its line ends were changed": good.replace(b"\n", b"\r\n"),
    }
    for refusal, content in altered.items():
        proof.write_bytes(content)
        result = run("verify-proof", proof)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.startswith(f"Error: {refusal}")
        assert result.stderr.count("\n") == 1
    proof.write_bytes(good)
    stranger = run("verify-proof", proof, "--trust", SigningKey.new("example.org/log").public)
    assert stranger.exit_code == 1
    with Timeline(db, by="Ada") as timeline:
        timeline.retract("meeting", reason="It was another council.")
    proof.write_bytes(run("prove", "meeting", "--db", db).stdout_bytes)
    other = run("verify-proof", proof, "--checkpoint", kept)
    assert other.exit_code == 1
    assert "Ask for a proof for yours: timeline prove ID --checkpoint" in other.stderr


@pytest.mark.parametrize("command", ["verify-proof", "verify --against", "checkpoint --trust x --cosigned"])
@pytest.mark.parametrize("content", [b"", b"\0" * 99, b"\xff\xfe", b"x" * 200_000, b"a\n\nb\n", b"\n\n\n", b"origin\n01\nx\n"])
def test_a_malformed_proof_or_checkpoint_is_refused_in_one_line(db: Path, tmp_path: Path, command: str, content: bytes) -> None:
    """Whatever it is."""
    (tmp_path / "file").write_bytes(content)
    result = run(*command.split(), tmp_path / "file", *(["--db", db] if command != "verify-proof" else []))
    assert result.exit_code == 1
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert result.stderr.startswith("Error: ")


def test_redact_lists_what_is_removed_and_what_may_remain(db: Path) -> None:
    """The event, its documents, other events of the stream, and copies out of reach."""
    foretold = run("redact", 2, "--reason", "A court said so.", "--db", db, "--dry-run")
    assert foretold.stdout == "happening/meeting@1, “The council meets”, at position 2 would be redacted\n"
    assert "The document of source/report stays, with all its words\n" in foretold.stderr
    with sqlite3.connect(db) as connection:
        connection.execute("CREATE TABLE mine AS SELECT * FROM happenings")
    connection.close()
    done = run("redact", 2, "--reason", "A court said so.", "--by", "The editors", "--db", db)
    assert done.stdout == "happening/meeting@1 at position 2 is redacted; happening/meeting@3 at position 4 records it\n"
    assert done.stderr.splitlines() == [
        "The document of source/report stays, with all its words",
        "Words of it are also in happening/meeting@2. Redact those too if needed",
        "mine: this table is not part of the timeline, and was not searched",
        "Bundles, scripts, seeds, backups and published copies are not changed. Remove the words from those too",
    ]
    last = run("redact", 3, "--reason", "A court said so.", "--db", db)
    assert "The document of source/report was removed with it: no other event cites it\n" in last.stdout
    assert run("verify", "--db", db).exit_code == 0
    told = " ".join(run("show", "meeting", "--db", db).output.split())
    assert told.startswith("happening/meeting redacted ")
    assert "position 5: A court said so." in told
    assert "removed the data of the event at position 2: A court said so." in run("show", "meeting@3", "--db", db).output
    assert "(redacted)" in run("log", "--db", db).output
    assert "by The editors, position 4: A court said so." in " ".join(run("history", "meeting", "--db", db).output.split())
    assert "text (redacted), given as text" in " ".join(run("show", "source/report", "--db", db).output.split())


def test_redact_asks_a_person_before_a_document_goes(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal, unless they said so already. A script is not asked."""
    run("redact", 2, "--reason", "A court said so.", "--db", db)
    monkeypatch.setattr("timeline.cli.printing.can_ask", lambda: True)
    before = db.read_bytes()
    asked = run("redact", 3, "--reason", "A court said so.", "--db", db, stdin="n\n")
    assert asked.exit_code != 0
    assert "The document of source/report goes with it\nRedact it? This cannot be undone [y/N]" in asked.stderr
    assert db.read_bytes() == before
    done = run("redact", 3, "--reason", "A court said so.", "--db", db, "--yes")
    assert "Redact it?" not in done.stderr
    assert "The document of source/report was removed with it" in done.stdout


def test_redact_refuses_in_a_line(db: Path, tmp_path: Path) -> None:
    """No such event, no such file, no reason."""
    assert run("redact", 9, "--reason", "x", "--db", db).stderr.startswith("Error: there is no event at position 9")
    assert run("redact", 1, "--reason", "x", "--db", tmp_path / "none.db").stderr.startswith(
        f"Error: {tmp_path / 'none.db'}: there is no"
    )
    assert run("redact", 1, "--db", db).exit_code == 2
    assert not (tmp_path / "none.db").exists()


def test_a_checkpoint_of_no_events_proves_nothing(db: Path, tmp_path: Path) -> None:
    """Wherever one is given."""
    nothing, proof = tmp_path / "nothing", tmp_path / "proof"
    nothing.write_text(Checkpoint("example.org/log", 0, EMPTY).text)
    proof.write_bytes(run("prove", "meeting", "--db", db).stdout_bytes)
    for words in (
        ("verify", "--db", db, "--against", nothing),
        ("prove", "meeting", "--db", db, "--checkpoint", nothing),
        ("verify-proof", proof, "--checkpoint", nothing),
        ("checkpoint", "--db", db, "--cosigned", nothing, "--trust", SigningKey.new("example.org/log").public),
    ):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.endswith(f"Error: {nothing}: covers no event, so it proves nothing. Give one of a log with events\n")


def test_a_key_under_which_anyone_can_sign_is_not_trusted(db: Path, key: Path, tmp_path: Path) -> None:
    """Given as such, or in a file."""
    kept, keys = tmp_path / "kept", tmp_path / "keys"
    kept.write_bytes(run("checkpoint", "--db", db, "--key", key).stdout_bytes)
    for one in weak("example.org/log"):
        keys.write_text(f"{one}\n")
        for given in (one, keys):
            result = run("verify", "--db", db, "--against", kept, "--trust", given)
            assert result.exit_code == 1
            assert result.stderr.startswith("Error: public key example.org/log: anyone can sign with it, so it proves nothing")


def test_a_checkpoint_of_another_name_in_the_file_is_reported(db: Path, key: Path) -> None:
    """The owner's is made as before; if the other was first, the owner names the log once."""
    evil = SigningKey.new("evil.example")
    with Timeline(db, by="Mallory") as timeline:
        timeline.checkpoint(evil)
    refused = run("checkpoint", "--db", db, "--key", key)
    assert refused.exit_code == 1
    assert "or, if example.org/log is right, confirm it once: timeline checkpoint --key example.org/log --origin" in refused.stderr
    told = (
        f"{db}: the file also has checkpoints signed as evil.example; this one is of example.org/log."
        " Somebody may have added it. Check: timeline verify\n"
    )
    for words in (("--origin", "example.org/log"), ()):
        made = run("checkpoint", "--db", db, "--key", key, *words)
        assert (made.exit_code, made.stderr) == (0, told)
        assert made.stdout.startswith("example.org/log\n3\n")
    verified = run("verify", "--db", db)
    assert verified.exit_code == 0
    unknown = "but the file cannot prove that the key is theirs"
    assert (
        f"    stored in the file: 1 of evil.example, signed by evil.example ({evil.public.id.hex()}), {unknown}\n"
        in verified.stdout
    )
    run("checkpoint", "--db", db, "--origin", "unsigned.example")
    assert "    stored in the file: 1 of unsigned.example, not signed\n" in run("verify", "--db", db).stdout
