"""metadata.json: everything is described, nothing else is, and both versions of Datasette do as it says."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from timeline.web import queries

Serve = Callable[..., Datasette]

METADATA = json.loads(Path(__file__).parents[2].joinpath("metadata.json").read_text(encoding="utf-8"))
TIMELINE = METADATA["databases"]["timeline"]
TABLES: dict[str, dict[str, Any]] = TIMELINE["tables"]
SHADOW = re.compile(r"^(happenings|sources)_fts_(data|idx|content|docsize|config)$")


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
    """Whoever opens the database sees what there is to read."""
    tables = (await serve(metadata=METADATA).client.get("/timeline.json")).json()["tables"]
    hidden = {table["name"] for table in tables if table["hidden"] and not SHADOW.match(table["name"])}
    assert hidden == {"documents", "projected", "happenings_fts", "sources_fts"}


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
