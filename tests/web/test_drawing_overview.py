"""The drawn timeline in a real browser: the strip that shows all of it, and the window on it.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from typing import TYPE_CHECKING

import pytest
from browser import DAY_OF_A_THOUSAND, THOUSAND, Served, Visitor, drawn, settled, standing, window_of
from drawn_page import asked, box_of, drag_strip

from timeline import dates

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


def span_of_strip(page: "Page") -> float:
    """Give how many days the strip is over, by the window on it."""
    strip, window = box_of(page, ".strip"), box_of(page, ".strip-window")
    start, end = window_of(page)
    return (end - start) * strip["width"] / window["width"]


def test_the_window_on_the_strip_is_dragged(visitor: Visitor, demo: Served) -> None:
    """By its middle both ends go along, by an edge that edge alone."""
    page = visitor.open(f"{demo.page}?view=2008-01-01/2014-01-01&scale=true&size=1")
    whole, before = span_of_strip(page), window_of(page)
    slack = whole / 100
    drag_strip(page, ".strip-window", 0.1)
    after = window_of(page)
    assert abs(after[0] - before[0] - whole * 0.1) < slack
    assert abs(after[1] - before[1] - whole * 0.1) < slack
    drag_strip(page, ".strip-start", -0.1)
    wider = window_of(page)
    assert abs(wider[0] - after[0] + whole * 0.1) < slack
    assert abs(wider[1] - after[1]) < slack
    drag_strip(page, ".strip-end", 0.1)
    widest = window_of(page)
    assert abs(widest[0] - wider[0]) < slack
    assert abs(widest[1] - wider[1] - whole * 0.1) < slack


def test_the_edges_of_the_window_never_pass_each_other(visitor: Visitor, demo: Served) -> None:
    """One edge dragged over the other leaves a window that is none the less one."""
    page = visitor.open(f"{demo.page}?view=2008-01-01/2014-01-01&scale=true&size=1")
    drag_strip(page, ".strip-start", 0.6)
    start, end = window_of(page)
    assert start < end
    assert drawn(page)["count"] == len(standing(demo.file, start, end))


def test_a_press_on_the_strip_goes_there(visitor: Visitor, demo: Served) -> None:
    """Beside the window, it brings the window there."""
    page = visitor.open(f"{demo.page}?view=2020-01-01/2022-01-01&scale=true&size=1")
    box = box_of(page, ".strip")
    page.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + 20)
    settled(page)
    start, end = window_of(page)
    assert end < dates.calendar.day_number(2012, 1, 1)
    assert abs(end - start - 731) < 3


def test_pressing_a_count_looks_closer_and_then_lists_it(visitor: Visitor, tricky: Served) -> None:
    """Again and again; where closer is of no use, what is counted is listed in its place, some at a time."""
    page = visitor.open(f"{tricky.page}?size=1&view=1900-01-01/2000-01-01&kind=arrival")
    before = window_of(page)
    chip = page.locator(".chip button").first
    expect(chip).to_have_attribute("aria-label", re.compile(r"\d+ happenings, .*look closer"))
    for _ in range(12):
        page.locator(".chip button").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        settled(page)
        if page.locator(".listing").count():
            break
        after = window_of(page)
        assert after[1] - after[0] < before[1] - before[0]
        before = after
    found, listed = drawn(page), page.locator(".listing a")
    assert 20 < listed.count() <= 50
    while page.locator(".listing .more").is_visible():
        many = listed.count()
        page.locator(".listing .more").click()
        page.wait_for_function("many => document.querySelectorAll('.listing a').length > many", arg=many)
    assert listed.count() + len(found["ids"]) == THOUSAND
    listed.nth(5).click()
    name = asked(page)["focus"]
    expect(page.locator("#card .card-title")).to_contain_text("Delegate")
    assert name == listed.nth(5).get_attribute("data-id")
    listed.nth(5).focus()
    page.keyboard.press("Escape")
    expect(page.locator(".listing")).to_have_count(0)
    assert asked(page)["focus"] == name


def test_a_thousand_on_one_day_stay_countable(visitor: Visitor, tricky: Served) -> None:
    """However close one looks, the day says how many they are, and opens what can be opened."""
    page = visitor.open(f"{tricky.page}?size=1&view={DAY_OF_A_THOUSAND}/1950-06-16")
    found = drawn(page)
    assert found["count"] == THOUSAND + 1
    assert sum(found["counts"]) + len(found["ids"]) == THOUSAND + 1
