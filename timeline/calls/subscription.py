"""A subscription to a log: its events as they come, from every program that appends.

Owns how often it looks, and how it ends. Must not hold a transaction, nor a statement, while its caller works.
"""

import threading
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Final, Self

from timeline.any_log import AnyLog
from timeline.errors import UnknownEvent
from timeline.log.event import Event

INTERVAL: Final = 0.2  # seconds between two looks
_AT_ONCE: Final = 100  # events that are read at a time


class Subscription(Iterator[Event]):
    """Waits for the events after a position, and yields each once, in order. Use it in a loop, and in a `with` block to end it."""

    def __init__(self, log: AnyLog, after: int) -> None:
        """Begin after a position. Raises UnknownEvent if the log ends before it."""
        if after > (end := log.size()):
            raise UnknownEvent(
                f"after: {after} is beyond the end of the log, position {end}. Is it another log? Give a position that it has"
            )
        self.position = after
        """The position of the last event that was yielded."""
        self._log = log
        self._read: list[Event] = []
        self._closed = threading.Event()

    def __next__(self) -> Event:
        """Wait for the next event."""
        while not self._closed.is_set():
            if not self._read:
                self._read = list(islice(self._log.events(self.position), _AT_ONCE))[::-1]
            if self._read:
                event = self._read.pop()
                self.position = event.position
                return event
            self._closed.wait(INTERVAL)
        raise StopIteration

    def close(self) -> None:
        """End it: a loop over it ends, also one that waits. Call it from any thread."""
        self._closed.set()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End it."""
        self.close()
