"""Datasette's own pages of a timeline: the way to it at their top, all the questions, and rows in time order in sight at once."""

import html
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import Served, Visitor, build_tricky
from datasette.app import Datasette
from test_metadata import METADATA

from timeline.web import native_pages, queries

Serve = Callable[..., Datasette]

SHOWN = [METADATA, {}]
FILES = ["metadata.json", "no file"]
# What a reader sees at once, at a desk and on a phone.
SCREENS = [(1280, 800), (390, 844)]


def ways(text: str) -> list[tuple[str, str]]:
    """Give the ways to timelines on a page, as (address, title)."""
    return re.findall(r'<a class="timeline-open" href="([^"]+)"><strong dir="auto">([^<]*)</strong>', text)


@pytest.mark.asyncio
@pytest.mark.parametrize("metadata", SHOWN, ids=FILES)
@pytest.mark.parametrize("path", ["/", "/timeline"])
async def test_the_way_to_the_timeline_is_at_the_top(serve: Serve, metadata: dict[str, Any], path: str) -> None:
    """Once, with its title, before anything that Datasette lists; it leads there."""
    datasette = serve(metadata=metadata)
    text = (await datasette.client.get(path)).text
    title = "The 93rd INTERPOL General Assembly in Marrakech" if metadata else "timeline"
    assert ways(text) == [("/timeline/-/timeline", title)]
    top = text.index('class="timeline-open"')
    assert top < min(text.index(later) for later in ('<form class="sql', '<h2 style="padding-left', "<footer") if later in text)
    assert 'href="/timeline/-/timeline/sources"' in text
    assert (await datasette.client.get("/timeline/-/timeline")).status_code == 200
    assert "native.css" in text


@pytest.mark.asyncio
async def test_each_timeline_is_named_and_nothing_else(serve: Serve, timeline_db: Path, tmp_path: Path) -> None:
    """By its own title, whatever is in it; many are named in part; a database that is none is not."""
    files = [tmp_path / f"t{number}.db" for number in range(native_pages.MOST_NAMED + 1)]
    for file in files:
        file.write_bytes(timeline_db.read_bytes())
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table happenings (id)")
    titled = {"databases": {"t0": {"title": "<b>Mine</b> & yours"}}}
    text = (await serve(*files[:2], tmp_path / "other.db", metadata=titled).client.get("/")).text
    assert [(address, html.unescape(title)) for address, title in ways(text)] == [
        ("/t0/-/timeline", "<b>Mine</b> & yours"),
        ("/t1/-/timeline", "t1"),
    ]
    assert "timeline-open" not in (await serve(*files[:1], tmp_path / "other.db").client.get("/other")).text
    text = (await serve(*files).client.get("/")).text
    assert len(ways(text)) == native_pages.MOST_NAMED
    assert f'<a href="/-/timeline">All {len(files)} timelines</a>' in text


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/", "/timeline"])
async def test_nobody_is_led_to_a_timeline_that_he_may_not_read(serve: Serve, path: str) -> None:
    """Not even its title."""
    metadata = {"databases": {"timeline": {"title": "Secret", "tables": {"happenings": {"allow": False}}}}}
    response = await serve(metadata=metadata).client.get(path)
    assert response.status_code == 200
    assert "timeline-open" not in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize("metadata", SHOWN, ids=FILES)
async def test_all_questions_are_on_the_page_of_the_database(serve: Serve, metadata: dict[str, Any]) -> None:
    """In the order in which people meet them, and closed ones left out."""
    text = (await serve(metadata=metadata).client.get("/timeline")).text
    assert [name for name in re.findall(r'href="/timeline/(\w+)"', text) if name in queries.questions()] == list(
        queries.questions()
    )
    assert "/-/queries" not in text
    closed = {"databases": {"timeline": {"tables": {"citations": {"allow": False}}}}}
    text = (await serve(metadata=closed).client.get("/timeline")).text
    assert "in_a_period" in text
    assert "single_source" not in text


@pytest.mark.asyncio
@pytest.mark.parametrize("metadata", SHOWN, ids=FILES)
async def test_a_question_hides_its_sql_and_shows_it_when_asked(serve: Serve, metadata: dict[str, Any]) -> None:
    """The link that shows it is on the page."""
    datasette = serve(metadata=metadata)
    text = (await datasette.client.get("/timeline/single_source")).text
    assert "select min(citations.source)" not in html.unescape(re.sub(r'(href|value)="[^"]*"', "", text))
    assert "<title>What rests on a single source: timeline</title>" in text
    shown = re.search(r'<span class="show-hide-sql">\(<a href="([^"]+)">show</a>\)', text)
    assert shown is not None
    text = (await datasette.client.get(html.unescape(shown[1]))).text
    assert "select min(citations.source)" in html.unescape(text)


@pytest.mark.asyncio
@pytest.mark.parametrize("metadata", SHOWN, ids=FILES)
async def test_the_columns_are_described_in_their_order_folded(serve: Serve, timeline_db: Path, metadata: dict[str, Any]) -> None:
    """Once, each of them."""
    text = (await serve(metadata=metadata).client.get("/timeline/happenings")).text
    folded = re.search(r'<details class="timeline-fold"><summary>The columns, in words</summary>(.*?)</details>', text, re.DOTALL)
    assert folded is not None
    with sqlite3.connect(timeline_db) as connection:
        columns = [name for (name,) in connection.execute("select name from pragma_table_info('happenings')")]
    assert re.findall(r"<dt>(\w+)</dt>", folded[1]) == columns
    assert text.count('<dl class="column-descriptions">') == 1


@pytest.mark.asyncio
async def test_facets_are_folded_until_one_is_asked_for(serve: Serve) -> None:
    """Those of the metadata and those that Datasette suggests; and the search, until it is in use."""
    datasette = serve()
    text = (await datasette.client.get("/timeline/happenings")).text
    assert len(re.findall(r'<details class="timeline-fold[^>]*>', text)) == 3
    assert '<details class="timeline-fold"><summary>Count by ' in text
    assert text.index("Suggested facets") > text.index("<summary>Count by ")
    assert '<details class="timeline-fold timeline-search"><summary>' in text
    text = (await datasette.client.get("/timeline/happenings?_facet=kind")).text
    assert '<details class="timeline-fold" open><summary>Count by ' in text
    for used in ("_search=treaty", "kind__exact=assembly"):
        text = (await datasette.client.get(f"/timeline/happenings?{used}")).text
        assert '<details class="timeline-fold timeline-search" open><summary>' in text


@pytest.mark.asyncio
async def test_the_pages_of_other_databases_stay_as_they_are(serve: Serve, tmp_path: Path) -> None:
    """Tables that are not a timeline's are described and counted as Datasette does it."""
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table t (id integer primary key, kind text)")
        other.executemany("insert into t (kind) values (?)", [(kind,) for kind in "aabbccaabb"])
    metadata = {"databases": {"other": {"tables": {"t": {"columns": {"kind": "What kind"}, "facets": ["kind"]}}}}}
    text = (await serve(tmp_path / "other.db", metadata=metadata).client.get("/other/t")).text
    assert "timeline-fold" not in text
    assert "native.css" not in text
    assert "<dd>What kind</dd>" in text
    assert 'id="facet-kind"' in text


@pytest.mark.asyncio
async def test_the_table_of_happenings_is_in_the_order_of_the_page(serve: Serve, tmp_path: Path) -> None:
    """BCE, open and unknown starts, and vague dates too, page by page, without a row left out."""
    datasette = serve(build_tricky(tmp_path / "tricky.db"))
    rows: list[str] = []
    address: str | None = "/tricky/happenings.json?_shape=objects&_size=90"
    while address:
        answer = (await datasette.client.get(address)).json()
        rows += [row["id"] for row in answer["rows"] if row["status"] == "current"]
        address = answer.get("next_url") and re.sub(r"^https?://[^/]+", "", answer["next_url"])
    shown: list[str] = []
    address = "/tricky/-/timeline?size=200"
    while address:
        text = (await datasette.client.get(address)).text
        shown += re.findall(r'data-id="([^"]+)"', text)
        later = re.search(r'<a href="([^"]+)" rel="next"', text)
        address = html.unescape(later[1]) if later else None
    assert rows == shown
    ways = (await datasette.client.get("/tricky/-/timeline?kind=session")).text
    same = re.search(r'<a href="([^"]+)">JSON</a>', ways)
    assert same is not None
    answer = (await datasette.client.get(html.unescape(same[1]))).json()
    assert [row["id"] for row in answer] == re.findall(r'data-id="([^"]+)"', ways)
    assert rows[:3] == ["carbon", "whole", "ides"]


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_first_row_is_on_the_first_screen(visitor: Visitor, demo: Served, width: int, height: int) -> None:
    """With its title: at a desk and on a phone; and the way to the timeline on the pages that lead there."""
    screen = {"width": width, "height": height}
    reader = visitor.open(f"{demo.origin}/timeline/happenings", settle=False, viewport=screen)
    box = reader.locator("table tbody tr").first.locator("td.col-title").bounding_box()
    assert box is not None
    assert box["y"] + 24 < height
    for path in ("/", "/timeline"):
        way = visitor.open(f"{demo.origin}{path}", settle=False, viewport=screen).locator("a.timeline-open").bounding_box()
        assert way is not None
        assert way["y"] + way["height"] < height / 2
        assert way["x"] + way["width"] <= width


def test_the_search_of_a_table_can_be_used_at_a_desk_and_on_a_phone(visitor: Visitor, demo: Served) -> None:
    """Open where there is room for it; unfolded by a press where there is not."""
    desk = visitor.open(f"{demo.origin}/timeline/happenings", settle=False, viewport={"width": 1280, "height": 800})
    phone = visitor.open(f"{demo.origin}/timeline/happenings", settle=False, viewport={"width": 390, "height": 844})
    if desk.evaluate("CSS.supports('selector(::details-content)')"):
        assert desk.locator("#_search").is_visible()
        assert not desk.locator(".timeline-search > summary").is_visible()
    phone.locator(".timeline-search > summary").click()
    phone.locator("#_search").fill("Morocco")
    phone.locator("#_search").press("Enter")
    phone.wait_for_url("**_search=Morocco**")
    assert phone.locator("#_search").is_visible()
