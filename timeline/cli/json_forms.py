"""The output of commands for programs, with --json: JSON Lines for lists, otherwise one object.

Owns these forms, which manual/command-line.md describes: each always has the same fields, null where there is no value. New fields
may join; none is renamed. Everything is ASCII, so that no data can steer a terminal. Must not read a timeline.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from timeline import authors, dates, fields
from timeline.archived_source import ArchivedSource
from timeline.audit.report import Report
from timeline.errors import DateInvalid
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Outcome, Plan
from timeline.log.log import Event
from timeline.merkle import Checkpoint, Note
from timeline.proof.opentimestamps import Attestation
from timeline.reading.sources import ListedSource

Json = dict[str, Any]

as_object = click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
as_lines = click.option("--json", "as_json", is_flag=True, help="For programs: JSON Lines, an object for each.")

_CITATION = (
    *(*fields.CITATION[:4], "start_char", "end_char", "grade"),
    *(*fields.CITATION[4:6], *fields.DOCUMENT[2:], *fields.CITATION[6:]),
)


def write(record: Mapping[str, Any]) -> None:
    """Write one object, on one line."""
    click.echo(json.dumps(record))


def event(one: Event) -> Json:
    """Return an event as it is in the log; its data is null once it is redacted."""
    return {
        "position": one.position,
        "stream": one.stream,
        "version": one.version,
        "type": one.type,
        "recorded_at": one.recorded_at,
        "recorded_by": one.recorded_by,
        "data": one.payload or None,
        "data_hash": one.data_hash.hex(),
    }


def happening(one: Event, *, near: bool = False, review: str | None = None) -> Json:
    """Return the happening that an event states, with the first and the last day that its date allows.

    `near` marks one that is only near the requested period; `review` is the verdict of others than its author.
    """
    payload = one.payload
    statement = payload.get("statement", {})
    earliest, latest = _bounds(statement.get("date"))
    record: Json = {
        **_head(one),
        "status": "redacted" if one.data is None else fields.STATUSES[one.type],
        "title": statement.get("title"),
        "date": statement.get("date"),
        "earliest": earliest,
        "latest": latest,
        "instant": statement.get("instant"),
        **{name: statement.get(name) for name in fields.TEXTS[1:]},
        **{name: statement.get(name) or [] for name in fields.LISTS},
        "reason": payload.get("reason"),
        "superseded_by": payload.get("superseded_by"),
        "near": near,
        "review": review,
    }
    record["actors"] = [{"name": actor.get("name"), "role": actor.get("role")} for actor in record["actors"]]
    record["citations"] = [{name: citation.get(name) for name in _CITATION} for citation in record["citations"]]
    record["media"] = [{name: picture.get(name) for name in fields.PICTURE} for picture in record["media"]]
    return record


def source(listed: tuple[ListedSource, Event]) -> Json:
    """Return the source that an event states, with the length of its text and the number of happenings that cite it."""
    one, event = listed
    payload = event.payload
    statement = payload.get("statement", {})
    return {
        **_head(event),
        "status": "redacted" if event.data is None else "current",
        **{name: statement.get(name) for name in (*fields.SOURCE, *fields.DOCUMENT)},
        "characters": one.characters,
        "happenings": one.happenings,
        "reason": payload.get("reason"),
    }


def archived(one: ArchivedSource, *, new: bool) -> Json:
    """Return the event that archived a document, whether it is new, and the document's own metadata."""
    statement = one.event.payload.get("statement", {})
    return {
        **_head(one.event),
        "new": new,
        **{name: statement.get(name) for name in (*fields.SOURCE, *fields.DOCUMENT)},
        "document_says": dict(one.document_says),
    }


def report(audited: Report) -> Json:
    """Return the result of an audit."""
    return {
        "ok": audited.ok,
        "faults": audited.total,
        "outdated": audited.outdated,
        "checks": [
            {
                "name": check.name,
                "count": check.count,
                "ok": not check.faults,
                "faults": [{"where": where, "what": message} for where, message in check.faults],
                "more": check.more,
                "remarks": list(check.remarks),
            }
            for check in audited.checks
        ],
    }


def checkpoint(note: Note, **more: bool) -> Json:
    """Return a checkpoint: the log's name, its size and root, its signatures, and the note itself, which people keep elsewhere."""
    checkpoint = Checkpoint.of(note)
    return {
        "origin": checkpoint.origin,
        "events": checkpoint.size,
        "root": root(checkpoint.root),
        "signatures": [{"name": signature.name, "key_id": signature.key_id.hex()} for signature in note.signatures],
        "note": str(note),
        **more,
    }


def stamp(path: Path, attestation: Attestation) -> Json:
    """Return one end of a stamp of OpenTimestamps: a block of the Bitcoin chain, with the root it must have, or a calendar."""
    return {"file": str(path), **attestation._asdict()}


def root(of: bytes) -> str:
    """Encode a root as a checkpoint does: base64."""
    return base64.b64encode(of).decode()


def write_imported(read: File, plan: Plan, *, done: bool) -> None:
    """Write the outcome of an import, or of a trial run, for the file and each of its rows: as one object, row by row."""
    counts = plan.counts()
    about = {
        "file": str(read.path),
        "format": read.format,
        "done": done,
        "rows": len(plan.outcomes),
        **{verb: counts[verb] for verb in ("new", "corrected", "unchanged", "refused")},
        "source": plan.source,
        "vanished": list(plan.vanished),
        "notes": list(plan.notes),
    }
    click.echo(f'{json.dumps(about)[:-1]}, "outcomes": [', nl=False)
    for number, one in enumerate(plan.outcomes):
        click.echo(f"{', ' if number else ''}{json.dumps(_outcome(one))}", nl=False)
    click.echo("]}")


def _outcome(one: Outcome) -> Json:
    return {
        "row": one.row.number,
        "outcome": one.verb,
        "stream": one.stream or None,
        "fields": list(one.fields),
        "questions": [{"field": field, "what": question} for field, question in one.row.questions],
        "remarks": [{"field": field, "what": remark} for field, remark in one.remarks],
        "dropped": [{"field": field, "value": value, "why": why} for field, value, why in one.row.dropped],
        "reason": one.reason or None,
    }


def _head(one: Event) -> Json:
    return {
        "stream": one.stream,
        "id": one.stream.partition("/")[2],
        "version": one.version,
        "position": one.position,
        "recorded_at": one.recorded_at,
        "recorded_by": authors.name(one.recorded_by),
    }


def _bounds(date: str | None) -> tuple[str | None, str | None]:
    try:
        return dates.bounds(date) if date else (None, None)
    except DateInvalid:
        return None, None
