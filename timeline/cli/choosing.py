"""Which happenings a command's filters choose: the very ones that the timeline's page shows with the same filters.

Owns how the page's own reading of filters is used without a server. Must not know any filter, nor any table: the page does.
"""

import asyncio
import functools
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from timeline.cli.completing import ACTOR, KIND, PLACE, SOURCE, TAG, one_of
from timeline.cli.running import Refused, Whole

if TYPE_CHECKING:
    from datasette.database import Database

    from timeline.web.pages.state import State

F = TypeVar("F", bound=Callable[..., Any])

_POSITION = Whole(0)
_INSTEAD = re.compile(r", so [^.:]*")  # what the page does instead, where a command refuses


def _one(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    if len(values) > 1:
        raise click.BadParameter(f"given {len(values)} times, and only one can hold. Leave one: {' or '.join(map(repr, values))}")
    return values[0] if values else None


once = functools.partial(click.option, multiple=True, callback=_one)
"""An option that is refused where it is given twice, rather than forgotten."""

as_of_option = once("--as-of", metavar="WHEN", help="As it stood at a position of the log, or at the end of a day.")


def status_option(default: str) -> Callable[[F], F]:
    """Give the option that says which happenings are meant, with its default in words."""
    complete = one_of("current", "retracted", "all")
    return once("--status", metavar="WHICH", shell_complete=complete, help=f"current, retracted or all.  [default: {default}]")


def filters(status: str) -> Callable[[F], F]:
    """Give a command the page's filters as options; `status` says in its help which happenings there are without --status."""

    def decorated(command: F) -> F:
        for option in reversed(
            (
                once("--q", metavar="WORDS", help="Only what holds these words."),
                once("--kind", shell_complete=KIND, help="Only of this kind."),
                once("--actor", metavar="NAME", shell_complete=ACTOR, help="Only where they took part."),
                once("--place", shell_complete=PLACE, help="Only at this place."),
                once("--tag", shell_complete=TAG, help="Only what is filed under it."),
                once("--source", metavar="ID", shell_complete=SOURCE, help="Only what cites this source."),
                once(
                    "--mark",
                    metavar="WHICH",
                    shell_complete=one_of("disputed", "corrected", "claimed", "single"),
                    help="Only what is disputed, corrected, claimed or single (of one source).",
                ),
                once("--from", metavar="DATE", help="Only what was still so then: 2003, 44 BCE, 2025-11, 2025-11-24."),
                once("--to", metavar="DATE", help="Only what had begun by then."),
                as_of_option,
                status_option(status),
            )
        ):
            command = option(command)
        return command

    return decorated


@dataclass(frozen=True, slots=True)
class Choice:
    """The positions of what was chosen, in time order, their ids, as of which position, and the filters in words and as a query.

    `near` is how many of them are only near the period that was asked for, because their dates are approximate.
    """

    positions: Sequence[int]
    ids: Sequence[str]
    as_of: int | None
    asked: str
    query: str
    filtered: bool
    near: int


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

    Raises Refused, in one line, where one of them makes no sense.
    """
    from timeline.web.pages import asked, keys, rows  # noqa: PLC0415 - they load Datasette, which is slow
    from timeline.web.pages.state import LABELS  # noqa: PLC0415 - the same

    state = _state(filters)
    file = _File(connection)
    what = asyncio.run(asked.find_out(cast("Database", file), state.of_status(status)))
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
        near=sum(bool(row["near"]) for row in found),
    )


def position(connection: sqlite3.Connection, when: str | None) -> int | None:
    """Read as of when something is asked: a position of the log, or the one that it had reached at the end of a day.

    None is now. Raises Refused, in one line, where it is neither, and BadParameter for a number that no position has.
    """
    if when is None:
        return None
    if when.isascii() and when.isdecimal():
        try:
            return int(_POSITION(when))
        except click.BadParameter as error:
            raise click.BadParameter(error.message, click.get_current_context(silent=True), param_hint="--as-of") from None
    from timeline.web.pages import moment  # noqa: PLC0415 - it loads Datasette, which is slow

    file = _File(connection)
    return asyncio.run(moment.resolved(cast("Database", file), _state({"as_of": when}))).as_of


def _state(filters: Mapping[str, str | None]) -> "State":
    """Read filters as the page reads its address, but refuse what makes no sense."""
    from timeline.web.pages import state as states  # noqa: PLC0415 - it loads Datasette, which is slow

    given = {name: [value] for name, value in filters.items() if value is not None}
    empty = [states.LABELS[name] for name, (value,) in given.items() if not value.strip()]
    state = states.read(given)
    if state.notes or empty:
        notes = [_INSTEAD.sub("", note) for note in state.notes]
        notes += [f"They are {', '.join(states.STATUSES)}."] if "status" in state.refused else []
        raise Refused(" ".join([*notes, *(f"{label}: is empty. Leave it out, or say which." for label in empty)]))
    return state
