"""Read the documents of a bundle before anything is written, so that nobody waits for the log meanwhile.

Owns how long the documents of one bundle may take together, and where their texts are stored until then: in a file without a
name, which vanishes with the process. Must not archive anything.
"""

import json
import time
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

from timeline import capture, files
from timeline.capture import sandbox
from timeline.documents.document import Document
from timeline.errors import DatabaseRefused, DocumentUnreadable, on_one_line

SECONDS: Final = 1_800  # for all documents that are read together
PATIENCE: Final = 5  # aborted documents after which no more are read
_IN_MEMORY: Final = 16_000_000  # bytes of texts; more go to a file
_CHANGED: Final = "was changed while it was being read, or the file that names it was. Append that file again"

Key = tuple[str, str, str, str | None, str | None, str | None]


class NotReadAhead(DocumentUnreadable):
    """A document was not read ahead, or has changed since."""


class ReadAheadLimit(DocumentUnreadable):
    """The documents of a bundle take too long together; `aborted` has the errors of those that were stopped."""

    aborted: tuple[str, ...] = ()


class ReadAhead:
    """Reads each document once; after `close` it returns only those already read. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Store texts that are too large for memory in a file in `folder`."""
        self._folder = folder
        self._texts: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by __exit__
        self._reader = sandbox.Reader()
        self._results: dict[Key, tuple[int, int] | str] = {}  # the offset and size of a text, or the reason why there is none
        self._aborted: list[str] = []
        self._seconds = 0.0
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
        self._texts.close()

    def close(self) -> None:
        """Stop reading: from now on `document` returns only documents that were read before."""
        self.closed = True
        self._reader.end()

    def document(
        self,
        content: bytes,
        media_type: str,
        name: str,
        *,
        encoding: str | None = None,
        record: str | None = None,
        ocr: str | None = None,
    ) -> Document:
        """Read a document as `capture.from_bytes` does, or return the earlier result.

        Raises DocumentUnreadable; NotReadAhead where it was not read before `close`; ReadAheadLimit where no more are read;
        DatabaseRefused where its text cannot be stored.
        """
        if media_type not in capture.EXTRACTED and ocr is None:
            return capture.from_bytes(content, media_type, name, encoding=encoding, record=record)
        key = (sha256(content).hexdigest(), media_type, name, encoding, record, ocr)
        if key not in self._results and not self.closed:
            self._read(key, content)
        result = self._results.get(key)
        if result is None:
            raise NotReadAhead(on_one_line(name), _CHANGED)
        if isinstance(result, str):
            raise DocumentUnreadable(on_one_line(name), result)
        start, size = result
        self._texts.seek(start)
        text, media_type, extractor, facts = json.loads(self._texts.read(size))
        return Document(content, text, media_type, extractor, facts)

    def _read(self, key: Key, content: bytes) -> None:
        _, media_type, name, encoding, record, ocr = key
        if self._seconds >= SECONDS or len(self._aborted) >= PATIENCE:
            error = self._limit_error(name)
            self._results[key] = error.reason
            raise error
        begun = time.monotonic()
        try:
            document = capture.from_bytes(content, media_type, name, encoding=encoding, record=record, ocr=ocr, reader=self._reader)
        except DocumentUnreadable as refused:
            self._results[key] = refused.reason
            if isinstance(refused, sandbox.ReadingAborted):
                self._aborted.append(str(refused))
            return
        finally:
            self._seconds += time.monotonic() - begun
        stored = json.dumps(
            [document.text, document.media_type, document.extractor, dict(document.facts)], ensure_ascii=False
        ).encode()
        try:
            start = self._texts.seek(0, 2)
            self._texts.write(stored)
        except OSError as failed:
            reason = files.reason(failed)
            raise DatabaseRefused(
                self._folder, f"texts cannot be stored there until they are appended: {reason}. Make room, then repeat"
            ) from None
        self._results[key] = start, len(stored)

    def _limit_error(self, name: str) -> ReadAheadLimit:
        if self._seconds >= SECONDS:
            why = f"the documents before it took {SECONDS // 60} minutes together. Divide them among several files, and append each"
        else:
            why = f"{PATIENCE} documents before it failed or took too long. Take those out, then append again"
        error = ReadAheadLimit(name, f"was not read: {why}")
        error.aborted = tuple(self._aborted)
        return error
