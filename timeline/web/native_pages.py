"""What Datasette's own pages show of a timeline: the way to it, all of its questions, and folds around what stands before the rows.

Owns what the hooks and the templates `index.html`, `database.html`, `table.html` and `query.html` add to them. Must not show a
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

_WAY = Markup(
    '<li><a class="timeline-open" href="{}"><strong dir="auto">{}</strong> <span>Read the timeline</span></a>'
    ' <a href="{}">Sources<span class="timeline-vh"> of {}</span></a></li>'
)
_MORE = Markup('<li><a href="{}">All {} timelines</a></li>')
_SEARCH = re.compile(r'<form class="(?:core )?filters".*?</form>', re.DOTALL)
# So many timelines are named on the home page, and so many questions on a database's.
MOST_NAMED, MOST_QUERIES = 8, 100


async def at_home(datasette: Datasette, request: Request | None) -> Markup:
    """Give the ways to the timelines that the visitor may read, for the top of the home page; empty where there are none."""
    actor = request.actor if request else None
    if not await access.may_enter(datasette, actor):
        return Markup()
    return await _ways(datasette, await access.visible_timelines(datasette, actor))


async def at_database(datasette: Datasette, request: Request | None, database: str) -> Markup:
    """Give the way to a database's timeline, for the top of its page; empty where it is none that the visitor may read."""
    actor = request.actor if request else None
    shown = await access.is_timeline(datasette.get_database(database)) and await access.readable(
        datasette, actor, database, "happenings"
    )
    return await _ways(datasette, [database] if shown else [])


async def _ways(datasette: Datasette, names: Sequence[str]) -> Markup:
    from timeline.web.pages import page_frame  # noqa: PLC0415 - as in `register_routes`

    if not names:
        return Markup()
    titles = {name: await page_frame.title_of(datasette, datasette.get_database(name)) for name in names[:MOST_NAMED]}
    ways = [
        _WAY.format(links.timeline(datasette, name), title, links.sources(datasette, name), title) for name, title in titles.items()
    ]
    if len(names) > MOST_NAMED:
        ways.append(_MORE.format(links.index(datasette), len(names)))
    return Markup('<ul class="timeline-ways">{}</ul>').format(Markup().join(ways))


async def variables(datasette: Datasette, request: Request | None, template: str | None, database: str | None) -> dict[str, Any]:
    """Give what our templates of the home page, of a database, a table and a query need, where they are of a timeline."""
    page = _page(template)
    if page == "index":
        return {} if _has_tops() else {"timeline_way": await at_home(datasette, request)}
    if page not in ("database", "table", "query") or not await _is_timeline(datasette, database):
        return {}
    if page != "database":
        return {"timeline_folds": True} if page == "table" else {"timeline_question": True}
    assert database is not None  # noqa: S101 - for the type checker: such a page has one
    way = {} if _has_tops() else {"timeline_way": await at_database(datasette, request, database)}
    return {**way, **await _all_queries(datasette, request, database)}


async def style_sheets(datasette: Datasette, template: str | None, database: str | None) -> list[str]:
    """Give the style sheet of what we add to a page of Datasette's."""
    page = _page(template)
    styled = page in ("database", "table") and await _is_timeline(datasette, database)
    styled = styled or (page == "index" and await access.any_timeline(datasette))
    return [assets.address(datasette, "native.css")] if styled else []


def search_folded(page: str, is_open: object) -> Markup:
    """Fold the form that searches a table's page; open where it is in use, and by the style sheet where there is room."""
    start = f'<details class="timeline-fold timeline-search"{" open" if is_open else ""}><summary>Search, filter and sort</summary>'
    return Markup(_SEARCH.sub(lambda form: f"{start}{form[0]}</details>", page, count=1))  # noqa: S704 - the page is markup


def _page(template: str | None) -> str:
    """Name the page that a template draws: `default:index.html` and `database-mine.html` are the index and a database."""
    return (template or "").rpartition(":")[2].removesuffix(".html").partition("-")[0]


async def _is_timeline(datasette: Datasette, database: str | None) -> bool:
    return database in datasette.databases and await access.is_timeline(datasette.get_database(database))


def _has_tops() -> bool:
    """Say whether this Datasette asks for the top of its pages; where it does not, our templates put it there."""
    from datasette.plugins import pm  # noqa: PLC0415 - Datasette has not made it when it loads us

    return bool(pm.hook.top_homepage.has_spec())


async def _all_queries(datasette: Datasette, request: Request | None, database: str) -> dict[str, Any]:
    """Give a database's queries, the questions first and in their order, to a Datasette that would show five of them."""
    if not hasattr(datasette, "list_queries"):
        return {}
    page = await datasette.list_queries(
        database, actor=request.actor if request else None, limit=MOST_QUERIES, include_private=True
    )
    order = {name: number for number, name in enumerate(queries.questions())}
    listed = sorted(page.queries, key=lambda query: order.get(query.name, len(order)))
    return {"queries": listed, "queries_more": page.has_more}
