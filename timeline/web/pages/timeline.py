"""The page `/{database}/-/timeline`: every happening in time order, filtered, searched, paged, now or as of a position.

Owns the order of work for that page. Must not know how any of its parts is done: state, choose, rows, cards, choices
and ways do.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline.web import access, assets, links
from timeline.web.drawing import answers
from timeline.web.pages import asked, cards, choices, choose, etag, frame, known, moment, plan, rows, ways, when
from timeline.web.pages import state as states
from timeline.web.pages.asked import Asked
from timeline.web.pages.cards import Card
from timeline.web.pages.choices import Choices
from timeline.web.pages.rows import Page
from timeline.web.pages.state import State

# What the drawn timeline runs on; the first is begun with, and the others are fetched beside it.
SCRIPTS = (
    "timeline.js", "address.js", "axis.js", "calendar.js", "card.js", "drawing.js", "find.js", "gestures.js", "layout.js",
    "moment.js", "print.js", "marks.js", "spoken.js", "strip.js",
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
    offered = await choices.offered(database, end)
    page = await rows.fetch(database, state, what.chosen, counted)
    exported = choose.known(state, name) if state.as_of is not None else choose.standing(state, what.actor)
    here = links.timeline(datasette, database.name)
    context = {
        "database": database.name,
        "heading": await frame.title_of(datasette, database),
        "canonical": here + (state.query(after=state.given.get("after"), before=state.given.get("before")) if state.given else ""),
        "here": here,
        "state": state,
        "labels": states.LABELS,
        "end": end,
        "as_of_day": moment.said(state),
        "as_of_said": await _as_of_said(database, state, end),
        "choices": offered,
        "chips": _chips(state, offered, name),
        "counted": _counts(counted),
        "total": await _total(database, state, counted),
        "retracted": await _retracted(datasette, request, database, what),
        "years": _by_year(await cards.of_page(datasette, database, state, page)),
        "empty": not page.rows,
        "turns": _turns(state, page),
        "ways": ways.to_datasette(datasette, database.name, exported),
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


async def _as_of_said(database: Database, state: State, end: int) -> str | None:
    """Say when the position that the page is as of was reached."""
    if state.as_of is None:
        return None
    if state.as_of == 0:
        return "before anything was recorded"
    at = await frame.recorded_at(database, min(state.as_of, end))
    return f"recorded {when.recorded(at)}" if at else "the log is empty"


def _counts(counted: int | None) -> str | None:
    if counted is None:
        return None
    return f"more than {rows.COUNT_TO:,}" if counted > rows.COUNT_TO else f"{counted:,}"


async def _total(database: Database, state: State, counted: int | None) -> str | None:
    """Count what there is without the filters, where there are some."""
    if not state.filters:
        return _counts(counted)
    without = State({name: value for name, value in state.given.items() if name == "status"}, as_of=state.as_of)
    every = [choose.standing(without, None)]
    if state.as_of is not None:
        every.append(choose.superseded(without, None))
    return _counts(await rows.count(database, every))


async def _retracted(datasette: Datasette, request: Request, database: Database, what: Asked) -> str | None:
    """Count the retracted happenings that are left out; None where there are none, or they are shown, or may not be."""
    if what.state.status != "current" or what.state.past:
        return None
    for table in asked.TABLES_OF_THE_PAST:
        if not await access.readable(datasette, request.actor, database.name, table):
            return None
    retracted = replace(what.state, given={**what.state.given, "status": "retracted"})
    chosen = choose.standing(retracted, what.actor, await plan.made(database, retracted, what.actor, what.end))
    counted = await rows.count(database, [chosen])
    return _counts(counted) if counted else None


def _chips(state: State, offered: Mapping[str, Choices], actor_name: str | None) -> list[tuple[str, str, str]]:
    """Give the filters that hold as (what, value as people call it, address without it)."""
    chips = []
    for name, value in state.filters.items():
        choice = offered[name].find(value) if name in offered else None
        named = actor_name if name == "actor" else states.MARKS[value] if name == "mark" else None
        label = choice.label if choice else named or value
        chips.append((states.LABELS[name], known.clipped(label, 80), state.query(**{name: None})))
    return chips


def _by_year(page: list[Card]) -> list[tuple[str, list[Card]]]:
    return [(when.year_name(year), list(group)) for year, group in groupby(page, key=lambda card: card.row["year"])]


def _turns(state: State, page: Page) -> dict[str, str]:
    """Give the addresses of the other pages: first, earlier, later, last."""
    turns = {}
    if page.earlier:
        turns["first"] = state.query()
        turns["earlier"] = state.query(before=page.earlier, after=None)
    if page.later:
        turns["later"] = state.query(after=page.later, before=None)
        turns["last"] = state.query(before=states.THE_END, after=None)
    return turns
