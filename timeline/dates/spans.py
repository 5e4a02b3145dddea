"""Reduce a date to the parts that other formats have: year, month, day and time of day, as far as they are known.

Owns that reduction, and whether it loses anything. Must not put a date into words: `dates.words` does.
"""

from dataclasses import dataclass
from functools import lru_cache

from timeline import dates
from timeline.dates.calendar import iso_year
from timeline.dates.grammar import plain, read
from timeline.dates.times_of_day import outermost
from timeline.dates.tree import Choice, Date, Endpoint, Interval, Tree

_DECEMBER, _LONGEST = 12, 31


@dataclass(frozen=True, slots=True)
class Parts:
    """An instant, as far as it is known. Years are astronomical: 0 is 1 BCE."""

    year: int
    month: int | None = None
    day: int | None = None
    time: str | None = None  # HH, HH:MM or HH:MM:SS, as exact as it is known
    shift: str = ""  # "", "Z", "+01:00"

    @property
    def clock(self) -> str | None:
        """The time of day, if its minute is known."""
        return self.time if self.time and ":" in self.time else None

    @property
    def iso(self) -> str | None:
        """The instant in ISO 8601, no more exact than it is known; None if its year does not have four digits."""
        if not -10_000 < self.year < 10_000:
            return None
        rest = "".join(f"-{part:02}" for part in (self.month, self.day) if part is not None)
        return f"{iso_year(self.year)}{rest}" + (f"T{self.time}{self.shift}" if self.time else "")


@dataclass(frozen=True, slots=True)
class Span:
    """A start and an end. An end equal to the start is None, and so is an open or unknown side.

    `lossless` is whether the parts lose nothing of the date.
    """

    start: Parts | None
    end: Parts | None
    lossless: bool

    @property
    def begin(self) -> Parts | None:
        """The start, or the end if only that is known."""
        return self.start or self.end


@lru_cache(maxsize=4096)
def span(text: str) -> Span:
    """Reduce a date to its parts. Raises DateInvalid."""
    if (numbers := plain(text)) is not None:
        return Span(Parts(*numbers), None, lossless=True)
    return _span(text, read(text))


def _span(text: str, tree: Tree) -> Span:
    if isinstance(tree, Date) and (date := _exact(tree)) is not None:
        return Span(date, None, lossless=not any(tree.marks))
    if isinstance(tree, Interval):
        return _interval(tree)
    date_value = dates.parse(text)
    first, last = _civil(date_value.earliest_day), _civil(date_value.latest_day)
    if isinstance(tree, Choice) and (first is None or last is None or date_value.timed):
        start, end = _timed(first, outermost(tree, first=True)), _timed(last, outermost(tree, first=False))
        return Span(start, None if start == end else end, lossless=False)
    if first is None or last is None:
        return Span(None, None, lossless=False)
    start, end = coarse(first, last)
    return Span(start, None if start == end else end, lossless=False)


def _timed(day: tuple[int, int, int] | None, side: Date | None) -> Parts | None:
    """Return the first or last day of a set, with its time as exact as it is known."""
    if day is None:
        return None
    return Parts(*day, *((side.time.text, side.time.shift) if side is not None and side.time is not None else ()))


def coarse(first: tuple[int, int, int], last: tuple[int, int, int]) -> tuple[Parts, Parts]:
    """Return two days as years or months, if they bound whole years or months."""
    if first[1:] == (1, 1) and last[1:] == (_DECEMBER, _LONGEST):
        return Parts(first[0]), Parts(last[0])
    if first[2] == 1 and _civil(dates.day_number(*last) + 1)[2] == 1:  # type: ignore[index]
        return Parts(*first[:2]), Parts(*last[:2])
    return Parts(*first), Parts(*last)


def _interval(tree: Interval) -> Span:
    start, end = _side(tree.start, 0), _side(tree.finish, 1)
    plain = all(
        point.date is not None and point.end == "stated" and _is_unqualified(point.date) for point in (tree.start, tree.finish)
    )
    return Span(start, end, lossless=plain)


def _is_unqualified(date: Date) -> bool:
    return _exact(date) is not None and not any(date.marks)


def _side(point: Endpoint, side: int) -> Parts | None:
    date = point.date
    if date is None:
        return None
    if (exact := _exact(date)) is not None:
        return exact
    if date.earliest is None or date.latest is None:
        return None
    return coarse(date.earliest, date.latest)[side]


def _exact(date: Date) -> Parts | None:
    """Return the parts of a date; None if it has unspecified digits, a season, or a range of years."""
    if date.masked or date.season is not None or date.estimate is None or date.years != (date.estimate, date.estimate):
        return None
    month, day = (int(part.digits) if part is not None else None for part in (date.month, date.day))
    time = date.time
    return Parts(date.estimate, month, day, time.text if time else None, time.shift if time else "")


def _civil(day: int | None) -> tuple[int, int, int] | None:
    return None if day is None else dates.civil(day)
