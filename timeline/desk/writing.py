"""Writing to a timeline from a running server: one call at a time, in a thread beside the event loop.

Owns that thread, and the timelines that it holds open. Appends of other processes take their turns through the lock of the file,
as always. Must not know what is written.
"""

from __future__ import annotations

import sqlite3
import threading
import warnings
from asyncio import get_running_loop
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from datasette.utils.asgi import Forbidden

from timeline.errors import DatabaseRefused, SharedLogUnreachable
from timeline.log import followed
from timeline.shared_log import connecting
from timeline.timeline import Timeline

if TYPE_CHECKING:
    from datasette.database import Database

Result = TypeVar("Result")

BUSY_SECONDS: Final = 20  # to wait for another program that is writing
_OPEN: Final = 8  # timelines that are held open: one for each file and author
_CACHE_KIBIBYTES: Final = 8_000  # of each: the limit `max_heap` is for all connections of the process together
_READERS: Final = 2  # requests whose documents are read at the same time

_lock = threading.RLock()  # the warnings of one call must not reach another
_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="timeline-writer")
_readers = ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="timeline-reader")
_open: OrderedDict[tuple[str, str], tuple[object, Timeline]] = OrderedDict()  # used by the writer's thread alone


class TryLater(Exception):
    """Another program has been writing to the file for too long. Nothing was appended, and the call can be repeated."""


def refuse_unwritable(database: Database) -> None:
    """Raise Forbidden if a database is served as a file that cannot change, or is no file."""
    if not database.is_mutable or database.is_memory or not database.path:
        raise Forbidden(f"{database.name} is served for reading alone (immutable). Serve it without -i to write")


async def run(database: Database, by: str, work: Callable[[Timeline], Result], *, in_reader: bool = False) -> Result:
    """Call `work` with the timeline of a database, open for appending as `by`, and return its result.

    `apart`: it first reads documents, which may take minutes, so it runs beside other calls, and enters `turn` itself to append.
    Raises what it raises, Forbidden if the database cannot be written, and TryLater if another program is writing to it.
    """
    refuse_unwritable(database)
    path = str(database.path)

    def do() -> Result:
        try:
            if in_reader:
                with _opened(path, by) as timeline:
                    return work(timeline)
            with turn():
                return work(_open_timeline(path, by))
        except SharedLogUnreachable as error:  # a page names neither its host nor its user
            reason = error.outcome or "Nothing was appended. Try again later: it is safe to repeat"
            raise SharedLogUnreachable("the shared log", f"cannot be reached now. {reason}", outcome=reason) from error
        except DatabaseRefused as error:
            if connecting.is_url(error.subject):
                raise DatabaseRefused("the shared log", error.reason) from error
            if getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise TryLater from error
            raise

    return await get_running_loop().run_in_executor(_readers if in_reader else _writer, do)


@contextmanager
def turn() -> Iterator[list[warnings.WarningMessage]]:
    """Wait until no other call of this server appends, and give the list in which the warnings of this one are collected.

    Within another turn of the same call, there is nothing to wait for.
    """
    with _lock, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def _opened(path: str, by: str) -> Timeline:
    timeline = Timeline(path, by=by)
    timeline.log.prepare(_limit)
    return timeline


def _limit(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")


def _open_timeline(path: str, by: str) -> Timeline:
    """Return an open timeline. It is opened again where another program wrote, which may have redacted, or changed the guards."""
    known, timeline = _open.pop((path, by), (None, None))
    if timeline is not None and known != _state(path, timeline):
        timeline.close()
        timeline = None
    if timeline is None:
        timeline = _opened(path, by)
    _open[path, by] = _state(path, timeline), timeline
    if len(_open) > _OPEN:
        _open.popitem(last=False)[1][1].close()
    return timeline


def _state(path: str, timeline: Timeline) -> object:
    try:
        there = Path(path).stat()
    except OSError:
        return object()  # equal to nothing
    versions = [timeline.log.connection.execute(f"PRAGMA {name}_version").fetchone() for name in ("schema", "data")]
    return there.st_dev, there.st_ino, followed.read(path), *versions
