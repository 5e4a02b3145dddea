"""A document added at the desk from a web address."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from desk_client import WORDS, Desk, metadata, multipart

from timeline import Timeline
from timeline.capture import fetching

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]

ADD = "/timeline/-/timeline/desk/documents"
BELL = b"RIFF\x24\0\0\0WAVEfmt a recording"


class Site(BaseHTTPRequestHandler):
    """A site with a page and a recording."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        page = f"<html><head><title>The news</title></head><body><p>{WORDS * 5}</p></body></html>".encode()
        body, kind = (BELL, "audio/wav") if self.path == "/bell.wav" else (page, "text/html; charset=utf-8")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve it on this machine, from where a fetch may take it here."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(fetching, "fetch", partial(fetching.fetch, allow_loopback=True))
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetching_desk(desk: Desk) -> Desk:
    """Let Ana fetch, as metadata.json can."""
    granted = metadata()
    granted["plugins"]["cited-timeline"]["fetch"] = True
    return Desk(desk.path, granted)


async def test_a_page_is_archived_as_fetched(fetching_desk: Desk, site: str) -> None:
    """With who fetched it, from where and with what; its own title is used where that is ticked."""
    body, kind = multipart(("address", "", f" {site}/news ".encode()), ("as_found", "", b"1"))
    answer = await fetching_desk.send(body, kind, address=ADD)
    assert (answer.status_code, answer.headers.get("location", "")) == (303, f"{ADD}/news"), answer.text
    with Timeline(fetching_desk.path, read_only=True) as timeline:
        source = timeline.source("news")
        stated = source.event.payload["statement"]
        assert (source.title, source.url, stated["media_type"]) == ("The news", f"{site}/news", "application/warc")
        assert stated["collected_by"] == "Ana Torres"
        assert stated["collected_from"] == f"{site}/news (127.0.0.1)"
        assert WORDS in source.text


async def test_a_recording_is_archived_as_it_is(fetching_desk: Desk, site: str) -> None:
    """A moment of it can be cited then. It has no title of its own: its name in the address stands for one."""
    body, kind = multipart(("address", "", f"{site}/bell.wav".encode()), ("as_found", "", b"1"))
    answer = await fetching_desk.send(body, kind, address=ADD)
    assert answer.status_code == 303, answer.text
    with Timeline(fetching_desk.path, read_only=True) as timeline:
        source = timeline.source(answer.headers["location"].rpartition("/")[2])
        assert source.title == "bell.wav"
        assert (source.document, source.event.payload["statement"]["media_type"]) == (BELL, "audio/wav")


async def test_an_address_on_this_machine_is_refused_in_one_line(fetching_desk: Desk) -> None:
    """What was typed is still there."""
    body, kind = multipart(("address", "", b"http://127.0.0.1:9/news"), ("title", "", b"The news"))
    answer = await fetching_desk.send(body, kind, address=ADD)
    assert answer.status_code == 422
    assert "http://127.0.0.1:9/news" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert fetching_desk.size == 0


async def test_nobody_fetches_where_it_is_not_allowed(desk: Desk, site: str) -> None:
    """The form does not offer it, and a request that asks for it all the same gets one line."""
    page = await desk.send("", address=ADD, method="GET")
    assert 'name="address"' not in page.text
    body, kind = multipart(("address", "", f"{site}/news".encode()), ("title", "", b"The news"))
    answer = await desk.send(body, kind, address=ADD)
    assert answer.status_code == 422
    assert "Fetching is not allowed here. Save the page to a file, and add that" in answer.text
    assert desk.size == 0
