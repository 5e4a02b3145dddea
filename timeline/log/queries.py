"""The queries about a log in a file with which it is decided what may follow; `shared_log` has its own. Must not append."""

import sqlite3
from collections.abc import Iterator

from timeline.fields import WITHOUT_STATEMENT

Reference = tuple[int, str, int, str | None, str | None, str | None]
"""A position, stream and version, and what the event refers to: part_of, superseded_by, and related as JSON."""

_REFERENCES = """
SELECT position, stream, version, part_of, superseded_by, related FROM (
    SELECT
        position, stream, version,
        json_extract(data, path || 'part_of') AS part_of,
        json_extract(data, '$.superseded_by') AS superseded_by,
        json_extract(data, path || 'related') AS related
    FROM (
        SELECT position, stream, version, data, CASE type WHEN 'HappeningRecorded' THEN '$.statement.' ELSE '$.changes.' END AS path
        FROM events
        WHERE position > ? AND type IN ('HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted')
    )
)
WHERE part_of IS NOT NULL OR superseded_by IS NOT NULL OR related IS NOT NULL
ORDER BY position
"""  # the references in the events after a position


def references(connection: sqlite3.Connection, after: int) -> Iterator[Reference]:
    """Read the references to happenings in the events after a position, in order."""
    return connection.execute(_REFERENCES, (after,))


def archived(connection: sqlite3.Connection, sha256: str) -> list[int]:
    """List the positions of the events that archived a document, oldest first, including those not projected yet."""
    positions = connection.execute(
        "SELECT first.position FROM sources JOIN events AS first ON first.stream = 'source/' || sources.id AND first.version = 1"
        " WHERE sources.sha256 = ?1 UNION"
        " SELECT position FROM events WHERE position > (SELECT position FROM projected) AND type = 'SourceArchived'"
        " AND json_extract(data, '$.statement.sha256') = ?1 ORDER BY 1",
        (sha256,),
    )
    return [position for (position,) in positions]


def changed_since(connection: sqlite3.Connection, stream: str, version: int) -> bool:
    """Whether anything but reviews has followed a version of a stream."""
    following = connection.execute(
        "SELECT 1 FROM events WHERE stream = ? AND version > ? AND type <> 'HappeningReviewed' LIMIT 1", (stream, version)
    )
    return following.fetchone() is not None


def reviews(connection: sqlite3.Connection, stream: str) -> int:
    """Count the reviews of a stream."""
    (number,) = connection.execute(
        "SELECT count(*) FROM events WHERE stream = ? AND type = 'HappeningReviewed'", (stream,)
    ).fetchone()
    return int(number)


def part_of(connection: sqlite3.Connection, stream: str) -> str | None:
    """Return the happening that a stream's last statement is part of; None if there is none."""
    row = connection.execute(
        "SELECT json_extract(data, '$.statement.part_of') FROM events"
        f" WHERE stream = ? AND type NOT IN {WITHOUT_STATEMENT} ORDER BY version DESC LIMIT 1",
        (stream,),
    ).fetchone()
    return None if row is None else row[0]


def redacted_citation(connection: sqlite3.Connection, after: int) -> tuple[str, str] | None:
    """Return a happening after a position, and a source that it cites whose document was redacted; None if there is none.

    The read tables must be up to date.
    """
    removed = connection.execute(
        "SELECT 1 FROM events WHERE type = 'EventRedacted' AND json_array_length(data, '$.documents') > 0 LIMIT 1"
    )
    if removed.fetchone() is None:
        return None
    row: tuple[str, str] | None = connection.execute(
        "SELECT happenings.id, sources.id FROM happenings JOIN citations ON citations.happening = happenings.id"
        " JOIN sources ON sources.id = citations.source"
        " WHERE happenings.position > ? AND sources.text_sha256 IS NULL LIMIT 1",
        (after,),
    ).fetchone()
    return row
