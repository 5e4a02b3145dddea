"""An open timeline: its log, its author, its clock, and its transaction.

Owns the state that all calls share. Must not append or read records itself.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from timeline import archiving, projections, quotes, redaction, statements
from timeline.any_log import AnyLog, open_log
from timeline.capture.read_ahead import ReadAhead
from timeline.dates import instants
from timeline.documents.text_cache import TextCache
from timeline.errors import DatabaseRefused, Redacted, TimelineError
from timeline.model import Author, check, stream
from timeline.streams import Streams

if TYPE_CHECKING:
    from sqlite_utils import Database

_INSIDE: Final = nullcontext()  # a nested transaction is part of the outer one


class Opened:
    """A timeline file, open for appending and reading."""

    def __init__(
        self,
        path: str | Path = "timeline.db",
        *,
        by: str | None = None,
        clock: Callable[[], datetime] = instants.now,
        read_only: bool = False,
        guarded: bool = True,
        rebuilding: bool = False,
    ) -> None:
        """Open a timeline. If there is no file, the first append creates it; reading never does.

        Parameters:
            path: the file, such as "timeline.db"; or the address of a shared log, such as "postgresql://ann@db.example/news", to
                which one can append, and which is read from the file of a follower.
            by: the author, recorded in each event. Default: TIMELINE_BY, or the name in the project's metadata.json (plugins,
                cited-timeline, by), or `unnamed`, which pages and exports leave out; never the login name.
            clock: returns the time for `recorded_at`.
            read_only: True opens an existing file only for reading.
            guarded: False opens a file even if its guards are missing.
            rebuilding: True opens a file whose read tables another version made, to `rebuild` them.

        Raises DatabaseRefused or GuardsMissing where the file cannot be used.
        """
        self.by = by if by is not None else os.environ.get("TIMELINE_BY")
        if self.by is not None:
            self.by = check(Author, {"by": self.by}, "the author").by
        self.clock = clock
        self.log: AnyLog = open_log(path, read_only=read_only, guarded=guarded, complete=projections.begin, upgrading=rebuilding)
        self.log.prepare(projections.register)
        self._database: Database | None = None
        self._streams = Streams(self.log, self.by, clock)
        self._source_text = TextCache(self._read_text)
        self._exported_texts = archiving.ExportedTexts(self.log)
        self._ahead: ReadAhead | None = None
        writing = self.log.has_read_tables and not read_only and guarded and not rebuilding
        if writing and not projections.is_current(self.log.connection):
            try:
                self._refuse_other_read_tables()
            except TimelineError:
                self.close()
                raise

    def _refuse_other_read_tables(self) -> None:
        """Create the read tables of a file that has none; refuse those of another version."""
        with self.log.transaction():
            if projections.exist(self.log.connection):
                self.refuse_outdated()
            else:
                projections.create(self.log.connection)

    def refuse_outdated(self) -> None:
        """Raise DatabaseRefused where another version of the program made the read tables."""
        if not projections.is_current(self.log.connection):
            path = self.log.path
            raise DatabaseRefused(path, f"{projections.OUTDATED}. Make them again: timeline rebuild --db {path}")

    @property
    def db(self) -> "Database":
        """The file as a sqlite-utils Database, for queries, with the date functions (edtf_words and others).

        Raises DatabaseRefused if there is no file yet.
        """
        from sqlite_utils import Database  # noqa: PLC0415 - slow to load, and only scripts use it

        self.log.refuse_absent()
        if self._database is None or self._database.conn is not self.log.connection:
            self._database = Database(self.log.connection)
        return self._database

    def close(self) -> None:
        """Close the file."""
        self.log.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()

    @property
    def author(self) -> str:
        """The author of the next event; `unnamed` if nobody gave a name."""
        return self._streams.author()

    @contextmanager
    def recording_as(self, by: str) -> Iterator[None]:
        """Record as another author for a while, such as the one whom a bundle names. Raises StatementInvalid if it is no name."""
        former = self.by, self._streams.by
        self.by = self._streams.by = check(Author, {"by": by}, "the author").by
        try:
            yield
        finally:
            self.by, self._streams.by = former

    def transaction(self) -> AbstractContextManager[None]:
        """Append several events together: all of them, or none. Their references must exist at the end."""
        return _INSIDE if self._streams.writing else self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._streams.transaction():
                yield
        except BaseException:
            self._source_text.cache_clear()  # a source that was rolled back may be archived again with another text
            raise

    def project(self) -> None:
        """Within a transaction: bring the read tables up to date at once, and not only at its end."""
        self._streams.project()

    def text(self, source: str) -> str:
        """Return the text of a source as it is searched for quotations. Raises UnknownSource or Redacted."""
        return self._source_text(source).raw

    def dangling(self) -> Iterator[tuple[str, TimelineError]]:
        """Within a transaction: yield each appended stream that refers to a missing happening, with the error for it."""
        return self._streams.dangling()

    def _read_text(self, source: str) -> statements.SourceText:
        """Read the text of a source, ready for searching."""
        subject = stream("source", source)
        first = self.log.first(subject) or self._streams.past(subject)[0]
        named = redaction.document_hashes(self.log, source)
        text = self.log.document(named.get("text_sha256", ""))
        if text is None or (not text and self.log.document(named["sha256"]) is None):  # a picture has an empty text
            raise Redacted(first.stream, f"its text is not in the archive: it was {archiving.why_absent(self.log, named)}")
        described = first.payload or self._streams.last(subject).payload
        media_type = str(described.get("statement", {}).get("media_type", ""))
        return statements.SourceText(quotes.Text(text.decode()), named["sha256"], named["text_sha256"], media_type)
