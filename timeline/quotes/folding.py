"""The equivalent spellings of a text, and the map from folded characters back to the raw text.

Owns the folds and that map. Must not search, and must never fold more than is listed here: every addition makes some false
quotation verify.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import compress
from typing import Final, NamedTuple

GRADES: Final = ("exact", "normalised", "typographic")

# Unicode's White_Space. Not Python's str.isspace, which adds the separators U+001C to U+001F.
SPACES: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# Soft hyphen, zero-width space, joiners and no-break space, and the bidi controls: none of them takes up space on
# paper. Not U+180E, which leaves a gap in Mongolian; nor variation selectors, which are marks.
INVISIBLE: Final = "\xad\u200b\u200c\u200d\u2060\ufeff\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Curly to straight, one character for one. Primes and angle quotes are different signs, and stay.
TYPOGRAPHY: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
# A typesetter's single characters for two or three letters. Letters of an alphabet, such as œ, æ and ĳ, stay.
LIGATURES: Final = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}

_STACKED: Final = 64  # marks on one character that are sorted together: sorting more takes quadratic time
_REMOVED: Final = dict.fromkeys(map(ord, INVISIBLE))
_BLANK: Final = "[" + re.escape(SPACES + INVISIBLE) + "]"
# Every run that folding changes: all but a single space between visible characters.
_BLANKS: Final = f" {_BLANK}+|(?! ){_BLANK}+"
_PLAIN: Final = re.compile(_BLANKS)
_SHORT: Final = 1_000  # characters
_NO: Final = array("Q")
_LIGATURE: Final = re.compile("[\ufb00-\ufb06]")


@lru_cache(maxsize=4096)
def continues(char: str) -> bool:
    """Whether a character belongs to the one before it: a mark, or a Hangul vowel or final consonant.

    Other characters neither reorder nor compose with those before them, so NFC can be applied cluster by cluster.
    U+16D67 and U+16D68 are the only letters that compose backwards.
    """
    return char >= "\u0300" and (
        unicodedata.category(char)[0] == "M"
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7ff"
        or char in "\U00016d67\U00016d68"
    )


def divides(text: str, at: int) -> bool:
    """Whether a cut at this offset would split a character from its marks, even with invisible characters between them."""
    if at >= len(text) or text[at] < INVISIBLE[0]:  # which sorts before all of these
        return False
    after = at
    while after < len(text) and text[after] in INVISIBLE:
        after += 1
    if after == len(text) or not continues(text[after]):
        return False
    before = at - 1
    while before >= 0 and text[before] in INVISIBLE:
        before -= 1
    # A mark at the start, or after white space, has no base character.
    return before >= 0 and text[before] not in SPACES


def is_plain(text: str) -> bool:
    """Whether a text is ASCII and needs no folding, so that it is the same at every grade."""
    return text.isascii() and "  " not in text and text.isprintable()


class Text:
    """A text to be searched many times. Folds are computed on first use and cached."""

    def __init__(self, raw: str) -> None:
        """Store the raw text. Only a short text that needs no folding is prepared at once."""
        self.raw: Final = raw
        if len(raw) < _SHORT and is_plain(raw):
            self.__dict__.update(is_plain=True, _folded=_Folded(raw, _NO, _NO, _NO, _NO), _spelt=None, typographic=raw)

    @cached_property
    def is_plain(self) -> bool:
        """Whether the text needs no folding."""
        return is_plain(self.raw)

    @property
    def normalised(self) -> str:
        """The text in NFC, with white-space runs as one space and invisible characters removed."""
        return self._folded.text

    @cached_property
    def _folded(self) -> "_Folded":
        return _fold(self.raw, _changeable(self.raw), _fold_run)

    @cached_property
    def typographic(self) -> str:
        """The normalised text with straight quotation marks and plain hyphens, and letters for ligatures."""
        text = self.normalised if self._spelt is None else self._spelt.text
        if not text.isascii():
            for curly, straight in TYPOGRAPHY.items():
                text = text.replace(curly, straight)
        return text

    @cached_property
    def _spelt(self) -> "_Folded | None":
        """The normalised text with ligatures spelt out; None if it has none."""
        if self.normalised.isascii() or not _LIGATURE.search(self.normalised):
            return None
        return _fold(self.normalised, _LIGATURE, LIGATURES.__getitem__)

    @cached_property
    def loose(self) -> tuple[str, Sequence[int]]:
        """The lower-case letters without marks, and the offset of each in `typographic`.

        Only for finding similar passages, never for verifying.
        """
        text = self.typographic
        if text.isascii():
            return text.lower(), range(len(text))
        bare = {char: _bare(char) for char in set(text)}
        everywhere = range(len(text))
        indexes = everywhere if all(bare.values()) else array("Q", compress(everywhere, map(bare.get, text)))
        return "".join(map(bare.__getitem__, text)), indexes

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Map typographic[start:end] to its raw slice, without invisible characters around it, and with whole ligatures."""
        return self._folded.span(*self.normalised_span(start, end))

    def normalised_span(self, start: int, end: int) -> tuple[int, int]:
        """Map typographic[start:end] to its slice of the normalised text, with whole ligatures."""
        return (start, end) if self._spelt is None else self._spelt.span(start, end)

    def span_at(self, grade: str, start: int, end: int) -> tuple[int, int]:
        """Map a slice of the text as compared at a grade to its raw slice."""
        if grade == "exact":
            return start, end
        return self._folded.span(start, end) if grade == "normalised" else self.raw_span(start, end)

    def parts_ligature(self, at: int) -> bool:
        """Whether a cut at this offset of the typographic text would split a ligature."""
        if self._spelt is None:
            return False
        run = bisect_left(self._spelt.fold_start, at) - 1
        return run >= 0 and at < self._spelt.fold_end[run]

    def folded_before(self, raw: int) -> int:
        """Return where the typographic fold of everything before this raw offset ends."""
        at = self._folded.before(raw)
        return at if self._spelt is None else self._spelt.before(at)

    def folded_after(self, raw: int) -> int:
        """Return where the typographic fold of everything from this raw offset on begins."""
        at = self._folded.after(raw)
        return at if self._spelt is None else self._spelt.after(at)


class _Folded(NamedTuple):
    """A folded text, with an entry for each changed run: its raw and its folded offsets."""

    text: str
    raw_start: "array[int]"
    raw_end: "array[int]"
    fold_start: "array[int]"
    fold_end: "array[int]"

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map text[start:end] to its raw slice."""
        at = bisect_right(self.fold_start, start) - 1
        last = bisect_left(self.fold_start, end) - 1
        if at >= 0:
            into = start - self.fold_end[at]
            start = self.raw_start[at] if into < 0 else self.raw_end[at] + into
        if last >= 0:
            end = self.raw_end[last] + max(0, end - self.fold_end[last])
        return start, end

    def before(self, raw: int) -> int:
        """Return where the fold of everything before an offset ends."""
        at = bisect_left(self.raw_start, raw) - 1
        return raw if at < 0 else self.fold_end[at] + max(0, raw - self.raw_end[at])

    def after(self, raw: int) -> int:
        """Return where the fold of everything from an offset on begins."""
        at = bisect_right(self.raw_end, raw)
        if at < len(self.raw_start) and self.raw_start[at] <= raw:
            return self.fold_start[at]
        return raw if at == 0 else self.fold_end[at - 1] + raw - self.raw_end[at - 1]


def _fold(text: str, changeable: re.Pattern[str], replace: Callable[[str], str]) -> _Folded:
    """Fold each changeable run of a text, and record its offsets."""
    pieces = list[str]()
    raw_start, raw_end, fold_start, fold_end = array("Q"), array("Q"), array("Q"), array("Q")
    done = length = 0
    for run in changeable.finditer(text):
        replacement = replace(run[0])
        if replacement == run[0]:
            continue
        start, end = run.span()
        length += start - done
        raw_start.append(start)
        raw_end.append(end)
        fold_start.append(length)
        length += len(replacement)
        fold_end.append(length)
        pieces += text[done:start], replacement
        done = end
    pieces.append(text[done:])
    return _Folded("".join(pieces), raw_start, raw_end, fold_start, fold_end)


def _changeable(raw: str) -> re.Pattern[str]:
    """Return a pattern for every run that folding may change, as simple as this text allows."""
    if raw.isascii():
        return _PLAIN
    alphabet = set(raw)
    visible = raw
    for char in alphabet.intersection(INVISIBLE):
        visible = visible.replace(char, "")
    if unicodedata.is_normalized("NFC", visible):
        return _PLAIN
    marks = _one_of(filter(continues, alphabet))
    alone = _one_of(char for char in alphabet.difference(SPACES) if unicodedata.normalize("NFC", char) != char)
    rest = f"(?:[{re.escape(INVISIBLE)}]*+{marks})"
    base = f"(?!{marks}|{_BLANK})."
    return re.compile(f"(?s:{base}{rest}{{1,{_STACKED}}}+|{marks}{rest}{{0,{_STACKED}}}+|{alone}|{_BLANKS})")


def _one_of(chars: Iterable[str]) -> str:
    """Return a character class; for no characters, a pattern that never matches."""
    escaped = re.escape("".join(sorted(chars)))
    return f"[{escaped}]" if escaped else "(?!)"


@lru_cache(maxsize=4096)
def _fold_run(run: str) -> str:
    """Fold one run of blanks, or one character with its marks."""
    visible = run.translate(_REMOVED)
    if not visible:
        return ""
    return " " if visible[0] in SPACES else unicodedata.normalize("NFC", visible)


def _bare(char: str) -> str:
    """Return a character in lower case and without its marks; empty for a mark."""
    base = unicodedata.normalize("NFD", char)[0]
    return "" if unicodedata.category(base)[0] == "M" else base.lower()[0]
