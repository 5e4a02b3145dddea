"""The files beside a timeline that follows a shared log: written whole, read with care, and looked for beside the real file."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.errors import DatabaseRefused
from timeline.log import followed
from timeline.log.followed import Followed, Status


def test_a_note_is_beside_the_file_that_a_link_leads_to(tmp_path: Path) -> None:
    """Under whichever name the timeline is opened, it follows."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "news.db")
    followed.write(tmp_path / "link.db", Followed("postgresql://reader@db.example/news", "ann"))
    assert (tmp_path / "real" / "news.follows.json").stat().st_mode & 0o777 == 0o600
    assert followed.read(tmp_path / "real" / "news.db") == Followed("postgresql://reader@db.example/news", "ann")


def test_a_note_that_was_copied_is_not_believed(tmp_path: Path) -> None:
    """A stranger's folder could name a log of the stranger's, to which our documents would be sent."""
    ours = Followed("postgresql://ann@db.example/news")
    followed.write(tmp_path / "theirs.db", ours)
    path, note = tmp_path / "timeline.db", followed.note(tmp_path / "timeline.db")
    shutil.copy(followed.note(tmp_path / "theirs.db"), note)
    for content in (note.read_text(), '{"url": "postgresql://ann@db.example/news"}'):
        note.write_text(content)
        with pytest.raises(DatabaseRefused, match=r"was copied here, and .* through postgresql://ann@db\.example/news"):
            Timeline(path)
    followed.write(path, ours)
    assert followed.read(path) == ours


def test_a_path_that_leads_nowhere_follows_nothing(tmp_path: Path) -> None:
    """Opening it reports that, as ever."""
    (tmp_path / "a.db").symlink_to(tmp_path / "b.db")
    (tmp_path / "b.db").symlink_to(tmp_path / "a.db")
    for path in (tmp_path / "a.db", tmp_path / "none" / "t.db", "a\0b"):
        assert followed.read(path) is None
    with pytest.raises(DatabaseRefused):
        Timeline(tmp_path / "none" / "t.db").archive(text="Mine", id="mine", title="Mine")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"position": "5"}', '{"position": 5, "connected": 1}', "[" * 100_000])
def test_a_status_that_makes_no_sense_is_not_known(path: Path, content: str) -> None:
    """Nothing depends on it."""
    path.with_suffix(followed.STATUS).write_text(content)
    assert followed.status(path) is None
    followed.write_status(path, Status(position=5, there=6))
    assert followed.status(path) == Status(position=5, there=6)


def test_files_are_replaced_whole(path: Path) -> None:
    """What another process left unfinished is no hindrance, and nothing else is left."""
    for position in range(3):
        followed.write_status(path, Status(position=position))
    assert [one.name for one in path.parent.iterdir()] == ["timeline.follows.status.json"]


def test_durations_are_worded() -> None:
    """In the largest unit that fits."""
    worded = [followed.duration(seconds) for seconds in (0.2, 1, 59, 60, 7_200, 90_000, 864_000)]
    assert worded == ["a moment", "1 second", "59 seconds", "1 minute", "2 hours", "1 day", "10 days"]
    assert followed.seconds_since("", datetime.now(UTC)) is None
    assert followed.seconds_since("2026-01-01T00:00:00.000Z", datetime(2026, 1, 1, 0, 1, tzinfo=UTC)) == 60
