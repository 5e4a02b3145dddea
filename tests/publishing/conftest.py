"""A project with a timeline to publish and a key to sign it with; and two clones of a published project."""

import shutil
from pathlib import Path

import pytest
from clones import WORDS, done, write
from publishing_commands import TEXT

from timeline import Timeline
from timeline.proof.signing import SigningKey


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a timeline of two events and metadata; commands are run in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("TIMELINE_DB", "TIMELINE_KEY"):
        monkeypatch.delenv(name, raising=False)
    (folder / "metadata.json").write_text('{"title": "The council, dated"}')
    with Timeline("timeline.db", by="tester") as timeline:
        source = timeline.archive(text=TEXT, id="report", title="A report")
        timeline.record("meeting", title="The council meets", date="2025-11-24", citations=[source.quote("The council met")])
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Make a key, outside of the project."""
    path = tmp_path / "keys" / "log.key"
    SigningKey.new("example.org/log").save(path)
    return path


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a project that was published at two events."""
    monkeypatch.setenv("TIMELINE_BY", "Ann")
    folder = tmp_path / "mine"
    (folder / "events").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "seeds/r.txt").write_text(WORDS, encoding="utf-8")
    monkeypatch.chdir(folder)
    Path("events/01.yaml").write_text("sources:\n  - {id: r, file: ../seeds/r.txt, title: A report}\n", encoding="utf-8")
    write("02", "met", "met in Marrakech")
    done("build")
    done("publish", "public")
    return folder


@pytest.fixture
def theirs(mine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a clone of it: without the timeline's own file, which is in nobody's repository."""
    folder = mine.parent / "theirs"
    shutil.copytree(mine, folder, ignore=shutil.ignore_patterns("timeline.db*"))
    shutil.copytree(mine / "public", folder / "public", dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    return folder
