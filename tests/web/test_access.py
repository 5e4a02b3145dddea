"""Who may read what: our pages answer as Datasette's own table page does."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.asgi import Forbidden

from timeline.web import access, table_copies

Serve = Callable[..., Datasette]

ANN = {"id": "ann"}
BLOCKS: dict[str, dict[str, Any]] = {
    "nothing denied": {},
    "table denied": {"databases": {"timeline": {"tables": {"citations": {"allow": False}}}}},
    "table for ann": {"databases": {"timeline": {"tables": {"citations": {"allow": {"id": "ann"}}}}}},
    "database denied": {"databases": {"timeline": {"allow": False}}},
    "database for ann": {"databases": {"timeline": {"allow": {"id": "ann"}}}},
    "table open in a denied database": {"databases": {"timeline": {"allow": False, "tables": {"citations": {"allow": True}}}}},
    "instance denied": {"allow": False},
    "instance for ann": {"allow": {"id": "ann"}},
}


def signed_in(datasette: Datasette, actor: dict[str, Any] | None) -> dict[str, Any]:
    """Give the cookies of a visitor."""
    return {"cookies": {"ds_actor": datasette.sign({"a": actor}, "actor")}} if actor else {}


@pytest.mark.asyncio
@pytest.mark.parametrize("actor", [None, ANN], ids=["anyone", "ann"])
@pytest.mark.parametrize("block", BLOCKS)
async def test_answers_as_the_table_page_does(serve: Serve, block: str, actor: dict[str, Any] | None) -> None:
    """Whatever the allow blocks say, `readable` and the status of the table's page agree."""
    datasette = serve(metadata=BLOCKS[block])
    await datasette.invoke_startup()
    for table in ("citations", "happenings", "timeline"):
        response = await datasette.client.get(f"/timeline/{table}.json", **signed_in(datasette, actor))
        assert response.status_code in (200, 403)
        expected = response.status_code == 200
        assert await access.readable(datasette, actor, "timeline", table) is expected, (block, table)


@pytest.mark.asyncio
async def test_a_denied_table_closes_the_pages_that_show_it(serve: Serve) -> None:
    """With citations denied, the timeline's pages answer 403, as the table does."""
    datasette = serve(metadata=BLOCKS["table denied"])
    for path in ("/timeline/citations", "/timeline/-/timeline", "/timeline/-/timeline/opening"):
        assert (await datasette.client.get(path)).status_code == 403, path


@pytest.mark.asyncio
@pytest.mark.parametrize("table", sorted({original for originals in table_copies.COPIES.values() for original in originals}))
async def test_a_denied_table_closes_those_that_repeat_it(serve: Serve, table: str) -> None:
    """Their pages, their data, and their names in the list of tables; for him who may read it, all stays open."""
    datasette = serve(metadata={"databases": {"timeline": {"tables": {table: {"allow": {"id": "ann"}}}}}})
    await datasette.invoke_startup()
    closed = {table, *(copy for copy, originals in table_copies.COPIES.items() if table in originals)}
    closed |= (
        {"happenings_fts", "happening_versions_fts", "replaced_values"} if table == "sources" else set()
    )  # they hold quotations
    for name in {*table_copies.COPIES, table, "projected"}:
        few = "_size=1&_nofacet=1&_nosuggest=1&_nocount=1"  # the rest of a page takes time, and is closed or open with it
        for path in (f"/timeline/{name}?{few}", f"/timeline/{name}.json?_shape=objects&{few}"):
            assert (await datasette.client.get(path)).status_code == (403 if name in closed else 200), path
            assert (await datasette.client.get(path, **signed_in(datasette, ANN))).status_code == 200, path
    data = (await datasette.client.get("/timeline.json")).json()
    assert not closed & {result["name"] for result in [*data["tables"], *data["views"]]}


@pytest.mark.asyncio
async def test_what_repeats_is_closed_in_timelines_only(serve: Serve, tmp_path: Path) -> None:
    """Another database may use the same names for what it likes."""
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.executescript("create table events (id); create table happenings (id)")
    datasette = serve(tmp_path / "other.db", metadata={"databases": {"other": {"tables": {"happenings": {"allow": False}}}}})
    assert (await datasette.client.get("/other/happenings")).status_code == 403
    assert (await datasette.client.get("/other/events")).status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("block", BLOCKS)
async def test_the_way_in_is_open_where_the_home_page_is(serve: Serve, timeline_db: Path, tmp_path: Path, block: str) -> None:
    """To anyone and to one who is signed in; the menu leads there only where it is."""
    (tmp_path / "second.db").write_bytes(timeline_db.read_bytes())
    datasette = serve(timeline_db, tmp_path / "second.db", metadata=BLOCKS[block])
    await datasette.invoke_startup()
    for actor in (None, ANN):
        home = await datasette.client.get("/", **signed_in(datasette, actor))
        way_in = await datasette.client.get("/-/timeline", **signed_in(datasette, actor))
        assert (way_in.status_code == 403) is (home.status_code == 403), actor
        assert home.status_code == 200 or 'href="/-/timeline"' not in home.text


@pytest.mark.asyncio
async def test_ensure_readable_raises_datasettes_forbidden(serve: Serve) -> None:
    """One denied table among several is enough."""
    datasette = serve(metadata=BLOCKS["table denied"])
    await datasette.invoke_startup()

    class Visit:
        actor = None

    await access.ensure_readable(datasette, Visit, "timeline", "happenings")
    with pytest.raises(Forbidden):
        await access.ensure_readable(datasette, Visit, "timeline", "happenings", "citations")


@pytest.mark.asyncio
async def test_plugins_that_deny_are_heard(serve: Serve) -> None:
    """A plugin may deny a table in whichever way its version of Datasette has."""

    class Denier:
        @hookimpl(optionalhook=True)
        def permission_allowed(self, action: str, resource: tuple[str, str]) -> bool | None:
            return False if action == "view-table" and resource[1] == "citations" else None

        @hookimpl(optionalhook=True)
        def permission_resources_sql(self, action: str) -> object:
            if action != "view-table":
                return None
            from datasette.permissions import PermissionSQL

            return PermissionSQL(sql="select 'timeline' as parent, 'citations' as child, 0 as allow, 'x' as reason")

    denier = Denier()
    denier.__name__ = "denier"  # type: ignore[attr-defined]
    pm.register(denier, name="denier")
    try:
        datasette = serve()
        await datasette.invoke_startup()
        assert (await datasette.client.get("/timeline/citations")).status_code == 403
        assert not await access.readable(datasette, ANN, "timeline", "citations")
        assert await access.readable(datasette, ANN, "timeline", "happenings")
    finally:
        pm.unregister(denier)


@pytest.mark.asyncio
async def test_default_deny_denies(timeline_db: Path, serve: Serve) -> None:
    """Where Datasette can be started closed, our pages are closed too."""
    try:
        datasette = serve(default_deny=True)
    except TypeError:
        pytest.skip("this Datasette cannot be started closed")
    await datasette.invoke_startup()
    assert not await access.readable(datasette, None, "timeline", "happenings")
    assert (await datasette.client.get("/timeline/-/timeline")).status_code == 403


@pytest.mark.asyncio
async def test_a_database_that_is_no_timeline_is_not_found(serve: Serve, tmp_path: Path) -> None:
    """The page says what is missing."""
    sqlite3.connect(tmp_path / "other.db").execute("create table events (id)")
    response = await serve(tmp_path / "other.db").client.get("/other/-/timeline")
    assert response.status_code == 404
    assert "other is not a timeline" in response.text
    assert (await serve().client.get("/nowhere/-/timeline")).status_code == 404


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "page", ["", "/-/timeline", "/happenings", "/happenings.json", "/single_source", "/-/timeline/sources", ".json"]
)
async def test_a_timeline_with_older_read_tables_says_how_to_make_them_again(
    serve: Serve, timeline_db: Path, tmp_path: Path, page: str
) -> None:
    """On whichever page, in a line; once they are made, all is there."""
    older = tmp_path / "older.db"
    older.write_bytes(timeline_db.read_bytes())
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("alter table happenings rename column day_second to another")
    datasette = serve(older, timeline_db, settings={"base_url": "/prefix/"})
    response = await datasette.client.get(f"/older{page}")
    assert response.status_code == 503
    lines = "older: its read tables were made by another version of this program. Make them again: timeline rebuild --db older.db"
    assert lines in response.text
    assert (await datasette.client.get("/timeline/-/timeline")).status_code == 200
    assert (await datasette.client.post("/older/happenings/-/insert", json={"row": {}})).status_code == 503


@pytest.mark.asyncio
@pytest.mark.parametrize(("denied", "status"), [({"citations": {"allow": False}}, 403), ({}, 200)])
async def test_what_is_denied_of_an_older_timeline_is_denied_in_its_file(
    serve: Serve, timeline_db: Path, tmp_path: Path, denied: dict[str, Any], status: int
) -> None:
    """Neither downloaded, nor read by SQL that reads all files: the program was upgraded, and the read tables were not."""
    older = tmp_path / "older.db"
    older.write_bytes(timeline_db.read_bytes())
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("alter table happenings rename column day_second to another")
    datasette = serve(immutables=[str(older)], metadata={"databases": {"older": {"tables": denied}}}, crossdb=True)
    for address in ("/older.db", "/_memory.json?sql=select+quote+from+older.citations"):
        assert (await datasette.client.get(address, follow_redirects=True)).status_code == status, address


@pytest.mark.asyncio
async def test_several_databases_odd_names_and_base_url(serve: Serve, timeline_db: Path, tmp_path: Path) -> None:
    """Names that must be encoded, immutable files and a prefix all lead to the page."""
    odd = tmp_path / "my time.line (1).db"
    odd.write_bytes(timeline_db.read_bytes())
    datasette = serve(timeline_db, immutables=[str(odd)], settings={"base_url": "/prefix/"})
    await datasette.invoke_startup()
    assert await access.visible_timelines(datasette, None) == ["timeline", "my time.line (1)"]
    from timeline.web import links

    address = links.timeline(datasette, "my time.line (1)")
    assert address.startswith("/prefix/my+time~2Eline+~281~29/-/timeline")
    assert (await datasette.client.get(address.removeprefix("/prefix"))).status_code == 200
    home = await datasette.client.get("/my+time~2Eline+~281~29")
    assert f'href="{address}"' in home.text
    assert 'href="/prefix/-/timeline"' in home.text


@pytest.mark.asyncio
async def test_a_newly_built_timeline_is_noticed(
    serve: Serve, timeline_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no is asked again; a yes is remembered without another look."""
    monkeypatch.setattr(access, "LOOK_AGAIN_AFTER", 0.0)
    path = tmp_path / "later.db"
    sqlite3.connect(path).execute("create table t (x)")
    datasette = serve(path)
    await datasette.invoke_startup()
    database = datasette.get_database("later")
    assert not await access.is_timeline(database)
    with sqlite3.connect(timeline_db) as built, sqlite3.connect(path) as into:
        built.backup(into)
    assert await access.is_timeline(database)
    assert access.known_timeline(database) is True


@pytest.mark.asyncio
async def test_the_menus_lead_only_where_one_may_go(serve: Serve) -> None:
    """A visitor who may not read the happenings sees no link to them."""
    open_to_all = (await serve().client.get("/")).text
    closed = (await serve(metadata={"databases": {"timeline": {"tables": {"happenings": {"allow": False}}}}}).client.get("/")).text
    assert 'href="/-/timeline"' in open_to_all
    assert 'href="/-/timeline"' not in closed
