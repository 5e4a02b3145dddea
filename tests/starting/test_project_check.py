"""check.py: the check of a project finds every change of its published past."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from started_project import forged, git, python, run, tampered


def test_a_past_that_only_grew_passes(published: Path) -> None:
    """New entries, corrections, comments, another order, and publishing again do not change the past."""
    assert "✓ The past was not changed" in python("check.py", folder=published).stdout
    bundle = published / "events" / "first.yaml"
    bundle.write_text(
        bundle.read_text() + "\n  - {correct: council-meets, date: 2025-11-25, reason: The minutes give the day.}\n# Well.\n"
    )
    assert python("check.py", folder=published).returncode == 0
    run("build")
    assert run("publish", "public").exit_code == 0
    git(published, "add", ".")
    git(published, "commit", "-m", "Correct")
    assert python("check.py", folder=published).returncode == 0


def test_a_redaction_passes(published: Path) -> None:
    """The words are gone, their place and proof remain; the bundle that still has them is skipped."""
    assert run("redact", "2", "--reason", "Names a witness who is at risk.").exit_code == 0
    assert run("publish", "public").exit_code == 0
    git(published, "commit", "-am", "Redact")
    done = python("check.py", folder=published)
    assert done.returncode == 0
    assert "Skipped" in done.stderr


def test_read_tables_of_another_version_are_reported_as_such(published: Path) -> None:
    """With the command to make them again; the past does not count as changed."""
    with closing(sqlite3.connect(published / "public" / "timeline.db", isolation_level=None)) as connection:
        connection.execute("UPDATE projected SET definition = 'older'")
    done = python("check.py", folder=published)
    cure = "Make them again, and commit: timeline rebuild --db public/timeline.db"
    expected = f"✗ public/timeline.db has the read tables of another version of the program. {cure}\n"
    assert (done.returncode, done.stdout[done.stdout.index("✗ public") :]) == (1, expected)
    assert run("rebuild", "--db", "public/timeline.db").exit_code == 0
    assert python("check.py", folder=published).returncode == 0


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("an entry", "events/ or seeds/ cannot be appended, or differ from what was published"),
        ("a document", "events/ or seeds/ cannot be appended, or differ from what was published"),
        ("a document taken away", "events/ or seeds/ cannot be appended, or differ from what was published"),
        ("the published file taken away", "was published, and is missing"),
        ("the published file, with a WAL that hides it", "public/timeline.db does not only add to what was published"),
        ("the published file, with a WAL that hides it", "public/timeline.db-wal is not part of the publication"),
        ("a link in its place", "public/timeline.db is not part of the publication"),
        ("all of it", "does not only add to what was published"),
    ],
)
def test_a_changed_past_is_caught(published: Path, what: str, told: str) -> None:
    """Any change, even commits ago, and even if everything in the folder is consistent."""
    tampered(published, what)
    done = python("check.py", folder=published)
    assert done.returncode == 1
    assert told in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["json.py", "shutil.py", "tempfile.py", "click.py", "timeline/__init__.py"])
def test_no_module_in_the_repository_takes_the_place_of_another(published: Path, name: str) -> None:
    """Of Python's own or of the program: somebody who keeps check.py and the program would otherwise run what they never read."""
    tampered(published, "an entry")
    (published / name).parent.mkdir(exist_ok=True)
    (published / name).write_text("import os\nprint('✓ The past was not changed', flush=True)\nos._exit(0)\n", encoding="utf-8")
    done = python("check.py", folder=published)
    assert done.returncode == 1
    assert "events/ or seeds/ cannot be appended" in done.stdout


def test_a_journal_beside_the_published_file_is_reported(published: Path) -> None:
    """`verify` reports it; nothing is published beside it, or restored from it; without it the forgery shows."""
    public = published / "public"
    forged(public / "timeline.db")
    wanted = ("--db", str(public / "timeline.db"), "--against", str(public / "checkpoint"))
    told = run("verify", *wanted)
    assert told.exit_code == 1
    assert "timeline.db-wal: lies beside a published file" in told.stdout
    refused = run("publish", "public")
    assert refused.exit_code == 1
    assert "timeline.db-wal: is beside the published database" in refused.stderr
    assert run("restore", str(public / "timeline.db"), "--db", "restored.db").exit_code == 1
    for ending in ("-wal", "-shm"):
        Path(f"{public / 'timeline.db'}{ending}").unlink(missing_ok=True)
    assert "table happenings, council-meets: differs from the log" in run("verify", *wanted).stdout


def test_a_checkpoint_kept_elsewhere_catches_a_replaced_history(published: Path, tmp_path: Path) -> None:
    """The repository alone cannot show that, as its README says; anyone who kept three lines can."""
    kept = tmp_path / "kept"
    shutil.copy(published / "public" / "checkpoint", kept)
    shutil.rmtree(published / ".git")
    git(published, "init")
    git(published, "add", ".")
    git(published, "commit", "-m", "Begin")
    assert python("check.py", str(kept), folder=published).returncode == 0
    tampered(published, "all of it")
    shutil.rmtree(published / ".git")
    assert python("check.py", folder=published).returncode == 0
    assert "does not only add to what was published" in python("check.py", str(kept), folder=published).stdout


def test_a_shallow_clone_is_refused(published: Path, tmp_path: Path) -> None:
    """It is not checked as if it were the whole history."""
    subprocess.run(["git", "clone", "-q", "--depth", "1", published.as_uri(), tmp_path / "shallow"], check=True)
    assert "--unshallow" in python("check.py", folder=tmp_path / "shallow").stderr


def test_a_clone_is_the_same_byte_for_byte(published: Path, tmp_path: Path) -> None:
    """Even with a git that converts line ends, because files are hashed. The timeline is made again from the publication."""
    turning = ["git", "-c", "core.autocrlf=true", "clone", "-q", published, tmp_path / "clone"]
    subprocess.run(turning, check=True)
    clone = tmp_path / "clone"
    for name in ("seeds/report.txt", "public/checkpoint", "public/timeline.db"):
        assert (clone / name).read_bytes() == (published / name).read_bytes()
    assert not (clone / "timeline.db").exists()
    assert run("restore", str(clone / "public" / "timeline.db"), "--db", str(clone / "timeline.db")).exit_code == 0
