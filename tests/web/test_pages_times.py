"""What happened within an hour, minute by minute, and what is only near a period: listed, filtered, drawn, now and as of."""

import re
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from test_pages_demo import ids, link, serve, text

from timeline import Timeline
from timeline.dates import day_number

DAY = day_number(2017, 11, 11)
D = "2017-11-11T"
HOUR = {
    "rain": f"{D}04",
    "shot": f"{D}04:10",
    "shouts": f"{D}04:10~",
    "lights": f"[{D}04:10..{D}04:30]",
    "gunfire": f"{D}04:12/{D}04:19",
    "video-a": f"{D}04:13",
    "flash": f"{D}04:14:30",
    "car": f"{D}04:15?",
    "call": f"{D}04:17",
    "call-2": f"{D}04:17",
    "video-b": f"{D}04:18",
    "climb": f"{D}04:20%",
    "closed": f"{D}04:21/..",
    "dispatch": f"{D}04:23",
    "police": f"{D}04:26",
    "ambulance": f"{D}04:31",
    "video-b-ends": f"{D}04:33",
    "gate": f"[..{D}04:40]",
    "radio": f"{D}04:45",
    "helicopter": f"{D}04:58/",
}


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a timeline of one hour, recorded out of its order."""
    path = tmp_path_factory.mktemp("hour") / "hour.db"
    with Timeline(path, by="tester") as timeline:
        notes = timeline.archive(text="One night in November.", id="notes", title="Notes")
        for id_, date in sorted(HOUR.items(), reverse=True):
            timeline.record(id_, title=f"Title of {id_}", date=date, zone="Europe/Madrid", citations=[notes.quote("One night")])
    return path


@pytest.fixture(scope="module")
def vague(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a timeline of approximate dates, one of them corrected to an exact one."""
    path = tmp_path_factory.mktemp("vague") / "vague.db"
    with Timeline(path, by="tester") as timeline:
        notes = timeline.archive(text="One night in November.", id="notes", title="Notes")
        dates = {"about": "1989~", "sure": "1989", "month": "1990-~01", "day": "1991-01-01~", "was-about": "1995~", "far": "1980~"}
        for id_, date in dates.items():
            timeline.record(id_, title=id_, date=date, citations=[notes.quote("One night")])
        timeline.correct("was-about", date="1995", reason="The minutes name the year.")
    return path


async def fetch(path: Path, **query: object) -> str:
    """Give the list of a page."""
    response = await serve(path).client.get(f"/{path.stem}/-/timeline?{urlencode(query)}")
    assert response.status_code == 200
    return response.text.split('<div id="found"')[1]


def near(html: str) -> list[str]:
    """Give the ids of what is marked as near."""
    cards = html.split('<li class="happening')[1:]
    return [ids(f'<li class="happening{card}')[0] for card in cards if "mark-near" in card]


@pytest.mark.asyncio
async def test_an_hour_is_listed_in_its_order(hour: Path) -> None:
    """By the minute, on one page and from page to page in both directions; so are the view, the export and the next one."""
    assert ids(await fetch(hour)) == list(HOUR)
    for query, label in (("size=3", "Later"), ("size=3&before=end", "Earlier")):
        address, pages = f"/hour/-/timeline?{query}", []
        client = serve(hour).client
        while True:
            html = (await client.get(address)).text.split('<div id="found"')[1]
            pages.append(ids(html))
            if f">{label}" not in html and f"</span> {label}</a>" not in html:
                break
            address = link(html, label)
        ordered = pages if label == "Later" else pages[::-1]
        assert [id_ for page in ordered for id_ in page] == list(HOUR)
    with sqlite3.connect(hour) as connection:
        assert [id_ for (id_,) in connection.execute("select id from timeline")] == list(HOUR)


@pytest.mark.asyncio
async def test_a_time_in_words_is_as_exact_as_the_time(hour: Path) -> None:
    """No page invents a minute or a second: neither in words nor for machines."""
    html = await fetch(hour)
    assert "11 November 2017, 04:10 local time" in html
    assert "11 November 2017, between 04:00 and 05:00 local time" in html
    assert f'datetime="{D}04:10"' in html
    assert f"{D}04:10:00" not in html
    page = (await serve(hour).client.get("/hour/-/timeline/lights")).text
    facts = "2017-11-11 04:10 to 2017-11-11 04:30, Europe/Madrid in universal time [2017-11-11T03:10Z..2017-11-11T03:30Z]"
    assert facts in text(page)
    page = (await serve(hour).client.get("/hour/-/timeline/shot")).text
    assert "2017-11-11 04:10, Europe/Madrid the instant 2017-11-11T03:10Z" in text(page)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected", "only_near"),
    [
        ({"from": f"{D}04:22", "to": f"{D}04:25"}, ["rain", "lights", "closed", "dispatch", "gate"], []),
        ({"from": f"{D}04:21", "to": f"{D}04:21"}, ["rain", "lights", "climb", "closed", "gate"], ["climb"]),
        ({"to": f"{D}04:09"}, ["rain", "shouts", "gate"], ["shouts"]),
        ({"from": f"{D}04:58:30", "to": "2017-11-11"}, ["rain", "closed", "helicopter"], []),
        ({"from": "2017-11-12"}, ["closed", "helicopter"], []),
        ({"from": f"{D}05"}, ["closed", "helicopter"], []),
    ],
)
async def test_a_period_may_begin_and_end_within_a_day(
    hour: Path, query: dict[str, str], expected: list[str], only_near: list[str]
) -> None:
    """Every possible happening is listed; an approximate one that is one unit off is marked as near. The question agrees."""
    html = await fetch(hour, **query)
    assert (ids(html), near(html)) == (expected, only_near)
    asked = {"from": "", "to": "", **query, "_shape": "array"}
    rows = (
        await serve(
            hour,
        ).client.get(f"/hour/in_a_period.json?{urlencode(asked)}")
    ).json()
    assert [row["happening"] for row in rows] == expected
    assert [row["happening"] for row in rows if row["near"]] == only_near


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("value", "why"),
    [(f"{D}04:10Z", "has a shift from UTC"), (f"{D}04:60", "is no date"), (f"{D}24:00", "is no date")],
)
async def test_a_time_that_cannot_be_compared_is_refused_with_a_reason(hour: Path, value: str, why: str) -> None:
    """With what to write instead, and the list is of everything."""
    response = await serve(hour).client.get(f"/hour/-/timeline?{urlencode({'from': value})}")
    assert response.status_code == 400
    assert why in text(response.text)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected", "only_near"),
    [
        ({"from": "1988", "to": "1988"}, ["about"], ["about"]),
        ({"from": "1989", "to": "1989"}, ["sure", "about", "month"], ["month"]),
        ({"from": "1990", "to": "1990"}, ["about", "month", "day"], ["about", "day"]),
        ({"from": "1990-12-31", "to": "1990-12-31"}, ["about", "day"], ["about", "day"]),
        ({"from": "1991-01-02", "to": "1991-01-02"}, ["day"], ["day"]),
        ({"from": "1987", "to": "1987"}, [], []),
        ({"from": "1994", "to": "1994"}, [], []),
        ({"from": "1994", "to": "1994", "as_of": "7"}, ["was-about"], ["was-about"]),
        ({"from": "1990", "to": "1990", "as_of": "2"}, ["about"], ["about"]),
    ],
)
async def test_an_approximate_date_one_unit_off_matches_and_is_marked(
    vague: Path, query: dict[str, str], expected: list[str], only_near: list[str]
) -> None:
    """Now and as of a position, in the list and in the drawing."""
    html = await fetch(vague, **query)
    assert (ids(html), near(html)) == (expected, only_near)
    view = (await serve(vague).client.get(f"/vague/-/timeline/drawing/view?{urlencode(query)}")).json()
    assert sorted(item["id"] for item in view["items"]) == sorted(expected)
    assert sorted(item["id"] for item in view["items"] if "near" in item["marks"]) == sorted(only_near)


def test_about_moves_no_bound(vague: Path) -> None:
    """The near days stand beside the bounds, in both tables."""
    with sqlite3.connect(vague) as connection:
        for table in ("happenings", "happening_versions"):
            row = connection.execute(f"select earliest, latest, near_earliest, near_latest from {table} where id = 'about'")
            assert row.fetchone() == ("1989-01-01", "1989-12-31", "1988-01-01", "1990-12-31")


async def drawn(datasette: Datasette, what: str, **query: str) -> dict[str, object]:
    """Ask the drawing of the hour."""
    answer: dict[str, object] = (await datasette.client.get(f"/hour/-/timeline/drawing/{what}?{urlencode(query)}")).json()
    return answer


@pytest.mark.asyncio
async def test_an_hour_fills_its_drawing(hour: Path) -> None:
    """The first window is that hour with a little room, and the strip counts by the minute."""
    datasette = serve(hour)
    overview, view = await drawn(datasette, "overview"), await drawn(datasette, "view")
    first, last = overview["first"], overview["last"]
    assert isinstance(first, float)
    assert isinstance(last, float)
    assert (round((first - DAY) * 1440, 2), round((last + 1 - DAY) * 1440, 2)) == (240.0, 300.0)
    window = view["window"]
    assert isinstance(window, list)
    assert 0 < (first - window[0]) * 1440 < 10
    assert 0 < (window[1] - last - 1) * 1440 < 10
    assert view["count"] == len(HOUR)
    bars = overview["bars"]
    assert isinstance(bars, list)
    assert all(0 < bar[1] + 1 - bar[0] < 2 / 1440 for bar in bars)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("id_", "begins", "ends", "how"),
    [
        ("rain", 240, 300, "within"),
        ("shot", 250, 251, "time"),
        ("flash", 254.5, 254.5 + 1 / 60, "time"),
        ("lights", 250, 271, "within"),
        ("gunfire", 252, 260, "through"),
    ],
)
async def test_each_item_is_drawn_at_its_time(hour: Path, id_: str, begins: float, ends: float, how: str) -> None:
    """From its first minute to the end of its last; a point where the minute is known."""
    items = (await drawn(serve(hour), "view"))["items"]
    assert isinstance(items, list)
    (item,) = (one for one in items if one["id"] == id_)
    assert item["how"] == how
    assert [round((at - DAY) * 1440, 2) for at in (item["a"], item["b"] + 1)] == [round(at, 2) for at in (begins, ends)]


@pytest.mark.asyncio
async def test_a_window_of_minutes_counts_its_own(hour: Path) -> None:
    """Not all of the day; and the next one from there is the first in it."""
    window = {"view": f"{D}04:22/{D}04:40"}
    datasette = serve(hour)
    assert (await drawn(datasette, "view", **window))["count"] == len(
        {"rain", "lights", "closed", "dispatch", "police", "ambulance", "video-b-ends"}
    )
    following, before = await drawn(datasette, "next", **window), await drawn(datasette, "next", step="-1", **window)
    assert isinstance(following["item"], dict)
    assert isinstance(before["item"], dict)
    assert (following["item"]["id"], before["item"]["id"]) == ("dispatch", "video-b-ends")


@pytest.mark.asyncio
async def test_the_ways_to_datasette_hold_times_and_near(hour: Path) -> None:
    """The SQL that the page offers gives the same rows, with what is near."""
    query = {"from": f"{D}04:21", "to": f"{D}04:21"}
    html = (await serve(hour).client.get(f"/hour/-/timeline?{urlencode(query)}")).text
    address = next(a for a in re.findall(r'href="([^"]+)"', html) if "sql=" in a).replace("&amp;", "&")
    path, _, rest = address.partition("?")
    rows = (await serve(hour).client.get(f"{path}.json?{rest}&_shape=array")).json()
    assert [row["id"] for row in rows] == ["rain", "lights", "climb", "closed", "gate"]
    assert [row["id"] for row in rows if row["near"]] == ["climb"]


@pytest.mark.asyncio
async def test_other_clocks_sort_by_the_instant(tmp_path: Path) -> None:
    """Times of one day that were read from several clocks, each with its shift or zone."""
    path = tmp_path / "hour.db"
    clocks = {
        "c": (f"{D}05:15+01:00", None),
        "a": (f"{D}04:10Z", None),
        "b": (f"{D}05:12", "Europe/Madrid"),
        "d": (f"{D}04:20Z", None),
    }
    with Timeline(path, by="tester") as timeline:
        notes = timeline.archive(text="One night in November.", id="notes", title="Notes")
        for id_, (date, zone) in clocks.items():
            timeline.record(id_, title=id_, date=date, zone=zone, citations=[notes.quote("One night")])
    assert ids(await fetch(path)) == ["a", "b", "c", "d"]
