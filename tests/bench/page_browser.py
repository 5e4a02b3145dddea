"""Time what a reader waits for, for tests/bench/page.py: first drawing and a zoom step, ours and its peers', in headless Chromium.

Owns the servers, the browser and what is read from it. "Drawn" is when a second frame has begun after the drawing said that it is
done, for each of them, and nobody's animation is timed. Every run has a browser context of its own, so that nothing is cached.
Must not print.
"""

import json
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from page_timeline import happenings, read, tell
from playwright.sync_api import Browser, Page, Response, sync_playwright

from timeline import dates

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NPM = shutil.which("npm")
PEERS = {"vis-timeline": "vis-timeline@8", "TimelineJS": "@knight-lab/timelinejs@3"}
PAGES = {"vis-timeline": "page_vis.html", "TimelineJS": "page_timelinejs.html"}
PATIENCE = 600_000  # milliseconds, for one page
ENOUGH = 60  # seconds, for the runs of one page

# Our page says by the attribute data-drawn that it has drawn, anew each time, and by aria-busy that data is on its way.
WATCH = """
{
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const drawing = () => document.getElementById("drawing");
  window.drawings = () => Number(drawing()?.dataset.drawn ?? 0);
  window.until = (before) => new Promise((done) => {
    const look = () => {
      if (window.drawings() > before && drawing().getAttribute("aria-busy") !== "true") {
        watcher.disconnect();
        painted().then(() => done(performance.now()));
      }
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { subtree: true, childList: true, attributeFilter: ["data-drawn", "aria-busy"] });
    setTimeout(done, 60_000, 0);
  });
  window.keyed = 0;
  window.first = window.until(0);
  addEventListener("keydown", () => { window.keyed = performance.now(); }, true);
}
"""


Subject = tuple[str, int]
"""Whose page, and of how many happenings."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one page took: milliseconds to the first drawing and for a zoom step."""

    drawn: float
    zoomed: float


@dataclass(frozen=True, slots=True)
class Weight:
    """What one page weighs: requests, bytes of all bodies and of our scripts and styles, uncompressed; bytes of heap, and nodes."""

    requests: int
    size: int
    code: int
    heap: int
    nodes: int


def medians(seen: list[Seen]) -> Seen:
    """Take the median of each."""
    return Seen(statistics.median(s.drawn for s in seen), statistics.median(s.zoomed for s in seen))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """Open an empty page at a desk's width, with nothing cached, for a reader who wants no animation."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


# Ours


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Run Datasette on a file, and give the address of its timeline."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", str(path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/-/versions.json", server)
            yield f"http://127.0.0.1:{port}/{path.stem}/-/timeline"
        finally:
            server.terminate()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until an address is answered. SystemExit where it is not."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.URLError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{address}: no server came up")


def go(page: Page, address: str) -> float:
    """Open our page, and give the milliseconds until it was drawn. SystemExit where it is not answered with 200, or never drawn."""
    page.add_init_script(WATCH)
    response = page.goto(address)
    if response is None or response.status != 200:
        raise SystemExit(f"{address}: answered with {response.status if response else 'nothing'}, expected 200")
    drawn = float(page.evaluate("window.first")) if page.locator("#drawing").count() else 0
    if not drawn:
        raise SystemExit(f"{address}: never said that it had drawn: #drawing with data-drawn, and not aria-busy")
    return drawn


def ours(browser: Browser, address: str) -> Seen:
    """Time our page: until it is drawn, and from the key + until that is."""
    with opened(browser) as page:
        drawn = go(page, address)
        page.focus("#drawing .view")
        page.evaluate("window.zoomed = window.until(window.drawings()); 0")
        page.keyboard.press("+")
        zoomed = page.evaluate("window.zoomed.then((when) => when - window.keyed)")
        if zoomed <= 0:
            raise SystemExit(f"{address}: the key + drew nothing anew")
        return Seen(drawn, zoomed)


def is_our_code(response: Response) -> bool:
    """Whether it is a script or style of ours, and not of Datasette itself."""
    return response.request.resource_type in ("script", "stylesheet") and "/-/static/" not in response.url


def weigh(browser: Browser, address: str) -> Weight:
    """Weigh our page when it has drawn itself and all is quiet."""
    with opened(browser) as page:
        responses: list[Response] = []
        page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - a list's own method cannot be marked
        go(page, address)
        page.wait_for_load_state("networkidle")
        sizes = {response: len(response.body()) for response in responses}
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        session.send("HeapProfiler.collectGarbage")
        metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
        return Weight(
            len(sizes),
            sum(sizes.values()),
            sum(size for response, size in sizes.items() if is_our_code(response)),
            int(metrics["JSHeapUsedSize"]),
            int(metrics["Nodes"]),
        )


# The peers


def installed(folder: Path) -> dict[str, str]:
    """Install the peers with npm where they are not yet, and give their versions by name."""
    found = {}
    for name, wanted in PEERS.items():
        package = folder / "node_modules" / wanted.rpartition("@")[0] / "package.json"
        if not package.exists():
            command = [NPM or "npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", wanted]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found[name] = json.loads(package.read_text())["version"]
    return found


def plain(entry: dict[str, Any]) -> dict[str, str]:
    """Give a happening as peers can take it: between two days; an open end is a point."""
    date = dates.parse(entry["date"])
    earliest = str(date.earliest)
    return {"id": entry["id"], "title": entry["title"], "earliest": earliest, "latest": date.latest or earliest}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def peers_served(folder: Path, site: Path, counts: set[int]) -> Iterator[str]:
    """Serve the peers' pages with so many happenings from a folder, and give its address."""
    rows, _, _ = read()
    for name in PAGES.values():
        shutil.copy(Path(__file__).parent / name, site)
    for count in counts:
        (site / f"happenings-{count}.json").write_text(json.dumps([plain(entry) for entry in happenings(rows, count)]))
    (site / "node_modules").symlink_to((folder / "node_modules").resolve())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def peer(browser: Browser, address: str) -> Seen:
    """Time a peer's page: until it is drawn, and a zoom step."""
    with opened(browser) as page:
        page.goto(address)
        page.wait_for_function("window.drawn > 0")
        if not page.evaluate("window.items"):
            raise SystemExit(f"{address}: drew nothing")
        return Seen(page.evaluate("window.drawn"), page.evaluate("window.zoom()"))


def in_turn(subjects: dict[Subject, Callable[[], Seen]], runs: int) -> dict[Subject, Seen]:
    """Run each in turn, so many times round, and give the medians: what else the machine does then falls on all of them.

    What has taken more than a minute is not run again.
    """
    seen: dict[Subject, list[Seen]] = {subject: [] for subject in subjects}
    spent = dict.fromkeys(subjects, 0.0)
    for run in range(1, runs + 1):
        for (name, count), once in subjects.items():
            if spent[name, count] < ENOUGH:
                tell(f"\r{f'run {run} of {runs}: {name} {count:,}':<60}")
                start = time.monotonic()
                seen[name, count].append(once())
                spent[name, count] += time.monotonic() - start
    tell("\n")
    return {subject: medians(many) for subject, many in seen.items()}
