"""The page about two people in one repository tells the truth: every command in it runs, in order, as its readers would try it."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from snippets import MANUAL, Block, blocks, run_line

pytestmark = pytest.mark.datasette  # the commands serve pages

PAGE = MANUAL / "working-together.md"
PROJECT = """\
sources:
  - {{id: minutes, title: Minutes, text: The council met in Marrakech. It sat for four days. It left on Friday.}}
happenings:
  - {{id: {id}, title: {title}, date: "2025", citations: [{{source: minutes, quote: {quote}}}]}}
"""
PUBLISH = "timeline build && timeline publish public && git add -A && git commit -qm One"


def bundle(path: Path, id: str, quote: str) -> None:
    """Write a bundle of one happening."""
    path.write_text(PROJECT.format(id=id, title=id, quote=quote), encoding="utf-8")


def run(words: str, folder: Path) -> str:
    """Run a line of the page, or what somebody does meanwhile: commands of which each must succeed."""
    output = ""
    for command in words.split(" && "):
        code, output = run_line(command, folder)
        assert code == 0, f"{command}\n{output}"
    return output


def follow(block: Block, here: Path) -> tuple[Path, list[str]]:
    """Run a block, which may change the folder, line by line."""
    output = []
    for line in block.text.splitlines():
        if line.startswith("cd "):
            here = (here / line.removeprefix("cd ")).resolve()
        elif not (line.startswith("git pull") and (here / ".git" / "MERGE_HEAD").exists()):
            output.append(run(line, here))  # a merge with the conflict that the page speaks of has begun already
    return here, output


def streams(folder: Path) -> list[str]:
    """Name the streams of a log, in its order."""
    events = [json.loads(line) for line in run("timeline log --json --after 0", folder).splitlines()]
    return [event["stream"] for event in sorted(events, key=lambda event: int(event["position"]))]


@pytest.mark.skipif(not shutil.which("git"), reason="git is not here")
def test_two_people_work_in_one_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both publish; each entry is in the log once, and everything adds to what was published before."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a@example.org")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    clone, add, second, onto, good, compared, merged, bundled = [block for block in blocks(PAGE) if block.language == "bash"]
    (correction,) = [block for block in blocks(PAGE) if block.language == "yaml"]
    ann, ben = tmp_path / "ann", tmp_path / "ben"

    run("timeline init ann && rm ann/events/first.yaml && git init -q --bare -b main shared.git", tmp_path)
    bundle(ann / "events/ann.yaml", "council-meets", "met in Marrakech")
    run(f"git init -q -b main . && git remote add origin ../shared.git && {PUBLISH} && git push -qu origin main", ann)
    bundle(ann / "events/later.yaml", "left", "left on Friday")

    here, output = follow(clone, tmp_path)
    assert "started from the published copy public/timeline.db: 2 events, verified" in output[-1]
    bundle(ben / "events/ben.yaml", "sat", "sat for four days")
    here, _ = follow(add, here)
    here, _ = follow(second, here)
    bundle(ben / "events/more.yaml", "rose", "It left")
    run(f"{PUBLISH} && ! git push -q && ! git pull -q --no-rebase", ben)
    here, _ = follow(onto, here)
    run("git pull -q --no-rebase && timeline build", ann)
    for who in (ann, ben):
        assert streams(who) == ["source/minutes", "happening/council-meets", "happening/sat", "happening/left", "happening/rose"]
        run("python check.py", who)

    # Both publish, and both push.
    name, rest = correction.text.split("\n", 1)
    (ann / name.removeprefix("# ").replace("ann", "correction")).write_text(rest, encoding="utf-8")
    run(f"{PUBLISH} && git push -q", ann)
    bundle(ben / "events/other.yaml", "went", "on Friday")
    run(f"{PUBLISH} && ! git pull -q --no-rebase && git checkout -q --ours public", ben)
    run("git add -A && git commit -qm Merge && git push -q && ! python check.py", ben)
    last = run("git rev-parse HEAD", ann).strip()
    follow(good._replace(text=good.text.replace("GOOD", last)), ben)
    run("git add -A && git commit -qm Publish && git push -q && python check.py", ben)
    run("git fetch -q && git reset -q --keep origin/main && timeline build && python check.py", ann)
    assert streams(ann)[5:] == ["happening/council-meets", "happening/went"]

    # A comparison, and a colleague without Git.
    (tmp_path / "report.txt").write_text("The second report.", encoding="utf-8")
    run("git pull -q --no-rebase && timeline build", ben)
    bundle(ben / "events/draft.yaml", "rests", "four days")
    run("timeline build", ben)
    _, output = follow(compared, ben)
    assert [text.splitlines()[0].split(":")[0] for text in output] == [
        "timeline.db extends public",
        "timeline.db extends origin/main",
    ]
    assert all("+ happening/rests@1" in text for text in output)
    _, output = follow(merged, ben)
    assert "1 event of" in output[2]
    assert "+ source/second-report@1  A second report by Cleo, merged by Ben" in output[3]
    assert streams(ben)[-2:] == ["happening/rests", "source/second-report"]
    follow(bundled, ben)
    assert streams(ben)[-2:] == ["source/second-report", "happening/rests"]
    assert '"recorded_by": "Cleo"' in run("timeline log --json --after 0", ben)
    see_a_change_named(ann)


def see_a_change_named(folder: Path) -> None:
    """Change the past: the check words that as the page's example does."""
    (example,) = [block for block in blocks(PAGE) if block.language == "text"]
    path = folder / "events/ann.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('date: "2025"', 'date: "2024"'), encoding="utf-8")
    run("git add -A && git commit -qm Tidy", folder)
    told = run("! python check.py", folder)
    assert "✗ happening/council-meets: date was 2025, is 2024 (events/ann.yaml, line 4; since commit " in told
    assert example.text.startswith("✗ happening/council-meets: date was 2025-11-24, is 2025-11-23 (events/ann.yaml, line ")
