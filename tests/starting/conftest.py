"""A project that `timeline init` has started, with a first happening, and published."""

from pathlib import Path

import pytest
from started_project import WORDS, git, run, uncommented


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start a project; commands are run in it."""
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run("init", "my-timeline").exit_code == 0
    monkeypatch.chdir(tmp_path / "my-timeline")
    return tmp_path / "my-timeline"


@pytest.fixture
def written(project: Path) -> Path:
    """Write the first happening, as the template shows, resting on a text."""
    (project / "seeds" / "report.txt").write_text(f"{WORDS}.\nIt sat for four days.\n")
    bundle = uncommented((project / "events" / "first.yaml").read_text()).replace("report.pdf", "report.txt")
    (project / "events" / "first.yaml").write_text(bundle.split("\n## A correction")[0])
    return project


@pytest.fixture
def published(written: Path) -> Path:
    """Publish it, and commit all of it."""
    assert run("build").exit_code == 0
    assert run("publish", "public").exit_code == 0
    git(written, "init")
    git(written, "add", ".")
    git(written, "commit", "-m", "Begin")
    return written
