"""What an address asks of a timeline: its state, what that chooses, and how many that are.

Owns the order in which these are found out, for the page and for the drawing alike. Must not fetch what was chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from timeline.web import access
from timeline.web.pages import choose, frame, moment, plan, rows
from timeline.web.pages import state as states
from timeline.web.pages.choose import Chosen
from timeline.web.pages.state import State

TABLES = ("happenings", "citations", "sources", "actors", "happening_actors", "happening_tags")
# What was once known, and why something was retracted, stands in these.
TABLES_OF_THE_PAST = ("events", "happening_versions")


@dataclass(frozen=True)
class Asked:
    """`chosen` lists the matches themselves, where they are few.

    `actor` is the id that the actor filter was found to mean, and `name` that actor's name. `end` is the log's.
    """

    state: State
    end: int
    actor: str | None
    name: str | None
    chosen: Sequence[Chosen]
    counted: int | None


async def state_of(datasette: Datasette, request: Request, database: Database, names: Sequence[str] = states.NAMES) -> State:
    """Read the state from an address, or these parts of it. Raises Forbidden where the visitor may not read what it is of."""
    state = states.read({name: request.args.getlist(name) for name in names})
    if state.past or state.status != "current":
        await access.ensure_readable(datasette, request, database.name, *TABLES_OF_THE_PAST)
    return state


async def find_out(database: Database, state: State) -> Asked:
    """Find out what a state asks."""
    state = await moment.resolved(database, state)
    end = await frame.log_end(database)
    actor, name = await _actor(database, state.given.get("actor"))
    what = Asked(state, end, actor, name, (), None)
    chosen, counted = await matches(database, what, rows.COUNTING_MS)
    return replace(what, chosen=chosen, counted=counted)


async def matches(database: Database, what: Asked, within: int) -> tuple[Sequence[Chosen], int | None]:
    """Find what a state chooses, and count it, within so many milliseconds; None where that was not enough."""
    made = await plan.made(database, what.state, what.actor, what.end)
    chosen = [choose.standing(what.state, what.actor, made)]
    if what.state.as_of is not None:
        chosen.append(choose.superseded(what.state, what.name))
    return await rows.found(database, chosen, within)


async def _actor(database: Database, wanted: str | None) -> tuple[str | None, str | None]:
    """Find the actor that a filter means, by id or else by name: (id, name); what was typed, where there is none."""
    if wanted is None:
        return None, None
    for test in ("id = :wanted", "name = :wanted collate nocase"):
        found = (await database.execute(f"select id, name from actors where {test} limit 1", {"wanted": wanted})).rows
        if found:
            return found[0]["id"], found[0]["name"]
    return wanted, wanted
