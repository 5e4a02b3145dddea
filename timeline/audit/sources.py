"""Check that all events agree on the document of each source.

A source's first event, its corrections, every citation of it, and a redaction that keeps its document each name the SHA-256 of the
document and of its text. If the first event is redacted, another event must confirm them; and a checkpoint from elsewhere proves
that only if it covers that event.
"""

from collections.abc import Iterable

from timeline.any_log import AnyLog
from timeline.audit.report import Tally

Documents = tuple[str, str]  # the SHA-256 of a document, and of its text


class SourcesAudit:
    """Collects the documents that events name for each source, in the order of the log."""

    def __init__(self, log: AnyLog, tally: Tally) -> None:
        self._log = log
        self._tally = tally
        self._named: dict[str, tuple[Documents, str, int]] = {}  # stream -> the first hashes named, the event's label and position
        self._blank: dict[str, int] = {}  # sources whose first event is redacted, and its position
        self._kept: list[tuple[str, Documents, str, bool]] = []  # stream, hashes, label, whether confirmed before

    def add_redacted(self, stream: str, position: int) -> None:
        """Note that the first event of a source is redacted."""
        self._blank[stream] = position

    def add(self, stream: str, documents: Documents, place: str, position: int) -> None:
        """Note the documents that an event names for a source, and compare them with those of earlier events."""
        known, first, _ = self._named.setdefault(stream, (documents, place, position))
        if known != documents:
            self._tally.fault(place, f"names another document or text of {stream} than {first}")

    def add_kept(self, stream: str, documents: Documents, place: str) -> None:
        """Note the documents of a redacted event that its redaction keeps."""
        self._kept.append((stream, documents, place, stream in self._named))

    def finish(self, sizes: Iterable[int]) -> None:
        """Compare the documents that redactions keep with those that other events name, if any is still in the archive.

        `sizes` are those of the checkpoints from elsewhere.
        """
        remarks = []
        for stream, documents, place, known in self._kept:
            confirmed, by, _ = self._named.get(stream, (None, "", 0))
            if confirmed is None and any(self._log.document(one) is not None for one in documents):
                self._tally.fault(place, f"kept: no event confirms that this was the document of {stream}")
            elif confirmed not in (None, documents):
                self._tally.fault(place, f"kept: {by} names another document or text of {stream}")
            elif confirmed and not by.endswith(f"{stream}@1"):
                remarks.append(f"{stream} on {by}{'' if known else ', after the redaction'}")
        self._tally.remark("A source's first event is redacted, so its document is known only from another event", remarks)
        for stream, first in self._blank.items():
            _, by, position = self._named.get(stream, (None, "", 0))
            for size in sizes:
                if first <= size < position:
                    shown = f"the checkpoint of {size:,} events cannot show it"
                    self._tally.fault(by, f"is the first event that still names the document of {stream}: {shown}")
