"""Finds the one place where a quotation stands, and grades how it matched.

Owns the choice of grade, the counting of places and what prefix and suffix mean. Must not fold (`folding`
says what is the same) and must not accept anything that merely resembles the quotation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes.folding import GRADES, Text, divides
from timeline.quotes.missing import explain, shown

CONTEXT: Final = 32  # code points of prefix and suffix that are kept where none are given
TRIED: Final = 10_000  # places at which prefix and suffix are looked for
ENOUGH: Final = 1000  # places, after which an ambiguous quotation is counted no further


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a quotation stands, in code points into the raw text, and how it matched."""

    start_char: int
    end_char: int
    grade: str
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class _Around:
    """The prefix and suffix that were given: to the letter, and folded for comparison."""

    prefix: str | None
    suffix: str | None
    before: str
    after: str

    def fits_before(self, text: Text, start: int) -> bool:
        """Whether the prefix stands right before a raw offset.

        White space at the seam may be left out of it, but where it is given it must be there.
        """
        if not self.before:
            return True
        folded, stop = text.typographic, text.folded_before(start)
        space = stop > 0 and folded[stop - 1] == " "
        words = self.before.rstrip(" ")
        first = stop - space - len(words)
        if first < 0 or (self.before != words and not space):
            return False
        return folded.startswith(words, first) and not divides(folded, first)

    def fits_after(self, text: Text, end: int) -> bool:
        """Whether the suffix stands right after a raw offset, on the same terms."""
        if not self.after:
            return True
        folded, first = text.typographic, text.folded_after(end)
        space = folded.startswith(" ", first)
        words = self.after.lstrip(" ")
        last = first + space + len(words)
        if self.after != words and not space:
            return False
        return folded.startswith(words, first + space) and not divides(folded, last)

    def __str__(self) -> str:
        """Say what was asked for, where anything was."""
        prefix = f' after prefix "{shown(self.prefix, 40)}"' if self.prefix else ""
        suffix = f' before suffix "{shown(self.suffix, 40)}"' if self.suffix else ""
        return f"{prefix} and{suffix}" if prefix and suffix else prefix + suffix


_ANYWHERE: Final = _Around(None, None, "", "")


def _around(prefix: str | None, suffix: str | None) -> _Around:
    before, after = Text(prefix or "").typographic.lstrip(" "), Text(suffix or "").typographic.rstrip(" ")
    return _Around(prefix, suffix, before, after)


def find(text: str | Text, quote: str, prefix: str | None = None, suffix: str | None = None) -> Passage:
    """Find the one passage that a quotation quotes, at the best grade at which it stands.

    `prefix` and `suffix` are what stands right before and after it, and are kept to the letter; where they
    are not given, the passage carries the raw text around it. Pass a `Text` to search one text many times.
    Raises QuoteNotFound where the quotation does not stand there, and QuoteAmbiguous where it stands more
    than once.
    """
    text = text if isinstance(text, Text) else Text(text)
    wanted = Text(quote)
    if not quote[:1].isalnum() and not wanted.normalised.strip(" "):
        raise QuoteNotFound("the quotation is empty. Quote the words that say so, to the letter.")
    around = _around(prefix, suffix) if prefix or suffix else _ANYWHERE
    elsewhere: tuple[int, int] | None = None
    tried = ("", "")
    for grade in GRADES:
        searched = _forms(text, wanted, grade)
        if searched == tried:  # Folding changed neither: there is nothing new to be found.
            continue
        tried = searched
        places = list[tuple[int, int]]()
        for number, place in enumerate(_places(*searched)):
            if number >= TRIED:
                places = _with_both_sides(text, wanted, grade, around)
                break
            start, end = place if grade == "exact" else text.raw_span(*place)
            if around.fits_before(text, start) and around.fits_after(text, end):
                places.append((start, end))
                if len(places) > ENOUGH:
                    break
            elif elsewhere is None:
                elsewhere = start, end
        if len(places) > 1:
            raise QuoteAmbiguous(_ambiguous(text, quote, places, around))
        if places:
            start, end = places[0]
            before, after = _context(text, start, end)
            return Passage(start, end, grade, before if prefix is None else prefix, after if suffix is None else suffix)
    if elsewhere is not None:
        raise QuoteNotFound(_elsewhere(text, quote, elsewhere, around))
    raise QuoteNotFound(explain(text, quote, wanted))


def at(text: str | Text, quote: str, start: int, prefix: str | None = None, suffix: str | None = None) -> Passage:
    """Take the passage at a place that is known, where the text has the quotation to the letter, with what is to stand around it.

    It may stand elsewhere as well: the place says which is meant. Raises QuoteNotFound.
    """
    text = text if isinstance(text, Text) else Text(text)
    end = start + len(quote)
    slice_fits = start >= 0 and quote.strip() != "" and text.raw.startswith(quote, start)
    if not slice_fits or divides(text.raw, start) or divides(text.raw, end):
        raise QuoteNotFound(f'quotation "{shown(quote, 60)}" does not stand at character {start}. Give the place where it does')
    before, after = _context(text, start, end)
    if (prefix in (None, before)) and (suffix in (None, after)):
        return Passage(start, end, "exact", before, after)
    around = _around(prefix, suffix)
    if not (around.fits_before(text, start) and around.fits_after(text, end)):
        raise QuoteNotFound(_elsewhere(text, quote, (start, end), around))
    return Passage(start, end, "exact", before if prefix is None else prefix, after if suffix is None else suffix)


def _forms(text: Text, wanted: Text, grade: str) -> tuple[str, str]:
    """Give the text and the quotation as they are compared at a grade."""
    if grade == "exact":
        return text.raw, wanted.raw
    if grade == "normalised":
        return text.normalised, wanted.normalised.strip(" ")
    return text.typographic, wanted.typographic.strip(" ")


def _places(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Every slice that equals the needle and parts no character from its marks."""
    for start in _occurrences(text, needle):
        end = start + len(needle)
        if not divides(text, start) and not divides(text, end):
            yield start, end


def _with_both_sides(text: Text, wanted: Text, grade: str, around: _Around) -> list[tuple[int, int]]:
    """Find a quotation that stands everywhere together with its prefix and suffix, which few of its places have.

    Raises QuoteAmbiguous where too many look as if they had.
    """
    words, searched, needle = wanted.typographic.strip(" "), *_forms(text, wanted, grade)
    before, after = around.before.rstrip(" "), around.after.lstrip(" ")
    blanks = len(wanted.typographic) - len(wanted.typographic.lstrip(" "))
    lead = wanted.raw_span(blanks, blanks + len(words))[0]
    gaps = ["", " "] if before == around.before else [" "]
    next_gaps = ["", " "] if after == around.after else [" "]
    places = set[tuple[int, int]]()
    for gap, next_gap in product(gaps, next_gaps):
        for number, at in enumerate(_occurrences(text.typographic, f"{before}{gap}{words}{next_gap}{after}")):
            if number >= TRIED:
                where = f"in the text more than {TRIED:,} times"
                raise QuoteAmbiguous(f'quotation "{shown(wanted.raw, 60)}" stands {where}, expected once. Quote more of the words.')
            if len(places) > ENOUGH:
                break
            folded = at + len(before) + len(gap)
            start, end = text.raw_span(folded, folded + len(words))
            if grade == "exact":
                start, end = start - lead, start - lead + len(needle)
            first, last = (start, end) if grade == "exact" else (folded, folded + len(needle))
            if start < 0 or searched[first:last] != needle or divides(searched, first) or divides(searched, last):
                continue
            if around.fits_before(text, start) and around.fits_after(text, end):
                places.add((start, end))
    return sorted(places)


def _occurrences(text: str, needle: str) -> Iterator[int]:
    """Every offset at which the needle stands, overlapping ones too, in linear time."""
    start = text.find(needle)
    while start >= 0:
        yield start
        following = text.find(needle, start + 1)
        period = following - start
        if following >= 0 and 2 * period <= len(
            needle
        ):  # It overlaps itself: it stands once a period, as long as the text repeats.
            end = _repeats_until(text, following + len(needle), period)
            last = end - len(needle) - (end - len(needle) - start) % period
            yield from range(following, last + 1, period)
            following = text.find(needle, last + 1)
        start = following


def _repeats_until(text: str, end: int, period: int) -> int:
    """Tell up to where a text repeats what stands a period before, from where it is known to; by steps that double, then halve."""
    step = 1
    while step:
        stop = min(end + step, len(text))
        if end < stop and text[end:stop] == text[end - period : stop - period]:
            end, step = stop, 2 * step
        else:
            step //= 2
    return end


def _context(text: Text, start: int, end: int) -> tuple[str, str]:
    """Take the raw text on either side of a raw slice, of whole characters."""
    first, last = max(0, start - CONTEXT), min(len(text.raw), end + CONTEXT)
    while first < start and divides(text.raw, first):
        first += 1
    while last > end and divides(text.raw, last):
        last -= 1
    return text.raw[first:start], text.raw[end:last]


def _ambiguous(text: Text, quote: str, places: list[tuple[int, int]], around: _Around) -> str:
    count = f"more than {ENOUGH:,}" if len(places) > ENOUGH else str(len(places))
    examples = []
    for start, end in places[:3]:
        before, after = text.raw[max(0, start - 20) : start], text.raw[end : end + 20]
        examples.append(f'{start} ("{shown(before, 24)}[…]{shown(after, 24)}")')
    if len(places) > len(examples):
        examples.append("…")
    return (
        f'quotation "{shown(quote, 60)}" stands in the text {count} times{around}, expected once:'
        f" at characters {', '.join(examples)}."
        f" Give a {'longer ' if str(around) else ''}prefix or suffix that only one of them has."
    )


def _elsewhere(text: Text, quote: str, place: tuple[int, int], around: _Around) -> str:
    start, end = place
    before, after = _context(text, start, end)
    reads = []
    if not around.fits_before(text, start):
        reads.append(f'"{shown(before, 48)}" before it' if before else "nothing before it")
    if not around.fits_after(text, end):
        reads.append(f'"{shown(after, 48)}" after it' if after else "nothing after it")
    return (
        f'quotation "{shown(quote, 60)}" stands in the text, but not{around}.'
        f" Where it stands first, at characters {start}\u2013{end}, the text has {' and '.join(reads)}."
        " Quote prefix and suffix to the letter, or leave them out."
    )
