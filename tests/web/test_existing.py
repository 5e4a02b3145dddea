"""In a Datasette that somebody has, databases that are no timelines keep their pages and their data."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from datasette.app import Datasette
from datasette.plugins import pm

from timeline import web

PATHS = (
    "/shop",
    "/shop/sale",
    "/shop/sale/1",
    "/shop/buyer",
    "/shop/sales",
    "/shop/-/query?sql=select+title+from+sale",
    "/shop?sql=select+title+from+sale",
    "/shop/nowhere",
    "/shop.json",
    "/shop/sale.json",
    "/shop/sale.json?_shape=array&_sort=sold",
    "/shop/sale.csv",
)
# The marks of this answer alone, and the one link that a table gains.
_OURS = re.compile(r' nonce="[^"]*"|,?\s*<a href="[^"]*\.timeline[^"]*">timeline</a>|Queries took [\d.]+ms|"query_ms": [\d.]+')


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Make a database as anyone may have one, with a date column, a foreign key, a view and full-text search."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE sale (id INTEGER PRIMARY KEY, sold TEXT, title TEXT, buyer INTEGER REFERENCES buyer);"
            "CREATE VIEW sales AS SELECT * FROM sale;"
            "CREATE VIRTUAL TABLE sale_fts USING fts5(title, content='sale');"
            "INSERT INTO buyer VALUES (1, 'Ann');"
            "INSERT INTO sale VALUES (1, '2025-11-24', 'A boat', 1), (2, '2025-12', 'A net', 1);"
        )
    return tmp_path / "shop.db"


@contextmanager
def without_the_plugin() -> Iterator[None]:
    """Take the plugin out of Datasette for a while."""
    name = pm.get_name(web)
    pm.unregister(web)
    try:
        yield
    finally:
        pm.register(web, name)


async def answers(shop: Path) -> dict[str, tuple[int, str]]:
    """Ask a new Datasette for every address: the status, and the body without what differs from one answer to the next."""
    datasette = Datasette([str(shop)])
    await datasette.invoke_startup()
    found = {}
    for path in PATHS:
        response = await datasette.client.get(path)
        lines = [line.strip() for line in _OURS.sub("", response.text).splitlines()]
        found[path] = (response.status_code, "\n".join(line for line in lines if line))
    return found


@pytest.mark.asyncio
async def test_other_databases_keep_their_pages_and_their_data(shop: Path) -> None:
    """To the letter, but for the link by which a table can be drawn."""
    with without_the_plugin():
        before = await answers(shop)
    after = await answers(shop)
    assert {path: after[path] for path in PATHS if after[path] != before[path]} == {}
    assert 200 in {status for status, _ in after.values()}


@pytest.mark.asyncio
async def test_what_is_new_is_at_addresses_of_its_own(shop: Path) -> None:
    """The drawing of any table is there; a database that is no timeline has no page of one."""
    datasette = Datasette([str(shop)])
    await datasette.invoke_startup()
    assert (await datasette.client.get("/shop/sale.timeline")).status_code == 200
    assert (await datasette.client.get("/shop/-/timeline")).status_code == 404
