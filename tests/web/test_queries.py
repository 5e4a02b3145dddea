"""The questions people ask: what they answer, with and without their parameters, wherever a timeline is served."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette

from timeline import Timeline
from timeline.selection.sql import register
from timeline.web import queries

Serve = Callable[..., Datasette]


async def ask(datasette: Datasette, question: str, /, *, database: str = "timeline", **parameters: str) -> list[dict[str, Any]]:
    """Run a question and give its rows."""
    arguments = urlencode({**parameters, "_shape": "objects"})
    response = await datasette.client.get(f"/{database}/{question}.json?{arguments}")
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["rows"]
    return rows


@pytest.mark.asyncio
@pytest.mark.parametrize("name", queries.questions())
async def test_empty_parameters_give_no_error(serve: Serve, name: str) -> None:
    """A form sent empty is answered."""
    rows = await ask(serve(), name)
    assert rows or name == "search"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("", "", ["meeting", "opening", "treaty"]),
        ("1969-05-03", "1969-05-03", ["meeting", "opening"]),
        ("1969-05-04", "1969-05-04", ["meeting"]),
        ("197X", "", ["meeting", "treaty"]),
        ("", "1969-04", ["meeting"]),
        ("1970~/1971", " 1971 ", ["meeting", "treaty"]),
        ("../1960", "", ["meeting", "opening", "treaty"]),
        ("1 BCE", "1969-04", ["meeting"]),
    ],
)
async def test_what_happened_in_a_period(serve: Serve, start: str, end: str, expected: list[str]) -> None:
    """Whatever may have fallen in it, by the days that its date allows; the period may be vague itself."""
    rows = await ask(serve(), "in_a_period", **{"from": start, "to": end})
    assert [row["happening"] for row in rows] == expected


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cote", ["opening"]),
        ("CÔTE spoke", ["opening"]),
        ('"treaty', ["treaty"]),
        ("never-signed", ["treaty"]),
        ("NOT OR AND ( *", []),
        ("  berg   private ", ["meeting"]),
        ('"', []),
        ("\0zz", []),
        ("\0treaty", ["treaty"]),
        ("treat", ["treaty"]),
    ],
)
async def test_search(serve: Serve, words: str, expected: list[str]) -> None:
    """All of the words, accents or none; punctuation is no operator."""
    assert [row["happening"] for row in await ask(serve(), "search", words=words)] == expected


@pytest.mark.asyncio
@pytest.mark.parametrize("words", ["مراكش", "مراكِش", "الإثنين", "الاثنين"])
async def test_search_finds_what_the_page_finds(serve: Serve, tmp_path: Path, words: str) -> None:
    """Vowel signs and hamzas are looked for as typed and without them."""
    with Timeline(tmp_path / "arabic.db") as timeline:
        source = timeline.archive(text="اجتمعوا في مراكِش يوم الإثنين.", id="report", title="خبر")
        timeline.record("meeting", title="A meeting", date="2025", citations=[source.quote("في مراكِش يوم الإثنين")])
    datasette = serve(tmp_path / "arabic.db")
    page = (await datasette.client.get(f"/arabic/-/timeline?{urlencode({'q': words})}")).text
    expected = ["meeting"] if 'id="h-meeting"' in page else []
    assert [row["happening"] for row in await ask(datasette, "search", database="arabic", words=words)] == expected
    assert expected or words == "الاثنين"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("question", "parameters", "fault"),
    [
        ("in_a_period", {"from": "garbage"}, "“garbage” is no date. Write a year"),
        ("in_a_period", {"from": "1969", "to": "it's late"}, "is no date. Write a year"),
        ("in_a_period", {"from": "1972/1969"}, "is no date"),
        ("as_of", {"position": "abc"}, "“abc” is no position in the log. Write a whole number"),
        ("as_of", {"position": "-1"}, "is no position in the log"),
        ("changed_since", {"position": "abc"}, "“abc” is no position in the log. Write a whole number"),
        ("changed_since", {"position": "1.5"}, "is no position in the log"),
    ],
)
async def test_a_faulty_parameter_is_refused_with_a_reason(
    serve: Serve, question: str, parameters: dict[str, str], fault: str
) -> None:
    """No wrong answer in silence: an error with the reason and the way out, as data and on the page."""
    datasette = serve()
    response = await datasette.client.get(f"/timeline/{question}.json?{urlencode(parameters)}")
    assert response.status_code == 400
    assert fault in response.json()["error"]
    page = (await datasette.client.get(f"/timeline/{question}?{urlencode(parameters)}")).text
    assert fault in page
    (shown,) = re.findall(r'<p class="message-error">(.*?)</p>', page, re.DOTALL)
    assert shown.startswith("“"), "SQLite's own words are left out"
    assert not shown.endswith(("'", "&#39;"))


@pytest.mark.asyncio
async def test_who_took_part_together(serve: Serve) -> None:
    """Pairs stand once without names; with one or two names, from their side."""
    pairs = await ask(serve(), "took_part_together")
    assert [(row["actor_name"], row["with_name"], row["happening"]) for row in pairs] == [
        ("Ann Lee", "Bo Berg", "meeting"),
        ("Ann Lee", "Bo Berg", "opening"),
    ]
    from_bo = await ask(serve(), "took_part_together", name="berg")
    assert [(row["actor_name"], row["with_name"]) for row in from_bo] == [("Bo Berg", "Ann Lee")] * 2
    assert len(await ask(serve(), "took_part_together", name="berg", **{"with": "ann-lee"})) == 2
    assert await ask(serve(), "took_part_together", name="berg", **{"with": "nobody"}) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("name", queries.questions())
async def test_every_question_says_whose_claim_a_title_is(serve: Serve, name: str) -> None:
    """In the column after the title."""
    (first, *_) = await ask(serve(), name, **({"words": "treaty"} if name == "search" else {}))
    columns = list(first)
    assert columns[columns.index("title") + 1] == "attributed_to"


@pytest.mark.asyncio
async def test_the_other_questions(serve: Serve) -> None:
    """Support, single sources, disputes, changes, and the past."""
    datasette = serve()
    support = await ask(datasette, "supported_by_source", source="note.1")
    assert [row["happening"] for row in support] == ["opening", "meeting"]
    assert [row["happening"] for row in await ask(datasette, "single_source")] == ["meeting", "treaty"]
    disputed = await ask(datasette, "sources_disagree")
    assert [(row["happening"], row["stance"]) for row in disputed] == [("treaty", "supports"), ("treaty", "disputes")]
    changed = await ask(datasette, "changed_since", position="6")
    assert [(row["position"], row["changed"], row["reason"]) for row in changed] == [
        (8, None, "Misread"),
        (7, "date", "The report names the day"),
    ]
    then = {row["happening"]: row["date"] for row in await ask(datasette, "as_of", position="6")}
    assert then == {"opening": "1969-05", "treaty": "1970", "meeting": "1969/1972", "mistake": "1980~"}
    now = {row["happening"]: row["date"] for row in await ask(datasette, "as_of")}
    assert now == {"opening": "1969-05-03", "treaty": "1970", "meeting": "1969/1972"}
    assert await ask(datasette, "as_of", position="0") == []


async def listed(datasette: Datasette, database: str = "timeline", **visit: dict[str, str]) -> list[str]:
    """Name the questions that are shown for a database, as often as they are shown."""
    text = (await datasette.client.get(f"/{database}", **visit)).text
    text += (await datasette.client.get(f"/{database}/-/queries", **visit)).text if hasattr(datasette, "add_query") else ""
    return [name for name in re.findall(rf'href="/{database}/(\w+)"', text) if name in queries.questions()]


@pytest.mark.asyncio
@pytest.mark.parametrize("with_file", [True, False], ids=["metadata.json", "no file"])
async def test_each_question_is_offered_once(serve: Serve, with_file: bool) -> None:
    """With the file or without, on every version."""
    metadata = {"databases": {"timeline": {"queries": queries.as_metadata()}}} if with_file else {}
    datasette = serve(metadata=metadata)
    await datasette.invoke_startup()
    if hasattr(datasette, "add_query"):
        page = await datasette.list_queries("timeline", limit=100)
        assert sorted(query.name for query in page.queries) == sorted(queries.questions())
    else:
        assert await listed(datasette) == list(queries.questions())


@pytest.mark.asyncio
async def test_the_questions_follow_the_timeline(serve: Serve, timeline_db: Path, tmp_path: Path) -> None:
    """A timeline of another name has them; a database that is none has not."""
    named = tmp_path / "x.db"
    named.write_bytes(timeline_db.read_bytes())
    sqlite3.connect(tmp_path / "other.db").execute("create table t (x)")
    datasette = serve(named, tmp_path / "other.db")
    assert len(await ask(datasette, "single_source", database="x")) == 2
    assert (await datasette.client.get("/other/single_source")).status_code == 404


@pytest.mark.asyncio
async def test_a_question_that_the_file_changes_stays_changed(serve: Serve) -> None:
    """The queries of metadata.json replace those of the package, and others appear as well."""
    own = {"single_source": {"sql": "select 1 as one", "title": "Mine"}, "another": {"sql": "select 2 as two"}}
    datasette = serve(metadata={"databases": {"timeline": {"queries": own}}})
    assert await ask(datasette, "single_source") == [{"one": 1}]
    assert await ask(datasette, "another") == [{"two": 2}]
    assert (await ask(datasette, "sources_disagree"))[0]["happening"] == "treaty"


@pytest.mark.asyncio
async def test_a_question_is_closed_with_the_tables_it_reads(serve: Serve) -> None:
    """Citations denied to all but one: the questions that quote are closed to the others, the rest stay open."""
    metadata = {
        "databases": {
            "timeline": {"queries": queries.as_metadata(), "tables": {"citations": {"allow": {"id": "ann"}}}},
        }
    }
    datasette = serve(metadata=metadata)
    await datasette.invoke_startup()
    ann = {"cookies": {"ds_actor": datasette.sign({"a": {"id": "ann"}}, "actor")}}
    for visit, expected in ((ann, 200), ({}, 403), (ann, 200), ({}, 403)):
        response = await datasette.client.get("/timeline/supported_by_source.json", **visit)
        assert response.status_code == expected
    assert (await datasette.client.get("/timeline/in_a_period.json")).status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("table", ["happenings", "citations", "actors", "happening_actors"])
async def test_search_is_closed_with_whatever_its_index_holds(serve: Serve, table: str) -> None:
    """Its passages are words of the happenings, of their quotations and of the people's names."""
    metadata = {"databases": {"timeline": {"allow_sql": False, "tables": {table: {"allow": False}}}}}
    datasette = serve(metadata=metadata)
    response = await datasette.client.get("/timeline/search.json?words=treaty")
    assert response.status_code == 403
    assert "signed the treaty" not in response.text


@pytest.mark.parametrize("question", queries.questions().values(), ids=lambda question: question.name)
def test_the_tables_of_a_question_are_those_it_reads(timeline_db: Path, question: queries.Question) -> None:
    """SQLite itself names the same tables."""
    read: set[str] = set()

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table:
            read.add(table)
        return sqlite3.SQLITE_OK

    from timeline import dates

    connection = sqlite3.connect(timeline_db)
    dates.register(connection)
    register(connection)
    connection.set_authorizer(note)
    connection.execute(question.sql, dict.fromkeys(question.parameters, ""))
    assert {table for table in read if not table.startswith(("json_", "happenings_fts_", "sqlite_"))} == set(question.tables)
