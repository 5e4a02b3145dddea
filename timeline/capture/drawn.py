"""The letters of a page as they are drawn, put into the order in which they are read.

Owns lines from right to left, whose letters a PDF may hold in any order, and marks and accents that are drawn apart from their
letters. Must not know a library: it is given letters and where they stand.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

_GAP: Final = 0.21  # of the size of the letters: between two of them it is a space
_NEAR: Final = 0.4  # of the same: so near each other, the same letter stands once
_LOOKED_AT: Final = 12
_PAIRS: Final = ("()", "[]", "{}", "<>", "«»", "‹›")
_JOINS_DIGITS: Final = ".,:/٫٬"
# Devanagari to Myanmar, and Khmer: scripts of India and its neighbours.
_ACCENTS: Final = dict(
    zip("`´ˆ˜¨¯˘˙˚˝ˇ¸˛", "\u0300\u0301\u0302\u0303\u0308\u0304\u0306\u0307\u030a\u030b\u030c\u0327\u0328", strict=True)
)
_DOTLESS: Final = {"ı": "i", "ȷ": "j"}
_APART: Final = ((0x0900, 0x109F), (0x1780, 0x17FF))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, the box that it is drawn in, the point that it is set at, and its size.

    `made` where it is a space or a line end that only the gap tells of.
    """

    text: str
    left: float
    right: float
    origin: float
    baseline: float
    size: float
    made: bool = False

    @property
    def middle(self) -> float:
        """Where its middle is, from the left."""
        return (self.left + self.right) / 2


def needs_order(text: str) -> bool:
    """Whether a page has letters whose order is to be looked at."""
    return any(_is_rtl(one) or _is_apart(one) or one in _ACCENTS for one in set(text))


def has_rtl(text: str) -> bool:
    """Whether a text has letters that are read from right to left."""
    return any(map(_is_rtl, set(text)))


def ordered(letters: Sequence[Letter]) -> str:
    """Write the lines of a page, each in the order in which it is read. Lines are parted by line feeds among the letters."""
    lines = [(line, _is_from_right(line)) for line in _lines(letters)]
    written = [_from_right(line) if right else _with_marks(line) for line, right in lines]
    facing = _facing("".join(text for text, (_, right) in zip(written, lines, strict=True) if right))
    return "\n".join(text.translate(facing) if right else text for text, (_, right) in zip(written, lines, strict=True))


def _lines(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Part letters into lines; what goes on beside the line before it, from right to left, belongs to that."""
    lines: list[list[Letter]] = [[]]
    for one in letters:
        if one.text == "\n":
            if lines[-1]:
                lines.append([])
        elif one.text != "\r":
            lines[-1].append(one)
    found: list[list[Letter]] = []
    for line in lines:
        if found and _goes_on(found[-1], line):
            found[-1] += line
        else:
            found.append(line)
    return found


def _goes_on(line: list[Letter], other: list[Letter]) -> bool:
    first, second = ([one for one in part if not one.text.isspace()] for part in (line, other))
    if not first or not second or not any(_is_rtl(one.text) for one in (*first, *second)):
        return False
    if abs(median(one.baseline for one in first) - median(one.baseline for one in second)) > _NEAR * first[0].size:
        return False
    beside = min(one.left for one in first) >= max(one.right for one in second) - 1
    return beside or min(one.left for one in second) >= max(one.right for one in first) - 1


def _is_from_right(line: list[Letter]) -> bool:
    right = sum(_is_rtl(one.text) for one in line)
    return right > 0 and right * 2 >= sum(_is_ltr(one.text) for one in line)


def _with_marks(letters: list[Letter]) -> str:
    """Leave out what is told twice, once for a letter and once for its marks, and spaces where there is no gap."""
    kept: list[Letter] = []
    letters = _accented(letters)
    size = _size(letters)
    for one in letters:
        back = bool(kept) and one.left < kept[-1].left and _is_apart(one.text)
        if not (back and any(other.text == one.text and abs(other.left - one.left) < _NEAR * size for other in kept[-_LOOKED_AT:])):
            kept.append(one)
    pieces = []
    for number, one in enumerate(kept):
        if one.made and one.text == " " and 0 < number < len(kept) - 1:
            before, after = kept[number - 1], kept[number + 1]
            if _is_apart(before.text) and _is_apart(after.text) and after.left - before.right < _GAP * size:
                continue
        pieces.append(one.text)
    return "".join(pieces)


def _size(letters: Sequence[Letter]) -> float:
    sizes = [one.size for one in letters if not one.text.isspace()]
    return median(sizes) if sizes else 0


def _accented(letters: list[Letter]) -> list[Letter]:
    """Put each accent that is drawn by itself over or under a letter on that letter."""
    if not any(one.text in _ACCENTS for one in letters):
        return letters
    found = list(letters)
    for accent in [one for one in letters if one.text in _ACCENTS]:
        at = next(n for n, one in enumerate(found) if one is accent)
        for number in sorted(range(len(found)), key=lambda n: abs(n - at))[1:]:
            base = found[number]
            if base.left <= accent.middle <= base.right and base.text.isalpha():
                whole = unicodedata.normalize("NFC", _DOTLESS.get(base.text, base.text) + _ACCENTS[accent.text])
                if len(whole) == 1:
                    found[number] = replace(base, text=whole)
                    made = at > 0 and found[at - 1].made and found[at - 1].text == " "
                    del found[at - 1 if made and at + 1 == len(found) else at : at + 1]
                    break
    return found


def _from_right(letters: list[Letter]) -> str:
    """Write a line that is read from right to left, in which numbers and foreign words are read from left to right."""
    marks = [one for one in letters if unicodedata.combining(one.text[:1])]
    bases = [one for one in letters if not unicodedata.combining(one.text[:1]) and not one.text.isspace()]
    if not bases:
        return ""
    size = _size(bases)
    # Letters of one glyph are set at one point; of lam and alef, lam comes first.
    bases.sort(key=lambda one: (-round(one.origin, 1), round(one.left, 1), one.text != "ل"))
    after: dict[int, list[str]] = {}
    for mark in marks:
        nearest = min(range(len(bases)), key=lambda n: abs(bases[n].middle - mark.middle))
        after.setdefault(nearest, []).append(mark.text)
    words = [bases[0].text + "".join(after.get(0, ()))]
    for number, (one, other) in enumerate(pairwise(bases), 1):
        if one.left - other.right > _GAP * size:
            words.append(" ")
        words.append(other.text + "".join(after.get(number, ())))
    return "".join(_turned(words))


def _turned(pieces: list[str]) -> list[str]:
    """Turn round each stretch that is read from left to right: words in other letters, with what is between them, and numbers."""
    turned: list[str] = []
    place = 0
    while place < len(pieces):
        end = _stretch(pieces, place)
        turned += reversed(pieces[place:end])
        place = end
    return turned


def _stretch(pieces: list[str], start: int) -> int:
    """Find where a stretch that is read from left to right ends: behind the piece itself, where none begins with it."""
    region = pieces[start : next((n for n in range(start, len(pieces)) if _is_rtl(pieces[n])), len(pieces))]
    if not region or not (_is_ltr(region[0]) or _is_number(region[0])):
        return start + 1
    if any(map(_is_ltr, region)):
        return start + 1 + max(n for n, one in enumerate(region) if _is_ltr(one) or _is_number(one))
    end = 1
    while end < len(region):
        joins = region[end] in _JOINS_DIGITS and end + 1 < len(region) and _is_number(region[end + 1])
        if not (joins or _is_number(region[end])):
            break
        end += 1
    return start + end


def _facing(text: str) -> dict[int, str]:
    """Tell which brackets to turn round: those that face as they are drawn, so that more of them close what is not open."""
    turned: dict[int, str] = {}
    for pair in _PAIRS:
        brackets = [one for one in text if one in pair]
        if _wrong(brackets, pair[::-1]) < _wrong(brackets, pair):
            turned |= {ord(pair[0]): pair[1], ord(pair[1]): pair[0]}
    return turned


def _wrong(brackets: list[str], pair: str) -> int:
    """Count the brackets that close what is not open."""
    depth = wrong = 0
    for one in brackets:
        if one == pair[0]:
            depth += 1
        elif depth:
            depth -= 1
        else:
            wrong += 1
    return wrong


def _is_rtl(piece: str) -> bool:
    return unicodedata.bidirectional(piece[:1]) in ("R", "AL") if piece else False


def _is_ltr(piece: str) -> bool:
    return unicodedata.bidirectional(piece[:1]) == "L" if piece else False


def _is_number(piece: str) -> bool:
    return piece[:1].isdigit() or unicodedata.bidirectional(piece[:1] or " ") == "ET"  # a sign of percent or of money


def _is_apart(piece: str) -> bool:
    return any(first <= ord(piece[0]) <= last for first, last in _APART) if piece else False
