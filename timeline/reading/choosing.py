"""Which happenings filters choose, for the command line and Python: the very ones that the timeline's page shows with them.

Owns the refusal of filters that make no sense, of which a page says what it does instead. Must not know any filter, nor any table.
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
    """The positions of what was chosen, in time order, as of which position, and the filters in words and as a query.

    `ids` are theirs, in the same order, where filters chose; of a whole timeline none is held. `near` are the positions of those
    that are only near the period that was asked for, because their dates are approximate.
    """

    positions: Sequence[int]
    ids: Sequence[str]
    as_of: int | None
    asked: str
    query: str
    filtered: bool
    near: frozenset[int]


def choose(connection: sqlite3.Connection, filters: Mapping[str, str | None], status: str) -> Choice:
    """Choose by filters, as the page's address has them; by `status` where they name none.

    Raises FilterInvalid, in one line, where one of them makes no sense.
    """
    state = _state(filters)
    snapshot, found = matches.find(Snapshot(connection), state.of_status(status), within_ms=None)
    positions, ids, near = array("q"), list[str](), set[int]()
    for row in matches.every(snapshot, found.chosen):
        positions.append(row["position"])
        if state.given:
            ids.append(row["id"])
        if row["near"]:
            near.add(row["position"])
    return Choice(
        positions,
        ids,
        found.state.as_of,
        "; ".join(f"{states.LABELS[name].lower()}: {value}" for name, value in state.given.items()),
        state.query(),
        filtered=bool(state.given),
        near=frozenset(near),
    )


def position(connection: sqlite3.Connection, as_of: str | None) -> int | None:
    """Read as of when something is asked: a position of the log, or the last one of a day. Raises FilterInvalid."""
    return as_of_day.resolved(Snapshot(connection), _state({"as_of": as_of})).as_of


def _state(filters: Mapping[str, str | None]) -> State:
    """Read filters as the page reads its address, but refuse what makes no sense."""
    given = {name: [value] for name, value in filters.items() if value is not None}
    empty = [states.LABELS[name] for name, (value,) in given.items() if not value.strip()]
    state = states.read(given)
    if state.notes or empty:
        notes = [note.refusal for note in state.notes]
        raise FilterInvalid(" ".join([*notes, *(f"{label}: is empty. Leave it out, or say which." for label in empty)]))
    return state
