"""Read tables derived from a shared log at each look, for tests that read what they appended. A follower does so as events come."""

import sqlite3

from timeline import projections
from timeline.log.new_file import in_memory
from timeline.log.schema import guards
from timeline.shared_log.log import SharedLog


def tables(log: SharedLog) -> sqlite3.Connection:
    """Copy a shared log into memory, and derive its read tables."""

    def complete(connection: sqlite3.Connection) -> None:
        projections.register(connection)
        projections.create(connection)

    connection = in_memory(complete)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")  # some events are redacted already
    documents = log._execute("SELECT sha256, bytes FROM timeline.documents", binary=True)
    connection.executemany("INSERT INTO documents VALUES (?, ?)", documents)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", log.events())
    projections.rebuild(connection)
    for guard in guards().values():
        connection.execute(guard)
    return connection
