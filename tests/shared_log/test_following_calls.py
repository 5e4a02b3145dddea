"""A timeline whose file follows a shared log: its calls append there, and its file shows what they wrote."""

import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from examples import Clock
from followers import TEXT, events, fill, following, is_followed, size, until

from timeline import Timeline, bundles
from timeline.calls.following import FollowingCalls
from timeline.errors import (
    AlreadyRecorded,
    DatabaseRefused,
    FileLagsBehind,
    QuoteNotFound,
    RedactionUnfinished,
    StatementInvalid,
    VersionConflict,
)
from timeline.log import followed
from timeline.log.log import Log
from timeline.shared_log import follow
from timeline.shared_log import following as loop
from timeline.timeline import FollowingTimeline


@pytest.fixture
def file(url: str, path: Path) -> Path:
    """Make a file that follows a shared log with a source and five happenings."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 5)
    follow(url, path, once=True)
    return path


def test_every_call_that_appends_goes_to_the_shared_log(url: str, file: Path) -> None:
    """What it wrote is in the file when the call returns."""
    with Timeline(file, by="Bo", clock=Clock()) as timeline:
        assert isinstance(timeline, FollowingTimeline)
        source = timeline.archive(text="They sat in Fez.", id="fez", title="Fez", publisher="P")
        assert timeline.archived(source.sha256 or "")[0].text == "They sat in Fez."
        assert timeline.record("fez", title="Fez", date="2020", citations=[source.quote("sat in Fez")]).position == 8
        timeline.correct("fez", date="2021", reason="r")
        assert timeline.happening("fez").date == "2021"
        timeline.correct_source("fez", publisher="Q", reason="r")
        timeline.append({"review": "h-1", "verdict": "doubted", "version": 1})
        timeline.review("h-2", verdict="confirmed")
        timeline.retract("h-0", reason="r")
        entry = {"title": "T", "date": "2022", "citations": [source.quote("Fez")]}
        timeline.append_many([{"id": "m-1", **entry}, {"id": "m-2", **entry}])
        assert timeline.extract_again("fez").id == "fez"
        with timeline.recording_as("Cy"):
            assert timeline.author == "Cy"
            assert timeline.retract("h-2", reason="r").recorded_by == "Cy"
        assert [one.id for one in timeline.happenings(kind=None, from_="2021", to="2022")] == ["fez", "m-1", "m-2"]
        assert timeline.log.size() == 16
        assert {event.recorded_by for event in timeline.events(after=6)} == {"Bo", "Cy"}
        assert timeline.verify().faults == ()
    is_followed(url, file)


def test_no_call_that_appends_is_left_out() -> None:
    """Every public call but those that read, prove or prepare goes to the shared log."""
    local = (
        "archived author by checkpoint clock close cosigned db events happening happenings history log open_shared prove rebuild"
    )
    local += " refuse_outdated search suggest sources source subscribe verify"
    there = {name for name in vars(FollowingTimeline) | vars(FollowingCalls) if not name.startswith("_")}
    public = {name for name in dir(Timeline) if not name.startswith("_")}
    assert public - there <= {*local.split()}


def test_refusals_are_those_of_the_shared_log(file: Path) -> None:
    """They name the fault, and append nothing."""
    with Timeline(file, by="Bo") as timeline:
        with pytest.raises(QuoteNotFound):
            timeline.record("x", title="X", date="2020", citations=[{"source": "report", "quote": "nowhere"}])
        with pytest.raises(AlreadyRecorded):
            timeline.record("h-1", title="X", date="2020", citations=[{"source": "report", "quote": "four days"}])
        with pytest.raises(VersionConflict):
            timeline.correct("h-1", title="X", reason="r", expected_version=4)
        assert timeline.log.size() == 6


def test_a_transaction_is_one_there_too(url: str, file: Path) -> None:
    """Quotations from a source of the same transaction are found; an error undoes all of it."""
    with Timeline(file, by="Bo") as timeline:
        with timeline.transaction():
            source = timeline.archive(text="They sat in Fez.", id="fez", title="Fez")
            assert timeline.text("fez") == "They sat in Fez."
            timeline.record("fez", title="Fez", date="2020", citations=[source.quote("sat in Fez")], part_of="later")
            timeline.record("later", title="Later", date="2020", citations=[source.quote("sat in Fez")])
            assert timeline.log.size() == 9
            assert size(file) == 6
        assert size(file) == 9
        with pytest.raises(StatementInvalid), timeline.transaction():  # noqa: PT012
            timeline.record("none", title="None", date="2020", citations=[source.quote("sat in Fez")])
            timeline.record("bad", title="", date="2020", citations=[])
        assert timeline.log.size() == 9
    assert len(events(url)) == 9


def test_a_bundle_is_appended_there(url: str, file: Path) -> None:
    """With documents from files, and again without anything new."""
    (file.parent / "fez.txt").write_text("They sat in Fez.")
    bundle = file.with_name("bundle.yaml")
    bundle.write_text(
        "sources:\n- {id: fez, title: Fez, file: fez.txt}\n"
        "happenings:\n- id: fez\n  title: Fez\n  date: '2020'\n  citations: [{source: fez, quote: sat in Fez}]\n"
    )
    with Timeline(file, by="Bo") as timeline:
        assert bundles.append(timeline, bundle).events == 2
        assert size(file) == 8
        assert bundles.append(timeline, bundle).events == 0
    is_followed(url, file)


def test_a_redaction_cleans_the_file(url: str, file: Path) -> None:
    """The words are gone from it when the call returns; if it is busy, that is an error, and the redaction stands."""
    with Timeline(file, by="Bo") as timeline:
        secret = timeline.archive(text="The witness is called Xanthippe.", id="secret", title="Xanthippe")
        other = timeline.archive(text="She is also called Xanthippe.", id="other", title="Xanthippe")
        redacting = timeline.redact(secret.position, reason="law")
        assert redacting.position == 9
        assert timeline.log.event(secret.position).data is None  # type: ignore[union-attr]
        assert timeline.redact(secret.position, reason="law") == redacting
        timeline.log.connection.execute("PRAGMA busy_timeout = 0")
        with closing(Log(file, read_only=True)) as reading:
            rows = reading.connection.execute("SELECT * FROM events")
            rows.fetchone()
            with pytest.raises(RedactionUnfinished, match="Repeat the redaction"):
                timeline.redact(other.position, reason="law")
            rows.close()
        timeline.redact(other.position, reason="law")
    assert not any(b"Xanthippe" in one.read_bytes() for one in file.parent.glob("timeline.db*"))
    is_followed(url, file)


def test_the_author_and_the_reviews_are_those_of_the_project(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The metadata.json beside the file names the author, wherever the program runs."""
    monkeypatch.delenv("TIMELINE_BY", raising=False)
    monkeypatch.chdir("/")
    settings = '{"plugins": {"cited-timeline": {"by": "The desk", "publish": {"reviewed": true}}}}'
    file.with_name("metadata.json").write_text(settings)
    with Timeline(file) as timeline:
        assert timeline.archive(text="Mine", id="mine", title="Mine").event.recorded_by == "The desk"
        timeline.record("mine", title="Mine", date="2020", citations=[{"source": "mine", "quote": "Mine"}])
        with pytest.raises(StatementInvalid, match="requires a review by a second person"):
            timeline.review("mine", verdict="confirmed")


def test_what_is_written_stands_though_the_file_lags_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is busy for long is a warning, not an error."""
    monkeypatch.setattr(loop, "_BUSY", 1)
    with Timeline(file, by="Bo") as timeline:
        with closing(Log(file)) as other, other.transaction():
            other.connection.execute("UPDATE projected SET position = position")
            with pytest.warns(FileLagsBehind, match="which are in the shared log"):
                assert timeline.archive(text="Mine", id="mine", title="Mine").position == 7
        assert timeline.log.size() == 6
        timeline.archive(text="Mine too", id="mine-2", title="Mine")
        assert timeline.log.size() == 8


def test_beside_a_follower_nothing_is_stored_twice(url: str, file: Path) -> None:
    """Both bring the same events; the file is the log."""
    with following(file), Timeline(file, by="Bo") as timeline, warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(30):
            timeline.archive(text=f"Number {number}", id=f"n-{number}", title="N")
            assert size(file) == 7 + number
    is_followed(url, file)


def test_a_connection_that_was_lost_is_made_again(url: str, file: Path) -> None:
    """A timeline stays open for days, and servers are started again."""
    with Timeline(file, by="Bo") as timeline:
        timeline.archive(text="One", id="one", title="One")
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'timeline'"
                " AND datname = current_database()"
            )
        timeline.archive(text="Two", id="two", title="Two")
        assert size(file) == 8


def test_reading_and_proving_need_no_server(file: Path) -> None:
    """A checkpoint is made in the file, which can be read and rebuilt, whatever became of the log."""
    followed.write(file, followed.Followed("postgresql://nobody@127.0.0.1:1/none"))
    with Timeline(file, by="Bo") as timeline:
        assert timeline.text("report") == TEXT
        assert timeline.checkpoint().text.splitlines()[1] == "6"
        timeline.rebuild()
        assert timeline.verify().faults == ()
        with pytest.raises(DatabaseRefused, match="cannot be reached"):
            timeline.archive(text="Mine", id="mine", title="Mine")
        assert timeline.log.size() == 6


def test_an_ordinary_file_never_loads_psycopg(path: Path) -> None:
    """Without a note, nothing of the shared log is needed."""
    script = """
import sys
sys.modules["psycopg"] = None
from timeline import Timeline
with Timeline(sys.argv[1], by="Bo") as timeline:
    timeline.archive(text="Mine", id="mine", title="Mine")
    print(type(timeline).__name__, timeline.verify().faults)
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Timeline", "()"]


def test_the_file_is_made_by_the_first_append(url: str, path: Path) -> None:
    """A note alone is enough."""
    followed.write(path, followed.Followed(url.replace(":gull-and-tern-4", "")))
    with Timeline(path, by="Bo") as timeline:
        fill(timeline, 2)
        assert timeline.log.size() == 3
    is_followed(url, path)


def test_waiting_needs_no_follower(url: str, file: Path) -> None:
    """What others appended arrives with one's own."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 3, start=50)
    with Timeline(file, by="Bo") as timeline:
        assert timeline.log.size() == 6
        timeline.archive(text="Mine", id="mine", title="Mine")
        until(lambda: size(file) == 10)
