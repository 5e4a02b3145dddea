"""The texts of the archive: each read again from its document, where that can be done here.

Owns what is a fault and what only a remark: another text is a fault where the very same extractor read it. Where that is not at
hand, nothing is known. Must not hold more than one document.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from timeline import extractors
from timeline.audit.report import Tally
from timeline.capture.comparing import Comparing
from timeline.log import Log

_NAMED: Final = 3  # sources that a remark names
_SHOWN: Final = 200  # characters of the name of an extractor
# The streams of sources stand together in the index.
_SAID: Final = (
    "SELECT position, stream, version, data FROM events WHERE stream >= 'source/' AND stream < 'source0' AND data IS NOT NULL"
    " AND type IN ('SourceArchived', 'SourceCorrected') ORDER BY position"
)


@dataclass(slots=True)
class _Text:
    """A text to be compared, and the first event that says whose it is."""

    where: str
    source: str
    media_type: str
    url: str | None


@dataclass(slots=True)
class _Unknown:
    """Sources of which something is not known, for a remark."""

    sources: list[str] = field(default_factory=list)
    count: int = 0
    reason: str = ""

    def add(self, source: str, reason: str = "") -> None:
        """Count a source, and name the first ones."""
        self.count += 1
        self.reason = self.reason or reason
        if len(self.sources) < _NAMED:
            self.sources.append(source)

    def told(self) -> str:
        """Name the sources: "source/a", or "7 sources (source/a, source/b, source/c and others)"."""
        if self.count == 1:
            return self.sources[0]
        others = " and others" if self.count > len(self.sources) else ""
        return f"{self.count:,} sources ({', '.join(self.sources)}{others})"


class TextsAudit:
    """The texts that are to be compared, and what came of it."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.texts = Tally("texts")
        self._found: dict[tuple[str, str, str], _Text] = {}
        self._unlike, self._given, self._unread = _Unknown(), _Unknown(), _Unknown()

    def gather(self) -> None:
        """Find the texts that were read from a document; several events that say the same of one count once."""
        for position, stream, version, data in self.log.connection.execute(_SAID):
            try:
                said: dict[str, Any] = json.loads(data)["statement"]
                key = (said["sha256"], said["text_sha256"], said["extractor"])
                if not all(isinstance(one, str) for one in (*key, said["media_type"])):
                    continue
            except (ValueError, TypeError, LookupError, RecursionError):
                continue  # told as a fault of the event
            where = f"position {position}, {stream}@{version}"
            self._found.setdefault(key, _Text(where, stream, said["media_type"], said.get("url")))

    def check(self) -> None:
        """Compare each, and tell what is wrong, and what is not known."""
        with Comparing() as comparing:
            for (sha256, text_sha256, extractor), one in self._found.items():
                try:
                    content, text = self.log.document(sha256), self.log.document(text_sha256)
                    if content is not None and text is not None:  # neither redacted, nor missing
                        self._compare(one, content, text.decode(), extractor, comparing)
                except UnicodeDecodeError:
                    self.texts.fault(one.where, "text_sha256: is no text in UTF-8")
                except sqlite3.Error as error:
                    self.texts.failed(one.where, "cannot be read", error)
        self._tell()

    def _compare(self, one: _Text, content: bytes, text: str, extractor: str, comparing: Comparing) -> None:
        if extractor == extractors.GIVEN or extractor.startswith(extractors.DECODED):
            self.texts.count += 1  # compared with the event itself
            return
        found = comparing.compare(content, text, extractor, one.media_type, one.url)
        if found.outcome == "different":
            self.texts.fault(one.where, f"text_sha256: the text is not the one that is read in the document by {extractor}")
        elif found.outcome == "same":
            self.texts.count += 1
        elif extractors.is_as_given(extractor):
            self._given.add(one.source)
        elif found.outcome == "unlike":
            self._unlike.add(one.source, extractor[:_SHOWN])
        else:
            self._unread.add(one.source, found.reason)

    def _tell(self) -> None:
        for unknown, what in (
            (self._given, "is as given by the bundle"),
            (self._unlike, f"was extracted by {self._unlike.reason}, which is not at hand here; what is at hand reads another"),
            (self._unread, f"was not read again here ({self._unread.reason})"),
        ):
            if unknown.count:
                self.texts.remarks.append(f"the text of {unknown.told()} {what}: it was not compared with the document")
