"""A fetched page, drawn by Chromium: from the archived bytes, with embedded files from public addresses alone, within limits."""

import os
import shutil
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from timeline.capture import browser
from timeline.capture.browser import Drawn, Limits, NotDrawn, draw
from timeline.capture.fetching import Fetched

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
BOX = b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200" fill="green"/></svg>'
EVERYTHING = """<!doctype html><title>T</title><h1>Été</h1><img src="{site}/box.svg"><iframe src="{site}/frame"></iframe>
<div style="height:{tall}px"></div><img loading=lazy src="{site}/lazy.svg">
<script>
fetch("{site}/fetch").catch(() => 0); fetch("{site}/post", {{method: "POST", mode: "no-cors", body: "x"}}).catch(() => 0);
try {{ new WebSocket("{site}/socket".replace("http", "ws")) }} catch {{}}
navigator.sendBeacon("{site}/beacon", "x"); new Worker(URL.createObjectURL(new Blob(['fetch("{site}/worker")'])));
const peer = new RTCPeerConnection({{iceServers: [{{urls: "{site}".replace("http://", "stun:")}}]}});
peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
window.open("{site}/popup"); alert("Wait");
</script>"""
seen: list[str] = []


class Site(BaseHTTPRequestHandler):
    """A site that others embed."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer with a box, or lead elsewhere."""
        seen.append(self.path)
        if self.path == "/slow":
            time.sleep(4)
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://169.254.169.254/secret")
        self.send_header("Content-Type", "image/svg+xml")
        self.send_header("Content-Length", str(len(BOX)))
        self.end_headers()
        self.wfile.write(BOX)

    def do_POST(self) -> None:
        """Note it."""
        seen.append(f"POST {self.path}")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve it on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start Chromium without its sandbox, which neither root nor a container has."""
    monkeypatch.setenv(browser.SETTING, f"{CHROMIUM} --no-sandbox")
    seen.clear()


def fetched(page: str) -> Fetched:
    """Give a page as it would be fetched."""
    headers = [("Content-Type", "text/html; charset=utf-8")]
    return Fetched(b"", "https://page.example/a", 200, "text/html", 1, page.encode(), {}, headers)


def size(drawn: Drawn) -> tuple[int, int]:
    """Return the width and height of the picture."""
    width, height = struct.unpack(">II", drawn.png[16:24])
    return width, height


@needs_chromium
def test_the_whole_page_is_drawn_with_its_embedded_files(site: str) -> None:
    """Those further down as well; each request is a GET of this program, which counts those that failed."""
    drawn = draw(fetched(EVERYTHING.format(site=site, tall=3000)), allow_loopback=True)
    assert {"/box.svg", "/frame", "/fetch", "/lazy.svg"} <= set(seen)
    assert not [path for path in seen if path.startswith("POST")]
    assert "/socket" not in seen
    assert "/popup" not in seen
    assert size(drawn) == (1280, drawn.height)
    assert drawn.height > 3200
    assert drawn.pdf.startswith(b"%PDF-")
    assert drawn.browser.startswith("Chromium 1")
    assert drawn.embedded >= 4
    assert drawn.cut == ""


@needs_chromium
def test_no_private_address_is_reached(site: str) -> None:
    """Not by a picture, a frame, a script, a socket, a call, or a redirect; the page is drawn without them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as calls:
        port = int(site.rpartition(":")[2])
        calls.bind(("127.0.0.1", port))
        calls.settimeout(0.1)
        drawn = draw(fetched(EVERYTHING.format(site=site, tall=10)))
        with pytest.raises(TimeoutError):
            calls.recv(100)
    assert seen == []
    assert drawn.absent == drawn.embedded > 0
    away = draw(fetched(f'<img src="{site}/away">'), allow_loopback=True)
    assert (seen, away.embedded, away.absent) == (["/away"], 2, 1)


@needs_chromium
def test_the_page_itself_is_never_fetched_again(site: str) -> None:
    """Nor another in its place: the picture is of the archived bytes."""
    leaving = fetched(f'<p style="height:1000px">Here<script>location = "{site}/elsewhere"</script>')
    drawn = draw(leaving, limits=Limits(loading=3), allow_loopback=True)
    assert seen == []
    assert drawn.height > 1000


@needs_chromium
def test_odd_headers_do_not_hinder_it() -> None:
    """A page that is to be saved is drawn, and headers that no browser reads are left out."""
    odd = [
        ("Content-Disposition", "attachment"),
        ("X-Name", "caf\xe9"),
        ("X Space", "1"),
        ("X-Line", "a\r\nb"),
        ("Refresh", "0; url=/b"),
    ]
    page = fetched('<p style="height:1000px">Here')
    drawn = draw(replace(page, headers=[*odd, *page.headers]))
    assert drawn.height > 1000
    assert not drawn.unfinished


@needs_chromium
def test_a_page_that_never_finishes_is_drawn_as_far_as_it_is(site: str) -> None:
    """And says so; a file that comes too late is absent."""
    again = f'<p>Here<script>setInterval(() => fetch("{site}/box.svg?" + Math.random()), 100)</script>'
    drawn = draw(fetched(again), limits=Limits(loading=3), allow_loopback=True)
    assert drawn.cut == " The page was still loading."
    assert draw(fetched(f'<p>Here<img src="{site}/slow">'), limits=Limits(loading=3), allow_loopback=True).absent == 1


@needs_chromium
def test_a_very_tall_page_is_cut_and_says_so() -> None:
    """The PDF has all of it."""
    drawn = draw(fetched('<div style="height:200000px">Tall</div>'))
    assert size(drawn) == (1280, browser.TALLEST)
    assert drawn.cut.startswith(" The picture shows the first 16,000 of 200,")


@needs_chromium
@pytest.mark.parametrize(
    ("page", "limits", "memory", "reason"),
    [
        ("<script>for (;;) {}</script>", Limits(loading=1, seconds=4), None, "takes too long"),
        ("<p>Short", Limits(seconds=20), 1, "too much memory"),
        ("<p>Short", Limits(seconds=0), None, "takes too long"),
    ],
)
def test_a_page_beyond_the_limits_is_not_drawn(
    monkeypatch: pytest.MonkeyPatch, page: str, limits: Limits, memory: int | None, reason: str
) -> None:
    """And no process of Chromium, or folder of it, is left."""
    if memory is not None:
        monkeypatch.setattr(browser, "_MEMORY", memory)
    begun: list[int] = []
    popen = browser.subprocess.Popen

    def start(*arguments: object, **options: object) -> object:
        process = popen(*arguments, **options)  # type: ignore[call-overload]
        begun.append(process.pid)
        return process

    monkeypatch.setattr(browser.subprocess, "Popen", start)
    with pytest.raises(NotDrawn, match=reason):
        draw(fetched(page), limits=limits)
    with pytest.raises(ProcessLookupError):
        os.kill(begun[0], 0)


@needs_chromium
def test_a_page_that_embeds_too_much_is_drawn_without_the_rest(site: str) -> None:
    """The number and the bytes of embedded files are limited."""
    images = "".join(f'<img src="{site}/{number}.svg">' for number in range(6))
    assert draw(fetched(images), limits=Limits(files=2), allow_loopback=True).absent > 0
    assert draw(fetched(images), limits=Limits(bytes=10), allow_loopback=True).absent == 6


def test_without_chromium_there_is_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where it is not installed, does not start, or would run as root with its sandbox."""
    for command in ("true", str(tmp_path / "none")):
        monkeypatch.setenv(browser.SETTING, command)
        with pytest.raises(NotDrawn, match="did not start"):
            draw(fetched("<p>"))
    monkeypatch.setenv(browser.SETTING, 'chromium "')
    with pytest.raises(NotDrawn, match="is not a command"):
        draw(fetched("<p>"))
    monkeypatch.delenv(browser.SETTING)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotDrawn, match="is not installed"):
        draw(fetched("<p>"))
    (tmp_path / "chromium").touch(0o755)
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    with pytest.raises(NotDrawn, match="does not run as root"):
        draw(fetched("<p>"))
