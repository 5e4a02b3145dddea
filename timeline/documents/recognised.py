"""The places of passages on a page whose words were recognised: the boxes of the words, line by line.

Owns the rule when a place is certain: the words recognised now are those of the archived text; or else the passage's letters occur
once in both. Must not recognise anything.
"""

from collections.abc import Sequence
from typing import TypeAlias

Word: TypeAlias = tuple[str, int, float, float, float, float]  # its letters, its line, and its left, top, right and bottom
Box: TypeAlias = tuple[float, float, float, float]


def boxes(text: str, spans: Sequence[tuple[int, int]], words: Sequence[Word]) -> list[list[Box] | None]:
    """Return for each span of a page's text the boxes of its words, one for each line; None where the place is not certain."""
    drawn = "".join(word[0] for word in words)
    owners = [number for number, word in enumerate(words) for _ in word[0]]
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    read = "".join(text[place] for place in places)
    found = list[list[Box] | None]()
    for start, end in spans:
        within = [number for number, place in enumerate(places) if start <= place < end]
        first = _first(read, drawn, within[0], within[-1] + 1) if within else None
        found.append(None if first is None else _join_boxes(words, sorted(set(owners[first : first + len(within)]))))
    return found


def _first(read: str, drawn: str, start: int, end: int) -> int | None:
    """Return where the letters of a passage are among the recognised ones."""
    if drawn and read.startswith(drawn):  # a stamp's words follow the page's
        return start if end <= len(drawn) else None
    letters = read[start:end]
    once = all(one.find(letters, one.find(letters) + 1) < 0 for one in (read, drawn))
    return drawn.find(letters) if once and letters in drawn else None


def _join_boxes(words: Sequence[Word], numbers: Sequence[int]) -> list[Box]:
    lines: dict[int, Box] = {}
    for _, line, left, top, right, bottom in (words[number] for number in numbers):
        before = lines.get(line, (left, top, right, bottom))
        lines[line] = min(before[0], left), min(before[1], top), max(before[2], right), max(before[3], bottom)
    return list(lines.values())
