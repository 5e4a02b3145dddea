"""Measure text in terminal columns, and make it fit: shorten, pad, wrap.

A narrow character takes one column, wide East Asian ones and emoji take two, combining marks take none. Must not know which text
it measures.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

ELLIPSIS = "…"
_JAMO = range(0x1160, 0x1200)  # vowels and final consonants of Hangul: drawn within the syllable before them


@lru_cache(maxsize=4096)
def _of(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or ord(char) in _JAMO:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def columns(text: str) -> int:
    """Return how many columns a line of text takes."""
    return len(text) if text.isascii() else sum(map(_of, text))


def shortened(text: str, room: int) -> str:
    """Shorten a line to `room` columns, with "…" where text is left out; a combining mark stays with its letter."""
    if columns(text) <= room:
        return text
    if room <= 0:
        return ""
    width = 0
    for number, char in enumerate(text):
        width += _of(char)
        if width > room - 1:
            return text[:number].rstrip() + ELLIPSIS
    return text


def padded(text: str, room: int) -> str:
    """Pad a line with spaces to `room` columns; a longer one is returned unchanged."""
    return text + " " * (room - columns(text))


def wrapped(text: str, room: int, first: str = "", indent: str = "") -> str:
    """Break a line at spaces, and beside wide characters, so that each line fits; a longer word is not broken.

    `first` precedes the first line, `indent` the others.
    """
    lines: list[str] = []
    begun, line, width = first, "", columns(first)
    for space, word in _pieces(text):
        word_width = columns(word)
        if line and width + space + word_width > room:
            lines.append(begun + line)
            begun, line, width = indent, word, columns(indent) + word_width
        else:
            gap = " " * space if line else ""
            line += gap + word
            width += len(gap) + word_width
    return "\n".join([*lines, begun + line])


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the unbreakable pieces of a line, each with the number of spaces before it: 1 or 0."""
    for word in text.split():
        begin = 0
        for at in range(1, len(word) if not word.isascii() else 0):
            if _parts(word[at - 1], word[at]):
                yield int(begin == 0), word[begin:at]
                begin = at
        yield int(begin == 0), word[begin:]


def _parts(before: str, after: str) -> bool:
    """Return whether a line may break between two characters: beside a wide letter, but not after an opening mark."""
    wide = _of(before) == 2 or _of(after) == 2
    return wide and unicodedata.category(after)[0] in "LN" and unicodedata.category(before) not in ("Ps", "Pi")
