"""Signs by which an import recognises what our own exports wrote: marks around additions, keys, and addresses of records.

The marks are around the text that exports add to a happening's own words, so that an import removes it again. Must not know whether
there is a record at an address.
"""

import re
from typing import Final
from urllib.parse import unquote

from timeline.exchange.text.html_text import without_controls

RULE: Final = "\n\n— — —\n"
"""In plain text: between the happening's own words and the additions."""
ADDED: Final = "of-timeline"
"""In HTML: the class of the element that holds the additions."""
OWN_KEYS: Final = ("attributed_to", "date_note")
"""In JSON: fields of a happening that our own exports add beside the format's own."""
ADDITION: Final = re.compile(rf'<div class="{ADDED}">(.*?)</div>', re.DOTALL)
DIGEST: Final = "SHA-256: "
"""Before the hash of a source in its notes. By it, an import recognises a record that a timeline wrote."""
_URN: Final = re.compile(r"urn:timeline:(?:[0-9a-f]+:)?(happening|source):(.+)")
_PAGE: Final = re.compile(r"https?://\S+/-/timeline/(?:(sources)/)?([^/?#]+)")


def has_additions(html: object) -> bool:
    """Whether a value is HTML that our own export wrote."""
    return f'class="{ADDED}"' in str(html)


def parse_address(value: object) -> tuple[str, str] | tuple[None, None]:
    """Return "happening" or "source" and its id from a URN or address in our own exports. Return None twice for any other."""
    text = (without_controls(value).strip() if isinstance(value, str) else "").partition("#")[0]
    if urn := _URN.fullmatch(text):
        return urn[1], unquote(urn[2])
    if page := _PAGE.fullmatch(text):
        return "source" if page[1] else "happening", unquote(page[2])
    return None, None
