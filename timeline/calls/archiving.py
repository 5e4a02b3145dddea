"""The calls that archive documents, and extract their texts again.

Owns their parameters. Must not decide which source a document already has (`timeline.archiving` does), nor read documents itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from timeline import archiving, capture, documents
from timeline.archived_source import ArchivedSource
from timeline.calls import faults, keywords, python_dates
from timeline.calls.open_timeline import Opened
from timeline.calls.python_dates import DateLike
from timeline.capture.read_ahead import ReadAhead, ReadAheadLimit
from timeline.documents import extractors
from timeline.errors import DatabaseRefused, StatementInvalid, TimelineError
from timeline.model import SourceFields, Step, stream


class Archiving(Opened):
    """The archiving calls of a timeline."""

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
        collected_by: str | None = None,
        collected_at: DateLike | None = None,
        collected_from: str | None = None,
        collected_with: str | None = None,
        collection_note: str | None = None,
        custody: Sequence[str | Mapping[str, Any] | Step] | None = None,
        text: str | None = None,
        transcript: str | None = None,
        encoding: str | None = None,
        record: str | None = None,
        ocr: str | None = None,
        media_type: str | None = None,
        as_found: bool = False,
        base64: str | None = None,
        extractor: str | None = None,
        within: Sequence[Path] | None = None,
        expected_version: int | None = None,
    ) -> ArchivedSource:
        """Archive a document, from a file or as a text, and return the source, to quote from.

        The same bytes and fields under the same id append nothing, even if a later extractor would read another text. The
        document's own title, author and so on are in `found` of the returned source.

        Parameters:
            file: the path of the document. Give either a file or a text.
            id: the permanent id of the source: letters, digits, "-", "." and "_". Without it, the source that has the same
                bytes is returned, or an id is made from the file's name.
            title: the title of the document.
            publisher: who published it.
            author: who wrote it.
            published: when it was published: a `datetime.date`, or EDTF such as "2025-11-28" or "2025-11".
            url: its web address, with http:// or https://. It is recorded, not visited.
            language: a BCP 47 tag, such as "en" or "ar-MA".
            collected_by: who obtained it.
            collected_at: when, to the second if that is known: a `datetime`, or EDTF such as "2025-11-28T09:30:00Z".
            collected_from: from where: an address, an archive and its shelf mark, a person.
            collected_with: with what: a program and its version, a camera, a scanner.
            collection_note: anything else about how it was obtained.
            custody: what was done with it since, in order: [{"when": "2025-11-29", "who": "…", "what": "…"}].
            text: the text itself, if there is no file.
            transcript: the text that a person made of the file: of a recording, a scan or a picture. It is marked as such.
            encoding: the encoding of a plain text, if it is not recognised: "cp1252".
            record: the address or id of the document to read from a WARC or WACZ.
            ocr: the languages in which Tesseract recognises the text of a picture, or of the pages of a PDF that have none:
                "fra+ara". It is marked as such.
            media_type: such as "text/plain", if the file's name does not show it.
            as_found: True fills the omitted fields from the document itself.
            base64: with `text` and `extractor`, the bytes of a document from an export. They are read again, and a text that
                cannot be compared is marked.
            extractor: the extractor that read the text of an exported document.
            within: one of these folders must hold the file, with all links followed. None: it may be anywhere.
            expected_version: 0 refuses an id that is taken.

        Raises DocumentUnreadable, OutsideFolder, StatementInvalid, AlreadyRecorded (the id has another document or other fields)
        or VersionConflict; then nothing is archived.

        Example:
            >>> timeline.archive(text="It sat for four days.", id="minutes", title="Minutes", published="2025-11-28")
            <source/minutes@1: Minutes, 2025-11-28>
        """
        subject = stream("source", id) if id is not None else None
        fields: Any = python_dates.read(keywords.given(locals(), SourceFields.__annotations__, omitted=None), subject or "source")
        if (file is None) == (text is None):
            raise StatementInvalid.in_fields(subject or "source", (("file", "give either a file or a text"),))
        exported = base64 is not None or extractor is not None
        for keyword, value in (("encoding", encoding), ("record", None if exported else record), ("ocr", ocr)):
            if text is not None and value is not None:
                reason = "is only for files, and a text is given. Leave it out, or name the file"
                raise StatementInvalid.in_fields(subject or "source", ((keyword, reason),))
        if record is not None and record.startswith("http"):
            fields.setdefault("url", record)
        if transcript is not None and (file is None or exported or any(one is not None for one in (encoding, record, ocr))):
            reason = "is of a whole file. Name the file, and leave out base64, extractor, encoding, record and ocr"
            raise StatementInvalid.in_fields(subject or "source", (("transcript", reason),))
        exactly = exported or transcript is not None
        statement = archiving.Description(
            fields, media_type, as_found, Path(file or "").name, exactly=exactly, record=record, ocr=ocr
        )
        if file is not None and transcript is not None:
            documents.refuse_address(str(file))
            document = capture.transcribed(Path(file), transcript, within)
        elif file is not None and not exported:
            documents.refuse_address(str(file))
            content, kind = capture.received(Path(file), within, ocr=ocr is not None)
            if (existing := archiving.existing_source(self.log, self._streams, content, subject, statement)) is not None:
                return existing
            document = self.extracted(content, kind, str(file), encoding=encoding, record=record, ocr=ocr)
        elif exported:
            exported_document = archiving.from_export(text, base64, extractor, media_type, subject or "source")
            late = self._ahead is not None and self._ahead.closed
            document = self._exported_texts.marked(exported_document, fields.get("url"), subject, late=late)
        else:
            document = documents.from_text(text or "")
        with self.transaction():
            return archiving.archive(self.log, self._streams, document, subject, statement, expected_version)

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
        collected_by: str | None = None,
        collected_at: DateLike | None = None,
        collected_from: str | None = None,
        collected_with: str | None = None,
        collection_note: str | None = None,
        custody: Sequence[str | Mapping[str, Any] | Step] | None = None,
        name: str = "",
        record: str | None = None,
        media_type: str | None = None,
        as_found: bool = False,
        expected_version: int | None = None,
    ) -> ArchivedSource:
        """Archive a document that has already been read, with its bytes and its text. Raises what `archive` raises.

        Parameters:
            document: the bytes and the text.
            id: as in `archive`.
            title: the title of the document.
            publisher: who published it.
            author: who wrote it.
            published: when it was published: a `datetime.date`, or EDTF such as "2025-11-28" or "2025-11".
            url: its web address, with http:// or https://. It is recorded, not visited.
            language: a BCP 47 tag, such as "en" or "ar-MA".
            collected_by: who obtained it.
            collected_at: when, to the second if that is known: a `datetime`, or EDTF such as "2025-11-28T09:30:00Z".
            collected_from: from where: an address, an archive and its shelf mark, a person.
            collected_with: with what: a program and its version, a camera, a scanner.
            collection_note: anything else about how it was obtained.
            custody: what was done with it since, in order: [{"when": "2025-11-29", "who": "…", "what": "…"}].
            name: the file's name, to make an id from if none is given.
            record: the address or id of the document that was read from a WARC or WACZ.
            media_type: as in `archive`.
            as_found: as in `archive`.
            expected_version: as in `archive`.
        """
        subject = stream("source", id) if id is not None else None
        fields: Any = python_dates.read(keywords.given(locals(), SourceFields.__annotations__, omitted=None), subject or "source")
        ocr = extractors.ocr(document.extractor)
        statement = archiving.Description(fields, media_type, as_found, name, record=record, ocr=ocr)
        with self.transaction():
            return archiving.archive(self.log, self._streams, document, subject, statement, expected_version)

    def extracted(
        self,
        content: bytes,
        media_type: str,
        name: str,
        *,
        encoding: str | None = None,
        record: str | None = None,
        ocr: str | None = None,
    ) -> documents.Document:
        """Read a document; within `reading_ahead`, return the earlier result. Raises DocumentUnreadable."""
        read = self._ahead.document if self._ahead is not None else capture.from_bytes
        return read(content, media_type, name, encoding=encoding, record=record, ocr=ocr)

    @contextmanager
    def reading_ahead(self) -> Iterator[ReadAhead]:
        """Within the block, read documents before anything is written; once closed, only those documents can be archived."""
        former = self._ahead
        with ReadAhead(self.log.project.resolve()) as ahead:
            self._ahead = ahead
            try:
                yield ahead
            finally:
                self._ahead = former

    def read_ahead(self, entry: Mapping[str, Any], *, within: Sequence[Path] | None = None) -> None:
        """Read the document of an entry before it is appended, so that no other writer waits meanwhile.

        An unreadable document is reported when the entry is appended. Raises only ReadAheadLimit and DatabaseRefused.
        """
        fields = entry.get("source") if isinstance(entry, Mapping) else None  # appending reports anything that is not an entry
        if self._ahead is None or not isinstance(fields, Mapping) or not isinstance(file := fields.get("file"), str | Path):
            return
        if any(fields.get(name) is not None for name in ("text", "base64", "extractor", "transcript")):
            return
        encoding, record, ocr = fields.get("encoding"), fields.get("record"), fields.get("ocr")
        try:
            subject = None if (id := fields.get("id", "")) is None else stream("source", id)
            content, kind = capture.received(Path(file), within, ocr=ocr is not None)
            described = archiving.Description({}, record=record, ocr=ocr)
            if archiving.existing_source(self.log, self._streams, content, subject, described) is None:
                self.extracted(content, kind, str(file), encoding=encoding, record=record, ocr=ocr)
        except (ReadAheadLimit, DatabaseRefused):
            raise
        except TimelineError:
            return

    def extract_again(
        self, id: str, *, as_: str | None = None, encoding: str | None = None, record: str | None = None, ocr: str | None = None
    ) -> ArchivedSource:
        """Extract the text of a source's document again, with today's extractor.

        The same text appends nothing, and the source that has it is returned. Another text is archived as a separate source, with
        the same bytes and bibliography, under `as_` or an id made from this one's; citations of the old text do not change. The
        encoding, the record of a WARC and the languages of OCR are as before, unless given.

        Raises UnknownSource, Redacted, or DocumentUnreadable.
        """
        content, known = archiving.bytes_and_statement(self.log, self._streams, id)
        if known["extractor"] == extractors.GIVEN:
            return archiving.source(self.log, self._streams.past(stream("source", id))[-1])
        document = archiving.read_again(content, known, id, encoding, record, ocr)
        with self.transaction():
            return archiving.archive_other_text(self.log, self._streams, id, as_, document)

    def archived(self, sha256: str) -> list[ArchivedSource]:
        """Return the sources whose document has this SHA-256 (in hex), in the order in which they were archived."""
        return [archiving.source(self.log, event) for event in archiving.archived_events(self.log, sha256)]
