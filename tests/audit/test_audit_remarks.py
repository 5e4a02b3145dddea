"""Times, redactions and checkpoints that prove less than they seem to: a remark or a fault says so."""

import hashlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from tampering import altered, remarks, rewritten, sql

from timeline import ArchivedSource, Timeline
from timeline.audit import verify


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


def test_a_checkpoint_that_is_older_than_the_one_before_it_is_a_fault(told: Timeline) -> None:
    """Even if it is not older than its last event."""
    told.checkpoint()
    rows = "SELECT 2, 'other.example/log', size, root, recorded_at FROM checkpoints JOIN events ON position = size"
    report = altered(told, sql(f"INSERT INTO checkpoints {rows}"))
    assert [(where, "before that of the previous one" in what) for where, what in report.faults] == [("checkpoint 2", True)]
