"""The drawn timeline of many happenings, most of them in a late part of the time: what of it is shown, named and counted.

What needs a browser is skipped where Chromium is not installed.
"""

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from browser import DESK, PHONE, Served, Visitor, drawn, number, overlaps, serving, settled, window_of
from datasette.app import Datasette
from drawn_page import asked

from timeline import Timeline
from timeline.dates.calendar import civil, day_number
from timeline.web.drawing import happenings, shape

if TYPE_CHECKING:
    from playwright.sync_api import Page

Serve = Callable[..., Datasette]
EARLY, LATE = 60, 900
TEXT = "It is written here, in these very words."
HEIGHT = 844  # pixels of a phone


def text_of(day: int) -> str:
    """Write a day as a date."""
    year, month, in_month = civil(day)
    return f"{year:05}-{month:02}-{in_month:02}" if year < 0 else f"{year:04}-{month:02}-{in_month:02}"


@pytest.fixture(scope="module")
def dense_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a timeline of days: a few over two thousand years, many in the last hundred, with ids in another order than time."""
    path = tmp_path_factory.mktemp("dense") / "dense.db"
    dice = random.Random(7)  # noqa: S311 - the same every time is what is wanted
    days = [dice.randint(day_number(-400, 1, 1), day_number(1890, 1, 1)) for _ in range(EARLY)]
    days += [dice.randint(day_number(1901, 1, 1), day_number(1999, 12, 31)) for _ in range(LATE)]
    with Timeline(path) as timeline, timeline.transaction():
        source = timeline.archive(id="source", text=TEXT, title="Source")
        cited = [source.quote("in these very words")]
        for place, day in enumerate(days):
            timeline.record(f"h-{place:03}", title=f"Happening {place} of a long list", date=text_of(day), citations=cited)
    return path


@pytest.fixture(scope="module")
def dense(dense_db: Path) -> Iterator[Served]:
    """Serve it."""
    with serving(dense_db.parent, dense_db) as served:
        yield served


def begins(path: Path) -> dict[str, float]:
    """Read by hand on which day each happening begins."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("select id, date from happenings").fetchall()
    return {name: span[0] for name, date in rows if (span := shape.span(shape.of_text(date) or {}))}


async def view_of(datasette: Datasette, **query: object) -> dict[str, Any]:
    """Return what the drawing shows in a window."""
    response = await datasette.client.get(f"/dense/-/timeline/drawing/view?{urlencode(query)}")
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json()
    return content


@pytest.mark.asyncio
@pytest.mark.parametrize("few", [10_000, 0])
async def test_a_count_says_the_first_and_the_last_day_that_it_holds(
    serve: Serve, dense_db: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Whether all is read or counted at append time: on both days one of those counted begins, and none between is left out."""
    monkeypatch.setattr(happenings, "FEW", few)
    view = await view_of(serve(dense_db), view="1900-01-01/2000-01-01", width=900)
    shown = {item["id"] for item in view["items"]}
    rest = sorted(day for name, day in begins(dense_db).items() if name not in shown)
    assert len(view["clusters"]) > 20
    for _, first, last, count in view["clusters"]:
        held = [day for day in rest if first <= day <= last]
        assert (held[0], held[-1], len(held)) == (first, last, count)


@pytest.mark.asyncio
@pytest.mark.parametrize("few", [10_000, 0])
async def test_each_stretch_of_time_has_its_share_of_happenings(
    serve: Serve, dense_db: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """No stretch is preferred for being empty, and of those that weigh the same not always the first is chosen."""
    monkeypatch.setattr(happenings, "FEW", few)
    view = await view_of(serve(dense_db), view="-0400-01-01/2000-01-01", width=1200)
    late = [item for item in view["items"] if item["a"] >= day_number(1900, 1, 1)]
    stretches = sum(cluster[1] >= day_number(1900, 1, 1) for cluster in view["clusters"])
    early = {item["a"] // (24 * 365) for item in view["items"]}
    assert len(view["items"]) <= 120
    assert len(late) >= stretches
    assert len(view["items"]) - len(late) <= 3 * len(early)
    # Ids follow no order of time: their numbers must be spread over those of all.
    view = await view_of(serve(dense_db), view="1900-01-01/2000-01-01", width=900)
    places = sorted(int(item["id"][2:]) for item in view["items"])
    assert EARLY + LATE * 0.35 < sum(places) / len(places) < EARLY + LATE * 0.65


def test_a_dense_timeline_opens_where_most_happened(visitor: Visitor, dense: Served) -> None:
    """The first screen names happenings from all of that time, says what is outside, and shows all of it at a press."""
    page = visitor.open(dense.page + "?size=1")
    start, end = window_of(page)
    assert day_number(1850, 1, 1) < start < day_number(1902, 1, 1)
    assert end > day_number(1999, 12, 31)
    days = begins(dense.file)
    outside = sum(day < start for day in days.values())
    said = page.locator("#drawn-said").text_content() or ""
    assert f"{outside} outside this window" in said
    found = drawn(page)
    assert len(found["ids"]) + sum(found["counts"]) == found["count"] == EARLY + LATE - outside
    assert overlaps(page) == []
    # The counts are on the screen, below as many rows as it has room for.
    ends = page.evaluate("Math.max(...[...document.querySelectorAll('.chip')].map((e) => e.getBoundingClientRect().bottom))")
    assert ends <= 900
    # Each quarter of the time has its share of the labels.
    quarters = [0, 0, 0, 0]
    for name in page.evaluate("[...document.querySelectorAll('.lanes .item:not(.bare) a')].map((a) => a.dataset.id)"):
        quarters[min(3, int((days[name] - start) / (end - start) * 4))] += 1
    assert min(quarters) > sum(quarters) / 8, quarters
    check_places(page, 6)
    page.locator(".drawn-all").click()
    settled(page)
    assert window_of(page)[0] < min(days.values())
    assert "view" in asked(page)
    assert drawn(page)["count"] == EARLY + LATE
    check_places(page, 1)


def check_places(page: "Page", least: int) -> None:
    """Each count is where its first day is, on the axis, and names it."""
    start, end = window_of(page)
    chips = page.evaluate(
        """() => {
          const view = document.querySelector(".view").getBoundingClientRect();
          return [...document.querySelectorAll(".chip button")].map((b) => {
            const bar = b.firstChild.getBoundingClientRect();
            const along = (x) => (x - view.left) / view.width;
            return [+b.dataset.start, +b.dataset.end, along(bar.left), along(bar.right), b.title];
          });
        }"""
    )
    assert len(chips) >= least
    for first, until, left, right, title in chips:
        expected = [min(1, max(0, (at - start) / (end - start))) for at in (first, until)]
        assert abs(left - expected[0]) < 0.004, title
        assert abs(right - expected[1]) < 0.007, title
        years = [civil(int(first))[0], civil(int(until - 1e-3))[0]]
        for year in years:
            assert re.search(rf"\b{1 - year if year < 1 else year}\b", title), (title, years)


def test_a_search_shows_all_of_a_dense_timeline(visitor: Visitor, dense: Served) -> None:
    """What matches is never outside of what is shown at first."""
    page = visitor.open(f"{dense.page}?size=1&q=happening")
    assert window_of(page)[0] < min(begins(dense.file).values())
    assert drawn(page)["count"] == EARLY + LATE


def test_a_phone_counts_what_would_be_too_long(visitor: Visitor, dense: Served) -> None:
    """Time runs down over a few screens, all of it; counts between the happenings open."""
    page = visitor.open(dense.page + "?size=1", viewport={"width": PHONE, "height": HEIGHT})
    heights = []
    for _ in range(2):
        found = drawn(page)
        assert len(found["ids"]) + sum(found["counts"]) == found["count"]
        assert 1 not in found["counts"]
        assert overlaps(page) == []
        heights.append(page.locator(".view").evaluate("e => e.offsetHeight"))
        chips = page.locator(".chip button")
        widest = max(range(chips.count()), key=lambda place: number(chips.nth(place).get_attribute("title") or ""))
        chips.nth(widest).click()
        settled(page)
    assert max(heights) < 6 * HEIGHT
    assert window_of(page)[1] - window_of(page)[0] < 366 * 60
    page.set_viewport_size({"width": DESK, "height": 900})
