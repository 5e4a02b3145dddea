"""The choices among what a page's filters match: each filter's values are counted as if it did not hold itself.

Owns that counting, of few matches only: where there are many, the counts stay those of the whole timeline, and say so.
Must not read what does not match, but for what the filters' own index lists.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from datasette.database import Database

from timeline.web.pages import asked, choices, rows
from timeline.web.pages.asked import Asked
from timeline.web.pages.choices import FACETS, LABELS, Choice, Choices
from timeline.web.pages.choose import Chosen
from timeline.web.pages.state import State

# Time enough to find what would match without one of the filters.
FINDING_MS = 120

# The matches, by their keys: of what stands the ids, of versions that were replaced the positions.
_FOUND = "(select value as matched from json_each(:listed)) as found"
_HAPPENINGS = f"{_FOUND} cross join happenings on happenings.id = found.matched"
_VERSIONS = f"{_FOUND} cross join happening_versions on happening_versions.position = found.matched"
_EVENTS = f"{_FOUND} cross join events on events.position = found.matched"
_SAID = "json_each(events.data, '$.statement.{}') as said"
_STANCE = "json_extract(said.value, '$.stance')"
# How the values of each facet are come by: for what stands, and for a version that was replaced, from its event.
_VALUES = {
    "kind": (f"select kind as value from {_HAPPENINGS}", f"select kind as value from {_VERSIONS}"),
    "place": (f"select place as value from {_HAPPENINGS}", f"select place as value from {_VERSIONS}"),
    "actor": (
        f"select actor as value from {_FOUND} cross join happening_actors on happening = found.matched",
        f"select distinct position, json_extract(said.value, '$.name') as value from {_EVENTS} join {_SAID.format('actors')}",
    ),
    "tag": (
        f"select tag as value from {_FOUND} cross join happening_tags on happening = found.matched",
        f"select distinct position, said.value as value from {_EVENTS} join {_SAID.format('tags')}",
    ),
    "source": (
        f"select distinct happening, source as value from {_FOUND} cross join citations on happening = found.matched",
        f"select distinct position, json_extract(said.value, '$.source') as value from {_EVENTS} join {_SAID.format('citations')}",
    ),
}
_MARKED = ("disputed", "corrected", "claimed", "single")
_COUNTED = (
    "select sum({0}) as disputed, sum(version > 1 + (status = 'retracted')) as corrected,"
    " sum(attributed_to is not null) as claimed, sum(sources = 1) as single from {1}"
)
_MARKS = (
    _COUNTED.format("exists (select 1 from citations where happening = happenings.id and stance = 'disputes')", _HAPPENINGS),
    _COUNTED.format(
        f"exists (select 1 from events join {_SAID.format('citations')}"
        f" where events.position = found.matched and {_STANCE} = 'disputes')",
        _VERSIONS,
    ),
)


async def following(database: Database, what: Asked, whole: Mapping[str, Choices]) -> Mapping[str, Choices]:
    """Give the choices for what was asked; `whole` are those of the whole timeline."""
    if not _narrowed(what.state):
        return whole
    found = await asyncio.gather(*(_of(database, what, facet, whole[facet]) for facet in FACETS))
    return dict(zip(FACETS, found, strict=True))


def _narrowed(state: State) -> bool:
    return bool(state.filters) or state.past or state.status != "current"


async def _of(database: Database, what: Asked, facet: str, whole: Choices) -> Choices:
    chosen, counted = what.chosen, what.counted
    if facet in what.state.given:
        others = replace(what.state, given={name: value for name, value in what.state.given.items() if name != facet})
        if not _narrowed(others):
            return whole
        chosen, counted = await asked.matches(database, replace(what, state=others), FINDING_MS)
    if counted is None or counted > rows.COUNT_TO:
        return replace(whole, whole=True)
    return await _count(database, facet, chosen)


async def _count(database: Database, facet: str, chosen: Sequence[Chosen]) -> Choices:
    """Count the values of a facet among a few matches, each listed by its key."""
    found: dict[str, Choice] = {}
    for one in chosen:
        limit = choices.MOST + 1 if len(chosen) == 1 else -1
        statement = sql(facet, superseded=one.table != "happenings")
        counted = [Choice(*row) for row in (await database.execute(statement, {**one.params, "limit": limit})).rows]
        if facet == "actor" and one.table != "happenings":
            counted = await _named(database, counted)
        for choice in counted:
            same = found.get(choice.value)
            found[choice.value] = replace(same, count=same.count + choice.count) if same else choice
    return choices.of_facet(facet, found.values())


async def _named(database: Database, people: Sequence[Choice]) -> list[Choice]:
    """Give people whom events name their ids. Names that differ by case alone are of one person."""
    named = await database.execute(
        "select id, name from actors where name collate nocase in (select value from json_each(:names))",
        {"names": json.dumps([person.value for person in people])},
    )
    ids = {row["name"].casefold(): row["id"] for row in named.rows} if people else {}
    return [replace(person, value=ids.get(person.value.casefold(), person.value)) for person in people]


def sql(facet: str, *, superseded: bool) -> str:
    """Give the statement that counts the values of a facet among the matches of one table, whose keys are in a JSON list."""
    if facet == "mark":
        each = " union all ".join(f"select '{mark}', '{mark}', {mark} from counted where {mark} > 0" for mark in _MARKED)
        return f"with counted as materialized ({_MARKS[superseded]}) {each}"
    # An event has the names of its people; everything else has ids.
    label = "value" if superseded and facet == "actor" else LABELS.get(facet, "value")
    return (
        f"select value, coalesce({label}, value) as label, total"
        f" from (select value, count(*) as total from ({_VALUES[facet][superseded]}) where value is not null"
        " group by value order by total desc, value limit :limit)"
    )
