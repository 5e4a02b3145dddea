"""Whether a text is the one that is read in a document, as far as that can be told here.

Owns how a document is read for it: as the name of its extractor says, or else as it would be read today. Must not judge what
follows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from timeline import capture, documents, extractors
from timeline.capture.apart import BrokenOff, Reader
from timeline.documents import Document
from timeline.errors import DocumentUnreadable, ExtraMissing
from timeline.extractors import Reading

Outcome = Literal["same", "different", "unlike", "unread"]
PATIENCE: Final = 5  # documents at which reading may break off, before no more are read
_ENOUGH: Final = f"reading {PATIENCE} others broke off, so that it was not tried"


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it.

    `same` text, whatever read it; a `different` one, by the very extractor that is named; one `unlike` it, which another extractor
    reads here, so that nothing is known; or the document is `unread`, and why.
    """

    outcome: Outcome
    reason: str = ""


class Comparing:
    """Compares texts with their documents, one after another. Use it as a context manager."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._broken = 0
        self._missing: dict[str, ExtraMissing] = {}  # media types that cannot be read here, and why

    def __enter__(self) -> "Comparing":
        """Compare for the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process that reads."""
        self._reader.__exit__(None, None, None)

    def compare(self, content: bytes, text: str, extractor: str, media_type: str, url: str | None) -> Compared:
        """Read a document anew, and compare the text. A difference is looked for twice, the second time by a fresh process."""
        found = self._compared(content, text, extractor, media_type, url)
        if found.outcome == "different":
            self._reader.__exit__(None, None, None)
            found = self._compared(content, text, extractor, media_type, url)
        return found

    def _compared(self, content: bytes, text: str, extractor: str, media_type: str, url: str | None) -> Compared:
        reason, unlike = "", False
        for one in _readings(extractor, media_type, url):
            if self._broken >= PATIENCE:
                return Compared("unread", _ENOUGH)
            try:
                document = self._document(content, one)
            except BrokenOff as error:
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
        if one.media_type not in capture.EXTRACTED:
            return capture.from_bytes(content, one.media_type, _NAME, encoding=one.encoding, record=one.record)
        if one.media_type in self._missing:
            raise self._missing[one.media_type]
        try:
            return self._reader.read(content, one.media_type, _NAME, one.encoding, one.record)
        except ExtraMissing as error:
            self._missing[one.media_type] = error
            raise


_NAME: Final = "the document"


def _readings(extractor: str, media_type: str, url: str | None) -> Iterator[Reading]:
    """Give the ways in which a document may have been read."""
    if (said := extractors.reading(extractor)) is not None:
        yield said
        return
    kind = media_type.lower().split(";")[0].strip()
    records = (url, None) if kind == capture.WARC and url is not None else (None,)
    for record in records:
        for encoding in dict.fromkeys((None, extractors.encoding(extractor))):
            yield Reading(kind, encoding, record)


def _is_plain(content: bytes, text: str, media_type: str) -> bool:
    """Whether the bytes are the text itself, of what no extractor reads."""
    if media_type.lower().split(";")[0].strip() in capture.EXTRACTED:
        return False
    try:
        return content.decode(documents.marked(content) or "utf-8") == text
    except UnicodeDecodeError:
        return False
