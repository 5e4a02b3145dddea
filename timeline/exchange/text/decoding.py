"""Decode the bytes of an import file, and say how certain the encoding is. Line ends stay; a byte order mark is removed.

Owns the guess of the encoding. Must not know any format.
"""

import codecs
import re
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from timeline import files
from timeline.documents import encodings
from timeline.documents.document import MAXIMUM_BYTES
from timeline.errors import ImportRefused, on_one_line

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_NOT_TEXT: Final = (
    (b"PK\x03\x04", "a zip file, such as a spreadsheet. Import that as what it is: timeline import xlsx, or timeline import ods"),
    (b"\xd0\xcf\x11\xe0", "a file of an old office program, such as .xls. Open it there, save it as .xlsx, and import that"),
    (b"\x1f\x8b", "compressed (gzip). Unpack it, and import the file in it"),
    (b"%PDF-", "a PDF. Archive it as a source: timeline archive"),
    (b"SQLite format 3\x00", "a database. Export its table as CSV, and import that"),
)
_FALLBACK: Final = "cp1252"
_SEQUENCE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MAC: Final = re.compile(
    rb"(?<=[a-z])[\x80-\x91\x95\x98\x99\x9b\x9d\x9f](?=[a-z])|(?<=[A-Z])[\x80-\x91\x95\x98\x99\x9b\x9d\x9f](?=[a-z]{2})"
)
"""Letters of the old Macintosh encoding within a word, which are signs or capitals in cp1252."""
_WESTERN: Final = re.compile(rb"(?<=[a-z])[\xc0-\xcf\xd6-\xff]|[\xc0-\xcf\xd6-\xff](?=[a-z])")
_STRAY_AS_CP1252: Final = "timeline.cp1252"  # the name of the error handler for stray bytes
_SHOWN: Final = 5  # lines that are listed
_FOREIGN: Final = re.compile("[À-ÿ]{5,}")  # no word of a language in Latin letters has five accents in a row
_SHOWN_LETTERS: Final = 20


class Decoded(NamedTuple):
    """A file's text, its encoding as the archive will name it, and notes about the guess."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def read_bytes(path: Path, most: int = MAXIMUM_BYTES) -> bytes:
    """Read an import file. Raises ImportRefused if it is missing, not a file, or larger than `most`."""
    try:
        if re.match(r"https?:/", str(path)):
            raise ImportRefused(
                path, "is an address. Download the file (a Google Sheet as comma-separated values), and import that"
            )
        if path.exists() and not path.is_file():
            raise ImportRefused(path, "is not a file. Name the file to import")
        if path.stat().st_size > most:
            raise ImportRefused(path, f"larger than {most // 1_000_000} MB. Import it in parts")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = files.reason(error, "it cannot be read")
        raise ImportRefused(path, f"{reason}. {files.did_you_mean(path, error)}Check the path") from None


def decode(content: bytes, encoding: str | None = None, name: str = "the file") -> Decoded:
    """Decode by the named encoding, by the byte order mark, as UTF-8, or as cp1252, which is noted.

    If most of a file is UTF-8, only the stray bytes are read as cp1252. Raises ImportRefused if it is not a text.
    """
    for sign, kind in _NOT_TEXT:
        if content.startswith(sign):
            raise ImportRefused(name, f"is {kind}")
    decoded = _decode_as(content, encoding, name) if encoding else _guessed(content, name)
    if not decoded.text.strip():
        raise ImportRefused(name, "there is no text in it. Choose another file")
    if "\0" in decoded.text:
        raise ImportRefused(name, "not a text: it holds NUL characters. Save it as text in UTF-8, or name its --encoding")
    if any("\ud800" <= char <= "\udfff" for char in set(decoded.text)):
        raise ImportRefused(name, "holds half a character (a lone surrogate). Save it in UTF-8")
    return decoded


def _decode_as(content: bytes, encoding: str, name: str) -> Decoded:
    codec = encodings.codec_name(encoding)
    if codec is None:
        raise ImportRefused(name, encodings.refusal(on_one_line(encoding)))
    try:
        text = content.decode("utf-8-sig" if codec == "utf-8" else codec)
    except ValueError as error:
        if (wider := encodings.WIDER.get(codec)) is not None:
            with suppress(ValueError):
                note = f"not {codec} throughout: read as {wider}, which has all its letters and more"
                return Decoded(content.decode(wider), wider, (note,))
        where = f"byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else "its content"
        raise ImportRefused(name, f"{where} is not {codec}. Name the encoding it was written in") from None
    return Decoded(text.removeprefix("\ufeff"), codec)


def _guessed(content: bytes, name: str) -> Decoded:
    for mark, codec, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return Decoded(content.decode(codec), encoding)
            except UnicodeDecodeError as error:
                reason = f"begins with the mark of {encoding}, but byte {error.start + 1} is not"
                raise ImportRefused(name, f"{reason}. Save it in UTF-8, or name its --encoding") from None
    beginning = content[:2000]
    if b"\0" in beginning and (wide := _wide(beginning)):
        text = content.decode(wide, errors="replace")
        if "\ufffd" not in text:
            return Decoded(text, wide, (f"without a byte order mark: read as {wide}",))
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _not_utf8(content, name)


def _wide(beginning: bytes) -> str | None:
    """Recognise UTF-16 without a mark by the position of the NULs of its Latin letters."""
    even, odd = beginning[0::2].count(0), beginning[1::2].count(0)
    if max(even, odd) < len(beginning) // 5:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _not_utf8(content: bytes, name: str) -> Decoded:
    """Decode bytes that are not UTF-8: all as cp1252 or Mac Roman, or in a mostly UTF-8 file the stray bytes as cp1252."""
    mixed = len(_SEQUENCE.findall(content))
    if not mixed and len(_MAC.findall(content)) > len(_WESTERN.findall(content)):
        line = _lines_of(content, [next(re.finditer(rb"[\x80-\xff]", content)).start()])[0]
        note = f"not utf-8 (first in line {line}): read as mac_roman, by its letters. If they look wrong, name its --encoding"
        return Decoded(content.decode("mac_roman"), "mac-roman", (note,))
    text, at = _patched(content, name)
    strays = len(at)
    lines = _lines_of(content, at)
    if mixed > strays // 4:
        where = f"line{'' if len(lines) == 1 else 's'} {', '.join(map(str, lines[:_SHOWN]))}{' …' if len(lines) > _SHOWN else ''}"
        bytes_are = "1 byte is" if strays == 1 else f"{strays:,} bytes are"
        note = f"mostly utf-8, but {bytes_are} not ({where}), and read as {_FALLBACK}. Check them"
        return Decoded(text, f"utf-8, with single bytes as {_FALLBACK}", (note,))
    mac = "; if letters look wrong, try --encoding mac_roman" if b"\r" in content and b"\n" not in content else ""
    note = f"not utf-8 (first in line {lines[0]}): read as {_FALLBACK}{mac or '. If letters look wrong, name its --encoding'}"
    try:
        text = content.decode(_FALLBACK)
    except UnicodeDecodeError as error:
        raise _undecodable(name, error.start) from None
    if nonsense := _FOREIGN.search(text):
        raise ImportRefused(
            name,
            f"not utf-8, and as {_FALLBACK} it would read “{nonsense[0][:_SHOWN_LETTERS]}”, which is in no language. Name"
            " the encoding it was written in: --encoding cp1251 (Cyrillic), cp1253 (Greek), cp1256 (Arabic), gb18030 (Chinese)",
        )
    return Decoded(text, _FALLBACK, (note,))


def _patched(content: bytes, name: str) -> tuple[str, list[int]]:
    """Decode UTF-8 with stray bytes of cp1252, and return their places. Reads the bytes once, however many are stray."""
    at = list[int]()

    def decode_stray(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - decoding raises no other
        at.append(error.start)
        try:
            return content[error.start : error.start + 1].decode(_FALLBACK), error.start + 1
        except UnicodeDecodeError:
            raise _undecodable(name, error.start) from None

    codecs.register_error(_STRAY_AS_CP1252, decode_stray)
    return content.decode("utf-8", errors=_STRAY_AS_CP1252), at


def _lines_of(content: bytes, at: list[int]) -> list[int]:
    """Return the line numbers of places, each once, and at most one more than are listed."""
    lines, starts = list[int](), (match.end() for match in re.finditer(rb"\r\n|\r|\n", content))
    number, following = 1, next(starts, None)
    for place in at:
        while following is not None and following <= place:
            number, following = number + 1, next(starts, None)
        if not lines or lines[-1] != number:
            lines.append(number)
        if len(lines) > _SHOWN:
            break
    return lines


def _undecodable(name: str, at: int) -> ImportRefused:
    return ImportRefused(name, f"byte {at + 1} is neither utf-8 nor {_FALLBACK}. Name the encoding it was written in: --encoding")
