"""The field names of a happening, a citation, a source and its document, in the order in which people read them.

The models check the values. Must not import them, so that pages and exports can name fields without pydantic.
"""

from collections.abc import Mapping
from typing import Final

TEXTS: Final = (
    "title", "date_note", "zone", "summary", "kind", "place", "latitude", "longitude", "part_of", "attributed_to",
)  # fmt: skip
"""The text fields of a happening, except its date."""
LISTS: Final = ("actors", "tags", "related", "media", "citations")
CITATION: Final = ("source", "quote", "prefix", "suffix", "stance", "supports", "fragment", "description")
PICTURE: Final = ("source", "alt", "caption", "credit")
BIBLIOGRAPHY: Final = ("title", "publisher", "author", "published", "url", "language")
COLLECTION: Final = ("collected_by", "collected_at", "collected_from", "collected_with", "collection_note")
"""The text fields of how a source was obtained."""
CUSTODY: Final = ("when", "who", "what")
"""The fields of one step in the custody of a source."""
SOURCE: Final = (*BIBLIOGRAPHY, *COLLECTION, "custody")
"""The fields of a source that a person gives, and may correct."""
DOCUMENT: Final = ("media_type", "extractor", "sha256", "text_sha256")
STATUSES: Final[Mapping[str, str]] = {
    "HappeningRecorded": "current",
    "HappeningCorrected": "current",
    "HappeningRetracted": "retracted",
}
"""The status of a happening after an event, by the event's type."""
WITHOUT_STATEMENT: Final = ("EventRedacted", "HappeningReviewed")
"""The types of events that make no statement. A search for the last statement of a stream passes over them."""
