"""The sources that happenings cite, each once, in the order in which they are first cited. Must not know any format."""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.reading.records import PAGES, Happening, Source

LOSES: Final = {
    "title": "left out, with all that is said of a happening: this is a list of the sources",
    "quotations": "only their sources are there",
    "media_type": "left out, but for web pages and messages",
    "author": "stands as one name, even where there are several",
}


def sources(happenings: Iterable[Happening]) -> Iterator[Source]:
    """Give each source once."""
    seen: set[str] = set()
    for happening in happenings:
        for quotation in happening.quotations:
            if quotation.source.id not in seen:
                seen.add(quotation.source.id)
                yield quotation.source


def kind(source: Source) -> str:
    """Tell what a source is, as far as its media type says: a page of the web, a message, or a document."""
    media_type = (source.media_type or "").partition(";")[0]
    if media_type == "message/rfc822":
        return "message"
    return "page" if source.url and media_type in PAGES else "document"
