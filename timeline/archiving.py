"""Archiving: which source a document becomes, or has become already, and what is taken of what it says of itself.

Owns the ids made from names, how the same bytes are known again, and that a later extractor changes nothing that stands.
Must not extract anything, and writes no event itself: `streams` does.
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

from timeline import capture, documents, extractors, redaction, statements
from timeline import fields as names
from timeline.archived import ArchivedSource
from timeline.capture.comparing import Comparing, Outcome
from timeline.documents import Document
from timeline.errors import DocumentUnreadable, Redacted, StatementInvalid, TimelineError
from timeline.extractors import DECODED, GIVEN
from timeline.log import Event, Log
from timeline.model import Source, SourceFields, check, stream
from timeline.streams import Streams

TOGETHER = ("text", "base64", "extractor", "media_type")
_MAY_BE_FOUND = tuple(SourceFields.__annotations__)
_SUFFIXES = re.compile(r"(\.warc|\.tar)?(\.[A-Za-z0-9]{1,8})?$")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a document that is to be archived: its bibliography, as given, and what else was given.

    `as_found`: the document itself tells the fields that were left out. `name` is what an id is made of. `exactly`: its text
    was given, so that another text of the same bytes is another source's. `record` is what is meant in a WARC.
    """

    fields: Mapping[str, Any]
    media_type: str | None = None
    as_found: bool = False
    name: str = ""
    exactly: bool = False
    record: str | None = None


def exported(text: str | None, content: str | None, extractor: str | None, media_type: str | None, subject: str) -> Document:
    """Take a document as an export tells it: its bytes in base64, and the text that was taken from them, by what."""
    if text is None or content is None or extractor is None or media_type is None:
        missing = [n for n, given in zip(TOGETHER, (text, content, extractor, media_type), strict=True) if given is None]
        reason = f"stands without {' and '.join(missing)}. Give {', '.join(TOGETHER)} together, or name a file"
        raise StatementInvalid.in_fields(subject, (("base64" if content is not None else "extractor", reason),))
    try:
        found = b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        reason = "is not base64 (RFC 4648). Write the bytes of the document so, or name its file"
        raise StatementInvalid.in_fields(subject, (("base64", reason),)) from None
    if len(found) > documents.MAXIMUM_BYTES:
        raise DocumentUnreadable(subject, f"larger than {documents.MAXIMUM_BYTES // 1_000_000} MB. Archive the part that you cite")
    documents.from_text(text)  # refuses what could not be quoted
    if len(extractor) > extractors.LONGEST or not extractor.isprintable():
        reason = f"is not a line of at most {extractors.LONGEST:,} characters. Give it as it was exported"
        raise StatementInvalid.in_fields(subject, (("extractor", reason),))
    if (otherwise := documents.misread(found, text, extractor)) is not None:
        raise StatementInvalid.in_fields(subject, (("text", f"{otherwise}. Give text and bytes as they were exported"),))
    return Document(found, text, media_type, extractor)


class Texts:
    """Whether texts that came with their documents are what is read in these. Each is read once, before anything is written."""

    def __init__(self, log: Log) -> None:
        """Pass over those that stand in a log."""
        self._log = log
        self._known: dict[tuple[str, ...], Outcome] = {}

    def compare(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Read the documents among entries that are to be appended. Nothing that is wrong with an entry is told."""
        with Comparing() as comparing:
            for entry in entries:
                fields = entry.get("source") if isinstance(entry, Mapping) else None
                if not isinstance(fields, Mapping) or not all(isinstance(fields.get(name), str) for name in ("id", *TOGETHER)):
                    continue
                try:
                    subject = stream("source", fields["id"])
                    document = exported(fields["text"], fields["base64"], fields["extractor"], fields["media_type"], subject)
                except TimelineError:
                    continue
                if self._is_new(subject) and not _needs_no_reading(document.extractor):
                    self._read(document, fields.get("url"), comparing)

    def marked(self, document: Document, url: str | None, subject: str | None, *, late: bool = False) -> Document:
        """Give the document, marked where its text could not be compared. Raises StatementInvalid where it is another text.

        So it does, where it is too `late` to read a document, for one that was not compared before.
        """
        key = _key(document)
        if not self._is_new(subject) or _needs_no_reading(document.extractor):
            return document
        if key not in self._known and late:
            reason = "was changed while it was being read. Append it again"
            raise StatementInvalid.in_fields(subject or "source", (("text", reason),))
        if key not in self._known:
            with Comparing() as comparing:
                self._read(document, url, comparing)
        outcome = self._known[key]
        if outcome == "different":
            reason = (
                "is not the text that its extractor reads in these bytes. Give it as it was exported, or archive the file itself"
            )
            raise StatementInvalid.in_fields(subject or "source", (("text", reason),))
        return document if outcome == "same" else replace(document, extractor=extractors.as_given(document.extractor))

    def _read(self, document: Document, url: str | None, comparing: Comparing) -> None:
        key = _key(document)
        if key not in self._known:
            found = comparing.compare(document.bytes, document.text, document.extractor, document.media_type, url)
            self._known[key] = found.outcome

    def _is_new(self, subject: str | None) -> bool:
        """Whether nothing stands under an id: what does is not changed by this, nor read again."""
        return subject is None or self._log.version(subject) == 0


def _key(document: Document) -> tuple[str, ...]:
    hashes = (sha256(content).hexdigest() for content in (document.bytes, document.text.encode()))
    return (*hashes, document.extractor, document.media_type)


def _needs_no_reading(extractor: str) -> bool:
    """Whether a text was compared when its parts were put together, or says itself that it was not."""
    return extractor == GIVEN or extractor.startswith(DECODED) or extractors.is_as_given(extractor)


def source(log: Log, event: Event, found: Mapping[str, str] | None = None) -> ArchivedSource:
    """Give the source that an event is of, whose text is read from the archive when it is asked for."""
    statement = event.payload.get("statement", {})
    said = {name: statement.get(name) for name in (*names.BIBLIOGRAPHY, *names.DOCUMENT)}
    return ArchivedSource(event.subject, event, **said, found=found or {}, read=log.document)


def unread(log: Log, streams: Streams, content: bytes, subject: str | None, said: Said) -> ArchivedSource | None:
    """Find the source that stands for a file's bytes, without reading a text from them; None where that is to be read."""
    event = standing(log, streams, subject, sha256(content).hexdigest(), said)
    return None if event is None else source(log, event)


def holding(log: Log, sha256: str) -> list[Event]:
    """Read the events that archived a document of these bytes, the first one first; those not yet projected too."""
    positions = log.connection.execute(
        "SELECT first.position FROM sources JOIN events AS first ON first.stream = 'source/' || sources.id AND first.version = 1"
        " WHERE sources.sha256 = ?1 UNION"
        " SELECT position FROM events WHERE position > (SELECT position FROM projected) AND type = 'SourceArchived'"
        " AND json_extract(data, '$.statement.sha256') = ?1 ORDER BY 1",
        (sha256,),
    )
    events = (log.event(position) for (position,) in positions.fetchall())
    return [event for event in events if event is not None and event.data is not None]


def standing(log: Log, streams: Streams, subject: str | None, sha256: str, said: Said, text: str | None = None) -> Event | None:
    """Find the event that stands for a document of these bytes, under an id or whichever; None where there is none to be told.

    Its text was read once and for all: what a later extractor makes of the bytes is not asked, unless a text was decoded or
    given as such, so that `text`, the SHA-256 of what is read now, must be the same. Raises AlreadyRecorded where other things
    are said of it now, or AlreadyRedacted.
    """
    if subject is not None:
        first = log.first(subject)
        streams.refuse_redacted(first)
        events = [] if first is None else [first]
    else:
        events = holding(log, sha256)
    events = [event for event in events if _is_of(event, sha256, text, said)]
    if not events:
        return None
    whole = subject is not None and "title" in said.fields and not said.as_found
    for event in events:
        stands = event.payload["statement"]
        if whole:
            same = statements.of_standing_source(said.fields, stands, said.media_type, event.stream) == stands
        else:
            last = log.last(event.stream)
            now = last.payload.get("statement", stands) if last is not None else stands
            same = _agrees(said, stands, event.stream) or _agrees(said, now, event.stream)
        if same:
            return event
    stands = events[0].payload["statement"]
    fields = said.fields if whole else {**_bibliography(stands), **said.fields}
    statement = statements.of_standing_source(fields, stands, said.media_type, events[0].stream)
    raise statements.taken(events[0].stream, events[0], statement)


def archive(
    log: Log, streams: Streams, document: Document, subject: str | None, said: Said, expected: int | None
) -> ArchivedSource:
    """Archive a document, or find the source that stands for it. The caller holds the transaction."""
    hash_ = sha256(document.bytes).hexdigest()
    found = sound(document)
    event = standing(log, streams, subject, hash_, said, sha256(document.text.encode()).hexdigest())
    if event is None:
        subject = subject or f"source/{free_id(log, said.name, hash_)}"
        fields = {**(found if said.as_found else {}), **said.fields}
        if "title" not in fields:
            raise StatementInvalid.in_fields(subject, (("title", untitled(found)),))
        statement = statements.of_source(fields, document, said.media_type, subject)
        known = log.version(subject) > 0
        event = streams.begin(subject, "SourceArchived", statement, expected)
        for content in (document.bytes, document.text.encode()):
            if not (known and log.document_redaction(sha256(content).hexdigest())):
                log.keep(content)
    return source(log, event, found)


def untitled(found: Mapping[str, str]) -> str:
    """Say that a title is missing, and which the document gives itself."""
    if "title" in found:
        return f'is missing. Give it, or take what the document says, "{found["title"][:80]}": as_found=True'
    return "is missing. Give it: the document tells none"


def sound(document: Document) -> dict[str, str]:
    """Give what a document says of itself, as far as it is in the form that a source's fields have."""
    found = {}
    for name, value in document.facts.items():
        if name in _MAY_BE_FOUND and value:
            try:
                fields = {"title": "?", name: value, "media_type": "a/b", "sha256": "", "text_sha256": "", "extractor": ""}
                found[name] = str(getattr(check(Source, fields, "?"), name))
            except TimelineError:
                continue
    return found


def free_id(log: Log, name: str, sha256: str) -> str:
    """Make an id of a file's name or an address that no source has; of the hash, where nothing of the name can stand in an id."""
    base = _plain(name) or f"source-{sha256[:12]}"
    return base if log.version(f"source/{base}") == 0 else _numbered(log, base)


def again(log: Log, streams: Streams, id: str, as_: str | None, document: Document) -> ArchivedSource:
    """Archive another text of a source's bytes as a source of its own, unless one has it. The caller holds the transaction."""
    known = streams.said(streams.last(stream("source", id)))
    text_sha256 = sha256(document.text.encode()).hexdigest()
    events = holding(log, known["sha256"])
    for event in events:
        if event.payload["statement"]["text_sha256"] == text_sha256 and as_ in (None, event.stream.partition("/")[2]):
            return source(log, event, sound(document))
    base = events[0].stream.partition("/")[2] if events else id
    new = as_ or _numbered(log, base)
    subject = stream("source", new)
    statement = statements.of_source(_bibliography(known), document, known["media_type"], subject)
    event = streams.begin(subject, "SourceArchived", statement, None)
    log.keep(document.text.encode())
    return source(log, event, sound(document))


def read_again(
    content: bytes, known: statements.Statement, id: str, encoding: str | None = None, record: str | None = None
) -> Document:
    """Read a document that stands in the archive as it would be read today. Raises DocumentUnreadable."""
    was, media_type = extractors.reading(known["extractor"]), known["media_type"]
    if was is not None and was.media_type in capture.EXTRACTED:
        media_type, encoding, record = was.media_type, encoding or was.encoding, record or was.record
    encoding, url = encoding or (None if was else extractors.encoding(known["extractor"])), known.get("url")
    if record is None and media_type == capture.WARC and url is not None:
        try:
            return capture.from_bytes(content, media_type, id, encoding=encoding, record=url)
        except DocumentUnreadable:  # its address is not the one that the WARC has it under
            pass
    return capture.from_bytes(content, media_type, id, encoding=encoding, record=record)


def kept(log: Log, streams: Streams, id: str) -> tuple[bytes, statements.Statement]:
    """Read the bytes of a source and what is said of it now. Raises UnknownSource, or Redacted."""
    subject = stream("source", id)
    statement = streams.said(streams.last(subject))
    content = log.document(redaction.named(log, id).get("sha256", ""))
    if content is None:
        raise Redacted(subject, "its document is not in the archive: it was redacted, or taken out, so nothing can be read from it")
    return content, statement


def _is_of(event: Event, sha256: str, text: str | None, said: Said) -> bool:
    """Whether an event is of these bytes, and of this text where that does not depend on an extractor."""
    stands = event.payload["statement"]
    extractor = stands["extractor"]
    fixed = said.exactly or _needs_no_reading(extractor) or said.record not in (None, stands.get("url"))
    return stands["sha256"] == sha256 and (not fixed or stands["text_sha256"] == text)


def _agrees(said: Said, stands: statements.Statement, subject: str) -> bool:
    """Whether all that is given stands so."""
    fields = {**_bibliography(stands), **said.fields}
    return statements.of_standing_source(fields, stands, said.media_type, subject) == stands


def _bibliography(statement: statements.Statement) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name in _MAY_BE_FOUND}


def _plain(name: str) -> str:
    stem = _SUFFIXES.sub("", PurePath(name.replace("\\", "/")).name) or name
    letters = "".join(one for one in unicodedata.normalize("NFKD", stem) if unicodedata.category(one) != "Mn")
    return re.sub(r"[^A-Za-z0-9._]+", "-", letters).strip("-._").lower()[:180].rstrip("-._")


def _numbered(log: Log, base: str) -> str:
    """Put a number to an id under which no source has it: the one after a number that is taken, found in few steps."""
    taken, free = 1, 2
    while log.version(f"source/{base[:190]}-{free}"):
        taken, free = free, 2 * free
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if log.version(f"source/{base[:190]}-{middle}") else (taken, middle)
    return f"{base[:190]}-{free}"
