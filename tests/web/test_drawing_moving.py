"""The drawn timeline in a real browser: what follows from each movement of hand and key.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from browser import DESK, PHONE, TABLET, Served, Visitor, drawn, settled, standing, window_of
from drawn_page import asked, at_rest, box_of, near, press, shifted, view_of, zoomed

from timeline import dates

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_dragging_pans(visitor: Visitor, demo: Served) -> None:
    """What lies under the hand moves with it, and the address follows."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&scale=true&size=1")
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
    page = visitor.open(f"{demo.page}?view=2005-01-01/2010-01-01&scale=true&size=1")
    box = box_of(page, ".item a[data-id=ga-76] .label")
    page.mouse.move(box["x"] + 10, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 8, steps=6)
    page.mouse.up()
    settled(page)
    expect(page.locator("#card")).to_be_hidden()
    assert "focus" not in asked(page)


@pytest.mark.parametrize("how", ["Control", "Meta", "focus"])
def test_the_wheel_zooms_about_the_pointer(visitor: Visitor, demo: Served, how: str) -> None:
    """With a key held, or once the drawing has the focus: in and out again; the page itself stays where it is."""
    page = visitor.open(f"{demo.page}?view=2000-01-01/2020-01-01&scale=true")
    before, box = window_of(page), box_of(page, ".view")
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60)
    if how == "focus":
        view_of(page).focus()
    else:
        page.keyboard.down(how)
    scrolled = page.evaluate("scrollY")
    page.mouse.wheel(0, -200)
    at_rest(page)
    after = window_of(page)
    assert after[1] - after[0] < (before[1] - before[0]) * 0.8
    fixed = before[0] + 0.25 * (before[1] - before[0])
    assert abs(after[0] + 0.25 * (after[1] - after[0]) - fixed) < 3
    assert page.evaluate("scrollY") == scrolled
    page.mouse.wheel(0, 200)
    at_rest(page)
    if how != "focus":
        page.keyboard.up(how)
    assert near(window_of(page), before)


@pytest.mark.parametrize("state", ["", "?view=2000-01-01/2020-01-01"])
def test_the_wheel_scrolls_the_page(visitor: Visitor, demo: Served, state: str) -> None:
    """Nobody is caught in the drawing, and the first time a hint says how the wheel zooms."""
    page = visitor.open(demo.page + state)
    expect(page.locator(".drawn-hint")).to_be_hidden()
    box = box_of(page, ".view")
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.wheel(0, 200)
    page.evaluate("new Promise((done) => scrollY > 50 ? done() : addEventListener('scroll', () => scrollY > 50 && done()))")
    expect(page.locator(".drawn-hint")).to_be_visible()
    assert ("view" in asked(page)) == bool(state)


def test_the_wheel_sideways_pans(visitor: Visitor, demo: Served) -> None:
    """As a trackpad does."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&scale=true&size=1")
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
        f"{demo.page}?view=2005-01-01/2015-01-01&scale=true",
        viewport={"width": TABLET, "height": 844},
        has_touch=True,
        is_mobile=True,
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
        f"{demo.page}?view=2005-01-01/2015-01-01&scale=true",
        viewport={"width": TABLET, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    before, box = window_of(page), box_of(page, ".view")
    x, y = box["x"] + box["width"] * 0.8, box["y"] + 60
    touch(page, *[[(x - box["width"] * share, y)] for share in (0, 0.1, 0.2, 0.3)])
    at_rest(page)
    assert near(window_of(page), shifted(before, 0.3)) or near(window_of(page), shifted(before, 0.25))
    assert view_of(page).evaluate("e => getComputedStyle(e).touchAction") == "pan-y"


def test_a_double_click_zooms_there(visitor: Visitor, demo: Served) -> None:
    """Twice as close about the place, as one step to go back from."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&scale=true&size=1")
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
    page = visitor.open(f"{demo.page}?view=2010-01-01/2014-01-01&scale=true&size=1")
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
    page = visitor.open(f"{demo.page}?view=2010-01-01/2014-01-01&scale=true&size=1")

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
        press(page, "ArrowRight")
        seen.append(asked(page)["focus"])
    assert seen == listed[:5]
    press(page, "ArrowLeft")
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
    press(page, "ArrowDown")
    page.evaluate(
        "() => { const at_once = fetch;"
        " window.fetch = async (...asked) => { await new Promise((go) => setTimeout(go, 300)); return at_once(...asked); }; }"
    )
    view_of(page).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    settled(page)
    assert asked(page)["focus"] == listed[3]
    for key in ("ArrowRight", "ArrowDown"):  # with a card open, and with none
        page.keyboard.press(key)
        page.keyboard.press(key)
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
    expect(page.locator("#card [rel=next]")).to_have_count(0)
    press(page, "ArrowRight")
    expect(page.locator(".drawn [role=status]").filter(has_text="nothing later").first).to_be_attached()
    assert asked(page)["focus"] == last
    page.locator("#card [rel=prev]").click()
    page.wait_for_url(lambda url: f"focus={last}" not in url)


def test_the_focus_is_seen(visitor: Visitor, demo: Served) -> None:
    """Whatever Tab reaches in the drawing shows it, and the tools come before what they move."""
    page = visitor.open(demo.page)
    page.locator("[data-do=earlier]").focus()
    page.keyboard.press("Shift+Tab")
    reached = []
    for _ in range(20):
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
        ("24 Nov. 2025", "2025-11-24", "2025-11-24"),
        ("31/12/2003", "2003-12-31", "2003-12-31"),
        ("the 1980s", "1980-01-01", "1989-12-31"),
        ("24 novembre 2025", "2025-11-24", "2025-11-24"),
    ],
)
def test_go_to_a_date(visitor: Visitor, tricky: Served, typed: str, first: str, last: str) -> None:
    """A year, a year BCE, a month or a day, in people's own words, comes into view, with little else."""
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


@pytest.mark.parametrize("typed", ["", "nonsense", "2025-02-30", "03/04/2025", "2003/.."])
def test_go_to_what_is_no_date_says_so(visitor: Visitor, demo: Served, typed: str) -> None:
    """The field says what can be written, and nothing moves; the next good one is taken."""
    page = visitor.open(demo.page + "?size=1")
    field = page.get_by_label("Go to a date")
    field.fill(typed)
    page.keyboard.press("Enter")
    look = "const look = () => e.validationMessage ? done(e.validationMessage) : setTimeout(look)"
    assert "Write" in field.evaluate(f"(e) => new Promise((done) => {{ {look}; look(); }})")
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


# How many rows there are, and in which of them the open happening is in sight, above the axis and a sheet.
OPEN = """() => {
  const items = [...document.querySelectorAll(".lanes .item")];
  const rows = [...new Set(items.map((item) => item.getBoundingClientRect().top))].sort((one, other) => one - other);
  const words = document.querySelector(".words").getBoundingClientRect();
  const card = document.querySelector("#card");
  const low = [innerHeight, ...(words.height ? [words.top] : [])];
  if (getComputedStyle(card).position === "fixed") low.push(card.getBoundingClientRect().top);
  const boxes = items.filter((item) => item.matches(".focused")).map((item) => item.getBoundingClientRect());
  const seen = boxes.filter(({ top }) => top >= -1 && top + 20 <= Math.min(...low) + 1);
  return [rows.length, seen.map(({ top }) => rows.indexOf(top))];
}"""


@pytest.mark.parametrize(("width", "height"), [(DESK, 500), (PHONE, 844)])
@pytest.mark.parametrize("lanes", ["none", "actor"])
def test_up_and_down_go_by_row_and_never_out_of_sight(visitor: Visitor, demo: Served, lanes: str, width: int, height: int) -> None:
    """From what was clicked, row by row down and back, also where a happening is in several lanes; then Enter goes to its card."""
    page = visitor.open(f"{demo.page}?lanes={lanes}&size=1", viewport={"width": width, "height": height})
    page.locator(".lanes .item a .text").first.click()
    expect(page.locator("#card .card-title")).to_be_visible()
    settled(page)
    many, (row, *_) = page.evaluate(OPEN)
    last = min(many - 1, row + 16)
    for expected in [*range(row + 1, last + 1), last - 1]:
        page.keyboard.press("ArrowDown" if expected > row else "ArrowUp")
        settled(page)
        row = expected
        assert row in page.evaluate(OPEN)[1]
    # Enter goes to the card of that happening, not of the one that was clicked.
    title = page.locator(".item.focused .text").first.text_content() or ""
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card"
    assert title[:20] in (page.locator("#card").text_content() or "")


def test_the_next_in_time_is_drawn_where_it_was_only_counted(visitor: Visitor, tricky: Served) -> None:
    """By keys and by the card's own links; also after zooming out, and by lanes."""
    page = visitor.open(f"{tricky.page}?size=1&lanes=kind&view=1950-01-01/1951-01-01")
    press(page, "ArrowDown")
    for step in ("key", "link", "key"):
        before = asked(page)["focus"]
        if step == "key":
            press(page, "ArrowRight")
        else:
            page.locator("#card .before-after [rel=next]").click()
        settled(page)
        assert asked(page)["focus"] != before
        expect(page.locator(".item.focused a")).to_have_attribute("data-id", asked(page)["focus"])
    lane = page.locator(".lane", has=page.locator(".item.focused")).get_attribute("aria-label")
    assert lane == "arrival"
    press(page, "-")
    expect(page.locator(".item.focused a")).to_have_attribute("data-id", asked(page)["focus"])
