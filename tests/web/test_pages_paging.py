"""The timeline page's paging: by place in the time order, both ways, along the index."""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from test_pages_demo import build, ids, link, serve

from timeline.selection import conditions, matches, plan, time_order
from timeline.selection import state as states
from timeline.selection.plan import Plan
from timeline.selection.snapshot import Snapshot
from timeline.selection.sql import register


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a timeline of two thousand happenings, a fifth of them on one day."""
    return build(tmp_path_factory.mktemp("paging") / "many.db", synthetic=2_000)


async def walk(path: Path, query: str, label: str) -> list[list[str]]:
    """Follow a link from page to page, and give the ids on each."""
    client = serve(path).client
    address, pages = f"/many/-/timeline?{query}", []
    while True:
        result = (await client.get(address)).text.split('<div id="found"')[1]
        pages.append(ids(result))
        if f">{label}" not in result and f"</span> {label}</a>" not in result:
            return pages
        address = link(result, label)


@pytest.mark.asyncio
async def test_going_on_meets_every_happening_once(many: Path) -> None:
    """From the first page on, each comes exactly once, in time order, fifty to a page."""
    pages = await walk(many, "", "Later")
    flat = [id_ for page in pages for id_ in page]
    assert max(Counter(flat).values()) == 1
    assert [len(page) for page in pages] == [50] * 40 + [15]
    with sqlite3.connect(many) as connection:
        order = "coalesce(earliest_day, latest_day, 9e15), -coalesce(latest_day, -9e15), date, id"
        expected = connection.execute(f"select id from happenings where status = 'current' order by {order}")
        assert flat == [id_ for (id_,) in expected]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    ["size=7&kind=kind+3", "size=37&from=1440&to=1460", "size=3&status=all&place=Marrakech", "size=9&q=person+12"],
)
async def test_going_back_meets_the_same(many: Path, query: str) -> None:
    """From the last page back, the same happenings come in the opposite order of pages, with and without filters."""
    forward = [id_ for page in await walk(many, query, "Later") for id_ in page]
    back = [id_ for page in reversed(await walk(many, f"{query}&before=end", "Earlier")) for id_ in page]
    assert back == forward
    assert len(forward) == len(set(forward)) > 2


@pytest.mark.asyncio
async def test_the_past_is_paged_as_well(many: Path) -> None:
    """As of a position, current and since corrected versions come in one order."""
    pages = await walk(many, "as_of=20&size=4", "Later")
    flat = [id_ for page in pages for id_ in page]
    assert len(flat) == len(set(flat)) == 16
    assert {"mistake", "meeting"} <= set(flat)


@pytest.mark.asyncio
async def test_redacted_happenings_have_their_place(tmp_path: Path) -> None:
    """Those without any date left come last and are met once, both ways."""
    path = build(tmp_path / "many.db")
    with sqlite3.connect(path) as connection:
        connection.execute("update happenings set date = null, title = null, earliest_day = null, latest_day = null, day_second = 0"
                           " where id in ('noon', 'rome', 'claim')")  # fmt: skip
    forward = [id_ for page in await walk(path, "size=2", "Later") for id_ in page]
    back = [id_ for page in reversed(await walk(path, "size=2&before=end", "Earlier")) for id_ in page]
    assert forward == back
    assert forward[-4:] == ["claim", "noon", "rome", "undated"]


def steps(path: Path, query: dict[str, list[str]], *, by: str | None = None, along: bool) -> str:
    """Give SQLite's plan for a page of the timeline, along the time order or from what a filter lists."""
    state = states.read(query)
    chosen = conditions.chosen(state, "ann", Plan(by, 0, 0, 0))
    place = state.before or state.after
    params = {**chosen.params, **(time_order.params(place) if place else {})}
    sql = matches.page_sql(state, chosen, along=along)
    with closing(sqlite3.connect(path)) as connection:
        register(connection)
        explained = Snapshot(connection, state.as_of).explained(sql, params, index=matches.index(chosen, along=along))
    return "\n".join(explained)


@pytest.mark.parametrize(
    "place", [{}, {"after": ["511340,-511704,1401,x-1"]}, {"before": ["511340,-511704,1401,x-1"]}, {"before": ["end"]}]
)
@pytest.mark.parametrize(
    "query", [{}, {"q": ["synthetic"]}, {"actor": ["ann"]}, {"mark": ["single"]}, {"from": ["1450"], "to": ["1460"]}]
)
def test_a_page_of_plenty_is_read_along_the_time_index(
    many: Path, query: dict[str, list[str]], place: dict[str, list[str]]
) -> None:
    """No sorting; and from a place on, no walk from the beginning."""
    result = steps(many, query | place, along=True)
    assert "USING INDEX happenings_time" in result
    assert "TEMP B-TREE" not in result
    if place and place.get("before") != ["end"]:
        assert "SEARCH main.happenings USING INDEX happenings_time (<expr>" in result


@pytest.mark.parametrize("place", [{}, {"after": ["511340,-511704,1401,x-1"]}, {"before": ["511340,-511704,1401,x-1"]}])
@pytest.mark.parametrize("more", [{}, {"tag": ["x"]}])
def test_a_kind_is_read_along_its_own_index(many: Path, more: dict[str, list[str]], place: dict[str, list[str]]) -> None:
    """In time order too: only what begins on the same day is sorted."""
    result = steps(many, {"kind": ["kind 1"]} | more | place, along=True)
    assert f"SEARCH main.happenings USING INDEX happenings_kind (kind=?{' AND <expr>' if place else ''}" in result
    assert result.count("TEMP B-TREE") == result.count("TEMP B-TREE FOR RIGHT PART OF ORDER BY") == 1


RARE = [
    ({"actor": ["ann"]}, "actor", "happening_actors_actor"),
    ({"tag": ["x"]}, "tag", "happening_tags_tag"),
    ({"source": ["notes"]}, "source", "citations_source"),
    ({"q": ["rare"]}, "q", "VIRTUAL TABLE INDEX"),
    ({"kind": ["x"]}, "kind", "happenings_kind"),
    ({"place": ["x"]}, "place", "happenings_place"),
    ({"as_of": ["3"]}, "as_of", "sqlite_autoindex_happenings_2"),
    ({"status": ["retracted"]}, "replaced", "happening_versions_known_until"),
    ({"mark": ["corrected"]}, "replaced", "happening_versions_known_until"),
    ({"mark": ["disputed"]}, "mark", "citations_disputing"),
    ({"mark": ["claimed"]}, "mark", "happenings_attributed_to"),
    ({"mark": ["single"]}, "mark", "happenings_single_source"),
]


@pytest.mark.parametrize(("query", "by", "index"), RARE)
@pytest.mark.parametrize("more", [{}, {"kind": ["x"], "tag": ["y"], "q": ["z"], "from": ["1450"]}])
def test_few_matches_are_read_by_their_own_index(
    many: Path, query: dict[str, list[str]], by: str, index: str, more: dict[str, list[str]]
) -> None:
    """The rarest filter is looked up, whatever else is filtered by, and no table is read through."""
    result = steps(many, more | query, by=by, along=False).splitlines()
    assert index in next(step for step in result if step.startswith(("SEARCH", "SCAN")))
    assert not [step for step in result if re.fullmatch(r"SCAN (main\.)?(happenings|events|citations|happening_\w+)", step)]


@pytest.mark.parametrize("name", ["actor", "tag", "source"])
def test_what_is_common_is_tried_and_not_listed(many: Path, name: str) -> None:
    """A value that very many happenings have is looked up for each one on the way, by the key of both."""
    result = steps(many, {name: ["x"]}, along=True)
    assert "LIST SUBQUERY" not in result
    assert "(happening=?" in result
    chosen = conditions.chosen(states.read({name: ["x"]}), "x", Plan(name, 0, 0, 0))
    assert "exists" in chosen.test
    assert "exists" not in chosen.sql


@pytest.mark.parametrize("when", [{}, {"as_of": ["2000"]}])
@pytest.mark.parametrize(
    ("query", "by", "index"),
    [
        ({}, None, "happenings_time"), ({"from": ["1450"], "to": ["1460"]}, None, "happenings_time"),
        ({"kind": ["kind 1"], "from": ["1450"]}, "kind", "happenings_kind"),
    ],
)  # fmt: skip
def test_the_happenings_of_a_period_are_counted_in_the_index(
    many: Path, query: dict[str, list[str]], by: str | None, index: str, when: dict[str, list[str]]
) -> None:
    """Now and as of a position; no row of the table is read for it."""
    state = states.read(query | when)
    chosen = conditions.chosen(state, None, Plan(by, 0, 0, 0))
    with closing(sqlite3.connect(many)) as connection:
        register(connection)
        sql = f"select count(*) from (select happenings.id as id {chosen.listing.sql} limit 10)"
        plans = Snapshot(connection, state.as_of).explained(sql, chosen.params)
    assert any(f"main.happenings USING COVERING INDEX {index}" in step for step in plans), plans


@pytest.mark.asyncio
async def test_a_page_counts_the_happenings_of_its_period_once(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list, the drawing, its pale background and its axis share the count."""
    counted = []

    def choose(snapshot: Snapshot, state: states.State, *arguments: object) -> object:
        counted.append(tuple(sorted(state.given.items())))
        return real(snapshot, state, *arguments)

    real: Callable[..., object] = matches.choose
    monkeypatch.setattr(matches, "choose", choose)
    assert (await serve(many).client.get("/many/-/timeline?kind=kind+3&from=1440")).status_code == 200
    assert max(Counter(counted).values()) <= 2


@pytest.mark.parametrize(
    ("query", "by"),
    [
        ({}, None), ({"kind": "kind 3"}, "kind"), ({"kind": "kind 3", "actor": "person-3"}, "actor"),
        ({"source": "notes"}, "source"),
        ({"source": "notes", "q": "police"}, "q"), ({"mark": "corrected"}, "replaced"), ({"mark": "disputed", "q": "it"}, "mark"),
        ({"status": "retracted", "place": "Marrakech"}, "replaced"), ({"as_of": "5", "source": "notes"}, "as_of"),
        ({"tag": "no such"}, "tag"),
    ],
)  # fmt: skip
def test_the_rarest_filter_is_looked_up_first(many: Path, query: dict[str, str], by: str | None) -> None:
    """By what was counted beforehand, or is counted no further than need be."""
    state = states.read({name: [value] for name, value in query.items()})
    with closing(sqlite3.connect(many)) as connection:
        assert plan.plan(Snapshot(connection, state.as_of), state, query.get("actor"), 2024).by == by


@pytest.mark.parametrize(
    ("expected", "counted", "along"), [(900_000, 10_001, True), (30_000, None, True), (12_000, 10_001, False), (30_000, 9, False)]
)
def test_the_way_is_chosen_by_what_was_counted(expected: int, counted: int | None, along: bool) -> None:
    """Where matches are met soon along the time order, they are not listed and sorted."""
    state = states.read({"q": ["x"]})
    chosen = conditions.chosen(state, None, Plan("q", expected, 1_000_000, expected))
    assert matches.is_walked(state, chosen, counted) is along


@pytest.mark.asyncio
async def test_whatever_the_way_the_page_is_the_same(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing matches first, trying each happening, and listing what was found give one page."""
    client = serve(many).client
    for query in ("source=notes&size=200", "actor=person-3", "tag=bilateral", "q=synthetic", "kind=kind+3", "mark=single&size=9",
                  "as_of=1000&source=notes", "status=all&place=Marrakech", "kind=kind+3&before=end&size=5"):  # fmt: skip
        expected = ids((await client.get(f"/many/-/timeline?{query}")).text)
        assert expected
        for along in (True, False):
            with monkeypatch.context() as patch:
                patch.setattr(matches, "COUNT_TO", 0)
                patch.setattr(
                    matches, "is_walked", lambda _state, chosen, _counted, along=along: along and chosen.walking is not None
                )
                assert ids((await client.get(f"/many/-/timeline?{query}")).text) == expected, (query, along)
