"""The Datasette plugin: what Datasette calls, and whom it reaches.

Owns the hooks and the addresses, nothing else: each hook is a line or two that hands on. The plugin reads with SQL
alone and never appends; it imports only what also runs in a browser (no compiled packages).
"""

from __future__ import annotations

# mypy: disable-error-code="untyped-decorator"
# Datasette declares no types, so its decorator has none to keep.
import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from timeline import dates, settings
from timeline.selection import sql
from timeline.web import (
    assets,
    connections,
    descriptions,
    limits,
    links,
    menus,
    native_pages,
    permission_rules,
    queries,
    renderer,
    security,
)

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request
    from jinja2 import Environment

Links = list[dict[str, str]]
_cells, _AT_A_TIME = count(1), 1_000  # cells that are linked before others have their turn


@hookimpl
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Learn Datasette's page frame, and give the questions and the descriptions where Datasette does not ask for them.

    Settings that would do nothing are refused.
    """
    from datasette.utils import StartupError  # noqa: PLC0415 - Datasette has not made it when it loads us

    async def inner() -> None:
        if fault := settings.fault(security.settings_of(datasette)):
            raise StartupError(f"metadata.json: plugins: {security.PLUGIN}: {fault}")
        permission_rules.count_open_rows_only()
        await security.learn_frame(datasette)
        await queries.add_where_kept(datasette)
        await descriptions.add_where_kept(datasette)

    return inner


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Have the scripts of template files marked, so that no others run; and give our templates their filter."""
    env.add_extension(security.KnownScripts)
    env.filters["timeline_search_folded"] = native_pages.search_folded


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Give every connection our SQL functions, and those of a timeline our limits."""
    dates.register(conn)
    sql.register(conn)
    given = security.settings_of(datasette)
    # With a faulty setting Datasette does not start, but it may open connections before that.
    connections.prepare(conn, database, datasette, {} if settings.fault(given) else given)


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> object:
    """Answer in a line where a query was stopped because it took too much memory."""
    if not isinstance(exception, MemoryError):
        return None
    from datasette import handle_exception as others  # noqa: PLC0415 - Datasette has not made it when it loads us
    from datasette.views.base import DatasetteError  # noqa: PLC0415 - the same

    return others.handle_exception(datasette, request, DatasetteError(limits.TOO_MUCH_WORK, status=400))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Give the pages their addresses."""
    from timeline.web import pages  # noqa: PLC0415 - they name Datasette's own types, which it has not made when it loads us
    from timeline.web.drawing import answers  # noqa: PLC0415 - the same

    at = r"^/(?P<database>[^/]+)/-/timeline"
    return [
        (r"^/-/timeline$", pages.index_page),
        (assets.PATTERN, assets.asset),
        (rf"{at}$", pages.timeline_page),
        (rf"{at}/drawing/overview$", answers.overview_answer),
        (rf"{at}/drawing/view$", answers.view_answer),
        (rf"{at}/drawing/next$", answers.next_answer),
        (rf"{at}/sources$", pages.sources_page),
        (rf"{at}/sources/(?P<source>[^/]+)$", pages.source_page),
        (rf"{at}/events/(?P<position>[0-9]{{1,18}})$", pages.event_page),
        (rf"{at}/events/(?P<position>[0-9]{{1,18}})/proof$", pages.proof_file),
        (rf"{at}/log/checkpoints$", pages.checkpoints_page),
        (rf"{at}/log/checkpoints/(?P<number>[0-9]{{1,18}}|now)$", pages.checkpoint_file),
        (rf"{at}/log/consistency$", pages.consistency_file),
        (rf"{at}/export$", pages.exports_page),
        (rf"{at}/export/(?P<name>[^/]+)$", pages.export_file),
        (rf"{at}/(?P<happening>[^/]+)$", pages.happening_page),
    ]


@hookimpl
def register_output_renderer() -> dict[str, Any]:
    """Offer `.timeline` for any rows that have a date."""
    return {"extension": "timeline", "render": renderer.render, "can_render": renderer.can_render}


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[security.App], security.App]:
    """Add the security headers to every response, and find out once for each request what is closed."""
    secured = security.wrapper(datasette)
    return lambda app: permission_rules.remembering(secured(permission_rules.refusing_older(datasette, app)))


@hookimpl
def filters_from_request(request: Request, database: str, table: str, datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Refuse to search an index that the visitor may not read."""
    return lambda: permission_rules.on_search(datasette, request, database, table)


@hookimpl
def render_cell(row: links.Row, value: object, column: str, table: str | None, database: str, datasette: Datasette) -> object:
    """Link the cells of a timeline to its pages; now and then let other visitors in between, for a page may have thousands."""
    cell = links.Cell(datasette, database, table, column, row, value)
    return links.cell(cell) if next(_cells) % _AT_A_TIME else _after_others(cell)


async def _after_others(cell: links.Cell) -> object:
    await asyncio.sleep(0)
    return links.cell(cell)


@hookimpl(optionalhook=True)
def canned_queries(datasette: Datasette, database: str, actor: dict[str, Any] | None) -> Awaitable[dict[str, Any]]:
    """Offer the questions on a Datasette that asks for them."""
    return queries.offered(datasette, database, actor)


@hookimpl(optionalhook=True)
def get_metadata(datasette: Datasette, key: str | None, database: str | None) -> dict[str, Any]:
    """Describe the tables of every timeline, on a Datasette that asks for it."""
    return descriptions.offered(datasette, key, database)


@hookimpl(optionalhook=True, trylast=True)  # of several answers, such a Datasette takes the last
def permission_allowed(
    datasette: Datasette, actor: dict[str, Any] | None, action: str, resource: object
) -> Awaitable[bool | None] | None:
    """Deny writing, the tables that repeat a denied table, and what reads all tables, on a Datasette that asks about one thing."""
    asked = ("view-table", *permission_rules.OF_THE_WHOLE, *permission_rules.WRITING)
    return permission_rules.on_one(datasette, actor, action, resource) if action in asked else None


@hookimpl(optionalhook=True)
def permission_resources_sql(datasette: Datasette, actor: dict[str, Any] | None, action: str) -> object:
    """Deny writing, the tables that repeat a denied table, and what reads one, on a Datasette that decides by SQL."""
    if action in permission_rules.WRITING:
        return permission_rules.on_writing(datasette)
    if action == "view-table":
        return _described(datasette, permission_rules.on_all(datasette, actor, action))
    if action in permission_rules.OF_THE_WHOLE:
        return permission_rules.on_all(datasette, actor, action)
    return queries.denied(datasette, actor) if action == "view-query" else None


async def _described(datasette: Datasette, rule: Awaitable[object]) -> object:
    # Here, before a table is shown, a timeline is noticed that was attached while Datasette runs.
    await descriptions.add_where_kept(datasette)
    return await rule


@hookimpl(optionalhook=True)
def top_homepage(datasette: Datasette, request: Request) -> Awaitable[str]:
    """Lead to the timelines from the top of the home page."""
    return native_pages.at_home(datasette, request)


@hookimpl(optionalhook=True)
def top_database(datasette: Datasette, request: Request, database: str) -> Awaitable[str]:
    """Lead to its timeline from the top of a database's page."""
    return native_pages.at_database(datasette, request, database)


@hookimpl
def extra_template_vars(
    template: str | None, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Give Datasette's own pages of a timeline what our templates add to them."""
    return lambda: native_pages.variables(datasette, request, template, database)


@hookimpl
def extra_css_urls(template: str | None, database: str | None, datasette: Datasette) -> Callable[[], Awaitable[list[str]]]:
    """Style what is added to them."""
    return lambda: native_pages.style_sheets(datasette, template, database)


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> Awaitable[Links]:
    """Lead to the timelines from every page."""
    return menus.everywhere(datasette, actor)


@hookimpl(optionalhook=True)
def homepage_actions(datasette: Datasette, actor: dict[str, Any] | None) -> Awaitable[Links]:
    """Lead to the timelines from the home page."""
    return menus.everywhere(datasette, actor)


@hookimpl
def database_actions(datasette: Datasette, actor: dict[str, Any] | None, database: str) -> Awaitable[Links]:
    """Lead from a database to its timeline."""
    return menus.of_database(datasette, actor, database)


@hookimpl
def table_actions(datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str) -> Awaitable[Links]:
    """Lead from a timeline's tables to its page."""
    return menus.of_table(datasette, actor, database, table)


@hookimpl(optionalhook=True)
def view_actions(datasette: Datasette, actor: dict[str, Any] | None, database: str, view: str) -> Awaitable[Links]:
    """Lead from a timeline's views to its page."""
    return menus.of_table(datasette, actor, database, view)


@hookimpl(optionalhook=True)
def row_actions(datasette: Datasette, database: str, table: str, row: links.Row) -> Awaitable[Links]:
    """Lead from a row to its own page."""
    return menus.of_row(datasette, database, table, row)
