"""The README tells the truth: every command and snippet in it runs, in order, in a copy of the project."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from test_cli_starting import WORDS, pdf, uncommented
from test_newsroom import PAGE, SHEET

from timeline.exchange.writing import NAMES

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


class Block(NamedTuple):
    """A fenced block: its language, its text, and the block that follows."""

    language: str
    text: str
    following: str


def blocks() -> list[Block]:
    """Every fenced block of the README, in order."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    texts = [text for _, text in found[1:]] + [""]
    return [Block(language, text, after) for (language, text), after in zip(found, texts, strict=True)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a copy of the project in which the timeline was built, with this very environment as its .venv."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("events", "seeds"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "metadata.json", folder)
    shutil.copytree(PROJECT / "tests" / "bench", folder / "tests" / "bench")
    (folder / "timeline").symlink_to(PROJECT / "timeline")
    home = folder.parent / f"{folder.name}-home"
    home.mkdir()  # keys are not made in a project
    (home / "report.pdf").write_bytes(pdf("Minutes.", f"{WORDS},", "and sat for four days."))
    (home / "page.html").write_text(PAGE, encoding="utf-8")
    (home / "sheet.csv").write_text(SHEET, encoding="utf-8")
    (home / "rows.csv").write_text("Title,Date,Place\nThe pier opens,1962-05,Casablanca\nThe pier closes,1999,Casablanca\n")
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    subprocess.run([folder / ".venv/bin/timeline", "build"], cwd=folder, check=True)
    return folder


INSTEAD = {
    # A million takes minutes, and a server does not end: fewer, and one page.
    "1000000": "1000",
    ".venv/bin/datasette million.db -m metadata.json": ".venv/bin/datasette million.db --get /million/-/timeline",
    "timeline serve": "timeline build && datasette timeline.db -m metadata.json --get /timeline/-/timeline/council-meets",
}


def edit(bundle: Path) -> None:
    """Do what a reader does in the editor: take the example in a new project's bundle as it is."""
    bundle.write_text(uncommented(bundle.read_text(encoding="utf-8")).split("\n# A correction")[0], encoding="utf-8")


def run_shell(block: Block, folder: Path) -> None:
    """Run each command; one that is shown with its refusal must be refused so."""
    home = folder.parent / f"{folder.name}-home"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "PATH": path}
    here = folder
    for command in block.text.splitlines():
        if command.startswith("cd "):
            here /= command.removeprefix("cd ")
            continue
        if command.startswith("nano "):
            edit(here / command.removeprefix("nano "))
            continue
        if "pip install" in command:
            continue  # the set-up commands: .ci/run reads them from here, and runs them in a fresh clone
        if command.startswith("sqlite3") and not shutil.which("sqlite3"):
            continue  # the same refusal is tried with Python's sqlite3 in test_log.py
        for shown, run in INSTEAD.items():
            command = command.replace(shown, run)  # noqa: PLW2901
        done = subprocess.run(["bash", "-c", command], cwd=here, env=own, capture_output=True, text=True, check=False)
        if "immutable" in block.following:
            assert done.returncode != 0
            assert block.following.strip() in done.stderr
        else:
            assert done.returncode == 0, done.stderr
            assert done.stdout or ">" in command or command.startswith("cp ")


def run_python(block: Block, folder: Path) -> None:
    """Run a script as a person would."""
    script = folder / "snippet.py"
    script.write_text(block.text, encoding="utf-8")
    subprocess.run([sys.executable, script], cwd=folder, check=True)


def run_sql(block: Block, folder: Path) -> None:
    """Ask, and get rows."""
    connection = sqlite3.connect(folder / "timeline.db")
    assert connection.execute(block.text).fetchall()
    connection.close()


def run_yaml(block: Block, folder: Path) -> None:
    """Append the bundle."""
    (folder / "events" / "example.yaml").write_text(block.text, encoding="utf-8")
    subprocess.run([folder / ".venv/bin/timeline", "append", "events/example.yaml"], cwd=folder, check=True)


RUNNERS = {"bash": run_shell, "python": run_python, "sql": run_sql, "yaml": run_yaml}


@pytest.mark.datasette
def test_every_command_and_snippet_runs(copy: Path) -> None:
    """In the order of the page, one after the other, as a reader would try them."""
    ran = [RUNNERS[block.language](block, copy) for block in blocks() if block.language != "text"]
    assert len(ran) > 10


def test_the_set_up_commands_are_run_by_ci() -> None:
    """The commands that need a fresh machine stand under the headings from which .ci/run reads them."""
    ci = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    for heading in ("Start", "Test", "Prove that nothing was changed"):
        section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
        assert "pip install" in section
        assert f"command_of '{heading}'" in ci


def test_every_format_of_an_export_stands_in_the_table() -> None:
    """By its name, with what it cannot say."""
    rows = [
        line.split("|")[1]
        for line in README.split("## Take it with you\n")[1].split("\n## ")[0].splitlines()
        if line.startswith("| `")
    ]
    assert sorted(re.findall("`(.+?)`", " ".join(rows))) == sorted(NAMES)


def test_files_that_the_readme_links_to_exist() -> None:
    """No link of the README leads nowhere."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", README):
        assert (PROJECT / target).exists(), target


def test_the_top_level_reads_as_a_sentence() -> None:
    """Nothing stands at the top but what the README names."""
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False).stdout.split("\n")
    if tracked == [""]:
        pytest.skip("not a git checkout")
    allowed = {
        "pyproject.toml",
        "README.md",
        "metadata.json",
        "LICENSE",
        "CHANGELOG.md",
        "timeline",
        "events",
        "tests",
        "seeds",
    }
    assert {name.split("/")[0] for name in tracked if name and not name.startswith(".")} <= allowed
