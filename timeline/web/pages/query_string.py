"""The query string of an address: its state, whether the visitor may read that state, and parameters that no page knows.

Owns the tables that an answer is made of, and the parameters that each page takes. Must not read the timeline. Datasette's own
parameters begin with an underscore, and some sites add theirs to every link: both are ignored.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from timeline.selection import state as states
from timeline.selection.state import State
from timeline.web import access

TABLES: Final = ("happenings", "citations", "sources", "actors", "happening_actors", "happening_tags", "happening_media")
# These hold earlier versions, and the reasons of retractions.
TABLES_OF_THE_PAST: Final = ("events", "happening_versions")
PARAMETERS: Final = {
    "timeline_page.html": states.NAMES,
    "timeline_exports.html": states.NAMES,
    "timeline_happening.html": ("as_of",),
    "timeline_source.html": ("passage", "cited", "start"),
    "timeline_event.html": ("checkpoint",),
    "timeline_checkpoints.html": ("from", "to", "below"),
    "timeline_index.html": (),
}
_IGNORED: Final = re.compile(r"_|utm_|(?:fbclid|gclid|msclkid|igshid|mc_cid|mc_eid|ref_src)$").match
_MOST_MESSAGES, _LONGEST_NAME = 5, 40


async def read_state(datasette: Datasette, request: Request, database: Database, names: Sequence[str] = states.NAMES) -> State:
    """Read the state from an address, or only these parameters of it. Raises Forbidden if the visitor may not read that state."""
    state = states.read({name: request.args.getlist(name) for name in names})
    if state.past or state.status != "current":
        await access.ensure_readable(datasette, request, database.name, *TABLES_OF_THE_PAST)
    return state


async def may_read_past(datasette: Datasette, request: Request, database: Database) -> bool:
    """Whether the visitor may read earlier versions and retracted happenings."""
    return await access.all_readable(datasette, request.actor, database.name, TABLES_OF_THE_PAST)


def unknown_parameters(request: Request, names: Sequence[str]) -> list[str]:
    """Return a message for each parameter that is not among these names, with the name that is probably meant."""
    unknown = [name for name in request.args if name not in names and not _IGNORED(name)]
    messages = []
    for name in unknown[:_MOST_MESSAGES]:
        shown = "".join(char if char.isprintable() else "?" for char in name[:_LONGEST_NAME])
        near = get_close_matches(name[:_LONGEST_NAME], names, n=1)
        meant = (
            f"Did you mean “{near[0]}”?"
            if near
            else f"There {'are' if len(names) > 1 else 'is only'} {', '.join(names)}."
            if names
            else "Leave it out."
        )
        messages.append(f"The address has “{shown}”, which is not known here and changes nothing. {meant}")
    return messages
