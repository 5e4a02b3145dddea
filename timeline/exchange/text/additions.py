"""What exports add to a happening's own words, so that an import can tell both apart and leave the additions out again."""

import re
from typing import Final

RULE: Final = "\n\n— — —\n"
"""In plain text, between the happening's own words and what was added."""
ADDED: Final = "of-timeline"
"""In HTML, the class of the element that holds what was added."""
ADDITION: Final = re.compile(rf'<div class="{ADDED}">(.*?)</div>', re.DOTALL)
DIGEST: Final = "SHA-256: "
"""Before the hash of a source among its notes, by which an import knows what a timeline wrote."""
