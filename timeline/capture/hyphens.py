"""Decide for each hyphen at the end of a line whether it divides a word or belongs to it.

Owns that choice, from the words of the document itself: a hyphen that only divides becomes a soft hyphen, so that the word can be
quoted as one. Must not know any format, nor any language.
"""

import re
from collections import Counter
from typing import Final

DIVIDED: Final = "\ufffe"  # marks a hyphen at the end of a line, where the line end was removed
_SOFT: Final = "\u00ad"
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_AROUND: Final = re.compile(rf"([\w-]*){DIVIDED}(\w*)")
_SHORTEST: Final = 3


def decided(text: str) -> str:
    """Replace each mark: by a soft hyphen where a word was divided, by a plain one where the hyphen belongs to the word."""
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
    """Return whether a word has a hyphen: as it is written elsewhere; otherwise, if its second part is a word by itself."""
    last = before.rpartition("-")[2]
    if not last.isalpha() or not after.isalpha():
        return True
    joined, written = words[last + after], words[f"{last}-{after}"]
    if joined or written:
        return written > joined
    return len(after) >= _SHORTEST and words[after] > 0
