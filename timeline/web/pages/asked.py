"""What an address asks of a timeline: its state, and whether the visitor may read that.

Owns which tables the answers are made of. Must not fetch anything.
"""

from collections.abc import Sequence

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from timeline.selection import state as states
from timeline.selection.state import State
from timeline.web import access

TABLES = ("happenings", "citations", "sources", "actors", "happening_actors", "happening_tags")
# What was once known, and why something was retracted, stands in these.
TABLES_OF_THE_PAST = ("events", "happening_versions")


async def state_of(datasette: Datasette, request: Request, database: Database, names: Sequence[str] = states.NAMES) -> State:
    """Read the state from an address, or these parts of it. Raises Forbidden where the visitor may not read what it is of."""
    state = states.read({name: request.args.getlist(name) for name in names})
    if state.past or state.status != "current":
        await access.ensure_readable(datasette, request, database.name, *TABLES_OF_THE_PAST)
    return state


async def may_read_past(datasette: Datasette, request: Request, database: Database) -> bool:
    """Say whether the visitor may read what was once known, and what was retracted."""
    for table in TABLES_OF_THE_PAST:
        if not await access.readable(datasette, request.actor, database.name, table):
            return False
    return True
