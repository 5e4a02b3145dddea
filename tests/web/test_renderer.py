"""`.timeline` for anyone's rows: dates of whatever shape, in order, with nothing silently left out."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette

from timeline.web import column_guesses, renderer

Serve = Callable[..., Datasette]

ROWS = [
    ("A later day", "2001-03-04", 2001, 983_664_000, None),
    ("<b>An earlier year</b>", "1999", 1999, 915_148_800, "https://a.example/?a=1&b=2"),
    ("A vague one", "1999-06/2000", 1999, 928_195_200, "javascript:alert(1)"),
    ("Of no date", None, None, None, ""),
    ("Of a strange date", "long ago", None, None, "text"),
]


@pytest.fixture
def plain_db(tmp_path: Path) -> Path:
    """Make a database of no timeline, with a table, a view and a table without dates."""
    path = tmp_path / "plain.db"
    with sqlite3.connect(path) as plain:
        plain.execute(
            "create table diary (id integer primary key, what text, happened_on text, year integer, seen_at integer, url text)"
        )
        plain.executemany("insert into diary (what, happened_on, year, seen_at, url) values (?, ?, ?, ?, ?)", ROWS)
        plain.execute("create view by_year as select what, year from diary")
        plain.execute("create table stock (item text, price real, code text)")
        plain.execute("insert into stock values ('Nail', 0.1, '1234'), ('Screw', 2, '1999')")
        plain.execute("create table long (n integer primary key, day text)")
        plain.executemany("insert into long (day) values (?)", ((f"{1900 + n % 100}-01-01",) for n in range(250)))
    return path


async def page(datasette: Datasette, path: str, status: int = 200) -> str:
    """Give a page's own part of the HTML."""
    response = await datasette.client.get(path, follow_redirects=True)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    text: str = response.text
    return text.partition('<main id="main"')[2].partition("</main>")[0]


def sql(statement: str) -> str:
    """Give the address of a SQL result as a timeline."""
    return f"/plain.timeline?{urlencode({'sql': statement})}"


def titles(html: str) -> list[str]:
    """Give the titles in the order in which they stand, without markup."""
    outcome = re.findall(r'<h3 class="happening-title"[^>]*>(.*?)</h3>', html, re.DOTALL)
    return [re.sub("<[^>]*>", "", title) for title in outcome]


def years(html: str) -> list[str]:
    """Give the headings of the groups."""
    return [heading.strip() for heading in re.findall("<h2>(.*?)</h2>", html)]


@pytest.mark.asyncio
async def test_a_table_is_drawn_in_time_order_by_year(serve: Serve, plain_db: Path) -> None:
    """Vague dates in words, rows without a date at the end with their count, every row linked to its own page."""
    html = await page(serve(plain_db), "/plain/diary.timeline")
    assert titles(html) == [
        "&lt;b&gt;An earlier year&lt;/b&gt;", "A vague one", "A later day", "Of no date", "Of a strange date",
    ]  # fmt: skip
    assert years(html) == ["1999", "2001", "Without a date: 2"]
    assert '<p class="happening-date">June 1999 to 2000</p>' in html
    assert '<p class="happening-date">4 March 2001</p>' in html
    assert '<p class="happening-date">long ago</p>' in html
    assert '<a href="/plain/diary/1">A later day</a>' in html
    assert 'href="https://a.example/?a=1&amp;b=2"' in html
    assert 'href="javascript' not in html


@pytest.mark.asyncio
async def test_views_queries_and_sql_are_drawn_as_well(serve: Serve, plain_db: Path) -> None:
    """No table is needed, nor a database of ours."""
    datasette = serve(plain_db)
    assert years(await page(datasette, "/plain/by_year.timeline")) == ["1999", "2001", "Without a date: 2"]
    html = await page(datasette, sql("select 'x' as name, '2020-02' as date"))
    assert titles(html) == ["x"]
    assert "February 2020" in html
    html = await page(serve(), "/timeline/in_a_period.timeline?from=1970")
    hostile = "According to a note: &lt;img src=x onerror=alert(&#34;title&#34;)&gt;"
    assert titles(html) == [hostile, "The treaty is signed"]


@pytest.mark.asyncio
async def test_a_wrong_guess_can_be_set_right(serve: Serve, plain_db: Path) -> None:
    """`_date` and `_title` choose; the form keeps the rest of the address."""
    html = await page(serve(plain_db), "/plain/diary.timeline?_date=seen_at&_title=url&year__gte=1990")
    assert "4 March 2001, 00:00:00 UTC" in html
    assert "<option selected>seen_at</option>" in html
    assert '<input type="hidden" name="year__gte" value="1990">' in html
    assert 'href="/plain/diary?year__gte=1990"' in html
    assert 'href="/plain/diary.json?year__gte=1990"' in html


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "message"),
    [
        (sql("select x from nowhere"), "The SQL failed: no such table: nowhere"),
        (sql("select * from nowhere where a = :a") + "&a=1", "The SQL failed: no such table: nowhere"),
        ("/plain/stock.timeline", "None of these columns seems to hold dates"),
        ("/plain/diary.timeline?_date=absent", "There is no column absent here"),
    ],
)
async def test_rows_that_cannot_be_drawn_get_400_and_a_reason(serve: Serve, plain_db: Path, path: str, message: str) -> None:
    """A page that says why, under the right status on every version."""
    html = await page(serve(plain_db), path, status=400)
    assert message in html
    assert '<ol class="timeline">' not in html


@pytest.mark.asyncio
async def test_no_rows_are_no_error(serve: Serve, plain_db: Path) -> None:
    """An empty result says so."""
    assert "No rows: nothing to draw" in await page(serve(plain_db), "/plain/diary.timeline?year=1500")
    assert "No rows: nothing to draw" in await page(serve(plain_db), sql("select 1 as date where 0"))


@pytest.mark.asyncio
async def test_no_rows_are_no_error_whatever_the_columns_are_called(serve: Serve, plain_db: Path) -> None:
    """Where there is nothing to judge by, nothing is judged."""
    assert "No rows: nothing to draw" in await page(serve(plain_db), sql("select 1 as x, 2 as y where 0"))
    assert "No rows: nothing to draw" in await page(serve(plain_db), "/plain/stock.timeline?item=none")


@pytest.mark.asyncio
async def test_rows_that_begin_together_are_in_the_order_of_the_timeline(serve: Serve, plain_db: Path) -> None:
    """The longest first, what has no known end last; as in the view `timeline`. Dates begin with a capital."""
    texts = ["2003/..", "2003", "2003-01-01", "2003-01", "../2002", "2003/", "2003~", "/2004", "circa", "XXXX"]
    values = " union all ".join(f"select '{text}' as title, '{text}' as date" for text in texts)
    order = "coalesce(edtf_earliest_day(date), edtf_latest_day(date), 9e15), -coalesce(edtf_latest_day(date), -9e15), date"
    datasette = serve(plain_db)
    statement = f"select * from ({values}) where edtf_valid(date) order by {order}"
    answer = await datasette.client.get(f"/plain.json?{urlencode({'sql': statement, '_shape': 'objects'})}", follow_redirects=True)
    expected = [row["date"] for row in answer.json()["rows"]]
    html = await page(datasette, sql(values))
    assert titles(html) == [*expected, "circa"]
    assert expected.index("2003") < expected.index("2003-01") < expected.index("2003-01-01") < expected.index("2003/..")
    assert '<p class="happening-date">About 2003</p>' in html


@pytest.mark.asyncio
async def test_the_frame_is_that_of_our_pages(serve: Serve, plain_db: Path) -> None:
    """A language, a way past the menu, one main landmark, the crumbs."""
    text = (await serve(plain_db).client.get("/plain/diary.timeline")).text
    assert '<html lang="en">' in text
    assert text.count("<main") == 1
    assert '<a class="skip-link" href="#main">' in text
    assert 'id="main"' in text
    assert '<a href="/plain/diary"><bdi>diary</bdi></a>' in text
    assert "timeline.css" in text


@pytest.mark.asyncio
async def test_what_was_retracted_is_marked(serve: Serve) -> None:
    """With a word and a struck title; and nothing else is."""
    html = await page(serve(), "/timeline/happenings.timeline")
    [struck] = re.findall(r"<s>(.*?)</s>", html)
    assert "Never happened" in struck
    assert len(re.findall(r"</span> Retracted</li>", html)) == 1
    assert "Retracted</li>" not in await page(serve(), "/timeline/timeline.timeline")


@pytest.mark.asyncio
async def test_the_page_says_that_rows_were_cut_off(serve: Serve, plain_db: Path) -> None:
    """A page of a table leads to the next, and to time order; a long result says that there may be more."""
    datasette = serve(plain_db, settings={"max_returned_rows": 100})
    html = await page(datasette, "/plain/long.timeline")
    assert len(titles(html)) == 100
    assert "There are more rows than these" in html
    assert 'href="/plain/long.timeline?_sort=day"' in html
    [following] = set(re.findall(r'href="(?:http://localhost)?([^"]*_next=[^"]*)"', html))
    assert following.startswith("/plain/long.timeline?")
    last = await page(datasette, "/plain/long.timeline?_next=200")
    assert len(titles(last)) == 50
    assert "There are more rows" not in last
    assert "There may be more" in await page(datasette, sql("select day from long"))
    assert "There may be more" not in await page(datasette, sql("select day from long limit 99"))


@pytest.mark.asyncio
async def test_the_ways_back_honour_base_url(serve: Serve, plain_db: Path) -> None:
    """Under a prefix, every address carries it once."""
    datasette = serve(plain_db, settings={"base_url": "/prefix/"})
    html = await page(datasette, "/plain/diary.timeline?_sort=year")
    assert 'href="/prefix/plain/diary.csv?_sort=year"' in html
    assert 'action="/prefix/plain/diary.timeline"' in html
    assert "/prefix/prefix" not in html
    html = await page(datasette, "/plain/long.timeline?_sort=day&_size=100&n__gt=0")
    [following] = set(re.findall(r'href="([^"]*_next=[^"]*)"', html))
    assert following.startswith("/prefix/plain/long.timeline?")
    assert following.count("_sort=day") == following.count("n__gt=0") == 1
    second = await page(datasette, following.removeprefix("/prefix").replace("&amp;", "&"))
    assert len(titles(second)) == 100
    assert not set(re.findall(r"/plain/long/\d+", html)) & set(re.findall(r"/plain/long/\d+", second))


@pytest.mark.asyncio
async def test_the_link_is_offered_only_where_there_are_dates(serve: Serve, plain_db: Path) -> None:
    """On the pages of tables and of SQL."""
    datasette = serve(plain_db)
    assert "/plain/diary.timeline" in (await datasette.client.get("/plain/diary")).text
    assert "stock.timeline" not in (await datasette.client.get("/plain/stock")).text
    with_date = await datasette.client.get("/plain?sql=select+'2020-01-01'+as+x", follow_redirects=True)
    without = await datasette.client.get("/plain?sql=select+1234+as+x", follow_redirects=True)
    assert ".timeline?sql=" in with_date.text
    assert ".timeline?sql=" not in without.text


@pytest.mark.asyncio
async def test_labelled_foreign_keys_and_bytes_are_shown(serve: Serve) -> None:
    """A label in place of the key; the size in place of bytes."""
    html = await page(serve(), "/timeline/events.timeline?_labels=on")
    assert re.search(r"<dt>salt</dt><dd>\d+ bytes</dd>", html)
    html = await page(serve(), "/timeline/happenings.timeline?_labels=on")
    # Not every version hands labels to a renderer.
    assert re.search(r'<dt>part_of</dt><dd><a href="/timeline/-/timeline/opening">(The assembly opens|opening)</a></dd>', html)


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        ("2025-11-24", "x", "2025-11-24"),
        (" 2003~ ", "x", "2003~"),
        ("2025-11-24 10:20", "x", "2025-11-24T10:20"),
        ("2025-11-24T10:20:30.123456+0100", "x", "2025-11-24T10:20:30+01:00"),
        ("2025-11-24 10:20:30 UTC", "x", "2025-11-24T10:20:30Z"),
        ("2025/3/4", "x", "2025-03-04"),
        ("20250304", "x", "2025-03-04"),
        (20250304, "start_date", "2025-03-04"),
        (1999, "year", "1999"),
        (-44, "year", "-0044"),
        (1999, "price", None),
        (1_700_000_000, "x", "2023-11-14T22:13:20Z"),
        (1_700_000_000.5, "x", "2023-11-14T22:13:20Z"),
        (1_700_000_000_123, "x", "2023-11-14T22:13:20Z"),
        ({"value": "1999", "label": "x"}, "x", "1999"),
        (True, "date", None),
        (float("nan"), "date", None),
        (10**30, "date", None),
        (b"1999", "date", None),
        (None, "date", None),
        ("", "date", None),
        ("2025-13-40", "date", None),
        ("1" * 5000, "date", None),
    ],
)
def test_dates_of_whatever_shape(value: object, column: str, expected: str | None) -> None:
    """ISO dates and instants, EDTF, years, compact dates and Unix time are read; nothing else is."""
    date = column_guesses.read_date(value, column)
    assert (date and date.text) == expected


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("seen_at", [1_700_000_000, -1, 0, None], ["2023-11-14T22:13:20Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", None]),
        ("seen_at", [1_700_000_000_123, 1_700_000_000_123, -1000], ["2023-11-14T22:13:20Z"] * 2 + ["1969-12-31T23:59:59Z"]),
        ("seen_at", ["1700000000", "-1", "1700000000"], ["2023-11-14T22:13:20Z", "1969-12-31T23:59:59Z", "2023-11-14T22:13:20Z"]),
        ("year", [-1, 1999, 2001], ["-0001", "1999", "2001"]),
        ("year", [1999, 2001, 1_700_000_000], ["1999", "2001", None]),
        ("seen_at", [1_700_000_000, 1_700_000_000, 10**30, "1999-05"], ["2023-11-14T22:13:20Z"] * 2 + [None, "1999-05"]),
        ("seen_at", [-62_000_000_000, 1_700_000_000, 1_700_000_000], ["0005-04-19T09:46:40Z"] + ["2023-11-14T22:13:20Z"] * 2),
    ],
)
def test_whether_numbers_are_unix_time_is_decided_by_the_column(
    column: str, values: list[object], expected: list[str | None]
) -> None:
    """One number alone says too little: -1 is a year in one column and a second in another."""
    read = column_guesses.reader(column, values)
    assert [date and date.text for date in map(read, values)] == expected


@pytest.mark.parametrize(
    ("columns", "rows", "date", "title"),
    [
        (["id", "created_at", "title"], [(1, "2020-01-01 00:00:00", "x")], "created_at", "title"),
        (["created", "date", "name"], [("2020-01-01", "1999", "x")], "date", "name"),
        (["a", "b"], [("2020-01-01", "some words"), ("2020-01-02", "more words")], "a", "b"),
        (["code", "price"], [("1234", 1.5), ("1999", 2.5)], None, "code"),
        (["update", "note"], [("yes", "none")], None, "update"),
        (["date", "what"], [], "date", "what"),
        (["candidate"], [("Ann",)], None, "candidate"),
        (["created_at", "year", "what"], [("2020-01-01", 1999, "x")], "year", "what"),
        (["year", "happened_on"], [(1999, "1999-01-01"), (1998, "1998")], "happened_on", "year"),
        (["startDate", "Name"], [("1999", "x")], "startDate", "Name"),
        (["id", "Year"], [(1, 1999)], "Year", "id"),
    ],
)
def test_guesses(columns: list[str], rows: list[tuple[Any, ...]], date: str | None, title: str | None) -> None:
    """By name, then by content."""
    assert column_guesses.date_column(columns, rows) == date
    assert column_guesses.title_column(columns, rows, date) == title


def test_can_render_takes_rows_in_every_form() -> None:
    """Lists, dictionaries and the rows of sqlite3."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("select '2020-01-01' as d, 'x' as t").fetchall()
    assert renderer.can_render(["d", "t"], rows)
    assert renderer.can_render(["d", "t"], [{"d": "2020-01-01", "t": "x"}])
    assert not renderer.can_render(["t"], [{"t": "x"}])
    assert not renderer.can_render([], [])


def drawn(html: str) -> list[tuple[str, str]]:
    """Give the title and the date of each row as the script draws it."""
    data = re.search(r'<script type="application/json" id="drawing-data">(.*?)</script>', html, re.DOTALL)
    assert data is not None
    return [(item["title"], item["edtf"]) for item in json.loads(data[1])["items"]]


@pytest.mark.asyncio
async def test_a_beginning_and_an_end_make_one_bar(serve: Serve, plain_db: Path) -> None:
    """start_date finds its end_date; another column can be chosen, or none; what has no end has its beginning."""
    with sqlite3.connect(plain_db) as plain:
        plain.execute("create table stays (place text, start_date text, end_date text, noted text)")
        plain.execute("insert into stays values ('Rome', '2001-02-03', '2001-04', '2002'), ('Fez', '1999', null, '2000')")
    datasette = serve(plain_db)
    html = await page(datasette, "/plain/stays.timeline")
    assert drawn(html) == [("Rome", "2001-02-03/2001-04"), ("Fez", "1999")]
    assert "3 February 2001 to April 2001" in html
    assert drawn(await page(datasette, "/plain/stays.timeline?_until=")) == [("Rome", "2001-02-03"), ("Fez", "1999")]
    html = await page(datasette, "/plain/stays.timeline?_until=noted")
    assert drawn(html) == [("Rome", "2001-02-03/2002"), ("Fez", "1999/2000")]
    assert "There is no column absent here" in await page(datasette, "/plain/stays.timeline?_until=absent", status=400)


@pytest.mark.asyncio
async def test_what_is_drawn_cannot_end_the_script_element(serve: Serve, plain_db: Path) -> None:
    """A title may hold anything, and is drawn to the letter."""
    hostile = "</script><script>alert(1)</script> & \u2028 “quoted”"
    html = await page(serve(plain_db), sql("select :t as title, '2001' as date") + "&" + urlencode({"t": hostile}))
    assert "<script>alert" not in html
    assert drawn(html) == [(hostile, "2001")]


@pytest.mark.asyncio
async def test_a_chosen_column_of_numbers_holds_years(serve: Serve, plain_db: Path) -> None:
    """Who says that a column says when is believed, whatever its name."""
    with sqlite3.connect(plain_db) as plain:
        plain.execute("create table counts (title text, n integer)")
        plain.execute("insert into counts values ('One', 1900), ('Two', -43)")
    assert drawn(await page(serve(plain_db), "/plain/counts.timeline?_date=n")) == [("One", "1900"), ("Two", "-0043")]
