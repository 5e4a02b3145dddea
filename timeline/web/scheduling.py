"""Long work that lets other visitors through: in a thread, or in slices with a pause after each.

Owns how much of it runs at a time. Must not know the work. Python runs one thread at a time, so many working threads would starve
the event loop as well: one piece of each kind of work runs, and the others wait for their turn.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterable, Callable
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

# Seconds of work before other requests have their turn.
SLICE = 0.005

_Loop = asyncio.AbstractEventLoop
_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")


class Turns:
    """One kind of work, of which one piece runs at a time."""

    def __init__(self) -> None:
        self._locks: WeakKeyDictionary[_Loop, asyncio.Lock] = WeakKeyDictionary()

    def next(self) -> asyncio.Lock:
        """Return the lock to hold while a piece of this work runs."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


computing, exporting = Turns(), Turns()
_sliced: WeakKeyDictionary[_Loop, int] = WeakKeyDictionary()


async def in_thread(work: Callable[_Params, _Result], *args: _Params.args, **options: _Params.kwargs) -> _Result:
    """Run a function in a thread, when it is its turn. It must not use the event loop or a database."""
    if sys.platform == "emscripten":  # Datasette Lite has no threads, and no other visitors
        return work(*args, **options)
    async with computing.next():
        return await asyncio.to_thread(work, *args, **options)


class Slices:
    """Work on the event loop that pauses after each slice, so that other requests have their turn.

    If several run at the same time, each pauses longer, so that together they take no more time than one.
    """

    def __enter__(self) -> Slices:
        self._loop = asyncio.get_running_loop()
        _sliced[self._loop] = _sliced.get(self._loop, 0) + 1
        self._until = time.monotonic() + SLICE
        return self

    def __exit__(self, *_: object) -> None:
        _sliced[self._loop] -= 1

    async def pause(self) -> None:
        """Let other requests have their turn if the slice is over."""
        if time.monotonic() > self._until:
            await asyncio.sleep(SLICE * (_sliced[self._loop] - 1))
            self._until = time.monotonic() + SLICE


async def in_slices(pieces: AsyncIterable[str]) -> str:
    """Join pieces of text that are made one after the other."""
    result = []
    with Slices() as slices:
        async for piece in pieces:
            result.append(piece)
            await slices.pause()
    return "".join(result)
