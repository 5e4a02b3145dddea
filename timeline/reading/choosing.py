"""Which happenings filters choose: the very ones that the timeline's page shows with the same filters.

Owns how the page's own reading of filters is used without a server. Must not know any filter, nor any table: the page does.
"""

import re
import sqlite3
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from timeline.errors import FilterInvalid

if TYPE_CHECKING:
    from datasette.database import Database

    from timeline.web.pages.state import State

T = TypeVar("T")
_INSTEAD = re.compile(r", so [^.:]*")  # what the page does instead, where this refuses


@dataclass(frozen=True, slots=True)
class Choice:
    """The positions of what was chosen, in time order, their ids, as of which position, and the filters in words and as a query.

    `near` are the positions of those that are only near the period that was asked for, because their dates are approximate.
    """

    positions: Sequence[int]
    ids: Sequence[str]
    as_of: int | None
    asked: str
    query: str
    filtered: bool
    near: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Rows:
    rows: Sequence[sqlite3.Row]


class _File:
    """A file that answers the page's questions, as Datasette's database does: as long as it takes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    async def execute(self, sql: str, params: Mapping[str, Any] | None = None, custom_time_limit: int | None = None) -> _Rows:
        """Run a statement, as Datasette does."""
        return _Rows(self.run(sql, params or {}))

    def run(self, sql: str, params: Mapping[str, Any]) -> Sequence[sqlite3.Row]:
        """Run a statement; its rows have names."""
        cursor = self.connection.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, params).fetchall()


def choose(connection: sqlite3.Connection, filters: Mapping[str, str | None], status: str) -> Choice:
    """Choose by filters, as the page's address has them; by `status` where they name none.

    Raises FilterInvalid, in one line, where one of them makes no sense.
    """
    from timeline.web.pages import asked, keys, rows  # noqa: PLC0415 - they load Datasette, which is slow
    from timeline.web.pages.state import LABELS  # noqa: PLC0415 - the same

    state = _state(filters)
    file = _File(connection)
    what = _answer(asked.find_out(cast("Database", file), state.of_status(status)))
    order = f"{keys.COLUMNS}, date, id, position"
    found = [row for one in what.chosen for row in file.run(f"select {order}, {one.near} as near {one.counting.sql}", one.params)]
    found.sort(key=rows.key)
    said = "; ".join(f"{LABELS[name].lower()}: {value}" for name, value in state.given.items())
    return Choice(
        [row["position"] for row in found],
        [row["id"] for row in found],
        what.state.as_of,
        said,
        state.query(),
        filtered=bool(state.given),
        near=frozenset(row["position"] for row in found if row["near"]),
    )


def position(connection: sqlite3.Connection, as_of: str | None) -> int | None:
    """Read as of when something is asked: a position of the log, or the last one of a day. Raises FilterInvalid."""
    from timeline.web.pages import moment  # noqa: PLC0415 - it loads Datasette, which is slow

    return _answer(moment.resolved(cast("Database", _File(connection)), _state({"as_of": as_of}))).as_of


def _state(filters: Mapping[str, str | None]) -> "State":
    """Read filters as the page reads its address, but refuse what makes no sense."""
    from timeline.web.pages import state as states  # noqa: PLC0415 - it loads Datasette, which is slow

    given = {name: [value] for name, value in filters.items() if value is not None}
    empty = [states.LABELS[name] for name, (value,) in given.items() if not value.strip()]
    state = states.read(given)
    if state.notes or empty:
        notes = [_INSTEAD.sub("", note) for note in state.notes]
        notes += [f"They are {', '.join(states.STATUSES)}."] if "status" in state.refused else []
        raise FilterInvalid(" ".join([*notes, *(f"{label}: is empty. Leave it out, or say which." for label in empty)]))
    return state


def _answer(question: Coroutine[Any, Any, T]) -> T:
    """Run what never waits. A notebook has a loop of its own already, in which no other can be run."""
    try:
        question.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    question.close()
    raise RuntimeError("a question to the file waited for something")
