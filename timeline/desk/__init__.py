"""The second Datasette plugin: it writes, over HTTP and on the pages of the desk.

Owns its hooks and its addresses; each hook is a line or two that calls another module. Must not read for visitors: the pages of
`timeline.web` do. Whoever only reads needs none of this.
"""

from __future__ import annotations

# mypy: disable-error-code="untyped-decorator"
# Datasette declares no types, and neither does its decorator.
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from timeline.desk import permissions

if TYPE_CHECKING:
    from datasette.app import Datasette

Actor = dict[str, Any] | None


@hookimpl(optionalhook=True)
def register_actions(datasette: Datasette) -> list[Any]:
    """Name the permissions to a Datasette that calls them actions (1.0)."""
    return permissions.actions()


@hookimpl(optionalhook=True)
def register_permissions(datasette: Datasette) -> list[Any]:
    """Name the permissions to a Datasette that keeps a list of them."""
    return permissions.listed()


@hookimpl(optionalhook=True)
def permission_allowed(datasette: Datasette, actor: Actor, action: str, resource: object) -> bool | None:
    """Grant what metadata.json grants, and root everything, where Datasette asks about one resource (0.65)."""
    return permissions.for_resource(datasette, actor, action, resource) if action in permissions.ALL else None


@hookimpl(optionalhook=True)
def permission_resources_sql(datasette: Datasette, actor: Actor, action: str) -> object:
    """Grant what metadata.json grants, where Datasette decides by SQL (1.0)."""
    return permissions.for_all(datasette, actor, action) if action in permissions.ALL else None


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Return the addresses of the pages and of the service."""
    from timeline.desk import pages  # noqa: PLC0415 - they import what Datasette has only once it runs, and compiled packages

    desk = r"^/(?P<database>[^/]+)/-/timeline/desk"
    return [
        (r"^/-/timeline/sign-in$", pages.sign_in_page),
        (rf"{desk}$", pages.desk_page),
        (rf"{desk}/check$", pages.check_answer),
        (rf"{desk}/documents$", pages.add_document_page),
        (rf"{desk}/documents/(?P<source>[^/]+)$", pages.document_page),
        (rf"{desk}/happenings/(?P<happening>[^/]+)$", pages.happening_page),
        (rf"{desk}/drafts$", pages.drafts_page),
        (rf"{desk}/drafts\.yaml$", pages.bundle_file),
        (rf"{desk}/drafts/(?P<draft>[^/]+)$", pages.draft_page),
    ]
