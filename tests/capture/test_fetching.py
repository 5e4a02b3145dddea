"""Fetching: from public addresses alone, within limits, kept as a WARC from which the page is read."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import material  # documents
import office_material
import pytest
import scans

from timeline import capture
from timeline.capture import addresses, extracting, fetching, warc_writer
from timeline.capture.fetching import Limits, fetch
from timeline.errors import DocumentUnreadable, FetchRefused

seen: list[str] = []


class Site(BaseHTTPRequestHandler):
    """A site that leads elsewhere, dawdles, and sends too much."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        seen.append(str(self.headers))
        name, _, rest = self.path[1:].partition("/")
        if name == "to":
            self.send_response(302)
            self.send_header("Location", rest.replace("!", "//") or "/page")
            self.send_header("Set-Cookie", "a=b")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif name == "chunked":
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"7\r\n<p>Chun\r\n4\r\nked.\r\n0\r\n\r\n")
        elif name == "slow":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            with suppress(OSError):  # nobody waits for it
                for _ in range(20):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
        elif name == "short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x")
            self.close_connection = True
        elif name == "longer":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b"<p>Told.</p><p>Not told.</p>")
            self.close_connection = True
        else:
            body = b"x" * 50_000 if name == "large" else "<p>Été.</p>".encode()
            self.send_response(404 if name == "none" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve it on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_fetched_page_is_read_from_its_warc(site: str) -> None:
    """It has every hop, byte for byte, with SHA-256; it verifies, and the last address is the page's."""
    from io import BytesIO

    from warcio.archiveiterator import ArchiveIterator

    seen.clear()
    fetched = fetch(f"{site}/to/", allow_loopback=True)
    assert (fetched.url, fetched.status, fetched.hops) == (f"{site}/page", 200, 2)
    records = list(ArchiveIterator(BytesIO(fetched.warc), check_digests="raise"))
    assert [one.rec_type for one in records] == ["warcinfo", "response", "request", "response", "request"]
    assert all(one.rec_headers.get_header("WARC-Block-Digest").startswith("sha256:") for one in records)
    found = extracting.read(fetched.warc, "application/warc", "page", record=fetched.url)
    assert found.text == "Été.\n"
    assert found.facts["url"] == fetched.url
    said = fetched.collected
    assert {name: said[name] for name in found.facts if name.startswith("collected")} == {
        name: value for name, value in found.facts.items() if name.startswith("collected")
    }, "the WARC itself says when, from where and with what"
    assert said["collected_from"] == f"{site}/page (127.0.0.1)"
    assert said["collection_note"] == f"Redirected from {site}/to/"
    assert "Cookie" not in "".join(seen)
    assert "cited-timeline" in seen[0]
    longer = fetch(f"{site}/longer", allow_loopback=True)
    assert extracting.read(longer.warc, "application/warc", "page").text == "Told.\n"
    chunked = fetch(f"{site}/chunked", allow_loopback=True)
    assert extracting.read(chunked.warc, "application/warc", "page").text == "Chunked.\n"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/0.9 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x", "does not answer like a web server"),
        (b"HTTP/1.9 200 OK\r\n\r\n<p>x", "does not answer like a web server"),
        (b"HTTP/2.0 200 OK\r\n\r\n<p>x", "does not answer like a web server"),
        (b"HTTP/1.1 200 \xff\r\n\r\n<p>x", "does not answer like a web server"),
        (b"<p>x", "does not answer like a web server"),
        (b"HTTP/1.1 302 F\r\nLocation: http://[\r\n\r\n", r"http://\[: is not an address. Give the address"),
        (b"HTTP/1.1 302 F\r\nLocation: //[::1\r\n\r\n", r"//\[::1: is not an address. Give the address"),
        (b"HTTP/1.1 302 F\r\nLocation: http://e.org:99999/\r\n\r\n", "99999/: is not an address. Give the address"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "cannot be fetched"),
    ],
)
def test_a_malformed_answer_is_refused_in_one_line(answer: bytes, told: str) -> None:
    """Whatever is sent in place of a page."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def send() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(answer)

        threading.Thread(target=send, daemon=True).start()
        with pytest.raises(FetchRefused, match=told) as refused:
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", allow_loopback=True)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("path", "limits", "told"),
    [
        ("/to//to//to//to//to//to//page", Limits(), None),
        ("/to//to//page", Limits(redirects=1), "redirects more than 1 times"),
        ("/to/http:!10.0.0.1!", Limits(), "10.0.0.1: is not a public address"),
        ("/to/file:!!etc!passwd", Limits(), "only http and https"),
        ("/slow", Limits(seconds=0.3), "more than 0.3 seconds"),
        ("/short", Limits(), "ended 99 bytes too early"),
        ("/large", Limits(bytes=10_000), "larger than 0.01 MB"),
        ("/none", Limits(), "answered 404"),
    ],
)
def test_limits_hold_over_all_hops(site: str, path: str, limits: Limits, told: str | None) -> None:
    """Redirects, each address anew, the time and the size; each in one line."""
    if told is None:
        path, told = "/to/" + "/to/" * 6 + "/page", "redirects more than 5 times"
    with pytest.raises(FetchRefused, match=told) as refused:
        fetch(site + path, limits=limits, allow_loopback=True)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://user@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest/",
        "http://192.168.1.1/",
        "http://example.org /",
        "http://a\r\nHost: b/",
        "http:///x",
        "http://example.org:99999/",
        "",
    ],
)
def test_private_addresses_are_never_reached(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any notation."""
    monkeypatch.setattr(fetching.socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(FetchRefused) as refused:
        fetch(url)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::", False),
        ("::7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """Those that carry another within them are not."""
    assert addresses.is_public(address) is public


def test_without_the_extra_nothing_is_fetched(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra nothing is reached."""
    seen.clear()
    monkeypatch.setattr(warc_writer, "find_spec", lambda _: None)
    with pytest.raises(FetchRefused, match=r"needs the extra: pip install 'cited-timeline\[capture\]'"):
        fetch(f"{site}/page", allow_loopback=True)
    assert seen == []


def test_a_name_is_looked_up_once(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is reached, so a name server cannot give another in between."""
    port, looked = int(site.rpartition(":")[2]), []

    def look_up(host: str, port: int, *_: object, **__: object) -> list[object]:
        if host not in ("127.0.0.1",):
            looked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert fetch(f"http://bücher.example:{port}/page", allow_loopback=True).status == 200
    assert looked == ["xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("kind", "name", "content", "archived"),
    [
        ("application/pdf", "report", material.pdf(["The council met."]), "application/pdf"),
        ("text/html", "report", material.pdf(["The council met."]), "application/pdf"),
        ("application/octet-stream", "note.docx?v=1", office_material.docx(office_material.p("Words.")), office_material.DOCX),
        ("", "book.epub", material.epub({"one.xhtml": "<p>Words.</p>"}), "application/epub+zip"),
    ],
)
def test_a_file_is_archived_as_it_is(kind: str, name: str, content: bytes, archived: str) -> None:
    """A PDF has its pages then, and counts as the same document as a copy that somebody saved."""
    answer = fetching.Fetched(b"the WARC", f"https://example.org/{name}", 200, kind, 1, content)
    document = capture.fetched(answer)
    assert (document.bytes, document.media_type) == (content, archived)
    assert document.text.strip()


@scans.needs("eng")
def test_a_scan_is_recognised_as_it_is_fetched(site: str) -> None:
    """A page has its own text, so nothing is recognised there."""
    scan = scans.saved(scans.drawn(*scans.MEETING))
    document = capture.fetched(fetching.Fetched(b"", f"{site}/scan", 200, "image/png", 1, scan), ocr="eng")
    assert (document.bytes, document.text.split("\n")[0]) == (scan, scans.MEETING[0])
    with pytest.raises(DocumentUnreadable, match="Leave --ocr out"):
        capture.fetched(fetch(f"{site}/page", allow_loopback=True), ocr="eng")
