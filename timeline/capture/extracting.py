"""The process in which a stranger's document is read: limits its own memory, calls the extractor, answers in JSON.

Owns which module reads which media type, and turns whatever goes wrong into one line. Must not be imported by anything: it is run.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

from timeline.capture import setup
from timeline.capture.found import Found
from timeline.errors import DocumentUnreadable, ExtraMissing

EXTRACTORS = {
    "text/html": ("html", "HTML"),
    "application/xhtml+xml": ("html", "HTML"),
    "multipart/related": ("mhtml", "MHTML"),
    "application/pdf": ("pdf", "PDF"),
    "application/warc": ("warc", "WARC"),
    "application/epub+zip": ("epub", "EPUB"),
    "message/rfc822": ("mail", "e-mail"),
}


def read(content: bytes, media_type: str, name: str, encoding: str | None = None, record: str | None = None) -> Found:
    """Read a document with the extractor for its media type. Raises DocumentUnreadable, whatever goes wrong."""
    module, called = EXTRACTORS[media_type]
    if not content:
        raise DocumentUnreadable(name, "is empty. Look whether it was saved in full")
    try:
        found: Found = import_module(f"timeline.capture.{module}").read(content, name, encoding=encoding, record=record)
    except ModuleNotFoundError:
        raise ExtraMissing(name, f"reading {called} needs the extra: pip install 'cited-timeline[capture]'") from None
    except DocumentUnreadable:
        raise
    except (MemoryError, ImportError):  # a library that is there and cannot be loaded has no room
        raise DocumentUnreadable(
            name, "reading it takes too much memory: it is malformed, or made to do harm. Archive its text, saved as .txt"
        ) from None
    except Exception as error:
        # A library that stumbles over a stranger's bytes may raise anything; the document is then not to be read, and that is all.
        raise DocumentUnreadable(
            name, f"is not sound {called} ({type(error).__name__}). Open and save it anew, or archive its text, saved as .txt"
        ) from None
    return found.refuse_unquotable(name)


def main() -> None:
    """Read what is asked, document after document, from standard input; write each answer, a line, to standard output."""
    _forget_punycode()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no part of an answer
    sys.stdout = sys.stderr
    while head := sys.stdin.buffer.readline():
        request: dict[str, Any] = json.loads(head)
        _limit_memory(request["memory"])
        json.dump(_answer(sys.stdin.buffer.read(request["size"]), **request["asked"]), answers)
        answers.write("\n")
        answers.flush()


def _answer(content: bytes, media_type: str, name: str, encoding: str | None, record: str | None) -> dict[str, Any]:
    try:
        found = read(content, media_type, name, encoding, record)
    except DocumentUnreadable as error:
        return {"refused": error.reason, "lacks": isinstance(error, ExtraMissing)}
    extractor = setup.named(found.extractor, media_type, encoding, record)
    return {"text": found.text, "extractor": extractor, "facts": dict(found.facts)}


def _forget_punycode() -> None:
    """Let no library find the one codec that takes minutes for a megabyte: the head of an e-mail may name any."""
    sys.modules["encodings.punycode"] = None  # type: ignore[assignment]


def _limit_memory(size: int) -> None:
    """Let this process have no more than so many bytes, where the system can do that."""
    try:
        import resource  # noqa: PLC0415 it is not on every system
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ValueError, OSError):  # macOS knows the limit and does not take it
        return


if __name__ == "__main__":
    main()
