"""A file to be imported: its bytes, its text, and its rows. Must not open a timeline."""

import zlib
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

from timeline import capture, documents
from timeline.documents import extractors
from timeline.documents.document import Document
from timeline.errors import DocumentUnreadable, ImportRefused
from timeline.exchange import formats
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Read, Reader
from timeline.exchange.text import decoding


class File:
    """A file as received and as read. Its bytes are held compressed: they are needed again only for the archive."""

    def __init__(self, path: Path, format: str, content: bytes, text: str, understood: Read) -> None:
        self.path = path
        self.format = format
        self.understood = understood
        self.sha256: Final = sha256(content).hexdigest()
        """The hash of the bytes, in hex."""
        encoded = text.encode()
        self._content: Final = zlib.compress(content, 1)
        self._encoded: Final = self._content if encoded == content else zlib.compress(encoded, 1)
        self._text: str | None = text

    @property
    def text(self) -> str:
        """The decoded text."""
        if self._text is None:
            self._text = zlib.decompress(self._encoded).decode()
        return self._text

    def release(self) -> None:
        """Hold the text compressed until it is needed again."""
        self._text = None

    def document(self) -> Document:
        """Return the file as a document to be archived."""
        read = self.understood
        return Document(zlib.decompress(self._content), self.text, read.media_type, read.extractor)


def understand(path: str | Path, format: str, *, encoding: str | None = None, **options: object) -> File:
    """Read a file in a format. `options` are those of its reader, such as `mapping`.

    Raises ImportRefused if there is no such format or file, or if the file is not of that format.
    """
    path = Path(path)
    module = reader(format)
    content = decoding.read_bytes(path, getattr(module, "MAXIMUM_BYTES", documents.MAXIMUM_BYTES))
    media_type = formats.entries()[format].reads or ""
    try:
        if media_type in capture.OFFICE:
            document = capture.from_bytes(content, media_type, str(path), encoding=encoding)
            extractor = document.extractor
            decoded = decoding.Decoded(document.text, "", (f"read by {extractors.without_setup(extractor)}",))
            options["tables"] = document.tables
        else:
            decoded = decoding.decode(content, encoding, str(path))
            extractor = f"{extractors.DECODED}{decoded.encoding}"
        file = File(path, format, content, decoded.text, Read(()))
        del content  # before the rows are in memory
        read = module.read(decoded.text, format=format, **options)
    except DocumentUnreadable as error:
        raise ImportRefused(path, error.reason) from None
    except ImportRefused as error:
        raise error.under(path) from None
    except RecursionError:
        raise ImportRefused(path, f"nested too deeply to be read. It is not {format}, or was made to do harm") from None
    rows = read.rows if isinstance(read.rows, Packed) else tuple(read.rows)
    file.understood = read._replace(
        rows=rows,
        notes=(*decoded.notes, *read.notes),
        media_type=read.media_type or media_type,
        encoding=decoded.encoding,
        extractor=extractor,
    )
    return file


def reader(name: str) -> Reader:
    """Return the module that reads a format. Raises ImportRefused if there is none, or if a package is missing that it needs."""
    names = formats.read_names()
    if name not in names:
        raise ImportRefused(f'"{name}" is not a format for imports. There are {", ".join(sorted(names))}')
    try:
        return cast("Reader", formats.entries()[name].module("reader"))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("timeline."):
            raise
        reason = f"reading {name} needs the extra: pip install 'cited-timeline[exchange]'"
        raise ImportRefused(f"{reason} ({error.name} is missing)") from None
