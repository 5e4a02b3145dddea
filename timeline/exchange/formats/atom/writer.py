"""Write an Atom feed (RFC 4287) of new and corrected happenings, the latest first.

An entry is the current version of a happening. A correction keeps its id and changes `updated`, as feed readers expect.
"""

from collections.abc import Iterable, Iterator
from html import escape

from timeline.exchange.exporting import feeds
from timeline.exchange.exporting.feeds import clean
from timeline.exchange.exporting.format import About
from timeline.reading.records import Happening


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the feed."""
    entries, older = feeds.latest(happenings, about)
    language = f' xml:lang="{_e(about.language)}"' if about.language else ""
    base = f' xml:base="{_e(about.page)}/"' if about.page else ""
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"{language}{base}>\n'
    yield f"<id>{_e(about.urn('feed', about.query or 'all'))}</id>\n<title>{_e(about.name)}</title>\n"
    yield f"<subtitle>{_e(feeds.subtitle(about, older))}</subtitle>\n"
    yield f"<updated>{max((entry.recorded_at for entry in entries), default=about.at)}</updated>\n"
    # Atom wants an author in the feed unless every entry has one.
    yield f"<author><name>{_e(about.title)}</name></author>\n"
    if about.page:
        query = f"?{about.query}" if about.query else ""
        yield f'<link rel="self" type="application/atom+xml" href="{_e(f"{about.page}/export/atom{query}")}"/>\n'
        yield f'<link rel="alternate" type="text/html" href="{_e(f"{about.page}{query}")}"/>\n'
    for entry in entries:
        yield _entry(entry, about)
    yield "</feed>\n"


def _entry(happening: Happening, about: About) -> str:
    address = about.happening(happening.id)
    parts = [
        f"<id>{_e(about.urn('happening', happening.id))}</id>",
        f"<title>{_e(feeds.title(happening))}</title>",
        f"<updated>{happening.recorded_at}</updated>",
        f"<author><name>{_e(happening.recorded_by)}</name></author>" if happening.recorded_by else "",
        f'<link rel="alternate" type="text/html" href="{_e(address)}"/>' if about.page else "",
        *(f'<category term="{_e(tag)}"/>' for tag in feeds.tags(happening)),
        f'<content type="html">{escape(feeds.content(happening, about))}</content>',
    ]
    return "<entry>\n" + "\n".join(part for part in parts if part) + "\n</entry>\n"


def _e(text: str | None) -> str:
    """Escape a text so that XML returns it unchanged."""
    return escape(clean(text)).replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;")


FORMAT = feeds.feed("atom", "Atom feed", "application/atom+xml; charset=utf-8", ".atom", write)
