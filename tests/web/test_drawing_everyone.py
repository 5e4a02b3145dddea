"""The drawn timeline in a real browser: for everyone, with large letters, few colours, small screens, and from right to left.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from typing import TYPE_CHECKING

import pytest
from browser import DESK, NARROW, PHONE, TRICKY, Served, Visitor, drawn, overlaps, settled, window_of
from drawn_page import WINDOWS, box_of, drag_strip, near, press, shifted, zoomed

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Everyone


def test_reduced_motion_is_kept(visitor: Visitor, demo: Served) -> None:
    """Who asked for it sees no sliding: a step is drawn at once. Who did not sees where things go."""
    drawings = {}
    for wish in ("reduce", "no-preference"):
        page = visitor.open(f"{demo.page}?view=2005-01-01/2015-01-01&scale=true&size=1", reduced_motion=wish)
        before = int(page.locator("#drawing").get_attribute("data-drawn") or 0)
        press(page, "ArrowRight")
        drawings[wish] = int(page.locator("#drawing").get_attribute("data-drawn") or 0) - before
    assert drawings["reduce"] <= 3
    assert drawings["no-preference"] > 3


def painted(page: "Page", selector: str) -> int:
    """Count the colours that are seen of an element and right around it."""
    box = box_of(page, selector)
    clip = {"x": box["x"] - 2, "y": box["y"] - 2, "width": box["width"] + 4, "height": box["height"] + 4}
    picture = page.screenshot(clip=clip)
    import base64

    return int(
        page.evaluate(
            """async (data) => {
              const image = new Image(); image.src = "data:image/png;base64," + data; await image.decode();
              const canvas = document.createElement("canvas"); [canvas.width, canvas.height] = [image.width, image.height];
              const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
              return new Set(new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer)).size;
            }""",
            base64.b64encode(picture).decode(),
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_shows_everything(visitor: Visitor, tricky: Served, scheme: str) -> None:
    """In the reader's own few colours counts, points, bars and the window on the strip are still seen."""
    page = visitor.open(f"{tricky.page}?size=1&view=1945-01-01/2010-01-01", forced_colors="active", color_scheme=scheme)
    for selector in (".chip i", ".item.spot .bar", ".item:not(.spot) .bar", ".strip-window"):
        assert painted(page, selector) > 1, selector


def test_high_contrast_keeps_the_colours_of_kinds(visitor: Visitor, demo: Served) -> None:
    """They mean something: each swatch and each mark has that of its kind."""
    page = visitor.open(f"{demo.page}?size=1", forced_colors="active")
    swatches = page.evaluate(
        "[...document.querySelectorAll('.kinds li')].map((e) => [e.dataset.kind, getComputedStyle(e, '::before').backgroundColor])"
    )
    assert len({colour for _, colour in swatches}) == len(swatches) > 4
    marks = page.evaluate(
        "[...document.querySelectorAll('.lanes .item:not(.vague)')].map((e) =>"
        " [e.dataset.kind, getComputedStyle(e.querySelector('.bar')).borderInlineStartColor])"
    )
    assert {tuple(one) for one in marks} <= {tuple(one) for one in swatches}


def test_no_line_runs_through_a_label(visitor: Visitor, demo: Served) -> None:
    """Neither that of the axis nor that of its own bar: the words and the signs before them have a ground of their own."""
    page = visitor.open(f"{demo.page}?size=1")
    crossed = page.evaluate(
        """() => {
          const paper = getComputedStyle(document.body).backgroundColor;
          return [...document.querySelectorAll(".item:is(.out, .within, .point, .all) .label > *")]
            .filter((e) => getComputedStyle(e).backgroundColor !== paper).map((e) => e.textContent);
        }"""
    )
    assert crossed == []
    assert page.locator(".item.within .signs").count() > 3


# Before the page's own scripts run, as it is for readers who have set their browser so.
BIG_TEXT = (
    "document.addEventListener('readystatechange', () => { document.documentElement.style.fontSize = '200%'; }, { once: true })"
)


def test_text_of_twice_the_size_fits(visitor: Visitor, demo: Served) -> None:
    """Nothing scrolls sideways, nothing overlaps, and no letter is cut off."""
    context = visitor.browser.new_context(viewport={"width": DESK, "height": 900}, reduced_motion="reduce")
    context.add_init_script(BIG_TEXT)
    visitor.contexts.append(context)
    page = context.new_page()
    page.goto(demo.page + "?view=2002-01-01/2012-01-01&lanes=kind")
    settled(page)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert overlaps(page) == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".lanes .label, .lane-name, .chip span, .strip-labels span, .drawn-buttons button")]
          .filter((e) => e.clientHeight && e.clientHeight < parseFloat(getComputedStyle(e).fontSize) * 0.99)
          .map((e) => `${e.className}: ${e.clientHeight} for ${getComputedStyle(e).fontSize}`)"""
    )
    assert sorted(set(cut)) == []


def test_nothing_is_lost_at_twice_the_zoom(visitor: Visitor, demo: Served) -> None:
    """A desk of 1280 by 900 pixels has 640 by 450: nothing scrolls sideways, all is in reach, and no control is out of sight."""
    page = visitor.open(demo.page, viewport={"width": 640, "height": 450})
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(".controls :is(button, select, input, summary)")].filter((e) => {
          const { left, top, width, height } = e.getBoundingClientRect();
          return e.checkVisibility() && width && !e.contains(document.elementFromPoint(left + width - 2, top + height / 2));
        }).map((e) => e.outerHTML)"""
    )
    assert hidden == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert overlaps(page) == []
    assert len(drawn(page)["ids"]) == drawn(page)["count"]
    for name in ("controls button", "controls select", "controls a", "drawn-moment input", "drawn-foot button"):
        for one in page.locator(f".{name}:visible").all():
            one.scroll_into_view_if_needed()
            expect(one).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(640, 450), (DESK, 900)])
def test_the_drawing_is_in_sight_also_at_twice_the_zoom(visitor: Visitor, demo: Served, width: int, height: int) -> None:
    """It begins within 250 pixels, shows some happenings, and stays where it is while the filters are open over it."""
    page = visitor.open(demo.page, viewport={"width": width, "height": height})
    for _ in range(2):
        assert box_of(page, ".view")["y"] <= 250
        axis = box_of(page, ".words")["y"]
        rows = [one.bounding_box() for one in page.locator(".lanes .item").all()]
        assert sum(bool(row) and row["y"] + row["height"] <= axis for row in rows) >= 4
        page.locator("#filters summary").click()
        settled(page)
    page.locator("#filters summary").click()
    kind = page.locator("#f-kind")
    kind.select_option(index=1)
    settled(page)
    expect(kind).to_be_visible()
    kind.scroll_into_view_if_needed()
    expect(kind).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("state", ["", "?lanes=kind&view=2025-11-20/2025-12-01", "?focus=ga-93", "?q=police"])
def test_320_pixels_are_enough(visitor: Visitor, demo: Served, state: str) -> None:
    """Nothing scrolls sideways, and every button can be reached."""
    page = visitor.open(demo.page + state, viewport={"width": NARROW, "height": 640})
    if "focus" in state:
        expect(page.locator("#card .card-title")).to_be_visible()
    page.locator(".keys summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The kinds are on a line that is scrolled.
    for kind in page.locator(".kinds button:visible").all():
        kind.evaluate("e => e.scrollIntoView({ inline: 'nearest', block: 'nearest' })")
        expect(kind).to_be_in_viewport()
    outside = page.evaluate(
        "[...document.querySelectorAll('main :is(button, input, select, summary)')].filter((e) => e.offsetParent)"
        ".filter((e) => !e.closest('.kinds'))"
        ".filter((e) => { const b = e.getBoundingClientRect(); return b.width && (b.left < -0.5 || b.right > innerWidth + 0.5); })"
        ".map((e) => e.outerHTML.slice(0, 80))"
    )
    assert outside == []


def test_dark_is_dark_in_the_drawing(visitor: Visitor, demo: Served) -> None:
    """Light labels on a dark ground, and the other way round."""
    lightness = {}
    for scheme in ("light", "dark"):
        page = visitor.open(demo.page + "?size=1", color_scheme=scheme)
        for selector in ("body", ".item a .label"):
            prop = "backgroundColor" if selector == "body" else "color"
            colour = page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{prop}")
            channels = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
            lightness[scheme, selector] = sum(channels) / 3
    assert lightness["light", "body"] > 200
    assert lightness["light", ".item a .label"] < 100
    assert lightness["dark", "body"] < 60
    assert lightness["dark", ".item a .label"] > 150


# From the right


def test_from_right_to_left(visitor: Visitor, rightwards: Served) -> None:
    """What is earlier stands on the right, and no labels overlap."""
    page = visitor.open(f"{rightwards.page}?size=1&view={WINDOWS['a week']}", locale="ar-EG")
    at = {name: box_of(page, f".item a[data-id={name}] .bar") for name in ("long-title", "markup", "arabic")}
    assert at["long-title"]["x"] > at["markup"]["x"] > at["arabic"]["x"]
    assert overlaps(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_frame_is_mirrored_from_right_to_left(visitor: Visitor, rightwards: Served) -> None:
    """Breadcrumbs begin on the right, and what is said of the timeline is in order, each part in its own direction."""
    page = visitor.open(f"{rightwards.page}?size=1")
    crumbs = page.evaluate("[...document.querySelectorAll('.crumbs a')].map((e) => e.getBoundingClientRect().right)")
    assert crumbs == sorted(crumbs, reverse=True)
    assert crumbs[0] > DESK - 40
    facts = page.evaluate("[...document.querySelectorAll('.about li')].map((e) => e.getBoundingClientRect().right)")
    assert facts[0] > facts[1]
    # The browser turns ‹ and › round itself, but no other arrow.
    turned = page.evaluate(
        "['[data-do=earlier] span', '[data-do=later] span', '#read-story span']"
        ".map((one) => new DOMMatrix(getComputedStyle(document.querySelector(one)).transform).a)"
    )
    assert turned == [1, 1, -1]
    number, word = page.evaluate(
        """() => {
          const text = document.querySelector(".about a").firstChild;
          return [0, text.data.indexOf(" ") + 1].map((at) => {
            const range = document.createRange(); range.setStart(text, at); range.setEnd(text, at + 1);
            return range.getBoundingClientRect().x;
          });
        }"""
    )
    assert number < word


def drawn_said(page: "Page") -> str:
    """Read what the drawing says of itself."""
    return page.locator("#drawn-said").text_content() or ""


@pytest.mark.parametrize("name", ["ages", "a century", "vague", "a year", "a morning"])
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_no_two_labels_overlap_from_right_to_left(visitor: Visitor, rightwards: Served, name: str, width: int) -> None:
    """As little as from left to right."""
    page = visitor.open(f"{rightwards.page}?size=1&view={WINDOWS[name]}", locale="ar-EG", viewport={"width": width, "height": 900})
    assert overlaps(page) == []


def test_hands_and_keys_are_mirrored_from_right_to_left(visitor: Visitor, rightwards: Served) -> None:
    """The left arrow leads to what is later, which stands on the left; what is dragged moves with the hand."""
    page = visitor.open(f"{rightwards.page}?size=1&view=1990-01-01/2000-01-01", locale="ar-EG")
    before = window_of(page)
    press(page, "ArrowLeft")
    assert near(window_of(page), shifted(before, 0.25))
    press(page, "ArrowRight")
    assert near(window_of(page), before)
    box = box_of(page, ".view")
    y = box["y"] + box["height"] - 30
    page.mouse.move(box["x"] + 200, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 200 + box["width"] * 0.2, y, steps=6)
    page.mouse.up()
    settled(page)
    assert near(window_of(page), shifted(before, 0.2))
    page.goto(f"{rightwards.page}?size=1&view=1990-01-01/2000-01-01")
    settled(page)
    page.mouse.dblclick(box["x"] + box["width"] * 0.25, y)
    settled(page)
    assert near(window_of(page), zoomed(before, 2, 0.75))
    page.goto(f"{rightwards.page}?size=1&view=1990-01-01/1995-01-01&kind=open")
    settled(page)
    before = window_of(page)
    drag_strip(page, ".strip-window", -0.2)
    assert window_of(page)[0] > before[0] + 365


def test_dates_are_in_the_language_of_the_page(visitor: Visitor, tricky: Served) -> None:
    """Whatever the reader's is: the drawing, the line below it and the list write a date in the same words."""
    seen = []
    for locale in ("en-US", "ar-EG", "de-DE"):
        page = visitor.open(f"{tricky.page}?size=20&view={WINDOWS['a week']}", locale=locale)
        seen.append(
            (drawn_said(page), page.locator(".axis span").all_text_contents(), page.locator(".happening-date").all_text_contents())
        )
        assert "November 2025" in drawn_said(page)
    assert seen[0] == seen[1] == seen[2]


def test_the_readers_clock_moves_nothing(visitor: Visitor, tricky: Served) -> None:
    """East and west of the date line the same day is the same day, at the same place."""
    seen = []
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"):
        page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['a week']}", timezone_id=zone)
        places = page.evaluate(
            "[...document.querySelectorAll('.lanes .item a')].map((a) => [a.dataset.id, a.getAttribute('aria-label'),"
            " Math.round(a.getBoundingClientRect().x)])"
        )
        ticks = page.locator(".axis .tick").all_text_contents()
        seen.append((places, ticks, drawn_said(page)))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0]


# Rows of anyone


def test_rows_of_a_table_are_drawn(visitor: Visitor, tricky: Served) -> None:
    """`.timeline` draws them as well: none overlap, a click leads to the row, and keys go from row to row."""
    page = visitor.open(f"{tricky.origin}/tricky/happenings.timeline?_size=40&kind=vague")
    rows = page.locator("ol.timeline .happening").count()
    found = drawn(page)
    assert found["count"] == rows == len([one for one in TRICKY if one[3] == "vague"])
    assert len(found["ids"]) + sum(found["counts"]) == rows
    assert overlaps(page) == []
    page.locator(".lanes .item a .label").first.click()
    settled(page)
    name = page.evaluate("document.activeElement.id")
    assert name in found["ids"]
    expect(page.locator(f"#{name}")).to_be_in_viewport()
    press(page, "ArrowDown", "ArrowDown")
    expect(page.locator(".lanes .item.focused")).to_have_count(1)
