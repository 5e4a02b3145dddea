"""The wording of sources, citations and other fields, as text and as HTML, for formats that have no field for them.

Owns that wording for all formats. Must not know any format.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting.format import About
from timeline.exchange.text.own_exports import ADDED, RULE
from timeline.fields import COLLECTION
from timeline.reading import wording
from timeline.reading.records import Happening, Quotation, Source
from timeline.reading.wording import NO_TITLE, one_line

ENTRY: Final = "Entry in"
_UNTIDY: Final = ("  ", "\t", "\r", " \n", "\n ", "\n\n\n")
CACHED: Final = 4096  # sources, dates and instants whose wording is cached


def actor_names(happening: Happening) -> list[str]:
    """Return the names of the actors, with their roles."""
    return [f"{name} ({role})" if role else name for name, role in happening.actors]


def publication(source: Source) -> list[str]:
    """Return the publisher, unless it is the author, and the date of a source."""
    publisher = source.publisher if source.publisher != source.author else None
    return [part for part in (publisher, worded(source.published)) if part]


@lru_cache(maxsize=CACHED)
def source_line(source: Source) -> str:
    """Describe a source: author, title, publisher, date, and whether its text was compared with the document."""
    parts = [source.author, source.title or NO_TITLE, *publication(source), source.caveat]
    return ", ".join(part for part in parts if part)


def collection(source: Source) -> Iterator[str]:
    """Yield how a source was obtained, and what was done with it since: sentences without their full stops."""
    obtained = wording.obtained(*(getattr(source, name) for name in COLLECTION))
    yield from (line.rstrip(".") for line in (*obtained, *(f"Custody: {wording.step(step._asdict())}" for step in source.custody)))


def place(quotation: Quotation, page: str = "page") -> str:
    """Write the page of a quotation and the part of a picture or recording, each after a comma; empty if it has neither."""
    parts = (f"{page} {quotation.page}" if quotation.page else "", quotation.part or "")
    return "".join(f", {part}" for part in parts if part)


def citation(quotation: Quotation) -> str:
    """Write a quotation and its source in a line."""
    disputes = "Disputed by: " if quotation.stance == "disputes" else ""
    supports = f" [for: {one_line(quotation.supports)}]" if quotation.supports else ""
    source = f"{source_line(quotation.source)}{place(quotation)}"
    if quotation.description is not None:
        return f"{disputes}{wording.DESCRIBED}: {one_line(quotation.description)} ({source}){supports}"
    if quotation.is_entry:
        return f"{disputes}{ENTRY} {source}{supports}"
    return f"{disputes}“{one_line(quotation.quote)}” ({source}){supports}"


def fields(happening: Happening) -> Iterator[tuple[str, str]]:
    """Yield the other fields of a happening, each as (name, words)."""
    if happening.date_note:
        yield "Date", happening.date_note
    if happening.attributed_to:
        yield "According to", happening.attributed_to
    if happening.place:
        yield "Place", happening.place
    if happening.actors:
        yield "Who", ", ".join(actor_names(happening))
    if happening.tags:
        yield "Tags", ", ".join(happening.tags)


def tidied(text: str | None) -> str:
    """Normalise the spaces in a text as HTML does: none at line ends, runs as one, at most one empty line."""
    if not text:
        return ""
    if not any(sign in text for sign in _UNTIDY):
        return text.strip()
    unified = re.sub(r"[ \t]+", " ", re.sub(r"\r\n?", "\n", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", unified)).strip()


def with_additions(summary: str | None, additions: Iterable[str]) -> str:
    """Write the summary and, below a rule, the additions of the export in a line each. An import finds the rule."""
    lines = "\n".join(one_line(line) for line in additions if line)
    return f"{summary or ''}{RULE}{lines}".strip() if lines or RULE in f"\n\n{summary}\n" else summary or ""


def html(happening: Happening, about: About, summary: str | None = None) -> str:
    """Write a happening without its title and date as HTML: escaped, with block quotations and links to the sources.

    `summary` is the summary as HTML, if it has more markup than paragraphs.
    """
    parts = [f"<p>{name}: {escape(one_line(words), quote=False)}</p>" for name, words in fields(happening)]
    for quotation in happening.quotations:
        disputes = "Disputed by: " if quotation.stance == "disputes" else ""
        source = escape(source_line(quotation.source), quote=False)
        address = quotation.source.url or (about.source(quotation.source.id) if about.page else None)
        linked = f'<a href="{escape(address)}">{source}</a>' if address else source
        entry = quotation.is_entry
        quoted = f"<blockquote>{escape(quotation.quote, quote=False)}</blockquote>"
        described = f"<p>{wording.DESCRIBED}: {escape(one_line(quotation.description), quote=False)}</p>"
        words = "" if entry else quoted if quotation.description is None else described
        parts.append(f"{words}<p>{disputes}{ENTRY + ' ' if entry else ''}{linked}{escape(place(quotation), quote=False)}</p>")
    if about.page:
        parts.append(f'<p><a href="{escape(about.happening(happening.id))}">Sources and history</a></p>')
    return (summary or paragraphs(happening.summary)) + mark_added("".join(parts))


def paragraphs(text: str | None) -> str:
    """Write a text as HTML paragraphs."""
    return "".join(f"<p>{escape(one, quote=False).replace(chr(10), '<br/>')}</p>" for one in tidied(text).split("\n\n") if one)


def mark_added(html: str) -> str:
    """Mark HTML as an addition of the export to the happening's own words."""
    return f'<div class="{ADDED}">{html}</div>' if html else ""
