"""Archive a document as a source, or find the source that already has it.

Owns the ids made from names, the recognition of known bytes, the use of a document's own details, and the rule that a later
extractor changes no existing source. Must not extract text, nor write events: `streams` does.
"""

import binascii
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from timeline import capture, documents, redaction, statements
from timeline import fields as names
from timeline.already_recorded import already_recorded
from timeline.any_log import AnyLog
from timeline.archived_source import ArchivedSource
from timeline.capture.text_comparison import Comparing, Outcome
from timeline.documents import extractors
from timeline.documents.document import Document
from timeline.errors import DocumentUnreadable, Redacted, StatementInvalid, TimelineError
from timeline.log.event import Event
from timeline.model import Source, SourceFields, check, stream
from timeline.streams import Streams

TOGETHER = ("text", "base64", "extractor", "media_type")
_FIELDS = tuple(SourceFields.__annotations__)
_SUFFIXES = re.compile(r"(\.warc|\.tar)?(\.[A-Za-z0-9]{1,8})?$")


@dataclass(frozen=True, slots=True)
class Description:
    """The description given for a document to archive: its bibliography, and how to archive it.

    `as_found`: fill missing fields from the document's own details. `name`: the basis of an id. `exactly`: the text was given, so
    another text of the same bytes belongs to another source. `record`: the record in a WARC. `ocr`: the languages in which its text
    is recognised.
    """

    fields: Mapping[str, Any]
    media_type: str | None = None
    as_found: bool = False
    name: str = ""
    exactly: bool = False
    record: str | None = None
    ocr: str | None = None


def from_export(text: str | None, content: str | None, extractor: str | None, media_type: str | None, subject: str) -> Document:
    """Return a document from the fields of an export: its bytes in base64, its text, and the extractor of the text."""
    if text is None or content is None or extractor is None or media_type is None:
        missing = [n for n, given in zip(TOGETHER, (text, content, extractor, media_type), strict=True) if given is None]
        reason = f"is given without {' and '.join(missing)}. Give {', '.join(TOGETHER)} together, or name a file"
        raise StatementInvalid.in_fields(subject, (("base64" if content is not None else "extractor", reason),))
    try:
        bytes_ = b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        reason = "is not base64 (RFC 4648). Encode the bytes of the document, or name its file"
        raise StatementInvalid.in_fields(subject, (("base64", reason),)) from None
    if len(bytes_) > documents.MAXIMUM_IMPORTED:
        raise documents.too_large(subject, documents.MAXIMUM_IMPORTED)
    if extractor not in extractors.WITHOUT_TEXT:
        documents.from_text(text)  # refuses a text that could not be quoted
    if len(extractor) > extractors.LONGEST or not extractor.isprintable():
        reason = f"is not a line of at most {extractors.LONGEST:,} characters. Give it as it was exported"
        raise StatementInvalid.in_fields(subject, (("extractor", reason),))
    if (fault := documents.misread(bytes_, text, extractor)) is not None:
        raise StatementInvalid.in_fields(subject, (("text", f"{fault}. Give text and bytes as they were exported"),))
    return Document(bytes_, text, media_type, extractor)


class ExportedTexts:
    """Compares texts that came with their documents with those documents. Each is read once, before anything is written."""

    def __init__(self, log: AnyLog) -> None:
        """Skip the sources that are already in a log."""
        self._log = log
        self._known: dict[tuple[str, ...], Outcome] = {}

    def compare(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Compare the documents of the entries to be appended. Ignore entries with faults."""
        with Comparing() as comparing:
            for entry in entries:
                fields = entry.get("source") if isinstance(entry, Mapping) else None
                if not isinstance(fields, Mapping) or not all(isinstance(fields.get(name), str) for name in ("id", *TOGETHER)):
                    continue
                try:
                    subject = stream("source", fields["id"])
                    document = from_export(fields["text"], fields["base64"], fields["extractor"], fields["media_type"], subject)
                except TimelineError:
                    continue
                if self._is_new(subject) and not _needs_no_reading(document.extractor):
                    self._read(document, fields.get("url"), comparing)

    def marked(self, document: Document, url: str | None, subject: str | None, *, late: bool = False) -> Document:
        """Return the document, marked if its text could not be compared. Raises StatementInvalid if the text differs.

        `late`: it is too late to read a document, so also raise if it was not compared before.
        """
        key = _key(document)
        if not self._is_new(subject) or _needs_no_reading(document.extractor):
            return document
        if key not in self._known and late:
            reason = "changed while it was being read. Append it again"
            raise StatementInvalid.in_fields(subject or "source", (("text", reason),))
        if key not in self._known:
            with Comparing() as comparing:
                self._read(document, url, comparing)
        outcome = self._known[key]
        if outcome == "different":
            reason = (
                "is not the text that its extractor reads from these bytes. Give it as it was exported, or archive the file itself"
            )
            raise StatementInvalid.in_fields(subject or "source", (("text", reason),))
        return document if outcome == "same" else replace(document, extractor=extractors.as_given(document.extractor))

    def _read(self, document: Document, url: str | None, comparing: Comparing) -> None:
        key = _key(document)
        if key not in self._known:
            comparison = comparing.compare(document.bytes, document.text, document.extractor, document.media_type, url)
            self._known[key] = comparison.outcome

    def _is_new(self, subject: str | None) -> bool:
        """Whether an id is free. An existing source is neither changed nor read again."""
        return subject is None or self._log.version(subject) == 0


def _key(document: Document) -> tuple[str, ...]:
    hashes = (sha256(content).hexdigest() for content in (document.bytes, document.text.encode()))
    return (*hashes, document.extractor, document.media_type)


def _needs_no_reading(extractor: str) -> bool:
    """Whether a text was compared in `exported`, or is marked as not compared."""
    return extractors.is_compared_at_once(extractor) or extractors.is_given(extractor)


def source(log: AnyLog, event: Event, document_says: Mapping[str, str] | None = None) -> ArchivedSource:
    """Return the source of an event. Its text is read from the archive on first use."""
    statement = event.payload.get("statement", {})
    fields = {name: statement[name] for name in (*names.SOURCE, *names.DOCUMENT) if name in statement}
    return ArchivedSource(event.subject, event, **fields, document_says=document_says or {}, read=log.document)


def existing_source(
    log: AnyLog, streams: Streams, content: bytes, subject: str | None, description: Description
) -> ArchivedSource | None:
    """Find the source that has a file's bytes, without reading their text; None if the text must be read."""
    if log.is_withheld(hash_ := sha256(content).hexdigest()):
        return None  # so that it is read, and archived again
    event = existing_event(log, streams, subject, hash_, description)
    return None if event is None else source(log, event)


def archived_events(log: AnyLog, sha256: str) -> list[Event]:
    """Read the events that archived these bytes, oldest first, including events not projected yet."""
    return log.archived(sha256)


def existing_event(
    log: AnyLog, streams: Streams, subject: str | None, sha256: str, description: Description, text: str | None = None
) -> Event | None:
    """Find the event that archived these bytes, under one id or any id; None if there is none.

    The text of a source never changes, so a later extractor is not used. But if a text was decoded or given directly, `text`, the
    SHA-256 of the text now, must be the same. Raises AlreadyRecorded if the description differs, or AlreadyRedacted.
    """
    if subject is not None:
        first = log.first(subject)
        streams.refuse_redacted(first)
        events = [] if first is None else [first]
    else:
        events = archived_events(log, sha256)
    events = [event for event in events if _is_of(event, sha256, text, description)]
    if not events:
        return None
    complete = subject is not None and "title" in description.fields and not description.as_found
    for event in events:
        archived = event.payload["statement"]
        if complete:
            same = statements.of_archived_source(description.fields, archived, description.media_type, event.stream) == archived
        else:
            last = log.last(event.stream)
            now = last.payload.get("statement", archived) if last is not None else archived
            same = _matches(description, archived, event.stream) or _matches(description, now, event.stream)
        if same:
            return event
    archived = events[0].payload["statement"]
    fields = description.fields if complete else {**_fields(archived), **description.fields}
    statement = statements.of_archived_source(fields, archived, description.media_type, events[0].stream)
    raise already_recorded(events[0].stream, events[0], statement)


def archive(
    log: AnyLog, streams: Streams, document: Document, subject: str | None, description: Description, expected: int | None
) -> ArchivedSource:
    """Archive a document, or return the source that already has it. The caller holds the transaction."""
    hash_ = sha256(document.bytes).hexdigest()
    facts = valid_facts(document)
    text = document.text.encode()
    text = document.bytes if text == document.bytes else text
    text_hash = sha256(text).hexdigest()
    event = existing_event(log, streams, subject, hash_, description, text_hash)
    if event is not None and log.is_withheld(hash_):
        streams.keep(document.bytes)
        if text_hash == event.payload["statement"]["text_sha256"]:
            streams.keep(text)
    if event is None:
        subject = subject or f"source/{free_id(log, description.name, hash_)}"
        fields = {**(facts if description.as_found else {}), **description.fields}
        if "title" not in fields:
            raise StatementInvalid.in_fields(subject, (("title", untitled(facts)),))
        statement = statements.of_source(fields, document, description.media_type, subject)
        known = log.version(subject) > 0
        event = streams.begin(subject, "SourceArchived", statement, expected)
        for content in (document.bytes, *([] if text is document.bytes else [text])):
            if not (known and log.document_redaction(sha256(content).hexdigest())):
                streams.keep(content)
    return source(log, event, facts)


def untitled(facts: Mapping[str, str]) -> str:
    """Return the message for a missing title, with the document's own title if it has one."""
    if "title" in facts:
        return f'is missing. Give it, or use the document\'s own, "{facts["title"][:80]}": as_found=True'
    return "is missing. Give it: the document has none"


def valid_facts(document: Document) -> dict[str, str]:
    """Return the document's own details that are valid fields of a source."""
    facts = {}
    for name, value in document.facts.items():
        if name in _FIELDS and value:
            try:
                fields = {"title": "?", name: value, "media_type": "a/b", "sha256": "", "text_sha256": "", "extractor": ""}
                facts[name] = str(getattr(check(Source, fields, "?"), name))
            except TimelineError:
                continue
    return facts


def free_id(log: AnyLog, name: str, sha256: str) -> str:
    """Make an unused id from a file name or an address; from the hash, if the name has no usable letters."""
    base = _id_letters(name) or f"source-{sha256[:12]}"
    return base if log.version(f"source/{base}") == 0 else _numbered(log, base)


def archive_other_text(log: AnyLog, streams: Streams, id: str, as_: str | None, document: Document) -> ArchivedSource:
    """Archive another text of a source's bytes as a new source, unless one has it. The caller holds the transaction."""
    known = streams.statement(streams.last(stream("source", id)))
    text_sha256 = sha256(document.text.encode()).hexdigest()
    events = archived_events(log, known["sha256"])
    for event in events:
        if event.payload["statement"]["text_sha256"] == text_sha256 and as_ in (None, event.stream.partition("/")[2]):
            return source(log, event, valid_facts(document))
    base = events[0].stream.partition("/")[2] if events else id
    new = as_ or _numbered(log, base)
    subject = stream("source", new)
    statement = statements.of_source(_fields(known), document, known["media_type"], subject)
    event = streams.begin(subject, "SourceArchived", statement, None)
    streams.keep(document.text.encode())
    return source(log, event, valid_facts(document))


def read_again(
    content: bytes,
    known: statements.Statement,
    id: str,
    encoding: str | None = None,
    record: str | None = None,
    ocr: str | None = None,
) -> Document:
    """Read an archived document with today's extractor. Raises DocumentUnreadable."""
    was, media_type = extractors.reading(known["extractor"]), known["media_type"]
    ocr = ocr or (was.ocr if was else None)
    if was is not None and (was.media_type in capture.EXTRACTED or was.ocr):
        media_type, encoding, record = was.media_type, encoding or was.encoding, record or was.record
    encoding, url = encoding or (None if was else extractors.encoding(known["extractor"])), known.get("url")
    if record is None and media_type in capture.HOLDING_SEVERAL and url is not None:
        try:
            return capture.from_bytes(content, media_type, id, encoding=encoding, record=url)
        except DocumentUnreadable:  # the WARC has the document under another address
            pass
    return capture.from_bytes(content, media_type, id, encoding=encoding, record=record, ocr=ocr)


def bytes_and_statement(log: AnyLog, streams: Streams, id: str) -> tuple[bytes, statements.Statement]:
    """Read the bytes of a source and its current statement. Raises UnknownSource, or Redacted."""
    subject = stream("source", id)
    statement = streams.statement(streams.last(subject))
    named = redaction.document_hashes(log, id)
    content = log.document(named.get("sha256", ""))
    if content is None:
        raise Redacted(subject, f"its document is not in the archive: it was {why_absent(log, named)}")
    return content, statement


def why_absent(log: AnyLog, named: Mapping[str, str]) -> str:
    """Word why the document with these hashes is not in the archive, to follow "it was", and what to do."""
    if log.is_withheld(named.get("sha256", "")):
        return "withheld by the publisher of this file. Archive the document itself again under this id, then repeat"
    return "redacted, or removed, so nothing can be quoted or read from it"


def _is_of(event: Event, sha256: str, text: str | None, description: Description) -> bool:
    """Whether an event has these bytes, and also this text unless that depends on an extractor."""
    archived = event.payload["statement"]
    extractor = archived["extractor"]
    fixed = description.exactly or _needs_no_reading(extractor) or description.record not in (None, archived.get("url"))
    fixed = fixed or description.ocr != extractors.ocr(extractor)
    return archived["sha256"] == sha256 and (not fixed or archived["text_sha256"] == text)


def _matches(description: Description, statement: statements.Statement, subject: str) -> bool:
    """Whether a description agrees with a statement in every field that it gives."""
    fields = {**_fields(statement), **description.fields}
    return statements.of_archived_source(fields, statement, description.media_type, subject) == statement


def _fields(statement: statements.Statement) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name in _FIELDS}


def _id_letters(name: str) -> str:
    stem = _SUFFIXES.sub("", PurePath(name.replace("\\", "/")).name) or name
    letters = "".join(one for one in unicodedata.normalize("NFKD", stem) if unicodedata.category(one) != "Mn")
    return re.sub(r"[^A-Za-z0-9._]+", "-", letters).strip("-._").lower()[:180].rstrip("-._")


def _numbered(log: AnyLog, base: str) -> str:
    """Add a number to an id so that it is unused; a search with few steps finds one that follows a used number."""
    highest, free = 1, 2
    while log.version(f"source/{base[:190]}-{free}"):
        highest, free = free, 2 * free
    while free - highest > 1:
        middle = (highest + free) // 2
        highest, free = (middle, free) if log.version(f"source/{base[:190]}-{middle}") else (highest, middle)
    return f"{base[:190]}-{free}"
