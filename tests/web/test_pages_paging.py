"""The timeline page's paging: by place in the time order, both ways, along the index."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from test_pages_demo import build, ids, link, serve

from timeline.web.pages import choose, rows
from timeline.web.pages import state as states


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a timeline of two thousand happenings, a fifth of them on one day."""
    return build(tmp_path_factory.mktemp("paging") / "many.db", synthetic=2_000)


async def walk(path: Path, query: str, label: str) -> list[list[str]]:
    """Follow a link from page to page, and give the ids on each."""
    client = serve(path).client
    html = (await client.get(f"/many/-/timeline?{query}")).text
    pages = [ids(html)]
    while f">{label}" in html or f"</span> {label}</a>" in html:
        html = (await client.get(link(html, label))).text
        pages.append(ids(html))
    return pages


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
    ["size=7&kind=kind+3", "size=11&from=1440&to=1460", "size=3&status=all&place=Marrakech", "size=9&q=person+12"],
)
async def test_going_back_meets_the_same(many: Path, query: str) -> None:
    """From the last page back, the same happenings come in the opposite order of pages, with and without filters."""
    forward = [id_ for page in await walk(many, query, "Later") for id_ in page]
    back = [id_ for page in reversed(await walk(many, f"{query}&before=end", "Earlier")) for id_ in page]
    assert back == forward
    assert len(forward) == len(set(forward)) > 2


@pytest.mark.asyncio
async def test_the_past_is_paged_as_well(many: Path) -> None:
    """As of a position, what still stands and what has since been corrected come as one."""
    pages = await walk(many, "as_of=20&size=4", "Later")
    flat = [id_ for page in pages for id_ in page]
    assert len(flat) == len(set(flat)) == 16
    assert {"mistake", "meeting"} <= set(flat)


@pytest.mark.asyncio
async def test_redacted_happenings_have_their_place(tmp_path: Path) -> None:
    """Those without any date left come last and are met once, both ways."""
    path = build(tmp_path / "many.db")
    with sqlite3.connect(path) as connection:
        connection.execute("update happenings set date = null, title = null, earliest_day = null, latest_day = null"
                           " where id in ('noon', 'rome', 'claim')")  # fmt: skip
    forward = [id_ for page in await walk(path, "size=2", "Later") for id_ in page]
    back = [id_ for page in reversed(await walk(path, "size=2&before=end", "Earlier")) for id_ in page]
    assert forward == back
    assert forward[-4:] == ["claim", "noon", "rome", "undated"]


def plan(path: Path, query: dict[str, list[str]], *, plentiful: bool, common: frozenset[str] = frozenset()) -> str:
    """Give SQLite's plan for a page of the timeline."""
    state = states.read(query)
    chosen = choose.standing(state, "ann", common)
    place = state.before or state.after
    params = {**chosen.params, **(rows.keys.params(place) if place else {})}
    with sqlite3.connect(path) as connection:
        found = connection.execute(f"explain query plan {rows.sql(state, chosen, plentiful=plentiful)}", params)
        return "\n".join(row[3] for row in found)


@pytest.mark.parametrize(
    "place", [{}, {"after": ["511340,-511704,1401,x-1"]}, {"before": ["511340,-511704,1401,x-1"]}, {"before": ["end"]}]
)
@pytest.mark.parametrize(
    "query", [{}, {"kind": ["kind 1"]}, {"q": ["synthetic"]}, {"actor": ["ann"]}, {"from": ["1450"], "to": ["1460"]}]
)
def test_a_page_of_plenty_is_read_along_the_time_index(
    many: Path, query: dict[str, list[str]], place: dict[str, list[str]]
) -> None:
    """No sorting; and from a place on, no walk from the beginning."""
    steps = plan(many, query | place, plentiful=True)
    assert "USING INDEX happenings_time" in steps
    assert "TEMP B-TREE" not in steps
    if place and place.get("before") != ["end"]:
        assert "SEARCH happenings USING INDEX happenings_time (<expr>" in steps


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"actor": ["ann"]}, "happening_actors_actor"),
        ({"tag": ["x"]}, "happening_tags_tag"),
        ({"source": ["notes"]}, "citations_source"),
        ({"q": ["rare"]}, "VIRTUAL TABLE INDEX"),
    ],
)
def test_few_matches_are_found_by_their_own_index(many: Path, query: dict[str, list[str]], index: str) -> None:
    """A rare value does not walk the whole timeline."""
    steps = plan(many, query, plentiful=False)
    assert index in steps
    assert "SCAN happenings" not in steps.splitlines()


@pytest.mark.parametrize("name", ["actor", "tag", "source"])
def test_what_is_common_is_tried_and_not_listed(many: Path, name: str) -> None:
    """A value that very many happenings have is looked up for each one on the way, by the key of both."""
    steps = plan(many, {name: ["x"]}, plentiful=True, common=frozenset([name]))
    assert "LIST SUBQUERY" not in steps
    assert "(happening=?" in steps


@pytest.mark.asyncio
async def test_a_common_filter_shows_the_same(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying each happening and listing the matches first give one page."""
    client = serve(many).client
    for query in ("source=notes&size=200", "actor=person-3", "tag=bilateral", "q=synthetic"):
        listed = ids((await client.get(f"/many/-/timeline?{query}")).text)
        with monkeypatch.context() as patch:
            patch.setattr(rows, "LIST_TO", 0)
            patch.setattr(rows, "COUNT_TO", 0)
            assert ids((await client.get(f"/many/-/timeline?{query}")).text) == listed
