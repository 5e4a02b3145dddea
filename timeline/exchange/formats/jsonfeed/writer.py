"""Write a JSON Feed 1.1 of new and corrected happenings, the latest first."""

from collections.abc import Iterable, Iterator
from typing import Any

from timeline.exchange.exporting import feeds
from timeline.exchange.exporting.feeds import clean
from timeline.exchange.exporting.format import About
from timeline.exchange.text.json_stream import dumps, filled, json_list
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
    yield from json_list((_item(entry, about) for entry in entries), f'{dumps(filled(head))[:-1]},\n"items":[', "]}")


def _item(happening: Happening, about: About) -> dict[str, Any]:
    address = about.happening(happening.id)
    item: dict[str, Any] = {
        "id": about.urn("happening", happening.id),
        "url": address if about.page else None,
        "title": feeds.title(happening),
        "content_html": feeds.content(happening, about),
        "authors": [{"name": clean(happening.recorded_by)}] if happening.recorded_by else None,
        # A record of a later version does not hold the time of version 1.
        "date_published": happening.recorded_at if happening.version == 1 else None,
        "date_modified": happening.recorded_at,
        "tags": [clean(tag) for tag in feeds.tags(happening)],
        "_timeline": {"edtf": happening.date, "version": happening.version, "position": happening.position},
    }
    return filled(item)


FORMAT = feeds.feed("jsonfeed", "JSON Feed", "application/feed+json", ".json", write)
