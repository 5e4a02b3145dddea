"""Work that takes long, done so that other visitors need not wait for it: in a thread, or in slices with a pause after each.

Owns how much of such work goes on at a time. Must not know what the work is. Python runs one thread at a time, so that many threads
at work would starve the loop as well: there is one of each sort, and the others wait for their turn.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterable, Callable
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

# Seconds of work after which others have their turn.
SLICE = 0.005

_Loop = asyncio.AbstractEventLoop
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


class Turns:
    """One sort of work, of which no more than one piece is done at a time."""

    def __init__(self) -> None:
        """Nothing is being done yet."""
        self._locks: WeakKeyDictionary[_Loop, asyncio.Lock] = WeakKeyDictionary()

    def next(self) -> asyncio.Lock:
        """Give what is to be held while a piece of this work is done."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


computing, exporting = Turns(), Turns()
_sliced: WeakKeyDictionary[_Loop, int] = WeakKeyDictionary()


async def in_thread(work: Callable[_Given, _Made], *args: _Given.args, **options: _Given.kwargs) -> _Made:
    """Compute something in a thread, when it is its turn. The work must need nothing of the loop, nor of a database."""
    if sys.platform == "emscripten":  # Datasette Lite has no threads, and no other visitors
        return work(*args, **options)
    async with computing.next():
        return await asyncio.to_thread(work, *args, **options)


class Slices:
    """Work on the loop that pauses after each slice, so that others have their turn.

    Where several go on at the same time, each waits so long that together they take no more of the time than one.
    """

    def __enter__(self) -> Slices:
        """Begin."""
        self._loop = asyncio.get_running_loop()
        _sliced[self._loop] = _sliced.get(self._loop, 0) + 1
        self._until = time.monotonic() + SLICE
        return self

    def __exit__(self, *_: object) -> None:
        """End, however it ends."""
        _sliced[self._loop] -= 1

    async def pause(self) -> None:
        """Let others have their turn if it is time."""
        if time.monotonic() > self._until:
            await asyncio.sleep(SLICE * (_sliced[self._loop] - 1))
            self._until = time.monotonic() + SLICE


async def in_slices(pieces: AsyncIterable[str]) -> str:
    """Join pieces that are made one after the other."""
    made = []
    with Slices() as slices:
        async for piece in pieces:
            made.append(piece)
            await slices.pause()
    return "".join(made)
