"""The limits of a query: none fills the memory, and no ordinary one is stopped."""

import itertools
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette

from timeline.projections import staging
from timeline.selection import search_words
from timeline.selection.sql import words_passage
from timeline.web import limits, table_copies
from timeline.web.security import PLUGIN

Serve = Callable[..., Datasette]

MANY = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) "
# Each holds some 2 MB, in rows that are far shorter.
GREEDY = {
    "hex": "select hex(zeroblob(1000)) as x from n",
    "zeroblob": "select zeroblob(2000) as x from n",
    "randomblob": "select randomblob(2000) as x from n",
    "printf": "select printf('%.*c', 2000, 'x') as x from n",
    "replace": "select replace(hex(zeroblob(10)), '0', printf('%.*c', 100, 'x')) as x from n",
    "group_concat": "select (select group_concat('x', '') from n) || i as x from n, (select 1 union all select 2)",
    "json_group_array": "select (select json_group_array(i) from n) as x from n",
    "what JSON writes in six": "select replace(hex(zeroblob(200)), '0', char(1)) as x from n",
    "foreign letters": "select replace(hex(zeroblob(200)), '0', 'ع') as x from n",
    "wide letters": "select replace(hex(zeroblob(300)), '0', 'x') || char(128512) as x from n",
    "one row": "select " + ", ".join(f"hex(zeroblob({50_000 + n})) as c{n}" for n in range(20)),
}
ASK_ONCE = """
import asyncio, sys
from datasette.app import Datasette
datasette = Datasette([sys.argv[1]], metadata={"plugins": {"cited-timeline": {"max_heap": 60_000_000}}})
async def main():
    for sql in sys.argv[2:]:
        response = await datasette.client.get("/timeline.json", params={"sql": sql}, follow_redirects=True)
        print(response.status_code, response.json().get("error"))
asyncio.run(main())
"""


LONG = "select {}(sources_fts, 3, '[', ']'{}) from sources_fts where sources_fts match 'assembly'"
NOT_INTERRUPTED = {
    "snippet": LONG.format("snippet", ", '…', 64"),
    "highlight": LONG.format("highlight", ""),
    "in capitals": LONG.format("SniPPet", ", '…', 64"),
    "within": f"select * from ({LONG.format('highlight', '')})",
    "in a view's place": f"with v as ({LONG.format('highlight', '')}) select * from v",
}


AS_RANK = {
    "as its rank": "select rank from sources_fts where sources_fts match 'assembly' and rank match 'highlight(3, ''['', '']'')'",
    "as an argument": "select rank from sources_fts('assembly', 'highlight(3, ''['', '']'')')",
    "under another name": "select s.RANK from sources_fts('assembly', 'snippet(3, ''['', '']'', ''…'', 9)') as s order by 1",
    "in a query's place": "with v as (select rank from sources_fts('assembly', 'highlight(3, ''['', '']'')')) select rank from v",
}


def asking(sql: str, how: str = "json") -> str:
    """Give the address that runs some SQL."""
    return f"/timeline.{how}?{urlencode({'sql': sql})}"


@pytest.mark.asyncio
@pytest.mark.parametrize("greedy", GREEDY)
async def test_a_result_that_holds_too_much_in_all_is_refused(serve: Serve, greedy: str) -> None:
    """However short each value is; in a line that says so."""
    datasette = serve(metadata={"plugins": {PLUGIN: {"max_result": 1_000_000}}})
    sql = GREEDY[greedy] if greedy == "one row" else MANY + GREEDY[greedy]
    for how in ("json", "timeline"):
        refused = await datasette.client.get(asking(sql, how), follow_redirects=True)
        assert refused.status_code == 400
        assert "this result holds more than 1,000,000 bytes, the most at once. Ask for fewer rows or columns" in refused.text


@pytest.mark.asyncio
async def test_each_result_is_counted_by_itself(serve: Serve) -> None:
    """Many small ones, one after another over the same connections, are never too much; nor is one after a refusal."""
    datasette = serve(metadata={"plugins": {PLUGIN: {"max_result": 1_000_000}}}, settings={"num_sql_threads": 1})
    for _ in range(5):
        assert (await datasette.client.get(asking(MANY + GREEDY["hex"]), follow_redirects=True)).status_code == 400
        passed = await datasette.client.get(asking("select hex(zeroblob(300000)) as x"), follow_redirects=True)
        assert len(passed.json()["rows"]) == 1


@pytest.mark.asyncio
async def test_a_long_text_and_a_large_document_pass(serve: Serve) -> None:
    """As long as they may be at all, in the script that takes most room."""
    datasette = serve(settings={"sql_time_limit_ms": 60_000})
    for sql in ("select replace(hex(zeroblob(10000000)), '00', 'عع') as x", "select zeroblob(49000000) as x"):
        result = await datasette.get_database("timeline").execute(sql)
        assert len(result.rows[0]["x"]) >= 20_000_000


def test_what_sqlite_works_in_is_bounded(timeline_db: Path) -> None:
    """Values that never come into a result fill no memory either; and the next query is answered. A process cannot take it back."""
    columns = "select " + ", ".join(f"printf('%.*c', {9_000_000 + n}, 'x') as c{n}" for n in range(12))
    arguments = "select max(" + ", ".join(f"printf('%.*c', {9_000_000 + n}, 'x')" for n in range(12)) + ") = 1 as x"
    command = [sys.executable, "-c", ASK_ONCE, str(timeline_db), columns, arguments, "select 1 as x"]
    message = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    refusal = "This needs more memory than a query may take. Ask for less at once: fewer rows, fewer columns, or shorter values."
    assert message == [f"400 {refusal}", f"400 {refusal}", "200 None"]


@pytest.mark.asyncio
async def test_no_query_opens_another_file(serve: Serve, tmp_path: Path) -> None:
    """A stranger's metadata.json may hold queries: none reads a database that was not served, or writes one."""
    with closing(sqlite3.connect(tmp_path / "private.db")) as private:
        private.execute("CREATE TABLE passwords AS SELECT 'my-password' AS word")
        private.commit()
    for sql in (f"ATTACH DATABASE '{tmp_path}/private.db' AS p", f"VACUUM INTO '{tmp_path}/out.db'"):
        with closing(sqlite3.connect(tmp_path / "timeline.db")) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
            limits.refuse_other_files(connection)
            with pytest.raises(sqlite3.OperationalError, match="too many attached databases"):
                connection.execute(sql)
        assert not (tmp_path / "out.db").exists()
    for query in ("attach", "vacuum"):
        asked = {"attach": f"ATTACH DATABASE '{tmp_path}/private.db' AS p", "vacuum": f"VACUUM INTO '{tmp_path}/out.db'"}[query]
        datasette = serve(metadata={"databases": {"timeline": {"queries": {query: {"sql": asked}}}}})
        await datasette.client.get(f"/timeline/{query}.json")
        assert not (tmp_path / "out.db").exists()
        names = await datasette.get_database("timeline").execute("SELECT name FROM pragma_database_list")
        assert [row[0] for row in names.rows] == ["main"]


@pytest.mark.asyncio
@pytest.mark.parametrize("sql", NOT_INTERRUPTED.values(), ids=NOT_INTERRUPTED)
async def test_no_query_marks_words_in_a_text_that_may_be_long(serve: Serve, sql: str) -> None:
    """SQLite could not be stopped for minutes. A passage and an order are still to be had."""
    datasette = serve()
    assert "[" not in (await datasette.client.get(asking(sql, "csv"), follow_redirects=True)).text
    for how in ("json", "timeline"):
        refused = await datasette.client.get(asking(sql, how), follow_redirects=True)
        assert refused.status_code == 400
        assert "not authorized to use function" in refused.text
    quick = (
        "select words_passage('assembly', text) as p from sources_fts where sources_fts match 'assembly' order by bm25(sources_fts)"
    )
    rows = (await datasette.client.get(asking(quick) + "&_shape=array", follow_redirects=True)).json()
    assert all("[assembly]" in row["p"] for row in rows)
    assert len(rows) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("sql", AS_RANK.values(), ids=AS_RANK)
async def test_no_query_marks_words_in_the_place_of_a_rank(serve: Serve, sql: str) -> None:
    """It is empty; the index's own page, which shows it, is there all the same."""
    answer = await serve().client.get(asking(sql), follow_redirects=True)
    assert answer.status_code in (200, 400)
    assert "[assembly]" not in answer.text
    assert (await serve().client.get("/timeline/sources_fts.json")).status_code == 200


@pytest.mark.asyncio
async def test_marks_stay_refused_after_a_view_was_looked_into(serve: Serve, timeline_db: Path, tmp_path: Path) -> None:
    """The connection that SQLite was asked on what a view reads is used again."""
    path = tmp_path / "timeline.db"
    path.write_bytes(timeline_db.read_bytes())
    with closing(sqlite3.connect(path)) as own:
        own.execute("create view mine as select title from happenings")
    datasette = serve(path, settings={"num_sql_threads": 1})
    await datasette.invoke_startup()
    await datasette.get_database("timeline").execute_fn(table_copies.read)
    assert (await datasette.client.get(asking(NOT_INTERRUPTED["snippet"]), follow_redirects=True)).status_code == 400


@pytest.mark.asyncio
async def test_another_database_may_mark_words(serve: Serve, timeline_db: Path, tmp_path: Path) -> None:
    """It is none of ours."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("create virtual table notes using fts5(text)")
        other.execute("insert into notes values ('one two')")
        other.commit()
    datasette = serve(timeline_db, tmp_path / "other.db")
    sql = "select highlight(notes, 0, '[', ']') as p from notes where notes match 'two'"
    answer = await datasette.client.get(f"/other.json?{urlencode({'sql': sql, '_shape': 'array'})}", follow_redirects=True)
    assert answer.json() == [{"p": "one [two]"}]


VALUES = (None, "", "a", "aa", "aXbXa", 1, -2, 1.0, 1.5, 1e15, 1e20, -1e-7, 0.1, b"a", b"", "é", "éé", "abcabc", "  x ", "1", 2**62)


@pytest.mark.parametrize(("name", "number"), [("instr", 2), ("replace", 3), ("trim", 2), ("ltrim", 2), ("rtrim", 2)])
def test_functions_in_the_place_of_sqlites_say_the_same(name: str, number: int) -> None:
    """Of texts, numbers, blobs and NULL alike."""
    theirs, ours = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    ours.text_factory = bytes.decode  # as Datasette has it
    limits.set_on(ours, {})
    ask = f"select {name}({', '.join('?' * number)}) as value"
    for values in itertools.product(VALUES, repeat=number):
        expected, outcome = (one.execute(ask, values).fetchone()[0] for one in (theirs, ours))
        assert (type(outcome), outcome) == (type(expected), expected), values


@pytest.mark.parametrize(
    "sql",
    [
        "select instr(hex(zeroblob(10000000)), hex(zeroblob(5000000)) || '1')",
        "select length(replace(hex(zeroblob(10000000)), hex(zeroblob(5000000)) || '1', 'x'))",
        "select length(trim(hex(zeroblob(10000000)), 'abcdefghijklmnopqrstuvwxyz0'))",
    ],
)
def test_no_function_takes_the_product_of_two_lengths(sql: str) -> None:
    """Nothing could interrupt it: a third of the machine's threads for SQL would be gone for hours."""
    connection = sqlite3.connect(":memory:")
    limits.set_on(connection, {})
    before = time.thread_time()
    assert connection.execute(sql).fetchone()
    assert time.thread_time() - before < 5  # of work; SQLite's own took minutes


@pytest.mark.parametrize(
    "sql",
    [
        f"select 'a' like '%{'a' * 400}b'",
        f"select 'a' glob '*{'a' * 400}b'",
        "select length(replace(hex(zeroblob(20000000)), '0', 'twenty letters or so'))",
        "with recursive n(c) as (select 20000 union all select c + 1 from n where c < 21500)"
        " select trim('a', group_concat(char(c), '')) from n",
    ],
)
def test_what_would_take_too_long_is_refused(sql: str) -> None:
    """A pattern too long, a result too long, letters too many."""
    connection = sqlite3.connect(":memory:")
    limits.set_on(connection, {})
    with pytest.raises(sqlite3.DatabaseError):
        connection.execute(sql).fetchone()


MARKS = "a" + "\u0301\u0316" * 20_000


def test_marks_out_of_order_are_read_in_linear_time() -> None:
    """In what is looked for, and in what is indexed."""
    before = time.thread_time()
    assert search_words.folded(MARKS) == "a"
    assert search_words.words(MARKS * 10) == [(MARKS)[: search_words.LONGEST]]
    assert staging.plain_letters("\u05d0" + MARKS * 10) == "\u05d0" + "a" * 10
    assert words_passage(MARKS, MARKS)
    assert time.thread_time() - before < 5  # of work; it took minutes
