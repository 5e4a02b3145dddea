"""Extract the text of a web page with trafilatura, or all of its text where trafilatura leaves out words that one may quote.

Owns the rule that decides whether the main part's text is enough. Must not fetch anything, nor run scripts.
"""

import re
from importlib.metadata import version

from timeline.capture.encodings import decoded_page
from timeline.capture.extracted_text import ExtractedText, facts, readable
from timeline.capture.page_text import Page, parse
from timeline.errors import DocumentUnreadable, on_one_line

_SETTINGS = "recall, tables, comments"
_NAMED_FRAMES = 4
_LOOKED_AT = 4096
_MHTML = re.compile(rb"\s*(?:[A-Za-z-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?Content-Type:\s*multipart/related", re.IGNORECASE)
_SAVED = re.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(\S+)")


def read(
    content: bytes,
    name: str,
    *,
    encoding: str | None = None,
    declared: str | None = None,
    record: str | None = None,
    framed: bool = False,
) -> ExtractedText:
    """Read a page: the text of its main part, if only navigation is missing from that, else all of it; and its bibliography.

    `framed` means that the caller has the text of its frames, so the page may have none of its own.
    """
    import trafilatura  # noqa: PLC0415 it belongs to an extra

    text, how = decoded_page(content, name, encoding, declared)
    if _MHTML.match(content[:_LOOKED_AT]):
        raise DocumentUnreadable(name, "is a page that a browser saved with its images (MHTML). Rename the file to .mhtml")
    page = parse(text, name)
    if not framed:
        _refuse_frames(page, name)
    full = readable(page.text())
    if not full.strip() and not framed:
        raise DocumentUnreadable(
            name, "there is no text in it; a script may write it in the browser. Save the page from the browser as it is shown"
        )
    document = trafilatura.bare_extraction(
        parse(text, name).tree,  # a tree of its own, because trafilatura takes it apart
        favor_recall=True,
        include_tables=True,
        include_comments=True,
        include_formatting=False,
        include_links=False,
        include_images=False,
        deduplicate=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    main = (
        readable("\n".join(filter(None, (getattr(document, "text", ""), getattr(document, "comments", ""))))).strip() + "\n"
        if document
        else ""
    )
    extractor, chosen = f"trafilatura {version('trafilatura')} ({_SETTINGS}), {how}", main
    if not _is_complete(main, page):
        extractor, chosen = f"lxml {version('lxml')} (all text of the page), {how}", full
    return ExtractedText(chosen, extractor, {**_saved_from(text), **(_facts_of(document) if document else {}), **page.facts()})


def _is_complete(text: str, page: Page) -> bool:
    """Return whether a text has exactly the lines of a page, apart from its navigation."""
    lines, candidate = _lines(page.text(navigation=False)), _lines(text)
    every, joined = set(_lines(page.text())), "\n".join(candidate)
    return bool(lines) and all(line in every for line in candidate) and all(line in joined for line in lines)


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in readable(text).splitlines() if line.strip()]


def _refuse_frames(page: Page, name: str) -> None:
    frames = [one.get("src") for one in page.tree.iter("frame") if one.get("src")]
    if frames:
        named = ", ".join(on_one_line(src)[:80] for src in frames[:_NAMED_FRAMES])
        raise DocumentUnreadable(name, f"is made of frames, and has no text of its own. Archive the page in one of them: {named}")


def _saved_from(text: str) -> dict[str, str]:
    """Return the address that a browser wrote into a page when it saved it."""
    match = _SAVED.search(text[:_LOOKED_AT])
    return facts(url=match[1]) if match else {}


def _facts_of(document: object) -> dict[str, str]:
    values = {name: getattr(document, name, None) for name in ("title", "author", "language", "url")}
    site, host = getattr(document, "sitename", None), (getattr(document, "hostname", None) or "")
    if site and site.lower().removeprefix("www.") == host.lower().removeprefix("www."):
        site = None  # derived from the address: the page does not state it
    return facts(**values, publisher=site, published=getattr(document, "date", None))
