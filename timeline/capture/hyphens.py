"""Hyphens at the ends of lines: whether a word was divided there, or is written with a hyphen.

Owns that choice, from the words of the document itself: a hyphen that only divides becomes a soft one, so that the word can be
quoted as one. Must not know any format, nor any language.
"""

import re
from collections import Counter
from typing import Final

DIVIDED: Final = "\ufffe"  # stands for a hyphen at the end of a line, whose line end is gone
_SOFT: Final = "\u00ad"
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_AROUND: Final = re.compile(rf"([\w-]*){DIVIDED}(\w*)")
_SHORTEST: Final = 3


def decided(text: str) -> str:
    """Put a soft hyphen where a word was divided, and a plain one where a hyphen belongs into it."""
    if DIVIDED not in text:
        return text
    words = Counter(_WORD.findall(_AROUND.sub(" ", text).lower()))
    for compound in [word for word in words if "-" in word]:
        words.update(compound.split("-"))

    def one(match: re.Match[str]) -> str:
        before, after = match[1], match[2]
        return f"{before}{'-' if _belongs(before.lower(), after.lower(), words) else _SOFT}{after}"

    return _AROUND.sub(one, text)


def _belongs(before: str, after: str, words: Counter[str]) -> bool:
    """Whether a word is written with a hyphen: as it stands elsewhere; else, if what follows is a word by itself."""
    last = before.rpartition("-")[2]
    if not last.isalpha() or not after.isalpha():
        return True
    joined, written = words[last + after], words[f"{last}-{after}"]
    if joined or written:
        return written > joined
    return len(after) >= _SHORTEST and words[after] > 0
