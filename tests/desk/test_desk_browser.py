"""The desk in a real browser, with JavaScript: select words, see at once how all is read, lose nothing, record.

It is served by `timeline desk` itself. Skipped where Chromium is not installed.
"""

from pathlib import Path
from typing import Any

import pytest
from chromium_desk import MARKS, address_of

from timeline import Timeline

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
Page, expect = sync_api.Page, sync_api.expect

pytestmark = MARKS

# Selects words of the document as a mouse does, and tells the page that the button is up.
SELECT = """(words) => {
  const walker = document.createTreeWalker(document.querySelector(".desk-text"), NodeFilter.SHOW_TEXT), range = new Range();
  const nodes = [];
  let all = "";
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest("p[data-start]")) continue;
    nodes.push([all.length, walker.currentNode]);
    all += walker.currentNode.data;
  }
  const from = all.indexOf(words), to = from + words.length;
  for (const [at, node] of nodes) {
    if (at <= from && from <= at + node.length) range.setStart(node, from - at);
    if (at < to && to <= at + node.length) range.setEnd(node, to - at);
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def select(page: Any, words: str) -> None:  # noqa: ANN401
    """Select words of the document, once the page hears of it."""
    expect(page.locator("#form.helped")).to_be_visible()
    page.evaluate(SELECT, words)


def happenings(served: tuple[str, Path]) -> list[str]:
    """Return the ids of the happenings."""
    with Timeline(served[1], read_only=True) as timeline:
        return [one.id for one in timeline.happenings()]


def test_a_happening_in_four_steps(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Select words, type the date, type the title, record."""
    page.goto(address_of(served, "documents/report"))
    select(page, "The council met in Marrakech on 24 November 2025")  # 1
    expect(page.locator(".verified")).to_have_text("✓ Found once, letter for letter, characters 0 to 48.")
    page.locator("[name=date]").fill("24 Nov 2025")  # 2
    expect(page.locator("p.reading")).to_contain_text("24 November 2025. Drawn as a dot.")
    page.locator("[name=title]").fill("The council meets")  # 3
    page.get_by_role("button", name="Record").click()  # 4
    expect(page.locator(".desk-done")).to_contain_text("Recorded: The council meets")
    assert "the-council-meets" in happenings(served)
    expect(page.locator("[name=quote_quote]")).to_have_value("")


def test_the_keyboard_alone_is_enough(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Paste words, tab to the fields, and record with Ctrl+Enter; Enter alone records nothing."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=quote_quote]").focus()
    page.keyboard.insert_text("Ann Lee spoke first")
    expect(page.locator(".verified")).to_contain_text("Found once")
    page.locator("[name=date]").focus()
    page.keyboard.insert_text("November 2025")
    page.keyboard.press("Enter")
    expect(page.locator("p.reading")).to_contain_text("November 2025")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("Ann Lee speaks")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-done")).to_contain_text("Recorded: Ann Lee speaks")


@pytest.mark.scripts
def test_words_that_are_there_twice_are_settled_by_a_click(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Typed words ask which are meant; selected words are clear at once."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=quote_quote]").fill("The council met")
    expect(page.locator(".places li")).to_have_count(2)
    page.locator(".places button").nth(1).click()
    expect(page.locator(".verified")).to_contain_text("Found at the chosen place")


@pytest.mark.scripts
def test_a_second_selection_is_offered_and_never_replaces_by_itself(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """A click adds it, or puts it in place of the first; another click removes one."""
    page.goto(address_of(served, "documents/report"))
    select(page, "It sat for four days")
    expect(page.locator(".verified")).to_have_count(1)
    select(page, "three hundred and fifty")
    expect(page.locator(".quote-offer")).to_be_visible()
    expect(page.locator("[name=quote_quote]")).to_have_value("It sat for four days")
    page.locator(".quote-offer [value=too]").click()
    expect(page.locator(".verified")).to_have_count(2)
    assert page.locator("[name=quote_quote]").nth(1).input_value() == "three hundred and fifty"
    page.get_by_role("button", name="Remove this quotation").first.click()
    expect(page.locator("[name=quote_quote]")).to_have_value("three hundred and fifty")
    expect(page.locator("legend", has_text="Quotation")).to_have_text("Quotation")


@pytest.mark.scripts
def test_arabic_is_quoted_to_the_letter(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Words that run from right to left are selected, verified and recorded."""
    page.goto(address_of(served, "documents/report"))
    select(page, "وقال المدير إن الأمن منفعة عامة")
    expect(page.locator(".verified")).to_contain_text("Found once, letter for letter")
    page.locator("[name=date]").fill("2025-11")
    page.locator("[name=title]").fill("يقول المدير إن الأمن منفعة عامة")
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".desk-done")).to_be_visible()
    with Timeline(served[1], read_only=True) as timeline:
        assert [[cited.grade for cited in one.citations] for one in timeline.happenings(q="الأمن")] == [["exact"]]


@pytest.mark.scripts
def test_what_is_typed_is_saved_by_itself_and_goes_on_in_another_tab(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """A draft is made without a click; its address and the list of drafts lead to it; recording ends it."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=title]").fill("Three hundred came")
    expect(page.locator("#saved")).to_contain_text("Draft saved at")
    assert "draft=" in page.url
    page.goto(address_of(served, "drafts"))
    page.get_by_role("link", name="Three hundred came").click()
    expect(page.locator("[name=title]")).to_have_value("Three hundred came")
    select(page, "Some say three hundred came")
    expect(page.locator(".verified")).to_be_visible()
    page.locator("[name=date]").fill("2025-11-24/2025-11-27")
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".desk-done")).to_be_visible()
    page.goto(address_of(served, "drafts"))
    expect(page.get_by_role("link", name="Three hundred came")).to_have_count(0)


@pytest.mark.scripts
def test_nothing_typed_is_lost_without_a_connection(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """The browser keeps it, says so, and has it again when the page is opened anew."""
    page.goto(address_of(served, "documents/letter"))
    page.context.set_offline(True)
    try:
        page.locator("[name=title]").fill("The mayor speaks")
        page.locator("[name=quote_quote]").fill("says the mayor")
        expect(page.locator("#saved")).to_contain_text("The server cannot be reached. What you typed is kept in this browser.")
    finally:
        page.context.set_offline(False)
    page.goto(address_of(served, "documents/letter"))
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value("The mayor speaks")
    expect(page.locator(".verified")).to_contain_text("Found once")
    expect(page.locator("#saved")).to_contain_text("Draft saved")


@pytest.mark.scripts
def test_what_was_recorded_does_not_come_back(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """A form that went along to another document, and was recorded there, is empty in the first."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=title]").fill("Both agree")
    page.locator("[name=date]").fill("2025-11-24")
    select(page, "The council met in Marrakech")
    expect(page.locator(".verified")).to_be_visible()
    page.get_by_role("button", name="Quote from another document").click()
    page.get_by_role("link", name="A letter").click()
    expect(page.locator("[name=title]")).to_have_value("Both agree")
    select(page, "They sat in Marrakech")
    page.locator(".quote-offer [value=too]").click()
    expect(page.locator(".verified")).to_have_count(2)
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".desk-done")).to_be_visible()
    for document in ("report", "letter"):
        page.goto(address_of(served, f"documents/{document}"))
        expect(page.locator("[name=title]")).to_have_value("")
        expect(page.locator("#kept")).to_be_hidden()


@pytest.mark.scripts
def test_closing_the_tab_leaves_one_draft(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """The words that the browser kept go on in the draft that it saved on leaving."""
    page.goto(address_of(served, "documents/letter"))
    page.locator("[name=title]").fill("Left in the middle")
    page.goto(address_of(served, "drafts"))
    page.goto(address_of(served, "documents/letter"))
    expect(page.locator("[name=title]")).to_have_value("Left in the middle")
    expect(page.locator("#saved")).to_contain_text("Draft saved at")
    page.goto(address_of(served, "drafts"))
    expect(page.get_by_role("link", name="Left in the middle")).to_have_count(1)
    page.get_by_role("button", name="Delete the draft “Left in the middle”").click()
    expect(page.get_by_role("link", name="Left in the middle")).to_have_count(0)


def test_recording_without_a_connection_stays_on_the_page(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """It says so, and the same button records once the server can be reached."""
    page.goto(address_of(served, "documents/letter"))
    page.locator("[name=quote_quote]").fill("says the mayor")
    page.locator("[name=title]").fill("The mayor says so")
    page.locator("[name=date]").fill("2025")
    expect(page.locator(".verified")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#saved")).to_contain_text("Nothing was recorded")
    page.context.set_offline(False)
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".desk-done")).to_contain_text("The mayor says so")


@pytest.mark.scripts
def test_another_view_of_the_document_has_what_is_typed(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Its original, what is not cited yet, and a further part."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=title]").fill("In the middle of it")
    page.get_by_role("link", name="Not cited yet").click()
    expect(page.locator(".desk-tabs a[aria-current]")).to_contain_text("Not cited yet")
    expect(page.locator("[name=title]")).to_have_value("In the middle of it")
    page.get_by_role("link", name="Original").click()
    expect(page.locator(".desk-tabs a[aria-current]")).to_have_text("Original")
    expect(page.locator("[name=title]")).to_have_value("In the middle of it")


@pytest.mark.scripts
def test_of_two_clicks_on_views_the_last_counts(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Also while what is typed is still being saved."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=title]").fill("In the middle of it")
    saves: list[Any] = []
    views: list[Any] = []
    page.route("**/desk/drafts", lambda route: saves.append(route))  # noqa: PLW0108 - it takes functions of Python alone
    page.route("**/documents/report?*show=original*", lambda route: views.append(route))  # noqa: PLW0108 - the same
    with page.expect_request("**/desk/drafts"):
        page.get_by_role("link", name="Not cited yet").click(no_wait_after=True)
    with page.expect_request("**/documents/report?*show=original*"):
        page.get_by_role("link", name="Original").click(no_wait_after=True)
    page.unroute("**/desk/drafts")
    with page.expect_request_finished():
        saves[0].continue_()
    views[0].continue_()
    expect(page.locator(".desk-tabs a[aria-current]")).to_have_text("Original")
    expect(page.locator("[name=title]")).to_have_value("In the middle of it")


@pytest.mark.scripts
def test_a_phone_says_that_words_were_quoted(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """The form is far below, and a button that stays in sight leads there."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address_of(served, "documents/report"))
    select(page, "It rose on 27 November")
    expect(page.locator(".to-form a")).to_have_text("Quoted ✓ · To the form")
    expect(page.locator(".to-form a")).to_be_in_viewport()


@pytest.mark.scripts
def test_names_are_chips_completed_from_what_is_there(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Enter takes a name, a click on it removes it, and the form sends one in a line."""
    page.goto(address_of(served, "documents/report"))
    entry = page.locator("#f-actors-entry")
    for name in ("Ann Lee: speaker", "The council"):
        entry.fill(name)
        entry.press("Enter")
    expect(page.locator(".chosen-lines li")).to_have_count(2)
    assert page.locator("[name=actors]").input_value() == "Ann Lee: speaker\nThe council"
    page.get_by_role("button", name="Remove Ann Lee: speaker").click()
    assert page.locator("[name=actors]").input_value() == "The council"


@pytest.mark.scripts
def test_a_suggestion_fills_the_form_and_can_be_hidden(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Use brings date and sentence; what is typed stays; Hide hides it in this browser."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=title]").fill("Mine")
    first = page.locator(".margin li").first
    first.get_by_role("button", name="Use").click()
    expect(page.locator("[name=date]")).to_have_value("2025-11-24")
    expect(page.locator(".verified")).to_contain_text("Found once")
    expect(page.locator("[name=title]")).to_have_value("Mine")
    first.get_by_role("button", name="Hide").click()
    expect(first).to_be_hidden()
    page.goto(address_of(served, "documents/report?again=1"))
    expect(page.locator(".margin li").first).to_be_hidden()


@pytest.mark.scripts
def test_a_fault_keeps_everything_and_shows_its_field(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """After a refusal the form is as it was typed, with the faults beside their fields."""
    page.goto(address_of(served, "documents/report"))
    page.locator("[name=title]").fill("Something happens")
    page.locator("[name=date]").fill("some day")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("[role=alert]")).to_contain_text("Not recorded yet")
    expect(page.locator("[data-answer=date] .fault")).to_contain_text("is no date")
    expect(page.locator("[name=title]")).to_have_value("Something happens")
    page.locator("[name=date]").fill("2025")
    expect(page.locator("p.reading")).to_contain_text("2025. Drawn as a bracket")


@pytest.mark.parametrize(
    "address",
    ["", "documents", "documents/report", "documents/report?show=uncited", "documents/hall", "happenings/rises", "drafts"],
)
@pytest.mark.parametrize(
    ("scheme", "width"),
    [("light", 1280), pytest.param("dark", 1280, marks=pytest.mark.scripts), pytest.param("light", 390, marks=pytest.mark.scripts)],
)
def test_axe_finds_nothing(served: tuple[str, Path], page: Any, address: str, scheme: str, width: int) -> None:  # noqa: ANN401
    """On each page of the desk, in the light, in the dark, and on a phone, where nothing is wider than the screen."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address_of(served, address).rstrip("/"))
    # An element of Datasette's own frame keeps a list under the name of the method that axe calls.
    mend = "e => { e.matches = Element.prototype.matches; }"
    page.evaluate(f"() => document.querySelectorAll('navigation-search').forEach({mend})")
    found = axe.run(page, options=AXE).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "something is cut or must be scrolled to"
