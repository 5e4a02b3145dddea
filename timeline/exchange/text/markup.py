"""Clean the HTML of imported entries: keep markup of words and media, remove everything that a page would run.

Owns the allowed tags and attributes. The words within other tags stay, except those of scripts and styles.
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from timeline.exchange.text.html_text import BLOCKS, LINES, SILENT, whole_tags, without_controls
from timeline.exchange.text.own_exports import ADDED

_ALLOWED: Final = (
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
_IGNORED: Final = re.compile(r"[\x00-\x20]+")


def cleaned(html: str) -> str:
    """Return HTML with the allowed tags, each closed. A text without tags is not changed."""
    if "<" not in html:
        return html
    parser = _Cleaner()
    parser.feed(whole_tags(html))
    parser.close()
    parser.close_all()
    return "".join(parser.output)


def is_address(text: str) -> bool:
    """Whether a text is safe as an address: it leads to the web, mail or Spotify, or is a picture, and runs nothing."""
    text = _IGNORED.sub("", text)
    scheme = _SCHEME(text)
    return scheme is None or scheme[0].lower() in ("http:", "https:", "mailto:", "spotify:") or _PICTURE(text) is not None


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.output = list[str]()
        self._open = list[str]()
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if self._silent or tag not in _ALLOWED or len(self._open) >= _DEEPEST:
            return
        visible = [(name, without_controls(value)) for name, value in attrs if value is not None]
        safe = [f' {name}="{escape(value)}"' for name, value in visible if _is_allowed(name, value)]
        self.output.append(f"<{tag}{''.join(safe)}>")
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
            self.output.append(escape(without_controls(data), quote=False))

    def close_all(self) -> None:
        while self._open:
            self._close()

    def _close(self) -> str:
        tag = self._open.pop()
        self.output.append(f"</{tag}>")
        return tag


def _is_allowed(name: str, value: str) -> bool:
    """Whether an attribute is allowed. The class of an export's additions is not: it would hide words from an import."""
    return (name in _WORDS and value != ADDED) or (name in _ADDRESSES and is_address(value))
