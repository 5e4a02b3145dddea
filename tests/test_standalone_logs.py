"""The standalone verifier of a whole log: it accepts a log that only grew, and detects any other change."""

import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from verifiers import LOGS, SIZE, run

from timeline import Timeline, merkle
from timeline.merkle import Checkpoint
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey


@pytest.fixture
def copy(made: SimpleNamespace, tmp_path: Path) -> Path:
    """Copy the timeline, with its guards gone."""
    target = tmp_path / "copy.db"
    with closing(sqlite3.connect(made.db)) as source, closing(sqlite3.connect(target)) as connection:
        source.backup(connection)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.commit()
    return target


def alter(path: Path, *statements: str) -> None:
    """Change a file behind the program's back."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


FORGED = (
    "INSERT INTO events SELECT {position}, 'happening/forged', 1, type, recorded_at, recorded_by, data, salt, data_hash"
    " FROM events WHERE position = 3"
)
REWRITTEN = "UPDATE events SET data = replace(data, '2025-11-24', '2025-11-25') WHERE position = 7"
INVENTED = "lower(hex(hash('', 'invented')))"
KEEPING = (
    f"json_object('documents', json('[]'), 'kept', json_object('sha256', {INVENTED}, 'text_sha256', {INVENTED}), 'position', 1,"
    " 'reason', 'x')"
)
ATTACKS: dict[str, tuple[list[str], str]] = {
    "a rewritten date": ([REWRITTEN], "position 7: its data does not match its hash"),
    "a rewritten date, its hash computed again": (
        [REWRITTEN, "UPDATE events SET data_hash = hash(salt, data) WHERE position = 7"],
        "the first 13 events are not those of the checkpoint",
    ),
    "another recorder": (["UPDATE events SET recorded_by = 'another' WHERE position = 2"], "are not those of the checkpoint"),
    "a dropped event": (["DELETE FROM events WHERE position = 6"], "position 7: does not follow the one before it"),
    "a dropped event, the others moved up": (
        [
            "DELETE FROM events WHERE position = 6",
            *(f"UPDATE events SET position = {n - 1} WHERE position = {n}" for n in range(7, 14)),
        ],
        "the log has 12 events, the checkpoint 13",
    ),
    "a dropped event, another appended": (
        [
            "DELETE FROM events WHERE position = 6",
            *(f"UPDATE events SET position = {n - 1} WHERE position = {n}" for n in range(7, 14)),
            FORGED.format(position=13),
        ],
        "are not those of the checkpoint",
    ),
    "a forged event put between": (
        [*(f"UPDATE events SET position = {n + 1} WHERE position = {n}" for n in range(13, 4, -1)), FORGED.format(position=5)],
        "are not those of the checkpoint",
    ),
    "a rolled back copy": (["DELETE FROM events WHERE position > 9"], "the log has 9 events, the checkpoint 13"),
    "two events changed round": (
        [
            "UPDATE events SET position = 99 WHERE position = 4",
            "UPDATE events SET position = 4 WHERE position = 5",
            "UPDATE events SET position = 5 WHERE position = 99",
        ],
        "are not those of the checkpoint",
    ),
    "blanked without a redaction": (
        ["UPDATE events SET data = NULL, salt = NULL WHERE position = 8"],
        "position 8: its data is gone, and no redaction",
    ),
    "half blanked": (["UPDATE events SET data = NULL WHERE position = 8"], "position 8: its data does not match its hash"),
    "its salt gone": (["UPDATE events SET salt = NULL WHERE position = 8"], "position 8: its data does not match its hash"),
    "text that is none": (["UPDATE events SET stream = CAST(x'ff' AS TEXT) WHERE position = 8"], "position 8: "),
    "words that are no text": (["UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE position = 8"], "position 8: "),
    "a hash cut short": (["UPDATE events SET data_hash = x'00' WHERE position = 8"], "position 8: the hash"[:12]),
    "words moved into the salt": (
        [
            "UPDATE events SET salt = CAST(salt || CAST(substr(data, 1, 4) AS BLOB) AS BLOB), data = substr(data, 5)"
            " WHERE position = 8"
        ],
        "position 8: its data does not match its hash",
    ),
    "words in another form": (
        [
            "UPDATE events SET data = replace(data, ':', ': ') WHERE position = 8",
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 8",
        ],
        "position 8: its data is not canonical JSON",
    ),
    "another document": (["UPDATE documents SET bytes = CAST('invented' AS BLOB)"], "does not have this SHA-256"),
    "a document that is gone": (["DELETE FROM documents"], "is missing, and no redaction removed it"),
    "redacted from another stream": (
        [
            "INSERT INTO events SELECT 14, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            ' \'{"documents":[],"position":8,"reason":"none"}\', zeroblob(16), zeroblob(32) FROM events WHERE position = 1',
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 14",
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 8",
        ],
        "position 8: its data is gone, and no redaction names it",
    ),
    "another document, with its own hash, kept by a redaction": (
        [
            "INSERT INTO events SELECT 14, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            f" {KEEPING}, zeroblob(16), zeroblob(32) FROM events WHERE position = 1",
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 14",
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 1",
            f"UPDATE documents SET bytes = CAST('invented' AS BLOB), sha256 = {INVENTED}",
        ],
        "position 14: no other event confirms the document of source/report that it keeps",
    ),
    "a source of which only later events say which document it has": (
        [
            "INSERT INTO events SELECT 14, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            ' \'{"documents":[],"position":1,"reason":"none"}\', zeroblob(16), zeroblob(32) FROM events WHERE position = 1',
            "INSERT INTO events SELECT position + 13, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            " json_object('documents', json_array(), 'position', position, 'reason', 'none'), zeroblob(16), zeroblob(32)"
            " FROM events WHERE position BETWEEN 2 AND 13",
            "INSERT INTO events SELECT 27, 'happening/later', 1, type, recorded_at, recorded_by, data, salt, data_hash"
            " FROM events WHERE position = 13",
            "UPDATE events SET data_hash = hash(salt, data) WHERE type = 'EventRedacted'",
            "UPDATE events SET data = NULL, salt = NULL WHERE position < 14",
        ],
        "source/report: only events that the checkpoint does not cover name its document",
    ),
    "a source with two documents": (
        [
            "UPDATE events SET data = json_set(data, '$.statement.citations[0].text_sha256', 'another') WHERE position = 8",
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 8",
        ],
        "source/report: events name different documents for it",
    ),
    "no table of events": (["DROP TABLE events"], "has no table of events"),
    "a view without an end": (
        [
            "DROP TABLE events",
            "CREATE VIEW events AS WITH RECURSIVE n(position) AS (SELECT 1 UNION ALL SELECT position + 1 FROM n) SELECT * FROM n",
        ],
        "has no table of events",
    ),
    "columns of any type": (
        [
            "PRAGMA legacy_alter_table = ON",
            "CREATE TABLE loose AS SELECT * FROM events",
            "DROP TABLE events",
            "ALTER TABLE loose RENAME TO events",
            "UPDATE events SET position = 'x', salt = 5 WHERE position = 3",
            "UPDATE events SET version = 1.5, data_hash = NULL WHERE position = 4",
        ],
        "position x: ",
    ),
}


def found(path: Path, checkpoint: Path, *more: str) -> list[str]:
    """Check a log, and give the faults; none where it is shown."""
    code, lines = run("log", path, checkpoint, *more)
    assert (code == 0) == (lines[-1] == "Shown")
    return [line.removeprefix("Fault: ") for line in lines if line.startswith("Fault: ")]


def test_a_log_that_only_grew_is_accepted(made: SimpleNamespace, copy: Path) -> None:
    """At the checkpoint's size, and beyond."""
    checkpoint = made.folder / "checkpoint"
    assert found(made.db, checkpoint, "--key", made.keys[0]) == []
    alter(copy, FORGED.format(position=14))
    code, lines = run("log", copy, checkpoint, "--key", made.keys[1])
    assert code == 0
    assert "The first 13 of 14 events" in lines[1]
    assert "signed by witness.example/w1 at 2026-02-03 04:05:06+00:00" in lines[2]


@pytest.mark.parametrize("name", ATTACKS)
def test_alterations_of_a_log_are_detected(made: SimpleNamespace, copy: Path, name: str) -> None:
    """Without using the stored tree, and in a line with the place."""
    statements, expected = ATTACKS[name]
    with closing(sqlite3.connect(copy)) as connection:
        connection.create_function("hash", 2, lambda salt, data: hashlib.sha256((salt or b"") + data.encode()).digest())
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    faults = found(copy, made.folder / "checkpoint")
    assert any(expected in fault for fault in faults), faults


def test_all_faults_are_reported(made: SimpleNamespace, copy: Path) -> None:
    """One does not hide another."""
    alter(
        copy,
        "UPDATE events SET data = '{}' WHERE position IN (2, 9)",
        "UPDATE events SET data = NULL, salt = NULL WHERE position = 4",
        "DELETE FROM events WHERE position > 11",
    )
    faults = found(copy, made.folder / "checkpoint")
    assert [fault.split(":")[0] for fault in faults] == ["position 2", "position 9", "position 4", faults[-1].split(":")[0]]


def test_the_stored_tree_is_not_trusted(made: SimpleNamespace, copy: Path) -> None:
    """A log is accepted whatever its tree says, and refused although its tree matches."""
    alter(copy, "DELETE FROM tree")
    assert found(copy, made.folder / "checkpoint") == []


def test_a_redaction_leaves_the_log_sound(made: SimpleNamespace, tmp_path: Path) -> None:
    """The redacted event's data is gone, and an event has the reason; its leaf remains."""
    shutil.copy(made.db, tmp_path / "redacted.db")
    with Timeline(tmp_path / "redacted.db", by="editor") as timeline:
        timeline.redact(5, reason="by law")
    assert found(tmp_path / "redacted.db", made.folder / "checkpoint") == []


def test_a_review_is_an_event_like_any_other(made: SimpleNamespace, tmp_path: Path) -> None:
    """It names no document; redacted, it leaves the log sound."""
    shutil.copy(made.db, tmp_path / "reviewed.db")
    with Timeline(tmp_path / "reviewed.db", by="A second reader") as timeline:
        position = timeline.review(timeline.happenings()[0].id, verdict="doubted", comment="Perhaps").position
        assert found(tmp_path / "reviewed.db", made.folder / "checkpoint") == []
        timeline.redact(position, reason="by law")
    assert found(tmp_path / "reviewed.db", made.folder / "checkpoint") == []


@pytest.mark.parametrize("root", [merkle.EMPTY, b"\1" * 32])
def test_a_checkpoint_of_nothing_proves_nothing(made: SimpleNamespace, tmp_path: Path, root: bytes) -> None:
    """Every log extends it: both verifiers say so."""
    (tmp_path / "nothing").write_text(Checkpoint("example.org/log", 0, root).text)
    fault = ["Fault: checkpoint: covers no event, so it proves nothing", "Not shown"]
    assert run("log", made.db, tmp_path / "nothing") == (1, fault)
    assert run("proof", made.folder / "proof", "--checkpoint", tmp_path / "nothing") == (1, fault)


def test_every_size_has_the_same_root_as_ours(made: SimpleNamespace) -> None:
    """The streamed tree is the same tree."""
    with Timeline(made.db, read_only=True) as timeline:
        for size in range(1, SIZE + 1):
            checkpoint = checkpoints.head(timeline.log, "example.org/log", size)
            (said,) = LOGS.check_log(LOGS.open_log(str(made.db)), LOGS.read_checkpoint(checkpoint.text))
            assert said == f"The first {size} of {SIZE} events are those of the checkpoint of example.org/log"


def test_a_cut_or_flipped_file_is_refused_in_a_line(made: SimpleNamespace, copy: Path, tmp_path: Path) -> None:
    """Wherever it is cut; a flipped byte is detected, or belonged to no event."""
    whole = copy.read_bytes()
    generator = random.Random(3)  # noqa: S311 - the same each time
    kept = LOGS.read_checkpoint(str(made.note))
    for number in range(150):
        content = bytearray(whole)
        if number % 3 == 0:
            content = content[: generator.randrange(len(whole))]
        else:
            content[generator.randrange(len(whole))] ^= 1 << generator.randrange(8)
        (tmp_path / "damaged.db").write_bytes(content)
        said: list[str] = []
        try:
            said.extend(LOGS.check_log(LOGS.open_log(str(tmp_path / "damaged.db")), kept))
        except (LOGS.NotShown, ValueError, sqlite3.Error):
            continue
        assert number % 3 or any(line.startswith("Fault") for line in said)


def test_the_signature_of_a_log_s_checkpoint_is_checked(made: SimpleNamespace, tmp_path: Path) -> None:
    """An altered one, or none by a given key, is refused."""
    (tmp_path / "altered").write_text(str(made.note).replace("\n13\n", "\n12\n", 1), encoding="utf-8")
    assert "is not valid" in found(made.db, tmp_path / "altered", "--key", made.keys[0])[0]
    stranger = str(SigningKey.new("example.org/log").public)
    assert found(made.db, made.folder / "checkpoint", "--key", stranger) == [
        "checkpoint: is not signed by example.org/log, whose key was given"
    ]


def test_the_report_says_whether_the_wal_was_read(made: SimpleNamespace, tmp_path: Path) -> None:
    """Events that are only in the WAL are read, as by SQLite, also through a link to the file."""
    shutil.copy(made.db, tmp_path / "open.db")
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(tmp_path / "open.db")
    assert run("log", link, made.folder / "checkpoint")[1][0] == "Read: the file alone; it has no -wal"
    with Timeline(tmp_path / "open.db", by="tester") as timeline:
        timeline.archive(text="More.", id="more", title="More")
        size = Path(f"{tmp_path / 'open.db'}-wal").stat().st_size
        for path in (tmp_path / "open.db", link):
            code, lines = run("log", path, made.folder / "checkpoint")
            assert code == 0
            assert lines[0].startswith(f"Read: the file and {size} bytes of its -wal, as sqlite3 does. ")
            assert "The first 13 of 14 events" in lines[1]
    assert sorted(path.name for path in tmp_path.rglob("*.db*")) == ["link.db", "open.db"]


def test_a_log_with_an_interrupted_write_is_refused(made: SimpleNamespace, copy: Path, tmp_path: Path) -> None:
    """SQLite would undo it first; until then nothing is shown, the message has the next step, and nothing is changed."""
    target = tmp_path / "cut.db"
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE events SET recorded_by = 'another'")
        connection.execute("CREATE TABLE more AS SELECT * FROM events, documents")
        shutil.copy(copy, target)
        shutil.copy(f"{copy}-journal", f"{target}-journal")
        connection.execute("ROLLBACK")
    (fault,) = found(target, made.folder / "checkpoint")
    assert "-journal: is of an interrupted write" in fault
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("SELECT * FROM events").fetchall()
    assert found(target, made.folder / "checkpoint") == []
