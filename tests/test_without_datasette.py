"""A test that is not marked `datasette` finds none: one that needs it cannot be left out on the other version unnoticed."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest


def noted(note: Path) -> str:
    """Give what was noted of this very test, and take it back, so that it does not fail."""
    text = note.read_text(encoding="utf-8")
    note.unlink()
    return text


@pytest.mark.parametrize("name", ["datasette", "datasette.app", "timeline.web", "timeline.web.descriptions"])
def test_it_imports_none(without_datasette: Path, name: str) -> None:
    """Also what others have imported before."""
    with pytest.raises(ImportError, match=r"not marked `datasette`"):
        import_module(name)
    assert noted(without_datasette) == "imports Datasette"


@pytest.mark.parametrize("script", ["import datasette", "import timeline.web", "from datasette.cli import cli; cli()"])
def test_nor_does_a_process_that_it_starts(without_datasette: Path, script: str) -> None:
    """By whatever way, and with whatever else in its environment."""
    for environment in (None, {**os.environ, "COLUMNS": "80"}):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment)
        assert "not marked `datasette`" in done.stderr
        assert noted(without_datasette) == "imports Datasette"


def test_a_process_that_would_find_it_is_noted(without_datasette: Path) -> None:
    """Whether it does or not."""
    for flags, environment in (([], {}), (["-I"], None)):
        subprocess.run([sys.executable, *flags, "-c", ""], check=True, env=environment)
        assert noted(without_datasette).startswith("starts a process that may find Datasette")


@pytest.mark.datasette
def test_a_test_that_is_marked_finds_it(without_datasette: Path | None) -> None:
    """Here, and in a process that it starts."""
    assert without_datasette is None
    assert import_module("datasette.app").Datasette
    subprocess.run([sys.executable, "-c", "import datasette.app, timeline.web"], check=True)
