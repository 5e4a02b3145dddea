"""The drawn timeline in a real browser: a happening is opened in it, and the address holds what is seen.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest
from browser import Served, Visitor, drawn, settled, standing
from drawn_page import asked, box_of, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

# Opening


def test_a_card_that_the_address_names_is_in_view(visitor: Visitor, demo: Served) -> None:
    """Beside the drawing; nothing is moved, nor within another page."""
    page = visitor.open(demo.page + "?focus=ga-93")
    expect(page.locator("#card .card-title")).to_be_in_viewport()
    expect(page.locator("#card q").first).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0
    page.goto(demo.page + "?focus=ga-93&embed=1")
    expect(page.locator("#card")).to_be_visible()
    assert page.evaluate("scrollY") == 0


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
    press(page, "-", "ArrowRight", "ArrowUp")
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

    def shown(page: "Page") -> dict[str, Any]:
        """Give what is drawn; in which rows depends on where one has come from, since rows hold still."""
        outcome = drawn(page)
        return {**outcome, "ids": sorted(outcome["ids"])}

    page = visitor.open(demo.page)
    seen = [(page.url, shown(page))]
    page.locator("[data-do=closer]").click()
    settled(page)
    seen.append((page.url, shown(page)))
    page.locator("[data-do=later]").click()
    settled(page)
    seen.append((page.url, shown(page)))
    page.get_by_label("Search titles").fill("police")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=police**")
    settled(page)
    seen.append((page.url, shown(page)))
    assert len({url for url, _ in seen}) == 4
    for url, found in reversed(seen[:-1]):
        page.go_back()
        settled(page)
        assert (page.url, shown(page)) == (url, found)
    expect(page.get_by_label("Search titles")).to_have_value("")
    for url, found in seen[1:]:
        page.go_forward()
        settled(page)
        assert (page.url, shown(page)) == (url, found)
    expect(page.get_by_label("Search titles")).to_have_value("police")


def test_dragging_is_no_step_for_each_pixel(visitor: Visitor, demo: Served) -> None:
    """A drag is one step at most."""
    page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&scale=true&size=1", fresh=True)
    before = page.evaluate("history.length")
    box = box_of(page, ".view")
    page.mouse.move(box["x"] + 300, box["y"] + box["height"] - 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + box["height"] - 30, steps=20)
    page.mouse.up()
    settled(page)
    assert page.evaluate("history.length") - before <= 1


def test_a_neighbour_begins_at_its_top_and_nothing_slides(visitor: Visitor, demo: Served) -> None:
    """However far down the panel was read; and closing leaves the page where it is."""
    page = visitor.open(demo.page + "?focus=shahkar-meeting")
    page.set_viewport_size({"width": 1280, "height": 700})
    card = page.locator("#card")
    card.locator(".before-after a").last.wait_for()
    page.evaluate("document.querySelector('#card').scrollTo(0, 9999)")
    before = page.evaluate("scrollY")
    title = card.locator(".card-title").inner_text()
    card.locator(".before-after a").last.click()
    expect(card.locator(".card-title")).not_to_have_text(title)
    assert page.evaluate("document.querySelector('#card').scrollTop") == 0
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert page.evaluate("scrollY") == before
