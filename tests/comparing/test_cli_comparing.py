"""The commands diff and merge: what they say, their JSON, and how they end."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from started_project import git
from two_files import begin, names, record, writing

from timeline import Timeline
from timeline.cli import main


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Go to a folder with Ann's file, and Ben's, which is ahead by a happening and contradicts in another."""
    for name in ("TIMELINE_BY", "TIMELINE_DB"):
        monkeypatch.delenv(name, raising=False)
    ann, ben = begin(tmp_path)
    for path in (ann, ben):
        with writing(path) as timeline:
            timeline.correct("met", place=f"The hall of {path.stem}", reason="\u202eI was there.")
    with writing(ben) as timeline:
        record(timeline, "sat")
        timeline.review("met", verdict="confirmed")
    monkeypatch.chdir(tmp_path)
    return ann, ben


def test_diff_lists_each_kind_under_its_heading(two: tuple[Path, Path]) -> None:
    """A sentence on the two logs first; nothing steers a terminal, and the exit code is 0."""
    result = run("diff", "ann.db", "ben.db")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Neither extends the other. They differ from position 3 on: in ann.db happening/met@2, recorded")
    assert lines[1:] == [
        "",
        "Adds 1",
        "  + happening/sat@1  November 2025: Sat by Ben",
        "",
        "Corrects 1",
        "  ~ happening/met@2  November 2025: Met (\ufffdI was there.) by Ben",
        "      Place: (nothing) → The hall of ben",
        "",
        "Reviews 1",
        "  ✓ happening/met@3  November 2025: Met (confirmed version 2) by Ben",
        "",
        "Does not have 1",
        "  ! happening/met@2  November 2025: Met (corrected; \ufffdI was there.) by Ann",
    ]
    assert run("diff", "ben.db", "ben.db").stdout == "ben.db has the same 5 events as ben.db\n"
    named = run("diff", "ben.db", "ben.db", "--label", "Yours", "--label", "mine")
    assert named.stdout == "mine has the same 5 events as Yours\n"


def test_diff_for_programs_and_for_comments(two: tuple[Path, Path]) -> None:
    """The same changes, with fixed fields; in Markdown."""
    told = json.loads(run("diff", "ann.db", "ben.db", "--json").stdout)
    assert (told["relation"], told["same"], told["events_of_one"], told["events_of_other"]) == ("parted", 2, 3, 5)
    assert [(one["kind"], one["stream"]) for one in told["changes"]] == [
        ("corrected", "happening/met"),
        ("added", "happening/sat"),
        ("reviewed", "happening/met"),
        ("missing", "happening/met"),
    ]
    assert told["changes"][0]["fields"] == [{"field": "place", "removed": [], "added": ["The hall of ben"]}]
    assert len({tuple(one) for one in told["changes"]}) == 1
    assert "### Adds 1\n\n- **happening/sat@" in run("diff", "ann.db", "ben.db", "--markdown").stdout
    assert run("diff", "ann.db", "ben.db", "--markdown", "--json").exit_code == 2
    for words in (("none", "ben.db"), ("ann.db", "comparing")):
        assert run("diff", *words).exit_code == 1


def test_diff_reads_a_publication_from_a_branch(two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that is not merged here; nothing in the folder changes."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.archive(text="It sat.", id="s", title="S")
    git(folder, "init")
    for branch in ("first", "second"):
        git(folder, "checkout", "-b", branch)
        assert run("publish", "public").exit_code == 0
        git(folder, "add", "public")
        git(folder, "commit", "-m", branch)
        with Timeline("timeline.db", by="Ann") as timeline:
            record(timeline, branch, "It sat", "s")
    git(folder, "checkout", "first")
    before = sorted(path.name for path in folder.rglob("*") if ".git" not in path.parts)
    told = run("diff", "first", "second").stdout
    assert told.startswith("second extends first: the first 1 event is the same, and 1 follows\n")
    assert "+ happening/first@1" in told
    assert "second:timeline.db" not in told
    assert sorted(path.name for path in folder.rglob("*") if ".git" not in path.parts) == before
    refused = run("diff", "third", "second")
    assert (refused.exit_code, "neither a published folder nor a branch" in refused.stderr) == (1, True)


def test_merge_shows_what_it_appends_and_what_it_leaves(two: tuple[Path, Path]) -> None:
    """Both sides of a contradiction, then one line with the next step; a dry run first."""
    ann, _ = two
    before = names(ann)
    dry = run("merge", "ben.db", "--db", "ann.db", "--by", "Ann", "--dry-run")
    assert (dry.exit_code, names(ann)) == (1, before)
    assert dry.stdout.startswith("ann.db: 1 event of ben.db would be appended\n")
    result = run("merge", "ben.db", "--db", "ann.db", "--by", "Ann")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "ann.db: 1 event of ben.db appended",
        "  + happening/sat@1  Sat by Ben, merged by Ann",
        "  ! happening/met@2  there Ben corrects a version that differs from the one that stands here",
        "      here: happening/met@2, Met (\ufffdI was there.) by Ann, position 3",
        "      there: happening/met@2, Met (\ufffdI was there.) by Ben, position 3",
        "      Place: The hall of ann → The hall of ben",
    ]
    assert result.stderr.splitlines() == [
        "1 review left out: only the reviewer can record one",
        "Error: 1 entry of ben.db left to you. Correct yours, or ask the other person to correct theirs; then repeat",
    ]
    assert names(ann)[len(before) :] == [("happening/sat@1", "Ben, merged by Ann")]


def test_merge_for_programs(two: tuple[Path, Path]) -> None:
    """One object: what was appended, what was left with both sides, and what was redacted there."""
    with writing(two[1]) as timeline:
        timeline.redact(4, reason="At risk.")
        timeline.redact(2, reason="By law.")
    result = run("merge", "ben.db", "--db", "ann.db", "--by", "Ann", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["done"], told["new"], told["reviews"], told["appended"]) == (1, True, 0, 1, [])
    met, sat = told["left"]
    assert (met["why"], met["here"]["recorded_by"], met["there"]["recorded_by"]) == ("contradicts", "Ann", "Ben")
    assert (sat["why"], sat["here"], sat["there"], sat["fields"]) == ("redacted", None, None, [])
    assert [(one["event"], one["position"], one["reason"]) for one in told["redacted_there"]] == [("happening/met@1", 2, "By law.")]


def test_only_a_contradiction_makes_merge_fail(two: tuple[Path, Path]) -> None:
    """A redaction there is listed, with the command to repeat it here, and is no refusal."""
    with writing(two[1]) as timeline:
        timeline.redact(2, reason="By law.")
    with writing(two[0]) as timeline:
        timeline.correct("met", place="The hall of ben", reason="As Ben has it.")
    result = run("merge", "ben.db", "--db", "ann.db", "--by", "Ann")
    assert result.exit_code == 0, result.output
    assert "was redacted there (By law.), and is still here. To redact it here too: timeline redact 2 --reason …" in result.stdout


def test_merge_is_refused_in_one_line(two: tuple[Path, Path], tmp_path: Path) -> None:
    """Without a name, a file or a timeline; and through a link that a stranger may have made."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link.db").symlink_to("../..")
    for words, told in (
        (("ben.db", "--db", "ann.db"), "a merge needs your name"),
        (("none.db", "--db", "ann.db", "--by", "Ann"), "none.db: there is no such file"),
        (("elsewhere", "--db", "ann.db", "--by", "Ann"), "is not a published folder"),
        (("ben.db", "--db", "new.db", "--by", "Ann"), "new.db: there is no such file"),
        (("here/link.db", "--db", "ann.db", "--by", "Ann"), "leads out of its folder through a link"),
    ):
        result = run("merge", *words)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        assert told in result.stderr
        assert result.stderr.count("\n") == 1
    assert not Path("new.db").exists()
