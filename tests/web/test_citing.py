"""From a source to a citation, in a real browser: what is selected or typed is offered as Python and YAML that hold to the letter.

Every citation that is offered is carried out: the Python is run and the YAML appended, against the very file that was served.
Skipped where Chromium is not installed. Set TIMELINE_SCREENSHOTS to a folder to keep pictures for looking at.
"""

import os
import random
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import DESK, PHONE, Served, Window, serving

from timeline import Timeline, bundles
from timeline.quotes import Text
from timeline.quotes.folding import INVISIBLE, SPACES, continues

sync_api = pytest.importorskip("playwright.sync_api")
Browser, BrowserContext, Locator, Page, expect = (
    sync_api.Browser, sync_api.BrowserContext, sync_api.Locator, sync_api.Page, sync_api.expect
)  # fmt: skip

PLAIN = (
    "The council met in Marrakech on 24 November 2025.\n\nIt sat for four days. Some say three hundred came; others say three"
    " hundred and fifty.\n\nThe council met again in Rabat. It sat for one day."
)
TEXTS = {
    "plain": PLAIN,
    "quotes": 'He said: "C:\\new\\table" — ‘it’s {a: b}, [c] # d & e’.\tThen:  two  spaces,'
    " %TAG, !x, *y, @z, `w`, | > - ? :\n\n\"\\\" ''",
    "crlf": "One line,\r\nand another.\r\n\r\n  Then more,\r\nand\rmore.\r\n \r\nOne line,\r\nand the end.\r\n",
    "arabic": "اِنْعَقَدَتِ الجمعيّة العامة في مراكش.\nوقال المدير: «\u200fالأمن (INTERPOL 93) منفعة عامة\u200e».\n\n"
    "\u202bوقال المدير مرة أخرى\u202c إن ١٢٠ دولة.",
    "emoji": "A 👩\u200d👩\u200d👧\u200d👦 family 🇲🇦🇫🇷, 👍🏽 and 🏴\u200d☠\ufe0f; 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U000e0001 and 𠮷野家.\n\n"
    "🚔🚔🚔 again 🚔.",
    "marks": "cafe\u0301 cafe caf\u00e9 e\u0323\u0302tre a\u200d\u0301 \u0301alone हिन्दी में 각하"
    " \u1100\u1161\u11a8 Z\u0351\u036b\u0343ò\u0335.\n\nmark\u0301ed caf\u00e9",
    "hyphens": "co\xadop\xader\xada\xadtion zero\u200bwidth no\u00a0break\u202fspace\u3000wide \ufeffmark\u2028line"
    "\u2029paragraph\x85next\n\nco\xadop",
    "twice": "\n\n".join(["The “same” words – again.", 'The "same" words - again.'] * 3 + ["aaaaaaaa"] * 2 + ["a b a b a b a"]),
    "spaces": "  \t\n\n   xab x ab\u2003xab\n\n \u200b\n\n ab x\n\n\n\n",
    "ligatures": "The ﬁnal oﬃce, the final word; a conﬂict of the ﬁ and the ﬀ.\n\nThe final\noffice. Diﬀi\u0301cult.",
    "hostile": "</script><img src=x onerror=alert(1)> &amp; &#13; {{ x }} {% y %} <!-- --> ${z} `\n\n"
    "\ud7ff\ue000\ufffd\ufffe\U0010ffff\x80\x9f",
}
LONG = "".join(f"Paragraph {number} tells of what occurred, as {number % 7} others do.\n\n" for number in range(20_000))
CONTROL = "Page one.\fPage two.\n\nPage\x1bthree."

# Sets the selection between two offsets into the archived text, in code points, by walking the page as a reader's mouse would.
SELECT = """([from, to]) => {
  const point = (at, after) => {
    for (const p of document.querySelectorAll("p[data-start]")) {
      let here = Number(p.dataset.start);
      if (at > Number(p.dataset.end)) continue;
      const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest(".ref")) continue;
        const characters = [...node.data];
        if (at < here + characters.length || (after && at <= here + characters.length))
          return [node, characters.slice(0, Math.max(0, at - here)).join("").length];
        here += characters.length;
      }
    }
    const last = [...document.querySelectorAll("p[data-start]")].at(-1);
    return [last, last.childNodes.length];
  };
  getSelection().removeAllRanges();
  const moved = new Promise((done) => document.addEventListener("selectionchange", done, { once: true }));
  getSelection().setBaseAndExtent(...point(from, false), ...point(to, true));
  return moved.then(() => true);
}"""


@dataclass(frozen=True)
class Offer:
    """What the panel offers."""

    start: int
    end: int
    python: str
    yaml: str

    def words(self) -> dict[str, str]:
        """Give the quotation, prefix and suffix as Python reads them."""
        return {name: value for name, value in eval_citation(self.python).items() if name in ("quote", "prefix", "suffix")}


def eval_citation(python: str) -> Mapping[str, Any]:
    """Run the Python that was offered, with a timeline that only takes down what is said."""

    class Said:
        def source(self, id: str) -> "Said":
            self.id = id
            return self

        def quote(self, quote: str, **rest: str) -> dict[str, str]:
            return {"source": self.id, "quote": quote, **rest}

    message: Mapping[str, Any] = eval(python, {"timeline": Said(), "__builtins__": {}})  # noqa: S307 - it is what a reader does with it
    return message


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a timeline of tricky texts, cited at many places."""
    folder = tmp_path_factory.mktemp("citing")
    with serving(folder, build(folder / "timeline.db")) as server:
        yield server


def build(path: Path) -> Path:
    """Archive the texts, and cite each at random places, so that marks and numbers of notes stand within them."""
    chance = random.Random(1)  # noqa: S311 - the same choices each time
    with Timeline(path, by="tester") as timeline:
        for id_, text in {**TEXTS, "control": CONTROL, "long": LONG}.items():
            timeline.archive(id=id_, text=text, title=f"Source {id_}", language="ar" if id_ == "arabic" else "en")
        plain = timeline.source("plain")
        timeline.record(
            "meets", title="The council meets", date="2025-11-24", citations=[plain.quote("met in Marrakech on 24 November")]
        )
        timeline.record(
            "leaves", title="The council leaves", date="2025-11-24",
            citations=[plain.quote("It sat for four days", stance="disputes", supports="the day"), plain.quote("24 November 2025")],
        )  # fmt: skip
        timeline.record("mistake", title="A mistake", date="2025", citations=[plain.quote("three hundred and fifty")])
        timeline.retract("mistake", reason="It was one.")
        for number in range(6):
            timeline.record(f"day-{number}", title=f"Day {number}", date="2025", citations=[plain.quote("It sat for one day")])
        for id_, text in TEXTS.items():
            for number in range(0 if id_ == "plain" else 6):
                start = chance.randrange(len(text))
                start, end = whole(text, start, start + chance.randrange(1, 30))
                if seen(text[start:end]):
                    around = {"prefix": text[:start], "suffix": text[end:]}
                    citation = {"source": id_, "quote": text[start:end], **around}
                    timeline.record(f"{id_}-{number}", title=f"{id_} {number}", date="2003", citations=[citation])
        for number in (9_000, 15_000):
            citation = {"source": "long", "quote": f"Paragraph {number} tells of what occurred"}
            timeline.record(f"long-{number}", title=f"Long {number}", date="2003", citations=[citation])
    return path


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both ends of a slice, then take in what its first and last characters carry."""
    end = min(end, len(text))
    while start < end and text[start] in SPACES:
        start += 1
    while start < end and text[end - 1] in SPACES:
        end -= 1
    while start < end and parts(text, start):
        start -= 1
    while start < end and parts(text, end):
        end += 1
    return start, end


def parts(text: str, at: int) -> bool:
    """Whether a cut here would part a character from its marks."""
    after, before = text[at:].lstrip(INVISIBLE), text[:at].rstrip(INVISIBLE)
    return bool(after and before) and continues(after[0]) and before[-1] not in SPACES


def seen(words: str) -> bool:
    """Whether there is anything in words but white space, invisible characters, and marks without anything under them."""
    return any(char not in SPACES + INVISIBLE and not continues(char) for char in words)


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Window]:
    """Open a window at desk width, allowed to read what was copied, whose clock the tests move on."""
    options = {"viewport": {"width": DESK, "height": 900}, "reduced_motion": "reduce"}
    context = chromium.new_context(**options, permissions=["clipboard-read", "clipboard-write"])
    opened = Window(context.new_page(), options)
    opened.page.clock.install()
    yield opened
    context.close()


@pytest.fixture
def page(window: Window, served: Served) -> Iterator[Page]:
    """Give its page; it fails if the console complained or anything was asked of elsewhere."""
    complaints: list[str] = []
    window.listen(complaints.append, lambda url: None if url.startswith(served.origin) else complaints.append(url))
    yield window.page
    window.leave()
    assert complaints == []


def visit(page: Page, served: Served, source: str) -> Page:
    """Open a source's page."""
    page.goto(f"{served.page}/sources/{source}")
    page.locator("#quote-words").wait_for()
    return page


def select(page: Page, start: int, end: int) -> Offer | None:
    """Select a slice of the text, wait as long as the page does, and give what it offers."""
    page.evaluate(SELECT, [start, end])
    page.clock.run_for(400)
    return offer(page)


def select_words(page: Page, source: str, words: str) -> Offer:
    """Select words where they stand first."""
    at = TEXTS[source].index(words)
    outcome = select(page, at, at + len(words))
    assert outcome is not None
    return outcome


def offer(page: Page) -> Offer | None:
    """Give what the panel offers, where it does."""
    shown = page.evaluate(
        "(p => p.hidden || p.querySelector('[data-for=\"\"]').hidden ? null : ['h3 span', '.Python', '.YAML']"
        ".map(part => p.querySelector(part).textContent))(document.querySelector('.cite'))"
    )
    if shown is None:
        return None
    start, end = shown[0].split("–")
    return Offer(int(start), int(end), shown[1], shown[2])


def panel(page: Page) -> Locator:
    """Give the panel in which a citation is offered."""
    return page.get_by_role("region", name="Citation")


def carry_out(served: Served, folder: Path, offers: list[Offer]) -> None:
    """Run the Python of each offer, append the YAML of each, and see that both are found to the letter at the offered place."""
    copy = folder / "copy.db"
    with sqlite3.connect(served.file) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    with Timeline(copy, by="tester") as timeline:
        for number, one in enumerate(offers):
            citation = eval(one.python, {"timeline": timeline})  # noqa: S307 - it is what a reader does with it
            timeline.record(f"py-{number}", title="T", date="2003", citations=[citation])
        listed = [
            f"- id: yaml-{number}\n  title: T\n  date: '2003'\n  citations:\n    {one.yaml}\n" for number, one in enumerate(offers)
        ]
        bundle = folder / "offered.yaml"
        bundle.write_text("happenings:\n" + "".join(listed), encoding="utf-8", newline="")
        bundles.append(timeline, bundle)
    with sqlite3.connect(copy) as connection:
        rows = connection.execute(
            "select happening, start_char, end_char, grade, quote = substr(text, start_char + 1, end_char - start_char)"
            " from citations join source_texts using (source) where happening glob 'py-*' or happening glob 'yaml-*'"
        )
        outcome = {happening: (start, end, grade, same) for happening, start, end, grade, same in rows}
    for number, one in enumerate(offers):
        assert outcome[f"py-{number}"] == outcome[f"yaml-{number}"] == (one.start, one.end, "exact", 1), one


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


def overlapping(text: str, words: str) -> int:
    """Count the places of words, those that overlap too."""
    return len(re.findall(f"(?={re.escape(words)})", text))


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
