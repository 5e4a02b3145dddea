"""Read the earlier imports of a file from the log: the sources of its versions, and the happenings of their rows.

Must not compare, nor append anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from timeline.errors import ImportRefused
from timeline.exchange.rows.row import Row
from timeline.log.log import Event
from timeline.statements import Statement
from timeline.timeline import Timeline

_REASON = re.compile(r"row \d+ of .*\(([^()]+)\)")


@dataclass(slots=True)
class Imported:
    """A happening that an import recorded: its fields (`base`) and row in the last imported file, and its last event."""

    id: str
    base: Statement
    source: str
    start: int
    quote: str
    last: Event

    @property
    def current(self) -> Statement:
        """The current statement; empty if it was redacted."""
        statement: Statement = self.last.payload.get("statement", {})
        return statement


@dataclass(slots=True)
class Earlier:
    """The versions of a file, oldest first, and the happenings of their rows."""

    sources: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    """The same as a set."""
    same: str | None = None
    """The source with the same bytes."""
    happenings: dict[str, Imported] = field(default_factory=dict)
    places: dict[tuple[str, int], str] = field(default_factory=dict)
    """By source and place, the id of the happening that cites the row there, now or earlier."""

    @property
    def is_old(self) -> bool:
        """Whether a later version of the file was imported since."""
        return self.same is not None and self.same != self.sources[-1]


def read(timeline: Timeline, stem: str, media_type: str, sha256: str, rows: Iterable[Row] = ()) -> Earlier:
    """Read the earlier imports of a file whose sources have the stem as their id. Some `rows` of the file bring their ids along."""
    earlier = Earlier()
    archived = timeline.log.connection.execute(
        "SELECT substr(stream, 8), json_extract(data, '$.statement.media_type'), json_extract(data, '$.statement.sha256')"
        " FROM events WHERE version = 1 AND type = 'SourceArchived' AND (stream = ?1 OR stream GLOB ?1 || '-[0-9]*')"
        " ORDER BY position",
        (f"source/{stem}",),
    ).fetchall()
    for id, archived_type, digest in archived:
        if not re.fullmatch(re.escape(stem) + r"(-\d+)?", id):
            continue
        if id == stem and archived_type != media_type:
            reason = "was redacted" if archived_type is None else f"is another document ({archived_type})"
            raise ImportRefused(f"source/{id}", f"{reason}. Give the import an id of its own: --id")
        if archived_type == media_type:
            earlier.sources.append(id)
            earlier.versions.add(id)
            if digest == sha256:
                earlier.same = id
    if not earlier.sources:
        return earlier
    own = frozenset(row.id for row in rows if row.id)
    for event in _citing(timeline, stem):
        _learn(earlier, event, stem, own)
    for imported in earlier.happenings.values():
        imported.last = timeline.log.last(f"happening/{imported.id}") or imported.last
    return earlier


def of_bytes(timeline: Timeline, sha256: str, media_type: str) -> str | None:
    """Return the stem of the import that archived these bytes. Return None if there is none."""
    row = timeline.log.connection.execute(
        "SELECT substr(stream, 8) FROM events WHERE version = 1 AND type = 'SourceArchived'"
        " AND json_extract(data, '$.statement.sha256') = ? AND json_extract(data, '$.statement.media_type') = ? ORDER BY position",
        (sha256, media_type),
    ).fetchone()
    if row is None:
        return None
    id = str(row[0])
    stem = re.sub(r"-\d+$", "", id)
    return stem if stem != id and timeline.log.version(f"source/{stem}") else id


def next_id(timeline: Timeline | None, stem: str) -> str:
    """Return the id of the source of a new version of a file: `stem`, then `stem-2` and so on."""
    id, number = stem, 1
    while timeline is not None and timeline.log.version(f"source/{id}"):
        number += 1
        id = f"{stem}-{number}"
    return id


def _citing(timeline: Timeline, stem: str) -> Iterator[Event]:
    """Yield, in order, every event that cites a source whose id begins with the stem."""
    positions = timeline.log.connection.execute(
        "SELECT position FROM events WHERE type IN ('HappeningRecorded', 'HappeningCorrected') AND instr(data, ?)"
        " ORDER BY position",
        (f'"source":"{stem}',),
    ).fetchall()
    for (position,) in positions:
        event = timeline.log.event(position)
        if event is not None:
            yield event


def _learn(earlier: Earlier, event: Event, stem: str, own: frozenset[str]) -> None:
    """Add an event: the rows that it cites and, if an import appended it, the fields of the file."""
    id = event.stream.partition("/")[2]
    if not id.startswith(f"{stem}-") and id not in own:
        return
    payload = event.payload
    statement: dict[str, Any] = payload["statement"]
    cited = [one for one in statement["citations"] if one["source"] in earlier.versions and "quote" in one]
    for citation in cited:
        earlier.places.setdefault((citation["source"], citation["start_char"]), id)
    if not cited:
        return
    imported = earlier.happenings.get(id)
    if imported is None:
        first = cited[0]
        base = {name: value for name, value in statement.items() if name not in ("citations", "instant")}
        earlier.happenings[id] = Imported(id, base, first["source"], first["start_char"], first["quote"], event)
        return
    reason = _REASON.fullmatch(payload.get("reason", ""))
    if reason is None or reason[1] not in earlier.versions:
        return
    for name, value in payload["changes"].items():
        if name == "citations":
            for citation in cited:
                if citation["source"] == reason[1]:
                    imported.source, imported.start, imported.quote = reason[1], citation["start_char"], citation["quote"]
        elif value is None:
            imported.base.pop(name, None)
        else:
            imported.base[name] = value
