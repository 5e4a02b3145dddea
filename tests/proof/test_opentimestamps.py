"""Stamps of OpenTimestamps, made by its own client where that is installed, with a calendar of our own on this machine."""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import calendar_server
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from timeline import Timeline
from timeline.cli import main
from timeline.errors import NoteInvalid
from timeline.proof import opentimestamps

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
CLIENT = shutil.which("ots", path=f"{Path(sys.executable).parent}:{Path('/usr/bin')}")
needs_client = pytest.mark.skipif(CLIENT is None, reason="ots, the client of OpenTimestamps, is not installed")


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let programs of this environment be reached, as if it were switched on."""
    if CLIENT is not None:
        monkeypatch.setenv("PATH", str(Path(CLIENT).parent), prepend=":")


@pytest.fixture
def calendar() -> Iterator[calendar_server.Calendar]:
    """Serve a calendar."""
    with calendar_server.serving() as calendar:
        yield calendar


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Make a timeline of one happening."""
    path = tmp_path / "timeline.db"
    with Timeline(path, by="Ann") as timeline:
        source = timeline.archive(text="It sat for four days.", id="minutes", title="Minutes")
        timeline.record("sitting", title="A sitting", date="2025", citations=[source.quote("four days")])
    return path


def run(log: Path, *arguments: str | Path) -> Result:
    """Run the program."""
    return CliRunner().invoke(main, [*map(str, arguments), "--db", str(log)])


def stamped(path: Path, tree: bytes) -> None:
    """Write a stamp of a file with these operations and attestations."""
    opentimestamps.beside(path).write_bytes(MAGIC + hashlib.sha256(path.read_bytes()).digest() + tree)


@needs_client
def test_a_checkpoint_is_stamped_completed_and_checked(log: Path, calendar: calendar_server.Calendar) -> None:
    """The calendar sees a hash alone; the block that it names later is in `verify`."""
    path = log.with_name("checkpoint")
    made = run(log, "checkpoint", "--ots", path, "--calendar", calendar.url)
    assert made.exit_code == 0, made.output
    assert f"promised by {calendar.url}, and not in a block yet" in made.output
    assert path.read_bytes().count(b"\n") >= 3
    assert [len(one) for one in calendar.sees] == [32]
    early = run(log, "checkpoint", "--upgrade", path, "--calendar", calendar.url)
    assert early.exit_code == 0, early.output
    assert "not in a block yet" in early.output
    calendar.mined = True
    later = run(log, "checkpoint", "--upgrade", path, "--calendar", calendar.url)
    assert later.exit_code == 0, later.output
    words = f"in Bitcoin block {calendar_server.HEIGHT}, if that has the Merkle root {calendar.root()}"
    assert words in later.output
    assert "promised" not in later.output
    assert sorted(one.name for one in path.parent.glob("checkpoint*")) == ["checkpoint", "checkpoint.ots"]
    assert words in run(log, "verify", "--against", path).output
    as_json = json.loads(run(log, "verify", "--against", path, "--json").output)
    assert {"block": calendar_server.HEIGHT, "root": calendar.root(), "calendar": None} in [
        {key: one[key] for key in ("block", "root", "calendar")} for one in as_json["stamps"]
    ]


@pytest.mark.datasette
def test_the_folder_of_a_report_has_the_stamp_of_its_checkpoint(log: Path) -> None:
    """With how to check it."""
    path = log.with_name("checkpoint")
    path.write_bytes(run(log, "checkpoint").stdout_bytes)
    stamped(path, b"\x00" + calendar_server.BITCOIN + b"\x01\x05")
    report = run(log, "report", "sitting", "--checkpoint", path, "--folder", log.with_name("report"))
    assert report.exit_code == 0, report.output
    assert (log.with_name("report") / "checkpoint.ots").read_bytes() == opentimestamps.beside(path).read_bytes()
    assert "ots verify checkpoint.ots" in (log.with_name("report") / "README.txt").read_text(encoding="utf-8")


@needs_client
def test_a_calendar_that_fails_leaves_nothing(log: Path) -> None:
    """One line says so; neither the checkpoint's file nor a stamp is there."""
    path = log.with_name("checkpoint")
    made = run(log, "checkpoint", "--ots", path, "--calendar", "http://127.0.0.1:9")
    assert made.exit_code == 1
    assert "cannot be stamped: ots says: " in made.output
    assert not [*path.parent.glob("checkpoint*")]


def test_without_the_client_one_line_says_how_to_get_it(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written then."""
    monkeypatch.setenv("PATH", str(log.parent))
    made = run(log, "checkpoint", "--ots", log.with_name("checkpoint"))
    assert made.exit_code == 1
    assert "is not on this machine. Install it: pip install opentimestamps-client" in made.output
    assert not log.with_name("checkpoint").exists()


def test_a_checkpoint_is_never_overwritten(log: Path) -> None:
    """Nor is a stamp whose checkpoint is gone."""
    path = log.with_name("checkpoint")
    opentimestamps.beside(path).write_bytes(b"")
    assert "checkpoint.ots: exists already" in run(log, "checkpoint", "--ots", path).output
    path.write_bytes(b"mine")
    assert "checkpoint: exists already" in run(log, "checkpoint", "--ots", path).output
    assert path.read_bytes() == b"mine"
    assert "there is no checkpoint yet" in run(log, "verify").output, "refused before anything is made"


def test_a_stamp_of_another_file_is_a_fault(log: Path) -> None:
    """Also one that was cut off, or is none."""
    path = log.with_name("checkpoint")
    path.write_bytes(run(log, "checkpoint").stdout_bytes)
    tree = b"\x00" + calendar_server.BITCOIN + b"\x01\x05"
    stamped(path, tree)
    assert "in Bitcoin block 5" in run(log, "verify", "--against", path).output
    opentimestamps.beside(path).write_bytes(MAGIC + bytes(32) + tree)
    other = run(log, "verify", "--against", path)
    assert other.exit_code == 1
    assert "is a stamp of other bytes than checkpoint has" in other.output
    for content in (b"", b"nonsense", MAGIC, MAGIC + bytes(32), MAGIC + bytes(32) + tree[:-1], bytes(200_000)):
        opentimestamps.beside(path).write_bytes(content)
        assert "is not a stamp of OpenTimestamps, or was cut off" in run(log, "verify", "--against", path).output


def test_a_stamp_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    """Operations that double a message, or lie too deep."""
    path = tmp_path / "checkpoint"
    path.write_bytes(b"one")
    for tree in (b"\xf3" * 200, b"\xf0\x01x" * 300, b"\xff" * 50_000):
        stamped(path, tree + b"\x00" + calendar_server.BITCOIN + b"\x01\x05")
        with pytest.raises(NoteInvalid, match="is not a stamp"):
            opentimestamps.read(path)


@given(tree=st.binary(max_size=200))
def test_no_stamp_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, tree: bytes) -> None:
    """It is read, or refused in one line."""
    path = tmp_path_factory.mktemp("any") / "checkpoint"
    path.write_bytes(b"one")
    stamped(path, tree)
    try:
        assert all(one.words().isprintable() for one in opentimestamps.read(path))
    except NoteInvalid as error:
        assert str(error).isprintable()


@pytest.mark.parametrize(("content", "says"), [(None, "is a stamp of other bytes than checkpoint has"), (b"no", "is not a stamp")])
def test_a_false_stamp_is_a_fault_among_the_others(log: Path, content: bytes | None, says: str) -> None:
    """It keeps nothing else from being checked."""
    path = log.with_name("checkpoint")
    path.write_bytes(run(log, "checkpoint").stdout_bytes)
    stamped(path, b"\x00" + calendar_server.BITCOIN + b"\x01\x05")
    if content is None:
        path.write_bytes(run(log, "checkpoint", "--origin", "example.org/again").stdout_bytes)
    else:
        opentimestamps.beside(path).write_bytes(content)
    verified = run(log, "verify", "--against", path)
    assert verified.exit_code == 1
    assert "✓ 1 citation found again" in verified.output
    assert says in verified.output
    assert "1 fault found" in verified.output
    as_json = json.loads(run(log, "verify", "--against", path, "--json").stdout)
    assert (as_json["ok"], as_json["faults"], as_json["stamps"]) == (False, 1, [])
    assert as_json["checks"][-1]["name"] == "stamps"
