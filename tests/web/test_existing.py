"""In a Datasette that also serves other databases, these keep their pages, their headers, their data and their SQL."""

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
    "/",
    "/-/versions",
    "/shop",
    "/shop/sale",
    "/shop/sale/1",
    "/shop/buyer",
    "/shop/buyer/1",
    "/shop/sale?_search=boat",
    "/shop/sales",
    "/shop/-/query?sql=select+title+from+sale",
    "/shop?sql=select+title+from+sale",
    "/shop/nowhere",
    "/shop.json",
    "/shop/sale.json",
    "/shop/sale.json?_shape=array&_sort=sold",
    "/shop/sale.csv",
    "/shop.db",
)
# Parts that differ from one answer to the next, and the one link that a table gains.
_CHANGING = re.compile(
    r',?\s*<a href="[^"]*\.timeline[^"]*">timeline</a>|Queries took [\d.]+ms|"query_ms": [\d.]+|href="/-/static/app.css\?\w+"'
)
ANSWER = tuple[int, dict[str, str], str]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Make an ordinary database with a date column, a foreign key, a view and full-text search."""
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
    datasette = Datasette(sys.argv[3].split(","))
    await datasette.invoke_startup()
    responses = {path: await datasette.client.get(path) for path in sys.argv[4:]}
    return {path: (one.status_code, dict(one.headers), one.content.decode(errors="replace")) for path, one in responses.items()}

async def measure():
    datasette = Datasette(sys.argv[3].split(","))
    await datasette.invoke_startup()
    def limits(connection):
        return [connection.getlimit(number) for number in range(11)] + [
            connection.execute("select trim(hex(zeroblob(600)), char(48)) || instr('ab', 'b')").fetchone()[0],
            connection.execute("pragma hard_heap_limit").fetchone()[0],
            repr(connection.text_factory).split(" at ")[0],
        ]
    return await datasette.get_database("shop").execute_fn(limits)

print(json.dumps(asyncio.run({"answers": answers, "measure": measure}[sys.argv[2]]())))
"""
SECURITY = {"content-security-policy", "x-content-type-options", "permissions-policy", "x-frame-options"}


def ask(plugin: str, function: str, files: list[Path], *paths: str) -> object:
    """Run a Datasette in a process of its own, `with` or `without` the plugin, and return what a function of ASK returns."""
    command = [sys.executable, "-c", ASK, plugin, function, ",".join(map(str, files)), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def answers(files: list[Path], plugin: str, paths: tuple[str, ...] = PATHS) -> dict[str, ANSWER]:
    """Return the status, the headers and the body for every address."""
    result = ask(plugin, "answers", files, *paths)
    assert isinstance(result, dict)
    return {path: (status, headers, text) for path, (status, headers, text) in result.items()}


def comparable(answer: ANSWER) -> tuple[int, list[str], list[str]]:
    """Leave out the parts that differ from one answer to the next, and the link by which a table can be drawn."""
    status, headers, text = answer
    names = sorted(f"{name}: {value}" for name, value in headers.items() if name not in ("content-length", "set-cookie", "etag"))
    return status, names, [line.strip() for line in _CHANGING.sub("", text).splitlines() if line.strip()]


def test_other_databases_keep_their_pages_their_headers_and_their_data(shop: Path) -> None:
    """To the letter, but for the link by which a table can be drawn; the home page too."""
    before = answers([shop], "without")
    after = answers([shop], "with")
    assert [".timeline" in one["/shop/sales"][2] for one in (before, after)] == [False, True]
    versions = "/-/versions"
    assert {path: after[path] for path in PATHS if comparable(after[path]) != comparable(before[path])} == {}
    assert not SECURITY & after[versions][1].keys()
    assert 200 in {status for status, _, _ in after.values()}


def test_beside_a_timeline_other_databases_keep_them_too(shop: Path, timeline_db: Path) -> None:
    """The headers cover the timeline, the pages that belong to no database, and nothing else."""
    paths = tuple(path for path in PATHS if path.startswith("/shop"))
    before = answers([shop, timeline_db], "without", paths)
    after = answers(
        [shop, timeline_db], "with", (*paths, "/", "/-/versions", "/timeline", "/timeline/happenings.json", "/timeline.db")
    )
    # The menu on every page leads to the timeline.
    menu = re.compile(r'<li><a href="/-/timeline">Timeline</a></li>')
    unlinked = {path: (status, headers, menu.sub("", text)) for path, (status, headers, text) in after.items()}
    different = [path for path in paths if comparable(unlinked[path])[:2] != comparable(before[path])[:2]]
    assert different == []
    assert [path for path in after if after[path][1].keys() >= SECURITY] == [
        "/", "/-/versions", "/timeline", "/timeline/happenings.json", "/timeline.db"
    ]  # fmt: skip
    assert "native.css" in after["/"][2]


def test_other_databases_keep_the_limits_of_sqlite(shop: Path, timeline_db: Path) -> None:
    """Lengths, patterns, other files and functions; the memory is one number for the process, set only beside a timeline."""
    assert ask("with", "measure", [shop]) == ask("without", "measure", [shop])
    beside = ask("with", "measure", [shop, timeline_db])
    assert isinstance(beside, list)
    assert beside[:12] == ask("without", "measure", [shop])[:12]  # type: ignore[index]


@pytest.mark.asyncio
async def test_a_database_that_becomes_a_timeline_is_guarded_on_its_open_connections(
    timeline_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its limits do not wait for a new connection, and from then on its pages have the headers."""
    from timeline.web import access

    monkeypatch.setattr(access, "LOOK_AGAIN_AFTER", 0)
    path = tmp_path / "later.db"
    with closing(sqlite3.connect(path)) as empty:
        empty.execute("CREATE TABLE notes (text)")
    datasette = Datasette([str(path)], settings={"num_sql_threads": 1})
    await datasette.invoke_startup()
    database = datasette.get_database("later")

    def limit(connection: sqlite3.Connection) -> int:
        return connection.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED)

    assert await database.execute_fn(limit) > 0
    assert not SECURITY & (await datasette.client.get("/later")).headers.keys()
    with closing(sqlite3.connect(timeline_db)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    assert (await datasette.client.get("/later")).headers.keys() >= SECURITY
    assert await database.execute_fn(limit) == 0


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_opened_is_no_timeline(tmp_path: Path) -> None:
    """It may have been moved before Datasette opens it; that does not stop the start."""
    from timeline.web import access

    path = tmp_path / "gone.db"
    sqlite3.connect(path).close()
    datasette = Datasette([str(path)])
    path.unlink()
    assert not await access.is_timeline(datasette.get_database("gone"))
    assert not await access.any_timeline(datasette)


@pytest.mark.asyncio
async def test_with_crossdb_the_connections_that_read_all_databases_are_guarded(shop: Path, timeline_db: Path) -> None:
    """They read the timeline as well. Their pages have the headers if there is one."""
    for files, covered in (([shop], False), ([shop, timeline_db], True)):
        datasette = Datasette(list(map(str, files)), crossdb=True)
        await datasette.invoke_startup()
        response = await datasette.client.get("/_memory")
        assert (response.headers.keys() >= SECURITY) is covered
        length = await datasette.get_database("_memory").execute_fn(lambda conn: conn.getlimit(sqlite3.SQLITE_LIMIT_LENGTH))
        assert length <= 50_000_000


@pytest.mark.asyncio
async def test_new_pages_have_addresses_of_their_own(shop: Path) -> None:
    """Any table can be drawn; a database that is no timeline has no timeline page."""
    datasette = Datasette([str(shop)])
    await datasette.invoke_startup()
    assert (await datasette.client.get("/shop/sale.timeline")).status_code == 200
    assert (await datasette.client.get("/shop/-/timeline")).status_code == 404
