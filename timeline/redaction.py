"""Redaction: decide which event may be redacted, and which documents are removed with it.

Owns the rules. Must not remove anything itself: the log does, in the caller's transaction.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from timeline import authors, images, projections
from timeline.errors import Redacted, StatementInvalid, UnknownEvent
from timeline.log import Event, Log
from timeline.quotes.finding import CONTEXT

_SOURCE_EVENTS = ("SourceArchived", "SourceCorrected")


@dataclass(frozen=True, slots=True)
class RedactedVersion:
    """A redacted version of a happening: only its place in the log and the reason remain."""

    id: str
    version: int
    position: int
    recorded_at: str
    recorded_by: str
    reason: str | None
    status: Literal["redacted"] = "redacted"


def redactable(log: Log, position: int) -> Event:
    """Return the event at a position. Raises UnknownEvent, or StatementInvalid if the event is itself a redaction."""
    event = log.event(position)
    if event is None:
        raise UnknownEvent(f"there is no event at position {position}: the log ends at {log.size()}. List the events: timeline log")
    if event.type == "EventRedacted":
        raise StatementInvalid(event.id, "is itself a redaction, which stays. Give the position of another event")
    return event


def redacted_error(log: Log, event: Event) -> Redacted:
    """Return the error for the data of a redacted event."""
    redaction = log.redaction(event.position)
    if redaction is None:
        return Redacted(event.stream, f"version {event.version} is gone, and no event says why. Check the log: timeline verify")
    place = f"position {redaction.position}{authors.by(redaction.recorded_by)} ({redaction.payload['reason']})"
    return Redacted(event.stream, f"version {event.version} was redacted at {place}")


def version(log: Log, event: Event) -> RedactedVersion:
    """Return the redacted version of a happening."""
    redaction = log.redaction(event.position)
    reason = redaction.payload["reason"] if redaction else None
    id = event.stream.partition("/")[2]
    return RedactedVersion(id, event.version, event.position, event.recorded_at, event.recorded_by, reason)


def data(log: Log, event: Event, reason: str, keep_documents: bool) -> dict[str, Any]:
    """Return the data of an EventRedacted: the position, the reason, the documents removed, and a source's documents that stay.

    Raises StatementInvalid if `keep_documents` would keep documents that no other event names.
    """
    going, staying = documents(log, event)
    if keep_documents:
        refuse_to_keep(log, event, going)
        going, staying = [], sorted([*going, *staying])
    data_ = {"documents": going, "position": event.position, "reason": reason}
    if event.type in _SOURCE_EVENTS and staying and is_confirmed(log, event):
        return {**data_, "kept": {field: event.payload["statement"][field] for field in ("sha256", "text_sha256")}}
    return data_


def is_confirmed(log: Log, event: Event) -> bool:
    """Whether another event names the same document as a source's event: a correction of the source, or a citation of it."""
    statement = event.payload["statement"]
    confirming = log.connection.execute(
        "SELECT 1 FROM events WHERE stream = ?1 AND position <> ?2 AND json_extract(data, '$.statement.text_sha256') = ?4"
        " UNION ALL SELECT 1 FROM events, json_each(events.data, '$.statement.citations') AS citation"
        " WHERE events.type LIKE 'Happening%' AND 'source/' || json_extract(citation.value, '$.source') = ?1"
        " AND json_extract(citation.value, '$.sha256') = ?3 AND json_extract(citation.value, '$.text_sha256') = ?4 LIMIT 1",
        (event.stream, event.position, statement["sha256"], statement["text_sha256"]),
    )
    return confirming.fetchone() is not None


def refuse_to_keep(log: Log, event: Event, going: list[str]) -> None:
    """Refuse to keep documents that no event but this one names. Raises StatementInvalid."""
    for sha256 in going:
        if event.type in _SOURCE_EVENTS or not _is_named(log, event, sha256, "1"):
            raise StatementInvalid(
                event.id,
                f"no other event names document {sha256[:12]}…, so nobody could check later that it is the one that was"
                " archived. Remove it with the event: leave out --keep-documents (keep_documents=True)",
            )


def document_hashes(log: Log, source: str) -> dict[str, str]:
    """Return the hashes of a source's document and text from an event of its stream; empty if all are redacted."""
    for event in log.stream(f"source/{source}"):
        holder = event.payload.get("kept" if event.type == "EventRedacted" else "statement")
        if holder:
            return {field: holder[field] for field in ("sha256", "text_sha256")}
    return {}


def refuse_redacted_citations(log: Log, after: int) -> None:
    """Refuse happenings after a position that cite a document which was redacted while they were being appended.

    Raises Redacted. The caller holds the transaction, and the read tables are up to date.
    """
    removed = log.connection.execute(
        "SELECT 1 FROM events WHERE type = 'EventRedacted' AND json_array_length(data, '$.documents') > 0 LIMIT 1"
    )
    if removed.fetchone() is None:
        return
    row = log.connection.execute(
        "SELECT happenings.id, sources.id FROM happenings JOIN citations ON citations.happening = happenings.id"
        " JOIN sources ON sources.id = citations.source"
        " WHERE happenings.position > ? AND sources.text_sha256 IS NULL LIMIT 1",
        (after,),
    ).fetchone()
    if row is not None:
        happening, source = row
        raise Redacted(f"happening/{happening}", f"cites source/{source}, whose document was redacted. Leave it out")


def documents(log: Log, event: Event) -> tuple[list[str], list[str]]:
    """Return the documents that are removed with an event, and those that stay because others need them, by their SHA-256.

    An event's documents are those that it names: a source's own, or those that a happening cites. They stay if another happening
    cites them in any version or, when a source's event is redacted, if another source's event names them. A picture goes with its
    source alone: a happening names only the source.
    """
    statement = event.payload.get("statement", {})
    own = {
        sha256
        for one in (statement, *statement.get("citations", ()))
        for sha256 in (one.get("sha256"), one.get("text_sha256"))
        if sha256 not in (None, images.NO_TEXT) and log.document(sha256) is not None
    }
    others = "1" if event.type in _SOURCE_EVENTS else "events.type LIKE 'Happening%'"
    needed = {sha256 for sha256 in own if _is_named(log, event, sha256, others)}
    return sorted(own - needed), sorted(needed)


def holders(log: Log, sha256: str) -> list[str]:
    """List the sources that have a document as their bytes or their text."""
    streams = log.connection.execute(
        "SELECT DISTINCT stream FROM events WHERE type IN ('SourceArchived', 'SourceCorrected')"
        " AND ? IN (json_extract(data, '$.statement.sha256'), json_extract(data, '$.statement.text_sha256')) ORDER BY stream",
        (sha256,),
    )
    return [stream for (stream,) in streams]


def events_repeating(log: Log, event: Event) -> list[str]:
    """List the other events that still have words of an event: title, summary, comment, quotations or the text around them."""
    statement = event.payload.get("statement", {})
    citations = statement.get("citations", [])
    described = (picture.get(name) for picture in statement.get("media", ()) for name in ("alt", "caption"))
    comment = event.payload.get("comment")  # of a review
    words = (citation.get("quote", citation.get("description")) for citation in citations)
    texts = [statement.get("title"), statement.get("summary"), comment, *words, *described]
    repeated = [json.dumps(text, ensure_ascii=False)[1:-1] for text in texts if text]
    places = [(c["source"], c["start_char"] - CONTEXT, c["end_char"] + CONTEXT) for c in citations if "quote" in c]
    rows = log.connection.execute(
        "SELECT stream || '@' || version FROM events WHERE position <> ?1 AND type <> 'EventRedacted' AND data IS NOT NULL AND ("
        " EXISTS (SELECT 1 FROM json_each(?2) AS word WHERE instr(events.data, word.value))"
        " OR EXISTS (SELECT 1 FROM json_each(events.data, '$.statement.citations') AS citation, json_each(?3) AS place"
        " WHERE json_extract(citation.value, '$.source') = json_extract(place.value, '$[0]')"
        " AND json_extract(citation.value, '$.start_char') < json_extract(place.value, '$[2]')"
        " AND json_extract(citation.value, '$.end_char') > json_extract(place.value, '$[1]'))) ORDER BY position",
        (event.position, json.dumps(repeated), json.dumps(places)),
    )
    return [id for (id,) in rows]


def foreign_tables(log: Log) -> list[str]:
    """List the tables in the file that this program did not make. A redaction does not search them."""
    derived = [name for _, name in projections.objects()]
    ours = {"events", "documents", "checkpoints", "signatures", "projected", *derived}
    indexes = tuple(f"{name}_" for name in derived if name.endswith("_fts"))  # FTS5 has its own tables for an index
    names = log.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [name for (name,) in names if name not in ours and not name.startswith(indexes)]


def _is_named(log: Log, event: Event, sha256: str, others: str) -> bool:
    """Whether one of the other events, chosen by a condition in SQL, names a document."""
    naming = log.connection.execute(
        "SELECT 1 FROM events, json_tree(events.data, '$.statement') AS field"
        f" WHERE events.position <> ? AND events.type <> 'EventRedacted' AND {others}"
        " AND field.key IN ('sha256', 'text_sha256') AND field.value = ? LIMIT 1",
        (event.position, sha256),
    )
    return naming.fetchone() is not None
