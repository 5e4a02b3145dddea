"""Every alteration is reported with its place."""

import sqlite3
from pathlib import Path

import pytest
from examples import PNG
from tampering import Tamper, altered, cited, rewritten, said, sql

from timeline import Timeline

TOO_LARGE = 10**30  # for SQLite


def typed(type: str, data: str) -> Tamper:
    """Make event 5 one of another type, with other data."""
    return sql(f"UPDATE events SET type = '{type}', data = '{data}' WHERE position = 5")


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
    "a review of a version that no number reaches": (
        typed("HappeningReviewed", f'{{"verdict":"doubted","version":{TOO_LARGE}}}'),
        "position 5, happening/other@1",
        "cannot be checked: ",
    ),
    "a redaction of a position that no number reaches": (
        typed("EventRedacted", f'{{"documents":[],"position":{TOO_LARGE},"reason":"x"}}'),
        "position 5, happening/other@1",
        "cannot be checked: ",
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


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"verdict": "perhaps"}, "verdict: is not one of 'confirmed' or 'doubted'"),
        ({"version": 9}, "reviews version 9, which makes no statement before it"),
        ({"version": 4}, "reviews version 4, which makes no statement before it"),
        ({"version": "1"}, "version: is not a version"),
        ({"comment": 7}, "comment: is not text"),
        ({"statement": {}}, "statement: does not belong in a HappeningReviewed"),
    ],
)
def test_a_review_of_nothing_is_a_fault(told: Timeline, change: dict[str, object], fault: str) -> None:
    """It names an earlier version with a statement, and a known verdict."""
    position = told.review("meeting", verdict="confirmed", version=1).position
    report = altered(told, rewritten(position, lambda payload: payload.update(change)))
    assert any(where == f"position {position}, happening/meeting@4" and what.startswith(fault) for where, what in report.faults)


def test_a_review_after_a_retraction_is_a_fault(told: Timeline) -> None:
    """The program and the guards refuse it; whoever takes the guards away is found out."""
    position = told.review("meeting", verdict="confirmed").position

    def tamper(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE events SET stream = 'happening/vote', version = 3 WHERE position = ?", (position,))

    faults = altered(told, tamper).faults
    assert (f"position {position}, happening/vote@3", "was appended after the happening was retracted") in faults


@pytest.mark.parametrize("field", ["review", "near", "recorded_by"])
def test_a_statement_does_not_say_what_the_log_says_of_it(told: Timeline, field: str) -> None:
    """Nobody confirms a happening by writing that it is confirmed."""
    value = {"review": "confirmed", "near": True}.get(field, "x")
    faults = altered(told, rewritten(2, lambda payload: payload["statement"].update({field: value}))).faults  # type: ignore[attr-defined]
    assert ("position 2, happening/meeting@1", f"{field}: does not belong in a statement") in faults


PARTS: dict[str, tuple[Tamper, str]] = {
    "another kind": (cited(2, fragment="t=1,2"), "fragment: is a time, which only audio and video have"),
    "beyond the edge": (cited(2, fragment="xywh=percent:90,0,20,10"), "fragment: is a region beyond the edge"),
    "no part": (cited(2, fragment=None), "fragment: is missing"),
    "quoted": (cited(2, quote="A man", grade="exact"), "in a citation of its own"),
    "a place": (cited(2, start_char=0), "start_char: is not a field here"),
    "another document": (cited(2, sha256="0" * 64), "names another document or text of source/hall"),
    "an unknown source": (cited(2, source="none"), 'there is no source "none" before it'),
}


@pytest.mark.parametrize("name", PARTS)
def test_an_altered_part_is_reported(tmp_path: Path, name: str) -> None:
    """As an altered quotation is."""
    (tmp_path / "hall.png").write_bytes(PNG)
    with Timeline(tmp_path / "parts.db", by="tester") as timeline:
        hall = timeline.archive(tmp_path / "hall.png", id="hall", title="A hall")
        timeline.record("x", title="X", date="2003", citations=[hall.describe("A man", fragment="xywh=percent:1,1,1,1")])
        tamper, expected = PARTS[name]
        assert expected in "\n".join(f"{fault}" for fault in altered(timeline, tamper).faults)
