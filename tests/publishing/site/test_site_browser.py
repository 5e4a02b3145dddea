"""A site as readers open it: from a disk and from a plain web server under a sub-path, at a desk and on a phone."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from site_material import Published

if TYPE_CHECKING:
    from playwright.sync_api import Page

EACH_KIND = (
    *("index.html?q=council", "index.html?story=opening", "happenings/treaty/index.html", "sources/minutes/index.html"),
    *("events/5.html", "log/index.html", "export/index.html"),
)
PATIENCE = 30_000  # milliseconds: a busy machine is not what is tested


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def addresses(published: Published) -> Iterator[dict[str, str]]:
    """Give the addresses of the site: on the disk, and on a web server under a sub-path."""
    handler = functools.partial(Quiet, directory=str(published.site.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"disk": f"{published.site.as_uri()}/", "web": f"http://127.0.0.1:{server.server_port}/{published.site.name}/"}
        server.shutdown()


@contextmanager
def opened(chromium: Any, address: str, width: int = 1280, **options: Any) -> Iterator["Page"]:  # noqa: ANN401 - Playwright's own
    """Open a page. What the console complains of fails the test, and so does a request that fails or leaves the site."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
    page, troubles = context.new_page(), []
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "http://127.0.0.1", "data:")) else troubles.append(request.url),
    )
    page.goto(address)
    yield page
    context.close()
    assert troubles == []


def drawn(page: "Page") -> int:
    """Count what is drawn, once anything is."""
    page.locator(".lanes .item").first.wait_for()
    return page.locator(".lanes .item").count()


def listed(page: "Page") -> list[str]:
    """Return the ids of the cards."""
    return [str(id_) for id_ in page.locator("#found .happening").evaluate_all("all => all.map(one => one.dataset.id)")]


@pytest.mark.parametrize("where", ["disk", "web"])
def test_a_reader_searches_filters_and_reads(chromium: Any, addresses: dict[str, str], where: str) -> None:  # noqa: ANN401
    """The drawing, words, a filter, lanes, a card with its neighbours, and the way back."""
    with opened(chromium, f"{addresses[where]}index.html") as page:
        assert drawn(page) > 5
        page.fill("#f-q", "treaty")
        page.wait_for_function("document.querySelectorAll('#found .happening').length === 1")
        assert listed(page) == ["treaty"]
        assert "q=treaty" in page.url
        page.locator("#found .happening a[href*='actor=']").first.click()
        page.wait_for_function("document.querySelectorAll('#chosen .chips li').length === 3")
        page.go_back()
        page.go_back()
        page.wait_for_function("document.querySelectorAll('#found .happening').length === 50")
        page.select_option("#f-lanes", "kind")
        page.locator(".lane-label, .lane").first.wait_for(state="attached")
        page.locator(".view").focus()
        page.keyboard.press("ArrowDown")
        page.locator("#card .one").wait_for()
        first = page.locator("#card .card-title").inner_text()
        page.locator("#card .before-after a[rel=next]").click()
        page.wait_for_function("title => document.querySelector('#card .card-title').innerText !== title", arg=first)
        page.locator("#card .card-title a").click()
        page.locator("main > article.one").wait_for()
        assert "/happenings/" in page.url


def test_an_address_opens_its_state(chromium: Any, addresses: dict[str, str]) -> None:  # noqa: ANN401
    """A filter, the past, and a story."""
    with opened(chromium, f"{addresses['disk']}index.html?kind=assembly&from=1969") as page:
        page.locator("#chosen .chips").wait_for()
        assert listed(page) == ["opening", "again"]
        assert page.input_value("#f-from") == "1969"
    with opened(chromium, f"{addresses['disk']}index.html?as_of=6&q=council") as page:
        page.locator("#known .as-of").wait_for()
        assert listed(page) == ["opening"]
        assert page.locator("#found h3").inner_text() == "The council opens"
        page.locator("#found h3 a").click()
        page.locator("main h1").get_by_text("The council opens").wait_for()
    with opened(chromium, f"{addresses['disk']}index.html?story=opening&kind=assembly") as page:
        page.locator("main article.one").wait_for()
        assert page.locator(".story-place").inner_text() == "1 of 2"
        page.keyboard.press("ArrowRight")
        page.get_by_text("2 of 2").wait_for()
        assert page.locator("main h1").inner_text() == "It meets again"
    with opened(chromium, f"{addresses['disk']}index.html?story=mistake") as page:  # it was retracted, so it has no number
        page.locator("main article.one").wait_for()
        assert page.locator(".story-place, .story-head progress").count() == 0


def test_a_proof_is_checked_in_the_browser(chromium: Any, addresses: dict[str, str]) -> None:  # noqa: ANN401
    """The proof of an event, and that the log only adds to a checkpoint of one's own."""
    with opened(chromium, f"{addresses['disk']}events/5.html") as page:
        checkpoint = page.locator("#checkpoint").inner_text()
        page.get_by_role("button", name="Check it here").click()
        page.locator(".verdict").filter(has_text="Event 5 stands in the log").wait_for()
    with opened(chromium, f"{addresses['disk']}log/index.html") as page:
        page.locator("#mine textarea").first.fill(checkpoint)
        page.locator("#mine button").click()
        page.locator(".verdict").filter(has_text="only adds to your checkpoint").wait_for()
        altered = checkpoint.split("\n")
        altered[2] = ("A" if altered[2][0] != "A" else "B") + altered[2][1:]
        page.locator("#mine textarea").first.fill("\n".join(altered))
        page.locator("#mine button").click()
        page.locator(".verdict.failed").filter(has_text=" ").wait_for()


def test_a_phone_and_a_frame_show_the_same(chromium: Any, addresses: dict[str, str]) -> None:  # noqa: ANN401
    """On a narrow screen nothing sticks out; in a frame of another page there is no menu, and links lead out of it."""
    with opened(chromium, f"{addresses['disk']}index.html?q=council", width=390) as page:
        page.locator("#chosen .chips").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with opened(chromium, f"{addresses['web']}embed.html?kind=assembly") as page:
        page.locator("#chosen .chips").wait_for()
        assert listed(page) == ["opening", "again"]
        assert page.locator("#found h3 a").first.get_attribute("target") == "_top"


def test_without_javascript_there_is_no_dead_control(chromium: Any, addresses: dict[str, str]) -> None:  # noqa: ANN401
    """The list is read page by page; what needs a script is not there."""
    with opened(chromium, f"{addresses['disk']}index.html", java_script_enabled=False) as page:
        assert page.locator("#find button").count() > 0
        assert not page.locator("#controls").is_visible()
        assert page.get_by_text("Without JavaScript you see the whole list").is_visible()
        page.locator("nav.turns a[rel=next]").last.click()
        assert page.url.endswith("list/2.html")
        assert page.locator(".happening").count() > 0
        assert page.locator("form").count() == 0


@pytest.mark.parametrize("name", EACH_KIND)
def test_axe_finds_nothing(chromium: Any, addresses: dict[str, str], name: str) -> None:  # noqa: ANN401
    """On each kind of page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with opened(chromium, addresses["web"] + name) as page:  # axe itself reads the style sheets, which it cannot on a disk
        page.wait_for_function("document.querySelector('main h1') && !document.querySelector('.drawn[hidden]')")
        response = axe.run(page, options={"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}).response
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in response["violations"]] == []
