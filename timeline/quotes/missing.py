"""Explain why a quotation is not in a text, by showing the nearest passage.

Owns that message, and the limits on its length and time. Must not decide whether a quotation is there: similarity helps the reader
of an error, and never verifies anything.
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

SHOWN: Final = 120  # characters of the quotation that are compared with the text
NEAR: Final = 60  # similarity out of 100; passages below it are not shown

_ROOM: Final = 256  # characters around a guessed place that are searched
_PAD: Final = 16  # characters by which either end of an alignment may move
_SEARCHED: Final = 200_000  # characters of the text to search if no piece was found
_PIECES: Final = (24, 12, 6, 3)  # lengths of the pieces of a quotation to look up
_PROBES: Final = 32  # pieces of each length, and places of each piece
_READ: Final = 20_000_000  # characters of the text to read in all for pieces of one length
_MIN_PROBES: Final = 4  # pieces to look up, even in the longest text
_MIN_HEAD: Final = 8  # adjacent characters that count as the quotation's beginning
_WORD: Final = re.compile("[^ ]+ ?")
_ELLIPSIS: Final = re.compile(r"…|\.\s?\.\s?\.")
_BRIEF: Final = ContextVar("brief", default=False)
_AS_BEFORE: Final = nullcontext()


def briefly(brief: bool = True) -> AbstractContextManager[None]:
    """Explain misses in this context without searching for near passages, because there are too many misses to read."""
    return _briefly() if brief else _AS_BEFORE


@contextmanager
def _briefly() -> Iterator[None]:
    token = _BRIEF.set(True)
    try:
        yield
    finally:
        _BRIEF.reset(token)


def shown(text: str, limit: int) -> str:
    """Return one printable line of about `limit` characters, with white space collapsed and control characters escaped."""
    pieces, length = list[str](), 0
    for char in Text(text[: 8 * limit]).normalised:
        pieces.append(char if char.isprintable() else f"\\u{ord(char):04x}")
        length += len(pieces[-1])
        if length > limit:
            return "".join(pieces[:-1]).rstrip(" ") + "…"
    return "".join(pieces) + ("…" if len(text) > 8 * limit else "")


def explain(text: Text, quote: str, wanted: Text) -> tuple[str, str]:
    """Explain in one line of limited length that a quotation is missing, with the nearest passage and the next step.

    Also return that passage as it is in the text; "" if there is none.
    """
    if _BRIEF.get():
        return f'quotation "{shown(quote, 80)}" is not in the text. Check the source. Quote it exactly.', ""
    subject, needle = f'quotation "{shown(quote, 80)}"', wanted.typographic.strip(" ")
    at = text.typographic.find(needle)
    if at >= 0:
        start, end = text.raw_span(at, at + len(needle))
        around = shown(text.raw[max(0, start - 16) : end + 16], SHOWN)
        return (
            f"{subject} is in the text only where it would split a character from its marks, or a ligature (\ufb01),"
            f' at characters {start}\u2013{end}: "{around}". Quote whole characters, with all their marks.'
        ), ""
    advice = "Quote it exactly."
    if _ELLIPSIS.search(quote):
        advice = "A quotation cannot have gaps: quote the parts before and after the ellipsis as separate citations."
    near = _same_letters(text, wanted) or _nearest(text, wanted)
    if near is None:
        return f"{subject} is not in the text, nor is anything similar. Check the source. {advice}", ""
    sentence, passage = near
    return f"{subject} is not in the text. {sentence} {advice}", passage


def _same_letters(text: Text, wanted: Text) -> tuple[str, str] | None:
    """Show the passage that differs only in case, accents or vowel marks; None if there is none."""
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
    sentence, shown_passage = _passage(text, start, end, start + differs)
    return f"{sentence} Only {kind} differ.", shown_passage


def _nearest(text: Text, wanted: Text) -> tuple[str, str] | None:
    """Show the most similar passage in a part of the text of limited size, and the first difference."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - slow to load, and only needed for a miss
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - as above

    folded, quote = text.typographic, wanted.typographic.strip(" ")
    first, begin, end = _region(text, quote, wanted.loose[0].strip(" "))
    needle = quote[first : first + SHOWN]
    alignment = fuzz.partial_ratio_alignment(needle, folded[begin:end], score_cutoff=NEAR)
    if alignment is None:
        return None

    # The alignment is as long as the needle: move its ends to where the fewest changes remain.
    def cost(start: int, stop: int) -> tuple[int, int]:
        return Levenshtein.distance(needle, folded[start:stop]), abs(stop - start - len(needle))

    start, stop = begin + alignment.dest_start, begin + alignment.dest_end
    start = min(range(max(0, start - _PAD), min(start + _PAD, stop)), key=lambda at: cost(at, stop), default=start)
    stop = min(range(max(start + 1, stop - _PAD), min(stop + _PAD, len(folded)) + 1), key=lambda at: cost(start, at))
    while stop < len(folded) and continues(folded[stop]):
        stop += 1
    # Compare word by word, so that an omitted word is shown as a word; then drop the letters that both sides share.
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
    before, has = _in_own_signs(text, max(start, has_from - 10), has_from), _in_own_signs(text, has_from, has_to)
    after = _in_own_signs(text, has_to, min(stop, has_to + 10))
    blanks = len(wanted.typographic) - len(wanted.typographic.lstrip(" "))
    says = _in_own_signs(wanted, blanks + first + says_from, blanks + first + says_to)
    quotation_part = f'"{shown(says, 16)}"' if says else "nothing"
    sentence, passage = _passage(text, start, stop, has_from)
    return (
        f"{sentence} It differs at"
        f' "{shown(before, 12)}[{shown(has, 16)}]{shown(after, 12)}",'
        f" where the quotation has {quotation_part}."
    ), passage


def _in_own_signs(text: Text, start: int, end: int) -> str:
    """Return a slice of the folded text with the text's own quotation marks, dashes and ligatures."""
    first, last = text.normalised_span(start, end)
    return text.normalised[first:last] if start < end else ""


def _is_equal(step: "Opcode") -> bool:
    return step.tag == "equal"


def _span(words: list[re.Match[str]], first: int, last: int) -> tuple[int, int]:
    """Return the offsets of words[first:last]; for no words, the place where they would be."""
    if first < last:
        return words[first].start(), words[last - 1].end()
    at = words[first].start() if first < len(words) else words[-1].end() if words else 0
    return at, at


def _passage(text: Text, start: int, end: int, at: int) -> tuple[str, str]:
    """Show a passage of the folded text; of a long one, the part around `at`. Also return it as it is in the text."""
    start = max(start, min(at - SHOWN // 2, end - SHOWN))
    end = min(end, start + SHOWN)
    raw_start, raw_end = text.raw_span(start, end)
    words = shown(_in_own_signs(text, start, end), SHOWN)
    return f'Nearest passage (characters {raw_start}\u2013{raw_end}): "{words}".', text.raw[raw_start:raw_end]


def _region(text: Text, quote: str, bare: str) -> tuple[int, int, int]:
    """Return where in the quotation to start comparing, and the part of the folded text to compare it with."""
    folded = text.typographic
    guess = _guess(text, bare)
    if guess is None:
        return 0, 0, min(len(folded), _SEARCHED)
    place, probe = guess
    begin = max(0, place - _ROOM)
    window = folded[begin : place + len(quote) + len(quote) // 4 + _ROOM]
    head = bisect_left(range(1, len(quote)), True, key=lambda length: quote[:length] not in window)
    if head >= _MIN_HEAD:  # its beginning is in the text: the first difference comes right after
        first = max(0, head - SHOWN // 2)
        place = begin + window.index(quote[:head]) + first
    else:
        first = max(0, probe - SHOWN // 2)
        place += first
    return first, max(0, place - _ROOM // 2), place + SHOWN + _ROOM // 2


def _guess(text: Text, bare: str) -> tuple[int, int] | None:
    """Guess the place of the quotation in the folded text, and the character of the quotation that is there.

    Pieces of the bare quotation are looked up in the bare text; the place on which most of them agree wins.
    """
    loose, places = text.loose
    probes = max(_MIN_PROBES, min(_PROBES, _READ // max(1, len(loose))))
    for length in _PIECES:
        votes: Counter[int] = Counter()
        first_probe: dict[int, int] = {}
        for probe in range(0, len(bare) - length + 1, max(1, (len(bare) - length) // probes)):
            piece, at = bare[probe : probe + length], -1
            for _ in range(_PROBES):
                at = loose.find(piece, at + 1)
                if at < 0:
                    break
                spot = (at - probe) // 64
                votes[spot] += 1
                first_probe.setdefault(spot, probe)
        if votes:
            spot = votes.most_common(1)[0][0]
            return places[min(max(0, spot * 64), len(places) - 1)], first_probe[spot]
    return None


def _unmarked(text: str) -> str:
    parts = (part for char in text for part in unicodedata.normalize("NFD", char))
    return "".join(part for part in parts if not continues(part))
