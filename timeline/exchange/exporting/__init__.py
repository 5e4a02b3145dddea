"""Writes what is chosen of a timeline in the formats that others read.

Owns what they share: losses, wording, dates in parts, notes, feeds. Must not choose happenings, nor read files. Standard library
and the leaves alone: the web writes with it too.
"""

from timeline.exchange import formats
from timeline.exchange.exporting.format import Format


def format_named(name: str) -> Format:
    """Give the format of a name. Raises KeyError where none of that name is written."""
    if name not in formats.written_names():
        raise KeyError(name)
    format: Format = formats.entries()[name].module("writer").FORMAT
    return format
