"""What was recorded of one happening or source, version by version: when, by whom, why, and what changed.

Owns the reading of a stream. Must not read any other table: each event says all that was then known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette

from timeline import authors
from timeline.reading import event_data
from timeline.reading.wording import VERBS
from timeline.selection.conditions import is_corrected
from timeline.selection.snapshot import Snapshot
from timeline.web import links
from timeline.web.pages import difference, redactions, when
from timeline.web.pages.difference import Change
from timeline.web.pages.redactions import Redaction

# So many versions are read, and no more than the latest that have so many characters together.
MOST_VERSIONS, LONGEST = 200, 5_000_000
_VERSIONS = """
with latest as (
    select position, version, sum(length(data)) over (order by version desc) - coalesce(length(data), 0) as later
    from (select position, version, data from events where stream = :stream order by version desc limit :most)
), stood as (
    select position from events where stream = :stream and position <= :as_of and type <> 'EventRedacted'
    order by version desc limit 1
)
select position, version, type, recorded_at, recorded_by, data from events
where position in (select position from latest where later is null or later < :longest union select position from stood)
order by version
"""


@dataclass(frozen=True)
class Version:
    """One event of the stream."""

    version: int
    position: int
    verb: str
    type: str
    recorded: str
    recorded_by: str | None
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

    @property
    def corrected(self) -> bool:
        """Whether an earlier version says something else."""
        return is_corrected(self.version, "retracted" if self.retracted else "current")


def read(datasette: Datasette, database: str, snapshot: Snapshot, stream: str) -> list[Version]:
    """Read the latest versions of a stream, the first one first, and the one that stood at the snapshot's position.

    Raises StatementInvalid where one cannot be read.
    """
    rows = snapshot.plain(_VERSIONS, {"stream": stream, "most": MOST_VERSIONS, "longest": LONGEST, "as_of": snapshot.as_of})
    gone = [row["position"] for row in rows if row["data"] is None]
    return _versions(datasette, database, rows, redactions.of(datasette, database, snapshot, gone) if gone else {})


def _versions(datasette: Datasette, database: str, rows: Sequence[Row], redacted: Mapping[int, Redaction]) -> list[Version]:
    versions: list[Version] = []
    compared: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    former: dict[str, Any] | None = None
    for number, row in enumerate(rows):
        data = event_data.read(row["data"], row["position"])
        statement = data.get("statement")
        verb = VERBS.get(row["type"], row["type"])
        redacts = data.get("position") if row["type"] == "EventRedacted" else None
        if number and row["version"] != rows[number - 1]["version"] + 1:
            former = None  # those between are not shown
        if former is None and statement is not None and "changes" in data:  # what stood before was redacted: its words are unknown
            former = {field: value for field, value in statement.items() if field not in data["changes"]}
        if former is not None and statement is not None:
            compared.append((number, former, statement))
        versions.append(
            Version(
                version=row["version"],
                position=row["position"],
                verb=verb[:1].upper() + verb[1:],
                type=row["type"],
                recorded=when.recorded(row["recorded_at"]),
                recorded_by=authors.name(row["recorded_by"]),
                address=links.event(datasette, database, row["position"]),
                statement=statement,
                reason=data.get("reason"),
                superseded_by=data.get("superseded_by"),
                redacts=(redacts, links.event(datasette, database, redacts)) if redacts is not None else None,
                redaction=redacted.get(row["position"]),
            )
        )
        former = None if row["data"] is None else statement or former
    patience = difference.Patience()
    for number, before, after in reversed(compared):
        versions[number] = replace(versions[number], changes=difference.between(before, after, patience))
    return versions
