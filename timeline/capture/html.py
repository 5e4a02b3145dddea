"""From a web page to its text, with trafilatura; whole, where that leaves out what a reader may want to quote.

Owns when the text of the page's main part is enough. Must not fetch anything, nor run what is in the page.
"""

from importlib.metadata import version

from timeline.capture.encodings import decoded_page
from timeline.capture.found import Found, facts, readable
from timeline.capture.plain import Page, parse
from timeline.errors import DocumentUnreadable

_SETTINGS = "recall, tables, comments"
_SAYS_SOMETHING = 25  # characters; what is shorter may be a button


def read(
    content: bytes, name: str, *, encoding: str | None = None, declared: str | None = None, record: str | None = None
) -> Found:
    """Read a page: the text of its main part where that is all there, else of its whole body; and its bibliography."""
    import trafilatura  # noqa: PLC0415 it belongs to an extra

    text, how = decoded_page(content, name, encoding, declared)
    page = parse(text, name)
    whole = readable(page.text())
    if not whole.strip():
        raise DocumentUnreadable(
            f"{name}: there is no text in it; a script may write it in the browser. Save the page from the browser as it is shown"
        )
    document = trafilatura.bare_extraction(
        parse(text, name).tree,  # of its own: it is taken apart
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
    extractor, kept = f"trafilatura {version('trafilatura')} ({_SETTINGS}), {how}", main
    if not _holds(main, page):
        extractor, kept = f"lxml {version('lxml')} (all text of the page), {how}", whole
    return Found(kept, extractor, {**_facts_of(document), **page.facts()} if document else page.facts())


def _holds(text: str, page: Page) -> bool:
    """Whether a text holds the paragraphs of a page's main part, each of them in one piece, and parted from each other."""
    every = page.paragraphs()
    paragraphs = [one for one in every if len(one) >= _SAYS_SOMETHING]
    if not paragraphs or text.strip().count("\n") < max(len(paragraphs) - 1, len(every) // 4):
        return False
    line, after = " ".join(text.split()), 0
    for paragraph in paragraphs:
        place = line.find(paragraph, after)
        if place == -1 and paragraph not in line:
            return False
        after = max(after, place)
    return True


def _facts_of(document: object) -> dict[str, str]:
    said = {name: getattr(document, name, None) for name in ("title", "author", "language", "url")}
    return facts(**said, publisher=getattr(document, "sitename", None), published=getattr(document, "date", None))
