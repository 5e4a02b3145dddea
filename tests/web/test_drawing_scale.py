"""The drawn timeline in a real browser: the broken axis, the column on a narrow screen, and paper.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import itertools

import pytest
from browser import DESK, NARROW, PHONE, TABLET, THOUSAND, Served, Visitor, drawn, overlaps, settled, standing, window_of
from drawn_page import asked, box_of, press

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


def test_every_happening_of_the_demo_is_named_without_a_click(visitor: Visitor, demo: Served) -> None:
    """At a desk: each of them has its label, whole or ending in dots, and there is no count."""
    page = visitor.open(demo.page)
    found = drawn(page)
    assert set(found["ids"]) == standing(demo.file, -1e15, 1e15)
    assert found["counts"] == []
    assert page.locator(".lanes .item.bare").count() == 0
    assert overlaps(page) == []
    assert page.locator(".lanes").bounding_box()["height"] < 900  # type: ignore[index]
    expect(page.locator(".break")).to_have_count(1)
    expect(page.locator(".break")).to_have_attribute("title", "17 years without a happening")
    assert found["said"].startswith("2003 – 2025: ")
    expect(page.locator(".words .tick").last).not_to_be_empty()


def test_the_true_scale_is_a_press_away_and_in_the_address(visitor: Visitor, demo: Served) -> None:
    """And back; the address opens it again, and going back undoes it."""
    page = visitor.open(demo.page, fresh=True)
    broken = drawn(page)
    page.locator("[data-do=scale]").click()
    settled(page)
    assert asked(page)["scale"] == "true"
    expect(page.locator(".break")).to_have_count(0)
    true = drawn(page)
    assert true["count"] == broken["count"]
    page.reload()
    settled(page)
    assert drawn(page) == true
    page.locator("[data-do=scale]").click()
    settled(page)
    assert "scale" not in asked(page)
    assert drawn(page) == broken
    page.go_back()
    settled(page)
    expect(page.locator(".break")).to_have_count(0)


def test_a_window_within_a_part_is_to_one_scale(visitor: Visitor, demo: Served) -> None:
    """Days are as far apart as they are long, and no break is drawn."""
    page = visitor.open(f"{demo.page}?view=2025-11-24/2025-11-28&size=1")
    expect(page.locator(".break")).to_have_count(0)
    at = [page.locator(".lines .line").nth(n).bounding_box() for n in range(page.locator(".lines .line").count())]
    places = sorted(box["x"] for box in at if box)
    apart = [later - earlier for earlier, later in itertools.pairwise(places)]
    assert max(apart) - min(apart) < 2


def test_a_search_leaves_the_axis_and_pales_the_rest(visitor: Visitor, demo: Served) -> None:
    """Close by, it says how many hits are elsewhere, and a button leads to them."""
    page = visitor.open(demo.page + "?size=1")
    ticks = page.locator(".words .tick").all_inner_texts()
    page.get_by_label("Search titles").fill("police")
    page.wait_for_url("**q=police**")
    settled(page)
    assert page.locator(".words .tick").all_inner_texts() == ticks
    assert page.locator(".lines .other").count() > 20
    hits = drawn(page)["count"]
    page.goto(f"{demo.page}?q=police&view=2003-01-01/2009-01-01")
    settled(page)
    expect(page.locator(".drawn-said")).to_contain_text(f"{hits} outside this window")
    page.locator(".drawn-all").click()
    settled(page)
    assert drawn(page)["count"] == hits
    expect(page.locator(".drawn-all")).to_be_hidden()


def test_a_period_is_shown_whole(visitor: Visitor, demo: Served) -> None:
    """When one filters by it, whatever was looked at before."""
    page = visitor.open(demo.page + "?view=2003-01-01/2009-01-01")
    page.locator("#find details").first.locator("summary").click()
    page.locator("#find [name=from]").fill("2025-11-25")
    page.keyboard.press("Tab")
    page.wait_for_url("**from=2025-11-25**")
    settled(page)
    assert "view" not in asked(page)
    assert drawn(page)["count"] > 10


def test_the_slider_holds_still(visitor: Visitor, demo: Served) -> None:
    """Its caption pushes it nowhere, and the axis stays while one slides."""
    page = visitor.open(demo.page + "?size=1")
    slider = page.get_by_label("Known when")
    before, ticks = slider.bounding_box(), page.locator(".words .tick").all_inner_texts()
    slider.fill("12")
    page.wait_for_url("**as_of=12**")
    settled(page)
    after = slider.bounding_box()
    assert before is not None
    assert after is not None
    assert before["x"] == after["x"]
    assert page.locator(".words .tick").all_inner_texts() == ticks


# Where it is narrow


@pytest.mark.parametrize("width", [PHONE, NARROW])
def test_time_runs_down_on_a_narrow_screen(visitor: Visitor, demo: Served, width: int) -> None:
    """Every title is whole, in the order of time, below its month or year; what is long without a happening is one line."""
    page = visitor.open(demo.page, viewport={"width": width, "height": 844})
    found = drawn(page)
    assert set(found["ids"]) == standing(demo.file, -1e15, 1e15)
    tops = [box_of(page, f".item a[data-id={name}]")["y"] for name in ("casablanca-attacks", "ga-76", "ga-93")]
    assert tops == sorted(tops)
    assert page.locator(".period").all_inner_texts() == ["2003", "2007", "November 2025"]
    expect(page.locator(".gap")).to_contain_text("17 years without a happening")
    cut = page.evaluate(
        "[...document.querySelectorAll('.lanes .text')].filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth)"
        ".map((e) => e.textContent)"
    )
    assert cut == []
    assert overlaps(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".item a[data-id=ga-76] .text").click()
    settled(page)
    assert asked(page)["focus"] == "ga-76"


def test_a_column_of_many_opens_count_by_count(visitor: Visitor, tricky: Served) -> None:
    """From a thousand on one day to the list of them, in its place; and from a window to what is earlier and later."""
    page = visitor.open(f"{tricky.page}?size=1&view=1900-01-01/2000-01-01&kind=arrival", viewport={"width": PHONE, "height": 844})
    assert drawn(page)["count"] == THOUSAND
    for _ in range(12):
        page.locator(".chip button").first.click()
        page.wait_for_timeout(300)
        settled(page)
        if page.locator(".listing").count():
            break
    assert page.locator(".chip + .listing a").count() > 20
    before = window_of(page)
    page.locator(".turn-after button").click()
    settled(page)
    assert window_of(page)[0] > before[0]


def test_a_wider_screen_turns_the_column_into_a_line(visitor: Visitor, demo: Served) -> None:
    """And back, with nothing lost."""
    page = visitor.open(demo.page + "?size=1", viewport={"width": PHONE, "height": 844})
    expect(page.locator(".view.column")).to_have_count(1)
    for width, columns in ((TABLET, 0), (PHONE, 1), (DESK, 0)):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(200)
        settled(page)
        expect(page.locator(".view.column")).to_have_count(columns)
        assert overlaps(page) == []
        assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


def test_a_swipe_down_is_the_pages(visitor: Visitor, demo: Served) -> None:
    """In a column as in a line."""
    for width, action in ((TABLET, "pan-y"), (PHONE, "auto")):
        page = visitor.open(demo.page + "?size=1", viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True)
        assert page.locator(".view").evaluate("e => getComputedStyle(e).touchAction") == action


# Paper and signs


def test_what_is_filled_on_the_screen_is_filled_on_paper(visitor: Visitor, tricky: Served) -> None:
    """Browsers leave grounds out in print, unless they are told that they mean something."""
    page = visitor.open(f"{tricky.page}?size=1&view=2003-01-01/2004-01-01")
    page.emulate_media(media="print")
    for selector in (".item.spot .bar", ".item.through .bar"):
        assert page.locator(selector).first.evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"


def test_what_lasted_is_never_drawn_as_a_day(visitor: Visitor, tricky: Served) -> None:
    """However far one looks from: a few months in millions of years have another shape than a day."""
    page = visitor.open(f"{tricky.page}?size=1&kind=plain&view=1900-01-01/2100-01-01")
    shapes = {
        name: page.locator(f".item a[data-id={name}] .bar").evaluate("e => getComputedStyle(e).borderTopLeftRadius")
        for name in ("certain", "one-day")
    }
    assert shapes["one-day"] == "50%"
    assert shapes["certain"] != "50%"


def test_counts_are_reached_by_keyboard(visitor: Visitor, tricky: Served) -> None:
    """By Tab, after the drawing itself."""
    page = visitor.open(f"{tricky.page}?size=1&view=1945-01-01/1955-01-01")
    press(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.chip') !== null")


def test_there_is_no_count_of_one(visitor: Visitor, tricky: Served) -> None:
    """At any zoom and in any lane: one more is drawn, or counted with its neighbours."""
    page = visitor.open(f"{tricky.page}?size=1")
    for state in ("", "&lanes=actor", "&view=1949-01-01/1952-01-01", "&lanes=kind&view=1900-01-01/2030-01-01"):
        page.goto(f"{tricky.page}?size=1{state}")
        settled(page)
        assert 1 not in drawn(page)["counts"], state
