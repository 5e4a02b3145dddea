"""The history of a happening or a source, version by version, and the redactions of its events.

Owns which versions are compared, and how a redaction is looked up. Must not word or draw anything. Standard library and leaves
alone, so that pages work without compiled packages.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any, Final

from timeline import authors
from timeline.fields import WITHOUT_STATEMENT
from timeline.reading import differences, event_data, wording
from timeline.reading.event_data import Data
from timeline.selection.snapshot import Snapshot

_VERSIONS: Final = f"""
with latest as (
    select position, version, sum(length(data)) over (order by version desc) - coalesce(length(data), 0) as later
    from (select position, version, data from events where stream = :stream order by version desc limit :most)
), current as (
    select max(position) as position from events where stream = :stream and type not in {WITHOUT_STATEMENT}
    union all
    select max(position) from events where stream = :stream and type not in {WITHOUT_STATEMENT} and position <= :as_of
)
select position, version, type, recorded_at, recorded_by, data, exists (
    select 1 from events as correction where correction.stream = :stream and correction.version <= events.version
    and correction.type in ('HappeningCorrected', 'SourceCorrected')
) as corrected from events
where position in (select position from latest where later is null or later < :longest union select position from current)
order by version
"""
_OF_EVENTS: Final = """
select position, recorded_at, recorded_by, data, json_extract(data, '$.position') as redacts from events
where type = 'EventRedacted' and json_extract(data, '$.position') in (select value from json_each(:positions))
"""
_OF_DOCUMENT: Final = """
select position, recorded_at, recorded_by, events.data from events, json_each(events.data, '$.documents') as document
where events.type = 'EventRedacted' and document.value = :sha256 order by position limit 1
"""


@dataclass(frozen=True, slots=True)
class Redaction:
    """An event that redacted another. `recorded_by` is None if nobody gave a name."""

    position: int
    recorded_at: str
    recorded_by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """One event of a stream. `data` is empty if the event was redacted.

    `former` is the statement to compare with; None if there is none, or it is not known. If the version before was redacted, it
    holds only the fields that this version did not change.
    """

    version: int
    position: int
    type: str
    recorded_at: str
    recorded_by: str | None
    data: Data
    former: Mapping[str, Any] | None
    corrected: bool
    """Whether an earlier version says something else."""

    @property
    def statement(self) -> dict[str, Any] | None:
        """The statement; None if it was redacted, or if this event makes none."""
        return self.data.get("statement")

    @property
    def reason(self) -> str | None:
        """The reason of a correction, a retraction or a redaction."""
        return self.data.get("reason")

    @property
    def makes_statement(self) -> bool:
        """Whether this event states something, or did before its redaction."""
        return self.type not in WITHOUT_STATEMENT

    @property
    def review(self) -> str | None:
        """A review in words: "confirmed version 2: …"."""
        return wording.review(self.data)

    @property
    def superseded_by(self) -> str | None:
        """The id of the happening that replaces a retracted one."""
        return self.data.get("superseded_by")

    @property
    def redacts(self) -> int | None:
        """The position of the event that this one redacted."""
        return self.data.get("position") if self.type == "EventRedacted" else None

    @property
    def retracted(self) -> bool:
        """Whether this version retracts the happening."""
        return self.type == "HappeningRetracted"


def versions(snapshot: Snapshot, stream: str, *, most: int = -1, longest: int = 2**53) -> list[Version]:
    """Read the versions of a stream, first to last, and always the one that is current now, and in the snapshot.

    Parameters:
        snapshot: the timeline as known at a position, or now. Later versions are read as well.
        stream: `happening/<id>` or `source/<id>`.
        most: read no more than this many of the latest versions; -1 for all.
        longest: read no more than the latest versions that have this many characters together.

    Raises StatementInvalid if one cannot be read.
    """
    params: dict[str, str | int | None] = {"stream": stream, "most": most, "longest": longest, "as_of": snapshot.as_of}
    result: list[Version] = []
    former: Mapping[str, Any] | None = None
    for row in snapshot.plain(_VERSIONS, params):
        data = event_data.read(row["data"], row["position"])
        statement = data.get("statement")
        if result and row["version"] != result[-1].version + 1:
            former = None  # the versions between were not read
        columns = (row["version"], row["position"], row["type"], row["recorded_at"], authors.name(row["recorded_by"]))
        result.append(Version(*columns, data, differences.former_statement(data, former), bool(row["corrected"])))
        if result[-1].makes_statement:
            former = statement
    return result


def redactions(snapshot: Snapshot, positions: Iterable[int]) -> dict[int, Redaction]:
    """Read the redactions of the events at these positions, by that position. Raises StatementInvalid if one cannot be read."""
    wanted = json.dumps(sorted(set(positions)))
    return {row["redacts"]: _redaction(row) for row in snapshot.plain(_OF_EVENTS, {"positions": wanted})} if wanted != "[]" else {}


def redaction_of_document(snapshot: Snapshot, sha256: str) -> Redaction | None:
    """Read the redaction that removed a document from the archive."""
    rows = snapshot.plain(_OF_DOCUMENT, {"sha256": sha256})
    return _redaction(rows[0]) if rows else None


def _redaction(row: Row) -> Redaction:
    reason = event_data.read(row["data"], row["position"]).get("reason") or wording.NO_REASON
    return Redaction(row["position"], row["recorded_at"], authors.name(row["recorded_by"]), reason)
