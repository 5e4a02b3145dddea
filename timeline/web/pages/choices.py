"""What the filters offer: the kinds, people, places, tags, sources and marks that a timeline has, with their counts.

Owns the reading of what was counted as happenings were appended, and remembers it until the log grows. Must not count
anything, nor filter: the counts are of the happenings that stand, in the whole timeline.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from datasette.database import Database

from timeline.web.pages.state import MARKS

FACETS = ("kind", "actor", "place", "tag", "source", "mark")
# Up to so many are offered as a list to choose from; beyond it, the most frequent are suggested as one types.
MOST = 50
# What people call a value, where that is not the value.
LABELS = {"actor": "(select name from actors where id = value)", "source": "(select title from sources where id = value)"}


@dataclass(frozen=True)
class Choice:
    """One value of a filter, what people call it, and how many happenings have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Choices:
    """The values of one filter, the most frequent first. Not `complete` where there are more.

    `whole`: the counts are of the whole timeline, although other filters hold.
    """

    listed: tuple[Choice, ...]
    complete: bool
    whole: bool = False

    def find(self, value: str) -> Choice | None:
        """Find the choice of a value."""
        return next((choice for choice in self.listed if choice.value == value), None)


_remembered: WeakKeyDictionary[Database, tuple[int, Mapping[str, Choices]]] = WeakKeyDictionary()


async def offered(database: Database, position: int) -> Mapping[str, Choices]:
    """Give the choices for each filter, as of the log's end at a position."""
    known = _remembered.get(database)
    if known is None or known[0] != position:
        known = _remembered[database] = (position, {facet: await _read(database, facet) for facet in FACETS})
    return known[1]


async def _read(database: Database, facet: str) -> Choices:
    rows = await database.execute(sql(facet), {"facet": facet})
    return of_facet(facet, (Choice(row["value"], row["label"] or row["value"], row["happenings"]) for row in rows.rows))


def sql(facet: str) -> str:
    """Give the statement that reads the most frequent values of a facet, and one more than are offered."""
    return (
        f"select value, {LABELS.get(facet, 'value')} as label, happenings"
        f" from (select value, happenings from facets where facet = :facet order by happenings desc, value limit {MOST + 1})"
    )


def of_facet(facet: str, found: Iterable[Choice]) -> Choices:
    """Order the choices of a facet, and cut them to what is offered; marks are few, and keep their own order."""
    if facet == "mark":
        counts = {choice.value: choice.count for choice in found}
        return Choices(tuple(Choice(mark, label, counts[mark]) for mark, label in MARKS.items() if counts.get(mark)), complete=True)
    ordered = sorted(found, key=lambda choice: (-choice.count, choice.value))
    return Choices(tuple(ordered[:MOST]), complete=len(ordered) <= MOST)


def note(offered: Mapping[str, Choices], given: Collection[str], names: Mapping[str, str]) -> str | None:
    """Say of which filters the counts are of the whole timeline although others hold; None where of none."""
    whole = [facet for facet, choices in offered.items() if choices.whole]
    if not whole:
        return None
    if all(facet in whole or facet in given for facet in offered):
        return "Counts are of the whole timeline, because so many match."
    named = [names[facet] for facet in whole]
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"Counts of {listed} are of the whole timeline, because so many match without {'it' if len(named) == 1 else 'each'}."
