"""metadata.json: everything is described, nothing else is, and both versions of Datasette do as it says."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from timeline.web import access, descriptions, queries

Serve = Callable[..., Datasette]

METADATA = json.loads(Path(__file__).parents[2].joinpath("metadata.json").read_text(encoding="utf-8"))
TIMELINE = METADATA["databases"]["timeline"]
TABLES: dict[str, dict[str, Any]] = TIMELINE["tables"]
SHADOW = re.compile(r"^(happenings|happening_versions|sources)_fts_(data|idx|content|docsize|config)$")


def built(timeline_db: Path) -> dict[str, list[str]]:
    """Give the tables and views of a built database with their columns."""
    connection = sqlite3.connect(timeline_db)
    names = [name for (name,) in connection.execute("select name from sqlite_master where type in ('table', 'view')")]
    return {
        name: [column for (column,) in connection.execute("select name from pragma_table_info(?)", [name])]
        for name in names
        if not SHADOW.match(name) and not name.startswith("sqlite_")
    }


def test_every_table_and_column_is_described_and_nothing_else(timeline_db: Path) -> None:
    """A new column needs its words; a removed one must take its words with it."""
    assert {name: sorted(table["columns"]) for name, table in TABLES.items()} == {
        name: sorted(columns) for name, columns in built(timeline_db).items()
    }
    for table in TABLES.values():
        assert table["description"].strip()
        assert all(words.strip() for words in table["columns"].values())


def test_what_the_tables_are_sorted_and_filtered_by_exists(timeline_db: Path) -> None:
    """Facets, sort orders, labels and search all name columns and tables that are there."""
    tables = built(timeline_db)
    for name, table in TABLES.items():
        named = [*table.get("facets", [])]
        named += [table[key] for key in ("sort", "sort_desc", "label_column", "fts_pk") if key in table]
        assert set(named) <= set(tables[name]), name
        assert table.get("fts_table", "happenings") in tables


def test_the_questions_are_those_of_the_package() -> None:
    """To bring the file up to date, put `timeline.web.queries.as_metadata()` under `queries`."""
    assert TIMELINE["queries"] == queries.as_metadata()


def test_the_descriptions_are_those_of_the_package() -> None:
    """To change a word, change it in `timeline/web/descriptions.json` and here."""
    assert {key: TIMELINE[key] for key in ("description", "tables")} == descriptions.as_metadata()


@pytest.fixture
def odd_db(timeline_db: Path, tmp_path: Path) -> Path:
    """Make a timeline of another name."""
    path = tmp_path / "odd.db"
    path.write_bytes(timeline_db.read_bytes())
    return path


@pytest.mark.asyncio
@pytest.mark.parametrize("metadata", [METADATA, {}], ids=["metadata.json", "no file"])
async def test_a_timeline_of_another_name_is_described_as_well(
    serve: Serve, timeline_db: Path, odd_db: Path, metadata: dict[str, Any]
) -> None:
    """Words, facets, orders, search and what is hidden, as for the one that the file describes."""
    datasette = serve(timeline_db, odd_db, metadata=metadata)
    page = (await datasette.client.get("/odd/citations")).text
    assert "The evidence: each row is a quotation" in page
    assert "Whether the quotation supports the happening or disputes it" in page
    for path in (
        "happenings.json?", "events.json?", "timeline.json?", "happenings.json?_search=cote", "timeline.json?_search=cote",
        "sources.json?_search=cote",
    ):  # fmt: skip
        rows = [(await datasette.client.get(f"/{name}/{path}&_shape=objects")).json()["rows"] for name in ("timeline", "odd")]
        assert rows[0] == rows[1]
        assert len(rows[0]) == 1 or "_search" not in path
    assert "facet-kind" in (await datasette.client.get("/odd/happenings")).text
    tables = (await datasette.client.get("/odd.json")).json()["tables"]
    assert {"documents", "projected"} <= {table["name"] for table in tables if table["hidden"]}


@pytest.mark.asyncio
async def test_what_the_file_says_comes_before_what_the_package_says(serve: Serve, odd_db: Path) -> None:
    """Word by word, and an order in place of an order."""
    table = {"description": "Mine", "sort_desc": "position", "columns": {"title": "My title"}}
    datasette = serve(odd_db, metadata={"databases": {"odd": {"tables": {"happenings": table}}}})
    page = (await datasette.client.get("/odd/happenings")).text
    assert "Mine" in page
    assert "My title" in page
    assert TABLES["happenings"]["description"] not in page
    assert TABLES["happenings"]["columns"]["date_note"] in page
    rows = (await datasette.client.get("/odd/happenings.json?_shape=objects")).json()["rows"]
    assert [row["position"] for row in rows] == [8, 7, 5, 4]
    assert len((await datasette.client.get("/odd/happenings.json?_search=cote&_shape=objects")).json()["rows"]) == 1


@pytest.mark.asyncio
async def test_what_is_no_timeline_is_not_described(serve: Serve, tmp_path: Path) -> None:
    """The same table names elsewhere mean something else; and nobody can change our words by changing his copy."""
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table happenings (id, title)")
    datasette = serve(tmp_path / "other.db")
    page = (await datasette.client.get("/other/happenings")).text
    assert TABLES["happenings"]["description"] not in page
    descriptions.as_metadata()["tables"]["happenings"].clear()
    assert descriptions.as_metadata()["tables"] == TABLES


@pytest.mark.asyncio
async def test_a_timeline_that_is_attached_later_is_described_as_well(serve: Serve, timeline_db: Path, odd_db: Path) -> None:
    """Once its page has been looked at."""
    datasette = serve(timeline_db)
    await datasette.invoke_startup()
    from datasette.database import Database

    datasette.add_database(Database(datasette, path=str(odd_db), is_mutable=True), name="odd")
    assert (await datasette.client.get("/odd")).status_code == 200
    assert access.known_timeline(datasette.get_database("odd"))
    assert TABLES["citations"]["description"] in (await datasette.client.get("/odd/citations")).text


@pytest.mark.asyncio
async def test_datasette_shows_the_words(serve: Serve) -> None:
    """The title, the tables' descriptions and the columns' stand on its pages."""
    datasette = serve(metadata=METADATA)
    assert METADATA["title"] in (await datasette.client.get("/")).text
    page = (await datasette.client.get("/timeline/citations")).text
    assert "The evidence: each row is a quotation" in page
    assert "Whether the quotation supports the happening or disputes it" in page


@pytest.mark.asyncio
async def test_the_machinery_is_hidden(serve: Serve) -> None:
    """The page of the database shows what there is to read."""
    tables = (await serve(metadata=METADATA).client.get("/timeline.json")).json()["tables"]
    hidden = {table["name"] for table in tables if table["hidden"] and not SHADOW.match(table["name"])}
    ours = {"tree", "documents", "projected", "density", "spans", "facets", "source_pages", "withheld", "replaced_values"}
    assert hidden == ours | {"happenings_fts", "happening_versions_fts", "sources_fts"}


@pytest.mark.asyncio
async def test_rows_are_sorted_faceted_and_searched_as_the_file_says(serve: Serve) -> None:
    """Time order for happenings, the newest first for events; search with and without accents."""
    datasette = serve(metadata=METADATA)

    async def column(path: str, name: str) -> list[Any]:
        rows = (await datasette.client.get(f"{path}{'&' if '?' in path else '?'}_shape=objects")).json()["rows"]
        return [row[name] for row in rows]

    assert await column("/timeline/happenings.json", "id") == ["meeting", "opening", "treaty", "mistake"]
    assert await column("/timeline/timeline.json", "id") == ["meeting", "opening", "treaty"]
    assert (await column("/timeline/events.json", "position"))[0] == 8
    for words in ("Cote", "Côte", "cote"):
        assert await column(f"/timeline/happenings.json?_search={words}", "id") == ["opening"]
        assert await column(f"/timeline/sources.json?_search={words}", "id") == ["report"]
    for words in ("السلام", "السَّلام"):
        assert await column(f"/timeline/sources.json?_search={words}", "id") == ["report"]
    page = (await datasette.client.get("/timeline/happenings")).text
    assert re.findall(r'data-column="(\w+)"', page.split("facet-results")[0]) is not None
    assert "facet-kind" in page or 'id="facet-kind"' in page
