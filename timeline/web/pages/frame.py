"""What every page shares: how it is answered, and what stands around it.

Owns the page frame's context (stylesheet, breadcrumbs, canonical address), and the page that says in words what went
wrong where SQLite gave up or refused. Must not know what any page shows.
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

from timeline import settings
from timeline.errors import StatementInvalid, TookTooLong
from timeline.web import assets, links, security, working
from timeline.web.pages import parameters

Handler = Callable[[Datasette, Request], Awaitable[Response]]
Trail = Iterable[tuple[str, str]]
_ROOT = re.compile(r'<html(?: lang="[^"]*")?>')


def answering(handler: Handler) -> Handler:
    """Answer with a readable page where a query took too long or failed; permissions and 404 stay Datasette's."""

    @functools.wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            return await handler(datasette, request)
        except (QueryInterrupted, TookTooLong):
            limit = datasette.setting("sql_time_limit_ms")
            return await _trouble(
                datasette, request, "That took too long",
                f"The database was given {limit:,} milliseconds and did not finish. Nothing is broken: ask for less, with a"
                " shorter period, a rarer word or fewer filters.",
            )  # fmt: skip
        except StatementInvalid as error:
            return await _trouble(datasette, request, *unreadable(error))
        except sqlite3.Error as error:
            if "malformed JSON" in str(error):  # only the data of events is read as JSON
                return await _trouble(datasette, request, *unreadable(error))
            return await _trouble(
                datasette, request, "The database could not answer",
                f"SQLite says: {error}. Whoever runs this site can check the file with `timeline verify`, or derive its tables"
                " again with `timeline rebuild`.",
            )  # fmt: skip

    return answer


def unreadable(error: Exception) -> tuple[str, str]:
    """Say, as heading and advice, that an event is not what was appended."""
    return "The log could not be read here", (
        f"Here is why: {error}. The file may have been damaged or altered, or something else wrote it. Whoever runs this site can"
        " find out where"
        " with `timeline verify`; the rest of the timeline can still be read."
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
    """Draw a page in Datasette's own frame. `trail` is what the breadcrumbs lead through after the database."""
    full = {
        "database": None,
        "stylesheet": assets.address(datasette, "timeline.css"),
        "trail": list(trail),
        "canonical": None,
        "not_taken": parameters.not_taken(request, parameters.PAGES[template]) if template in parameters.PAGES else [],
        **context,
    }
    if full["canonical"]:
        full["canonical"] = datasette.absolute_url(request, full["canonical"])
    html = await datasette.render_template(_in_slices(datasette, request, template), full, request=request, view_name="timeline")
    # Not every version of the frame says which language it is in, and screen readers need to be told.
    return Response.html(_ROOT.sub(f'<html lang="en"{_direction(datasette)}>', html, count=1), status=status)


def _in_slices(datasette: Datasette, request: Request, name: str) -> Template:
    """Give a template that is drawn in slices, so that nobody waits while a long page is."""
    stable = not hasattr(datasette, "get_jinja_environment")
    environment = datasette.jinja_env if stable else datasette.get_jinja_environment(request)
    template = object.__new__(Template)
    vars(template).update(vars(environment.get_template(name)))

    async def render(context: dict[str, Any]) -> str:
        return await working.in_slices(template.generate_async(context))

    template.render_async = render  # type: ignore[method-assign]
    return template


def _direction(datasette: Datasette) -> str:
    """Say which way the page runs, where the plugin's settings do: a timeline in Arabic may run from right to left."""
    direction = security.settings_of(datasette).get("direction")
    return f' dir="{direction}"' if direction in settings.DIRECTIONS else ""


async def _trouble(datasette: Datasette, request: Request, heading: str, advice: str) -> Response:
    name = request.url_vars.get("database")
    database = next((db.name for db in datasette.databases.values() if db.route == name), None)
    start = links.timeline(datasette, database) if database else links.index(datasette)
    context = {"database": database, "heading": heading, "advice": advice, "start": start}
    return await respond(datasette, request, "timeline_trouble.html", context, status=400)


async def title_of(datasette: Datasette, database: Database) -> str:
    """Give a database's title as its metadata has it, else its name."""
    if hasattr(datasette, "get_database_metadata"):
        metadata = await datasette.get_database_metadata(database.name)
        title = metadata.get("title")
    else:
        title = datasette.metadata("title", database=database.name, fallback=False)
    return str(title or database.name)


async def log_end(database: Database) -> int:
    """Give the last position of the log; 0 where it is empty."""
    rows = await database.execute("select max(position) from events")
    return int(rows.rows[0][0] or 0)
