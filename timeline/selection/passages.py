"""Find search words in a text: the passage that has the most of them.

Matches words as the page's search does: each as typed or without its marks; the last one also as the beginning of a longer word,
unless it is very short. Offsets are code points, ends excluded. Must not know the origin of a text.
"""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from timeline.selection import search_words

_PASSAGE, _BEFORE = 28, 8  # words of a passage, and words before the first hit
_UNKNOWN = ""  # no word is empty
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage from `start` to `end`: the words in the text, their spans in it, and the number of all places."""

    start: int
    end: int
    words: frozenset[str]
    spans: tuple[tuple[int, int], ...]
    places: int

    def bracketed(self, text: str) -> str:
        """Return the passage of the text with the words in brackets, and an ellipsis where it is cut."""
        parts, at = ["… "] if self.start else [], self.start
        for start, end in self.spans:
            parts += [text[at:start], f"[{text[start:end]}]"]
            at = end
        return "".join([*parts, text[at : self.end], " …" if self.end < len(text) else ""])


class _Token(NamedTuple):
    """A hit: the search word, its span, and the start of a passage with it."""

    word: str
    span: tuple[int, int]
    before: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a search, parsed once."""

    typed: str
    wanted: tuple[str, ...] = field(init=False)
    begun: str | None = field(init=False)
    _known: dict[str, str | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Parse the words."""
        words = search_words.words(self.typed)
        wanted = [token for word in words for token in _TOKEN.findall(search_words.folded(word).casefold())]
        object.__setattr__(self, "wanted", tuple(dict.fromkeys(wanted)))
        object.__setattr__(self, "begun", wanted[-1] if wanted and not search_words.is_short(words[-1]) else None)

    def passage(self, text: str | None) -> Passage | None:
        """Find the first passage with the most of the words; None if there are none."""
        if not text:
            return None
        pattern, known = _tokens(text), self._known
        hits: dict[int, _Token] = {}
        begun: deque[int] = deque([0], _BEFORE + 1)  # starts of the last few words
        for number, token in enumerate(pattern.finditer(text)):
            begun.append(token.start())
            if (word := known.get(token[0], _UNKNOWN)) == _UNKNOWN:
                word = known[token[0]] = self._of(token[0])
            if word is not None:
                hits[number] = _Token(word, token.span(), begun[0] if number > _BEFORE else 0)
        if not hits:
            return None
        first = _densest(hits)
        start, end, last = hits[first].before, len(text), max(0, first - _BEFORE) + _PASSAGE
        shown = list(islice(pattern.finditer(text, hits[first].span[0]), last - first + 1))
        if len(shown) > last - first:  # the text goes on after the passage
            end = shown[-2].end()
        spans = tuple(hit.span for hit in hits.values() if start <= hit.span[0] < end)
        return Passage(start, end, frozenset(hit.word for hit in hits.values()), spans, len(hits))

    def _of(self, token: str) -> str | None:
        """Return the search word that a word of the text matches; None if it matches none."""
        plain = search_words.folded(token).casefold()
        if plain in self.wanted:
            return plain
        return self.begun if self.begun is not None and plain.startswith(self.begun) else None


def _tokens(text: str) -> re.Pattern[str]:
    """Return the pattern for a word of a text: letters and digits with their marks."""
    marks = "" if text.isascii() else "".join(re.escape(c) for c in sorted(set(text)) if unicodedata.category(c)[0] == "M")
    return re.compile(rf"[^\W_](?:[^\W_]|[{marks}])*") if marks else _TOKEN


def _densest(hits: Mapping[int, _Token]) -> int:
    """Return the number of the first hit whose passage has the most different words."""
    numbers = sorted(hits)
    seen: dict[str, int] = defaultdict(int)
    best, most, end = numbers[0], 0, 0
    for number in numbers:
        while end < len(numbers) and numbers[end] < number + _PASSAGE - _BEFORE:
            seen[hits[numbers[end]].word] += 1
            end += 1
        if (different := sum(1 for count in seen.values() if count)) > most:
            best, most = number, different
        seen[hits[number].word] -= 1
    return best
