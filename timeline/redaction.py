"""Redaction: decide which event may be redacted, and which documents are removed with it.

Owns the rules. Must not remove anything itself: the log does, in the caller's transaction.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from timeline import authors, projections
from timeline.any_log import AnyLog
from timeline.documents import images
from timeline.errors import Redacted, StatementInvalid, UnknownEvent
from timeline.log.event import Event
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


def redactable(log: AnyLog, position: int) -> Event:
    """Return the event at a position. Raises UnknownEvent, or StatementInvalid if the event is itself a redaction."""
    event = log.event(position)
    if event is None:
        raise UnknownEvent(f"there is no event at position {position}: the log ends at {log.size()}. List the events: timeline log")
    if event.type == "EventRedacted":
        raise StatementInvalid(event.id, "is itself a redaction, which stays. Give the position of another event")
    return event


def redacted_error(log: AnyLog, event: Event) -> Redacted:
    """Return the error for the data of a redacted event."""
    redaction = log.redaction(event.position)
    if redaction is None:
        return Redacted(event.stream, f"version {event.version} is gone, and no event says why. Check the log: timeline verify")
    place = f"position {redaction.position}{authors.by(redaction.recorded_by)} ({redaction.payload['reason']})"
    return Redacted(event.stream, f"version {event.version} was redacted at {place}")


def version(log: AnyLog, event: Event) -> RedactedVersion:
    """Return the redacted version of a happening."""
    redaction = log.redaction(event.position)
    reason = redaction.payload["reason"] if redaction else None
    id = event.stream.partition("/")[2]
    return RedactedVersion(id, event.version, event.position, event.recorded_at, event.recorded_by, reason)


def data(log: AnyLog, event: Event, reason: str, keep_documents: bool) -> dict[str, Any]:
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


def is_confirmed(log: AnyLog, event: Event) -> bool:
    """Whether another event names the same document as a source's event: a correction of the source, or a citation of it."""
    statement = event.payload["statement"]
    named = {"source": event.subject, **{field: statement[field] for field in ("sha256", "text_sha256")}}
    for other in log.naming((named["text_sha256"],)):
        its_statement = other.payload.get("statement", {})
        if (
            other.stream == event.stream
            and other.position != event.position
            and its_statement.get("text_sha256") == named["text_sha256"]
        ):
            return True
        if other.type.startswith("Happening") and any(one.items() >= named.items() for one in its_statement.get("citations", ())):
            return True
    return False


def refuse_to_keep(log: AnyLog, event: Event, going: list[str]) -> None:
    """Refuse to keep documents that no event but this one names. Raises StatementInvalid."""
    for sha256 in going:
        if event.type in _SOURCE_EVENTS or not _is_named(log, event, sha256):
            raise StatementInvalid(
                event.id,
                f"no other event names document {sha256[:12]}…, so nobody could check later that it is the one that was"
                " archived. Remove it with the event: leave out --keep-documents (keep_documents=True)",
            )


def document_hashes(log: AnyLog, source: str) -> dict[str, str]:
    """Return the hashes of a source's document and text from an event of its stream; empty if all are redacted."""
    for event in log.stream(f"source/{source}"):
        holder = event.payload.get("kept" if event.type == "EventRedacted" else "statement")
        if holder:
            return {field: holder[field] for field in ("sha256", "text_sha256")}
    return {}


def refuse_redacted_citations(log: AnyLog, after: int) -> None:
    """Refuse happenings after a position that cite a document which was redacted while they were being appended.

    Raises Redacted. The caller holds the transaction, and the read tables are up to date.
    """
    if (cited := log.redacted_citation(after)) is not None:
        happening, source = cited
        raise Redacted(f"happening/{happening}", f"cites source/{source}, whose document was redacted. Leave it out")


def documents(log: AnyLog, event: Event) -> tuple[list[str], list[str]]:
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
    kind = "" if event.type in _SOURCE_EVENTS else "Happening"
    needed = {sha256 for sha256 in own if _is_named(log, event, sha256, kind)}
    return sorted(own - needed), sorted(needed)


def holders(log: AnyLog, sha256: str) -> list[str]:
    """List the sources that have a document as their bytes or their text."""
    named = (event for event in log.naming((sha256,)) if event.type in _SOURCE_EVENTS)
    return sorted({one.stream for one in named if _names(one.payload["statement"], sha256)})


def events_repeating(log: AnyLog, event: Event) -> list[str]:
    """List the other events that still have words of an event: title, summary, comment, quotations or the text around them."""
    statement = event.payload.get("statement", {})
    citations = statement.get("citations", [])
    described = (picture.get(name) for picture in statement.get("media", ()) for name in ("alt", "caption"))
    comment = event.payload.get("comment")  # of a review
    words = (citation.get("quote", citation.get("description")) for citation in citations)
    texts = [statement.get("title"), statement.get("summary"), comment, *words, *described]
    repeated = [json.dumps(text, ensure_ascii=False)[1:-1] for text in texts if text]
    places = [(c["source"], c["start_char"] - CONTEXT, c["end_char"] + CONTEXT) for c in citations if "quote" in c]
    candidates = log.naming([*repeated, *{f'"source":"{source}"' for source, _, _ in places}])
    others = (one for one in candidates if one.position != event.position and one.type != "EventRedacted")
    return [one.id for one in others if any(word in (one.data or "") for word in repeated) or _overlaps(one, places)]


def _overlaps(event: Event, places: list[tuple[str, int, int]]) -> bool:
    """Whether an event cites words at one of some places, each a source, a start and an end."""
    cited = [one for one in event.payload.get("statement", {}).get("citations", ()) if "start_char" in one]
    return any(
        one["source"] == source and one["start_char"] < end and one["end_char"] > start
        for one in cited
        for source, start, end in places
    )


def foreign_tables(log: AnyLog) -> list[str]:
    """List the tables in the file that this program did not make. A redaction does not search them."""
    if not log.has_read_tables:
        return []
    derived = [name for _, name in projections.objects()]
    ours = {"events", "documents", "checkpoints", "signatures", "projected", *derived}
    indexes = tuple(f"{name}_" for name in derived if name.endswith("_fts"))  # FTS5 has its own tables for an index
    names = log.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [name for (name,) in names if name not in ours and not name.startswith(indexes)]


def _is_named(log: AnyLog, event: Event, sha256: str, kind: str = "") -> bool:
    """Whether one of the other events, of a kind of stream, names a document."""
    others = (one for one in log.naming((sha256,)) if one.position != event.position and one.type.startswith(kind))
    return any(one.type != "EventRedacted" and _names(one.payload.get("statement"), sha256) for one in others)


def _names(value: object, sha256: str) -> bool:
    """Whether a document is named by a part of a statement, at any depth."""
    if isinstance(value, list):
        return any(_names(one, sha256) for one in value)
    if not isinstance(value, dict):
        return False
    return sha256 in (value.get("sha256"), value.get("text_sha256")) or any(_names(one, sha256) for one in value.values())
