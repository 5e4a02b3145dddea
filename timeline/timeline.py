"""The Timeline: archive, record, correct, retract, redact, prove, and read what is known or was known.

Owns what people call. Must not decide what may follow in a stream, read bundles, print, or know of the web.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from sqlite_utils import Database

from timeline import (
    archiving,
    bounds,
    capture,
    checkpoints,
    documents,
    extractors,
    instants,
    projections,
    quotes,
    redaction,
    statements,
)
from timeline.archived import ArchivedSource
from timeline.capture.ahead import Ahead, GivenUp
from timeline.errors import (
    DatabaseRefused,
    Redacted,
    RedactionUnfinished,
    StatementInvalid,
    TimelineError,
    UnknownEvent,
)
from timeline.log import Event, Log
from timeline.merkle import Key, Note, Proof, Signature
from timeline.model import (
    Author,
    HappeningFields,
    HappeningVersion,
    Reason,
    RedactedVersion,
    SourceFields,
    check,
    stream,
)
from timeline.signing import SigningKey
from timeline.streams import Streams
from timeline.texts import Texts

if TYPE_CHECKING:
    from timeline.audit import Report


class Timeline:
    """A timeline file, open for appending and reading. Use it as a context manager."""

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
        """Open a timeline, or make one where there is no file.

        `by` is written into every event as its author; without it TIMELINE_BY is, or the name in the project's metadata.json
        (plugins, cited-timeline, by), or `unnamed`, which pages and exports leave out. It is never the name of a login. Raises
        DatabaseRefused or GuardsMissing where the file cannot be used; `guarded=False` looks into one whose guards are missing,
        and `rebuilding=True` opens one whose read tables another version made, to `rebuild` them.
        """
        self.by = by if by is not None else os.environ.get("TIMELINE_BY")
        if self.by is not None:
            self.by = check(Author, {"by": self.by}, "the author").by
        self.clock = clock
        self.log = Log(path, read_only=read_only, guarded=guarded)
        self.db = Database(self.log.connection)
        self._streams = Streams(self.log, self.by, clock)
        self._text = Texts(self._read_text)
        self._texts = archiving.Texts(self.log)
        self._ahead: Ahead | None = None
        projections.register(self.log.connection)
        if not read_only and guarded and not rebuilding and not projections.is_current(self.log.connection):
            try:
                self._make_read_tables()
            except TimelineError:
                self.close()
                raise

    def _make_read_tables(self) -> None:
        """Make them in a new file, unless another writer just has; refuse those of another version."""
        path = self.log.path
        with self.log.transaction():
            if projections.is_current(self.log.connection):
                return
            if projections.exist(self.log.connection):
                reason = "its read tables were made by another version of this program"
                raise DatabaseRefused(f"{path}: {reason}. Make them again: timeline rebuild --db {path}")
            projections.create(self.log.connection)

    def close(self) -> None:
        """Close the file."""
        self.log.close()

    def __enter__(self) -> Self:
        """Stay open for the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()

    # Appending

    def archive(
        self,
        file: str | Path | None = None,
        *,
        id: str | None = None,
        text: str | None = None,
        base64: str | None = None,
        extractor: str | None = None,
        encoding: str | None = None,
        record: str | None = None,
        media_type: str | None = None,
        as_found: bool = False,
        within: Sequence[Path] | None = None,
        expected_version: int | None = None,
        **fields: Unpack[SourceFields],
    ) -> ArchivedSource:
        """Archive a document with its text, from a file or as a text, and return it to quote from.

        The same bytes and fields under the same id append nothing, also where a later extractor would read another text. Without
        an id, the source that holds the same bytes answers, or one is made of the file's name. What the document says of itself is
        `found` in the answer; with `as_found` it fills the fields that were left out. `record` is the address of what is meant in a
        WARC. `text`, `base64` (its bytes), `extractor` and `media_type` together are a document as it was exported: it is read
        again, and a text that cannot be compared is marked. `within` are folders of which one must hold the file, all links
        followed; None: it may be anywhere. Raises DocumentUnreadable, OutsideFolder, StatementInvalid, AlreadyRecorded (the id
        stands for another document, or for this one told otherwise) or VersionConflict; nothing is then archived.
        """
        subject = stream("source", id) if id is not None else None
        if (file is None) == (text is None):
            raise StatementInvalid.in_fields(subject or "source", (("file", "give a file or a text, one of the two"),))
        exported = base64 is not None or extractor is not None
        for name, value in (("encoding", encoding), ("record", None if exported else record)):
            if text is not None and value is not None:
                reason = "says how a file is read, and a text is given. Leave it out, or name the file"
                raise StatementInvalid.in_fields(subject or "source", ((name, reason),))
        if record is not None and record.startswith("http"):
            fields.setdefault("url", record)
        said = archiving.Said(fields, media_type, as_found, Path(file or "").name, exactly=exported, record=record)
        if file is not None and not exported:
            content, kind = capture.received(Path(file), within)
            if (kept := archiving.unread(self.log, self._streams, content, subject, said)) is not None:
                return kept
            document = self.extracted(content, kind, str(file), encoding=encoding, record=record)
        elif exported:
            given = archiving.exported(text, base64, extractor, media_type, subject or "source")
            late = self._ahead is not None and self._ahead.closed
            document = self._texts.marked(given, fields.get("url"), subject, late=late)
        else:
            document = documents.from_text(text or "")
        with self.transaction():
            return archiving.archive(self.log, self._streams, document, subject, said, expected_version)

    def archive_document(
        self,
        document: documents.Document,
        *,
        id: str | None = None,
        name: str = "",
        record: str | None = None,
        media_type: str | None = None,
        as_found: bool = False,
        expected_version: int | None = None,
        **fields: Unpack[SourceFields],
    ) -> ArchivedSource:
        """Archive a document that was read already: its bytes as received, and its text. Raises what `archive` raises.

        `name` is what an id is made of where none is given, `record` what was read in a WARC.
        """
        subject = stream("source", id) if id is not None else None
        said = archiving.Said(fields, media_type, as_found, name, record=record)
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
            if archiving.unread(self.log, self._streams, content, subject, archiving.Said({}, record=record)) is None:
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
        content, known = archiving.kept(self.log, self._streams, id)
        if known["extractor"] == extractors.GIVEN:
            return self.source(id)
        document = archiving.read_again(content, known, id, encoding, record)
        with self.transaction():
            return archiving.again(self.log, self._streams, id, as_, document)

    def archived(self, sha256: str) -> list[ArchivedSource]:
        """List the sources whose document has these bytes, by their SHA-256 in hex, the one that was archived first first."""
        return [ArchivedSource(event.stream.partition("/")[2], event) for event in archiving.holding(self.log, sha256)]

    def record(self, id: str, *, expected_version: int | None = None, **fields: Unpack[HappeningFields]) -> Event:
        """Record a happening; what its version 1 holds already appends nothing and answers with that event.

        Raises StatementInvalid, QuoteNotFound, QuoteAmbiguous, UnknownSource, UnknownHappening (part_of, related), PartOfCircle,
        AlreadyRecorded or VersionConflict; nothing is then appended.
        """
        subject = stream("happening", id)
        self._streams.refuse_redacted(self.log.first(subject))
        statement = statements.of_happening(fields, self._text, subject)
        with self.transaction():
            return self._streams.begin(subject, "HappeningRecorded", statement, expected_version)

    def correct(self, id: str, *, reason: str, expected_version: int | None = None, **changes: Unpack[HappeningFields]) -> Event:
        """Correct a happening: the fields given replace what stands, None empties one; `reason` says why.

        The event carries the whole statement as now known. A correction that the stream already holds, with the same changes and
        reason, appends nothing. Raises what `record` raises, and AlreadyRetracted; nothing is then appended.
        """
        subject = stream("happening", id)

        def corrected(known: statements.Statement) -> statements.Statement:
            return statements.changed(known, changes, self._text, subject)

        return self._streams.correct(subject, "HappeningCorrected", corrected, list(changes), reason, expected_version)

    def correct_source(
        self, id: str, *, reason: str, expected_version: int | None = None, **changes: Unpack[SourceFields]
    ) -> Event:
        """Correct what is said about a source: its title, publisher, author, date, url or language. Its document stays.

        Raises UnknownSource, StatementInvalid or VersionConflict; nothing is then appended.
        """
        subject = stream("source", id)

        def corrected(known: statements.Statement) -> statements.Statement:
            return statements.of_corrected_source(known, changes, subject)

        return self._streams.correct(subject, "SourceCorrected", corrected, list(changes), reason, expected_version)

    def retract(self, id: str, *, reason: str, superseded_by: str | None = None, expected_version: int | None = None) -> Event:
        """Retract a happening, with the reason and, where there is one, the happening that takes its place.

        What it said stays in the log and is shown as retracted. The same retraction again appends nothing. Raises
        UnknownHappening, AlreadyRetracted, StatementInvalid or VersionConflict; nothing is then appended.
        """
        subject = stream("happening", id)
        bounds.refuse({"reason": reason}, subject)
        told = check(Reason, {"reason": reason, "superseded_by": superseded_by}, subject).model_dump(exclude_none=True)
        with self.transaction():
            last = self._streams.last(subject)
            if last.type == "HappeningRetracted":
                self._streams.refuse_redacted(last)
            data = {"statement": self._streams.said(last), **told}
            if last.type == "HappeningRetracted" and last.payload == data:
                return last
            return self._streams.follow(subject, "HappeningRetracted", last, data, expected_version)

    def redact(self, position: int, *, reason: str, keep_documents: bool = False, expected_version: int | None = None) -> Event:
        """Take away for good what the event at a position said: by law, or to protect someone. Its place, hash and proof stay.

        Every copy in the file goes too: the read tables, full-text search, journals and free pages, and documents that nobody
        else cites, unless `keep_documents`, for which another event must still name them. An EventRedacted says who, when and
        why; the same redaction again only cleans the file again. Raises UnknownEvent, StatementInvalid, Redacted (for another
        reason), or RedactionUnfinished where the file could not be cleaned; the redaction then stands, and is to be repeated.
        What others say with the same words stays: other events, and documents that they cite.
        """
        bounds.refuse({"reason": reason}, f"position {position}")
        why = check(Reason, {"reason": reason}, f"position {position}").reason
        if self._streams.writing:
            raise StatementInvalid(f"position {position}: a redaction cannot be one of several appends. Redact it by itself")
        self.log.connection.execute("PRAGMA secure_delete = ON")
        with self.log.transaction():
            event = redaction.redactable(self.log, position)
            standing = self.log.redaction(position)
            if standing is None:
                data = redaction.data(self.log, event, why, keep_documents)
                version = self.log.version(event.stream)
                standing = self._streams.store(event.stream, "EventRedacted", data, version, expected_version)
                self.log.redact(position, data["documents"])
                projections.rebuild(self.log.connection)
            elif standing.payload["reason"] != why:
                raise Redacted(f"{redaction.gone(self.log, event)} already. Repeat that reason to clean the file again")
        self._text.cache_clear()
        self._streams.corrections.forget()
        try:
            self.log.scrub()
        except (DatabaseRefused, KeyboardInterrupt) as error:
            reason = str(error).removeprefix(f"{self.log.path}: ") or "interrupted"
            raise RedactionUnfinished(
                f"position {position}: is redacted, as {standing.id} at position {standing.position} says, but the file is not"
                f" clean yet: {reason}. Repeat the redaction"
            ) from error
        return standing

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
        return self.record(fields.pop("id"), **fields)

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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Append several things as one: all of them, or none. What they refer to must be there at the end."""
        try:
            with self._streams.transaction():
                yield
        except BaseException:
            self._text.cache_clear()  # a source that was rolled back may be archived anew with another text
            raise

    def dangling(self) -> Iterator[tuple[str, TimelineError]]:
        """In a transaction: each stream appended to that refers to a happening which is not there, and how that is refused."""
        return self._streams.dangling()

    def _read_text(self, source: str) -> statements.SourceText:
        """Read the text of a source, ready to be searched."""
        subject = stream("source", source)
        first = self.log.first(subject) or self._streams.past(subject)[0]
        named = redaction.named(self.log, source)
        text = self.log.document(named.get("text_sha256", ""))
        if text is None:
            raise Redacted(
                f"{first.stream}: its text is not in the archive: it was redacted, or taken out, so nothing can be quoted"
            )
        return statements.SourceText(quotes.Text(text.decode()), **named)

    # Reading

    def source(self, id: str) -> ArchivedSource:
        """Find an archived source, to quote from. Raises UnknownSource."""
        return ArchivedSource(id, self._streams.past(stream("source", id))[-1])

    def happening(self, id: str, *, as_of: int | None = None) -> HappeningVersion:
        """Read a happening as now known, or as known at a position. Raises UnknownHappening, or Redacted."""
        last = self._streams.past(stream("happening", id), as_of)[-1]
        if last.data is None:
            raise redaction.gone(self.log, last)
        return statements.version(last)

    def history(self, id: str) -> list[HappeningVersion | RedactedVersion]:
        """Read every version of a happening, the first one first. Raises UnknownHappening."""
        past = self._streams.past(stream("happening", id))
        return [statements.version(event) if event.data is not None else redaction.version(self.log, event) for event in past]

    def events(self, after: int = 0) -> Iterator[Event]:
        """Read the log after a position, in order."""
        return self.log.events(after)

    def checkpoint(self, key: SigningKey | None = None, *, origin: str | None = None) -> Note:
        """Make the log's checkpoint (c2sp.org/tlog-checkpoint): its origin, size and root, signed where a key is given. It is kept.

        Keep it elsewhere as well: whoever has it can tell whether what it covers was changed. The origin is the key's name;
        without a key, the one it was first signed under, or one made of the hash of the first event. Raises DatabaseRefused,
        NoteInvalid, or ProofInvalid where the log does not extend an earlier checkpoint; nothing is then signed.
        """
        return checkpoints.make(self.log, key, origin, self._streams.now())

    def cosigned(self, checkpoint: Note, keys: Iterable[Key]) -> list[Signature]:
        """Keep the signatures that trusted keys have put under a checkpoint of this log, and return those passed over.

        Raises NoteInvalid or ProofInvalid where a signature or the checkpoint does not hold; nothing is then kept.
        """
        return checkpoints.keep(self.log, checkpoint, keys, self._streams.now())

    def prove(self, position: int, checkpoint: Note | None = None) -> Proof:
        """Prove that the event at a position stands in the log (c2sp.org/tlog-proof), under a checkpoint of it.

        Without one it is the last kept one that covers the event, signed if any is; or else the log's as it stands, unsigned.
        Raises UnknownEvent, or ProofInvalid where the log or the checkpoint does not bear it out.
        """
        event = self.log.event(position)
        if event is None:
            raise UnknownEvent(f"there is no event at position {position}: the log ends at {self.log.size()}")
        return checkpoints.prove(self.log, event, checkpoint or checkpoints.covering(self.log, position))

    def rebuild(self, *, tree: bool = False) -> None:
        """Derive the read tables again from the log, in one transaction.

        The tree over the log stays, and so tells of events that were altered; with `tree` it is derived again as well.
        """
        with self.log.transaction():
            projections.rebuild(self.log.connection, tree=tree)

    def verify(self, *, against: Sequence[Note] = (), keys: Sequence[Key] = ()) -> "Report":
        """Check everything that can be checked, and report what is wrong where; see timeline.audit.

        `against` are checkpoints that were kept elsewhere, to which the log must only add; `keys` those that must have signed them.
        """
        from timeline import audit  # noqa: PLC0415 - the auditor stands above what it audits

        return audit.verify(self, against=against, keys=keys)
