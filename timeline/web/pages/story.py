"""The page `/{database}/-/timeline?story=ID`: the happenings of a state one after another, each in full.

Owns the way from one to the next. The happening itself is shown as on its own page. Must not choose happenings.
"""

from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline.selection import matches
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.web import access, assets, links, snapshots
from timeline.web.pages import happening, introduction, page_frame, pictures, result_summary

Link = tuple[str, str]


async def story_page(datasette: Datasette, request: Request, database: Database, state: State) -> Response:
    """Answer with one happening of a state, and links to the one before and the one after; 404 if it is not known."""
    await access.ensure_readable(datasette, request, database.name, *happening.TABLES)
    introduced = await introduction.read(datasette, database)
    here = links.timeline(datasette, database.name)
    content = await snapshots.read(database, lambda snapshot: _read(datasette, request, database.name, snapshot, state))
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


def _read(datasette: Datasette, request: Request, database: str, snapshot: Snapshot, state: State) -> dict[str, Any]:
    """Read the happening at which the story is, and its neighbours among the matches of the state."""
    snapshot, result = matches.find(snapshot, state)
    state, id_ = result.state, str(state.story)
    content = happening.read(datasette, request, database, snapshot, id_, state)
    here = links.timeline(datasette, database)

    def link(row: Any) -> Link | None:  # noqa: ANN401 - a row, or none
        return row and (here + state.query(story=row["id"]), happening.headline_of(row))

    before, after = matches.neighbours(snapshot, result, id_)
    return {
        **content,
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
