"""The claims of a picture or recording: when, where and with which camera it was taken (EXIF), and who signed it (C2PA).

Owns the reading of these claims, within a few small parts of the file. Nothing of it is verified, and nothing may use it
unasked. Must not decode a picture. Imports the standard library alone.
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from timeline.documents import images

Read = Callable[[int, int], bytes]
"""Returns so many bytes of a file from an offset; fewer at its end."""
_MOST_PARTS: Final = 500  # of a file
_LARGEST: Final = 2_000_000  # bytes of a part that is read
_MOST_ENTRIES: Final = 200  # of a directory in EXIF
_SHOWN: Final = 100  # characters of a claim
_MAKE, _MODEL, _SOFTWARE, _DETAILS, _GPS, _TAKEN, _SHIFT = 0x10F, 0x110, 0x131, 0x8769, 0x8825, 0x9003, 0x9011
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}  # bytes of a value, by the type in EXIF
_TIME: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_MANIFEST_IN_TIFF: Final = 0xCD41
_MANIFEST_IN_MP4: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
# The name of the program in a manifest, which is CBOR: a text of up to 255 bytes after the key, or the name within its details.
_GENERATOR: Final = re.compile(rb"(?:oclaim_generator|tclaim_generator_info[\x80-\xbf]?[\xa0-\xbf].{0,64}?dname)", re.S)
_TEXT: Final = re.compile(rb"([\x61-\x77])|\x78(.)", re.S)


class Claims(NamedTuple):
    """The claims of a file, or None for each: `taken_at` is EDTF, `place` latitude and longitude, `signed` words."""

    taken_at: str | None = None
    camera: str | None = None
    software: str | None = None
    place: str | None = None
    signed: str | None = None

    @property
    def words(self) -> str | None:
        """All of EXIF in a line; None if there is nothing."""
        parts = (
            f"taken {self.taken_at}" if self.taken_at else "",
            f"with {self.camera}" if self.camera else "",
            f"written by {self.software}" if self.software else "",
            f"at {self.place}" if self.place else "",
        )
        return ", ".join(filter(None, parts)) or None


def of_bytes(content: bytes) -> Claims:
    """Return the claims of a file that is in memory."""
    return of(lambda start, length: content[start : start + length])


def of(read: Read) -> Claims:
    """Return the claims of a file. A malformed one makes none."""
    try:
        exif, manifest = b"", b""
        for name, start, length in _parts(read):
            if name == "exif" and not exif:
                exif = read(start, max(0, min(length, _LARGEST)))
            elif name == "manifest":
                manifest += read(start, max(0, min(length, _LARGEST - len(manifest))))
        claims = _exif(exif) if exif else Claims()
        return claims._replace(signed=_signed(manifest) if manifest else claims.signed)
    except (struct.error, ValueError, IndexError, RecursionError):
        return Claims()


def _parts(read: Read) -> Iterator[tuple[str, int, int]]:
    """Yield the parts of a file that have claims, each with its offset and length."""
    head = read(0, 16)
    kind = images.recognised_type(head)
    if kind == "image/jpeg":
        return _of_jpeg(read)
    if kind == "image/png":
        return _of_chunks(read, 8, ">", {b"eXIf": "exif", b"caBX": "manifest"}, after=4)
    if kind == "image/webp":
        return _of_chunks(read, 12, "<", {b"EXIF": "exif", b"C2PA": "manifest"})
    if kind == "image/tiff":
        return iter([("exif", 0, _LARGEST)])
    return _of_boxes(read) if head[4:8] == b"ftyp" else iter(())


def _of_jpeg(read: Read) -> Iterator[tuple[str, int, int]]:
    place = 2
    for _ in range(_MOST_PARTS):
        segment = read(place, 24)
        if len(segment) < 4 or segment[0] != 0xFF or segment[1] in (0xD9, 0xDA):
            return
        length = int.from_bytes(segment[2:4], "big")
        if segment[1] == 0xE1 and segment[4:10] == b"Exif\0\0":
            yield "exif", place + 10, max(0, length - 8)
        elif segment[1] == 0xEB and segment[4:6] == b"JP" and segment[16:20] == b"jumb":
            yield "manifest", place + 20, max(0, length - 18)
        place += 2 + max(length, 2)


def _of_chunks(read: Read, place: int, order: str, names: Mapping[bytes, str], after: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield the parts of a file of chunks: PNG has the length before the name, WebP after it, and chunks of an even length."""
    for _ in range(_MOST_PARTS):
        head = read(place, 8)
        if len(head) < 8:
            return
        name, length = (head[4:], head[:4]) if order == ">" else (head[:4], head[4:])
        size = struct.unpack(f"{order}I", length)[0]
        if name in names:
            yield names[name], place + 8, size
        place += 8 + size + after + (size % 2 if order == "<" else 0)


def _of_boxes(read: Read) -> Iterator[tuple[str, int, int]]:
    place = 0
    for _ in range(_MOST_PARTS):
        head = read(place, 24)
        if len(head) < 8:
            return
        size, name = struct.unpack(">I4s", head[:8])
        if name == b"uuid" and head[8:24] == _MANIFEST_IN_MP4:
            yield "manifest", place + 24, max(size - 24, 0)
        if size == 1:
            size = struct.unpack(">Q", read(place + 8, 8))[0]
        if size < 8:
            return
        place += size


def _exif(content: bytes) -> Claims:
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    if order is None:
        return Claims()
    first = _directory(content, struct.unpack(f"{order}I", content[4:8])[0], order)
    details = _directory(content, first[_DETAILS], order) if isinstance(first.get(_DETAILS), int) else {}
    gps = _directory(content, first[_GPS], order) if isinstance(first.get(_GPS), int) else {}
    make, model = (_text(first.get(tag)) for tag in (_MAKE, _MODEL))
    camera = model if make and model and model.lower().startswith(make.lower()) else " ".join(filter(None, (make, model)))
    signed = first.get(_MANIFEST_IN_TIFF)
    return Claims(
        _time_of_picture(_text(details.get(_TAKEN)), _text(details.get(_SHIFT))),
        camera or None,
        _text(first.get(_SOFTWARE)),
        _place(gps),
        _signed(signed) if isinstance(signed, bytes) else None,
    )


def _directory(content: bytes, place: object, order: str) -> dict[int, object]:
    """Read a directory: a number, a text, or a list of fractions by its tag."""
    values: dict[int, object] = {}
    if not isinstance(place, int) or place + 2 > len(content):
        return values
    count = struct.unpack(f"{order}H", content[place : place + 2])[0]
    for number in range(min(count, _MOST_ENTRIES)):
        entry = content[place + 2 + 12 * number : place + 14 + 12 * number]
        tag, kind, many = struct.unpack(f"{order}HHI", entry[:8])
        size = _SIZES.get(kind, 0) * many
        if not size or size > _LARGEST:
            continue
        start = struct.unpack(f"{order}I", entry[8:])[0]
        raw = entry[8 : 8 + size] if size <= 4 else content[start : start + size]
        if kind in (3, 4) and many == 1:
            values[tag] = int.from_bytes(raw, "little" if order == "<" else "big")
        elif kind == 5:
            values[tag] = list(struct.iter_unpack(f"{order}II", raw))
        elif kind in (1, 2, 7):
            values[tag] = raw
    return values


def _text(value: object) -> str | None:
    """Return the words of a value on one line; None if it has none."""
    if not isinstance(value, bytes):
        return None
    text = value.partition(b"\0")[0].decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:_SHOWN] or None


def _time_of_picture(time: str | None, shift: str | None) -> str | None:
    match = _TIME.fullmatch(time or "")
    if match is None or match[1] == "0000":
        return None
    known = shift if re.fullmatch(r"[+-]\d\d:\d\d", shift or "") else ""
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6]}{known}"


def _place(gps: Mapping[int, object]) -> str | None:
    """Return the latitude and longitude in decimal degrees."""
    sides = []
    for reference, tag, negative, most in ((1, 2, "S", 90), (3, 4, "W", 180)):
        parts = gps.get(tag)
        if not isinstance(parts, list) or len(parts) != 3 or not all(below for _, below in parts):
            return None
        degrees = sum(above / below / 60**power for power, (above, below) in enumerate(parts))
        if degrees > most:
            return None
        sides.append(-degrees if _text(gps.get(reference)) == negative else degrees)
    return None if sides == [0, 0] else f"{sides[0]:.6f}, {sides[1]:.6f}"


def _signed(manifest: bytes) -> str | None:
    """Say that there is a C2PA manifest, and by which program, as it says itself."""
    if b"c2pa" not in manifest:
        return None
    program = None
    for match in re.finditer(_GENERATOR, manifest):
        if length := _TEXT.match(manifest, match.end()):
            many = length[1][0] - 0x60 if length[1] else length[2][0]
            program = program or _text(manifest[length.end() : length.end() + many])
    made = f", which says that it was made with {program}" if program else ""
    return f"a C2PA manifest is in the file{made}; not validated"
