"""From a document's bytes to its text: plain text and Markdown.

Owns decoding. Must not archive anything, nor fetch. Other media types come with extractors of their own.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from timeline.errors import DocumentUnreadable

MAXIMUM_BYTES = 100_000_000
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# By name alone: a bundle from a stranger must not be able to archive a password file, which has no such name.
_MEDIA_TYPES = {".txt": "text/plain", ".text": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown"}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as received, and the text that was read from it by the named extractor."""

    bytes: bytes
    text: str
    media_type: str
    extractor: str


def from_text(text: str, media_type: str = "text/plain") -> Document:
    """Take a text that was given as such; its bytes are its UTF-8."""
    _refuse_unquotable(text, "the text")
    return Document(text.encode(), text, media_type, "given as text")


def from_file(path: Path, encoding: str | None = None) -> Document:
    """Read a plain text or Markdown file. White space and line ends stay as they are; a byte order mark is left out.

    Raises DocumentUnreadable where it is missing, empty, too large, binary, or not in the encoding (UTF-8 unless told).
    """
    media_type = _MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise DocumentUnreadable(f"{path}: only .txt and .md files are read here. Archive its text, saved as .txt in UTF-8")
    try:
        if path.exists() and not path.is_file():
            raise DocumentUnreadable(f"{path}: is not a file. Name the document itself")
        if path.stat().st_size > MAXIMUM_BYTES:
            raise DocumentUnreadable(f"{path}: larger than {MAXIMUM_BYTES // 1_000_000} MB. Archive the part that you cite")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
        raise DocumentUnreadable(
            f"{path}: {reason}. Check the path; it is read relative to the bundle or the folder you are in"
        ) from None
    encoding = _named(encoding) or next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(
            f"{path}: byte {error.start + 1} is not {encoding}. Name the encoding it was written in, such as cp1252 or cp1256"
        ) from None
    except (LookupError, ValueError):
        raise DocumentUnreadable(f'{path}: "{encoding}" is not the name of an encoding. Try utf-8 or cp1252') from None
    _refuse_unquotable(text, str(path))
    return Document(content, text, media_type, f"decoded as {encoding}")


def _named(encoding: str | None) -> str | None:
    """Call an encoding by its one name, so that UTF-8 and utf8 are the same."""
    try:
        return codecs.lookup(encoding).name if encoding else None
    except (LookupError, ValueError):
        return encoding


def _refuse_unquotable(text: str, subject: str) -> None:
    if not text.strip():
        raise DocumentUnreadable(f"{subject}: there is no text in it. Nothing could be quoted from it")
    if "\0" in text:
        raise DocumentUnreadable(f"{subject}: not a text, it holds NUL characters. Archive its text, saved as .txt in UTF-8")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DocumentUnreadable(f"{subject}: holds half a character (a lone surrogate). Remove it") from None
