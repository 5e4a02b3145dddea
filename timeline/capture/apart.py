"""Reading a stranger's document in a process of its own, which may neither run on nor fill the memory.

Owns the limits of time, memory and extracted text. Must not know any format: `extracting` has them, and runs on the other side.
"""

import json
import os
import subprocess
import sys

from timeline.documents import Document
from timeline.errors import DocumentUnreadable

SECONDS = 60
MEMORY = 2_000_000_000
_BROKEN_OFF = "it is malformed, or made to do harm. Archive its text, saved as .txt in UTF-8"


def read_apart(
    content: bytes, media_type: str, name: str, encoding: str | None, record: str | None, *, seconds: float | None = None
) -> Document:
    """Have a document read by its extractor, in another process. Raises DocumentUnreadable, in one line, whatever goes wrong."""
    asked = {"media_type": media_type, "name": name, "encoding": encoding, "record": record, "memory": MEMORY}
    seconds = SECONDS if seconds is None else seconds
    # The other process finds what this one finds; nothing is looked for in the folder it happens to be in.
    path = os.pathsep.join(os.path.abspath(one) for one in sys.path)  # noqa: PTH100 an entry may be "", this folder
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "PYTHONSAFEPATH": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "timeline.capture.extracting"],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DocumentUnreadable(f"{name}: reading it took more than {seconds:g} seconds: {_BROKEN_OFF}") from None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise DocumentUnreadable(f"{name}: no process could be started to read it: {reason}. Try again") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise DocumentUnreadable(f"{name}: reading it broke off: {_BROKEN_OFF}") from None
    if "refused" in answer:
        raise DocumentUnreadable(answer["refused"])
    return Document(content, answer["text"], media_type, answer["extractor"], answer["facts"])
