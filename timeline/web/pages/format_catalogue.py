"""The catalogue of export formats: in groups, with the purpose of each, and its losses in words.

Owns those words, and which formats can be loaded here. Must not write a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from timeline.exchange import formats
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import Format
from timeline.exchange.exporting.losses import label_of

# The groups in the order in which people look for them: each title, and its formats with their purposes.
GROUPS = (
    ("To read and print", {
        "html": "A chronology with numbered notes, ready to be printed or filed.",
        "docx": "The same chronology for Word and LibreOffice, with endnotes, headings and page numbers: for an editor or a court.",
        "markdown": "The same chronology as plain text with numbered notes, for an article or a repository.",
    }),
    ("Calendar and feeds", {
        "ics": "For any calendar: open the file once, or subscribe to its address and stay up to date.",
        "atom": "For a feed reader: the latest records, corrections and retractions.",
        "jsonfeed": "The same feed as JSON, for readers and scripts.",
    }),
    ("Data", {
        "csv": "For a spreadsheet: a row for each happening.",
        "timelinejs": "For Knight Lab’s TimelineJS. If Datasette runs with --cors, TimelineJS can read it at its address.",
        "timelinejs-csv": "TimelineJS’s sheet: import it into the Google Sheet that it draws.",
        "jsonl": "A bundle: the full record with its history and sources, to append to another timeline.",
        "jsonld": "schema.org events, for search engines and linked data.",
        "annotations": "Each quotation as a W3C annotation of its source, as annotation tools read them.",
        "timemap": "For maps with a time line beside them, by Timemap.js.",
        "vis": "Items for the JavaScript library vis-timeline.",
    }),
    ("Bibliography", {
        "csl-json": "The cited sources, for Zotero, pandoc and other programs that format citations.",
        "ris": "The cited sources, for EndNote, Mendeley, Zotero and library catalogues.",
    }),
    ("Pictures", {
        "svg": "The drawn timeline for an article, in black and white. It counts all happenings, and names 24 of more than 60.",
        "png": "The same picture in pixels, 1,800 wide, for programs that do not take SVG.",
    }),
)  # fmt: skip
# The formats that readers subscribe to.
FEEDS = ("ics", "atom", "jsonfeed")
# The library that a format needs to write, and the extra that installs it.
_NEEDS = {"png": ("resvg_py", "picture")}


@dataclass(frozen=True)
class Entry:
    """A format with its purpose and its losses: (fields, what happens to them), both in words."""

    format: Format
    purpose: str
    losses: tuple[tuple[str, str], ...]


def find(name: str) -> Format | None:
    """Return a format by its name; None if there is none, or it cannot be loaded here."""
    if missing(name):
        return None
    try:
        return format_named(name)
    except (KeyError, ImportError):
        return None


def missing(name: str) -> str | None:
    """Return a message if a format needs an extra that is not installed; None otherwise."""
    library, extra = _NEEDS.get(name, (None, None))
    if library is None or find_spec(library) is not None:
        return None
    return f"{name.upper()}: cannot be made here, because an extra is missing. pip install 'cited-timeline[{extra}]'"


def names() -> list[str]:
    """Return the names of the formats that can be loaded."""
    return [name for name in formats.written_names() if find(name)]


def groups() -> Iterator[tuple[str, list[Entry]]]:
    """Yield the title and the entries of each group that has any; last, the formats of other distributions."""
    known = {name for _, members in GROUPS for name in members}
    others = {name: "Brought by a package of its own." for name in formats.written_names() if name not in known}
    for title, members in (*GROUPS, ("Others", others)):
        entries = [Entry(format, purpose, losses(format)) for name, purpose in members.items() if (format := find(name))]
        if entries:
            yield title, entries


def losses(format: Format) -> tuple[tuple[str, str], ...]:
    """Return the losses of a format in words: fields that share a fate together, those simply left out last."""
    by_fate: dict[str, list[str]] = {}
    for field, fate in format.loses.items():
        label = label_of(field)
        labels = by_fate.setdefault(fate, [])
        if label not in labels:
            labels.append(label)
    ordered = sorted(by_fate.items(), key=lambda pair: pair[0] == "left out")
    return tuple((_capitalised(", ".join(labels)), fate) for fate, labels in ordered)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
