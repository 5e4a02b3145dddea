"""Check the archived texts: read each again from its document, if that is possible here.

Owns the difference between fault and remark: a different text is a fault if exactly the same extractor read it. Without that
extractor, it is only a remark. Must not hold more than one document in memory.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from timeline.any_log import AnyLog
from timeline.audit.report import Tally
from timeline.capture.text_comparison import Comparing
from timeline.documents import extractors

_MAX_NAMES: Final = 3  # in a remark
_SHOWN: Final = 200  # characters of the name of an extractor
# The streams of sources are adjacent in the index.
_STATEMENTS: Final = (
    "SELECT position, stream, version, data FROM events WHERE stream >= 'source/' AND stream < 'source0' AND data IS NOT NULL"
    " AND type IN ('SourceArchived', 'SourceCorrected') ORDER BY position"
)


@dataclass(slots=True)
class _Text:
    """A text to compare, and the first event that names it."""

    place: str
    source: str
    media_type: str
    url: str | None


@dataclass(slots=True)
class _Unknown:
    """Sources that could not be checked, for a remark."""

    sources: list[str] = field(default_factory=list)
    count: int = 0
    reason: str = ""

    def add(self, source: str, reason: str = "") -> None:
        """Count a source, and remember the first ones."""
        self.count += 1
        self.reason = self.reason or reason
        if len(self.sources) < _MAX_NAMES:
            self.sources.append(source)

    def listed(self) -> str:
        """Return the sources: "source/a", or "7 sources (source/a, source/b, source/c and others)"."""
        if self.count == 1:
            return self.sources[0]
        others = " and others" if self.count > len(self.sources) else ""
        return f"{self.count:,} sources ({', '.join(self.sources)}{others})"


class TextsAudit:
    """The check of texts against their documents."""

    def __init__(self, log: AnyLog) -> None:
        self.log = log
        self.texts = Tally("texts")
        self._texts: dict[tuple[str, str, str], _Text] = {}
        self._unlike, self._given, self._transcribed, self._unread = _Unknown(), _Unknown(), _Unknown(), _Unknown()

    def gather(self) -> None:
        """Collect the texts that were read from a document; count a text once, however many events name it."""
        for position, stream, version, data in self.log.connection.execute(_STATEMENTS):
            try:
                statement: dict[str, Any] = json.loads(data)["statement"]
                key = (statement["sha256"], statement["text_sha256"], statement["extractor"])
                if not all(isinstance(one, str) for one in (*key, statement["media_type"])):
                    continue
            except (ValueError, TypeError, LookupError, RecursionError):
                continue  # reported as a fault of the event
            place = f"position {position}, {stream}@{version}"
            self._texts.setdefault(key, _Text(place, stream, statement["media_type"], statement.get("url")))

    def check(self) -> None:
        """Compare each text, and add faults and remarks."""
        with Comparing() as comparing:
            for (sha256, text_sha256, extractor), one in self._texts.items():
                try:
                    content, text = self.log.document(sha256), self.log.document(text_sha256)
                    if content is not None and text is not None:  # neither redacted, nor missing
                        self._compare(one, content, text.decode(), extractor, comparing)
                except UnicodeDecodeError:
                    self.texts.fault(one.place, "text_sha256: is not a text in UTF-8")
                except sqlite3.Error as error:
                    self.texts.failed(one.place, "cannot be read", error)
        self._add_remarks()

    def _compare(self, one: _Text, content: bytes, text: str, extractor: str, comparing: Comparing) -> None:
        if extractors.is_compared_at_once(extractor):
            self.texts.count += 1  # compared with the event itself
            return
        if extractor == extractors.TRANSCRIBED:
            self._transcribed.add(one.source)
            return
        comparison = comparing.compare(content, text, extractor, one.media_type, one.url)
        if comparison.outcome == "different":
            self.texts.fault(one.place, f"text_sha256: is not the text that {extractor} reads from the document")
        elif comparison.outcome == "same":
            self.texts.count += 1
        elif extractors.is_as_given(extractor):
            self._given.add(one.source)
        elif comparison.outcome == "unlike":
            self._unlike.add(one.source, extractor[:_SHOWN])
        else:
            self._unread.add(one.source, comparison.reason)

    def _add_remarks(self) -> None:
        for unknown, reason in (
            (self._given, "is as given by the bundle"),
            (self._transcribed, "was transcribed by a person"),
            (self._unlike, f"was extracted by {self._unlike.reason}, which is not installed here; today's extractor reads another"),
            (self._unread, f"was not read again here ({self._unread.reason})"),
        ):
            if unknown.count:
                self.texts.remarks.append(f"the text of {unknown.listed()} {reason}: it was not compared with the document")
