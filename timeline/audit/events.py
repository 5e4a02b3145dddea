"""The log, event by event: its order and hashes, what each event says, and every quotation found again.

Reads the log once, in order, and holds no more of it than who is part of whom and a few texts.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

import rfc8785

from timeline import quotes
from timeline.audit import documents, tree
from timeline.audit.report import Tally
from timeline.audit.sources import Documents, SourcesAudit
from timeline.errors import QuoteNotFound, StatementInvalid, TimelineError
from timeline.log import Event, EventType, Log
from timeline.merkle import Checkpoint, Key, Note
from timeline.merkle.kept import is_instant
from timeline.merkle.proof import SALT
from timeline.model import Author, HappeningFields, HappeningVersion, Reason, Source, SourceFields, check, stream
from timeline.statements import circle
from timeline.texts import Texts

SHA256 = 32  # its bytes
ATTEMPTS = 20  # places that cannot be read, after which the rest is given up
_FIRST = {"SourceArchived", "HappeningRecorded"}
_KINDS = {"Source": "source", "Happening": "happening"}
_PARTS = {  # what an event's data holds, and must not hold more
    "SourceArchived": {"statement"},
    "HappeningRecorded": {"statement"},
    "SourceCorrected": {"statement", "changes", "reason"},
    "HappeningCorrected": {"statement", "changes", "reason"},
    "HappeningRetracted": {"statement", "reason", "superseded_by"},
    "EventRedacted": {"documents", "kept", "position", "reason"},
}
_HASHES = ("sha256", "text_sha256")
_PLACE = ("start_char", "end_char", "grade", "prefix", "suffix")
_UNREADABLE = (TimelineError, ValueError, TypeError, LookupError, RecursionError, AttributeError, sqlite3.Error)


class EventsAudit:
    """One reading of the log, and the three checks that it serves."""

    def __init__(self, log: Log, against: Sequence[Note], keys: Sequence[Key], tomorrow: str) -> None:
        self.log = log
        self.events = Tally("events")
        self.statements = Tally("statements")
        self.citations = Tally("citations")
        self._wholes: dict[str, str] = {}  # happening -> part_of, as it stands
        self._latest = ""  # the latest recorded_at so far
        self._tomorrow = tomorrow
        self._ahead: list[str] = []  # events that say a time which is still to come
        self._earlier: list[str] = []  # events that were recorded before one that they follow
        self._unknown: list[str] = []  # corrections and retractions of which what stood before is redacted
        self._ended: set[str] = set()  # streams that were retracted
        self._blank: dict[int, str] = {}  # events without data
        self._redactions: dict[int, str] = {}  # positions that redactions name, and where
        self._taken: set[str] = set()  # documents that redactions took away
        self._sources = SourcesAudit(log, self.events)
        self._sizes = sorted({Checkpoint.of(note).size for note in against})
        self.named: set[str] = set()  # documents that sources stand for
        self.tree = tree.TreeAudit(log, against, keys, tomorrow)
        self._text = Texts(self._read_text)
        self._archived_at = lru_cache(10_000)(self._read_position)

    def check(self, advance: Callable[[int], None]) -> None:
        """Check every event by itself, then what binds them."""
        for event in self._in_order():
            self.events.count += 1
            try:
                self.tree.add(event)
                self._one(event)
            except _UNREADABLE as error:
                self.events.failed(_where(event), "cannot be checked", error)
            advance(1)
        self._check_redactions()
        self._check_versions()
        self._sources.finish(self._sizes)
        self.events.remark("A time that is still to come was given, so a clock is wrong or it was altered", self._ahead)
        self.events.remark("A clock was turned back, or it was backdated", self._earlier)
        self.statements.remark("Whether more changed than it says cannot be checked", self._unknown)

    def _in_order(self) -> Iterator[Event]:
        """Every event that can be read, in order of position, telling of gaps and of what cannot be read."""
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
        self.events.fault(f"position {last + 1} and after", "given up: too much of it cannot be read")

    def _one(self, event: Event) -> None:
        where = _where(event)
        self._check_place(event, where)
        if event.data is None and event.salt is None:
            self._blank[event.position] = where
            if event.version == 1 and event.stream.startswith("source/"):
                self._sources.begins_blank(event.stream, event.position)
            if not isinstance(event.data_hash, bytes) or len(event.data_hash) != SHA256:
                self.events.fault(where, "its hash is no SHA-256: nothing can ever have had it")
            return
        if event.data is None or event.salt is None:
            self.events.fault(where, "its data or its salt is missing: it was altered")
            return
        if hashlib.sha256(event.salt + event.data.encode()).digest() != event.data_hash:
            self.events.fault(where, "its data does not have its hash: it was altered")
        if len(event.salt) != SALT:
            self.events.fault(where, f"its salt has {len(event.salt)} bytes, expected {SALT}: it was altered")
        payload = json.loads(event.data)
        if not isinstance(payload, dict):
            self.events.fault(where, "its data is not an object")
            return
        self._check_canonical(where, event.data, payload)
        for part in sorted(payload.keys() - _PARTS.get(event.type, payload.keys())):
            self.events.fault(where, f"{part}: is not a part of a {event.type}")
        if event.type == "EventRedacted":
            self._check_redaction(event, payload, where)
            return
        self._check_statement(event, payload, where)

    def _check_place(self, event: Event, where: str) -> None:
        """Check all of an event but what it says."""
        kind, _, id = event.stream.partition("/")
        if event.type not in get_args(EventType):
            self.events.fault(where, f'"{event.type}" is not a type of event')
        elif event.type != "EventRedacted" and not (event.type.startswith(tuple(k for k, v in _KINDS.items() if v == kind))):
            self.events.fault(where, f"a {event.type} does not belong into this stream")
        try:
            if stream("source" if kind == "source" else "happening", id) != event.stream:
                self.events.fault(where, f'there is no kind of stream called "{kind}"')
        except StatementInvalid as error:
            self.events.fault(where, str(error))
        if (event.version == 1) != (event.type in _FIRST):
            self.events.fault(where, f"a {event.type} cannot be version {event.version}")
        try:
            check(Author, {"by": event.recorded_by}, where)
        except StatementInvalid as error:
            self.events.fault(where, f"recorded_by: {error.faults[0][1]}")
        if not is_instant(event.recorded_at):
            self.events.fault(where, f'recorded_at is "{event.recorded_at}", not an instant in UTC')
        elif event.recorded_at < self._latest:
            self._earlier.append(f"{where}, recorded at {event.recorded_at} but after an event of {self._latest}")
        else:
            self._latest = event.recorded_at
        if self._tomorrow < event.recorded_at and is_instant(event.recorded_at):
            self._ahead.append(f"{where}, recorded at {event.recorded_at}")

    def _is_accounted_for(self, sha256: str) -> bool:
        """Whether a document is in the archive, or a redaction took it away."""
        return self.log.document(sha256) is not None or self.log.document_redaction(sha256) is not None

    def _check_redaction(self, event: Event, payload: dict[str, Any], where: str) -> None:
        check(Reason, {"reason": payload.get("reason")}, where)
        position = payload["position"]
        redacted = self.log.event(position) if type(position) is int else None
        if redacted is None or redacted.stream != event.stream or redacted.position >= event.position:
            self.events.fault(where, f"redacts position {position}, which is no event of this stream before it")
            return
        if redacted.type == "EventRedacted":
            self.events.fault(where, f"redacts position {position}, which says who redacted what, and stays")
        if position in self._redactions:
            self.events.fault(where, f"redacts position {position}, which was redacted before")
        self._redactions[position] = where
        self._taken.update(payload["documents"])
        kept = payload.get("kept", {})
        for field, sha256 in kept.items():
            self.named.add(sha256)
            if field not in _HASHES or not redacted.type.startswith("Source") or not self._is_accounted_for(sha256):
                self.events.fault(where, f"kept.{field}: is not a document of that source in the archive")
        if kept:
            self._sources.keeps(event.stream, _hashes(kept), where)

    def _check_redactions(self) -> None:
        """Compare what is gone with what redactions name."""
        for position, where in self._blank.items():
            if position not in self._redactions:
                self.events.fault(where, "its data is gone, and no EventRedacted says why")
        for position, where in self._redactions.items():
            if position not in self._blank:
                self.events.fault(where, f"redacts position {position}, and yet what that said is there")
        for sha256 in sorted(self._taken):
            if self.log.document(sha256) is not None:
                self.events.fault(f"document {sha256[:12]}…", "is in the archive, although a redaction took it away")

    def _check_canonical(self, where: str, data: str, payload: dict[str, Any]) -> None:
        try:
            canonical = rfc8785.dumps(payload) == data.encode()
        except rfc8785.CanonicalizationError:
            canonical = False
        if not canonical:
            self.events.fault(where, "its data is not canonical JSON (RFC 8785)")

    def _check_statement(self, event: Event, payload: dict[str, Any], where: str) -> None:
        self.statements.count += 1
        statement = payload.get("statement")
        if not isinstance(statement, dict):
            self.statements.fault(where, "statement: is missing")
            return
        try:
            if event.type.startswith("Source"):
                check(Source, statement, where)
            else:
                check(HappeningVersion, {**statement, **_place(event, payload)}, where)
            if event.type not in _FIRST:
                check(Reason, {"reason": payload.get("reason"), "superseded_by": payload.get("superseded_by")}, where)
        except StatementInvalid as error:
            for field, reason in error.faults:
                self.statements.fault(where, f"{field}: {reason}")
            return
        if event.type not in _FIRST:
            self._check_changes(event, payload.get("changes") or {}, statement, where)
        if event.type.startswith("Source"):
            self._sources.names(event.stream, _hashes(statement), where, event.position)
            self.named.update(statement[field] for field in _HASHES)
            for what in documents.missing(self.log, statement):
                self.statements.fault(where, what)
            return
        self._check_references(event, payload, statement, where)
        for number, citation in enumerate(statement["citations"], start=1):
            self._check_citation(f"{where}, citation {number}", event, citation)

    def _check_changes(self, event: Event, changes: dict[str, Any], statement: dict[str, Any], where: str) -> None:
        """Compare what a correction or retraction says with what stood before: nothing else may have changed."""
        for field, value in changes.items():
            if statement.get(field) != value:
                self.statements.fault(where, f"{field}: the statement does not say what the correction changed it to")
        may_change = set(SourceFields.__annotations__ if event.type.startswith("Source") else HappeningFields.__annotations__)
        may_change = {*(may_change & changes.keys()), *(("instant",) if changes.keys() & {"date", "zone"} else ())}
        before = self.log.last(event.stream, before=event.version)
        if before is not None and before.data is None:
            self._unknown.append(f"{where}, which follows a redacted version")
        known = before.payload.get("statement") if before else None
        if isinstance(known, dict):
            for field in sorted((known.keys() | statement.keys()) - may_change):
                if known.get(field) != statement.get(field):
                    self.statements.fault(where, f"{field}: is not what stood before, and the event does not say that it changed")

    def _check_references(self, event: Event, payload: dict[str, Any], statement: dict[str, Any], where: str) -> None:
        id = event.stream.partition("/")[2]
        if event.stream in self._ended:
            self.events.fault(where, "was appended after the happening was retracted")
        if event.type == "HappeningRetracted":
            self._ended.add(event.stream)
        self._wholes.pop(id, None)
        if part_of := statement.get("part_of"):
            self._wholes[id] = part_of
        others = {"part_of": part_of, "superseded_by": payload.get("superseded_by")}
        others |= {f"related.{number}.other": tie["other"] for number, tie in enumerate(statement.get("related", ()), start=1)}
        for field, other in others.items():
            if other and self.log.first(f"happening/{other}") is None:
                self.statements.fault(where, f'{field}: there is no happening "{other}"')

    def check_wholes(self) -> None:
        """Look for happenings that are part of themselves, as they stand."""
        cleared: set[str] = set()
        for start in self._wholes:
            chain: dict[str, None] = {}
            at: str | None = start
            while at is not None and at not in cleared and at not in chain:
                chain[at] = None
                at = self._wholes.get(at)
            if at in chain:
                names = list(chain)
                names = [*names[names.index(str(at)) :], str(at)]
                self.statements.fault(f"happening/{at}", f"part_of: {circle(names)}")
            cleared.update(chain)

    def _check_versions(self) -> None:
        """Look for gaps between a stream's versions, and for versions out of order."""
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
            self.events.fault(f"position {position}, {name}@{version}", "stands before the version that it follows")

    def _check_citation(self, where: str, event: Event, citation: dict[str, Any]) -> None:
        self.citations.count += 1
        if not 0 < self._archived_at(citation["source"]) < event.position:
            self.citations.fault(where, f'there is no source "{citation["source"]}" before it')
            return
        self._sources.names(f"source/{citation['source']}", _hashes(citation), where, event.position)
        try:
            text = self._text(citation["text_sha256"])
            if _stands(text, citation):
                return
            passage = quotes.find(text, citation["quote"], citation["prefix"], citation["suffix"])
        except (TimelineError, UnicodeDecodeError) as error:
            self.citations.fault(where, f"is not found again: {error}")
            return
        for field in _PLACE:
            if citation[field] != getattr(passage, field):
                self.citations.fault(where, f"{field}: is {citation[field]!r}, found again at {getattr(passage, field)!r}")
        if passage.grade == "exact" and text.raw[passage.start_char : passage.end_char] != citation["quote"]:
            self.citations.fault(where, "the passage is not the quotation, to the letter")

    def _read_position(self, source: str) -> int:
        """Find the position at which a source was archived; 0 where it was not."""
        first = self.log.first(f"source/{source}")
        return first.position if first else 0

    def _read_text(self, sha256: str) -> quotes.Text:
        return quotes.Text((self.log.document(sha256) or b"").decode())


def _stands(text: quotes.Text, citation: Mapping[str, Any]) -> bool:
    """Whether the quotation stands at its very place. Rows of a table may be alike: the place says which is meant."""
    try:
        passage = quotes.at(text, citation["quote"], citation["start_char"], citation["prefix"], citation["suffix"])
    except QuoteNotFound:
        return False
    return all(citation[field] == getattr(passage, field) for field in _PLACE)


def _hashes(said: Mapping[str, Any]) -> Documents:
    return str(said.get("sha256")), str(said.get("text_sha256"))


def _where(event: Event) -> str:
    return f"position {event.position}, {event.id}"


def _place(event: Event, payload: dict[str, Any]) -> dict[str, Any]:
    """Give what a version says of its event, beside the statement."""
    return {
        "id": event.stream.partition("/")[2],
        "status": "retracted" if event.type == "HappeningRetracted" else "current",
        "version": event.version,
        "position": event.position,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "reason": payload.get("reason"),
        "superseded_by": payload.get("superseded_by"),
    }
