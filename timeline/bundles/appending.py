"""Appending bundles: all of a file, or nothing of it and every fault.

Owns how faults are gathered and told. Must not read a bundle's format, nor judge what is said.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from timeline import quotes, statements
from timeline.bundles.entry import Entry, Fault
from timeline.bundles.reading import BYTES, FILE, may_hold, project, read
from timeline.capture.ahead import GivenUp, NotReadAhead
from timeline.documents import of_document
from timeline.errors import (
    AlreadyRecorded,
    AlreadyRedacted,
    BundleInvalid,
    DatabaseRefused,
    DocumentUnreadable,
    QuotedDateDiffers,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
    at_fault,
    on_one_line,
)
from timeline.log import AT_ONCE
from timeline.timeline import Timeline

SHOWN = 100  # faults that are told
ENOUGH = 1_000  # faults after which nothing more is read
FOLLOWING = 100_000  # entries that only follow from others' faults, after which nothing more is read
_WEIGHT = 4_000_000  # bytes of a file that are held at once
_TRIED = ("file", "text", "encoding", "record", "part_of", "related", "citations")
_STANDING_IN = {"source": {"title": "?"}, "happening": {"title": "?", "date": "2000"}}


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of a bundle: how many entries it has, how many events are new, and which entries were redacted in the log."""

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
    found: bool = False,
) -> Appended:
    """Append a bundle in one transaction; what stands in the log already is passed over.

    `progress` is told how many bytes of the file each entry took. `refused` carries, from one bundle to the next, the streams
    whose entries had faults and the file they are in, so that what only follows from those faults is not told as another.
    Documents come from the bundle's project (`project`), or from a folder that is `allowed`, all links followed; and so does the
    bundle itself where it was `found` rather than named by a person.
    Raises BundleInvalid, with a line for every fault, or DatabaseRefused; nothing of the bundle is then appended.
    """
    work = _Work(timeline, Path(path), {} if refused is None else refused, (project(Path(path)), *allowed), found)
    if may_hold(BYTES, work.path, work.itself_within):
        timeline.compare_texts(entry.said for entry in work.read())
    halves = may_hold(FILE, work.path, work.itself_within)  # of the progress: one for reading documents, one for appending
    with timeline.reading_ahead() as ahead:
        for entry in work.read() if halves else ():
            work.read_document(entry)
            if progress is not None:
                progress(entry.weight // 2)
        ahead.close()
        with timeline.transaction():
            before = timeline.log.size()
            for entry in work.looked_up():
                work.append(entry)
                if progress is not None:
                    progress(entry.weight - (entry.weight // 2 if halves else 0))
                if work.has_enough():
                    break
            else:
                work.look_for_dangling()
            work.finish()
            return Appended(work.path, work.entries, timeline.log.size() - before, work.passed_over())


class _Work:
    """One bundle on its way in. Of an entry without faults nothing is held."""

    def __init__(
        self, timeline: Timeline, path: Path, refused: MutableMapping[str, str], within: Sequence[Path], found: bool
    ) -> None:
        self.timeline = timeline
        self.path = path
        self.refused = refused
        self.within = within  # folders of which one must hold each document
        self.itself_within = within if found else None  # and the bundle
        self.entries = 0
        self.redacted: list[str] = []  # what is passed over because of that, as it is told; the first of them
        self.passed = 0
        self.faults: list[Fault] = []  # (file, line and field; reason)
        self.follow: Fault | None = None  # the first one that only follows from others
        self.following = 0
        self.changed: set[str] = set()  # streams that an entry states otherwise than the log does
        self.faulty: dict[int, list[Fault]] = {}  # of entries, by their number
        self.unsure = False  # whether an entry that was not appended refers to others

    def read(self) -> Iterator[Entry]:
        """Read the entries."""
        return read(self.path, self.itself_within)

    def looked_up(self) -> Iterator[Entry]:
        """Read the entries, after the streams of some hundreds each were looked up at once."""
        some, weight = list[Entry](), 0
        for entry in self.read():
            some.append(entry)
            weight += entry.weight
            if len(some) == AT_ONCE or weight > _WEIGHT:
                self.timeline.log.look_up(one.stream for one in some)
                yield from some
                some, weight = [], 0
        self.timeline.log.look_up(one.stream for one in some)
        yield from some

    def read_document(self, entry: Entry) -> None:
        """Read the document that an entry names. Raises BundleInvalid where the bundle's documents take too long together."""
        try:
            self.timeline.read_ahead(entry.said, within=self.within)
        except GivenUp as error:
            self.faults = [self._placed(entry, "file", str(error)), *((str(self.path), told) for told in error.broken_off)]
            self.finish()

    def append(self, entry: Entry) -> None:
        """Append an entry, or keep its faults and go on as if it had none."""
        self.entries += 1
        faults = [*entry.faults]
        if said := entry.said or _nameless(entry):
            error = self._try(entry, said)
            if isinstance(error, AlreadyRedacted):
                self._pass_over(entry, error)
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
            self._keep(entry, faults)

    def has_enough(self) -> bool:
        """Whether so much is wrong that nothing more is read."""
        return len(self.faults) >= ENOUGH or self.following >= FOLLOWING

    def look_for_dangling(self) -> None:
        """Keep a fault for each reference to a happening that is nowhere, and for each circle, once all entries are in.

        Each is looked for at the entry that makes it, be it appended or refused; the timeline knows only of those appended. Where
        there is something to be told the bundle is read once more, for the lines.
        """
        wrong: dict[tuple[str, str], TimelineError] = {}
        for stream, error in islice(self.timeline.dangling(), ENOUGH):
            wrong[stream, error.faults[0][0]] = error
        if not wrong and not self.unsure:
            return
        making: dict[tuple[str, str], Entry] = {}
        for number, entry in enumerate(self.read(), start=1):
            if self.has_enough():
                break
            known = self.faulty.get(number, [])
            for field, other in statements.references(entry.fields):
                if not at_fault(field, known) and self.timeline.log.version(f"happening/{other}") == 0:
                    self._refer(entry, statements.unknown_happening(entry.stream, field, other))
                if not isinstance(wrong.get((entry.stream, field)), UnknownHappening | None):
                    making[entry.stream, field] = replace(entry, said={})  # what it says last is what stands
        for place, entry in making.items():
            self._refer(entry, wrong[place])

    def _refer(self, entry: Entry, error: TimelineError) -> None:
        if faults := self._own(entry, error):
            self._keep(entry, faults)

    def finish(self) -> None:
        """Raise all faults there are."""
        faults = tuple(self.faults or ([self.follow] if self.follow else []))
        if not faults:
            return
        told = [f"{place}: {reason}" for place, reason in faults[:SHOWN]]
        if len(faults) > SHOWN:
            unread = "; the rest of the file was not read" if self.has_enough() else ""
            told.append(f"{self.path}: and {len(faults) - SHOWN} faults more{unread}")
        elif self.has_enough():
            told.append(f"{self.path}: the rest of the file was not read. Correct these first")
        raise BundleInvalid("\n".join(told), faults=faults, changed=frozenset(self.changed))

    def passed_over(self) -> tuple[str, ...]:
        """Tell of the entries that were redacted in the log: of the first ones each, of the others how many."""
        more = self.passed - len(self.redacted)
        return (*self.redacted, *([f"{self.path}: and {more:,} more that were redacted"] if more else []))

    def _pass_over(self, entry: Entry, error: AlreadyRedacted) -> None:
        for field, reason in _faults(entry, error):
            self.passed += 1
            if self.passed <= SHOWN:
                self.redacted.append(": ".join(self._placed(entry, field, reason)))

    def _keep(self, entry: Entry, faults: list[Fault]) -> None:
        if entry.id:
            self.refused.setdefault(entry.stream, str(self.path))
        self.faults += [self._placed(entry, field, reason) for field, reason in faults]

    def _own(self, entry: Entry, error: TimelineError) -> list[Fault]:
        """List the faults that an error tells of, without those that follow from another entry's."""
        own = list[Fault]()
        if entry.faults and isinstance(error, NotReadAhead):  # named by a misspelt field, it was not read ahead
            return own
        for field, reason in _faults(entry, error):
            if field in ("file", "text") and at_fault("encoding", entry.faults):  # it was not read in the encoding that was meant
                continue
            if (cause := self._cause(entry, error, field)) is None or cause not in self.refused:
                own.append((field, reason))
            else:
                because = f"{cause} is refused in {self.refused[cause]}. Correct that first"
                self.follow = self.follow or self._placed(entry, field, because)
                self.following += 1
                self.refused.setdefault(entry.stream, str(self.path))
        return own

    def _cause(self, entry: Entry, error: TimelineError, field: str) -> str | None:
        """Name the stream that the fault is about, where that is not the entry's own statement."""
        if entry.verb not in _STANDING_IN and (not error.faults or field == entry.verb):
            return entry.stream  # there is nothing to correct or retract, or not what was meant
        if field.endswith(".source"):
            return f"source/{_at(entry.fields, field)}"
        refers = field in ("part_of", "superseded_by") or field.endswith(".other")
        return f"happening/{_at(entry.fields, field)}" if refers else None

    def _try(self, entry: Entry, said: Mapping[str, Any]) -> TimelineError | None:
        """Append, or return what is wrong with the entry; what is wrong with the file or the writer is raised."""
        try:
            with quotes.briefly(len(self.faults) >= SHOWN), self._placing(entry):
                self.timeline.append(said, within=self.within)
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
        """Say in which file and on which line an entry is that something is remarked of."""
        if entry.verb != "correct":
            yield
            return
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        for one in caught:
            told = one.message
            if isinstance(told, QuotedDateDiffers):
                told = QuotedDateDiffers(*self._placed(entry, "date", told.beside(entry.stream)))
            warnings.warn(told, one.category, stacklevel=2)

    def _stand_in(self, entry: Entry, faults: list[Fault]) -> list[Fault]:
        """Append what is sound of a refused source or happening, until the roll-back; list what else is wrong with it.

        Its own quotations, and others' quotations from it, can then be looked for all the same.
        """
        if entry.verb not in _STANDING_IN or at_fault("id", faults):
            return []
        faulty = {field.partition(".")[0] for field, _ in faults}
        if faulty & {"encoding", "record"}:  # without them it would be read otherwise
            faulty.add("file")
        sound = {name: value for name, value in entry.fields.items() if name in _TRIED and name not in faulty}
        error = self._try(entry, {entry.verb: {**_STANDING_IN[entry.verb], **sound, "id": entry.id}})
        if error is None or isinstance(error, AlreadyRecorded):
            return []
        return [fault for fault in self._own(entry, error) if fault[0].partition(".")[0] in sound]

    def _placed(self, entry: Entry, field: str, reason: str) -> Fault:
        """Say in which file, on which line, of which entry and field a fault is."""
        line = entry.line_of(field)
        place = [
            f"{self.path}:{line}" if line else str(self.path),
            on_one_line(entry.stream) if entry.verb else "",
            on_one_line(field),
        ]
        return ": ".join(part for part in place if part), " ".join(reason.split())


def _nameless(entry: Entry) -> Mapping[str, Any]:
    """Give what an entry says whose id is none, so that all else of it is looked through."""
    if not entry.beside:
        return {}
    return {entry.verb: {**entry.beside, "id": ""}} if entry.verb in _STANDING_IN else {**entry.beside, entry.verb: ""}


def _faults(entry: Entry, error: TimelineError) -> Iterator[Fault]:
    if error.faults:
        for field, reason in error.faults:
            yield (entry.verb if field == "id" and entry.verb not in _STANDING_IN else field), reason
        return
    reason = error.beside(entry.stream)
    if isinstance(error, DocumentUnreadable):
        yield of_document(error, file="file" in entry.fields)
    elif isinstance(error, UnknownSource | UnknownHappening):
        yield entry.verb, reason
    else:
        yield "", reason


def _at(fields: Mapping[str, Any], path: str) -> str:
    """Read what stands at a dotted path, counted from 1; a lone text stands for an object with one key."""
    found: Any = fields
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list):
            found = found[int(part) - 1]
    return str(found)
