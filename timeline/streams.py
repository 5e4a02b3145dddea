"""Streams: how a statement becomes the next event of its stream.

Owns versions, what may follow what, references between happenings, and that every call is safe to repeat. Must not look for
quotations, nor open a file.
"""

import json
import secrets
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from timeline import authors, bounds, projections, redaction, statements
from timeline.corrections import Corrections
from timeline.errors import (
    AlreadyRedacted,
    AlreadyRetracted,
    PartOfCircle,
    QuotedDateDiffers,
    Redacted,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
    VersionConflict,
)
from timeline.log import Event, EventType, Log, canonical
from timeline.model import Author, Reason, check
from timeline.wholes import Wholes

_HELD = 32_000_000  # characters of events' data after which the read tables are carried forward
_DRAWN = 256  # salts that are drawn together
_REFERENCES = """
SELECT position, stream, version, part_of, superseded_by, related FROM (
    SELECT
        position, stream, version,
        json_extract(data, said || 'part_of') AS part_of,
        json_extract(data, '$.superseded_by') AS superseded_by,
        json_extract(data, said || 'related') AS related
    FROM (
        SELECT position, stream, version, data, CASE type WHEN 'HappeningRecorded' THEN '$.statement.' ELSE '$.changes.' END AS said
        FROM events
        WHERE position > ? AND type IN ('HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted')
    )
)
WHERE part_of IS NOT NULL OR superseded_by IS NOT NULL OR related IS NOT NULL
ORDER BY position
"""  # what the events after a position refer to


class Streams:
    """The streams of a log, and the one transaction in which they grow."""

    def __init__(self, log: Log, by: str | None, clock: Callable[[], datetime]) -> None:
        """Append to a log as `by`, or as the project says, or without a name; `clock` tells the time."""
        self.log = log
        self.by = by
        self.clock = clock
        self.writing = False
        self.corrections = Corrections(log)
        self._second = datetime.min.replace(tzinfo=UTC), ""  # the last one that was written, as it was written
        self._began = 0  # the log's size when the transaction began
        self._unprojected: dict[int, Mapping[str, Any]] = {}  # by position, the data of events that the read tables do not have yet
        self._held = 0  # characters of these
        self._salts: list[bytes] = []  # drawn for further events

    def _author(self) -> str:
        """Say who appends: the name given, or the project's own, or that there is none."""
        if self.by is None:
            path = self.log.path.with_name("metadata.json")
            try:
                by = authors.of_project(path)
            except ValueError as error:
                advice = "Correct it, or say who appends: by=…, --by, or TIMELINE_BY"
                raise StatementInvalid(path, f"does not say who writes this project: {error}. {advice}") from None
            self.by = check(Author, {"by": by}, f"{path}: the author").by if by else authors.UNNAMED
        return self.by

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Append several things as one: all of them, or none. What they refer to must be there at the end."""
        if self.writing:
            yield
            return
        try:
            with self.log.transaction():
                self._began, self._unprojected = self.log.size(), {}
                self.writing = True
                yield
                for _, error in self.dangling():
                    raise error
                self._project()
                redaction.refuse_what_cites_nothing(self.log, self._began)
        finally:
            self.writing, self._unprojected, self._held, self._salts = False, {}, 0, []

    def _project(self) -> None:
        projections.advance(self.log.connection, known=self._unprojected)
        self._unprojected, self._held = {}, 0

    def dangling(self) -> Iterator[tuple[str, TimelineError]]:
        """In a transaction: each stream appended to that refers to a happening which is not there, and how that is refused.

        A circle is told once, at a reference that closes it. All is read back from the log, so that of many events none is held.
        """
        wholes = Wholes(self.log)
        for position, stream, version, part_of, superseded_by, related in self.log.connection.execute(_REFERENCES, (self._began,)):
            if part_of is not None:
                first = self._begun(part_of)
                if first is None:
                    yield stream, statements.nowhere(stream, "part_of", part_of)
                # A circle has a happening that was recorded before its whole was, or was corrected to have it.
                elif (version > 1 or first >= position) and (circle := wholes.circle(stream.partition("/")[2])):
                    yield (
                        stream,
                        PartOfCircle.in_fields(stream, (("part_of", f"{statements.circle(circle)}. Leave one of them out"),)),
                    )
            if superseded_by is not None and self._begun(superseded_by) is None:
                yield stream, statements.nowhere(stream, "superseded_by", superseded_by)
            elif superseded_by is not None and stream == f"happening/{superseded_by}":
                faults = (("superseded_by", "names the happening itself. Name another"),)
                yield stream, StatementInvalid.in_fields(stream, faults)
            for number, tie in enumerate(json.loads(related or "[]"), start=1):
                if self._begun(tie["other"]) is None:
                    yield stream, statements.nowhere(stream, f"related.{number}.other", tie["other"])

    def _begun(self, happening: str) -> int | None:
        """Tell at which position a happening was recorded; None where it was not."""
        row = self.log.connection.execute(
            "SELECT position FROM events WHERE stream = ? AND version = 1", (f"happening/{happening}",)
        ).fetchone()
        return None if row is None else int(row[0])

    def begin(
        self, subject: str, type: EventType, statement: statements.Statement, expected: int | None, *, in_order: bool = False
    ) -> Event:
        """Append the first event of a stream, or find the very same one there; `in_order`: see `canonical`."""
        data = {"statement": statement}
        first = self.log.first(subject)
        if first is None:
            return self.store(subject, type, data, 0, expected, in_order=in_order)
        self.refuse_redacted(first)
        if first.data != canonical(data):
            raise statements.taken(subject, first, statement)
        return first

    def refuse_redacted(self, event: Event | None) -> None:
        """Refuse to put back what an event said. Raises AlreadyRedacted where it was redacted."""
        if event is not None and event.data is None:
            gone = redaction.gone(self.log, event).reason
            raise AlreadyRedacted(event.stream, f"{gone}, and is not put back. Leave it out, also of bundles and scripts")

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
        bounds.refuse({"reason": reason}, subject)
        why = check(Reason, {"reason": reason}, subject).reason
        with self.transaction():
            last = self.last(subject)
            try:
                known = self.said(last)
                statement = corrected(known)
            except TimelineError:  # what stands now cannot be changed so; what stood once may have been
                if (same := self._made_before(subject, type, corrected, fields, why)) is not None:
                    return same
                self._refuse_unknowable(subject, type, expected)
                raise
            changes = {field: statement.get(field) for field in fields}
            if (same := self.corrections.find(subject, type, changes, why)) is not None:
                return same
            self._refuse_unknowable(subject, type, expected)
            if statement == known:
                raise StatementInvalid(subject, "nothing to correct, it says so already. Give the fields that change")
            data = {"statement": statement, "changes": changes, "reason": why}
            for differs in statements.dates_that_differ(known, statement):
                warnings.warn(QuotedDateDiffers(subject, *differs), stacklevel=4)  # where the call was written
            return self.follow(subject, type, last, data, expected)

    def _made_before(
        self,
        subject: str,
        type: EventType,
        corrected: Callable[[statements.Statement], statements.Statement],
        fields: list[str],
        why: str,
    ) -> Event | None:
        """Find the very correction that is being made, from what stood before each one that gave the same reason."""
        for event in self.log.containing(subject, canonical({"reason": why})[1:-1]):
            if event.type != type or not _names(event, fields, why):
                continue
            before = self.log.last(subject, before=event.version)
            if before is not None and _same(event, corrected, before):
                return event
        return None

    def _refuse_unknowable(self, subject: str, type: EventType, expected: int | None) -> None:
        """Refuse a correction that may be one that was redacted: saying it again must not put it back."""
        gone = None if expected is not None else self.log.redacted(subject, type)
        if gone is not None:
            raise Redacted(
                subject,
                f"{redaction.gone(self.log, gone).reason}; whether this is that correction cannot be told. Leave it out, or, if it"
                f" is new, give expected_version={self.log.version(subject)}",
            )

    def follow(self, subject: str, type: EventType, last: Event, data: Mapping[str, Any], expected: int | None) -> Event:
        """Append what follows the last event of a stream. Raises AlreadyRetracted where nothing may follow, or VersionConflict."""
        if last.type == "HappeningRetracted":
            raise AlreadyRetracted(
                subject, f"retracted at version {last.version}, so it stays so. Record what is now known under another id"
            )
        return self.store(subject, type, data, self.log.version(subject), expected)

    def store(
        self,
        subject: str,
        type: EventType,
        data: Mapping[str, Any],
        version: int,
        expected: int | None,
        *,
        in_order: bool = False,
    ) -> Event:
        """Append data to a stream that is at a version. Raises VersionConflict.

        The read tables are carried forward every so many events, so that no step of a long transaction looks at all of it.
        """
        if expected not in (None, version):
            raise VersionConflict(
                subject, f"at version {version}, expected {expected}. Read it again, then retry{self._last_change(subject)}"
            )
        text = canonical(data, in_order=in_order)
        bounds.refuse_whole(text, subject)
        if self.writing and (len(self._unprojected) >= projections.STEP or self._held > _HELD):
            self._project()
        event = self.log.append(subject, version + 1, type, text, at=self.now(), by=self.by or self._author(), salt=self._salt())
        if self.writing:
            self._unprojected[event.position] = data
            self._held += len(text)
        return event

    def _last_change(self, subject: str) -> str:
        """Say who changed a stream last, and why; nothing where it was only begun."""
        last = self.log.last(subject)
        if last is None or last.version == 1 or last.data is None:
            return ""
        change = "retracted" if last.type == "HappeningRetracted" else "corrected"
        return f". It was {change} at version {last.version}{authors.by(last.recorded_by)} ({last.payload['reason']})"

    def _salt(self) -> bytes:
        """Draw 16 random bytes; many events' at once, never to be held from one transaction to another."""
        if not self._salts:
            drawn = secrets.token_bytes(16 * (_DRAWN if len(self._unprojected) > 1 else 1))
            self._salts = [drawn[at : at + 16] for at in range(0, len(drawn), 16)]
        return self._salts.pop()

    def now(self) -> str:
        """Tell the time as events hold it: UTC, RFC 3339, to the millisecond."""
        now = self.clock()
        second = now.replace(microsecond=0)
        if second != self._second[0]:
            self._second = second, second.astimezone(UTC).isoformat()[:19]
        return f"{self._second[1]}.{now.microsecond // 1000:03}Z"

    def last(self, subject: str) -> Event:
        """Read the last event of a stream that makes a statement; the stream must have one."""
        return self.log.last(subject) or self.past(subject)[-1]

    def said(self, last: Event) -> statements.Statement:
        """Give the statement that stands, from a stream's last event."""
        if last.data is None:
            gone = redaction.gone(self.log, last).reason
            raise Redacted(last.stream, f"{gone}, so nothing of it stands. Record what may be known under another id")
        statement: statements.Statement = last.payload["statement"]
        return statement

    def past(self, subject: str, as_of: int | None = None) -> list[Event]:
        """Read the events of a stream that make statements, in order; the stream must have some."""
        past = [event for event in self.log.stream(subject, as_of) if event.type != "EventRedacted"]
        if not past:
            kind, _, id = subject.partition("/")
            when = "" if as_of is None else f" as of position {as_of}"
            error = UnknownSource if kind == "source" else UnknownHappening
            listed = "timeline list" + (" sources" if kind == "source" else "")
            where = f"See what there is: {listed}" if self.log.is_there else f"Nor is there a file {self.log.path} yet"
            raise error(f'there is no {kind} "{id}"{when}. {where}')
        return past


def _names(event: Event, fields: list[str], why: str) -> bool:
    """Whether an event corrects these fields, for this reason."""
    payload = event.payload
    return payload.get("reason") == why and payload.get("changes", {}).keys() == set(fields)


def _same(event: Event, corrected: Callable[[statements.Statement], statements.Statement], before: Event) -> bool:
    """Whether an event is the very correction that is being made, seen from what stood before it."""
    said = event.payload["statement"]
    known = before.payload.get("statement", said)  # where that was redacted, the changes made once more must change nothing
    if "citations" in event.payload.get("changes", {}):  # a quotation stays where the correction has it
        known = {**known, "citations": said["citations"]}
    try:
        return bool(corrected(known) == said)
    except TimelineError:
        return False
