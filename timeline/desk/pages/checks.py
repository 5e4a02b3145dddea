"""The answers beside the fields while a person types: `POST …/desk/check`. Nothing is recorded.

Owns no rule: the page itself shows the same answers when it is submitted without JavaScript.
"""

from __future__ import annotations

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.desk import checking
from timeline.desk.form import from_pairs
from timeline.desk.pages import visit as visits


@visits.answering
async def check_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the fragments of the form that say how what was typed is read."""
    visit = await visits.enter(datasette, request)
    form = from_pairs(await visits.read_form(request))
    checked = await visit.read(lambda timeline: checking.check(timeline, form, everything=False))
    html = await datasette.render_template("timeline_desk_checked.html", {"checked": checked}, request=request)
    return Response.html(html, headers=visits.HEADERS)
