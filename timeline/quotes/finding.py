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

    It is to stand once, counting the places of every grade: words with a line end between them are the same words.
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
    if around is _ANYWHERE and (start := _only(text, wanted)) is not None:
        return _passage(text, (start, start + len(quote)), GRADES[0], prefix, suffix)
    grade, start, end = _best(text, wanted, around)
    return _passage(text, (start, end), grade, prefix, suffix)


def _best(text: Text, wanted: Text, around: _Around) -> tuple[str, int, int]:
    """Find the one place of a quotation and the strictest grade at which it is there. Raises what `find` raises."""
    quote = wanted.raw
    elsewhere: tuple[int, int] | None = None
    best: tuple[str, int, int] | None = None  # the first place at the strictest grade
    places = list[tuple[int, int]]()
    tried = ("", "")
    for grade in GRADES:
        if best is not None and grade != GRADES[-1]:  # The loosest grade has the places of all.
            continue
        forms = _forms(text, wanted, grade)
        if forms == tried:  # Folding changed neither: there is nothing new to be found.
            continue
        tried = forms
        fitting = dict[tuple[int, int], None]()  # each once, also where it was looked for in two ways
        for start, end in _places(text, wanted, grade, around):
            if around.fits_before(text, start) and around.fits_after(text, end):
                fitting[start, end] = None
                if len(fitting) > ENOUGH:
                    raise QuoteAmbiguous(_ambiguous(text, quote, sorted(fitting), around))
            elif elsewhere is None:
                elsewhere = start, end
        if fitting:
            best = best or (grade, *min(fitting))
        places = max(places, sorted(fitting), key=len)
    if len(places) > 1:
        raise QuoteAmbiguous(_ambiguous(text, quote, places, around))
    if best is not None:
        return best
    if elsewhere is not None:
        raise QuoteNotFound(_elsewhere(text, quote, elsewhere, around))
    raise QuoteNotFound(explain(text, quote, wanted))


def _only(text: Text, wanted: Text) -> int | None:
    """Tell where a quotation stands, where it stands once and there is nothing in it or in the text to fold."""
    quote = wanted.raw
    if not (text.is_plain and wanted.is_plain) or quote[:1] in ("", " ") or quote[-1] == " ":
        return None
    start = text.raw.find(quote)
    return None if start < 0 or text.raw.find(quote, start + 1) >= 0 else start


def at(text: str | Text, quote: str, start: int, prefix: str | None = None, suffix: str | None = None) -> Passage:
    """Take the passage at a place that is known, at the best grade at which the text has the quotation right there.

    It may stand elsewhere as well: the place says which is meant. `prefix` and `suffix` are to stand around it. Raises
    QuoteNotFound.
    """
    text = text if isinstance(text, Text) else Text(text)
    known = _at(text, quote, start)
    if known is None:
        raise QuoteNotFound(f'quotation "{shown(quote, 60)}" does not stand at character {start}. Give the place where it does')
    end, grade = known
    before, after = _context(text, start, end)
    if (prefix not in (None, before)) or (suffix not in (None, after)):
        around = _around(prefix, suffix)
        if not (around.fits_before(text, start) and around.fits_after(text, end)):
            raise QuoteNotFound(_elsewhere(text, quote, (start, end), around))
    return _passage(text, (start, end), grade, prefix, suffix)


def _passage(text: Text, place: tuple[int, int], grade: str, prefix: str | None, suffix: str | None) -> Passage:
    """Give a passage, with the raw text around it where nothing else was given."""
    before, after = _context(text, *place)
    return Passage(*place, grade, before if prefix is None else prefix, after if suffix is None else suffix)


def _at(text: Text, quote: str, start: int) -> tuple[int, str] | None:
    """Tell where a quotation ends that begins at a raw offset, and its grade; None where it does not stand there."""
    if not 0 <= start < len(text.raw) or not quote.strip() or divides(text.raw, start):
        return None
    if text.raw.startswith(quote, start):
        end = start + len(quote)
        return None if divides(text.raw, end) else (end, GRADES[0])
    wanted = Text(quote)
    needle, first = wanted.typographic.strip(" "), text.folded_after(start)
    last = first + len(needle)
    if not needle or not text.typographic.startswith(needle, first) or not _is_whole(text, GRADES[-1], first, last):
        return None
    begin, end = text.raw_span(first, last)
    if begin != start:
        return None
    spelt = slice(*text.normalised_span(first, last))
    return end, GRADES[1] if text.normalised[spelt] == wanted.normalised.strip(" ") else GRADES[2]


def _forms(text: Text, wanted: Text, grade: str) -> tuple[str, str]:
    """Give the text and the quotation as they are compared at a grade."""
    if grade == "exact":
        return text.raw, wanted.raw
    if grade == "normalised":
        return text.normalised, wanted.normalised.strip(" ")
    return text.typographic, wanted.typographic.strip(" ")


def _places(text: Text, wanted: Text, grade: str, around: _Around) -> Iterator[tuple[int, int]]:
    """Every raw slice that equals the quotation at a grade; of one that is everywhere, those where prefix and suffix may stand."""
    searched, needle = _forms(text, wanted, grade)
    for number, start in enumerate(_occurrences(searched, needle)):
        if number >= TRIED:
            yield from _with_both_sides(text, wanted, grade, around)
            return
        end = start + len(needle)
        if _is_whole(text, grade, start, end):
            yield text.span_at(grade, start, end)


def _is_whole(text: Text, grade: str, start: int, end: int) -> bool:
    """Whether a slice at a grade parts no character from its marks, and no ligature."""
    searched = text.raw if grade == "exact" else text.normalised if grade == "normalised" else text.typographic
    if divides(searched, start) or divides(searched, end):
        return False
    return grade != "typographic" or not (text.parts_ligature(start) or text.parts_ligature(end))


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
            first = at + len(before) + len(gap)
            last = first + len(words)
            start, end = text.raw_span(first, last)
            if grade == "exact":
                first, last = start, end = start - lead, start - lead + len(needle)
            elif grade == "normalised":
                first, last = text.normalised_span(first, last)
            if start < 0 or searched[first:last] != needle or not _is_whole(text, grade, first, last):
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
    alike = all(text.raw.startswith(quote, start) for start, _ in places)
    aside = "" if alike else ", white space and typography aside"
    return (
        f'quotation "{shown(quote, 60)}" stands in the text {count} times{around}, expected once{aside}:'
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
