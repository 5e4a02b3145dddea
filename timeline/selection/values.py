"""The values that filters offer: the kinds, people, places, tags, sources and marks of the happenings, with their counts.

Owns the reading of counts made at append time, and the counting of a small selection, in which the values of each filter are
counted as if that filter were off. For a large selection, the counts are those of the whole timeline, and a note says so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from timeline.selection import conditions, matches
from timeline.selection.conditions import Chosen
from timeline.selection.matches import Matches
from timeline.selection.snapshot import EACH, Snapshot
from timeline.selection.state import FACETS, MARKS, REVIEWS, State

# At most so many are listed; beyond them, the most frequent are suggested as one types.
MOST: Final = 50
# Time allowed to count the matches without one of the filters.
COUNTING_MS: Final = 120
# The name that people use for a value, if it is not the value itself.
LABELS: Final = {"actor": "(select name from actors where id = value)", "source": "(select title from sources where id = value)"}
# The tables of the facets with several values for one happening.
TABLES: Final = {"actor": "happening_actors", "tag": "happening_tags", "source": "citations"}
# Reviews are a filter only where there are any.
_ANY_REVIEW: Final = "exists (select 1 from main.reviews where happening >= '')"
# Filters with a few values, in a fixed order.
_FIXED: Final = {"mark": MARKS, "review": REVIEWS}
_MARKS: Final = (
    "select exists (select 1 from citations where happening = happenings.id and stance = 'disputes') as disputed, "
    f"{', '.join(f'{condition} as {mark}' for mark, condition in conditions.MARKS.items())} from happenings"
)


@dataclass(frozen=True)
class Choice:
    """One value of a filter, the name that people use for it, and how many happenings have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Choices:
    """The values of one filter, the most frequent first. `complete`: there are no more.

    `unfiltered`: the counts are of the whole timeline, although other filters are active.
    """

    listed: tuple[Choice, ...]
    complete: bool
    unfiltered: bool = False

    def find(self, value: str) -> Choice | None:
        """Return the choice with a value; None if it is not listed."""
        return next((choice for choice in self.listed if choice.value == value), None)


def of_all(snapshot: Snapshot) -> Mapping[str, Choices]:
    """Return the choices for each filter, counted over the whole timeline as now known."""
    return {
        facet: _of_facet(facet, [Choice(*row) for row in snapshot.plain(sql_of_all(facet), {"facet": facet})]) for facet in FACETS
    }


def sql_of_all(facet: str) -> str:
    """Return the query for the most frequent values of a facet, one more than are offered."""
    there = f" and {_ANY_REVIEW}" if facet == "review" else ""
    return (
        f"select value, coalesce({LABELS.get(facet, 'value')}, value) as label, happenings"
        f" from (select value, happenings from facets where facet = :facet{there} order by happenings desc, value limit {MOST + 1})"
    )


def of_matches(snapshot: Snapshot, matched: Matches, unfiltered: Mapping[str, Choices]) -> Mapping[str, Choices]:
    """Return the choices among the matches of a state; `unfiltered` are those of the whole timeline."""
    if not _is_filtered(matched.state):
        return unfiltered
    return {facet: _among_matches(snapshot, matched, facet, unfiltered[facet]) for facet in FACETS}


def note(offered: Mapping[str, Choices], given: Collection[str], names: Mapping[str, str]) -> str | None:
    """Say which filters show counts of the whole timeline although others are active; None if none does."""
    unfiltered = [facet for facet, choices in offered.items() if choices.unfiltered]
    if not unfiltered:
        return None
    if all(facet in unfiltered or facet in given for facet in offered):
        return "Counts are of the whole timeline, because so many match."
    named = [names[facet] for facet in unfiltered]
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"Counts of {listed} are of the whole timeline, because so many match without {'it' if len(named) == 1 else 'each'}."


def values_sql(facet: str, chosen: Chosen) -> str:
    """Return the query for the values of a facet among the matches, each happening's once."""
    if facet in ("kind", "place"):
        return f"select {facet} as value from happenings where {chosen.sql} {EACH}"
    if facet == "review":
        return f"select coalesce(review, 'none') as value from happenings where {chosen.sql} and {_ANY_REVIEW} {EACH}"
    table = TABLES[facet]
    values = f"select happening, {facet} as value from {table} where {chosen.of_happening}"
    return f"select distinct happening, value from ({values} {EACH})" if facet == "source" else f"{values} {EACH}"


def sql_of_matches(facet: str, chosen: Chosen) -> str:
    """Return the query that counts the values of a facet among the matches: (value, label, happenings), most frequent first."""
    if facet == "mark":
        marks = f"select {', '.join(f'sum({mark}) as {mark}' for mark in MARKS)} from ({_MARKS} where {chosen.sql} {EACH})"
        each = " union all ".join(f"select '{mark}', '{mark}', {mark} from marked where {mark} > 0" for mark in MARKS)
        return f"select * from (with marked as materialized ({marks}) {each}) limit :most"
    return (
        f"select value, coalesce({LABELS.get(facet, 'value')}, value) as label, total"
        f" from (select value, count(*) as total from ({values_sql(facet, chosen)}) where value is not null"
        " group by value order by total desc, value limit :most)"
    )


def _is_filtered(state: State) -> bool:
    return bool(state.filters) or state.past or state.status != "current"


def _among_matches(snapshot: Snapshot, matched: Matches, facet: str, unfiltered: Choices) -> Choices:
    own = {facet, "without"} if facet == "kind" else {facet}
    if own & matched.state.given.keys():
        others = replace(matched.state, given={name: value for name, value in matched.state.given.items() if name not in own})
        if not _is_filtered(others):
            return unfiltered
        matched = matches.of_state(snapshot, matched, others, COUNTING_MS)
    if not matched.are_few:
        return replace(unfiltered, unfiltered=True)
    rows = snapshot.rows(sql_of_matches(facet, matched.chosen), {**matched.chosen.params, "most": MOST + 1})
    return _of_facet(facet, [Choice(*row) for row in rows])


def _of_facet(facet: str, choices: Sequence[Choice]) -> Choices:
    """Cut the choices of a facet to the number offered; those with fixed values have them in a fixed order."""
    if fixed := _FIXED.get(facet):
        counts = {choice.value: choice.count for choice in choices}
        return Choices(tuple(Choice(one, label, counts[one]) for one, label in fixed.items() if counts.get(one)), complete=True)
    return Choices(tuple(choices[:MOST]), complete=len(choices) <= MOST)
