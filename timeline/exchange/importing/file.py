"""A file to be imported: its bytes, its text, and its rows. Must not open a timeline."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast

from timeline.documents import Document
from timeline.errors import ImportRefused
from timeline.exchange import formats
from timeline.exchange.rows.row import Read, Reader
from timeline.exchange.text import decoding


@dataclass(frozen=True, slots=True)
class File:
    """A file as received and as read."""

    path: Path
    format: str
    content: bytes
    understood: Read

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hex."""
        return sha256(self.content).hexdigest()

    def document(self) -> Document:
        """Return the file as a document to be archived."""
        read = self.understood
        return Document(self.content, read.text, read.media_type, f"decoded as {read.encoding}")


def understand(path: str | Path, format: str, *, encoding: str | None = None, **options: object) -> File:
    """Read a file in a format. `options` are those of its reader, such as `mapping`.

    Raises ImportRefused if there is no such format or file, or if the file is not of that format.
    """
    path = Path(path)
    module = reader(format)
    content = decoding.read_bytes(path)
    decoded = decoding.decode(content, encoding, str(path))
    try:
        read = module.read(decoded.text, format=format, **options)
    except ImportRefused as error:
        raise error.under(path) from None
    except RecursionError:
        raise ImportRefused(path, f"nested too deeply to be read. It is not {format}, or was made to do harm") from None
    media_type = read.media_type or formats.entries()[format].reads or ""
    notes = (*decoded.notes, *read.notes)
    read = read._replace(rows=tuple(read.rows), notes=notes, media_type=media_type, text=decoded.text, encoding=decoded.encoding)
    return File(path, format, content, read)


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
