"""Append bundles, a file or a request at a time: all of it, or nothing and a list of every fault.

Owns how faults are collected and reported. Must not parse a bundle, nor judge a statement.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from timeline import quotes, statements
from timeline.bundles.comparing import is_reviewed
from timeline.bundles.entry import Entry, Fault, Placed
from timeline.bundles.reading import BYTES, FILE, Bundle, BundleFile, project
from timeline.capture.read_ahead import NotReadAhead, ReadAheadLimit
from timeline.documents.document import of_document
from timeline.errors import (
    AlreadyRecorded,
    AlreadyRedacted,
    BundleInvalid,
    DatabaseRefused,
    DocumentUnreadable,
    QuotedDateDiffers,
    StatementInvalid,
    StatementWarning,
    TimelineError,
    UnknownHappening,
    UnknownSource,
    at_fault,
    on_one_line,
)
from timeline.errors import Fault as Own
from timeline.log.log import AT_ONCE, Event
from timeline.timeline import Timeline

SHOWN = 100  # faults that are reported
ENOUGH = 1_000  # faults after which reading stops
FOLLOWING = 100_000  # consequences of other faults after which reading stops
_WEIGHT = 4_000_000  # bytes of entries that are held at once
_TRIED = ("file", "text", "encoding", "record", "ocr", "part_of", "related", "media", "citations")
_PLACEHOLDERS = {"source": {"title": "?"}, "happening": {"title": "?", "date": "2000"}}


@dataclass(frozen=True, slots=True)
class Appended:
    """The result of a bundle: the number of its entries, of new events, and the entries that are redacted in the log."""

    path: Path
    entries: int
    events: int
    redacted: tuple[str, ...] = ()


def append(
    timeline: Timeline,
    path: str | Path,
    progress: Callable[[int], None] | None = None,
    refused: MutableMapping[str, str] | None = None,
    *,
    allowed: Sequence[Path] = (),
    in_project: bool = False,
) -> Appended:
    """Append a bundle in one transaction; entries that are already in the log append nothing.

    `progress` is called with the bytes of the file that each entry takes. `refused` carries, from one bundle to the next, the
    streams whose entries had faults, and their files, so that a mere consequence is not reported as another fault. Documents must
    lie in the bundle's project (`project`) or in an `allowed` folder, with all links followed; with `in_project` so must the bundle
    itself, because no person named it.
    Raises BundleInvalid, with a line for every fault, or DatabaseRefused; then nothing of the bundle is appended.
    """
    within = (project(Path(path)), *allowed)
    bundle = BundleFile(Path(path), within if in_project else None)
    return append_bundle(timeline, bundle, within, progress=progress, refused=refused)


def append_bundle(
    timeline: Timeline,
    bundle: Bundle,
    within: Sequence[Path],
    *,
    progress: Callable[[int], None] | None = None,
    refused: MutableMapping[str, str] | None = None,
    each: Callable[[Entry, Event, bool], None] = lambda *_: None,
    turn: AbstractContextManager[object] | None = None,
) -> Appended:
    """Append a bundle as `append` does, wherever its entries come from. One of the folders `within` must hold each document.

    `each` is called with every entry, its event, and whether that is new; a fault further on may still undo it. `turn` is entered
    before the log is locked, once the documents have been read.
    """
    work = _Work(timeline, bundle, {} if refused is None else refused, within, each)
    if bundle.may_hold(BYTES):
        timeline.compare_texts(entry.content for entry in bundle.read())
    halves = bundle.may_hold(FILE)  # one half of the progress for reading documents, one for appending
    with timeline.reading_ahead() as ahead:
        for entry in bundle.read() if halves else ():
            work.read_document(entry)
            if progress is not None:
                progress(entry.weight // 2)
        ahead.close()
        with turn or nullcontext(), timeline.transaction():
            before = timeline.log.size()
            for entry in work.prefetched():
                work.append(entry)
                if progress is not None:
                    progress(entry.weight - (entry.weight // 2 if halves else 0))
                if work.is_full():
                    break
            else:
                work.check_references()
            work.finish()
            return Appended(bundle.path, work.entries, timeline.log.size() - before, work.skipped())


class _Work:
    """The state of one bundle while it is appended. It keeps nothing of an entry without faults."""

    def __init__(
        self,
        timeline: Timeline,
        bundle: Bundle,
        refused: MutableMapping[str, str],
        within: Sequence[Path],
        each: Callable[[Entry, Event, bool], None],
    ) -> None:
        self.timeline = timeline
        self.bundle = bundle
        self.path = bundle.path
        self.refused = refused
        self.within = within  # one of these folders must hold each document
        self.each = each
        self.entries = 0
        self.redacted: list[str] = []  # messages about the first entries that are redacted in the log
        self.redacted_count = 0
        self.faults: list[Placed] = []  # (file, line and field; reason)
        self.consequence: Placed | None = None  # the first mere consequence of another fault
        self.consequences = 0
        self.changed: set[str] = set()  # streams whose entry differs from the log
        self.missing: set[str] = set()  # streams that neither the log nor this bundle has
        self.faulty: dict[int, list[Fault]] = {}  # faults by the number of their entry
        self.unsure = False  # whether an entry that was not appended refers to others

    def prefetched(self) -> Iterator[Entry]:
        """Yield the entries; the streams of a few hundred at a time are looked up in one query."""
        batch, weight = list[Entry](), 0
        for entry in self.bundle.read():
            batch.append(entry)
            weight += entry.weight
            if len(batch) == AT_ONCE or weight > _WEIGHT:
                self.timeline.log.look_up(one.stream for one in batch)
                yield from batch
                batch, weight = [], 0
        self.timeline.log.look_up(one.stream for one in batch)
        yield from batch

    def read_document(self, entry: Entry) -> None:
        """Read the document of an entry. Raises BundleInvalid where the bundle's documents take too long together."""
        try:
            self.timeline.read_ahead(entry.content, within=self.within)
        except ReadAheadLimit as error:
            self.faults = [self._placed(entry, "file", str(error)), *(Placed(str(self.path), reason) for reason in error.aborted)]
            self.finish()

    def append(self, entry: Entry) -> None:
        """Append an entry, or collect its faults and continue."""
        self.entries += 1
        faults, error = [*entry.faults], None
        if content := entry.content or _nameless(entry):
            error = self._try(entry, content)
            if isinstance(error, AlreadyRedacted):
                self._skip(entry, error)
            elif error is not None:
                if isinstance(error, AlreadyRecorded):
                    self.changed.add(entry.stream)
                faults += [fault for fault in self._own(entry, error) if not at_fault(fault[0], faults)]
            if faults:
                faults += self._stand_in(entry, faults)
            if (faults or error) and next(statements.references(entry.fields), None):
                self.unsure = True
            if faults:
                self.faulty[self.entries] = faults
        if faults:
            self._collect(entry, faults, error)

    def is_full(self) -> bool:
        """Return whether there are so many faults that reading stops."""
        return len(self.faults) >= ENOUGH or self.consequences >= FOLLOWING

    def check_references(self) -> None:
        """Collect a fault for each reference to a missing happening, and for each circle, after all entries are appended.

        Each is reported at its entry, whether that was appended or refused; the timeline only knows the appended ones. If there is
        anything to report, the bundle is read once more, for the lines.
        """
        wrong: dict[tuple[str, str], TimelineError] = {}
        for stream, error in islice(self.timeline.dangling(), ENOUGH):
            wrong[stream, error.faults[0][0]] = error
        if not wrong and not self.unsure:
            return
        stated_by: dict[tuple[str, str], Entry] = {}
        for number, entry in enumerate(self.bundle.read(), start=1):
            if self.is_full():
                break
            reported = self.faulty.get(number, [])
            for field, other in statements.references(entry.fields):
                if not at_fault(field, reported) and self.timeline.log.version(f"happening/{other}") == 0:
                    self._refer(entry, statements.unknown_happening(entry.stream, field, other))
                if not isinstance(wrong.get((entry.stream, field)), UnknownHappening | None):
                    stated_by[entry.stream, field] = replace(entry, content={})  # the last statement counts
        for place, entry in stated_by.items():
            self._refer(entry, wrong[place])

    def _refer(self, entry: Entry, error: TimelineError) -> None:
        if faults := self._own(entry, error):
            self._collect(entry, faults, error)

    def finish(self) -> None:
        """Raise BundleInvalid if there are any faults."""
        faults = tuple(self.faults or ([self.consequence] if self.consequence else []))
        if not faults:
            return
        lines = [f"{place}: {reason}" for place, reason in faults[:SHOWN]]
        if len(faults) > SHOWN:
            unread = "; the rest of the file was not read" if self.is_full() else ""
            lines.append(f"{self.path}: and {len(faults) - SHOWN} more faults{unread}")
        elif self.is_full():
            lines.append(f"{self.path}: the rest of the file was not read. Correct these first")
        raise BundleInvalid("\n".join(lines), faults=faults, changed=frozenset(self.changed), missing=frozenset(self.missing))

    def skipped(self) -> tuple[str, ...]:
        """Return messages about entries that are redacted in the log: one for each of the first, then the number of the rest."""
        more = self.redacted_count - len(self.redacted)
        return (*self.redacted, *([f"{self.path}: and {more:,} more that were redacted"] if more else []))

    def _skip(self, entry: Entry, error: AlreadyRedacted) -> None:
        for field, reason in _faults(entry, error):
            self.redacted_count += 1
            if self.redacted_count <= SHOWN:
                self.redacted.append(": ".join(self._placed(entry, field, reason)))

    def _collect(self, entry: Entry, faults: list[Fault], error: TimelineError | None) -> None:
        if entry.id:
            self.refused.setdefault(entry.stream, str(self.path))
        self.faults += [self._placed(entry, *fault, nearest=getattr(fault, "nearest", ""), error=error) for fault in faults]

    def _own(self, entry: Entry, error: TimelineError) -> list[Fault]:
        """List the faults of an error, without mere consequences of another entry's faults."""
        own: list[Fault] = []
        if entry.faults and isinstance(error, NotReadAhead):  # a misspelt field named the document, so it was not read ahead
            return own
        for fault in _faults(entry, error):
            field = fault.field
            if field in ("file", "text") and at_fault("encoding", entry.faults):  # it was not decoded as intended
                continue
            if (cause := self._cause(entry, error, field)) is None or cause not in self.refused:
                own.append(fault)
                if cause is not None and self.timeline.log.version(cause) == 0:
                    self.missing.add(cause)
            else:
                because = f"{cause} is refused in {self.refused[cause]}. Correct that first"
                self.consequence = self.consequence or self._placed(entry, field, because)
                self.consequences += 1
                self.refused.setdefault(entry.stream, str(self.path))
        return own

    def _cause(self, entry: Entry, error: TimelineError, field: str) -> str | None:
        """Return the stream whose absence caused a fault; None if the entry itself is at fault."""
        if entry.verb not in _PLACEHOLDERS and (not error.faults or field == entry.verb):
            return entry.stream  # there is nothing to correct or retract, or another version
        if field.endswith(".source"):
            return f"source/{_at(entry.fields, field)}"
        refers = field in ("part_of", "superseded_by") or field.endswith(".other")
        return f"happening/{_at(entry.fields, field)}" if refers else None

    def _try(self, entry: Entry, content: Mapping[str, Any]) -> TimelineError | None:
        """Append, or return the error of the entry. Raises errors of the database or the author.

        A review in a bundle that no person named was made once: building the project again does not repeat it.
        """
        unnamed = isinstance(self.bundle, BundleFile) and self.bundle.within is not None
        if unnamed and entry.verb == "review" and is_reviewed(self.timeline.log, entry):
            return None
        try:
            before = self.timeline.log.size()
            author = self.timeline.recording_as(entry.by) if entry.by else nullcontext()
            with quotes.briefly(len(self.faults) >= SHOWN), self._placing(entry), author:
                event = self.timeline.append(content, within=self.within)
            if content is entry.content:
                self.each(entry, event, self.timeline.log.size() > before)
        except DatabaseRefused:
            raise
        except StatementInvalid as error:
            if not error.faults and error.subject != entry.stream:
                raise
            return error
        except TimelineError as error:
            return error
        return None

    @contextmanager
    def _placing(self, entry: Entry) -> Iterator[None]:
        """Add the file and line of an entry to the warnings about it."""
        if entry.verb != "correct" and "media" not in entry.fields:
            yield
            return
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        for one in caught:
            message = one.message
            if isinstance(message, QuotedDateDiffers):
                message = QuotedDateDiffers(*self._placed(entry, "date", message.beside(entry.stream)))
            elif isinstance(message, StatementWarning):
                message = type(message)(*self._placed(entry, *message.args[1:]))
            warnings.warn(message, one.category, stacklevel=2)

    def _stand_in(self, entry: Entry, faults: list[Fault]) -> list[Fault]:
        """Append the sound fields of a refused source or happening until the roll-back; list its further faults.

        Its own quotations, and other entries' quotations from it, can then still be checked.
        """
        if entry.verb not in _PLACEHOLDERS or at_fault("id", faults):
            return []
        faulty = {field.partition(".")[0] for field, _ in faults}
        if faulty & {"encoding", "record", "ocr"}:  # without them it would be read differently
            faulty.add("file")
        sound = {name: value for name, value in entry.fields.items() if name in _TRIED and name not in faulty}
        error = self._try(entry, {entry.verb: {**_PLACEHOLDERS[entry.verb], **sound, "id": entry.id}})
        if error is None or isinstance(error, AlreadyRecorded):
            return []
        return [fault for fault in self._own(entry, error) if fault[0].partition(".")[0] in sound]

    def _placed(self, entry: Entry, field: str, reason: str, *, nearest: str = "", error: TimelineError | None = None) -> Placed:
        """Return the place of a fault (file, line, entry and field) and its reason."""
        line = entry.line_of(field)
        place = [
            f"{self.path}:{line}" if line else str(self.path),
            on_one_line(entry.stream) if entry.verb else "",
            on_one_line(field),
        ]
        return Placed(": ".join(part for part in place if part), " ".join(reason.split()), entry, field, nearest, error)


def _nameless(entry: Entry) -> Mapping[str, Any]:
    """Return the content of an entry without a valid id, so that its other fields are checked."""
    if not entry.rest:
        return {}
    return {entry.verb: {**entry.rest, "id": ""}} if entry.verb in _PLACEHOLDERS else {**entry.rest, entry.verb: ""}


def _faults(entry: Entry, error: TimelineError) -> Iterator[Own]:
    if error.faults:
        for fault in error.faults:
            renamed = fault.field == "id" and entry.verb not in _PLACEHOLDERS
            yield Own(entry.verb, fault.reason) if renamed else fault
        return
    reason = error.beside(entry.stream)
    if isinstance(error, DocumentUnreadable):
        yield of_document(error, file="file" in entry.fields)
    elif isinstance(error, UnknownSource | UnknownHappening):
        yield Own(entry.verb, reason)
    else:
        yield Own("", reason)


def _at(fields: Mapping[str, Any], path: str) -> str:
    """Return the value at a dotted path, with list items counted from 1; a text may stand in for an object with one key."""
    value: Any = fields
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list):
            value = value[int(part) - 1]
    return str(value)
