"""A server for tests/bench/desk.py, in a process of its own, and clients that keep their connections.

Owns who is let in: whoever sends the header of the benchmark. Must not measure anything.
"""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLUGIN = """
from datasette import hookimpl

@hookimpl
def actor_from_request(datasette, request):
    return {"id": "bench"} if request.headers.get("x-bench") else None
"""
METADATA = {"plugins": {"cited-timeline": {"timeline-append": {"id": "bench"}}}}


@contextmanager
def serving(path: Path) -> Iterator[int]:
    """Serve a timeline; give the port."""
    folder = path.with_suffix(".served")
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "bench.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = [sys.executable, "-m", "datasette", str(path), "-p", str(port), "-m", str(folder / "metadata.json")]
    words += ["--plugins-dir", str(folder / "plugins"), "--setting", "sql_time_limit_ms", "60000"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                try:
                    Client(port).get("/-/versions.json")
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


class Client:
    """One connection, which is kept."""

    def __init__(self, port: int) -> None:
        """Connect at the first request."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, address: str) -> bytes:
        """Ask for a page. SystemExit where it is not answered with 200."""
        return self._answer("GET", address, None, 200)

    def append(self, body: str, content_type: str, address: str) -> bytes:
        """Append entries. SystemExit where the answer is not 201."""
        return self._answer("POST", address, (body, content_type), 201)

    def _answer(self, method: str, address: str, content: tuple[str, str] | None, status: int) -> bytes:
        headers = {"x-bench": "1", **({"content-type": content[1]} if content else {})}
        self.connection.request(method, address, content[0].encode() if content else None, headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != status:
            raise SystemExit(f"{address}: answered with {answer.status}, expected {status}: {body[:300]!r}")
        return body


def listen(port: int, database: str) -> socket.socket:
    """Listen to the live events; the answer has begun."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(f"GET /{database}/-/timeline/live HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    received = b""
    while b"retry:" not in received:
        received += client.recv(65_536)
    return client
