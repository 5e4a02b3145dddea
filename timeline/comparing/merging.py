"""Append to a timeline the entries of another person's file that it does not have, each under the name of its author.

Owns which entries contradict the timeline, or rest on something that it does not have: those are listed with both sides, and left
to a person. Every entry goes through the same calls as any other, so its quotations are searched anew, and nothing that was
redacted here comes back. Must not write to the other file, nor decide what may be appended otherwise.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from timeline import audit, authors, redaction, same_events, statements
from timeline.any_log import AnyLog
from timeline.comparing import entries
from timeline.comparing.log_file import database
from timeline.errors import DatabaseRefused, StatementInvalid, TimelineError
from timeline.log.log import Event
from timeline.reading import differences
from timeline.timeline import Timeline

_PASSES: Final = 100  # after which so many entries rest on refused ones that nothing is merged

Why = Literal["contradicts", "redacted", "refused"]


@dataclass(frozen=True, slots=True)
class Left:
    """An entry of the other file that was left to a person, with every later one of its stream.

    `why`: it `contradicts` the timeline; it, or a document, was `redacted` in one of the two; or it was `refused`, like an entry
    with a fault. `here` is the event that stands in the timeline, and `fields` are the differences from that to the other's; both
    are empty where anything of the stream is redacted.
    """

    event: Event
    why: Why
    reason: str
    here: Event | None = None
    fields: tuple[differences.Change, ...] = ()


@dataclass(frozen=True, slots=True)
class RedactedThere:
    """An event of the timeline that was redacted in the other file, and is still here."""

    here: Event
    reason: str
    by: str


@dataclass(slots=True)
class Merged:
    """The outcome: the appended events, the entries that were left, redactions in the other file, and how many reviews it has.

    Reviews are never merged: only the reviewer can record one.
    """

    file: Path
    appended: list[Event] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    redacted_there: list[RedactedThere] = field(default_factory=list)
    reviews: int = 0
    unchanged: int = 0


class _RolledBack(Exception):
    """Ends a transaction whose events are not to stay."""


def merge(
    timeline: Timeline, file: str | Path, *, dry_run: bool = False, progress: Callable[[int], None] = lambda _: None
) -> Merged:
    """Append the entries of a file, or a published folder, that a timeline does not have: in their order, all in one transaction.

    Each is recorded as by its author, and merged by the timeline's own. Contradictions are left, and listed. Repeating it appends
    nothing. With `dry_run`, nothing is appended, and the outcome is the same. `progress` is called with numbers of verified events.

    Raises DatabaseRefused where either file cannot be used, or the other has faults; StatementInvalid where nobody gave a name.
    """
    timeline.log.refuse_absent()
    if authors.same(by := timeline.author) == authors.same(authors.UNNAMED):
        raise StatementInvalid("a merge needs your name, which is recorded with each entry. Give it: by=…, --by, or TIMELINE_BY")
    with Timeline(database(Path(file)), read_only=True) as other:
        other.log.connection.execute("BEGIN")  # one state of the file: nothing is merged that was not verified
        report = audit.verify(other, progress)
        if not report.outdated and (faults := report.total):
            path = other.log.path
            number = f"{faults:,} fault{'' if faults == 1 else 's'}"
            raise DatabaseRefused(path, f"{number} found, so nothing of it was merged. See them: timeline verify --db {path}")
        after = same_events.beginning(timeline.log, other.log)
        timeline.compare_texts(entries.new_sources(other.log, timeline.log, after))
        failed: dict[str, tuple[int, TimelineError]] = {}
        for _ in range(_PASSES):
            merging = _Merging(timeline, other.log, by, after, dict(failed))
            if merging.append(failed, dry_run=dry_run):
                return merging.merged
    raise StatementInvalid(other.log.path, "too many of its entries rest on others that cannot be merged. Nothing was merged")


class _Merging:
    """One attempt. An entry that fails undoes it, and is left in the next."""

    def __init__(
        self, timeline: Timeline, other: AnyLog, by: str, after: int, failed: Mapping[str, tuple[int, TimelineError]]
    ) -> None:
        self.timeline, self.log, self.other = timeline, timeline.log, other
        self.by, self.after, self.failed = by, after, failed
        self.merged = Merged(other.path)
        self.stopped: dict[str, Left] = {}  # by stream: the first entry that was left
        self.appended: dict[str, Event] = {}  # by stream: the first event of the other file that was appended
        self.unlike: set[str] = set()  # happenings that the two logs begin with other statements

    def append(self, failed: dict[str, tuple[int, TimelineError]], *, dry_run: bool) -> bool:
        """Append everything, unless an entry fails: then add it to `failed`, and append nothing."""
        before = len(failed)
        try:
            with self.timeline.transaction():
                self.unlike = {stream for stream in self._first_differing() if stream.startswith("happening/")}
                for event in self.other.events(after=self.after):
                    self._take(event, failed)
                for stream, error in [*self.timeline.dangling()]:
                    failed.setdefault(stream, (self.appended[stream].position, error))
                if len(failed) > before or dry_run:
                    raise _RolledBack
        except _RolledBack:
            pass
        except TimelineError as error:  # found only once the read tables are up to date
            if (first := self.appended.get(error.subject)) is None or error.subject in failed:
                raise
            failed[error.subject] = first.position, error
        return len(failed) == before

    def _take(self, event: Event, failed: dict[str, tuple[int, TimelineError]]) -> None:
        """Append an event of the other file, unless it is here, or must be left."""
        if event.type == "EventRedacted":
            self._note_redaction(event)
            return
        if event.stream in self.stopped:
            self.merged.reviews += event.type == "HappeningReviewed"
            return
        ours = self.log.stream(event.stream)
        if self._is_here(event, ours) or self._says_already(event, ours):
            self.merged.unchanged += 1
        elif event.type == "HappeningReviewed":
            self.merged.reviews += 1
        elif (left := self._contradiction(event, ours)) is not None:
            self.stopped[event.stream] = left
            self.merged.left.append(left)
        else:
            self._append(event, failed)

    def _append(self, event: Event, failed: dict[str, tuple[int, TimelineError]]) -> None:
        size = self.log.size()
        try:
            with self.timeline.recording_as(authors.merged(event.recorded_by, self.by)):
                made = self.timeline.append(entries.entry(self.other, event))
            last = self.log.last(event.stream)
            if last is None or not same_events.is_same_statement(_statement(last), _statement(event)):
                raise StatementInvalid(event.stream, "cannot be appended as it is in that file. Record it yourself")
        except DatabaseRefused:
            raise
        except TimelineError as error:
            failed.setdefault(event.stream, (event.position, error))
            self.stopped[event.stream] = Left(event, "refused", str(error))
            return
        if self.log.size() > size:
            self.appended.setdefault(event.stream, event)
            self.merged.appended.append(made)

    def _is_here(self, event: Event, ours: list[Event]) -> bool:
        """Whether the timeline has an event, or has the one that was redacted in the other file."""
        twins = [one for one in ours if (one.version, one.type) == (event.version, event.type)]
        if event.data is None or any(one.data_hash == event.data_hash for one in twins):
            return bool(twins)
        content = same_events.content(self.other, event)
        if event.type in same_events.FIRST and ours and ours[0].data is not None:
            return same_events.is_same_statement(_statement(ours[0]), _statement(event))
        return any(same_events.content(self.log, one) == content for one in ours)

    def _says_already(self, event: Event, ours: list[Event]) -> bool:
        """Whether the timeline's last statement is what a correction in the other file comes to."""
        here = self.log.last(event.stream) if ours and event.type.endswith("Corrected") else None
        if here is None or here.type == "HappeningRetracted":
            return False
        return same_events.is_same_statement(_statement(here), _statement(event))

    def _contradiction(self, event: Event, ours: list[Event]) -> Left | None:
        """Return why an event cannot follow what the timeline has; None if it can."""
        if (failure := self.failed.get(event.stream)) is not None and event.position >= failure[0]:
            return Left(event, "refused", failure[1].beside(event.stream))
        if event.data is None:
            return Left(
                event,
                "redacted",
                f"{_redaction_in_words(self.other, event)} there, so it cannot be merged, and no later version either",
            )
        here = self.log.last(event.stream)
        left = self._difference(event, here) if ours else None
        if (gone := next((one for one in ours if one.data is None), None)) is None:
            return left or self._unfounded(event)
        if here is None or here.data is None or event.type in same_events.FIRST:
            return Left(event, "redacted", f"{_redaction_in_words(self.log, gone)} here, and is not restored")
        if left is not None or gone.type == event.type:
            return Left(
                event,
                "redacted",
                f"{_redaction_in_words(self.log, gone)} here, and this may have the same words. Record it yourself",
            )
        return self._unfounded(event)

    def _difference(self, event: Event, here: Event | None) -> Left | None:
        """Compare what the other file says before and after an event with what stands here."""
        if event.type in same_events.FIRST:
            first = self.log.first(event.stream)
            document = event.type == "SourceArchived" and _hashes(self.log, event.subject) != _hashes(self.other, event.subject)
            what = "another document" if document else "another statement"
            return self._sides(event, first, f"here {what} has the same id. If both are right, one needs another id")
        if here is not None and here.type == "HappeningRetracted":
            also = "for another reason " if event.type == "HappeningRetracted" else ""
            return self._sides(event, here, f"is retracted {also}here ({here.payload['reason']})")
        if here is None or here.data is None or same_events.is_same_statement(_statement(here), self._former(event)):
            return None
        verb = "retracts" if event.type == "HappeningRetracted" else "corrects"
        return self._sides(event, here, f"there {_by(event)} {verb} a version that differs from the one that stands here")

    def _former(self, event: Event) -> dict[str, Any] | None:
        """Return the statement that a correction or retraction in the other file follows, from here if it is redacted there."""
        former = self.other.last(event.stream, before=event.version)
        if former is not None and former.data is None:
            twin = self.log.version_of(former.stream, former.version)
            former = twin if twin is not None and twin.data_hash == former.data_hash else None
        return _statement(former)

    def _unfounded(self, event: Event) -> Left | None:
        """Return why an event that refers to something cannot be merged: the timeline lacks that, or has another under its id."""
        for name in entries.cited(_statement(event) or {}):
            here, there = _hashes(self.log, name), _hashes(self.other, name)
            if not here and f"source/{name}" in self.stopped:
                return Left(event, "refused", f"source/{name} was left, and it cites that")
            if here and here != there:
                return Left(event, "contradicts", f"it cites source/{name}, which is another document here")
        fields = {**(_statement(event) or {}), "superseded_by": event.payload.get("superseded_by")}
        for _, other in statements.references(fields):
            stream = f"happening/{other}"
            if stream in self.unlike:
                return Left(event, "contradicts", f"it refers to {stream}, which is another happening here")
            if stream in self.stopped and self.log.version(stream) == 0:
                return Left(event, "refused", f"it refers to {stream}, which was left")
        if (absent := entries.absent(self.other, event)) is not None:
            return Left(event, "redacted", f"document {absent[:12]}… is not in that file: it is withheld there, or was redacted")
        return None

    def _sides(self, event: Event, here: Event | None, reason: str) -> Left:
        """Return a contradiction with both sides."""
        ours, theirs = _statement(here), _statement(event)
        fields = differences.between(ours, theirs, differences.Budget(0)) if ours and theirs else []
        return Left(event, "contradicts", reason, here, tuple(fields))

    def _note_redaction(self, event: Event) -> None:
        """List a redaction in the other file whose event is still here."""
        gone = self.other.event(event.payload["position"])
        here = None if gone is None else self.log.version_of(gone.stream, gone.version)
        if gone is not None and here is not None and here.data is not None and here.type == gone.type:
            self.merged.redacted_there.append(RedactedThere(here, event.payload["reason"], event.recorded_by))

    def _first_differing(self) -> Iterator[str]:
        """Yield the streams that the two logs begin with other statements."""
        for event in self.other.events(after=self.after):
            if event.version == 1 and (mine := self.log.first(event.stream)) is not None and not self._is_here(event, [mine]):
                yield event.stream


def _statement(event: Event | None) -> dict[str, Any] | None:
    return None if event is None else event.payload.get("statement")


def _hashes(log: AnyLog, source: str) -> dict[str, str]:
    return redaction.document_hashes(log, source)


def _redaction_in_words(log: AnyLog, event: Event) -> str:
    """Word the redaction of an event."""
    redacting = log.redaction(event.position)
    why = "no event says why" if redacting is None else redacting.payload["reason"]
    return f"version {event.version} was redacted ({why})"


def _by(event: Event) -> str:
    return event.recorded_by if authors.name(event.recorded_by) else "somebody"
