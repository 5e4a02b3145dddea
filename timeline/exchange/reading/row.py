"""What a file that is to be imported is understood to say: its rows, each with its slice of the file's text.

Owns the words in which readers and the import speak to each other. Must not read files, nor append anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, Protocol, cast

from timeline.errors import TimelineError

READERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "timelinejs": "timelinejs",
        "timelinejs-csv": "timelinejs_csv",
        "csv": "table",
        "tsv": "table",
        "jsonl": "json_rows",
        "ics": "ics",
        "jsonld": "jsonld",
        "vis": "vis",
        "csl-json": "csl_json",
        "ris": "ris",
        "bibtex": "bibtex",
        "annotations": "annotations",
    }
)
"""Each format's name, and the module of this package that reads it."""

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "timelinejs": "application/json",
        "timelinejs-csv": "text/csv",
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "jsonl": "application/jsonl",
        "ics": "text/calendar",
        "jsonld": "application/ld+json",
        "vis": "application/json",
        "csl-json": "application/vnd.citationstyles.csl+json",
        "ris": "application/x-research-info-systems",
        "bibtex": "application/x-bibtex",
        "annotations": "application/ld+json",
    }
)


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
    module = READERS.get(name)
    if module is None:
        raise ImportRefused(f'"{name}" is not a format that is read here. There are {", ".join(sorted(READERS))}')
    try:
        return cast("Reader", import_module(f"timeline.exchange.reading.{module}"))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("timeline."):
            raise
        reason = f"reading {name} needs the extra: pip install 'cited-timeline[exchange]'"
        raise ImportRefused(f"{reason} ({error.name} is missing)") from None
