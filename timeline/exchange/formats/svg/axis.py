"""The axis of a picture: a scale from days to pixels, with breaks where nothing happened, and its marks.

Owns the place of a day and the labels of the axis. Must not know any happenings. Days are numbers with fractions; 1 is 0001-01-01.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from timeline.dates import civil, day_number

EMPTY: Final = 0.3  # the share of the axis from which an empty stretch is broken,
# if the happenings on one side of it, at least so many, have no more than this share
SQUEEZED: Final = ((0.12, 2), (0.3, 5))
BREAKS: Final = 3
BREAK: Final = 26.0  # pixels
MIDDAY: Final = 0.5  # the place of a day without a time
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR: Final = 365.2425
_PLAIN: Final = 1_000  # a number from here on is clearly a year
_HOUR: Final = 1 / 24
_MINUTES: Final = tuple((step / 1440, "minute", step) for step in (1, 2, 5, 10, 15, 30))
_FINE: Final = (*_MINUTES, (1 / 24, "hour", 1), (0.125, "hour", 3), (0.25, "hour", 6), (1, "day", 1), (2, "day", 2), (7, "day", 7))
_MIDDLE: Final = ((30.44, "month", 1), (91.31, "month", 3), (182.62, "month", 6))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the axis without a break."""

    first: float
    last: float
    left: float
    right: float

    def at(self, day: float) -> float:
        """Return the place of a day."""
        share = (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole axis, from left to right."""

    pieces: Sequence[Piece]

    def at(self, day: float) -> float:
        """Return the place of a day. A day within a break is at its nearer side."""
        for piece, following in zip(self.pieces, self.pieces[1:], strict=False):
            if day <= piece.last or day - piece.last < following.first - day:
                return piece.at(day)
        return self.pieces[-1].at(day)


def fit(stretches: Sequence[tuple[float, float]], left: float, right: float) -> Scale:
    """Make a scale that fits these stretches of days between two places, with at most three breaks."""
    return fit_counts([(first, last, 1) for first, last in stretches], left, right)


def fit_counts(stretches: Sequence[tuple[float, float, float]], left: float, right: float) -> Scale:
    """Make the same scale of stretches with a number of happenings in each."""
    if not stretches:
        return Scale(())
    runs: list[list[float]] = []
    for first, last, many in sorted(stretches):
        if runs and first <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], last)
            runs[-1][2] += many
        else:
            runs.append([first, last, many])
    joined = [[part[0][0], part[-1][1], sum(run[2] for run in part)] for part in _break(runs)]
    room = right - left - BREAK * (len(joined) - 1)
    weights = [math.sqrt(run[2]) for run in joined]
    shares = [max(weight / sum(weights), 0.22) for weight in weights]
    pieces: list[Piece] = []
    for run, share in zip(joined, shares, strict=True):
        width = room * share / sum(shares)
        first, last = run[0], run[1]
        least = 1.5 if first == last else 0
        if first == last and first % 1 != MIDDAY:
            least = _HOUR  # a single time of day
        elif last - first < _HOUR:
            least = 1 / 1440
        if max(abs(first), abs(last)) > 10_000 * _YEAR and last - first < 1_000 * _YEAR:
            least = abs(first) * 0.02  # so far away, single years have no meaning
        edge = (last - first) * 0.03 + least
        begin = pieces[-1].right + BREAK if pieces else left
        pieces.append(Piece(first - edge, last + edge, begin, begin + width))
    return Scale(pieces)


def _break(runs: list[list[float]]) -> list[list[list[float]]]:
    """Break the axis, at most three times, at wide gaps that would squeeze the happenings on one side together."""
    parts = [runs]
    while len(parts) <= BREAKS:
        gaps: list[tuple[float, int, int]] = []
        for number, part in enumerate(parts):
            begin, end, count = part[0][0], part[-1][1], sum(run[2] for run in part)
            before = 0.0
            for at in range(1, len(part)):
                (_, last, many), following = part[at - 1], part[at][0]
                before += many
                if following - last <= (end - begin) * EMPTY:
                    continue
                sides = ((last - begin, before), (end - following, count - before))
                if any(0 < length < (end - begin) * share and many >= least for length, many in sides for share, least in SQUEEZED):
                    gaps.append((following - last, number, at))
        if not gaps:
            break
        _, number, at = max(gaps)
        parts[number : number + 1] = [parts[number][:at], parts[number][at:]]
    return parts


def marks(piece: Piece, distance: float) -> Iterator[tuple[float, str]]:
    """Yield the marks of a piece, at least so many pixels apart, each with its label."""
    for day, name in _walk(piece, *_unit(piece, distance)):
        yield piece.at(day), name


def stretches(piece: Piece, distance: float, least: float) -> Iterator[tuple[float, float]]:
    """Cut a piece at the beginnings of days, months or years, at least so many pixels and days apart, except at its ends."""
    begin = piece.first
    for day, _ in _walk(piece, *_unit(piece, distance, least)):
        if day > begin:
            yield begin, day
            begin = day
    if piece.last > begin:
        yield begin, piece.last


def unit_name(piece: Piece, distance: float, least: float) -> str:
    """Name the length of the stretches into which a piece is cut: month, 5 years."""
    unit, step = _unit(piece, distance, least)
    return unit if step == 1 else f"{step:,} {unit}s"


def _unit(piece: Piece, distance: float, least: float = 0) -> tuple[str, int]:
    least = max((piece.last - piece.first) * distance / (piece.right - piece.left), least)
    for days, unit, step in (*_FINE, *_MIDDLE):
        if days >= least:
            return unit, step
    years = least / _YEAR
    power = 10 ** math.floor(math.log10(max(years, 1)))
    return "year", next(power * factor for factor in (1, 2, 5, 10) if power * factor >= years)


def _walk(piece: Piece, unit: str, step: int) -> Iterator[tuple[float, str]]:
    """Yield the days on which a unit begins within a piece, each with its name."""
    year, month, _ = civil(math.floor(piece.first))
    shown = ""
    if unit == "year":
        number = year - year % step
        while True:
            # There is no year 0 BCE, so a round year BCE is one more than a round astronomical number.
            round_year = number + 1 if number <= 0 and step > 1 else number
            if (day := day_number(round_year, 1, 1)) > piece.last:
                return
            if day >= piece.first:
                yield day, year_name(round_year)
            number += step
    elif unit == "month":
        number = year * 12 + (month - 1) // step * step
        while (day := day_number(number // 12, number % 12 + 1, 1)) <= piece.last:
            if day >= piece.first:
                name = _MONTHS[number % 12]
                yield day, name if shown == str(number // 12) else f"{name} {year_name(number // 12)}"
                shown = str(number // 12)
            number += step
    else:
        yield from _days(piece, unit, step)


def _days(piece: Piece, unit: str, step: int) -> Iterator[tuple[float, str]]:
    size = {"day": step, "hour": step / 24, "minute": step / 1440}[unit]
    count, shown = math.ceil(piece.first / size), ""
    while count * size <= piece.last:
        day = math.floor(count * size + 1e-9)
        year, month, number = civil(day)
        hour, minute = divmod(round((count * size - day) * 1440), 60)
        name = f"{number} {_MONTHS[month - 1]}"
        if unit != "day" and shown == name:
            yield count * size, f"{hour}:{minute:02d}"
        else:
            long = f"{name} {year_name(year)}"
            yield count * size, (name if shown else long) if unit == "day" else f"{name if shown else long}, {hour}:{minute:02d}"
        shown = name
        count += 1


def year_name(year: int) -> str:
    """Name an astronomical year: 0 is 1 BCE."""
    number = year if year > 0 else 1 - year
    if number >= 10_000:
        number = round(number, -3) if year <= 0 else number
    if number >= 1_000_000:
        words = f"{number / 1_000_000:,.3f}".rstrip("0").rstrip(".") + " million"
    else:
        words = f"{number:,}" if number >= 10_000 else str(number)
    return f"{words} BCE" if year <= 0 else f"{words} CE" if year < _PLAIN else words
