"""The names of what may be said, in the order in which people read it: of a happening, a citation, a source and its document.

The models check what these hold. Must not know any of them, so that pages and exports can name fields where there is no pydantic.
"""

from typing import Final

TEXTS: Final = (
    "title", "date_note", "zone", "summary", "kind", "place", "latitude", "longitude", "part_of", "attributed_to",
)  # fmt: skip
"""A happening's texts, but for its date."""
LISTS: Final = ("actors", "tags", "related", "citations")
CITATION: Final = ("source", "quote", "prefix", "suffix", "stance", "supports")
BIBLIOGRAPHY: Final = ("title", "publisher", "author", "published", "url", "language")
DOCUMENT: Final = ("media_type", "extractor", "sha256", "text_sha256")
