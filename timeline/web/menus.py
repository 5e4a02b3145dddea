"""The links that Datasette's own menus show to our pages.

Owns their words and when each is offered: only to those who may follow it. Must not draw anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timeline.web import access, links

if TYPE_CHECKING:
    from datasette.app import Datasette

Links = list[dict[str, str]]
Actor = dict[str, Any] | None

# The tables that are rows of a timeline, as people read them.
_TABLES = ("happenings", "timeline", "happening_versions", "citations", "sources", "actors", "events")
# What is told of on the page of checkpoints.
_OF_THE_LOG = ("events", "checkpoints", "signatures", "tree")
_ROWS = {"happenings": "This happening's page", "sources": "This source's page", "events": "This event's page"}


async def everywhere(datasette: Datasette, actor: Actor) -> Links:
    """Give the link to the timelines, where the visitor may see any."""
    if not await access.may_enter(datasette, actor) or not await access.visible_timelines(datasette, actor):
        return []
    return [{"href": links.index(datasette), "label": "Timeline"}]


async def of_database(datasette: Datasette, actor: Actor, database: str) -> Links:
    """Give the link from a database to its timeline."""
    if not await _shown(datasette, actor, database):
        return []
    return [{"href": links.timeline(datasette, database), "label": "Browse as a timeline"}]


async def _of_the_log(datasette: Datasette, actor: Actor, database: str) -> Links:
    if not await access.is_timeline(datasette.get_database(database)):
        return []
    for table in ("events", "checkpoints", "signatures"):
        if not await access.readable(datasette, actor, database, table):
            return []
    return [{"href": links.checkpoints(datasette, database), "label": "Checkpoints of the log"}]


async def of_table(datasette: Datasette, actor: Actor, database: str, table: str) -> Links:
    """Give the link from one of a timeline's tables to its page."""
    found = await of_database(datasette, actor, database) if table in _TABLES else []
    return found + (await _of_the_log(datasette, actor, database) if table in _OF_THE_LOG else [])


async def of_row(datasette: Datasette, database: str, table: str, row: links.Row) -> Links:
    """Give the link from a happening's, source's or event's row to its page."""
    label = _ROWS.get(table)
    if label is None or not await access.is_timeline(datasette.get_database(database)):
        return []
    if table == "events":
        href = links.event(datasette, database, row["position"])
    else:
        to = links.happening if table == "happenings" else links.source
        href = to(datasette, database, row["id"])
    return [{"href": href, "label": label}]


async def _shown(datasette: Datasette, actor: Actor, database: str) -> bool:
    return await access.is_timeline(datasette.get_database(database)) and await access.readable(
        datasette, actor, database, "happenings"
    )
