"""The commands on a file that follows a shared log, and the one that follows."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from followers import events, fill, following, is_followed, size, tamper, until

from timeline import Timeline
from timeline.cli import main
from timeline.log import followed
from timeline.log.log import Log
from timeline.shared_log import connecting, follow


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a file is to be made that follows; commands are run in its folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    return tmp_path / "timeline.db"


@pytest.fixture
def file(url: str, path: Path) -> Path:
    """Make a file that follows a shared log with a source and three happenings."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 3)
    follow(url, path, once=True)
    return path


def run(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, words)


def test_it_catches_up_and_ends(url: str, path: Path) -> None:
    """A line says where it is; without the address it goes on with the same log."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 3)
        done = run("follow", url, "--once")
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == f"timeline.db: follows {connecting.without_password(url)}, up to date at position 4\n"
        fill(shared, 1, start=10)
    assert run("follow", "--once").exit_code == 0
    assert size(path) == 5
    is_followed(url, path)


def test_errors_are_one_line_without_a_password(url: str, path: Path) -> None:
    """Exit 1 where it is refused, 2 where the words make no sense."""
    done = run("follow", "--once")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "follows no shared log yet. Name one" in done.stderr
    done = run("follow", "timeline.db", "--once")
    assert done.exit_code == 1
    assert "is not the address of a shared log" in done.stderr
    done = run("follow", "postgresql://owner:s3cr3t-w0rd@127.0.0.1:1/none", "--once")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "cannot be reached" in done.stderr
    assert "s3cr3t" not in done.stderr
    assert not path.exists()
    assert run("follow", "--status", "--once").exit_code == 2
    assert run("follow", "--json").exit_code == 2
    assert run("follow", url, "--poll", "0").exit_code == 2
    with Timeline(path, by="Bo") as timeline:
        fill(timeline, 1)
    done = run("follow", url, "--once")
    assert done.exit_code == 1
    assert "holds 2 events, but the shared log" in done.stderr


def test_the_status_tells_how_far_it_is(url: str, file: Path) -> None:
    """To people and to programs; it does not disturb the follower."""
    done = run("follow", "--status")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == f"timeline.db: follows {connecting.without_password(url)}"
    assert "position 4 of 4, last up to date" in done.stdout
    assert "not running. Start it: timeline follow --db timeline.db" in done.stdout
    with following(file):
        until(lambda: json.loads(run("follow", "--status", "--json").stdout)["connected"])
        answer = json.loads(run("follow", "--status", "--json").stdout)
        assert (answer["position"], answer["there"], answer["lag_events"], answer["lag_seconds"]) == (4, 4, 0, 0.0)
        assert (answer["running"], answer["follows"], answer["error"]) == (True, connecting.without_password(url), None)
        assert "up to date\nconnected since" in run("follow", "--status").stdout
    then = "2026-01-01T00:00:00.000Z"
    followed.write_status(file, followed.Status(position=2, there=9, error="It broke", error_at=then, answered_at=then))
    text = run("follow", "--status").stdout
    assert "position 4 of 9, 5 events behind, never up to date yet" in text
    assert "last trouble, 2026-01-01 00:00:00 UTC: It broke" in text
    followed.write_status(file, followed.Status(connected=True, since=then, answered_at=then, up_to_date_at=then, there=4))
    with followed.lock(file):
        text = run("follow", "--status").stdout
    assert "connected since 2026-01-01 00:00:00 UTC, but the server has not answered for " in text
    followed.note(file).with_name("timeline.follows.status.json").unlink()
    assert "position 4, the shared log was not read yet\n" in run("follow", "--status").stdout
    followed.note(file).unlink()
    assert run("follow", "--status").exit_code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(url: str, path: Path, number: signal.Signals) -> None:
    """At once, without a word, and with exit 0."""
    words = [sys.executable, "-c", "from timeline.cli import main; main()", "follow", url, "--db", str(path)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "up to date" in process.stderr.readline()
        process.send_signal(number)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
    assert not (followed.status(path) or followed.Status(connected=True)).connected


def test_it_ends_with_the_server_that_started_it(url: str, path: Path) -> None:
    """Also where that is killed: its end of the pipe closes."""
    words = [sys.executable, "-c", "from timeline.cli import main; main()", "follow", url, "--db", str(path), "--beside"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        assert "up to date" in process.stderr.readline()
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_refused_log_ends_it_beside_a_server_and_the_status_says_why(url: str, file: Path) -> None:
    """In one line, though its standard input is still open."""
    tamper(url, "UPDATE timeline.events SET recorded_by = 'Eve' WHERE position = 2")
    words = [sys.executable, "-c", "from timeline.cli import main; main()", "follow", "--db", str(file), "--beside"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.wait(60) == 1
        assert process.stderr is not None
        assert process.stderr.read().count("\n") == 1
    assert "it has ended: the shared log does not hold the same events as this timeline" in run("follow", "--status").stdout


def test_the_commands_that_write_go_to_the_shared_log(url: str, file: Path) -> None:
    """append, archive, import, build and redact; the file shows what they wrote."""
    Path("events").mkdir()
    bundle = "sources: [{id: s, text: They sat in Fez., title: Fez}]\n"
    bundle += "happenings: [{id: fez, title: They sat, date: '2020', citations: [{source: s, quote: sat in Fez}]}]\n"
    Path("events/1.yaml").write_text(bundle)
    done = run("append", "events/1.yaml", "--by", "Bo")
    assert (done.exit_code, done.stdout) == (0, "timeline.db: 6 events (2 new) from 1 bundle\n")
    assert run("build", "--by", "Bo").stdout == "timeline.db: 6 events (0 new) from 1 bundle\n"
    Path("note.txt").write_text("A note.")
    done = run("archive", "note.txt", "--id", "note", "--title", "A note", "--by", "Bo")
    assert done.exit_code == 0, done.output
    assert size(file) == 7
    done = run("redact", "7", "--reason", "law", "--by", "Bo")
    assert done.exit_code == 0
    assert "VACUUM FULL timeline.events" in done.stderr
    assert size(file) == 8
    Path("more.csv").write_text("title,date,source,quote\nThey sat again,2021,s,sat in Fez\n")
    done = run("import", "csv", "more.csv", "--append", "--by", "Bo")
    assert done.exit_code == 0, done.output
    assert size(file) == 10  # the table is a source too
    assert {event.recorded_by for event in events(url)} == {"Ann", "Bo"}
    is_followed(url, file)


def test_a_draft_is_not_begun_anew_where_the_log_is_shared(url: str, file: Path) -> None:
    """It would fork the log."""
    Path("events").mkdir()
    Path("events/1.yaml").write_text("sources: [{id: s, text: They sat in Fez., title: Fez}]\n")
    done = run("build", "--fresh", "--yes")
    assert done.exit_code == 1
    assert "follows a shared log" in done.stderr
    is_followed(url, file)


def test_what_other_commands_do_on_any_file_they_do_here(url: str, file: Path) -> None:
    """Verify, checkpoint, prove, log, list, export, publish, backup, rebuild; and the log is not changed."""
    assert run("verify").exit_code == 0
    assert run("key", "new", "newsroom.example/log", "signing.key").exit_code in (0, 2)
    assert run("checkpoint").exit_code == 0
    assert run("log").stdout.count("\n") == 4
    assert "Happening 1" in run("list").stdout
    assert run("export", "jsonl", "-o", "all.jsonl").exit_code == 0
    assert run("publish", "public").exit_code == 0
    assert not [*Path("public").glob("*follows*")]
    assert run("backup", "copy.db").exit_code == 0
    assert run("rebuild").exit_code == 0
    assert run("verify").exit_code == 0
    assert size(file) == 4
    with Timeline(url, by="Ann") as shared:
        fill(shared, 1, start=10)
    assert run("follow", "--once").exit_code == 0
    is_followed(url, file)
    with closing(Log(Path("copy.db"), read_only=True)) as copy:
        assert copy.size() == 4
    with Timeline("copy.db", by="Bo") as alone:  # it goes on alone
        assert alone.archive(text="Mine", id="mine", title="Mine").position == 5


def test_a_new_project_ignores_the_note(tmp_path: Path) -> None:
    """Neither git nor anybody else gets the address of a log."""
    assert run("init", str(tmp_path / "project"), "--by", "Ann").exit_code == 0
    ignored = (tmp_path / "project" / ".gitignore").read_text()
    assert "*.follows.*" in ignored
    assert os.fspath(followed.note("timeline.db")).endswith(".follows.json")
