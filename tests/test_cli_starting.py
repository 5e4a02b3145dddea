"""init: a project of one's own that works as it is, and whose past cannot be changed without its check telling."""

import hashlib
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pytest
import yaml
from click.testing import CliRunner, Result
from ready import is_ready

from timeline import Timeline, starting
from timeline.cli import main
from timeline.errors import ProjectRefused

WORDS = "The council met in Marrakech on 24 November 2025"
IDENTITY = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main"]


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def python(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the project as a person does."""
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)


def git(folder: Path, *words: str) -> None:
    """Run git as someone who has told it their name."""
    subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True)


def uncommented(bundle: str) -> str:
    """Take away every single "#", as the template's first lines say; the explanations, with two, stay comments."""
    return re.sub(r"^#(?!#)", "", bundle, flags=re.MULTILINE)


def pdf(*lines: str) -> bytes:
    """Make a PDF of one page with these lines."""
    shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in lines)
    content = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(made), len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        start,
    )


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


def test_a_project_of_files_that_say_what_they_are(project: Path) -> None:
    """What DESIGN and the README promise is there, under the title that the folder gives."""
    names = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert names >= {
        "README.md",
        "metadata.json",
        "events/first.yaml",
        "events/append.py",
        "seeds/README.md",
        "check.py",
        ".github/workflows/check.yml",
        ".gitignore",
        ".gitattributes",
    }
    assert json.loads((project / "metadata.json").read_text())["title"] == "My timeline"
    assert (project / "README.md").read_text().startswith("# My timeline\n")


def test_its_title_is_kept_to_the_letter(tmp_path: Path) -> None:
    """Quotation marks, dollars and any script: as JSON and as a heading."""
    title = 'The “council” costs $5 \\ "and more", المجلس'
    assert run("init", str(tmp_path / "new"), "--title", title).exit_code == 0
    metadata = json.loads((tmp_path / "new" / "metadata.json").read_text(encoding="utf-8"))
    assert metadata["title"] == metadata["databases"]["timeline"]["title"] == title
    assert (tmp_path / "new" / "README.md").read_text(encoding="utf-8").startswith(f"# {title}\n")


def test_the_next_commands_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With init itself they are five, and a folder's name is written so that a shell takes it as one."""
    monkeypatch.chdir(tmp_path)
    told = run("init", "two words").output.splitlines()
    assert [line.split()[0] for line in told if line.startswith("  ")] == ["cd", "cp", "nano", "timeline"]
    assert "  cd 'two words'" in told
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "  cd" not in run("init", ".").output


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder that holds something, a file, a folder that cannot be made: one line, and all is as it was."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("")
    for folder, said in (("full", "holds thesis.txt, and nothing"), ("file", "is not a folder"), ("file/in", "cannot be made")):
        result = run("init", str(tmp_path / folder))
        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr
        assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "thesis.txt"]


def test_a_title_that_is_none_is_refused(tmp_path: Path) -> None:
    """Nothing, or what would steer a terminal."""
    for title in ("", " ", "\x1b[2J"):
        assert run("init", str(tmp_path / "new"), "--title", title).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_an_empty_repository_is_as_good_as_an_empty_folder(tmp_path: Path) -> None:
    """Whoever begins with git may do so."""
    (tmp_path / ".git").mkdir()
    assert run("init", str(tmp_path)).exit_code == 0


def test_what_was_begun_is_taken_away_where_it_cannot_be_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_it_works_before_anything_is_written(project: Path) -> None:
    """An empty bundle is built, verified, and shown by plain Datasette; the script and the check run."""
    assert run("build").output == "timeline.db: 0 events (0 new) from 1 bundle\n"
    assert run("verify").exit_code == 0
    assert python("events/append.py", folder=project).stdout == "timeline.db holds 0 events.\n"
    assert "Nothing has been published yet" in python("check.py", folder=project).stdout
    plain = python("-m", "datasette", "timeline.db", "-m", "metadata.json", "--get", "/timeline/-/timeline", folder=project)
    assert plain.returncode == 0
    assert "My timeline" in plain.stdout


def test_what_the_bundle_shows_can_be_said(written: Path) -> None:
    """Taking away the signs before the example is all that a document with those words asks for."""
    assert run("build").output == "timeline.db: 2 events (2 new) from 1 bundle\n"
    whole = uncommented((Path(starting.__file__).parent / "project" / "first.yaml").read_text()).replace("report.pdf", "report.txt")
    (written / "events" / "first.yaml").write_text(whole)
    assert run("build").output == "timeline.db: 5 events (3 new) from 1 bundle\n"
    with Timeline("timeline.db") as timeline:
        assert timeline.happening("council-meets").place == "Menara Gardens"
        assert timeline.happening("meeting").superseded_by == "council-meets"


def test_one_sign_less_on_any_line_of_the_bundle_leaves_all_explanations_comments() -> None:
    """So an editor's own command can take them away from the whole file; nothing but examples comes to light, and none is cut."""
    lines = (Path(starting.__file__).parent / "project" / "first.yaml").read_text().splitlines()
    fewer = [line.removeprefix("#") for line in lines]
    assert [line for line in fewer if line and not line.startswith("#")] == [
        line for line in uncommented("\n".join(lines)).splitlines() if line and not line.startswith("#")
    ]
    assert not [line for line in fewer if "#" in line.lstrip("#")[1:] and not line.startswith("#")]


def test_what_the_script_shows_can_be_said(written: Path) -> None:
    """The same with Python, and again it changes nothing."""
    script = written / "events" / "append.py"
    shown = re.sub(r"^    # ((?:report = |timeline\.|    |\)).*)$", r"    \1", script.read_text(), flags=re.MULTILINE)
    script.write_text(shown.replace("report.pdf", "report.txt"))
    for _ in range(2):
        assert python("events/append.py", folder=written).stdout == "timeline.db holds 3 events.\n"


def test_the_workflow_runs_the_check_with_the_program_that_lies_there(project: Path) -> None:
    """On the whole history, and with nothing from elsewhere that is of ours."""
    workflow = yaml.safe_load((project / ".github" / "workflows" / "check.yml").read_text())
    steps = workflow["jobs"]["check"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0}
    assert steps[-1]["run"] == "python check.py"
    install = steps[-2]["run"].replace("pip install", "echo")
    (wheel,) = (path.relative_to(project) for path in project.glob("program/*.whl"))
    shell = ["bash", "-e", "-o", "pipefail", "-c", install]
    told = subprocess.run(shell, cwd=project, capture_output=True, text=True, check=True)
    assert told.stdout == f"./{wheel.as_posix()}[capture,sign]\n"
    assert steps[-2]["env"] == {"PROGRAM_SHA256": "${{ vars.PROGRAM_SHA256 }}"}
    for pinned, code in ((hashlib.sha256((project / wheel).read_bytes()).hexdigest(), 0), ("0" * 64, 1)):
        done = subprocess.run(
            shell, cwd=project, capture_output=True, text=True, check=False, env={**os.environ, "PROGRAM_SHA256": pinned}
        )
        assert (done.returncode, "[capture,sign]" in done.stdout) == (code, code == 0)


def test_the_workflow_names_no_action_by_what_can_be_moved(project: Path) -> None:
    """A tag can come to mean another commit, a hash cannot; which version it is stands beside it."""
    workflow = (project / ".github" / "workflows" / "check.yml").read_text()
    used = re.findall(r"uses: (.*)", workflow)
    assert len(used) == 2
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one) for one in used)
    assert yaml.safe_load(workflow)["jobs"]["check"]["runs-on"] != "ubuntu-latest"


def test_a_past_that_only_grew_passes(published: Path) -> None:
    """New entries, corrections, comments, another order, and publishing again: nothing of it changes the past."""
    assert "✓ The past was not changed" in python("check.py", folder=published).stdout
    bundle = published / "events" / "first.yaml"
    bundle.write_text(
        bundle.read_text() + "\n  - {correct: council-meets, date: 2025-11-25, reason: The minutes give the day.}\n# Well.\n"
    )
    assert python("check.py", folder=published).returncode == 0
    run("build")
    assert run("publish", "public").exit_code == 0
    git(published, "add", ".")
    git(published, "commit", "-m", "Correct")
    assert python("check.py", folder=published).returncode == 0


def test_what_was_redacted_by_law_does_not_fail_the_check(published: Path) -> None:
    """Its words are gone, its place and its proof are there; the bundle that still holds it is passed over."""
    assert run("redact", "2", "--reason", "Names a witness who is at risk.").exit_code == 0
    assert run("publish", "public").exit_code == 0
    git(published, "commit", "-am", "Redact")
    done = python("check.py", folder=published)
    assert done.returncode == 0
    assert "Skipped" in done.stderr


def test_read_tables_of_another_version_are_told_as_such(published: Path) -> None:
    """With the way to make them again; the past is not said to be changed."""
    with closing(sqlite3.connect(published / "public" / "timeline.db", isolation_level=None)) as connection:
        connection.execute("UPDATE projected SET definition = 'older'")
    done = python("check.py", folder=published)
    cure = "Make them again, and commit: timeline rebuild --db public/timeline.db"
    expected = f"✗ public/timeline.db has the read tables of another version of the program. {cure}\n"
    assert (done.returncode, done.stdout[done.stdout.index("✗ public") :]) == (1, expected)
    assert run("rebuild", "--db", "public/timeline.db").exit_code == 0
    assert python("check.py", folder=published).returncode == 0


def forged(path: Path) -> None:
    """Forge the read tables of a published file, and beside it lay a WAL with the genuine pages, which `datasette -i` ignores."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE happenings SET title = 'Forged'")
        alone = path.read_bytes()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE happenings SET title = 'The council meets'")
        wal = Path(f"{path}-wal").read_bytes()
    path.write_bytes(alone)
    Path(f"{path}-wal").write_bytes(wal)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT title FROM happenings").fetchall() == [("The council meets",)]
    Path(f"{path}-shm").unlink(missing_ok=True)


def tampered(published: Path, what: str) -> None:
    """Change the past in one of the ways in which it can be changed."""
    bundle, seed = published / "events" / "first.yaml", published / "seeds" / "report.txt"
    if what == "an entry":
        bundle.write_text(bundle.read_text().replace("date: 2025-11-24", "date: 2025-11-23"))
    elif what == "a document":
        seed.write_text(seed.read_text().replace("four days", "five days"))
    elif what == "a document taken away":
        seed.unlink()
    elif what == "the published file taken away":
        shutil.rmtree(published / "public")
    elif what == "the published file, with a WAL that hides it":
        forged(published / "public" / "timeline.db")
        git(published, "add", ".")
    elif what == "a link in its place":
        (published / "public" / "timeline.db").rename(published / "elsewhere.db")
        (published / "public" / "timeline.db").symlink_to("../elsewhere.db")
        git(published, "add", ".")
    else:  # all of it made anew, as if it had always been so; the last step hides it from whoever looks at the last commit alone
        bundle.write_text(bundle.read_text().replace("date: 2025-11-24", "date: 2025-11-23"))
        shutil.rmtree(published / "public")
        (published / "timeline.db").unlink()
        run("build")
        assert run("publish", "public").exit_code == 0
    git(published, "commit", "-am", "Nothing happened")
    git(published, "commit", "--allow-empty", "-m", "Go on")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("an entry", "events/ or seeds/ cannot be appended again, or not as they were published"),
        ("a document", "events/ or seeds/ cannot be appended again, or not as they were published"),
        ("a document taken away", "events/ or seeds/ cannot be appended again, or not as they were published"),
        ("the published file taken away", "was published, and is gone"),
        ("the published file, with a WAL that hides it", "public/timeline.db is not what was published"),
        ("the published file, with a WAL that hides it", "public/timeline.db-wal is no part of what was published"),
        ("a link in its place", "public/timeline.db is no part of what was published"),
        ("all of it", "is not what was published"),
    ],
)
def test_a_changed_past_is_caught(published: Path, what: str, told: str) -> None:
    """Whatever was changed, also commits ago, and also if all that lies here agrees with itself."""
    tampered(published, what)
    done = python("check.py", folder=published)
    assert done.returncode == 1
    assert told in done.stdout
    assert "Traceback" not in done.stderr


def test_a_reader_of_the_published_folder_is_told_of_a_journal_and_of_what_it_hid(published: Path) -> None:
    """`verify` alone finds fault; nothing is published beside it, or restored from it; without it the forgery shows."""
    public = published / "public"
    forged(public / "timeline.db")
    wanted = ("--db", str(public / "timeline.db"), "--against", str(public / "checkpoint"))
    told = run("verify", *wanted)
    assert told.exit_code == 1
    assert "timeline.db-wal: lies beside a published file" in told.stdout
    refused = run("publish", "public")
    assert refused.exit_code == 1
    assert "timeline.db-wal: lies beside what was published" in refused.stderr
    assert run("restore", str(public / "timeline.db"), "--db", "restored.db").exit_code == 1
    for ending in ("-wal", "-shm"):
        Path(f"{public / 'timeline.db'}{ending}").unlink(missing_ok=True)
    assert "table happenings, council-meets: differs from what the log gives" in run("verify", *wanted).stdout


def test_a_checkpoint_kept_elsewhere_catches_a_history_made_anew(published: Path, tmp_path: Path) -> None:
    """What the repository alone cannot show, as its README says, shows whoever kept three lines."""
    kept = tmp_path / "kept"
    shutil.copy(published / "public" / "checkpoint", kept)
    shutil.rmtree(published / ".git")
    git(published, "init")
    git(published, "add", ".")
    git(published, "commit", "-m", "Begin")
    assert python("check.py", str(kept), folder=published).returncode == 0
    tampered(published, "all of it")
    shutil.rmtree(published / ".git")
    assert python("check.py", folder=published).returncode == 0
    assert "is not what was published" in python("check.py", str(kept), folder=published).stdout


def test_a_project_s_readme_leads_to_the_manual(tmp_path: Path) -> None:
    """By a command, because the manual is where the program is installed."""
    assert run("init", str(tmp_path / "new")).exit_code == 0
    (line,) = re.findall(r"^python -c .*$", (tmp_path / "new" / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    shown = python(*shlex.split(line)[1:], folder=tmp_path)
    assert (Path(shown.stdout.strip()) / "bundles.md").is_file()


def test_the_end_of_a_history_is_not_taken_for_the_whole(published: Path, tmp_path: Path) -> None:
    """A shallow clone is told so, instead of passing."""
    subprocess.run(["git", "clone", "-q", "--depth", "1", published.as_uri(), tmp_path / "shallow"], check=True)
    assert "--unshallow" in python("check.py", folder=tmp_path / "shallow").stderr


def test_a_clone_holds_what_was_committed_byte_for_byte(published: Path, tmp_path: Path) -> None:
    """Even with a git that turns line ends: hashes are over them. The timeline comes back from what was published."""
    turning = ["git", "-c", "core.autocrlf=true", "clone", "-q", published, tmp_path / "clone"]
    subprocess.run(turning, check=True)
    clone = tmp_path / "clone"
    for name in ("seeds/report.txt", "public/checkpoint", "public/timeline.db"):
        assert (clone / name).read_bytes() == (published / name).read_bytes()
    assert not (clone / "timeline.db").exists()
    assert run("restore", str(clone / "public" / "timeline.db"), "--db", str(clone / "timeline.db")).exit_code == 0


@pytest.mark.datasette
def test_five_commands_from_nothing_to_a_served_quotation_of_a_pdf(tmp_path: Path) -> None:
    """As the README has it: init, cd, cp, an editor, serve; typed in a shell, with a report of one's own."""
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
