"""The audit: a sound file passes, every fault is reported with its place, and no content of a file raises."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from tampering import altered, rewritten, sql

from timeline import Timeline
from timeline.audit import Report, verify
from timeline.audit.report import MAX_FAULTS, Tally
from timeline.errors import DatabaseRefused
from timeline.log.log import EventType


def test_a_sound_timeline_passes(told: Timeline) -> None:
    """Everything is counted, and there are no faults."""
    steps: list[int] = []
    report = verify(told, steps.append)
    assert report.faults == ()
    assert report.ok
    assert (report.events, report.documents, report.citations) == (8, 1, 6)
    assert sum(steps) == 2 * 8
    assert [check.name for check in report.checks] == [
        "file",
        "guards",
        "events",
        "tree",
        "checkpoints",
        "statements",
        "documents",
        "texts",
        "citations",
        "read tables",
    ]


def test_an_empty_timeline_passes(timeline: Timeline) -> None:
    """There is nothing to fault."""
    assert timeline.verify().ok


def test_guards_removed_and_restored_pass(told: Timeline) -> None:
    """The helper of these tests alters nothing by itself."""
    assert altered(told, None).ok


def test_missing_and_foreign_triggers_are_reported(told: Timeline, path: Path) -> None:
    """A guard that is missing or replaced, and a trigger that someone added to one of our tables."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER events_update")
    connection.execute("DROP TRIGGER events_delete")
    connection.execute("CREATE TRIGGER events_delete BEFORE DELETE ON events BEGIN SELECT 1; END")
    connection.execute("CREATE TRIGGER mine AFTER INSERT ON happenings BEGIN SELECT 1; END")
    connection.execute("CREATE TABLE notes (note)")
    connection.execute("CREATE TRIGGER harmless AFTER INSERT ON notes BEGIN SELECT 1; END")
    connection.close()
    with Timeline(path, read_only=True, guarded=False) as timeline:
        assert [where for where, _ in timeline.verify().faults] == [
            "trigger events_update",
            "trigger events_delete",
            "trigger mine",
        ]


def test_the_audit_goes_on_after_a_fault(told: Timeline) -> None:
    """Several faults in several places are all reported."""
    report = altered(
        told,
        sql(
            "UPDATE events SET salt = x'00' WHERE position IN (1, 5)",
            "UPDATE documents SET bytes = x'00'",
            "DELETE FROM happening_tags",
        ),
    )
    assert {check.name for check in report.checks if check.faults} >= {
        "events",
        "documents",
        "citations",
        "read tables",
    }


def test_nothing_is_written(told: Timeline, path: Path) -> None:
    """The file is identical after an audit, and no other file remains beside it."""
    told.close()
    before = path.read_bytes()
    with Timeline(path, read_only=True) as timeline:
        assert timeline.verify().ok
    assert path.read_bytes() == before


def test_text_that_is_not_utf8_is_reported(told: Timeline) -> None:
    """SQLite stores any bytes as text; unreadable events are named by their position, and the rest is checked."""
    report = altered(told, sql("UPDATE events SET data = CAST(x'FF' AS TEXT) WHERE position = 5"))
    assert report.events == 7
    assert any(where == "position 5" and "cannot be read" in what for where, what in report.faults)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_raises_nothing_but_a_refusal(told: Timeline, path: Path, tmp_path: Path, seed: int) -> None:
    """With bytes overwritten anywhere, the file is refused in one line or audited to the end."""
    told.log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    chance = random.Random(seed)  # noqa: S311 - the same damage at each run
    with copy.open("r+b") as file:
        for _ in range(chance.choice([1, 5, 50])):
            file.seek(chance.randrange(100, copy.stat().st_size))
            file.write(chance.randbytes(chance.choice([1, 8, 300])))
    try:
        timeline = Timeline(copy, read_only=True, guarded=False)
    except DatabaseRefused:
        return
    with timeline:
        assert isinstance(verify(timeline), Report)


def test_faults_beyond_a_thousand_are_counted() -> None:
    """A file with a million faults does not give a million lines."""
    tally = Tally("events")
    for number in range(MAX_FAULTS + 7):
        tally.fault(f"position {number}", "is\nwrong")
    check = tally.done()
    assert (len(check.faults), check.more, check.faults[0]) == (MAX_FAULTS, 7, ("position 0", "is wrong"))


@pytest.mark.parametrize("table", ["events", "documents", "happenings"])
def test_an_interruption_is_not_a_fault(told: Timeline, table: str) -> None:
    """It ends the audit, wherever it occurs."""
    connection = told.log.connection
    reading = False

    def authorize(action: int, name: str | None, *_: object) -> int:
        nonlocal reading
        reading = reading or (action == sqlite3.SQLITE_READ and name == table)
        return sqlite3.SQLITE_OK

    connection.set_authorizer(authorize)
    connection.set_progress_handler(lambda: int(reading), 1)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        verify(told)


@pytest.mark.parametrize("index", ["UNIQUE INDEX another ON happenings (title)", "INDEX another ON happenings (abs(title))"])
def test_an_index_that_could_refuse_a_row_is_a_fault(told: Timeline, path: Path, index: str) -> None:
    """On a read table too: the next happening with that title could not be appended. Other indexes are allowed."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX harmless ON happenings (title)")
        connection.execute(f"CREATE {index}")
        connection.commit()
    ((where, what),) = [fault for fault in told.verify().faults if fault[0].startswith("index")]
    assert (where, "was not made by this program" in what) == ("index another", True)


def test_an_unknown_part_of_an_event_is_reported(told: Timeline) -> None:
    """For every type."""
    told.review("other", verdict="confirmed")
    told.redact(2, reason="By law", keep_documents=True)

    def tamper(connection: sqlite3.Connection) -> None:
        for position in (1, *range(3, 11)):
            rewritten(position, lambda payload: payload.update(guess="true"))(connection)

    faults = {what for _, what in altered(told, tamper).faults if what.startswith("guess: does not belong in a")}
    assert {what.rpartition(" ")[2] for what in faults} == set(get_args(EventType))


def test_a_foreign_trigger_on_a_search_index_is_reported(told: Timeline) -> None:
    """On each of SQLite's tables for it."""
    tables = [f"{name}_fts_{shadow}" for name in ("happenings", "sources") for shadow in ("data", "idx", "content", "config")]
    triggers = (f"CREATE TRIGGER mine_{table} AFTER INSERT ON {table} BEGIN SELECT 1; END" for table in tables)
    faults = altered(told, sql(*triggers)).faults
    assert {where for where, _ in faults} >= {f"trigger mine_{table}" for table in tables}


def test_events_after_a_gap_are_not_reported_as_altered(told: Timeline) -> None:
    """They are unchanged: the report says where the comparison with the tree ends."""
    faults = altered(told, sql("DELETE FROM events WHERE position IN (5, 7)")).faults
    assert ("position 5 and after", "cannot be compared with the tree: an event is missing") in faults
    assert not any("do not give the hash" in what for _, what in faults)


def test_there_is_no_advice_to_derive_an_altered_tree_again(told: Timeline) -> None:
    """That would hide the alteration: the advice is only for read tables."""
    faults = altered(told, sql("UPDATE tree SET hash = zeroblob(32) WHERE number = 1")).faults
    assert faults
    assert not any("tree" in where and "Derive it again" in what for where, what in faults), faults


def test_all_checks_see_one_state_of_the_file(told: Timeline, path: Path) -> None:
    """An event appended during the audit is in none of its checks."""
    with Timeline(path, by="another") as other:
        late = {"title": "Late", "date": "2025", "citations": [{"source": "report", "quote": "four days"}]}
        times = iter(range(100))
        report = verify(told, lambda _: other.record(f"late-{next(times)}", **late) and None)  # type: ignore[arg-type]
    assert next(times) > 8
    assert (report.faults, report.events) == ((), 8)
    assert not told.log.connection.in_transaction


def test_an_unreadable_document_is_reported_and_the_others_are_checked(told: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged one must not hide the rest, nor be mistaken for the one before."""
    read, names = told.log.document, [row[0] for row in told.log.connection.execute("SELECT sha256 FROM documents ORDER BY 1")]
    told.archive(text="A leaflet.", id="leaflet", title="A leaflet")
    broken = names[0]

    def failing(sha256: str) -> bytes | None:
        if sha256 == broken:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return read(sha256)

    monkeypatch.setattr(told.log, "document", failing)
    report = verify(told)
    assert (f"document {broken[:12]}…", "cannot be read: database disk image is malformed") in report.faults
    assert report.documents == 2
    assert not any("altered" in what for _, what in report.faults)


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload["statement"].update(media_type=5),
        lambda payload: payload.update(statement=None),
        lambda payload: payload["statement"].pop("extractor"),
    ],
)
def test_a_text_is_compared_even_if_one_event_of_its_source_is_damaged(
    told: Timeline, change: Callable[[dict[str, object]], object]
) -> None:
    """Another of its events still names the extractor."""
    report = altered(told, rewritten(1, change))
    assert not report.ok
    assert [check.count for check in report.checks if check.name == "texts"] == [1]
