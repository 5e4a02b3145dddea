"""The desk in Chromium: a small timeline that `timeline desk` serves, and pages of a browser that is signed in."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from examples import PNG

from timeline import Timeline

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)
MARKS = [
    pytest.mark.datasette,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("desk"),
]
TEXT = (
    "The council met in Marrakech on 24 November 2025. It sat for four days.\n\n"
    "Some say three hundred came; others say three hundred and fifty. Ann Lee spoke first.\n\n"
    "انعقدت الجمعية العامة في مراكش. وقال المدير إن الأمن منفعة عامة.\n\n"
    "The council met again. It rose on 27 November."
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve the desk of a small timeline; give the address of the desk and the file."""
    folder = tmp_path_factory.mktemp("desk")
    path = folder / "timeline.db"
    with Timeline(path, by="The editors") as timeline:
        source = timeline.archive(text=TEXT, id="report", title="A report", published="2025-11-28", language="en")
        timeline.archive(text="They sat in Marrakech, says the mayor.", id="letter", title="A letter")
        (folder / "hall.png").write_bytes(PNG)
        timeline.archive(folder / "hall.png", id="hall", title="The hall")
        timeline.record("rises", title="The council rises", date="2025-11-27", citations=[source.quote("It rose on 27 November")])
    command = [sys.executable, "-c", "from timeline.cli import main; main()", "desk", "--no-open", "--port", "0", "--by", "Ann Lee"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout
            lines = []
            for line in server.stdout:
                lines.append(line)
                if "Uvicorn running" in line:
                    break
            link = re.search(r"http://\S+sign-in\S+", "".join(lines))
            assert link, "".join(lines)
            yield link[0], path
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def signed_in(served: tuple[str, Path]) -> Iterator[Any]:
    """Give a browser that opened the one-time link, once."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(served[0])
        sync_api.expect(page.get_by_role("heading", name="The desk")).to_be_visible()
        page.goto(served[0])
        sync_api.expect(page.locator("body")).to_contain_text("This link was used already")
        yield context
        browser.close()


@pytest.fixture
def page(served: tuple[str, Path], signed_in: Any) -> Iterator[Any]:  # noqa: ANN401 - Playwright's own
    """Give a page whose console must stay silent."""
    context = signed_in.browser.new_context(viewport={"width": 1280, "height": 800}, storage_state=signed_in.storage_state())
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one and "422" not in one and "409" not in one] == []


def address_of(served: tuple[str, Path], address: str) -> str:
    """Return the address of a page of the desk."""
    return f"{served[0].partition('/-/')[0]}/timeline/-/timeline/desk/{address}"
