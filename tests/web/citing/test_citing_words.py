"""Which words of a source are quoted: selected or typed, to the letter, and never beyond its text."""

import random
import re
from pathlib import Path

import pytest
from browser import Served
from citing_page import CONTROL, LONG, PLAIN, TEXTS, carry_out, offer, overlapping, panel, seen, select, select_words, visit, whole

from timeline.quotes import Text

sync_api = pytest.importorskip("playwright.sync_api")
Page, expect = sync_api.Page, sync_api.expect


@pytest.mark.parametrize("source", TEXTS)
def test_what_is_selected_is_quoted_to_the_letter(served: Served, page: Page, tmp_path: Path, source: str) -> None:
    """Random selections, over paragraphs, marks and notes, are offered as the very slice without the white space at its ends."""
    visit(page, served, source)
    text, offers = TEXTS[source], []
    chance = random.Random(source)  # noqa: S311 - the same choices each time
    shown = page.evaluate("[...document.querySelectorAll('p[data-start]')].map(p => [+p.dataset.start, +p.dataset.end])")
    places = [at for start, end in shown for at in range(start, end + 1)]
    for _ in range(40):
        start, end = sorted((chance.choice(places), chance.choice(places)))
        if chance.random() < 0.6:
            end = min(end, start + chance.randrange(12))
        outcome = select(page, start, end)
        first, last = whole(text, start, end)
        if not seen(text[first:last]):
            assert outcome is None
            continue
        assert outcome is not None, (start, end)
        assert (outcome.start, outcome.end) == (first, last)
        assert outcome.words()["quote"] == text[first:last]
        alike = (Text(text).typographic, Text(text[first:last]).typographic.strip(" "))
        assert len(outcome.words()) == 1 or overlapping(*alike) > 1
        offers.append(outcome)
    assert len(offers) > 10
    carry_out(served, tmp_path, offers)


def test_only_words_that_stand_twice_are_told_apart(served: Served, page: Page, tmp_path: Path) -> None:
    """Prefix and suffix are whole words from around them, as few as are needed, and each place is found again."""
    visit(page, served, "plain")
    assert set(select_words(page, "plain", "met again in Rabat").words()) == {"quote"}
    first = select_words(page, "plain", "It sat for")
    assert first.words() == {"quote": "It sat for", "prefix": "on 24 November 2025.", "suffix": "four days. Some say three"}
    second = select(page, PLAIN.rindex("It sat for"), PLAIN.rindex("It sat for") + 10)
    assert second is not None
    carry_out(served, tmp_path, [first, second])


def test_words_among_their_likes_are_told_apart(served: Served, page: Page, tmp_path: Path) -> None:
    """However often they stand, over each other too, and though what is around them differs in its quotation marks alone."""
    visit(page, served, "twice")
    offers = [select(page, match.start(), match.start() + 5) for match in re.finditer("(?=words|aaaaa|a b a)", TEXTS["twice"])]
    assert len(offers) > 10
    carry_out(served, tmp_path, [one for one in offers if one is not None])
    assert None not in offers


@pytest.mark.parametrize(
    ("source", "typed", "outcome"),
    [
        ("plain", "  in RABAT ", "in Rabat"),
        ("plain", "2025. It sat", "2025.\n\nIt sat"),
        ("quotes", "'it's {a", "‘it’s {a"),
        ("quotes", "two spaces", "two  spaces"),
        ("quotes", 'He said: "C:\\new', 'He said: "C:\\new'),
        ("crlf", "line, and another. Then", "line,\r\nand another.\r\n\r\n  Then"),
        ("arabic", "انعقدت الجمعية", "اِنْعَقَدَتِ الجمعيّة"),
        ("emoji", "unicode", None),
        ("emoji", "🚔 again", "🚔 again"),
        ("emoji", "👍", "👍"),
        ("emoji", "AND 𠮷野家", "and 𠮷野家"),
        ("marks", "caf\u00e9 entre", None),
        ("marks", "ệtre", "e\u0323\u0302tre"),
        ("marks", "हिन्दी मे", "हिन्दी में"),
        ("hyphens", "cooperation", "co\xadop\xader\xada\xadtion"),
        ("hyphens", "zerowidth no-break", None),
    ],
)
def test_typed_words_are_found_however_they_are_spelt(
    served: Served, page: Page, tmp_path: Path, source: str, typed: str, outcome: str | None
) -> None:
    """By keyboard alone; what is offered is the text's own spelling, and words that are not there are said not to be."""
    visit(page, served, source).get_by_label("Quote words from this text").fill(typed)
    page.keyboard.press("Enter")
    result = page.get_by_role("status").filter(has_text=re.compile("Place|not in the"))
    if outcome is None:
        expect(result).to_have_text("These words are not in the text.")
        expect(panel(page)).to_be_hidden()
        return
    expect(result).to_have_text(re.compile(r"Place 1 of \d+\."))
    offered = offer(page)
    assert offered is not None
    assert offered.words()["quote"] == outcome
    carry_out(served, tmp_path, [offered])


def test_words_that_are_not_there_show_what_begins_alike(served: Served, page: Page) -> None:
    """With what the text says in their place; nothing where no more than one word is there."""
    field = visit(page, served, "plain").get_by_label("Quote words from this text")
    result = page.get_by_role("status").filter(has_text="not in the text")
    field.fill("The council met in Marrakech on 25 November")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("These words are not in the text. The nearest: “The council met in Marrakech on 24 November")
    field.fill("The bridge fell")
    page.keyboard.press("Enter")
    expect(result).to_have_text("These words are not in the text.")


def test_words_can_be_quoted_by_keyboard_alone(served: Served, page: Page) -> None:
    """Enter finds the next place, Tab leads from the form to the offer, and Escape back from it to the words that were typed."""
    field = visit(page, served, "plain").get_by_label("Quote words from this text")
    field.focus()
    page.keyboard.type("it sat for")
    for place, start in ((1, PLAIN.index("It sat")), (2, PLAIN.rindex("It sat")), (1, PLAIN.index("It sat"))):
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="Place")).to_have_text(f"Place {place} of 2.")
        expect(field).to_be_focused()
        outcome = offer(page)
        assert outcome is not None
        assert outcome.start == start
    page.keyboard.type("x")
    page.clock.run_for(400)
    assert offer(page) == outcome
    for name in ("Find", "Permalink", "Copy Python"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("button", name="Copied")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == outcome.python
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(field).to_be_focused()


@pytest.mark.parametrize(
    ("node", "at", "other", "to", "expected"),
    [
        ("h1", 0, "p[data-start='51']", 0, (0, 49)),
        ("p[data-start='51']", 0, "footer", 0, (51, len(PLAIN))),
        ("body", 0, "body", 1000, (0, len(PLAIN))),
        (".notes", 0, "p[data-start='51'] ~ .notes", 1, (51, 137)),
        ("p[data-start='51'] .ref", 0, "p[data-start='139']", 0, (71, 137)),
        ("p[data-start='139']", 0, "p[data-start='51']", 0, (51, 137)),
    ],
)
def test_a_selection_is_clipped_to_the_text(
    served: Served, page: Page, node: str, at: int, other: str, to: int, expected: tuple[int, int]
) -> None:
    """Wherever it begins and ends, forwards or backwards: above the text, below it, in its notes or their numbers."""
    visit(page, served, "plain")
    page.evaluate(
        "([node, at, other, to]) => { const last = document.querySelector(other);"
        " getSelection().setBaseAndExtent(document.querySelector(node), at, last, Math.min(to, last.childNodes.length)) }",
        [node, at, other, to],
    )
    page.clock.run_for(400)
    outcome = offer(page)
    assert outcome is not None
    assert (outcome.start, outcome.end) == expected
    assert outcome.words()["quote"] == PLAIN[slice(*expected)]


@pytest.mark.parametrize("outside", ["h1", ".facts", ".notes", "p[data-start='51'] .ref", "footer", "#text", ".quote-form"])
def test_a_selection_without_words_of_the_text_hides_the_offer(served: Served, page: Page, outside: str) -> None:
    """What is selected elsewhere, an empty selection, and one of white space alone."""
    visit(page, served, "plain")
    for script in (
        f"getSelection().selectAllChildren(document.querySelector({outside!r}))",
        "getSelection().removeAllRanges()",
        "getSelection().collapseToEnd()",
        "(p => getSelection().setBaseAndExtent(p.firstChild, 3, p.firstChild, 4))(document.querySelector('p[data-start]'))",
    ):
        select_words(page, "plain", "The council")
        expect(panel(page)).to_be_visible()
        page.evaluate(f"void {script}")
        page.clock.run_for(400)
        expect(panel(page)).to_be_hidden()
        assert page.evaluate("CSS.highlights.size + document.body.style.paddingBlockEnd") == "0"


def test_a_long_text_is_quoted_with_what_stands_around(served: Served, page: Page, tmp_path: Path) -> None:
    """Where the page has excerpts it cannot know where else words stand: prefix and suffix are always said, no gap is quoted."""
    visit(page, served, "long")
    shown = page.evaluate("[...document.querySelectorAll('p[data-start]')].map(p => [+p.dataset.start, +p.dataset.end])")
    edges = [at for at, (_, end) in enumerate(shown[:-1]) if shown[at + 1][0] > end + 2]
    assert len(edges) == 2
    start, middle, end = shown[edges[0] + 1][0], LONG.index("Paragraph 9000 tells"), shown[edges[1]][1]
    offers = []
    for first, last in ((start, start + 80), (middle, middle + 14), (middle + 15, middle + 200), (end - 90, end), (0, 11)):
        outcome = select(page, first, last)
        assert outcome is not None
        assert (outcome.start, outcome.end) == whole(LONG, first, last)
        names = {"quote"} | ({"prefix"} if first not in (0, start) else set()) | ({"suffix"} if last != end else set())
        assert set(outcome.words()) == names
        offers.append(outcome)
    carry_out(served, tmp_path, offers)
    for edge in edges:
        assert select(page, shown[edge][1] - 5, shown[edge + 1][0] + 5) is None
        expect(panel(page)).to_contain_text("the page leaves out what stands between them")
        expect(page.get_by_role("status").filter(has_text="leaves out")).to_have_count(1)
        assert select(page, shown[edge][1] - 5, shown[edge + 1][0]) is not None
        page.evaluate("getSelection().selectAllChildren(document.querySelector('.gap'))")
        page.clock.run_for(400)
        expect(panel(page)).to_be_hidden()
    page.get_by_label("Quote words from this text").fill("Paragraph 12000 tells")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="not in the")).to_have_text(
        "These words are not in the part of the text shown here."
    )


def test_control_characters_are_not_quoted(served: Served, page: Page, tmp_path: Path) -> None:
    """No citation may hold one: the page says so at once, and what stands on one side of them can be quoted."""
    visit(page, served, "control")
    for start, end in ((5, 14), (CONTROL.index("\x1b") - 2, len(CONTROL))):
        assert select(page, start, end) is None
        expect(panel(page)).to_contain_text("a control character stands among them")
    outcome = select(page, 0, 10)
    assert outcome is not None
    assert (outcome.start, outcome.end) == (0, 9)
    carry_out(served, tmp_path, [outcome])


def test_a_text_that_the_browser_changed_is_not_quoted(served: Served, page: Page) -> None:
    """A translation of the page is not what was archived."""
    visit(page, served, "plain")
    page.evaluate("document.querySelector('p[data-start]').firstChild.data = 'Le conseil '")
    assert select(page, 60, 70) is None
    expect(panel(page)).to_contain_text("perhaps a translation, has changed the text")
