"""Check whether a stored text is the text of its document, as far as this computer can tell.

Owns how the document is read for that: as the extractor's name says, or else as it would be read today. Must not decide what a
difference means.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from timeline import capture, documents
from timeline.capture.sandbox import Reader, ReadingAborted
from timeline.documents import extractors
from timeline.documents.document import Document
from timeline.documents.extractors import Reading
from timeline.errors import DocumentUnreadable, ExtraMissing

Outcome = Literal["same", "different", "unlike", "unread"]
PATIENCE: Final = 5  # aborted documents after which no more are read
_ENOUGH: Final = f"reading {PATIENCE} others failed midway, so this one was not tried"


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of a comparison.

    `same`: the texts are equal, whichever extractor read it. `different`: the very extractor that is named reads another text.
    `unlike`: another extractor reads another text, which shows nothing. `unread`: the document could not be read, for `reason`.
    """

    outcome: Outcome
    reason: str = ""


class Comparing:
    """Compares texts with their documents, one after another. Use it as a context manager."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._broken = 0
        self._missing: dict[tuple[str, str | None], ExtraMissing] = {}  # by media type and languages that cannot be read here

    def __enter__(self) -> "Comparing":
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.end()

    def compare(self, content: bytes, text: str, extractor: str, media_type: str, url: str | None) -> Compared:
        """Read a document again, and compare the text. A difference is confirmed with a fresh process."""
        result = self._compared(content, text, extractor, media_type, url)
        if result.outcome == "different":
            self._reader.end()
            result = self._compared(content, text, extractor, media_type, url)
        return result

    def _compared(self, content: bytes, text: str, extractor: str, media_type: str, url: str | None) -> Compared:
        reason, unlike = "", False
        for one in _readings(extractor, media_type, url):
            if self._broken >= PATIENCE:
                return Compared("unread", _ENOUGH)
            try:
                document = self._document(content, one)
            except ReadingAborted as error:
                self._broken += 1
                return Compared("unread", error.reason)
            except DocumentUnreadable as error:
                reason = reason or error.reason
                continue
            if document.text == text:
                return Compared("same")
            if extractors.is_same(document.extractor, extractor):
                return Compared("different")
            unlike = True
        if _is_plain(content, text, media_type):
            return Compared("same")
        return Compared("unlike") if unlike else Compared("unread", reason)

    def _document(self, content: bytes, one: Reading) -> Document:
        if one.media_type not in capture.EXTRACTED and one.ocr is None:
            return capture.from_bytes(content, one.media_type, _NAME, encoding=one.encoding, record=one.record)
        if (key := (one.media_type, one.ocr)) in self._missing:
            raise self._missing[key]
        try:
            return capture.from_bytes(
                content, one.media_type, _NAME, encoding=one.encoding, record=one.record, ocr=one.ocr, reader=self._reader
            )
        except ExtraMissing as error:
            self._missing[key] = error
            raise


_NAME: Final = "the document"


def _readings(extractor: str, media_type: str, url: str | None) -> Iterator[Reading]:
    """Yield the ways in which the document may have been read."""
    if (recorded := extractors.reading(extractor)) is not None:
        yield recorded
        return
    kind = media_type.lower().split(";")[0].strip()
    records = (url, None) if kind in capture.HOLDING_SEVERAL and url is not None else (None,)
    for record in records:
        for encoding in dict.fromkeys((None, extractors.encoding(extractor))):
            yield Reading(kind, encoding, record)


def _is_plain(content: bytes, text: str, media_type: str) -> bool:
    """Return whether the bytes are the text itself, for a document that needs no extractor."""
    if media_type.lower().split(";")[0].strip() in capture.EXTRACTED:
        return False
    try:
        return content.decode(documents.marked(content) or "utf-8") == text
    except UnicodeDecodeError:
        return False
