"""Learn at once when a log grows: one watcher for each database, however many readers wait for news.

Owns how often it looks, how many may wait, and when they must go. It looks only while somebody waits. Must not send anything, nor
decide who may read.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
from bisect import bisect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from timeline.web import access

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database

INTERVAL: Final = 0.1  # seconds between two looks: a pragma on a connection of its own, some millionths of a second
MOST_READERS: Final = 1_000
AT_ONCE: Final = 500  # events
PERMITTED_SECONDS: Final = 5.0  # for which an answer about a permission holds
_REMEMBERED: Final = 1_000
_ROWS: Final = (
    "select position, stream, version, type, recorded_at, recorded_by from events where position > ? order by position limit ?"
)
_NAMES: Final = ("position", "stream", "version", "type", "recorded_at", "recorded_by")

Actor = dict[str, Any] | None

_watchers: WeakKeyDictionary[Database, Watcher] = WeakKeyDictionary()


class TooMany(Exception):
    """As many readers as there may be wait already."""


def of(database: Database) -> Watcher:
    """Return the watcher of a database."""
    return _watchers.setdefault(database, Watcher(database))


class Watcher:
    """The end of one log, and its last events as they are sent."""

    def __init__(self, database: Database) -> None:
        self.end = 0
        self.readers = 0
        self.trouble = ""  # why there can be no more news
        self._path = Path(database.path)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._recent: list[tuple[int, str]] = []
        self._permitted: dict[str, tuple[float, asyncio.Task[bool]]] = {}

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Wait for news within the block. Raises TooMany, or sqlite3.Error."""
        if self.readers >= MOST_READERS:
            raise TooMany
        if self._task is None or self._task.done() or self._task.get_loop() is not asyncio.get_running_loop():
            self._start()
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1
            if not self.readers and self._task is not None:
                self._task.cancel()
                self._task = None

    def _start(self) -> None:
        connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        try:
            self.end, self.trouble = _end(connection), ""
        except BaseException:
            connection.close()
            raise
        self._news = asyncio.Event()
        self._recent = []
        self._task = asyncio.create_task(self._watch(connection), context=Context())

    async def _watch(self, connection: sqlite3.Connection) -> None:
        seen: object = None
        try:
            while not stopping():
                await asyncio.sleep(INTERVAL)
                with suppress(sqlite3.OperationalError):  # busy: it looks again
                    version = connection.execute("pragma data_version").fetchone()
                    if version != seen and (end := _end(connection)) != self.end:
                        new = events(connection.execute(_ROWS, (max(self.end, end - _REMEMBERED), _REMEMBERED)))
                        self._recent, self.end = [*self._recent, *new][-_REMEMBERED:], end
                        self._tell()
                    seen = version
            self.trouble = "the server is stopping"
        except sqlite3.Error as error:
            self.trouble = f"the database could not answer: {error}"
        finally:
            connection.close()
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def news(self, seconds: float) -> bool:
        """Wait for so long at most. Return whether there is news."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def since(self, position: int) -> list[tuple[int, str]] | None:
        """Return the events after a position, as they are sent; None if they are not remembered."""
        if not self._recent or self._recent[0][0] > position + 1:
            return None
        return self._recent[bisect(self._recent, position, key=lambda one: one[0]) :]

    async def may_read(self, datasette: Datasette, actor: Actor, database: str) -> bool:
        """Whether an actor may still read the log. The answer holds for some seconds, for all readers with the same actor."""
        key, now = json.dumps(actor, sort_keys=True, default=repr), time.monotonic()
        until, answer = self._permitted.get(key, (0.0, None))
        if answer is None or now > until or answer.get_loop() is not asyncio.get_running_loop():
            # In a context of its own: within a request, earlier answers are remembered for good.
            readable = access.readable(datasette, actor, database, "events")
            answer = asyncio.create_task(readable, context=Context())
            self._permitted = {one: known for one, known in self._permitted.items() if known[0] > now}
            self._permitted[key] = now + PERMITTED_SECONDS, answer
        return await asyncio.shield(answer) and (actor or {}).get("token_expires", float("inf")) > time.time()


def read(connection: sqlite3.Connection, position: int) -> list[tuple[int, str]]:
    """Read some of the events after a position, as they are sent."""
    return list(events(connection.execute(_ROWS, (position, AT_ONCE))))


def events(rows: Iterable[Iterable[object]]) -> Iterator[tuple[int, str]]:
    """Yield the position and the message for each event. JSON as ASCII is on one line."""
    for row in rows:
        event: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        yield event["position"], f"id: {event['position']}\ndata: {json.dumps(event)}\n\n"


def _end(connection: sqlite3.Connection) -> int:
    return int(connection.execute("select max(position) from events").fetchone()[0] or 0)


def stopping() -> bool:
    """Whether the server was told to stop. It would wait for ever for those who wait for news.

    Uvicorn has no other way to say so: its handler of signals belongs to the server, which knows.
    """
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return bool(getattr(server, "should_exit", False))
