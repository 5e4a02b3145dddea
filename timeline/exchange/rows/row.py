"""The rows of a file to be imported, each with its slice of the file's text: what readers hand over to the import.

Must not read files, nor append anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol


class Row(NamedTuple):
    """One record of a file: the fields that it becomes, and everything that is dropped, asked or refused."""

    number: int
    """The number of the record in the file, from 1."""
    start: int
    """Its slice of the file's text, in code points, which the happening will cite."""
    end: int
    kind: Literal["happening", "source", "citation"] = "happening"
    fields: Mapping[str, Any] = {}
    """HappeningFields without citations; SourceFields (and `file`, a local attachment); or for a citation `happening`, `url` or
    `source`, `quote`, `prefix`, `suffix`, `stance`, `supports`, `fragment`, `description`."""
    key: str | None = None
    """The stable id of the record in the file (UID, unique_id, citation key …)."""
    dropped: tuple[tuple[str, str, str], ...] = ()
    """Field, value and reason of everything that is not imported."""
    questions: tuple[tuple[str, str], ...] = ()
    """Field, and what a person should check (such as 1 January of a year)."""
    refused: str | None = None
    """Why it is not imported ("Unknown date", a title slide without a date …)."""
    id: str | None = None
    """The id of the happening in the timeline that wrote the file, which it keeps."""
    media: Mapping[str, str] = {}
    """The `url`, `caption`, `credit` and `alt` of what it shows."""


class Read(NamedTuple):
    """The answer of a reader: the rows in the file's order, the file's own title, and notes on the whole file."""

    rows: Sequence[Row]
    title: str | None = None
    notes: tuple[str, ...] = ()
    guessed: str = ""
    """The guessed mapping of columns as YAML; "" if none was guessed."""
    draft: str = ""
    """The same with an explanation for the person who corrects it."""
    media_type: str = ""
    """Empty means that of the format."""
    encoding: str = ""
    """That of the text, and the extractor that read it, which `file` adds."""
    extractor: str = ""


class Reader(Protocol):
    """A module that reads a format. It accounts for every record, and raises ImportRefused only for a file not of its format."""

    def read(self, text: str, **options: object) -> Read:
        """Read a text. Unknown options are ignored."""
