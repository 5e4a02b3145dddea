"""The commands that append: build, append, archive; what they say, and how they end."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ready import is_ready

from timeline import Timeline
from timeline.cli import main
from timeline.log import log

BUNDLE = """\
sources:
  - {id: s, text: "The council met in Marrakech. It sat for four days.", title: A report}
happenings:
  - {id: a, title: The council meets, date: 2025, citations: [{source: s, quote: The council met}]}
"""
DEPENDENT = "happenings: [{id: b, title: It sits, date: 2025, part_of: a, citations: [{source: s, quote: four days}]}]\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with two bundles, the second of which rests on the first; commands are run in it."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "1-first.yaml").write_text(BUNDLE)
    (tmp_path / "events" / "2-second.yml").write_text(DEPENDENT)
    (tmp_path / "events" / "notes.txt").write_text("not a bundle")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    return tmp_path


def many(count: int) -> str:
    """Write a long bundle that rests on the first one's source."""
    citations = [{"source": "s", "quote": "The council met"}]
    happenings = ({"id": f"h{number}", "title": "T", "date": "2025", "citations": citations} for number in range(count))
    return "".join(json.dumps({"happening": happening}) + "\n" for happening in happenings)


def recorded(path: Path) -> int:
    """Count the events of a timeline that another process is making; -1 if it has no table yet."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])
    except sqlite3.OperationalError:
        return -1


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def command(*words: str) -> list[str]:
    """Give the command as a process of its own runs it."""
    return [sys.executable, "-c", "from timeline.cli import main; main()", *words]


def test_build_makes_and_updates_a_timeline(project: Path) -> None:
    """All bundles in the order of their names; a second build adds nothing, and a new bundle is added."""
    result = run("build")
    assert (result.exit_code, result.output) == (0, "timeline.db: 3 events (3 new) from 2 bundles\n")
    assert run("build").output == "timeline.db: 3 events (0 new) from 2 bundles\n"
    (project / "events" / "3.jsonl").write_text(json.dumps({"retract": "b", "reason": "put off"}) + "\n")
    assert run("build").output == "timeline.db: 4 events (1 new) from 3 bundles\n"


def test_options_say_where_and_who(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--db or TIMELINE_DB name the file, --by or TIMELINE_BY the author."""
    monkeypatch.setenv("TIMELINE_DB", "other.db")
    monkeypatch.setenv("TIMELINE_BY", "Someone")
    assert run("append", "events/1-first.yaml").output == "other.db: 2 events (2 new) from 1 bundle\n"
    run("append", "events/1-first.yaml", "--db", "third one.db", "--by", "Ada")
    for name, by in (("other.db", "Someone"), ("third one.db", "Ada")):
        with Timeline(name, read_only=True) as timeline:
            assert {event.recorded_by for event in timeline.events()} == {by}


def test_every_faulty_bundle_is_reported_and_the_others_are_appended(project: Path) -> None:
    """All faults of all bundles at once, without mere consequences; exit code 1."""
    (project / "events" / "3.yaml").write_text(DEPENDENT.replace("id: b", "id: c").replace("2025", "2025-13"))
    (project / "events" / "4.yaml").write_text(BUNDLE.replace("id: a", "id: d").replace("met}", "mat}"))
    (project / "events" / "5.yaml").write_text(DEPENDENT.replace("id: b", "id: e").replace("part_of: a", "part_of: c"))
    result = run("build")
    assert (result.exit_code, result.stdout) == (1, "timeline.db: 3 events (3 new) from 2 bundles\n")
    lines = result.stderr.splitlines()
    assert [line.split(": ")[0].replace(os.sep, "/") for line in lines] == [
        "events/3.yaml:1",
        "events/4.yaml:4",
        "events/5.yaml:1",
        "Error",
    ]
    assert lines[2].endswith("part_of: happening/c is refused in events/3.yaml. Correct that first".replace("/3", f"{os.sep}3"))
    assert lines[3] == "Error: 3 faults, listed above. Bundles with faults were not appended"


def test_a_single_fault_is_a_single_line(project: Path) -> None:
    """Error, file, line, entry, field, actual content, and next step."""
    (project / "bad.yaml").write_text(BUNDLE.replace("date: 2025", 'date: "2025-11-31"'))
    result = run("append", "bad.yaml")
    assert result.exit_code == 1
    assert result.stderr == (
        'Error: bad.yaml:4: happening/a: date: "2025-11-31": November 2025 has 30 days. Check the source;'
        " write 2025-11 if it leaves the day open.\n"
    )


def test_a_control_character_does_nothing_to_the_terminal(project: Path) -> None:
    """Control characters of a bundle are shown, not obeyed."""
    (project / "bad.jsonl").write_text(json.dumps({"\x1b[2J\ud800": 1}) + "\n" + json.dumps({"retract": "\x1b]0;x\x07"}) + "\n")
    result = run("append", "bad.jsonl")
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert "\x07" not in result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["build", "--events", "none"],
            "none: there is no such folder. Name the one that holds the bundles: --events DIR",
        ),
        (
            ["build", "--events", "empty"],
            "empty: holds no bundles (.yaml, .yml, .jsonl). Write one, or name another folder",
        ),
        (["append", "none.yaml"], "none.yaml: there is no such file. Check the path"),
        (["append", "empty"], "empty: is not named like a bundle. Bundles end in .yaml, .yml, .jsonl"),
        (["archive", "r.txt", "--id", "\udcff", "--title", "T"], "source/\\udcff: id: is not an id. "),
        (["archive", "r.txt", "--id", "x", "--title", "T", "--by", "\udcff"], "the author: by: has half a character "),
        (
            ["archive", "r.txt", "--id", "x", "--title", "T", "--encoding", "\udcff"],
            'r.txt: "\\udcff" is not the name of a text encoding. ',
        ),
        (["archive", "none.txt", "--id", "x", "--title", "T"], "none.txt: no such file or directory. "),
        (["archive", "r.txt", "--id", "a b", "--title", "T"], "source/a b: id: is not an id. "),
        (["archive", "r.txt", "--id", "x", "--title", "T", "--published", "soon"], 'source/x: published: "soon"'),
        (["archive", "latin.txt", "--id", "x", "--title", "T"], "latin.txt: byte 4 is not utf-8. "),
        (
            ["build", "--db", "none/t.db"],
            "none/t.db: it cannot be opened: the folder is missing, or you have no access to it. ",
        ),
        (["build", "--db", "empty"], "empty: is a folder. Name the timeline's file in it"),
        (
            ["build", "--db", "r.txt"],
            "r.txt: this is not an SQLite file. Give the path of a timeline, or of a new file",
        ),
        (["build", "--db", "foreign.db"], "foreign.db: this SQLite file is not a timeline. "),
        (["build", "--db", "newer.db"], "newer.db: written by a newer version of this program (format 99, known 4). "),
        (["build", "--db", "open.db"], "open.db: the log's guards are missing or changed: trigger events_update. "),
    ],
)
def test_an_unusable_file_is_refused_in_one_line(project: Path, words: list[str], expected: str) -> None:
    """Exit code 1, one line on stderr, nothing on stdout, and the file unchanged."""
    (project / "empty").mkdir()
    (project / "r.txt").write_text("A report")
    (project / "latin.txt").write_bytes(b"Caf\xe9")
    with closing(sqlite3.connect("foreign.db")) as foreign:
        foreign.execute("CREATE TABLE t (c)")
    for name, change in (("newer.db", "PRAGMA user_version = 99"), ("open.db", "DROP TRIGGER events_update")):
        with Timeline(name) as timeline:
            timeline.log.make()
        with closing(sqlite3.connect(name)) as connection:
            connection.execute(change)
    before = {path: path.read_bytes() for path in project.glob("*.db")}
    result = run(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {expected}")
    assert result.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["append", "none.yaml"], 1),
        (["append", "none.yaml", "events", "notes.txt"], 4),
        (["archive", "none.txt", "--id", "x", "--title", "T"], 1),
        (["archive", "none.txt", "--id", "x", "--title", "T", "--encoding", "none"], 1),
    ],
)
def test_nothing_is_made_for_files_that_cannot_be_read(project: Path, words: list[str], lines: int) -> None:
    """Files are checked before a timeline is made for them; every unreadable one is reported."""
    result = run(*words)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", lines)
    assert not (project / "timeline.db").exists()
    assert run("append", "none.yaml", "events/1-first.yaml").stdout == "timeline.db: 2 events (2 new) from 1 bundle\n"


def test_an_author_that_is_not_text_is_refused_in_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TIMELINE_BY may hold any bytes."""
    monkeypatch.setenv("TIMELINE_BY", "\udcff")
    result = run("build")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("Error: the author: by: has half a character")


def test_archive_shows_the_event_and_the_hash(project: Path) -> None:
    """Stream, version and position, and the SHA-256 of the bytes; a second call shows the same."""
    (project / "report.txt").write_bytes("Caf\xe9".encode("cp1252"))
    words = [
        "archive",
        "report.txt",
        "--id",
        "r",
        "--title",
        "T",
        "--published",
        "2025",
        "--encoding",
        "cp1252",
        "--language",
        "fr",
    ]
    first = run(*words)
    assert re.fullmatch(r"source/r@1 is at position 1\nSHA-256 [0-9a-f]{64}\n", first.output)
    assert run(*words).output == first.output
    (project / "report.txt").write_text("Coffee")
    changed = run(*words[:-4], "--language", "fr")
    assert changed.exit_code == 1
    assert "is not the document that was archived under this id" in changed.stderr


def test_a_full_disk_leaves_the_timeline_unchanged(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line; with room again, the bundle is appended."""
    run("build")
    text = "x" * 2_000_000
    (project / "big.jsonl").write_text(json.dumps({"source": {"id": "big", "title": "T", "text": text}}) + "\n")

    def small(path: Path, read_only: bool) -> sqlite3.Connection:
        connection = connect(path, read_only)
        connection.execute("PRAGMA max_page_count = 200")
        return connection

    connect = log.connect
    with monkeypatch.context() as patched:
        patched.setattr(log, "connect", small)
        result = run("append", "big.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: timeline.db: the disk is full; nothing was appended. Free some space, then repeat\n"
    assert run("verify").exit_code == 0
    assert run("append", "big.jsonl").output == "timeline.db: 4 events (1 new) from 1 bundle\n"


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX")
def test_a_limit_on_file_sizes_leaves_the_timeline_unchanged(project: Path) -> None:
    """A write that the system refuses is one line, and nothing is lost."""
    run("build")
    text = "x" * 9_000_000
    (project / "big.jsonl").write_text(json.dumps({"source": {"id": "big", "title": "T", "text": text}}) + "\n")
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000));"
        "from timeline.cli import main; main(['append', 'big.jsonl'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: timeline.db: the disk ")
    assert done.stderr.count("\n") == 1
    assert run("verify").exit_code == 0
    assert run("log").output.count("\n") == 3


@pytest.fixture
def no_superuser() -> Iterator[None]:
    """Have no more rights than permission bits give; a superuser becomes nobody for the test, or it is skipped."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permission bits are POSIX")
    us = os.geteuid()
    if us == 0:
        try:
            os.seteuid(65534)
        except OSError:
            pytest.skip("a superuser who cannot become anyone else: permission bits do not bite")
    try:
        if not os.access(Path.cwd(), os.R_OK, effective_ids=True):
            pytest.skip("nobody else may enter the folder of temporary files")
        yield
    finally:
        os.seteuid(us)


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a timeline that nobody may write, in a folder that nobody may write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monkeypatch.chdir(folder)
        (folder / "1.yaml").write_text(BUNDLE)
        (folder / "2.yaml").write_text(DEPENDENT)
        run("append", "1.yaml")
        run("show", "a")
        run("verify")  # what it imports may lie where only a superuser gets
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_read_only_file_is_refused_in_one_line(locked: Path, no_superuser: None) -> None:
    """Appending is refused; reading works, even where SQLite cannot write beside the file."""
    result = run("append", "2.yaml", "--by", "Ada")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: timeline.db: it is read-only. Make the file and its folder writable, or work on a copy\n"
    assert run("show", "a").exit_code == 0
    assert run("verify").exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize("events", [0, 2, 3])
def test_ctrl_c_leaves_complete_bundles(project: Path, events: int) -> None:
    """One line, exit code 130, finished bundles complete and the unfinished one absent, however many events there are by then."""
    (project / "events" / "3.jsonl").write_text(many(100_000))
    script = "import sys; from timeline.cli import main; sys.stderr.write('ready\\n'); sys.stderr.flush(); main(['build'])"
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    while process.poll() is None and recorded(Path("timeline.db")) < events:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "Error: interrupted; the unfinished bundle was not appended\n"
    with Timeline("timeline.db") as timeline:
        assert events <= timeline.log.size() <= 3
        assert timeline.verify().ok


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_stops_a_statement_that_calls_python(project: Path) -> None:
    """SQLite turns an interrupted function into an error of its own; it is reported as an interruption."""
    run("build")
    script = """
import os, signal, threading
from pathlib import Path
from timeline.cli import running
from timeline.cli.running import Commands, opened
import click

@click.group(cls=Commands)
def main(): pass

@main.command()
def slow():
    with opened(Path("timeline.db")) as timeline:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        timeline.log.connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(edtf_year('2025')) FROM n"
        ).fetchone()

main(["slow"])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (130, "Error: interrupted; nothing unfinished was saved\n")


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
def test_long_work_shows_a_bar_on_a_terminal_alone(project: Path) -> None:
    """On a terminal, after a moment, there is a bar; in a pipe there is none."""
    (project / "events" / "3.jsonl").write_text(many(20_000))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command("build"), stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    seen = b""
    while process.poll() is None or is_ready(ours, 0.2):
        if is_ready(ours, 0.2):
            try:
                seen += os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    assert b"Appending" in seen
    assert b"%" in seen
    assert process.stdout is not None
    assert process.stdout.read() == b"timeline.db: 20,003 events (20,003 new) from 3 bundles\n"
    process.stdout.close()
