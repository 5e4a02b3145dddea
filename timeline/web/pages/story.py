"""The page `/{database}/-/timeline?story=ID`: the happenings of a state one after another, each in full.

Owns the way from one to the next, and the axis above, which shows where in time one is. The happening itself is shown as on its own
page. Must not choose happenings.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline.dates import civil
from timeline.exchange.formats.svg.axis import Piece, Scale, marks, year_name
from timeline.selection import matches
from timeline.selection.matches import Matches
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.selection.values import Choices
from timeline.web import access, assets, links, security, snapshots
from timeline.web.drawing import answers, shape
from timeline.web.drawing.stretches import shown_end
from timeline.web.pages import happening, introduction, page_frame, pictures, result_summary

Link = tuple[str, str]
Box = tuple[float, float, float]
"""The left edge of a bar, its width, and its height: the first two in hundredths of the axis, the height in pixels."""
HEIGHT, LEAST = 26, 3  # pixels of the highest bar, and of the lowest
APART = 20  # hundredths of the axis between two labels, at least
LAST = 82  # where a label ends at its mark rather than begins there
NARROWEST = 0.4  # hundredths


@dataclass(frozen=True)
class StoryAxis:
    """The axis above a story, in hundredths from the left: bars, breaks as (left, width), labels, and the happening itself."""

    bars: list[Box]
    breaks: list[tuple[float, float]]
    labels: list[tuple[float, str]]
    here: tuple[float, float] | None
    last: float = LAST


async def story_page(datasette: Datasette, request: Request, database: Database, state: State) -> Response:
    """Answer with one happening of a state, and links to the one before and the one after; 404 if it is not known."""
    await access.ensure_readable(datasette, request, database.name, *happening.TABLES)
    introduced = await introduction.read(datasette, database)
    here = links.timeline(datasette, database.name)
    content = await snapshots.read(database, lambda snapshot: _read(datasette, request, database, snapshot, state))
    context = {
        **content,
        "database": database.name,
        "timeline": here,
        "introduced": introduced,
        "pictures_shown": await pictures.may_be_seen(datasette, request, database.name),
        "style": assets.address(datasette, "story.css"),
        "script": assets.address(datasette, "story.js"),
    }
    template, status = ("timeline_story.html", 200) if "version" in content else ("timeline_unknown.html", 404)
    return await page_frame.respond(datasette, request, template, context, status=status)


def _read(datasette: Datasette, request: Request, served: Database, snapshot: Snapshot, state: State) -> dict[str, Any]:
    """Read the happening at which the story is, and its neighbours among the matches of the state."""
    snapshot, result = matches.find(snapshot, state)
    state, id_, database = result.state, str(state.story), served.name
    content = happening.read(datasette, request, database, snapshot, id_, state)
    here = links.timeline(datasette, database)
    choices = snapshots.choices(served, snapshot, result.end)
    backwards = security.settings_of(datasette).get("direction") == "rtl"

    def link(row: Any) -> Link | None:  # noqa: ANN401 - a row, or none
        return row and (here + state.query(story=row["id"]), happening.headline_of(row))

    before, after = matches.neighbours(snapshot, result, id_)
    return {
        **content,
        "axis": _axis(snapshot, result, choices, content, backwards=backwards),
        "id": id_,
        "permalink": links.happening(datasette, database, id_) + state.as_of_query,
        "leave": here + state.query(story=None, focus=id_),
        "canonical": links.happening(datasette, database, id_) + state.as_of_query,
        "before": link(before),
        "after": link(after),
        "number": matches.number_of(snapshot, result, id_),
        "count": result_summary.count_in_words(result.counted),
        "counted": result.counted if result.are_few else None,
    }


def _axis(
    snapshot: Snapshot, result: Matches, choices: Mapping[str, Choices], content: Mapping[str, Any], *, backwards: bool
) -> StoryAxis | None:
    """Return the axis of the matches with the happening on it; None if no match has a day."""
    drawn_on, counted = answers.outline(snapshot, result, choices)
    window = drawn_on.window(broken=False)
    if window is None or not counted:
        return None
    pieces = [Piece(first, last, left * 100, right * 100) for first, last, left, right in drawn_on.parts]
    scale = Scale(pieces or [Piece(window.start, window.end, 0, 100)])
    most = max(many for *_, many in counted)

    def placed(begin: float, until: float) -> tuple[float, float]:
        left, right = scale.at(begin), scale.at(until)
        width = max(right - left, NARROWEST)
        return round(100 - left - width if backwards else left, 2), round(width, 2)

    def high(many: int) -> float:
        return round(LEAST + math.sqrt(many / most) * (HEIGHT - LEAST), 1)

    gaps = zip(scale.pieces, scale.pieces[1:], strict=False)
    span = shape.span(shape.of_text((content.get("statement") or {}).get("date")) or {})
    return StoryAxis(
        [(*placed(first, last + 1), high(many)) for first, last, many in counted],
        [placed(before.last, after.first) for before, after in gaps],
        [(round(100 - at if backwards else at, 2), name) for at, name in _labels(scale)],
        placed(span[0], shown_end(*span)) if span else None,
    )


def _labels(scale: Scale) -> Iterator[tuple[float, str]]:
    """Yield the labels of an axis, none over another; a part without one has that of the year at its beginning."""
    last = -math.inf
    for piece in scale.pieces:
        for at, name in list(marks(piece, APART)) or [(piece.left, year_name(civil(math.floor(piece.first))[0]))]:
            if at - last >= APART * 0.7:
                yield at, name
                last = at
