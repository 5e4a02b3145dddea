"""Redaction: which event may be redacted, and which documents go with it.

Owns the rules. Must not take anything away itself: the log does, in the transaction of whoever asks.
"""

import json
from typing import Any

from timeline import authors, projections
from timeline.errors import Redacted, StatementInvalid, UnknownEvent
from timeline.log import Event, Log
from timeline.model import RedactedVersion
from timeline.quotes.finding import CONTEXT

_SAID = ("SourceArchived", "SourceCorrected")


def redactable(log: Log, position: int) -> Event:
    """Find the event at a position. Raises UnknownEvent, or StatementInvalid where it is itself a redaction."""
    event = log.event(position)
    if event is None:
        raise UnknownEvent(
            f"there is no event at position {position}: the log ends at {log.size()}. See what there is: timeline log"
        )
    if event.type == "EventRedacted":
        raise StatementInvalid(event.id, "says who redacted what, when and why, which stays. Give the position of another event")
    return event


def gone(log: Log, event: Event) -> Redacted:
    """Tell that what an event said is not there any more."""
    redaction = log.redaction(event.position)
    if redaction is None:
        return Redacted(event.stream, f"version {event.version} is gone, and no event says why. See what happened: timeline verify")
    told = f"position {redaction.position}{authors.by(redaction.recorded_by)} ({redaction.payload['reason']})"
    return Redacted(event.stream, f"version {event.version} was redacted at {told}")


def version(log: Log, event: Event) -> RedactedVersion:
    """Tell of a version of a happening that was redacted."""
    redaction = log.redaction(event.position)
    reason = redaction.payload["reason"] if redaction else None
    id = event.stream.partition("/")[2]
    return RedactedVersion(id, event.version, event.position, event.recorded_at, event.recorded_by, reason)


def data(log: Log, event: Event, reason: str, keep_documents: bool) -> dict[str, Any]:
    """Write what an EventRedacted holds: the position, the reason, the documents that go, and a source's that stay.

    Raises StatementInvalid where documents are to be kept that nothing else names.
    """
    going, staying = documents(log, event)
    if keep_documents:
        refuse_to_keep(log, event, going)
        going, staying = [], sorted([*going, *staying])
    told = {"documents": going, "position": event.position, "reason": reason}
    if event.type in _SAID and staying and is_confirmed(log, event):
        return {**told, "kept": {field: event.payload["statement"][field] for field in ("sha256", "text_sha256")}}
    return told


def is_confirmed(log: Log, event: Event) -> bool:
    """Whether another event says which document a source's event names: a correction of the source, or a citation of it."""
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
    """Refuse to keep documents of which, without the event, nothing would say which they were."""
    for sha256 in going:
        if event.type in _SAID or not _is_named(log, event, sha256, "1"):
            raise StatementInvalid(
                event.id,
                f"nothing else names document {sha256[:12]}…, so nobody could tell later whether it is the one that was"
                " archived. Let it go with the event: leave out --keep-documents (keep_documents=True)",
            )


def named(log: Log, source: str) -> dict[str, str]:
    """Give the hashes of a source's document and text, as an event of its stream still has them; empty where none has."""
    for event in log.stream(f"source/{source}"):
        holder = event.payload.get("kept" if event.type == "EventRedacted" else "statement")
        if holder:
            return {field: holder[field] for field in ("sha256", "text_sha256")}
    return {}


def refuse_what_cites_nothing(log: Log, after: int) -> None:
    """Refuse happenings after a position that cite a document which a redaction took away while they were being appended.

    Raises Redacted. The caller holds the transaction, and the read tables are carried forward.
    """
    took = log.connection.execute(
        "SELECT 1 FROM events WHERE type = 'EventRedacted' AND json_array_length(data, '$.documents') > 0 LIMIT 1"
    )
    if took.fetchone() is None:
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
    """Tell which documents go with an event, and which stay because others need them, by their SHA-256.

    An event's documents are those that it names: a source's own, or those that a happening cites. They stay while another
    happening cites them in any version or, if a source's event goes, while another source's event names them.
    """
    named = {
        sha256
        for one in (event.payload["statement"], *event.payload["statement"].get("citations", ()))
        for sha256 in (one.get("sha256"), one.get("text_sha256"))
        if sha256 is not None and log.document(sha256) is not None
    }
    others = "1" if event.type in _SAID else "events.type LIKE 'Happening%'"
    needed = {sha256 for sha256 in named if _is_named(log, event, sha256, others)}
    return sorted(named - needed), sorted(needed)


def holders(log: Log, sha256: str) -> list[str]:
    """Name the sources that stand for a document: its bytes or its text."""
    streams = log.connection.execute(
        "SELECT DISTINCT stream FROM events WHERE type IN ('SourceArchived', 'SourceCorrected')"
        " AND ? IN (json_extract(data, '$.statement.sha256'), json_extract(data, '$.statement.text_sha256')) ORDER BY stream",
        (sha256,),
    )
    return [stream for (stream,) in streams]


def echoes(log: Log, event: Event) -> list[str]:
    """Name the other events in which words of an event still stand: its title, its summary, what it quotes, or is next to that."""
    statement = event.payload["statement"]
    citations = statement.get("citations", [])
    texts = [statement["title"], statement.get("summary"), *(citation["quote"] for citation in citations)]
    words = [json.dumps(text, ensure_ascii=False)[1:-1] for text in texts if text]
    places = [(c["source"], c["start_char"] - CONTEXT, c["end_char"] + CONTEXT) for c in citations]
    rows = log.connection.execute(
        "SELECT stream || '@' || version FROM events WHERE position <> ?1 AND type <> 'EventRedacted' AND data IS NOT NULL AND ("
        " EXISTS (SELECT 1 FROM json_each(?2) AS word WHERE instr(events.data, word.value))"
        " OR EXISTS (SELECT 1 FROM json_each(events.data, '$.statement.citations') AS said, json_each(?3) AS place"
        " WHERE json_extract(said.value, '$.source') = json_extract(place.value, '$[0]')"
        " AND json_extract(said.value, '$.start_char') < json_extract(place.value, '$[2]')"
        " AND json_extract(said.value, '$.end_char') > json_extract(place.value, '$[1]'))) ORDER BY position",
        (event.position, json.dumps(words), json.dumps(places)),
    )
    return [id for (id,) in rows]


def foreign_tables(log: Log) -> list[str]:
    """Name the tables in the file that are none of ours, and that a redaction does not look into."""
    derived = [name for _, name in projections.objects()]
    ours = {"events", "documents", "checkpoints", "signatures", "projected", *derived}
    indexes = tuple(f"{name}_" for name in derived if name.endswith("_fts"))  # which FTS5 keeps in tables of its own
    names = log.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [name for (name,) in names if name not in ours and not name.startswith(indexes)]


def _is_named(log: Log, event: Event, sha256: str, others: str) -> bool:
    """Whether one of the other events, chosen by a condition in SQL, names a document."""
    naming = log.connection.execute(
        "SELECT 1 FROM events, json_tree(events.data, '$.statement') AS said"
        f" WHERE events.position <> ? AND events.type <> 'EventRedacted' AND {others}"
        " AND said.key IN ('sha256', 'text_sha256') AND said.value = ? LIMIT 1",
        (event.position, sha256),
    )
    return naming.fetchone() is not None
