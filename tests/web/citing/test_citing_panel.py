"""The panel in which a citation is offered: by mouse, keyboard and finger, copied, beside the words, and at every width."""

import os
import shutil
from pathlib import Path

import pytest
from browser import PHONE, Served
from citing_page import PLAIN, SELECT, TEXTS, offer, panel, select, select_words, visit

sync_api = pytest.importorskip("playwright.sync_api")
Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect


def test_the_offer_can_be_pasted_and_shared(served: Served, page: Page) -> None:
    """It reads as in the manual, says where the words stand, and its permalink leads to them."""
    visit(page, served, "plain")
    outcome = select_words(page, "plain", "sat for four days")
    assert outcome.python == 'timeline.source("plain").quote("sat for four days")'
    assert outcome.yaml == '- {source: plain, quote: "sat for four days"}'
    expect(panel(page).get_by_role("heading")).to_have_text("Cite characters 54–71")
    panel(page).get_by_role("link", name="Permalink").click()
    page.wait_for_url("**/plain?passage=54-71#passage")
    assert "".join(page.locator("mark.asked").all_text_contents()) == "sat for four days"


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("name", ["Python", "YAML"])
def test_a_copy_button_copies_the_very_text(served: Served, page: Page, name: str, secure: bool) -> None:
    """Also where the page is served without HTTPS, and browsers offer no clipboard; a screen reader hears of it."""
    visit(page, served, "quotes")
    outcome = select(page, 0, len(TEXTS["quotes"]))
    assert outcome is not None
    if not secure:
        page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject())")
    panel(page).get_by_role("button", name=f"Copy {name}").click()
    expect(panel(page).get_by_role("button", name="Copied")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == (outcome.python if name == "Python" else outcome.yaml)
    page.clock.run_for(400)
    assert offer(page) == outcome
    assert select(page, 0, 7) is not None
    expect(panel(page).get_by_role("button", name="Copied")).to_have_count(0)


def test_the_offer_is_reached_right_after_selecting(served: Served, page: Page) -> None:
    """It is announced, the next Tab leads to it, then through it; Escape dismisses it until something else is selected."""
    visit(page, served, "plain")
    outcome = select_words(page, "plain", "four days")
    expect(page.get_by_role("status").filter(has_text="Cite")).to_have_text(
        "Cite characters 62–71. 1 happening cites these words. Tab leads there, Escape dismisses it."
    )
    page.keyboard.press("Tab")
    expect(panel(page)).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for name in ("Permalink", "Copy Python", "Copy YAML", "1 happening cites these words", "The council leaves", "Dismiss"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.clock.run_for(400)
    assert offer(page) == outcome
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.paragraph').contains(getSelection().focusNode)")
    page.mouse.click(1275, 300, button="right")
    page.clock.run_for(400)
    expect(panel(page)).to_be_hidden()
    assert select_words(page, "plain", "four day") is not None
    panel(page).get_by_role("button", name="Dismiss").click()
    page.clock.run_for(400)
    expect(panel(page)).to_be_hidden()


def test_what_rests_on_the_words_is_shown(served: Served, page: Page) -> None:
    """Every happening whose citation overlaps them, linked, and whether it supports or disputes; not one beside them."""
    visit(page, served, "plain")
    uses = panel(page).get_by_role("listitem")
    select_words(page, "plain", "November 2025.\n\nIt sat")
    assert uses.all_inner_texts() == [
        "Supports The council meets, 24 November 2025",
        "Supports The council leaves, 24 November 2025",
        "≠ Disputes The council leaves, 24 November 2025: the day",
    ]
    assert uses.get_by_role("link").last.get_attribute("href") == "/timeline/-/timeline/leaves"
    expect(panel(page)).to_contain_text("2 happenings cite these words")
    select_words(page, "plain", "three hundred and fifty")
    assert uses.all_inner_texts() == ["Supports A mistake (retracted), 2025"]
    select_words(page, "plain", ". Some say three hundred came")
    expect(uses).to_have_count(0)
    expect(panel(page)).to_contain_text("No happening cites these words")
    select_words(page, "plain", "for one day")
    expect(uses).to_have_count(0)
    panel(page).get_by_text("6 happenings cite these words").click()
    expect(uses).to_have_count(6)


def test_a_mouse_selects_and_the_words_stay_selected(served: Served, page: Page) -> None:
    """The offer comes when the button is let go, not before; copying keeps the words in sight; a click in the text ends it."""
    visit(page, served, "plain")
    words = page.locator("p[data-start='51']")
    words.scroll_into_view_if_needed()
    box = words.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 1, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 14, steps=5)
    page.clock.run_for(2000)
    expect(panel(page)).to_be_hidden()
    page.mouse.up()
    page.clock.run_for(400)
    outcome = offer(page)
    assert outcome is not None
    assert PLAIN[51:].startswith(outcome.words()["quote"])
    panel(page).get_by_role("button", name="Copy YAML").click()
    page.clock.run_for(400)
    assert offer(page) == outcome
    assert page.evaluate("[...CSS.highlights.get('cited')].join('').replace(/\\d/g, '')") == outcome.words()["quote"]
    moved = words.bounding_box()  # the page may have made room for the panel
    assert moved is not None
    page.mouse.click(moved["x"] + 300, moved["y"] + 14)
    page.clock.run_for(400)
    expect(panel(page)).to_be_hidden()


def test_words_under_the_panel_can_be_selected(served: Served, page: Page) -> None:
    """While a selection is drawn, the panel of an earlier one does not stand in the way."""
    page.set_viewport_size({"width": 1280, "height": 400})
    visit(page, served, "plain")
    select_words(page, "plain", "The council met in")
    expect(panel(page)).to_be_visible()
    words = page.locator("p[data-start='0']")
    box, over = words.bounding_box(), panel(page).bounding_box()
    assert box is not None
    assert over is not None
    page.mouse.move(box["x"] + 60, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, over["y"] + 60, steps=5)
    assert page.evaluate("document.querySelector('.cite').contains(getSelection().focusNode)") is False
    page.mouse.up()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (320, 640), (844, 390)])
@pytest.mark.parametrize("source", ["plain", "crlf", "arabic"])
def test_the_offer_never_covers_the_words(served: Served, page: Page, source: str, width: int, height: int) -> None:
    """Nor is it wider than the window, nor taller than half of it, wherever the words stand on the page."""
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})
    visit(page, served, source)
    text = TEXTS[source]
    for at in (0, len(text) // 2, len(text) - 25):
        for scroll in ("start", "center", "end"):
            page.evaluate(SELECT, [at, at + 20])
            page.evaluate("block => getSelection().focusNode.parentElement.scrollIntoView({ block, behavior: 'instant' })", scroll)
            page.evaluate("getSelection().removeAllRanges()")
            page.clock.run_for(400)
            assert select(page, at, at + 20) is not None
            words = page.evaluate("(r => [r.top, r.bottom])(getSelection().getRangeAt(0).getBoundingClientRect())")
            top, tall, wide = page.evaluate(
                "(p => [p.getBoundingClientRect().top, p.offsetHeight, document.documentElement.scrollWidth])"
                "(document.querySelector('.cite'))"
            )
            assert words[0] >= 0
            assert words[1] <= top
            assert tall <= height / 2
            assert wide <= width


@pytest.mark.parametrize("scheme", ["light", "dark", "forced", "rtl"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_offer_can_be_looked_at(served: Served, page: Page, scheme: str, width: int, height: int) -> None:
    """In light and dark, in colours of the reader's own, and from right to left, it stays within the window; and off paper."""
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", forced_colors="active" if scheme == "forced" else "none"
    )
    page.set_viewport_size({"width": width, "height": height})
    visit(page, served, "arabic" if scheme == "rtl" else "plain")
    if scheme == "rtl":
        page.evaluate("document.documentElement.dir = 'rtl'")
    assert select(page, 20, 80) is not None
    box = panel(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    expect(panel(page)).to_be_hidden()
    page.emulate_media(media="screen")
    if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
        page.wait_for_timeout(700)
        page.screenshot(path=Path(folder) / f"citing-{scheme}-{width}.png")


@pytest.mark.parametrize(
    ("source", "start", "end"), [("plain", 20, 80), ("arabic", 20, 80), ("plain", 150, 155), ("control", 0, 25)]
)
def test_axe_finds_nothing(served: Served, page: Page, source: str, start: int, end: int) -> None:
    """In the offer, with what rests on the words and without; in a refusal; and in the form."""
    pytest.importorskip("axe_playwright_python.sync_playwright")
    from test_accessibility import in_every_look

    visit(page, served, source)
    select(page, start, end)
    expect(panel(page)).to_be_visible()
    assert in_every_look(page) == []


def test_nothing_is_asked_of_the_server(served: Served, page: Page) -> None:
    """All that an offer needs is in the page."""
    visit(page, served, "plain")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    select_words(page, "plain", "It sat for")
    page.get_by_label("Quote words from this text").fill("three")
    page.keyboard.press("Enter")
    panel(page).get_by_role("button", name="Copy Python").click()
    expect(panel(page).get_by_role("button", name="Copied")).to_be_visible()
    assert asked == []


def test_without_javascript_nothing_is_offered(chromium: Browser, served: Served) -> None:
    """The page is as it was: no form that would do nothing."""
    plain = chromium.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{served.page}/sources/plain")
    expect(page.get_by_text("It sat for four days")).to_be_visible()
    assert "Quote words" not in page.locator("main").inner_text()
    assert page.locator("input:visible, main button:visible").count() == 0
    plain.close()


def test_a_caret_selects_by_keyboard(chromium: Browser, served: Served) -> None:
    """With caret browsing, Shift and the arrows select; the offer comes when they rest, and Tab leads to it."""
    if (whole := shutil.which("chromium")) is None:
        pytest.skip("Chromium's shell has no caret; each night the whole of Chromium is tried")
    browser = chromium.browser_type.launch(executable_path=whole, args=["--no-sandbox", "--enable-caret-browsing"])
    page = browser.new_page()
    page.goto(f"{served.page}/sources/plain")
    page.locator("p[data-start='51']").click(position={"x": 2, "y": 14})
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")
    expect(panel(page).get_by_role("heading")).to_have_text("Cite characters 51–60")
    outcome = offer(page)
    assert outcome is not None
    assert outcome.words()["quote"] == "It sat fo"
    page.keyboard.press("Shift+ArrowRight")
    expect(panel(page).get_by_role("heading")).to_have_text("Cite characters 51–61")
    page.keyboard.press("Tab")
    expect(panel(page)).to_be_focused()
    browser.close()


def test_a_finger_copies(chromium: Browser, served: Served) -> None:
    """On a phone, what was selected stays on offer while its buttons are tapped; a tap on the text ends it."""
    phone = chromium.new_context(viewport={"width": PHONE, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce")
    page = phone.new_page()
    page.clock.install()
    visit(page, served, "plain")
    outcome = select_words(page, "plain", "council met")
    panel(page).get_by_role("button", name="Copy Python").tap()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    page.clock.run_for(400)
    assert offer(page) == outcome
    page.locator("p[data-start='0']").tap(position={"x": 20, "y": 14})
    page.clock.run_for(400)
    expect(panel(page)).to_be_hidden()
    phone.close()
