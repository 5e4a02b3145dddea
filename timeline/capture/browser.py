"""Draw a fetched page with Chromium: a picture of the whole page, and the page as a PDF.

Owns how Chromium is started and asked, and its limits. Chromium reaches no network, so no private address either: no name is
resolved for it, and its proxy does not exist. It gets the page from the bytes that were archived, and each embedded file
from `fetching`, which refuses all but public addresses. Must not archive anything.
"""

import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from timeline.capture import fetching
from timeline.capture.fetching import Fetched
from timeline.capture.http_coding import CodingRefused
from timeline.dates import instants
from timeline.errors import FetchRefused, on_one_line

NAMES: Final = ("chromium", "chromium-headless-shell", "google-chrome")
SETTING: Final = "TIMELINE_BROWSER"  # the command that starts another browser, or this one with other options
PAGES: Final = ("text/html", "application/xhtml+xml")
WIDTH, HEIGHT, TALLEST, WIDEST = 1280, 900, 16_000, 4_000  # pixels; Chromium draws no taller picture in one piece
_IDLE: Final = 1.0  # seconds without a request, after which the page is complete
_WORKERS, _SHARE = 6, 4  # at once; of the bytes of all embedded files, one may have this part
_MEMORY: Final = 1_500_000_000  # bytes of all processes of Chromium, without those that they share
_LARGEST: Final = 150_000_000  # bytes of an answer of Chromium
_PIECE: Final = 1_000_000
_OPTIONS: Final = (
    "--headless", "--remote-debugging-pipe", "--proxy-server=http://nowhere.invalid:1", "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic", "--dns-prefetch-disable", "--no-pings",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-default-apps", "--disable-breakpad", "--disable-gpu", "--hide-scrollbars", "--mute-audio", "--no-first-run",
    "--no-default-browser-check", "--disable-features=MediaRouter,DialMediaRouteProvider,Translate,OptimizationHints",
    "--js-flags=--max-old-space-size=512", "about:blank",
)  # fmt: skip
# Chromium reads commands from file 3 and answers on file 4.
_LAUNCH: Final = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
_OWN_HEADERS: Final = ("transfer-encoding", "content-encoding", "content-length", "content-disposition", "set-cookie", "connection")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [ -~\t]*").fullmatch
Message = dict[str, Any]


class NotDrawn(Exception):
    """The reason why a page is not drawn, in words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of drawing a page: seconds until it is complete, seconds in all, embedded files, and their bytes as sent."""

    loading: float = 20
    seconds: float = 60
    files: int = 300
    bytes: int = fetching.MAXIMUM_SENT


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as Chromium drew it. `embedded` counts the files that it embeds, and `absent` those that were not fetched.

    `unfinished`: it was still loading when its time was over.
    """

    png: bytes
    pdf: bytes
    browser: str
    at: datetime
    height: int
    embedded: int
    absent: int
    unfinished: bool = False

    @property
    def collected(self) -> dict[str, str]:
        """When and with what it was drawn, as fields of a source."""
        return {
            "collected_at": f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "collected_with": f"{self.browser}, with JavaScript; {fetching.USER_AGENT}",
        }

    @property
    def cut(self) -> str:
        """What the picture of a very tall or slow page lacks, in sentences; empty if it lacks nothing."""
        tall = f" The picture shows the first {TALLEST:,} of {self.height:,} pixels." if self.height > TALLEST else ""
        return tall + (" The page was still loading." if self.unfinished else "")


def draw(
    fetched: Fetched, *, limits: Limits | None = None, allow_loopback: bool = False, clock: Callable[[], datetime] = instants.now
) -> Drawn:
    """Draw a fetched page. `allow_loopback`: embedded files may come from this machine, for tests. Raises NotDrawn."""
    command = _command()
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="timeline-browser-", ignore_cleanup_errors=True) as folder:
        at, browser = clock(), _Browser(command, Path(folder), time.monotonic() + limits.seconds)
        try:
            return _Page(browser, fetched, limits, allow_loopback=allow_loopback, clock=clock).draw(at)
        finally:
            browser.end()


def _command() -> list[str]:
    if os.name != "posix":
        raise NotDrawn("this system has no pipes as Chromium needs them")
    try:
        if command := shlex.split(os.environ.get(SETTING, "")):
            return command
    except ValueError:
        raise NotDrawn(f"{SETTING} is not a command: a quotation mark has no end. Correct it") from None
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise NotDrawn(f"Chromium is not installed ({', '.join(NAMES)})")
    if os.geteuid() == 0:
        advice = f'{SETTING}="{path} --no-sandbox" does so, and lets the page run programs as root if Chromium has a flaw'
        raise NotDrawn(f"Chromium does not run as root with its sandbox. Run this as another user; {advice}")
    return [path]


def _ready(pipe: int, event: int, seconds: float) -> bool:
    """Whether a pipe can be read from or written to within so many seconds. Polls, because select() refuses numbers past 1023."""
    poll = select.poll()
    poll.register(pipe, event)
    return bool(poll.poll(seconds * 1000))


class _Browser:
    """A process of Chromium: its pipe, its messages, and its end."""

    def __init__(self, command: list[str], folder: Path, end: float) -> None:
        import fcntl  # noqa: PLC0415 it is not on every system

        self.deadline = end
        self._buffer, self._number, self._lock = bytearray(), 0, threading.Lock()
        ours, theirs = os.pipe(), os.pipe()
        reads, writes = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (ours[0], theirs[1]))
        arguments = [sys.executable, "-P", "-c", _LAUNCH, str(reads), str(writes), *command, f"--user-data-dir={folder}", *_OPTIONS]
        quiet = subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(  # noqa: S603 it is the browser that the system or the user names
                arguments, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=(reads, writes), start_new_session=True
            )
        finally:
            for one in (reads, writes, ours[0], theirs[1]):
                os.close(one)
        self._in, self._out = ours[1], theirs[0]
        self._heard = False
        os.set_blocking(self._in, False)

    def send(self, method: str, parameters: Mapping[str, Any] | None = None, session: str | None = None) -> int:
        """Send a command, and return its number. Raises NotDrawn at the limit."""
        with self._lock:
            self._number += 1
            message = {
                "id": self._number,
                "method": method,
                "params": parameters or {},
                **({"sessionId": session} if session else {}),
            }
            content = json.dumps(message).encode() + b"\0"
            with suppress(BrokenPipeError):  # reading finds that it has ended
                while content:
                    if not _ready(self._in, select.POLLOUT, max(0.0, self.deadline - time.monotonic())):
                        raise NotDrawn("it takes too long to draw")
                    content = content[os.write(self._in, content) :]
            return self._number

    def message(self, seconds: float) -> Message | None:
        """Return the next message, or None if there is none within so many seconds. Raises NotDrawn at a limit, or if it ended."""
        until = min(time.monotonic() + seconds, self.deadline)
        while (at := self._buffer.find(b"\0")) < 0:
            left = until - time.monotonic()
            if time.monotonic() >= self.deadline:
                raise NotDrawn("it takes too long to draw")
            if left <= 0:
                return None
            if not _ready(self._out, select.POLLIN, min(left, 0.5)):
                self._refuse_memory()
                continue
            piece = os.read(self._out, _PIECE)
            if not piece:
                advice = f' It may have no sandbox here: {SETTING}="chromium --no-sandbox" does without'
                raise NotDrawn("Chromium ended before it was done" if self._heard else f"Chromium did not start.{advice}")
            self._heard = True
            self._buffer += piece
            if len(self._buffer) > _LARGEST:
                raise NotDrawn("it is too large")
        message: Message = json.loads(self._buffer[:at])
        del self._buffer[: at + 1]
        return message

    def _refuse_memory(self) -> None:
        """Raise NotDrawn if all processes of this browser take too much memory, on a system that tells."""
        used = 0
        for one in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                if os.getsid(int(one.name)) == self._process.pid:
                    _, resident, shared, *_ = map(int, (one / "statm").read_text().split())
                    used += (resident - shared) * os.sysconf("SC_PAGE_SIZE")
        if used > _MEMORY:
            raise NotDrawn("it takes too much memory to draw")

    def end(self) -> None:
        """End all of its processes."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for one in (self._in, self._out):
            os.close(one)


@dataclass(slots=True)
class _Page:
    """One page in a browser: answers its requests, and asks for its pictures."""

    browser: _Browser
    fetched: Fetched
    limits: Limits
    allow_loopback: bool = field(kw_only=True)
    clock: Callable[[], datetime] = field(kw_only=True)
    _answers: dict[int, Message] = field(default_factory=dict)
    _session: str = ""
    _frame: str = ""
    _is_answered: bool = False  # the page itself, once
    _loaded: bool = False
    _pending: int = 0
    _last: float = 0.0  # when a request began or ended
    _left: int = 0
    _embedded: int = 0
    _absent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _workers: ThreadPoolExecutor = field(init=False)

    def draw(self, at: datetime) -> Drawn:
        """Load the page and draw it."""
        self._left = self.limits.bytes
        with ThreadPoolExecutor(_WORKERS) as workers:
            self._workers = workers
            try:
                return self._draw(at)
            finally:
                workers.shutdown(wait=False, cancel_futures=True)

    def _draw(self, at: datetime) -> Drawn:
        product = str(self._ask("Browser.getVersion", None)["product"]).replace("HeadlessChrome", "Chrome")
        self._ask("Browser.setDownloadBehavior", {"behavior": "deny"})
        target = self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._resize(HEIGHT)
        self._watch(self._session)
        if error := self._ask("Page.navigate", {"url": self.fetched.url}).get("errorText"):
            raise NotDrawn(f"Chromium does not show it: {on_one_line(str(error))[:200]}")
        until = time.monotonic() + self.limits.loading
        settled = self._settle(until)
        _, height = self._size()
        self._resize(min(max(height, HEIGHT), TALLEST))  # so that pictures further down are loaded too
        settled &= self._settle(max(until, time.monotonic() + self.limits.loading / 4))
        self._resize(HEIGHT)
        width, height = self._size()
        clip = {"x": 0, "y": 0, "width": min(max(width, WIDTH), WIDEST), "height": min(max(height, 1), TALLEST), "scale": 1}
        png = b64decode(self._ask("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})["data"])
        paper = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69}
        pdf = b64decode(self._ask("Page.printToPDF", paper)["data"])
        return Drawn(png, pdf, product.replace("Chrome/", "Chromium "), at, height, self._embedded, self._absent, not settled)

    def _watch(self, session: str) -> None:
        """Have every request of a page or frame answered by this program."""
        self.browser.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}, session)
        self.browser.send("Page.enable", {}, session)
        self.browser.send("Network.setBypassServiceWorker", {"bypass": True}, session)
        frames = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self.browser.send("Target.setAutoAttach", frames, session)
        self.browser.send("Runtime.runIfWaitingForDebugger", {}, session)

    def _resize(self, height: int) -> None:
        self._ask("Emulation.setDeviceMetricsOverride", {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def _size(self) -> tuple[int, int]:
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        return int(size["width"]), int(size["height"])

    def _ask(self, method: str, parameters: Mapping[str, Any] | None = None) -> Message:
        """Send a command, and return its answer. Raises NotDrawn."""
        number = self.browser.send(method, parameters, None if method.startswith(("Browser", "Target")) else self._session)
        while number not in self._answers:
            self._hear(60)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise NotDrawn(f"Chromium refused: {on_one_line(str(answer['error'].get('message')))[:200]}")
        result: Message = answer.get("result", {})
        return result

    def _settle(self, until: float) -> bool:
        """Wait until the page is loaded and asks for nothing more, or until a time. Return whether it is complete."""
        while time.monotonic() < until:
            if self._loaded and not self._pending and time.monotonic() - self._last > _IDLE:
                return True
            self._hear(0.2)
        return False

    def _hear(self, seconds: float) -> None:
        message = self.browser.message(seconds)
        if message is None:
            return
        method, parameters, session = message.get("method"), message.get("params", {}), message.get("sessionId")
        if "id" in message:
            self._answers[message["id"]] = message
        elif method == "Fetch.requestPaused":
            self._answer(parameters, session)
        elif method == "Page.loadEventFired" and session == self._session:
            self._loaded, self._last = True, time.monotonic()
        elif method == "Page.javascriptDialogOpening":
            self.browser.send("Page.handleJavaScriptDialog", {"accept": False}, session)
        elif method == "Target.attachedToTarget":
            self._watch(parameters["sessionId"])

    def _answer(self, message: Message, session: str | None) -> None:
        """Answer a request: with the archived page, or with an embedded file; refuse anything else."""
        request, self._last = message["request"], time.monotonic()
        of_page = message.get("resourceType") == "Document" and message.get("frameId") == self._frame
        if of_page and not self._is_answered:
            self._is_answered = True
            self._fulfil(message, session, self.fetched.status, self.fetched.headers, self.fetched.body)
        elif of_page:  # another page in its place: this one stays
            self._refuse(message, session, "Aborted")
        elif (
            message.get("resourceType") == "Other"
            or request["method"] != "GET"
            or not request["url"].startswith(("http://", "https://"))
        ):
            self._refuse(message, session)  # among others the icon of the site, which no picture shows
        else:
            with self._lock:
                self._embedded += 1
                self._pending += 1
            self._workers.submit(self._fetch, message, session)

    def _fetch(self, message: Message, session: str | None) -> None:
        """Fetch an embedded file, and give it to the page."""
        try:
            with self._lock:
                left, within = min(self._left, self.limits.bytes // _SHARE), self._embedded <= self.limits.files
            if left <= 0 or not within:
                raise FetchRefused("the page embeds too much")
            url = str(message["request"]["url"]).partition("#")[0]
            end = min(time.monotonic() + self.limits.loading, self.browser.deadline)
            hop, answer, body = fetching.request(url, end, left, allow_loopback=self.allow_loopback, clock=self.clock)
            with self._lock:
                self._left -= len(hop.response)
            self._fulfil(message, session, answer.status, answer.getheaders(), body)
        except (FetchRefused, fetching.TooLarge, CodingRefused, OSError, ValueError, HTTPException):
            with self._lock:
                self._absent += 1
            self._refuse(message, session)
        finally:
            with self._lock:
                self._pending -= 1
                self._last = time.monotonic()

    def _fulfil(self, message: Message, session: str | None, status: int, headers: Any, body: bytes) -> None:  # noqa: ANN401
        sound = [(name, value) for name, value in headers if _HEADER(f"{name}: {value}")]
        usable = [{"name": name, "value": value} for name, value in sound if name.lower() not in _OWN_HEADERS]
        answer = {"requestId": message["requestId"], "responseCode": status, "responseHeaders": usable}
        self.browser.send("Fetch.fulfillRequest", {**answer, "body": b64encode(body).decode()}, session)

    def _refuse(self, message: Message, session: str | None, reason: str = "BlockedByClient") -> None:
        self.browser.send("Fetch.failRequest", {"requestId": message["requestId"], "errorReason": reason}, session)
