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
NAMES: Final = "PNG, JPEG, WebP or GIF"
NO_TEXT: Final = sha256(b"").hexdigest()  # of the empty text; every other document has some
MOST: Final = 20  # pictures of a happening
SHORT: Final = 16  # hex digits of the hash in an address
HEAD: Final = 16  # bytes that show the format


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
