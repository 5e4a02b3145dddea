"""What a file that is to be imported is understood to say: its rows, each with its slice of the file's text.

Owns the words in which readers and the import speak to each other. Must not read files, nor append anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, cast

from timeline.errors import TimelineError
from timeline.exchange import formats


class ImportRefused(TimelineError):
    """A file cannot be imported as the format that it was said to be."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file, what becomes of it, and all that does not."""

    number: int
    """The record in the file, from 1."""
    start: int
    """Its slice of the file's text, in code points: what the happening will cite."""
    end: int
    kind: Literal["happening", "source", "citation"] = "happening"
    fields: Mapping[str, Any] = field(default_factory=dict)
    """HappeningFields without citations; SourceFields (and `file`, a local attachment); or for a citation `happening`, `url` or
    `source`, `quote`, `prefix`, `suffix`, `stance`, `supports`."""
    key: str | None = None
    """A stable id that the file itself gives the record (UID, unique_id, citation key …)."""
    dropped: tuple[tuple[str, str, str], ...] = ()
    """Field, value and why: nothing is lost without a word."""
    questions: tuple[tuple[str, str], ...] = ()
    """Field, and what a person should look at (such as 1 January of a year)."""
    refused: str | None = None
    """Why it becomes nothing ("Unknown date", a title slide without a date …)."""
    id: str | None = None
    """The id that the happening had in the timeline that wrote the file, and keeps."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A whole file as it was understood."""

    text: str
    encoding: str
    media_type: str
    rows: Sequence[Row]
    title: str | None = None
    """What the file says of itself."""
    notes: tuple[str, ...] = ()
    """Of the file as a whole."""
    guessed: str = ""
    """The mapping of its columns, where it was guessed, as YAML."""
    draft: str = ""
    """The same with what a person needs to correct it."""


class Read(NamedTuple):
    """What a reader answers: the rows in the file's order, what the file says of itself, and what is to be said of it."""

    rows: Sequence[Row]
    title: str | None = None
    notes: tuple[str, ...] = ()
    guessed: str = ""
    draft: str = ""
    media_type: str = ""
    """Where it is another than the format's."""


class Reader(Protocol):
    """A module that reads a format: it answers for every record, and raises ImportRefused only for a file not of its format."""

    def read(self, text: str, **options: object) -> Read:
        """Read a text; options that it does not know it ignores."""


def reader(name: str) -> Reader:
    """Find the module that reads a format. Raises ImportRefused where there is none, or where it lacks a package."""
    names = formats.read_names()
    if name not in names:
        raise ImportRefused(f'"{name}" is not a format that is read here. There are {", ".join(sorted(names))}')
    try:
        return cast("Reader", formats.entries()[name].module("reader"))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("timeline."):
            raise
        reason = f"reading {name} needs the extra: pip install 'cited-timeline[exchange]'"
        raise ImportRefused(f"{reason} ({error.name} is missing)") from None
