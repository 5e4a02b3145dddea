"""What the page says of all that it found, beside the happenings: how many, by which filters, as of when, and where to turn.

Owns those words and counts. Must not choose what is shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from timeline.web import access
from timeline.web.pages import asked, choose, frame, known, plan, rows, when
from timeline.web.pages import state as states
from timeline.web.pages.asked import Asked
from timeline.web.pages.cards import Card
from timeline.web.pages.choices import Choices
from timeline.web.pages.rows import Page
from timeline.web.pages.state import State


async def as_of_said(database: Database, state: State, end: int) -> str | None:
    """Say when the position that the page is as of was reached."""
    if state.as_of is None:
        return None
    if state.as_of == 0:
        return "before anything was recorded"
    if state.as_of > end > 0:
        return "not reached yet"
    at = await frame.recorded_at(database, state.as_of)
    return f"recorded {when.recorded(at)}" if at else "the log is empty"


def counts(counted: int | None) -> str | None:
    """Say how many there are; None where that is not known."""
    if counted is None:
        return None
    return f"more than {rows.COUNT_TO:,}" if counted > rows.COUNT_TO else f"{counted:,}"


async def total(database: Database, state: State, counted: int | None) -> str | None:
    """Count what there is without the filters, where there are some."""
    if not state.filters:
        return counts(counted)
    without = State({name: value for name, value in state.given.items() if name == "status"}, as_of=state.as_of)
    every = [choose.standing(without, None)]
    if state.as_of is not None:
        every.append(choose.superseded(without, None))
    return counts(await rows.count(database, every))


async def retracted(datasette: Datasette, request: Request, database: Database, what: Asked) -> str | None:
    """Count the retracted happenings that are left out; None where there are none, or they are shown, or may not be."""
    if what.state.status != "current" or what.state.past:
        return None
    for table in asked.TABLES_OF_THE_PAST:
        if not await access.readable(datasette, request.actor, database.name, table):
            return None
    taken_back = replace(what.state, given={**what.state.given, "status": "retracted"})
    chosen = choose.standing(taken_back, what.actor, await plan.made(database, taken_back, what.actor, what.end))
    counted = await rows.count(database, [chosen])
    return counts(counted) if counted else None


def names(state: State, actor_name: str | None) -> dict[str, str | None]:
    """Give what people call the values of the filters that hold, where that is known whatever is offered."""
    return {"actor": actor_name, "mark": states.MARKS.get(state.given.get("mark", ""))}


def chips(state: State, offered: Mapping[str, Choices], actor_name: str | None) -> list[tuple[str, str, str]]:
    """Give the filters that hold as (what, value as people call it, address without it)."""
    found, called = [], names(state, actor_name)
    for name, value in state.filters.items():
        choice = offered[name].find(value) if name in offered else None
        label = choice.label if choice else called.get(name) or value
        found.append((states.LABELS[name], known.clipped(label, 80), state.query(**{name: None})))
    return found


def by_year(page: list[Card]) -> list[tuple[str, list[Card]]]:
    """Group the cards under the years that they stand in."""
    return [(when.year_name(year), list(group)) for year, group in groupby(page, key=lambda card: card.row["year"])]


def turns(state: State, page: Page) -> dict[str, str]:
    """Give the addresses of the other pages: first, earlier, later, last."""
    to = {}
    if page.earlier:
        to["first"] = state.query()
        to["earlier"] = state.query(before=page.earlier, after=None)
    if page.later:
        to["later"] = state.query(after=page.later, before=None)
        to["last"] = state.query(before=states.THE_END, after=None)
    return to
