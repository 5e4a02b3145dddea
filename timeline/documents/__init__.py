"""Documents as they were received: formats, encodings, extractors, and the parts that a citation may name.

Owns these rules. Must not know the log; only `document` and `encodings` read bytes.
"""

from timeline.documents.document import (  # isort: skip
    MAXIMUM_BYTES, MAXIMUM_IMPORTED, MEDIA_TYPES, Document, decoded, from_file, from_text, is_address, marked, misread, picture,
    received, recording, refuse_address, too_large, transcribed, unopened,
)  # fmt: skip

__all__ = [
    "MAXIMUM_BYTES", "MAXIMUM_IMPORTED", "MEDIA_TYPES", "Document", "decoded", "from_file", "from_text", "is_address", "marked",
    "misread", "picture", "received", "recording", "refuse_address", "too_large", "transcribed", "unopened",
]  # fmt: skip
