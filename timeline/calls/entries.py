"""The calls that append entries of bundles: one, or many at once. Owns which call an entry is. Must not read a file of them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from timeline.calls.archiving import Archiving
from timeline.calls.recording import Recording
from timeline.errors import StatementInvalid
from timeline.log import Event


class Entries(Archiving, Recording):
    """A timeline, as entries of bundles are appended to it."""

    def append(self, entry: Mapping[str, Any], *, within: Sequence[Path] | None = None) -> Event:
        """Append one entry of a bundle, in the form of a JSON line.

        `{"source": {…}}`, `{"happening": {…}}`, `{"correct": id, …}`, `{"correct_source": id, …}` or `{"retract": id, …}`, with the
        fields of the Python calls; a bare `{"id": …, "title": …}` is a happening. `within` are folders one of which must hold a
        source's file; None: it may be anywhere. Raises what those calls raise.
        """
        fields = dict(entry)
        if len(fields) == 1 and isinstance(inner := fields.get("source"), Mapping):
            if "within" in inner:
                raise StatementInvalid.in_fields("source", (("within", "is not a field here. Leave it out"),))
            return self.archive(**{"id": "", **inner}, within=within).event
        if len(fields) == 1 and isinstance(inner := fields.get("happening"), Mapping):
            fields = dict(inner)
        for verb, method in (
            ("correct", self.correct),
            ("correct_source", self.correct_source),
            ("retract", self.retract),
        ):
            if verb in fields:
                if "id" in fields:
                    raise StatementInvalid.in_fields(verb, (("id", f'stands beside "{verb}", which names the id. Leave it out'),))
                return method(fields.pop(verb), **{"reason": None, **fields})
        return self.record(fields.pop("id", ""), **fields)

    def append_many(self, entries: Iterable[Mapping[str, Any]]) -> list[Event]:
        """Append entries as `append` does, in one transaction: all of them, or none."""
        if not isinstance(entries, Sequence):  # they can be read only once
            with self.transaction():
                return [self.append(entry) for entry in entries]
        self.compare_texts(entries)
        with self.reading_ahead() as ahead:
            for entry in entries:
                self.read_ahead(entry)
            ahead.close()
            with self.transaction():
                return [self.append(entry) for entry in entries]

    def compare_texts(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Compare texts that come with documents, among entries yet to be appended, so that no other writer waits meanwhile."""
        self._texts.compare(entries)
