"""Read the addresses of happenings and sources in our own exports. Must not know whether there is such a record."""

import re
from typing import Final
from urllib.parse import unquote

from timeline.exchange.text.html_text import without_controls

_URN: Final = re.compile(r"urn:timeline:(?:[0-9a-f]+:)?(happening|source):(.+)")
_PAGE: Final = re.compile(r"https?://\S+/-/timeline/(?:(sources)/)?([^/?#]+)")


def parse_address(value: object) -> tuple[str, str] | tuple[None, None]:
    """Return "happening" or "source" and its id from a URN or address in our own exports. Return None twice for any other."""
    text = (without_controls(value).strip() if isinstance(value, str) else "").partition("#")[0]
    if urn := _URN.fullmatch(text):
        return urn[1], unquote(urn[2])
    if page := _PAGE.fullmatch(text):
        return "source" if page[1] else "happening", unquote(page[2])
    return None, None
