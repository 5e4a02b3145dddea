"""The formats that are imported and exported, in the order of menus. Each has a folder with its reader, its writer, or both.

Owns the list of formats. Must not know any of them. To add one: a folder here with `reader.py` (`read`), `writer.py` (`FORMAT`),
or both, and a line in `OURS`. Other distributions add theirs through entry points in the group `cited_timeline.formats`; each
names an `Entry`. Imports the standard library alone, because the web lists the formats too.
"""

import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Final, NamedTuple

GROUP: Final = "cited_timeline.formats"


class Entry(NamedTuple):
    """A format: its name, the media type of its imported files (None if it cannot be imported), whether it can be exported.

    `package` holds its reader and writer. By default that is the folder here with the format's name, underscores for hyphens.
    """

    name: str
    reads: str | None = None
    writes: bool = False
    package: str = ""

    def module(self, part: str) -> ModuleType:
        """Import its `reader` or `writer`. Raises ModuleNotFoundError if a package that it needs is missing."""
        package = self.package or f"{__name__}.{self.name.replace('-', '_')}"
        return import_module(f"{package}.{part}")


OURS: Final = (
    Entry("timelinejs", "application/json", writes=True),
    Entry("timelinejs-csv", "text/csv", writes=True),
    Entry("csv", "text/csv", writes=True),
    Entry("tsv", "text/tab-separated-values", package=f"{__name__}.csv"),
    Entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    Entry("ods", "application/vnd.oasis.opendocument.spreadsheet", package=f"{__name__}.xlsx"),
    Entry("jsonl", "application/jsonl", writes=True),
    Entry("ics", "text/calendar", writes=True),
    Entry("atom", writes=True),
    Entry("jsonfeed", writes=True),
    Entry("jsonld", "application/ld+json", writes=True),
    Entry("annotations", "application/ld+json", writes=True),
    Entry("csl-json", "application/vnd.citationstyles.csl+json", writes=True),
    Entry("ris", "application/x-research-info-systems", writes=True),
    Entry("bibtex", "application/x-bibtex"),
    Entry("timemap", writes=True),
    Entry("vis", "application/json", writes=True),
    Entry("markdown", writes=True),
    Entry("html", writes=True),
    Entry("docx", writes=True),
    Entry("svg", writes=True),
    Entry("png", writes=True),
)


@cache
def entries() -> dict[str, Entry]:
    """Return every format by its name: ours, then those of other distributions, which cannot replace ours.

    An entry point that cannot be loaded gives a warning.
    """
    entries = {entry.name: entry for entry in OURS}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            entry = Entry(*point.load())
        except Exception as error:
            warnings.warn(f"{point.value}: brings no format: {error}. Update that package, or uninstall it", stacklevel=2)
        else:
            entries.setdefault(entry.name, entry)
    return entries


def read_names() -> tuple[str, ...]:
    """Return the names of the formats that can be imported."""
    return tuple(name for name, entry in entries().items() if entry.reads)


def written_names() -> tuple[str, ...]:
    """Return the names of the formats that can be exported."""
    return tuple(name for name, entry in entries().items() if entry.writes)
