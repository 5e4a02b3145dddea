"""The page `/{database}/-/timeline`: every happening in time order, filtered, searched, paged, now or as of a position.

Owns the order of work for that page. Must not know how any of its parts is done: state, choose, rows, cards, facets,
summary and ways do.
"""

from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.web import access, assets, links
from timeline.web.drawing import answers
from timeline.web.pages import (
    asked,
    cards,
    choices,
    choose,
    embedding,
    etag,
    exports,
    facets,
    files,
    frame,
    moment,
    rows,
    search,
    summary,
    ways,
)
from timeline.web.pages import state as states
from timeline.web.pages.state import State

# What the drawn timeline runs on; the first is begun with, and the others are fetched beside it.
SCRIPTS = (
    "timeline.js", "address.js", "axis.js", "calendar.js", "card.js", "drawing.js", "find.js", "gestures.js", "layout.js",
    "marks.js", "moment.js", "pen.js", "print.js", "spoken.js", "strip.js", "supply.js",
)  # fmt: skip


@frame.answering
async def timeline_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the timeline; 400 where the address asked for something that makes no sense, which the page says."""
    database = await access.open_timeline(datasette, request, *asked.TABLES)
    state = await asked.state_of(datasette, request, database)
    tag = await etag.tag(datasette, request, database)
    if not state.faulty and (held := etag.unchanged(request, tag)):
        return held
    what = await asked.find_out(database, state)
    state, end, name, counted = what.state, what.end, what.name, what.counted
    offered = await facets.following(database, what, await choices.offered(database, end))
    page = await rows.fetch(database, state, what.chosen, counted)
    exported = choose.known(state, name) if state.as_of is not None else choose.standing(state, what.actor)
    here = links.timeline(datasette, database.name)
    heading = await frame.title_of(datasette, database)
    place = {name: state.given.get(name) for name in ("after", "before")}
    context = {
        "database": database.name,
        "heading": heading,
        "canonical": here + (state.query(embed=None, focus=None, **place) if state.given else ""),
        "here": here,
        "sources": links.sources(datasette, database.name) + state.as_of_query,
        "checkpoints": await _checkpoints(datasette, request, database.name),
        "whole": here + state.whole,
        "state": state,
        "labels": states.LABELS,
        "lanes": states.LANES,
        "end": end,
        "as_of_day": moment.said(state),
        "as_of_said": await summary.as_of_said(database, state, end),
        "choices": offered,
        "counts_note": choices.note(offered, state.given, states.LABELS),
        "who": what.actor,
        "names": summary.names(state, name),
        "chips": summary.chips(state, offered, name),
        "short_word": search.short_word(state.given.get("q", "")),
        "counted": summary.counts(counted),
        "total": await summary.total(database, state, counted),
        "retracted": await summary.retracted(datasette, request, database, what),
        "years": summary.by_year(await cards.of_page(datasette, database, state, page)),
        "empty": not page.rows,
        "turns": {} if state.printed else summary.turns(state, page),
        "printed_all": page.later is None,
        "ways": ways.to_datasette(datasette, database.name, exported),
        **await _exports(datasette, request, database.name, state),
        "snippet": embedding.snippet(datasette, request, database.name, heading, state),
        "drawing": await answers.first_drawing(database, what),
        "drawing_style": assets.address(datasette, "drawing.css"),
        "scripts": [assets.address(datasette, name) for name in SCRIPTS],
        "as_of_event": links.event(datasette, database.name, state.as_of) if state.as_of and state.as_of <= end else None,
    }
    status = 400 if state.faulty else 200
    response = await frame.respond(datasette, request, "timeline_page.html", context, trail=[(here, "timeline")], status=status)
    if counted is not None:
        response.headers.update(etag.headers(tag))
    return response


async def _exports(datasette: Datasette, request: Request, database: str, state: State) -> dict[str, Any]:
    """Give the address of the exports of what is shown, and its feeds, where the visitor may read them."""
    if not await exports.may_export(datasette, request, database):
        return {"exports": None, "feeds": []}
    return {
        "exports": links.export(datasette, database) + exports.query(state),
        "feeds": exports.feeds(datasette, database, state),
    }


async def _checkpoints(datasette: Datasette, request: Request, database: str) -> str | None:
    """Give the address of the log's checkpoints, where the visitor may read them."""
    if not await access.readable(datasette, request.actor, database, "events"):
        return None
    return links.checkpoints(datasette, database) if await files.may_see_kept(datasette, request, database) else None
