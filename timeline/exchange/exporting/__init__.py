"""Shared parts of the exports: losses, wording, notes, feeds.

Must not choose happenings, nor read files. Imports the standard library and the leaves alone, because the web exports too.
"""

from timeline.exchange import formats
from timeline.exchange.exporting.format import Format


def format_named(name: str) -> Format:
    """Return the format with a name. Raises KeyError if none with that name can be exported."""
    if name not in formats.written_names():
        raise KeyError(name)
    format: Format = formats.entries()[name].module("writer").FORMAT
    return format
