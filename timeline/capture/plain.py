"""A page as a tree, and all of its text, laid out as a reader would see it: paragraphs on lines of their own.

Owns which elements hold text, and which stand on a line of their own. Must not choose what matters.
"""

# ruff: noqa: SIM905 names of elements are read at a glance as words

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timeline.capture.found import facts
from timeline.errors import DocumentUnreadable

_SILENT: Final = frozenset(
    "script style noscript noframes template svg title select datalist object iframe canvas audio video".split()
)
_SHADOW: Final = ("shadowrootmode", "shadowmode", "shadowroot")  # of a template that is shown: as HTML has it, Chromium, and of old
_APART: Final = frozenset(
    "p h1 h2 h3 h4 h5 h6 blockquote pre table ul ol dl figure section article main header footer aside nav form hr fieldset "
    "address details".split()
)
_LINES: Final = _APART | frozenset("div li dt dd tr caption figcaption legend summary body center thead tbody tfoot".split())
_BESIDE: Final = frozenset(("nav", "header", "footer", "form"))
_MAIN: Final = frozenset(("main", "article"))
_Element: TypeAlias = Any  # a library's own, which is imported only when it is needed
_WHITE = re.compile(r"[ \t\n\r\f]+")  # a no-break space stays
_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was parsed, forgivingly, as browsers do."""

    tree: _Element

    def text(self, *, beside: bool = True) -> str:
        """Write all of the text; without what stands beside it for finding one's way, where that is not wanted."""
        pieces = _Pieces()
        for step, element in _walk(self.tree, beside=beside):  # not of its body alone: what has no head may be taken for one
            _write(step, element, pieces)
        return "".join(pieces.kept).strip() + "\n"

    def facts(self) -> dict[str, str]:
        """Tell what only the page's own tags say: its language and its canonical address."""
        links = [one.get("href") for one in self.tree.iter("link") if (one.get("rel") or "").lower() == "canonical"]
        return facts(
            language=self.tree.get("lang")
            or self.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
            or self.tree.get("xml:lang"),
            url=links[0] if links else None,
        )


def parse(text: str, name: str) -> Page:
    """Parse a page. Raises DocumentUnreadable where there is nothing to parse, or where it nests deeper than can be read whole."""
    import lxml.html  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415

    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = _DECLARATION.sub("", text.replace("\0", "")).encode("utf-8", "replace")
    try:
        tree = lxml.html.document_fromstring(content, parser=parser)
    except (LxmlError, ValueError):
        raise DocumentUnreadable(name, "there is no text in it. Nothing could be quoted from it") from None
    if any("depth" in error.message.lower() for error in parser.error_log):
        raise DocumentUnreadable(name, "its elements nest too deep to be read whole. Archive its text, saved as .txt in UTF-8")
    return Page(tree)


class _Pieces:
    """A text as it is written, that never has more than one space, nor more than one empty line, unless it is laid out so."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._breaks = 0
        self._space = False
        self.laid_out = 0

    def line(self, breaks: int) -> None:
        """Begin a new line, after so many line ends at least."""
        self._breaks, self._space = max(self._breaks, breaks), False

    def end(self) -> None:
        """End the line, again where it is empty."""
        self._breaks, self._space = self._breaks + 1, False

    def write(self, text: str) -> None:
        """Write a text into the line."""
        if not self.laid_out:
            text = _WHITE.sub(" ", text)
            if text.startswith(" "):
                self._space, text = True, text[1:]
            if not text:
                return
        if not text:
            return
        if self._breaks and self.kept:
            self.kept.append("\n" * min(self._breaks, 2))
        elif self._space and self.kept and not self.kept[-1].endswith("\t"):
            self.kept.append(" ")
        self._breaks, self._space = 0, False
        if not self.laid_out and text.endswith(" "):
            self._space, text = True, text[:-1]
        self.kept.append(text)

    def cell(self) -> None:
        """Part two cells of a table that stand in one line."""
        if not self._breaks and self.kept:
            self.kept.append("\t")
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
        pieces.laid_out += 1 if step == "start" else -1
    if step == "start":
        pieces.write(element.text or "")


def _walk(root: _Element, *, beside: bool) -> Iterator[tuple[str, Any]]:
    """Walk a tree in the order of its text, past what is not shown, however deep."""
    from lxml.etree import iterwalk  # noqa: PLC0415 it belongs to an extra

    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        silent = not isinstance(element.tag, str) or (_is_silent(element) and element is not root)
        silent = silent or (not beside and _stands_beside(element))
        if event == "start" and silent:
            walk.skip_subtree()
            if element.tag == "iframe" and element.get("srcdoc"):  # a page of its own, as SingleFile writes each frame
                yield from _walk(parse(f"<body>{element.get('srcdoc')}", "a frame in it").tree, beside=beside)
        elif not silent:
            yield event, element
        if event == "end" and element is not root:
            yield "tail", element


def _is_silent(element: _Element) -> bool:
    return element.tag in _SILENT and not (element.tag == "template" and any(name in element.attrib for name in _SHADOW))


def _stands_beside(element: _Element) -> bool:
    return element.tag in _BESIDE and not any(up.tag in _MAIN for up in element.iterancestors())
