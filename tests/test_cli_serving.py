"""serve: builds where there is nothing, runs Datasette, says where, and ends as it was asked to."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from ready import is_ready

from timeline import Timeline, bundles
from timeline.cli import main, serving
from timeline.log.log import Log

BUNDLE = """\
sources: [{id: s, text: The council met., title: A report}]
happenings: [{id: a, title: The council meets, date: 2025, citations: [{source: s, quote: The council met}]}]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with one bundle; commands are run in it."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "1.yaml").write_text(BUNDLE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    return tmp_path


@contextmanager
def served(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run serve on a free port, until the block ends; give the process and the page's address."""
    script = "from timeline.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "serve", "--port", "0", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    page = ""
    try:
        while is_ready(process.stdout, 60) and (line := process.stdout.readline()):
            if found := re.search(r"http://\S+", line):
                page = found[0]
                break
        yield process, page
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def fetch(page: str) -> tuple[int, str]:
    """Read a page once it is there."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(page, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {page}")


@pytest.mark.datasette
def test_serve_builds_where_there_is_nothing(project: Path) -> None:
    """One command from the bundles to the page."""
    with served() as (_, page):
        assert page.endswith("/timeline/-/timeline")
        status, text = fetch(page)
        assert status == 200
        assert "The council meets" in text
    assert (project / "timeline.db").exists()


@pytest.mark.datasette
def test_serve_leaves_an_existing_timeline_unchanged(project: Path) -> None:
    """Under any name, with further options for Datasette."""
    with Timeline("my notes é.db") as timeline:
        timeline.archive(text="x", id="only", title="The only one")
    with served("--db", "my notes é.db", "--setting", "default_page_size", "7") as (_, page):
        root = page.split("/", 3)[:3]
        status, text = fetch("/".join([*root, "-", "settings.json"]))
        assert (status, '"default_page_size": 7' in text) == (200, True)
        assert fetch(page)[0] == 200
        status, text = fetch(page.replace("/-/timeline", "/sources.json?_shape=array"))
        assert '"only"' in text


def test_serve_warns_of_bundles_that_are_not_built(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If something was imported or archived first; the warning shows how to add them, and ends once they are built."""
    db = Path("timeline.db")
    with Timeline(db) as timeline:
        timeline.archive(text="x", id="first", title="Archived first")
        serving.warn_of_unbuilt(timeline, Path("events"), db)
        told = capsys.readouterr().err
        assert told.startswith("events/")
        assert told.endswith("To add it: timeline build --db timeline.db\n")
        assert len(told.splitlines()) == 1
        for path in sorted(Path("events").iterdir()):
            bundles.append(timeline, path)
        serving.warn_of_unbuilt(timeline, Path("events"), db)
        serving.warn_of_unbuilt(timeline, Path("nowhere"), db)
        assert not capsys.readouterr().err


@pytest.mark.datasette
def test_serve_uses_the_metadata_beside_it(project: Path) -> None:
    """A metadata.json in the folder describes the timeline."""
    (project / "metadata.json").write_text('{"title": "The council, dated"}')
    with served() as (_, page):
        assert "The council, dated" in fetch("/".join(page.split("/", 3)[:3]) + "/")[1]


@pytest.mark.datasette
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_when_asked_to(project: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM are the ways to end it, so they are no failure; nothing is left on the port."""
    with served() as (process, page):
        assert fetch(page)[0] == 200
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(page, timeout=5)


def test_a_port_in_use_is_refused_in_one_line(project: Path) -> None:
    """Before anything is built, with another port to try."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--port", str(port)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: 127.0.0.1:{port}: address already in use. Stop what runs there, or choose another port: --port {port + 1}\n"
    )
    assert not (project / "timeline.db").exists()


def test_an_address_of_another_computer_is_refused_in_one_line(project: Path) -> None:
    """An address that no card of this computer has."""
    result = CliRunner().invoke(main, ["serve", "--host", "192.0.2.1", "--port", "0"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: 192.0.2.1:0: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.datasette
def test_faults_of_the_bundles_are_reported_instead_of_serving(project: Path) -> None:
    """Nothing half-built is shown, and correcting the bundle is enough to continue."""
    (project / "events" / "1.yaml").write_text(BUNDLE.replace("2025", "2025-13"))
    result = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert result.exit_code == 1
    assert "there is no month 13" in result.stderr
    (project / "events" / "1.yaml").write_text(BUNDLE)
    with served() as (_, page):
        assert "The council meets" in fetch(page)[1]


def test_a_first_build_is_all_or_nothing(project: Path) -> None:
    """Sound bundles are not served as if they were all; the fault is reported each time."""
    (project / "events" / "2.yaml").write_text(BUNDLE.replace("id: a", "id: b").replace("2025", "2025-13"))
    for _ in range(2):
        result = CliRunner().invoke(main, ["serve", "--port", "0"])
        assert (result.exit_code, result.stdout) == (1, "")
        fault, outcome = result.stderr.splitlines()
        assert "there is no month 13" in fault
        assert outcome == "Error: 1 fault, listed above. timeline.db was not made"
        assert [path.name for path in project.iterdir()] == ["events"]


def test_a_first_build_that_is_interrupted_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next serve begins anew."""

    def interrupted(timeline: Timeline, *_: object, **__: object) -> None:
        timeline.archive(text="x", id="only", title="The only one")
        raise KeyboardInterrupt

    monkeypatch.setattr("timeline.bundles.append", interrupted)
    result = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert (result.exit_code, [path.name for path in project.iterdir()]) == (130, ["events"])


def test_serve_removes_no_file_that_was_there(project: Path) -> None:
    """Also where nothing was in it."""
    with Timeline("timeline.db") as timeline:
        timeline.log.make()
    (project / "events" / "1.yaml").write_text(BUNDLE.replace("2025", "2025-13"))
    result = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert (project / "timeline.db").exists()


@pytest.mark.datasette
@pytest.mark.parametrize("begun", ["no bytes", "no tables", "no read tables", "no events"])
def test_serve_goes_on_from_a_build_that_was_killed_early(project: Path, begun: str) -> None:
    """A file in which nothing came to stand is no timeline yet: it is built."""
    (project / "timeline.db").touch()
    if begun == "no tables":
        with closing(sqlite3.connect("timeline.db")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    elif begun == "no read tables":
        with closing(Log("timeline.db")) as log:
            log.make()
    elif begun == "no events":
        with Timeline("timeline.db") as timeline:
            timeline.log.make()
    with served() as (_, page):
        assert "The council meets" in fetch(page)[1]


def test_serve_refuses_a_file_that_is_something_else(project: Path) -> None:
    """With the cause, and unchanged."""
    with closing(sqlite3.connect("foreign.db")) as foreign:
        foreign.execute("CREATE TABLE t (c)")
    before = (project / "foreign.db").read_bytes()
    result = CliRunner().invoke(main, ["serve", "--db", "foreign.db", "--port", "0"])
    assert result.stderr.startswith("Error: foreign.db: this SQLite file is not a timeline. ")
    assert (result.exit_code, (project / "foreign.db").read_bytes()) == (1, before)


@pytest.mark.parametrize("host", ["nothing.invalid", "a..b", "\udcff", "x" * 300])
def test_an_invalid_host_is_refused_in_one_line(project: Path, host: str) -> None:
    """With an example, and without advice about ports."""
    result = CliRunner().invoke(main, ["serve", "--host", host])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.endswith(": --host 127.0.0.1\n")
    assert "Stop" not in result.stderr


def test_a_port_that_cannot_be_is_wrong_usage(project: Path) -> None:
    """Nor is one ever advised."""
    assert CliRunner().invoke(main, ["serve", "--port", "65536"]).exit_code == 2
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65_535))
        taken.listen()
        result = CliRunner().invoke(main, ["serve", "--port", "65535"])
    assert result.stderr.endswith("or choose another port: --port 0\n")


def test_a_file_of_another_version_is_refused_in_one_line(project: Path) -> None:
    """The pages need its read tables."""
    with Timeline("timeline.db") as timeline:
        timeline.archive(text="x", id="only", title="The only one")
        timeline.log.connection.execute("UPDATE projected SET definition = 'older'")
    result = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("Make them again: timeline rebuild --db timeline.db\n")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("The council met}", "council met}", "happening/a was changed since"),
        ("title: A report", "title: The report", "source/s was changed since"),
        ("text: The council met.", "text: The council met again.", "the document of source/s was changed since"),
    ],
)
def test_serve_warns_of_a_changed_entry(project: Path, capsys: pytest.CaptureFixture[str], was: str, now: str, told: str) -> None:
    """The draft was changed after it was built, so the old entry is served, with a warning."""
    bundle, db = Path("events/1.yaml"), Path("timeline.db")
    with Timeline(db) as timeline:
        bundles.append(timeline, bundle)
        serving.warn_of_unbuilt(timeline, Path("events"), db)
        assert not capsys.readouterr().err
        bundle.write_text(BUNDLE.replace(was, now))
        serving.warn_of_unbuilt(timeline, Path("events"), db)
    assert f"served as it is ({told}). To see what changed: timeline build" in capsys.readouterr().err


def test_serve_names_only_options_that_it_has(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no events folder."""
    monkeypatch.chdir(project / "events")
    said = CliRunner().invoke(main, ["serve", "--port", "0"]).output
    assert "events: there is no such folder" in said
    assert "--events" not in said
    assert "timeline init" in said
