"""HTML in the entries of others -> plain text: a line end between paragraphs, entities as characters, no tags.

Owns that, and what it had to leave out. Must not fetch, nor run, anything.
"""

import re
from html.parser import HTMLParser
from typing import Final, NamedTuple

from timeline.reading import wording

BLOCKS: Final = frozenset(
    (
        *("p", "div", "section", "article", "header", "footer", "aside", "blockquote", "pre", "ul", "ol", "dl", "table"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "form", "hr"),
    )
)
LINES: Final = frozenset(["br", "li", "dt", "dd", "tr"])
SILENT: Final = frozenset(["script", "style", "template", "noscript", "head", "title"])
_MEDIA: Final = frozenset(["img", "iframe", "video", "audio", "embed", "object", "source"])
LOOKS: Final = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_DECLARED: Final = re.compile(r"<[!?][^<>]*>")
_NO_TAG: Final = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class PlainText(NamedTuple):
    """A text without tags, and what stood in them: ("link", address, words), ("img", address, why), and so on."""

    text: str
    dropped: tuple[tuple[str, str, str], ...] = ()


def plain(text: str) -> PlainText:
    """Turn HTML into plain text; what has no tags and no entities stays to the letter. A "<" that begins no tag is text."""
    if not LOOKS.search(text):
        return PlainText(_UNSEEN.sub("", text).strip())
    parser = _Parser()
    parser.feed(whole_tags(text))
    parser.close()
    return PlainText(_tidied("".join(parser.found)), tuple(parser.dropped))


def one_line(text: str) -> PlainText:
    """Turn HTML into a single line, as titles are."""
    read = plain(text)
    return PlainText(wording.one_line(read.text), read.dropped)


def seen(text: str) -> str:
    """Leave out the control characters that nobody sees, and halves of characters."""
    return _UNSEEN.sub("", text)


def whole_tags(text: str) -> str:
    """Leave out comments and declarations, and let each "<" that begins no whole tag be a sign.

    The parser would look for the end of each anew, to the end of the text: a cell of them would take it hours.
    """
    kept, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return _NO_TAG.sub("&lt;", _DECLARED.sub("", "".join((*kept, text[at:]))))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = list[str]()
        self.dropped = list[tuple[str, str, str]]()
        self._silent = 0
        self._links = list[tuple[str, int]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag in SILENT:
            self._silent += 1
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._links.append((given["href"] or "", len(self.found)))
        if tag in _MEDIA and (given.get("src") or given.get("data")):
            self.dropped.append((tag, given.get("src") or given.get("data") or "", "a happening shows no pictures"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        if tag in SILENT and self._silent:
            self._silent -= 1
        if tag == "a" and self._links:
            address, start = self._links.pop()
            words = " ".join("".join(self.found[start:]).split())
            self.dropped.append(("link", address, f'of "{words[:60]}": a summary is plain text'))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(re.sub(r"[ \t\r\n\f]+", " ", _UNSEEN.sub("", data)))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS:
            self.found.append("\n\n")
        elif tag in LINES:
            self.found.append("\n")


def _tidied(text: str) -> str:
    lines = [line.strip(" ") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
