"""Read the files in a zip file that is one document: a book, an office file, a web archive.

Owns how much a package may unpack to, and the parsing of its XML. Must not resolve an entity, nor read a file outside the package.
"""

import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import IO, Final, Protocol
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from timeline.errors import DocumentUnreadable, on_one_line

MAXIMUM_MEMBERS: Final = 10_000
MAXIMUM_UNPACKED: Final = 100_000_000
MAXIMUM_TREE: Final = 20_000_000  # bytes of XML that is held as a tree, which takes thirty times as much memory
_MOST_PACKED: Final = 200  # times; text packs to a tenth, and a higher ratio is made to do harm
_SMALL: Final = 1_000_000
_PIECE: Final = 1_000_000
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how files of old office programs begin, and encrypted ones of new programs


class Target(Protocol):
    """Takes the elements of an XML file one by one, by their short names."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""

    def end(self, tag: str) -> None:
        """End an element."""

    def data(self, text: str) -> None:
        """Take the text between two tags."""


class Package:
    """The members of a package, read within limits."""

    def __init__(self, content: bytes, name: str, kind: str) -> None:
        """Open it; `kind` is a name such as "EPUB". Raises DocumentUnreadable where it holds too much, or is none."""
        self.name, self.kind, self._left = name, kind, MAXIMUM_UNPACKED
        self._unpacked: set[str] = set()
        if content.startswith(_OLD):
            if "EncryptedPackage".encode("utf-16-le") in content:
                raise DocumentUnreadable(name, "is encrypted. Open it with its password, and save it without one")
            raise DocumentUnreadable(
                name, f"is a file of an old office program, and not {kind}. Open it, and save it as .{kind.lower()}"
            )
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
            raise self.unsound() from None
        if len(self._zip.infolist()) > MAXIMUM_MEMBERS:
            raise self.refusal(f"holds more than {MAXIMUM_MEMBERS:,} files")
        self.members = {one.filename: one for one in self._zip.infolist()}

    def read(self, member: str, limit: int = MAXIMUM_UNPACKED) -> bytes:
        """Unpack a member. Raises DocumentUnreadable, also where it has more than `limit` bytes."""
        pieces = list[bytes]()
        self._unpack(member, pieces.append, limit)
        return b"".join(pieces)

    def xml(self, member: str) -> Element:
        """Parse a small member into a tree. Raises DocumentUnreadable."""
        builder = TreeBuilder()
        parser = _parser(builder.start, builder.end, builder.data)
        self._parse(member, parser, MAXIMUM_TREE)
        return builder.close()

    def stream(self, member: str, target: Target, prefixes: Mapping[str, str]) -> None:
        """Parse a member of any size, element by element. Raises DocumentUnreadable.

        `prefixes` gives the namespaces short names: an element is then called "w:p", and one of another namespace "?:p".
        """
        names = dict[str, str]()

        def short(name: str) -> str:
            space, _, local = name.rpartition("}")
            names[name] = one = f"{prefixes.get(space, '?')}:{local}" if space else local
            return one

        def start(name: str, attributes: dict[str, str]) -> None:
            attributes_by_name = {names.get(key) or short(key): value for key, value in attributes.items()}
            target.start(names.get(name) or short(name), attributes_by_name)

        def end(name: str) -> None:
            target.end(names.get(name) or short(name))

        self._parse(member, _parser(start, end, target.data), MAXIMUM_UNPACKED)

    def _parse(self, member: str, parser: expat.XMLParserType, limit: int) -> None:
        def parse(piece: bytes) -> None:
            parser.Parse(piece, False)

        try:
            self._unpack(member, parse, limit)
            parser.Parse(b"", True)
        except PermissionError:
            raise self.refusal(f"{on_one_line(member)} in it declares entities") from None
        except (ParseError, expat.ExpatError, ValueError, LookupError, AssertionError):
            raise DocumentUnreadable(self.name, f"{on_one_line(member)} in it is not sound XML. Get it again") from None

    def _unpack(self, member: str, take: Callable[[bytes], None], limit: int) -> None:
        one = self.members.get(member)
        if one is None:
            raise DocumentUnreadable(self.name, f"{on_one_line(member)}, which it names, is not in it. Get it again")
        if one.flag_bits & 1:
            raise self.encrypted()
        if one.file_size > _SMALL and one.file_size > _MOST_PACKED * max(one.compress_size, 1):
            raise self.refusal(f"{on_one_line(member)} in it unpacks to more than {_MOST_PACKED} times its size")
        if member not in self._unpacked and one.file_size > self._left:
            raise self.refusal(f"unpacks to more than {MAXIMUM_UNPACKED // 1_000_000} MB")
        if one.file_size > limit:
            raise self.refusal(f"{on_one_line(member)} in it is too large")
        # A member never unpacks to more than its stated size: zipfile stops there. It counts once.
        self._left -= 0 if member in self._unpacked else one.file_size
        self._unpacked.add(member)
        try:
            file = self._zip.open(one)
        except RuntimeError:
            raise self.encrypted() from None
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise self._damaged(member) from None
        with file:
            while piece := self._piece(file, member):
                take(piece)

    def _piece(self, file: IO[bytes], member: str) -> bytes:
        try:
            return file.read(_PIECE)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
            raise self._damaged(member) from None

    def _damaged(self, member: str) -> DocumentUnreadable:
        return DocumentUnreadable(self.name, f"{on_one_line(member)} in it is damaged. Get it again")

    def refusal(self, why: str) -> DocumentUnreadable:
        """Make the error for a package that is too large, or made to do harm."""
        return DocumentUnreadable(self.name, f"{why}. Archive the part that you cite, saved as .txt")

    def unsound(self) -> DocumentUnreadable:
        """Make the error for a damaged package."""
        return DocumentUnreadable(self.name, f"is not a sound {self.kind}; it may be cut short. Get it again")

    def foreign(self, why: str) -> DocumentUnreadable:
        """Make the error for a package of another kind."""
        return DocumentUnreadable(self.name, f"is not {self.kind}: {why}. Check what it is")

    def encrypted(self) -> DocumentUnreadable:
        """Make the error for an encrypted package."""
        return DocumentUnreadable(self.name, "is encrypted. Open it with its password, and save it without one")


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _parser(
    start: Callable[[str, dict[str, str]], object], end: Callable[[str], object], data: Callable[[str], object]
) -> expat.XMLParserType:
    """Return a parser that raises PermissionError at an entity or an internal document type."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse_subset
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    return parser


def _refuse(*_: object) -> int:
    raise PermissionError


def _refuse_subset(name: str, system: str | None, public: str | None, has_subset: int) -> None:
    if has_subset:
        raise PermissionError
