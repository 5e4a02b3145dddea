"""A document as received, with its text; and how plain text and Markdown are read.

Owns reading a file's bytes, and decoding. Must not archive anything, nor fetch. Other media types have extractors of their own,
in `capture`.
"""

import codecs
import errno
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from timeline import encodings, files
from timeline.errors import DocumentUnreadable, Fault, on_one_line
from timeline.extractors import DECODED, GIVEN

MAXIMUM_BYTES = 100_000_000
_ADDRESS = re.compile(r"(https?):/+(.+)", re.DOTALL)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# By name alone: a bundle from a stranger must not be able to archive a password file, which has no such name.
MEDIA_TYPES = {".txt": "text/plain", ".text": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown"}
_MIXED = f"{DECODED}utf-8, with single bytes as cp1252"
TEXT = "the text"  # the subject of what is wrong with a text that was given as such
_MARK = "\ufeff"  # the byte order mark, which is left out of a text


@dataclass(frozen=True, slots=True)
class Document:
    """A document as received, and the text that was read from it by the named extractor.

    `facts` is what the document says of itself: title, author, publisher, published (EDTF), language (BCP 47), url. It is to be
    offered, never trusted over what an author says.
    """

    bytes: bytes
    text: str
    media_type: str
    extractor: str
    facts: Mapping[str, str] = field(default_factory=dict)


def from_text(text: str, media_type: str = "text/plain") -> Document:
    """Take a text that was given as such; its bytes are its UTF-8."""
    _refuse_unquotable(text, TEXT)
    return Document(text.encode(), text, media_type, GIVEN)


def from_file(path: Path, encoding: str | None = None) -> Document:
    """Read a plain text or Markdown file. White space and line ends stay as they are; a byte order mark is left out.

    Raises DocumentUnreadable where it is missing, empty, too large, binary, or not in the encoding (UTF-8 unless told).
    """
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise DocumentUnreadable(path, "only .txt and .md files are read here. Archive its text, saved as .txt in UTF-8")
    return decoded(received(path), media_type, str(path), encoding)


def received(path: Path, within: Sequence[Path] | None = None) -> bytes:
    """Read the bytes of a file. Raises DocumentUnreadable where it is missing, no file, or too large.

    Raises OutsideFolder where folders are given and none of them holds it, all links followed.
    """
    try:
        with files.opened(path, within) as file:
            content = b"" if os.fstat(file.fileno()).st_size > MAXIMUM_BYTES else file.read(MAXIMUM_BYTES + 1)
            if len(content) > MAXIMUM_BYTES or file.read(1):
                raise too_large(str(path))
            return content
    except (OSError, ValueError) as error:
        raise unopened(path, error) from None


def is_address(name: str) -> bool:
    """Whether a name is the address of a page rather than a file's."""
    return _ADDRESS.match(name) is not None


def refuse_address(name: str) -> None:
    """Refuse an address in the place of a file, however its slashes came through. Raises DocumentUnreadable."""
    if found := _ADDRESS.match(name):
        address = f"{found[1]}://{found[2]}"
        told = f"is an address, and no page is fetched unasked. To fetch it: timeline archive --fetch {shlex.quote(address)}"
        raise DocumentUnreadable(on_one_line(address), told)


def unopened(path: Path, error: OSError | ValueError) -> DocumentUnreadable:
    """Say in a line why a file cannot be opened, and what to do."""
    if isinstance(error, files.NotAFile):
        return DocumentUnreadable(files.shown(path), "is not a file. Name the document itself")
    if getattr(error, "errno", None) == errno.ENAMETOOLONG:
        return DocumentUnreadable(files.shown(path), "is too long a name for a file. Rename the document, and name it so")
    reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
    advice = "Check the path; it is read relative to the bundle or the folder you are in"
    return DocumentUnreadable(files.shown(path), f"{reason}. {files.meant(path, error)}{advice}")


def of_document(error: DocumentUnreadable, *, file: bool) -> Fault:
    """Tell why a document cannot be archived as a fault of the field in which it was given: a file's, or a text's."""
    return Fault("file" if file else "text", error.beside(TEXT))


def too_large(name: str) -> DocumentUnreadable:
    """Say that a document has more bytes than are archived."""
    return DocumentUnreadable(name, f"larger than {MAXIMUM_BYTES // 1_000_000} MB. Archive the part that you cite")


def decoded(content: bytes, media_type: str, name: str, encoding: str | None = None) -> Document:
    """Read plain text: in the encoding told, or its byte order mark's, or UTF-8. Raises DocumentUnreadable."""
    told = encodings.known(encoding) if encoding else marked(content) or "utf-8"
    if told is None:
        raise DocumentUnreadable(name, encodings.refusal(on_one_line(encoding or "")))
    try:
        text = content.decode(told)
    except ValueError as error:
        where = f"byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else "what it holds"
        raise DocumentUnreadable(name, f"{where} is not {told}. {encodings.NAME_IT}") from None
    _refuse_unquotable(text, name)
    return Document(content, text, media_type, f"{DECODED}{told}")


def misread(content: bytes, text: str, extractor: str) -> str | None:
    """Say why a text is not what its extractor took from the bytes; None where it is, or where that is a program, not run again."""
    if extractor != GIVEN and not extractor.startswith(DECODED):
        return None
    if extractor == _MIXED:
        return None if _mixed(content) == text else f"the text is not that of the document, {extractor}"
    told = "utf-8" if extractor == GIVEN else extractor.removeprefix(DECODED)
    encoding = encodings.known(told)
    if encoding is None:
        return encodings.refusal(on_one_line(told))
    try:
        same = content.decode(encoding).removeprefix(_MARK) == text.removeprefix(_MARK)
    except ValueError:
        same = False
    return None if same else f"the text is not that of the document, {extractor}"


def _mixed(content: bytes) -> str | None:
    """Decode UTF-8 in which single bytes are cp1252, as an import does; None where one is neither."""

    def astray(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - nothing else is raised on decoding
        return content[error.start : error.start + 1].decode("cp1252"), error.start + 1

    codecs.register_error("single-bytes-cp1252", astray)
    try:
        return content.decode("utf-8", errors="single-bytes-cp1252")
    except UnicodeDecodeError:
        return None


def marked(content: bytes) -> str | None:
    """Name the encoding that a byte order mark tells, if there is one."""
    return next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)


def _refuse_unquotable(text: str, subject: str) -> None:
    if not text.strip():
        raise DocumentUnreadable(subject, "there is no text in it. Nothing could be quoted from it")
    if "\0" in text:
        raise DocumentUnreadable(subject, "not a text, it holds NUL characters. Archive its text, saved as .txt in UTF-8")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DocumentUnreadable(subject, "holds half a character (a lone surrogate). Remove it") from None
