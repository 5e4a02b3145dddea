"""Writing to a timeline from a running server: one call at a time for each file, in a thread beside the event loop.

Owns that thread. Appends of other processes take their turns through the lock of the file, as always. Must not know what is
written.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Forbidden

from timeline.timeline import Timeline

if TYPE_CHECKING:
    from datasette.database import Database

Result = TypeVar("Result")

_threads: WeakKeyDictionary[Database, ThreadPoolExecutor] = WeakKeyDictionary()


def refuse_unwritable(database: Database) -> None:
    """Raise Forbidden if a database is served as a file that cannot change, or is no file."""
    if not database.is_mutable or database.is_memory or not database.path:
        raise Forbidden(f"{database.name} is served for reading alone (immutable). Serve it without -i to write")


async def run(database: Database, by: str, work: Callable[[Timeline], Result]) -> Result:
    """Call `work` with the timeline of a database, open for appending as `by`, and return its result.

    Raises what it raises, and Forbidden if the database cannot be written.
    """
    refuse_unwritable(database)
    thread = _threads.get(database)
    if thread is None:
        thread = _threads[database] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="timeline-writer")

    def do() -> Result:
        with Timeline(str(database.path), by=by) as timeline:
            return work(timeline)

    return await get_running_loop().run_in_executor(thread, do)
