"""The drawn timeline in a real browser: what goes wrong on the way, and where there is no screen, no room or no script.

Skipped where Chromium is not installed. Nothing here may ask another server, nor make the console complain.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pypdfium2
import pytest
from browser import Served, Visitor, drawn, settled, standing
from drawn_page import WINDOWS, press, view_of

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

# What goes wrong


def test_nonsense_in_the_address_is_said_and_the_rest_is_drawn(visitor: Visitor, demo: Served) -> None:
    """A window, lanes and a day that are none are left out."""
    visitor.forgiven = ("status of 400",)
    page = visitor.open(demo.page + "?view=whenever&lanes=colour&as_of=tomorrow&from=never&size=1", status=400)
    notes = " ".join(page.locator(".timeline-problem").all_text_contents())
    for word in ("whenever", "colour", "tomorrow", "never"):
        assert word in notes
    assert drawn(page)["count"] == len(standing(demo.file, -1e15, 1e15))


@pytest.mark.parametrize(
    "view",
    ["-999999999999-01-01/999999999999-12-31", "999999999998-01-01/999999999999-12-31", "2025-11-24T10:30/2025-11-24T10:31",
     "-170000001-01-01/-170000000-01-01"],
)  # fmt: skip
def test_a_window_off_the_scale_is_brought_back(visitor: Visitor, tricky: Served, view: str) -> None:
    """It shows what it can, and one can go on from there."""
    page = visitor.open(f"{tricky.page}?size=1&view={view}")
    press(page, "+", "-", "ArrowLeft", "ArrowRight", "0")
    assert drawn(page)["count"] == len(standing(tricky.file, -1e15, 1e15))


def test_a_server_that_fails_is_said_and_tried_again(visitor: Visitor, tricky: Served) -> None:
    """In words, beside the drawing, which stays; the next movement asks once more."""
    visitor.forgiven = ("status of 500",)
    page = visitor.open(f"{tricky.page}?size=1&view={WINDOWS['a century']}")
    page.route("**/drawing/view**", lambda route: route.fulfill(status=500, body="no"))
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    expect(page.locator(".drawn-said")).to_contain_text("could not be fetched")
    page.unroute("**/drawing/view**")
    press(page, "ArrowLeft")
    expect(page.locator(".drawn-said")).not_to_contain_text("could not be fetched")


def test_a_late_answer_does_not_replace_a_newer_one(visitor: Visitor, tricky: Served) -> None:
    """Answers that come in another order than they were asked for do no harm."""
    page = visitor.open(f"{tricky.page}?size=1&view=1940-01-01/1960-01-01")
    held: list[Any] = []
    page.route("**/drawing/view**", lambda route: route.continue_() if held else held.append(route))
    view_of(page).focus()
    with page.expect_request("**/drawing/view**"):
        page.keyboard.press("0")
    page.keyboard.press("+")
    settled(page)
    expected = drawn(page)
    held[0].continue_()
    page.wait_for_timeout(300)
    assert drawn(page) == expected


# On paper, in a frame, without a script


def test_print_is_the_whole_and_not_the_window(visitor: Visitor, demo: Served) -> None:
    """On paper stands all of it, drawn and listed, without what only a screen can do; afterwards all is as before."""
    page = visitor.open(demo.page)
    whole = drawn(page)
    page.goto(demo.page + "?view=2025-11-20/2025-11-30")
    with page.expect_response("**/drawing/view**"):
        page.reload()
    settled(page)
    before = drawn(page)
    page.wait_for_timeout(50)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = drawn(page)
    assert printed["count"] == whole["count"]
    assert printed["said"] == whole["said"]
    assert len(printed["ids"]) + sum(printed["counts"]) == whole["count"]
    for hidden in ("#find", ".drawn-tools", "#go", ".drawn-moment", ".timeline-ways-back"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#found .happening").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    settled(page)
    assert drawn(page) == before


def test_print_1_lists_all_on_one_page(visitor: Visitor, tricky: Served) -> None:
    """However many there are on a page otherwise, and without pages to turn."""
    page = visitor.open(tricky.page + "?print=1")
    assert page.locator("#found .happening").count() == len(standing(tricky.file, -1e15, 1e15))
    assert page.locator(".turns").count() == 0


@contextmanager
def framing(address: str) -> Iterator[str]:
    """Serve a page of another site that holds ours in a frame."""
    html = f"<!doctype html><title>Elsewhere</title><iframe src='{address}' width=900 height=700></iframe>".encode()

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_other_sites_may_frame_it_where_the_settings_say_so(visitor: Visitor, tricky: Served, demo: Served) -> None:
    """Drawn there without Datasette's frame around it, and refused elsewhere."""
    context = visitor.browser.new_context()
    with framing(f"{tricky.page}?embed=1&size=5") as elsewhere:
        page = context.new_page()
        page.goto(elsewhere)
        inner = page.frame_locator("iframe")
        expect(inner.locator("#drawing[data-drawn]")).to_be_visible()
        expect(inner.locator("body > footer, .not-footer > header").locator("visible=true")).to_have_count(0)
    with framing(f"{demo.page}?embed=1") as elsewhere:
        page.goto(elsewhere)
        expect(page.frame_locator("iframe").locator("#drawing")).to_have_count(0)
    answer = context.request.get(f"{tricky.page}?embed=1")
    assert "x-frame-options" not in answer.headers
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    answer = context.request.get(f"{demo.page}?embed=1")
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    context.close()


def test_the_snippet_is_offered_where_framing_is_allowed(visitor: Visitor, tricky: Served, demo: Served) -> None:
    """With the address of the very state; and not where nobody may frame it."""
    snippet = (
        "[...document.querySelectorAll('textarea, code, input')].map((e) => e.value ?? e.textContent)"
        ".find((text) => text.includes('<iframe'))"
    )
    page = visitor.open(f"{tricky.page}?size=5&kind=vague")
    offered = page.evaluate(snippet)
    assert "embed=1" in (offered or "")
    assert "kind=vague" in (offered or "")
    assert not visitor.open(demo.page).evaluate(snippet)


def test_without_a_script_all_can_be_read(visitor: Visitor, tricky: Served) -> None:
    """The list, the search, the filters and the pages; the drawing, which needs one, is not there at all."""
    page = visitor.open(tricky.page, settle=False, java_script_enabled=False)
    expect(page.locator("#drawing")).to_be_hidden()
    expect(page.locator("#found .happening").first).to_be_visible()
    first = page.locator("#found .happening h3").first.text_content()
    page.get_by_role("link", name="Later").first.click()
    assert page.locator("#found .happening h3").first.text_content() != first
    page.get_by_label("Search titles").fill("Caesar")
    page.keyboard.press("Enter")
    expect(page.locator("#found .happening")).to_have_count(1)
    expect(page.locator("#drawing")).to_be_hidden()
    page.goto(tricky.page)
    page.locator("#find details").first.locator("summary").click()
    page.locator("#find [name=kind]").select_option("geology")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#found .happening")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("Ash falls on the forest")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_thirty_two_happenings_are_eight_pages(visitor: Visitor, demo: Served, paper: str) -> None:
    """At most, with the margins that paper has: the drawing, its signs, and each happening with its quotations and addresses."""
    page = visitor.open(f"{demo.page}?size=100")
    folded = page.locator("#found .more-quotations")
    assert folded.count() > 20
    # Paper cannot be unfolded, with or without a script.
    page.emulate_media(media="print")
    for quotation in (folded.locator("q").first, folded.locator("q").last):
        expect(quotation).to_be_visible()
    page.emulate_media(media="screen")
    expect(folded.locator("q").first).to_be_hidden()
    page.emulate_media(media="print")
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "1cm")
    printed = page.pdf(format=paper, margin=margins)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 8
    document = pypdfium2.PdfDocument(printed)
    words = "".join("".join(page.get_textpage().get_text_range() for page in document).split())
    quoted = [str(text) for text in folded.locator("q").all_text_contents()]
    assert [text for text in quoted if "".join(text.split()) not in words.replace("\ufffe", "-")] == []


def test_a_happening_is_whole_on_paper(visitor: Visitor, demo: Served) -> None:
    """Its page has no script, and nothing of it is folded away there: neither quotations nor history."""
    page = visitor.open(demo.page + "/ga-93", settle=False)
    folded = page.locator("main details p")
    expect(folded.last).to_be_hidden()
    page.emulate_media(media="print")
    for one in folded.all():
        expect(one).to_be_visible()
