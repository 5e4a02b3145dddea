"""Pictures as documents: which formats there are, and how their bytes begin.

Owns the formats, and the rule that a picture has no text. Must not decode a picture. Imports the standard library alone.
"""

from hashlib import sha256
from typing import Final

SUFFIXES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
OTHER_SUFFIXES: Final = {
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".heic": "image/heic",
    ".bmp": "image/bmp",
    ".avif": "image/avif",
}
"""Of scans and pictures that are archived only with their words: recognised, or written down by a person."""
NAMES: Final = "PNG, JPEG, WebP or GIF"
RECOGNISED_TYPES: Final = frozenset(("image/png", "image/jpeg", "image/webp", "image/tiff"))  # whose text can be recognised
RECOGNISED_NAMES: Final = "PNG, JPEG, WebP or TIFF"
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
NO_TEXT: Final = sha256(b"").hexdigest()  # of the empty text; every other document has some
MOST: Final = 20  # pictures of a happening
SHORT: Final = 16  # hex digits of the hash in an address
HEAD: Final = 16  # bytes that show the format
_PNG_HEAD, _GIF_HEAD = 24, 10  # bytes that show the size


def query(sha256: str, media_type: str | None) -> str:
    """Return the query string of a picture's address: its hash, so that a copy may be cached for good, and a usual suffix.

    Programs that show pictures, TimelineJS among them, know one by the end of its address.
    """
    return f"?sha256={sha256[:SHORT]}.{(media_type or '').rpartition('/')[2]}".rstrip(".")


def media_type(content: bytes) -> str | None:
    """Return the media type of a picture by its first bytes, whatever its name; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def recognised_type(content: bytes) -> str | None:
    """Return the media type of a picture whose text can be recognised, by its first bytes; None for anything else."""
    kind = "image/tiff" if content.startswith(_TIFF) else media_type(content)
    return kind if kind in RECOGNISED_TYPES else None


def size(content: bytes) -> tuple[int, int] | None:
    """Return the width and height of a picture in pixels, as its head states them; None if it does not, or for WebP."""
    kind, numbers = media_type(content), (0, 0)
    if kind == "image/png" and len(content) >= _PNG_HEAD:
        numbers = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    elif kind == "image/gif" and len(content) >= _GIF_HEAD:
        numbers = int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    elif kind == "image/jpeg":
        numbers = _jpeg_size(content)
    return numbers if min(numbers) > 0 else None


def _jpeg_size(content: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xFF:  # a filler
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # the start of a frame
            return int.from_bytes(content[place + 7 : place + 9], "big"), int.from_bytes(content[place + 5 : place + 7], "big")
        else:
            place += 2 + max(length, 2)
    return 0, 0
