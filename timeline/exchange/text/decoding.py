"""From a file's bytes to its text, and a word on how sure that was. Line ends stay as they are, a byte order mark is left out.

Owns the guess of the encoding where a table or a calendar does not say it. Must not know of any format.
"""

import codecs
import re
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from timeline import encodings, files
from timeline.errors import on_one_line
from timeline.exchange.importing.row import ImportRefused

MAXIMUM_BYTES: Final = 100_000_000
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_NO_TEXTS: Final = (
    (b"PK\x03\x04", "a zip file, such as a spreadsheet (.xlsx, .ods). Open it there, save it as CSV in UTF-8, and import that"),
    (b"\xd0\xcf\x11\xe0", "a file of an old office program, such as .xls. Open it there, save it as CSV in UTF-8, and import that"),
    (b"\x1f\x8b", "compressed (gzip). Unpack it, and import what is in it"),
    (b"%PDF-", "a PDF. Archive it as a source: timeline archive"),
    (b"SQLite format 3\x00", "a database. Export what is to be imported as CSV"),
)
_FALLBACK: Final = "cp1252"
_SEQUENCE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MAC: Final = re.compile(
    rb"(?<=[a-z])[\x80-\x91\x95\x98\x99\x9b\x9d\x9f](?=[a-z])|(?<=[A-Z])[\x80-\x91\x95\x98\x99\x9b\x9d\x9f](?=[a-z]{2})"
)
"""Letters of an old Macintosh within a word, which are signs or capitals in cp1252."""
_WESTERN: Final = re.compile(rb"(?<=[a-z])[\xc0-\xcf\xd6-\xff]|[\xc0-\xcf\xd6-\xff](?=[a-z])")
_ASTRAY: Final = "timeline.cp1252"  # the name under which Python knows what to do with such bytes
_SHOWN: Final = 5  # lines that are named
_FOREIGN: Final = re.compile("[À-ÿ]{5,}")  # no word of a language in Latin letters has five accents in a row
_SHOWN_LETTERS: Final = 20


class Decoded(NamedTuple):
    """A file's text, the encoding's name as the archive will tell it, and what is to be said about the guess."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """Read a file that is to be imported. Raises ImportRefused where it is missing, no file, or too large."""
    try:
        if re.match(r"https?:/", str(path)):
            raise ImportRefused(path, "is an address. Download what is there (of a Google Sheet: as comma-separated values)")
        if path.exists() and not path.is_file():
            raise ImportRefused(path, "is not a file. Name the file to import")
        if path.stat().st_size > MAXIMUM_BYTES:
            raise ImportRefused(path, f"larger than {MAXIMUM_BYTES // 1_000_000} MB. Import it in parts")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
        raise ImportRefused(path, f"{reason}. {files.meant(path, error)}Check the path") from None


def decode(content: bytes, encoding: str | None = None, name: str = "the file") -> Decoded:
    """Decode by the named encoding, the byte order mark, or as UTF-8; what is none is read as cp1252, and that is told.

    Where most of a file is UTF-8 and some bytes are not, those alone are read as cp1252. Raises ImportRefused where it is
    no text.
    """
    for sign, what in _NO_TEXTS:
        if content.startswith(sign):
            raise ImportRefused(name, f"is {what}")
    decoded = _named(content, encoding, name) if encoding else _guessed(content, name)
    if not decoded.text.strip():
        raise ImportRefused(name, "there is no text in it. Nothing can be imported from it")
    if "\0" in decoded.text:
        raise ImportRefused(name, "not a text, it holds NUL characters. Save it as text in UTF-8, or name its --encoding")
    if any("\ud800" <= char <= "\udfff" for char in set(decoded.text)):
        raise ImportRefused(name, "holds half a character (a lone surrogate). Save it in UTF-8")
    return decoded


def _named(content: bytes, encoding: str, name: str) -> Decoded:
    known = encodings.known(encoding)
    if known is None:
        raise ImportRefused(name, encodings.refusal(on_one_line(encoding)))
    try:
        text = content.decode("utf-8-sig" if known == "utf-8" else known)
    except ValueError as error:
        if (wider := encodings.WIDER.get(known)) is not None:
            with suppress(ValueError):
                note = f"not {known} throughout: read as {wider}, which has all its letters and more"
                return Decoded(content.decode(wider), wider, (note,))
        where = f"byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else "what it holds"
        raise ImportRefused(name, f"{where} is not {known}. Name the encoding it was written in") from None
    return Decoded(text.removeprefix("\ufeff"), known)


def _guessed(content: bytes, name: str) -> Decoded:
    for mark, codec, called in _MARKS:
        if content.startswith(mark):
            try:
                return Decoded(content.decode(codec), called)
            except UnicodeDecodeError as error:
                reason = f"begins with the mark of {called}, but byte {error.start + 1} is not"
                raise ImportRefused(name, f"{reason}. Save it in UTF-8, or name its --encoding") from None
    half = content[:2000]
    if b"\0" in half and (wide := _wide(half)):
        text = content.decode(wide, errors="replace")
        if "\ufffd" not in text:
            return Decoded(text, wide, (f"without a byte order mark: read as {wide}",))
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _otherwise(content, name)


def _wide(half: bytes) -> str | None:
    """Tell UTF-16 without a mark by the side on which the NULs of its Latin letters are."""
    even, odd = half[0::2].count(0), half[1::2].count(0)
    if max(even, odd) < len(half) // 5:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _otherwise(content: bytes, name: str) -> Decoded:
    """Read as cp1252 what is not UTF-8: all of it where nothing beyond ASCII is, or only the bytes that are not."""
    mixed = len(_SEQUENCE.findall(content))
    if not mixed and len(_MAC.findall(content)) > len(_WESTERN.findall(content)):
        line = _lines_of(content, [one.start() for one in islice(re.finditer(rb"[\x80-\xff]", content), 1)])[0]
        note = (
            f"not utf-8 (first in line {line}): read as mac_roman, as its letters show. If letters look wrong, name its --encoding"
        )
        return Decoded(content.decode("mac_roman"), "mac-roman", (note,))
    text, at = _patched(content, name)
    strays = len(at)
    lines = _lines_of(content, at)
    if mixed > strays // 4:
        where = f"line{'' if len(lines) == 1 else 's'} {', '.join(map(str, lines[:_SHOWN]))}{' …' if len(lines) > _SHOWN else ''}"
        bytes_are = "1 byte is" if strays == 1 else f"{strays:,} bytes are"
        note = f"mostly utf-8, but {bytes_are} not ({where}), and read as {_FALLBACK}. Look there"
        return Decoded(text, f"utf-8, with single bytes as {_FALLBACK}", (note,))
    mac = "; if letters look wrong, try --encoding mac_roman" if b"\r" in content and b"\n" not in content else ""
    note = f"not utf-8 (first in line {lines[0]}): read as {_FALLBACK}{mac or '. If letters look wrong, name its --encoding'}"
    try:
        text = content.decode(_FALLBACK)
    except UnicodeDecodeError as error:
        raise _neither(name, error.start) from None
    if found := _FOREIGN.search(text):
        raise ImportRefused(
            name,
            f"not utf-8, and as {_FALLBACK} it would say “{found[0][:_SHOWN_LETTERS]}”, which no language writes. Name"
            " the encoding it was written in: --encoding cp1251 (Cyrillic), cp1253 (Greek), cp1256 (Arabic), gb18030 (Chinese)",
        )
    return Decoded(text, _FALLBACK, (note,))


def _patched(content: bytes, name: str) -> tuple[str, list[int]]:
    """Decode UTF-8 whose stray bytes are cp1252, and tell where those are. Reads the bytes once, however many are astray."""
    at = list[int]()

    def astray(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - nothing else is raised on decoding
        at.append(error.start)
        try:
            return content[error.start : error.start + 1].decode(_FALLBACK), error.start + 1
        except UnicodeDecodeError:
            raise _neither(name, error.start) from None

    codecs.register_error(_ASTRAY, astray)
    return content.decode("utf-8", errors=_ASTRAY), at


def _lines_of(content: bytes, at: list[int]) -> list[int]:
    """Tell in which lines places are, each once; no more than are named and one."""
    found, starts = list[int](), (one.end() for one in re.finditer(rb"\r\n|\r|\n", content))
    number, following = 1, next(starts, None)
    for place in at:
        while following is not None and following <= place:
            number, following = number + 1, next(starts, None)
        if not found or found[-1] != number:
            found.append(number)
        if len(found) > _SHOWN:
            break
    return found


def _neither(name: str, at: int) -> ImportRefused:
    return ImportRefused(name, f"byte {at + 1} is neither utf-8 nor {_FALLBACK}. Name the encoding it was written in: --encoding")
