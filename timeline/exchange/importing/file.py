"""A file to be imported: its bytes, its text, and its rows. Must not open a timeline."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from timeline import capture
from timeline.documents import Document
from timeline.errors import DocumentUnreadable
from timeline.exchange import formats
from timeline.exchange.importing import row
from timeline.exchange.importing.row import Read
from timeline.exchange.text import decoding
from timeline.extractors import DECODED


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
        return Document(self.content, read.text, read.media_type, read.extractor)


def understand(path: str | Path, format: str, *, encoding: str | None = None, **options: object) -> File:
    """Read a file in a format. `options` are those of its reader, such as `mapping`.

    Raises ImportRefused if there is no such format or file, or if the file is not of that format.
    """
    path = Path(path)
    module = row.reader(format)
    content = decoding.read_bytes(path)
    media_type = formats.entries()[format].reads or ""
    try:
        if media_type in capture.OFFICE:
            document = capture.from_bytes(content, media_type, str(path), encoding=encoding)
            how = document.extractor.partition("; read as ")[0]
            decoded = decoding.Decoded(document.text, "", (f"read by {how}",))
            read = module.read(document.text, tables=document.tables, format=format, **options)
            extractor = document.extractor
        else:
            decoded = decoding.decode(content, encoding, str(path))
            read = module.read(decoded.text, format=format, **options)
            extractor = f"{DECODED}{decoded.encoding}"
    except DocumentUnreadable as error:
        raise row.ImportRefused(path, error.reason) from None
    except row.ImportRefused as error:
        raise error.under(path) from None
    except RecursionError:
        raise row.ImportRefused(path, f"nested too deeply to be read. It is not {format}, or was made to do harm") from None
    understood = read._replace(
        rows=tuple(read.rows),
        notes=(*decoded.notes, *read.notes),
        media_type=read.media_type or media_type,
        text=decoded.text,
        encoding=decoded.encoding,
        extractor=extractor,
    )
    return File(path, format, content, understood)
