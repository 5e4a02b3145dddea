"""The drawn timeline in a real browser: what a reader sees of it: every happening, at every zoom, and nothing over anything else.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from contextlib import suppress

import pytest
from browser import ARABIC, DESK, LONG_TITLE, NARROW, PHONE, Served, Visitor, drawn, overlaps, settled, standing, window_of
from drawn_page import DAY, NOT_THEN, WINDOWS, asked, box_of, press

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


@pytest.mark.parametrize("name", WINDOWS)
def test_the_count_said_is_the_happenings_that_stand_there(visitor: Visitor, tricky: Served, name: str) -> None:
    """From ten minutes to 170 million years: each happening is drawn itself or in a count, and nothing twice."""
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS[name]}".removesuffix("&view="))
    expected = standing(tricky.file, *window_of(page))
    if name in NOT_THEN:
        expected -= NOT_THEN[name]
    found = drawn(page)
    assert found["count"] == len(expected)
    assert len(found["ids"]) == len(set(found["ids"]))
    assert len(found["ids"]) + sum(found["counts"]) == len(expected)
    assert set(found["ids"]) <= expected


def test_the_demo_is_all_there(visitor: Visitor, demo: Served) -> None:
    """The project's own timeline, as it opens."""
    page = visitor.open(demo.page)
    found = drawn(page)
    every = page.locator("#found .happening").count()
    assert found["count"] == every == len(standing(demo.file, -1e15, 1e15))
    assert len(found["ids"]) + sum(found["counts"]) == every
    expect(page.locator(".strip path:not(.others)")).to_have_attribute("d", re.compile("M"))


@pytest.mark.parametrize("width", [DESK, PHONE, NARROW])
@pytest.mark.parametrize("lanes", ["none", "kind", "actor"])
def test_no_two_labels_overlap(visitor: Visitor, tricky: Served, lanes: str, width: int) -> None:
    """Nor bars, counts and names of lanes, at any zoom, nor is the page ever wider than its window."""
    url = f"{tricky.page}?size=1&lanes={lanes}&view="
    page = visitor.open(url + WINDOWS["vague"], viewport={"width": width, "height": 900})
    found = {}
    for name in ("ages", "a century", "around the thousand", "vague", "a year", "a week", "a morning"):
        page.goto(url + WINDOWS[name])
        settled(page)
        found[name] = overlaps(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert {name: pairs for name, pairs in found.items() if pairs} == {}


@pytest.mark.parametrize("width", [DESK, PHONE, NARROW])
def test_no_two_labels_overlap_while_one_zooms_in(visitor: Visitor, demo: Served, width: int) -> None:
    """The project's own timeline, step by step to the days of the assembly, and with a card open."""
    page = visitor.open(demo.page, viewport={"width": width, "height": 900})
    found = [overlaps(page)]
    press(page, "ArrowDown")
    for _ in range(6):
        press(page, "+")
        with suppress(AssertionError):
            found.append(overlaps(page))
    assert [pairs for pairs in found if pairs] == []


def test_the_axis_says_the_unit_that_fits(visitor: Visitor, tricky: Served) -> None:
    """Hours within a day, days within a month, months, years, BCE, and millions of years."""
    expected = {
        "a morning": r"^(0?7|0?8|0?9|10|11|12):00$",
        "a week": r"^(Nov 2\d|2\d Nov)$",
        "a year": r"^(Feb|Mar|Apr|Jun|Jul|Oct|Dec)$",
        "a century": r"^(1950|2000)$",
        "the change of era": r"^(2 BCE|1 BCE|2 CE)$",
        "ages": r"^(5|2|3|4)\d\d BCE$|^1,?000$",
        "all": r"^1[0-7]0,000,000 BCE$",
    }
    page = visitor.open(tricky.page + "?size=1")
    for name, pattern in expected.items():
        page.goto(f"{tricky.page}?size=1&view={WINDOWS[name]}".removesuffix("&view="))
        settled(page)
        labels = page.locator(".axis .tick").all_text_contents()
        assert [label for label in labels if re.match(pattern, label)], (name, labels)
        assert "0" not in labels, name
        assert "0 BCE" not in labels, name


def test_year_zero_is_one_bce(visitor: Visitor, tricky: Served) -> None:
    """The last day of 1 BCE stands right before the first of 1 CE, and both say so."""
    page = visitor.open(f"{tricky.page}?size=1&view=0000-12-30/0001-01-03")
    last, first = (box_of(page, f".item a[data-id={name}] .bar") for name in ("last-day-bce", "first-day-ce"))
    width = box_of(page, ".view")["width"]
    between = (first["x"] + first["width"] / 2) - (last["x"] + last["width"] / 2)
    assert abs(between - width / 4) < 3
    assert "1 BCE" in (page.locator(".item a[data-id=last-day-bce]").get_attribute("aria-label") or "")
    assert "BCE" in drawn(page)["said"]


def test_times_of_day_stand_in_order_within_their_day(visitor: Visitor, tricky: Served) -> None:
    """To the minute, and the label says the time."""
    page = visitor.open(f"{tricky.page}?size=1&view={DAY}/2025-11-25")
    view = box_of(page, ".view")
    for name, hours in (("morning", 8 + 5 / 60), ("late-morning", 10.5), ("noon", 12.0)):
        bar = box_of(page, f".item a[data-id={name}] .bar")
        share = (bar["x"] + bar["width"] / 2 - view["x"]) / view["width"]
        assert abs(share - hours / 24) < 0.004, name
    assert "10:30" in (page.locator(".item a[data-id=late-morning]").get_attribute("aria-label") or "")


LOOKS = {
    "vague": ("2002-06-01/2004-06-01", [
        "one-day", "certain", "lasted", "year-only", "about", "perhaps", "both", "open-end", "unknown-end",
    ]),
    "starts": ("1970-01-01/1990-01-01", ["unknown-start", "open-start"]),
    "sets": ("1600-01-01/2030-01-01&kind=vague", ["before-a-day", "one-of", "all-of"]),
}  # fmt: skip
# How a happening looks but for its colours, place and size.
LOOK = """(id) => {
  const link = document.querySelector(`.lanes .item a[data-id="${id}"]`);
  if (!link) return null;
  const item = link.parentElement;
  const plain = (text) => text.replace(/(rgba?|color|oklab|oklch|color-mix)\\([^()]*\\)/g, "");
  const said = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    if (pseudo && (style.content === "none" || style.content === "normal")) return "";
    return ["borderTopStyle", "borderLeftStyle", "borderRightStyle", "borderTopWidth", "borderLeftWidth", "borderRightWidth",
      "borderTopLeftRadius", "outlineStyle", "backgroundImage", "maskImage"].map((name) => plain(style[name])).join(" ");
  };
  const core = getComputedStyle(link.querySelector(".bar"), "::after");
  return {
    style: [
      said(link.querySelector(".bar")), said(link.querySelector(".bar"), "::after"), said(link, "::before"), said(link, "::after"),
      core.insetInlineStart === "0px" && core.insetInlineEnd === "0px" ? "" : "with a core",
      link.querySelector(".signs")?.textContent ?? "",
      item.classList.contains("spot") ? "spot" : "bar",
    ].join("\\n"),
  };
}"""


@pytest.mark.parametrize("group", LOOKS)
def test_each_vague_date_looks_different(visitor: Visitor, tricky: Served, group: str) -> None:
    """By borders, fillings, fades, tails or signs, not by colours alone: a day, a span, within, about, perhaps, open, unknown."""
    window, names = LOOKS[group]
    page = visitor.open(f"{tricky.page}?size=1&view={window}&from=1600&to=2030")
    looks = {name: page.evaluate(LOOK, name) for name in names}
    assert [name for name, look in looks.items() if look is None] == []
    alike = [(one, other) for one in names for other in names if one < other and looks[one]["style"] == looks[other]["style"]]
    assert alike == []


def test_a_year_spans_its_year(visitor: Visitor, tricky: Served) -> None:
    """“2003” does not pretend to a day: its bar is as long as the year; a day is a point; an interval lasts."""
    page = visitor.open(f"{tricky.page}?size=1&view=2003-01-01/2004-01-01")
    width = box_of(page, ".view")["width"]
    assert abs(box_of(page, ".item a[data-id=year-only] .bar")["width"] - width) < 4
    assert abs(box_of(page, ".item a[data-id=month-only] .bar")["width"] - width * 31 / 365) < 4
    assert box_of(page, ".item a[data-id=one-day] .bar")["width"] < 16
    assert abs(box_of(page, ".item a[data-id=certain] .bar")["width"] - width * 303 / 365) < 4


@pytest.mark.parametrize("sign", ["about", "perhaps", "end-unknown", "end-open"])
def test_a_vague_end_makes_no_bar_shorter(visitor: Visitor, tricky: Served, sign: str) -> None:
    """Its ends are drawn in another way, and nothing else of the page is meant by the same name."""
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['vague']}")
    widths = """(sign) => { const item = document.querySelector("#drawing .item.through:not(.spot, .sample, .end-open)");
        const width = () => item.querySelector(".bar").getBoundingClientRect().width, before = width();
        item.classList.add(sign);
        return [before, width()]; }"""
    before, after = page.evaluate(widths, sign)
    assert before > 50
    assert after == pytest.approx(before, abs=12)


def test_marks_differ_by_more_than_colour(visitor: Visitor, tricky: Served) -> None:
    """Disputed, corrected, claimed and retracted ones carry a sign each, and say it to those who do not see."""
    page = visitor.open(f"{tricky.page}?size=1&status=all&view=1971-06-01/1976-06-01&lanes=kind")
    for name, sign, words in (
        ("disputed", "≠", "disputed"), ("corrected", "↻", "corrected"), ("claimed", "“", "claim"), ("retracted", "✕", "retracted"),
    ):  # fmt: skip
        link = page.locator(f".item a[data-id={name}]")
        expect(link.locator(".signs")).to_contain_text(sign)
        assert words in (link.get_attribute("aria-label") or "")


@pytest.mark.parametrize(
    ("state", "there", "absent"),
    [
        ("view=2002-06-01/2004-06-01", ["about", "perhaps", "open: has not ended", "within", "lasted"], ["disputed", "retracted"]),
        ("status=all&view=1971-06-01/1976-06-01", ["disputed", "corrected", "claim", "retracted"], ["perhaps", "open: always"]),
        ("view=1970-01-01/1990-01-01", ["not known when", "open: always was"], ["press to look closer"]),
        ("view=1950-06-01/1950-07-01", ["press to look closer", "some time within"], ["retracted"]),
        ("q=treaty", ["does not match", "cut short"], ["perhaps"]),
    ],
)
def test_the_legend_says_every_sign_that_is_drawn(
    visitor: Visitor, tricky: Served, state: str, there: list[str], absent: list[str]
) -> None:
    """In words, beside a sample of each, without being opened; and no other."""
    page = visitor.open(f"{tricky.page}?size=1&{state}")
    legend = page.locator(".legend li:visible")
    said = " | ".join(legend.all_inner_texts())
    assert [words for words in there if words not in said] == []
    assert [words for words in absent if words in said] == []
    for sample in page.locator(".legend li:visible .sample").all():
        expect(sample).to_be_visible()
    page.locator(".keys summary").click()
    expect(page.locator(".keys")).to_contain_text("arrow")


def test_the_list_and_the_drawing_answer_each_other(visitor: Visitor, demo: Served) -> None:
    """What the pointer is on in one of them is marked in both."""
    page = visitor.open(demo.page)
    page.locator(".item a[data-id=ga-76] .label").hover()
    expect(page.locator("#h-ga-76.lit")).to_have_count(1)
    page.locator("#h-ga-93 h3").hover()
    expect(page.locator(".item.lit a")).to_have_attribute("data-id", "ga-93")
    expect(page.locator("#h-ga-76.lit")).to_have_count(0)


def test_each_kind_has_a_colour_and_the_legend_switches_it(visitor: Visitor, demo: Served) -> None:
    """Off and on again, one beside the other; what does not match stays as pale marks, and the axis as it is."""
    page = visitor.open(demo.page)
    kinds = page.locator(".kinds button")
    assert kinds.count() == 7
    colours = set(
        page.evaluate("[...document.querySelectorAll('.kinds li')].map((li) => getComputedStyle(li, '::before').backgroundColor)")
    )
    assert len(colours) == 7
    ticks = page.locator(".words .tick").all_inner_texts()
    off: list[str] = []
    for kind in ("award", "statement"):
        kinds.filter(has_text=kind).click()
        off.append(kind)
        expect(kinds.filter(has_text=kind)).to_have_attribute("aria-pressed", "false")
        settled(page)
        assert asked(page)["without"].splitlines() == off
        without = " and ".join(f"kind is not '{one}'" for one in off)
        left = standing(demo.file, -1e15, 1e15, f"status = 'current' and {without}")
        assert {one.get_attribute("data-id") for one in page.locator("#found .happening").all()} == left
        assert set(drawn(page)["ids"]) == left
        assert page.locator(".lines .other").count() > 10
        assert page.locator(".words .tick").all_inner_texts() == ticks
        expect(kinds.filter(visible=True)).to_have_count(7)
        expect(page.locator("#chosen .chips")).to_contain_text(", ".join(off))
    # A filter that is chosen in the form holds beside it.
    page.locator("#f-q").fill("Hammouchi")
    page.wait_for_url("**q=Hammouchi**")
    settled(page)
    assert asked(page)["without"].splitlines() == off
    page.locator("#f-q").fill("")
    page.wait_for_url(lambda url: "q=" not in url)
    kinds.filter(has_text="award").press("Space")
    expect(kinds.filter(has_text="award")).to_have_attribute("aria-pressed", "true")
    settled(page)
    assert asked(page)["without"] == "statement"
    page.reload()
    settled(page)
    kinds.filter(has_text="statement").press("Enter")
    page.wait_for_url(lambda url: "without=" not in url)
    settled(page)
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


def test_the_legend_switches_all_other_kinds(visitor: Visitor, demo: Served) -> None:
    """It stays there, and what has no colour of its own goes and comes back; the address names what stays."""
    page = visitor.open(demo.page)
    coloured = [str(name) for name in page.locator(".kinds button").all_text_contents()][:6]
    named = ", ".join(f"'{one}'" for one in coloured)
    others = page.locator(".kinds button", has_text="other")
    page.locator(".kinds button", has_text="award").click()
    settled(page)
    expect(others).to_be_visible()
    others.click()
    settled(page)
    expect(others).to_have_attribute("aria-pressed", "false")
    expect(others).to_be_visible()
    assert asked(page)["without"].splitlines() == ["!", *(one for one in coloured if one != "award")]
    left = standing(demo.file, -1e15, 1e15, f"status = 'current' and kind in ({named}) and kind is not 'award'")
    assert {one.get_attribute("data-id") for one in page.locator("#found .happening").all()} == set(drawn(page)["ids"]) == left
    expect(page.locator("#chosen .chips")).to_contain_text(f"all kinds but {coloured[0]}")
    page.reload()
    settled(page)
    others.press("Space")
    settled(page)
    assert asked(page)["without"] == "award"
    page.locator(".kinds button", has_text="award").click()
    page.wait_for_url(lambda url: "without=" not in url)
    settled(page)
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


def test_hostile_and_long_titles_are_text(visitor: Visitor, tricky: Served) -> None:
    """Markup is shown as it is written, ten thousand characters are cut, and Arabic keeps its own direction."""
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['a week']}&kind=session")
    assert page.locator(".lanes img").count() == 0
    expect(page.locator(".item a[data-id=markup] .label")).to_contain_text('<img src=x onerror=alert("title")>')
    label = page.locator(".item a[data-id=long-title] .label")
    assert len(label.text_content() or "") < 200 < len(LONG_TITLE)
    assert box_of(page, ".item a[data-id=long-title] .label")["width"] <= 480
    arabic = page.locator(".item a[data-id=arabic] .text")
    expect(arabic).to_have_text(ARABIC)
    assert arabic.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert page.locator(".item a[data-id=markup] .text").evaluate("e => getComputedStyle(e).direction") == "ltr"


# What the axis covers: from where, and how much; what is cut there; and what the note says.
COVERED = """() => {
  const words = document.querySelector(".words");
  const edge = words.getBoundingClientRect().top - (words.dataset.more ? parseFloat(words.style.getPropertyValue("--more")) : 0);
  const drawn = [...document.querySelectorAll(".lanes :is(.item, .chip)")].map((one) => ({
    box: one.getBoundingClientRect(), lines: one.classList.contains("two") ? 2 : 1, many: Number(one.firstChild.dataset.count ?? 1),
  }));
  const below = drawn.filter(({ box }) => box.bottom > edge + 1.5);
  return {
    note: words.dataset.more ?? "",
    shown: getComputedStyle(words, "::before").content,
    below: below.reduce((sum, { many }) => sum + many, 0),
    cut: below.filter(({ box }) => box.top < edge - 1.5).map(({ box, lines }) => [lines, edge - box.top]),
    room: edge,
  };
}"""


@pytest.mark.parametrize("height", [640, 900])
@pytest.mark.parametrize("lanes", ["none", "kind"])
def test_whole_rows_are_in_sight_and_the_axis_says_how_much_is_below(
    visitor: Visitor, demo: Served, lanes: str, height: int
) -> None:
    """Wherever one has scrolled; where all is in sight it says nothing."""
    page = visitor.open(f"{demo.page}?lanes={lanes}", viewport={"width": 1280, "height": height})
    for by in (0, 7, 20, 40):
        page.mouse.wheel(0, by)
        page.wait_for_timeout(100)
        found = page.evaluate(COVERED)
        assert found["below"], by
        assert found["note"] == f"▾ {found['below']} more below"
        assert found["note"] in found["shown"]
        # Of a label of two lines one may be below.
        assert all(lines == 2 and abs(at - 24) < 3 for lines, at in found["cut"]), found
        assert found["room"] > height / 2 - by
    page.locator(".drawn-foot").scroll_into_view_if_needed()
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(100)
    found = page.evaluate(COVERED)
    assert (found["note"], found["below"], found["shown"]) == ("", 0, "none")
    page.emulate_media(media="print")
    assert page.evaluate(COVERED)["shown"] == "none"


def test_a_step_is_drawn_at_once_out_of_what_is_there(visitor: Visitor, demo: Served) -> None:
    """Without motion no frame is waited for; the axis and the happenings keep their elements."""
    page = visitor.open(demo.page)
    assert page.evaluate(
        """() => {
          const [root, view] = [document.querySelector("#drawing"), document.querySelector(".view")];
          const there = [...view.querySelectorAll(".words > *, .lines > *, .item")];
          const before = Number(root.dataset.drawn);
          view.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
          const after = new Set(view.querySelectorAll(".words > *, .lines > *, .item"));
          return [Number(root.dataset.drawn) - before, [...after].filter((one) => there.includes(one)).length / after.size > 0.7];
        }"""
    ) == [1, True]
