"""The page `/-/timeline`: the way to the timelines among the attached databases.

Owns the choice between them. Must not show one that the visitor may not read.
"""

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.selection import conditions, matches
from timeline.selection.state import State
from timeline.web import access, links, snapshots
from timeline.web.pages import frame


@frame.answering
async def index_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the list of timelines; where there is one, lead to it."""
    await access.ensure_instance(datasette, request)
    names = await access.visible_timelines(datasette, request.actor)
    if len(names) == 1:
        return Response.redirect(links.timeline(datasette, names[0]))
    listed = []
    for name in names:
        database = datasette.get_database(name)
        counted = await snapshots.read(database, lambda snapshot: matches.count(snapshot, conditions.chosen(State(), None)))
        more = counted is not None and counted > matches.COUNT_TO
        listed.append(
            {
                "title": await frame.title_of(datasette, database),
                "name": name,
                "address": links.timeline(datasette, name),
                "count": f"more than {matches.COUNT_TO:,}" if more else counted,
                "one": counted == 1,
            }
        )
    context = {"timelines": listed, "canonical": links.index(datasette)}
    return await frame.respond(datasette, request, "timeline_index.html", context)
