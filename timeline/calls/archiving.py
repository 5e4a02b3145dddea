"""The calls that archive documents, and read their texts anew.

Owns their arguments. Must not decide what stands for a document already (`timeline.archiving` does), nor read one itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from timeline import archiving, capture, documents, extractors
from timeline.archived import ArchivedSource
from timeline.calls import faults, given_dates, keywords
from timeline.calls.given_dates import DateLike
from timeline.calls.opened import Opened
from timeline.capture.ahead import Ahead, GivenUp
from timeline.errors import DatabaseRefused, StatementInvalid, TimelineError
from timeline.model import SourceFields, stream


class Archiving(Opened):
    """A timeline, as documents are archived in it."""

    @keywords.named("source", faults.of_source)
    def archive(
        self,
        file: str | Path | None = None,
        *,
        id: str | None = None,
        title: str | None = None,
        publisher: str | None = None,
        author: str | None = None,
        published: DateLike | None = None,
        url: str | None = None,
        language: str | None = None,
        text: str | None = None,
        encoding: str | None = None,
        record: str | None = None,
        media_type: str | None = None,
        as_found: bool = False,
        base64: str | None = None,
        extractor: str | None = None,
        within: Sequence[Path] | None = None,
        expected_version: int | None = None,
    ) -> ArchivedSource:
        """Archive a document with its text, from a file or as a text, and return it to quote from.

        The same bytes and fields under the same id append nothing, also where a later extractor would read another text. What
        the document says of itself is `found` in the answer.

        Parameters:
            file: the path of the document. Give a file or a text, one of the two.
            id: what the source is called for good: letters, digits, "-", "." and "_". Without it, the source that holds the
                same bytes answers, or an id is made of the file's name.
            title: what the document is called.
            publisher: who published it.
            author: who wrote it.
            published: when it was published: a `datetime.date`, or EDTF such as "2025-11-28" or "2025-11".
            url: the address that it has on the web, with http:// or https://. It is written down, not visited.
            language: a BCP 47 tag, such as "en" or "ar-MA".
            text: the text itself, where there is no file.
            encoding: how a plain text is encoded, where that is not recognised: "cp1252".
            record: the address, or the id, of what is meant in a WARC.
            media_type: such as "text/plain", where the file's name does not tell.
            as_found: True fills the fields that were left out with what the document says of itself.
            base64: with `text` and `extractor`, a document's bytes as an export has them. They are read again; a text that
                cannot be compared is marked.
            extractor: what read the text of an exported document.
            within: folders of which one must hold the file, all links followed. None: it may be anywhere.
            expected_version: 0 refuses an id under which something is already.

        Raises DocumentUnreadable, OutsideFolder, StatementInvalid, AlreadyRecorded (the id is another document's, or other things
        are said of this one) or VersionConflict; nothing is then archived.

        Example:
            >>> timeline.archive(text="It sat for four days.", id="minutes", title="Minutes", published="2025-11-28")
            <source/minutes@1: Minutes, 2025-11-28>
        """
        subject = stream("source", id) if id is not None else None
        fields: Any = given_dates.read(keywords.given(locals(), SourceFields.__annotations__, omitted=None), subject or "source")
        if (file is None) == (text is None):
            raise StatementInvalid.in_fields(subject or "source", (("file", "give a file or a text, one of the two"),))
        exported = base64 is not None or extractor is not None
        for keyword, value in (("encoding", encoding), ("record", None if exported else record)):
            if text is not None and value is not None:
                reason = "says how a file is read, and a text is given. Leave it out, or name the file"
                raise StatementInvalid.in_fields(subject or "source", ((keyword, reason),))
        if record is not None and record.startswith("http"):
            fields.setdefault("url", record)
        said = archiving.Description(fields, media_type, as_found, Path(file or "").name, exactly=exported, record=record)
        if file is not None and not exported:
            documents.refuse_address(str(file))
            content, kind = capture.received(Path(file), within)
            if (kept := archiving.existing_source(self.log, self._streams, content, subject, said)) is not None:
                return kept
            document = self.extracted(content, kind, str(file), encoding=encoding, record=record)
        elif exported:
            given = archiving.from_export(text, base64, extractor, media_type, subject or "source")
            late = self._ahead is not None and self._ahead.closed
            document = self._texts.marked(given, fields.get("url"), subject, late=late)
        else:
            document = documents.from_text(text or "")
        with self.transaction():
            return archiving.archive(self.log, self._streams, document, subject, said, expected_version)

    @keywords.named("source")
    def archive_document(
        self,
        document: documents.Document,
        *,
        id: str | None = None,
        title: str | None = None,
        publisher: str | None = None,
        author: str | None = None,
        published: DateLike | None = None,
        url: str | None = None,
        language: str | None = None,
        name: str = "",
        record: str | None = None,
        media_type: str | None = None,
        as_found: bool = False,
        expected_version: int | None = None,
    ) -> ArchivedSource:
        """Archive a document that was read already: its bytes as received, and its text. Raises what `archive` raises.

        Parameters:
            document: the bytes and the text.
            id: as in `archive`.
            title: what the document is called.
            publisher: who published it.
            author: who wrote it.
            published: when it was published: a `datetime.date`, or EDTF such as "2025-11-28" or "2025-11".
            url: the address that it has on the web, with http:// or https://. It is written down, not visited.
            language: a BCP 47 tag, such as "en" or "ar-MA".
            name: what an id is made of where none is given.
            record: what was read in a WARC.
            media_type: as in `archive`.
            as_found: as in `archive`.
            expected_version: as in `archive`.
        """
        subject = stream("source", id) if id is not None else None
        fields: Any = given_dates.read(keywords.given(locals(), SourceFields.__annotations__, omitted=None), subject or "source")
        said = archiving.Description(fields, media_type, as_found, name, record=record)
        with self.transaction():
            return archiving.archive(self.log, self._streams, document, subject, said, expected_version)

    def extracted(
        self, content: bytes, media_type: str, name: str, *, encoding: str | None = None, record: str | None = None
    ) -> documents.Document:
        """Read a document, or while documents are read ahead take what was read of it. Raises DocumentUnreadable."""
        read = self._ahead.document if self._ahead is not None else capture.from_bytes
        return read(content, media_type, name, encoding=encoding, record=record)

    @contextmanager
    def reading_ahead(self) -> Iterator[Ahead]:
        """For the block, read documents before anything is written: once it is closed, no other than those can be archived."""
        former = self._ahead
        with Ahead(self.log.path.resolve().parent) as ahead:
            self._ahead = ahead
            try:
                yield ahead
            finally:
                self._ahead = former

    def read_ahead(self, entry: Mapping[str, Any], *, within: Sequence[Path] | None = None) -> None:
        """Read the document that an entry yet to be appended names, so that no other writer waits meanwhile.

        Where it cannot be read, that is told when it is appended; but GivenUp is raised where it is one too many.
        """
        fields = entry.get("source") if isinstance(entry, Mapping) else None  # what is no entry is told of when it is appended
        if self._ahead is None or not isinstance(fields, Mapping) or not isinstance(file := fields.get("file"), str | Path):
            return
        if any(fields.get(name) is not None for name in ("text", "base64", "extractor")):
            return
        encoding, record = fields.get("encoding"), fields.get("record")
        try:
            subject = None if (id := fields.get("id", "")) is None else stream("source", id)
            content, kind = capture.received(Path(file), within)
            if (
                archiving.existing_source(self.log, self._streams, content, subject, archiving.Description({}, record=record))
                is None
            ):
                self.extracted(content, kind, str(file), encoding=encoding, record=record)
        except (GivenUp, DatabaseRefused):
            raise
        except TimelineError:
            return

    def extract_again(
        self, id: str, *, as_: str | None = None, encoding: str | None = None, record: str | None = None
    ) -> ArchivedSource:
        """Read the text of a source's document anew, with today's extractor.

        The same text appends nothing and answers with the source that has it. Another is archived as a source of its own, with the
        same bytes and bibliography, under `as_` or an id that is made of this one's; what cites the old text stays as it is. It is
        read as before, unless an encoding, or a record of a WARC, is given. Raises UnknownSource, Redacted, or DocumentUnreadable.
        """
        content, known = archiving.bytes_and_statement(self.log, self._streams, id)
        if known["extractor"] == extractors.GIVEN:
            return archiving.source(self.log, self._streams.past(stream("source", id))[-1])
        document = archiving.read_again(content, known, id, encoding, record)
        with self.transaction():
            return archiving.archive_other_text(self.log, self._streams, id, as_, document)

    def archived(self, sha256: str) -> list[ArchivedSource]:
        """List the sources whose document has these bytes, by their SHA-256 in hex, the one that was archived first first."""
        return [archiving.source(self.log, event) for event in archiving.archived_events(self.log, sha256)]
