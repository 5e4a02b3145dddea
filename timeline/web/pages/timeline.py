"""The page `/{database}/-/timeline`: every happening in time order, filtered, searched, paged, now or as of a position.

Owns the content of the page. Must not know how happenings are chosen or drawn.
"""

from html import escape
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline.selection import matches, search_words, values
from timeline.selection import state as states
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.web import access, assets, links, security, snapshots
from timeline.web.drawing import answers
from timeline.web.pages import (
    datasette_links,
    etag,
    exports,
    format_catalogue,
    happening_cards,
    introduction,
    page_frame,
    pictures,
    proof_files,
    query_string,
    result_summary,
    story,
)
from timeline.web.pages.introduction import Introduction, Preview

FRAME_HEIGHT = 640  # pixels, where another site shows the timeline in a frame


@page_frame.answering
async def timeline_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the timeline; 400 if a parameter makes no sense, with a note on the page.

    A date to go to (`?go=`) redirects to its window.
    """
    database = await access.open_timeline(datasette, request, *query_string.TABLES)
    state = await query_string.read_state(datasette, request, database)
    here = links.timeline(datasette, database.name)
    if state.went:
        return Response.redirect(here + state.query(view=state.given["view"]))
    tag = await etag.tag(datasette, request, database)
    if not state.faulty and (not_modified := etag.unchanged(request, tag)):
        return not_modified
    if state.story and "story" not in state.refused:
        return await story.story_page(datasette, request, database, state)
    may_see_past = await query_string.may_read_past(datasette, request, database)
    introduced = await introduction.read(datasette, database)
    heading = introduced.title
    content = await snapshots.read(
        database, lambda snapshot: _read(datasette, database, snapshot, state, may_see_past=may_see_past)
    )
    context = {
        **content,
        "database": database.name,
        "heading": heading,
        "pictures_shown": await pictures.may_be_seen(datasette, request, database.name),
        "preview": await _preview(datasette, request, database.name, introduced, state),
        "introduced": introduced,
        "here": here,
        "checkpoints": await _checkpoints(datasette, request, database.name),
        "labels": states.LABELS,
        "lanes": states.LANES,
        "live": content["end"] if await _is_live(datasette, request, database, state) else None,
        **await _exports(datasette, request, database.name, state),
        "snippet": _snippet(datasette, request, database.name, heading, state),
        "drawing_style": assets.address(datasette, "drawing.css"),
        "script": assets.address(datasette, "timeline.js"),
    }
    status = 400 if state.faulty else 200
    response = await page_frame.respond(datasette, request, "timeline_page.html", context, status=status)
    if content["count"] is not None:
        response.headers.update(etag.headers(tag))
    return response


def _read(datasette: Datasette, database: Database, snapshot: Snapshot, state: State, *, may_see_past: bool) -> dict[str, Any]:
    """Read everything that the page shows of the timeline."""
    snapshot, result = matches.find(snapshot, state)
    state, name = result.state, database.name
    here, all_choices = links.timeline(datasette, name), snapshots.choices(database, snapshot, result.end)
    choices = values.of_matches(snapshot, result, all_choices)
    page = matches.page(snapshot, result)
    place = {one: state.given.get(one) for one in ("after", "before")}
    return {
        "canonical": here + (state.query(embed=None, focus=None, **place) if state.given else ""),
        "sources": links.sources(datasette, name) + state.as_of_query,
        "unfiltered": here + state.unfiltered_query,
        "state": state,
        "readings": result_summary.readings(state),
        "end": result.end,
        "as_of_day": result_summary.as_of_day(state),
        "as_of_note": result_summary.as_of_note(snapshot, state, result.end),
        "choices": choices,
        "counts_note": values.note(choices, state.given, states.LABELS),
        "actor_id": result.actor,
        "value_labels": result_summary.value_labels(state, result.name),
        "chips": result_summary.chips(state, choices, result.name),
        "short_word": search_words.short_word(state.given.get("q", "")),
        "count": result_summary.count_in_words(result.counted),
        "total": result_summary.total(snapshot, state, result.counted),
        "retracted": result_summary.retracted(snapshot, result) if may_see_past else None,
        "span": introduction.years(snapshot),
        "documents": introduction.documents(snapshot),
        "last_recorded": introduction.last_recorded(snapshot, state, result.end) if may_see_past else None,
        "first_story": state.focus or (page.rows[0]["id"] if page.rows else None),
        "years": result_summary.by_year(happening_cards.of_page(datasette, name, snapshot, state, page)),
        "empty": not page.rows,
        "page_links": {} if state.printed else result_summary.page_links(state, page),
        "printed_all": page.later is None,
        "datasette_links": datasette_links.of_state(datasette, name, state, result.actor),
        "drawing": answers.first_drawing(snapshot, result, all_choices, choices["kind"]),
        "as_of_event": links.event(datasette, name, state.as_of) if state.as_of and state.as_of <= result.end else None,
    }


async def _preview(datasette: Datasette, request: Request, database: str, introduced: Introduction, state: State) -> Preview:
    """Return what other sites show of a link to this page, with the picture of it if that can be drawn here."""
    picture = None
    if format_catalogue.find("png") and await exports.may_export(datasette, request, database):
        picture = datasette.absolute_url(request, links.export(datasette, database, "png") + exports.query(state))
    return Preview("website", introduced.title, introduced.description or "A timeline with its sources", picture)


async def _exports(datasette: Datasette, request: Request, database: str, state: State) -> dict[str, Any]:
    """Return the address of the exports of this state and its feeds, if the visitor may read them."""
    if not await exports.may_export(datasette, request, database):
        return {"exports": None, "feeds": []}
    return {
        "exports": links.export(datasette, database) + exports.query(state),
        "feeds": exports.feeds(datasette, database, state),
    }


async def _is_live(datasette: Datasette, request: Request, database: Database, state: State) -> bool:
    """Whether the page can say at once what is new: to those who may read the log, of the present, in a page of its own."""
    still = state.past or state.embedded or state.printed or not database.is_mutable
    return not still and await access.readable(datasette, request.actor, database.name, "events")


async def _checkpoints(datasette: Datasette, request: Request, database: str) -> str | None:
    """Return the address of the log's checkpoints, if the visitor may read them."""
    if not await access.readable(datasette, request.actor, database, "events"):
        return None
    return links.checkpoints(datasette, database) if await proof_files.may_read_checkpoints(datasette, request, database) else None


def _snippet(datasette: Datasette, request: Request, database: str, title: str, state: State) -> str | None:
    """Return the HTML that shows this state in a frame of another page; None if no site may frame it."""
    if "X-Frame-Options" in security.headers(datasette, "/-/timeline"):
        return None
    place = {name: state.given.get(name) for name in ("after", "before")}
    address = datasette.absolute_url(request, links.timeline(datasette, database) + state.query(embed="1", **place))
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="{FRAME_HEIGHT}" loading="lazy"'
        ' style="border: 0"></iframe>'
    )
