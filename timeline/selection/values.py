"""The values that filters offer: the kinds, people, places, tags, sources and marks that happenings have, with their counts.

Owns the reading of what was counted as happenings were appended, and the counting of a few matches, in which each filter's values
are counted as if it did not hold itself. Where there are many, the counts stay those of the whole timeline, and say so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from timeline.selection import conditions, matches
from timeline.selection.conditions import Chosen
from timeline.selection.matches import Matches
from timeline.selection.snapshot import EACH, Snapshot
from timeline.selection.state import MARKS, State

FACETS: Final = ("kind", "actor", "place", "tag", "source", "mark")
# Up to so many are offered as a list to choose from; beyond it, the most frequent are suggested as one types.
MOST: Final = 50
# Time enough to find what would match without one of the filters.
FINDING_MS: Final = 120
# What people call a value, where that is not the value.
LABELS: Final = {"actor": "(select name from actors where id = value)", "source": "(select title from sources where id = value)"}
_TABLES: Final = {"actor": "happening_actors", "tag": "happening_tags", "source": "citations"}
_MARKS: Final = (
    "select exists (select 1 from citations where happening = happenings.id and stance = 'disputes') as disputed, "
    f"{', '.join(f'{condition} as {mark}' for mark, condition in conditions.MARKS.items())} from happenings"
)


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


def of_all(snapshot: Snapshot) -> Mapping[str, Choices]:
    """Give the choices for each filter, counted over the whole timeline as it now stands."""
    return {
        facet: _of_facet(facet, [Choice(*row) for row in snapshot.plain(sql_of_all(facet), {"facet": facet})]) for facet in FACETS
    }


def sql_of_all(facet: str) -> str:
    """Give the query that reads the most frequent values of a facet, and one more than are offered."""
    return (
        f"select value, coalesce({LABELS.get(facet, 'value')}, value) as label, happenings"
        f" from (select value, happenings from facets where facet = :facet order by happenings desc, value limit {MOST + 1})"
    )


def of_matches(snapshot: Snapshot, found: Matches, whole: Mapping[str, Choices]) -> Mapping[str, Choices]:
    """Give the choices for what a state chooses; `whole` are those of the whole timeline."""
    return {facet: _following(snapshot, found, facet, whole[facet]) for facet in FACETS} if _narrowed(found.state) else whole


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


def values_sql(facet: str, chosen: Chosen) -> str:
    """Give the query for the values of a facet that the matches have, each happening's once."""
    if facet in ("kind", "place"):
        return f"select {facet} as value from happenings where {chosen.sql} {EACH}"
    table = _TABLES[facet]
    values = f"select happening, {facet} as value from {table} where {chosen.of_happening}"
    return f"select distinct happening, value from ({values} {EACH})" if facet == "source" else f"{values} {EACH}"


def sql_of_matches(facet: str, chosen: Chosen) -> str:
    """Give the query that counts the values of a facet among the matches: (value, label, happenings), the most frequent first."""
    if facet == "mark":
        marks = f"select {', '.join(f'sum({mark}) as {mark}' for mark in MARKS)} from ({_MARKS} where {chosen.sql} {EACH})"
        each = " union all ".join(f"select '{mark}', '{mark}', {mark} from marked where {mark} > 0" for mark in MARKS)
        return f"select * from (with marked as materialized ({marks}) {each}) limit :most"
    return (
        f"select value, coalesce({LABELS.get(facet, 'value')}, value) as label, total"
        f" from (select value, count(*) as total from ({values_sql(facet, chosen)}) where value is not null"
        " group by value order by total desc, value limit :most)"
    )


def _narrowed(state: State) -> bool:
    return bool(state.filters) or state.past or state.status != "current"


def _following(snapshot: Snapshot, found: Matches, facet: str, whole: Choices) -> Choices:
    if facet in found.state.given:
        others = replace(found.state, given={name: value for name, value in found.state.given.items() if name != facet})
        if not _narrowed(others):
            return whole
        found = matches.of_state(snapshot, found, others, FINDING_MS)
    if not found.are_few:
        return replace(whole, whole=True)
    rows = snapshot.rows(sql_of_matches(facet, found.chosen), {**found.chosen.params, "most": MOST + 1})
    return _of_facet(facet, [Choice(*row) for row in rows])


def _of_facet(facet: str, choices: Sequence[Choice]) -> Choices:
    """Cut the choices of a facet to what is offered; marks are few, and keep their own order."""
    if facet == "mark":
        counts = {choice.value: choice.count for choice in choices}
        return Choices(tuple(Choice(mark, label, counts[mark]) for mark, label in MARKS.items() if counts.get(mark)), complete=True)
    return Choices(tuple(choices[:MOST]), complete=len(choices) <= MOST)
