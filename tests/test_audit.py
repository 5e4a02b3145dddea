"""The audit: a sound file passes, every alteration is reported with its place, and no content of a file raises."""

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from timeline import ArchivedSource, Timeline
from timeline.audit import Report, verify
from timeline.audit.report import MAX_FAULTS, Tally
from timeline.errors import DatabaseRefused
from timeline.log import EventType, canonical
from timeline.log_schema import guards

Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def told(timeline: Timeline, report: ArchivedSource, meeting: str) -> Timeline:
    """Tell a timeline with every kind of event but a redaction; positions 1 to 8."""
    timeline.correct(meeting, date="2025-11", reason="Vaguer", citations=[report.quote("It sat", stance="disputes")])
    timeline.record("vote", title="A vote", date="2025", part_of=meeting, related=[meeting], citations=[report.quote("four days")])
    timeline.record("other", title="Another", date="2024", citations=[report.quote("three hundred", suffix=" came")])
    timeline.retract("vote", reason="It was put off", superseded_by="other")
    timeline.correct_source("report", publisher="TNA", reason="The byline")
    timeline.correct(meeting, kind="session", reason="It was one of several")
    return timeline


def altered(timeline: Timeline, tamper: Tamper | None) -> Report:
    """Alter the file as someone would who takes the guards away and puts them back, and audit what is left."""
    connection = timeline.log.connection
    for name in guards():
        connection.execute(f"DROP TRIGGER {name}")
    if tamper is not None:
        tamper(connection)
    for sql in guards().values():
        connection.execute(sql)
    return verify(timeline)


def rewritten(position: int, change: Callable[[dict[str, object]], object]) -> Tamper:
    """Change what an event says, with a hash that fits: what someone would do who knows how."""

    def tamper(connection: sqlite3.Connection) -> None:
        data, salt = connection.execute("SELECT data, salt FROM events WHERE position = ?", (position,)).fetchone()
        payload = json.loads(data)
        change(payload)
        data = canonical(payload)
        digest = hashlib.sha256(salt + data.encode()).digest()
        connection.execute("UPDATE events SET data = ?, data_hash = ? WHERE position = ?", (data, digest, position))

    return tamper


def said(position: int, **fields: object) -> Tamper:
    """Change fields of what an event states."""
    return rewritten(position, lambda payload: payload["statement"].update(fields))  # type: ignore[attr-defined]


def cited(position: int, **fields: object) -> Tamper:
    """Change fields of an event's first citation."""
    return rewritten(position, lambda payload: payload["statement"]["citations"][0].update(fields))  # type: ignore[index]


def sql(*statements: str) -> Tamper:
    """Change the file with SQL."""

    def tamper(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return tamper


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


ALTERATIONS: dict[str, tuple[Tamper, str, str]] = {
    "data": (
        sql("UPDATE events SET data = replace(data, 'Another', 'Any other') WHERE position = 5"),
        "position 5, happening/other@1",
        "its data does not match its hash",
    ),
    "hash": (
        sql("UPDATE events SET data_hash = x'00' WHERE position = 5"),
        "position 5, happening/other@1",
        "does not match its hash",
    ),
    "salt": (
        sql("UPDATE events SET salt = x'00' WHERE position = 5"),
        "position 5, happening/other@1",
        "does not match its hash",
    ),
    "blank": (
        sql("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
        "position 3, happening/meeting@2",
        "its data is gone, and no EventRedacted says why",
    ),
    "not JSON": (
        sql("UPDATE events SET data = '{' WHERE position = 5"),
        "position 5, happening/other@1",
        "cannot be checked: ",
    ),
    "not an object": (
        sql("UPDATE events SET data = '[]' WHERE position = 5"),
        "position 5, happening/other@1",
        "is not an object",
    ),
    "not canonical": (
        sql("UPDATE events SET data = ' ' || data WHERE position = 5"),
        "position 5, happening/other@1",
        "is not canonical JSON",
    ),
    "a float": (said(5, place=1.5), "position 5, happening/other@1", "place: is not text"),
    "position": (
        sql("UPDATE events SET position = 20 WHERE position = 8"),
        "position 8 to 19",
        "is missing: positions have no gaps",
    ),
    "gap": (sql("DELETE FROM events WHERE position = 5"), "position 5", "is missing: positions have no gaps"),
    "author": (
        sql("UPDATE events SET recorded_by = 'Ann' || char(10) || 'Bob' WHERE position = 5"),
        "position 5, happening/other@1",
        "recorded_by: has a line end",
    ),
    "part": (
        rewritten(5, lambda payload: payload.update(verdict="true")),
        "position 5, happening/other@1",
        "verdict: does not belong in a HappeningRecorded",
    ),
    "version": (
        sql("UPDATE events SET version = 9 WHERE position = 8"),
        "happening/meeting",
        "has 3 events and reaches version 9: versions have no gaps",
    ),
    "order": (
        sql(
            "UPDATE events SET version = 9 WHERE position = 2",
            "UPDATE events SET version = 1 WHERE position = 3",
            "UPDATE events SET version = 2 WHERE position = 2",
        ),
        "position 2, happening/meeting@2",
        "comes before the version that it follows",
    ),
    "type": (
        sql("UPDATE events SET type = 'Told' WHERE position = 5"),
        "position 5, happening/other@1",
        '"Told" is not a type',
    ),
    "kind": (
        sql("UPDATE events SET type = 'SourceArchived' WHERE position = 5"),
        "position 5, happening/other@1",
        "a SourceArchived does not belong in this stream",
    ),
    "first": (
        sql("UPDATE events SET type = 'HappeningRecorded' WHERE position = 3"),
        "position 3, happening/meeting@2",
        "a HappeningRecorded cannot be version 2",
    ),
    "stream": (
        sql("UPDATE events SET stream = 'story/x' WHERE position = 5"),
        "position 5, story/x@1",
        '"story" is not a kind of stream',
    ),
    "id": (
        sql("UPDATE events SET stream = 'happening/a b' WHERE position = 5"),
        "position 5, happening/a b@1",
        "id: is not an id",
    ),
    "time": (
        sql("UPDATE events SET recorded_at = 'yesterday' WHERE position = 5"),
        "position 5, happening/other@1",
        'recorded_at is "yesterday", not an instant in UTC',
    ),
    "after the end": (
        sql("UPDATE events SET type = 'HappeningRetracted' WHERE position = 3"),
        "position 8, happening/meeting@3",
        "was appended after the happening was retracted",
    ),
    "statement": (
        rewritten(5, lambda payload: payload.pop("statement")),
        "position 5, happening/other@1",
        "statement: is missing",
    ),
    "field": (said(5, colour="red"), "position 5, happening/other@1", "colour: is not a field here"),
    "date": (said(5, date="2025-11-31"), "position 5, happening/other@1", 'date: "2025-11-31": November 2025 has 30 days'),
    "reason": (
        rewritten(3, lambda payload: payload.pop("reason")),
        "position 3, happening/meeting@2",
        "reason: is missing",
    ),
    "changes": (
        said(3, date="2025-12"),
        "position 3, happening/meeting@2",
        "date: the statement does not have the value of the correction",
    ),
    "silent change": (
        said(3, title="Another title"),
        "position 3, happening/meeting@2",
        "title: differs from the version before, but is not among the changes",
    ),
    "silent change of a source": (
        said(7, title="Another title"),
        "position 7, source/report@2",
        "title: differs from the version before, but is not among the changes",
    ),
    "silent change at the end": (
        said(6, title="Another title"),
        "position 6, happening/vote@2",
        "title: differs from the version before, but is not among the changes",
    ),
    "field of a source": (said(1, colour="red"), "position 1, source/report@1", "colour: is not a field here"),
    "part of nothing": (
        said(5, part_of="none"),
        "position 5, happening/other@1",
        'part_of: there is no happening "none"',
    ),
    "related to nothing": (
        said(5, related=[{"other": "none", "relation": "x"}]),
        "position 5, happening/other@1",
        'related.1.other: there is no happening "none"',
    ),
    "part of a part": (said(8, part_of="vote"), "happening/vote", "part_of: makes a circle: vote in meeting in vote"),
    "part of itself": (said(5, part_of="other"), "happening/other", "part_of: makes a circle: other in other"),
    "document": (
        sql("UPDATE documents SET bytes = x'00'"),
        "document ",
        "its bytes do not have this SHA-256: they were altered",
    ),
    "no document": (
        sql("DELETE FROM documents"),
        "position 1, source/report@1",
        "sha256: no such document in the archive",
    ),
    "another text": (
        said(1, extractor="decoded as utf-16"),
        "position 1, source/report@1",
        "text_sha256: the text is not that of the document, decoded as utf-16",
    ),
    "quote": (cited(5, quote="three thousand"), "position 5, happening/other@1, citation 1", "cannot be verified: "),
    "source": (
        cited(5, source="none"),
        "position 5, happening/other@1, citation 1",
        'there is no source "none" before it',
    ),
    "start": (
        cited(5, start_char=3),
        "position 5, happening/other@1, citation 1",
        "start_char: is 3, expected 81",
    ),
    "end": (cited(5, end_char=3), "position 5, happening/other@1, citation 1", "end_char: is 3, expected 94"),
    "grade": (
        cited(5, grade="normalised"),
        "position 5, happening/other@1, citation 1",
        "grade: is 'normalised', expected 'exact'",
    ),
    "prefix": (cited(5, prefix="x"), "position 5, happening/other@1, citation 1", "cannot be verified: "),
    "row": (
        sql("UPDATE happenings SET title = 'x' WHERE id = 'other'"),
        "table happenings, other",
        "differs from the log",
    ),
    "row gone": (
        sql("DELETE FROM happening_tags"),
        "table happening_tags, meeting council",
        "is missing. Derive it again",
    ),
    "row added": (
        sql("INSERT INTO happening_tags VALUES ('meeting', 'zebra')"),
        "table happening_tags, meeting zebra",
        "does not follow from the log",
    ),
    "row of old": (
        sql("UPDATE happening_versions SET known_until = NULL WHERE position = 2"),
        "table happening_versions, 2",
        "differs from the log",
    ),
    "index": (sql("DROP INDEX happenings_time"), "index happenings_time", "is missing or changed"),
    "view": (sql("DROP VIEW timeline"), "view timeline", "is missing or changed"),
    "table": (sql("DROP TABLE related"), "table related", "is missing or changed"),
    "search": (
        sql("INSERT INTO happenings_fts (rowid, title) VALUES (99, 'zebra')"),
        "table happenings_fts, 99",
        "does not follow from the log",
    ),
    "search terms": (
        sql("UPDATE happenings_fts_content SET c0 = 'zebra' WHERE id = 5"),
        "table happenings_fts, 5",
        "differs from the log",
    ),
    "index terms": (
        sql(
            "UPDATE happenings_fts SET title = 'zebra' WHERE rowid = 5",
            "UPDATE happenings_fts_content SET c0 = 'Another' WHERE id = 5",
        ),
        "table happenings_fts_terms, another",
        "is missing. Derive it again",
    ),
    "index places": (
        sql(
            "UPDATE happenings_fts SET title = 'meets council The' WHERE rowid = 8",
            "UPDATE happenings_fts_content SET c0 = 'The council meets' WHERE id = 8",
        ),
        "table happenings_fts",
        "does not find its words",
    ),
    "definition": (
        sql("UPDATE projected SET definition = 'older'"),
        "read tables",
        "were made by another version of this program. Make them again: timeline rebuild",
    ),
    "index damaged": (
        sql("DELETE FROM happenings_fts_data WHERE id > 10"),
        "table happenings_fts_terms",
        "Derive it again: timeline rebuild",
    ),
    "pages": (
        sql(
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'related')"
            " WHERE name = 'happening_tags'",
            "PRAGMA writable_schema = RESET",
        ),
        "file",
        "SQLite's integrity check says: ",
    ),
    "reference": (
        sql("DELETE FROM actors WHERE id = 'a-chair'"),
        "table happening_actors",
        "refers to a missing row of actors",
    ),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_alteration_is_reported_with_its_place(told: Timeline, name: str) -> None:
    """Whoever alters the file without the program, and however small the change, the audit reports it and its place."""
    tamper, where, what = ALTERATIONS[name]
    report = altered(told, tamper)
    assert not report.ok
    assert any(at.startswith(where) and what in told for at, told in report.faults), report.faults


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


def remarks(report: Report) -> str:
    """Give all that is remarked on."""
    assert report.faults == ()
    return "\n".join(remark for check in report.checks for remark in check.remarks)


def test_a_time_before_the_previous_one_gets_a_remark(told: Timeline, path: Path) -> None:
    """A clock that was turned back is not a fault, and a backdated event shows."""
    assert "backdated" not in remarks(verify(told))
    with Timeline(path, by="tester", clock=lambda: datetime(1999, 1, 1, tzinfo=UTC)) as late:
        for name in ("long-ago", "longer-ago"):
            late.record(name, title="Long ago", date="1999", citations=[late.source("report").quote("four days")])
    assert (
        "backdated: position 9, happening/long-ago@1, recorded at 1999-01-01T00:00:00.000Z but after an event of 2026"
        in remarks(verify(told))
    )
    assert "(and of 1 more)" in remarks(verify(told))


def test_a_version_after_a_redacted_one_gets_a_remark(told: Timeline) -> None:
    """The version before is gone, so undeclared changes cannot be detected."""
    told.redact(2, reason="By law", keep_documents=True)
    found = remarks(verify(told))
    assert "Undeclared changes cannot be checked: position 3, happening/meeting@2, which follows a redacted" in found


def test_a_redaction_keeps_only_the_documents_of_its_source(told: Timeline) -> None:
    """Another hash in it would excuse a document that was added without an event."""
    told.redact(7, reason="By law", keep_documents=True)
    assert verify(told).faults == ()
    forged = b"It never sat."
    sha256 = hashlib.sha256(forged).hexdigest()

    def tamper(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO documents VALUES (?, ?)", (sha256, forged))
        rewritten(9, lambda payload: payload["kept"].update(leaflet=sha256))(connection)  # type: ignore[attr-defined]

    report = altered(told, tamper)
    assert ("position 9, source/report@3", "kept.leaflet: is not a document of that source in the archive") in report.faults


def test_an_existing_first_event_names_the_document(told: Timeline) -> None:
    """A redacted correction of the source is no reason for a remark."""
    told.redact(7, reason="By law", keep_documents=True)
    assert "rests on another" not in remarks(verify(told))


def test_the_event_that_still_names_a_document_gets_a_remark(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """If the event that archived it is redacted, the reader must know which other event names it, and since when."""
    timeline.redact(1, reason="By law")
    assert "known only from another event: source/report on position 2, happening/meeting@1, citation 1" in remarks(
        verify(timeline)
    )
    timeline.record("later", title="Later", date="2025", citations=[report.quote("four days")])
    timeline.redact(2, reason="By law")
    assert "source/report on position 4, happening/later@1, citation 1, after the redaction" in remarks(verify(timeline))


def test_a_checkpoint_shows_a_document_only_if_it_covers_an_event_that_names_it(
    timeline: Timeline, report: ArchivedSource, meeting: str
) -> None:
    """The events that it covers no longer name the document; a later checkpoint shows it again."""
    early = timeline.checkpoint()
    timeline.redact(1, reason="By law")
    assert timeline.verify(against=[early]).faults == ()
    timeline.record("later", title="Later", date="2025", citations=[report.quote("four days")])
    timeline.redact(2, reason="By law")
    ((where, what),) = timeline.verify(against=[early]).faults
    assert where == "position 4, happening/later@1, citation 1"
    assert what == "is the first event that still names the document of source/report: the checkpoint of 2 events cannot show it"
    assert timeline.verify(against=[timeline.checkpoint()]).faults == ()


def test_a_checkpoint_before_a_correction_shows_no_document_either(
    timeline: Timeline, report: ArchivedSource, meeting: str
) -> None:
    """If the first event of a source and a correction are both redacted, the first one counts."""
    early = timeline.checkpoint()
    timeline.correct_source("report", publisher="TNA", reason="The byline")
    timeline.redact(1, reason="By law", keep_documents=True)
    timeline.redact(3, reason="By law", keep_documents=True)
    timeline.record("later", title="Later", date="2025", citations=[report.quote("four days")])
    timeline.redact(2, reason="By law", keep_documents=True)
    ((where, what),) = timeline.verify(against=[early]).faults
    assert (where, "the checkpoint of 2 events cannot show it" in what) == ("position 6, happening/later@1, citation 1", True)


@pytest.mark.parametrize("index", ["UNIQUE INDEX another ON happenings (title)", "INDEX another ON happenings (abs(title))"])
def test_an_index_that_could_refuse_a_row_is_a_fault(told: Timeline, path: Path, index: str) -> None:
    """On a read table too: the next happening with that title could not be appended. Other indexes are allowed."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX harmless ON happenings (title)")
        connection.execute(f"CREATE {index}")
        connection.commit()
    ((where, what),) = [fault for fault in told.verify().faults if fault[0].startswith("index")]
    assert (where, "was not made by this program" in what) == ("index another", True)


def test_a_time_in_the_future_gets_a_remark(told: Timeline) -> None:
    """For an event, a checkpoint and a signature: later ones would get it too."""
    assert "still to come" not in remarks(verify(told))
    told.checkpoint()
    rows = "SELECT number + 1, 'other.example/log', size, root, '9999-12-31T23:59:59.999Z' FROM checkpoints"
    told.log.connection.execute(f"INSERT INTO checkpoints {rows} ORDER BY number DESC LIMIT 1")
    assert told.verify().faults == ()
    found = remarks(verify(told))
    assert "so a clock was wrong or the time was altered: checkpoint 2, stored at 9999-12-31T23:59:59.999Z" in found
    told.clock = lambda: datetime(9999, 1, 1, tzinfo=UTC)
    with Timeline(told.log.path, by="tester", clock=told.clock) as late:
        late.record("later", title="Later", date="1999", citations=[late.source("report").quote("four days")])
    told.clock = lambda: datetime(2026, 1, 1, tzinfo=UTC)
    assert "happening/later@1, recorded at 9999-01-01T00:00:00.000Z" in remarks(verify(told))


def test_a_checkpoint_that_is_older_than_its_last_event_is_a_fault(told: Timeline) -> None:
    """Even if it is not older than the checkpoint before it."""
    told.checkpoint()
    told.record("late", title="Late", date="2026", citations=[told.source("report").quote("four days")])
    rows = "SELECT number + 1, origin, 9, zeroblob(32), kept_at FROM checkpoints"
    report = altered(told, sql(f"INSERT INTO checkpoints {rows} ORDER BY number DESC LIMIT 1"))
    assert any(where == "checkpoint 2" and "before its last event, of 2026" in what for where, what in report.faults), report.faults


def test_an_unknown_part_of_an_event_is_reported(told: Timeline) -> None:
    """For every type."""
    told.redact(2, reason="By law", keep_documents=True)

    def tamper(connection: sqlite3.Connection) -> None:
        for position in (1, *range(3, 10)):
            rewritten(position, lambda payload: payload.update(verdict="true"))(connection)

    faults = {what for _, what in altered(told, tamper).faults if what.startswith("verdict: does not belong in a")}
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


def test_a_checkpoint_that_is_older_than_the_one_before_it_is_a_fault(told: Timeline) -> None:
    """Even if it is not older than its last event."""
    told.checkpoint()
    rows = "SELECT 2, 'other.example/log', size, root, recorded_at FROM checkpoints JOIN events ON position = size"
    report = altered(told, sql(f"INSERT INTO checkpoints {rows}"))
    assert [(where, "before that of the previous one" in what) for where, what in report.faults] == [("checkpoint 2", True)]


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
