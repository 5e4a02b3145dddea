"""Choose happenings by filters for the command line and Python: the same ones that the timeline's page shows.

Owns the refusal of invalid filters, which a page replaces with a note. Must not know single filters, nor tables.
"""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timeline.errors import FilterInvalid
from timeline.selection import as_of as as_of_day
from timeline.selection import matches
from timeline.selection import state as states
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State


@dataclass(frozen=True, slots=True)
class Choice:
    """The positions of the chosen happenings, in time order, and the filters in words (`in_words`) and as a query string.

    `ids` are in the same order, and empty if there was no filter. `near` are the positions of happenings that are only near the
    requested period, because their dates are approximate. `reviews` are the verdicts on those that were reviewed, by position.
    """

    positions: Sequence[int]
    ids: Sequence[str]
    as_of: int | None
    in_words: str
    query: str
    filtered: bool
    near: frozenset[int]
    reviews: Mapping[int, str]


def choose(connection: sqlite3.Connection, filters: Mapping[str, str | None], status: str) -> Choice:
    """Choose happenings by filters as in the page's address. `status` is the default status.

    Raises FilterInvalid with a one-line message.
    """
    state = _state(filters)
    snapshot, result = matches.find(Snapshot(connection), state.of_status(status), within_ms=None)
    positions, ids, near = array("q"), list[str](), set[int]()
    reviews: dict[int, str] = {}
    for row in matches.every(snapshot, result.chosen):
        positions.append(row["position"])
        if state.given:
            ids.append(row["id"])
        if row["near"]:
            near.add(row["position"])
        if row["review"]:
            reviews[row["position"]] = row["review"]
    return Choice(
        positions,
        ids,
        result.state.as_of,
        "; ".join(f"{states.LABELS[name].lower()}: {value}" for name, value in state.given.items()),
        state.query(),
        filtered=bool(state.given),
        near=frozenset(near),
        reviews=reviews,
    )


def position(connection: sqlite3.Connection, as_of: str | None) -> int | None:
    """Turn a position or a day into a position of the log. Raises FilterInvalid."""
    return as_of_day.resolved(Snapshot(connection), _state({"as_of": as_of})).as_of


def _state(filters: Mapping[str, str | None]) -> State:
    """Read filters as the page reads its address, but refuse invalid ones."""
    given = {name: [value] for name, value in filters.items() if value is not None}
    empty = [states.LABELS[name] for name, (value,) in given.items() if not value.strip()]
    state = states.read(given)
    if state.notes or empty:
        notes = [note.refusal for note in state.notes]
        raise FilterInvalid(" ".join([*notes, *(f"{label}: is empty. Leave it out, or fill it in." for label in empty)]))
    return state
