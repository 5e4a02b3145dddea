"""Which document each source stands for: whether all that surviving events say of it is the same.

A source's first event, its corrections, every citation of it, and the redaction that keeps its document each name the SHA-256 of
the document and of its text. A redacted event can no longer say which it named: then another event must, and a checkpoint that
was kept elsewhere shows it only if that event is among those that it covers.
"""

from collections.abc import Iterable

from timeline.audit.report import Tally
from timeline.log import Log

Documents = tuple[str, str]  # the SHA-256 of a document, and of its text


class SourcesAudit:
    """What is said of each source's document, in the order of the log."""

    def __init__(self, log: Log, tally: Tally) -> None:
        self._log = log
        self._tally = tally
        self._named: dict[str, tuple[Documents, str, int]] = {}  # stream -> what is said of it first, where, and at which position
        self._blank: dict[str, int] = {}  # sources whose first event is redacted, and its position
        self._kept: list[tuple[str, Documents, str, bool]] = []  # stream, what a redaction keeps, where, whether that was known

    def begins_blank(self, stream: str, position: int) -> None:
        """Take down that the first event of a source says nothing any more."""
        self._blank[stream] = position

    def names(self, stream: str, documents: Documents, where: str, position: int) -> None:
        """Take down what an event that survives says of a source, and compare it with what was said before."""
        known, first, _ = self._named.setdefault(stream, (documents, where, position))
        if known != documents:
            self._tally.fault(where, f"names another document or text of {stream} than {first} does")

    def keeps(self, stream: str, documents: Documents, where: str) -> None:
        """Take down what a redaction says that the redacted event named."""
        self._kept.append((stream, documents, where, stream in self._named))

    def finish(self, sizes: Iterable[int]) -> None:
        """Compare what redactions keep with what the other events say, where there is anything left in the archive.

        `sizes` are those of the checkpoints that were kept elsewhere.
        """
        resting = []
        for stream, documents, where, known in self._kept:
            confirmed, by, _ = self._named.get(stream, (None, "", 0))
            if confirmed is None and any(self._log.document(one) is not None for one in documents):
                self._tally.fault(where, f"kept: no event confirms that this was the document of {stream}")
            elif confirmed not in (None, documents):
                self._tally.fault(where, f"kept: {by} names another document or text of {stream}")
            elif confirmed and not by.endswith(f"{stream}@1"):
                resting.append(f"{stream} on {by}{'' if known else ', after the redaction'}")
        self._tally.remark("Its first event is redacted, so which document a source has rests on another", resting)
        for stream, first in self._blank.items():
            _, by, position = self._named.get(stream, (None, "", 0))
            for size in sizes:
                if first <= size < position:
                    shown = f"the checkpoint of {size:,} events cannot show it"
                    self._tally.fault(by, f"is the first that still says which document {stream} has: {shown}")
