"""Match the rows of a later version of a file to the rows of an earlier one.

Owns the ways of matching, the most certain first. Nothing is matched that could as well be another. Must not append.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Any, Final

from rapidfuzz import fuzz

from timeline.exchange.importing import naming
from timeline.exchange.importing.citing import row_quotation
from timeline.exchange.importing.earlier import Earlier, Imported
from timeline.exchange.rows.row import Row

ALIKE: Final = 50  # the least similarity (of 100) of two titles on one date to be the same row with a new title
CLEARLY: Final = 75  # the same if there are several rows on that date,
APART: Final = 15  # and the least distance of every other title
_MOST: Final = 50  # rows on one date that are compared with each other


class Matching:
    """Rows of a file, each with the happening of the same row in an earlier version."""

    def __init__(self, rows: Sequence[Row], earlier: Earlier, text: str, stem: str) -> None:
        """Match by place in the same bytes, by key, by the same words, by a unique title, or by date and a similar title."""
        self.matches: dict[int, Imported] = {}
        self.claimed: set[str] = set()
        self.renumbered = False
        """Whether other rows have the keys now, so that keys are useless."""
        self._rows, self._earlier, self._text, self._stem = rows, earlier, text, stem
        if earlier.happenings:
            self._match()

    def _claim(self, row: Row, id: str | None) -> None:
        if id in self._earlier.happenings and id not in self.claimed and row.number not in self.matches:
            self.claimed.add(id)
            self.matches[row.number] = self._earlier.happenings[id]

    def _match(self) -> None:
        if self._earlier.same:
            for row in self._rows:
                start, _ = row_quotation(self._text, row)
                self._claim(row, self._earlier.places.get((self._earlier.same, start)))
        keyed = [(row, self._id_of(row, row.key)) for row in self._rows if row.key]
        self.renumbered = self._are_renumbered([(row, id) for row, id in keyed if row.number not in self.matches])
        if not self.renumbered:
            for row, id in keyed:
                self._claim(row, id)
        self._match_the_same()
        self._match_by(lambda fields: fields.get("title"))
        self._match_by(lambda fields: fields.get("date"), similar=True)
        self._match_clearly()

    def _id_of(self, row: Row, key: str) -> str:
        """Return the row's own id, if it was imported under it, or the id made of its key."""
        return row.id if row.id in self._earlier.happenings else naming.of_key(self._stem, key)

    def _are_renumbered(self, keyed: list[tuple[Row, str]]) -> bool:
        """Whether a row has the key of another row now: title and date differ from that row, and are those of a third."""
        earlier = {(imported.base.get("title"), imported.base.get("date")) for imported in self._earlier.happenings.values()}
        for row, id in keyed:
            imported = self._earlier.happenings.get(id)
            mine = row.fields.get("title"), row.fields.get("date")
            if (
                imported
                and mine in earlier
                and all(value != imported.base.get(name) for name, value in zip(("title", "date"), mine, strict=True))
            ):
                return True
        return False

    def _match_the_same(self) -> None:
        alike: dict[str, list[str]] = defaultdict(list)
        for imported in sorted(self._earlier.happenings.values(), key=lambda imported: imported.start, reverse=True):
            alike[imported.quote].append(imported.id)
        for row in self._rows:
            if row.number in self.matches:
                continue
            _, quote = row_quotation(self._text, row)
            same = alike.get(quote, [])
            while same and same[-1] in self.claimed:
                same.pop()
            if same:
                self._claim(row, same[-1])

    def _unmatched(self, of: Callable[[Mapping[str, Any]], Any]) -> list[tuple[list[Row], list[Imported]]]:
        """Return the unmatched rows and happenings that share a value."""
        left, right = defaultdict(list), defaultdict(list)
        for row in self._rows:
            if row.number not in self.matches and (value := of(row.fields)):
                left[value].append(row)
        for imported in self._earlier.happenings.values():
            if imported.id not in self.claimed and (value := of(imported.base)):
                right[value].append(imported)
        return [(here, right[value]) for value, here in left.items() if value in right]

    def _match_by(self, of: Callable[[Mapping[str, Any]], Any], *, similar: bool = False) -> None:
        """Match a row and a happening if no other unmatched row or happening has the same value."""
        for here, there in self._unmatched(of):
            if len(here) == len(there) == 1 and (not similar or _ratio(here[0], there[0]) >= ALIKE):
                self._claim(here[0], there[0].id)

    def _match_clearly(self) -> None:
        """Match, of several on one date, those whose titles are by far the most similar."""
        for here, there in self._unmatched(lambda fields: fields.get("date")):
            if len(here) > _MOST or len(there) > _MOST:
                continue
            ratios = {(row.number, imported.id): _ratio(row, imported) for row in here for imported in there}
            by_row = {row.number: _two_best(ratios[row.number, imported.id] for imported in there) for row in here}
            by_imported = {imported.id: _two_best(ratios[row.number, imported.id] for row in here) for imported in there}
            for row in here:
                for imported in there:
                    ratio = ratios[row.number, imported.id]
                    sides = (by_row[row.number], by_imported[imported.id])
                    if ratio >= CLEARLY and all((second if ratio == best else best) <= ratio - APART for best, second in sides):
                        self._claim(row, imported.id)


def _two_best(ratios: Iterable[float]) -> tuple[float, float]:
    """Return the two highest ratios. If there is only one, the second is too low to matter."""
    best, second = nlargest(2, [*ratios, -100.0])
    return best, second


def _ratio(row: Row, imported: Imported) -> float:
    return fuzz.ratio(str(row.fields.get("title")), str(imported.base.get("title")))
