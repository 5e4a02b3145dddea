"""Documents that are read before anything is written, so that nobody waits for the log while a stranger's document is read.

Owns how long the documents of one bundle may take together, and where their texts lie meanwhile: in a file without a name, which
is gone with the process. Must not archive anything.
"""

import json
import time
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

from timeline import capture
from timeline.capture import apart
from timeline.documents import Document
from timeline.errors import DatabaseRefused, DocumentUnreadable, on_one_line

SECONDS: Final = 1_800  # that documents which are read together may take
PATIENCE: Final = 5  # documents at which reading may break off, before no more are read
_IN_MEMORY: Final = 16_000_000  # bytes of texts; more of them lie in a file
_CHANGED: Final = "was changed while it was being read, or the file that names it was. Append that again"

Key = tuple[str, str, str, str | None, str | None]


class NotReadAhead(DocumentUnreadable):
    """A document that was to be read before now was not, or was another then."""


class GivenUp(DocumentUnreadable):
    """Documents that are read together took too long; `broken_off` are the refusals of those that were stopped."""

    broken_off: tuple[str, ...] = ()


class Ahead:
    """Reads documents, each once, and afterwards gives those alone that were read. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Keep texts in a folder, where there are too many for the memory."""
        self._folder = folder
        self._texts: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by __exit__
        self._reader = apart.Reader()
        self._kept: dict[Key, tuple[int, int] | str] = {}  # where its text lies, and how long it is; or why there is none
        self._broken_off: list[str] = []
        self._taken = 0.0
        self.closed = False

    def __enter__(self) -> Self:
        """Read for the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Hold nothing any more."""
        self.close()
        self._texts.close()

    def close(self) -> None:
        """Read nothing from now on."""
        self.closed = True
        self._reader.__exit__(None, None, None)

    def document(
        self, content: bytes, media_type: str, name: str, *, encoding: str | None = None, record: str | None = None
    ) -> Document:
        """Read a document, as `capture.from_bytes` does, or give it as it was read before.

        Raises DocumentUnreadable, once closed also where it was not read before; GivenUp where no more are read; DatabaseRefused
        where its text can be kept nowhere.
        """
        if media_type not in capture.EXTRACTED:
            return capture.from_bytes(content, media_type, name, encoding=encoding, record=record)
        key = (sha256(content).hexdigest(), media_type, name, encoding, record)
        if key not in self._kept and not self.closed:
            self._read(key, content)
        found = self._kept.get(key)
        if found is None:
            raise NotReadAhead(on_one_line(name), _CHANGED)
        if isinstance(found, str):
            raise DocumentUnreadable(on_one_line(name), found)
        start, size = found
        self._texts.seek(start)
        text, extractor, facts = json.loads(self._texts.read(size))
        return Document(content, text, media_type, extractor, facts)

    def _read(self, key: Key, content: bytes) -> None:
        _, media_type, name, encoding, record = key
        if self._taken >= SECONDS or len(self._broken_off) >= PATIENCE:
            error = self._given_up(name)
            self._kept[key] = error.reason
            raise error
        begun = time.monotonic()
        try:
            document = capture.from_bytes(content, media_type, name, encoding=encoding, record=record, reader=self._reader)
        except DocumentUnreadable as refused:
            self._kept[key] = refused.reason
            if isinstance(refused, apart.BrokenOff):
                self._broken_off.append(str(refused))
            return
        finally:
            self._taken += time.monotonic() - begun
        told = json.dumps([document.text, document.extractor, dict(document.facts)], ensure_ascii=False).encode()
        try:
            start = self._texts.seek(0, 2)
            self._texts.write(told)
        except OSError as failed:
            reason = (failed.strerror or str(failed)).lower()
            raise DatabaseRefused(
                self._folder, f"texts cannot be kept there until they are appended: {reason}. Make room, then repeat"
            ) from None
        self._kept[key] = start, len(told)

    def _given_up(self, name: str) -> GivenUp:
        if self._taken >= SECONDS:
            why = (
                f"those before it took {SECONDS // 60} minutes together. Divide them among several files, and append these in turn"
            )
        else:
            why = f"{PATIENCE} before it were stopped, each for taking too long or breaking off. Take those out, then append again"
        error = GivenUp(name, f"was not read: {why}")
        error.broken_off = tuple(self._broken_off)
        return error
