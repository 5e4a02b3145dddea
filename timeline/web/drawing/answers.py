"""Answer requests of the drawing as JSON: `/{database}/-/timeline/drawing/overview`, `…/view`, `…/next` and `…/list`.

Owns these JSON answers and the first drawing, which is part of the page. The query string is that of the page, with `width`, in
pixels, and `parts`, the parts of a broken axis: "start,end,width;…" in days and pixels. An answer must depend only on the
end of the log and the address: its tag is made of both.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from timeline import dates
from timeline.selection import matches, time_order
from timeline.selection import state as states
from timeline.selection.matches import Matches
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.selection.time_order import Key
from timeline.selection.values import Choices
from timeline.selection.window import Window
from timeline.web import access, snapshots
from timeline.web.drawing import axis, counts, gather, happenings, lanes, shape
from timeline.web.drawing.axis import Axis
from timeline.web.drawing.gather import DrawnSelection
from timeline.web.drawing.stretches import EVER, Period, shown_end
from timeline.web.pages import etag, page_frame, query_string

# The width in pixels: the default and the limits; and the width of a stretch of time that is counted as one.
WIDTH, NARROWEST, WIDEST, STRETCH = 1200, 200, 4000, 14
BARS = 240
# Happenings that can be shown one by one are sent for this share of the window's length on each side too, for readers who drag it.
BESIDE = 0.5
# In a window of fewer days, happenings are counted by the minute, not by the day.
NARROW = 3
# The most happenings of the day in which a window begins that are searched for the first in it; the most in one list.
MOST_OF_A_DAY, LISTED = 200, 50
# The number of kinds with their own colour, and the most parts of an axis.
COLOURS, MOST_PARTS = 6, 8

Content = Callable[..., dict[str, Any]]
"""One of `_overview`, `_view`, `_next` and `_list`."""


@page_frame.answering
async def overview_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the counts over the whole span."""
    return await _answer(datasette, request, _overview)


@page_frame.answering
async def view_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the happenings and counts in the window of the address, or in all of time."""
    return await _answer(datasette, request, _view)


@page_frame.answering
async def next_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the happening after the one in `focus`, or before it if `step` is -1.

    Without `focus`, it is the first in the window, or the last. `item` is null if there is none.
    """
    return await _answer(datasette, request, _next)


@page_frame.answering
async def list_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the happenings that begin in the window, in time order, LISTED at a time.

    `after` in the answer is the key of the next list; it is null if there are no more.
    """
    return await _answer(datasette, request, _list)


async def _answer(datasette: Datasette, request: Request, content: Content) -> Response:
    database = await access.open_timeline(datasette, request, *query_string.TABLES)
    state = await query_string.read_state(datasette, request, database)
    tag = await etag.tag(datasette, request, database)
    if (same := etag.unchanged(request, tag)) is not None:
        return same
    body = await snapshots.read(database, lambda snapshot: _body(database, snapshot, state, content, request))
    return Response(body, headers=etag.headers(tag), content_type="application/json; charset=utf-8")


def _body(database: Database, snapshot: Snapshot, state: State, content: Content, request: Request) -> str:
    snapshot, result = matches.find(snapshot, state)
    choices = snapshots.choices(database, snapshot, result.end)
    return _json(
        {"position": result.end, "notes": list(map(str, result.state.notes)), **content(snapshot, result, choices, request)}
    )


def first_drawing(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices], kinds: Choices) -> Markup:
    """Return the first drawing as JSON for a script element of the page, so that it needs no further request.

    `kinds` are those of the matches, whatever kind is asked for. The others have a colour too, which is not explained.
    That of the whole timeline is remembered until the log or the tables are others.
    """
    make = partial(_first_drawing, snapshot, result, choices, kinds)
    if result.state.given or result.counted is None:
        return make()
    return snapshot.remembered((first_drawing, snapshot.value("select schema_version from pragma_schema_version")), make)


def _first_drawing(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices], kinds: Choices) -> Markup:
    selection = _drawn_selection(snapshot, result, choices)
    drawn_on = _axis(snapshot, result, choices, selection)
    overview = _overview(snapshot, result, choices, drawn_on=drawn_on, selection=selection)
    view = _view(snapshot, result, choices, drawn_on=drawn_on, selection=selection)
    overview["absent"] = _absent_kinds(overview["kinds"], kinds, _counted_of_any_kind(snapshot, result))
    return in_script({"position": result.end, "overview": overview, "view": view})


def _counted_of_any_kind(snapshot: Snapshot, result: Matches) -> int | None:
    """Count the matches, whatever kind is asked for or left out; None if there are too many."""
    given = {name: value for name, value in result.state.given.items() if name not in ("kind", "without")}
    if given == result.state.given:
        return result.counted
    return matches.of_state(snapshot, result, replace(result.state, given=given), matches.COUNTING_MS).counted


def _absent_kinds(coloured: Sequence[str], kinds: Choices, counted: int | None) -> list[str]:
    """Return the kinds with a colour that no match has, and "" if every match has one of the kinds with a colour."""
    if kinds.unfiltered:
        return []
    absent = [kind for kind in coloured if not kinds.find(kind)]
    with_colour = sum(one.count for one in kinds.listed if one.value in coloured)
    return [*absent, ""] if counted is not None and with_colour >= counted else absent


def outline(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices]) -> tuple[Axis, Sequence[tuple[float, float, int]]]:
    """Return the axis of the matches, broken where nothing happened, and its stretches: (first day, last day, number in it)."""
    selection = _drawn_selection(snapshot, result, choices)
    drawn_on = _axis(snapshot, result, choices, selection)
    return drawn_on, gather.overview(snapshot, selection, drawn_on.periods(BARS, broken=True))["bars"]


def in_script(value: object) -> Markup:
    """Write JSON that is safe inside a script element: nothing in it can end the element."""
    return Markup(_json(value).replace("<", "\\u003c"))  # noqa: S704 - it is escaped here


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _overview(
    snapshot: Snapshot,
    result: Matches,
    choices: Mapping[str, Choices],
    _: Request | None = None,
    drawn_on: Axis | None = None,
    selection: DrawnSelection | None = None,
) -> dict[str, Any]:
    selection = selection or _drawn_selection(snapshot, result, choices)
    drawn_on = drawn_on or _axis(snapshot, result, choices, selection)
    opening = _opening(result, drawn_on)
    periods = drawn_on.periods(BARS, broken="scale" not in result.state.given)
    others = _others(snapshot, result)
    return {
        "first": drawn_on.first,
        "last": drawn_on.last,
        "parts": drawn_on.parts,
        "opening": opening and list(opening),
        "period": _period(result.state),
        **gather.overview(snapshot, selection, periods),
        "others": gather.overview(snapshot, _drawn_selection(snapshot, others, choices), periods)["bars"] if others else [],
        "kinds": [one.value for one in choices["kind"].listed[:COLOURS]],
    }


def _view(
    snapshot: Snapshot,
    result: Matches,
    choices: Mapping[str, Choices],
    request: Request | None = None,
    drawn_on: Axis | None = None,
    selection: DrawnSelection | None = None,
) -> dict[str, Any]:
    """Return a view of the window, or of the whole span. `drawn_on` is the axis, if it is already known."""
    width = _width(request) if request else WIDTH
    selection = selection or _drawn_selection(snapshot, result, choices)
    window, parts = result.state.window, _parts(request)
    if window is None or (not parts and not request):
        drawn_on = drawn_on or _axis(snapshot, result, choices, selection)
        window = window or _opening(result, drawn_on) or drawn_on.window(broken="scale" not in result.state.given)
    if window is None:
        return {"window": None, "lanes": [], "items": [], "clusters": [], "others": [], "count": 0, "may": 0, "exact": True}
    if not parts and drawn_on and "scale" not in result.state.given:
        parts = [
            (max(start, window.start), min(end, window.end), width * (right - left))
            for start, end, left, right in drawn_on.parts
            if start < window.end and end > window.start
        ]
    beside = (window.end - window.start) * BESIDE
    start, end = _whole_days(window.start - beside, window.end + beside)
    wide, gathered = Period(start, end - 1, round(width / STRETCH)), None
    if gather.may_show_each(snapshot, selection, wide):
        gathered = gather.view(snapshot, selection, [wide])
    if gathered is None or gathered.clusters:
        # Counts are of the window alone, without the time beside it.
        start, end = window if selection.few and window.end - window.start < NARROW else _whole_days(*window)
        gathered = gather.view(snapshot, selection, _periods(start, end, parts, width))
    others = _others(snapshot, result)
    return {
        "window": list(window),
        "first": start,
        "last": end - 1,
        "count": _count(snapshot, selection, gathered, window),
        "may": happenings.may_fall(snapshot, selection.chosen, window) if selection.few else None,
        "others": _pale_spans(snapshot, _drawn_selection(snapshot, others, choices), _periods(start, end, parts, width))
        if others
        else [],
        **gathered.json(),
    }


def _periods(start: float, end: float, parts: Sequence[tuple[float, float, float]], width: int) -> list[Period]:
    """Cut a window into the parts of a broken axis, each with as many stretches as fit into its width."""
    if len(parts) < 2:
        return [Period(start, end - 1, round(width / STRETCH))]
    periods = [Period(math.floor(begin), math.ceil(until) - 1, max(1, round(room / STRETCH))) for begin, until, room in parts]
    periods[0] = periods[0]._replace(first=start)
    periods[-1] = periods[-1]._replace(last=end - 1)
    return [one for one in periods if one.first <= one.last]


def _pale_spans(snapshot: Snapshot, selection: DrawnSelection, periods: Sequence[Period]) -> list[tuple[float, float]]:
    """Return the spans of the happenings that are drawn pale, but not of those that are only counted."""
    rows = gather.view(snapshot, replace(selection, facet=None), periods).rows
    return [(begin, shown_end(begin, until)) for row in rows if (span := shape.span_of_row(row)) for begin, until in [span]]


def _axis(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices], selection: DrawnSelection) -> Axis:
    """Return the axis for the matches and for all present happenings of the period, whatever the other filters are."""
    state = result.state
    present, unfiltered = snapshot, result
    if state.filters.keys() - {"from", "to"} or state.as_of is not None:
        present = snapshot.at(None)
        unfiltered = matches.of_state(present, result, _unfiltered(replace(state, as_of=None)), matches.COUNTING_MS)
    behind = [(present, _drawn_selection(present, unfiltered, choices))] if unfiltered is not result else []
    return axis.of_selections([*behind, (snapshot, selection)])


def _period(state: State) -> tuple[float | None, float | None] | None:
    """Return the instants from which and until which the filter asks; None if it asks for no period."""
    if state.from_day is None and state.to_day is None:
        return None
    return (
        None if state.from_day is None else state.from_day + state.from_second / dates.DAY,
        None if state.to_day is None else state.to_day + (state.to_second + 1) / dates.DAY,
    )


def _opening(result: Matches, drawn_on: Axis) -> Window | None:
    """Return the window that is shown at first, if it is not all: a search or a filter shows all that matches."""
    return None if result.state.filters else drawn_on.opening


def _others(snapshot: Snapshot, result: Matches) -> Matches | None:
    """Find the matches of the period alone, to be drawn pale beside the others; None if no other filter is active."""
    if not result.state.filters.keys() - {"from", "to"}:
        return None
    return matches.of_state(snapshot, result, _unfiltered(result.state), matches.COUNTING_MS)


def _unfiltered(state: State) -> State:
    """Return the state without its filters, except the period."""
    given = {name: value for name, value in state.given.items() if name not in states.FILTERS or name in ("from", "to")}
    return replace(state, given=given)


def _whole_days(start: float, end: float) -> tuple[float, float]:
    """Widen a stretch of time to whole days."""
    return math.floor(start), math.ceil(end)


def _next(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices], request: Request) -> dict[str, Any]:
    state, backwards = result.state, request.args.get("step") == "-1"
    size = 1 if "focus" in state.given else MOST_OF_A_DAY
    page = _page(snapshot, result, _key(snapshot, state, backwards=backwards), size, backwards=backwards)
    in_order = page.rows[::-1] if backwards else page.rows
    row = next((one for one in in_order if "focus" in state.given or _begins_in(state.window, one["date"])), None)
    return {"item": _items(snapshot, [row], _drawn_selection(snapshot, result, choices))[0] if row else None}


def _list(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices], _: Request) -> dict[str, Any]:
    state, selection = result.state, _drawn_selection(snapshot, result, choices)
    window = state.window
    if window is None:
        return {"items": [], "after": None}
    page = _page(snapshot, result, state.after or _key(snapshot, state, backwards=False), LISTED)
    here = [row for row in page.rows if (span := shape.span_of_row(row)) and window.start <= span[0] < window.end]
    beyond = page.rows and page.rows[-1]["began"] >= window.end
    return {"items": _items(snapshot, here, selection), "after": None if beyond or page.later is None else str(page.later)}


def _page(snapshot: Snapshot, result: Matches, key: Key, size: int, *, backwards: bool = False) -> matches.Page:
    """Read the matches after a key in time order, or before it."""
    place = {"before": str(key)} if backwards else {"after": str(key)}
    given = {name: value for name, value in result.state.given.items() if name not in states.PAGING} | place
    turned = replace(result.state, given=given, after=None if backwards else key, before=key if backwards else None, size=size)
    return matches.page(snapshot, replace(result, state=turned))


def _items(snapshot: Snapshot, listed: Sequence[Row], selection: DrawnSelection) -> list[dict[str, Any]]:
    """Return the happenings as JSON for the browser, with their lanes in the drawing."""
    rows = [happenings.at(snapshot, row["position"]) for row in listed]
    disputed = happenings.disputed(snapshot, rows)
    in_lanes: Mapping[int, Sequence[int]] = {}
    if selection.facet:
        in_lanes = lanes.assign(snapshot, selection.facet, gather.lanes_of(snapshot, selection), rows)
    return [gather.item(row, in_lanes.get(row["position"], (0,)), disputed=row["id"] in disputed) for row in rows]


def _begins_in(window: Window | None, date: str | None) -> bool:
    """Whether a date with a time of day begins in the window; other dates were already chosen by their day."""
    span = shape.span(shape.of_text(date) or {}) if window is not None and date and "T" in date else None
    return span is None or window is None or window.start <= span[0] < window.end


def _key(snapshot: Snapshot, state: State, *, backwards: bool) -> Key:
    """Return the key in time order to continue from: that of the happening in focus, or the edge of the window."""
    if "focus" in state.given:
        sql = f"select date, {time_order.COLUMNS}, id from happenings where id = :id"
        if focused := snapshot.rows(sql, {"id": state.given["focus"]}):
            return time_order.key(focused[0])
    never = EVER
    if state.window is None:
        return Key(never, 0, never, "~", "~") if backwards else Key(-never, 0, -never, "", "")
    first, last = state.window.days
    return Key(last, never, never, "~", "~") if backwards else Key(first, -never, -never, "", "")


def _drawn_selection(snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices]) -> DrawnSelection:
    state = result.state
    return DrawnSelection(
        chosen=result.chosen,
        counted=result.counted,
        kind=state.given.get("kind", ""),
        plain=not state.filters.keys() - {"kind", "from", "to"} and counts.are_known(snapshot) and state.status == "current",
        since=-EVER if state.from_day is None else state.from_day,
        until=EVER if state.to_day is None else state.to_day,
        facet=None if state.lanes == "none" else state.lanes,
        choices=choices,
        focus=state.given.get("focus", ""),
    )


def _count(snapshot: Snapshot, selection: DrawnSelection, gathered: gather.Gathered, window: Window) -> int:
    """Count the happenings in the window, without the time beside it."""
    if selection.plain and not selection.few:
        first, last = selection.within(*window.days)
        return counts.touching(snapshot, first, last, selection.kind) if first <= last else 0
    return gathered.touching(window)


def _parts(request: Request | None) -> list[tuple[float, float, float]]:
    """Parse the parts of a broken axis; parts that make no sense are left out."""
    parts: list[tuple[float, float, float]] = []
    for text in (request.args.get("parts") or "").split(";")[:MOST_PARTS] if request else ():
        try:
            start, end, room = map(float, text.split(","))
        except ValueError:
            continue
        if -EVER < start < end < EVER and 0 < room <= WIDEST and (not parts or start >= parts[-1][1]):
            parts.append((start, end, room))
    return parts


def _width(request: Request) -> int:
    text = request.args.get("width") or ""
    return min(max(int(text), NARROWEST), WIDEST) if text.isascii() and text.isdigit() and len(text) < 9 else WIDTH
