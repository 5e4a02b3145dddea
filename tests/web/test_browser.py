"""The pages in a real browser: what a reader sees, types and clicks, on a desk and on a phone, with a strict policy and no script.

Skipped where Chromium is not installed. Set TIMELINE_SCREENSHOTS to a folder to keep pictures for looking at.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PROJECT, Window, serving

from timeline import Timeline, bundles

sync_api = pytest.importorskip("playwright.sync_api")
Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect

PATHS = {
    "timeline": "/-/timeline",
    "happening": "/-/timeline/shahkar-meeting",
    "corrected": "/-/timeline/casablanca-attacks",
    "source": "/-/timeline/sources/tna-2025-11-27",
    "event": "/-/timeline/events/5",
    "rows": "/happenings.timeline",
}
WIDTHS = {"desk": 1280, "phone": 390, "narrow": 320}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the project's own timeline, with one correction, as `timeline serve` does."""
    folder = tmp_path_factory.mktemp("served")
    with Timeline(folder / "timeline.db", by="tester") as timeline:
        bundles.append(timeline, PROJECT / "events" / "interpol-general-assembly.yaml")
        timeline.correct("casablanca-attacks", summary="In the city of Casablanca.", reason="It had no summary.")
    with serving(folder, folder / "timeline.db") as served:
        yield f"{served.origin}/timeline"


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Window:
    """Open a window at desk width."""
    options = {"viewport": {"width": WIDTHS["desk"], "height": 900}}
    return Window(chromium.new_page(**options), options)


@pytest.fixture
def page(window: Window) -> Iterator[Page]:
    """Give its page; it tells what the console complains of."""
    complaints: list[str] = []
    window.listen(complaints.append, lambda url: None)
    yield window.page
    window.leave()
    assert complaints == []


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(page: Page, address: str, name: str, width: str) -> None:
    """From 320 pixels up nothing needs scrolling sideways, and nothing breaks the page's own policy."""
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    response = page.goto(address + PATHS[name])
    assert response is not None
    assert response.status == 200
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


LEADING_COMMAS = """
() => [...document.querySelectorAll("figcaption")].flatMap((caption) => [...caption.childNodes].flatMap((node) => {
  const previous = node.previousSibling;
  if (node.nodeType !== 3 || !node.data.startsWith(",") || previous?.nodeType !== 1) return [];
  const range = document.createRange();
  range.setStart(node, 0);
  range.setEnd(node, 1);
  const before = [...previous.getClientRects()].at(-1), comma = range.getBoundingClientRect();
  return comma.top > before.bottom - 4 ? [caption.textContent] : [];
}))
"""


def test_no_line_of_a_citation_begins_with_a_comma(page: Page, address: str) -> None:
    """Whatever the width: the comma stays with the title or the publisher before it."""
    page.goto(address + "/-/timeline")
    assert page.locator("figcaption").count() > 3
    for width in range(320, 1000, 10):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(LEADING_COMMAS) == []


def test_a_reader_searches_and_filters_and_the_address_says_it(page: Page, address: str) -> None:
    """What was typed and chosen stands in the URL, so that another person sees the same."""
    page.goto(address + "/-/timeline")
    page.get_by_label("Search titles").fill("peacekeeping")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Moroccan police units deployed").first).to_be_visible()
    assert "q=peacekeeping" in page.url
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    expect(page.get_by_label("Search titles")).to_have_value("peacekeeping")
    expect(page.get_by_text("Attacks in Casablanca")).to_have_count(0)


def test_a_quotation_leads_to_its_place_in_the_source_and_back(page: Page, address: str) -> None:
    """From a happening to the marked words in the document, and from there to what rests on them."""
    page.goto(address + "/-/timeline/shahkar-meeting")
    page.get_by_role("link", name="Global Officials Spotlight").first.click()
    passage = page.locator("mark:target, :target mark").first
    expect(passage).to_be_in_viewport()
    expect(passage).to_contain_text("Abdellatif Hammouchi, Director General")
    page.get_by_role("link", name="Hammouchi and Shahkar meet").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hammouchi and Shahkar meet")


def test_a_quotation_among_others_is_seen_whole(page: Page, address: str) -> None:
    """Where passages overlap, all of the one that a link leads to stands out, in each of its pieces, and nothing else."""
    page.goto(address + "/-/timeline/hammouchi-on-the-choice-of-morocco")
    page.locator(".more-quotations summary").click()
    page.locator("figcaption a[href*='passage=636-770']").first.click()
    pieces = page.locator("mark.asked")
    expect(pieces.first).to_be_visible()
    # The numbers of the notes that stand within it are no part of the text.
    read = "marks => marks.map((mark) => [...mark.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join('')).join('')"
    assert pieces.evaluate_all(read) == (
        "recalling that Marrakech is not hosting this event for the first time: in 2007, the Red City hosted the 76th"
        " Interpol General Assembly"
    )
    assert pieces.count() > 1
    for piece in pieces.all():
        expect(piece).to_be_in_viewport()
        assert piece.evaluate("e => getComputedStyle(e).borderBlockStartWidth") == "3px"
    others = page.locator("mark:not(.asked)").first
    assert others.evaluate("e => getComputedStyle(e).borderBlockStartWidth") == "0px"


def test_a_bare_anchor_still_leads_to_its_place(page: Page, address: str) -> None:
    """Links from Datasette's own tables have no passage: the place is in sight, and shown, whichever of many it is."""
    outlined = "getComputedStyle(document.querySelector(':target')).outlineStyle"
    pointed = "getComputedStyle(document.querySelector(':target'), '::before').content"
    for name, shown in (
        ("ga-76-2", outlined),
        ("ga-93-3", pointed),
        ("shahkar-meeting-5", pointed),
        ("arab-headquarters-3", outlined),
    ):
        page.goto("about:blank")
        page.goto(f"{address}/-/timeline/sources/interpol-marrakech-2025#c-{name}")
        expect(page.locator(":target")).to_be_in_viewport()
        assert page.evaluate(shown) in ("solid", '"▸"'), name


@pytest.mark.parametrize(("width", "highest"), [("desk", 500), ("phone", 600)])
def test_many_notes_do_not_part_the_paragraphs(page: Page, address: str, width: str, highest: int) -> None:
    """A line that thirty happenings cite takes less than a screen, and the others unfold without a script."""
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    page.goto(address + "/-/timeline/sources/interpol-marrakech-2025")
    first = page.locator(".paragraph").first
    box = first.bounding_box()
    assert box is not None
    assert box["height"] < highest
    folded = first.locator("details p").last
    expect(folded).to_be_hidden()
    first.locator("summary").first.click()
    expect(folded).to_be_visible()


def test_a_keyboard_reaches_the_content_at_once(page: Page, address: str) -> None:
    """The first Tab offers to skip to the content; whatever has the focus shows it."""
    page.goto(address + "/-/timeline")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.textContent").lower()
    page.keyboard.press("Enter")
    for _ in range(5):
        page.keyboard.press("Tab")
        style = "(e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow)(document.activeElement)"
        assert page.evaluate(style) != "nonenone"


def test_a_correction_shows_what_changed_and_why(page: Page, address: str) -> None:
    """The history gives the reason, and the page is marked as corrected."""
    page.goto(address + "/-/timeline/casablanca-attacks")
    expect(page.get_by_text("It had no summary.")).to_be_visible()
    expect(page.get_by_text("Corrected").first).to_be_visible()


def test_dark_is_dark(chromium: Browser, address: str) -> None:
    """The page follows the reader's choice of light and dark."""
    light, dark = (lightness(chromium, address, scheme) for scheme in ("light", "dark"))
    assert light > 200
    assert dark < 60


def lightness(chromium: Browser, address: str, scheme: str) -> float:
    """Measure how light the page's background is, from 0 to 255."""
    page = chromium.new_page(color_scheme=scheme)
    page.goto(address + "/-/timeline")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()
    channels = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    return sum(channels) / 3
