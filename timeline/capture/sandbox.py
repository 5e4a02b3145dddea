"""Read strangers' documents in a separate process, with limits on its time and memory.

Owns those limits and the errors where one is reached. Must not know any format: `extracting` does, and runs in the other process.
"""

from types import TracebackType
from typing import Self

from timeline.documents.document import Document, Table
from timeline.errors import DocumentUnreadable, ExtraMissing
from timeline.processes import Aborted, Process

SECONDS = 60
RECOGNISING = 7_200  # seconds for a document whose text is recognised; each page has a limit of its own
MEMORY = 2_000_000_000
MOST = 50  # documents that one process reads, so that leaked memory does not add up
_INSTEAD = "Archive the part that you cite, or extract its text yourself, and archive that, saved as .txt in UTF-8"


class ReadingAborted(DocumentUnreadable):
    """Reading reached a limit, or the process ended: the document's content is unknown."""


class Reader(Process):
    """A process that reads documents one after another, each within the limits."""

    def __init__(self) -> None:
        super().__init__("timeline.capture.extracting")
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def read(
        self,
        content: bytes,
        media_type: str,
        name: str,
        encoding: str | None,
        record: str | None,
        ocr: str | None = None,
        *,
        seconds: float | None = None,
    ) -> Document:
        """Read a document with its extractor. Raises ReadingAborted at a limit, DocumentUnreadable if it is unreadable."""
        if self._read >= MOST:
            self.end()
        usual = RECOGNISING if ocr else SECONDS
        seconds = usual if seconds is None else seconds
        parameters = {"media_type": media_type, "name": name, "encoding": encoding, "record": record, "ocr": ocr}
        try:
            answer, _ = self.ask({"memory": MEMORY, "parameters": parameters}, content, seconds)
        except Aborted as error:
            late = f"took more than {seconds:g} seconds, and was stopped. It may be large"
            why = late if error.late else f"{error}. It may be large, damaged"
            raise ReadingAborted(name, f"reading it {why}, or made to do harm. {_INSTEAD}") from None
        if "refused" in answer:
            self.end()  # it may have run out of memory
            raise (ExtraMissing if answer["lacks"] else DocumentUnreadable)(name, answer["refused"])
        self._read += 1
        tables = tuple(Table(*one) for one in answer["tables"])
        return Document(content, answer["text"], media_type, answer["extractor"], answer["facts"], tables)

    def end(self) -> None:
        """End the process: the next one has read no document yet."""
        super().end()
        self._read = 0
