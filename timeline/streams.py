"""Append a statement as the next event of its stream.

Owns versions, the order of event types, references between happenings, and the safe repetition of every call. Must not search for
quotations, nor open a file.
"""

import gc
import json
import secrets
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from timeline import authors, projections, redaction, size_limits, statements
from timeline.already_recorded import already_recorded
from timeline.any_log import AnyLog
from timeline.errors import (
    AlreadyRedacted,
    AlreadyRetracted,
    PartOfCircle,
    PictureWithoutAlt,
    QuotedDateDiffers,
    Redacted,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
    VersionConflict,
)
from timeline.log.event import Event, EventType, canonical
from timeline.model import Author, Reason, check
from timeline.part_of_circles import PartOfChains
from timeline.projections.staging import Known
from timeline.reading.wording import VERBS

_MAX_UNPROJECTED = 32_000_000  # characters of data not projected yet, after which the read tables are updated
_SALTS_AT_ONCE = 256  # salts drawn in one batch
_REFERRING = frozenset(("part_of", "related", "superseded_by"))


class Streams:
    """The streams of a log, and the one transaction in which they grow."""

    def __init__(self, log: AnyLog, by: str | None, clock: Callable[[], datetime]) -> None:
        """Append to a log as `by`, or as the project's author, or without a name. `clock` returns the time."""
        self.log = log
        self.by = by
        self.clock = clock
        self.writing = False
        self._began = 0  # the log's size when the transaction began
        self._unprojected: list[Known] = []  # events that the read tables lack
        self._unprojected_size = 0  # characters of that data
        self._salts: list[bytes] = []  # for the next events
        self._refers = False  # whether an event of this transaction may refer to happenings
        self._regained = False  # whether a document was archived that had been withheld here

    def author(self) -> str:
        """Return the author: the given name, the project's author, or `unnamed`."""
        if self.by is None:
            path = self.log.project / "metadata.json"
            try:
                by = authors.of_project(path)
            except ValueError as error:
                advice = "Correct it, or give the author: by=…, --by, or TIMELINE_BY"
                raise StatementInvalid(path, f"does not name the author of this project: {error}. {advice}") from None
            self.by = check(Author, {"by": by}, f"{path}: the author").by if by else authors.UNNAMED
        return self.by

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Append several events together, or none. Happenings that they refer to must exist at the end."""
        if self.writing:
            yield
            return
        try:
            with self.log.transaction():
                self._began, self._unprojected = self.log.size(), []
                self.writing = True
                yield
                for _, error in self.dangling():
                    raise error
                self.project()
                redaction.refuse_redacted_citations(self.log, self._began)
        finally:
            self.writing, self._unprojected, self._unprojected_size, self._salts = False, [], 0, []
            self._regained = self._refers = False

    def keep(self, document: bytes) -> None:
        """Archive a document, unless it is archived already. If it was withheld here, the read tables are derived again."""
        sha256 = self.log.keep(document)
        if self.log.is_withheld(sha256):
            self.log.connection.execute("DELETE FROM withheld WHERE sha256 = ?", (sha256,))
            self._regained = True

    def project(self) -> None:
        """Bring the read tables, if the log has any, up to date with the events of this transaction."""
        if not self.log.has_read_tables:
            pass  # those who follow the log derive their own
        elif self._regained:
            projections.rebuild(self.log.connection)
            self._regained = False
        else:
            projections.advance(self.log.connection, self._unprojected)
        self._unprojected, self._unprojected_size = [], 0

    def dangling(self) -> Iterator[tuple[str, TimelineError]]:
        """Yield each stream of this transaction that refers to an unknown happening or closes a circle, with its error.

        A circle is reported once, at a reference that closes it. Events are read back from the log, not held in memory.
        """
        chains = PartOfChains(self.log)
        referring = self.log.references(self._began) if self._refers else ()
        for position, stream, version, part_of, superseded_by, related in referring:
            if part_of is not None:
                first = self._first_position(part_of)
                if first is None:
                    yield stream, statements.unknown_happening(stream, "part_of", part_of)
                # Every circle has a happening that was recorded before its parent, or corrected to have that parent.
                elif (version > 1 or first >= position) and (circle := chains.circle(stream.partition("/")[2])):
                    yield (
                        stream,
                        PartOfCircle.in_fields(stream, (("part_of", f"{statements.circle(circle)}. Leave one of them out"),)),
                    )
            if superseded_by is not None and self._first_position(superseded_by) is None:
                yield stream, statements.unknown_happening(stream, "superseded_by", superseded_by)
            elif superseded_by is not None and stream == f"happening/{superseded_by}":
                faults = (("superseded_by", "names the happening itself. Name another"),)
                yield stream, StatementInvalid.in_fields(stream, faults)
            for number, tie in enumerate(json.loads(related or "[]"), start=1):
                if self._first_position(tie["other"]) is None:
                    yield stream, statements.unknown_happening(stream, f"related.{number}.other", tie["other"])

    def _first_position(self, happening: str) -> int | None:
        """Return the position at which a happening was recorded; None if it was not."""
        return self.log.first_position(f"happening/{happening}")

    def begin(
        self, subject: str, type: EventType, statement: statements.Statement, expected: int | None, *, in_order: bool = False
    ) -> Event:
        """Append the first event of a stream, or return the same one if it exists. `in_order`: see `canonical`."""
        data = {"statement": statement}
        first = self.log.first(subject)
        if first is None:
            for missing in statements.without_alt(statement):
                warnings.warn(PictureWithoutAlt(subject, *missing), stacklevel=5)  # at the user's call
            return self.store(subject, type, data, 0, expected, in_order=in_order)
        self.refuse_redacted(first)
        if first.data != canonical(data):
            raise already_recorded(subject, first, statement)
        return first

    def refuse_redacted(self, event: Event | None) -> None:
        """Refuse to restore the data of a redacted event. Raises AlreadyRedacted."""
        if event is not None and event.data is None:
            reason = redaction.redacted_error(self.log, event).reason
            raise AlreadyRedacted(event.stream, f"{reason}, and is not restored. Leave it out, also of bundles and scripts")

    def correct(
        self,
        subject: str,
        type: EventType,
        corrected: Callable[[statements.Statement], statements.Statement],
        fields: list[str],
        reason: str,
        expected: int | None,
    ) -> Event:
        """Append a correction, or return the one with the same changes and the same reason."""
        size_limits.refuse({"reason": reason}, subject)
        why = check(Reason, {"reason": reason}, subject).reason
        with self.transaction():
            last = self.last(subject)
            try:
                known = self.statement(last)
                statement = corrected(known)
            except TimelineError:  # not valid for the current statement; it may have been for an earlier one
                if (same := self._made_before(subject, type, corrected, fields, why)) is not None:
                    return same
                self._refuse_possibly_redacted(subject, "correction", self.log.redacted(subject, type), expected)
                raise
            changes = {field: statement.get(field) for field in fields}
            if (same := self.log.correction(subject, type, changes, why)) is not None:
                return same
            self._refuse_possibly_redacted(subject, "correction", self.log.redacted(subject, type), expected)
            if statement == known:
                raise StatementInvalid(subject, "nothing to correct: the event already says this. Give the fields that change")
            data = {"statement": statement, "changes": changes, "reason": why}
            for differs in statements.dates_that_differ(known, statement):
                warnings.warn(QuotedDateDiffers(subject, *differs), stacklevel=4)  # at the user's call
            for missing in statements.without_alt(statement, known):
                warnings.warn(PictureWithoutAlt(subject, *missing), stacklevel=4)
            return self.follow(subject, type, last, data, expected)

    def _made_before(
        self,
        subject: str,
        type: EventType,
        corrected: Callable[[statements.Statement], statements.Statement],
        fields: list[str],
        why: str,
    ) -> Event | None:
        """Find this correction in the log: apply it to the statement before each one with the same reason, and compare."""
        for event in self.log.containing(subject, canonical({"reason": why})[1:-1]):
            if event.type != type or not _has_changes(event, fields, why):
                continue
            before = self.log.last(subject, before=event.version)
            if before is not None and _is_same_correction(event, corrected, before):
                return event
        return None

    def _refuse_possibly_redacted(self, subject: str, what: str, gone: Iterable[Event], expected: int | None) -> None:
        """Refuse a correction or review that may be one of the redacted: repeating it must not restore it."""
        redacted = None if expected is not None else next(iter(gone), None)
        if redacted is not None:
            raise Redacted(
                subject,
                f"{redaction.redacted_error(self.log, redacted).reason}; this may be the same {what}. Leave it out, or, if it"
                f" is new, give expected_version={self.log.version(subject)}",
            )

    def follow(self, subject: str, type: EventType, last: Event, data: Mapping[str, Any], expected: int | None) -> Event:
        """Append an event after the last one of a stream. Raises AlreadyRetracted after a retraction, or VersionConflict."""
        if last.type == "HappeningRetracted":
            raise AlreadyRetracted(
                subject, f"retracted at version {last.version}, which is final. Record what is now known under another id"
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

        The read tables are updated at intervals, so that no step of a long transaction has to process all of it.
        """
        if expected not in (None, version) and not self._only_reviewed_since(subject, expected, version):
            raise VersionConflict(
                subject, f"at version {version}, expected {expected}. Read it again, then retry{self._last_change(subject)}"
            )
        text = canonical(data, in_order=in_order)
        size_limits.refuse_event(text, subject)
        if self.writing and (len(self._unprojected) >= projections.STEP or self._unprojected_size > _MAX_UNPROJECTED):
            self.project()
            gc.collect(0)
        event = self.log.append(subject, version + 1, type, text, at=self.now(), by=self.author(), salt=self._salt())
        if self.writing:
            self._unprojected.append((event, data))
            self._refers |= not _REFERRING.isdisjoint((*data, *data.get("statement", ())))
            self._unprojected_size += len(text)
        return event

    def _only_reviewed_since(self, subject: str, expected: int, version: int) -> bool:
        """Whether only reviews have followed a version: what a person read there still stands."""
        if not 0 < expected < version:
            return False
        return not self.log.changed_since(subject, expected)

    def review(self, subject: str, data: Mapping[str, Any], expected: int | None, *, required: bool) -> Event:
        """Append a review, or return the reviewer's last one of that version if it is the same. The caller holds the transaction.

        `required`: refuse one that does not count, because it is not by a second person. Raises AlreadyRetracted, Redacted,
        StatementInvalid or VersionConflict.
        """
        last, by = self.last(subject), self.author()
        own = self.log.last_review(subject, by, data["version"])
        gone = [one for one in self.log.redacted(subject, "HappeningReviewed") if authors.same(one.recorded_by) == authors.same(by)]
        is_new = expected is not None and own is not None and any(one.version > own.version for one in gone)
        if own is not None and own.payload == data and not is_new:
            return own
        if authors.same(by) == authors.UNNAMED:
            raise StatementInvalid(subject, "a review needs the reviewer's name. Give it: by=…, --by, or TIMELINE_BY")
        if last.type == "HappeningRetracted":
            reason = f"retracted at version {last.version}, so no version of it can be reviewed any more"
            raise AlreadyRetracted(subject, f"{reason}. Review the happening that replaces it, if there is one")
        reviewed = self.log.version_of(subject, data["version"])
        if reviewed is None or not reviewed.makes_statement:
            reason = f"is {data['version']}, which makes no statement. Give the version that you read; now it is {last.version}"
            raise StatementInvalid.in_fields(subject, (("version", reason),))
        if reviewed.data is None:
            raise redaction.redacted_error(self.log, reviewed)
        if required and not authors.are_two(by, reviewed.recorded_by):
            whose = "was recorded without a name" if reviewed.recorded_by == authors.UNNAMED else "is your own"
            reason = f"version {reviewed.version} {whose}, and this project requires a review by a second person"
            raise StatementInvalid(subject, f"{reason}. Ask somebody else to review a version that has an author")
        self._refuse_possibly_redacted(subject, "review", gone, expected)
        number = self.log.reviews(subject)
        if number >= size_limits.MOST:
            raise StatementInvalid(subject, f"has {number:,} reviews, the most. Write what is still to be said in a correction")
        return self.store(subject, "HappeningReviewed", data, self.log.version(subject), expected)

    def _last_change(self, subject: str) -> str:
        """Return who changed a stream last, and why; empty after its first event."""
        last = self.log.last(subject)
        if last is None or last.version == 1 or last.data is None:
            return ""
        return f". It was {VERBS[last.type]} at version {last.version}{authors.by(last.recorded_by)} ({last.payload['reason']})"

    def _salt(self) -> bytes:
        """Return 16 random bytes. They are drawn in batches, and never carried over to another transaction."""
        if not self._salts:
            drawn = secrets.token_bytes(16 * (_SALTS_AT_ONCE if len(self._unprojected) > 1 else 1))
            self._salts = [drawn[at : at + 16] for at in range(0, len(drawn), 16)]
        return self._salts.pop()

    def now(self) -> str:
        """Return the time as events store it: UTC, RFC 3339, to the millisecond."""
        return f"{self.clock().astimezone(UTC).isoformat(timespec='milliseconds')[:23]}Z"

    def last(self, subject: str) -> Event:
        """Read the last event of a stream with a statement. Raises UnknownSource or UnknownHappening if there is none."""
        return self.log.last(subject) or self.past(subject)[-1]

    def statement(self, last: Event) -> statements.Statement:
        """Return the current statement, from a stream's last event. Raises Redacted."""
        if last.data is None:
            reason = redaction.redacted_error(self.log, last).reason
            raise Redacted(last.stream, f"{reason}, so it has no statement. Record what may be known under another id")
        statement: statements.Statement = last.payload["statement"]
        return statement

    def past(self, subject: str, as_of: int | None = None) -> list[Event]:
        """Read the events of a stream with statements, in order. Raises UnknownSource or UnknownHappening if there are none."""
        past = [event for event in self.log.stream(subject, as_of) if event.makes_statement]
        if not past:
            kind, _, id = subject.partition("/")
            when = "" if as_of is None else f" as of position {as_of}"
            error = UnknownSource if kind == "source" else UnknownHappening
            listed = "timeline list" + (" sources" if kind == "source" else "")
            advice = f"List all: {listed}" if self.log.is_there else f"The file {self.log.name} does not exist yet"
            raise error(f'there is no {kind} "{id}"{when}. {advice}')
        return past


def _has_changes(event: Event, fields: list[str], why: str) -> bool:
    """Whether an event corrects exactly these fields, for this reason."""
    payload = event.payload
    return payload.get("reason") == why and payload.get("changes", {}).keys() == set(fields)


def _is_same_correction(event: Event, corrected: Callable[[statements.Statement], statements.Statement], before: Event) -> bool:
    """Whether an event is the same correction, applied to the event before it."""
    statement = event.payload["statement"]
    known = before.payload.get("statement", statement)  # if that is redacted, applying the changes again must change nothing
    if "citations" in event.payload.get("changes", {}):  # a quotation keeps its place in the correction
        known = {**known, "citations": statement["citations"]}
    try:
        return bool(corrected(known) == statement)
    except TimelineError:
        return False
