"""The lanes of a drawing: one for each of the most frequent values of a facet, one for all others, or one for everything.

Owns which values have a lane, and to which lanes a happening belongs: one with three people stands in three. Must not
count a whole timeline: the frequent values of all are those that the filters offer.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from datasette.database import Database

from timeline.web.pages import choices
from timeline.web.pages.choose import Chosen

MOST = 12
# Where what a happening has several of is listed: table, column, and the same in the event of a version that was replaced.
_LISTED = {
    "actor": ("happening_actors", "actor", "actors", "(select id from actors where name = json_extract(said.value, '$.name'))"),
    "tag": ("happening_tags", "tag", "tags", "said.value"),
    "source": ("citations", "source", "citations", "json_extract(said.value, '$.source')"),
}
_LABELS = {"actor": "(select name from actors where id = value)", "source": "(select title from sources where id = value)"}


@dataclass(frozen=True)
class Lane:
    """One lane; the one for all others has no value."""

    value: str | None
    label: str


EVERYTHING = (Lane(None, ""),)


async def of_all(database: Database, facet: str | None, position: int, kind: str = "") -> Sequence[Lane]:
    """Give the lanes of a whole timeline, or of all that is of one kind."""
    if facet is None:
        return EVERYTHING
    if facet == "kind" and kind:
        return _with_others([Lane(kind, kind)], facet)
    offered = (await choices.offered(database, position))[facet]
    return _with_others([Lane(one.value, one.label) for one in offered.listed[:MOST]], facet)


async def of_matches(database: Database, facet: str | None, chosen: Sequence[Chosen]) -> Sequence[Lane]:
    """Give the lanes of a few matches: the most frequent of their values."""
    if facet is None:
        return EVERYTHING
    counted: dict[str, int] = {}
    labels: dict[str, str] = {}
    for one in chosen:
        rows = await database.execute(
            f"select value, {_LABELS.get(facet, 'value')} as label, count(*) as total from ({_values(facet, one)})"
            f" where value is not null group by value order by total desc, value limit {MOST * 4}",
            one.params,
        )
        for row in rows.rows:
            counted[row["value"]] = counted.get(row["value"], 0) + row["total"]
            labels[row["value"]] = row["label"] or row["value"]
    top = sorted(counted, key=lambda value: (-counted[value], value))[:MOST]
    return _with_others([Lane(value, labels[value]) for value in top], facet)


def _values(facet: str, chosen: Chosen) -> str:
    table = chosen.table
    if facet in ("kind", "place"):
        return f"select {facet} as value from {table} where {chosen.sql}"
    listed, column, key, said = _LISTED[facet]
    if table == "happenings":
        matching = f"select id from {table} where {chosen.sql}"
        return f"select distinct happening, {column} as value from {listed} where happening in ({matching})"
    return (
        f"select distinct {table}.position, {said} as value from {table} join events on events.position = {table}.position"
        f" join json_each(events.data, '$.statement.{key}') as said where {chosen.sql}"
    )


def _with_others(lanes: list[Lane], facet: str) -> Sequence[Lane]:
    return [*lanes, Lane(None, f"Other, or no {facet}")]


async def assign(database: Database, facet: str | None, lanes: Sequence[Lane], rows: Sequence[Row]) -> Mapping[int, Sequence[int]]:
    """Say in which lanes each happening stands, by position. What has none of the values stands in the last."""
    others = len(lanes) - 1
    if facet is None:
        return {row["position"]: (0,) for row in rows}
    number = {lane.value: place for place, lane in enumerate(lanes) if lane.value is not None}
    if facet in ("kind", "place"):
        return {row["position"]: (number.get(row[facet], others),) for row in rows}
    found: dict[int, list[int]] = {}
    for position, value in await _listed(database, facet, list(number), rows):
        if value in number:
            found.setdefault(position, []).append(number[value])
    return {row["position"]: sorted(set(found.get(row["position"], ()))) or (others,) for row in rows}


async def _listed(database: Database, facet: str, values: Sequence[str], rows: Sequence[Row]) -> list[tuple[int, str]]:
    """List which of the values the happenings have, each with the happening's position."""
    listed, column, key, said = _LISTED[facet]
    standing = {row["id"]: row["position"] for row in rows if not row["superseded"]}
    superseded = [row["position"] for row in rows if row["superseded"]]
    tables = await database.execute(
        f"select happening, {column} as value from json_each(:ids) as wanted cross join {listed} on happening = wanted.value"
        f" where {column} in (select value from json_each(:values))",
        {"ids": json.dumps(list(standing)), "values": json.dumps(values)},
    )
    found = [(standing[row["happening"]], row["value"]) for row in tables.rows]
    if superseded:
        events = await database.execute(
            f"select events.position as position, {said} as value from json_each(:positions) as wanted"
            f" cross join events on events.position = wanted.value join json_each(events.data, '$.statement.{key}') as said",
            {"positions": json.dumps(superseded)},
        )
        found += [(row["position"], row["value"]) for row in events.rows]
    return found
