"""The calls that append entries of bundles: one, or many at once. Owns which call an entry is. Must not read a file of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final

from timeline import statements
from timeline.calls.archiving import Archiving
from timeline.calls.recording import Recording
from timeline.errors import TimelineError
from timeline.log import AT_ONCE, Event
from timeline.model import HappeningFields, stream

_ARGUMENTS: Final = frozenset(("id", "expected_version"))
_RECORDED: Final = {*_ARGUMENTS, *HappeningFields.__annotations__}
_FEW: Final = 10_000  # entries of an iterator that are held, so that it can be read as a list is
_ROOM: Final = 64_000_000  # characters of documents that come with these


def begun(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Name the happenings that entries would record, as far as they have an id."""
    for entry in entries:
        fields = entry.get("happening", entry) if type(entry) is dict or isinstance(entry, Mapping) else None
        if (type(fields) is dict or isinstance(fields, Mapping)) and isinstance(id := fields.get("id"), str):
            yield f"happening/{id}"


def _some(given: Iterator[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Take the next entries, and hold fewer of those that carry long texts."""
    some, held = list[Mapping[str, Any]](), 0
    for entry in given:
        some.append(entry)
        fields = entry.get("source") if isinstance(entry, dict) else None
        held += sum(len(text) for text in fields.values() if isinstance(text, str)) if isinstance(fields, dict) else 0
        if len(some) == most or held > _ROOM:
            break
    return some


class Entries(Archiving, Recording):
    """A timeline, as entries of bundles are appended to it."""

    def append(self, entry: Mapping[str, Any], *, within: Sequence[Path] | None = None) -> Event:
        """Append one entry of a bundle, in the form of a JSON line.

        `{"source": {…}}`, `{"happening": {…}}`, `{"correct": id, …}`, `{"correct_source": id, …}` or `{"retract": id, …}`, with the
        fields of the Python calls; a bare `{"id": …, "title": …}` is a happening. `within` are folders one of which must hold a
        source's file; None: it may be anywhere. Raises what those calls raise.
        """
        verb, fields = statements.of_entry(entry)
        match verb:
            case "source":
                return self.archive(**fields, within=within).event
            case "correct":
                return self.correct(fields.pop(verb), **fields)
            case "correct_source":
                return self.correct_source(fields.pop(verb), **fields)
            case "retract":
                return self.retract(fields.pop(verb), **fields)
        if fields.keys() <= _RECORDED:
            said = {name: value for name, value in fields.items() if name not in _ARGUMENTS and value is not None}
            with suppress(TimelineError):
                return self._record(stream("happening", fields["id"]), said, fields.get("expected_version"))
        return self.record(fields.pop("id"), **fields)  # which tells all that is wrong

    def append_many(self, entries: Iterable[Mapping[str, Any]]) -> list[Event]:
        """Append entries as `append` does, in one transaction: all of them, or none.

        Documents are read before the log is locked: those of a list, and of an iterator that gives up to ten thousand entries. A
        longer one is read on within the transaction, some hundreds of entries ahead of what is appended.
        """
        if not isinstance(entries, Sequence):
            given = iter(entries)
            entries = _some(given, _FEW)
            if more := _some(given, 1):
                with self.transaction():
                    return self._append_all(chain(entries, more, given))
        self.compare_texts(entries)
        with self.reading_ahead() as ahead:
            for entry in entries:
                self.read_ahead(entry)
            ahead.close()
            with self.transaction():
                return self._append_all(entries)

    def _append_all(self, entries: Iterable[Mapping[str, Any]]) -> list[Event]:
        """Append entries, of which those that begin streams are looked up some hundreds at a time."""
        events = list[Event]()
        given = iter(entries)
        while some := _some(given, AT_ONCE):
            self.log.look_up(begun(some))
            events += map(self.append, some)
        return events

    def compare_texts(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Compare texts that come with documents, among entries yet to be appended, so that no other writer waits meanwhile."""
        self._texts.compare(entries)
