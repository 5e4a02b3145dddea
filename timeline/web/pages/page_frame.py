"""The frame of every page: stylesheet, breadcrumbs, canonical address, and a readable page if the database fails.

Must not know the content of any page.
"""

import functools
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.utils.asgi import Request, Response
from jinja2 import Template

from timeline import plugin_settings
from timeline.errors import StatementInvalid, TookTooLong
from timeline.shortening import shortened
from timeline.web import assets, links, scheduling, security
from timeline.web.pages import introduction, query_string

Handler = Callable[[Datasette, Request], Awaitable[Response]]
Trail = Iterable[tuple[str, str]]
LONGEST_CRUMB = 60
_ROOT = re.compile(r'<html(?: lang="[^"]*")?>')


def answering(handler: Handler) -> Handler:
    """Answer with a readable page if a query takes too long or fails. Datasette still answers 403 and 404 itself."""

    @functools.wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            return await handler(datasette, request)
        except (QueryInterrupted, TookTooLong):
            limit = datasette.setting("sql_time_limit_ms")
            return await trouble(
                datasette, request, "That took too long",
                f"The database did not finish within {limit:,} milliseconds. Nothing is broken. Ask for less: a shorter period, a"
                " rarer word or fewer filters.",
            )  # fmt: skip
        except StatementInvalid as error:
            return await trouble(datasette, request, *unreadable(error))
        except sqlite3.Error as error:
            if "malformed JSON" in str(error):  # only the data of events is read as JSON
                return await trouble(datasette, request, *unreadable(error))
            return await trouble(
                datasette, request, "The database could not answer",
                f"SQLite says: {error}. Whoever runs this site can check the file with `timeline verify`, or derive its tables"
                " again with `timeline rebuild`.",
            )  # fmt: skip

    return answer


def unreadable(error: Exception) -> tuple[str, str]:
    """Return the heading and the advice for an event that is not as it was appended."""
    return "The log could not be read here", (
        f"The reason: {error}. The file may be damaged or altered, or another program wrote to it. Whoever runs this site can"
        " find out where with `timeline verify`. The rest of the timeline can still be read."
    )


async def respond(
    datasette: Datasette,
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    trail: Trail = (),
    status: int = 200,
) -> Response:
    """Draw a page in Datasette's own frame. `trail` holds the breadcrumbs after the timeline, as (address, label)."""
    parameters = query_string.PARAMETERS.get(template)
    name = context.get("database")
    introduced = context.get("introduced") or (name and await introduction.read(datasette, datasette.get_database(name)))
    title = introduced.title if introduced else None
    full = {
        "database": None,
        "stylesheet": assets.address(datasette, "timeline.css"),
        "site": title,
        "trail": [*([(links.timeline(datasette, name), shortened(title, LONGEST_CRUMB))] if name and title else []), *trail],
        "canonical": None,
        "unknown_parameters": [] if parameters is None else query_string.unknown_parameters(request, parameters),
        **context,
    }
    if full["canonical"]:
        full["canonical"] = datasette.absolute_url(request, full["canonical"])
    html = await datasette.render_template(_in_slices(datasette, request, template), full, request=request, view_name="timeline")
    # Datasette's frame does not always name its language, which screen readers need.
    return Response.html(_ROOT.sub(f'<html lang="en"{_direction(datasette)}>', html, count=1), status=status)


def _in_slices(datasette: Datasette, request: Request, name: str) -> Template:
    """Return a template that is drawn in slices, so that other visitors do not wait for a long page."""
    stable = not hasattr(datasette, "get_jinja_environment")
    environment = datasette.jinja_env if stable else datasette.get_jinja_environment(request)
    template = object.__new__(Template)
    vars(template).update(vars(environment.get_template(name)))

    async def render(context: dict[str, Any]) -> str:
        return await scheduling.in_slices(template.generate_async(context))

    template.render_async = render  # type: ignore[method-assign]
    return template


def _direction(datasette: Datasette) -> str:
    """Return the page's `dir` attribute if the plugin's settings name a direction: an Arabic timeline may run right to left."""
    direction = security.settings_of(datasette).get("direction")
    return f' dir="{direction}"' if direction in plugin_settings.CHOICES["direction"] else ""


async def trouble(datasette: Datasette, request: Request, heading: str, advice: str, status: int = 400) -> Response:
    """Answer with a page that says what is wrong, and what to do."""
    name = request.url_vars.get("database")
    database = next((db.name for db in datasette.databases.values() if db.route == name), None)
    start = links.timeline(datasette, database) if database else links.index(datasette)
    context = {"database": database, "heading": heading, "advice": advice, "start": start}
    return await respond(datasette, request, "timeline_trouble.html", context, status=status)


async def log_end(database: Database) -> int:
    """Return the last position of the log; 0 if it is empty."""
    rows = await database.execute("select max(position) from events")
    return int(rows.rows[0][0] or 0)
