"""The drawn timeline in a real browser: search, places, people and kinds.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
import sqlite3
from pathlib import Path

import pytest
from browser import Served, Visitor, drawn, settled, standing, window_of
from drawn_page import WINDOWS, asked, near

from timeline import dates
from timeline.dates.calendar import day_number

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


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
    page.locator("#chosen .chips a").filter(has_text="Kind").click()
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
    expect(page.locator("#read-story")).to_have_attribute("href", re.compile(f"as_of={end - 1}"))
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


def test_the_head_the_range_and_the_kinds_follow_what_was_known_when(visitor: Visitor, demo: Served) -> None:
    """Each counts and names what is in the drawing, and again when the slider goes back."""
    page = visitor.open(f"{demo.page}?size=1")
    about, said = page.locator("#about"), page.locator("#drawn-said")
    kinds = page.locator(".kinds li:visible")
    before = about.inner_text(), said.inner_text(), kinds.all_inner_texts()
    assert "2003–2025" in before[0]
    for position, count in ((8, "5 happenings"), (5, "2 happenings")):
        page.locator("#moment").fill(str(position))
        expect(about.locator("li").first).to_have_text(count)
        settled(page)
        first, last = (day[:4] for day in standing_days(demo.file, position))
        assert re.search(rf"\b{first if first == last else f'{first}–{last}'}\b", about.inner_text())
        when, _, many = said.inner_text().partition(":")
        assert (many.strip(), re.findall(r"\d{4}", when)) == (count, [first, last]), when
    used, shown = page.evaluate(
        """() => [[...document.querySelectorAll(".lanes .item")], [...document.querySelectorAll(".kinds li:not([hidden])")]]
          .map((all) => [...new Set(all.map((e) => e.dataset.kind))].sort())"""
    )
    assert shown == used
    page.locator("#moment").fill(page.locator("#moment").get_attribute("max") or "")
    expect(about).to_contain_text("32 happenings")
    settled(page)
    assert (about.inner_text(), said.inner_text(), kinds.all_inner_texts()) == before


def standing_days(file: Path, position: int) -> tuple[str, str]:
    """Find by hand the first and the last day of the happenings that were recorded up to a position."""
    with sqlite3.connect(file) as connection:
        return tuple(connection.execute(
            "select min(coalesce(earliest, latest)), max(coalesce(latest, earliest)) from happening_versions where position <= ?",
            (position,),
        ).fetchone())  # fmt: skip


@pytest.mark.parametrize("view", ["1970-01-01/1975-01-01", "1960-03-01/1960-04-01"])
def test_nothing_is_never_said_of_a_window_into_which_something_may_fall(visitor: Visitor, tricky: Served, view: str) -> None:
    """There is one sentence on the line below, and the note within the drawing says the same."""
    page = visitor.open(f"{tricky.page}?size=1&kind=open&view={view}")
    said, empty = page.locator("#drawn-said"), page.locator(".drawn-empty")
    may = page.evaluate("JSON.parse(document.getElementById('drawing-data').textContent).view.may")
    if drawn(page)["ids"] or not may:
        pytest.fail("the window is to be empty, and something may fall into it")
    assert "more" not in said.inner_text()
    assert f"0 happenings; {may} may fall here" in said.inner_text()
    expect(empty).to_contain_text(f"{may} happening{'s' if may > 1 else ''} may fall here")
    expect(empty).not_to_contain_text("Nothing")


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


def test_a_period_is_said_and_marked_exactly(visitor: Visitor, demo: Served) -> None:
    """Not with the room around it: in the line below the drawing, by shades beside it, and in the list of it."""
    page = visitor.open(f"{demo.page}?size=1&from=2025-11-24&to=2025-11-25")
    said = page.locator("#drawn-said").text_content() or ""
    assert said.startswith(("November 24, 2025 – November 25, 2025", "24 November 2025 – 25 November 2025")), said
    start, end = window_of(page)
    view = page.locator(".view").bounding_box()
    shades = [page.locator(f".beside.{side}").bounding_box() for side in ("before", "after")]
    assert view is not None
    day = day_number(2025, 11, 24)
    for shade, share in zip(shades, ((day - start) / (end - start), (end - day - 2) / (end - start)), strict=True):
        assert shade is not None
        assert abs(shade["width"] / view["width"] - share) < 0.005
    page.locator("[data-do=only]").click()
    settled(page)
    assert (asked(page)["from"], asked(page)["to"]) == ("2025-11-24", "2025-11-25")
    expect(page.locator("[data-sign='.beside']")).to_be_visible()
    page.goto(f"{demo.page}?size=1")
    settled(page)
    assert page.locator(".beside").count() == 0
    page.locator("[data-do=only]").click()
    settled(page)
    assert asked(page)["from"] == "2003-01-01"


def test_what_was_known_when_stands_above_the_drawing_and_moves_nothing(visitor: Visitor, demo: Served) -> None:
    """The slider and the drawing hold still on the screen while the notice comes and goes."""
    page = visitor.open(f"{demo.page}?size=1")
    slider = page.locator("#moment")
    slider.scroll_into_view_if_needed()
    places = []
    for moment in (None, 12, 5, None):
        if moment or places:
            slider.evaluate("(e, at) => { e.value = at ?? e.max; e.dispatchEvent(new Event('input')); }", moment)
            # An answer that comes while the hand is on the slider does not move it back.
            expect(page.locator("#known .as-of")).to_have_count(1 if moment else 0)
            if moment:
                expect(page.locator("#known")).to_have_attribute("data-position", str(moment))
            expect(page.locator("#moment-said")).to_contain_text(f"position {moment}" if moment else "now")
            settled(page)
        places.append((slider.bounding_box(), page.locator(".view").bounding_box()))
        if moment:
            notice = page.locator("#known .as-of").bounding_box()
            assert notice is not None
            assert notice["y"] + notice["height"] <= places[-1][1]["y"]
    for one in (0, 1):
        at = [place[one]["y"] for place in places if place[one]]
        assert max(at) - min(at) < 1, places
