"""Where a sentence of running text begins and ends. Must not change a character of it."""

import re
from typing import Final

_END: Final = re.compile(r"[.!?…؟。]+[\"'”’»)\]]*(?=\s)|\n\s*\n|\f")
_ABBREVIATED: Final = re.compile(
    r"(?:\b(?:[A-Z]|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun|Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sgt|Sen|Rep"
    r"|Gov|Prof|St|No|Inc|Corp|Co|Ltd|vs|etc|cf|Fig|Art|approx|a\.m|p\.m|U\.S|U\.N|i\.e|e\.g|M|Mme|env|bzw|z\.B|Nr|núm|Sr|Sra))\.$"
)
LONGEST: Final = 600  # characters of a sentence on either side of a place


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the first and the last place of the sentence that holds a part of a text, without white space at its ends."""
    first = max(0, start - LONGEST)
    for match in _END.finditer(text, first, start):
        if not _is_abbreviation(text, match) and match.end() <= start:
            first = match.end()
    last = min(len(text), end + LONGEST)
    for match in _END.finditer(text, max(end - 1, 0), last):
        if not _is_abbreviation(text, match):
            last = match.end() if match[0].strip() else match.start()
            break
    last = max(last, end)
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    """Whether a full stop belongs to an abbreviation, or the next letter is a small one."""
    if match[0].strip() != ".":
        return False
    after = text[match.end() : match.end() + 3].lstrip()
    return bool(_ABBREVIATED.search(text, max(0, match.start() - 8), match.end())) or after[:1].islower()
