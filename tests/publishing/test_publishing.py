"""publish: a folder that anyone can serve and check; and a further publication only adds to it."""

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from publishing_commands import PUBLIC, TEXT, content, more, note, refused, run, sound

from timeline import Timeline, merkle
from timeline.cli import main
from timeline.merkle import Checkpoint, Note
from timeline.proof.signing import SigningKey, check


def test_a_folder_has_everything_for_its_readers(project: Path, key: Path) -> None:
    """The database in one file, its signed checkpoint, the public key, the program, and instructions to serve and to check it."""
    result = run("publish", "public", "--key", key)
    public = project / "public"
    assert (result.exit_code, result.stderr) == (0, PUBLIC)
    assert result.stdout.splitlines()[0] == "public: 2 events"
    names = {path.name for path in public.iterdir()}
    assert {name for name in names if not name.endswith(".whl")} == {
        "timeline.db", "checkpoint", "public-key", "metadata.json", "Dockerfile", "README.md", "verify_log.py",
        "verify_proof.py",
    }  # fmt: skip
    assert sound(public).size == 2
    assert base64.b64encode(sound(public).root).decode() in result.stdout
    public_key = SigningKey.load(key).public
    assert (public / "public-key").read_text() == f"{public_key}\n"
    assert [signed.key for signed in check(note(public / "checkpoint"), [public_key])] == [public_key]
    assert json.loads((public / "metadata.json").read_text()) == {"title": "The council, dated"}
    with closing(sqlite3.connect(public / "timeline.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert {path.name for path in project.iterdir()} <= {
        "public",
        "metadata.json",
        "timeline.db",
        "timeline.db-wal",
        "timeline.db-shm",
    }


def test_the_checkpoint_is_stored_in_the_timeline_too(project: Path, key: Path) -> None:
    """With its signature, the same in both."""
    run("publish", "public", "--key", key)
    kept = []
    for path in ("timeline.db", "public/timeline.db"):
        with Timeline(path, read_only=True) as timeline:
            kept.append(merkle.checkpoints(timeline.log.connection))
    assert kept[0] == kept[1]
    assert [one.note for one in kept[0]] == [note(project / "public" / "checkpoint")]


def test_without_a_key_it_says_that_nothing_is_signed(project: Path) -> None:
    """The checkpoint then has only its three lines; a second unsigned publication changes nothing."""
    result = run("publish", "public")
    assert result.stderr == PUBLIC + "Its checkpoint is not signed. Give --key, or make one: timeline key new NAME\n"
    assert note(project / "public" / "checkpoint").signatures == ()
    assert not (project / "public" / "public-key").exists()
    assert sound(project / "public").size == 2
    assert run("publish", "public").stdout.startswith("public: nothing has changed since the last publication: 2 events\n")


def test_publishing_without_new_events_changes_nothing(project: Path, key: Path) -> None:
    """Not a byte, so that every cached address stays valid; the command says so."""
    run("publish", "public", "--key", key)
    before = {path: path.stat().st_mtime_ns for path in (project / "public").iterdir()}
    result = run("publish", "public", "--key", key)
    assert result.stdout.splitlines()[0] == "public: nothing has changed since the last publication: 2 events"
    assert {path: path.stat().st_mtime_ns for path in (project / "public").iterdir()} == before


def test_publishing_again_proves_that_the_log_only_grew(project: Path, key: Path) -> None:
    """Every earlier checkpoint stays, byte for byte, and a proof leads from each to the next."""
    public = project / "public"
    earlier = {}
    for size in (2, 3, 8):
        if size > 2:
            more(size - (2 if size == 3 else 3))
        result = run("publish", "public", "--key", key)
        assert result.exit_code == 0, result.output
        earlier[size] = (public / "checkpoint").read_bytes()
        assert sound(public).size == size
    assert result.stdout.splitlines()[0] == "public: 8 events (5 new)"
    assert {path.name for path in (public / "checkpoints").iterdir()} == {"2", "3", "2-to-3", "3-to-8"}
    for old, new in ((2, 3), (3, 8)):
        assert (public / "checkpoints" / str(old)).read_bytes() == earlier[old]
        head, _, signed = (public / "checkpoints" / f"{old}-to-{new}").read_text().partition("\n\n")
        first, *hashes = head.split("\n")
        assert first == f"old {old}"
        assert signed.encode() == earlier[new]
        roots = [Checkpoint.of(Note.parse(earlier[size])).root for size in (old, new)]
        merkle.verify_consistency(old, roots[0], new, roots[1], [base64.b64decode(hash_) for hash_ in hashes])


def test_a_timeline_that_was_rolled_back_is_refused(project: Path, key: Path) -> None:
    """Whether events were dropped or an older copy was restored; the folder stays."""
    run("backup", "old.db")
    more()
    run("publish", "public", "--key", key)
    before = content(project / "public")
    said = refused("publish", "public", "--db", "old.db", "--key", key)
    assert said.startswith("public: holds other files than a published old.db")
    (project / "elsewhere").mkdir()
    shutil.copy("old.db", "elsewhere/timeline.db")
    said = refused("publish", "public", "--db", "elsewhere/timeline.db", "--key", key)
    assert said == (
        "elsewhere/timeline.db: holds the first 2 of the 3 events in public/timeline.db. Published events stay."
        " To continue from them: timeline build"
    )
    assert content(project / "public") == before


def test_a_timeline_with_another_past_is_refused(project: Path, key: Path) -> None:
    """Whatever its size, and with any key."""
    run("publish", "public", "--key", key)
    before = content(project / "public")
    (project / "elsewhere").mkdir()
    with Timeline("elsewhere/timeline.db", by="tester") as timeline:
        timeline.archive(text=TEXT, id="report", title="Another report")
    more(3, "elsewhere/timeline.db")
    for words in ((), ("--key", key)):
        said = refused("publish", "public", "--db", "elsewhere/timeline.db", *words)
        assert said.startswith(
            "elsewhere/timeline.db: differs from public/timeline.db from position 1 on: here source/report@1, recorded "
        )
        assert said.endswith(". Published events stay. To continue from them: timeline build --fresh")
    assert content(project / "public") == before


def test_a_timeline_with_faults_is_refused(project: Path, key: Path) -> None:
    """Tables that do not follow from the log, and altered events; nothing is signed, and the folder stays."""
    run("publish", "public", "--key", key)
    before = content(project / "public")
    more()
    with closing(sqlite3.connect("timeline.db")) as database:
        database.execute("UPDATE happenings SET title = 'Something else' WHERE id = 'meeting'")
        database.commit()
    assert refused("publish", "public", "--key", key).startswith("timeline.db: 1 fault found, so it was not published. ")
    assert refused("publish", "new", "--key", key).endswith("See them: timeline verify --db timeline.db")
    assert content(project / "public") == before
    assert not (project / "new").exists()
    assert Checkpoint.of(note(Path(f"{key}.last-signed"))).size == 2


def test_a_folder_with_other_files_is_never_overwritten(project: Path, key: Path) -> None:
    """The user's own files, the timeline's own folder, a file; an empty folder counts as none."""
    (project / "mine").mkdir()
    (project / "mine" / "checkpoint").write_text("x\n1\nAAAA\n")
    (project / "mine" / "timeline.db").write_text("x")
    run("publish", "public", "--key", key)
    for name in ("mine", ".", ".."):
        assert "is not overwritten. Give a new folder" in refused("publish", name, "--key", key)
    assert refused("publish", "metadata.json") == "metadata.json: is not a folder. Give the path of a new one"
    assert "is not overwritten" in refused("publish", "public", "--db", "public/timeline.db", "--key", key)
    assert "cannot be written" in refused("publish", "metadata.json/folder")
    (project / "empty").mkdir()
    assert run("publish", "empty", "--key", key).exit_code == 0
    assert sound(project / "empty").size == 2


def test_the_folders_above_are_made_with_it_and_only_then(project: Path, key: Path) -> None:
    """A publication that is refused leaves none of them."""
    refused("publish", "new/of/mine", "--metadata", "none.json")
    assert not (project / "new").exists()
    assert run("publish", "new/of/mine", "--key", key).exit_code == 0
    assert sound(project / "new" / "of" / "mine").size == 2


def test_a_missing_or_empty_timeline_is_refused(project: Path) -> None:
    """Each with its cause; no file is made."""
    assert refused("publish", "public", "--db", "none.db").startswith("none.db: there is no such file. ")
    assert not (project / "none.db").exists()
    with Timeline("new.db", by="tester") as timeline:
        timeline.log.make()
    assert refused("publish", "public", "--db", "new.db").startswith("new.db: there are no events to sign")
    assert not (project / "public").exists()


def test_a_signed_publication_stays_signed_by_the_same_key(project: Path, key: Path, tmp_path: Path) -> None:
    """Readers check with the key that they have; the folder stays."""
    run("publish", "public", "--key", key)
    more()
    before = content(project / "public")
    assert refused("publish", "public") == "public: was signed by example.org/log before, and this is not. Give the key: --key FILE"
    SigningKey.new("example.org/log").save(tmp_path / "other.key")
    assert "so its readers could not check it" in refused("publish", "public", "--key", tmp_path / "other.key")
    assert content(project / "public") == before
    assert run("publish", "public", "--key", key).exit_code == 0


def test_an_unsigned_publication_may_be_signed_later(project: Path, key: Path) -> None:
    """The log then gets its name."""
    run("publish", "public")
    more()
    assert run("publish", "public", "--key", key).exit_code == 0
    assert sound(project / "public").origin == "example.org/log"


def test_the_signatures_of_witnesses_are_published(project: Path, key: Path) -> None:
    """Those in the timeline, and those that were added to the checkpoint in the folder."""
    public = project / "public"
    run("publish", "public", "--key", key)
    first = note(public / "checkpoint")
    kept, laid = (SigningKey.new(name) for name in ("witness.example", "another.example"))
    with Timeline("timeline.db", by="tester") as timeline:
        witness, signature = kept.cosign(first.text, timeline.clock())
        timeline.cosigned(Note(first.text, (signature,)), [witness])
        other, added = laid.cosign(first.text, timeline.clock())
    (public / "checkpoint").write_text(str(Note(first.text, (*first.signatures, added))))
    assert run("publish", "public", "--key", key).exit_code == 0
    assert {signed.key for signed in check(note(public / "checkpoint"), [witness, other, SigningKey.load(key).public])} == {
        witness, other, SigningKey.load(key).public,
    }  # fmt: skip


def test_a_read_only_timeline_is_published(project: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its checkpoint is then only in the folder, and the command says so."""
    monkeypatch.setattr("timeline.cli.publishing._is_writable", lambda db: False)
    result = run("publish", "public", "--key", key)
    assert result.stderr == PUBLIC + "The checkpoint was not stored in timeline.db, which is read-only\n"
    assert sound(project / "public").size == 2


def test_redacted_words_are_nowhere_in_the_folder(project: Path, key: Path) -> None:
    """Neither the words nor an older file that has them."""
    public = project / "public"
    run("publish", "public", "--key", key)
    assert any(b"Unmistakeable" in file for file in content(public).values())
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.redact(2, reason="A court said so")
        timeline.redact(1, reason="A court said so")
    assert run("publish", "public", "--key", key).stdout.splitlines()[0] == "public: 4 events (2 new)"
    assert sound(public).size == 4
    assert not [name for name, file in content(public).items() if b"Unmistakeable" in file or b"nmistakeabl" in file]


def test_metadata_must_be_readable(project: Path) -> None:
    """The error names the file and the place; without a file, the metadata is empty."""
    (project / "bad.json").write_text('{"title": ')
    assert refused("publish", "public", "--metadata", "bad.json").startswith("bad.json: it is not JSON: ")
    (project / "bad.json").write_text("[]")
    assert "it is not a JSON object" in refused("publish", "public", "--metadata", "bad.json")
    assert refused("publish", "public", "--metadata", "none.json").startswith("none.json: no such file or directory. ")
    assert not (project / "public").exists()
    (project / "metadata.json").unlink()
    run("publish", "public")
    assert (project / "public" / "metadata.json").read_text() == "{}\n"


def test_a_key_that_somebody_added_is_not_published(project: Path, key: Path) -> None:
    """Even if it signed in the log's own name, under the same checkpoint: the given key is published, or the folder's."""
    other = SigningKey.new("example.org/log")
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.checkpoint(other)
        timeline.checkpoint(SigningKey.load(key))
    own = SigningKey.load(key).public
    assert f"is signed by example.org/log ({other.public.id.hex()}) and example.org/log ({own.id.hex()})" in refused(
        "publish", "public"
    )
    assert not (project / "public").exists()
    assert run("publish", "public", "--key", key).exit_code == 0
    assert (project / "public" / "public-key").read_text() == f"{own}\n"
    assert run("publish", "public").exit_code == 0
    assert (project / "public" / "public-key").read_text() == f"{own}\n"
    more()
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.checkpoint(other)
    assert "was signed by example.org/log before, and this is not" in refused("publish", "public")
    sound(project / "public")


def test_where_reviews_are_required_only_what_was_confirmed_is_published(project: Path) -> None:
    """A second person's verdict on the version that stands, and no doubt; the refusal names what lacks it, and nothing changes."""
    settings = json.dumps({"plugins": {"cited-timeline": {"publish": {"reviewed": True}}}})
    (project / "metadata.json").write_text(settings)
    line = refused("publish", "public")
    assert "timeline.db: 1 happening not confirmed by a second person (meeting), and metadata.json requires that" in line
    assert line.endswith("List them: timeline list --review none")
    with Timeline("timeline.db", by="Second") as second:
        second.review("meeting", verdict="doubted")
    assert "timeline list --review doubted" in refused("publish", "public")
    with Timeline("timeline.db", by="Second") as second:
        second.review("meeting", verdict="confirmed")
    assert run("publish", "public").exit_code == 0
    assert sound(project / "public").size == 4
    with Timeline("timeline.db", by="tester") as timeline:
        for number in range(7):
            cited = [timeline.source("report").quote("The council met")]
            timeline.record(f"more-{number}", title="T", date="2025", citations=cited)
        timeline.correct("meeting", title="It meets", reason="r")
    line = refused("publish", "public")
    assert "8 happenings not confirmed by a second person (" in line
    assert line.count("more-") == 5 - ("meeting" in line.partition("(")[2].partition(")")[0])
    assert sound(project / "public").size == 4
    with Timeline("timeline.db", by="tester") as timeline:
        for happening in timeline.happenings():
            timeline.retract(happening.id, reason="r")
    assert run("publish", "public").exit_code == 0


def test_a_person_is_asked_before_documents_are_public(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal, unless an option has said so. Without a yes, nothing is published."""
    monkeypatch.setattr("timeline.cli.printing.can_ask", lambda: True)
    refused_by_a_person = CliRunner().invoke(main, ["publish", "public"], input="n\n")
    assert (refused_by_a_person.exit_code, (project / "public").exists()) == (1, False)
    assert PUBLIC.strip() in refused_by_a_person.stderr
    assert "Publish them? [y/N]" in refused_by_a_person.stderr
    assert CliRunner().invoke(main, ["publish", "public"], input="y\n").exit_code == 0
    assert (project / "public" / "timeline.db").is_file()
    for given in (["--yes"], ["--documents", "all"], ["--documents", "none"]):
        assert "Publish them?" not in run("publish", "public", *given).stderr
