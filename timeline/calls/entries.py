"""The calls that append entries of bundles: one, or many at once. Owns the call for each entry. Must not read bundle files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final

from timeline.calls.archiving import Archiving
from timeline.calls.recording import Recording
from timeline.errors import StatementInvalid, TimelineError
from timeline.log.log import AT_ONCE, Event
from timeline.misshapen_input import not_a_field
from timeline.model import HappeningFields, stream

_ARGUMENTS: Final = frozenset(("id", "expected_version"))
_RECORDED: Final = {*_ARGUMENTS, *HappeningFields.__annotations__}
_FIXED: Final = {  # the fields of entries that have no fields of a happening
    "retract": ("retract", "reason", "superseded_by", "expected_version"),
    "review": ("review", "version", "verdict", "comment", "expected_version"),
}
_FEW: Final = 10_000  # entries of an iterator that are held in a list
_ROOM: Final = 64_000_000  # characters of documents in these entries


def new_streams(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the streams of the happenings that entries would record, if they have an id."""
    for entry in entries:
        fields = entry.get("happening", entry) if type(entry) is dict or isinstance(entry, Mapping) else None
        if (type(fields) is dict or isinstance(fields, Mapping)) and isinstance(id := fields.get("id"), str):
            yield f"happening/{id}"


def _batch(iterator: Iterator[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Return up to `most` next entries, and fewer if they have long texts."""
    batch, held = list[Mapping[str, Any]](), 0
    for entry in iterator:
        batch.append(entry)
        fields = entry.get("source") if isinstance(entry, dict) else None
        held += sum(len(text) for text in fields.values() if isinstance(text, str)) if isinstance(fields, dict) else 0
        if len(batch) == most or held > _ROOM:
            break
    return batch


class Entries(Archiving, Recording):
    """The calls of a timeline that append entries of bundles."""

    def append(self, entry: Mapping[str, Any], *, within: Sequence[Path] | None = None) -> Event:
        """Append one entry of a bundle, in the form of a JSON line.

        `{"source": {…}}`, `{"happening": {…}}`, `{"correct": id, …}`, `{"correct_source": id, …}`, `{"retract": id, …}` or
        `{"review": id, "version": …, "verdict": …}`, with the fields of the Python calls; a bare `{"id": …, "title": …}` is a
        happening. A review names its version, so that it is never taken for one of a later version. One of the folders `within`
        must hold a source's file; None: it may be anywhere. Raises what those calls raise.
        """
        recorded = entry["happening"] if type(entry) is dict and entry.keys() == {"happening"} else entry
        if type(recorded) is dict and "id" in recorded and recorded.keys() <= _RECORDED:
            values = {name: value for name, value in recorded.items() if name not in _ARGUMENTS and value is not None}
            with suppress(TimelineError):
                return self._record(stream("happening", recorded["id"]), values, recorded.get("expected_version"))
        verb, fields = _call_of(entry)
        match verb:
            case "source":
                return self.archive(**fields, within=within).event
            case "correct" | "correct_source" | "retract" | "review":
                call: Callable[..., Event] = getattr(self, verb)
                return call(fields.pop(verb), **fields)
        return self.record(fields.pop("id"), **fields)  # reports every fault

    def append_many(self, entries: Iterable[Mapping[str, Any]]) -> list[Event]:
        """Append entries as `append` does, in one transaction: all of them, or none.

        The documents of a list, or of an iterator with up to ten thousand entries, are read before the log is locked. A longer
        iterator is read within the transaction, a few hundred entries ahead of the one being appended.
        """
        if not isinstance(entries, Sequence):
            iterator = iter(entries)
            entries = _batch(iterator, _FEW)
            if more := _batch(iterator, 1):
                with self.transaction():
                    return self._append_all(chain(entries, more, iterator))
        self.compare_texts(entries)
        with self.reading_ahead() as ahead:
            for entry in entries:
                self.read_ahead(entry)
            ahead.close()
            with self.transaction():
                return self._append_all(entries)

    def _append_all(self, entries: Iterable[Mapping[str, Any]]) -> list[Event]:
        """Append entries; the streams of a few hundred at a time are looked up in one query."""
        events = list[Event]()
        iterator = iter(entries)
        while batch := _batch(iterator, AT_ONCE):
            self.log.look_up(new_streams(batch))
            events += map(self.append, batch)
        return events

    def compare_texts(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Compare exported texts with their documents before the entries are appended, so that no other writer waits meanwhile."""
        self._exported_texts.compare(entries)


def _call_of(entry: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Read an entry of a bundle as a verb and the arguments of its call. Raises StatementInvalid if a field would be dropped."""
    if not isinstance(entry, Mapping) or not _is_named(entry):
        raise StatementInvalid('an entry has no named fields. Give one such as {"happening": {"id": …, "title": …}}')
    for verb in ("source", "happening"):
        if verb not in entry:
            continue
        if beside := tuple((name, f'is beside "{verb}". Move it inside, or leave it out') for name in entry if name != verb):
            raise StatementInvalid.in_fields(verb, beside)
        fields = entry[verb]
        if not isinstance(fields, Mapping) or not _is_named(fields):
            raise StatementInvalid(verb, 'has no fields. Write them as {"id": …, "title": …}')
        _refuse_arguments(verb, fields)
        return verb, {"id": "", **fields}
    entry = flat_review(entry)
    for verb in ("correct", "correct_source", "retract", "review"):
        if verb not in entry:
            continue
        _refuse_arguments(verb, entry)
        if "id" in entry:
            raise StatementInvalid.in_fields(verb, (("id", f'is beside "{verb}", which has the id. Leave it out'),))
        if (fixed := _FIXED.get(verb)) and (other := [name for name in entry if name not in fixed]):
            raise StatementInvalid.in_fields(verb, tuple((name, not_a_field(name, fixed)) for name in other))
        if verb == "review":
            if entry.get("version") is None:
                raise StatementInvalid.in_fields(verb, (("version", "is missing. Give the number of the version that was read"),))
            return verb, {"verdict": None, **entry}
        return verb, {"reason": None, **entry}
    _refuse_arguments("happening", entry)
    return "happening", {"id": "", **entry}


def flat_review(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry {"review": {"happening": id, …}} in the form {"review": id, …}; any other as it is."""
    fields = entry.get("review")
    if len(entry) != 1 or not isinstance(fields, Mapping) or "review" in fields:
        return entry
    return {"review" if name == "happening" else name: value for name, value in fields.items()}


def _is_named(fields: Mapping[Any, Any]) -> bool:
    return set(map(type, fields)) == {str} or all(isinstance(name, str) for name in fields)


def _refuse_arguments(verb: str, fields: Mapping[str, Any]) -> None:
    """Refuse arguments that only the calls may have."""
    if other := [name for name in ("self", "within") if name in fields]:
        raise StatementInvalid.in_fields(verb, tuple((name, not_a_field(name, ())) for name in other))
