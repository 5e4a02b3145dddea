"""The links that lead to the desk: in Datasette's menus, and on the pages of happenings and sources.

Owns their words, and who gets each: only visitors who may follow it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_encode

from timeline.desk import permissions
from timeline.web import access, links, security

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

Links = list[dict[str, str]]
Actor = dict[str, Any] | None
_OWN_PAGE = re.compile(r"/[^/]+/-/timeline/desk(?:/|$)")
# The page of the desk that each page leads to, by the part of its address that names what it shows.
_PAGES = {"source": ("documents", "Write from this document"), "happening": ("happenings", "Correct, retract or review")}


def address(datasette: Datasette, database: str, *parts: str) -> str:
    """Return the address of a page of the desk, from parts as an address has them."""
    return "/".join((f"{links.timeline(datasette, database)}/desk", *parts))


async def everywhere(datasette: Datasette, actor: Actor) -> Links:
    """Return a link to the desk of each timeline that an actor may append to."""
    if not actor:
        return []
    names = [name for name in await access.visible_timelines(datasette, actor) if await _may_write(datasette, actor, name)]
    return [{"href": address(datasette, name), "label": "Desk" if len(names) == 1 else f"Desk of {name}"} for name in names]


async def of_database(datasette: Datasette, actor: Actor, database: str) -> Links:
    """Return the link from a database to its desk."""
    known = database in datasette.databases and await access.is_timeline(datasette.get_database(database))
    if not (actor and known and await _may_write(datasette, actor, database)):
        return []
    return [{"href": address(datasette, database), "label": "Write at the desk"}]


async def of_page(datasette: Datasette, request: Request, database: str) -> dict[str, tuple[str, str]]:
    """Return the link from the page of a source or happening to the desk, for its template."""
    if not request.actor or _OWN_PAGE.match(security.path_of(datasette, request.scope)):
        return {}
    name = datasette.get_database(database).name
    shown, id_ = next(((one, request.url_vars[one]) for one in _PAGES if one in request.url_vars), ("", request.args.get("story")))
    if not shown and id_:  # the card beside the drawing, and the story
        shown, id_ = "happening", tilde_encode(id_)
    wanted = [permissions.APPEND, *([permissions.REVIEW] if shown == "happening" else [])]
    if not await _may_write(datasette, request.actor, name, *wanted):
        return {}
    if not shown:
        return {"desk_link": (address(datasette, name), "Write at the desk")}
    page, label = _PAGES[shown]
    return {"desk_link": (address(datasette, name, page, id_ or ""), label)}


async def _may_write(datasette: Datasette, actor: Actor, database: str, *actions: str) -> bool:
    served = datasette.get_database(database)
    if not served.is_mutable or served.is_memory:
        return False
    for action in actions or (permissions.APPEND,):
        if await permissions.is_allowed(datasette, actor, action, database):
            return True
    return False
