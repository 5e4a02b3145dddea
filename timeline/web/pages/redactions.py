"""Redactions, as every page tells of them: what was taken away, when, by whom, why, and by which event.

Owns the reading of the events that redact. Must not know what was said before, which is gone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Row

from datasette.app import Datasette

from timeline import authors
from timeline.reading import event_data
from timeline.selection.snapshot import Snapshot
from timeline.web import links
from timeline.web.pages import when


@dataclass(frozen=True)
class Redaction:
    """One event that redacted another."""

    position: int
    address: str
    recorded: str
    recorded_by: str | None
    reason: str


def of(datasette: Datasette, database: str, snapshot: Snapshot, positions: Iterable[int]) -> dict[int, Redaction]:
    """Find what redacted the events at these positions, by position. Raises StatementInvalid where such an event cannot be read."""
    rows = snapshot.plain(
        "select position, recorded_at, recorded_by, data, json_extract(data, '$.position') as redacts from events"
        " where type = 'EventRedacted' and json_extract(data, '$.position') in (select value from json_each(:positions))",
        {"positions": json.dumps(sorted(set(positions)))},
    )
    return {row["redacts"]: _redaction(datasette, database, row) for row in rows}


def of_document(datasette: Datasette, database: str, snapshot: Snapshot, sha256: str) -> Redaction | None:
    """Find what took a document out of the archive."""
    rows = snapshot.plain(
        "select position, recorded_at, recorded_by, events.data from events, json_each(events.data, '$.documents') as gone"
        " where events.type = 'EventRedacted' and gone.value = :sha256 order by position limit 1",
        {"sha256": sha256},
    )
    return _redaction(datasette, database, rows[0]) if rows else None


def _redaction(datasette: Datasette, database: str, row: Row) -> Redaction:
    return Redaction(
        position=row["position"],
        address=links.event(datasette, database, row["position"]),
        recorded=when.recorded(row["recorded_at"]),
        recorded_by=authors.name(row["recorded_by"]),
        reason=event_data.read(row["data"], row["position"]).get("reason") or "no reason is on record",
    )
