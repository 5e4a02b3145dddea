"""The lanes of a drawing: one for each of the most frequent values of a facet, one for all others, or one for everything.

Owns which values have a lane, and to which lanes a happening belongs: one with three people is in three. Must not
count a whole timeline: its frequent values are those that the filters offer.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from timeline.selection import values
from timeline.selection.conditions import Chosen
from timeline.selection.snapshot import Snapshot
from timeline.selection.values import TABLES, Choices

MOST = 12


@dataclass(frozen=True)
class Lane:
    """One lane; the one for all others has no value."""

    value: str | None
    label: str


EVERYTHING = (Lane(None, ""),)


def of_all(facet: str | None, choices: Mapping[str, Choices], kind: str = "") -> Sequence[Lane]:
    """Return the lanes of a whole timeline, or of all its happenings of one kind, from the choices of its filters."""
    if facet is None:
        return EVERYTHING
    if facet == "kind" and kind:
        return _with_others([Lane(kind, kind)], facet)
    return _with_others([Lane(one.value, one.label) for one in choices[facet].listed[:MOST]], facet)


def of_matches(snapshot: Snapshot, facet: str | None, chosen: Chosen) -> Sequence[Lane]:
    """Return the lanes of a few matches: the most frequent of their values."""
    if facet is None:
        return EVERYTHING
    rows = snapshot.rows(values.sql_of_matches(facet, chosen), {**chosen.params, "most": MOST})
    return _with_others([Lane(row["value"], row["label"]) for row in rows], facet)


def _with_others(lanes: list[Lane], facet: str) -> Sequence[Lane]:
    return [*lanes, Lane(None, f"Other, or no {facet}")]


def assign(snapshot: Snapshot, facet: str | None, lanes: Sequence[Lane], rows: Sequence[Row]) -> Mapping[int, Sequence[int]]:
    """Return the lanes of each happening, by position. A happening with none of the values is in the last lane."""
    others = len(lanes) - 1
    if facet is None:
        return {row["position"]: (0,) for row in rows}
    number = {lane.value: place for place, lane in enumerate(lanes) if lane.value is not None}
    if facet in ("kind", "place"):
        return {row["position"]: (number.get(row[facet], others),) for row in rows}
    listed = snapshot.rows(
        f"select happening, {facet} as value from {TABLES[facet]} where happening in (select value from json_each(:ids))"
        f" and +{facet} in (select value from json_each(:values))",
        {"ids": json.dumps([row["id"] for row in rows]), "values": json.dumps(list(number))},
    )
    numbers: dict[str, set[int]] = {}
    for row in listed:
        numbers.setdefault(row["happening"], set()).add(number[row["value"]])
    return {row["position"]: sorted(numbers.get(row["id"], ())) or (others,) for row in rows}
