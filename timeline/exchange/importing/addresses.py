"""Which happening or source of a timeline an address names, as exports write it. Must not fetch anything."""

import re
from typing import Final
from urllib.parse import unquote

from timeline.exchange.importing.record_builder import scalar

_URN: Final = re.compile(r"urn:timeline:(?:[0-9a-f]+:)?(happening|source):(.+)")
_PAGE: Final = re.compile(r"https?://\S+/-/timeline/(?:(sources)/)?([^/?#]+)")


def named(value: object) -> tuple[str, str] | None:
    """Give ("happening" or "source", its id); None for any other address."""
    text = (scalar(value) or "").partition("#")[0]
    if urn := _URN.fullmatch(text):
        return urn[1], unquote(urn[2])
    if page := _PAGE.fullmatch(text):
        return "source" if page[1] else "happening", unquote(page[2])
    return None


def happening(value: object) -> str | None:
    """Give the id of the happening that an address names."""
    found = named(value)
    return found[1] if found and found[0] == "happening" else None
