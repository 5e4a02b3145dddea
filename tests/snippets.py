"""The snippets of a Markdown page, and a reader who tries them one after the other in a copy of this project.

Owns how each language is run, and that no block is passed over. Must not test anything. A page says three things of its
blocks: "```bash refused" must be refused; a block of "text" after another is the output of that one, in which "…" holds for
anything; a block of "yaml" begins with the name of its file.
"""

import asyncio
import json
import os
import re
import runpy
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, closing, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import office_material
import pytest
import scans
from click.testing import CliRunner
from datasette.app import Datasette
from started_project import WORDS, pdf, uncommented
from test_newsroom import PAGE, SHEET

from timeline import dates
from timeline.cli import main
from timeline.selection import sql

PROJECT = Path(__file__).parent.parent
MANUAL = PROJECT / "timeline" / "manual"
PAGES = (PROJECT / "README.md", PROJECT / ".github" / "CONTRIBUTING.md", *sorted(MANUAL.glob("*.md")))
ADDRESS = "http://127.0.0.1:8001"
_FENCE = re.compile(r"^```(\w+)(?: (refused))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEEDS_SHELL = re.compile(r"[|&;<$*`]|>>|\bEOF\b")
# The commands that a fresh machine needs: `.ci/run` reads them from these very pages, and runs them in a fresh clone.
SET_UP = re.compile(r"^(git clone https://github\.com/OWNER/|.*\bpip install )")


class Block(NamedTuple):
    """A fenced block of a page: its language, whether it must be refused, its text, and its line."""

    language: str
    refused: bool
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Give every fenced block of a page, in order; a fence that has no language, or is set in, is an error."""
    text = page.read_text(encoding="utf-8")
    found = [Block(one[1], one[2] is not None, one[3], text[: one.start()].count("\n") + 1) for one in _FENCE.finditer(text)]
    assert not re.search(r"\n\n    +\S", _FENCE.sub("", text)), f"{page}: a block is set in, without a fence"
    assert 2 * len(found) == text.count("```"), f"{page}: a block has no language, or does not begin its line"
    return found


def copy_project(folder: Path) -> None:
    """Make a copy of this project in which the timeline is built, with this very environment as its .venv."""
    for name in ("events", "seeds"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "metadata.json", folder)
    shutil.copytree(PROJECT / "tests" / "bench", folder / "tests" / "bench")
    (folder / "timeline").symlink_to(PROJECT / "timeline")
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    with chdir(folder):
        result = CliRunner().invoke(main, ["build"])
    assert result.exit_code == 0, result.output


def furnish(home: Path) -> None:
    """Put into a reader's home the documents that the pages name."""
    home.mkdir()
    (home / "report.pdf").write_bytes(pdf("Minutes.", f"{WORDS},", "and sat for four days."))
    (home / "scan.pdf").write_bytes(scans.pdf(scans.drawn(*scans.MEETING)))
    (home / "hall.jpg").write_bytes(b"\xff\xd8\xff\xe0 a picture")
    (home / "bell.wav").write_bytes(b"RIFF\x24\0\0\0WAVE a recording")
    (home / "hall.txt").write_text("Opened in 1962.", encoding="utf-8")
    (home / "page.html").write_text(PAGE, encoding="utf-8")
    (home / "sheet.csv").write_text(SHEET, encoding="utf-8")
    (home / "letter.docx").write_bytes(office_material.letter())
    (home / "openings.xlsx").write_bytes(office_material.two_sheets())
    (home / "rows.csv").write_text("Title,Date,Place\nThe pier opens,1962-05,Casablanca\nThe pier closes,1999,Casablanca\n")


@dataclass
class Reader:
    """Tries the snippets of a page in order. `instead` says what is run in place of what never ends, takes long or is an editor.

    `served` is the address at which a server answers that the page has at `address`.
    """

    folder: Path
    home: Path
    instead: Mapping[str, str] = field(default_factory=dict)
    served: str = ""
    address: str = ADDRESS
    used: set[str] = field(default_factory=set)

    def read(self, page: Path) -> int:
        """Run every block, and tell how many there were."""
        output = ""
        for block in blocks(page):
            here = self.folder
            with pytest.MonkeyPatch.context() as patched:
                patched.setenv("HOME", str(self.home))
                patched.setenv("XDG_CONFIG_HOME", str(self.home / "config"))
                patched.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
                try:
                    if block.language == "bash":
                        output = self._shell(block, here)
                    elif block.language == "text":
                        assert _pattern(self._addressed(block.text)).search(output), f"expected\n{block.text}\nin\n{output}"
                    else:
                        output = getattr(self, f"_{block.language}")(block, here)
                except AssertionError as error:
                    raise AssertionError(f"{page.name}, line {block.line}: {error}") from error
        assert self.used == {*self.instead}, "an exception of the test is no longer on the page"
        return len(blocks(page))

    def _shell(self, block: Block, here: Path) -> str:
        told = []
        for line in block.text.replace("\\\n", " ").splitlines():
            command = self._addressed(self.instead.get(line, line))
            self.used |= {line} & {*self.instead}
            if SET_UP.match(line) or not line or line.startswith("#"):
                continue
            if command.startswith("cd "):
                here = (here / expanded(command.removeprefix("cd "))).resolve()
            elif command.startswith("nano "):
                _edit(here / command.removeprefix("nano "))
            else:
                code, output = run_line(command, here)
                told.append(output)
                assert (code != 0) == block.refused, f"{command}: exit code {code}\n{output}"
        return "".join(told)

    def _addressed(self, text: str) -> str:
        return text.replace(self.address, self.served) if self.served else text

    def _python(self, block: Block, here: Path) -> str:
        script = here / "snippet.py"
        script.write_text(self._addressed(block.text), encoding="utf-8")
        output = StringIO()
        with chdir(here), redirect_stdout(output):
            runpy.run_path(str(script), run_name="__main__")
        return output.getvalue()

    def _sql(self, block: Block, here: Path) -> str:
        with closing(sqlite3.connect(here / "timeline.db")) as connection:
            dates.register(connection)
            sql.register(connection)
            rows = connection.execute(block.text).fetchall()
        assert rows, "no row"
        return "".join(f"{' | '.join('' if value is None else str(value) for value in row)}\n" for row in rows)

    def _yaml(self, block: Block, here: Path) -> str:
        name = block.text.split("\n", 1)[0].removeprefix("# ")
        path = here / expanded(name)
        path.write_text(block.text, encoding="utf-8")
        if path.parent != here / "events":
            return ""
        code, output = run_line(f"timeline append {name}", here)
        assert (code != 0) == block.refused, output
        return output

    def _json(self, block: Block, here: Path) -> str:
        """Start Datasette with it as metadata.json."""
        datasette = Datasette([str(here / "timeline.db")], metadata=json.loads(block.text))

        async def started() -> int:
            await datasette.invoke_startup()
            return int((await datasette.client.get("/timeline/-/timeline")).status_code)

        assert asyncio.run(started()) in (200, 403)
        return ""


def expanded(word: str) -> str:
    """Give a word with the home of the reader in place of "~", as a shell does."""
    return os.path.expanduser(word)  # noqa: PTH111 - which leaves other words as they are


def run_line(command: str, here: Path) -> tuple[int, str]:
    """Run a line as a shell does; the `timeline` command in this process, because a new one takes seconds to begin."""
    plain, _, target = command.partition(" > ")
    if _NEEDS_SHELL.search(command) or not plain.startswith(("timeline ", ".venv/bin/timeline ")):
        done = subprocess.run(["bash", "-c", command], cwd=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode()
    with chdir(here):
        result = CliRunner().invoke(main, [expanded(word) for word in shlex.split(plain)[1:]])
        if target:
            Path(expanded(target)).write_bytes(result.stdout_bytes)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def _edit(bundle: Path) -> None:
    """Do as a reader does in the editor: take the example in a new project's bundle as it is."""
    bundle.write_text(uncommented(bundle.read_text(encoding="utf-8")).split("\n# A correction")[0], encoding="utf-8")


def _pattern(expected: str) -> re.Pattern[str]:
    lines = ["(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + " *(?:\n|$)" for line in expected.splitlines()]
    return re.compile("".join(lines))
