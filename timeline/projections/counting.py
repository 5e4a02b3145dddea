"""Count happenings for the tables that sum them up: density, facets and spans.

Owns the rows to add to these tables. Must not read events, nor subtract from `facets`: the statements do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import Any, Final

_SCALES: Final = (0, 7, 14, 21, 28, 42)  # of density
Place = tuple[str | None, int]  # in density: a kind, and a day or a longer stretch


class Counts:
    """The changes by the happenings that are being projected."""

    def __init__(self) -> None:
        """Start with none."""
        self.spans = list[tuple[Any, ...]]()
        """Rows of spans."""
        self.facets = list[tuple[str, str]]()
        """A facet and its value, for each current happening that has it."""
        self._facets = Counter[tuple[str, str]]()
        self._starts = defaultdict[Place, int](int)
        self._ends = defaultdict[Place, int](int)

    def add(self, kind: str | None, first: int, until: int | None) -> None:
        """Add a current happening to density, which is drawn from one day until another."""
        self._starts[kind, first] += 1
        if until is not None:
            self._ends[kind, until] += 1

    def count(self) -> None:
        """Count the facets that were listed."""
        self._facets.update(self.facets)
        self.facets.clear()

    def subtract(self, kind: str | None, first: int, until: int | None) -> None:
        """Subtract a replaced happening from density."""
        self._starts[kind, first] -= 1
        if until is not None:
            self._ends[kind, until] -= 1

    def rows(self, table: str) -> Iterable[tuple[Any, ...]]:
        """Return the rows to add to a table."""
        if table == "spans":
            return sorted(self.spans)
        return self._density() if table == "density" else ((*one, number) for one, number in self._facets.items())

    def _density(self) -> Iterator[tuple[Any, ...]]:
        """Yield the changes to density. Each scale is summed from the one before it."""
        starts, ends = _with_all_kinds(self._starts), _with_all_kinds(self._ends)
        for before, scale in pairwise((0, *_SCALES)):
            if scale:
                starts, ends = _coarser(starts, scale - before), _coarser(ends, scale - before)
            for place in sorted(starts.keys() | ends.keys(), key=itemgetter(1)):
                kind, bucket = place
                yield kind, scale, bucket, starts.get(place, 0), ends.get(place, 0)


def _with_all_kinds(counts: Mapping[Place, int]) -> Mapping[Place, int]:
    """Return counts by kind and day with those of all kinds, under the kind ''."""
    counted = defaultdict[Place, int](int)
    for (kind, day), number in counts.items():
        counted["", day] += number
        if kind is not None:
            counted[kind, day] += number
    return counted


def _coarser(counts: Mapping[Place, int], bits: int) -> Mapping[Place, int]:
    """Sum counts over stretches that are 2^bits times as long."""
    summed = defaultdict[Place, int](int)
    for (kind, bucket), number in counts.items():
        summed[kind, bucket >> bits] += number
    return summed
