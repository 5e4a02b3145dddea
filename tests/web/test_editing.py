"""Nothing in a timeline is edited over HTTP: not by root, not with Datasette's own pages, not by a query that writes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from timeline import Timeline
from timeline.desk import permissions
from timeline.web import permission_rules

ROOT = {"id": "root"}
# What Datasette's own actions do otherwise: read, or keep questions, which cannot write either.
READING = {
    "debug-menu",
    "delete-query",
    "execute-sql",
    "permissions-debug",
    "store-query",
    "update-query",
    "view-database",
    "view-database-download",
    "view-instance",
    "view-query",
    "view-table",
}
ON_TABLES = {
    "insert": {"rows": [{"id": "x", "title": "Forged"}]},
    "upsert": {"rows": [{"id": "treaty", "title": "Forged"}]},
    "alter": {"operations": [{"op": "add_column", "args": {"name": "forged", "type": "text"}}]},
    "set-column-type": {"column": "title", "column_type": {"type": "url"}},
    "drop": {"confirm": True},
}
IN_SQL = (
    "update happenings set title = 'Forged'",
    "insert into events select position + 100, stream, version + 100, type, '', '', data, salt, data_hash from events limit 1",
    "delete from citations",
    "create table forged (id)",
    "create trigger forged after insert on events begin delete from happenings; end",
    "drop trigger events_update",
    "create view forged as select 1",
    "create temp table happenings as select 'Forged' as title",
    "alter table happenings add column forged",
    "pragma writable_schema = 1",
    "update sqlite_master set sql = 'Forged'",
    "pragma user_version = 99",
    "pragma journal_mode = delete",
    "vacuum",
    "reindex",
    "insert into happenings_fts(happenings_fts) values ('delete-all')",
)
new_only = pytest.mark.skipif(not hasattr(Datasette, "allowed"), reason="only Datasette 1.0 edits rows")


def as_root(datasette: Datasette) -> dict[str, Any]:
    """Sign in as root, by a cookie."""
    return {"cookies": {"ds_actor": datasette.sign({"a": ROOT}, "actor")}}


def content(path: Path) -> list[object]:
    """Read all that is in a file, and how it is made."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        made = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
        version = connection.execute("PRAGMA user_version").fetchall()
        return [made, version, *(connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables)]


@pytest.fixture
def timeline_db(tmp_path: Path) -> Path:
    """Make a timeline, with a table of somebody's own beside ours."""
    path = tmp_path / "timeline.db"
    with Timeline(path, by="tester") as timeline:
        note = timeline.archive(text="They signed the treaty in 1970.", id="note", title="A note")
        timeline.record("treaty", title="A treaty", date="1970", citations=[note.quote("signed the treaty in 1970")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE own (id INTEGER PRIMARY KEY, title TEXT)")
        connection.commit()
    return path


async def served(*paths: Path, **options: dict[str, Any]) -> Datasette:
    """Serve files, with root as powerful as Datasette lets root be."""
    datasette = Datasette([str(path) for path in paths], **options)
    if hasattr(datasette, "root_enabled"):
        datasette.root_enabled = True
    await datasette.invoke_startup()
    return datasette


def rows(table: str, path: Path) -> list[str]:
    """Name some rows as addresses do."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            keys = [row[1] for row in connection.execute(f"PRAGMA table_info('{table}')") if row[5]] or ["rowid"]
            result = connection.execute(f'SELECT {", ".join(keys)} FROM "{table}" LIMIT 1').fetchall()
        except sqlite3.Error:
            return []
    return [",".join(str(value).replace("/", "~2F") for value in row) for row in result]


@new_only
@pytest.mark.asyncio
async def test_every_action_of_datasette_is_known(timeline_db: Path) -> None:
    """A new one is to be looked at, whether it writes."""
    datasette = await served(timeline_db)
    ours = set(permissions.ALL)  # which append to the log, and change no row of a table
    own = {name for name in datasette.actions if not name.startswith("auth-tokens-")}  # of a plugin that other tests need
    assert own - READING - permission_rules.WRITING - ours == set()
    assert set(datasette.actions) >= permission_rules.WRITING


@new_only
@pytest.mark.parametrize("by_token", [False, True])
@pytest.mark.asyncio
async def test_no_table_is_edited_over_http(timeline_db: Path, by_token: bool) -> None:
    """Row, table and bulk editing, for every table and view, by root's cookie and by root's token."""
    datasette = await served(timeline_db)
    given = {"headers": {"Authorization": f"Bearer {await datasette.create_token('root')}"}} if by_token else as_root(datasette)
    database = datasette.get_database("timeline")
    before, asked = content(timeline_db), 0
    for table in [*await database.table_names(), *await database.view_names()]:
        for way, body in ON_TABLES.items():
            response = await datasette.client.post(f"/timeline/{table}/-/{way}", json=body, **given)
            assert response.status_code in (403, 404), (table, way, response.text)
            asked += response.status_code == 403
        for key in rows(table, timeline_db):
            for way, body in (("update", {"update": {"title": "Forged"}}), ("delete", {})):
                response = await datasette.client.post(f"/timeline/{table}/{key}/-/{way}", json=body, **given)
                assert response.status_code in (403, 404), (table, way, response.text)
                asked += response.status_code == 403
    assert asked > 150
    response = await datasette.client.post("/timeline/-/create", json={"table": "forged", "rows": [{"id": 1}]}, **given)
    assert response.status_code == 403
    for sql in IN_SQL:
        response = await datasette.client.post("/timeline/-/execute-write", json={"sql": sql}, **given)
        assert response.status_code == 403, (sql, response.text)
    assert content(timeline_db) == before


@new_only
@pytest.mark.asyncio
async def test_no_page_offers_to_edit(timeline_db: Path) -> None:
    """Nor do the buttons and menus show what would be refused."""
    datasette = await served(timeline_db)
    for address in ("/timeline", "/timeline/happenings", "/timeline/happenings/treaty", "/timeline/own"):
        page = (await datasette.client.get(address, **as_root(datasette))).text
        for word in (
            "Insert row",
            "Edit row",
            "Delete row",
            "Alter table",
            "Drop table",
            "Create table",
            "Execute write",
            "-/execute-write",
        ):
            assert word not in page, (address, word)


@new_only
@pytest.mark.parametrize("action", ["insert-row", "update-row", "drop-table", "create-table", "execute-write-sql"])
@pytest.mark.asyncio
async def test_no_setting_opens_it(timeline_db: Path, action: str) -> None:
    """Not for everyone, not for one table."""
    allowed = {action: True}
    settings = {
        "permissions": allowed,
        "databases": {"timeline": {"permissions": allowed, "tables": {"own": {"permissions": allowed}}}},
    }
    datasette = await served(timeline_db, config=settings)
    from datasette.resources import DatabaseResource, TableResource

    on_table = action in ("insert-row", "update-row", "drop-table")
    for table in ("own", "happenings", "events"):
        resource = TableResource("timeline", table) if on_table else DatabaseResource("timeline")
        assert not await datasette.allowed(action=action, resource=resource, actor=ROOT)
        assert not await datasette.allowed(action=action, resource=resource, actor=None)


@pytest.mark.parametrize("sql", IN_SQL)
@pytest.mark.asyncio
async def test_no_query_writes(timeline_db: Path, sql: str) -> None:
    """Not one that the settings hold ready, which Datasette runs for whoever asks: SQLite refuses it."""
    settings = {"databases": {"timeline": {"queries": {"forge": {"sql": sql, "write": True}}}}}
    options = {"config": settings} if hasattr(Datasette, "allowed") else {"metadata": settings}
    datasette = await served(timeline_db, **options)
    before = content(timeline_db)
    cookies = as_root(datasette)
    token = await datasette.client.get("/timeline/forge", **cookies)
    given = {"cookies": {**cookies["cookies"], **dict(token.cookies)}}
    csrf = {"csrftoken": token.cookies["ds_csrftoken"]} if "ds_csrftoken" in token.cookies else {}
    response = await datasette.client.post("/timeline/forge?_json=1", data={**csrf, "_json": "1"}, **given)
    assert response.status_code in (200, 400)
    assert response.json()["ok"] is False
    assert content(timeline_db) == before


@pytest.mark.asyncio
async def test_the_write_connection_itself_refuses(timeline_db: Path) -> None:
    """Whatever plugin asks for it."""
    datasette = await served(timeline_db)
    for sql in IN_SQL:
        with pytest.raises(sqlite3.DatabaseError):
            await datasette.get_database("timeline").execute_write(sql)


@pytest.mark.asyncio
async def test_other_databases_are_written_to_as_before(timeline_db: Path, tmp_path: Path) -> None:
    """Only a timeline is closed."""
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE own (id INTEGER PRIMARY KEY, title TEXT)")
        connection.commit()
    datasette = await served(timeline_db, other)
    await datasette.get_database("other").execute_write("insert into own values (1, 'Mine')")
    if hasattr(datasette, "allowed"):
        response = await datasette.client.post("/other/own/-/insert", json={"rows": [{"id": 2}]}, **as_root(datasette))
        assert response.status_code == 201, response.text
    answer = await datasette.client.get("/other/own.json?_shape=arrayfirst")
    assert json.loads(answer.text)[0] == 1
