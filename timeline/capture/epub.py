"""Extract the text of an EPUB: the chapters in the order of its spine.

Owns how much a book may unpack to. Must not resolve an entity, nor read a file outside the book.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from timeline.capture.encodings import decoded_page
from timeline.capture.extracted_text import ExtractedText, facts, readable
from timeline.capture.page_text import parse
from timeline.errors import DocumentUnreadable, on_one_line

MAXIMUM_MEMBERS: Final = 10_000
MAXIMUM_UNPACKED: Final = 100_000_000
_MOST_PACKED: Final = 200  # times; text packs to a tenth, and a higher ratio is made to do harm
_SMALL: Final = 1_000_000
_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_FONTS: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # these obfuscate only fonts
_NAMED: Final = 4
_CHAPTERS: Final = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")


class Book:
    """The members of a book, read within limits."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open it. Raises DocumentUnreadable where it holds too much, or is not a book."""
        self.name, self._left = name, MAXIMUM_UNPACKED
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
            raise DocumentUnreadable(name, "is not a sound EPUB; it may be cut short. Get it again") from None
        if len(self._zip.infolist()) > MAXIMUM_MEMBERS:
            raise self.refused(f"holds more than {MAXIMUM_MEMBERS:,} files")
        self.members = {one.filename: one for one in self._zip.infolist()}
        if _CONTAINER not in self.members:
            raise DocumentUnreadable(name, f"is not an EPUB, it has no {_CONTAINER}. Check what it is")
        if _ENCRYPTION in self.members:
            methods = [one.get("Algorithm") for one in self.xml(_ENCRYPTION).iter() if _local(one) == "EncryptionMethod"]
            if any(method not in _FONTS for method in methods):
                raise self.encrypted()
        roots = [one.get("full-path") for one in self.xml(_CONTAINER).iter() if _local(one) == "rootfile"]
        self._package_name = (roots[0] if roots else None) or ""
        if not self._package_name:
            raise DocumentUnreadable(name, f"its {_CONTAINER} names no package. Get it again")
        self.package = self.xml(self._package_name)

    def chapters(self, encoding: str | None, skipped: list[str]) -> Iterator[tuple[str, str]]:
        """Yield the name and the HTML of each chapter, in reading order; add why others are none to `skipped`."""
        items = {one.get("id"): one for one in self.package.iter() if _local(one) == "item"}
        for reference in self.package.iter():
            if _local(reference) != "itemref":
                continue
            item = items.get(reference.get("idref"))
            if item is None or (item.get("media-type") or "").lower() not in _CHAPTERS:
                skipped.append("missing" if item is None else on_one_line(item.get("media-type") or "of no type")[:40])
                continue
            member = beside(self._package_name, item.get("href") or "")
            yield member, decoded_page(self.read(member), f"{self.name}, {on_one_line(member)}", encoding)[0]

    def read(self, member: str) -> bytes:
        """Unpack a member. Raises DocumentUnreadable."""
        one = self.members.get(member)
        if one is None:
            raise DocumentUnreadable(self.name, f"{on_one_line(member)}, which the book names, is not in it. Get it again")
        if one.flag_bits & 1:
            raise self.encrypted()
        if one.file_size > _SMALL and one.file_size > _MOST_PACKED * max(one.compress_size, 1):
            raise self.refused(f"{on_one_line(member)} in it unpacks to more than {_MOST_PACKED} times its size")
        if one.file_size > self._left:
            raise self.refused(f"unpacks to more than {MAXIMUM_UNPACKED // 1_000_000} MB")
        try:
            with self._zip.open(one) as file:
                content = file.read(self._left + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
            raise DocumentUnreadable(self.name, f"{on_one_line(member)} in it is damaged. Get it again") from None
        self._left -= len(content)
        if self._left < 0:
            raise self.refused(f"unpacks to more than {MAXIMUM_UNPACKED // 1_000_000} MB")
        return content

    def xml(self, member: str) -> Element:
        """Parse a member as XML, without any entity. Raises DocumentUnreadable."""
        try:
            return _parsed(self.read(member))
        except PermissionError:
            raise self.refused(f"{on_one_line(member)} in it declares entities") from None
        except (ParseError, expat.ExpatError, ValueError, LookupError, AssertionError):
            raise DocumentUnreadable(self.name, f"{on_one_line(member)} in it is not sound XML. Get it again") from None

    def refused(self, why: str) -> DocumentUnreadable:
        """Make the error for a book that is too large, or made to do harm."""
        return DocumentUnreadable(self.name, f"{why}. Archive the chapter that you cite, saved as .txt")

    def encrypted(self) -> DocumentUnreadable:
        """Make the error for an encrypted book."""
        return DocumentUnreadable(self.name, "is encrypted (DRM). Archive the passage that you cite, typed into a .txt file")


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


def _parsed(content: bytes) -> Element:
    """Parse XML into a tree. Raises PermissionError where it declares an entity or has an internal document type."""
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_subset
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.Parse(content, True)
    return builder.close()


def _refuse(*_: object) -> int:
    raise PermissionError


def _refuse_subset(name: str, system: str | None, public: str | None, has_subset: int) -> None:
    if has_subset:
        raise PermissionError


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


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
