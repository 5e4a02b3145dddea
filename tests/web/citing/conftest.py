"""A server with tricky texts, and a window of Chromium on it.

Skipped where Chromium is not installed. Set TIMELINE_SCREENSHOTS to a folder to keep pictures for looking at.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser import DESK, Served, Window, serving
from citing_page import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a timeline of tricky texts, cited at many places."""
    folder = tmp_path_factory.mktemp("citing")
    with serving(folder, build(folder / "timeline.db")) as server:
        yield server


@pytest.fixture(scope="module")
def window(chromium: "Browser") -> Iterator[Window]:
    """Open a window at desk width, allowed to read what was copied, whose clock the tests move on."""
    options = {"viewport": {"width": DESK, "height": 900}, "reduced_motion": "reduce"}
    context = chromium.new_context(**options, permissions=["clipboard-read", "clipboard-write"])
    opened = Window(context.new_page(), options)
    opened.page.clock.install()
    yield opened
    context.close()


@pytest.fixture
def page(window: Window, served: Served) -> Iterator["Page"]:
    """Give its page; it fails if the console complained or anything was asked of elsewhere."""
    complaints: list[str] = []
    window.listen(complaints.append, lambda url: None if url.startswith(served.origin) else complaints.append(url))
    yield window.page
    window.leave()
    assert complaints == []
