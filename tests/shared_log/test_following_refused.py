"""Following a shared log that lost events, was rewritten, or fails its own hashes; and files that others would write to."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from followers import contents, events, fill, following, redacted_log, size, tamper, until

from timeline import Timeline
from timeline.errors import DatabaseRefused, SharedLogDiffers
from timeline.log import followed
from timeline.log.log import Log
from timeline.shared_log import connecting, follow, reader


def test_a_log_that_lost_events_is_refused(url: str, shared: Timeline, path: Path) -> None:
    """The file is not touched, and the one line says what to do."""
    follow(url, path, once=True)
    tamper(url, "DELETE FROM timeline.events WHERE position > 18")
    before = contents(path)
    with pytest.raises(SharedLogDiffers) as error:
        follow(url, path, once=True)
    assert str(error.value).startswith(
        f"{path}: holds 21 events, but the shared log {connecting.without_password(url)} ends at position 18."
    )
    assert "name a new file: timeline follow URL --db NEW.db" in str(error.value)
    fill(shared, 3, start=200)  # others go on, and the log is as long again
    with pytest.raises(SharedLogDiffers, match=r"differs from the shared log .* from position 19 on"):
        follow(url, path, once=True)
    assert contents(path) == before


def test_events_lost_while_it_follows_are_noticed(url: str, shared: Timeline, path: Path) -> None:
    """A log that loses events under a running follower is refused as loudly."""
    with pytest.raises(SharedLogDiffers, match="ends at position 20"), following(path, url, poll=0.05):  # noqa: PT012
        until(lambda: size(path) == 21)
        tamper(url, "DELETE FROM timeline.events WHERE position > 20")
        until(lambda: (status := followed.status(path)) is not None and "ends at position 20" in status.error)
    assert size(path) == 21


def test_a_log_that_was_rewritten_is_refused(url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of any event that the file has is found at the start, at its position."""
    monkeypatch.setattr(reader, "BLOCK", 4)
    monkeypatch.setattr(reader, "_BLOCKS", reader._BLOCKS.replace("65536", "4"))
    follow(url, path, once=True)
    tamper(url, "UPDATE timeline.events SET recorded_by = 'Eve' WHERE position = 11")
    with pytest.raises(SharedLogDiffers, match="from position 11 on"):
        follow(url, path, once=True)


def test_another_log_and_another_file_are_refused(url: str, shared: Timeline, path: Path, database: Callable[[], str]) -> None:
    """A file with events of its own is not made to follow, and is left as it was."""
    with Timeline(path, by="Bo") as timeline:
        fill(timeline, 2)
    before = contents(path)
    with pytest.raises(SharedLogDiffers, match="from position 1 on"):
        follow(url, path, once=True)
    assert contents(path) == before
    assert followed.read(path) is None
    with pytest.raises(DatabaseRefused, match="there is no log in this database"):
        follow(database(), path.with_name("new.db"), once=True)
    assert not path.with_name("new.db").exists()


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE timeline.events SET data = replace(data, 'Happening 7', 'Happening 8') WHERE position = 9", "match its hash"),
        ("UPDATE timeline.events SET data = NULL, salt = NULL WHERE position = 9", "lacks its data, and no event says why"),
        ("UPDATE timeline.events SET data = 'no JSON' WHERE position = 9", "match its hash"),
        (
            "UPDATE timeline.events SET data = '[', data_hash = sha256(salt || convert_to('[', 'UTF8')) WHERE position = 9",
            "malformed JSON",
        ),
        ("UPDATE timeline.events SET type = 'EventRedacted', data = '{}' WHERE position = 9", "at position 9 .* is malformed"),
        ("UPDATE timeline.events SET salt = NULL WHERE position = 9", "lacks its data, and no event says why"),
        ("UPDATE timeline.events SET version = 3 WHERE position = 9", "breaks a rule"),
        ("UPDATE timeline.documents SET bytes = 'other'", "other bytes"),
        ("DELETE FROM timeline.documents", "lacks the document"),
        ("DELETE FROM timeline.events WHERE position = 9", "has no event at position 9"),
    ],
)
def test_a_log_that_fails_its_hashes_is_refused(url: str, shared: Timeline, path: Path, sql: str, fault: str) -> None:
    """Nothing of such a batch is stored."""
    tamper(url, sql)
    with pytest.raises(DatabaseRefused, match=fault):
        follow(url, path)
    assert size(path) == 0


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("DELETE FROM timeline.events WHERE position > 19", "holds 21 events, but the shared log .* ends at position 19"),
        ("UPDATE timeline.events SET recorded_by = 'Eve' WHERE position = 4", "from position 4 on"),
    ],
)
def test_nothing_is_appended_through_a_file_to_another_log(url: str, shared: Timeline, path: Path, sql: str, fault: str) -> None:
    """Such as one that was rewritten, or lost events in a failover: what is acknowledged there would be lost again."""
    follow(url, path, once=True)
    tamper(url, sql)
    there = events(url)
    with pytest.raises(SharedLogDiffers, match=fault), Timeline(path, by="Cy") as timeline:
        timeline.archive(text="Mine", id="mine", title="Mine")
    assert events(url) == there
    assert size(path) == 21


def test_a_file_meets_its_log_once_in_a_process(url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All events are compared then; each later append, such as a request to the desk, compares the last one."""
    follow(url, path, once=True)
    compared: list[int] = []
    whole = reader.Reader.compare
    monkeypatch.setattr(reader.Reader, "compare", lambda self, leaves, size: (compared.append(size), whole(self, leaves, size))[1])
    for name in ("one", "two", "three"):
        with Timeline(path, by="Bo") as timeline:
            timeline.archive(text=name, id=name, title=name)
    assert compared == [21]


def test_a_timeline_that_is_open_looks_at_the_log_again(url: str, shared: Timeline, path: Path) -> None:
    """Another server may have taken over since."""
    follow(url, path, once=True)
    with Timeline(path, by="Bo") as timeline:
        assert timeline.archive(text="Mine", id="mine", title="Mine").position == 22
        tamper(url, "DELETE FROM timeline.events WHERE position > 19")
        with pytest.raises(SharedLogDiffers, match="ends at position 19"):
            timeline.archive(text="Another", id="another", title="Another")
    assert [event.position for event in events(url)] == [*range(1, 20)]


def test_a_redaction_does_not_hide_a_missing_version(url: str, path: Path) -> None:
    """Where guards are put aside for what is redacted, the order of versions is still checked."""
    redacted_log(url)
    tamper(url, "UPDATE timeline.events SET version = 7 WHERE position = 3")
    with pytest.raises(SharedLogDiffers, match="has no earlier version"):
        follow(url, path, once=True)
    assert size(path) == 0
    with closing(Log(path)):  # with all its guards
        pass


def test_nothing_else_appends_to_the_file(url: str, shared: Timeline, path: Path) -> None:
    """Even a timeline that was open before is refused; and the note, once removed, makes it an ordinary one."""
    with Timeline(path, by="Bo") as before:
        before.log.make()
        follow(url, path, once=True)
        with pytest.raises(DatabaseRefused, match="it follows a shared log, which alone gives it events"):
            before.archive(text="Mine", id="mine", title="Mine")
        followed.note(path).unlink()
        assert before.archive(text="Mine", id="mine", title="Mine").position == 22
    with pytest.raises(SharedLogDiffers, match="holds 22 events"):
        follow(url, path, once=True)


def test_the_follower_ends_where_its_note_is_removed(url: str, shared: Timeline, path: Path) -> None:
    """The file goes on alone."""
    with pytest.raises(DatabaseRefused, match="follows no shared log any more"), following(path, url, poll=0.05):  # noqa: PT012
        until(lambda: size(path) == 21)
        followed.note(path).unlink()
        until(lambda: "any more" in getattr(followed.status(path), "error", ""))


def test_the_note_is_for_its_owner_and_has_no_password(url: str, shared: Timeline, path: Path) -> None:
    """Nobody else can read it; the password is given by the environment."""
    follow(url, path, once=True)
    note = followed.note(path)
    assert note.name == "timeline.follows.json"
    assert note.stat().st_mode & 0o777 == 0o600
    assert json.loads(note.read_text()) == {"url": connecting.without_password(url), "append_as": "", "inode": note.stat().st_ino}
    assert os.environ["PGPASSWORD"] not in note.read_text()


def test_a_note_that_cannot_be_read_is_no_reason_to_append(url: str, shared: Timeline, path: Path) -> None:
    """A malformed note is refused until the log is followed anew."""
    follow(url, path, once=True)
    followed.note(path).write_text("{")
    with pytest.raises(DatabaseRefused, match=r"is malformed\. Follow the log again"):
        Timeline(path, by="Bo")
    follow(url, path, once=True)
    with Timeline(path, by="Bo") as timeline:
        assert timeline.log.size() == 21


def test_one_process_follows_into_a_file(url: str, shared: Timeline, path: Path) -> None:
    """A second one is refused while the first is at work."""
    with following(path, url), pytest.raises(DatabaseRefused, match="another process follows into it already"):
        follow(None, path, once=True)
