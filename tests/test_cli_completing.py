"""The Tab key: what is completed, from which timeline, and that nothing ever goes wrong with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from timeline import ArchivedSource, Timeline
from timeline.cli import main


def completed(*words: str) -> list[str]:
    """Complete the last word."""
    *before, begun = words
    found = ShellComplete(main, {}, "timeline", "_TIMELINE_COMPLETE").get_completions(before, begun)
    return [item.value if item.type == "plain" else f"({item.type})" for item in found]


@pytest.fixture(autouse=True)
def here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in the timeline's folder, with no settings."""
    monkeypatch.chdir(path.parent)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(path.parent / "settings"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["se"], ["serve", "search"]),
        (["show", ""], ["meeting", "report"]),
        (["show", "me"], ["meeting"]),
        (["history", "rep"], ["report"]),
        (["prove", "happening/m"], ["happening/meeting"]),
        (["show", "source/"], ["source/report"]),
        (["show", "zzz"], []),
        (["list", ""], ["happenings", "sources"]),
        (["list", "--source", ""], ["report"]),
        (["archive", "--again", "r"], ["report"]),
        (["list", "--kind", "m"], ["meeting"]),
        (["export", "csv", "--place", "M"], ["Marrakech"]),
        (["export", "csv", "--tag", ""], ["council"]),
        (["list", "--actor", "a"], ["a-chair"]),
        (["list", "--status", "r"], ["retracted"]),
        (["list", "--js"], ["--json"]),
        (["export", "j"], ["jsonl", "jsonld", "jsonfeed"]),
        (["archive", "re"], ["(file)"]),
        (["verify", "--against", "c"], ["(file)"]),
        (["checkpoint", "--key", "c"], ["(file)"]),
        (["log", "--db", "t"], ["(file)"]),
    ],
)
def test_commands_ids_values_and_files_are_completed(meeting: str, words: list[str], expected: list[str]) -> None:
    """Of the timeline in this folder."""
    assert sorted(completed(*words)) == sorted(expected)


def test_the_timeline_that_is_named_is_looked_into(
    meeting: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By --db before the id, or by the environment."""
    monkeypatch.chdir("/")
    assert completed("show", "m") == []
    assert completed("show", "--db", str(path), "m") == ["meeting"]
    monkeypatch.setenv("TIMELINE_DB", str(path))
    assert completed("show", "m") == ["meeting"]


def test_a_key_is_completed_by_its_name(meeting: str, path: Path) -> None:
    """As it signs."""
    keys = path.parent / "settings" / "timeline" / "keys"
    keys.mkdir(parents=True)
    (keys / "example.org_timeline.key").touch()
    assert completed("checkpoint", "--key", "ex") == ["example.org/timeline"]


def test_values_that_need_quotation_marks_are_left_out(timeline: Timeline, report: ArchivedSource) -> None:
    """A shell would take them for several words, or for a command."""
    for number, kind in enumerate(("a b", "$(touch x)", "a;b", "plain", "`x`", "a'b")):
        timeline.record(f"h{number}", title="H", date="2003", kind=kind, citations=[report.quote("sat for four days")])
    assert completed("list", "--kind", "") == ["plain"]


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0" + bytes(4096)])
def test_without_a_timeline_nothing_is_completed(tmp_path: Path, content: bytes | None) -> None:
    """No message, and no file is made."""
    if content is not None:
        (tmp_path / "timeline.db").write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert completed("show", "m") == []
    assert completed("list", "--kind", "m") == []
    assert completed("nosuch", "z") in ([], ["(file)"])
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_that_leads_away_is_not_followed(meeting: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger may have laid it."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "timeline.db").symlink_to(path)
    monkeypatch.chdir(project)
    assert completed("show", "m") == []


def test_a_title_cannot_steer_the_terminal(timeline: Timeline, report: ArchivedSource) -> None:
    """It is the help beside an id."""
    timeline.record("x", title="T\u202e\x9b31m", date="2003", citations=[report.quote("sat for four days")])
    (item,) = ShellComplete(main, {}, "timeline", "_TIMELINE_COMPLETE").get_completions(["show"], "x")
    assert item.help == "T\ufffd\ufffd31m"


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_completes(meeting: str, path: Path) -> None:
    """With the script that the manual has a person switch on."""
    script = (
        ". <(_TIMELINE_COMPLETE=bash_source timeline); COMP_WORDS=(timeline show me); COMP_CWORD=2; _timeline_completion timeline;"
        ' echo "${COMPREPLY[@]}"'
    )
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=path.parent, env=env)
    assert (done.stdout, done.stderr) == ("meeting\n", "")
