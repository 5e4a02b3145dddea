"""A source's text cut into paragraphs and segments, with every cited passage marked, even if passages overlap.

Owns the cutting and the numbering of passages. Offsets are code points into the text, ends excluded. Must not read a database,
nor write HTML.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

# Of a text longer than this, only the passages are shown, with this many characters around each.
LONGEST, AROUND = 1_000_000, 1_500
# A page shows this many characters of a text at most, and ends after this many paragraphs, notes, or lines as they are seen: so
# many that a table's rows, each a paragraph, do not make it longer than anybody scrolls.
MOST_CHARACTERS, MOST_PARAGRAPHS, MOST_NOTES, MOST_LINES = 500_000, 3_000, 400, 2_000
# The characters in such a line; and the room between paragraphs, in lines.
LINE, BETWEEN = 75, 1
# No letter has this many combining marks.
MOST_MARKS = 200
# If more passages overlap, a segment names only this many.
MOST_WITHIN = 8
# The group is atomic, so that a CRLF is never read as two line ends.
_BLANK_LINE = re.compile(r"(?>\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*")
# A form feed separates pages, and so paragraphs.
_BLANK_LINE_OR_PAGE = re.compile(rf"{_BLANK_LINE.pattern}|\f\s*")
_LINE_END = re.compile(r"(?:\r\n|\n|\r|\f)\s*")
_VISIBLE = re.compile(r"\S")
# In a printed text: a line of this length shows the width of the column; one shorter than this share of it ends a paragraph, and so
# does one that is this much longer than the next lines are wide.
_SHORTEST_LINE, _EARLY, _WIDER = 20, 0.8, 1.35
# A column is narrower than most of the text if of so many lines, within so many characters, most are as long, and go on within a
# sentence. The lines of a table and of a list are not.
_LINES, _NEAR, _MOST_LINES = 6, 1_200, 0.7
_SENTENCE = (".", "!", "?", "”", '"')
_LEADERS, _BULLETS = ". . .", tuple("•◦▪‣–—*")

Span = tuple[int, int]


@dataclass(frozen=True)
class Segment:
    """A run of text within the same passages: their numbers, and the numbers of those that begin and end with it.

    `requested`: it is in the passage that the address asks for.
    """

    text: str
    within: tuple[int, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    requested: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether a passage goes on after it: references at its end are then within that passage."""
        return bool(set(self.within) - set(self.ends))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: its place in the text, its segments, and the numbers of the passages that end in it.

    `before` is the white space between it and the paragraph before; None if text is left out there.
    """

    start: int
    end: int
    segments: tuple[Segment, ...]
    ends: tuple[int, ...]
    before: str | None = ""

    @property
    def gap(self) -> bool:
        """Whether text before it is left out."""
        return self.before is None


def numbered(spans: Iterable[Span]) -> list[Span]:
    """Return the distinct passages in the order of the text. A passage's number is its place in this list, from 1."""
    return sorted({span for span in spans if span[0] < span[1]})


@dataclass(frozen=True)
class Part:
    """The paragraphs of one page, and the place where the next page begins; None on the last page."""

    paragraphs: Sequence[Paragraph]
    next_start: int | None


def part(
    text: str,
    passages: Sequence[Span],
    requested: Span | None = None,
    *,
    start: int = 0,
    until: int | None = None,
    printed: bool = False,
    whole: bool = False,
) -> Part:
    """Cut one page of a text into paragraphs, and these wherever a passage begins or ends.

    Parameters:
        text: the complete text. Blank lines separate its paragraphs, or line ends if it has no blank line.
        passages: the passages as `numbered` returns them.
        requested: the one among them that the address asks for.
        start: the place where the page begins.
        until: the place after which passages are not known. Only the first paragraph may begin after it.
        printed: whether the lines are those of printed pages. Then a line that ends early ends a paragraph.
        whole: whether a very long text is shown too, and not only its passages.
    """
    windows, next_start = _windows(text, passages, start, whole=whole)
    sweep = _Sweep(text, passages, requested)
    paragraphs: list[Paragraph] = []
    last, notes, lines = windows[0][0], 0, 0
    for begin, end in _spans(text, windows, _printed(text) if printed else _paragraph_ends(text)):
        full = len(paragraphs) >= MOST_PARAGRAPHS or notes >= MOST_NOTES or lines >= MOST_LINES
        if full or (paragraphs and until is not None and begin >= until):
            next_start = begin
            break
        segments = tuple(sweep.over(begin, end))
        # White space counts as left out if there is as much of it as is left out around passages.
        gap = begin > last and (_has_words(text, last, begin) or (len(text) > LONGEST and begin - last > AROUND))
        ends = tuple(number for segment in segments for number in segment.ends)
        notes += len(ends)
        lines += -(-(end - begin) // LINE) + BETWEEN
        paragraphs.append(Paragraph(begin, end, segments, ends, None if gap else text[last:begin]))
        last = end
    if next_start is not None and paragraphs:
        # A passage that goes on after this page has its note on both pages.
        paragraphs[-1] = replace(paragraphs[-1], ends=(*paragraphs[-1].ends, *sweep.open))
    return Part(paragraphs, next_start)


def _has_words(text: str, start: int, end: int) -> bool:
    return _VISIBLE.search(text, start, end) is not None


def _paragraph_ends(text: str) -> Callable[[int, int], Iterator[Span]]:
    separator = _BLANK_LINE_OR_PAGE if _BLANK_LINE.search(text.strip()) else _LINE_END
    return lambda begin, finish: (match.span() for match in separator.finditer(text, begin, finish))


def _printed(text: str) -> Callable[[int, int], Iterator[Span]]:
    lengths = sorted(len(line) for line in text[:LONGEST].splitlines() if len(line) >= _SHORTEST_LINE)
    early = _EARLY * lengths[len(lengths) * 3 // 4] if lengths else 0

    def separators(begin: int, finish: int) -> Iterator[Span]:
        last = begin
        for match in _LINE_END.finditer(text, begin, finish):
            line, start, end = text[last : match.start()], *match.span()
            above = _column(text[max(0, start - _NEAR) : start].splitlines()[-_LINES:])
            following = text[end : end + _NEAR].splitlines()[:_LINES]
            below = _column(following)
            narrow = min(filter(None, (above, below)), default=0) * _EARLY
            is_last = len(line) < (narrow or early) or 0 < below * _WIDER < len(line)
            is_last = is_last or (line.rstrip().endswith(_SENTENCE) and _is_heading(following, narrow or early))
            ends = is_last or _LEADERS in line or "\f" in match[0] or _BLANK_LINE.search(match[0])
            if ends or text[end : end + 1] in _BULLETS:
                yield start, end
            last = end

    return separators


def _is_heading(lines: Sequence[str], width: float) -> bool:
    """Whether the first of some lines is a heading: short, it begins as a sentence does, and does not end as one."""
    first = lines[0].strip() if lines else ""
    return 0 < len(first) < width and not first[0].islower() and first[-1].isalnum()


def _column(lines: Sequence[str]) -> int:
    """Return the width of the column that these lines are in, in characters; 0 if they are in none."""
    lengths = sorted(len(line) for line in lines if line.strip())
    width = lengths[len(lengths) * 3 // 4] if len(lengths) > _LINES // 2 else 0
    as_long = sum(length >= width * _EARLY for length in lengths)
    going_on = sum(line.lstrip()[:1].isalpha() and not line.lstrip()[:1].isupper() for line in lines)
    most = len(lengths) * _MOST_LINES
    return width if width >= _SHORTEST_LINE and as_long >= most and going_on * 2 >= len(lengths) else 0


def _spans(text: str, windows: Iterable[Span], separators: Callable[[int, int], Iterator[Span]]) -> Iterable[Span]:
    for begin, finish in windows:
        start = begin
        for end, after in separators(begin, finish):
            if _has_words(text, start, end):
                yield start, end
            start = after
        if _has_words(text, start, finish):
            yield start, finish


def _windows(text: str, passages: Sequence[Span], start: int, *, whole: bool) -> tuple[list[Span], int | None]:
    """Return the parts of a text that a page may show from a place on, and where it is full; None if everything fits."""
    wanted = [(start, len(text))] if whole or len(text) <= LONGEST else _around(text, passages, start)
    windows: list[Span] = []
    room = MOST_CHARACTERS
    for begin, finish in wanted:
        if finish - begin > room:
            full = past_marks(text, begin + room)
            return [*windows, (begin, full)], full if full < len(text) else None
        windows.append((begin, finish))
        room -= finish - begin
    return windows, None


def _around(text: str, passages: Sequence[Span], first: int) -> list[Span]:
    windows: list[Span] = [(first, past_marks(text, first + AROUND))]
    for start, end in passages:
        if end <= first:
            continue
        begin, finish = min(start, past_marks(text, max(0, start - AROUND))), past_marks(text, end + AROUND)
        if begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(finish, windows[-1][1]))
        else:
            windows.append((begin, finish))
    return windows


def past_marks(text: str, at: int) -> int:
    """Move a place forward so that it does not separate a character from its combining marks."""
    last = min(len(text), at + MOST_MARKS)
    while at < last and unicodedata.category(text[at]) in ("Mn", "Mc", "Me", "Cf"):
        at += 1
    return min(at, len(text))


class _Sweep:
    """One walk over the text that knows at each place which passages are open."""

    def __init__(self, text: str, passages: Sequence[Span], requested: Span | None) -> None:
        self._text = text
        self._requested = requested or (0, 0)
        self._passages = passages
        self._cuts = sorted({edge for span in passages for edge in span})
        self._by_end = sorted(range(len(passages)), key=lambda n: (passages[n][1], n))
        self._open: dict[int, None] = {}
        self._opened = self._closed = 0
        self._started = False

    @property
    def open(self) -> tuple[int, ...]:
        """The numbers of the passages that are open at the current place."""
        return tuple(n + 1 for n in self._open)

    def over(self, start: int, end: int) -> Iterator[Segment]:
        """Yield the segments of a paragraph. Paragraphs must come in order."""
        inner = self._cuts[bisect_right(self._cuts, start) : bisect_left(self._cuts, end)]
        for left, right in pairwise((start, *inner, end)):
            begins = self._begin(left, right)
            within = tuple(n + 1 for n in islice(self._open, MOST_WITHIN))
            requested = self._requested[0] < right and left < self._requested[1]
            yield Segment(self._text[left:right], within, begins, self._end(right, last=right == end), requested)

    def _begin(self, left: int, right: int) -> tuple[int, ...]:
        """Open the passages that begin before `right`; return those without visible text before `left`."""
        begun = []
        while self._opened < len(self._passages) and self._passages[self._opened][0] < right:
            start, end = self._passages[self._opened]
            if end > left:
                self._open[self._opened] = None
                if not self._started or not _has_words(self._text, start, left):
                    begun.append(self._opened + 1)
            self._opened += 1
        self._started = True
        return tuple(begun)

    def _end(self, right: int, *, last: bool) -> tuple[int, ...]:
        """Close the passages that end at `right`, or in the white space after it."""
        ended = []
        while self._closed < len(self._by_end):
            number = self._by_end[self._closed]
            end = self._passages[number][1]
            if end > right and not (last and number in self._open and not _has_words(self._text, right, end)):
                break
            if self._open.pop(number, 0) is None:
                ended.append(number + 1)
            self._closed += 1
        return tuple(ended)
