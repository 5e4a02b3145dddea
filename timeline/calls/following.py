"""The calls of a timeline whose file follows a shared log: they append to that log, and then bring its events into the file.

Owns which calls go there. Must not decide what may follow: the shared timeline does, with the same code.
"""

import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from timeline.any_log import AnyLog
from timeline.calls.open_timeline import Opened
from timeline.errors import DatabaseRefused, FileLagsBehind, RedactionUnfinished, SharedLogDiffers, TimelineError
from timeline.log import followed
from timeline.shared_log import connecting, storing
from timeline.shared_log.following import pull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timeline.calls.entries import Entries
    from timeline.capture.read_ahead import ReadAhead
    from timeline.documents.document import Document
    from timeline.log.event import Event

APPENDING: Final = (
    "append",
    "append_many",
    "archive",
    "archive_document",
    "correct",
    "correct_source",
    "extract_again",
    "record",
    "record_checked",
    "retract",
    "review",
)
"""The calls that append to the shared log. `redact` does so too, and cleans the file."""

_compared: Final[set[tuple[int, int, str]]] = set()  # the files, by device and number, and the logs that met in this process


class _BothLogs:
    """The shared log in a transaction, with the read tables of the file as they were when it began."""

    def __init__(self, shared: object, own: object) -> None:
        self._shared, self._own = shared, own

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the log has
        return getattr(self._own if name in ("connection", "path", "prepare", "has_read_tables") else self._shared, name)


class FollowingCalls(Opened):
    """The calls of a timeline that append, where its file follows a shared log."""

    _shared: "Entries | None" = None
    _own: Any  # the log of the file

    def open_shared(self, url: str) -> "Entries":
        """Open the shared log, to append to it with the author and the clock of this timeline."""
        raise NotImplementedError

    @property
    def log(self) -> AnyLog:
        """The log of the file; within a transaction, the shared log and what was appended there."""
        both: Any = _BothLogs(self._shared.log, self._own) if self._shared is not None and self._writes else self._own
        return both  # type: ignore[no-any-return]

    @log.setter
    def log(self, log: AnyLog) -> None:
        self._own = log

    @property
    def _writes(self) -> bool:
        return self._shared is not None and self._shared._streams.writing

    def close(self) -> None:
        """Close the file, and the connection to the shared log."""
        super().close()
        if self._shared is not None:
            self._shared.close()

    def _there(self) -> "Entries":
        """Return the shared timeline. Raises DatabaseRefused."""
        named = followed.read(self._own.path)
        if named is None:
            raise DatabaseRefused(self._own.path, "follows no shared log any more. Open it anew")
        if self._shared is None:
            self._shared = self.open_shared(connecting.for_appending(named.url, named.append_as))
            self._shared.log.project = self._own.project
        return self._shared

    @contextmanager
    def _appending(self) -> "Iterator[Entries]":
        """Give the shared timeline to append to; at the end, bring its events into the file. Raises DatabaseRefused."""
        shared, inside = self._there(), self._writes
        if not inside:
            self._refuse_other(shared.log)
        try:
            yield shared
        except TimelineError as error:
            if not inside and not isinstance(error, DatabaseRefused):  # others may have written what is in conflict with it
                with warnings.catch_warnings(action="ignore"):
                    self._bring(shared.log)
            raise
        if not inside:
            self._bring(shared.log)

    def _refuse_other(self, shared: Any) -> None:  # noqa: ANN401 - the log over PostgreSQL, whose module needs psycopg
        """Raise SharedLogDiffers unless the log has what the file has: every event, when they meet; the last one, from then on."""
        shared.size()  # this connects again where the connection was lost
        reader, size = shared.reader(self._own.path), self._own.size()
        if not size:  # the file may not be there yet
            return
        stat = self._own.path.stat()
        met = (stat.st_dev, stat.st_ino, shared.name)
        if met not in _compared:
            reader.compare(partial(storing.leaves, self._own), size)
            _compared.add(met)
        reader.compare_last(size, storing.leaf(self._own, size))

    def _bring(self, shared: Any) -> None:  # noqa: ANN401 - the log over PostgreSQL, whose module needs psycopg
        """Bring the file up to the end of the shared log, so that it shows the new events. Warn where that fails."""
        try:
            if pull(self._own, shared.reader(self._own.path), shared.size()):
                self._source_text.cache_clear()
                with suppress(DatabaseRefused):  # who stays to follow tries again
                    self._own.scrub()
        except SharedLogDiffers:
            raise
        except (TimelineError, sqlite3.Error) as error:
            message = f"does not show the new events yet, which are in the shared log: {error}"
            warnings.warn(FileLagsBehind(str(self._own.path), message), stacklevel=5)

    def redact(self, position: int, **options: Any) -> "Event":  # noqa: ANN401 - those of Recording.redact
        """Redact in the shared log, and remove every trace from the file."""
        with self._appending() as shared:
            event = shared.redact(position, **options)
        try:
            self._own.scrub()
        except (DatabaseRefused, KeyboardInterrupt) as error:
            reason = error.reason if isinstance(error, DatabaseRefused) else "interrupted"
            raise RedactionUnfinished(
                f"position {position}", f"is redacted ({event.id}), but the file is not clean yet: {reason}. Repeat the redaction"
            ) from error
        return event

    @contextmanager
    def recording_as(self, by: str) -> Iterator[None]:
        """Record as another author for a while, also in the shared log. Raises StatementInvalid if it is no name."""
        with super().recording_as(by), self._there().recording_as(by):
            yield

    def transaction(self) -> AbstractContextManager[None]:
        """Append several events to the shared log together: all of them, or none."""
        return self._transaction_there()

    @contextmanager
    def _transaction_there(self) -> Iterator[None]:
        with self._appending() as shared, shared.transaction():
            yield

    def project(self) -> None:
        """Do nothing: the read tables of the file are brought up to date once the events are in the shared log."""

    def text(self, source: str) -> str:
        """Return the text of a source; within a transaction, also of one that it archived."""
        return self._shared.text(source) if self._shared is not None and self._writes else super().text(source)

    def dangling(self) -> Iterator[tuple[str, TimelineError]]:
        """Within a transaction: yield each appended stream that refers to a missing happening, with the error for it."""
        return self._shared.dangling() if self._shared is not None else iter(())

    def compare_texts(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Compare exported texts with their documents before the entries are appended."""
        self._there().compare_texts(entries)

    @contextmanager
    def reading_ahead(self) -> "Iterator[ReadAhead]":
        """Within the block, read documents before anything is written."""
        with self._there().reading_ahead() as ahead:
            yield ahead

    def read_ahead(self, entry: Mapping[str, Any], *, within: "Sequence[Path] | None" = None) -> None:
        """Read the document of an entry before it is appended."""
        self._there().read_ahead(entry, within=within)

    def extracted(self, content: bytes, media_type: str, name: str, **options: str | None) -> "Document":
        """Read a document; within `reading_ahead`, return the earlier result."""
        return self._there().extracted(content, media_type, name, **options)


def appending(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call that appends to the shared log with the parameters of another."""

    @wraps(call)
    def there(self: FollowingCalls, *values: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the call
        with self._appending() as shared:
            return getattr(shared, call.__name__)(*values, **named)

    return there
