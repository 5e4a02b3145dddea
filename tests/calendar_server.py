"""A calendar of OpenTimestamps of our own, on this machine: it promises a block, and later names one that nobody mined."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

BITCOIN, PENDING = bytes.fromhex("0588960d73d71901"), bytes.fromhex("83dfe30d2ef90c8e")
HEIGHT = 358_391


def _text(content: bytes) -> bytes:
    return bytes([len(content)]) + content


class Calendar:
    """The calendar: its address, and whether its block is there by now."""

    def __init__(self) -> None:
        """Begin without a block."""
        self.url = ""
        self.mined = False
        self.sees: list[bytes] = []
        """The digests that it was sent."""

    def promised(self, digest: bytes) -> bytes:
        """Answer a new digest: the hash of it and a salt is promised."""
        self.sees.append(digest)
        return b"\xf0" + _text(b"salt") + b"\x08" + b"\x00" + PENDING + _text(_text(self.url.encode()))

    def block(self) -> bytes:
        """Answer with the block: the promised hash, hashed again, is its Merkle root."""
        return b"\x08" + b"\x00" + BITCOIN + _text(b"\xf7\xef\x15")

    def root(self) -> str:
        """Return the Merkle root that the block must have, as block explorers print it."""
        return hashlib.sha256(hashlib.sha256(self.sees[0] + b"salt").digest()).digest()[::-1].hex()


@contextmanager
def serving() -> Iterator[Calendar]:
    """Serve a calendar."""
    calendar = Calendar()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(200, calendar.promised(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            self._answer(200, calendar.block()) if calendar.mined else self._answer(404, b"Pending confirmation")

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    calendar.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield calendar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
