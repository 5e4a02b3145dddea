"""The Datasette plugin: its hooks and its addresses.

Owns these alone: each hook is a line or two that calls another module. The plugin reads with SQL and never appends. It imports no
compiled package, so that it also runs in a browser (Datasette Lite).
"""

from __future__ import annotations

# mypy: disable-error-code="untyped-decorator"
# Datasette declares no types, and neither does its decorator.
import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from timeline import dates, plugin_settings
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
_cells, _AT_A_TIME = count(1), 1_000  # cells that are linked before other requests have their turn


@hookimpl
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Learn the scripts of Datasette's page frame, and add the questions and descriptions if Datasette stores them.

    Raises StartupError for a setting that would have no effect.
    """
    from datasette.utils import StartupError  # noqa: PLC0415 - it does not exist yet when Datasette loads plugins

    async def inner() -> None:
        if fault := plugin_settings.fault(security.settings_of(datasette)):
            raise StartupError(f"metadata.json: plugins: {security.PLUGIN}: {fault}")
        permission_rules.count_open_rows_only()
        await security.learn_frame(datasette)
        await queries.add_to_datasette(datasette)
        await descriptions.add_to_datasette(datasette)

    return inner


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Mark the scripts in template files, so that no others run, and add the filter of our templates."""
    env.add_extension(security.KnownScripts)
    env.filters["timeline_search_folded"] = native_pages.search_folded


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Give every connection our SQL functions, and those of a timeline our limits."""
    dates.register(conn)
    sql.register(conn)
    given = security.settings_of(datasette)
    # With a faulty setting Datasette does not start, but it may open connections before that.
    connections.prepare(conn, database, datasette, {} if plugin_settings.fault(given) else given)


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> object:
    """Answer with one line if a query was stopped because it needs too much memory."""
    if not isinstance(exception, MemoryError):
        return None
    from datasette import handle_exception as others  # noqa: PLC0415 - it does not exist yet when Datasette loads plugins
    from datasette.views.base import DatasetteError  # noqa: PLC0415 - the same

    return others.handle_exception(datasette, request, DatasetteError(limits.TOO_MUCH_WORK, status=400))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Return the addresses of the pages."""
    from timeline.web import pages  # noqa: PLC0415 - they import Datasette's types, which do not exist yet when it loads plugins
    from timeline.web.drawing import answers  # noqa: PLC0415 - the same

    at = r"^/(?P<database>[^/]+)/-/timeline"
    return [
        (r"^/-/timeline$", pages.index_page),
        (assets.PATTERN, assets.asset),
        (rf"{at}$", pages.timeline_page),
        (rf"{at}/drawing/overview$", answers.overview_answer),
        (rf"{at}/drawing/view$", answers.view_answer),
        (rf"{at}/drawing/next$", answers.next_answer),
        (rf"{at}/drawing/list$", answers.list_answer),
        (rf"{at}/sources$", pages.sources_page),
        (rf"{at}/sources/(?P<source>[^/]+)$", pages.source_page),
        (rf"{at}/sources/(?P<source>[^/]+)/image$", pages.image_file),
        (rf"{at}/sources/(?P<source>[^/]+)/document$", pages.document_file),
        (rf"{at}/sources/(?P<source>[^/]+)/frame$", pages.frame_page),
        (rf"{at}/sources/(?P<source>[^/]+)/pages/(?P<page>[1-9][0-9]{{0,8}})\.png$", pages.page_picture),
        (rf"{at}/events/(?P<position>[0-9]{{1,18}})$", pages.event_page),
        (rf"{at}/events/(?P<position>[0-9]{{1,18}})/proof$", pages.proof_file),
        (rf"{at}/log/checkpoints$", pages.checkpoints_page),
        (rf"{at}/log/checkpoints/(?P<number>[0-9]{{1,18}}|now)$", pages.checkpoint_file),
        (rf"{at}/log/consistency$", pages.consistency_file),
        (rf"{at}/log\.jsonl$", pages.log_file),
        (rf"{at}/live$", pages.live_stream),
        (rf"{at}/export$", pages.exports_page),
        (rf"{at}/export/(?P<name>[^/]+)$", pages.export_file),
        (rf"{at}/(?P<happening>[^/]+)$", pages.happening_page),
    ]


@hookimpl
def register_output_renderer() -> dict[str, Any]:
    """Offer `.timeline` for all rows that have a date."""
    return {"extension": "timeline", "render": renderer.render, "can_render": renderer.can_render}


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[security.App], security.App]:
    """Add the security headers to responses, and look up only once for each request which tables are closed."""
    secured = security.wrapper(datasette)
    return lambda app: permission_rules.remembering(secured(permission_rules.refusing_older(datasette, app)))


@hookimpl
def filters_from_request(request: Request, database: str, table: str, datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Refuse a search in an index that the visitor may not read."""
    return lambda: permission_rules.on_search(datasette, request, database, table)


@hookimpl
def render_cell(row: links.Row, value: object, column: str, table: str | None, database: str, datasette: Datasette) -> object:
    """Link the cells of a timeline to its pages. A page may have thousands, so other requests have their turn in between."""
    cell = links.Cell(datasette, database, table, column, row, value)
    return links.cell(cell) if next(_cells) % _AT_A_TIME else _link_after_others(cell)


async def _link_after_others(cell: links.Cell) -> object:
    await asyncio.sleep(0)
    return links.cell(cell)


@hookimpl(optionalhook=True)
def canned_queries(datasette: Datasette, database: str, actor: dict[str, Any] | None) -> Awaitable[dict[str, Any]]:
    """Offer the questions to a Datasette that asks plugins for queries (0.65)."""
    return queries.for_database(datasette, database, actor)


@hookimpl(optionalhook=True)
def get_metadata(datasette: Datasette, key: str | None, database: str | None) -> dict[str, Any]:
    """Describe the tables of every timeline to a Datasette that asks plugins for metadata (0.65)."""
    return descriptions.of_databases(datasette, key, database)


@hookimpl(optionalhook=True, trylast=True)  # of several answers, Datasette 0.65 takes the last
def permission_allowed(
    datasette: Datasette, actor: dict[str, Any] | None, action: str, resource: object
) -> Awaitable[bool | None] | None:
    """Deny writing, copies of denied tables, and actions that read all tables, where Datasette asks about one resource (0.65)."""
    actions = ("view-table", *permission_rules.READING_ALL, *permission_rules.WRITING)
    return permission_rules.for_resource(datasette, actor, action, resource) if action in actions else None


@hookimpl(optionalhook=True)
def permission_resources_sql(datasette: Datasette, actor: dict[str, Any] | None, action: str) -> object:
    """Deny writing, copies of denied tables, and actions that read all tables, where Datasette decides by SQL (1.0)."""
    if action in permission_rules.WRITING:
        return permission_rules.for_writing(datasette)
    if action == "view-table":
        return _after_describing(datasette, permission_rules.for_all(datasette, actor, action))
    if action in permission_rules.READING_ALL:
        return permission_rules.for_all(datasette, actor, action)
    return queries.denials(datasette, actor) if action == "view-query" else None


async def _after_describing(datasette: Datasette, rule: Awaitable[object]) -> object:
    # Datasette asks this before it shows a table: the moment to describe a timeline that was attached while it runs.
    await descriptions.add_to_datasette(datasette)
    return await rule


@hookimpl(optionalhook=True)
def top_homepage(datasette: Datasette, request: Request) -> Awaitable[str]:
    """Link to the timelines at the top of the home page."""
    return native_pages.at_home(datasette, request)


@hookimpl(optionalhook=True)
def top_database(datasette: Datasette, request: Request, database: str) -> Awaitable[str]:
    """Link to its timeline at the top of a database's page."""
    return native_pages.at_database(datasette, request, database)


@hookimpl
def extra_template_vars(
    template: str | None, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Return the variables that our templates add to Datasette's own pages."""
    return lambda: native_pages.variables(datasette, request, template, database)


@hookimpl
def extra_css_urls(template: str | None, database: str | None, datasette: Datasette) -> Callable[[], Awaitable[list[str]]]:
    """Return the style sheets of these additions."""
    return lambda: native_pages.style_sheets(datasette, template, database)


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> Awaitable[Links]:
    """Link to the timelines on every page."""
    return menus.everywhere(datasette, actor)


@hookimpl(optionalhook=True)
def homepage_actions(datasette: Datasette, actor: dict[str, Any] | None) -> Awaitable[Links]:
    """Link to the timelines on the home page."""
    return menus.everywhere(datasette, actor)


@hookimpl
def database_actions(datasette: Datasette, actor: dict[str, Any] | None, database: str) -> Awaitable[Links]:
    """Link a database to its timeline."""
    return menus.of_database(datasette, actor, database)


@hookimpl
def table_actions(datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str) -> Awaitable[Links]:
    """Link a timeline's tables to its page."""
    return menus.of_table(datasette, actor, database, table)


@hookimpl(optionalhook=True)
def view_actions(datasette: Datasette, actor: dict[str, Any] | None, database: str, view: str) -> Awaitable[Links]:
    """Link a timeline's views to its page."""
    return menus.of_table(datasette, actor, database, view)


@hookimpl(optionalhook=True)
def row_actions(datasette: Datasette, database: str, table: str, row: links.Row) -> Awaitable[Links]:
    """Link a row to its own page."""
    return menus.of_row(datasette, database, table, row)
