"""Parse a web page, and write all of its text as a reader sees it, with paragraphs on lines of their own.

Owns which elements have text, and which begin a new line. Must not choose which text matters.
"""

# ruff: noqa: SIM905 names of elements are read at a glance as words

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timeline.capture.extracted_text import facts
from timeline.errors import DocumentUnreadable

_SILENT: Final = frozenset(
    "script style noscript noframes template svg title select datalist object iframe canvas audio video".split()
)
# Attributes of a template that is shown: in HTML, in Chromium, and in older browsers.
_SHADOW: Final = ("shadowrootmode", "shadowmode", "shadowroot")
_APART: Final = frozenset(
    "p h1 h2 h3 h4 h5 h6 blockquote pre table ul ol dl figure section article main header footer aside nav form hr fieldset "
    "address details".split()
)
_LINES: Final = _APART | frozenset("div li dt dd tr caption figcaption legend summary body center thead tbody tfoot".split())
_NAVIGATION: Final = frozenset(("nav", "header", "footer", "form"))
_MAIN: Final = frozenset(("main", "article"))
_Element: TypeAlias = Any  # a library's own, which is imported only when it is needed
_WHITE = re.compile(r"[ \t\n\r\f]+")  # without the no-break space, which stays
_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, parsed leniently, as browsers do."""

    tree: _Element

    def text(self, *, navigation: bool = True) -> str:
        """Return all of the text, or all but the navigation."""
        pieces = _Pieces()
        for step, element in _walk(self.tree, navigation=navigation):  # not only the body: without a head, text may end up in one
            _write(step, element, pieces)
        return "".join(pieces.parts).strip() + "\n"

    def facts(self) -> dict[str, str]:
        """Return the facts in the page's tags: its language and its canonical address."""
        links = [one.get("href") for one in self.tree.iter("link") if (one.get("rel") or "").lower() == "canonical"]
        return facts(
            language=self.tree.get("lang")
            or self.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
            or self.tree.get("xml:lang"),
            url=links[0] if links else None,
        )


def parse(text: str, name: str) -> Page:
    """Parse a page. Raises DocumentUnreadable where it is empty, or nested too deep to be read completely."""
    import lxml.html  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415

    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = _DECLARATION.sub("", text.replace("\0", "")).encode("utf-8", "replace")
    try:
        tree = lxml.html.document_fromstring(content, parser=parser)
    except (LxmlError, ValueError):
        raise DocumentUnreadable(name, "there is no text in it. Nothing could be quoted from it") from None
    if any("depth" in error.message.lower() for error in parser.error_log):
        raise DocumentUnreadable(
            name, "its elements are nested too deep to be read completely. Archive its text, saved as .txt in UTF-8"
        )
    return Page(tree)


class _Pieces:
    """A text under construction, with at most one space and one empty line in a row, except in preformatted text."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._breaks = 0
        self._space = False
        self.preformatted = 0

    def line(self, breaks: int) -> None:
        """Begin a new line, after at least `breaks` line ends."""
        self._breaks, self._space = max(self._breaks, breaks), False

    def end(self) -> None:
        """End the line, even an empty one."""
        self._breaks, self._space = self._breaks + 1, False

    def write(self, text: str) -> None:
        """Append text to the line."""
        if not self.preformatted:
            text = _WHITE.sub(" ", text)
            if text.startswith(" "):
                self._space, text = True, text[1:]
            if not text:
                return
        if not text:
            return
        if self._breaks and self.parts:
            self.parts.append("\n" * min(self._breaks, 2))
        elif self._space and self.parts and not self.parts[-1].endswith("\t"):
            self.parts.append(" ")
        self._breaks, self._space = 0, False
        if not self.preformatted and text.endswith(" "):
            self._space, text = True, text[:-1]
        self.parts.append(text)

    def cell(self) -> None:
        """Separate two cells of a table in one line."""
        if not self._breaks and self.parts:
            self.parts.append("\t")
            self._space = False


def _write(step: str, element: _Element, pieces: _Pieces) -> None:
    tag = element.tag
    if step == "tail":
        pieces.write(element.tail or "")
        return
    if step == "start" and tag in ("td", "th"):
        pieces.cell()
    if tag == "br":
        if step == "start":
            pieces.end()
    elif tag in _LINES:
        pieces.line(2 if tag in _APART else 1)
    if tag in ("pre", "textarea"):
        pieces.preformatted += 1 if step == "start" else -1
    if step == "start":
        pieces.write(element.text or "")


def _walk(root: _Element, *, navigation: bool) -> Iterator[tuple[str, Any]]:
    """Walk a tree in the order of its text, without elements that are not shown, at any depth."""
    from lxml.etree import iterwalk  # noqa: PLC0415 it belongs to an extra

    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        silent = not isinstance(element.tag, str) or (_is_silent(element) and element is not root)
        silent = silent or (not navigation and _is_navigation(element))
        if event == "start" and silent:
            walk.skip_subtree()
            if element.tag == "iframe" and element.get("srcdoc"):  # a separate page: SingleFile writes each frame like this
                yield from _walk(parse(f"<body>{element.get('srcdoc')}", "a frame in it").tree, navigation=navigation)
        elif not silent:
            yield event, element
        if event == "end" and element is not root:
            yield "tail", element


def _is_silent(element: _Element) -> bool:
    return element.tag in _SILENT and not (element.tag == "template" and any(name in element.attrib for name in _SHADOW))


def _is_navigation(element: _Element) -> bool:
    return element.tag in _NAVIGATION and not any(up.tag in _MAIN for up in element.iterancestors())
