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
HEAD: Final = 16  # bytes that show the format


def media_type(content: bytes) -> str | None:
    """Return the media type of a picture by its first bytes, whatever its name; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
