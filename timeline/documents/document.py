"""A document as received, with its text; and the reading of plain text and Markdown.

Owns reading a file's bytes, and decoding. Must not archive or fetch. Other media types have their own extractors in `capture`.
"""

import codecs
import errno
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from timeline import files
from timeline.documents import encodings, extractors, fragments, images
from timeline.documents.extractors import DECODED, GIVEN
from timeline.errors import DocumentUnreadable, Fault, on_one_line

MAXIMUM_BYTES = 100_000_000
MAXIMUM_IMPORTED = 300_000_000  # bytes of a table that an import reads row by row
_ADDRESS = re.compile(r"(https?):/+(.+)", re.DOTALL)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# By name only: a bundle from a stranger must not be able to archive a password file, which has no such ending.
MEDIA_TYPES = {".txt": "text/plain", ".text": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown"}
_MIXED = f"{DECODED}utf-8, with single bytes as cp1252"
TEXT = "the text"  # the subject of errors about a text that was given directly
_MARK = "\ufeff"  # the byte order mark, which is not part of a text


class Table(NamedTuple):
    """A sheet of a spreadsheet. Rows count from 1, as spreadsheets count them, and columns from 0.

    `rows`: the number of each row, and its start and end in the text. `merged`: a column, and the first and last row of cells in it
    that are one.
    """

    name: str
    rows: Sequence[tuple[int, int, int]]
    merged: Sequence[tuple[int, int, int]] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as received, and the text that the named extractor read from it.

    `facts` are the document's own details: title, author, publisher, published (EDTF), language (BCP 47), url. They are
    suggestions, and never replace an author's. `tables` are the sheets of a spreadsheet.
    """

    bytes: bytes
    text: str
    media_type: str
    extractor: str
    facts: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[Table] = ()


def from_text(text: str) -> Document:
    """Return a document for a text given directly; its bytes are the UTF-8."""
    _refuse_unquotable(text, TEXT)
    return Document(text.encode(), text, "text/plain", GIVEN)


def from_file(path: Path, encoding: str | None = None) -> Document:
    """Read a plain text or Markdown file. White space and line ends stay as they are; a byte order mark is removed.

    Raises DocumentUnreadable if it is missing, empty, too large, binary, or not in the encoding (default: UTF-8).
    """
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise DocumentUnreadable(path, "only .txt and .md files are read here. Archive its text, saved as .txt in UTF-8")
    return decoded(received(path), media_type, str(path), encoding)


def received(path: Path, within: Sequence[Path] | None = None) -> bytes:
    """Read the bytes of a file. Raises DocumentUnreadable if it is missing, not a file, or too large.

    With `within`, raises OutsideFolder if none of these folders contains it, after all links are followed.
    """
    try:
        with files.opened(path, within) as file:
            content = b"" if os.fstat(file.fileno()).st_size > MAXIMUM_BYTES else file.read(MAXIMUM_BYTES + 1)
            if len(content) > MAXIMUM_BYTES or file.read(1):
                raise too_large(str(path))
            return content
    except (OSError, ValueError) as error:
        raise unopened(path, error) from None


def picture(content: bytes, name: str) -> Document:
    """Return the document of a picture: it has no text, and the media type is that of its bytes. Raises DocumentUnreadable."""
    media_type = images.media_type(content)
    if media_type is None:
        problem = f"is not a {images.NAMES} picture" if content else "is empty"
        raise DocumentUnreadable(name, f"{problem}. Check whether it was saved in full, or save it as one of these")
    return Document(content, "", media_type, extractors.PICTURE)


def recording(content: bytes, name: str, media_type: str) -> Document:
    """Return the document of a recording that comes without a transcript: it has no text. Raises DocumentUnreadable."""
    if fragments.recording_type(content) is None:
        problem = f"is not a {fragments.RECORDING_NAMES} recording" if content else "is empty"
        raise DocumentUnreadable(name, f"{problem}. Check whether it was saved in full, or convert it to one of these")
    return Document(content, "", media_type, extractors.RECORDING)


def transcribed(content: bytes, text: str, media_type: str) -> Document:
    """Return the document of a recording, picture or scan with the text that a person made of it. Raises DocumentUnreadable."""
    _refuse_unquotable(text, "the transcript")
    return Document(content, text, media_type, extractors.TRANSCRIBED)


def is_address(name: str) -> bool:
    """Whether a name is a web address rather than a path."""
    return _ADDRESS.match(name) is not None


def refuse_address(name: str) -> None:
    """Refuse a web address in place of a path, even if its slashes were changed. Raises DocumentUnreadable."""
    if match := _ADDRESS.match(name):
        address = f"{match[1]}://{match[2]}"
        reason = f"is an address; pages are fetched only on request. To fetch it: timeline archive --fetch {shlex.quote(address)}"
        raise DocumentUnreadable(on_one_line(address), reason)


def unopened(path: Path, error: OSError | ValueError) -> DocumentUnreadable:
    """Return the error for a file that cannot be opened, with the next step."""
    if isinstance(error, files.NotAFile):
        return DocumentUnreadable(files.path_in_message(path), "is not a file. Name the document itself")
    if getattr(error, "errno", None) == errno.ENAMETOOLONG:
        return DocumentUnreadable(
            files.path_in_message(path), "is too long for a file name. Rename the document, and give the new name"
        )
    reason = files.reason(error, "it cannot be read")
    advice = "Check the path; it is read relative to the bundle or the folder you are in"
    return DocumentUnreadable(files.path_in_message(path), f"{reason}. {files.did_you_mean(path, error)}{advice}")


def of_document(error: DocumentUnreadable, *, file: bool) -> Fault:
    """Turn the error of a document into a fault of the field that gave it: `file` or `text`."""
    return Fault("file" if file else "text", error.beside(TEXT))


def too_large(name: str, most: int = MAXIMUM_BYTES) -> DocumentUnreadable:
    """Return the error for a document that is too large."""
    return DocumentUnreadable(name, f"is larger than {most // 1_000_000} MB. Archive the part that you cite")


def decoded(content: bytes, media_type: str, name: str, encoding: str | None = None) -> Document:
    """Decode plain text, in the given encoding, that of its byte order mark, or UTF-8. Raises DocumentUnreadable."""
    codec = encodings.codec_name(encoding) if encoding else marked(content) or "utf-8"
    if codec is None:
        raise DocumentUnreadable(name, encodings.refusal(on_one_line(encoding or "")))
    try:
        text = content.decode(codec)
    except ValueError as error:
        place = f"byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else "its content"
        raise DocumentUnreadable(name, f"{place} is not {codec}. {encodings.NAME_IT}") from None
    _refuse_unquotable(text, name)
    return Document(content, text, media_type, f"{DECODED}{codec}")


def misread(content: bytes, text: str, extractor: str) -> str | None:
    """Compare a text with its bytes, if it was given or decoded; return the fault, or None. Other extractors are not run again."""
    if not extractors.is_compared_at_once(extractor):
        return None
    if extractor == extractors.PICTURE:
        return None if images.media_type(content) and not text else "a picture has no text, and this is none or has one"
    if extractor == extractors.RECORDING:
        return None if fragments.recording_type(content) and not text else "a recording has no text, and this is none or has one"
    if extractor == _MIXED:
        return None if _mixed(content) == text else f"the text is not that of the document, {extractor}"
    name = "utf-8" if extractor == GIVEN else extractor.removeprefix(DECODED)
    encoding = encodings.codec_name(name)
    if encoding is None:
        return encodings.refusal(on_one_line(name))
    try:
        same = content.decode(encoding).removeprefix(_MARK) == text.removeprefix(_MARK)
    except ValueError:
        same = False
    return None if same else f"the text is not that of the document, {extractor}"


def _mixed(content: bytes) -> str | None:
    """Decode UTF-8 in which single bytes are cp1252, as an import does; None if a byte is neither."""

    def astray(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - decoding raises nothing else
        return content[error.start : error.start + 1].decode("cp1252"), error.start + 1

    codecs.register_error("single-bytes-cp1252", astray)
    try:
        return content.decode("utf-8", errors="single-bytes-cp1252")
    except UnicodeDecodeError:
        return None


def marked(content: bytes) -> str | None:
    """Return the encoding of the byte order mark; None if there is no mark."""
    return next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)


def _refuse_unquotable(text: str, subject: str) -> None:
    if not text.strip():
        raise DocumentUnreadable(subject, "there is no text in it, so nothing could be quoted. Give a document with text")
    if "\0" in text:
        raise DocumentUnreadable(subject, "is not a text: it has NUL characters. Archive its text, saved as .txt in UTF-8")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DocumentUnreadable(subject, "has half a character (a lone surrogate). Remove it") from None
