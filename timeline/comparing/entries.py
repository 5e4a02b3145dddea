"""Write an event of a log as the entry that appends the same to another: with its document, and the places of its quotations.

Must not append, nor decide what may be appended.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from timeline import fields
from timeline.any_log import AnyLog
from timeline.documents import extractors
from timeline.log.log import Event


def entry(log: AnyLog, event: Event) -> dict[str, Any]:
    """Return the entry for an event that is not redacted, in the form of `Timeline.append`."""
    data = event.payload
    match event.type:
        case "SourceArchived":
            return {"source": _source(log, event.subject, data["statement"])}
        case "HappeningRecorded":
            values = {name: value for name, value in data["statement"].items() if name != "instant"}
            return {"happening": {"id": event.subject, **values, "citations": _citations(data["statement"])}}
        case "HappeningRetracted":
            instead = {"superseded_by": data["superseded_by"]} if data.get("superseded_by") else {}
            return {"retract": event.subject, "reason": data["reason"], **instead}
    verb = "correct_source" if event.type == "SourceCorrected" else "correct"
    changes = {name: _citations(data["statement"]) if name == "citations" else value for name, value in data["changes"].items()}
    return {verb: event.subject, "reason": data["reason"], **changes}


def new_sources(log: AnyLog, known: AnyLog, after: int) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a log's sources after a position that another log does not have, to read their documents in time."""
    for event in log.events(after):
        is_archived = event.type == "SourceArchived" and event.data is not None and absent(log, event) is None
        if is_archived and known.version(event.stream) == 0:
            yield entry(log, event)


def cited(statement: Mapping[str, Any]) -> list[str]:
    """List the sources that a happening cites or shows."""
    return list(dict.fromkeys(one["source"] for name in ("citations", "media") for one in statement.get(name) or ()))


def absent(log: AnyLog, event: Event) -> str | None:
    """Return the hash of a document that a source's first event names and the log's file does not have; None if it has both."""
    if event.type != "SourceArchived" or event.data is None:
        return None
    statement = event.payload["statement"]
    return next((statement[name] for name in ("sha256", "text_sha256") if log.document(statement[name]) is None), None)


def _source(log: AnyLog, id: str, statement: Mapping[str, Any]) -> dict[str, Any]:
    content, text = (log.document(statement[name]) or b"" for name in ("sha256", "text_sha256"))
    made: dict[str, Any] = {"id": id, **{name: statement[name] for name in fields.SOURCE if name in statement}}
    made |= {"media_type": statement["media_type"], "text": text.decode()}
    if statement["extractor"] != extractors.GIVEN or content != text:
        made |= {"extractor": statement["extractor"], "base64": b64encode(content).decode()}
    return made


def _citations(statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the citations as they are given, each with its place, where alone its words are searched."""
    known = (*fields.CITATION, "start_char")
    return [{name: one[name] for name in known if name in one} for one in statement["citations"]]
