"""Ask the process that shows documents: pictures of pages, the places of quotations on them, pages for frames.

Owns how many such processes there are, how long one may take, and the pictures that are remembered, in memory alone. Must not read
a document itself, nor decide who may see it. Where no process can be started, as in a browser, nothing is shown.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from timeline.processes import Aborted, Process

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database

MODULE: Final = "timeline.originals"
SECONDS: Final = 20  # for one page
RECOGNISING: Final = 90  # for one page whose words are recognised
MEMORY: Final = 1_200_000_000  # bytes of addresses of one process
AT_ONCE: Final = 2
REMEMBERED: Final = 64_000_000  # bytes of pictures and frames
GIVEN_UP: Final = 600  # seconds for which it is remembered that a document cannot be shown
MOST_FAILED: Final = 1_000
MOST_WAITING: Final = 100  # requests for different results
TIDIED: Final = 60  # seconds after which idle processes end, and forget their document
_REDACTIONS: Final = "select count(*) from events where type = 'EventRedacted'"

Key = tuple[str, str, str]
Result = tuple[dict[str, Any], bytes]


class CannotShow(Exception):
    """A document cannot be shown, for a reason in words that can follow its name."""


class TooMany(CannotShow):
    """Too many others wait to be shown. The same request may succeed later."""


class _Shower(Process):
    """A process, and the document that it holds."""

    def __init__(self) -> None:
        super().__init__(MODULE)
        self.holds = ""

    def end(self) -> None:
        super().end()
        self.holds = ""


class _Room:
    """The processes of a server, the remembered results, and those that are being made."""

    def __init__(self) -> None:
        self.free = [_Shower() for _ in range(AT_ONCE)]
        self.turn = asyncio.Semaphore(AT_ONCE)
        self.made: OrderedDict[Key, Result] = OrderedDict()
        self.failed: OrderedDict[Key, tuple[float, str]] = OrderedDict()  # until when, and why
        self.making: dict[Key, asyncio.Task[Result]] = {}
        self.redactions: dict[str, int] = {}
        self.tidying: asyncio.TimerHandle | None = None
        self.tidier: asyncio.Future[None] | None = None  # so that it is not dropped while it is at work

    def remember(self, key: Key, result: Result) -> None:
        """Remember a result, and forget the oldest ones if there are too many bytes."""
        self.made[key] = result
        while len(self.made) > 1 and sum(map(_size, self.made.values())) > REMEMBERED:
            self.made.popitem(last=False)

    def give_up(self, key: Key, reason: str) -> None:
        """Remember for some time that there is no result."""
        self.failed[key] = time.monotonic() + GIVEN_UP, reason
        if len(self.failed) > MOST_FAILED:
            self.failed.popitem(last=False)

    def rest(self) -> None:
        """End the processes that are not at work, with the documents that they hold."""
        for shower in self.free:
            shower.end()


_rooms: WeakKeyDictionary[Datasette, _Room] = WeakKeyDictionary()


async def show(database: Database, sha256: str, task: str, key: str, parameters: Mapping[str, Any]) -> Result:
    """Return the answer and the bytes for a task, remembered under `key`; identical requests wait for one.

    The caller has made sure that the document is in the archive and may be seen. Raises CannotShow.
    """
    room = _rooms.get(database.ds)
    if room is None:
        room = _rooms[database.ds] = _Room()
    await _forget_redacted(database, room)
    whole = (sha256, task, key)
    until, reason = room.failed.get(whole, (0, ""))
    if time.monotonic() < until:
        raise CannotShow(reason)
    if whole in room.made:
        room.made.move_to_end(whole)
        return room.made[whole]
    if whole not in room.making:
        if len(room.making) >= MOST_WAITING:
            raise TooMany("cannot be shown now, because many others are waiting. Try again in a minute")
        room.making[whole] = asyncio.create_task(_make(database, room, whole, parameters))
    return await asyncio.shield(room.making[whole])


async def _forget_redacted(database: Database, room: _Room) -> None:
    """Forget all documents once one of this database was redacted, in this process or another."""
    redactions = (await database.execute(_REDACTIONS)).rows[0][0]
    if redactions != room.redactions.setdefault(database.name, redactions):
        room.redactions[database.name] = redactions
        room.made.clear()
        room.rest()


async def _make(database: Database, room: _Room, key: Key, parameters: Mapping[str, Any]) -> Result:
    try:
        before = dict(room.redactions)
        async with room.turn:
            result = await _ask(database, room, key, parameters)
        if before == room.redactions:
            room.remember(key, result)
        return result
    except CannotShow as error:
        room.give_up(key, str(error))
        raise
    finally:
        del room.making[key]
        _tidy_later(database.ds, room)


def _tidy_later(datasette: Datasette, room: _Room) -> None:
    """Tidy up after a minute without work, and then again as long as anything is remembered."""
    if room.tidying is not None:
        room.tidying.cancel()
    there = weakref.ref(datasette)

    def begin() -> None:
        room.tidier = asyncio.ensure_future(_tidy(there))

    room.tidying = asyncio.get_running_loop().call_later(TIDIED, begin)


async def _tidy(there: weakref.ref[Datasette]) -> None:
    datasette = there()
    if datasette is None or (room := _rooms.get(datasette)) is None:
        return
    room.rest()
    for name in list(room.redactions):
        if name in datasette.databases:
            await _forget_redacted(datasette.databases[name], room)
    if room.made:
        _tidy_later(datasette, room)


async def _ask(database: Database, room: _Room, key: Key, parameters: Mapping[str, Any]) -> Result:
    sha256, task, _ = key
    shower = next((one for one in room.free if one.holds == sha256), None) or room.free[-1]
    room.free.remove(shower)
    request = {"task": task, "parameters": parameters, "memory": MEMORY}
    seconds = RECOGNISING if task == "words" else SECONDS
    try:
        while True:
            is_held = shower.holds == sha256
            content = b"" if is_held else await database.execute_fn(lambda connection: read(connection, sha256))
            try:
                answer, shown = await asyncio.to_thread(shower.ask, request, content, seconds)
            except Aborted as error:
                if is_held and not error.late:
                    continue  # the process may have ended since: another one is sent the document
                late = f"takes more than {seconds} seconds to show"
                raise CannotShow(late if error.late else f"cannot be shown: the process for it {error}") from None
            except RuntimeError:  # no threads, as in a browser
                raise CannotShow("cannot be shown here, where no other process can be started") from None
            shower.holds = sha256
            if "spent" in answer:
                shower.end()  # its memory may be full
            if "refused" in answer:
                raise CannotShow(answer["refused"])
            return answer, shown
    finally:
        room.free.append(shower)


def read(connection: sqlite3.Connection, sha256: str, start: int = 0, length: int = -1) -> bytes:
    """Read a document, or a part of it, whatever its size. Raises CannotShow where it is not in the archive (any more)."""
    row = connection.execute("select rowid from documents where sha256 = ?", (sha256,)).fetchone()
    if row is None:
        raise CannotShow("is not in the archive")
    with connection.blobopen("documents", "bytes", row[0], readonly=True) as blob:
        blob.seek(start)
        return blob.read(length if length >= -1 else 0)


def size(connection: sqlite3.Connection, sha256: str) -> int | None:
    """Return the size of a document in bytes, without reading it; None where it is not in the archive."""
    row = connection.execute("select rowid from documents where sha256 = ?", (sha256,)).fetchone()
    if row is None:
        return None
    with connection.blobopen("documents", "bytes", row[0], readonly=True) as blob:
        return len(blob)


def _size(result: Result) -> int:
    return 1_000 + len(result[1]) + 2 * len(str(result[0]))
