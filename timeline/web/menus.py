"""Links to our pages in Datasette's menus.

Owns their words, and who gets each: only visitors who may follow it. Must not draw anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timeline.web import access, links

if TYPE_CHECKING:
    from datasette.app import Datasette

Links = list[dict[str, str]]
Actor = dict[str, Any] | None

# The tables whose menu links to the timeline.
_TABLES = ("happenings", "timeline", "happening_versions", "citations", "sources", "actors", "events")
# The tables whose menu links to the checkpoints.
_LOG_TABLES = ("events", "checkpoints", "signatures", "tree")
_ROWS = {"happenings": "This happening's page", "sources": "This source's page", "events": "This event's page"}


async def everywhere(datasette: Datasette, actor: Actor) -> Links:
    """Return the link to the timelines, if the visitor may see one."""
    if not await access.may_enter(datasette, actor) or not await access.visible_timelines(datasette, actor):
        return []
    return [{"href": links.index(datasette), "label": "Timeline"}]


async def of_database(datasette: Datasette, actor: Actor, database: str) -> Links:
    """Return the link from a database to its timeline."""
    if not await _is_readable_timeline(datasette, actor, database):
        return []
    return [{"href": links.timeline(datasette, database), "label": "Browse as a timeline"}]


async def _of_log(datasette: Datasette, actor: Actor, database: str) -> Links:
    tables = ("events", "checkpoints", "signatures")
    if not await access.is_timeline(datasette.get_database(database)):
        return []
    if not await access.all_readable(datasette, actor, database, tables):
        return []
    return [{"href": links.checkpoints(datasette, database), "label": "Checkpoints of the log"}]


async def of_table(datasette: Datasette, actor: Actor, database: str, table: str) -> Links:
    """Return the links from one of a timeline's tables to its page and its checkpoints."""
    result = await of_database(datasette, actor, database) if table in _TABLES else []
    return result + (await _of_log(datasette, actor, database) if table in _LOG_TABLES else [])


async def of_row(datasette: Datasette, database: str, table: str, row: links.Row) -> Links:
    """Return the link from the row of a happening, a source or an event to its page."""
    label = _ROWS.get(table)
    if label is None or not await access.is_timeline(datasette.get_database(database)):
        return []
    if table == "events":
        href = links.event(datasette, database, row["position"])
    else:
        to = links.happening if table == "happenings" else links.source
        href = to(datasette, database, row["id"])
    return [{"href": href, "label": label}]


async def _is_readable_timeline(datasette: Datasette, actor: Actor, database: str) -> bool:
    return await access.is_timeline(datasette.get_database(database)) and await access.readable(
        datasette, actor, database, "happenings"
    )
