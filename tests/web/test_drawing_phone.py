"""The drawn timeline in a real browser, on a phone: time runs down, and a sheet tells of a happening.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

from typing import TYPE_CHECKING

import pytest
from browser import PHONE, Served, Visitor, settled
from drawn_page import asked

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"width": PHONE, "height": 844}


def draw(page: "Page", start: tuple[float, float], by: float) -> None:
    """Draw a finger down or up the screen."""
    touch = page.context.new_cdp_session(page)
    x, y = start
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + by * step / 5}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()


def test_a_link_to_a_happening_brings_its_row_into_view(visitor: Visitor, demo: Served) -> None:
    """Above the sheet that tells of it, which is closed by a finger that draws it down, but not by one that reads on in it."""
    page = visitor.open(f"{demo.page}?size=1&focus=shahkar-meeting", viewport=SIZE, has_touch=True)
    title = page.locator("#card .card-title")
    expect(title).to_be_visible()
    row = page.locator(".item a[data-id=shahkar-meeting]")
    expect(row).to_be_in_viewport()
    sheet = page.locator("#card").bounding_box()
    place = row.bounding_box()
    assert sheet is not None
    assert place is not None
    assert place["y"] + place["height"] <= sheet["y"] + 1
    middle = sheet["x"] + sheet["width"] / 2
    draw(page, (middle, sheet["y"] + sheet["height"] - 20), -150)
    expect(title).to_be_attached()
    page.locator("#card").evaluate("e => { e.scrollTop = 200; }")
    draw(page, (middle, sheet["y"] + 60), 120)
    assert asked(page)["focus"] == "shahkar-meeting"
    page.locator("#card").evaluate("e => { e.scrollTop = 0; }")
    draw(page, (middle, sheet["y"] + 20), 30)
    expect(title).to_be_visible()
    draw(page, (middle, sheet["y"] + 20), 200)
    expect(page.locator("#card")).to_be_hidden()
    assert "focus" not in asked(page)
    settled(page)
    assert page.evaluate("document.activeElement.className").startswith("view")


def test_search_filters_and_story_are_one_line(visitor: Visitor, demo: Served) -> None:
    """So that the drawing begins high up."""
    page = visitor.open(f"{demo.page}?size=1", viewport=SIZE)
    places = [page.locator(name).bounding_box() for name in ("#f-q", "#filters summary", "#read-story")]
    middles = [place["y"] + place["height"] / 2 for place in places if place]
    assert len(middles) == 3
    assert max(middles) - min(middles) < 4


def test_a_link_to_one_of_very_many_brings_its_row_into_view(visitor: Visitor, tricky: Served) -> None:
    """It is never only counted, on a phone as on a desk."""
    for size in (SIZE, {"width": 1280, "height": 900}):
        page = visitor.open(f"{tricky.page}?size=1&focus=thousand-777&view=1950-01-01/1951-01-01", viewport=size)
        expect(page.locator("#card .card-title")).to_be_visible()
        expect(page.locator(".item.focused a[data-id=thousand-777]")).to_be_in_viewport()


def test_a_date_is_written_one_way(visitor: Visitor, demo: Served) -> None:
    """In English, whichever it is: in the drawing as in the list below it."""
    for locale in ("en-US", "en-GB"):
        page = visitor.open(f"{demo.page}?size=100", viewport=SIZE, locale=locale)
        seen = page.evaluate(
            """() => [...document.querySelectorAll(".lanes .item a")].map((a) => {
              const listed = document.querySelector(`#h-${a.dataset.id} .happening-date > *`);
              return [a.querySelector(".when").textContent, listed.textContent];
            })"""
        )
        assert len(seen) > 20
        assert [pair for pair in seen if pair[0].casefold() != pair[1].casefold()] == []
