"""What the browser asks for while one moves about: `/{database}/-/timeline/drawing/overview`, `…/view` and `…/next`, as JSON.

Owns the answers and the first drawing that the page brings along. The state is the page's own, with `width`, the room in
pixels. Must not change with anything but the log's end and the address: each answer carries a tag of both.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from timeline.selection import matches, time_order
from timeline.selection import state as states
from timeline.selection.matches import Matches
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.selection.time_order import Key
from timeline.selection.values import Choices
from timeline.selection.window import Window
from timeline.web import access, snapshots
from timeline.web.drawing import counts, gather, happenings, shape
from timeline.web.drawing.gather import Wanted
from timeline.web.pages import etag, page_frame, query_string

# The room in pixels, unless it is said; a stretch of time that is counted as one takes so many of them.
WIDTH, NARROWEST, WIDEST, STRETCH = 1200, 200, 4000, 14
BARS = 240
# Of what can be shown one by one, so much of the window's length is brought along on each side, for those who drag it.
BESIDE = 0.5
# The span of all happenings is shown with so much room around it; what begins and ends within a day with so much and a minute.
ROOM, ROOM_WITHIN_A_DAY, A_MINUTE = 0.03, 0.06, 7e-4
# In a window of fewer days happenings are counted by the minute rather than by the day.
NARROW = 3
# So many happenings of the day in which a window begins are looked at for the first that is in it.
MOST_OF_A_DAY = 200

Span = tuple[float | None, float | None]
"""The first and last day of all there is; None and None where there is nothing."""


@page_frame.answering
async def overview_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the counts over the whole span."""
    return await _answer(datasette, request, _overview)


@page_frame.answering
async def view_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with what stands in the window of the address, or in all of time."""
    return await _answer(datasette, request, _view)


@page_frame.answering
async def next_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the happening that comes after the one in `focus`, or before it where `step` is -1.

    Without one in focus, it is the first in the window, or the last. `item` is null where there is none.
    """
    return await _answer(datasette, request, _next)


async def _answer(datasette: Datasette, request: Request, of: Any) -> Response:  # noqa: ANN401 - one of the two below
    database = await access.open_timeline(datasette, request, *query_string.TABLES)
    state = await query_string.read_state(datasette, request, database)
    tag = await etag.tag(datasette, request, database)
    if (same := etag.unchanged(request, tag)) is not None:
        return same
    body = await snapshots.read(database, lambda snapshot: _body(database, snapshot, state, of, request))
    return Response(body, headers=etag.headers(tag), content_type="application/json; charset=utf-8")


def _body(database: Database, snapshot: Snapshot, state: State, of: Any, request: Request) -> str:  # noqa: ANN401
    snapshot, what = matches.find(snapshot, state)
    whole = snapshots.choices(database, snapshot, what.end)
    return _json({"position": what.end, "notes": list(map(str, what.state.notes)), **of(snapshot, what, whole, request)})


def first_drawing(snapshot: Snapshot, what: Matches, whole: Mapping[str, Choices]) -> Markup:
    """Give what the page brings along, so that it is drawn without a further request: JSON that may stand in a script element."""
    overview = _overview(snapshot, what, whole)
    view = _view(snapshot, what, whole, span=(overview["first"], overview["last"]))
    return in_script({"position": what.end, "overview": overview, "view": view})


def in_script(value: object) -> Markup:
    """Write JSON that may stand in a script element: nothing in it can end the element."""
    return Markup(_json(value).replace("<", "\\u003c"))  # noqa: S704 - as it says


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _overview(snapshot: Snapshot, what: Matches, whole: Mapping[str, Choices], _: Request | None = None) -> dict[str, Any]:
    return gather.overview(snapshot, _wanted(what, whole), BARS)


def _view(
    snapshot: Snapshot, what: Matches, whole: Mapping[str, Choices], request: Request | None = None, span: Span | None = None
) -> dict[str, Any]:
    """Give a view of the window, or of the whole span, which may be known already."""
    width = _width(request) if request else WIDTH
    wanted = _wanted(what, whole)
    window = what.state.window or _whole(span or gather.span(snapshot, wanted) or (None, None))
    if window is None:
        return {"window": None, "lanes": [], "items": [], "clusters": [], "count": 0, "exact": True}
    beside = (window.end - window.start) * BESIDE
    start, end = _whole_days(window.start - beside, window.end + beside)
    gathered = gather.view(snapshot, wanted, start, end, round(width / STRETCH))
    if gathered.clusters:
        # What is counted is counted for the window itself, so that the counts are of what is in it.
        start, end = window if wanted.few and window.end - window.start < NARROW else _whole_days(*window)
        gathered = gather.view(snapshot, wanted, start, end, round(width / STRETCH))
    return {
        "window": list(window),
        "first": start,
        "last": end - 1,
        "count": _count(snapshot, wanted, gathered, window),
        **gathered.json(),
    }


def _whole_days(start: float, end: float) -> tuple[float, float]:
    """Widen a stretch of time to whole days."""
    return math.floor(start), math.ceil(end)


def _next(snapshot: Snapshot, what: Matches, _: Mapping[str, Choices], request: Request) -> dict[str, Any]:
    state, backwards = what.state, request.args.get("step") == "-1"
    key = _key(snapshot, state, backwards=backwards)
    place = {"before": str(key)} if backwards else {"after": str(key)}
    given = {name: value for name, value in state.given.items() if name not in states.PAGING} | place
    size = 1 if "focus" in state.given else MOST_OF_A_DAY
    turned = replace(state, given=given, after=None if backwards else key, before=key if backwards else None, size=size)
    page = matches.page(snapshot, replace(what, state=turned))
    in_order = page.rows[::-1] if backwards else page.rows
    row = next((one for one in in_order if _is_beyond(state.window, one["date"], backwards=backwards)), None)
    if row is None:
        return {"item": None}
    item = happenings.at(snapshot, row["position"])
    return {"item": gather.item(item, disputed=bool(happenings.disputed(snapshot, [item])))}


def _is_beyond(window: Window | None, date: str | None, *, backwards: bool) -> bool:
    """Whether a date begins after the start of a window, or before its end; its day was looked at before."""
    stands = shape.stands(shape.of_text(date) or {}) if window is not None and date and "T" in date else None
    if stands is None or window is None:
        return True
    return stands[0] <= window.end if backwards else stands[0] >= window.start


def _key(snapshot: Snapshot, state: State, *, backwards: bool) -> Key:
    """Give the place in the time order to go on from: that of the happening in focus, or the edge of the window."""
    if "focus" in state.given:
        sql = f"select date, {time_order.COLUMNS}, id from happenings where id = :id"
        if shown := snapshot.rows(sql, {"id": state.given["focus"]}):
            return time_order.key(shown[0])
    never = gather.EVER
    if state.window is None:
        return Key(never, 0, never, "~", "~") if backwards else Key(-never, 0, -never, "", "")
    if backwards:
        return Key(math.ceil(state.window.end), never, never, "", "")
    timed = state.window.end - state.window.start < NARROW
    return Key(math.floor(state.window.start), *((-never, -never) if timed else (never, never)), "", "")


def _wanted(what: Matches, whole: Mapping[str, Choices]) -> Wanted:
    state = what.state
    return Wanted(
        chosen=what.chosen,
        counted=what.counted,
        base=state.given.get("kind", ""),
        plain=not state.filters.keys() - {"kind", "from", "to"}
        and (state.as_of is None or what.end - state.as_of <= counts.LATER)
        and state.status == "current",
        since=-gather.EVER if state.from_day is None else state.from_day,
        until=gather.EVER if state.to_day is None else state.to_day,
        facet=None if state.lanes == "none" else state.lanes,
        values=whole,
    )


def _whole(span: Span) -> Window | None:
    """Give the window that all happenings fit into, with some room; None where there is none."""
    first, last = span
    if first is None or last is None:
        return None
    length = last + 1 - first
    room = length * ROOM_WITHIN_A_DAY + A_MINUTE if length < 1 else max(1.0, length * ROOM)
    return Window(first - room, last + 1 + room)


def _count(snapshot: Snapshot, wanted: Wanted, gathered: gather.Gathered, window: Window) -> int:
    """Count what stands in the window itself."""
    if wanted.plain and not wanted.few:
        first, last = wanted.within(math.floor(window.start), math.ceil(window.end) - 1)
        return counts.touching(snapshot, first, last, wanted.base) if first <= last else 0
    return gathered.touching(*window)


def _width(request: Request) -> int:
    text = request.args.get("width") or ""
    return min(max(int(text), NARROWEST), WIDEST) if text.isascii() and text.isdigit() and len(text) < 9 else WIDTH
