"""News in a real browser: the page says how much is new, moves nothing, and takes it in when asked to.

Skipped where Chromium is not installed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browser as in_browser
import pytest
from browser import Served, Visitor, drawn, settled
from drawn_page import press

from timeline import Timeline

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

WORDS = "It opened in spring. It closed in autumn. Nobody came."
FIRST = 40


def record(served: Served, *ids: str, date: str = "1969-05-03") -> None:
    """Record happenings while the timeline is served, as another program does."""
    with Timeline(served.file, by="Another") as timeline, timeline.transaction():
        cited = [timeline.source("paper").quote("opened in spring")]
        for id in ids:
            timeline.record(id, title=f"Hall {id} opens", date=date, kind="opening", citations=cited)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve a timeline that grows."""
    path = tmp_path / "halls.db"
    with Timeline(path, by="tester") as timeline, timeline.transaction():
        paper = timeline.archive(text=WORDS, id="paper", title="A paper")
        for number in range(FIRST):
            timeline.record(f"h{number:02}", title=f"Hall {number} opens", date=f"19{30 + number}", kind="hall",
                            citations=[paper.quote("opened in spring")])  # fmt: skip
    with in_browser.serving(tmp_path, path) as served:
        yield served


def news(page: Any) -> Any:  # noqa: ANN401 - Playwright's own
    """Give the button that says what is new."""
    return page.locator("button.news")


def test_it_says_what_is_new_and_takes_it_in_when_asked(visitor: Visitor, served: Served) -> None:
    """Nothing moves before; screen readers hear it once; then list, drawing and counts have it, and mark it."""
    page = visitor.open(served.page)
    expect(news(page)).to_be_hidden()
    page.evaluate("""() => { window.heard = []; new MutationObserver(() => heard.push(said.textContent)).observe(
        document.getElementById("said"), { childList: true, characterData: true, subtree: true }); }""")
    before = page.evaluate("[document.documentElement.scrollHeight, document.querySelector('.lanes').innerHTML]")
    record(served, "new1", "new2")
    expect(news(page)).to_have_text("2 new happenings")
    record(served, "new3")
    with Timeline(served.file, by="Another") as timeline:
        timeline.correct("h05", place="Rabat", reason="The paper says so")
        timeline.correct("new3", place="Rabat", reason="The paper says so")
    expect(news(page)).to_have_text("3 new happenings, 1 changed")
    assert page.evaluate("[document.documentElement.scrollHeight, document.querySelector('.lanes').innerHTML]") == before
    assert page.evaluate("heard") == ["2 new happenings"]
    assert drawn(page)["count"] == FIRST
    news(page).click()
    settled(page)
    expect(news(page)).to_be_hidden()
    expect(page.locator("#h-new3")).to_have_count(1)
    assert drawn(page)["count"] == FIRST + 3
    expect(page.locator("#about")).to_contain_text(f"{FIRST + 3} happenings")
    assert page.evaluate("document.activeElement.id") == "found"
    assert page.evaluate("heard").pop().startswith(f"{FIRST + 3} happenings")
    # Each of them is marked, in the drawing and in the list, and nothing else is; also where it was drawn before.
    marked = {one.get_attribute("data-id") for one in page.locator(".item.is-new a", has_text="✦").all()}
    assert marked == {"new1", "new2", "new3", "h05"}
    assert {one.get_attribute("data-id") for one in page.locator("#found .happening", has_text="✦ new").all()} == marked
    expect(page.locator(".item a[data-id=new1]")).to_have_attribute("aria-label", re.compile(r"\(.*new\)$"))
    expect(page.locator(".signs-list")).to_contain_text("new or changed since you opened the page")
    page.locator("#f-q").fill("Hall")
    page.wait_for_url("**q=Hall**")
    settled(page)
    expect(page.locator("#h-new1 .mark", has_text="✦ new")).to_have_count(1)
    press(page, "+", "-")
    expect(page.locator(".item.is-new a[data-id=new1]")).to_have_count(1)
    record(served, "new4")
    expect(news(page)).to_have_text("1 new happening")


def test_the_window_the_filter_the_place_and_the_panel_stay(visitor: Visitor, served: Served) -> None:
    """Also deep in the list, where happenings joined above."""
    page = visitor.open(f"{served.page}?kind=hall&view=1950-01-01/1960-01-01&focus=h25")
    expect(page.locator("#card")).to_contain_text("Hall 25 opens")
    page.locator("#h-h30").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    where = "document.getElementById('h-h30').getBoundingClientRect().top"
    top = page.evaluate(where)
    record(served, "early", date="1931")
    with Timeline(served.file, by="Another") as timeline:
        timeline.record(
            "other", title="Hall other", date="1932", kind="hall", citations=[timeline.source("paper").quote("Nobody came")]
        )
    expect(news(page)).to_have_text("2 new happenings")
    assert page.evaluate(where) == top
    news(page).click()
    expect(page.locator("#h-other")).to_have_count(1)
    settled(page)
    expect(page.locator("#h-early")).to_have_count(0)
    assert abs(page.evaluate(where) - top) < 2
    assert re.search(r"kind=hall.*view=1950", page.url)
    expect(page.locator("#card")).to_contain_text("Hall 25 opens")
    expect(page.locator("#find [name=kind]")).to_have_value("hall")


def test_a_state_of_the_past_has_no_news(visitor: Visitor, served: Served) -> None:
    """They wait until the reader is back in the present; and whatever is looked up brings them."""
    page = visitor.open(served.page)
    page.locator("#moment").fill("5")
    page.wait_for_url("**as_of=5**")
    settled(page)
    record(served, "new1")
    page.wait_for_timeout(1_000)
    expect(news(page)).to_be_hidden()
    page.go_back()
    settled(page)
    expect(page.locator("#h-new1")).to_have_count(1)
    expect(news(page)).to_be_hidden()


def test_a_page_has_one_connection_and_a_hidden_one_none(visitor: Visitor, served: Served) -> None:
    """It comes back where it was, and misses nothing."""
    page = visitor.open(served.page)
    opened: list[str] = []
    closed: list[str] = []
    page.on("request", lambda request: opened.append(request.url) if "/live?" in request.url else None)
    page.on("requestfailed", lambda request: closed.append(request.url) if "/live?" in request.url else None)
    page.reload()
    settled(page)
    record(served, "new1")
    expect(news(page)).to_have_text("1 new happening")
    assert len(opened) == 1
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    page.evaluate(f"{hide} document.dispatchEvent(new Event('visibilitychange')); }}", True)
    record(served, "new2")
    page.wait_for_timeout(800)
    expect(news(page)).to_have_text("1 new happening")
    assert (len(opened), len(closed)) == (1, 2)
    page.evaluate(f"{hide} document.dispatchEvent(new Event('visibilitychange')); }}", False)
    expect(news(page)).to_have_text("2 new happenings")
    assert len(opened) == 2
    assert opened[1].endswith(f"after={FIRST + 2}")


@pytest.mark.parametrize("query", ["?as_of=3", "?embed=1", "?print=1"])
def test_only_a_page_of_the_present_listens(visitor: Visitor, served: Served, query: str) -> None:
    """A state of the past, a frame and a printed page do not."""
    asked: list[str] = []
    page = visitor.open(served.page, settle=False)
    page.goto("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.page + query)
    page.wait_for_load_state("load")
    page.wait_for_timeout(300)
    assert [one for one in asked if "/live?" in one] == []


def test_it_is_reached_by_keyboard_and_fits_a_phone(visitor: Visitor, served: Served) -> None:
    """At 390 pixels the button is within the page; Enter takes the news in."""
    page = visitor.open(served.page, viewport={"width": in_browser.PHONE, "height": 800})
    record(served, "new1", "new2")
    expect(news(page)).to_be_visible()
    box = news(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= in_browser.PHONE
    assert box["y"] + box["height"] <= 800
    news(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#h-new2")).to_have_count(1)
