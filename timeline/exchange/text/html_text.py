"""Convert the HTML of imported entries to plain text, and list the links and media that it leaves out.

Must not fetch or run anything.
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
    """A text without tags, and what the tags held: ("link", address, words), ("img", address, reason), and so on."""

    text: str
    dropped: tuple[tuple[str, str, str], ...] = ()


def plain(text: str) -> PlainText:
    """Convert HTML to plain text. A text without tags and entities is not changed. A "<" that begins no tag is text."""
    if "<" not in text and "&" not in text and text.isprintable():
        return PlainText(text.strip())
    if not LOOKS.search(text):
        return PlainText(_UNSEEN.sub("", text).strip())
    parser = _Parser()
    parser.feed(whole_tags(text))
    parser.close()
    return PlainText(_tidied("".join(parser.output)), tuple(parser.dropped))


def one_line(text: str) -> PlainText:
    """Convert HTML to a single line, for titles."""
    read = plain(text)
    return PlainText(wording.one_line(read.text), read.dropped)


def without_controls(text: str) -> str:
    """Remove invisible control characters and lone surrogates."""
    return _UNSEEN.sub("", text)


def whole_tags(text: str) -> str:
    """Remove comments and declarations, and escape each "<" that begins no complete tag.

    The parser would search the rest of the text for the end of each: a cell full of them would take hours.
    """
    parts, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return _NO_TAG.sub("&lt;", _DECLARED.sub("", "".join((*parts, text[at:]))))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.output = list[str]()
        self.dropped = list[tuple[str, str, str]]()
        self._silent = 0
        self._links = list[tuple[str, int]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag in SILENT:
            self._silent += 1
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self._links.append((values["href"] or "", len(self.output)))
        if tag in _MEDIA and (values.get("src") or values.get("data")):
            self.dropped.append((tag, values.get("src") or values.get("data") or "", "a happening shows no pictures"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        if tag in SILENT and self._silent:
            self._silent -= 1
        if tag == "a" and self._links:
            address, start = self._links.pop()
            words = " ".join("".join(self.output[start:]).split())
            self.dropped.append(("link", address, f'of "{words[:60]}": a summary is plain text'))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.output.append(re.sub(r"[ \t\r\n\f]+", " ", _UNSEEN.sub("", data)))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS:
            self.output.append("\n\n")
        elif tag in LINES:
            self.output.append("\n")


def _tidied(text: str) -> str:
    lines = [line.strip(" ") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
