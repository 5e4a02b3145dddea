"""Measure a site of plain files: seconds, files and megabytes, the first drawing from a disk and over HTTP, and a search.

    python tests/bench/site.py TIMELINE.db [--keep DIR]

The page is drawn in Chromium, where it is installed. Publish the project's own timeline, and larger ones: see million.py.
"""

import argparse
import functools
import http.server
import resource
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from timeline.cli import main

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def published(db: Path, folder: Path) -> None:
    """Publish, twice, and print how long that takes: on the clock, and of the processor."""
    for name in ("first", "again"):
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        result = CliRunner().invoke(main, ["publish", "--site", str(folder), "--yes", "--db", str(db)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        print(f"{name}: {time.monotonic() - began:.1f} s, of the processor {cpu:.1f} s")
    files = [path for path in folder.rglob("*") if path.is_file()]
    data = sum(path.stat().st_size for path in (folder / "data").iterdir())
    print(f"{len(files):,} files, {sum(path.stat().st_size for path in files) / 1e6:,.1f} MB, of these data {data / 1e6:,.1f} MB")
    index = next((folder / "data").glob("index-*.js")).stat().st_size
    print(f"index.html {(folder / 'index.html').stat().st_size / 1e3:,.0f} kB, data/index {index / 1e3:,.0f} kB")


def drawn(browser: "Browser", address: str) -> None:
    """Open the page, move, search and filter, and print how long each takes."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    began = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator(".lanes .item, .lanes .chip").first.wait_for(state="attached")
    print(f"{address.partition(':')[0]}: first drawing {time.monotonic() - began:.2f} s")
    for name, act, done in (
        (
            "zoom",
            "document.querySelector('[data-do=closer]').click()",
            "document.querySelector('#drawn-said').textContent !== said",
        ),
        ("first search", "type('war')", "document.querySelectorAll('#chosen .chips li').length"),
        ("second search", "type('treaty')", "document.querySelector('#chosen').textContent.includes('treaty')"),
        ("without", "type('')", "!document.querySelectorAll('#chosen .chips li').length"),
    ):
        page.evaluate(
            """() => { globalThis.said = document.querySelector('#drawn-said').textContent;
            globalThis.type = text => { const field = document.querySelector('#f-q'); field.value = text;
            field.form.requestSubmit(); }; }"""
        )
        began = time.monotonic()
        page.evaluate(act)
        page.wait_for_function(done)
        print(f"  {name} {time.monotonic() - began:.2f} s")
    page.close()


def run() -> None:
    """Publish a timeline and look at it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("db", type=Path)
    parser.add_argument("--keep", type=Path, help="the folder of the site, new or published before")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (given.keep or Path(name) / "site").resolve()
        published(given.db, folder)
        from playwright.sync_api import sync_playwright

        handler = functools.partial(Quiet, directory=str(folder))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for address in (f"{folder.as_uri()}/index.html", f"http://127.0.0.1:{server.server_port}/index.html"):
                drawn(browser, address)
            browser.close()
            server.shutdown()


if __name__ == "__main__":
    run()
