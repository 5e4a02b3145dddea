"""The workflows of a project: their steps are run as GitHub runs them, in real repositories; its `gh` is played."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import yaml
from started_project import git, python, run

NAMES = ("check", "comment", "publish")
GH = '''#!/usr/bin/env python3
"""Play gh: answer from files, apply no filter but hand on what the filter would give, and note every call."""
import json, os, pathlib, shutil, sys
here = pathlib.Path(os.environ["PLAYED"])
words = sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
if words[:2] == ["run", "download"]:
    shutil.copytree(here / "text", words[words.index("--dir") + 1])
elif any(word.startswith("body=@") for word in words):
    shutil.copy(next(word for word in words if word.startswith("body=@"))[6:], here / "written.md")
else:
    name = next(word for word in words if word.startswith("repos/")).split("/")[-1]
    answer = here / name
    sys.stdout.write(answer.read_text() if answer.exists() else "")
'''


@pytest.fixture
def workflows(project: Path) -> dict[str, Any]:
    """Parse the workflows of a new project."""
    return {name: yaml.safe_load((project / f".github/workflows/{name}.yml").read_text()) for name in NAMES}


def step(workflow: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a step of the only job of a workflow."""
    (job,) = workflow["jobs"].values()
    (found,) = (one for one in job["steps"] if one.get("name") == name)
    return dict(found)


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as GitHub does, with this program's command."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path, **environment},
    )  # fmt: skip


def test_every_workflow_installs_the_program_of_the_project(project: Path, workflows: dict[str, Any]) -> None:
    """On the whole history, and with none of our files from elsewhere."""
    for name in ("check", "publish"):
        steps = next(iter(workflows[name]["jobs"].values()))["steps"]
        assert (steps[0]["with"]["fetch-depth"], steps[0]["with"]["persist-credentials"]) == (0, False)
        installing = step(workflows[name], "Install the program of this repository")
        install = installing["run"].replace("pip install", "echo")
        (wheel,) = (path.relative_to(project) for path in project.glob("program/*.whl"))
        assert shell(install, project, PROGRAM_SHA256="").stdout == f"./{wheel.as_posix()}[capture,sign]\n"
        assert installing["env"] == {"PROGRAM_SHA256": "${{ vars.PROGRAM_SHA256 }}"}
        for pinned, code in ((hashlib.sha256((project / wheel).read_bytes()).hexdigest(), 0), ("0" * 64, 1)):
            done = shell(f"set -o pipefail\n{install}", project, PROGRAM_SHA256=pinned)
            assert (done.returncode, "[capture,sign]" in done.stdout) == (code, code == 0)


def test_the_workflows_pin_actions_by_hash(project: Path, workflows: dict[str, Any]) -> None:
    """A tag can be moved to another commit, a hash cannot; the version is named beside it."""
    for name, count in zip(NAMES, (3, 0, 2), strict=True):
        used = re.findall(r"uses: (.*)", (project / f".github/workflows/{name}.yml").read_text())
        assert len(used) == count
        assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one) for one in used)
        assert next(iter(workflows[name]["jobs"].values()))["runs-on"] != "ubuntu-latest"


def test_no_workflow_may_do_more_than_it_must(project: Path, workflows: dict[str, Any]) -> None:
    """The check of a stranger's pull request only reads. The one that comments runs nothing of it; publishing is for one branch."""
    assert workflows["check"]["permissions"] == {"contents": "read"}
    assert "permissions" not in workflows["check"]["jobs"]["check"]
    assert workflows["comment"]["permissions"] == workflows["publish"]["permissions"] == {}
    assert workflows["comment"]["jobs"]["comment"]["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert workflows["publish"]["jobs"]["publish"]["permissions"] == {"contents": "write"}
    assert workflows["publish"]["jobs"]["publish"]["if"].startswith("vars.PUBLISH_BRANCH && github.ref == format(")
    texts = {name: (project / f".github/workflows/{name}.yml").read_text() for name in NAMES}
    assert "pull_request_target" not in "".join(texts.values())
    assert "checkout" not in texts["comment"]
    assert not [one for one in workflows["publish"][True] if "pull" in one]
    for workflow in workflows.values():  # what a stranger names is handed on in variables, never put into a script
        (job,) = workflow["jobs"].values()
        assert not [one for one in job["steps"] if "${{" in one.get("run", "")]


def commented(workflows: dict[str, Any], folder: Path, text: str, **answers: str) -> tuple[str, list[list[str]]]:
    """Run the workflow that comments, on a text, with the answers of GitHub; give the comment, and the calls of gh."""
    played = folder / "played"
    (played / "text").mkdir(parents=True)
    (played / "text" / "comment.md").write_text(text)
    for name, answer in answers.items():
        (played / name).write_text(answer)
    (played / "gh").write_text(GH)
    (played / "gh").chmod(0o755)
    (folder / "work").mkdir()
    names = {"GH_REPO": "o/r", "RUN": "7", "COMMIT": "c" * 40, "HEAD": "stranger:main", "PLAYED": str(played)}
    script = step(workflows["comment"], "Comment")["run"]
    done = shell(f'PATH="{played}:$PATH"\n{script}', folder / "work", **names)
    assert done.returncode == 0, done.stderr
    written = played / "written.md"
    calls = [json.loads(line) for line in (played / "calls").read_text().splitlines()]
    return (written.read_text() if written.exists() else ""), calls


def test_a_comment_is_written_and_notifies_nobody(workflows: dict[str, Any], tmp_path: Path) -> None:
    """A stranger can hand on any text: it is cut, and names nobody in a way that GitHub would act on."""
    text, calls = commented(workflows, tmp_path, "### Adds 1\n\n@everyone " + "ü" * 60_000, pulls="12\n", files="events/a.yaml\n")
    assert text.startswith(f"<!-- timeline check -->\nMade by the check of commit {'c' * 40}.\n\n### Adds 1\n")
    assert "@everyone" not in text
    assert len(text.encode()) < 65_536
    assert calls[-1][:4] == ["api", "--method", "POST", "repos/o/r/issues/12/comments"]
    assert "head=stranger:main" in calls[0]


@pytest.mark.parametrize("file", ["check.py", ".github/workflows/check.yml", "program/x.whl", "public/timeline.db"])
def test_a_comment_warns_of_a_changed_check(workflows: dict[str, Any], tmp_path: Path, file: str) -> None:
    """Because such a pull request makes its own text. The former comment is replaced."""
    text, calls = commented(workflows, tmp_path, "Fine.", pulls="12\n", files=f"events/a.yaml\n{file}\n", comments="99\n")
    assert "**This pull request changes the check or the publication itself**" in text
    assert calls[-1][:4] == ["api", "--method", "PATCH", "repos/o/r/issues/comments/99"]


def test_no_comment_is_written_to_another_commit(workflows: dict[str, Any], tmp_path: Path) -> None:
    """Where the pull request has gone on, its next check writes."""
    assert commented(workflows, tmp_path, "Late.", pulls="")[0] == ""


def test_the_check_of_a_pull_request_says_what_it_adds(published: Path, workflows: dict[str, Any]) -> None:
    """Against the branch that it is for: entries, corrections, and what does not verify; in the summary, too."""
    git(published, "update-ref", "refs/remotes/origin/main", "HEAD")
    (published / "events" / "second.yaml").write_text(
        "by: Ben\nhappenings:\n"
        "  - {id: sat, title: It sits, date: '2025-11', citations: [{source: report, quote: sat for four days}]}\n"
        "  - {correct: council-meets, place: Menara, reason: '@ann says so'}\n"
    )
    (published / "events" / "third.yaml").write_text(
        "happenings: [{id: x, title: X, date: '2025', citations: [{source: report, quote: '```nowhere @ann'}]}]\n"
    )
    git(published, "add", ".")
    git(published, "commit", "-m", "Add")
    script = step(workflows["check"], "Check")["run"].replace("python ", f"{sys.executable} ")
    done = shell(script, published, BASE="origin/main")
    assert done.returncode == 1
    text = (published / "comment.md").read_text()
    assert text.startswith("This extends origin/main: the first 2 events are the same, and 2 follow.\n")
    assert "### Adds 1\n\n- **happening/sat@<!-- -->1** November 2025: It sits by Ben\n" in text
    assert "### Corrects 1\n\n- **happening/council-meets@<!-- -->2**" in text
    assert "  - Place: Marrakech → Menara\n" in text
    verified, _, faults = text.partition("### Does not verify")
    assert "@ann" not in verified
    assert "events/third.yaml:1: happening/x: citations.1.quote" in faults
    assert faults.count("```") == 2
    summary = published / "summary"
    assert shell(step(workflows["check"], "Show the result")["run"], published, GITHUB_STEP_SUMMARY=str(summary)).returncode == 0
    assert summary.read_text() == text


def test_a_branch_that_was_cut_earlier_is_compared_with_what_was_published_since(published: Path) -> None:
    """The comment says what it adds, not that the publications differ; and what cannot follow."""
    git(published, "checkout", "-q", "-b", "later")
    (published / "events" / "later.yaml").write_text("happenings: [{correct: council-meets, place: Menara, reason: So it says}]\n")
    with chdir(published):
        assert run("build").exit_code == run("publish", "public").exit_code == 0
    git(published, "add", ".")
    git(published, "commit", "-qm", "Publish")
    git(published, "checkout", "-q", "main")
    mine = published / "events" / "mine.yaml"
    mine.write_text(
        "happenings: [{id: sat, title: It sits, date: '2025', citations: [{source: report, quote: sat for four days}]}]\n"
    )
    assert python("check.py", "--comment", "comment.md", "--base", "later", folder=published).returncode == 0
    text = (published / "comment.md").read_text()
    assert text.startswith("This extends later: the first 3 events are the same, and 1 follows.\n")
    assert "### Adds 1\n" in text
    assert "Does not have" not in text
    mine.write_text("happenings: [{correct: council-meets, expected_version: 1, place: Paris, reason: A slip}]\n")
    python("check.py", "--comment", "comment.md", "--base", "later", folder=published)
    text = (published / "comment.md").read_text()
    assert "The entries here cannot follow what later has published:\nError: events/mine.yaml:1: happening/council-meets: " in text


def test_a_comment_names_what_was_changed_in_the_past(published: Path) -> None:
    """With the commit."""
    bundle = published / "events" / "first.yaml"
    bundle.write_text(bundle.read_text().replace("date: 2025-11-24", "date: 2025-11-23"))
    git(published, "commit", "-am", "A slip")
    assert python("check.py", "--comment", "comment.md", folder=published).returncode == 1
    text = (published / "comment.md").read_text()
    assert text.startswith("This has the same 2 events as public.\n")
    assert "happening/council-meets: date was 2025-11-24, is 2025-11-23 (events/first.yaml, line" in text
    assert "(“A slip”)" in text


def test_nothing_published_yet_is_a_draft(written: Path) -> None:
    """There is nothing to compare with."""
    git(written, "init")
    git(written, "add", ".")
    git(written, "commit", "-m", "Begin")
    assert python("check.py", "--comment", "comment.md", "--base", "main", folder=written).returncode == 0
    assert (written / "comment.md").read_text() == "Nothing has been published yet, so everything here is a draft.\n"


@pytest.fixture
def shared(published: Path, tmp_path: Path) -> Path:
    """Push the published project to a bare repository, from which the workflow and a colleague each have a clone."""
    shared = tmp_path / "shared.git"
    git(tmp_path, "init", "-q", "--bare", str(shared))
    git(published, "remote", "add", "origin", str(shared))
    git(published, "push", "-q", "-u", "origin", "HEAD:main")
    git(tmp_path, "clone", "-q", str(shared), "ci")
    git(tmp_path, "clone", "-q", str(shared), "ben")
    return shared


def publishing(workflows: dict[str, Any], folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """Run the two steps that publish, until one fails."""
    steps = [step(workflows["publish"], name)["run"] for name in ("Build and publish", "Push")]
    done = []
    for script in steps:
        done.append(shell(script.replace("python ", f"{sys.executable} "), folder, BRANCH="main", TOKEN="t", TIMELINE_BY="CI"))  # noqa: S106
        if done[-1].returncode:
            break
    return done


def entry(folder: Path, id: str, by: str) -> None:
    """Write an entry in a file of its own, and push it."""
    citation = "citations: [{source: report, quote: sat for four days}]"
    text = f"by: {by}\nhappenings: [{{id: {id}, title: It sits, date: '2025-11', {citation}}}]\n"
    (folder / "events" / f"{id}.yaml").write_text(text)
    git(folder, "add", "events")
    git(folder, "commit", "-m", f"Add {id}")
    git(folder, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    git(folder, "push", "-q", "origin", "HEAD:main")


def test_publishing_adds_everybody_s_entries_under_their_names(
    shared: Path, published: Path, tmp_path: Path, workflows: dict[str, Any]
) -> None:
    """Two people push entries only. The published log extends the last one, and a second run finds nothing new."""
    ci, ben = tmp_path / "ci", tmp_path / "ben"
    entry(ben, "b-day", "Ben")
    entry(published, "a-day", "Ann")
    git(ci, "pull", "-q")
    for _ in range(2):
        done = publishing(workflows, ci)
        assert [one.returncode for one in done] == [0, 0], done[-1].stderr + done[-1].stdout
    assert "Nothing is new" in done[-1].stdout
    for clone in (published, ben):  # nobody meets a conflict in a binary file
        git(clone, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
        done = python("check.py", folder=clone)
        assert done.returncode == 0, done.stdout + done.stderr
    told = run("log", "--json", "--after", "2", "--reverse", "--db", str(ben / "public" / "timeline.db")).stdout
    assert [(one["stream"], one["recorded_by"]) for one in map(json.loads, told.splitlines())] == [
        ("happening/a-day", "Ann"),
        ("happening/b-day", "Ben"),
    ]


def test_a_fault_publishes_nothing(shared: Path, tmp_path: Path, workflows: dict[str, Any]) -> None:
    """Not even the sound entries beside it, so that a publication is never a matter of chance."""
    ci, ben = tmp_path / "ci", tmp_path / "ben"
    entry(ben, "good", "Ben")
    (ben / "events" / "bad.yaml").write_text("happenings: [{id: x, title: X, date: '2025-13'}]\n")
    git(ben, "add", ".")
    git(ben, "commit", "-m", "Bad")
    git(ben, "push", "-q", "origin", "HEAD:main")
    git(ci, "pull", "-q")
    assert [one.returncode for one in publishing(workflows, ci)] == [1]


def test_a_push_meanwhile_is_no_failure(shared: Path, tmp_path: Path, workflows: dict[str, Any]) -> None:
    """The run for that push publishes both. A push that is refused although nobody pushed is one."""
    ci, ben = tmp_path / "ci", tmp_path / "ben"
    entry(ben, "first-day", "Ben")
    git(ci, "pull", "-q")
    entry(ben, "second-day", "Ben")
    done = publishing(workflows, ci)
    assert [one.returncode for one in done] == [0, 0], done[-1].stderr
    assert "Somebody has pushed meanwhile" in done[-1].stdout
    git(ci, "reset", "-q", "--hard", "origin/main")
    git(ci, "pull", "-q")
    shutil.rmtree(ci / "public", ignore_errors=True)
    git(ci, "checkout", "-q", "--", "public")
    for file in ci.glob("timeline.db*"):
        file.unlink()
    (shared / "hooks").mkdir(exist_ok=True)
    (shared / "hooks" / "pre-receive").write_text("#!/bin/sh\nexit 1\n")
    (shared / "hooks" / "pre-receive").chmod(0o755)
    done = publishing(workflows, ci)
    assert [one.returncode for one in done] == [0, 1]
    assert "::error::The publication cannot be pushed" in done[-1].stdout
