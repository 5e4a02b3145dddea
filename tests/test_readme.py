"""The README tells the truth: every command and snippet in it runs, in order, in a copy of the project; and it is short."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from snippets import PAGES, PROJECT, SET_UP, Reader, blocks, copy_project, furnish

pytestmark = pytest.mark.datasette  # the commands serve pages

README = PROJECT / "README.md"
INSTEAD = {
    # It does not end.
    "timeline serve": "timeline build && datasette timeline.db -m metadata.json --get /timeline/-/timeline/council-meets",
}
# Which commands a fresh machine needs, under which heading of which page `.ci/run` finds them.
SET_UP_BY_CI = {"Start": README, "Test": README, "Prove that nothing was changed": PROJECT / "timeline" / "manual" / "proof.md"}


def test_every_command_and_snippet_runs(tmp_path: Path) -> None:
    """In the order of the page, one after the other, as a reader would try them."""
    copy_project(tmp_path / "project")
    furnish(tmp_path / "home")
    assert Reader(tmp_path / "project", tmp_path / "home", INSTEAD).read(README) >= 8


def test_the_readme_is_short() -> None:
    """All else is in the manual."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_the_picture_is_small() -> None:
    """It is as wide as a desk's screen, and opens at once; tests/picture.py takes it."""
    picture = (PROJECT / ".github" / "timeline.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) == 1280
    assert len(picture) < 150_000


@pytest.mark.parametrize("heading", SET_UP_BY_CI)
def test_the_set_up_commands_are_run_by_ci(heading: str) -> None:
    """The commands that need a fresh machine are under the headings from which .ci/run reads them."""
    ci = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    page = SET_UP_BY_CI[heading].relative_to(PROJECT)
    named = f"$(command_of '{heading}'" + ("" if page == Path("README.md") else f" {page}") + ")"
    assert named in ci
    read = next(line for line in ci.splitlines() if line.startswith("command_of()"))
    script = f"{read}\ncommand_of {shlex.quote(heading)} {page}"
    found = subprocess.run(["bash", "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "pip install" in found.stdout
    assert not found.stdout.startswith("git clone")


def test_every_set_up_command_is_one_that_ci_runs() -> None:
    """Those of other blocks install extras that the program has, and nothing else; no test installs anything."""
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    extras = set(re.findall(r"^(\w+) = \[", project.split("[project.optional-dependencies]")[1].split("\n[")[0], re.MULTILINE))
    for page in PAGES:
        for block in blocks(page):
            for line in block.text.splitlines():
                if block.language == "bash" and SET_UP.match(line) and not line.startswith("git clone"):
                    named = re.search(r"pip install -e (?:'\.\[([\w,]+)\]'|\.)(?: --group (\w+))?", line)
                    assert named, line
                    assert set(filter(None, (named[1] or "").split(","))) <= extras
                    assert named[2] is None or f"\n{named[2]} = [" in project.split("[dependency-groups]")[1]


def test_the_versions_of_python_are_those_that_are_tested() -> None:
    """The package claims no other than those on which the workflow runs the tests."""
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    assert re.findall(r"Python :: (3\.\d+)", project) == workflow["jobs"]["test"]["strategy"]["matrix"]["python"]


def test_the_top_level_reads_as_a_sentence() -> None:
    """Nothing is at the top but what the README names."""
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
