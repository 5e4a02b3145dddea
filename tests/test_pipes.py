"""Pipes and devices that a stranger laid where a file belongs: each is refused in a line, and none is waited for."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.log import unfinished_copies

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
PATIENCE = 120  # seconds; a command that waits for a pipe would wait for ever


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a timeline that was published, once."""
    folder = tmp_path_factory.mktemp("published")
    with Timeline(folder / "timeline.db", by="tester") as timeline:
        timeline.archive(text="The council met.", id="s", title="S")
    assert run(folder, "publish", "public") == ""
    return folder


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """Give a copy of it."""
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    """Run a command in a process of its own; give the error, in one line, that it ends with."""
    command = [sys.executable, "-c", "from timeline.cli import main; main()", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        return ""
    assert done.returncode == 1, done.stderr
    (told,) = done.stderr.splitlines()
    return told


@pytest.mark.parametrize("name", ["timeline.db", "timeline.db-journal", "timeline.db-wal", "timeline.db-shm"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.parametrize("words", [["verify"], ["archive", "a.txt", "--title", "A"]])
def test_a_timeline_and_what_sqlite_opens_beside_it_are_files(folder: Path, name: str, kind: str, words: list[str]) -> None:
    """To read it, and to write."""
    (folder / "a.txt").write_text("Words.")
    path = folder / name
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        (folder / "null").symlink_to("/dev/null")
        path.symlink_to("null")
    told = run(folder, *words)
    assert "timeline.db" in told
    assert "is not a file" in told or "is a folder" in told or "leads out of its folder" in told


@pytest.mark.parametrize("name", ["checkpoint", "public-key"])
def test_what_lies_in_a_published_folder_are_files(folder: Path, name: str) -> None:
    """Those that are read there."""
    path = folder / "public" / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert f"public/{name}: is not a file. Give a new folder" in run(folder, "publish", "public")


def test_a_note_of_an_unfinished_copy_is_a_file(folder: Path) -> None:
    """To read it; to write it, nothing is written into a pipe, or through a link."""
    shutil.rmtree(folder / "public")
    note = next(iter(noted(folder, "other")))
    os.mkfifo(note)
    told = run(folder, "publish", "other")
    assert f"{note}: is not a file. Remove it, then repeat" in told
    note.unlink()
    (folder / "key.txt").write_text("private")
    note.symlink_to("key.txt")
    assert run(folder, "publish", "other") == ""
    assert (folder / "key.txt").read_text() == "private"


def noted(folder: Path, name: str) -> list[Path]:
    """Tell where the note lies while a timeline is published to a folder."""
    with unfinished_copies.making(folder / name, folder / "timeline.db") as made:
        assert made is not None
        return list(folder.glob(".timeline.db.unfinished-*"))


def test_a_setting_takes_no_pipe_for_its_file(folder: Path) -> None:
    """Datasette would read it, and wait."""
    os.mkfifo(folder / "pipe")
    (folder / "metadata.json").write_text(json.dumps({"plugins": {"some": {"secret": {"$file": "pipe"}}}}))
    assert run(folder, "serve", "--port", "0") == "Error: metadata.json: $file: pipe: is not a file. Correct it, then serve again"
    (folder / "metadata.json").write_text(json.dumps({"plugins": {"some": {"secret": {"$file": "a\0b"}}}}))
    assert "$file: a" in run(folder, "serve", "--port", "0")
