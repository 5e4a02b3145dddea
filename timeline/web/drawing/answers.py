"""What the browser asks for while one moves about: `/{database}/-/timeline/drawing/overview`, `…/view` and `…/next`, as JSON.

Owns the answers and the first drawing that the page brings along. The state is the page's own, with `width`, the room in
pixels, and `parts`, the parts of a broken axis: "start,end,width;…" in days and pixels. Must not change with anything but the log's
end and the address: each answer carries a tag of both.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from sqlite3 import Row
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
from timeline.web.drawing import axis, counts, gather, happenings, lanes, shape
from timeline.web.drawing.axis import Axis
from timeline.web.drawing.gather import Period, Wanted
from timeline.web.pages import etag, page_frame, query_string

# The room in pixels, unless it is said; a stretch of time that is counted as one takes so many of them.
WIDTH, NARROWEST, WIDEST, STRETCH = 1200, 200, 4000, 14
BARS = 240
# Of what can be shown one by one, so much of the window's length is brought along on each side, for those who drag it.
BESIDE = 0.5
# In a window of fewer days happenings are counted by the minute rather than by the day.
NARROW = 3
# So many happenings of the day in which a window begins are looked at for the first that is in it; so many are listed at once.
MOST_OF_A_DAY, LISTED = 200, 50
# So many kinds have a colour of their own; no axis has more parts.
COLOURS, MOST_PARTS = 6, 8


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


@page_frame.answering
async def list_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the happenings that begin in the window, in the order of time, LISTED at a time.

    `after` in the answer is where the next of them begin; it is null where there are no more.
    """
    return await _answer(datasette, request, _list)


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
    wanted = _wanted(what, whole)
    drawn_on = _axis(snapshot, what, whole, wanted)
    overview = _overview(snapshot, what, whole, drawn_on=drawn_on, wanted=wanted)
    view = _view(snapshot, what, whole, drawn_on=drawn_on, wanted=wanted)
    return in_script({"position": what.end, "overview": overview, "view": view})


def in_script(value: object) -> Markup:
    """Write JSON that may stand in a script element: nothing in it can end the element."""
    return Markup(_json(value).replace("<", "\\u003c"))  # noqa: S704 - as it says


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _overview(
    snapshot: Snapshot,
    what: Matches,
    whole: Mapping[str, Choices],
    _: Request | None = None,
    drawn_on: Axis | None = None,
    wanted: Wanted | None = None,
) -> dict[str, Any]:
    wanted = wanted or _wanted(what, whole)
    drawn_on = drawn_on or _axis(snapshot, what, whole, wanted)
    periods = drawn_on.periods(BARS, broken="scale" not in what.state.given)
    others = _others(snapshot, what)
    return {
        "first": drawn_on.first,
        "last": drawn_on.last,
        "parts": drawn_on.parts,
        **gather.overview(snapshot, wanted, periods, BARS),
        "others": gather.overview(snapshot, _wanted(others, whole), periods, BARS)["bars"] if others else [],
        "kinds": [one.value for one in whole["kind"].listed[:COLOURS]],
    }


def _view(
    snapshot: Snapshot,
    what: Matches,
    whole: Mapping[str, Choices],
    request: Request | None = None,
    drawn_on: Axis | None = None,
    wanted: Wanted | None = None,
) -> dict[str, Any]:
    """Give a view of the window, or of the whole span on an axis that may be known already."""
    width = _width(request) if request else WIDTH
    wanted = wanted or _wanted(what, whole)
    window, parts = what.state.window, _parts(request)
    if window is None or (not parts and not request):
        drawn_on = drawn_on or _axis(snapshot, what, whole, wanted)
        window = window or drawn_on.whole(broken="scale" not in what.state.given)
    if window is None:
        return {"window": None, "lanes": [], "items": [], "clusters": [], "others": [], "count": 0, "may": 0, "exact": True}
    if not parts and drawn_on and "scale" not in what.state.given:
        parts = [
            (max(start, window.start), min(end, window.end), width * (right - left))
            for start, end, left, right in drawn_on.parts
            if start < window.end and end > window.start
        ]
    beside = (window.end - window.start) * BESIDE
    start, end = _whole_days(window.start - beside, window.end + beside)
    gathered = gather.view(snapshot, wanted, [Period(start, end - 1, round(width / STRETCH))])
    if gathered.clusters:
        # What is counted is counted for the window itself, so that the counts are of what is in it.
        start, end = window if wanted.few and window.end - window.start < NARROW else _whole_days(*window)
        gathered = gather.view(snapshot, wanted, _periods(start, end, parts, width))
    others = _others(snapshot, what)
    return {
        "window": list(window),
        "first": start,
        "last": end - 1,
        "count": _count(snapshot, wanted, gathered, window),
        "may": happenings.may_fall(snapshot, wanted.chosen, window) if wanted.few else None,
        "others": _marks_of(snapshot, _wanted(others, whole), _periods(start, end, parts, width)) if others else [],
        **gathered.json(),
    }


def _periods(start: float, end: float, parts: Sequence[tuple[float, float, float]], width: int) -> list[Period]:
    """Cut a window into the parts of a broken axis, each with as many stretches as it has room for."""
    if len(parts) < 2:
        return [Period(start, end - 1, round(width / STRETCH))]
    periods = [Period(math.floor(begin), math.ceil(until) - 1, max(1, round(room / STRETCH))) for begin, until, room in parts]
    periods[0] = periods[0]._replace(first=start)
    periods[-1] = periods[-1]._replace(last=end - 1)
    return [one for one in periods if one.first <= one.last]


def _marks_of(snapshot: Snapshot, wanted: Wanted, periods: Sequence[Period]) -> list[tuple[float, float]]:
    """Say where those happenings stand that are drawn pale, as far as they are read one by one."""
    rows = gather.view(snapshot, replace(wanted, facet=None), periods).rows
    return [(begin, gather.ended(begin, until)) for row in rows if (days := shape.placed(row)) for begin, until in [days]]


def _axis(snapshot: Snapshot, what: Matches, whole: Mapping[str, Choices], wanted: Wanted) -> Axis:
    """Make the axis of all that is known now and is not filtered out by a period, and of what is chosen."""
    state = what.state
    current, every = snapshot, what
    if state.filters.keys() - {"from", "to"} or state.as_of is not None:
        current = snapshot.at(None)
        every = matches.of_state(current, what, _unfiltered(replace(state, as_of=None)), matches.COUNTING_MS)
    return axis.of([*([(current, _wanted(every, whole))] if every is not what else []), (snapshot, wanted)])


def _others(snapshot: Snapshot, what: Matches) -> Matches | None:
    """Find all among which the matches are, to be drawn pale beside them; None where nothing is filtered by but a period."""
    if not what.state.filters.keys() - {"from", "to"}:
        return None
    return matches.of_state(snapshot, what, _unfiltered(what.state), matches.COUNTING_MS)


def _unfiltered(state: State) -> State:
    """Take all filters away but the period."""
    given = {name: value for name, value in state.given.items() if name not in states.FILTERS or name in ("from", "to")}
    return replace(state, given=given)


def _whole_days(start: float, end: float) -> tuple[float, float]:
    """Widen a stretch of time to whole days."""
    return math.floor(start), math.ceil(end)


def _next(snapshot: Snapshot, what: Matches, _: Mapping[str, Choices], request: Request) -> dict[str, Any]:
    state, backwards = what.state, request.args.get("step") == "-1"
    size = 1 if "focus" in state.given else MOST_OF_A_DAY
    page = _page(snapshot, what, _key(snapshot, state, backwards=backwards), size, backwards=backwards)
    in_order = page.rows[::-1] if backwards else page.rows
    row = next((one for one in in_order if "focus" in state.given or _is_beyond(state.window, one["date"])), None)
    return {"item": _items(snapshot, [row])[0] if row else None}


def _list(snapshot: Snapshot, what: Matches, whole: Mapping[str, Choices], _: Request) -> dict[str, Any]:
    state, wanted = what.state, _wanted(what, whole)
    window = state.window
    if window is None:
        return {"items": [], "after": None}
    page = _page(snapshot, what, state.after or _key(snapshot, state, backwards=False), LISTED)
    here = [row for row in page.rows if (days := shape.placed(row)) and window.start <= days[0] < window.end]
    beyond = page.rows and page.rows[-1]["began"] >= window.end
    return {"items": _items(snapshot, here, wanted), "after": None if beyond or page.later is None else str(page.later)}


def _page(snapshot: Snapshot, what: Matches, key: Key, size: int, *, backwards: bool = False) -> matches.Page:
    """Read the matches after a key in time order, or before it."""
    place = {"before": str(key)} if backwards else {"after": str(key)}
    given = {name: value for name, value in what.state.given.items() if name not in states.PAGING} | place
    turned = replace(what.state, given=given, after=None if backwards else key, before=key if backwards else None, size=size)
    return matches.page(snapshot, replace(what, state=turned))


def _items(snapshot: Snapshot, found: Sequence[Row], wanted: Wanted | None = None) -> list[dict[str, Any]]:
    """Give happenings as the browser reads them, in the lanes of a drawing."""
    rows = [happenings.at(snapshot, row["position"]) for row in found]
    disputed = happenings.disputed(snapshot, rows)
    in_lanes: Mapping[int, Sequence[int]] = {}
    if wanted and wanted.facet:
        drawn = gather.lanes_of(snapshot, wanted)
        in_lanes = lanes.assign(snapshot, wanted.facet, drawn, rows)
    return [gather.item(row, in_lanes.get(row["position"], (0,)), disputed=row["id"] in disputed) for row in rows]


def _is_beyond(window: Window | None, date: str | None) -> bool:
    """Whether a date begins after the start of a window and before its end; its day was looked at before."""
    stands = shape.stands(shape.of_text(date) or {}) if window is not None and date and "T" in date else None
    return stands is None or window is None or window.start <= stands[0] < window.end


def _key(snapshot: Snapshot, state: State, *, backwards: bool) -> Key:
    """Give the place in the time order to go on from: that of the happening in focus, or the edge of the window."""
    if "focus" in state.given:
        sql = f"select date, {time_order.COLUMNS}, id from happenings where id = :id"
        if shown := snapshot.rows(sql, {"id": state.given["focus"]}):
            return time_order.key(shown[0])
    never = gather.EVER
    if state.window is None:
        return Key(never, 0, never, "~", "~") if backwards else Key(-never, 0, -never, "", "")
    first, last = state.window.days
    return Key(last, never, never, "~", "~") if backwards else Key(first, -never, -never, "", "")


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


def _count(snapshot: Snapshot, wanted: Wanted, gathered: gather.Gathered, window: Window) -> int:
    """Count what stands in the window itself."""
    if wanted.plain and not wanted.few:
        first, last = wanted.within(*window.days)
        return counts.touching(snapshot, first, last, wanted.base) if first <= last else 0
    return gathered.touching(window)


def _parts(request: Request | None) -> list[tuple[float, float, float]]:
    """Read the parts of a broken axis; what makes no sense is left out."""
    found: list[tuple[float, float, float]] = []
    for text in (request.args.get("parts") or "").split(";")[:MOST_PARTS] if request else ():
        try:
            start, end, room = map(float, text.split(","))
        except ValueError:
            continue
        if -gather.EVER < start < end < gather.EVER and 0 < room <= WIDEST and (not found or start >= found[-1][1]):
            found.append((start, end, room))
    return found


def _width(request: Request) -> int:
    text = request.args.get("width") or ""
    return min(max(int(text), NARROWEST), WIDEST) if text.isascii() and text.isdigit() and len(text) < 9 else WIDTH
