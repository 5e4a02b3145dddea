"""Extract the text of an EPUB: the chapters in the order of its spine.

Owns which files of a book are read. Must not unpack them: `package` does, within limits.
"""

import posixpath
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from timeline.capture.encodings import decoded_page
from timeline.capture.extracted_text import ExtractedText, facts, readable
from timeline.capture.package import Package, local
from timeline.capture.page_text import parse
from timeline.errors import DocumentUnreadable, on_one_line

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_FONTS: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # these obfuscate only fonts
_NAMED: Final = 4
_CHAPTERS: Final = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")


class Book(Package):
    """The members of a book, read within limits."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open it. Raises DocumentUnreadable where it holds too much, or is not a book."""
        super().__init__(content, name, "EPUB")
        if _CONTAINER not in self.members:
            raise DocumentUnreadable(name, f"is not an EPUB, it has no {_CONTAINER}. Check what it is")
        if _ENCRYPTION in self.members:
            methods = [one.get("Algorithm") for one in self.xml(_ENCRYPTION).iter() if local(one) == "EncryptionMethod"]
            if any(method not in _FONTS for method in methods):
                raise DocumentUnreadable(name, "is encrypted (DRM). Archive the passage that you cite, typed into a .txt file")
        roots = [one.get("full-path") for one in self.xml(_CONTAINER).iter() if local(one) == "rootfile"]
        self._package_name = (roots[0] if roots else None) or ""
        if not self._package_name:
            raise DocumentUnreadable(name, f"its {_CONTAINER} names no package. Get it again")
        self.package = self.xml(self._package_name)

    def chapters(self, encoding: str | None, skipped: list[str]) -> Iterator[tuple[str, str]]:
        """Yield the name and the HTML of each chapter, in reading order; add why others are none to `skipped`."""
        items = {one.get("id"): one for one in self.package.iter() if local(one) == "item"}
        for reference in self.package.iter():
            if local(reference) != "itemref":
                continue
            item = items.get(reference.get("idref"))
            if item is None or (item.get("media-type") or "").lower() not in _CHAPTERS:
                skipped.append("missing" if item is None else on_one_line(item.get("media-type") or "of no type")[:40])
                continue
            member = beside(self._package_name, item.get("href") or "")
            yield member, decoded_page(self.read(member), f"{self.name}, {on_one_line(member)}", encoding)[0]


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read the chapters in the book's reading order, and its bibliography."""
    book = Book(content, name)
    texts, skipped = [], list[str]()
    for member, page in book.chapters(encoding, skipped):
        if page.strip():
            texts.append(parse(page, f"{name}, {on_one_line(member)}").text().strip())
    text = readable("\n\n".join(filter(None, texts)))
    note = f"; {len(skipped)} of them not read: {', '.join(sorted(set(skipped))[:_NAMED])}" if skipped else ""
    return ExtractedText(
        text + "\n" if text else "", f"standard library, EPUB (chapters in the order of the spine{note})", _facts_of(book.package)
    )


def beside(member: str, href: str) -> str:
    """Return the name of the member that another one refers to."""
    path = unquote(href.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(member), path))


def _facts_of(package: Element) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for one in package.iter():
        namespace, _, local = one.tag.rpartition("}")
        if namespace == "http://purl.org/dc/elements/1.1/" and one.text:
            values.setdefault(local, []).append(one.text)
    first = {name: texts[0] for name, texts in values.items()}
    return facts(
        title=first.get("title"),
        author="; ".join(values.get("creator", ())),
        publisher=first.get("publisher"),
        published=first.get("date"),
        language=first.get("language"),
    )
