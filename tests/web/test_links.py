"""Cells that lead to our pages, in Datasette's own tables and in anyone's SQL."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette

from timeline.web import links

Serve = Callable[..., Datasette]


async def cells(datasette: Datasette, path: str, column: str) -> list[str]:
    """Give the inner HTML of a column's cells."""
    response = await datasette.client.get(path, follow_redirects=True)
    assert response.status_code == 200
    return re.findall(rf'<td class="col-{column}[^"]*"[^>]*>(.*?)</td>', response.text, re.DOTALL)


def sql(statement: str, database: str = "timeline") -> str:
    """Return the address of a SQL result that every version accepts."""
    return f"/{database}?{urlencode({'sql': statement})}"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("table", "column", "href"),
    [
        ("citations", "happening", "/timeline/-/timeline/opening"),
        ("citations", "source", "/timeline/-/timeline/sources/note~2E1"),
        ("citations", "quote", "/timeline/-/timeline/sources/report?cited=treaty-2#c-treaty-2"),
        ("happening_actors", "actor", "/timeline/-/timeline?actor=ann-lee"),
        ("happening_tags", "tag", "/timeline/-/timeline?tag=assemblies"),
        ("happenings", "title", "/timeline/-/timeline/opening"),
        ("happenings", "part_of", "/timeline/-/timeline/opening"),
        ("happenings", "position", "/timeline/-/timeline/events/7"),
        ("happening_versions", "known_until", "/timeline/-/timeline/events/7"),
        ("timeline", "id", "/timeline/-/timeline/opening"),
        ("sources", "title", "/timeline/-/timeline/sources/report"),
        ("actors", "name", "/timeline/-/timeline?actor=bo-berg"),
        ("events", "stream", "/timeline/-/timeline/sources/report"),
    ],
)
async def test_tables_lead_to_the_pages(serve: Serve, table: str, column: str, href: str) -> None:
    """Each such cell is a link, labelled or not."""
    assert any(f'<a href="{href}">' in cell for cell in await cells(serve(), f"/timeline/{table}", column))


@pytest.mark.asyncio
async def test_sql_results_lead_to_the_pages(serve: Serve) -> None:
    """Columns so named are links in arbitrary SQL as well; others, and NULL, are not."""
    address = sql("select 'a/b c' as happening, 3 as position, 'x' as source, null as actor, 'y' as id, 'z' as title")
    assert await cells(serve(), address, "happening") == ['<a href="/timeline/-/timeline/a~2Fb+c">a/b c</a>']
    assert await cells(serve(), address, "position") == ['<a href="/timeline/-/timeline/events/3">3</a>']
    assert await cells(serve(), address, "source") == ['<a href="/timeline/-/timeline/sources/x">x</a>']
    for column in ("actor", "id", "title"):
        assert "<a" not in "".join(await cells(serve(), address, column))


@pytest.mark.asyncio
async def test_hostile_values_do_nothing(serve: Serve) -> None:
    """Any value is encoded in the address and escaped in the label; javascript: is never a link."""
    hostile = '"><script>alert(1)</script>'
    address = sql(
        f"select '{hostile}' as happening, 'javascript:alert(1)' as url, 'a' as source, 'x' as position, "
        f"'{hostile}' as quote, 'opening' as title, x'00ff' as actor, 'happening/' as stream, 1 as number"
    )
    response = await serve().client.get(address, follow_redirects=True)
    assert "<script>alert" not in response.text
    assert 'href="javascript' not in response.text
    [happening] = await cells(serve(), address, "happening")
    assert re.search(r'href="([^"]*)"', happening)[1] == (  # type: ignore[index]
        "/timeline/-/timeline/~22~3E~3Cscript~3Ealert~281~29~3C~2Fscript~3E"
    )
    for column in ("url", "position", "stream"):
        assert "<a" not in "".join(await cells(serve(), address, column))


@pytest.mark.asyncio
async def test_web_addresses_stay_links(serve: Serve) -> None:
    """Datasette's own links to http and https are left as they are."""
    [outcome] = [cell for cell in await cells(serve(), "/timeline/sources", "url") if "<a" in cell]
    assert 'href="https://a.example/r?a=1&amp;b=2"' in outcome


@pytest.mark.asyncio
async def test_other_databases_are_left_alone(serve: Serve, tmp_path: Path) -> None:
    """The same names in a database that is no timeline lead nowhere."""
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table citations (happening, source, quote, number)")
        other.execute("insert into citations values ('a', 'b', 'c', 1)")
    datasette = serve(tmp_path / "other.db")
    for column in ("happening", "source", "quote"):
        assert "<a" not in "".join(await cells(datasette, "/other/citations", column))


@pytest.mark.asyncio
async def test_long_quotations_are_cut_as_datasette_cuts_cells(serve: Serve) -> None:
    """A link's label is no longer than truncate_cells_html allows."""
    datasette = serve(settings={"truncate_cells_html": 10})
    assert all(len(re.sub("<[^>]*>", "", cell)) <= 11 for cell in await cells(datasette, "/timeline/citations", "quote"))


def test_the_anchor_of_a_passage_is_safe_in_an_id() -> None:
    """Ordinary ids stay as they are; all else is encoded."""
    assert links.passage_anchor("ga-93", 2) == "c-ga-93-2"
    assert links.passage_anchor('a "b"', 1) == "c-a+~22b~22-1"
