"""Waiting until a process has written something. `select` fails where a test run has more than 1,024 files open."""

import selectors
from typing import IO, Any


def is_ready(stream: IO[Any] | int, seconds: float) -> bool:
    """Wait so long at most until there is something to read, or the end."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return bool(selector.select(seconds))
