"""Find the only place of a quotation, and grade the match.

Owns the choice of grade, the counting of places, and the meaning of prefix and suffix. Must not decide which spellings are
equivalent (`folding` does), nor accept anything that merely resembles the quotation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Final, NamedTuple

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes.folding import GRADES, Text, divides, is_plain
from timeline.quotes.missing import explain, shown

CONTEXT: Final = 32  # code points of prefix and suffix stored if none are given
TRIED: Final = 10_000  # places at which prefix and suffix are checked
MAX_COUNTED: Final = 1000  # places, after which counting stops


class Passage(NamedTuple):
    """The place of a quotation, in code points of the raw text, and its grade."""

    start_char: int
    end_char: int
    grade: str
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class _Context:
    """The given prefix and suffix: as given, and folded for comparison."""

    prefix: str | None
    suffix: str | None
    before: str
    after: str

    def fits_before(self, text: Text, start: int) -> bool:
        """Whether the prefix is right before a raw offset.

        It may leave out the white space at its end; if it has some, the text must have it too.
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
        """Whether the suffix is right after a raw offset, by the same rule."""
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
        """Return the given prefix and suffix for a message; empty if there are none."""
        prefix = f' after prefix "{shown(self.prefix, 40)}"' if self.prefix else ""
        suffix = f' before suffix "{shown(self.suffix, 40)}"' if self.suffix else ""
        return f"{prefix} and{suffix}" if prefix and suffix else prefix + suffix


_ANYWHERE: Final = _Context(None, None, "", "")


def _context_of(prefix: str | None, suffix: str | None) -> _Context:
    before, after = Text(prefix or "").typographic.lstrip(" "), Text(suffix or "").typographic.rstrip(" ")
    return _Context(prefix, suffix, before, after)


def find(text: str | Text, quote: str, prefix: str | None = None, suffix: str | None = None) -> Passage:
    """Find the only passage of a quotation, at the best grade.

    The quotation must be in the text once, counting the places of all grades: a line end between words does not make them
    different. `prefix` and `suffix` are the words right before and after it, and are stored as given; without them, the passage has
    the raw text around it. Pass a `Text` to search one text many times. Raises QuoteNotFound if the quotation is not in the text,
    and QuoteAmbiguous if it is there more than once.
    """
    text = text if isinstance(text, Text) else Text(text)
    if not prefix and not suffix and (start := _plain_place(text, quote)) is not None:
        return _passage(text, (start, start + len(quote)), GRADES[0], prefix, suffix)
    wanted = Text(quote)
    if not wanted.normalised.strip(" "):
        raise QuoteNotFound("the quotation is empty. Quote the exact words.")
    grade, start, end = _best(text, wanted, _context_of(prefix, suffix) if prefix or suffix else _ANYWHERE)
    return _passage(text, (start, end), grade, prefix, suffix)


def _best(text: Text, wanted: Text, context: _Context) -> tuple[str, int, int]:
    """Find the only place of a quotation, and its strictest grade. Raises what `find` raises."""
    quote = wanted.raw
    elsewhere: tuple[int, int] | None = None
    best: tuple[str, int, int] | None = None  # the first place at the strictest grade
    places = list[tuple[int, int]]()
    previous = ("", "")
    for grade in GRADES:
        if best is not None and grade != GRADES[-1]:  # the loosest grade has the places of all grades
            continue
        forms = _forms(text, wanted, grade)
        if forms == previous:  # folding changed neither of them
            continue
        previous = forms
        fitting = dict[tuple[int, int], None]()  # each once, even if two searches return it
        for start, end in _places(text, wanted, grade, context):
            if context.fits_before(text, start) and context.fits_after(text, end):
                fitting[start, end] = None
                if len(fitting) > MAX_COUNTED:
                    raise QuoteAmbiguous(_ambiguous(text, quote, sorted(fitting), context))
            elif elsewhere is None:
                elsewhere = start, end
        if fitting:
            best = best or (grade, *min(fitting))
        places = max(places, sorted(fitting), key=len)
    if len(places) > 1:
        raise QuoteAmbiguous(_ambiguous(text, quote, places, context))
    if best is not None:
        return best
    if elsewhere is not None:
        raise QuoteNotFound(_elsewhere(text, quote, elsewhere, context))
    message, nearest = explain(text, quote, wanted)
    raise QuoteNotFound(message, nearest=nearest)


def _plain_place(text: Text, quote: str) -> int | None:
    """Return the place of a quotation if it is there once and neither it nor the text needs folding; else None."""
    if not (text.is_plain and is_plain(quote)) or quote[:1] in ("", " ") or quote[-1] == " ":
        return None
    start = text.raw.find(quote)
    return None if start < 0 or text.raw.find(quote, start + 1) >= 0 else start


def places(text: str | Text, quote: str, most: int = 20) -> list[Passage]:
    """Return the first places of a quotation, at any grade, for a person to choose from; none if it is not in the text."""
    text = text if isinstance(text, Text) else Text(text)
    wanted = Text(quote)
    if not wanted.typographic.strip(" "):
        return []
    found: set[tuple[int, int]] = set()
    for grade in GRADES:
        found.update(islice(_places(text, wanted, grade, _ANYWHERE), most))
    graded = [(place, known[1]) for place in sorted(found) if (known := _at(text, quote, place[0])) is not None]
    return [_passage(text, place, grade, None, None) for place, grade in graded[:most]]


def at(text: str | Text, quote: str, start: int, prefix: str | None = None, suffix: str | None = None) -> Passage:
    """Return the passage of a quotation at a known place, at the best grade.

    The quotation may be elsewhere as well. `prefix` and `suffix`, if given, must be around the place. Raises QuoteNotFound.
    """
    text = text if isinstance(text, Text) else Text(text)
    known = _at(text, quote, start)
    if known is None:
        raise QuoteNotFound(f'quotation "{shown(quote, 60)}" is not at character {start}. Give its place')
    end, grade = known
    before, after = _context(text, start, end)
    if (prefix not in (None, before)) or (suffix not in (None, after)):
        context = _context_of(prefix, suffix)
        if not (context.fits_before(text, start) and context.fits_after(text, end)):
            raise QuoteNotFound(_elsewhere(text, quote, (start, end), context))
    return _passage(text, (start, end), grade, prefix, suffix)


def _passage(text: Text, place: tuple[int, int], grade: str, prefix: str | None, suffix: str | None) -> Passage:
    """Return a passage, with the raw text around it if no prefix or suffix is given."""
    before, after = _context(text, *place)
    return Passage(*place, grade, before if prefix is None else prefix, after if suffix is None else suffix)


def _at(text: Text, quote: str, start: int) -> tuple[int, str] | None:
    """Return the end and the grade of a quotation that begins at a raw offset; None if it does not."""
    if not 0 <= start < len(text.raw) or not quote.strip() or divides(text.raw, start):
        return None
    if text.raw.startswith(quote, start):
        end = start + len(quote)
        return None if divides(text.raw, end) else (end, GRADES[0])
    wanted = Text(quote)
    needle, first = wanted.typographic.strip(" "), text.folded_after(start)
    last = first + len(needle)
    if not needle or not text.typographic.startswith(needle, first) or not _has_whole_characters(text, GRADES[-1], first, last):
        return None
    begin, end = text.raw_span(first, last)
    if begin != start:
        return None
    spelt = slice(*text.normalised_span(first, last))
    return end, GRADES[1] if text.normalised[spelt] == wanted.normalised.strip(" ") else GRADES[2]


def _forms(text: Text, wanted: Text, grade: str) -> tuple[str, str]:
    """Return the text and the quotation as compared at a grade."""
    if grade == "exact":
        return text.raw, wanted.raw
    if grade == "normalised":
        return text.normalised, wanted.normalised.strip(" ")
    return text.typographic, wanted.typographic.strip(" ")


def _places(text: Text, wanted: Text, grade: str, context: _Context) -> Iterator[tuple[int, int]]:
    """Yield every raw slice that equals the quotation at a grade. If there are very many, yield those with prefix and suffix."""
    searched, needle = _forms(text, wanted, grade)
    for number, start in enumerate(_occurrences(searched, needle)):
        if number >= TRIED:
            yield from _with_both_sides(text, wanted, grade, context)
            return
        end = start + len(needle)
        if _has_whole_characters(text, grade, start, end):
            yield text.span_at(grade, start, end)


def _has_whole_characters(text: Text, grade: str, start: int, end: int) -> bool:
    """Whether a slice at a grade does not split a character from its marks, or a ligature."""
    searched = text.raw if grade == "exact" else text.normalised if grade == "normalised" else text.typographic
    if divides(searched, start) or divides(searched, end):
        return False
    return grade != "typographic" or not (text.parts_ligature(start) or text.parts_ligature(end))


def _with_both_sides(text: Text, wanted: Text, grade: str, context: _Context) -> list[tuple[int, int]]:
    """Find a very frequent quotation together with its prefix and suffix, which few of its places have.

    Raises QuoteAmbiguous if too many places may have them.
    """
    words, searched, needle = wanted.typographic.strip(" "), *_forms(text, wanted, grade)
    before, after = context.before.rstrip(" "), context.after.lstrip(" ")
    blanks = len(wanted.typographic) - len(wanted.typographic.lstrip(" "))
    lead = wanted.raw_span(blanks, blanks + len(words))[0]
    gaps = ["", " "] if before == context.before else [" "]
    next_gaps = ["", " "] if after == context.after else [" "]
    places = set[tuple[int, int]]()
    for gap, next_gap in product(gaps, next_gaps):
        for number, at in enumerate(_occurrences(text.typographic, f"{before}{gap}{words}{next_gap}{after}")):
            if number >= TRIED:
                count = f"more than {TRIED:,} times"
                raise QuoteAmbiguous(
                    f'quotation "{shown(wanted.raw, 60)}" is in the text {count}, expected once. Quote more of the words.'
                )
            if len(places) > MAX_COUNTED:
                break
            first = at + len(before) + len(gap)
            last = first + len(words)
            start, end = text.raw_span(first, last)
            if grade == "exact":
                first, last = start, end = start - lead, start - lead + len(needle)
            elif grade == "normalised":
                first, last = text.normalised_span(first, last)
            if start < 0 or searched[first:last] != needle or not _has_whole_characters(text, grade, first, last):
                continue
            if context.fits_before(text, start) and context.fits_after(text, end):
                places.add((start, end))
    return sorted(places)


def _occurrences(text: str, needle: str) -> Iterator[int]:
    """Yield every offset of the needle, overlapping ones too, in linear time."""
    start = text.find(needle)
    while start >= 0:
        yield start
        following = text.find(needle, start + 1)
        period = following - start
        if following >= 0 and 2 * period <= len(
            needle
        ):  # it overlaps itself: it occurs once per period, as long as the text repeats
            end = _repeats_until(text, following + len(needle), period)
            last = end - len(needle) - (end - len(needle) - start) % period
            yield from range(following, last + 1, period)
            following = text.find(needle, last + 1)
        start = following


def _repeats_until(text: str, end: int, period: int) -> int:
    """Return where a text stops repeating with this period, starting from an end known to repeat. Steps double, then halve."""
    step = 1
    while step:
        stop = min(end + step, len(text))
        if end < stop and text[end:stop] == text[end - period : stop - period]:
            end, step = stop, 2 * step
        else:
            step //= 2
    return end


def _context(text: Text, start: int, end: int) -> tuple[str, str]:
    """Return the raw text on either side of a raw slice, without splitting characters."""
    first, last = max(0, start - CONTEXT), min(len(text.raw), end + CONTEXT)
    if text.raw.isascii():  # there are no marks
        return text.raw[first:start], text.raw[end:last]
    while first < start and divides(text.raw, first):
        first += 1
    while last > end and divides(text.raw, last):
        last -= 1
    return text.raw[first:start], text.raw[end:last]


def _ambiguous(text: Text, quote: str, places: list[tuple[int, int]], context: _Context) -> str:
    count = f"more than {MAX_COUNTED:,}" if len(places) > MAX_COUNTED else str(len(places))
    examples = []
    for start, end in places[:3]:
        before, after = text.raw[max(0, start - 20) : start], text.raw[end : end + 20]
        examples.append(f'{start} ("{shown(before, 24)}[…]{shown(after, 24)}")')
    if len(places) > len(examples):
        examples.append("…")
    alike = all(text.raw.startswith(quote, start) for start, _ in places)
    aside = "" if alike else ", white space and typography aside"
    return (
        f'quotation "{shown(quote, 60)}" is in the text {count} times{context}, expected once{aside}:'
        f" at characters {', '.join(examples)}."
        f" Give a {'longer ' if str(context) else ''}prefix or suffix that only one of them has."
    )


def _elsewhere(text: Text, quote: str, place: tuple[int, int], context: _Context) -> str:
    start, end = place
    before, after = _context(text, start, end)
    reads = []
    if not context.fits_before(text, start):
        reads.append(f'"{shown(before, 48)}" before it' if before else "nothing before it")
    if not context.fits_after(text, end):
        reads.append(f'"{shown(after, 48)}" after it' if after else "nothing after it")
    return (
        f'quotation "{shown(quote, 60)}" is in the text, but not{context}.'
        f" At its first place, characters {start}\u2013{end}, the text has {' and '.join(reads)}."
        " Quote prefix and suffix exactly, or leave them out."
    )
