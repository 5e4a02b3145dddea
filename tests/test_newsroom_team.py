"""A small newsroom's week: three people, two clones, one without Git, one publication; a correction and a redaction after it.

Each step is a command as people type it, in real repositories. GitHub's part is the script of the project's own workflow.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from started_project import IDENTITY, WORDS

from timeline import Timeline
from timeline.cli import main

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not here")
REPORT = f"{WORDS}.\nIt sat for four days.\nA clerk named Xanthippe opened the door.\nIt left on Friday.\n"


class Person:
    """Somebody at work in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Work in a folder under a name."""
        self.folder, self.name = folder, name

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command of the program, and give all that it says."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            result = CliRunner().invoke(main, list(words))
        finally:
            os.chdir(before)
        assert result.exit_code == code, result.output
        return result.output

    def git(self, *words: str) -> str:
        """Run git."""
        done = subprocess.run(["git", *IDENTITY, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write(self, id: str, quote: str, **more: str) -> None:
        """Write an entry in a file of its own."""
        self.put(id, {"id": id, "title": id, "date": "2025-11", "citations": [{"source": "report", "quote": quote}], **more})

    def put(self, name: str, entry: dict[str, object]) -> None:
        """Write a bundle of one entry that names its author."""
        text = yaml.safe_dump({"by": self.name, "happenings": [entry]}, allow_unicode=True)
        (self.folder / "events" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def push(self, subject: str) -> None:
        """Commit everything, take over what others have pushed, and push."""
        self.git("add", "-A")
        self.git("commit", "-qm", subject)
        self.git("pull", "-q", "--no-rebase", "--no-edit")
        self.git("push", "-q")

    def check(self) -> None:
        """Run the project's own check."""
        done = subprocess.run([sys.executable, "check.py"], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def publish(self) -> None:
        """Do what GitHub does after a push."""
        self.git("pull", "-q")
        for file in self.folder.glob("timeline.db*"):
            file.unlink()
        steps = yaml.safe_load((self.folder / ".github/workflows/publish.yml").read_text())["jobs"]["publish"]["steps"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "BRANCH": "main", "TOKEN": "none"}
        for script in [one["run"] for one in steps if one.get("name") in ("Build and publish", "Push")]:
            done = subprocess.run(
                ["bash", "-e", "-c", script], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr


def names(file: Path) -> list[tuple[str, str]]:
    """Name the events of a file in their order, each with its author."""
    with Timeline(file, read_only=True) as timeline:
        return [(event.id, event.recorded_by) for event in timeline.log.events()]


class Newsroom:
    """Three people, GitHub, and a reader who keeps the first checkpoint."""

    def __init__(self, folder: Path) -> None:
        """Let Ann begin: she publishes for the first time, and shares the project with Ben and GitHub."""
        self.ann, self.ben, self.cleo, self.ci = (Person(folder / name.lower(), name) for name in ("Ann", "Ben", "Cleo", "CI"))
        ann = self.ann
        Person(folder, "Ann").run("init", "ann", "--title", "The harbour", "--by", "The editors")
        (ann.folder / "events" / "first.yaml").unlink()
        (ann.folder / "seeds" / "report.txt").write_text(REPORT, encoding="utf-8")
        source = {"by": "Ann", "sources": [{"id": "report", "file": "../seeds/report.txt", "title": "Minutes"}]}
        (ann.folder / "events" / "source-report.yaml").write_text(yaml.safe_dump(source))
        ann.write("council-meets", WORDS)
        ann.run("build")
        ann.run("publish", "public")
        ann.git("init", "-q")
        ann.git("add", "-A")
        ann.git("commit", "-qm", "Begin")
        Person(folder, "Ann").git("init", "-q", "--bare", "shared.git")
        ann.git("remote", "add", "origin", "../shared.git")
        ann.git("push", "-qu", "origin", "main")
        for name in ("ben", "ci"):
            Person(folder, name).git("clone", "-q", "shared.git", name)
        self.public, self.published = ann.folder / "public" / "timeline.db", self.ci.folder / "public" / "timeline.db"
        self.kept = folder / "kept-by-a-reader"
        shutil.copy(self.public.with_name("checkpoint"), self.kept)
        self.file = str(self.cleo.folder / "cleo.db")


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Begin the week."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TIMELINE_DB", "TIMELINE_BY"):
            patch.delenv(name, raising=False)
        yield Newsroom(tmp_path_factory.mktemp("week"))


def test_three_people_keep_one_publication(newsroom: Newsroom) -> None:
    """Everything is in it once, under its author's name; it only grows, and what is redacted is gone everywhere."""
    _add_at_once(newsroom)
    _merge_from_a_stick(newsroom)
    _redact(newsroom)
    told = newsroom.ben.run("verify", "--db", "public/timeline.db", "--against", str(newsroom.kept), "--json")
    assert json.loads(told)["ok"]  # a reader who kept the first checkpoint can prove that everything since was only added
    ids = [id for id, _ in names(newsroom.public)]
    assert len(set(ids)) == len(ids) == 9


def _add_at_once(newsroom: Newsroom) -> None:
    """Have Ann and Ben add entries at once: Ben's rests on Ann's source, and sorts before it."""
    ann, ben, ci = newsroom.ann, newsroom.ben, newsroom.ci
    ben.run("build")
    ann.write("clerk", "A clerk named Xanthippe opened the door", part_of="council-meets")
    ben.write("an-end", "It left on Friday", part_of="council-meets")
    ben.run("build")
    assert "timeline.db extends origin/main: the first 2 events are the same, and 1 follows" in (
        ben.run("diff", "origin/main", "timeline.db")
    )
    ann.push("The clerk")
    ben.push("The end")
    ci.publish()
    assert names(newsroom.published) == [
        ("source/report@1", "Ann"),
        ("happening/council-meets@1", "Ann"),
        ("happening/an-end@1", "Ben"),
        ("happening/clerk@1", "Ann"),
    ]
    for person in (ann, ben):  # their drafts had another order; both take over the publication, and lose nothing
        person.git("pull", "-q", "--no-rebase", "--no-edit")
        person.run("build", "--fresh")
        assert names(person.folder / "timeline.db") == names(newsroom.published)
        person.check()


def _merge_from_a_stick(newsroom: Newsroom) -> None:
    """Have Cleo, who has no Git, add to a copy and contradict, while Ben corrects the same happening after publication."""
    ann, ben, cleo, ci = newsroom.ann, newsroom.ben, newsroom.cleo, newsroom.ci
    cleo.folder.mkdir()
    cleo.run("restore", str(newsroom.public), "--db", "cleo.db")
    with Timeline(newsroom.file, by="Cleo") as timeline:
        timeline.record("four-days", title="It sits", date="2025-11", citations=[timeline.source("report").quote("four days")])
        timeline.correct("clerk", title="Xanthippe opens", reason="The third sentence.")
        timeline.correct("an-end", date="2025-11-28", reason="That Friday was the 28th.")
    assert "Adds 1" in ann.run("diff", "public", newsroom.file)
    ben.put("an-end-corrected", {"correct": "an-end", "date": "2025-11-21", "reason": "The Friday of the first week."})
    ben.push("A correction")
    ci.publish()
    ann.git("pull", "-q", "--no-rebase", "--no-edit")
    ann.run("build")
    before = names(ann.folder / "timeline.db")
    told = ann.run("merge", newsroom.file, "--by", "Ann", "--dry-run", code=1)
    assert names(ann.folder / "timeline.db") == before
    assert "! happening/an-end@2  there Cleo corrects a version that differs" in told
    ann.run("merge", newsroom.file, "--by", "Ann", code=1)
    assert names(ann.folder / "timeline.db")[len(before) :] == [
        ("happening/four-days@1", "Cleo, merged by Ann"),
        ("happening/clerk@2", "Cleo, merged by Ann"),
    ]
    ann.run("publish", "public")
    ann.push("Cleo's entries")
    ci.publish()  # finds nothing new in what Ann has published
    assert ci.git("log", "-1", "--format=%s") == "Cleo's entries\n"


def _redact(newsroom: Newsroom) -> None:
    """Have Ann redact both versions of an entry after publication, and take the words out of its bundle: the clerk is at risk."""
    ann, ben, ci = newsroom.ann, newsroom.ben, newsroom.ci
    for position in [at for at, (id, _) in enumerate(names(newsroom.public), start=1) if id.startswith("happening/clerk")]:
        ann.run("redact", str(position), "--reason", "A witness at risk.", "--by", "Ann")
    ann.run("publish", "public")
    (ann.folder / "events" / "clerk.yaml").unlink()
    ann.push("Protect a witness")
    ci.publish()
    ben.git("pull", "-q", "--no-rebase", "--no-edit")
    ben.run("build")
    told = ann.run("merge", newsroom.file, "--by", "Ann", code=1)
    assert "Xanthippe opens" not in told
    for person in (ann, ben, ci):
        assert names(person.folder / "public" / "timeline.db") == names(newsroom.public)
        person.check()
        for db in person.folder.rglob("timeline.db"):
            assert b"Xanthippe opens" not in db.read_bytes()
    assert "redaction of happening/clerk@2" in ann.run("diff", "public", newsroom.file)
