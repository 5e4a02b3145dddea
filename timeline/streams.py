"""Streams: how a statement becomes the next event of its stream.

Owns versions, what may follow what, references between happenings, and that everything can be said again. Must not look for
quotations, nor open a file.
"""

import getpass
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from timeline import projections, redaction, statements
from timeline.errors import (
    AlreadyRedacted,
    AlreadyRetracted,
    PartOfCircle,
    Redacted,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
    VersionConflict,
)
from timeline.log import Event, EventType, Log, canonical
from timeline.model import Reason, check


class Streams:
    """The streams of a log, and the one transaction in which they grow."""

    def __init__(self, log: Log, by: str | None, clock: Callable[[], datetime]) -> None:
        """Append to a log as `by`, or as the login is called; `clock` tells the time."""
        self.log = log
        self.by = by
        self.clock = clock
        self.writing = False
        self._references: list[tuple[str, str, str]] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Append several things as one: all of them, or none. What they refer to must be there at the end."""
        if self.writing:
            yield
            return
        self._references.clear()
        try:
            with self.log.transaction():
                self.writing = True
                yield
                for _, error in self.dangling():
                    raise error
                after = projections.position(self.log.connection)
                projections.advance(self.log.connection)
                redaction.refuse_what_cites_nothing(self.log, after)
        finally:
            self.writing = False

    def dangling(self) -> Iterator[tuple[str, TimelineError]]:
        """In a transaction: each stream appended to that refers to a happening which is not there, and how that is refused."""
        for subject, field, other in self._references:
            if self.log.version(f"happening/{other}") == 0:
                yield subject, statements.nowhere(subject, field, other)
            elif field == "superseded_by" and subject == f"happening/{other}":
                faults = ((field, "names the happening itself. Name another"),)
                yield subject, StatementInvalid.in_fields(subject, faults)
            elif field == "part_of" and (circle := self._circle(subject, other)):
                faults = ((field, f"makes a circle: {' in '.join(circle)}. Leave one of them out"),)
                yield subject, PartOfCircle.in_fields(subject, faults)

    def begin(self, subject: str, type: EventType, statement: statements.Statement, expected: int | None) -> Event:
        """Append the first event of a stream, or find the very same one there."""
        data = {"statement": statement}
        first = self.log.first(subject)
        if first is None:
            return self.store(subject, type, data, statement, 0, expected)
        self.refuse_redacted(first)
        if first.data != canonical(data):
            raise statements.taken(subject, first, statement)
        return first

    def refuse_redacted(self, event: Event | None) -> None:
        """Refuse to put back what an event said. Raises AlreadyRedacted where it was redacted."""
        if event is not None and event.data is None:
            raise AlreadyRedacted(
                f"{redaction.gone(self.log, event)}, and is not put back. Leave it out, also of bundles and scripts"
            )

    def correct(
        self,
        subject: str,
        type: EventType,
        corrected: Callable[[statements.Statement], statements.Statement],
        fields: list[str],
        reason: str,
        expected: int | None,
    ) -> Event:
        """Append a correction, or find the one that made the same changes for the same reason."""
        why = check(Reason, {"reason": reason}, subject).reason
        with self.transaction():
            last = self.last(subject)
            for event in self.log.saying(subject, canonical({"reason": why})[1:-1]):
                before = self.log.last(subject, before=event.version)
                if event.type == type and before is not None and _same(event, corrected, before, fields, why):
                    return event
            self._refuse_unknowable(subject, type, expected)
            known = self.said(last)
            statement = corrected(known)
            if statement == known:
                raise StatementInvalid(f"{subject}: nothing to correct, it says so already. Give the fields that change")
            changes = {field: statement.get(field) for field in fields}
            data = {"statement": statement, "changes": changes, "reason": why}
            return self.follow(subject, type, last, data, changes, expected)

    def _refuse_unknowable(self, subject: str, type: EventType, expected: int | None) -> None:
        """Refuse a correction that may be one that was redacted: saying it again must not put it back."""
        gone = None if expected is not None else self.log.redacted(subject, type)
        if gone is not None:
            raise Redacted(
                f"{redaction.gone(self.log, gone)}; whether this is that correction cannot be told. Leave it out, or, if it is"
                f" new, give expected_version={self.log.version(subject)}"
            )

    def follow(
        self, subject: str, type: EventType, last: Event, data: Mapping[str, Any], told: Mapping[str, Any], expected: int | None
    ) -> Event:
        """Append what follows the last event of a stream. Raises AlreadyRetracted where nothing may follow, or VersionConflict."""
        if last.type == "HappeningRetracted":
            raise AlreadyRetracted(
                f"{subject}: retracted at version {last.version}, so it stays so. Record what is now known under another id"
            )
        return self.store(subject, type, data, told, self.log.version(subject), expected)

    def store(
        self, subject: str, type: EventType, data: Mapping[str, Any], told: Mapping[str, Any], version: int, expected: int | None
    ) -> Event:
        """Append data to a stream that is at a version, and note what it refers to. Raises VersionConflict."""
        if expected not in (None, version):
            raise VersionConflict(f"{subject}: at version {version}, expected {expected}. Read it again, then retry")
        text = canonical(data)
        event = self.log.append(
            subject, version + 1, type, text, at=self.now(), by=self.by or _login(), salt=secrets.token_bytes(16)
        )
        self._refer(subject, told)
        return event

    def now(self) -> str:
        """Tell the time as events hold it: UTC, RFC 3339, to the millisecond."""
        return self.clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def last(self, subject: str) -> Event:
        """Read the last event of a stream that makes a statement; the stream must have one."""
        return self.log.last(subject) or self.past(subject)[-1]

    def said(self, last: Event) -> statements.Statement:
        """Give the statement that stands, from a stream's last event."""
        if last.data is None:
            raise Redacted(f"{redaction.gone(self.log, last)}, so nothing of it stands. Record what may be known under another id")
        statement: statements.Statement = last.payload["statement"]
        return statement

    def past(self, subject: str, as_of: int | None = None) -> list[Event]:
        """Read the events of a stream that make statements, in order; the stream must have some."""
        past = [event for event in self.log.stream(subject, as_of) if event.type != "EventRedacted"]
        if not past:
            kind, _, id = subject.partition("/")
            when = "" if as_of is None else f" as of position {as_of}"
            error = UnknownSource if kind == "source" else UnknownHappening
            raise error(f'there is no {kind} "{id}"{when}. See what there is: timeline log')
        return past

    def _circle(self, subject: str, parent: str | None) -> list[str]:
        """Follow the chain of wholes from a happening back to itself; empty where there is none."""
        chain = [subject.partition("/")[2]]
        while parent and parent not in chain:
            chain.append(parent)
            last = self.log.last(f"happening/{parent}")
            parent = last.payload.get("statement", {}).get("part_of") if last else None
        return [*chain, parent] if parent == chain[0] else []

    def _refer(self, subject: str, told: Mapping[str, Any]) -> None:
        for field in ("part_of", "superseded_by"):
            if told.get(field):
                self._references.append((subject, field, told[field]))
        for number, tie in enumerate(told.get("related") or (), start=1):
            self._references.append((subject, f"related.{number}.other", tie["other"]))


def _same(
    event: Event,
    corrected: Callable[[statements.Statement], statements.Statement],
    before: Event,
    fields: list[str],
    why: str,
) -> bool:
    """Whether an event is the very correction that is being made, seen from what stood before it."""
    payload = event.payload
    if payload["reason"] != why or payload["changes"].keys() != set(fields):
        return False
    try:  # where what stood before was redacted, the changes made once more must change nothing
        return bool(corrected(before.payload.get("statement", payload["statement"])) == payload["statement"])
    except TimelineError:
        return False


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise StatementInvalid("nobody: this login has no name. Say who appends: by=…, --by, or TIMELINE_BY") from None
