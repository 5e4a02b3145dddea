"""Exports open in TimelineJS itself, in a real browser.

TIMELINEJS names the folder of its package (`npm pack @knight-lab/timelinejs`, unpacked); without it this skips.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from difficult_happenings import ABOUT, MANY

from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.reading.records import Happening, Quotation, Source

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.browser
SLIDE = """{"start_date": {"year": 2003}, "text": {"headline": "Shown", "text": "<a href='https://e.org/#linked'>linked</a>"},
"media": {"url": "shown.svg", "credit": "<a href='https://e.org/#ann'>Ann</a>", "caption": "A house"}, "background": "#aa0000"}"""
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="dist/css/timeline.css">
<div id="timeline" style="height: 640px"></div><script src="dist/js/timeline.js"></script><script>
fetch("timeline.json").then(answer => answer.json()).then(content => {
  window.timeline = new TL.Timeline("timeline", content, {font: null, script_path: "dist/js/"});
  window.timeline.on("loaded", () => { window.loaded = true; });
});
</script>"""


@pytest.fixture
def many() -> Sequence[Happening]:
    """Return a happening for every kind of date."""
    return MANY


@pytest.fixture
def about() -> About:
    """Return the address of the timeline."""
    return ABOUT


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a folder with TimelineJS in it."""
    package = os.environ.get("TIMELINEJS")
    if not package or not (Path(package) / "dist").is_dir():
        pytest.skip("TIMELINEJS does not name the folder of the npm package @knight-lab/timelinejs")
    (tmp_path / "dist").symlink_to(Path(package).resolve() / "dist")
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page() -> Iterator[Any]:
    """Open a page that only reaches this computer."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", lambda route: route.continue_() if "//127.0.0.1:" in route.request.url else route.abort())
        yield page
        browser.close()


def test_timelinejs_opens_our_export(
    site: tuple[Path, str],
    page: Any,  # noqa: ANN401 - Playwright may not be installed
    many: Sequence[Happening],
    about: About,
) -> None:
    """Every happening is a slide and a marker, words are shown exactly, and none of them runs."""
    folder, address = site
    placed = [one for one in many if (one.earliest or one.latest) and not one.date.startswith("Y")]
    run = '<img src=x onerror="window.ran = true">&ltimg src=x onerror="window.ran = true">'
    placed.append(replace(many[0], id="run", title=f"Run {run}", kind=run, summary=run, place=run))
    shown = Quotation(1, Source("slides", "Slides", media_type="application/json"), SLIDE, "", "", 0, 9, "exact", "supports")
    placed.append(replace(many[0], id="shown", title="Shown", summary="linked", attributed_to=None, quotations=(shown,)))
    (folder / "timeline.json").write_text("".join(map(str, format_named("timelinejs").write(placed, about))), encoding="utf-8")
    (folder / "shown.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>', encoding="utf-8")
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(address)
    page.wait_for_function("window.loaded", timeout=15_000)
    assert page.locator(".tl-timemarker").count() == len(placed)
    assert page.locator(".tl-message-full").filter(visible=True).count() == 0
    markers = page.locator(".tl-timemarker h2.tl-headline").all_text_contents()
    assert sorted(text.strip() for text in markers) == sorted(one.headline for one in placed)
    slide = page.locator("#h4").first
    assert "about 2025" in slide.locator(".tl-headline-date").first.text_content()
    assert "</script> & left" in slide.locator("blockquote").first.text_content()
    bce = page.locator("#h5 .tl-headline-date").first.text_content()
    assert "44 BCE" in bce
    assert run in page.locator(".tl-timegroup-message").all_text_contents()
    page.evaluate("window.timeline.goToId('shown')")
    page.locator("#shown .tl-media-image").wait_for(timeout=15_000)
    assert (page.locator("#shown .tl-media-image").get_attribute("src") or "").endswith("shown.svg")
    assert page.locator("#shown .tl-credit").text_content() == "Ann"
    assert page.locator("#shown .tl-caption").text_content() == "A house"
    assert page.locator("#shown a[href='https://e.org/#linked']").text_content() == "linked"
    assert page.evaluate("window.ran") is None
    assert failed == []
