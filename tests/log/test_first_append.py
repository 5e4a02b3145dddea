"""An absent file: reading refuses it and never makes it; the first append makes it, completely or not at all."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from timeline import Timeline, TimelineError
from timeline.errors import DatabaseRefused, GuardsMissing, UnknownHappening, UnknownSource
from timeline.log.log import Log
from timeline.log.schema import guards

READS: list[Callable[[Timeline], object]] = [
    Timeline.happenings,
    Timeline.sources,
    Timeline.events,
    Timeline.verify,
    Timeline.checkpoint,
    Timeline.rebuild,
    lambda timeline: timeline.search("words"),
    lambda timeline: timeline.prove(1),
    lambda timeline: timeline.redact(1, reason="by law"),
    lambda timeline: timeline.db,
]


@pytest.mark.parametrize("read", READS)
def test_reading_an_absent_file_is_refused_and_makes_nothing(path: Path, read: Callable[[Timeline], object]) -> None:
    """A mistyped name is reported, and no file is made."""
    with Timeline(path) as timeline:
        with pytest.raises(DatabaseRefused, match=r"there is no such file\. Give the path of a timeline"):
            read(timeline)
        assert "not there yet" in repr(timeline)
        assert "not there yet" in timeline._repr_html_()
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("touched", [False, True])
def test_an_id_in_an_absent_file_is_unknown(path: Path, touched: bool) -> None:
    """As for a script that archives what is missing; an empty file counts as absent."""
    if touched:
        path.touch()
    with Timeline(path) as timeline:
        for error, read in (
            (UnknownSource, timeline.source),
            (UnknownHappening, timeline.happening),
            (UnknownHappening, timeline.history),
        ):
            with pytest.raises(error, match=r"The file .*timeline\.db does not exist yet"):
                read("x")
    assert not touched or path.stat().st_size == 0
    assert touched or not path.exists()


def test_a_refused_first_append_leaves_no_file(path: Path) -> None:
    """Whether it wrote anything or not; the same timeline can go on."""
    with Timeline(path, by="Ann") as timeline:
        refused: list[Callable[[], object]] = [
            lambda: timeline.correct("x", title="x", reason="x"),
            lambda: timeline.retract("x", reason="x"),
            lambda: timeline.record("x", title="x", date="2025", citations=[{"source": "x", "quote": "x"}]),
            lambda: timeline.archive(text="words", id="words"),
            lambda: timeline.append_many([{"source": {"id": "a", "title": "A", "text": "words"}}, {"retract": "x", "reason": "x"}]),
        ]
        for call in refused:
            with pytest.raises(TimelineError):
                call()
            assert list(path.parent.iterdir()) == []
        assert timeline.archive(text="words", id="words", title="Words").position == 1
        assert [happening.id for happening in timeline.happenings()] == []
        assert timeline.verify().ok
        assert next(timeline.db.query("SELECT edtf_words('2025-11') AS said"))["said"] == "November 2025"
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_empty_file_of_somebody_else_is_not_removed(path: Path) -> None:
    """Only a file made by this process is."""
    path.touch()
    with Timeline(path, by="Ann") as timeline, pytest.raises(TimelineError):
        timeline.append_many([{"source": {"id": "a", "title": "A", "text": "words"}}, {"retract": "x", "reason": "x"}])
    assert path.exists()
    with Timeline(path, by="Ann") as timeline:
        assert timeline.archive(text="words", id="words", title="Words").position == 1


def test_two_that_begin_at_once_append_to_one_file(path: Path) -> None:
    """The second one sees the first one's events."""
    with Timeline(path, by="Ann") as one, Timeline(path, by="Bob") as other, Timeline(path) as third:
        assert one.archive(text="words", id="a", title="A").position == 1
        assert other.archive(text="more words", id="b", title="B").position == 2
        assert [source.id for source in third.sources()] == ["a", "b"]
        assert third.source("b").text == "more words"


def test_a_file_made_meanwhile_is_checked_before_an_append(path: Path) -> None:
    """It may not be a timeline, or have no guards."""
    log = Log(path)

    def append() -> None:
        with log.transaction():
            other = Log(path)
            other.make()
            other.connection.execute(f"DROP TRIGGER {next(iter(guards()))}")
            other.close()
            log.keep(b"words")

    with pytest.raises(GuardsMissing):
        append()
    assert not log.is_there
    log.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_a_file_removed_by_its_maker_is_not_written_to(path: Path) -> None:
    """A process that waits for its lock starts again; nothing is appended to a file that nobody can open any more."""
    writer = """
import sys
from timeline import Timeline, TimelineError
for number in range(30):
    with Timeline(sys.argv[1], by="Ann") as timeline:
        try:
            timeline.append_many([{"source": {"id": f"a{number}", "title": "A", "text": "w"}}, {"retract": "x", "reason": "x"}])
        except TimelineError:
            pass
with Timeline(sys.argv[1], by="Ann") as timeline:
    print(timeline.archive(text=sys.argv[2], id=sys.argv[2], title="A").position)
"""
    running = [
        subprocess.Popen([sys.executable, "-c", writer, str(path), f"w{n}"], stdout=subprocess.PIPE, text=True) for n in range(4)
    ]
    assert sorted(process.communicate(timeout=300)[0].strip() for process in running) == ["1", "2", "3", "4"]
    with Timeline(path) as timeline:
        assert timeline.verify().ok


def test_a_missing_folder_is_reported_at_once(tmp_path: Path) -> None:
    """Not only by the first append."""
    with pytest.raises(DatabaseRefused, match="the folder is missing"):
        Timeline(tmp_path / "nowhere" / "timeline.db")


def test_an_empty_log_can_be_made(path: Path) -> None:
    """As `timeline build` does for empty bundles."""
    log = Log(path)
    log.make()
    log.make()
    assert (log.size(), log.is_there, path.exists()) == (0, True, True)
    log.close()
    assert Log(path, read_only=True).size() == 0


def test_the_first_append_releases_the_file(path: Path) -> None:
    """Afterwards the journal can be emptied, as after every other append."""
    with Timeline(path, by="tester") as timeline:
        timeline.archive(text="words", id="report", title="A report")
        assert timeline.log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
