"""Read tables derived from a shared log at each look, for tests that read what they appended. A follower does so as events come.

A look at a log that is as it was at the last one gets the same tables.
"""

import sqlite3
from functools import lru_cache
from typing import Any

from timeline import projections
from timeline.log.new_file import in_memory
from timeline.log.schema import guards
from timeline.shared_log.log import SharedLog


def tables(log: SharedLog) -> sqlite3.Connection:
    """Copy a shared log into memory, and derive its read tables."""
    documents = log._execute("SELECT sha256, bytes FROM timeline.documents ORDER BY sha256", binary=True)
    return _derived(tuple(map(tuple, documents)), tuple(map(tuple, log.events())))


@lru_cache(maxsize=1)
def _derived(documents: tuple[Any, ...], events: tuple[Any, ...]) -> sqlite3.Connection:
    def complete(connection: sqlite3.Connection) -> None:
        projections.register(connection)
        projections.create(connection)

    connection = in_memory(complete)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")  # some events are redacted already
    connection.executemany("INSERT INTO documents VALUES (?, ?)", documents)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", events)
    projections.rebuild(connection)
    for guard in guards().values():
        connection.execute(guard)
    return connection
