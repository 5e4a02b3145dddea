"""A file is read as plain SQLite reads it, with its journals, or not at all."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.errors import DatabaseRefused
from timeline.log import sqlite_journals
from timeline.publishing import backup, restore


def titles(connection: sqlite3.Connection) -> list[tuple[str]]:
    """Read what the tests change."""
    return connection.execute("SELECT DISTINCT title FROM happenings").fetchall()


@pytest.fixture
def closed(timeline: Timeline, meeting: str, path: Path) -> Path:
    """Give a timeline that nobody has open."""
    timeline.close()
    assert sqlite_journals.beside(path) == {}
    return path


def unclosed(path: Path, copy: Path) -> Path:
    """Copy a file with a change that stands in its WAL alone, as after a power cut."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE happenings SET title = 'In the WAL'")
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    return copy


def cut_off(path: Path, copy: Path) -> Path:
    """Copy a file in the middle of a write that is kept in a rollback journal."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE happenings SET title = 'Half written'")
        connection.execute("CREATE TABLE more AS SELECT * FROM events, documents")
        shutil.copy(path, copy)
        shutil.copy(f"{path}-journal", f"{copy}-journal")
        connection.execute("ROLLBACK")
    return copy


def test_a_file_with_an_interrupted_write_is_refused(closed: Path, tmp_path: Path) -> None:
    """Once SQLite has undone that write, it is read as before."""
    copy = cut_off(closed, tmp_path / "copy.db")
    for guarded in (True, False):
        with pytest.raises(DatabaseRefused, match=r"-journal of an interrupted write .*Copy both files"):
            Timeline(copy, read_only=True, guarded=guarded)
    assert sorted(path.name for path in tmp_path.glob("copy.db*")) == ["copy.db", "copy.db-journal"]
    with closing(sqlite3.connect(copy)) as connection:
        assert titles(connection) == [("The council meets",)]
    with Timeline(copy, read_only=True) as timeline:
        assert timeline.verify().faults == ()


def test_a_locked_file_is_waited_for(closed: Path) -> None:
    """A writer without a journal writes into the file itself, which is incomplete until it has finished."""
    with closing(sqlite3.connect(closed, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = OFF")
        writer.execute("PRAGMA locking_mode = EXCLUSIVE")
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE happenings SET title = 'Not yet'")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite_journals.to_read(closed, 0)


@pytest.mark.parametrize("linked", [False, True])
def test_a_wal_is_read_through_a_link_too(closed: Path, tmp_path: Path, linked: bool) -> None:
    """SQLite looks for it beside the target of the link."""
    copy = unclosed(closed, tmp_path / "copy.db")
    size = Path(f"{copy}-wal").stat().st_size
    if linked:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "link.db").symlink_to(copy)
        copy = tmp_path / "elsewhere" / "link.db"
    assert list(sqlite_journals.beside(copy).values()) == [size]
    with closing(sqlite_journals.to_read(copy, 0)) as connection:
        assert titles(connection) == [("In the WAL",)]


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_an_empty_journal_is_ignored(closed: Path, ending: str) -> None:
    """Programs leave such files, and SQLite ignores them."""
    Path(f"{closed}{ending}").touch()
    assert sqlite_journals.beside(closed) == {}
    with Timeline(closed, read_only=True) as timeline:
        report = timeline.verify()
    assert report.ok
    assert report.checks[0].remarks == ()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="whoever may do everything may write there too")
@pytest.mark.parametrize("left", [(), ("-wal",)])
def test_a_closed_file_is_read_in_a_read_only_folder(closed: Path, left: tuple[str, ...]) -> None:
    """Also beside an empty WAL."""
    for ending in left:
        Path(f"{closed}{ending}").touch()
    closed.parent.chmod(0o555)
    try:
        with Timeline(closed, read_only=True) as timeline:
            assert timeline.verify().ok
    finally:
        closed.parent.chmod(0o755)


def test_copies_include_the_wal(closed: Path, tmp_path: Path) -> None:
    """A backup of a file with its WAL has the content of both."""
    with Timeline(unclosed(closed, tmp_path / "copy.db"), read_only=True) as timeline:
        backup(timeline, tmp_path / "backup.db", lambda steps: None)
    with closing(sqlite3.connect(f"{(tmp_path / 'backup.db').as_uri()}?immutable=1", uri=True)) as alone:
        assert titles(alone) == [("In the WAL",)]
    cut = cut_off(closed, tmp_path / "cut.db")
    with pytest.raises(DatabaseRefused, match="interrupted"), Timeline(cut, read_only=True, guarded=False) as timeline:
        restore(timeline, tmp_path / "restored.db", lambda steps: None)
    assert not (tmp_path / "restored.db").exists()
