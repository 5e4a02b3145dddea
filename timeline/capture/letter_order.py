"""Put the letters of a PDF page into reading order, from where they are drawn.

Owns lines from right to left, whose letters a PDF may hold in any order, and marks and accents that are drawn apart from their
letters. Must not know a PDF library: it takes letters and their places.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final, TypeAlias

_GAP: Final = 0.21  # of the letters' size: a wider gap between two letters is a space
_NEAR: Final = 0.4  # of the letters' size: the same letter drawn again this near counts once
_LOOKED_AT: Final = 12
_PAIRS: Final = ("()", "[]", "{}", "<>", "«»", "‹›")
_JOINS_DIGITS: Final = ".,:/٫٬"
_ACCENTS: Final = dict(
    zip("`´ˆ˜¨¯˘˙˚˝ˇ¸˛", "\u0300\u0301\u0302\u0303\u0308\u0304\u0306\u0307\u030a\u030b\u030c\u0327\u0328", strict=True)
)
_DOTLESS: Final = {"ı": "i", "ȷ": "j"}
# Devanagari to Myanmar, and Khmer: scripts of India and its neighbours, whose marks may be drawn apart.
_APART: Final = ((0x0900, 0x109F), (0x1780, 0x17FF))


Piece: TypeAlias = tuple[str, tuple[int, ...]]  # text, and the numbers of its letters


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, the box that it is drawn in, its origin, and its size.

    `made` marks a space or a line end that the library inferred from a gap. `numbers` say which letters of the page it is: several
    where an accent is drawn apart.
    """

    text: str
    left: float
    right: float
    origin: float
    baseline: float
    size: float
    made: bool = False
    numbers: tuple[int, ...] = ()

    @property
    def middle(self) -> float:
        """The horizontal middle of its box."""
        return (self.left + self.right) / 2


def needs_order(text: str) -> bool:
    """Return whether a page has letters whose order must be checked."""
    return any(is_rtl(one) or _is_apart(one) or one in _ACCENTS for one in set(text))


def ordered(letters: Sequence[Letter]) -> str:
    """Return the text of a page, each line in reading order. Line feeds among the letters separate the lines."""
    return "".join(text for text, _ in placed(letters))


def placed(letters: Sequence[Letter]) -> list[Piece]:
    """Return the text of a page like `ordered`, in pieces, each with the numbers of the letters that it was read from."""
    lines = [(line, _is_from_right(line)) for line in _lines(letters)]
    written = [_from_right(line) if right else _with_marks(line) for line, right in lines]
    facing = _facing("".join(text for line, (_, right) in zip(written, lines, strict=True) if right for text, _ in line))
    pieces: list[Piece] = []
    for line, (_, right) in zip(written, lines, strict=True):
        pieces += [("\n", ())] if line is not written[0] else []
        pieces += [(text.translate(facing), numbers) for text, numbers in line] if right else line
    return pieces


def _lines(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Split letters into lines; join a right-to-left line that continues beside the one before it."""
    lines: list[list[Letter]] = [[]]
    for one in letters:
        if one.text == "\n":
            if lines[-1]:
                lines.append([])
        elif one.text != "\r":
            lines[-1].append(one)
    joined: list[list[Letter]] = []
    for line in lines:
        if joined and _continues(joined[-1], line):
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _continues(line: list[Letter], other: list[Letter]) -> bool:
    first, second = ([one for one in part if not one.text.isspace()] for part in (line, other))
    if not first or not second or not any(is_rtl(one.text) for one in (*first, *second)):
        return False
    if abs(median(one.baseline for one in first) - median(one.baseline for one in second)) > _NEAR * first[0].size:
        return False
    beside = min(one.left for one in first) >= max(one.right for one in second) - 1
    return beside or min(one.left for one in second) >= max(one.right for one in first) - 1


def _is_from_right(line: list[Letter]) -> bool:
    right = sum(is_rtl(one.text) for one in line)
    return right > 0 and right * 2 >= sum(_is_ltr(one.text) for one in line)


def _with_marks(letters: list[Letter]) -> list[Piece]:
    """Drop letters that appear twice, once for themselves and once for their marks, and spaces without a gap."""
    unique: list[Letter] = []
    letters = _accented(letters)
    size = _size(letters)
    for one in letters:
        back = bool(unique) and one.left < unique[-1].left and _is_apart(one.text)
        if not (
            back and any(other.text == one.text and abs(other.left - one.left) < _NEAR * size for other in unique[-_LOOKED_AT:])
        ):
            unique.append(one)
    pieces: list[Piece] = []
    for number, one in enumerate(unique):
        if one.made and one.text == " " and 0 < number < len(unique) - 1:
            before, after = unique[number - 1], unique[number + 1]
            if _is_apart(before.text) and _is_apart(after.text) and after.left - before.right < _GAP * size:
                continue
        pieces.append((one.text, one.numbers))
    return pieces


def _size(letters: Sequence[Letter]) -> float:
    sizes = [one.size for one in letters if not one.text.isspace()]
    return median(sizes) if sizes else 0


def _accented(letters: list[Letter]) -> list[Letter]:
    """Combine each accent that is drawn separately with the letter that it is over or under."""
    if not any(one.text in _ACCENTS for one in letters):
        return letters
    combined = list(letters)
    for accent in [one for one in letters if one.text in _ACCENTS]:
        at = next(n for n, one in enumerate(combined) if one is accent)
        for number in sorted(range(len(combined)), key=lambda n: abs(n - at))[1:]:
            base = combined[number]
            if base.left <= accent.middle <= base.right and base.text.isalpha():
                composed = unicodedata.normalize("NFC", _DOTLESS.get(base.text, base.text) + _ACCENTS[accent.text])
                if len(composed) == 1:
                    combined[number] = replace(base, text=composed, numbers=base.numbers + accent.numbers)
                    made = at > 0 and combined[at - 1].made and combined[at - 1].text == " "
                    del combined[at - 1 if made and at + 1 == len(combined) else at : at + 1]
                    break
    return combined


def _from_right(letters: list[Letter]) -> list[Piece]:
    """Write a right-to-left line; numbers and foreign words in it run from left to right."""
    marks = [one for one in letters if unicodedata.combining(one.text[:1])]
    bases = [one for one in letters if not unicodedata.combining(one.text[:1]) and not one.text.isspace()]
    if not bases:
        return []
    size = _size(bases)
    # The letters of one glyph have one origin; of lam and alef, lam comes first.
    bases.sort(key=lambda one: (-round(one.origin, 1), round(one.left, 1), one.text != "ل"))
    written: list[Piece] = [(one.text, one.numbers) for one in bases]
    for mark in marks:
        nearest = min(range(len(bases)), key=lambda n: abs(bases[n].middle - mark.middle))
        text, numbers = written[nearest]
        written[nearest] = text + mark.text, numbers + mark.numbers
    words = [written[0]]
    for (one, other), piece in zip(pairwise(bases), written[1:], strict=True):
        if one.left - other.right > _GAP * size:
            words.append((" ", ()))
        words.append(piece)
    return _turned(words)


def _turned(pieces: list[Piece]) -> list[Piece]:
    """Reverse each left-to-right stretch: foreign words with the characters between them, and numbers."""
    turned: list[Piece] = []
    texts, place = [text for text, _ in pieces], 0
    while place < len(pieces):
        end = _stretch(texts, place)
        turned += reversed(pieces[place:end])
        place = end
    return turned


def _stretch(pieces: list[str], start: int) -> int:
    """Return the end of the left-to-right stretch that begins at `start`; `start + 1` if none begins there."""
    region = pieces[start : next((n for n in range(start, len(pieces)) if is_rtl(pieces[n])), len(pieces))]
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
    """Choose the brackets to mirror: those that, as they are drawn, would leave more unmatched closing brackets."""
    turned: dict[int, str] = {}
    for pair in _PAIRS:
        brackets = [one for one in text if one in pair]
        if _wrong(brackets, pair[::-1]) < _wrong(brackets, pair):
            turned |= {ord(pair[0]): pair[1], ord(pair[1]): pair[0]}
    return turned


def _wrong(brackets: list[str], pair: str) -> int:
    """Count the closing brackets without an opening one."""
    depth = wrong = 0
    for one in brackets:
        if one == pair[0]:
            depth += 1
        elif depth:
            depth -= 1
        else:
            wrong += 1
    return wrong


def is_rtl(piece: str) -> bool:
    """Whether the first letter of a text is read from right to left."""
    return unicodedata.bidirectional(piece[:1]) in ("R", "AL") if piece else False


def _is_ltr(piece: str) -> bool:
    return unicodedata.bidirectional(piece[:1]) == "L" if piece else False


def _is_number(piece: str) -> bool:
    return piece[:1].isdigit() or unicodedata.bidirectional(piece[:1] or " ") == "ET"  # a percent or currency sign


def _is_apart(piece: str) -> bool:
    return any(first <= ord(piece[0]) <= last for first, last in _APART) if piece else False
