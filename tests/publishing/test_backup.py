"""backup and restore: a copy of one moment while others write, and a timeline again once all of it is verified."""

import base64
import os
import random
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from publishing_commands import command, more, refused, run, writing
from shares import share

from timeline import Timeline, merkle

TEXT = "The council met in Marrakech."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a timeline of 20 events; commands are run in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.archive(text=TEXT, id="report", title="A report")
    more(19)
    return tmp_path


def root(path: str | Path) -> tuple[int, bytes]:
    """Give the size and the root of a timeline, after all of it was verified."""
    with Timeline(path, read_only=True) as timeline:
        assert timeline.verify().faults == ()
        size = timeline.log.size()
        return size, merkle.root(size, merkle.reader(timeline.log.connection))


def test_a_backup_has_the_size_and_root_of_the_log(project: Path) -> None:
    """One file; nothing is left beside it."""
    result = run("backup", "copy.db")
    size, hash_ = root("timeline.db")
    assert result.stdout == f"copy.db: {size} events\nroot {base64.b64encode(hash_).decode()}\n"
    assert (result.exit_code, root("copy.db")) == (0, (size, hash_))
    assert not (project / "copy.db-wal").exists()
    assert not list(project.glob(".*"))


def test_a_backup_is_of_one_moment_while_another_process_writes(project: Path) -> None:
    """It has all of an append or none of it."""
    sizes = []
    with writing(project / "timeline.db"):
        for number in range(4):
            result = run("backup", f"{number}.db")
            assert result.exit_code == 0, result.output
            sizes.append(root(f"{number}.db")[0])
    assert sizes == sorted(sizes)
    assert {size % 3 for size in sizes} == {2}
    with Timeline("timeline.db", read_only=True) as timeline:
        for number, size in enumerate(sizes):
            assert root(f"{number}.db")[1] == merkle.root(size, merkle.reader(timeline.log.connection))


def test_a_backup_writes_over_nothing(project: Path) -> None:
    """Neither a file, nor a link to nowhere, nor the timeline itself."""
    (project / "notes.txt").write_text("mine")
    (project / "link").symlink_to("nowhere")
    for name in ("notes.txt", "link", "timeline.db", "."):
        assert refused("backup", name) == f"{name}: exists already, and is never overwritten. Give another path"
    assert (project / "notes.txt").read_text() == "mine"
    assert refused("backup", "no/such/folder.db").startswith("no/such/folder.db: cannot be written: no such file or directory. ")
    assert refused("backup", "copy.db", "--db", "none.db").startswith("none.db: there is no such file. ")


def test_a_backup_of_a_log_that_contradicts_its_tree_is_removed(project: Path) -> None:
    """Events that were altered past the guards are not passed on as the log."""
    with closing(sqlite3.connect("timeline.db")) as database:
        (trigger,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'events_update'").fetchone()
        database.execute("DROP TRIGGER events_update")
        database.execute("UPDATE events SET recorded_by = 'another' WHERE position = 7")
        database.execute(trigger)
        database.commit()
    said = refused("backup", "copy.db")
    assert said.startswith("copy.db: the copy does not match the tree of timeline.db")
    assert not (project / "copy.db").exists()


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX")
@pytest.mark.parametrize("words", [("backup", "new.db"), ("restore", "copy.db", "--db", "new.db")])
def test_a_full_disk_leaves_no_file(project: Path, words: tuple[str, ...]) -> None:
    """One line, and nothing half made."""
    run("backup", "copy.db")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    done = subprocess.run(command(*words, before=limited), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: new.db: cannot be written, or the disk is full. Make room there, or give another path, then repeat\n"
    )
    assert {path.name for path in project.iterdir()} <= {"copy.db", "timeline.db", "timeline.db-wal", "timeline.db-shm"}


def test_a_restored_backup_can_be_appended_to(project: Path) -> None:
    """It is the same log, and others can read while one writes."""
    run("backup", "copy.db")
    before = root("timeline.db")
    result = run("restore", "copy.db", "--db", "again.db")
    assert result.exit_code == 0
    assert result.stdout.startswith("again.db: 20 events restored from copy.db. ")
    assert root("again.db") == before
    more(3, "again.db")
    assert root("again.db")[0] == 23
    with closing(sqlite3.connect("again.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert root("copy.db") == before


def test_a_restore_writes_over_nothing(project: Path) -> None:
    """Nor takes up the journal of a file that is gone."""
    run("backup", "copy.db")
    before = (project / "timeline.db").read_bytes()
    said = refused("restore", "copy.db")
    assert said.startswith("timeline.db")
    assert said.endswith("exists already, and is never overwritten. Move it away first, then repeat")
    assert (project / "timeline.db").read_bytes() == before
    for end in ("-wal", "-shm", "-journal"):
        (project / f"gone.db{end}").write_bytes(b"left")
        assert refused("restore", "copy.db", "--db", "gone.db") == (
            f"gone.db{end}: exists already, and is never overwritten. Move it away first, then repeat"
        )
        assert not (project / "gone.db").exists()
        (project / f"gone.db{end}").unlink()


def test_a_file_that_is_no_backup_is_not_restored(project: Path) -> None:
    """Absent, empty, foreign, no database: each with its cause, and nothing is made."""
    (project / "text").write_text("The council met in Marrakech. " * 99)
    (project / "empty").touch()
    with closing(sqlite3.connect("foreign.db")) as foreign:
        foreign.execute("CREATE TABLE t (c)")
    for name, said in (
        ("none", "there is no such file"),
        ("empty", "it is empty"),
        ("text", "this is not an SQLite file"),
        ("foreign.db", "this SQLite file is not a timeline"),
    ):
        assert refused("restore", name, "--db", "new.db").startswith(f"{name}: {said}")
    assert not (project / "new.db").exists()


def test_a_backup_with_faults_is_not_restored(project: Path) -> None:
    """A row that does not follow from the log, or a missing guard: verify shows which."""
    run("backup", "copy.db")
    for number, sql in enumerate(("UPDATE happenings SET title = 'x' WHERE id = 'h-2'", "DROP TRIGGER events_delete")):
        shutil.copy("copy.db", f"{number}.db")
        with closing(sqlite3.connect(f"{number}.db")) as database:
            database.execute(sql)
            database.commit()
        said = f"{number}.db: 1 fault found, so it was not restored. See them: timeline verify --db {number}.db"
        assert refused("restore", f"{number}.db", "--db", "new.db") == said
    assert not (project / "new.db").exists()


def test_a_damaged_backup_is_refused_or_complete(project: Path) -> None:
    """With bytes flipped or cut off at random places: it is refused in one line, or restored in full."""
    run("backup", "copy.db")
    original, before = (project / "copy.db").read_bytes(), root("copy.db")
    chance = random.Random(20251124)  # noqa: S311 - the same places each time, not a secret
    refusals = 0
    for number in range(24):
        damaged = bytearray(original)
        if number % 4:
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        else:
            del damaged[chance.randrange(len(damaged)) :]
        (project / "damaged.db").write_bytes(damaged)
        result = run("restore", "damaged.db", "--db", "new.db")
        if result.exit_code == 0:
            assert root("new.db") == before
            for path in project.glob("new.db*"):
                path.unlink()
        else:
            refusals += 1
            assert (result.stderr[:7], result.stderr.count("\n")) == ("Error: ", 1)
            assert not list(project.glob("new.db*"))
    assert refusals


def test_a_copy_without_its_journal_is_an_older_state_or_refused(project: Path) -> None:
    """A file in use, copied without its -wal, holds a beginning of the log."""
    with Timeline("timeline.db", by="tester") as timeline:  # open, so that the journal stays
        more(5)
        shutil.copy("timeline.db", "bare.db")
        assert (project / "timeline.db-wal").stat().st_size
        result = run("restore", "bare.db", "--db", "new.db")
        if result.exit_code == 0:
            size, hash_ = root("new.db")
            assert size <= 25
            assert hash_ == merkle.root(size, merkle.reader(timeline.log.connection))


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_kill_at_any_instant_leaves_a_complete_file_or_none(project: Path) -> None:
    """Of backup and of restore; the next run cleans up."""
    run("backup", "copy.db")
    before = root("copy.db")
    chance = random.Random(20251124)  # noqa: S311 - the same instants each time, not a secret
    begun = time.monotonic()
    subprocess.run(command("restore", "copy.db", "--db", "0.db"), check=True, capture_output=True)
    takes = time.monotonic() - begun
    for number in range(share(10)):
        words = ("backup", "new.db") if number % 2 else ("restore", "copy.db", "--db", "new.db")
        process = subprocess.Popen(command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(takes * chance.uniform(0.5, 1))
        process.kill()
        process.wait()
        if (project / "new.db").exists():
            assert root("new.db") == before
            for path in project.glob("new.db*"):
                path.unlink()
    assert run("backup", "new.db").exit_code == 0
    assert not list(project.glob(".*"))
