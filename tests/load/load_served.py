"""Ask a served timeline for an address, and look meanwhile how long another visitor waits.

Owns the server, the clock, the other visitor, and who asks: somebody who may append where nobody else is answered. Must not choose
an address.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import load_addresses
from datasette.app import Datasette

PATIENCE = 60  # seconds, after which an answer is waited for no longer
UNANSWERED = 599  # in place of a status
EVERY = 0.05  # seconds between the other visitor's requests


_SECRET = "load"  # noqa: S105 - of a server that no one else reaches


@cache
def _writer() -> dict[str, str]:
    """Give the cookie of somebody who may append."""
    signed = Datasette(secret=_SECRET).sign({"a": {"id": load_addresses.WRITER}}, "actor")
    return {"cookie": f"ds_actor={signed}"}


@dataclass(frozen=True)
class Answer:
    """How an address was answered.

    Seconds to the first byte and to the last, bytes, the other visitor's longest wait, and the seconds that the processor worked
    for the server meanwhile: on a busy machine these alone tell anything.
    """

    address: str
    status: int
    first: float
    last: float
    size: int
    waited: float
    worked: float


@dataclass(frozen=True)
class Server:
    """A server, by its port and its process."""

    port: int
    process: int

    def worked(self) -> float:
        """Give the seconds that the processor has worked for it; 0 where the system does not say."""
        stat = Path(f"/proc/{self.process}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(file: Path, folder: Path) -> Iterator[Server]:
    """Serve a file as `timeline serve` does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (folder / "metadata.json").write_text(json.dumps(load_addresses.METADATA), encoding="utf-8")
    environment = {**os.environ, "DATASETTE_SECRET": _SECRET}
    log = (folder / "server.log").open("w")
    ours = ["-c", "from timeline.cli import main; main()", "serve", "--db", str(file), "--port", str(port)]
    with log, subprocess.Popen([sys.executable, *ours], cwd=folder, stdout=log, stderr=log, env=environment) as server:
        try:
            for _ in range(600):
                try:
                    ask(port, "/-/versions.json")
                    break
                except OSError:
                    time.sleep(0.05)
            yield Server(port, server.pid)
        finally:
            server.kill()  # it may still be at work, and has nothing to lose


def ask(port: int, address: str) -> tuple[int, float, float, int]:
    """Ask for an address: status, seconds to the first byte and to the last, and bytes."""
    headers = _writer() if load_addresses.is_for_writers(address) else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    begun = time.perf_counter()
    try:
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        first = time.perf_counter() - begun
        size = 0
        while chunk := response.read(1 << 20):
            size += len(chunk)
        return response.status, first, time.perf_counter() - begun, size
    except TimeoutError:
        return UNANSWERED, PATIENCE, PATIENCE, 0
    finally:
        connection.close()


class Other:
    """Another visitor, who asks for small pages again and again."""

    def __init__(self, port: int, addresses: tuple[str, ...]) -> None:
        """Begin to ask."""
        self.port, self.addresses = port, addresses
        self.asked: list[tuple[float, float]] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        number = 0
        while not self.ended.wait(EVERY):
            begun = time.perf_counter()
            ask(self.port, self.addresses[number % len(self.addresses)])
            self.asked.append((begun, time.perf_counter()))
            number += 1

    def longest(self, begun: float, ended: float) -> float:
        """Give the longest wait of those that were under way between two moments, once there is one that began after the first."""
        while not any(start > ended - EVERY / 2 for start, _ in self.asked[-5:]):
            time.sleep(EVERY / 10)
        return max((end - start for start, end in self.asked if end > begun and start < ended), default=0.0)

    def close(self) -> None:
        """Ask no more."""
        self.ended.set()
        self.thread.join()


def measured(server: Server, other: Other, address: str, times: int = 1) -> Answer:
    """Ask for an address, or for it so many times at once, and give the slowest answer."""
    answers: list[tuple[int, float, float, int]] = []
    port, worked = server.port, server.worked()
    begun = time.perf_counter()
    if times == 1:
        answers.append(ask(port, address))
    else:
        asking = [threading.Thread(target=lambda: answers.append(ask(port, address))) for _ in range(times)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    ended = time.perf_counter()
    status, first, last, size = max(answers, key=lambda answer: answer[2])
    return Answer(address, status, first, last, size, other.longest(begun, ended), server.worked() - worked)
