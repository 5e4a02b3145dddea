"""Lists of sources: those that happenings cite, each once, in the order of their first citation. Must not know any format."""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.reading.records import PAGES, Happening, Source

LOSES: Final = {
    "title": "left out, with every other field of a happening: this is a list of the sources",
    "quotations": "left out, except their sources",
    "media_type": "left out, except for web pages and messages",
    "author": "written as one name, even if there are several",
}


def sources(happenings: Iterable[Happening]) -> Iterator[Source]:
    """Return each cited source once."""
    seen: set[str] = set()
    for happening in happenings:
        for quotation in happening.quotations:
            if quotation.source.id not in seen:
                seen.add(quotation.source.id)
                yield quotation.source


def kind(source: Source) -> str:
    """Return what a source is by its media type: a web page, a message, or a document."""
    media_type = (source.media_type or "").partition(";")[0]
    if media_type == "message/rfc822":
        return "message"
    return "page" if source.url and media_type in PAGES else "document"
