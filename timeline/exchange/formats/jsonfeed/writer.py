"""JSON Feed 1.1: what was newly recorded or corrected, the latest first."""

from collections.abc import Iterable, Iterator
from typing import Any

from timeline.exchange.exporting import feeds
from timeline.exchange.exporting.feeds import clean
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.json_stream import dumps, listed
from timeline.reading.records import Happening


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the feed."""
    entries, older = feeds.latest(happenings, about)
    query = f"?{about.query}" if about.query else ""
    head: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(about.name),
        "description": feeds.subtitle(about, older),
        "home_page_url": f"{about.page}{query}" if about.page else None,
        "feed_url": f"{about.page}/export/jsonfeed{query}" if about.page else None,
        "language": about.language,
    }
    said = dumps({name: value for name, value in head.items() if value})
    yield from listed((_item(entry, about) for entry in entries), f'{said[:-1]},\n"items":[', "]}")


def _item(happening: Happening, about: About) -> dict[str, Any]:
    address = about.happening(happening.id)
    item: dict[str, Any] = {
        "id": about.urn("happening", happening.id),
        "url": address if about.page else None,
        "title": feeds.title(happening),
        "content_html": feeds.content(happening, about),
        "authors": [{"name": clean(happening.recorded_by)}] if happening.recorded_by else None,
        # When version 1 was recorded is not at hand in what is written: of a later one only that it was changed is said.
        "date_published": happening.recorded_at if happening.version == 1 else None,
        "date_modified": happening.recorded_at,
        "tags": [clean(tag) for tag in dict.fromkeys(tag for tag in (happening.kind, *happening.tags) if tag)],
        "_timeline": {"edtf": happening.date, "version": happening.version, "position": happening.position},
    }
    return {name: value for name, value in item.items() if value}


FORMAT = Format(
    "jsonfeed",
    "JSON Feed",
    "application/feed+json",
    ".json",
    write,
    feeds.LOSES,
    order="recorded",
    most=feeds.MOST,
    status="all",
)
