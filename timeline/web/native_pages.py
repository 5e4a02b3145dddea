"""Additions to Datasette's own pages of a timeline: a link to it, all of its questions, and folds above the rows.

Owns the additions of the hooks and of the templates `index.html`, `database.html`, `table.html` and `query.html`. Must not show a
timeline that the visitor may not read, nor change a page of any other database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from timeline.web import access, assets, links, queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasette.app import Datasette
    from datasette.utils.asgi import Request

_LINK = Markup(
    '<li><a class="timeline-open" href="{}"><strong dir="auto">{}</strong> <span>Read the timeline</span></a>'
    ' <a href="{}">Sources<span class="timeline-vh"> of {}</span></a></li>'
)
_MORE = Markup('<li><a href="{}">All {} timelines</a></li>')
_SEARCH = re.compile(r'<form class="(?:core )?filters".*?</form>', re.DOTALL)
# The most timelines that the home page names, and the most queries that a database's page lists.
MOST_NAMED, MOST_QUERIES = 8, 100


async def at_home(datasette: Datasette, request: Request | None) -> Markup:
    """Return links to the timelines that the visitor may read, for the top of the home page; empty if there are none."""
    actor = request.actor if request else None
    if not await access.may_enter(datasette, actor):
        return Markup()
    return await _links(datasette, await access.visible_timelines(datasette, actor))


async def at_database(datasette: Datasette, request: Request | None, database: str) -> Markup:
    """Return the link to a database's timeline, for the top of its page; empty if the visitor may not read it."""
    actor = request.actor if request else None
    shown = await access.is_timeline(datasette.get_database(database)) and await access.readable(
        datasette, actor, database, "happenings"
    )
    return await _links(datasette, [database] if shown else [])


async def _links(datasette: Datasette, names: Sequence[str]) -> Markup:
    # It imports Datasette's types, which do not exist yet when it loads plugins.
    from timeline.web.pages import introduction  # noqa: PLC0415

    if not names:
        return Markup()
    titles = {name: (await introduction.read(datasette, datasette.get_database(name))).title for name in names[:MOST_NAMED]}
    items = [
        _LINK.format(links.timeline(datasette, name), title, links.sources(datasette, name), title)
        for name, title in titles.items()
    ]
    if len(names) > MOST_NAMED:
        items.append(_MORE.format(links.index(datasette), len(names)))
    return Markup('<ul class="timeline-ways">{}</ul>').format(Markup().join(items))


async def variables(datasette: Datasette, request: Request | None, template: str | None, database: str | None) -> dict[str, Any]:
    """Return the variables of our templates of the home page, a database, a table and a query, if they show a timeline."""
    page = _page(template)
    if page == "index":
        return {} if _has_tops() else {"timeline_links": await at_home(datasette, request)}
    if page not in ("database", "table", "query") or not await _is_timeline(datasette, database):
        return {}
    if page != "database":
        return {"timeline_folds": True} if page == "table" else {"timeline_question": True}
    assert database is not None  # noqa: S101 - for the type checker: such a page has a database
    links = {} if _has_tops() else {"timeline_links": await at_database(datasette, request, database)}
    return {**links, **await _all_queries(datasette, request, database)}


async def style_sheets(datasette: Datasette, template: str | None, database: str | None) -> list[str]:
    """Return the style sheet of our additions to a page."""
    page = _page(template)
    styled = page in ("database", "table") and await _is_timeline(datasette, database)
    styled = styled or (page == "index" and await access.any_timeline(datasette))
    return [assets.address(datasette, "native.css")] if styled else []


def search_folded(page: str, is_open: object) -> Markup:
    """Fold the search form of a table's page. It is open if it is in use; the style sheet also opens it on a wide screen."""
    start = f'<details class="timeline-fold timeline-search"{" open" if is_open else ""}><summary>Search, filter and sort</summary>'
    return Markup(_SEARCH.sub(lambda form: f"{start}{form[0]}</details>", page, count=1))  # noqa: S704 - the page is markup


def _page(template: str | None) -> str:
    """Return the page that a template draws: `index` for `default:index.html`, `database` for `database-mine.html`."""
    return (template or "").rpartition(":")[2].removesuffix(".html").partition("-")[0]


async def _is_timeline(datasette: Datasette, database: str | None) -> bool:
    return database in datasette.databases and await access.is_timeline(datasette.get_database(database))


def _has_tops() -> bool:
    """Whether this Datasette asks plugins for the top of its pages. If it does not, our templates add it."""
    from datasette.plugins import pm  # noqa: PLC0415 - it does not exist yet when Datasette loads plugins

    return bool(pm.hook.top_homepage.has_spec())


async def _all_queries(datasette: Datasette, request: Request | None, database: str) -> dict[str, Any]:
    """Return all queries of a database, our questions first, for a Datasette that would list only five."""
    if not hasattr(datasette, "list_queries"):
        return {}
    page = await datasette.list_queries(
        database, actor=request.actor if request else None, limit=MOST_QUERIES, include_private=True
    )
    order = {name: number for number, name in enumerate(queries.questions())}
    listed = sorted(page.queries, key=lambda query: order.get(query.name, len(order)))
    return {"queries": listed, "queries_more": page.has_more}
