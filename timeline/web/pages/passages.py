"""A source's text cut into paragraphs and segments, so that every cited passage is marked, however passages overlap.

Owns the cutting and the numbering of passages. Offsets are code points into the text, ends excluded. Must not fetch
anything, nor write HTML.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

# A text longer than this is shown around its passages only, with so much of what stands around them.
LONGEST, AROUND = 1_000_000, 1_500
# A page shows no more of a text than so many characters, and ends with the paragraph that is its last one, or has its last note.
MOST_CHARACTERS, MOST_PARAGRAPHS, MOST_NOTES = 500_000, 3_000, 400
# No letter has so many marks that stand on it.
MOST_MARKS = 200
# Where more passages than this overlap, a segment names only so many of them.
MOST_WITHIN = 8
# A CRLF is one line end: the group is atomic, so that it is never read as two.
_BLANK_LINE = re.compile(r"(?>\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*")
# A form feed parts pages, and so paragraphs.
_BLANK_LINE_OR_PAGE = re.compile(rf"{_BLANK_LINE.pattern}|\f\s*")
_LINE_END = re.compile(r"(?:\r\n|\n|\r|\f)\s*")
_VISIBLE = re.compile(r"\S")
# In a printed text: a line is long enough to tell how wide a column is, or so much shorter that it ends a paragraph.
_SHORTEST_LINE, _EARLY = 20, 0.8
_LEADERS, _BULLETS = ". . .", tuple("•◦▪‣–—*")

Span = tuple[int, int]


@dataclass(frozen=True)
class Segment:
    """A run of text under the same passages. `begins` and `ends` are the numbers of those that begin and end with it.

    `asked`: it is in the passage that was asked for.
    """

    text: str
    within: tuple[int, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    asked: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether a passage goes on after it: what is put at its end then stands within that passage."""
        return bool(set(self.within) - set(self.ends))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: its place in the text, its segments, and the numbers of the passages that end in it.

    `before`: the white space between it and the paragraph before it; None where text is left out there.
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
    """Give the distinct passages in the order of the text; a passage's number is its place here, from 1."""
    return sorted({span for span in spans if span[0] < span[1]})


@dataclass(frozen=True)
class Part:
    """What one page shows of a text: its paragraphs, and from where the next page goes on; None where nothing is left."""

    paragraphs: Sequence[Paragraph]
    further: int | None


def part(
    text: str,
    passages: Sequence[Span],
    asked: Span | None = None,
    *,
    start: int = 0,
    until: int | None = None,
    printed: bool = False,
) -> Part:
    """Cut a text at its paragraphs and wherever a passage begins or ends. `passages` are as `numbered` gives them.

    `asked` is the one among them that was asked for. The page begins at `start`, and shows so much as fits on it; nothing that
    begins after `until`, but for the first paragraph, where passages after that are not known.
    Blank lines part paragraphs where a text has some; line ends do where it has none. In a text as it was `printed`, whose lines
    are those of its pages, a line that ends early ends a paragraph.
    """
    windows, further = _windows(text, passages, start)
    sweep = _Sweep(text, passages, asked)
    found: list[Paragraph] = []
    last, notes = windows[0][0], 0
    for begin, end in _spans(text, windows, _printed(text) if printed else _plain(text)):
        if len(found) >= MOST_PARAGRAPHS or notes >= MOST_NOTES or (found and until is not None and begin >= until):
            further = begin
            break
        segments = tuple(sweep.over(begin, end))
        # As much white space as is left out around passages is left out as well.
        gap = begin > last and (_has_words(text, last, begin) or (len(text) > LONGEST and begin - last > AROUND))
        ends = tuple(n for segment in segments for n in segment.ends)
        notes += len(ends)
        found.append(Paragraph(begin, end, segments, ends, None if gap else text[last:begin]))
        last = end
    if further is not None and found:
        # What goes on after this page is told of on both.
        found[-1] = replace(found[-1], ends=(*found[-1].ends, *sweep.open))
    return Part(found, further)


def _has_words(text: str, start: int, end: int) -> bool:
    return _VISIBLE.search(text, start, end) is not None


def _plain(text: str) -> Callable[[int, int], Iterator[Span]]:
    parting = _BLANK_LINE_OR_PAGE if _BLANK_LINE.search(text.strip()) else _LINE_END
    return lambda begin, finish: (match.span() for match in parting.finditer(text, begin, finish))


def _printed(text: str) -> Callable[[int, int], Iterator[Span]]:
    lengths = sorted(len(line) for line in text[:LONGEST].splitlines() if len(line) >= _SHORTEST_LINE)
    early = _EARLY * lengths[len(lengths) * 3 // 4] if lengths else 0

    def partings(begin: int, finish: int) -> Iterator[Span]:
        last = begin
        for match in _LINE_END.finditer(text, begin, finish):
            line, start, end = text[last : match.start()], *match.span()
            ends = len(line) < early or _LEADERS in line or "\f" in match[0] or _BLANK_LINE.search(match[0])
            if ends or text[end : end + 1] in _BULLETS:
                yield start, end
            last = end

    return partings


def _spans(text: str, windows: Iterable[Span], partings: Callable[[int, int], Iterator[Span]]) -> Iterable[Span]:
    for begin, finish in windows:
        start = begin
        for end, after in partings(begin, finish):
            if _has_words(text, start, end):
                yield start, end
            start = after
        if _has_words(text, start, finish):
            yield start, finish


def _windows(text: str, passages: Sequence[Span], start: int) -> tuple[list[Span], int | None]:
    """Say what can be shown of a text from a place on, and where that ends because it is enough; None where it is all."""
    wanted = [(start, len(text))] if len(text) <= LONGEST else _around(text, passages, start)
    windows: list[Span] = []
    room = MOST_CHARACTERS
    for begin, finish in wanted:
        if finish - begin > room:
            enough = past_marks(text, begin + room)
            return [*windows, (begin, enough)], enough if enough < len(text) else None
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
    """Move a place so that it parts no character from its marks."""
    last = min(len(text), at + MOST_MARKS)
    while at < last and unicodedata.category(text[at]) in ("Mn", "Mc", "Me", "Cf"):
        at += 1
    return min(at, len(text))


class _Sweep:
    """A walk over the text, once, that knows at each place which passages it is in."""

    def __init__(self, text: str, passages: Sequence[Span], asked: Span | None) -> None:
        self._text = text
        self._asked = asked or (0, 0)
        self._passages = passages
        self._cuts = sorted({edge for span in passages for edge in span})
        self._by_end = sorted(range(len(passages)), key=lambda n: (passages[n][1], n))
        self._open: dict[int, None] = {}
        self._opened = self._closed = 0
        self._begun = False

    @property
    def open(self) -> tuple[int, ...]:
        """The numbers of the passages that go on where the walk has come to."""
        return tuple(n + 1 for n in self._open)

    def over(self, start: int, end: int) -> Iterator[Segment]:
        """Give the segments of a paragraph; paragraphs are asked for in order."""
        inner = self._cuts[bisect_right(self._cuts, start) : bisect_left(self._cuts, end)]
        for left, right in pairwise((start, *inner, end)):
            begins = self._begin(left, right)
            within = tuple(n + 1 for n in islice(self._open, MOST_WITHIN))
            asked = self._asked[0] < right and left < self._asked[1]
            yield Segment(self._text[left:right], within, begins, self._end(right, last=right == end), asked)

    def _begin(self, left: int, right: int) -> tuple[int, ...]:
        """Open the passages that begin before `right`; those of which nothing that is shown stands before `left` begin here."""
        begun = []
        while self._opened < len(self._passages) and self._passages[self._opened][0] < right:
            start, end = self._passages[self._opened]
            if end > left:
                self._open[self._opened] = None
                if not self._begun or not _has_words(self._text, start, left):
                    begun.append(self._opened + 1)
            self._opened += 1
        self._begun = True
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
