"""The process that reads strangers' documents: it limits its own memory, calls the extractor, and answers in JSON.

Owns which module reads which media type, and turns every error into one line. Other modules run it, and must not import it.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

from timeline.capture import extraction_setup
from timeline.capture.extracted_text import ExtractedText
from timeline.documents import images
from timeline.errors import DocumentUnreadable, ExtraMissing
from timeline.processes import limit_memory

EXTRACTORS = {
    "text/html": ("html", "HTML"),
    "application/xhtml+xml": ("html", "HTML"),
    "multipart/related": ("mhtml", "MHTML"),
    "application/pdf": ("pdf", "PDF"),
    "application/warc": ("warc", "WARC"),
    "application/epub+zip": ("epub", "EPUB"),
    "message/rfc822": ("mail", "e-mail"),
    "application/wacz": ("wacz", "WACZ"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx", "DOCX"),
    "application/vnd.ms-word.document.macroenabled.12": ("docx", "DOCX"),
    "application/vnd.oasis.opendocument.text": ("odt", "ODT"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", "XLSX"),
    "application/vnd.ms-excel.sheet.macroenabled.12": ("xlsx", "XLSX"),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods", "ODS"),
    **dict.fromkeys(images.RECOGNISED_TYPES, ("pictures", "image data")),
}


def read(
    content: bytes, media_type: str, name: str, encoding: str | None = None, record: str | None = None, ocr: str | None = None
) -> ExtractedText:
    """Read a document with the extractor for its media type. Raises DocumentUnreadable, whatever goes wrong."""
    module, format = EXTRACTORS[media_type]
    if not content:
        raise DocumentUnreadable(name, "is empty. Check whether it was saved in full")
    recognising = {"ocr": ocr} if ocr else {}
    try:
        extracted: ExtractedText = import_module(f"timeline.capture.{module}").read(
            content, name, encoding=encoding, record=record, **recognising
        )
    except ModuleNotFoundError:
        extra = "ocr" if ocr else "capture"
        raise ExtraMissing(name, f"reading {format} needs the extra: pip install 'cited-timeline[{extra}]'") from None
    except DocumentUnreadable:
        raise
    except (MemoryError, ImportError):  # an installed library that cannot be loaded has run out of memory
        raise DocumentUnreadable(
            name, "reading it takes too much memory. It is malformed, or made to do harm. Archive its text, saved as .txt"
        ) from None
    except Exception as error:
        # A library may raise anything on a stranger's bytes; the document is then unreadable, and that is all.
        raise DocumentUnreadable(
            name, f"is not sound {format} ({type(error).__name__}). Open and save it again, or archive its text, saved as .txt"
        ) from None
    return extracted.refuse_unquotable(name)


def main() -> None:
    """Read requests, document after document, from standard input; write each answer as a line to standard output."""
    _forget_punycode()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # output that a library prints is not part of an answer
    sys.stdout = sys.stderr
    while head := sys.stdin.buffer.readline():
        request: dict[str, Any] = json.loads(head)
        limit_memory(request["memory"])
        json.dump(_answer(sys.stdin.buffer.read(request["size"]), **request["parameters"]), answers)
        answers.write("\n")
        answers.flush()


def _answer(
    content: bytes, media_type: str, name: str, encoding: str | None, record: str | None, ocr: str | None
) -> dict[str, Any]:
    try:
        extracted = read(content, media_type, name, encoding, record, ocr)
    except DocumentUnreadable as error:
        return {"refused": error.reason, "lacks": isinstance(error, ExtraMissing)}
    extractor = extraction_setup.full_name(extracted.extractor, media_type, encoding, record, ocr)
    return {"text": extracted.text, "extractor": extractor, "facts": dict(extracted.facts), "tables": extracted.tables}


def _forget_punycode() -> None:
    """Block the one codec that takes minutes for a megabyte: the head of an e-mail may name any codec."""
    sys.modules["encodings.punycode"] = None  # type: ignore[assignment]


if __name__ == "__main__":
    main()
