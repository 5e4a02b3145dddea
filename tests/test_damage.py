"""Damage of every kind: bytes flipped, files cut short, programs killed, disks full. It is told, and nothing is lost."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from attack_case import Case, build
from shares import EVERY_CASE, share, some
from test_damage_redaction import traces

from timeline import Timeline
from timeline.audit import verify
from timeline.errors import DatabaseRefused, Redacted
from timeline.merkle import Checkpoint, Note
from timeline.proof.signing import SigningKey

FLIPS = int(os.environ.get("TIMELINE_FLIPS", "80"))  # thousands at night: .ci/nightly
SEED = int(os.environ.get("TIMELINE_SEED", "20251124"))
KILLS = 12 if EVERY_CASE else 4
SLOWEST = 20  # seconds that the audit of a small damaged file may take
WHEN_KEPT = {b"checkpoints": 4, b"signatures": 4}  # columns that say when this file kept it, which nothing else knows
chance = random.Random(SEED)  # noqa: S311 - the same damage each time, not a secret


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Build a timeline with a bit of everything, closed, in one file."""
    case = build(tmp_path_factory.mktemp("sound"))
    assert not Path(f"{case.path}-wal").exists()
    return case


def found(path: Path) -> list[str]:
    """Audit a file as `timeline verify` does: it is refused in a line, or audited to the end; nothing else may be raised."""
    try:
        with Timeline(path, read_only=True, guarded=False) as timeline:
            return [f"{where}: {what}" for where, what in verify(timeline).faults]
    except DatabaseRefused as error:
        assert "\n" not in str(error)
        return [str(error)]


def dump(path: Path) -> list[object]:
    """Write down all that a file holds, except when it kept checkpoints."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        held: list[object] = [schema, *connection.execute("SELECT * FROM pragma_user_version, pragma_application_id")]
        for name in (name for kind, name, *_ in schema if kind == b"table"):
            rows = connection.execute(f'SELECT * FROM "{name.decode()}"')
            skipped = WHEN_KEPT.get(name)
            held.append(sorted((tuple(value for at, value in enumerate(row) if at != skipped) for row in rows), key=repr))
        return held


def places(path: Path) -> list[int]:
    """Choose bytes to flip: half of them anywhere, half in the pages that hold events and documents."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        ours = connection.execute(
            "SELECT pageno FROM dbstat WHERE name IN ('events', 'documents', 'sqlite_autoindex_events_1', 'checkpoints')"
        ).fetchall()
    size = path.stat().st_size
    return [
        chance.randrange(size) if turn % 2 else (chance.choice(ours)[0] - 1) * page + chance.randrange(page)
        for turn in range(FLIPS)
    ]


def test_a_flipped_byte_is_told_or_carried_nothing(sound: Case, tmp_path: Path) -> None:
    """Of dozens of flipped bytes, thousands at night, each is reported, or all that the file holds is as it was."""
    path = tmp_path / "timeline.db"
    shutil.copy(sound.path, path)
    before, unseen, told = dump(path), [], 0
    with path.open("r+b", buffering=0) as file:
        for at in places(path):
            file.seek(at)
            (was,) = file.read(1)
            now = was ^ (1 << chance.randrange(8)) if chance.random() < 0.5 else (was + chance.randrange(1, 256)) % 256
            file.seek(at)
            file.write(bytes([now]))
            begun = time.monotonic()
            if found(path):
                told += 1
            elif dump(path) != before:
                unseen.append((at, was, now))
            assert time.monotonic() - begun < SLOWEST
            file.seek(at)
            file.write(bytes([was]))
            for suffix in ("-wal", "-shm", "-journal"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
    assert unseen == [], f"byte, was, is: neither told nor without meaning; seed {SEED}"
    assert told > FLIPS / 10
    assert found(path) == []


@pytest.mark.parametrize("turn", range(share(40)))
def test_a_file_cut_short_is_told(sound: Case, tmp_path: Path, turn: int) -> None:
    """Cut at any length, it is refused or its faults are told."""
    path = tmp_path / "timeline.db"
    content = sound.path.read_bytes()
    length = 4096 * random.Random(turn).randrange(60) if turn % 2 else random.Random(turn).randrange(len(content))  # noqa: S311
    path.write_bytes(content[:length])
    assert found(path)


@pytest.mark.parametrize("length", [1, 100, 4096, 40_000])
def test_junk_behind_the_end_is_told_or_ignored(sound: Case, tmp_path: Path, length: int) -> None:
    """What follows the last page is no part of the database; nothing is raised, and what is held stays as it was."""
    path = tmp_path / "timeline.db"
    path.write_bytes(sound.path.read_bytes() + random.Random(length).randbytes(length))  # noqa: S311
    assert found(path) or dump(path) == dump(sound.path)


# Killed


def killed(target: Callable[..., None], *args: object, within: float, after: int = 1) -> list[object]:
    """Run something in a process, and kill it at a random instant once it has said so much; return all that it had said.

    The first that it says is that it begins, which is left out.
    """
    forks = multiprocessing.get_context("fork")
    here, there = forks.Pipe(duplex=False)
    process = forks.Process(target=target, args=(*args, there))
    process.start()
    there.close()
    told = [here.recv() for _ in range(after)]
    time.sleep(chance.uniform(0, within))
    process.kill()
    process.join()
    try:
        while here.poll():
            told.append(here.recv())
    except EOFError:
        pass
    return told[1:]


@pytest.fixture
def copy(sound: Case, tmp_path: Path) -> Case:
    """Give a copy to kill programs over, with its key in a file."""
    key = SigningKey.load(saved) if (saved := tmp_path / "kept.key").exists() else sound.key
    key.save(saved)
    shutil.copy(sound.path, tmp_path / "timeline.db")
    return sound._replace(path=tmp_path / "timeline.db", key=key)


def checkpointing(path: Path, key: Path, say: Connection) -> None:
    """Append and sign, again and again, telling each time of what was signed."""
    with Timeline(path, by="victim") as timeline:
        source, number = timeline.source("note"), timeline.log.size()
        say.send("ready")
        while True:
            number += 1
            timeline.record(f"n{number}", title="More", date="2026", citations=[source.quote("left before noon")])
            say.send(str(timeline.checkpoint(SigningKey.load(key))))


def test_killed_while_signing_nothing_is_half_kept(copy: Case, tmp_path: Path) -> None:
    """Every checkpoint that was handed out is kept with its signature, and the note beside the key never runs behind one."""
    file = tmp_path / "kept.key"
    handed = 0
    for turn in range(KILLS):
        notes = [Note.parse(str(note)) for note in killed(checkpointing, copy.path, file, within=0.03, after=1 + turn % 3)]
        with Timeline(copy.path) as timeline:
            assert verify(timeline, against=notes, keys=copy.keys[:1]).faults == ()
            rows = timeline.log.connection.execute(
                "SELECT size, count(signatures.number) FROM checkpoints LEFT JOIN signatures ON checkpoint = checkpoints.number"
                " GROUP BY checkpoints.number"
            ).fetchall()
            assert all(count for _, count in rows)
            kept = {size for size, _ in rows}
            handed += len(notes)
            sizes = [Checkpoint.of(note).size for note in notes]
            last = SigningKey.load(file).last()
            if sizes:
                assert last is not None
                assert Checkpoint.of(last).size >= max(sizes)
                assert kept >= set(sizes)
            timeline.checkpoint(SigningKey.load(file))  # and the next one is signed as ever
    assert handed


def redacting(path: Path, say: Connection) -> None:
    """Redact an event with its document."""
    with Timeline(path, by="victim") as timeline:
        say.send("ready")
        timeline.redact(2, reason="By law")
        say.send("done")


def test_killed_while_redacting_all_of_it_is_done_or_nothing(sound: Case, tmp_path: Path) -> None:
    """The event is redacted wholly or not at all; the same command again finishes, and then no byte of it is left."""
    outcomes: set[bool] = set()
    for turn in range(60):
        if turn >= KILLS and len(outcomes) == 2:
            break
        path = tmp_path / f"{turn}.db"
        shutil.copy(sound.path, path)
        with Timeline(path, by="victim") as timeline:
            timeline.redact(5, reason="By law")  # it cites the document: only then does that go
            timeline.redact(12, reason="By law")
            timeline.redact(13, reason="By law")
        killed(redacting, path, within=0.001 * 2 ** (turn % 14))  # up to eight seconds: machines differ
        with Timeline(path, by="victim") as timeline:
            event = timeline.log.event(2)
            assert event is not None
            assert verify(timeline).faults == ()
            assert (event.data is None) == (timeline.log.redaction(2) is not None)
            outcomes.add(event.data is None)
            timeline.redact(2, reason="By law")
            with pytest.raises(Redacted):
                timeline.redact(2, reason="Another")
            assert verify(timeline).faults == ()
            assert traces(path, "Ann Lee told", "no reason, and left", "A note") == []
    assert outcomes == {True, False}


def rebuilding(path: Path, say: Connection) -> None:
    """Derive the read tables again and again."""
    with Timeline(path) as timeline:
        say.send("ready")
        while True:
            timeline.rebuild()


def test_killed_while_rebuilding_the_tables_are_whole(copy: Case) -> None:
    """The read tables are those before or those after, which are the same."""
    for _ in range(KILLS):
        killed(rebuilding, copy.path, within=0.05)
        assert found(copy.path) == []


# Full disks


def test_a_full_disk_while_redacting_is_said_and_can_be_repeated(copy: Case) -> None:
    """One line says so; the redaction stands or does not, nothing else is lost, and repeating it finishes."""
    with Timeline(copy.path, by="tester") as timeline:
        connection = timeline.log.connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        connection.execute("PRAGMA secure_delete = ON")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("timeline.redaction.data", filling(connection))
            with pytest.raises(DatabaseRefused, match="disk is full"):
                timeline.redact(7, reason="By law")
        assert verify(timeline).faults == ()
        connection.execute("PRAGMA max_page_count = 1000000")
        timeline.redact(7, reason="By law")
        assert verify(timeline).faults == ()
        assert traces(copy.path, "It was put off") == []


def filling(connection: sqlite3.Connection) -> Callable[..., dict[str, object]]:
    """Give a redaction so large a reason that it needs pages which are not there."""

    def data(*_: object) -> dict[str, object]:
        return {"documents": [], "position": 7, "reason": "x" * 1_000_000}

    return data


@pytest.mark.parametrize("limit", some([250_000, 100_000, 400_000, 900_000, 600_000]))
def test_a_system_that_refuses_to_write_while_redacting_is_said(copy: Case, limit: int) -> None:
    """No file may grow beyond a limit: the command says so in a line, and the same command finishes once there is room."""
    command = ["redact", "7", "--reason", "By law", "--by", "tester", "--db", str(copy.path)]
    run = f"from timeline.cli import main; main({command})"
    script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {run}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1, done.stderr
        assert found(copy.path) == []
    again = subprocess.run([sys.executable, "-c", run], capture_output=True, check=False)
    assert again.returncode == 0
    assert found(copy.path) == []
    assert traces(copy.path, "It was put off") == []
