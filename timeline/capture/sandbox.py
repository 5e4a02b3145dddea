"""Read strangers' documents in a separate process, with limits on its time and memory. Files and the network stay within its reach.

Owns those limits. Must not know any format: `extracting` does, and runs in the other process.
"""

import json
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

from timeline.documents import Document, Table
from timeline.errors import DocumentUnreadable, ExtraMissing

SECONDS = 60
MEMORY = 2_000_000_000
MOST = 50  # documents that one process reads, so that leaked memory does not add up
_INSTEAD = "Archive the part that you cite, or extract its text yourself, and archive that, saved as .txt in UTF-8"


class ReadingAborted(DocumentUnreadable):
    """Reading reached a limit, or the process ended: the document's content is unknown."""


def read_in_sandbox(
    content: bytes, media_type: str, name: str, encoding: str | None, record: str | None, *, seconds: float | None = None
) -> Document:
    """Read a document with its extractor, in another process. Raises DocumentUnreadable, with one line, whatever goes wrong."""
    with Reader() as reader:
        return reader.read(content, media_type, name, encoding, record, seconds=seconds)


class Reader:
    """A process that reads documents one after another, each within the limits; started when needed, and again after a failure."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process."""
        self._end()

    def read(
        self,
        content: bytes,
        media_type: str,
        name: str,
        encoding: str | None,
        record: str | None,
        *,
        seconds: float | None = None,
    ) -> Document:
        """Read a document as `read_in_sandbox` does. Raises ReadingAborted at a limit, DocumentUnreadable if it is unreadable."""
        if self._read >= MOST:
            self._end()
        seconds = SECONDS if seconds is None else seconds
        parameters = {"media_type": media_type, "name": name, "encoding": encoding, "record": record}
        head = json.dumps({"memory": MEMORY, "size": len(content), "parameters": parameters}).encode() + b"\n"
        line, in_time = self._exchange(head, content, name, seconds)
        if not in_time:
            why = f"reading it took more than {seconds:g} seconds, and was stopped. It may be large, or made to do harm"
            raise ReadingAborted(name, f"{why}. {_INSTEAD}")
        try:
            answer = json.loads(line)
        except ValueError:
            self._end()
            raise ReadingAborted(
                name, f"reading it failed midway. It may be large, damaged, or made to do harm. {_INSTEAD}"
            ) from None
        if "refused" in answer:
            self._end()  # it may have run out of memory
            raise (ExtraMissing if answer["lacks"] else DocumentUnreadable)(name, answer["refused"])
        self._read += 1
        tables = tuple(Table(*one) for one in answer["tables"])
        return Document(content, answer["text"], media_type, answer["extractor"], answer["facts"], tables)

    def _exchange(self, head: bytes, content: bytes, name: str, seconds: float) -> tuple[bytes, bool]:
        """Send a document, and return the answer, and whether it came in time; if not, the process has been ended."""
        process = self._process or self._begin(name)
        if process.stdin is None or process.stdout is None:  # they are pipes
            return b"", True
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            process.stdin.write(head)
            process.stdin.write(content)
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        except BaseException:
            self._end()
            raise
        finally:
            timer.cancel()
            timer.join()
        if late.is_set():
            self._end()
        return line, not late.is_set()

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        # The other process imports from the same places as this one, and nothing from its current folder.
        path = os.pathsep.join(os.path.abspath(one) for one in sys.path)  # noqa: PTH100 an entry may be "", this folder
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONSAFEPATH": "1",
            "PYTHONHASHSEED": "0",  # no text may depend on the hash seed
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "timeline.capture.extracting"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            reason = (error.strerror or "unknown").lower()
            raise ReadingAborted(name, f"no process could be started to read it: {reason}. Try again") from None
        self._read = 0
        return self._process

    def _end(self) -> None:
        process, self._process, self._read = self._process, None, 0
        if process is None:
            return
        process.kill()
        for pipe in (process.stdout, process.stdin):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:  # unwritten input no longer matters
                pass
        process.wait()
