"""Where words that are looked for stand in a text: the passage that has most of them.

Owns that, with the page's own reading of a search: each word as typed or without its marks, the last as the beginning of a longer
one unless it is very short. Offsets are code points, ends excluded. Must not know where a text comes from.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

_PASSAGE, _BEFORE = 28, 8  # words of a passage, and how many stand before the first that was looked for
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words of a text from `start` to `end`, which of those looked for are in it and where, and in how many places in all."""

    start: int
    end: int
    found: frozenset[str]
    spans: tuple[tuple[int, int], ...]
    places: int


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for, read once. `inside`: also within longer words, as the page looks for what was once known."""

    typed: str
    inside: bool = False
    wanted: tuple[str, ...] = field(init=False)
    begun: str | None = field(init=False)
    _folded: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read the words."""
        from timeline.web.pages import search  # noqa: PLC0415 - it loads Datasette, which is slow

        words = search.words(self.typed)
        wanted = [token for word in words for token in _TOKEN.findall(search.folded(word).casefold())]
        object.__setattr__(self, "wanted", tuple(dict.fromkeys(wanted)))
        object.__setattr__(self, "begun", wanted[-1] if wanted and not search.is_short(words[-1]) else None)

    def passage(self, text: str | None) -> Passage | None:
        """Find the first passage that has the most of the words; None where there is none of them."""
        if not text:
            return None
        tokens = list(_tokens(text).finditer(text))
        hits: dict[int, str] = {}
        for number, token in enumerate(tokens):
            if (word := self._of(token[0])) is not None:
                hits[number] = word
        if not hits:
            return None
        first = _densest(hits)
        begin = max(0, first - _BEFORE)
        last = min(len(tokens), begin + _PASSAGE) - 1
        within = {number: word for number, word in hits.items() if begin <= number <= last}
        start = 0 if begin == 0 else tokens[begin].start()
        end = len(text) if last == len(tokens) - 1 else tokens[last].end()
        spans = tuple(tokens[number].span() for number in within)
        return Passage(start, end, frozenset(hits.values()), spans, len(hits))

    def _of(self, token: str) -> str | None:
        """Say which of the words a word of the text is."""
        from timeline.web.pages import search  # noqa: PLC0415 - it loads Datasette, which is slow

        if (plain := self._folded.get(token)) is None:
            plain = self._folded[token] = search.folded(token).casefold()
        if plain in self.wanted:
            return plain
        if self.begun is not None and plain.startswith(self.begun):
            return self.begun
        return next((word for word in self.wanted if self.inside and word in plain), None)


def _tokens(text: str) -> re.Pattern[str]:
    """Give what is a word in a text: letters and digits, with the marks that stand on them."""
    marks = "" if text.isascii() else "".join(re.escape(c) for c in sorted(set(text)) if unicodedata.category(c)[0] == "M")
    return re.compile(rf"[^\W_](?:[^\W_]|[{marks}])*") if marks else _TOKEN


def _densest(hits: Mapping[int, str]) -> int:
    """Give the first hit from which on a passage has the most of the words."""
    numbers = sorted(hits)
    seen: dict[str, int] = defaultdict(int)
    best, most, end = numbers[0], 0, 0
    for number in numbers:
        while end < len(numbers) and numbers[end] < number + _PASSAGE - _BEFORE:
            seen[hits[numbers[end]]] += 1
            end += 1
        if (different := sum(1 for count in seen.values() if count)) > most:
            best, most = number, different
        seen[hits[number]] -= 1
    return best
