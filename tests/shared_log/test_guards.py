"""PostgreSQL itself refuses what may not be in the log, whichever client tries, and each role does no more than it may."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import psycopg
import pytest
from cluster import Cluster

from timeline import ArchivedSource, Timeline
from timeline.errors import DatabaseRefused
from timeline.shared_log import connecting

SALT = b"0123456789abcdef"
NEXT = {"position": 3, "stream": "happening/other", "version": 1, "type": "HappeningRecorded"}
INSERT = "INSERT INTO timeline.events VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect as the owner of the log, who has every right."""
    with closing(connecting.connect(url)) as connection:
        yield connection


def insert(connection: psycopg.Connection[Any], data: Mapping[str, Any] | str | None = None, **columns: Any) -> None:  # noqa: ANN401
    """Insert an event by hand, with the next place and a valid form unless given."""
    text = data if isinstance(data, str) else json.dumps(data if data is not None else {"statement": {"title": "?"}})
    row = {
        **NEXT,
        "recorded_at": "2026-01-01T00:00:09.000Z",
        "recorded_by": "Mallory",
        "data": text,
        "salt": SALT,
        "data_hash": hashlib.sha256(SALT + text.encode()).digest(),
        **columns,
    }
    connection.execute(INSERT, [*row.values()])


def test_an_event_by_hand_is_accepted_where_it_follows_the_rules(
    connection: psycopg.Connection[Any], timeline: Timeline, meeting: str
) -> None:
    """The guards know no client."""
    insert(connection)
    assert timeline.log.version("happening/other") == 1


def test_an_event_without_data_is_refused(connection: psycopg.Connection[Any], timeline: Timeline, meeting: str) -> None:
    """It would look redacted."""
    row = [*NEXT.values(), "2026-01-01T00:00:09.000Z", "Mallory", None, None, b"0" * 32]
    with pytest.raises(psycopg.Error, match="gapless"):
        connection.execute(INSERT, row)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"position": 4}, "gapless"),
        ({"position": 2}, "position or version is taken"),
        ({"position": -1}, "gapless"),
        ({"version": 2}, "gapless"),
        ({"stream": "happening/meeting"}, "position or version is taken"),
        ({"stream": "happening/meeting", "version": 3}, "gapless"),
        ({"type": "HappeningDeleted"}, "have a form"),
        ({"type": "SourceArchived"}, "have a form"),
        ({"stream": "happening/"}, "have a form"),
        ({"recorded_at": "2026-02-30T00:00:00.000Z"}, "out of range"),
        ({"recorded_at": "2026-01-01T24:00:00.000Z"}, "have a form"),
        ({"recorded_at": "2026-01-01 00:00:00"}, "have a form"),
        ({"recorded_by": "  "}, "have a form"),
        ({"salt": None}, "gapless"),
        ({"salt": b"short"}, "have a form"),
        ({"data_hash": b"0" * 32}, "have a form"),
        ({"data_hash": None}, "null value"),
    ],
)
def test_an_event_out_of_place_or_form_is_refused(
    connection: psycopg.Connection[Any], timeline: Timeline, meeting: str, columns: dict[str, Any], message: str
) -> None:
    """A gap, a wrong version, a wrong hash: whoever inserts it."""
    with pytest.raises(psycopg.Error, match=message):
        insert(connection, **columns)
    assert timeline.log.size() == 2


@pytest.mark.parametrize(
    ("type", "stream", "data", "message"),
    [
        ("HappeningRecorded", "happening/other", [], "have a form"),
        ("HappeningRecorded", "happening/other", "no JSON", "invalid input syntax"),
        ("HappeningRecorded", "happening/other", {"title": "?"}, "have a form"),
        (
            "HappeningRecorded",
            "happening/other",
            {"statement": {"citations": [{"source": "report", "sha256": "0", "text_sha256": "0"}]}},
            "citations are immutable",
        ),
        (
            "HappeningRecorded",
            "happening/other",
            {"statement": {"citations": [{"source": "nowhere", "sha256": "0", "text_sha256": "0"}]}},
            "citations are immutable",
        ),
        ("SourceCorrected", "source/report", {"statement": {"sha256": "0", "text_sha256": "0"}}, "sources are immutable"),
        ("HappeningReviewed", "happening/meeting", {"version": 2, "verdict": "confirmed"}, "reviews name"),
        ("HappeningReviewed", "happening/meeting", {"version": "1", "verdict": "confirmed"}, "reviews name"),
        ("HappeningReviewed", "happening/meeting", {"version": 1, "verdict": "liked"}, "reviews name"),
        ("HappeningReviewed", "happening/meeting", {"verdict": "confirmed"}, "reviews name"),
        ("EventRedacted", "happening/meeting", {"position": 1, "documents": [], "reason": "?"}, "redactions take away one"),
        ("EventRedacted", "happening/meeting", {"position": "2", "documents": [], "reason": "?"}, "redactions take away one"),
        ("EventRedacted", "happening/meeting", {"position": 2, "documents": {}, "reason": "?"}, "redactions take away one"),
        ("EventRedacted", "happening/meeting", {"position": 2, "documents": ["0"], "reason": "?"}, "redactions take away one"),
        ("EventRedacted", "happening/meeting", {"position": 9, "documents": [], "reason": "?"}, "redactions take away one"),
        ("EventRedacted", "happening/meeting", {"position": 2, "documents": [], "kept": {}, "reason": "?"}, "redactions take away"),
    ],
)
def test_data_that_contradicts_the_log_is_refused(
    connection: psycopg.Connection[Any],
    timeline: Timeline,
    meeting: str,
    type: str,
    stream: str,
    data: Any,  # noqa: ANN401
    message: str,
) -> None:
    """As in a file: citations, sources, reviews and redactions."""
    with pytest.raises(psycopg.Error, match=message):
        insert(connection, data, type=type, stream=stream, version=2 if stream != "happening/other" else 1)
    assert timeline.log.size() == 2


def test_a_document_that_others_cite_is_not_removed(connection: psycopg.Connection[Any], timeline: Timeline, meeting: str) -> None:
    """Even by a redaction of the source itself."""
    first = timeline.log.event(1)
    assert first is not None
    data = {"position": 1, "documents": [first.payload["statement"]["sha256"]], "reason": "?"}
    with pytest.raises(psycopg.Error, match="redactions take away"):
        insert(connection, data, type="EventRedacted", stream="source/report", version=2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline.events SET recorded_by = 'Mallory'",
        "UPDATE timeline.events SET data = NULL, salt = NULL WHERE position = 2",
        "DELETE FROM timeline.events WHERE position = 2",
        "DELETE FROM timeline.events WHERE false",
        "TRUNCATE timeline.events",
        "TRUNCATE timeline.events, timeline.documents",
        "UPDATE timeline.documents SET bytes = 'x'",
        "DELETE FROM timeline.documents",
        "TRUNCATE timeline.documents",
        "INSERT INTO timeline.documents VALUES ('0', 'x')",
        "SET session_replication_role = replica; DELETE FROM timeline.events",
        "INSERT INTO timeline.events SELECT * FROM timeline.events ON CONFLICT (position) DO UPDATE SET recorded_by = 'Mallory'",
    ],
)
def test_nothing_is_changed_or_removed_even_by_the_owner(
    connection: psycopg.Connection[Any], timeline: Timeline, meeting: str, statement: str
) -> None:
    """The triggers fire for everybody, and in sessions of replicas too."""
    before = [*timeline.events()]
    with pytest.raises(psycopg.Error, match=r"immutable|archived under"):
        connection.execute(statement)
    assert [*timeline.events()] == before


def test_a_writer_who_takes_no_turn_leaves_no_gap(
    connection: psycopg.Connection[Any], url: str, timeline: Timeline, meeting: str
) -> None:
    """One who inserts by hand waits for the one before, and then has the next place or none."""
    with closing(connecting.connect(url)) as other:
        other.execute("SET lock_timeout = '200ms'")
        connection.execute("BEGIN")
        insert(connection)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            insert(other, position=4, stream="happening/late")
        connection.execute("ROLLBACK")
        with pytest.raises(psycopg.Error, match="gapless"):
            insert(other, position=4, stream="happening/late")
        insert(other)
    assert [event.position for event in timeline.events()] == [1, 2, 3]


@pytest.fixture
def as_role(cluster: Cluster, url: str) -> Any:  # noqa: ANN401
    """Give the address of the log for a user in a role."""

    def address(role: str) -> str:
        with closing(connecting.connect(url)) as owner:
            owner.execute(f"DROP ROLE IF EXISTS member_{role}")
            owner.execute(f"CREATE ROLE member_{role} LOGIN PASSWORD 'sandpiper' IN ROLE timeline_{role}")
        return cluster.url("emptied", f"member_{role}", "sandpiper")

    return address


def test_an_appender_appends_and_does_nothing_else(as_role: Any, timeline: Timeline, report: ArchivedSource, meeting: str) -> None:  # noqa: ANN401
    """No right to change, and none to redact."""
    url = as_role("appender")
    with Timeline(url, by="Ann") as ann:
        ann.record("other", title="It sat", date="2025", citations=[report.quote("It sat for four days")])
        ann.archive(text="Another one.", id="second", title="Another")
        with pytest.raises(DatabaseRefused, match="events are redacted by members of timeline_redactor alone"):
            ann.redact(2, reason="By law.")
    with closing(connecting.connect(url)) as raw:
        for statement in (
            "UPDATE timeline.events SET recorded_by = 'x'",
            "DELETE FROM timeline.events",
            "TRUNCATE timeline.events",
            "DELETE FROM timeline.documents",
            "DROP TABLE timeline.events CASCADE",
            "ALTER TABLE timeline.events DISABLE TRIGGER ALL",
            "UPDATE timeline.log SET format = 9",
            "CREATE TABLE timeline.mine (a int)",
            "CREATE OR REPLACE FUNCTION timeline.redact() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
            "CREATE TEMP TABLE bait (data text);"
            "CREATE TRIGGER a AFTER INSERT ON bait FOR EACH ROW EXECUTE FUNCTION timeline.redact()",
        ):
            with pytest.raises(psycopg.Error, match=r"permission denied|must be owner|syntax|cannot"):
                raw.execute(statement)
        raw.execute("CREATE TEMP TABLE events (position bigint); CREATE TEMP TABLE documents (sha256 text)")
        with pytest.raises(psycopg.Error, match="gapless"):
            insert(raw, position=9, stream="happening/late")
    assert timeline.log.size() == 4


def test_a_follower_only_reads(as_role: Any, timeline: Timeline, report: ArchivedSource) -> None:  # noqa: ANN401
    """And a refusal names the role that is needed."""
    with Timeline(as_role("follower"), by="Ann") as ann:
        assert [event.id for event in ann.events()] == ["source/report@1"]
        with pytest.raises(DatabaseRefused, match="grant the role: timeline_appender"):
            ann.record("other", title="It sat", date="2025", citations=[report.quote("It sat for four days")])
    assert timeline.log.size() == 1


def test_a_redactor_redacts_without_the_right_to_delete(as_role: Any, timeline: Timeline, meeting: str) -> None:  # noqa: ANN401
    """The EventRedacted itself removes the data, in the same statement."""
    with Timeline(as_role("redactor"), by="Ann") as ann:
        ann.redact(2, reason="By law.")
        ann.redact(1, reason="By law.")
    events = [*timeline.events()]
    assert [(event.type, event.data is None) for event in events][:3] == [
        ("SourceArchived", True),
        ("HappeningRecorded", True),
        ("EventRedacted", False),
    ]
    with closing(connecting.connect(timeline.log._url)) as raw:  # type: ignore[union-attr]
        assert raw.execute("SELECT count(*) FROM timeline.documents").fetchone() == (0,)
