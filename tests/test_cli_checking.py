"""The commands that keep a file sound: verify and rebuild."""

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main
from timeline.log.schema import guards


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def change(path: Path, *statements: str) -> None:
    """Change the file with plain SQL."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def db(timeline: Timeline, meeting: str, path: Path) -> Path:
    """Give the path of a timeline with one happening, closed."""
    timeline.close()
    return path


def test_verify_lists_every_check(db: Path) -> None:
    """A line with a tick for each check, and exit code 0."""
    result = run("verify", "--db", str(db))
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line[0] for line in lines] == ["✓"] * 10
    assert lines[2] == "✓ 2 events in order, each with the hash of its data"
    assert lines[3] == "✓ 2 events under the stored root, hash by hash"
    assert lines[7] == "✓ 1 text compared with the document, letter for letter"
    assert lines[8] == "✓ 1 citation found again, word for word, at its place"


def test_verify_remarks_on_a_wal(db: Path) -> None:
    """It is no fault while others have the file open; but a server that ignores it shows less."""
    assert "-wal" not in run("verify", "--db", str(db)).stdout
    with Timeline(db, by="tester") as timeline:
        source = timeline.archive(text="Words that are still in the WAL.", id="late", title="Late")
        timeline.record("late", title="Late", date="2025", citations=[source.quote("still in the WAL")])
        size = Path(f"{db}-wal").stat().st_size
        result = run("verify", "--db", str(db))
    assert result.exit_code == 0
    said = f"    {size:,} bytes of {db.name}-wal were read with it, as SQLite does; datasette -i shows the file without them"
    assert said in result.stdout.splitlines()


def test_verify_lists_every_fault(db: Path) -> None:
    """A cross, then each fault on a line with its place; exit code 1; also without guards."""
    change(
        db,
        "DROP TRIGGER events_update",
        "UPDATE events SET recorded_at = 'x', data = replace(data, 'council', 'senate')",
    )
    result = run("verify", "--db", str(db))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert f"✗ not true: the log refuses changes: {len(guards())} guards unchanged" in lines
    assert "    position 2, happening/meeting@1: its data does not match its hash: it was altered" in lines
    assert result.stderr.startswith(f"Error: {db}: ")
    assert " faults found. " in result.stderr


def test_verify_reads_a_file_that_other_commands_refuse(db: Path) -> None:
    """It reports the faults that stop all other commands."""
    change(db, "DROP TRIGGER documents_delete")
    refused = run("log", "--db", str(db))
    assert refused.exit_code == 1
    assert f"Check it: timeline verify --db {db}" in refused.stderr
    assert "    trigger documents_delete: is missing or changed" in run("verify", "--db", str(db)).stdout


def test_a_hostile_fault_does_nothing_to_the_terminal(db: Path) -> None:
    """Control characters of an altered file are shown, not obeyed."""
    change(db, "DROP TRIGGER events_update", "UPDATE events SET stream = char(27) || '[2J' WHERE position = 2")
    result = run("verify", "--db", str(db))
    assert result.exit_code == 1
    assert "\x1b" not in result.output


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("command", ["verify", "show meeting", "history meeting", "log", "rebuild"])
def test_a_damaged_file_never_ends_in_a_traceback(db: Path, command: str, seed: int) -> None:
    """With bytes overwritten anywhere, each command works or fails in one line."""
    chance = random.Random(seed)  # noqa: S311 - the same damage at each run
    with db.open("r+b") as file:
        for _ in range(chance.choice([1, 20])):
            file.seek(chance.randrange(100, db.stat().st_size))
            file.write(chance.randbytes(chance.choice([1, 300])))
    result = run(*command.split(), "--db", str(db))
    assert result.exit_code in (0, 1)
    assert command == "verify" or result.stderr.count("\n") == result.exit_code


def test_rebuild_derives_the_read_tables_again(db: Path) -> None:
    """Whatever happened to them; the log does not change."""
    change(db, "DELETE FROM happenings", "UPDATE citations SET quote = 'x'", "DROP INDEX happenings_time")
    assert run("verify", "--db", str(db)).exit_code == 1
    result = run("rebuild", "--db", str(db))
    assert (result.exit_code, result.output) == (0, f"{db}: read tables derived again from 2 events\n")
    assert run("verify", "--db", str(db)).exit_code == 0


def test_rebuild_takes_over_from_another_version(db: Path) -> None:
    """Appending is refused until then, with the way to go on."""
    change(db, "UPDATE projected SET definition = 'older'")
    (db.parent / "x.yaml").write_text("sources: []")
    refused = run("append", str(db.parent / "x.yaml"), "--db", str(db))
    assert refused.exit_code == 1
    assert refused.stderr.endswith(f"made by another version of this program. Make them again: timeline rebuild --db {db}\n")
    found = run("verify", "--db", str(db))
    assert (found.exit_code, "were made by another version" in found.stdout) == (1, True)
    told = "the log is sound, but its read tables were made by another version of this program"
    assert found.stderr.endswith(f"{db}: {told}. Make them again: timeline rebuild --db {db}\n")
    assert run("rebuild", "--db", str(db)).exit_code == 0
    assert run("verify", "--db", str(db)).exit_code == 0


def test_rebuild_refuses_a_file_without_guards(db: Path) -> None:
    """It may have been tampered with."""
    change(db, "DROP TRIGGER events_delete")
    result = run("rebuild", "--db", str(db))
    assert result.exit_code == 1
    assert "guards are missing" in result.stderr


def test_a_file_too_damaged_to_verify_is_to_be_restored(db: Path) -> None:
    """The advice is not the very command that was given."""
    with db.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 900)
    result = run("verify", "--db", str(db))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {db}: it is too damaged to read. Keep it as it is, and restore a copy\n"


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize("step", ["check_file", "check_documents", "check_tables"])
def test_ctrl_c_in_verify_is_no_fault(db: Path, step: str) -> None:
    """Even in a function that SQLite called: one line, exit code 130, and no result of a check."""
    script = f"""
import os, signal, sys, threading
from timeline.audit import verifying
from timeline.cli import main

def slow(log, *_):
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    called = "edtf_year('2025')" if "{step}" == "check_tables" else "i"
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    log.connection.execute(f"{{numbers}} SELECT sum({{called}}) FROM n").fetchone()

verifying.{step} = slow
main(["verify", "--db", sys.argv[1]])
"""
    done = subprocess.run([sys.executable, "-c", script, str(db)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Error: interrupted; nothing unfinished was saved\n"
