"""Explains why a quotation is not in a text, by showing the passage nearest to it.

Owns the words of that message, and the bounds on its length and on the time it takes. Must not decide
whether a quotation stands: likeness is for the reader of an error and never verifies anything.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, Final

from timeline.quotes.folding import Text, continues

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcode

SHOWN: Final = 120  # characters of the quotation that are laid against the text
NEAR: Final = 60  # likeness out of 100, under which nothing is shown as near

_ROOM: Final = 256  # characters around a guessed place that are searched
_PAD: Final = 16  # characters by which either end of an alignment may still move
_SEARCHED: Final = 200_000  # characters of the text that are searched where not even a piece was found
_PIECES: Final = (24, 12, 6, 3)  # lengths of the pieces of a quotation that are looked up
_PROBES: Final = 32  # pieces of each length, and places of each piece
_READ: Final = 20_000_000  # characters of the text in which pieces of one length are looked up, one after the other
_FEWEST: Final = 4  # pieces that are looked up in the longest text
_TELLING: Final = 8  # characters that must stand together to count as the quotation's beginning
_WORD: Final = re.compile("[^ ]+ ?")
_ELLIPSIS: Final = re.compile(r"…|\.\s?\.\s?\.")
_BRIEF: Final = ContextVar("brief", default=False)
_AS_BEFORE: Final = nullcontext()


def briefly(brief: bool = True) -> AbstractContextManager[None]:
    """Let misses be told without looking for what is near, where so many were told that nobody reads another."""
    return _briefly() if brief else _AS_BEFORE


@contextmanager
def _briefly() -> Iterator[None]:
    token = _BRIEF.set(True)
    try:
        yield
    finally:
        _BRIEF.reset(token)


def shown(text: str, limit: int) -> str:
    """One printable line of about `limit` characters: white space closed up, controls spelt out."""
    pieces, length = list[str](), 0
    for char in Text(text[: 8 * limit]).normalised:
        pieces.append(char if char.isprintable() else f"\\u{ord(char):04x}")
        length += len(pieces[-1])
        if length > limit:
            return "".join(pieces[:-1]).rstrip(" ") + "…"
    return "".join(pieces) + ("…" if len(text) > 8 * limit else "")


def explain(text: Text, quote: str, wanted: Text) -> str:
    """Say in one line of bounded length that the quotation is not there, what is nearest, and what to do."""
    if _BRIEF.get():
        return f'quotation "{shown(quote, 80)}" is not in the text. Check the source. Quote it to the letter.'
    subject, needle = f'quotation "{shown(quote, 80)}"', wanted.typographic.strip(" ")
    at = text.typographic.find(needle)
    if at >= 0:
        start, end = text.raw_span(at, at + len(needle))
        around = shown(text.raw[max(0, start - 16) : end + 16], SHOWN)
        return (
            f"{subject} stands in the text only where it would part a character from its marks, or a ligature (\ufb01),"
            f' at characters {start}\u2013{end}: "{around}". Quote whole characters, with all their marks.'
        )
    advice = "Quote it to the letter."
    if _ELLIPSIS.search(quote):
        advice = "An ellipsis cannot be joined over: quote the parts as separate citations."
    near = _same_letters(text, wanted) or _nearest(text, wanted)
    if near is None:
        return f"{subject} is not in the text, nor does anything like it. Check the source. {advice}"
    return f"{subject} is not in the text. {near} {advice}"


def _same_letters(text: Text, wanted: Text) -> str | None:
    """Show the passage that differs in nothing but case, accents and vowel marks, if there is one."""
    (loose, places), bare = text.loose, wanted.loose[0].strip(" ")
    at = loose.find(bare)
    if at < 0 or not bare:
        return None
    start, end = places[at], places[at + len(bare) - 1] + 1
    while end < len(text.typographic) and continues(text.typographic[end]):
        end += 1
    quote, passage = wanted.typographic.strip(" "), text.typographic[start:end]
    kind = "case and accents"
    if quote.casefold() == passage.casefold():
        kind = "upper and lower case"
    elif _unmarked(quote) == _unmarked(passage):
        kind = "accents or vowel marks"
    differs = next((at for at, pair in enumerate(zip(quote, passage, strict=False)) if pair[0] != pair[1]), 0)
    return f"{_passage(text, start, end, start + differs)} Only {kind} differ."


def _nearest(text: Text, wanted: Text) -> str | None:
    """Show the most similar passage and the first difference, from a part of the text of bounded size."""
    from rapidfuzz import fuzz  # noqa: PLC0415  only a miss pays for loading it
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415  the same

    folded, quote = text.typographic, wanted.typographic.strip(" ")
    first, begin, end = _region(text, quote, wanted.loose[0].strip(" "))
    needle = quote[first : first + SHOWN]
    found = fuzz.partial_ratio_alignment(needle, folded[begin:end], score_cutoff=NEAR)
    if found is None:
        return None

    # The alignment is as long as the needle: move its ends to where the fewest changes are left.
    def cost(start: int, stop: int) -> tuple[int, int]:
        return Levenshtein.distance(needle, folded[start:stop]), abs(stop - start - len(needle))

    start, stop = begin + found.dest_start, begin + found.dest_end
    start = min(range(max(0, start - _PAD), min(start + _PAD, stop)), key=lambda at: cost(at, stop), default=start)
    stop = min(range(max(start + 1, stop - _PAD), min(stop + _PAD, len(folded)) + 1), key=lambda at: cost(start, at))
    while stop < len(folded) and continues(folded[stop]):
        stop += 1
    # Word by word, so that a word left out is shown as that word; then without the letters both have.
    ours, theirs = list(_WORD.finditer(needle)), list(_WORD.finditer(folded[start:stop]))
    words = [[word[0] for word in side] for side in (ours, theirs)]
    steps = list(dropwhile(_is_equal, Levenshtein.opcodes(*words)))
    if not steps:
        return _passage(text, start, stop, start)
    last = list(takewhile(lambda step: not _is_equal(step), steps))[-1]
    says_from, says_to = _span(ours, steps[0].src_start, last.src_end)
    has_from, has_to = (start + at for at in _span(theirs, steps[0].dest_start, last.dest_end))
    while says_from < says_to and has_from < has_to and needle[says_from] == folded[has_from]:
        says_from, has_from = says_from + 1, has_from + 1
    while says_from < says_to and has_from < has_to and needle[says_to - 1] == folded[has_to - 1]:
        says_to, has_to = says_to - 1, has_to - 1
    before, has = _written(text, max(start, has_from - 10), has_from), _written(text, has_from, has_to)
    after = _written(text, has_to, min(stop, has_to + 10))
    blanks = len(wanted.typographic) - len(wanted.typographic.lstrip(" "))
    says = _written(wanted, blanks + first + says_from, blanks + first + says_to)
    quoted = f'"{shown(says, 16)}"' if says else "nothing"
    return (
        f"{_passage(text, start, stop, has_from)} It differs at"
        f' "{shown(before, 12)}[{shown(has, 16)}]{shown(after, 12)}",'
        f" where the quotation has {quoted}."
    )


def _written(text: Text, start: int, end: int) -> str:
    """Give a slice of the folded text as the text has it: its own quotation marks, dashes and ligatures."""
    first, last = text.normalised_span(start, end)
    return text.normalised[first:last] if start < end else ""


def _is_equal(step: "Opcode") -> bool:
    return step.tag == "equal"


def _span(words: list[re.Match[str]], first: int, last: int) -> tuple[int, int]:
    """Give the offsets that words[first:last] take up; of no words, the place where they would be."""
    if first < last:
        return words[first].start(), words[last - 1].end()
    at = words[first].start() if first < len(words) else words[-1].end() if words else 0
    return at, at


def _passage(text: Text, start: int, end: int, at: int) -> str:
    """Show a passage of the folded text, or so much of it around `at` as there is room for."""
    start = max(start, min(at - SHOWN // 2, end - SHOWN))
    end = min(end, start + SHOWN)
    raw_start, raw_end = text.raw_span(start, end)
    words = shown(_written(text, start, end), SHOWN)
    return f'Nearest passage (characters {raw_start}\u2013{raw_end}): "{words}".'


def _region(text: Text, quote: str, bare: str) -> tuple[int, int, int]:
    """Where in the quotation to begin comparing, and the part of the folded text to compare it with."""
    folded = text.typographic
    guess = _guess(text, bare)
    if guess is None:
        return 0, 0, min(len(folded), _SEARCHED)
    place, probe = guess
    begin = max(0, place - _ROOM)
    window = folded[begin : place + len(quote) + len(quote) // 4 + _ROOM]
    head = bisect_left(range(1, len(quote)), True, key=lambda length: quote[:length] not in window)
    if head >= _TELLING:  # so much of its beginning stands to the letter: the first difference comes right after
        first = max(0, head - SHOWN // 2)
        place = begin + window.index(quote[:head]) + first
    else:
        first = max(0, probe - SHOWN // 2)
        place += first
    return first, max(0, place - _ROOM // 2), place + SHOWN + _ROOM // 2


def _guess(text: Text, bare: str) -> tuple[int, int] | None:
    """Guess where in the folded text the quotation would begin, and from which of its characters.

    Pieces of the bare quotation are looked up in the bare text; the place on which most of them agree wins.
    """
    loose, places = text.loose
    probes = max(_FEWEST, min(_PROBES, _READ // max(1, len(loose))))
    for length in _PIECES:
        votes: Counter[int] = Counter()
        heard: dict[int, int] = {}
        for probe in range(0, len(bare) - length + 1, max(1, (len(bare) - length) // probes)):
            piece, at = bare[probe : probe + length], -1
            for _ in range(_PROBES):
                at = loose.find(piece, at + 1)
                if at < 0:
                    break
                spot = (at - probe) // 64
                votes[spot] += 1
                heard.setdefault(spot, probe)
        if votes:
            spot = votes.most_common(1)[0][0]
            return places[min(max(0, spot * 64), len(places) - 1)], heard[spot]
    return None


def _unmarked(text: str) -> str:
    parts = (part for char in text for part in unicodedata.normalize("NFD", char))
    return "".join(part for part in parts if not continues(part))
