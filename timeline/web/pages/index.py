"""The page `/-/timeline`: the timelines among the attached databases.

Owns the choice between them. Must not show one that the visitor may not read.
"""

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.selection import conditions, matches
from timeline.selection.state import State
from timeline.web import access, links, snapshots
from timeline.web.pages import page_frame, result_summary


@page_frame.answering
async def index_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the list of timelines. If there is only one, redirect to it."""
    await access.ensure_instance(datasette, request)
    names = await access.visible_timelines(datasette, request.actor)
    if len(names) == 1:
        return Response.redirect(links.timeline(datasette, names[0]))
    timelines = []
    for name in names:
        database = datasette.get_database(name)
        count = await snapshots.read(database, lambda snapshot: matches.count(snapshot, conditions.chosen(State(), None)))
        timelines.append(
            {
                "title": await page_frame.title_of(datasette, database),
                "name": name,
                "address": links.timeline(datasette, name),
                "count": result_summary.count_in_words(count),
            }
        )
    context = {"timelines": timelines, "canonical": links.index(datasette)}
    return await page_frame.respond(datasette, request, "timeline_index.html", context)
