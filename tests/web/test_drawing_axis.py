"""The axis of a drawing breaks where that of the exported pictures does, and "in this period" means the same everywhere.

No test here needs a browser.
"""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timeline import Timeline, bundles
from timeline.dates.calendar import day_number
from timeline.exchange.formats.svg import axis as picture_axis
from timeline.exchange.formats.svg.dates import look
from timeline.selection import window as windows
from timeline.selection.window import Window
from timeline.web import assets
from timeline.web.drawing import happenings

Serve = Callable[..., Datasette]
PROJECT = Path(__file__).parents[2]
TEXT = "It is written here, in these very words."


async def fetch(datasette: Datasette, part: str, **query: object) -> dict[str, Any]:
    """Return the JSON of a part of a drawing."""
    name = next(name for name in datasette.databases if not name.startswith("_"))
    response = await datasette.client.get(f"/{name}/-/timeline/{part}?{urlencode(query)}")
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json()
    return content


def build(path: Path, dates: list[str]) -> Path:
    """Make a timeline with one happening for each date."""
    with Timeline(path) as timeline, timeline.transaction():
        source = timeline.archive(id="source", text=TEXT, title="Source")
        cited = [source.quote("in these very words")]
        for number, date in enumerate(dates):
            timeline.record(f"h-{number}", title=f"Happening {number}", date=date, kind=f"kind {number % 8}", citations=cited)
    return path


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the project's own timeline."""
    path = tmp_path_factory.mktemp("axis") / "demo.db"
    with Timeline(path) as timeline:
        bundles.append(timeline, PROJECT / "events" / "interpol-general-assembly.yaml")
    return path


@pytest.mark.asyncio
async def test_the_axis_breaks_where_that_of_the_pictures_does(serve: Serve, demo_db: Path) -> None:
    """The breaks are at the same places, hold no happening, and the parts follow each other from 0 to 1."""
    overview = await fetch(serve(demo_db), "drawing/overview")
    with Timeline(demo_db) as timeline:
        looks = [look(happening.date) for happening in timeline.happenings()]
    pieces = picture_axis.fit([(one.first, one.last) for one in looks if one], 0, 1000).pieces
    assert len(overview["parts"]) == len(pieces) == 2
    for (start, end, left, right), piece in zip(overview["parts"], pieces, strict=True):
        assert abs(start - piece.first) < 40
        assert abs(end - piece.last) < 40
        assert 0 <= left < right <= 1
    assert all(one[1] < other[0] and one[3] < other[2] for one, other in itertools.pairwise(overview["parts"]))
    assert next(end for _, end, *_ in overview["parts"]) < day_number(2009, 1, 1)


SPARSE = ["Y-170000002", "1901-02-03", "1902", "1903-05/1904-06", "1990-01-01/..", "1990-05-06", "1990-05-07", "1991~"]


@pytest.mark.asyncio
async def test_counts_made_at_append_time_break_the_axis_alike(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts of a large timeline are read more and more finely. A happening with an open end closes no gap."""
    datasette = serve(build(tmp_path / "sparse.db", SPARSE))
    few = (await fetch(datasette, "drawing/overview"))["parts"]
    monkeypatch.setattr(happenings, "FEW", 0)
    many = (await fetch(datasette, "drawing/overview"))["parts"]
    assert len(few) == len(many) > 1
    for one, other in zip(few, many, strict=True):
        assert abs(one[0] - other[0]) < max(1000, abs(one[0]) * 0.05)
        assert abs(one[1] - other[1]) < max(1000, abs(one[1]) * 0.05)


@pytest.mark.asyncio
async def test_a_view_of_a_broken_axis_holds_each_happening_once(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is shown itself or in a count, whether all are read or counted at append time."""
    dates = [f"{year}-{month:02}-{day:02}" for year in (1800, 1990) for month in (3, 4) for day in range(1, 29) for _ in range(4)]
    datasette = serve(build(tmp_path / "two.db", dates))
    for few in (10_000, 0):
        monkeypatch.setattr(happenings, "FEW", few)
        parts = (await fetch(datasette, "drawing/overview"))["parts"]
        assert len(parts) == 2
        written = ";".join(f"{start},{end},{(right - left) * 1000}" for start, end, left, right in parts)
        view = await fetch(
            datasette, "drawing/view", view=windows.write(Window(parts[0][0], parts[-1][1])), parts=written, width=1000
        )
        assert len(view["items"]) + sum(cluster[3] for cluster in view["clusters"]) == view["count"] == len(dates)
        assert len({cluster[1] for cluster in view["clusters"]}) > 10


@pytest.mark.asyncio
async def test_filters_and_the_past_leave_the_axis_as_it_is(serve: Serve, demo_db: Path) -> None:
    """So do a search, a kind and an earlier position; the other happenings are drawn pale. A period is shown whole."""
    datasette = serve(demo_db)
    unfiltered = await fetch(datasette, "drawing/overview")
    for query in ({"q": "police"}, {"kind": "award"}, {"as_of": "12"}, {"q": "nothing of the kind"}):
        overview = await fetch(datasette, "drawing/overview", **query)
        for name in ("first", "last", "parts"):
            assert overview[name] == unfiltered[name]
        assert bool(overview["others"]) == ("as_of" not in query)
    period = await fetch(datasette, "drawing/overview", **{"from": "2025-11-24", "to": "2025-11-25"})
    # An award was received by the 26th, perhaps within the period.
    assert (period["first"], period["last"]) == (day_number(2025, 11, 24), day_number(2025, 11, 26))


@pytest.mark.asyncio
async def test_a_window_that_ends_at_midnight_ends_with_the_day_before(serve: Serve, demo_db: Path) -> None:
    """One of thirty-two happenings continues into these two days."""
    datasette = serve(demo_db)
    view = await fetch(datasette, "drawing/view", view="2025-11-28/2025-11-30")
    assert (view["count"], view["may"]) == (1, 1)
    listed = await fetch(datasette, "drawing/list", view="2025-11-24/2025-11-25")
    assert all(day_number(2025, 11, 24) <= item["a"] < day_number(2025, 11, 25) for item in listed["items"])
    last = (await fetch(datasette, "drawing/next", step=-1, view="2025-11-20/2025-11-24"))["item"]
    assert last["edtf"] == "[..2025-11-23]"
    assert (await fetch(datasette, "drawing/next", view="2025-11-24/2025-11-26"))["item"]["a"] == day_number(2025, 11, 24)


def year() -> st.SearchStrategy[str]:
    """Generate one of a few years, so that dates and windows meet."""
    return st.integers(1990, 1994).map(str)


def day() -> st.SearchStrategy[str]:
    """Generate a day of these years."""
    return st.tuples(year(), st.integers(1, 12), st.integers(1, 28)).map(lambda one: f"{one[0]}-{one[1]:02}-{one[2]:02}")


def some_date() -> st.SearchStrategy[str]:
    """Generate a date of the kinds that may fall on other days than they are drawn at."""
    plain = st.one_of(year(), day(), day().map(lambda text: text[:7]), year().map("{}~".format), day().map("{}~".format))
    open_ended = st.one_of(day().map("[..{}]".format), day().map("{}/..".format), year().map("/{}".format), st.just("../2030"))
    lasting = st.tuples(day(), day()).map(lambda one: "/".join(sorted(one)))
    return st.one_of(
        plain, open_ended, lasting, st.tuples(day(), st.integers(0, 23)).map(lambda one: f"{one[0]}T{one[1]:02}:30:00")
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(some_date(), min_size=1, max_size=14), st.lists(st.tuples(day(), day()), min_size=1, max_size=5))
@pytest.mark.asyncio
async def test_drawing_list_counts_and_exports_agree_on_a_period(
    serve: Serve, tmp_path_factory: pytest.TempPathFactory, dates: list[str], periods: list[tuple[str, str]]
) -> None:
    """For any data and window, the drawn happenings touch it, and those that may fall in it are those listed and exported."""
    datasette = serve(build(tmp_path_factory.mktemp("agree") / "agree.db", dates))
    for one, other in periods:
        first, last = sorted((one, other))
        start, end = (day_number(*map(int, text.split("-"))) for text in (first, last))
        view = await fetch(datasette, "drawing/view", view=windows.write(Window(start, end + 1)))
        drawn = {item["id"] for item in view["items"] if Window(start, end + 1).holds(*stretch(item))}
        assert view["count"] == len(drawn)
        query = urlencode({"from": first, "to": last, "size": 200})
        page = (await datasette.client.get(f"/agree/-/timeline?{query}")).text
        listed = set(re.findall(r'id="h-(h-\d+)"', page))
        exported = (await datasette.client.get(f"/agree/-/timeline/export/jsonl?{query}")).text
        assert set(re.findall(r'"id": ?"(h-\d+)"', exported)) == listed
        assert view["may"] == len(listed)
        assert drawn <= listed


def stretch(item: dict[str, Any]) -> tuple[float, float]:
    """Return the span at which a happening is drawn."""
    begin = item.get("a", item.get("b"))
    assert begin is not None
    if "b" in item:
        return (begin, item["b"] + 1) if "a" in item else (item["b"] + 1 - item.get("u", 1), item["b"] + 1)
    return begin, float("inf") if item["how"] == "through" and item.get("end") == "open" else begin + item.get("u", 1)


# How people with each colour blindness see red, green and blue (Machado, Oliveira and Fernandes, 2009).
SEEN = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> list[float]:
    """Return the linear light of a colour."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(light: list[float]) -> tuple[float, float, float]:
    """Return a colour as it is perceived: CIELAB."""
    red, green, blue = light
    x, y, z = (
        0.4124 * red + 0.3576 * green + 0.1805 * blue,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        0.0193 * red + 0.1192 * green + 0.9505 * blue,
    )
    one, two, three = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x / 0.9505, y, z / 1.089))
    return 116 * two - 16, 500 * (one - two), 200 * (two - three)


@pytest.mark.parametrize(("theme", "paper"), [(0, "#fdfcfa"), (1, "#14181c")])
def test_the_colours_of_kinds_are_distinct(theme: int, paper: str) -> None:
    """Their contrast with the page is at least three to one, and everybody can distinguish them from each other."""
    style = (assets.STATIC / "drawing.css").read_text(encoding="utf-8")
    colours = [both[theme] for both in re.findall(r'data-kind="\d".*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)', style)]
    assert len(colours) == 7

    def luminance(colour: str) -> float:
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))

    for colour in colours:
        dark, light = sorted((luminance(colour), luminance(paper)))
        assert (light + 0.05) / (dark + 0.05) >= 3, colour
    for who, rows in SEEN.items():
        seen = {
            colour: lab([min(1, max(0, sum(a * b for a, b in zip(row, linear(colour), strict=True)))) for row in rows])
            for colour in colours
        }
        for one, other in itertools.combinations(colours, 2):
            assert sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5 > 15, (who, one, other)
