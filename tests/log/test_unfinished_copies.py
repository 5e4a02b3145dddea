"""A redaction reaches the unfinished copies of killed processes, wherever they are, and nothing else."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline, publishing
from timeline.cli import main
from timeline.errors import RedactionUnfinished
from timeline.log import unfinished_copies

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")
TEXT = "The council met in Marrakech. Unmistakeable words stand here."
WORDS = b"Unmistakeable"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Make a timeline of two events, in a folder of its own."""
    (tmp_path / "home").mkdir()
    path = tmp_path / "home" / "timeline.db"
    with Timeline(path, by="tester") as timeline:
        source = timeline.archive(text=TEXT, id="report", title="A report")
        timeline.record("meeting", title="The council meets", date="2025", citations=[source.quote("Unmistakeable words")])
    return path


def run(*words: str | Path) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def killed(at: str, *words: str | Path) -> None:
    """Run a command in a process that is killed (as by kill -9) when it comes to a function of ours."""
    script = f"""
import os
from timeline.publishing import backups, folder, publication
module, _, name = {at!r}.partition(".")
target = {{"publication": publication, "backups": backups, "folder": folder}}[module]
setattr(target, name, lambda *a, **k: os.kill(os.getpid(), 9))
from timeline.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", script, *map(str, words)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def holding(folder: Path) -> list[str]:
    """List the files that still hold the words."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and WORDS in path.read_bytes()]


def redact(db: Path) -> str:
    """Redact both events, and give what the second command says on stderr."""
    for position in ("2", "1"):
        result = run("redact", position, "--reason", "By law", "--by", "tester", "--db", db)
        assert result.exit_code == 0, result.output
    return result.stderr


@pytest.mark.parametrize(
    ("at", "command"),
    [
        ("publication._verify", "publish"),
        ("publication._files", "publish"),
        ("folder.replace", "publish"),
        ("backups.compare", "backup"),
    ],
)
@pytest.mark.parametrize("place", ["home", "elsewhere/deep"])
def test_a_redaction_reaches_unfinished_copies(db: Path, tmp_path: Path, at: str, command: str, place: str) -> None:
    """Beside the timeline or far from it: no file has the words any more, and no note remains."""
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    killed(at, command, tmp_path / place / "out", "--db", db)
    assert any(".out.unfinished" in name for name in holding(tmp_path))
    redact(db)
    assert holding(tmp_path) == []
    assert [path.name for path in tmp_path.rglob("*") if path.name.startswith(".")] == []


def test_the_next_copy_removes_it_too(db: Path, tmp_path: Path) -> None:
    """Wherever that copy goes."""
    killed("publication._verify", "publish", tmp_path / "first", "--db", db)
    assert run("backup", tmp_path / "second.db", "--db", db).exit_code == 0
    assert [path.name for path in tmp_path.rglob("*") if path.name.startswith(".")] == []


def test_an_unfinished_restore_is_reached_from_its_target(db: Path, tmp_path: Path) -> None:
    """Once there is a timeline of that name."""
    restored = tmp_path / "home" / "restored.db"
    assert run("backup", tmp_path / "copy.db", "--db", db).exit_code == 0
    killed("backups.place", "restore", tmp_path / "copy.db", "--db", restored)
    shutil.copy(tmp_path / "copy.db", restored)
    (tmp_path / "copy.db").unlink()
    redact(db)
    redact(restored)
    assert holding(tmp_path) == []


def test_it_is_found_after_both_were_moved(db: Path, tmp_path: Path) -> None:
    """A note within the timeline's folder moves with it."""
    killed("publication._verify", "publish", db.parent / "public", "--db", db)
    db.parent.rename(tmp_path / "moved")
    redact(tmp_path / "moved" / "timeline.db")
    assert holding(tmp_path) == []


def test_a_copy_in_progress_is_left_and_reported(db: Path, tmp_path: Path) -> None:
    """It belongs to its process; the redaction asks to be repeated, and then reports nothing."""
    (tmp_path / "far").mkdir()
    with unfinished_copies.making(tmp_path / "far" / "public", db) as folder:
        assert folder is not None
        (folder / "snapshot.db").write_bytes(WORDS)
        said = redact(db)
        assert f"{folder}: somebody is making a copy there, or it is out of reach" in said
        assert holding(tmp_path) == ["far/.public.unfinished/snapshot.db"]
    assert "a copy is being made" not in redact(db)
    assert holding(tmp_path) == []


def test_a_copy_on_an_absent_disk_is_reported_until_it_is_back(db: Path, tmp_path: Path) -> None:
    """Its note stays."""
    (tmp_path / "disk").mkdir()
    killed("publication._verify", "publish", tmp_path / "disk" / "public", "--db", db)
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    assert "out of reach" in redact(db)
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    assert "out of reach" not in redact(db)
    assert holding(tmp_path) == []


def test_a_dry_run_removes_nothing(db: Path, tmp_path: Path) -> None:
    """It only lists the copies."""
    killed("publication._verify", "publish", tmp_path / "public", "--db", db)
    assert run("redact", "2", "--reason", "By law", "--dry-run", "--db", db).exit_code == 0
    assert holding(tmp_path / ".public.unfinished") == ["snapshot.db"]


def test_a_redaction_that_cannot_remove_it_reports_that_and_is_repeated(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example, because it belongs to somebody else."""
    killed("publication._verify", "publish", tmp_path / "public", "--db", db)

    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch, Timeline(db, by="tester") as timeline:
        patch.setattr(shutil, "rmtree", denied)
        with pytest.raises(RedactionUnfinished, match=r"cannot be removed: .*public\.unfinished: permission denied\. Remove it"):
            timeline.redact(2, reason="By law")
    redact(db)
    assert holding(tmp_path) == []


@pytest.mark.parametrize("named", ["", ".", "..", "../other", "/", "../.trap.unfinished", "../other/../.home.unfinished"])
def test_a_malformed_note_removes_nothing(db: Path, tmp_path: Path, named: str) -> None:
    """Neither the timeline's own folder, nor one that contains it, nor another kind of folder, nor through a link."""
    home = tmp_path / ".home.unfinished"
    db.parent.rename(home)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")
    (tmp_path / ".trap.unfinished").symlink_to(tmp_path / "other")
    (home / ".timeline.db.unfinished-0").write_text(named)
    redact(home / "timeline.db")
    assert (tmp_path / "other" / "thesis.txt").exists()
    assert (home / "timeline.db").exists()


@pytest.mark.parametrize("mark", [None, "", "0" * 32, "link"])
def test_a_stranger_s_note_removes_nothing_elsewhere(db: Path, tmp_path: Path, mark: str | None) -> None:
    """Whatever the folder's name; only the process that made it knows the number in it."""
    theirs = tmp_path / "other" / ".thesis.unfinished"
    theirs.mkdir(parents=True)
    (theirs / "thesis.txt").write_text("years of work")
    note = db.parent / ".timeline.db.unfinished-0"
    note.write_bytes(os.fsencode(theirs) + b"\0" + b"1" * 32)
    if mark == "link":
        (db.parent / "one").write_text("1" * 32)
        (theirs / unfinished_copies.MARK).symlink_to("nowhere")
    elif mark is not None:
        (theirs / unfinished_copies.MARK).write_text(mark)
        note.write_bytes(os.fsencode(theirs) + (b"\0" if not mark else b"\0" + b"1" * 32))
    redact(db)
    assert (theirs / "thesis.txt").read_text() == "years of work"
    assert run("publish", tmp_path / "public", "--db", db).exit_code == 0
    assert (theirs / "thesis.txt").exists()
    note.write_bytes(os.fsencode(theirs))
    assert run("backup", tmp_path / "copy.db", "--db", db).exit_code == 0
    assert (theirs / "thesis.txt").exists()


def test_the_mark_is_not_published(db: Path, tmp_path: Path) -> None:
    """Nor does it remain when the copy is in place."""
    for _ in range(2):
        assert run("publish", tmp_path / "public", "--db", db).exit_code == 0
        assert list(tmp_path.rglob(".*")) == []


def test_a_timeline_in_a_read_only_folder_can_be_copied(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a note: nobody can redact it there either."""
    opened = Path.open

    def denied(path: Path, *mode: str, **more: str) -> object:
        if ".unfinished-" in path.name:
            raise PermissionError(13, "Permission denied")
        return opened(path, *mode, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", denied)
    with Timeline(db, read_only=True) as timeline:
        assert publishing.backup(timeline, tmp_path / "copy.db", lambda steps: None).events == 2
    assert [path.name for path in tmp_path.rglob("*") if path.name.startswith(".")] == []
