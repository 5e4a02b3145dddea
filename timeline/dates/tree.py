"""The parse tree of a date, which the grammar builds and the other modules read.

Owns only the node types. Must not parse text, check it or put it into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from timeline.dates.calendar import Civil

End = Literal["stated", "open", "unknown"]
TimePrecision = Literal["hour", "minute", "second"]
DatePrecision = Literal["year", "month", "day", "season", "hour", "minute", "second"]
_UNITS: tuple[TimePrecision, ...] = ("hour", "minute", "second")
_SECONDS = (3600, 60, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One component as written, with its qualifier: "", "?", "~" or "%"."""

    digits: str
    mark: str


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day as exact as it is known: an hour, a minute or a second. `mark` is its qualifier."""

    text: str
    """hh, hh:mm or hh:mm:ss."""
    shift: str
    """Empty for local time, "Z" for UTC, or a shift ("+04:30")."""
    mark: str

    @property
    def precision(self) -> TimePrecision:
        """The smallest unit written."""
        return _UNITS[self.text.count(":")]

    @property
    def length(self) -> int:
        """The seconds in that unit."""
        return _SECONDS[self.text.count(":")]

    @property
    def first(self) -> int:
        """The first second it allows, from the beginning of the day."""
        return sum(int(part) * seconds for part, seconds in zip(self.text.split(":"), _SECONDS, strict=False))

    @property
    def last(self) -> int:
        """The last second it allows."""
        return self.first + self.length - 1

    @property
    def offset(self) -> int:
        """The seconds by which its clock is ahead of UTC; 0 if unknown."""
        if self.shift in ("", "Z"):
            return 0
        hours, _, minutes = self.shift[1:].partition(":")
        seconds = int(hours) * 3600 + int(minutes or 0) * 60
        return -seconds if self.shift[0] == "-" else seconds


@dataclass(frozen=True, slots=True)
class Date:
    """A year, month, day or season, or a time on one day. `earliest` and `latest` are None if the year is XXXX."""

    text: str
    level: int
    year: Part
    month: Part | None
    day: Part | None
    estimate: int | None
    """The year as a number; None if it has unspecified digits. With significant digits, the estimate."""
    years: tuple[int, int] | None
    """The first and last year allowed; None for XXXX."""
    earliest: Civil | None
    latest: Civil | None
    time: Time | None = None

    @property
    def precision(self) -> DatePrecision:
        """The smallest unit written."""
        if self.time is not None:
            return self.time.precision
        if self.day is not None:
            return "day"
        if self.month is None:
            return "year"
        return "season" if self.season is not None else "month"

    @property
    def season(self) -> int | None:
        """The sub-year code 21 to 41 in the month's place, or None."""
        month = self.month
        return int(month.digits) if month and month.digits.isdigit() and int(month.digits) > 20 else None

    @property
    def marks(self) -> tuple[str, ...]:
        """The qualifiers of the year, month, day and time that are written."""
        return tuple(part.mark for part in (self.year, self.month, self.day, self.time) if part is not None)

    @property
    def masked(self) -> bool:
        """Whether any digit is unspecified."""
        return any("X" in part.digits for part in (self.year, self.month, self.day) if part is not None)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of an interval. With a date, "open" means on or before it, or on or after it."""

    end: End
    date: Date | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A span from start to end, either of which may be open or unknown."""

    start: Endpoint
    finish: Endpoint


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a set: one date, or a run from first to last; None is an open side of the run."""

    first: Date | None
    last: Date | None
    run: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A set: one of its members, or all of them if `every` is True."""

    every: bool
    members: tuple[Member, ...]


Tree = Date | Interval | Choice
