"""The formats in and out, in the order in which people meet them: a folder for each, with its reader, its writer, or both.

Owns the list, and how a format of it is found. Must not know what is in a format. To add one: a folder here with `reader.py`
(`read`), `writer.py` (`FORMAT`), or both, and one line in `OURS`. Other distributions add theirs through the entry point
`cited_timeline.formats`, each of which names an `Entry`. Standard library alone: the web lists the formats too.
"""

import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Final, NamedTuple

GROUP: Final = "cited_timeline.formats"


class Entry(NamedTuple):
    """A format: its name, the media type of the files that it reads, whether it is written, and the package that does both.

    `reads` is None for a format that is not read. `package` is the folder here, where it is not the name with underscores.
    """

    name: str
    reads: str | None = None
    writes: bool = False
    package: str = ""

    def module(self, part: str) -> ModuleType:
        """Import its `reader` or `writer`. Raises ModuleNotFoundError where a package is missing that it needs."""
        package = self.package or f"{__name__}.{self.name.replace('-', '_')}"
        return import_module(f"{package}.{part}")


OURS: Final = (
    Entry("timelinejs", "application/json", writes=True),
    Entry("timelinejs-csv", "text/csv", writes=True),
    Entry("csv", "text/csv", writes=True),
    Entry("tsv", "text/tab-separated-values", package=f"{__name__}.csv"),
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
    Entry("svg", writes=True),
    Entry("png", writes=True),
)


@cache
def entries() -> dict[str, Entry]:
    """Give every format by its name: ours, then those of other distributions; ours keep their names.

    An entry point that cannot be loaded is a warning.
    """
    known = {one.name: one for one in OURS}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            entry = Entry(*point.load())
        except Exception as error:
            warnings.warn(f"{point.value}: brings no format: {error}. Update that package, or uninstall it", stacklevel=2)
        else:
            known.setdefault(entry.name, entry)
    return known


def read_names() -> tuple[str, ...]:
    """Name the formats that are read."""
    return tuple(name for name, one in entries().items() if one.reads)


def written_names() -> tuple[str, ...]:
    """Name the formats that are written."""
    return tuple(name for name, one in entries().items() if one.writes)
