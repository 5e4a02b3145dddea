"""The second Datasette plugin: it writes, over HTTP and on the pages of the desk.

Owns its hooks and its addresses; each hook is a line or two that calls another module. Must not read for visitors: the pages of
`timeline.web` do. A server that only reads needs none of this.
"""

from __future__ import annotations

# mypy: disable-error-code="untyped-decorator"
# Datasette declares no types, and neither does its decorator.
import os
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from timeline import plugin_settings
from timeline.desk import permissions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from datasette.app import Datasette
    from datasette.utils.asgi import Request

    from timeline.web.security import App

Actor = dict[str, Any] | None
Links = list[dict[str, str]]


@hookimpl(optionalhook=True)
def register_actions(datasette: Datasette) -> list[Any]:
    """Register the permissions with a Datasette that calls them actions (1.0)."""
    return permissions.actions()


@hookimpl(optionalhook=True)
def register_permissions(datasette: Datasette) -> list[Any]:
    """Register the permissions with a Datasette that keeps a list of them (0.65)."""
    return permissions.listed()


@hookimpl(optionalhook=True, trylast=True)  # of several answers, Datasette 0.65 takes the last
def permission_allowed(datasette: Datasette, actor: Actor, action: str, resource: object) -> bool | None:
    """Grant what metadata.json grants, and root everything, where Datasette asks about one resource (0.65); close drafts."""
    if action in permissions.READING:
        return permissions.drafts_for_resource(datasette, action, resource)
    return permissions.for_resource(datasette, actor, action, resource) if action in permissions.ALL else None


@hookimpl(optionalhook=True)
def permission_resources_sql(datasette: Datasette, actor: Actor, action: str) -> object:
    """Grant what metadata.json grants, where Datasette decides by SQL (1.0); close drafts."""
    if action in permissions.READING:
        return permissions.drafts_for_all(datasette, action)
    return permissions.for_all(datasette, actor, action) if action in permissions.ALL else None


@hookimpl(tryfirst=True)  # before the addresses of the happenings
def register_routes() -> list[tuple[str, Any]]:
    """Return the addresses at which the desk answers."""
    at = r"^/(?P<database>[^/]+)/-/timeline"
    return [
        (rf"{at}/append$", _append),
        (rf"{at}/desk$", _page("desk_page")),
        (rf"{at}/desk/check$", _page("check_answer")),
        (rf"{at}/desk/documents$", _page("add_document_page")),
        (rf"{at}/desk/documents/(?P<source>[^/]+)$", _page("document_page")),
        (rf"{at}/desk/happenings/(?P<happening>[^/]+)$", _page("happening_page")),
        (rf"{at}/desk/drafts$", _page("drafts_page")),
        (rf"{at}/desk/drafts\.yaml$", _page("bundle_file")),
        (rf"{at}/desk/drafts/(?P<draft>[^/]+)$", _page("draft_page")),
        (r"^/-/timeline/sign-in$", _page("sign_in_page")),
    ]


async def _append(datasette: Datasette, request: Request) -> object:
    from timeline.desk import append  # noqa: PLC0415 - it needs compiled packages, which a reader need not have

    return await append.append_answer(datasette, request)


def _page(name: str) -> Callable[[Datasette, Request], Awaitable[object]]:
    """Return the handler of a page, which is imported when it is first asked for."""

    async def handler(datasette: Datasette, request: Request) -> object:
        from timeline.desk import pages  # noqa: PLC0415 - they need compiled packages, which a reader need not have

        return await getattr(pages, name)(datasette, request)

    return handler


@hookimpl
def menu_links(datasette: Datasette, actor: Actor) -> Awaitable[Links]:
    """Link to the desk on every page, for those who may write."""
    from timeline.desk import desk_links  # noqa: PLC0415 - it imports Datasette's types, which do not exist yet when it loads plugins

    return desk_links.everywhere(datasette, actor)


@hookimpl
def database_actions(datasette: Datasette, actor: Actor, database: str) -> Awaitable[Links]:
    """Link a database to its desk."""
    from timeline.desk import desk_links  # noqa: PLC0415 - the same

    return desk_links.of_database(datasette, actor, database)


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request | None, database: str | None, view_name: str) -> object:
    """Link the pages of sources and happenings to the desk."""
    if view_name != "timeline" or request is None or not database or not request.actor:
        return {}
    from timeline.desk import desk_links  # noqa: PLC0415 - the same

    return desk_links.of_page(datasette, request, database)


@hookimpl
def startup(datasette: Datasette) -> None:
    """Let the one-time link of `timeline desk` sign in root, where Datasette asks whether root may be (1.0)."""
    if plugin_settings.DESK_TOKEN in os.environ:
        datasette.root_enabled = True


@hookimpl(optionalhook=True)
def skip_csrf(datasette: Datasette, scope: dict[str, Any]) -> bool:
    """Check the token of forms with files ourselves, on 0.65: the parser that it has for them fails with its newest library."""
    from timeline.desk import refusals  # noqa: PLC0415 - the same

    return refusals.is_form_with_files(datasette, scope)


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Refuse what another site sends, and what is too large, before anything reads it."""
    from timeline.desk import refusals  # noqa: PLC0415 - it imports Datasette's types, which do not exist yet when it loads plugins

    return refusals.wrapper(datasette)
