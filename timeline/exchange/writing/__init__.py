"""Writes what is chosen of a timeline in the formats that others read.

Owns the list of formats. Must not choose happenings. Standard library and `dates` alone: the web writes with it too.
"""

from importlib import import_module

from timeline.exchange.writing.format import Format

# In the order in which people meet them; each is a module of that name, with underscores, that holds FORMAT.
NAMES = (
    "timelinejs",
    "timelinejs-csv",
    "csv",
    "jsonl",
    "ics",
    "atom",
    "jsonfeed",
    "jsonld",
    "annotations",
    "csl-json",
    "ris",
    "timemap",
    "vis",
    "markdown",
    "html",
    "svg",
    "png",
)


def format_named(name: str) -> Format:
    """Give the format of a name. Raises KeyError where there is none."""
    if name not in NAMES:
        raise KeyError(name)
    found: Format = import_module(f"{__name__}.as_{name.replace('-', '_')}").FORMAT
    return found
