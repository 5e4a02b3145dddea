"""The drawn timeline in a real browser, in windows chosen at random: nothing overlaps, nothing is cut, and nothing jumps.

A few windows of each timeline here, two hundred with TIMELINE_EVERY_CASE. Skipped where Chromium is not installed.
"""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from browser import DESK, Served, Visitor, overlaps, serving, settled, window_of
from drawn_page import box_of, near, press
from shares import EVERY_CASE

from timeline import Timeline
from timeline.selection import window as windows
from timeline.selection.window import Window

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

MANY = 200 if EVERY_CASE else 2
BY = 40  # pixels that the hand moves
TEXT = "It is written here, in these very words."
WORDS = ("the", "great", "war", "queen", "ends in a treaty", "after a long siege", "by fire at sea", "near the walls")
# Each label that is drawn: its lane and id, the row that it is in, its words, where it is, and whether any of it is cut off.
LABELS = """() => {
  const view = document.querySelector(".view").getBoundingClientRect();
  const whole = document.querySelector(".lanes").getBoundingClientRect();
  const found = {};
  for (const item of document.querySelectorAll(".lanes .item")) {
    const link = item.querySelector("a");
    const box = item.querySelector(".label").getBoundingClientRect();
    const mark = item.querySelector(".bar").getBoundingClientRect();
    const lane = item.closest(".lane").getAttribute("aria-label") ?? "";
    found[`${lane} ${link.dataset.id}`] = {
      row: item.style.insetBlockStart, words: box.width ? link.querySelector(".text").textContent : null,
      cut: box.width > 0 && (box.left < whole.left - 1 || box.right > whole.right + 1),
      mark: Math.min(mark.left - view.left, view.right - mark.right),
      left: Math.min(mark.left, box.width ? box.left : mark.left) - view.left,
      right: view.right - Math.max(mark.right, box.width ? box.right : mark.right),
    };
  }
  return found;
}"""


def labels(page: "Page") -> dict[str, Any]:
    """Read the labels; none is cut and none lies over another."""
    found: dict[str, Any] = page.evaluate(LABELS)
    assert [name for name, label in found.items() if label["cut"]] == []
    if found:
        assert overlaps(page) == []
    return found


def some_windows(whole: tuple[float, float], dice: random.Random) -> list[str]:
    """Make up windows within what there is, from all of it to a thousandth."""
    found = []
    for _ in range(MANY):
        length = (whole[1] - whole[0]) * 10 ** dice.uniform(-3, 0)
        middle = dice.uniform(*whole)
        found.append(windows.write(Window(middle - length / 2, middle + length / 2)))
    return found


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve happenings of which there are more than fit, with titles of any length."""
    path = tmp_path_factory.mktemp("crowded") / "crowded.db"
    dice = random.Random(11)  # noqa: S311 - the same every time is what is wanted
    with Timeline(path) as timeline, timeline.transaction():
        cited = [timeline.archive(id="s", text=TEXT, title="S").quote("in these very words")]
        for number in range(500):
            year = dice.randint(1800, 1999)
            date = f"{year}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
            if number % 9 == 0:
                date += dice.choice(["/..", f"/{year + dice.randint(1, 40)}", "/"])
            title = " ".join(dice.choices(WORDS, k=dice.choice([2, 5, 12, 25])))
            timeline.record(f"h-{number}", title=title, date=date, kind=dice.choice(WORDS[:4]), citations=cited)
    with serving(path.parent, path) as served:
        yield served


@pytest.mark.parametrize("state", ["", "scale=true&", "lanes=kind&"])
@pytest.mark.parametrize("name", ["demo", "tricky", "rightwards", "crowded"])
def test_what_stays_in_view_keeps_its_row_and_its_label(
    visitor: Visitor, request: pytest.FixtureRequest, name: str, state: str
) -> None:
    """While one moves along by a hand's breadth, and back; whatever the window."""
    served: Served = request.getfixturevalue(name)
    dice = random.Random(f"{name} {state}")  # noqa: S311 - the same every time is what is wanted
    page = visitor.open(f"{served.page}?{state}size=1", viewport={"width": DESK, "height": 900})
    for view in some_windows(window_of(page), dice):
        page.goto(f"{served.page}?{state}size=1&view={view}")
        before = labels(settled(page))
        for by in (BY, -BY, -BY):
            drag(page, by)
            after = labels(page)
            both = [(before[one], after[one]) for one in before.keys() & after.keys()]
            assert [pair for pair in both if in_view(pair, 1) and pair[0]["row"] != pair[1]["row"]] == [], view
            # A label goes only with its mark. What an edge left no room for may have one now.
            changed = [pair for pair in both if pair[0]["words"] not in (None, pair[1]["words"])]
            assert [pair for pair in changed if in_view(pair, 1)] == [], view
            before = after


@pytest.mark.parametrize("by", [BY, -BY])
def test_a_label_stays_until_its_mark_is_gone(visitor: Visitor, crowded: Served, by: int) -> None:
    """In a dense drawing too, step by step towards either edge; an edge only leaves less of it."""
    page = visitor.open(f"{crowded.page}?size=1&view=1850-01-01/1900-01-01", viewport={"width": DESK, "height": 900})
    before, there = labels(page), 0
    for _ in range(5):
        drag(page, by)
        after = labels(page)
        named = {one for one, label in before.items() if label["words"] and min(label["mark"], after.get(one, label)["mark"]) > 1}
        assert [one for one in named & after.keys() if after[one]["words"] is None] == []
        there += len(named)
        before = after
    assert there > 50


def in_view(pair: tuple[dict[str, Any], dict[str, Any]], room: float) -> bool:
    """Whether all of a happening was far from the edges before, or its mark is so far from them before and after."""
    return min(pair[0]["left"], pair[0]["right"]) > 2 * BY or min(one["mark"] for one in pair) > room


def drag(page: "Page", by: float) -> None:
    """Drag the drawing by so many pixels."""
    box = box_of(page, ".view")
    x, y = box["x"] + box["width"] / 2, box["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by / 2, y, steps=2)
    page.mouse.move(x + by, y, steps=2)
    page.mouse.up()
    settled(page)


def test_a_click_moves_nothing(visitor: Visitor, demo: Served) -> None:
    """Neither what was clicked nor anything else, even where it begins before the window."""
    page = visitor.open(f"{demo.page}?view=2025-11-25/2025-11-28&size=1")
    for name in ("ga-93", "security-a-matter-of-state", "hammouchi-address"):
        link = page.locator(f".lanes .item a[data-id={name}]")
        if not link.count():
            continue
        before, places = window_of(page), labels(page)
        link.locator(".label").click()
        expect(page.locator("#card .card-title")).to_be_visible()
        settled(page)
        expect(page.locator(".item.focused a")).to_have_attribute("data-id", name)
        assert window_of(page) == before
        after = labels(page)
        assert {one: label["row"] for one, label in after.items()} == {one: places[one]["row"] for one in after}


# Where each mark begins and how wide a label is, of what is in the drawing.
MARKS = """() => Object.fromEntries([...document.querySelectorAll(".lanes .item a")].map((a) =>
  [a.dataset.id, [a.getBoundingClientRect().x, a.parentElement.style.insetBlockStart]]))"""


@pytest.mark.parametrize("name", ["casablanca-attacks", "ga-93", "prince-naif-medal", "vice-president-for-africa"])
def test_a_card_takes_its_room_where_it_covers_nothing_that_was_chosen(visitor: Visitor, demo: Served, name: str) -> None:
    """Without one the drawing has the whole width. With it, every mark in sight is where it was; afterwards all is as before."""
    page = visitor.open(f"{demo.page}?size=1")
    view, window, before, marks = box_of(page, ".view"), window_of(page), labels(page), page.evaluate(MARKS)
    assert view["width"] == DESK - 40
    assert [one for one, label in before.items() if label["words"] is None] == []
    assert len(before) == 32
    page.locator(f".lanes .item a[data-id={name}] .text").click()
    expect(page.locator("#card .card-title")).to_be_visible()
    settled(page)
    card, smaller = box_of(page, ".panel"), box_of(page, ".view")
    assert smaller["x"] >= card["x"] + card["width"] or smaller["x"] + smaller["width"] <= card["x"]
    labels(page)
    # What began before what is in sight now is drawn from there.
    seen = {one: place for one, place in page.evaluate(MARKS).items() if smaller["x"] + 3 < place[0]}
    assert name in seen or marks[name][0] < smaller["x"] + 3
    assert seen == {one: [pytest.approx(marks[one][0], abs=1), marks[one][1]] for one in seen}
    page.keyboard.press("Escape")
    settled(page)
    assert box_of(page, ".view")["width"] == view["width"]
    assert page.evaluate(MARKS) == {one: [pytest.approx(x, abs=1), row] for one, (x, row) in marks.items()}
    assert near(window_of(page), window)
    assert [one for one, label in labels(page).items() if label["words"] is None] == []


def test_a_card_changes_no_label_beside_it(visitor: Visitor, crowded: Served) -> None:
    """Where there are more happenings than fit, too: all that is still in sight keeps its row and its label."""
    page = visitor.open(f"{crowded.page}?size=1", viewport={"width": DESK, "height": 900})
    before = labels(page)
    page.locator(".lanes .item:not(.bare) .text").first.click()
    expect(page.locator("#card .card-title")).to_be_visible()
    settled(page)
    width, after = box_of(page, ".view")["width"], labels(page)
    beside = {name: label for name, label in before.items() if label["words"] and label["left"] + 12 < width}
    assert len(beside) > 15
    assert {name: (label["row"], label["words"]) for name, label in beside.items()} == {
        name: (after[name]["row"], after[name]["words"]) for name in beside
    }


def test_a_card_of_a_link_covers_nothing(visitor: Visitor, demo: Served) -> None:
    """All that there is is drawn beside it; without it, in the whole width."""
    page = visitor.open(f"{demo.page}?size=1&focus=vice-president-for-africa")
    expect(page.locator("#card .card-title")).to_be_visible()
    assert len(labels(page)) == 32
    window = window_of(page)
    page.keyboard.press("Escape")
    settled(page)
    assert near(window_of(page), window)
    assert box_of(page, ".view")["width"] == DESK - 40


def test_after_escape_the_drawing_is_in_sight(visitor: Visitor, demo: Served) -> None:
    """From the card, however far below it the reader was."""
    page = visitor.open(demo.page)
    press(page, "ArrowDown")
    expect(page.locator("#card .card-title")).to_be_visible()
    page.locator("#card").focus()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.keyboard.press("Escape")
    settled(page)
    expect(page.locator(".view")).to_be_in_viewport()
    assert focused(page).startswith("view")
    # Also from where nothing has the focus, and from the list.
    for leave in (
        "document.activeElement.blur()",
        "document.querySelector('#found a').focus()",
        "document.querySelector('#found').focus()",
    ):
        press(page, "ArrowDown")
        expect(page.locator("#card .card-title")).to_be_visible()
        page.evaluate(f"{leave}; scrollTo(0, document.body.scrollHeight)")
        page.keyboard.press("Escape")
        settled(page)
        expect(page.locator("#card")).to_be_hidden()
        expect(page.locator(".view")).to_be_in_viewport()
        assert focused(page).startswith("view")
    # But not from a field, which has uses of its own for the key.
    press(page, "ArrowDown")
    page.locator("#f-q").press("Escape")
    expect(page.locator("#card .card-title")).to_be_visible()


def focused(page: "Page") -> str:
    """Name the classes of what has the focus."""
    return str(page.evaluate("document.activeElement.className"))


def test_the_focus_is_never_lost(visitor: Visitor, tricky: Served) -> None:
    """Where the happening or the count that has it leaves the window, and in a card that turns to another happening."""
    page = visitor.open(f"{tricky.page}?size=1&view=1950-01-01/1951-01-01")
    page.locator(".chip button").first.focus()
    page.keyboard.press("0")
    settled(page)
    assert focused(page).startswith("view")
    page.goto(f"{tricky.page}?size=1&view=2003-01-01/2004-01-01")
    settled(page)
    page.locator(".item a[data-id=one-day]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        settled(page)
    assert page.locator(".item a[data-id=one-day]").count() == 0
    assert focused(page).startswith("view")
    page.goto(f"{tricky.page}?size=1&focus=one-day")
    after = page.locator("#card .before-after [rel=next]")
    after.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".item.focused a")).not_to_have_attribute("data-id", "one-day")
    settled(page)
    assert page.evaluate("document.activeElement.closest('#card') !== null")
