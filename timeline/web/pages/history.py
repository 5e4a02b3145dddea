"""What was recorded of one happening or source, version by version: when, by whom, why, and what changed.

Owns the reading of a stream. Must not read any other table: each event says all that was then known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from datasette.app import Datasette
from datasette.database import Database

from timeline.web import links
from timeline.web.pages import difference, redactions, told, when
from timeline.web.pages.difference import Change
from timeline.web.pages.redactions import Redaction

VERBS = {
    "SourceArchived": "Archived",
    "SourceCorrected": "Corrected",
    "HappeningRecorded": "Recorded",
    "HappeningCorrected": "Corrected",
    "HappeningRetracted": "Retracted",
    "EventRedacted": "Redacted",
}
MOST_VERSIONS = 200


@dataclass(frozen=True)
class Version:
    """One event of the stream."""

    version: int
    position: int
    verb: str
    type: str
    recorded: str
    recorded_by: str
    address: str
    statement: dict[str, Any] | None
    reason: str | None = None
    superseded_by: str | None = None
    redacts: tuple[int, str] | None = None
    redaction: Redaction | None = None
    changes: Sequence[Change] = field(default=())

    @property
    def retracted(self) -> bool:
        """Whether this version takes the happening back."""
        return self.type == "HappeningRetracted"


async def read(datasette: Datasette, database: Database, stream: str) -> list[Version]:
    """Read the latest versions of a stream, the first one first. Raises StatementInvalid where one cannot be read."""
    rows = await database.execute(
        "select position, version, type, recorded_at, recorded_by, data from events where stream = :stream"
        " order by version desc limit :most",
        {"stream": stream, "most": MOST_VERSIONS},
    )
    gone = [row["position"] for row in rows.rows if row["data"] is None]
    redacted = await redactions.of(datasette, database, gone) if gone else {}
    versions: list[Version] = []
    former: dict[str, Any] | None = None
    for row in reversed(rows.rows):
        data = told.read(row["data"], row["position"])
        statement = data.get("statement")
        redacts = data.get("position") if row["type"] == "EventRedacted" else None
        if former is None and statement is not None and "changes" in data:  # what stood before was redacted: its words are unknown
            former = {field: value for field, value in statement.items() if field not in data["changes"]}
        compared = former is not None and statement is not None
        versions.append(
            Version(
                version=row["version"],
                position=row["position"],
                verb=VERBS.get(row["type"], row["type"]),
                type=row["type"],
                recorded=when.recorded(row["recorded_at"]),
                recorded_by=row["recorded_by"],
                address=links.event(datasette, database.name, row["position"]),
                statement=statement,
                reason=data.get("reason"),
                superseded_by=data.get("superseded_by"),
                redacts=(redacts, links.event(datasette, database.name, redacts)) if redacts is not None else None,
                redaction=redacted.get(row["position"]),
                changes=difference.between(former or {}, statement or {}) if compared else (),
            )
        )
        former = None if row["data"] is None else statement or former
    return versions
