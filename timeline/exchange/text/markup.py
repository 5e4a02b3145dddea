"""HTML in the entries of others -> the part of it that words are marked up with, and nothing that a page would run.

Owns which tags and attributes stay; the words of all others stay as well, but for those of scripts and styles.
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from timeline.exchange.text.additions import ADDED
from timeline.exchange.text.html_text import BLOCKS, LINES, SILENT, seen, whole_tags

_KEPT: Final = (
    (BLOCKS - {"form"})
    | LINES
    | {
        *("a", "abbr", "b", "cite", "code", "em", "i", "iframe", "img", "q", "s", "small", "span", "strong", "sub", "sup", "u"),
        *("caption", "tbody", "td", "tfoot", "th", "thead"),
    }
)
_VOID: Final = frozenset(("br", "hr", "img"))
_WORDS: Final = frozenset(("alt", "class", "height", "lang", "title", "width"))
_ADDRESSES: Final = frozenset(("href", "src", "cite"))
_DEEPEST: Final = 100
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE).match
_PICTURE: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]+", re.IGNORECASE).fullmatch
_PASSED_OVER: Final = re.compile(r"[\x00-\x20]+")


def kept(html: str) -> str:
    """Give HTML with the tags that stay, each closed; what has no tags stays to the letter."""
    if "<" not in html:
        return html
    parser = _Keeper()
    parser.feed(whole_tags(html))
    parser.close()
    parser.close_all()
    return "".join(parser.found)


def is_address(text: str) -> bool:
    """Whether a text, where it is taken for an address, leads to the web, mail or a song, or is a picture: it does not run."""
    text = _PASSED_OVER.sub("", text)
    scheme = _SCHEME(text)
    return scheme is None or scheme[0].lower() in ("http:", "https:", "mailto:", "spotify:") or _PICTURE(text) is not None


class _Keeper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = list[str]()
        self._open = list[str]()
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if self._silent or tag not in _KEPT or len(self._open) >= _DEEPEST:
            return
        given = [(name, seen(value)) for name, value in attrs if value is not None]
        said = [f' {name}="{escape(value)}"' for name, value in given if _stays(name, value)]
        self.found.append(f"<{tag}{''.join(said)}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT and self._silent:
            self._silent -= 1
        if tag in self._open:
            while self._close() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(escape(seen(data), quote=False))

    def close_all(self) -> None:
        while self._open:
            self._close()

    def _close(self) -> str:
        tag = self._open.pop()
        self.found.append(f"</{tag}>")
        return tag


def _stays(name: str, value: str) -> bool:
    """Whether an attribute stays; the mark of what an export adds would hide words from an import."""
    return (name in _WORDS and value != ADDED) or (name in _ADDRESSES and is_address(value))
