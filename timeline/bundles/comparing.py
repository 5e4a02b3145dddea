"""Compare bundles with the log, so that people learn of differences and decide.

Must not append, nor check quotations: the faults of an entry are reported when it is appended.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from timeline import authors, documents, statements
from timeline.any_log import AnyLog
from timeline.bundles.entry import Entry
from timeline.errors import TimelineError
from timeline.log.event import Event
from timeline.model import Review, SourceFields
from timeline.timeline import Timeline


def difference(timeline: Timeline, entry: Entry, within: Sequence[Path]) -> str | None:
    """Word how an entry differs from the log; None where it is in the log, was redacted, or has faults.

    One of the folders `within` must hold a source's file.
    """
    if not entry.id or entry.faults:
        return None
    if entry.verb not in ("source", "happening"):
        return _of_later(timeline, entry)
    first = timeline.log.first(entry.stream)
    if first is None or first.data is None:
        return None if first else f"{entry.stream} is not in it"
    statement = first.payload["statement"]
    try:
        if entry.verb == "source":
            return _of_source(entry, statement, within)
        fields = {name: value for name, value in entry.fields.items() if name != "id"}
        return None if statements.is_same(fields, statement, entry.stream) else f"{entry.stream} was changed since"
    except TimelineError:
        return None


def is_reviewed(log: AnyLog, entry: Entry) -> bool:
    """Whether anybody's review in the log has the version, the verdict and the comment of an entry."""
    verdict = {name: value for name, value in entry.fields.items() if name in Review.model_fields}
    return any(event.type == "HappeningReviewed" and event.payload == verdict for event in log.stream(entry.stream))


def overridden(log: AnyLog, after: int, unseen: range) -> Iterator[str]:
    """Yield a warning for each correction or retraction after a position that overrides somebody else's correction.

    That is a correction by another author, or one at an `unseen` position.
    """
    for event in log.events(after):
        if event.type == "HappeningRetracted" and event.data is not None:
            corrected = [
                one for one in log.stream(event.stream, after) if one.type == "HappeningCorrected" and one.data is not None
            ]
            if corrected and (corrected[-1].recorded_by != event.recorded_by or corrected[-1].position in unseen):
                was = f"{event.stream}: was corrected{_by(corrected[-1])}, and is now retracted{_by(event)}"
                yield f"{was}. The retraction takes effect. If it should not, record the happening again under another id"
        if event.type not in ("SourceCorrected", "HappeningCorrected") or event.data is None:
            continue
        for field, value in event.payload["changes"].items():
            earlier = [
                one
                for one in log.stream(event.stream, after)
                if one.type == event.type and one.data is not None and field in one.payload["changes"]
            ]
            if not earlier or earlier[-1].payload["changes"][field] == value:
                continue
            if earlier[-1].recorded_by != event.recorded_by or earlier[-1].position in unseen:
                theirs, ours = _change(earlier[-1], field), _change(event, field)
                message = f"{event.stream}: {field} was corrected {theirs}, and now {ours}"
                yield f"{message}. The later correction takes effect. If it should not, correct it again"


def _change(event: Event, field: str) -> str:
    value = event.payload["changes"][field]
    to = f" to {value}" if isinstance(value, str) else " to nothing" if value is None else ""
    return f"{to.strip()}{_by(event)}"


def _by(event: Event) -> str:
    return f"{authors.by(event.recorded_by)} ({event.payload['reason']})"


def _of_later(timeline: Timeline, entry: Entry) -> str | None:
    events = timeline.log.stream(entry.stream)
    if entry.verb == "review":
        is_redacted = any(event.type == "HappeningReviewed" and event.data is None for event in events)
        return None if is_redacted or is_reviewed(timeline.log, entry) else f"a review of {entry.stream} is not in it"
    if any(event.data is None or event.payload.get("reason") == entry.fields.get("reason") for event in events):
        return None
    return f"a correction or retraction of {entry.stream} is not in it"


def _of_source(entry: Entry, statement: Mapping[str, Any], within: Sequence[Path]) -> str | None:
    fields = entry.fields
    if "file" in fields:
        same = sha256(documents.received(Path(fields["file"]), within)).hexdigest() == statement["sha256"]
    else:
        same = sha256(str(fields.get("text", "")).encode()).hexdigest() == statement["text_sha256"]
    if not same:
        return f"the document of {entry.stream} was changed since"
    described = {name: value for name, value in fields.items() if name in SourceFields.__annotations__}
    if str(fields.get("record", "")).startswith("http"):
        described.setdefault("url", fields["record"])
    now = statements.of_archived_source(described, dict(statement), fields.get("media_type"), entry.stream)
    return None if now == statement else f"{entry.stream} was changed since"
