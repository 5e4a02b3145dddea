"""A drawing of what happened within one hour, in a real browser: at the width of a desk and of a phone.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from browser import DESK, PHONE, Served, Visitor, drawn, overlaps, serving, settled, window_of
from test_pages_times import HOUR, D

from timeline import Timeline

sync_api = pytest.importorskip("playwright.sync_api")
MINUTES = re.compile(r"^0[45]:\d\d$")


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the twenty entries of an hour."""
    folder = tmp_path_factory.mktemp("hour")
    with Timeline(folder / "hour.db", by="tester") as timeline:
        notes = timeline.archive(text="One night in November.", id="notes", title="Notes")
        for id_, date in HOUR.items():
            timeline.record(id_, title=f"Title of {id_}", date=date, zone="Europe/Madrid", citations=[notes.quote("One night")])
    with serving(folder, folder / "hour.db") as served:
        yield served


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve an hour with ten entries in each minute."""
    folder = tmp_path_factory.mktemp("crowd")
    with Timeline(folder / "crowd.db", by="tester") as timeline:
        notes = timeline.archive(text="One night in November.", id="notes", title="Notes")
        cited = [notes.quote("One night")]
        timeline.append_many(
            {"id": f"e-{n}", "title": f"Entry {n}", "date": f"{D}04:{n // 10:02d}", "citations": cited} for n in range(600)
        )
    with serving(folder, folder / "crowd.db") as served:
        yield served


def test_an_hour_in_a_column_has_its_minutes(visitor: Visitor, hour: Served) -> None:
    """Each entry is there once, with its time, in its order."""
    page = visitor.open(hour.page, viewport={"width": PHONE, "height": 900})
    found = drawn(page)
    assert len(found["ids"]) == found["count"] == len(HOUR)
    assert "04:" in page.locator(".column .when").first.inner_text()
    assert overlaps(page) == []


def test_an_hour_is_drawn_by_its_minutes(visitor: Visitor, hour: Served) -> None:
    """It opens on that hour; the axis says minutes, each entry is there once, in its order, and nothing lies over another."""
    page = visitor.open(hour.page, viewport={"width": DESK, "height": 900})
    found = drawn(page)
    assert found["count"] == len(HOUR)
    assert len(found["ids"]) + sum(found["counts"]) == len(HOUR)
    assert overlaps(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    labels = [label for label in page.locator(".axis .tick").all_inner_texts() if label]
    assert len(labels) > 1
    assert all(MINUTES.match(label) for label in labels), labels
    assert "11 November 2017, 04:00 – 05:00" in page.locator(".drawn-said").inner_text()
    assert page.locator(".drawn-said").inner_text().count("2017") == 1
    at = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.item.time a')].map((a) =>"
        " [a.dataset.id, a.querySelector('.bar').getBoundingClientRect().x]))"
    )
    in_order = [id_ for id_ in HOUR if id_ in at]
    assert len(in_order) > 3
    assert [at[id_] for id_ in in_order] == sorted(at.values())


def test_a_period_of_minutes_is_listed(visitor: Visitor, hour: Served) -> None:
    """Only what can have happened in the window, with the minutes in the address."""
    page = visitor.open(f"{hour.page}?view={D}04:22/{D}04:27")
    page.locator("[data-do=only]").click()
    sync_api.expect(page.locator("#found .happening")).to_have_count(6)
    asked_for = dict(parse_qsl(urlsplit(page.url).query))
    assert (asked_for["from"], asked_for["to"]) == (f"{D}04:22", f"{D}04:26")


def test_a_crowded_hour_opens_minute_by_minute(visitor: Visitor, crowd: Served) -> None:
    """Counts are of stretches of minutes, and say what is in a window of some minutes alone."""
    page = visitor.open(crowd.page, viewport={"width": DESK, "height": 900})
    found = drawn(page)
    assert found["count"] == 600
    assert len(found["ids"]) + sum(found["counts"]) == 600
    assert len(found["counts"]) > 5
    page.goto(f"{crowd.page}?size=1&view={D}04:20/{D}04:30")
    settled(page)
    found = drawn(page)
    assert found["count"] in (100, 110)  # with those of the minute at which it ends
    assert abs(len(found["ids"]) + sum(found["counts"]) - 100) <= 10
    assert overlaps(page) == []


def test_a_count_of_minutes_opens_them(visitor: Visitor, crowd: Served) -> None:
    """Press by press one comes closer, and where minutes are as close as it gets, each is there or on a list in place."""
    page = visitor.open(crowd.page, viewport={"width": DESK, "height": 900})
    length = 2.0
    for _ in range(8):
        begin, end = window_of(page)
        if page.locator(".listing").count() or not page.locator(".chip button").count():
            break
        assert end - begin <= length
        length = end - begin
        page.locator(".chip button").first.click()
        settled(page)
        page.wait_for_timeout(300)
    found = drawn(page)
    assert page.locator(".listing a").count() > 0 or len(found["ids"]) == found["count"] > 0
