"""The page `/{database}/-/timeline`: every happening in time order, filtered, searched, paged, now or as of a position.

Owns what the page shows. Must not know how any of it is chosen or drawn.
"""

from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline.selection import matches, search_words, values
from timeline.selection import state as states
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.web import access, assets, links, snapshots
from timeline.web.drawing import answers
from timeline.web.pages import asked, cards, embedding, etag, exports, files, frame, summary, ways

# What the drawn timeline runs on; the first is begun with, and the others are fetched beside it.
SCRIPTS = (
    "timeline.js", "address.js", "asof.js", "axis.js", "calendar.js", "caption.js", "card.js", "column.js", "controls.js",
    "datewords.js", "drawing.js", "find.js", "gestures.js", "layout.js", "loader.js", "marks.js", "pen.js", "print.js", "scale.js",
    "strip.js",
)  # fmt: skip


@frame.answering
async def timeline_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the timeline; 400 where the address asked for something that makes no sense, which the page says."""
    database = await access.open_timeline(datasette, request, *asked.TABLES)
    state = await asked.state_of(datasette, request, database)
    tag = await etag.tag(datasette, request, database)
    if not state.faulty and (held := etag.unchanged(request, tag)):
        return held
    may_see_retracted = await asked.may_read_past(datasette, request, database)
    heading = await frame.title_of(datasette, database)
    here = links.timeline(datasette, database.name)
    read = await snapshots.read(
        database, lambda snapshot: _read(datasette, database, snapshot, state, may_see_retracted=may_see_retracted)
    )
    context = {
        **read,
        "database": database.name,
        "heading": heading,
        "here": here,
        "checkpoints": await _checkpoints(datasette, request, database.name),
        "labels": states.LABELS,
        "lanes": states.LANES,
        **await _exports(datasette, request, database.name, state),
        "snippet": embedding.snippet(datasette, request, database.name, heading, state),
        "drawing_style": assets.address(datasette, "drawing.css"),
        "scripts": [assets.address(datasette, name) for name in SCRIPTS],
    }
    status = 400 if state.faulty else 200
    response = await frame.respond(datasette, request, "timeline_page.html", context, trail=[(here, "timeline")], status=status)
    if read["counted"] is not None:
        response.headers.update(etag.headers(tag))
    return response


def _read(datasette: Datasette, database: Database, snapshot: Snapshot, state: State, *, may_see_retracted: bool) -> dict[str, Any]:
    """Read all that the page shows of the timeline."""
    snapshot, found = matches.find(snapshot, state)
    state, name = found.state, database.name
    here, whole = links.timeline(datasette, name), snapshots.offered(database, snapshot, found.end)
    offered = values.of_matches(snapshot, found, whole)
    page = matches.page(snapshot, found)
    place = {one: state.given.get(one) for one in ("after", "before")}
    return {
        "canonical": here + (state.query(embed=None, focus=None, **place) if state.given else ""),
        "sources": links.sources(datasette, name) + state.as_of_query,
        "whole": here + state.unfiltered_query,
        "state": state,
        "end": found.end,
        "as_of_day": summary.as_of_day(state),
        "as_of_said": summary.as_of_said(snapshot, state, found.end),
        "choices": offered,
        "counts_note": values.note(offered, state.given, states.LABELS),
        "who": found.actor,
        "names": summary.names(state, found.name),
        "chips": summary.chips(state, offered, found.name),
        "short_word": search_words.short_word(state.given.get("q", "")),
        "counted": summary.counts(found.counted),
        "total": summary.total(snapshot, state, found.counted),
        "retracted": summary.retracted(snapshot, found) if may_see_retracted else None,
        "years": summary.by_year(cards.of_page(datasette, name, snapshot, state, page)),
        "empty": not page.rows,
        "turns": {} if state.printed else summary.turns(state, page),
        "printed_all": page.later is None,
        "ways": ways.to_datasette(datasette, name, state, found.actor),
        "drawing": answers.first_drawing(snapshot, found, whole),
        "as_of_event": links.event(datasette, name, state.as_of) if state.as_of and state.as_of <= found.end else None,
    }


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
