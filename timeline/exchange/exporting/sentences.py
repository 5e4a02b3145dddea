"""What formats without a field for it say in words: a source, a citation, who took part, and the same as plain HTML.

Owns that wording, alike in all formats. Must not know any format.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting.format import About
from timeline.exchange.text.additions import ADDED, RULE
from timeline.extractors import NOT_COMPARED
from timeline.reading.records import Happening, Quotation, Source
from timeline.reading.wording import NO_TITLE, one_line

ENTRY: Final = "Entry in"
_UNTIDY: Final = ("  ", "\t", "\r", " \n", "\n ", "\n\n\n")
MANY: Final = 4096  # sources whose words are kept


def who(happening: Happening) -> list[str]:
    """Name those who took part, with their roles."""
    return [f"{name} ({role})" if role else name for name, role in happening.actors]


@lru_cache(maxsize=MANY)
def source(source: Source) -> str:
    """Say which document it is: author, title, publisher, date; and where nobody compared the text with it."""
    publisher = source.publisher if source.publisher != source.author else None
    told = [source.author, source.title or NO_TITLE, publisher, worded(source.published)]
    told += [NOT_COMPARED] if source.is_as_given else []
    return ", ".join(part for part in told if part)


def citation(quotation: Quotation) -> str:
    """Say what is quoted from where, in a line."""
    page = f", page {quotation.page}" if quotation.page else ""
    disputes = "Disputed by: " if quotation.stance == "disputes" else ""
    supports = f" [for: {one_line(quotation.supports)}]" if quotation.supports else ""
    named = f"{source(quotation.source)}{page}"
    if quotation.source.is_data:
        return f"{disputes}{ENTRY} {named}{supports}"
    return f"{disputes}“{one_line(quotation.quote)}” ({named}){supports}"


def lines(happening: Happening) -> Iterator[tuple[str, str]]:
    """Say what a happening's other fields say, each as (name, words)."""
    if happening.date_note:
        yield "Date", happening.date_note
    if happening.attributed_to:
        yield "According to", happening.attributed_to
    if happening.place:
        yield "Place", happening.place
    if happening.actors:
        yield "Who", ", ".join(who(happening))
    if happening.tags:
        yield "Tags", ", ".join(happening.tags)


def tidied(text: str | None) -> str:
    """Write a text as HTML keeps it: without spaces at the ends of lines, runs of spaces as one, one empty line at most."""
    if not text:
        return ""
    if not any(sign in text for sign in _UNTIDY):
        return text.strip()
    unified = re.sub(r"[ \t]+", " ", re.sub(r"\r\n?", "\n", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", unified)).strip()


def described(summary: str | None, added: Iterable[str]) -> str:
    """Say what is summed up, then line by line what an export adds, with a rule between, so that both can be told apart."""
    lines = "\n".join(one_line(line) for line in added if line)
    return f"{summary or ''}{RULE}{lines}".strip() if lines or RULE in f"\n\n{summary}\n" else summary or ""


def html(happening: Happening, about: About, summary: str | None = None) -> str:
    """Say all of a happening but its title and date as HTML: escaped, quotations as such, sources with their addresses.

    `summary` is the summary as HTML, where there is one with more markup than paragraphs.
    """
    found = [f"<p>{name}: {escape(one_line(words), quote=False)}</p>" for name, words in lines(happening)]
    for quotation in happening.quotations:
        page = f", page {quotation.page}" if quotation.page else ""
        disputes = "Disputed by: " if quotation.stance == "disputes" else ""
        named = escape(source(quotation.source), quote=False)
        address = quotation.source.url or (about.source(quotation.source.id) if about.page else None)
        linked = f'<a href="{escape(address)}">{named}</a>' if address else named
        entry = quotation.source.is_data
        words = "" if entry else f"<blockquote>{escape(quotation.quote, quote=False)}</blockquote>"
        found.append(f"{words}<p>{disputes}{ENTRY + ' ' if entry else ''}{linked}{page}</p>")
    if about.page:
        found.append(f'<p><a href="{escape(about.happening(happening.id))}">Sources and history</a></p>')
    return (summary or paragraphs(happening.summary)) + added("".join(found))


def paragraphs(text: str | None) -> str:
    """Write a text as paragraphs of HTML."""
    return "".join(f"<p>{escape(one, quote=False).replace(chr(10), '<br/>')}</p>" for one in tidied(text).split("\n\n") if one)


def added(html: str) -> str:
    """Mark what an export adds to a happening's own words."""
    return f'<div class="{ADDED}">{html}</div>' if html else ""
