"""init: a project that works as it is, and whose templates can be filled in."""

import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import IO, Any

import pytest
from ready import is_ready
from started_project import WORDS, pdf, python, run, uncommented

from timeline import Timeline, starting
from timeline.errors import ProjectRefused


def test_a_project_has_every_file(project: Path) -> None:
    """The files that the README promises, with the folder's name as the title."""
    names = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert names >= {
        "README.md",
        "metadata.json",
        "events/first.yaml",
        "events/append.py",
        "seeds/README.md",
        "check.py",
        ".github/workflows/check.yml",
        ".github/workflows/comment.yml",
        ".github/workflows/publish.yml",
        ".gitignore",
        ".gitattributes",
    }
    assert json.loads((project / "metadata.json").read_text())["title"] == "My timeline"
    assert (project / "README.md").read_text().startswith("# My timeline\n")


def test_a_title_is_written_letter_for_letter(tmp_path: Path) -> None:
    """Quotation marks, dollars and any script: as JSON and as a heading."""
    title = 'The “council” costs $5 \\ "and more", المجلس'
    assert run("init", str(tmp_path / "new"), "--title", title).exit_code == 0
    metadata = json.loads((tmp_path / "new" / "metadata.json").read_text(encoding="utf-8"))
    assert metadata["title"] == metadata["databases"]["timeline"]["title"] == title
    assert (tmp_path / "new" / "README.md").read_text(encoding="utf-8").startswith(f"# {title}\n")


def test_the_next_commands_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With init itself they are five, and the folder's name is quoted for a shell."""
    monkeypatch.chdir(tmp_path)
    told = run("init", "two words").output.splitlines()
    assert [line.split()[0] for line in told if line.startswith("  ")] == ["cd", "cp", "nano", "timeline"]
    assert "  cd 'two words'" in told
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "  cd" not in run("init", ".").output


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is not empty, a file, a folder that cannot be made: one line, and everything is as before."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("")
    for folder, said in (
        ("full", "holds thesis.txt, and is not overwritten"),
        ("file", "is not a folder"),
        ("file/in", "cannot be made"),
    ):
        result = run("init", str(tmp_path / folder))
        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr
        assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "thesis.txt"]


def test_an_empty_or_unprintable_title_is_refused(tmp_path: Path) -> None:
    """Nothing, or characters that would steer a terminal."""
    for title in ("", " ", "\x1b[2J"):
        assert run("init", str(tmp_path / "new"), "--title", title).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_an_empty_repository_is_as_good_as_an_empty_folder(tmp_path: Path) -> None:
    """A user may run git init first."""
    (tmp_path / ".git").mkdir()
    assert run("init", str(tmp_path)).exit_code == 0


def test_an_unfinished_project_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves no half of a project."""
    opened = Path.open

    def full(path: Path, *mode: str, **more: Any) -> IO[Any]:  # noqa: ANN401 - as pathlib has it
        if path.name == "metadata.json" and mode == ("xb",):
            raise OSError(28, "No space left on device")
        return opened(path, *mode, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(ProjectRefused, match="no space left"):
        starting.start(tmp_path / "deep" / "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.datasette
def test_an_empty_project_works(project: Path) -> None:
    """Its bundle is built, verified, and shown by plain Datasette; the script and the check run."""
    assert run("build").output == "timeline.db: 0 events (0 new) from 1 bundle\n"
    assert run("verify").exit_code == 0
    assert python("events/append.py", folder=project).stdout == "timeline.db holds 0 events.\n"
    assert "Nothing has been published yet" in python("check.py", folder=project).stdout
    plain = python("-m", "datasette", "timeline.db", "-m", "metadata.json", "--get", "/timeline/-/timeline", folder=project)
    assert plain.returncode == 0
    assert "My timeline" in plain.stdout


def test_the_examples_of_the_bundle_can_be_appended(written: Path) -> None:
    """Removing the signs before the examples is enough, for a document with those words."""
    assert run("build").output == "timeline.db: 2 events (2 new) from 1 bundle\n"
    whole = uncommented((Path(starting.__file__).parent / "project" / "first.yaml").read_text()).replace("report.pdf", "report.txt")
    (written / "events" / "first.yaml").write_text(whole)
    assert run("build").output == "timeline.db: 5 events (3 new) from 1 bundle\n"
    with Timeline("timeline.db") as timeline:
        assert timeline.happening("council-meets").place == "Menara Gardens"
        assert timeline.happening("meeting").superseded_by == "council-meets"


def test_removing_one_sign_from_each_line_uncovers_only_examples() -> None:
    """So an editor's own command can remove them from the whole file, without cutting an example."""
    lines = (Path(starting.__file__).parent / "project" / "first.yaml").read_text().splitlines()
    fewer = [line.removeprefix("#") for line in lines]
    assert [line for line in fewer if line and not line.startswith("#")] == [
        line for line in uncommented("\n".join(lines)).splitlines() if line and not line.startswith("#")
    ]
    assert not [line for line in fewer if "#" in line.lstrip("#")[1:] and not line.startswith("#")]


def test_the_examples_of_the_script_can_be_appended(written: Path) -> None:
    """The same with Python, and a second run changes nothing."""
    script = written / "events" / "append.py"
    shown = re.sub(r"^    # ((?:report = |timeline\.|    |\)).*)$", r"    \1", script.read_text(), flags=re.MULTILINE)
    script.write_text(shown.replace("report.pdf", "report.txt"))
    for _ in range(2):
        assert python("events/append.py", folder=written).stdout == "timeline.db holds 3 events.\n"


def test_a_project_s_readme_leads_to_the_manual(tmp_path: Path) -> None:
    """By a command, because the manual is where the program is installed."""
    assert run("init", str(tmp_path / "new")).exit_code == 0
    (line,) = re.findall(r"^python -c .*$", (tmp_path / "new" / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    shown = python(*shlex.split(line)[1:], folder=tmp_path)
    assert (Path(shown.stdout.strip()) / "bundles.md").is_file()


@pytest.mark.datasette
def test_five_commands_from_nothing_to_a_served_quotation_of_a_pdf(tmp_path: Path) -> None:
    """As in the README: init, cd, cp, an editor, serve; typed in a shell, with one's own report."""
    (tmp_path / "report.pdf").write_bytes(pdf("Minutes.", f"{WORDS},", "and sat for four days."))
    bundle = uncommented((Path(starting.__file__).parent / "project" / "first.yaml").read_text()).split("\n## A correction")[0]
    (tmp_path / "typed.yaml").write_text(bundle.replace(WORDS, f"{WORDS}, and sat for four days"))
    commands = """\
timeline() { "$PYTHON" -c 'from timeline.cli import main; main()' "$@"; }
set -e
timeline init my-timeline
cd my-timeline
cp ../report.pdf seeds/
cp ../typed.yaml events/first.yaml
exec "$PYTHON" -c 'from timeline.cli import main; main()' serve --port 0
"""
    environment = {**os.environ, "PYTHON": sys.executable, "PYTHONUNBUFFERED": "1"}
    environment.pop("TIMELINE_DB", None)
    process = subprocess.Popen(
        ["bash", "-c", commands], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    assert process.stdout is not None
    said = ""
    try:
        while is_ready(process.stdout, 60) and (line := process.stdout.readline()):
            said += line
            if "Uvicorn running" in line:
                break
        page = re.search(r"http://\S+/-/timeline", said)
        assert page, said
        with urllib.request.urlopen(f"{page[0]}/council-meets", timeout=20) as response:
            shown = response.read().decode()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert f"{WORDS}," in shown
    with Timeline(tmp_path / "my-timeline" / "timeline.db", read_only=True) as timeline:
        (citation,) = timeline.happening("council-meets").citations
        assert citation.grade in ("exact", "normalised")
