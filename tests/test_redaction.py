"""Redaction removes an event's data and every copy of it; its place, and who redacted it and why, stay."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from timeline import ArchivedSource, RedactedVersion, Timeline, bundles
from timeline.errors import DatabaseRefused, Redacted, RedactionUnfinished, StatementInvalid, UnknownEvent, VersionConflict
from timeline.log.log import Event

WHY = "Names a witness."


@pytest.fixture
def names(timeline: Timeline, report: ArchivedSource, meeting: str) -> ArchivedSource:
    """Archive a document of its own (position 3), cite it (4), and correct what cites it (5)."""
    names = timeline.archive(text="Zebulon Quist was seen at the harbour.", id="names", title="Names of witnesses")
    timeline.record("sighting", title="Quist is seen", date="2025", actors=["Zebulon Quist"], citations=[names.quote("was seen")])
    timeline.correct("sighting", title="Quist is seen at the harbour", reason="The document says where.")
    return names


def table(timeline: Timeline, sql: str) -> list[tuple[Any, ...]]:
    """Read rows."""
    return timeline.log.connection.execute(sql).fetchall()


def test_the_data_is_removed_and_the_place_stays(timeline: Timeline, meeting: str) -> None:
    """Data and salt are gone; the row's other columns, its leaf and so the log's root are unchanged."""
    before = timeline.log.event(2)
    assert before is not None
    root = timeline.checkpoint().text
    event = timeline.redact(2, reason=WHY)
    after = timeline.log.event(2)
    assert after == Event(**{**{f: getattr(before, f) for f in Event._fields}, "data": None, "salt": None})
    assert (event.id, event.position, event.recorded_by) == ("happening/meeting@2", 3, "tester")
    assert (event.payload["position"], event.payload["reason"], len(event.payload["documents"])) == (2, WHY, 1)
    assert timeline.prove(2).proven.data is None
    assert timeline.verify().faults == ()
    assert root.splitlines()[1:] == timeline.prove(2).note.text.splitlines()[1:]


def test_the_read_tables_show_the_redaction_and_its_reason(timeline: Timeline, names: ArchivedSource) -> None:
    """A row of empty columns with the status and the reason; it is not current, found, or counted."""
    timeline.redact(5, reason=WHY)
    assert table(timeline, "SELECT id, title, date, status, version FROM happenings WHERE id = 'sighting'") == [
        ("sighting", None, None, "redacted", 2)
    ]
    assert table(
        timeline, "SELECT version, title, status, reason FROM happening_versions WHERE id = 'sighting' ORDER BY version"
    ) == [
        (1, "Quist is seen", "current", None),
        (2, None, "redacted", WHY),
    ]
    assert table(timeline, "SELECT id FROM timeline") == [("meeting",)]
    assert table(timeline, "SELECT * FROM facets WHERE value LIKE '%quist%'") == []
    assert table(timeline, "SELECT count(*) FROM happenings_fts WHERE happenings_fts MATCH 'quist'") == [(0,)]
    assert table(timeline, "SELECT name FROM actors WHERE id LIKE '%quist%'") == [("Zebulon Quist",)], "version 1 still names him"
    timeline.redact(4, reason=WHY)
    assert table(timeline, "SELECT name FROM actors WHERE id LIKE '%quist%'") == []
    assert timeline.verify().faults == ()


def test_a_document_is_removed_with_the_last_event_that_cites_it(timeline: Timeline, names: ArchivedSource, path: Path) -> None:
    """It stays while another version cites it; afterwards no byte of the file has it, and it cannot come back."""
    assert timeline.redact(4, reason=WHY).payload["documents"] == []
    assert b"was seen at the harbour" in path.read_bytes()
    assert len(timeline.redact(5, reason=WHY).payload["documents"]) == 1
    assert b"was seen at the harbour" not in path.read_bytes() + Path(f"{path}-wal").read_bytes()
    assert table(timeline, "SELECT title, sha256, characters FROM sources WHERE id = 'names'") == [
        ("Names of witnesses", None, None)
    ]
    assert timeline.verify().faults == ()
    with pytest.raises(Redacted, match=r"was redacted at position 7 .*Leave it out"):
        timeline.archive(text="Zebulon Quist was seen at the harbour.", id="others", title="Names of witnesses")
    again = timeline.archive(text="Zebulon Quist was seen at the harbour.", id="names", title="Names of witnesses")
    assert again.position == 3, "the event stands, and can be said again; its document is not put back"
    assert table(timeline, "SELECT count(*) FROM documents") == [(1,)]
    with pytest.raises(Redacted, match="nothing can be quoted"):
        timeline.record("again", title="Again", date="2025", citations=[names.quote("was seen")])


def test_a_document_that_others_cite_stays(timeline: Timeline, names: ArchivedSource) -> None:
    """A source can be redacted while happenings cite its document: their quotations are still verified."""
    event = timeline.redact(3, reason=WHY)
    assert event.payload["documents"] == []
    assert set(event.payload["kept"]) == {"sha256", "text_sha256"}
    assert table(timeline, "SELECT title, characters FROM sources WHERE id = 'names'") == [(None, 38)]
    assert timeline.verify().faults == ()
    timeline.record("later", title="Later", date="2026", citations=[names.quote("at the harbour")])
    for position in (4, 5):
        timeline.redact(position, reason=WHY)
    assert table(timeline, "SELECT count(*) FROM documents") == [(2,)]
    assert len(timeline.redact(7, reason=WHY).payload["documents"]) == 1
    assert table(timeline, "SELECT count(*) FROM documents") == [(1,)]
    assert timeline.verify().faults == ()


def test_a_corrected_source_that_is_redacted_keeps_its_document(timeline: Timeline, names: ArchivedSource) -> None:
    """The first event still names it."""
    timeline.correct_source("names", author="A witness", reason="Signed.")
    timeline.redact(6, reason=WHY)
    assert table(timeline, "SELECT title, author, characters FROM sources WHERE id = 'names'") == [(None, None, 38)]
    assert timeline.verify().faults == ()


def test_documents_can_be_kept(timeline: Timeline, names: ArchivedSource) -> None:
    """If the law does not concern the document."""
    timeline.redact(4, reason=WHY)
    assert timeline.redact(5, reason=WHY, keep_documents=True).payload["documents"] == []
    assert table(timeline, "SELECT characters FROM sources WHERE id = 'names'") == [(38,)]
    assert timeline.verify().faults == ()


def test_a_document_that_no_other_event_names_cannot_be_kept(timeline: Timeline, names: ArchivedSource) -> None:
    """Nobody could check later that it is the archived one, so another could replace it."""
    leaflet = timeline.archive(text="A leaflet.", id="leaflet", title="A leaflet")
    size = timeline.log.size()
    with pytest.raises(StatementInvalid, match=r"source/leaflet@1: no other event names document [0-9a-f]{12}….*leave out"):
        timeline.redact(leaflet.position, reason=WHY, keep_documents=True)
    assert timeline.log.size() == size
    assert timeline.redact(leaflet.position, reason=WHY).payload["documents"] != []
    timeline.redact(3, reason=WHY)
    timeline.redact(4, reason=WHY)
    with pytest.raises(StatementInvalid, match="no other event names document"):
        timeline.redact(5, reason=WHY, keep_documents=True)
    assert timeline.verify().faults == ()


def test_documents_of_the_same_bytes_stay_with_the_other_source(timeline: Timeline, names: ArchivedSource) -> None:
    """A redaction keeps no unconfirmed hashes."""
    text = "Zebulon Quist was seen at the harbour."
    other = timeline.archive(text=text, id="others", title="The same again", publisher="Another")
    redaction = timeline.redact(other.position, reason=WHY)
    assert (redaction.payload["documents"], "kept" in redaction.payload) == ([], False)
    assert timeline.verify().faults == ()


def test_it_is_safe_to_repeat(timeline: Timeline, meeting: str) -> None:
    """The same redaction appends nothing; another reason is refused."""
    first = timeline.redact(2, reason=WHY)
    assert timeline.redact(2, reason=WHY) == first
    with pytest.raises(
        Redacted, match=r"happening/meeting: version 1 was redacted at position 3 by tester \(Names a witness.\) already"
    ):
        timeline.redact(2, reason="Another.")
    assert timeline.log.size() == 3


def test_invalid_redactions_are_refused(timeline: Timeline, meeting: str) -> None:
    """No event, a redaction itself, no reason, inside another transaction, or after somebody else's append."""
    with pytest.raises(UnknownEvent, match="there is no event at position 9: the log ends at 2"):
        timeline.redact(9, reason=WHY)
    with pytest.raises(StatementInvalid, match="position 2: reason: is empty"):
        timeline.redact(2, reason=" ")
    with pytest.raises(StatementInvalid, match="Redact it by itself"), timeline.transaction():
        timeline.redact(2, reason=WHY)
    with pytest.raises(VersionConflict, match="at version 1, expected 4"):
        timeline.redact(2, reason=WHY, expected_version=4)
    timeline.redact(2, reason=WHY)
    with pytest.raises(StatementInvalid, match=r"happening/meeting@2: is itself a redaction, which stays"):
        timeline.redact(3, reason=WHY)


def test_a_redacted_happening_in_python(timeline: Timeline, names: ArchivedSource) -> None:
    """Reading it is refused with the reason, its history shows its place, and an older version can be read."""
    timeline.redact(5, reason=WHY)
    with pytest.raises(Redacted, match=r"happening/sighting: version 2 was redacted at position 6 by tester \(Names a witness.\)"):
        timeline.happening("sighting")
    assert timeline.happening("sighting", as_of=4).title == "Quist is seen"
    last = timeline.history("sighting")[-1]
    assert isinstance(last, RedactedVersion)
    assert (last.version, last.position, last.status, last.reason) == (2, 5, "redacted", WHY)


def test_a_redacted_happening_cannot_be_continued(timeline: Timeline, meeting: str) -> None:
    """It can be neither recorded again, nor corrected, nor retracted; another happening may still be part of it."""
    timeline.redact(2, reason=WHY, keep_documents=True)
    cited = [{"source": "report", "quote": "met in Marrakech"}]
    with pytest.raises(Redacted, match=r"is not restored. Leave it out, also of bundles and scripts"):
        timeline.record("meeting", title="The council meets", date="2025", citations=cited)
    with pytest.raises(Redacted, match="it has no statement"):
        timeline.correct("meeting", title="Another", reason="Why not")
    with pytest.raises(Redacted, match="it has no statement"):
        timeline.retract("meeting", reason="Why not")
    timeline.record("part", title="A part", date="2025", part_of="meeting", citations=cited)
    assert timeline.verify().faults == ()


def test_a_correction_after_a_redacted_version_is_safe_to_repeat(timeline: Timeline, names: ArchivedSource) -> None:
    """The script of a correction can run again, although the corrected version is gone."""
    timeline.redact(4, reason=WHY)
    again = timeline.correct("sighting", title="Quist is seen at the harbour", reason="The document says where.")
    assert again.position == 5


def test_appends_after_a_redaction_equal_a_rebuild(timeline: Timeline, names: ArchivedSource) -> None:
    """Corrections and retractions do not subtract redacted rows from counts."""
    timeline.redact(4, reason=WHY)
    timeline.correct("sighting", actors=["Someone"], tags=["seen"], reason="Better so.")
    timeline.redact(5, reason=WHY)
    timeline.retract("meeting", reason="Another council.")
    assert timeline.verify().faults == ()
    assert table(timeline, "SELECT value, happenings FROM facets WHERE facet = 'actor'") == [("someone", 1)]


def test_a_reader_delays_only_the_cleaning_of_the_file(timeline: Timeline, meeting: str, path: Path) -> None:
    """A program that still reads the old state keeps the journal from being emptied; the same call again empties it."""
    timeline.log.connection.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    with pytest.raises(DatabaseRefused, match="Stop that program, then repeat"):
        timeline.redact(2, reason=WHY)
    assert timeline.log.event(2) is not None
    reader.close()
    timeline.redact(2, reason=WHY)
    everything = path.read_bytes() + Path(f"{path}-wal").read_bytes()
    assert b"A chair" not in everything
    assert timeline.verify().faults == ()


def test_undoing_a_redaction_is_detected(timeline: Timeline, meeting: str) -> None:
    """Its event's data must be gone, and missing data must be named; a document does not come back."""
    connection = timeline.log.connection
    kept = timeline.log.event(2)
    assert kept is not None
    timeline.redact(2, reason=WHY)
    connection.execute("DROP TRIGGER events_update")
    connection.execute("DROP TRIGGER documents_insert_redacted")
    connection.execute("UPDATE events SET data = ?, salt = ? WHERE position = 2", (kept.data, kept.salt))
    assert "redacts position 2, but its data is still there" in told(timeline)
    connection.execute("UPDATE events SET data = NULL WHERE position = 2")
    assert "its data or its salt is missing: it was altered" in told(timeline)
    connection.execute("UPDATE events SET salt = NULL WHERE position = 2")
    gone = connection.execute("SELECT json_extract(data, '$.documents[0]') FROM events WHERE position = 3").fetchone()[0]
    assert gone
    connection.execute("INSERT INTO documents VALUES (?, x'00')", (gone,))
    assert "is in the archive, although a redaction removed it" in told(timeline)


def told(timeline: Timeline) -> str:
    """Verify, and join what is wrong."""
    return "\n".join(what for _, what in timeline.verify().faults)


def test_a_redacted_correction_does_not_come_back(timeline: Timeline, meeting: str) -> None:
    """A repeated script or bundle does not restore it; a new correction needs the version."""
    timeline.correct("meeting", place="Secretville", reason="A witness said so.")
    timeline.correct("meeting", place="Paris", reason="It was Paris.")
    timeline.redact(3, reason=WHY)
    with pytest.raises(Redacted, match=r"this may be the same correction. Leave it out, .* give expected_version=4"):
        timeline.correct("meeting", place="Secretville", reason="A witness said so.")
    assert timeline.correct("meeting", place="Paris", reason="It was Paris.").position == 4, "what stands can be said again"
    assert timeline.correct("meeting", place="Rome", reason="It was Rome.", expected_version=4).position == 6
    timeline.correct_source("report", author="A secret person", reason="Signed.")
    timeline.redact(7, reason=WHY)
    with pytest.raises(Redacted, match="may be the same correction"):
        timeline.correct_source("report", author="A secret person", reason="Signed.")


def test_a_document_redacted_by_another_process_is_not_quoted(timeline: Timeline, names: ArchivedSource, path: Path) -> None:
    """The cached text is not trusted in an append."""
    with Timeline(path, by="another") as other:
        other.redact(4, reason=WHY)
        other.redact(5, reason=WHY)
    with pytest.raises(Redacted, match=r"happening/late: cites source/names, whose document was redacted. Leave it out"):
        timeline.record("late", title="Late", date="2025", citations=[names.quote("at the harbour")])
    assert timeline.log.size() == 7
    assert timeline.verify().faults == ()


def test_neither_redaction_nor_rebuild_hides_an_alteration(timeline: Timeline, meeting: str) -> None:
    """The tree stays as it grew: only an explicit request derives it from the altered events."""
    timeline.log.connection.execute("DROP TRIGGER events_update")
    timeline.log.connection.execute("UPDATE events SET recorded_by = 'forger' WHERE position = 1")
    timeline.redact(2, reason=WHY)
    timeline.rebuild()
    assert "do not match their stored hash" in told(timeline)
    timeline.rebuild(tree=True)
    assert "do not match their stored hash" not in told(timeline)


def test_an_unfinished_redaction_reports_that_the_data_is_gone(timeline: Timeline, meeting: str) -> None:
    """The disk is full, or someone presses Ctrl-C: the event is redacted all the same, and the message says that."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    timeline.log.scrub, clean = interrupt, timeline.log.scrub  # type: ignore[method-assign]
    with pytest.raises(RedactionUnfinished, match=r"position 2: is redacted .happening/meeting@2 .* not clean yet: interrupted"):
        timeline.redact(2, reason=WHY)
    timeline.log.scrub = clean  # type: ignore[method-assign]
    assert timeline.redact(2, reason=WHY).position == 3


def test_a_bundle_with_redacted_entries_is_appended_without_them(timeline: Timeline, tmp_path: Path) -> None:
    """A happening, its retraction and its document stay gone; new entries of the bundle are appended."""
    bundle = tmp_path / "bundle.yaml"
    entries = """sources:
  - {id: names, file: names.txt, title: Names}
  - {id: other, file: other.txt, title: Other}
happenings:
  - {id: sighting, title: Quist is seen, date: "2025", citations: [{source: names, quote: was seen}]}
  - {retract: sighting, reason: Quist was not there.}
"""
    (tmp_path / "names.txt").write_text("Zebulon Quist was seen.")
    (tmp_path / "other.txt").write_text("The harbour was empty.")
    bundle.write_text(entries)
    bundles.append(timeline, bundle)
    for position in (3, 4):
        timeline.redact(position, reason=WHY)
    bundle.write_text(
        f'{entries}  - {{id: empty, title: Nobody there, date: "2025", citations: [{{source: other, quote: was empty}}]}}\n'
    )
    appended = bundles.append(timeline, bundle)
    assert appended.events == 1
    assert [told.split(": ", 2)[1:] for told in appended.redacted] == [
        [
            "happening/sighting",
            f"version {n} was redacted at position {n + 4} by tester ({WHY}), and is not restored. Leave it out,"
            " also of bundles and scripts",
        ]
        for n in (1, 2)
    ]
    assert table(timeline, "SELECT id FROM timeline") == [("empty",)]
    assert timeline.verify().faults == ()
