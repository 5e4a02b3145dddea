"""Check the log event by event: its order and hashes, the data of each event, and every quotation.

Reads the log once, in order, and holds only the `part_of` references and a few texts in memory.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, get_args

import rfc8785

from timeline import fields, quotes
from timeline.any_log import AnyLog
from timeline.audit import documents, tree
from timeline.audit.report import Tally
from timeline.audit.sources import Documents, SourcesAudit
from timeline.documents import fragments, images
from timeline.documents.text_cache import TextCache
from timeline.errors import QuoteNotFound, StatementInvalid, TimelineError
from timeline.log.log import Event, EventType
from timeline.merkle import Checkpoint, Key, Note
from timeline.merkle.proof import SALT
from timeline.merkle.store import is_instant
from timeline.model import Author, Happening, HappeningFields, HappeningVersion, Reason, Review, Source, SourceFields, check, stream
from timeline.redaction import document_hashes
from timeline.statements import circle

SHA256 = 32  # bytes
ATTEMPTS = 20  # unreadable places, after which the audit gives up
_FIRST = {"SourceArchived", "HappeningRecorded"}
_KINDS = {"Source": "source", "Happening": "happening"}
_PARTS = {  # the keys allowed in an event's data
    "SourceArchived": {"statement"},
    "HappeningRecorded": {"statement"},
    "SourceCorrected": {"statement", "changes", "reason"},
    "HappeningCorrected": {"statement", "changes", "reason"},
    "HappeningRetracted": {"statement", "reason", "superseded_by"},
    "HappeningReviewed": {"version", "verdict", "comment"},
    "EventRedacted": {"documents", "kept", "position", "reason"},
}
_NOT_STATED = HappeningVersion.model_fields.keys() - {*Happening.model_fields, "instant"}
_HASHES = ("sha256", "text_sha256")
_PLACE_FIELDS = ("start_char", "end_char", "grade", "prefix", "suffix")
_DESCRIBED = "describe a part of a picture or recording, in words that no program can check"
_WITHHELD = "cite documents that the publisher withholds, so they were not looked for there"
_UNREADABLE = (TimelineError, ValueError, TypeError, LookupError, OverflowError, RecursionError, AttributeError, sqlite3.Error)


class EventsAudit:
    """One pass over the log, for three checks."""

    def __init__(self, log: AnyLog, against: Sequence[Note], keys: Sequence[Key], tomorrow: str) -> None:
        self.log = log
        self.events = Tally("events")
        self.statements = Tally("statements")
        self.citations = Tally("citations")
        self._parents: dict[str, str] = {}  # happening -> its current part_of
        self._latest = ""  # the latest recorded_at so far
        self._tomorrow = tomorrow
        self._future: list[str] = []  # events with a time in the future
        self._backdated: list[str] = []  # events with a time before that of an earlier event
        self._unverifiable: list[str] = []  # corrections and retractions of a redacted version
        self._retracted: set[str] = set()  # retracted streams
        self._blank: dict[int, str] = {}  # events without data
        self._redactions: dict[int, str] = {}  # redacted positions, and the labels of their redactions
        self._removed: set[str] = set()  # documents that redactions removed
        self._withheld = 0  # citations of documents that the publisher withholds
        self._described = 0  # citations that quote nothing
        self._sources = SourcesAudit(log, self.events)
        self._sizes = sorted({Checkpoint.of(note).size for note in against})
        self.document_hashes: set[str] = set()  # documents that events name
        self.tree = tree.TreeAudit(log, against, keys, tomorrow)
        self._text = TextCache(self._read_text)
        self._archived_at = lru_cache(10_000)(self._read_position)
        self._media_type = lru_cache(10_000)(partial(documents.media_type, log))

    def check(self, advance: Callable[[int], None]) -> None:
        """Check every event by itself, then the relations between them."""
        for event in self._in_order():
            self.events.count += 1
            try:
                self.tree.add(event)
                self._check_event(event)
            except _UNREADABLE as error:
                self.events.failed(_label(event), "cannot be checked", error)
            advance(1)
        self._check_redactions()
        self._check_versions()
        self._sources.finish(self._sizes)
        self.events.remark("A time is in the future, so a clock was wrong or the time was altered", self._future)
        self.events.remark("A clock was turned back, or an event was backdated", self._backdated)
        self.statements.remark("Undeclared changes cannot be checked", self._unverifiable)
        for count, what in ((self._described, _DESCRIBED), (self._withheld, _WITHHELD)):
            self.citations.remarks += [f"{count:,} more {what}"] if count else []

    def _in_order(self) -> Iterator[Event]:
        """Yield every readable event in order of position, and report gaps and unreadable events."""
        last, attempts = 0, 0
        while attempts < ATTEMPTS:
            try:
                for event in self.log.events(last):
                    if event.position != last + 1:
                        gap = f"{last + 1}" if event.position == last + 2 else f"{last + 1} to {event.position - 1}"
                        self.events.fault(f"position {gap}", "is missing: positions have no gaps")
                    last = event.position
                    yield event
                return
            except sqlite3.Error as error:
                attempts += 1
                last += 1
                self.events.failed(f"position {last}", "cannot be read", error)
        self.events.fault(f"position {last + 1} and after", "not checked: too many events cannot be read")

    def _check_event(self, event: Event) -> None:
        place = _label(event)
        self._check_place(event, place)
        if event.data is None and event.salt is None:
            self._blank[event.position] = place
            if event.version == 1 and event.stream.startswith("source/"):
                self._sources.add_redacted(event.stream, event.position)
            if not isinstance(event.data_hash, bytes) or len(event.data_hash) != SHA256:
                self.events.fault(place, "its hash is not a SHA-256: it was altered")
            return
        if event.data is None or event.salt is None:
            self.events.fault(place, "its data or its salt is missing: it was altered")
            return
        if hashlib.sha256(event.salt + event.data.encode()).digest() != event.data_hash:
            self.events.fault(place, "its data does not match its hash: it was altered")
        if len(event.salt) != SALT:
            self.events.fault(place, f"its salt has {len(event.salt)} bytes, expected {SALT}: it was altered")
        payload = json.loads(event.data)
        if not isinstance(payload, dict):
            self.events.fault(place, "its data is not an object")
            return
        self._check_canonical(place, event.data, payload)
        for part in sorted(payload.keys() - _PARTS.get(event.type, payload.keys())):
            self.events.fault(place, f"{part}: does not belong in a {event.type}")
        if event.type == "EventRedacted":
            self._check_redaction(event, payload, place)
        elif event.type == "HappeningReviewed":
            self._check_review(event, payload, place)
        else:
            self._check_statement(event, payload, place)

    def _check_place(self, event: Event, place: str) -> None:
        """Check an event without its data."""
        kind, _, id = event.stream.partition("/")
        if event.type not in get_args(EventType):
            self.events.fault(place, f'"{event.type}" is not a type of event')
        elif event.type != "EventRedacted" and not (event.type.startswith(tuple(k for k, v in _KINDS.items() if v == kind))):
            self.events.fault(place, f"a {event.type} does not belong in this stream")
        try:
            if stream("source" if kind == "source" else "happening", id) != event.stream:
                self.events.fault(place, f'"{kind}" is not a kind of stream')
        except StatementInvalid as error:
            self.events.fault(place, str(error))
        if (event.version == 1) != (event.type in _FIRST):
            self.events.fault(place, f"a {event.type} cannot be version {event.version}")
        try:
            check(Author, {"by": event.recorded_by}, place)
        except StatementInvalid as error:
            self.events.fault(place, f"recorded_by: {error.faults[0][1]}")
        if not is_instant(event.recorded_at):
            self.events.fault(place, f'recorded_at is "{event.recorded_at}", not an instant in UTC')
        elif event.recorded_at < self._latest:
            self._backdated.append(f"{place}, recorded at {event.recorded_at} but after an event of {self._latest}")
        else:
            self._latest = event.recorded_at
        if self._tomorrow < event.recorded_at and is_instant(event.recorded_at):
            self._future.append(f"{place}, recorded at {event.recorded_at}")

    def _check_redaction(self, event: Event, payload: dict[str, Any], place: str) -> None:
        check(Reason, {"reason": payload.get("reason")}, place)
        position = payload["position"]
        redacted = self.log.event(position) if type(position) is int else None
        if redacted is None or redacted.stream != event.stream or redacted.position >= event.position:
            self.events.fault(place, f"redacts position {position}, which is not an earlier event of this stream")
            return
        if redacted.type == "EventRedacted":
            self.events.fault(place, f"redacts position {position}, which is itself a redaction")
        if position in self._redactions:
            self.events.fault(place, f"redacts position {position}, which was redacted before")
        self._redactions[position] = place
        self._removed.update(payload["documents"])
        remaining = payload.get("kept", {})
        for field, sha256 in remaining.items():
            self.document_hashes.add(sha256)
            if field not in _HASHES or not redacted.type.startswith("Source") or not documents.is_accounted_for(self.log, sha256):
                self.events.fault(place, f"kept.{field}: is not a document of that source in the archive")
        if remaining:
            self._sources.add_kept(event.stream, _hashes(remaining), place)

    def _check_review(self, event: Event, payload: dict[str, Any], place: str) -> None:
        try:
            version = check(Review, {name: value for name, value in payload.items() if name in Review.model_fields}, place).version
        except StatementInvalid as error:
            for field, reason in error.faults:
                self.events.fault(place, f"{field}: {reason}")
            return
        reviewed = self.log.version_of(event.stream, version)
        if reviewed is None or reviewed.position >= event.position or not reviewed.makes_statement:
            self.events.fault(place, f"reviews version {version}, which makes no statement before it")
        if event.stream in self._retracted:
            self.events.fault(place, "was appended after the happening was retracted")

    def _check_redactions(self) -> None:
        """Compare the events without data with the redactions."""
        for position, place in self._blank.items():
            if position not in self._redactions:
                self.events.fault(place, "its data is gone, and no EventRedacted says why")
        for position, place in self._redactions.items():
            if position not in self._blank:
                self.events.fault(place, f"redacts position {position}, but its data is still there")
        for sha256 in sorted(self._removed):
            if self.log.document(sha256) is not None:
                self.events.fault(f"document {sha256[:12]}…", "is in the archive, although a redaction removed it")

    def _check_canonical(self, place: str, data: str, payload: dict[str, Any]) -> None:
        try:
            canonical = rfc8785.dumps(payload) == data.encode()
        except rfc8785.CanonicalizationError:
            canonical = False
        if not canonical:
            self.events.fault(place, "its data is not canonical JSON (RFC 8785)")

    def _check_statement(self, event: Event, payload: dict[str, Any], place: str) -> None:
        self.statements.count += 1
        statement = payload.get("statement")
        if not isinstance(statement, dict):
            self.statements.fault(place, "statement: is missing")
            return
        try:
            if event.type.startswith("Source"):
                check(Source, statement, place)
            else:
                check(HappeningVersion, {**statement, **_place(event, payload)}, place)
            if event.type not in _FIRST:
                check(Reason, {"reason": payload.get("reason"), "superseded_by": payload.get("superseded_by")}, place)
        except StatementInvalid as error:
            for field, reason in error.faults:
                self.statements.fault(place, f"{field}: {reason}")
            return
        for field in sorted(statement.keys() & _NOT_STATED):
            self.statements.fault(place, f"{field}: does not belong in a statement")
        if event.type not in _FIRST:
            self._check_changes(event, payload.get("changes") or {}, statement, place)
        if event.type.startswith("Source"):
            self._sources.add(event.stream, _hashes(statement), place, event.position)
            self.document_hashes.update(statement[field] for field in _HASHES)
            for fault in documents.source_faults(self.log, statement):
                self.statements.fault(place, fault)
            return
        self._check_references(event, payload, statement, place)
        for number, citation in enumerate(statement["citations"], start=1):
            self._check_citation(f"{place}, citation {number}", event, citation)

    def _check_changes(self, event: Event, changes: dict[str, Any], statement: dict[str, Any], place: str) -> None:
        """Compare a correction or retraction with the version before: only the declared changes may differ."""
        for field, value in changes.items():
            if statement.get(field) != value:
                self.statements.fault(place, f"{field}: the statement does not have the value of the correction")
        may_change = set(SourceFields.__annotations__ if event.type.startswith("Source") else HappeningFields.__annotations__)
        may_change = {*(may_change & changes.keys()), *(("instant",) if changes.keys() & {"date", "zone"} else ())}
        before = self.log.last(event.stream, before=event.version)
        if before is not None and before.data is None:
            self._unverifiable.append(f"{place}, which follows a redacted version")
        known = before.payload.get("statement") if before else None
        if isinstance(known, dict):
            for field in sorted((known.keys() | statement.keys()) - may_change):
                if known.get(field) != statement.get(field):
                    self.statements.fault(place, f"{field}: differs from the version before, but is not among the changes")

    def _check_references(self, event: Event, payload: dict[str, Any], statement: dict[str, Any], place: str) -> None:
        id = event.stream.partition("/")[2]
        if event.stream in self._retracted:
            self.events.fault(place, "was appended after the happening was retracted")
        if event.type == "HappeningRetracted":
            self._retracted.add(event.stream)
        self._parents.pop(id, None)
        if part_of := statement.get("part_of"):
            self._parents[id] = part_of
        others = {"part_of": part_of, "superseded_by": payload.get("superseded_by")}
        others |= {f"related.{number}.other": tie["other"] for number, tie in enumerate(statement.get("related", ()), start=1)}
        for field, other in others.items():
            if other and self.log.first(f"happening/{other}") is None:
                self.statements.fault(place, f'{field}: there is no happening "{other}"')
        for number, picture in enumerate(statement.get("media", ()), start=1):
            if not 0 < self._archived_at(picture["source"]) < event.position:
                self.statements.fault(place, f'media.{number}.source: there is no source "{picture["source"]}" before it')
            elif not self._is_picture(picture["source"]):
                self.statements.fault(place, f"media.{number}.source: source/{picture['source']} is not a picture")

    def check_circles(self) -> None:
        """Find happenings that are currently part of themselves."""
        cleared: set[str] = set()
        for start in self._parents:
            chain: dict[str, None] = {}
            at: str | None = start
            while at is not None and at not in cleared and at not in chain:
                chain[at] = None
                at = self._parents.get(at)
            if at in chain:
                names = list(chain)
                names = [*names[names.index(str(at)) :], str(at)]
                self.statements.fault(f"happening/{at}", f"part_of: {circle(names)}")
            cleared.update(chain)

    def _check_versions(self) -> None:
        """Find gaps between a stream's versions, and versions out of order."""
        rows = self.log.connection.execute(
            "SELECT stream, count(*), max(version) FROM events GROUP BY stream HAVING min(version) <> 1 OR max(version) <> count(*)"
        )
        for name, count, version in rows:
            self.events.fault(name, f"has {count} events and reaches version {version}: versions have no gaps")
        rows = self.log.connection.execute(
            "SELECT newer.position, newer.stream, newer.version FROM events AS newer"
            " JOIN events AS older ON older.stream = newer.stream AND older.version = newer.version - 1"
            " WHERE newer.position <= older.position"
        )
        for position, name, version in rows:
            self.events.fault(f"position {position}, {name}@{version}", "comes before the version that it follows")

    def _check_citation(self, place: str, event: Event, citation: dict[str, Any]) -> None:
        self.citations.count += 1
        if not 0 < self._archived_at(citation["source"]) < event.position:
            self.citations.fault(place, f'there is no source "{citation["source"]}" before it')
            return
        self._sources.add(f"source/{citation['source']}", _hashes(citation), place, event.position)
        media_type = self._media_type(citation["source"]) if "fragment" in citation else ""
        if media_type and (fault := fragments.misplaced(citation["fragment"], media_type)):
            self.citations.fault(place, f"fragment: {fault}")
        if "description" in citation:
            self.citations.count -= 1
            self._described += 1
            return
        if self.log.is_withheld(citation["text_sha256"]):
            self.citations.count -= 1
            self._withheld += 1
            if citation["grade"] == "exact" and citation["end_char"] - citation["start_char"] != len(citation["quote"]):
                self.citations.fault(place, "its passage is not as long as the quotation")
            return
        try:
            text = self._text(citation["text_sha256"])
            if _is_at_its_place(text, citation):
                return
            passage = quotes.find(text, citation["quote"], citation["prefix"], citation["suffix"])
        except (TimelineError, UnicodeDecodeError) as error:
            self.citations.fault(place, f"cannot be verified: {error}")
            return
        for field in _PLACE_FIELDS:
            if citation[field] != getattr(passage, field):
                self.citations.fault(place, f"{field}: is {citation[field]!r}, expected {getattr(passage, field)!r}")
        if passage.grade == "exact" and text.raw[passage.start_char : passage.end_char] != citation["quote"]:
            self.citations.fault(place, "its passage is not exactly the quotation")

    def _read_position(self, source: str) -> int:
        """Return the position at which a source was archived; 0 if it was not."""
        first = self.log.first(f"source/{source}")
        return first.position if first else 0

    def _is_picture(self, source: str) -> bool:
        text = document_hashes(self.log, source).get("text_sha256", images.NO_TEXT)
        return text == images.NO_TEXT and not fragments.is_recording(self._media_type(source))

    def _read_text(self, sha256: str) -> quotes.Text:
        return quotes.Text((self.log.document(sha256) or b"").decode())


def _is_at_its_place(text: quotes.Text, citation: Mapping[str, Any]) -> bool:
    """Whether a quotation is at its recorded place. Equal rows of a table are told apart by the place."""
    try:
        passage = quotes.at(text, citation["quote"], citation["start_char"], citation["prefix"], citation["suffix"])
    except QuoteNotFound:
        return False
    return all(citation[field] == getattr(passage, field) for field in _PLACE_FIELDS)


def _hashes(fields: Mapping[str, Any]) -> Documents:
    return str(fields.get("sha256")), str(fields.get("text_sha256"))


def _label(event: Event) -> str:
    return f"position {event.position}, {event.id}"


def _place(event: Event, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a version that are not in the statement."""
    return {
        "id": event.stream.partition("/")[2],
        "status": fields.STATUSES[event.type],
        "version": event.version,
        "position": event.position,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "reason": payload.get("reason"),
        "superseded_by": payload.get("superseded_by"),
    }
