"""In a Datasette that somebody has, databases that are no timelines keep their pages and their data."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from datasette.app import Datasette

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


ASK = """
import asyncio, json, sys
from datasette.app import Datasette
from datasette.plugins import pm
from timeline import web

if sys.argv[1] == "without":
    pm.unregister(web)

async def answers():
    datasette = Datasette([sys.argv[2]])
    await datasette.invoke_startup()
    got = {path: await datasette.client.get(path) for path in sys.argv[3:]}
    return {path: (one.status_code, one.text) for path, one in got.items()}

print(json.dumps(asyncio.run(answers())))
"""


def answers(shop: Path, plugin: str) -> dict[str, tuple[int, str]]:
    """Ask a Datasette in a process of its own, `with` or `without` the plugin, for every address: the status and the body."""
    done = subprocess.run([sys.executable, "-c", ASK, plugin, shop, *PATHS], capture_output=True, text=True, check=True)
    return {path: (status, text) for path, (status, text) in json.loads(done.stdout).items()}


def bare(answer: tuple[int, str]) -> tuple[int, list[str]]:
    """Leave out what differs from one answer to the next, and the link by which a table can be drawn."""
    return answer[0], [line.strip() for line in _OURS.sub("", answer[1]).splitlines() if line.strip()]


def test_other_databases_keep_their_pages_and_their_data(shop: Path) -> None:
    """To the letter, but for the link by which a table can be drawn."""
    before = answers(shop, "without")
    after = answers(shop, "with")
    assert [".timeline" in one["/shop/sales"][1] for one in (before, after)] == [False, True]
    assert {path: after[path] for path in PATHS if bare(after[path]) != bare(before[path])} == {}
    assert 200 in {status for status, _ in after.values()}


@pytest.mark.asyncio
async def test_what_is_new_is_at_addresses_of_its_own(shop: Path) -> None:
    """The drawing of any table is there; a database that is no timeline has no page of one."""
    datasette = Datasette([str(shop)])
    await datasette.invoke_startup()
    assert (await datasette.client.get("/shop/sale.timeline")).status_code == 200
    assert (await datasette.client.get("/shop/-/timeline")).status_code == 404
