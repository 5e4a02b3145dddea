"""The answers that the drawing gets while a reader moves in it: overview, view and next happening, against independent counts.

Dates are random, with a seed. No test here needs a browser.
"""

import json
import math
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from shares import ONE_IN, share

from timeline import Timeline, dates
from timeline.dates.calendar import civil, day_number, iso_day
from timeline.selection import window as windows
from timeline.selection.sql import register
from timeline.web.drawing import counts, gather, happenings, shape
from timeline.web.pages import query_string

Serve = Callable[..., Datasette]
Known = dict[str, Any]

MANY = 400
TEXT = "It is told here, in these very words. Others say that it is not so."
FACETS = ("kind", "actor", "place", "source", "tag")


def some_date(chance: random.Random) -> str:
    """Return a random date of any kind: mostly of the last centuries, sometimes BCE or millions of years ago."""
    year = chance.choice([chance.randint(1900, 2025)] * 6 + [chance.randint(-800, 1900)] * 2 + [chance.randint(-9999, -1)])
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    y = f"{'-' if year < 0 else ''}{abs(year):04}"
    later = f"{'-' if year + 3 < 0 else ''}{abs(year + 3):04}"
    return chance.choice(
        [
            y, f"{y}-{month:02}", *[f"{y}-{month:02}-{day:02}"] * 6, f"{y}-{month:02}-{day:02}T10:30:00Z", f"{y}~",
            f"{y}-{month:02}?", f"{y}/{later}", f"{y}-{month:02}/{later}-{month:02}-{day:02}", f"{y}-{month:02}/..", f"{y}/",
            f"/{y}", f"../{y}-{month:02}",
            f"[..{y}-{month:02}-{day:02}]", f"[{y},{later}]", f"{{{y},{later}}}", f"Y-{chance.randint(10_000, 170_000_000)}",
            f"{y}-{month:02}-{day:02}/{later}-{month:02}-{day:02}",
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a timeline of varied happenings, some of them corrected or retracted."""
    path = tmp_path_factory.mktemp("varied") / "varied.db"
    chance = random.Random(3)  # noqa: S311 - it must be the same every time
    with Timeline(path) as timeline, timeline.transaction():
        sources = [timeline.archive(id=f"source-{n}", text=TEXT, title=f"Source {n}") for n in range(3)]
        for number in range(MANY):
            source = chance.choice(sources)
            timeline.record(
                f"h-{number}",
                title=f"Happening {number} {chance.choice(['of war', 'of peace', 'of both'])}",
                date=some_date(chance),
                kind=chance.choice(["battle", "treaty", "birth", "death", None]),
                place=chance.choice(["Rabat", "Fes", "Tangier", None]),
                actors=chance.sample(["Ann", "Bo", "Cy", "Di"], chance.randint(0, 3)),
                tags=chance.sample(["red", "green", "blue"], chance.randint(0, 2)),
                attributed_to=chance.choice([None, None, "somebody"]),
                citations=[source.quote("in these very words")],
            )
        for number in chance.sample(range(MANY), 40):
            timeline.correct(f"h-{number}", date=some_date(chance), kind="corrected", reason="It was read again")
        for number in chance.sample(range(MANY), 20):
            timeline.retract(f"h-{number}", reason="It was not so")
    return path


def read(path: Path, sql: str, params: tuple[object, ...] = ()) -> list[dict[str, Any]]:
    """Query a file with SQLite alone, without our own code."""
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, params)]


def known(path: Path) -> list[Known]:
    """Read all happenings with their days, actors, tags and sources."""
    rows = read(path, "select id, date, earliest_day, latest_day, kind, place, status, attributed_to, position from happenings")
    several: dict[str, dict[str, set[str]]] = {"actor": {}, "tag": {}, "source": {}}
    for name, table in (("actor", "happening_actors"), ("tag", "happening_tags"), ("source", "citations")):
        for row in read(path, f"select happening, {name} as value from {table}"):
            several[name].setdefault(row["happening"], set()).add(row["value"])
    for row in rows:
        row["days"] = days_of(row)
        for name, values in several.items():
            row[name] = values.get(row["id"], set())
        for name in ("kind", "place"):
            row[name] = {row[name]} - {None}
    return rows


def known_at(path: Path, position: int) -> list[Known]:
    """Read the versions that were current as of a position."""
    rows = read(
        path,
        "select id, date, earliest_day, latest_day, kind, status from happening_versions where status = 'current'"
        " and known_from <= ? and (known_until is null or known_until > ?)",
        (position, position),
    )
    for row in rows:
        row["days"], row["kind"] = days_of(row), {row["kind"]} - {None}
    return rows


def days_of(row: Known) -> tuple[int, float] | None:
    """Return the first and last day of a happening in the drawing, by the rule of `shape.span`."""
    span = shape.span(shape.of_text(row["date"]) or {})
    if span is None:
        return None
    return math.floor(span[0]), span[1] if span[1] == math.inf else math.ceil(span[1]) - 1


def touching(rows: list[Known], first: float, last: float) -> list[Known]:
    """Return the happenings that touch the time between two days, both included."""
    return [row for row in rows if row["days"] and row["days"][0] <= last and row["days"][1] >= first]


def in_lane(row: Known, facet: str, lanes: list[dict[str, Any]], number: int) -> bool:
    """Whether a happening belongs to a lane: to those of its values, or else to the lane for all others."""
    own = row[facet] & {lane["value"] for lane in lanes if lane["value"] is not None}
    return lanes[number]["value"] in own if own else lanes[number]["value"] is None


async def fetch(datasette: Datasette, part: str, /, **query: object) -> dict[str, Any]:
    """Return the JSON of an overview, a view or the next happening."""
    response = await datasette.client.get(f"/{name_of(datasette)}/-/timeline/drawing/{part}?{urlencode(query)}")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def name_of(datasette: Datasette) -> str:
    """Return the name of the served timeline."""
    return next(name for name in datasette.databases if not name.startswith("_"))


def some_windows(many: int) -> Iterator[str]:
    """Yield random windows, from hours to a hundred million years long."""
    chance = random.Random(7)  # noqa: S311 - it must be the same every time
    for _ in range(many):
        length = 10 ** chance.uniform(-1, 10)
        middle = day_number(chance.choice([chance.randint(1900, 2025), chance.randint(-3000, 2000)]), 6, 1) + chance.random()
        yield windows.write(windows.Window(middle - length / 2, middle + length / 2))


def check(rows: list[Known], view: dict[str, Any], facet: str, period: tuple[int, int] | None = None) -> None:
    """Check that a view holds each happening of its window once in each of its lanes, itself or in a count."""
    window = view["window"]
    here = touching(rows, math.floor(window[0]), math.ceil(window[1]) - 1)
    assert view["count"] == len(here)
    beside = touching(rows, *(period or (view["first"], view["last"])))
    lanes = view["lanes"]
    for number in range(len(lanes)):
        expected = [row for row in beside if facet == "none" or in_lane(row, facet, lanes, number)]
        shown = [item["id"] for item in view["items"] if number in item["lanes"]]
        counted = sum(cluster[3] for cluster in view["clusters"] if cluster[0] == number)
        assert len(shown) == len(set(shown))
        assert set(shown) <= {row["id"] for row in expected}, lanes[number]
        assert len(shown) + counted == len(expected), lanes[number]


@pytest.mark.asyncio
@pytest.mark.parametrize("lanes", ["none", *FACETS])
async def test_a_view_holds_every_happening_of_its_window(serve: Serve, varied: Path, lanes: str) -> None:
    """Windows of any length hold them as happenings or in counts, in each lane and without lanes."""
    datasette, rows = serve(varied), [row for row in known(varied) if row["status"] == "current"]
    for window in ("", *some_windows(share(25))):
        view = await fetch(datasette, "view", view=window, lanes=lanes, width=1000)
        assert view["exact"]
        check(rows, view, lanes)


@pytest.mark.asyncio
async def test_the_overview_counts_all(serve: Serve, varied: Path) -> None:
    """Each bar has the number of happenings that touch its stretch, and every happening is in a bar."""
    rows = [row for row in known(varied) if row["status"] == "current"]
    overview = await fetch(serve(varied), "overview")
    assert overview["exact"]
    starts = [row["days"][0] for row in rows if row["days"]]
    assert overview["first"] == min(starts)
    assert overview["last"] == max(row["days"][0] if row["days"][1] == math.inf else row["days"][1] for row in rows if row["days"])
    for first, last, count in overview["bars"]:
        assert count == len(touching(rows, first, last))
    assert all(any(bar[0] <= start <= bar[1] for bar in overview["bars"]) for start in starts)


FILTERS: list[tuple[dict[str, str], Callable[[Known], bool]]] = [
    ({"kind": "battle"}, lambda row: "battle" in row["kind"]),
    ({"place": "Fes", "kind": "birth"}, lambda row: "Fes" in row["place"] and "birth" in row["kind"]),
    ({"actor": "Ann"}, lambda row: "ann" in row["actor"]),
    ({"tag": "red", "actor": "bo"}, lambda row: "red" in row["tag"] and "bo" in row["actor"]),
    ({"source": "source-1"}, lambda row: "source-1" in row["source"]),
    ({"without": "battle\nbirth"}, lambda row: not row["kind"] & {"battle", "birth"}),
    ({"without": "battle", "kind": "battle"}, lambda _: False),
    ({"mark": "claimed"}, lambda row: row["attributed_to"] is not None),
    ({"mark": "corrected"}, lambda row: "corrected" in row["kind"]),
    ({"from": "1950", "to": "1980"}, lambda row: row["earliest_day"] is None or row["earliest_day"] <= day_number(1980, 12, 31)),
    ({"kind": "nothing of the kind"}, lambda _: False),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("query", "test"), FILTERS, ids=lambda one: "-".join(one) if isinstance(one, dict) else "")
async def test_filters_hold_in_the_drawing(
    serve: Serve, varied: Path, query: dict[str, str], test: Callable[[Known], bool]
) -> None:
    """A view and the overview hold the matches of the filters alone."""
    rows = [row for row in known(varied) if row["status"] == "current" and test(row)]
    if "from" in query:
        rows = [row for row in rows if row["latest_day"] is None or row["latest_day"] >= day_number(1950, 1, 1)]
    datasette = serve(varied)
    for window in some_windows(6):
        check(rows, await fetch(datasette, "view", view=window, lanes="kind", **query), "kind")
    overview = await fetch(datasette, "overview", **query)
    for first, last, count in overview["bars"]:
        assert count == len(touching(rows, first, last))
    assert bool(overview["bars"]) == any(row["days"] for row in rows)


@pytest.mark.asyncio
async def test_a_view_of_the_past_holds_the_versions_of_then(serve: Serve, varied: Path) -> None:
    """As of a position, it holds the versions that were current, also those that were corrected or retracted later."""
    datasette = serve(varied)
    end = read(varied, "select max(position) as end from events")[0]["end"]
    for position in (0, 3, 50, MANY, end - 30, end - 1, end, end + 100):
        rows = known_at(varied, position)
        for window in ("", "1900-01-01/2030-01-01", "1950-01-01/1951-01-01"):
            view = await fetch(datasette, "view", view=window, as_of=position, lanes="kind")
            if rows:
                check(rows, view, "kind")
            else:
                assert (view["count"], view["items"], view["clusters"]) == (0, [], [])


@pytest.mark.asyncio
@pytest.mark.parametrize("lanes", ["none", "kind"])
async def test_counts_made_beforehand_are_exact(serve: Serve, varied: Path, monkeypatch: pytest.MonkeyPatch, lanes: str) -> None:
    """If there are too many happenings to read, the counts made at append time give the same numbers."""
    monkeypatch.setattr(happenings, "FEW", 0)
    monkeypatch.setattr(gather, "ITEMS", 12)
    monkeypatch.setattr(gather, "ITEMS_OF_A_STRETCH", 3)
    rows = [row for row in known(varied) if row["status"] == "current"]
    datasette = serve(varied)
    for query, test in ({}, lambda _: True), ({"kind": "battle"}, lambda row: "battle" in row["kind"]):
        chosen = [row for row in rows if test(row)]
        for window in ("", *some_windows(share(15))):
            view = await fetch(datasette, "view", view=window, lanes=lanes, **query)
            assert view["exact"]
            check(chosen, view, lanes)
        overview = await fetch(datasette, "overview", **query)
        assert overview["exact"]
        for first, last, count in overview["bars"]:
            assert count == len(touching(chosen, first, last))


@pytest.mark.asyncio
@pytest.mark.parametrize("few", [10_000, 0])
@pytest.mark.parametrize("lanes", ["none", "kind"])
async def test_nothing_is_counted_twice_where_the_axis_is_broken(
    serve: Serve, varied: Path, monkeypatch: pytest.MonkeyPatch, lanes: str, few: int
) -> None:
    """Wherever its parts meet: within a day, at its beginning, or with time between them in which nothing begins."""
    monkeypatch.setattr(happenings, "FEW", few)
    monkeypatch.setattr(gather, "ITEMS", 12)
    monkeypatch.setattr(gather, "ITEMS_OF_A_STRETCH", 3)
    rows = [row for row in known(varied) if row["status"] == "current"]
    begins = sorted({row["days"][0] for row in rows if row["days"]})
    chance, datasette = random.Random(5), serve(varied)  # noqa: S311 - it must be the same every time
    for window in some_windows(30):
        read = windows.read(window)
        assert read is not None
        inside = [day for day in begins if read.start + 2 < day < read.end - 2]
        cuts = []
        for day in sorted(chance.sample(inside, min(3, len(inside)))):
            before = max((one for one in begins if one < day), default=day - 9)
            cuts.append(chance.choice([(day + 0.4, day + 0.4), (day + 0.2, day + 0.7), (day, day), (min(before + 1, day), day)]))
        edges = [read.start, *(edge for cut in cuts for edge in cut), read.end]
        parts = [(start, end, 300) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
        text = ";".join(",".join(map(str, part)) for part in parts)
        view = await fetch(datasette, "view", view=window, lanes=lanes, parts=text, width=900)
        assert view["exact"]
        check(rows, view, lanes)


@pytest.mark.asyncio
@pytest.mark.parametrize("lanes", ["none", "kind"])
async def test_counts_of_the_past_are_exact(serve: Serve, varied: Path, monkeypatch: pytest.MonkeyPatch, lanes: str) -> None:
    """As of a position, they are the present counts without the versions recorded since, and with those replaced since."""
    monkeypatch.setattr(happenings, "FEW", 0)
    monkeypatch.setattr(gather, "ITEMS", 12)
    monkeypatch.setattr(gather, "ITEMS_OF_A_STRETCH", 3)
    datasette, end = serve(varied), read(varied, "select max(position) as end from events")[0]["end"]
    for position in (0, 7, MANY // 2, end - 45, end - 1, end):
        known_then = known_at(varied, position)
        for query, test in ({}, lambda _: True), ({"kind": "battle"}, lambda row: "battle" in row["kind"]):
            rows = [row for row in known_then if test(row)]
            for window in ("1900-01-01/2030-01-01", *some_windows(share(8))):
                view = await fetch(datasette, "view", view=window, lanes=lanes, as_of=position, **query)
                assert view["exact"]
                check(rows, view, lanes)
            overview = await fetch(datasette, "overview", as_of=position, **query)
            assert overview["exact"]
            assert overview["unplaced"] == sum(not row["days"] for row in rows)
            # The axis covers the present happenings too, so that a reader who moves through the log sees it fill.
            assert all(overview["first"] <= row["days"][0] for row in rows if row["days"])
            for first, last, count in overview["bars"]:
                assert count == len(touching(rows, first, last))
    monkeypatch.setattr(counts, "LATER", 40)
    overview = await fetch(datasette, "overview", as_of=end - 45)
    assert not overview["exact"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query", [{"actor": "ann"}, {"q": "war"}, {"mark": "claimed"}, {"lanes": "tag"}, {"place": "Fes", "lanes": "actor"}]
)
async def test_counts_from_a_sample_are_called_estimates(
    serve: Serve, varied: Path, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    """A view is called exact only if it is. It shows only happenings that match, and no count is negative."""
    monkeypatch.setattr(happenings, "FEW", 0)
    monkeypatch.setattr(happenings, "SAMPLE", 4)
    monkeypatch.setattr(gather, "ITEMS", 12)
    datasette = serve(varied)
    estimates = 0
    for window in ("", *some_windows(12)):
        view = await fetch(datasette, "view", view=window, **query)
        monkeypatch.setattr(happenings, "FEW", 10_000)
        true = await fetch(datasette, "view", view=window, **query)
        monkeypatch.setattr(happenings, "FEW", 0)
        assert all(cluster[3] >= 0 for cluster in view["clusters"])
        current = {row["id"] for row in known(varied) if row["status"] == "current"}
        assert {item["id"] for item in view["items"]} <= current
        estimates += not view["exact"]
        if view["exact"]:
            assert view["count"] == true["count"]
        else:
            assert abs(view["count"] - true["count"]) <= MANY
    assert estimates


@pytest.mark.asyncio
async def test_one_happening_leads_to_the_next(serve: Serve, varied: Path) -> None:
    """The steps lead from the first to the last in time order and back, to each once, and then to null."""
    datasette = serve(varied)
    query = {"kind": "battle", "place": "Fes"}
    listed = re.findall(
        r'id="h-(h-\d+)"', (await datasette.client.get(f"/varied/-/timeline?{urlencode({**query, 'size': 200})}")).text
    )
    forth, back = await walk(datasette, 1, query), await walk(datasette, -1, query)
    assert forth == listed
    assert back == listed[::-1]


async def walk(datasette: Datasette, step: int, query: dict[str, str]) -> list[str]:
    """Return the ids from happening to happening, until there are no more."""
    met: list[str] = []
    while (item := (await fetch(datasette, "next", step=step, **query, **({"focus": met[-1]} if met else {})))["item"]) is not None:
        met.append(item["id"])
        assert len(met) <= MANY
    return met


@pytest.mark.asyncio
async def test_the_next_begins_in_the_window(serve: Serve, varied: Path) -> None:
    """Without a happening in focus, it is the first that begins in the window, or the last."""
    datasette = serve(varied)
    window = "1950-01-01/1960-01-01"
    for step in (1, -1):
        item = (await fetch(datasette, "next", step=step, view=window))["item"]
        start = item["a"] if "a" in item else item["b"]
        assert day_number(1950, 1, 1) <= start < day_number(1960, 1, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize("part", ["overview", "view", "next"])
async def test_an_answer_holds_until_the_log_grows(serve: Serve, tmp_path: Path, varied: Path, part: str) -> None:
    """A request with the same tag is answered by 304 without a body. An append changes the tag."""
    path = tmp_path / "grows.db"
    path.write_bytes(varied.read_bytes())
    datasette = serve(path)
    address = f"/grows/-/timeline/drawing/{part}?view=1900-01-01/2000-01-01"
    first = await datasette.client.get(address)
    tag = first.headers["etag"]
    again = await datasette.client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.text, again.headers["etag"]) == (304, "", tag)
    assert (await datasette.client.get(address + "&kind=battle")).headers["etag"] != tag
    with Timeline(path) as timeline:
        source = timeline.archive(id="another", text=TEXT, title="Another")
        timeline.record("new", title="New", date="1900-01-01", citations=[source.quote("It is told here")])
    grown = await datasette.client.get(address, headers={"If-None-Match": tag})
    assert grown.status_code == 200
    assert grown.headers["etag"] != tag
    assert grown.json()["position"] == first.json()["position"] + 2


NONSENSE: list[dict[str, str]] = [
    {"view": "whenever"}, {"view": "2000-01-01/1999-01-01"}, {"view": "9999999999999-01-01/99999999999999-01-01"},
    {"view": "-999999999999-01-01/999999999999-12-31"}, {"width": "x"}, {"width": "-5"}, {"width": "0"}, {"width": "9" * 50},
    {"width": "٥٠٠"}, {"as_of": "999999999999"}, {"as_of": "-1"}, {"as_of": "soon"}, {"as_of": "9" * 400},
    {"from": "2000", "to": "1900"}, {"from": "never"}, {"q": '"'}, {"q": "NOT OR AND ( *"}, {"q": "title:war^2 NEAR(x"},
    {"q": "a" * 5000},
    {"q": "\0"}, {"lanes": "colour"}, {"lanes": "kind,actor"}, {"focus": "../../etc/passwd"}, {"focus": "no-such-happening"},
    {"step": "7"}, {"step": "sideways"}, {"mark": "red"}, {"status": "gone"}, {"kind": "x" * 5000}, {"actor": "';--"},
]  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "part"),
    [
        (query, part)
        for number, query in enumerate(NONSENSE)
        for place, part in enumerate(("overview", "view", "next"))
        if (number + place) % ONE_IN == 0
    ],
    ids=lambda value: value if isinstance(value, str) else urlencode(value)[:30],
)
async def test_nonsense_is_answered(serve: Serve, varied: Path, part: str, query: dict[str, str]) -> None:
    """The answer uses the valid values and notes those that were left out. It is never a server error."""
    datasette = serve(varied)
    response = await datasette.client.get(f"/varied/-/timeline/drawing/{part}?{urlencode(query)}")
    assert response.status_code in (200, 400), response.text
    answer = response.json()
    left_out = (
        {"view": "whenever"},
        {"as_of": "soon"},
        {"from": "never"},
        {"lanes": "colour"},
        {"mark": "red"},
        {"status": "gone"},
    )
    if query in left_out:
        assert next(iter(query.values())) in " ".join(answer["notes"])


@pytest.mark.asyncio
async def test_a_lane_for_two_thousand_kinds(serve: Serve, tmp_path: Path) -> None:
    """The most frequent kinds have lanes, and one lane holds all others; every happening is in one."""
    path = tmp_path / "kinds.db"
    with Timeline(path) as timeline, timeline.transaction():
        source = timeline.archive(id="source", text=TEXT, title="Source")
        cited = [source.quote("It is told here")]
        for number in range(2000):
            kind = f"kind {number if number % 4 else number % 40}"
            timeline.record(f"h-{number}", title=f"H {number}", date=iso_day(civil(700_000 + number)), kind=kind, citations=cited)
    view = await fetch(serve(path), "view", lanes="kind")
    assert view["count"] == 2000
    assert 2 < len(view["lanes"]) <= 13
    check(known(path), view, "kind")


@pytest.mark.asyncio
@pytest.mark.parametrize("table", query_string.TABLES)
async def test_a_closed_table_closes_the_answers(serve: Serve, varied: Path, table: str) -> None:
    """A reader without permission for a table of the page gets 403, with or without a tag."""
    datasette = serve(varied, metadata={"databases": {"varied": {"tables": {table: {"allow": False}}}}})
    for part in ("overview", "view", "next"):
        response = await datasette.client.get(f"/varied/-/timeline/drawing/{part}", headers={"If-None-Match": "*"})
        assert response.status_code == 403
        assert "Happening" not in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize("table", query_string.TABLES_OF_THE_PAST)
@pytest.mark.parametrize("query", ["as_of=20", "status=all"])
async def test_a_closed_past_closes_the_past_alone(serve: Serve, varied: Path, table: str, query: str) -> None:
    """The present is still readable."""
    datasette = serve(varied, metadata={"databases": {"varied": {"tables": {table: {"allow": False}}}}})
    assert (await datasette.client.get(f"/varied/-/timeline/drawing/view?{query}")).status_code == 403
    assert (await datasette.client.get("/varied/-/timeline/drawing/view")).status_code == 200


class Trace:
    """A plugin that collects every SQL statement."""

    __name__ = "Trace"

    def __init__(self) -> None:
        self.statements: list[str] = []

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        """Collect the statements of this connection."""
        conn.set_trace_callback(self.statements.append)


@pytest.fixture
def trace() -> Iterator[Trace]:
    """Collect every statement that Datasette runs."""
    tracing = Trace()
    pm.register(tracing, name="trace")
    yield tracing
    pm.unregister(tracing)


LARGE = "happenings|happening_versions|events|citations|happening_actors|happening_tags|spans"
SCAN = re.compile(rf"^SCAN (?:{LARGE}|near|begun)\b|^SCAN happenings_fts VIRTUAL TABLE INDEX 0:$")


@pytest.mark.asyncio
@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("part", ["overview", "view", "next"])
async def test_no_statement_reads_a_whole_table(
    serve: Serve, varied: Path, monkeypatch: pytest.MonkeyPatch, trace: Trace, part: str, few: int
) -> None:
    """By SQLite's query plans, a scan of a table as long as the timeline always has a limit."""
    monkeypatch.setattr(happenings, "FEW", few)
    datasette = serve(varied)
    queries: list[dict[str, str]] = [{"lanes": lanes} for lanes in ("none", *FACETS)]
    queries += [query for query, _ in FILTERS] + [{"q": "war"}, {"as_of": "100"}, {"focus": "h-3"}, {"status": "all"}]
    await fetch(datasette, part)  # runs the counts that are cached
    trace.statements.clear()
    for query in queries:
        await fetch(datasette, part, view="1900-01-01/2000-01-01", **query)
    assert trace.statements
    connection = sqlite3.connect(varied)
    dates.register(connection)
    register(connection)
    scans = {}
    for statement in set(trace.statements):
        if statement.startswith("--") or not re.match(r"\s*(select|with)\b", statement, re.IGNORECASE):
            continue
        plan = [row[3] for row in connection.execute(f"explain query plan {statement}")]
        bad = [line for line in plan if SCAN.search(line)]
        if bad and not re.search(r"\blimit\b", statement):
            scans[re.sub(r"\s+", " ", statement)[:400]] = bad
    assert json.dumps(scans, indent=1, ensure_ascii=False) == "{}"
