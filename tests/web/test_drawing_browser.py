"""The drawn timeline in a real browser: what a reader sees, and what follows from each movement of hand and key.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import (
    ARABIC,
    DAY_OF_A_THOUSAND,
    DESK,
    LONG_TITLE,
    NARROW,
    PHONE,
    THOUSAND,
    TRICKY,
    Served,
    Visitor,
    drawn,
    overlaps,
    settled,
    standing,
    window_of,
)

from timeline import dates

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DAY = "2025-11-24"
WINDOWS = {
    "all": "",
    "ages": "-0600-01-01/2100-01-01",
    "the change of era": "-0003-01-01/0003-01-01",
    "a century": "1940-01-01/2040-01-01",
    "around the thousand": "1950-01-01/1951-01-01",
    "the thousand": "1950-06-15/1950-06-16",
    "vague": "1995-01-01/2006-01-01",
    "a year": "2003-01-01/2004-01-01",
    "a week": "2025-11-18/2025-11-28",
    "a morning": "2025-11-24T07:00/2025-11-24T13:00",
    "ten minutes": "2025-11-24T10:25/2025-11-24T10:35",
}

# What stands on that day, but not at that time of it.
NOT_THEN = {"a morning": {"evening"}, "ten minutes": {"morning", "noon", "evening"}}


def view_of(page: "Page") -> "Locator":
    """Give the part of the drawing that moves."""
    return page.locator(".view")


def box_of(page: "Page", selector: str) -> dict[str, float]:
    """Give the place of an element on the screen."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return dict(box)


def asked(page: "Page") -> dict[str, str]:
    """Read the state that the address holds."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def press(page: "Page", *keys: str) -> None:
    """Press keys with the drawing in focus."""
    view_of(page).focus()
    for key in keys:
        page.keyboard.press(key)
        settled(page)


def near(found: tuple[float, float], expected: tuple[float, float]) -> bool:
    """Say whether two windows are the same, as exactly as the address holds them, and as a hand is steady."""
    length = expected[1] - expected[0]
    slack = max(length / 100, 1.01 if length > 60 else 2 / 1440)
    return abs(found[0] - expected[0]) < slack and abs(found[1] - expected[1]) < slack


def shifted(window: tuple[float, float], share: float) -> tuple[float, float]:
    """Give the window that is later by a share of its length."""
    by = (window[1] - window[0]) * share
    return window[0] + by, window[1] + by


def zoomed(window: tuple[float, float], factor: float, at: float = 0.5) -> tuple[float, float]:
    """Give the window that is closer by a factor about a place."""
    length = window[1] - window[0]
    fixed = window[0] + at * length
    return fixed - at * length / factor, fixed + (1 - at) * length / factor


def at_rest(page: "Page") -> None:
    """Let the address come to rest: a wheel has done so 150 ms after its last turn."""
    page.wait_for_timeout(250)
    settled(page)


# What is seen


@pytest.mark.parametrize("name", WINDOWS)
def test_the_count_said_is_the_happenings_that_stand_there(visitor: Visitor, tricky: Served, name: str) -> None:
    """From ten minutes to 170 million years: each happening is drawn itself or in a count, and nothing twice."""
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS[name]}".removesuffix("&view="))
    expected = standing(tricky.file, *window_of(page))
    if name in NOT_THEN:
        expected -= NOT_THEN[name]
    found = drawn(page)
    assert found["count"] == len(expected)
    assert len(found["ids"]) == len(set(found["ids"]))
    assert len(found["ids"]) + sum(found["counts"]) == len(expected)
    assert set(found["ids"]) <= expected


def test_the_demo_is_all_there(visitor: Visitor, demo: Served) -> None:
    """The project's own timeline, as it opens."""
    page = visitor.open(demo.page)
    found = drawn(page)
    every = page.locator("#found .happening").count()
    assert found["count"] == every == len(standing(demo.file, -1e15, 1e15))
    assert len(found["ids"]) + sum(found["counts"]) == every
    expect(page.locator(".strip path")).to_have_attribute("d", re.compile("M"))


@pytest.mark.parametrize("width", [DESK, PHONE, NARROW])
@pytest.mark.parametrize("lanes", ["none", "kind", "actor"])
def test_no_two_labels_overlap(visitor: Visitor, tricky: Served, lanes: str, width: int) -> None:
    """Nor bars, counts and names of lanes, at any zoom, nor is the page ever wider than its window."""
    url = f"{tricky.page}?size=1&lanes={lanes}&view="
    page = visitor.open(url + WINDOWS["vague"], viewport={"width": width, "height": 900})
    found = {}
    for name in ("ages", "a century", "around the thousand", "vague", "a year", "a week", "a morning"):
        page.goto(url + WINDOWS[name])
        settled(page)
        found[name] = overlaps(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert {name: pairs for name, pairs in found.items() if pairs} == {}


@pytest.mark.parametrize("width", [DESK, PHONE, NARROW])
def test_no_two_labels_overlap_while_one_zooms_in(visitor: Visitor, demo: Served, width: int) -> None:
    """The project's own timeline, step by step to the days of the assembly, and with a card open."""
    page = visitor.open(demo.page, viewport={"width": width, "height": 900})
    found = [overlaps(page)]
    press(page, "ArrowDown")
    for _ in range(6):
        page.locator("[data-do=closer]").click()
        settled(page)
        with suppress(AssertionError):
            found.append(overlaps(page))
    assert [pairs for pairs in found if pairs] == []


def test_the_axis_says_the_unit_that_fits(visitor: Visitor, tricky: Served) -> None:
    """Hours within a day, days within a month, months, years, BCE, and millions of years."""
    expected = {
        "a morning": r"^(0?7|0?8|0?9|10|11|12):00$",
        "a week": r"^(Nov 2\d|2\d Nov)$",
        "a year": r"^(Feb|Mar|Apr|Jun|Jul|Oct|Dec)$",
        "a century": r"^(1950|2000)$",
        "the change of era": r"^(2 BCE|1 BCE|2 CE)$",
        "ages": r"^(5|2|3|4)\d\d BCE$|^1,?000$",
        "all": r"^1[0-7]0,000,000 BCE$",
    }
    page = visitor.open(tricky.page + "?size=1")
    for name, pattern in expected.items():
        page.goto(f"{tricky.page}?size=1&view={WINDOWS[name]}".removesuffix("&view="))
        settled(page)
        labels = page.locator(".axis .tick").all_text_contents()
        assert [label for label in labels if re.match(pattern, label)], (name, labels)
        assert "0" not in labels, name
        assert "0 BCE" not in labels, name


def test_year_zero_is_one_bce(visitor: Visitor, tricky: Served) -> None:
    """The last day of 1 BCE stands right before the first of 1 CE, and both say so."""
    page = visitor.open(f"{tricky.page}?size=1&view=0000-12-30/0001-01-03")
    last, first = (box_of(page, f".item a[data-id={name}] .bar") for name in ("last-day-bce", "first-day-ce"))
    width = box_of(page, ".view")["width"]
    between = (first["x"] + first["width"] / 2) - (last["x"] + last["width"] / 2)
    assert abs(between - width / 4) < 3
    assert "1 BCE" in (page.locator(".item a[data-id=last-day-bce]").get_attribute("aria-label") or "")
    assert "BCE" in drawn(page)["said"]


def test_times_of_day_stand_in_order_within_their_day(visitor: Visitor, tricky: Served) -> None:
    """To the minute, and the label says the time."""
    page = visitor.open(f"{tricky.page}?size=1&view={DAY}/2025-11-25")
    view = box_of(page, ".view")
    for name, hours in (("morning", 8 + 5 / 60), ("late-morning", 10.5), ("noon", 12.0)):
        bar = box_of(page, f".item a[data-id={name}] .bar")
        share = (bar["x"] + bar["width"] / 2 - view["x"]) / view["width"]
        assert abs(share - hours / 24) < 0.004, name
    assert "10:30" in (page.locator(".item a[data-id=late-morning]").get_attribute("aria-label") or "")


LOOKS = {
    "vague": ("2002-06-01/2004-06-01", [
        "one-day", "certain", "lasted", "year-only", "about", "perhaps", "both", "open-end", "unknown-end",
    ]),
    "starts": ("1970-01-01/1990-01-01", ["unknown-start", "open-start"]),
    "sets": ("1600-01-01/2030-01-01&kind=vague", ["before-a-day", "one-of", "all-of"]),
}  # fmt: skip
# How a happening looks but for its colours, place and size.
LOOK = """(id) => {
  const link = document.querySelector(`.lanes .item a[data-id="${id}"]`);
  if (!link) return null;
  const item = link.parentElement;
  const plain = (text) => text.replace(/(rgba?|color|oklab|oklch|color-mix)\\([^()]*\\)/g, "");
  const said = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    if (pseudo && (style.content === "none" || style.content === "normal")) return "";
    return ["borderTopStyle", "borderLeftStyle", "borderRightStyle", "borderTopWidth", "borderLeftWidth", "borderRightWidth",
      "borderTopLeftRadius", "outlineStyle", "backgroundImage", "maskImage"].map((name) => plain(style[name])).join(" ");
  };
  const core = getComputedStyle(link.querySelector(".bar"), "::after");
  return {
    style: [
      said(link.querySelector(".bar")), said(link.querySelector(".bar"), "::after"), said(link, "::before"), said(link, "::after"),
      core.insetInlineStart === "0px" && core.insetInlineEnd === "0px" ? "" : "with a core",
      link.querySelector(".signs")?.textContent ?? "",
      item.classList.contains("spot") ? "spot" : "bar",
    ].join("\\n"),
  };
}"""


@pytest.mark.parametrize("group", LOOKS)
def test_each_vague_date_looks_different(visitor: Visitor, tricky: Served, group: str) -> None:
    """By borders, fillings, fades, tails or signs, not by colours alone: a day, a span, within, about, perhaps, open, unknown."""
    window, names = LOOKS[group]
    page = visitor.open(f"{tricky.page}?size=1&view={window}&from=1600&to=2030")
    looks = {name: page.evaluate(LOOK, name) for name in names}
    assert [name for name, look in looks.items() if look is None] == []
    alike = [(one, other) for one in names for other in names if one < other and looks[one]["style"] == looks[other]["style"]]
    assert alike == []


def test_a_year_spans_its_year(visitor: Visitor, tricky: Served) -> None:
    """“2003” does not pretend to a day: its bar is as long as the year; a day is a point; an interval lasts."""
    page = visitor.open(f"{tricky.page}?size=1&view=2003-01-01/2004-01-01")
    width = box_of(page, ".view")["width"]
    assert abs(box_of(page, ".item a[data-id=year-only] .bar")["width"] - width) < 4
    assert abs(box_of(page, ".item a[data-id=month-only] .bar")["width"] - width * 31 / 365) < 4
    assert box_of(page, ".item a[data-id=one-day] .bar")["width"] < 16
    assert abs(box_of(page, ".item a[data-id=certain] .bar")["width"] - width * 303 / 365) < 4


def test_marks_differ_by_more_than_colour(visitor: Visitor, tricky: Served) -> None:
    """Disputed, corrected, claimed and retracted ones carry a sign each, and say it to those who do not see."""
    page = visitor.open(f"{tricky.page}?size=1&status=all&view=1971-06-01/1976-06-01&lanes=kind")
    for name, sign, words in (
        ("disputed", "≠", "disputed"), ("corrected", "↻", "corrected"), ("claimed", "“", "claim"), ("retracted", "✕", "retracted"),
    ):  # fmt: skip
        link = page.locator(f".item a[data-id={name}]")
        expect(link.locator(".signs")).to_contain_text(sign)
        assert words in (link.get_attribute("aria-label") or "")


def test_the_legend_says_what_is_drawn(visitor: Visitor, demo: Served) -> None:
    """In words, beside a sample of each, and with the keys."""
    page = visitor.open(demo.page)
    legend = page.locator(".legend")
    legend.locator("summary").click()
    for words in (
        "a day",
        "within",
        "about",
        "perhaps",
        "open",
        "not known",
        "disputed",
        "corrected",
        "claim",
        "retracted",
        "arrow",
    ):
        expect(legend).to_contain_text(words)
    for sample in legend.locator(".sample").all():
        expect(sample).to_be_visible()


def test_hostile_and_long_titles_are_text(visitor: Visitor, tricky: Served) -> None:
    """Markup is shown as it is written, ten thousand characters are cut, and Arabic keeps its own direction."""
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['a week']}&kind=session")
    assert page.locator(".lanes img").count() == 0
    expect(page.locator(".item a[data-id=markup] .label")).to_contain_text('<img src=x onerror=alert("title")>')
    label = page.locator(".item a[data-id=long-title] .label")
    assert len(label.text_content() or "") < 200 < len(LONG_TITLE)
    assert box_of(page, ".item a[data-id=long-title] .label")["width"] < 400
    arabic = page.locator(".item a[data-id=arabic] .text")
    expect(arabic).to_have_text(ARABIC)
    assert arabic.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert page.locator(".item a[data-id=markup] .text").evaluate("e => getComputedStyle(e).direction") == "ltr"


# Moving


def test_dragging_pans(visitor: Visitor, demo: Served) -> None:
    """What lies under the hand moves with it, and the address follows."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&size=1")
    before, box = window_of(page), box_of(page, ".view")
    at = box["x"] + box["width"] * 0.7, box["y"] + box["height"] - 30
    label = page.locator(".item a[data-id=ga-76] .bar")
    was = label.bounding_box()
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] - box["width"] * 0.1, at[1], steps=4)
    page.mouse.move(at[0] - box["width"] * 0.2, at[1], steps=4)
    page.mouse.up()
    settled(page)
    assert near(window_of(page), shifted(before, 0.2))
    now = label.bounding_box()
    assert was is not None
    assert now is not None
    assert abs(was["x"] + was["width"] - (now["x"] + now["width"]) - box["width"] * 0.2) < 4
    assert "focus" not in asked(page)


def test_what_was_dragged_was_not_clicked(visitor: Visitor, demo: Served) -> None:
    """A drag that begins on a happening opens no card."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2010-01-01&size=1")
    box = box_of(page, ".item a[data-id=ga-76] .label")
    page.mouse.move(box["x"] + 10, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 8, steps=6)
    page.mouse.up()
    settled(page)
    expect(page.locator("#card")).to_be_hidden()
    assert "focus" not in asked(page)


def test_the_wheel_zooms_about_the_pointer(visitor: Visitor, demo: Served) -> None:
    """In and out again; the page itself stays where it is."""
    page = visitor.open(f"{demo.page}?view=2000-01-01/2020-01-01")
    before, box = window_of(page), box_of(page, ".view")
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60)
    page.mouse.wheel(0, -200)
    at_rest(page)
    after = window_of(page)
    assert after[1] - after[0] < (before[1] - before[0]) * 0.8
    fixed = before[0] + 0.25 * (before[1] - before[0])
    assert abs(after[0] + 0.25 * (after[1] - after[0]) - fixed) < 3
    assert page.evaluate("scrollY") == 0
    page.mouse.wheel(0, 200)
    at_rest(page)
    assert near(window_of(page), before)


def test_the_wheel_scrolls_the_page_where_there_is_nothing_wider(visitor: Visitor, demo: Served) -> None:
    """At its widest the drawing lets the page go by, so that nobody is caught in it."""
    page = visitor.open(demo.page)
    box = box_of(page, ".view")
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.wheel(0, 200)
    page.evaluate("new Promise((done) => scrollY > 50 ? done() : addEventListener('scroll', () => scrollY > 50 && done()))")
    assert "view" not in asked(page)


def test_the_wheel_sideways_pans(visitor: Visitor, demo: Served) -> None:
    """As a trackpad does."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&size=1")
    before, box = window_of(page), box_of(page, ".view")
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.wheel(box["width"] * 0.1, 0)
    at_rest(page)
    assert near(window_of(page), shifted(before, 0.1))


def touch(page: "Page", *steps: list[tuple[float, float]]) -> None:
    """Put fingers down, move them from step to step, and lift them."""
    session = page.context.new_cdp_session(page)
    for number, fingers in enumerate(steps):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(page)


def test_two_fingers_zoom(visitor: Visitor, demo: Served) -> None:
    """Spread to twice their distance they look twice as close, about their middle."""
    page = visitor.open(
        f"{demo.page}?view=2005-01-01/2015-01-01", viewport={"width": PHONE, "height": 844}, has_touch=True, is_mobile=True
    )
    view_of(page).scroll_into_view_if_needed()
    before, box = window_of(page), box_of(page, ".view")
    middle, y = box["x"] + box["width"] / 2, box["y"] + 60
    touch(page, *[[(middle - reach, y), (middle + reach, y)] for reach in (40, 50, 60, 70, 80)])
    at_rest(page)
    assert near(window_of(page), zoomed(before, 2)), (window_of(page), zoomed(before, 2))


def test_one_finger_pans_and_lets_the_page_scroll(visitor: Visitor, demo: Served) -> None:
    """Sideways it moves the timeline; up and down stays the page's own."""
    page = visitor.open(
        f"{demo.page}?view=2005-01-01/2015-01-01", viewport={"width": PHONE, "height": 844}, has_touch=True, is_mobile=True
    )
    before, box = window_of(page), box_of(page, ".view")
    x, y = box["x"] + box["width"] * 0.8, box["y"] + 60
    touch(page, *[[(x - box["width"] * share, y)] for share in (0, 0.1, 0.2, 0.3)])
    at_rest(page)
    assert near(window_of(page), shifted(before, 0.3)) or near(window_of(page), shifted(before, 0.25))
    assert view_of(page).evaluate("e => getComputedStyle(e).touchAction") == "pan-y"


def test_a_double_click_zooms_there(visitor: Visitor, demo: Served) -> None:
    """Twice as close about the place, as one step to go back from."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&size=1")
    before, box = window_of(page), box_of(page, ".view")
    page.mouse.dblclick(box["x"] + box["width"] * 0.75, box["y"] + box["height"] - 30)
    settled(page)
    assert near(window_of(page), zoomed(before, 2, 0.75))
    page.go_back()
    settled(page)
    assert near(window_of(page), before)


MEANT: dict[str, Callable[[tuple[float, float]], tuple[float, float]]] = {
    "earlier": lambda window: shifted(window, -0.25),
    "later": lambda window: shifted(window, 0.25),
    "closer": lambda window: zoomed(window, 2),
    "wider": lambda window: zoomed(window, 0.5),
    "ArrowLeft": lambda window: shifted(window, -0.25),
    "ArrowRight": lambda window: shifted(window, 0.25),
    "+": lambda window: zoomed(window, 2),
    "-": lambda window: zoomed(window, 0.5),
    "PageUp": lambda window: shifted(window, -0.9),
    "PageDown": lambda window: shifted(window, 0.9),
}


@pytest.mark.parametrize("what", MEANT)
def test_a_button_or_key_moves_the_window(visitor: Visitor, demo: Served, what: str) -> None:
    """By as much as it says, within what there is."""
    page = visitor.open(f"{demo.page}?view=2010-01-01/2014-01-01&size=1")
    before = window_of(page)
    if what.islower() and len(what) > 1:
        page.locator(f".drawn-buttons [data-do={what}]").click()
        settled(page)
    else:
        press(page, what)
    assert near(window_of(page), MEANT[what](before))


@pytest.mark.parametrize("how", ["button", "key"])
def test_all_of_it_and_today(visitor: Visitor, demo: Served, how: str) -> None:
    """From anywhere to the whole, and to a window with today in it."""
    page = visitor.open(f"{demo.page}?view=2010-01-01/2014-01-01&size=1")

    def do(name: str, key: str) -> None:
        if how == "button":
            page.locator(f".drawn-buttons [data-do={name}]").click()
        else:
            press(page, key)

    do("fit", "0")
    settled(page)
    assert "view" not in asked(page)
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))
    do("today", "t")
    settled(page)
    today = page.evaluate("(d => [d.getFullYear(), d.getMonth() + 1, d.getDate()])(new Date())")
    start, end = window_of(page)
    assert start <= dates.calendar.day_number(*today) <= end
    expect(page.locator(".axis .today")).to_have_count(1)
    assert end - start <= 367


def test_the_whole_of_it_goes_by_keyboard(visitor: Visitor, demo: Served) -> None:
    """From happening to happening in the order of time, to its card, and back, with the focus never lost."""
    page = visitor.open(demo.page)
    listed = page.evaluate("[...document.querySelectorAll('#found .happening')].map((li) => li.id.slice(2))")
    press(page, "ArrowDown")
    expect(page.locator("#card .card-title")).to_be_visible()
    seen = [asked(page)["focus"]]
    for _ in range(4):
        press(page, "ArrowDown")
        seen.append(asked(page)["focus"])
    assert seen == listed[:5]
    press(page, "ArrowUp")
    assert asked(page)["focus"] == listed[3]
    page.keyboard.press("Escape")
    settled(page)
    expect(page.locator("#card")).to_be_hidden()
    assert "focus" not in asked(page)
    assert page.evaluate("document.activeElement.className") == "view"


def test_each_press_of_a_key_counts_however_slow_the_answer(visitor: Visitor, demo: Served) -> None:
    """Three presses go three on, though none was answered when the next came; what was left meanwhile stays left."""
    page = visitor.open(demo.page)
    listed = page.evaluate("[...document.querySelectorAll('#found .happening')].map((li) => li.id.slice(2))")
    page.evaluate(
        "() => { const at_once = fetch;"
        " window.fetch = async (...asked) => { await new Promise((go) => setTimeout(go, 300)); return at_once(...asked); }; }"
    )
    view_of(page).focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    settled(page)
    assert asked(page)["focus"] == listed[2]
    for _ in ("with a card open", "with none"):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        page.wait_for_timeout(700)  # longer than the answers take
        assert "focus" not in asked(page)
        expect(page.locator("#card")).to_be_hidden()


def test_next_and_previous_go_through_all_and_end_in_words(visitor: Visitor, demo: Served) -> None:
    """The last has nothing later, and that is said."""
    page = visitor.open(demo.page)
    press(page, "ArrowUp")
    last = page.evaluate("[...document.querySelectorAll('#found .happening')].at(-1).id.slice(2)")
    assert asked(page)["focus"] == last
    page.locator("[data-do=next]").click()
    expect(page.locator(".drawn [role=status]").filter(has_text="nothing later").first).to_be_attached()
    assert asked(page)["focus"] == last
    page.locator("[data-do=previous]").click()
    page.wait_for_url(lambda url: f"focus={last}" not in url)


def test_the_focus_is_seen(visitor: Visitor, demo: Served) -> None:
    """Whatever Tab reaches in the drawing shows it, and the tools come before what they move."""
    page = visitor.open(demo.page)
    page.locator("[data-do=earlier]").focus()
    page.keyboard.press("Shift+Tab")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "(e => [e.dataset.do ?? (e.id || e.className), getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        reached.append(name)
        assert outline != "none", name
    assert reached[0] == "earlier"
    assert reached.index("go-date") < reached.index("view")


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2003", "2003-01-01", "2003-12-31"),
        ("44 BCE", "-0043-01-01", "-0043-12-31"),
        ("44 bc", "-0043-01-01", "-0043-12-31"),
        ("2025-11", "2025-11-01", "2025-11-30"),
        ("2025-11-24", "2025-11-24", "2025-11-24"),
        (" 1985 ", "1985-01-01", "1985-12-31"),
    ],
)
def test_go_to_a_date(visitor: Visitor, tricky: Served, typed: str, first: str, last: str) -> None:
    """A year, a year BCE, a month or a day comes into view, with little else."""
    page = visitor.open(tricky.page + "?size=1")
    page.get_by_label("Go to a date").fill(typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**view=**")
    settled(page)
    start, end = window_of(page)
    begin, until = dates.parse(first).earliest_day, dates.parse(last).latest_day
    assert begin is not None
    assert until is not None
    assert start <= begin <= until + 1 <= end
    assert end - start <= 2 * (until + 1 - begin) + 2


@pytest.mark.parametrize("typed", ["nonsense", "2003-13", "2025-02-30", "31/12/2003", "2003-2004"])
def test_go_to_what_is_no_date_says_so(visitor: Visitor, demo: Served, typed: str) -> None:
    """The field says what can be written, and nothing moves; the next good one is taken."""
    page = visitor.open(demo.page + "?size=1")
    field = page.get_by_label("Go to a date")
    field.fill(typed)
    page.keyboard.press("Enter")
    assert "year" in field.evaluate("e => e.validationMessage")
    assert "view" not in asked(page)
    field.fill("2007")
    page.keyboard.press("Enter")
    page.wait_for_url("**view=**")


def test_go_to_a_date_far_outside_says_what_is_there(visitor: Visitor, demo: Served) -> None:
    """Nothing, or as far as it goes; and one press leads back to all of it."""
    page = visitor.open(demo.page + "?size=1")
    page.get_by_label("Go to a date").fill("1900")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator(".drawn-empty")).to_be_visible()
    assert drawn(page)["count"] == 0
    page.locator(".drawn-empty button").click()
    settled(page)
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


# The overview


def drag_strip(page: "Page", selector: str, by: float) -> None:
    """Drag a part of the strip by a share of its width."""
    width, box = box_of(page, ".strip")["width"], box_of(page, selector)
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + by * width / 2, at[1], steps=3)
    page.mouse.move(at[0] + by * width, at[1], steps=3)
    page.mouse.up()
    settled(page)


def span_of_strip(page: "Page") -> float:
    """Give how many days the strip is over, by the window on it."""
    strip, window = box_of(page, ".strip"), box_of(page, ".strip-window")
    start, end = window_of(page)
    return (end - start) * strip["width"] / window["width"]


def test_the_window_on_the_strip_is_dragged(visitor: Visitor, demo: Served) -> None:
    """By its middle both ends go along, by an edge that edge alone."""
    page = visitor.open(f"{demo.page}?view=2008-01-01/2014-01-01&size=1")
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
    page = visitor.open(f"{demo.page}?view=2008-01-01/2014-01-01&size=1")
    drag_strip(page, ".strip-start", 0.6)
    start, end = window_of(page)
    assert start < end
    assert drawn(page)["count"] == len(standing(demo.file, start, end))


def test_a_press_on_the_strip_goes_there(visitor: Visitor, demo: Served) -> None:
    """Beside the window, it brings the window there."""
    page = visitor.open(f"{demo.page}?view=2020-01-01/2022-01-01&size=1")
    box = box_of(page, ".strip")
    page.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + 20)
    settled(page)
    start, end = window_of(page)
    assert end < dates.calendar.day_number(2012, 1, 1)
    assert abs(end - start - 731) < 3


def test_pressing_a_count_looks_closer(visitor: Visitor, demo: Served) -> None:
    """Again and again; where closer is of no use, what is counted for the day is listed."""
    page = visitor.open(demo.page)
    before = window_of(page)
    chip = page.locator(".chip button").first
    expect(chip).to_have_attribute("aria-label", re.compile(r"\d+ happenings, .*look closer"))
    for _ in range(12):
        page.locator(".chip button").first.click()
        settled(page)
        if "from" in asked(page):
            break
        after = window_of(page)
        assert after[1] - after[0] < before[1] - before[0]
        before = after
    assert asked(page)["from"] == asked(page)["to"] == DAY
    day = float(dates.parse(DAY).earliest_day or 0)
    assert page.locator("#found .happening").count() >= len(standing(demo.file, day, day + 1))


def test_a_thousand_on_one_day_stay_countable(visitor: Visitor, tricky: Served) -> None:
    """However close one looks, the day says how many they are, and opens what can be opened."""
    page = visitor.open(f"{tricky.page}?size=1&view={DAY_OF_A_THOUSAND}/1950-06-16")
    found = drawn(page)
    assert found["count"] == THOUSAND + 1
    assert sum(found["counts"]) + len(found["ids"]) == THOUSAND + 1


# Opening


def test_a_happening_opens_its_card(visitor: Visitor, demo: Served) -> None:
    """With its date, title, quotations and the way to their sources, who says so, and its own address."""
    page = visitor.open(f"{demo.page}?view=2002-01-01/2008-01-01")
    page.locator(".item a[data-id=security-a-matter-of-state] .label").click()
    card = page.locator("#card")
    expect(card).to_be_visible()
    settled(page)
    expect(card).to_contain_text("2003")
    expect(card.locator(".card-title")).to_contain_text("King Mohammed VI makes security")
    expect(card.locator("q").first).to_contain_text("This policy is based on clear political directives")
    assert "/sources/untitled-report" in (card.locator("figcaption a").first.get_attribute("href") or "")
    expect(card.locator(".claim")).to_contain_text("According to the untitled report")
    expect(card.locator(".card-title a")).to_have_attribute("href", re.compile("/-/timeline/security-a-matter-of-state$"))
    expect(card).to_contain_text("Who")
    expect(card).to_contain_text("King Mohammed VI")
    assert asked(page)["focus"] == "security-a-matter-of-state"
    expect(page.locator(".item.focused a")).to_have_attribute("data-id", "security-a-matter-of-state")
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()
    assert "focus" not in asked(page)


def test_a_card_tells_what_changed(visitor: Visitor, demo: Served, tricky: Served) -> None:
    """A correction with its reason, what it was and what it is; a dispute with both sides; a retraction with why."""
    page = visitor.open(demo.page + "?focus=casablanca-attacks")
    card = page.locator("#card")
    expect(card).to_contain_text("The day was found.")
    expect(card.locator("ins").first).to_be_attached()
    expect(card.locator("del").first).to_be_attached()
    page = visitor.open(tricky.page + "?size=1&focus=disputed&view=1970-01-01/1976-01-01")
    expect(page.locator("#card")).to_contain_text("It never happened, says the ministry")
    expect(page.locator("#card")).to_contain_text("Disputes")
    page.goto(tricky.page + "?size=1&focus=retracted&status=all&view=1970-01-01/1980-01-01")
    settled(page)
    expect(page.locator("#card")).to_contain_text("Nobody else tells of it")


def test_a_card_does_not_repeat_names_of_the_page(visitor: Visitor, demo: Served) -> None:
    """No two elements have one id, and its headings stand below the page's."""
    page = visitor.open(demo.page + "?focus=ga-93")
    expect(page.locator("#card .card-title")).to_be_visible()
    repeated = page.evaluate(
        "(all => all.filter((id, i) => all.indexOf(id) !== i))([...document.querySelectorAll('[id]')].map((e) => e.id))"
    )
    assert repeated == []
    assert page.locator("h1").count() == 1


def test_a_happening_that_is_not_there_opens_nothing(visitor: Visitor, demo: Served) -> None:
    """An address may name what no timeline has: the page says so, or leaves it."""
    visitor.forgiven = ("status of 404",)
    page = visitor.open(demo.page + "?size=1&focus=no-such-happening")
    settled(page)
    assert "no-such-happening" not in (page.locator("#card h2").text_content() if page.locator("#card h2").count() else "")
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


# The address


@pytest.mark.parametrize(
    "state",
    [
        "",
        "?view=2003-01-01/2010-01-01",
        "?view=2025-11-20/2025-11-30&lanes=kind",
        "?q=police",
        "?lanes=actor&q=morocco&view=2000-01-01/2026-01-01",
        "?focus=ga-76&view=2005-01-01/2010-01-01",
        "?as_of=35&view=2002-01-01/2005-01-01",
        "?kind=meeting&from=2020",
    ],
)
def test_an_address_shows_the_same_to_another(visitor: Visitor, demo: Served, state: str) -> None:
    """What one sees after moving about, the other sees on opening the address; the card as well."""
    page = visitor.open(demo.page + state)
    press(page, "-", "ArrowRight", "ArrowDown")
    expect(page.locator("#card .card-title")).to_be_visible()
    other = visitor.open(page.url)
    expect(other.locator("#card .card-title")).to_be_visible()
    assert other.url == page.url
    mine, theirs = drawn(page), drawn(other)
    assert theirs["count"] == mine["count"]
    assert theirs["lanes"] == mine["lanes"]
    assert sorted(theirs["ids"]) == sorted(mine["ids"])
    assert other.locator("#card .card-title").text_content() == page.locator("#card .card-title").text_content()


def test_back_and_forward_go_through_the_windows(visitor: Visitor, demo: Served) -> None:
    """Each step is one that can be gone back from: windows, cards and searches alike."""
    page = visitor.open(demo.page)
    seen = [(page.url, drawn(page))]
    page.locator("[data-do=closer]").click()
    settled(page)
    seen.append((page.url, drawn(page)))
    page.locator("[data-do=later]").click()
    settled(page)
    seen.append((page.url, drawn(page)))
    page.get_by_label("Search titles").fill("police")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=police**")
    settled(page)
    seen.append((page.url, drawn(page)))
    assert len({url for url, _ in seen}) == 4
    for url, found in reversed(seen[:-1]):
        page.go_back()
        settled(page)
        assert (page.url, drawn(page)) == (url, found)
    expect(page.get_by_label("Search titles")).to_have_value("")
    for url, found in seen[1:]:
        page.go_forward()
        settled(page)
        assert (page.url, drawn(page)) == (url, found)
    expect(page.get_by_label("Search titles")).to_have_value("police")


def test_dragging_is_no_step_for_each_pixel(visitor: Visitor, demo: Served) -> None:
    """A drag is one step at most."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&size=1")
    before = page.evaluate("history.length")
    box = box_of(page, ".view")
    page.mouse.move(box["x"] + 300, box["y"] + box["height"] - 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + box["height"] - 30, steps=20)
    page.mouse.up()
    settled(page)
    assert page.evaluate("history.length") - before <= 1


# Finding


def test_search_as_you_type(visitor: Visitor, demo: Served) -> None:
    """The list, the drawing, the address and what is said aloud follow the words."""
    page = visitor.open(demo.page)
    every = drawn(page)["count"]
    page.get_by_label("Search titles").press_sequentially("police units")
    page.wait_for_url("**q=police**units**")
    settled(page)
    listed = page.evaluate("[...document.querySelectorAll('#found .happening')].map((li) => li.id.slice(2))")
    assert 0 < len(listed) < every
    expect(page.locator("#said")).to_contain_text("match")
    expect(page.locator("#said")).to_have_attribute("role", "status")
    assert str(len(listed)) in (page.locator("#said").text_content() or "").replace("one", "1")
    found = drawn(page)
    assert found["count"] == len(listed)
    assert set(found["ids"]) <= set(listed)
    expect(page.get_by_label("Search titles")).to_be_focused()
    expect(page.get_by_label("Search titles")).to_have_value("police units")
    page.get_by_label("Search titles").fill("")
    page.wait_for_url(lambda url: "q=" not in url)
    settled(page)
    assert drawn(page)["count"] == every


@pytest.mark.parametrize("words", ["xyzzy", '"', "NOT OR AND ( *", "a" * 400, "title:x^2", "-x", "%", "“", "'; drop table"])
def test_a_search_of_anything_says_what_it_did(visitor: Visitor, demo: Served, words: str) -> None:
    """Nothing found, or nothing searched for; never a fault."""
    page = visitor.open(demo.page + "?size=5")
    page.get_by_label("Search titles").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    settled(page)
    expect(page.locator("#said")).not_to_be_empty()
    expect(page.locator(".drawn-said")).not_to_contain_text("could not")


def test_filters_change_list_and_drawing(visitor: Visitor, demo: Served) -> None:
    """Chosen at the drawing, without leaving the page, and each can be taken away again."""
    page = visitor.open(demo.page)
    page.locator("#find details").first.locator("summary").click()
    page.locator("#find [name=kind]").select_option("meeting")
    page.wait_for_url("**kind=meeting**")
    settled(page)
    expected = standing(demo.file, -1e15, 1e15, "status = 'current' and kind = 'meeting'")
    assert drawn(page)["count"] == len(expected)
    assert page.locator("#found .happening").count() == len(expected)
    page.locator("#find [name=from]").fill("2025-11-25")
    page.keyboard.press("Tab")
    page.wait_for_url("**from=2025-11-25**")
    settled(page)
    assert drawn(page)["count"] <= len(expected)
    page.locator("#found .chips a").filter(has_text="Kind").click()
    page.wait_for_url(lambda url: "kind=" not in url)


def test_the_facets_follow_the_search(visitor: Visitor, demo: Served) -> None:
    """What is offered to filter by is counted among what was found."""
    page = visitor.open(demo.page)
    page.get_by_label("Search titles").fill("police")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=police**")
    settled(page)
    every = page.locator("#found .happening").count()
    offered = page.locator("#find [name=kind] option").all_text_contents()
    counts = [int(match[1]) for text in offered if (match := re.search(r"\((\d+)\)", text))]
    assert counts
    assert sum(counts) == every, offered


def test_marks_can_be_picked_out(visitor: Visitor, tricky: Served) -> None:
    """Disputed, corrected, claimed and single-source ones, by a filter on the page."""
    page = visitor.open(tricky.page + "?size=5")
    page.locator("#find details").first.locator("summary").click()
    for mark, name in (("disputed", "disputed"), ("corrected", "corrected"), ("claimed", "claimed")):
        choice = page.locator(f"#find select[name=mark], #find [name=mark][value={mark}]").first
        if choice.evaluate("e => e.tagName") == "SELECT":
            choice.select_option(mark)
        else:
            choice.check()
        page.wait_for_url(f"**mark={mark}**")
        settled(page)
        assert drawn(page)["ids"] == [name]


def test_what_was_known_when(visitor: Visitor, demo: Served) -> None:
    """The slider over the log: before the correction stands the earlier statement, in the list and in the drawing."""
    page = visitor.open(demo.page + "?view=2002-01-01/2005-01-01")
    slider = page.get_by_label("Known when")
    end = int(slider.get_attribute("max") or "0")
    label = page.locator(".item a[data-id=casablanca-attacks] .text")
    expect(label).to_have_text("Attacks in Casablanca on one day")
    slider.fill(str(end - 1))
    page.wait_for_url(f"**as_of={end - 1}**")
    settled(page)
    expect(label).to_have_text("Attacks in Casablanca")
    expect(page.locator("#found #h-casablanca-attacks h3")).to_have_text("Attacks in Casablanca")
    expect(page.locator("#moment-said")).to_contain_text(str(end - 1))
    expect(page.locator(".as-of")).to_be_visible()
    slider.fill(str(end - 20))
    page.wait_for_url(f"**as_of={end - 20}**")
    settled(page)
    assert page.locator("#found .happening").count() == end - 20 - 3
    page.locator(".item a[data-id=casablanca-attacks] .label").click()
    expect(page.locator("#card .card-title")).to_have_text("Attacks in Casablanca")
    slider.fill(str(end))
    page.wait_for_url(lambda url: "as_of" not in url)
    settled(page)
    expect(label).to_have_text("Attacks in Casablanca on one day")


@pytest.mark.parametrize("lanes", ["kind", "actor", "place", "source", "tag"])
def test_lanes_are_chosen(visitor: Visitor, tricky: Served, lanes: str) -> None:
    """By a choice on the page: each lane has a name, and every happening stands in one of them."""
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['vague']}")
    one = set(drawn(page)["ids"])
    page.get_by_label("Lanes").select_option(lanes)
    page.wait_for_url(f"**lanes={lanes}**")
    settled(page)
    found = drawn(page)
    assert len(found["lanes"]) > 1
    assert all(found["lanes"])
    assert found["count"] == len(standing(tricky.file, *window_of(page)))
    assert set(found["ids"]) | one
    if not sum(found["counts"]):
        assert set(found["ids"]) == standing(tricky.file, *window_of(page))
    assert near(window_of(page), tuple(float(dates.parse(day).earliest_day or 0) for day in WINDOWS["vague"].split("/")))  # type: ignore[arg-type]


def test_one_step_leads_to_the_same_rows(visitor: Visitor, demo: Served) -> None:
    """From a search made on the page to its rows as JSON: as many as are listed."""
    page = visitor.open(demo.page)
    page.get_by_label("Search titles").fill("morocco")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=morocco**")
    settled(page)
    listed = page.locator("#found .happening").count()
    links = {link.text_content(): link.get_attribute("href") for link in page.locator(".timeline-ways-back a").all()}
    assert {"JSON", "CSV"} <= links.keys()
    answer = page.request.get(demo.origin + str(links["JSON"]))
    assert answer.ok
    rows = answer.json()
    assert len(rows["rows"] if isinstance(rows, dict) else rows) == listed


def test_the_period_of_the_window_is_listed_on_request(visitor: Visitor, demo: Served) -> None:
    """From the drawing's window to the list of what can have occurred in it; the window stays, and the list has the focus."""
    page = visitor.open(f"{demo.page}?view=2002-01-01/2010-01-01")
    before = {link.get_attribute("data-id") for link in page.locator(".lanes .item a").all()}
    page.get_by_role("button", name="List this period").click()
    page.wait_for_url("**from=**")
    settled(page)
    assert before <= {one.get_attribute("data-id") for one in page.locator("#found .happening").all()}
    assert page.locator("#found .happening").count() < len(standing(demo.file, -1e15, 1e15))
    assert "view=2002-01-01/2010-01-01" in page.url
    expect(page.locator("#found")).to_be_focused()


# What goes wrong


def test_nonsense_in_the_address_is_said_and_the_rest_is_drawn(visitor: Visitor, demo: Served) -> None:
    """A window, lanes and a day that are none are left out."""
    visitor.forgiven = ("status of 400",)
    page = visitor.open(demo.page + "?view=whenever&lanes=colour&as_of=tomorrow&from=never&size=1", status=400)
    notes = " ".join(page.locator(".timeline-problem").all_text_contents())
    for word in ("whenever", "colour", "tomorrow", "never"):
        assert word in notes
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


@pytest.mark.parametrize(
    "view",
    ["-999999999999-01-01/999999999999-12-31", "999999999998-01-01/999999999999-12-31", "2025-11-24T10:30/2025-11-24T10:31",
     "-170000001-01-01/-170000000-01-01"],
)  # fmt: skip
def test_a_window_off_the_scale_is_brought_back(visitor: Visitor, tricky: Served, view: str) -> None:
    """It shows what it can, and one can go on from there."""
    page = visitor.open(f"{tricky.page}?size=1&view={view}")
    press(page, "+", "-", "ArrowLeft", "ArrowRight", "0")
    assert drawn(page)["count"] == len(standing(tricky.file, -1e15, 1e15))


def test_a_server_that_fails_is_said_and_tried_again(visitor: Visitor, tricky: Served) -> None:
    """In words, beside the drawing, which stays; the next movement asks once more."""
    visitor.forgiven = ("status of 500",)
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['a century']}")
    page.route("**/drawing/view**", lambda route: route.fulfill(status=500, body="no"))
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    expect(page.locator(".drawn-said")).to_contain_text("could not be fetched")
    page.unroute("**/drawing/view**")
    press(page, "ArrowLeft")
    expect(page.locator(".drawn-said")).not_to_contain_text("could not be fetched")


def test_a_late_answer_does_not_replace_a_newer_one(visitor: Visitor, tricky: Served) -> None:
    """Answers that come in another order than they were asked for do no harm."""
    page = visitor.open(f"{tricky.page}?size=1&view=1940-01-01/1960-01-01")
    held: list[Any] = []
    page.route("**/drawing/view**", lambda route: route.continue_() if held else held.append(route))
    view_of(page).focus()
    with page.expect_request("**/drawing/view**"):
        page.keyboard.press("0")
    page.keyboard.press("+")
    settled(page)
    expected = drawn(page)
    held[0].continue_()
    page.wait_for_timeout(300)
    assert drawn(page) == expected


# On paper, in a frame, without a script


def test_print_is_the_whole_and_not_the_window(visitor: Visitor, demo: Served) -> None:
    """On paper stands all of it, drawn and listed, without what only a screen can do; afterwards all is as before."""
    page = visitor.open(demo.page)
    whole = drawn(page)
    page.goto(demo.page + "?view=2025-11-20/2025-11-30")
    with page.expect_response("**/drawing/view**"):
        page.reload()
    settled(page)
    before = drawn(page)
    page.wait_for_timeout(50)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = drawn(page)
    assert printed["count"] == whole["count"]
    assert printed["said"] == whole["said"]
    assert len(printed["ids"]) + sum(printed["counts"]) == whole["count"]
    for hidden in ("#find", ".drawn-tools", "#go", ".drawn-moment", ".timeline-ways-back"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#found .happening").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    settled(page)
    assert drawn(page) == before


def test_print_1_lists_all_on_one_page(visitor: Visitor, tricky: Served) -> None:
    """However many there are on a page otherwise, and without pages to turn."""
    page = visitor.open(tricky.page + "?print=1")
    assert page.locator("#found .happening").count() == len(standing(tricky.file, -1e15, 1e15))
    assert page.locator(".turns").count() == 0


@contextmanager
def framing(address: str) -> Iterator[str]:
    """Serve a page of another site that holds ours in a frame."""
    html = f"<!doctype html><title>Elsewhere</title><iframe src='{address}' width=900 height=700></iframe>".encode()

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_other_sites_may_frame_it_where_the_settings_say_so(visitor: Visitor, tricky: Served, demo: Served) -> None:
    """Drawn there without Datasette's frame around it, and refused elsewhere."""
    context = visitor.browser.new_context()
    with framing(f"{tricky.page}?embed=1&size=5") as elsewhere:
        page = context.new_page()
        page.goto(elsewhere)
        inner = page.frame_locator("iframe")
        expect(inner.locator("#drawing[data-drawn]")).to_be_visible()
        expect(inner.locator("body > footer, .not-footer > header").locator("visible=true")).to_have_count(0)
    with framing(f"{demo.page}?embed=1") as elsewhere:
        page.goto(elsewhere)
        expect(page.frame_locator("iframe").locator("#drawing")).to_have_count(0)
    answer = context.request.get(f"{tricky.page}?embed=1")
    assert "x-frame-options" not in answer.headers
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    answer = context.request.get(f"{demo.page}?embed=1")
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    context.close()


def test_the_snippet_is_offered_where_framing_is_allowed(visitor: Visitor, tricky: Served, demo: Served) -> None:
    """With the address of the very state; and not where nobody may frame it."""
    snippet = (
        "[...document.querySelectorAll('textarea, code, input')].map((e) => e.value ?? e.textContent)"
        ".find((text) => text.includes('<iframe'))"
    )
    page = visitor.open(f"{tricky.page}?size=5&kind=vague")
    offered = page.evaluate(snippet)
    assert "embed=1" in (offered or "")
    assert "kind=vague" in (offered or "")
    assert not visitor.open(demo.page).evaluate(snippet)


def test_without_a_script_all_can_be_read(visitor: Visitor, tricky: Served) -> None:
    """The list, the search, the filters and the pages; the drawing, which needs one, is not there at all."""
    page = visitor.open(tricky.page, settle=False, java_script_enabled=False)
    expect(page.locator("#drawing")).to_be_hidden()
    expect(page.locator("#found .happening").first).to_be_visible()
    first = page.locator("#found .happening h3").first.text_content()
    page.get_by_role("link", name="Later").first.click()
    assert page.locator("#found .happening h3").first.text_content() != first
    page.get_by_label("Search titles").fill("Caesar")
    page.keyboard.press("Enter")
    expect(page.locator("#found .happening")).to_have_count(1)
    expect(page.locator("#drawing")).to_be_hidden()
    page.goto(tricky.page)
    page.locator("#find details").first.locator("summary").click()
    page.locator("#find [name=kind]").select_option("geology")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#found .happening")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("Ash falls on the forest")


# Everyone


def test_reduced_motion_is_kept(visitor: Visitor, demo: Served) -> None:
    """Who asked for it sees no sliding: a step is drawn at once. Who did not sees where things go."""
    drawings = {}
    for wish in ("reduce", "no-preference"):
        page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&size=1", reduced_motion=wish)
        before = int(page.locator("#drawing").get_attribute("data-drawn") or 0)
        press(page, "ArrowRight")
        drawings[wish] = int(page.locator("#drawing").get_attribute("data-drawn") or 0) - before
    assert drawings["reduce"] <= 3
    assert drawings["no-preference"] > 3


def painted(page: "Page", selector: str) -> int:
    """Count the colours that are seen of an element and right around it."""
    box = box_of(page, selector)
    clip = {"x": box["x"] - 2, "y": box["y"] - 2, "width": box["width"] + 4, "height": box["height"] + 4}
    picture = page.screenshot(clip=clip)
    import base64

    return int(
        page.evaluate(
            """async (data) => {
              const image = new Image(); image.src = "data:image/png;base64," + data; await image.decode();
              const canvas = document.createElement("canvas"); [canvas.width, canvas.height] = [image.width, image.height];
              const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
              return new Set(new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer)).size;
            }""",
            base64.b64encode(picture).decode(),
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_shows_everything(visitor: Visitor, tricky: Served, scheme: str) -> None:
    """In the reader's own few colours counts, points, bars and the window on the strip are still seen."""
    page = visitor.open(f"{tricky.page}?size=1&view=1945-01-01/2010-01-01", forced_colors="active", color_scheme=scheme)
    for selector in (".chip i", ".item.spot .bar", ".item:not(.spot) .bar", ".strip-window"):
        assert painted(page, selector) > 1, selector


# Before the page's own scripts run, as it is for readers who have set their browser so.
BIG_TEXT = (
    "document.addEventListener('readystatechange', () => { document.documentElement.style.fontSize = '200%'; }, { once: true })"
)


def test_text_of_twice_the_size_fits(visitor: Visitor, demo: Served) -> None:
    """Nothing scrolls sideways, nothing overlaps, and no letter is cut off."""
    context = visitor.browser.new_context(viewport={"width": DESK, "height": 900}, reduced_motion="reduce")
    context.add_init_script(BIG_TEXT)
    visitor.contexts.append(context)
    page = context.new_page()
    page.goto(demo.page + "?view=2002-01-01/2012-01-01&lanes=kind")
    settled(page)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert overlaps(page) == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".lanes .label, .lane-name, .chip span, .strip-labels span, .drawn-buttons button")]
          .filter((e) => e.clientHeight && e.clientHeight < parseFloat(getComputedStyle(e).fontSize) * 0.99)
          .map((e) => `${e.className}: ${e.clientHeight} for ${getComputedStyle(e).fontSize}`)"""
    )
    assert sorted(set(cut)) == []


@pytest.mark.parametrize("state", ["", "?lanes=kind&view=2025-11-20/2025-12-01", "?focus=ga-93", "?q=police"])
def test_320_pixels_are_enough(visitor: Visitor, demo: Served, state: str) -> None:
    """Nothing scrolls sideways, and every button can be reached."""
    page = visitor.open(demo.page + state, viewport={"width": NARROW, "height": 640})
    if "focus" in state:
        expect(page.locator("#card .card-title")).to_be_visible()
    page.locator(".legend summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside = page.evaluate(
        "[...document.querySelectorAll('main :is(button, input, select, summary)')].filter((e) => e.offsetParent)"
        ".filter((e) => { const b = e.getBoundingClientRect(); return b.width && (b.left < -0.5 || b.right > innerWidth + 0.5); })"
        ".map((e) => e.outerHTML.slice(0, 80))"
    )
    assert outside == []


def test_dark_is_dark_in_the_drawing(visitor: Visitor, demo: Served) -> None:
    """Light labels on a dark ground, and the other way round."""
    lightness = {}
    for scheme in ("light", "dark"):
        page = visitor.open(demo.page + "?size=1", color_scheme=scheme)
        for selector in ("body", ".item a .label"):
            prop = "backgroundColor" if selector == "body" else "color"
            colour = page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{prop}")
            channels = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
            lightness[scheme, selector] = sum(channels) / 3
    assert lightness["light", "body"] > 200
    assert lightness["light", ".item a .label"] < 100
    assert lightness["dark", "body"] < 60
    assert lightness["dark", ".item a .label"] > 150


# From the right


ARABIC_DIGITS = re.compile("[٠-٩]")


def test_from_right_to_left(visitor: Visitor, rightwards: Served) -> None:
    """What is earlier stands on the right, the axis speaks Arabic, and no labels overlap."""
    page = visitor.open(f"{rightwards.page}?size=1&view={WINDOWS['a week']}", locale="ar-EG")
    at = {name: box_of(page, f".item a[data-id={name}] .bar") for name in ("long-title", "markup", "arabic")}
    assert at["long-title"]["x"] > at["markup"]["x"] > at["arabic"]["x"]
    labels = " ".join(page.locator(".axis .tick").all_text_contents())
    assert ARABIC_DIGITS.search(labels)
    assert "نوفمبر" in labels
    assert ARABIC_DIGITS.search(drawn_said(page))
    assert overlaps(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def drawn_said(page: "Page") -> str:
    """Read what the drawing says of itself."""
    return page.locator("#drawn-said").text_content() or ""


@pytest.mark.parametrize("name", ["ages", "a century", "vague", "a year", "a morning"])
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_no_two_labels_overlap_from_right_to_left(visitor: Visitor, rightwards: Served, name: str, width: int) -> None:
    """As little as from left to right."""
    page = visitor.open(f"{rightwards.page}?size=1&view={WINDOWS[name]}", locale="ar-EG", viewport={"width": width, "height": 900})
    assert overlaps(page) == []


def test_hands_and_keys_are_mirrored_from_right_to_left(visitor: Visitor, rightwards: Served) -> None:
    """The left arrow leads to what is later, which stands on the left; what is dragged moves with the hand."""
    page = visitor.open(f"{rightwards.page}?size=1&view=1990-01-01/2000-01-01", locale="ar-EG")
    before = window_of(page)
    press(page, "ArrowLeft")
    assert near(window_of(page), shifted(before, 0.25))
    press(page, "ArrowRight")
    assert near(window_of(page), before)
    box = box_of(page, ".view")
    y = box["y"] + box["height"] - 30
    page.mouse.move(box["x"] + 200, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 200 + box["width"] * 0.2, y, steps=6)
    page.mouse.up()
    settled(page)
    assert near(window_of(page), shifted(before, 0.2))
    page.goto(f"{rightwards.page}?size=1&view=1990-01-01/2000-01-01")
    settled(page)
    page.mouse.dblclick(box["x"] + box["width"] * 0.25, y)
    settled(page)
    assert near(window_of(page), zoomed(before, 2, 0.75))
    page.goto(f"{rightwards.page}?size=1&view=1990-01-01/1995-01-01&kind=open")
    settled(page)
    before = window_of(page)
    drag_strip(page, ".strip-window", -0.2)
    assert window_of(page)[0] > before[0] + 365


@pytest.mark.parametrize("locale", ["ar-EG", "de-DE", "fa-IR", "ja-JP", "he-IL"])
def test_dates_are_in_the_readers_language(visitor: Visitor, tricky: Served, locale: str) -> None:
    """The axis, the line below it and the list; BCE as well, and never an error."""
    page = visitor.open(f"{tricky.page}?size=20&view=-0060-01-01/0020-01-01", locale=locale)
    said = drawn_said(page)
    assert "BCE" not in said.partition(":")[0], said
    page.goto(f"{tricky.page}?size=5&view={WINDOWS['a week']}")
    settled(page)
    assert "Nov 2" not in " ".join(page.locator(".axis .tick").all_text_contents())
    if locale == "de-DE":
        assert "November 2025" in page.locator(".axis-context").text_content() + drawn_said(page)  # type: ignore[operator]


def test_the_readers_clock_moves_nothing(visitor: Visitor, tricky: Served) -> None:
    """East and west of the date line the same day is the same day, at the same place."""
    seen = []
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"):
        page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['a week']}", timezone_id=zone)
        places = page.evaluate(
            "[...document.querySelectorAll('.lanes .item a')].map((a) => [a.dataset.id, a.getAttribute('aria-label'),"
            " Math.round(a.getBoundingClientRect().x)])"
        )
        ticks = page.locator(".axis .tick").all_text_contents()
        seen.append((places, ticks, drawn_said(page)))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0]


# Rows of anyone


def test_rows_of_a_table_are_drawn(visitor: Visitor, tricky: Served) -> None:
    """`.timeline` draws them as well: none overlap, a click leads to the row, and keys go from row to row."""
    page = visitor.open(f"{tricky.origin}/tricky/happenings.timeline?_size=40&kind=vague")
    rows = page.locator("ol.timeline .happening").count()
    found = drawn(page)
    assert found["count"] == rows == len([one for one in TRICKY if one[3] == "vague"])
    assert len(found["ids"]) + sum(found["counts"]) == rows
    assert overlaps(page) == []
    page.locator(".lanes .item a .label").first.click()
    settled(page)
    name = page.evaluate("document.activeElement.id")
    assert name in found["ids"]
    expect(page.locator(f"#{name}")).to_be_in_viewport()
    press(page, "ArrowDown", "ArrowDown")
    expect(page.locator(".lanes .item.focused")).to_have_count(1)
