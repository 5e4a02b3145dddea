"""The manual tells the truth: every command in it runs, in order, as its reader would try it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MANUAL = Path(__file__).parent.parent / "timeline" / "manual"
PROJECT = """\
sources:
  - {{id: minutes, title: Minutes, text: The council met in Marrakech. It sat for four days. It left on Friday.}}
happenings:
  - {{id: {id}, title: {title}, date: "2025", citations: [{{source: minutes, quote: {quote}}}]}}
"""


def bundle(path: Path, id: str, quote: str) -> None:
    """Write a bundle of one happening."""
    path.write_text(PROJECT.format(id=id, title=id, quote=quote), encoding="utf-8")


def run(words: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a line of a page."""
    done = subprocess.run(["bash", "-c", words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("git"), reason="git is not here")
def test_two_people_work_in_one_repository(tmp_path: Path) -> None:
    """Both publish; each entry is in the log once, and everything adds to what was published before."""
    page = (MANUAL / "working-together.md").read_text(encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    names = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **names, "PATH": path, "HOME": str(tmp_path)}
    run("timeline init ann && rm ann/events/first.yaml && git init -q --bare -b main shared.git", tmp_path, environment)
    bundle(tmp_path / "ann/events/ann.yaml", "met", "met in Marrakech")
    begin = "git init -q -b main . && git remote add origin ../shared.git"
    publish = "timeline build && timeline publish public && git add -A && git commit -qm One"
    run(f"{begin} && {publish} && git push -qu origin main", tmp_path / "ann", environment)
    bundle(tmp_path / "ann/events/later.yaml", "left", "left on Friday")
    here, told = tmp_path, []
    for block in re.findall(r"^```bash\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("cd "):
                here = (here / line.removeprefix("cd ")).resolve()
                if line == "cd ben":
                    bundle(here / "events/ben.yaml", "sat", "sat for four days")
                if line == "cd ../ben":
                    bundle(here / "events/more.yaml", "rose", "It left")
                    run(f"{publish} && ! git push -q", here, environment)
                    told.append(run(f"! {block.splitlines()[1]}", here, environment))  # the conflict that the page speaks of
                continue
            if line.startswith("git pull") and told and "CONFLICT" in told[-1]:
                continue
            told.append(run(line, here, environment))
    assert "begun from public/timeline.db, which was published: 2 events, verified" in told[1]
    run("git pull -q --no-rebase && timeline build", tmp_path / "ann", environment)
    for who in ("ann", "ben"):
        events = [json.loads(line) for line in run("timeline log --json --after 0", tmp_path / who, environment).splitlines()]
        streams = [event["stream"] for event in sorted(events, key=lambda event: int(event["position"]))]
        assert streams == ["source/minutes", "happening/met", "happening/sat", "happening/left", "happening/rose"]
        run("python check.py", tmp_path / who, environment)
