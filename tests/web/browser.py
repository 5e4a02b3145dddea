"""What the tests in a browser share: timelines to be served, servers, and pages that tell what went wrong on them.

Owns these alone; the fixtures that keep them alive are in conftest.py. Must not test anything.
"""

import json
import math
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from timeline import Timeline, bundles
from timeline.merkle import Key, Note
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey
from timeline.selection import window as windows
from timeline.web.drawing import shape

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Response

PROJECT = Path(__file__).parents[2]
# The shell is Chromium without a desktop's window around it: it starts and draws in two thirds of the time.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)
DESK, TABLET, PHONE, NARROW = 1280, 768, 390, 320
DAY_OF_A_THOUSAND = "1950-06-15"
THOUSAND = 1000
# How long is waited for what does not come, in milliseconds.
PATIENCE = 8000

TEXT = (
    "What is told of here happened, says the chronicle. It never happened, says the ministry."
    " The chronicle has this from an old man of the village, who had it from his father."
)
LONG_TITLE = "A title that goes on " + "and on " * 280 + "to its end"
ARABIC = "انعقاد الجمعية العامة (INTERPOL 93) في مراكش"
# Dates of every kind that is hard to draw: id, date, title, kind.
TRICKY = [
    ("carbon", "Y-170000002", "Ash falls on the forest", "geology"),
    ("ides", "-0043-03-15", "Caesar is killed", "attack"),
    ("before-the-era", "-0001-01", "The winter before", "weather"),
    ("last-day-bce", "0000-12-31", "The last day of 1 BCE", "boundary"),
    ("first-day-ce", "0001-01-01", "The first day of 1 CE", "boundary"),
    ("whole", "-0500/2030", "An age that holds all others", "age"),
    ("year-only", "2003", "Some day of 2003", "vague"),
    ("month-only", "2003-05", "Some day of May", "vague"),
    ("one-day", "2003-05-16", "A day in May", "plain"),
    ("about", "2003~", "About 2003", "vague"),
    ("perhaps", "2003-08?", "Perhaps in August", "vague"),
    ("both", "2003-09%", "Perhaps, and about", "vague"),
    ("lasted", "2003-02/2003-11", "From February to November", "plain"),
    ("certain", "2003-02-01/2003-11-30", "From a day to a day", "plain"),
    ("open-end", "2003-06/..", "Since June, and still", "open"),
    ("unknown-end", "2003-07/", "Since July, the end not known", "open"),
    ("unknown-start", "/1985", "Until 1985, the start not known", "open"),
    ("open-start", "../1984", "Always, until 1984", "open"),
    ("before-a-day", "[..2025-11-26]", "Some day before the dispatch", "vague"),
    ("one-of", "[1667,1668,1670..1672]", "One of these years", "vague"),
    ("all-of", "{1960,1961-12}", "In all of these", "vague"),
    ("vague-ends", "1998/2001", "From some day of 1998 to some of 2001", "plain"),
    ("decade", "196X", "Sometime in the sixties", "vague"),
    ("season", "2001-21", "In spring", "vague"),
    ("morning", "2025-11-24T08:05:00Z", "Doors open", "session"),
    ("late-morning", "2025-11-24T10:30:00Z", "The vote", "session"),
    ("noon", "2025-11-24T12:00:00Z", "Lunch", "session"),
    ("evening", "2025-11-24T23:59:30Z", "Doors close", "session"),
    ("that-day", "2025-11-24", "The day of the vote", "session"),
    ("arabic", "2025-11-25", ARABIC, "session"),
    ("long-title", "2025-11-20", LONG_TITLE, "session"),
    ("markup", "2025-11-22", '<img src=x onerror=alert("title")> & co', "session"),
    ("disputed", "1972-03", "A treaty is signed", "marked"),
    ("corrected", "1973-03-01", "A treaty is signed again", "marked"),
    ("claimed", "1974", "An old man sees a light", "marked"),
    ("retracted", "1975", "A thing that was not", "marked"),
]


@dataclass(frozen=True)
class Served:
    """A server, and the file of the timeline that is meant first."""

    origin: str
    file: Path

    @property
    def page(self) -> str:
        """The address of the timeline page."""
        return f"{self.origin}/{self.file.stem}/-/timeline"


def build_demo(path: Path) -> Path:
    """Make the project's own timeline, with one correction, at the log's last position."""
    with Timeline(path, by="tester") as timeline:
        bundles.append(timeline, PROJECT / "events" / "interpol-general-assembly.yaml")
        timeline.correct(
            "casablanca-attacks", title="Attacks in Casablanca on one day", date="2003-05-16", reason="The day was found."
        )
    return path


def build_tricky(path: Path) -> Path:
    """Make a timeline of what is hard to draw; a thousand happen on one day."""
    with Timeline(path, by="tester") as timeline, timeline.transaction():
        source = timeline.archive(id="chronicle", text=TEXT, title="A chronicle", published="1990")
        cited = [source.quote("What is told of here happened")]
        denied = {**source.quote("It never happened, says the ministry").model_dump(), "stance": "disputes"}
        for number, (name, date, title, kind) in enumerate(TRICKY):
            timeline.record(
                name,
                title=title,
                date=date,
                kind=kind,
                place=("Marrakech", "Rabat", "مراكش")[number % 3],
                actors=[f"Person {number % 4}", *(["Person 4"] if number % 5 == 0 else [])],
                tags=[f"tag-{number % 3}"],
                attributed_to="an old man" if name == "claimed" else None,
                citations=[*cited, denied] if name == "disputed" else cited,
            )
        for number in range(THOUSAND):
            timeline.record(
                f"thousand-{number}",
                title=f"Delegate {number} arrives",
                date=DAY_OF_A_THOUSAND,
                kind="arrival",
                actors=[f"Delegate {number}"],
                citations=cited,
            )
        timeline.correct("corrected", date="1973-03-02", reason="The chronicle was misread")
        timeline.retract("retracted", reason="Nobody else tells of it")
    return path


MOMENT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def build_proved(path: Path) -> list[Key]:
    """Make a timeline whose log was signed and witnessed at 9 events and again at 12, was then added to, and redacted in part.

    Redacted are a happening as it first was, a happening whole, and a source with its document; one source lost its document
    with the happening that cited it. Gives the public keys: the log's, and the witness's.
    """
    key, witness = SigningKey.new("example.org/proved"), SigningKey.new("witness.example.net")

    def signed(timeline: Timeline, at: datetime) -> Key:
        kept_at = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        note = checkpoints.make(timeline.log, key, None, kept_at)
        public, cosignature = witness.cosign(note.text, at)
        checkpoints.keep(timeline.log, Note(note.text, (*note.signatures, cosignature)), [key.public, public], kept_at)
        return public

    with Timeline(path, by="amina", clock=lambda: MOMENT.replace(hour=8)) as timeline:
        chronicle = timeline.archive(id="chronicle", text=TEXT, title="A chronicle", published="1990")
        timeline.archive(id="diary", text="SECRETWORD is told here.", title="A SECRETWORD diary")
        letter = timeline.archive(id="letter", text="Of SECRETWORD I know all.", title="A letter that stays")
        cited = [chronicle.quote("What is told of here happened")]
        timeline.record("whole", title="A long story", date="1990", citations=cited)
        timeline.record("part", title="A part of it", date="1990-05", part_of="whole", citations=cited)
        timeline.record("first", title="SECRETWORD as first told", date="1991", kind="telling", citations=cited)
        timeline.record("gone", title="SECRETWORD whole", date="1992", part_of="whole", actors=["SECRETWORD"], tags=["SECRETWORD"],
                        citations=[letter.quote("Of SECRETWORD I know all")])  # fmt: skip
        timeline.record("tied", title="What has to do with it", date="1993", related=["gone"], part_of="gone", citations=cited)
        timeline.record("replaced", title="Taken back", date="1994", citations=cited)
        signed(timeline, MOMENT)
        timeline.correct("first", title="As told now", reason="A name was in it")
        timeline.retract("replaced", reason="Another tells it better", superseded_by="gone")
        timeline.record("odd", title="An odd `name` <b>", date="1995", citations=cited)
        public = signed(timeline, MOMENT.replace(hour=10))
        timeline.redact(6, reason="It named a child <b>")
        timeline.redact(7, reason="A court ordered it")
        timeline.redact(2, reason="The diary is private")
    return [key.public, public]


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(folder: Path, *files: Path, settings: Mapping[str, Any] | None = None) -> Iterator[Served]:
    """Serve files from a folder, with the project's metadata.json and these settings of the plugin.

    A single file is served as `timeline serve` does, several as plain Datasette does.
    """
    metadata = json.loads((PROJECT / "metadata.json").read_text(encoding="utf-8"))
    metadata["plugins"] = {"cited-timeline": dict(settings or {})}
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    port = free_port()
    if len(files) == 1:
        ours = ["-c", "from timeline.cli import main; main()", "serve", "--db", str(files[0])]
    else:
        ours = ["-m", "datasette", *map(str, files), "-m", "metadata.json"]
    quiet = subprocess.DEVNULL
    patient = ("--setting", "sql_time_limit_ms", "10000")  # a busy machine is not what is tested
    with subprocess.Popen([sys.executable, *ours, "--port", str(port), *patient], cwd=folder, stdout=quiet, stderr=quiet) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/-/versions.json")
            yield Served(f"http://127.0.0.1:{port}", files[0])
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"{url} was not served in 30 seconds")


# Waits until the drawing has been drawn, nothing is on its way, and nothing moves: four frames without a change.
SETTLED = """() => new Promise((done, fail) => {
  const began = performance.now();
  let last = "", still = 0;
  const look = () => {
    const root = document.getElementById("drawing");
    const now = `${root?.dataset.drawn} ${location.search}`;
    const quiet = root?.dataset.drawn && !document.querySelector("[aria-busy]");
    still = quiet && now === last ? still + 1 : 0;
    last = now;
    if (still >= 4) done(true);
    else if (performance.now() - began > 10000) fail(new Error(`the drawing did not settle: ${now}, busy ${!quiet}`));
    else requestAnimationFrame(look);
  };
  look();
})"""


@dataclass
class Window:
    """One page of a browser, in a context of its own; after a test it is made as new, for the next that wants one like it.

    A page in another context costs a second or two of the processor: processes are started, and scripts compiled anew.
    """

    page: "Page"
    options: Mapping[str, Any]
    listeners: list[tuple[Any, str, Callable[..., None]]] = field(default_factory=list)

    def listen(self, complain: Callable[[str], None], ask: Callable[[str], None]) -> None:
        """Have functions called with what the console complains of, and with each address that is asked; until it is left."""

        def read(message: "ConsoleMessage") -> None:
            if message.type in ("error", "warning"):
                complain(message.text)

        self.listeners += [
            (self.page, "console", read),
            (self.page, "pageerror", lambda error: complain(str(error))),
            (self.page.context, "request", lambda request: ask(request.url)),
        ]
        for teller, event, listener in self.listeners:
            teller.on(event, listener)

    def leave(self) -> None:
        """Leave nothing of what was done here but what went by: neither page, cookies, rules, looks nor where the mouse was."""
        for teller, event, listener in self.listeners:
            teller.remove_listener(event, listener)
        self.listeners.clear()
        for other in self.page.context.pages:
            if other is not self.page:
                other.close()
        self.page.unroute_all()
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(self.options["viewport"])
        self.page.emulate_media(
            media="screen",
            color_scheme=self.options.get("color_scheme", "light"),
            reduced_motion=self.options.get("reduced_motion", "no-preference"),
            forced_colors=self.options.get("forced_colors", "none"),
        )


@dataclass
class Visitor:
    """One reader with one browser: opens pages, and remembers what the console complained of, and who else was asked."""

    browser: "Browser"
    idle: dict[str, Window] = field(default_factory=dict)  # left by other visitors, by their options
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()

    def open(self, url: str, *, settle: bool = True, status: int = 200, fresh: bool = False, **options: Any) -> "Page":  # noqa: ANN401 - Playwright's own
        """Open a page in a window of its own, and wait until it is drawn. Nothing moves unless it is asked for.

        `fresh` is a window in which nobody has been: with others, the browser may remember how many pages went by.
        """
        chosen = {"viewport": {"width": DESK, "height": 900}, "reduced_motion": "reduce", **options}
        window = None if fresh else self.idle.pop(repr(sorted(chosen.items())), None)
        if window is None:
            context = self.browser.new_context(**chosen)
            context.set_default_timeout(PATIENCE)
            window = Window(context.new_page(), chosen)
        page = window.page
        self.windows.append(window)
        origin = "/".join(url.split("/")[:3])
        window.listen(self._complain, lambda asked: self._ask(asked, origin))
        answered: Response | None = page.goto(url)
        assert answered is not None
        assert answered.status == status, answered.status
        if settle:
            settled(page)
        return page

    def _complain(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self.forgiven):
            self.complaints.append(text)

    def _ask(self, url: str, origin: str) -> None:
        if not url.startswith((origin + "/", "data:", "blob:", "about:")):
            self.foreign.append(url)

    def close(self) -> None:
        """Leave all pages. Raises AssertionError where a page complained, or asked anyone but its own server."""
        for context in self.contexts:
            context.close()
        for window in self.windows:
            name = repr(sorted(window.options.items()))
            if name in self.idle or window.page.is_closed():
                window.page.context.close()
            else:
                window.leave()
                self.idle[name] = window
        assert self.complaints == [], self.complaints
        assert self.foreign == [], self.foreign


def settled(page: "Page") -> "Page":
    """Wait until the drawing of a page stands still."""
    page.evaluate(SETTLED)
    return page


def window_of(page: "Page") -> tuple[float, float]:
    """Read what the drawing looks at from its axis: the instants at its two edges, as days.

    The address has it to the minute; where it has none, the data that the page brought along tells the whole.
    """
    view = dict(re.findall(r"[?&](\w+)=([^&]*)", page.url)).get("view")
    if view is None:
        whole = page.evaluate("JSON.parse(document.getElementById('drawing-data').textContent).view.window")
        return float(whole[0]), float(whole[1])
    read = windows.read(view.replace("%2F", "/").replace("%3A", ":"))
    assert read is not None, view
    return read.start, read.end


def drawn(page: "Page") -> dict[str, Any]:
    """Give what is drawn: the ids of the happenings in each lane, what the counts add up to, and the count that is said."""
    outcome: dict[str, Any] = page.evaluate(
        """() => ({
          ids: [...document.querySelectorAll(".lanes .item a")].map((a) => a.dataset.id),
          counts: [...document.querySelectorAll(".lanes .chip button")].map((b) => b.getAttribute("aria-label")),
          lanes: [...document.querySelectorAll(".lane")].map((l) => l.getAttribute("aria-label")),
          said: document.getElementById("drawn-said").textContent,
        })"""
    )
    outcome["counts"] = [number(text) for text in outcome["counts"]]
    outcome["count"] = number(outcome["said"].rpartition(":")[2] or "0")
    return outcome


def number(text: str) -> int:
    """Read the first number of a text, whichever way it is grouped."""
    match = re.search(r"\d[\d,.\u00a0\u202f]*", text)
    return int(re.sub(r"\D", "", match[0])) if match else 0


# What overlaps, as readers see it: cut to the view and what of its labels is beside it, and by half a pixel where lines touch.
OVERLAPS = """() => {
  const view = document.querySelector(".lanes").getBoundingClientRect();
  const cut = (element, what, owner) => {
    const box = element.getBoundingClientRect();
    return {
      what, owner, left: Math.max(box.left, view.left) + 0.5, right: Math.min(box.right, view.right) - 0.5,
      top: Math.max(box.top, view.top) + 0.5, bottom: Math.min(box.bottom, view.bottom) - 0.5,
    };
  };
  const boxes = [];
  for (const item of document.querySelectorAll(".lanes .item")) {
    const name = item.querySelector("a").dataset.id + " in " + item.parentElement.getAttribute("aria-label");
    boxes.push(cut(item.querySelector(".label"), "label of " + name, name));
    boxes.push(cut(item.querySelector(".bar"), "bar of " + name, name));
  }
  for (const one of document.querySelectorAll(".lanes .chip, .lane-name"))
    boxes.push(cut(one, one.className + " " + one.textContent, boxes.length));
  const seen = boxes.filter((box) => box.right > box.left && box.bottom > box.top);
  const found = [];
  seen.forEach((one, i) => seen.slice(i + 1).forEach((other) => {
    const across = one.left < other.right && other.left < one.right;
    if (one.owner !== other.owner && across && one.top < other.bottom && other.top < one.bottom)
      found.push(`${one.what} × ${other.what}`);
  }));
  return { found, seen: seen.length };
}"""


def overlaps(page: "Page") -> list[str]:
    """Name the pairs of labels, bars, counts and lane names that lie over each other."""
    result = page.evaluate(OVERLAPS)
    assert result["seen"], "nothing is drawn"
    return list(result["found"])


def standing(file: Path, first: float, last: float, condition: str = "status = 'current'") -> set[str]:
    """Find by hand which happenings of a file stand between two instants, by the days that their dates allow."""
    with sqlite3.connect(file) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(f"select id, date, earliest_day, latest_day from happenings where {condition}").fetchall()
    spans = {row["id"]: shape.span_of_row(row) for row in rows}
    return {name for name, span in spans.items() if span and span[0] < math.ceil(last) and span[1] >= math.floor(first)}
