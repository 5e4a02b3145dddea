"""Marks around the text that exports add to a happening's own words. By them, an import removes the additions again."""

import re
from typing import Final

RULE: Final = "\n\n— — —\n"
"""In plain text: between the happening's own words and the additions."""
ADDED: Final = "of-timeline"
"""In HTML: the class of the element that holds the additions."""
OWN_KEYS: Final = ("attributed_to", "date_note")
"""In JSON: fields of a happening that our own exports add beside the format's own."""
ADDITION: Final = re.compile(rf'<div class="{ADDED}">(.*?)</div>', re.DOTALL)
DIGEST: Final = "SHA-256: "
"""Before the hash of a source in its notes. By it, an import recognises a record that a timeline wrote."""


def has_additions(html: object) -> bool:
    """Whether a value is HTML that our own export wrote."""
    return f'class="{ADDED}"' in str(html)
