"""The pending events of a transaction: written in batches, and read back before the transaction ends.

Owns how rows get into `events`, and the check that they were stored as given. Must not interpret events.
"""

import sqlite3
from typing import Any, Final

COLUMNS: Final = "position, stream, version, type, recorded_at, recorded_by, data, salt, data_hash"
AT_ONCE: Final = 500  # events written, or streams looked up, in one batch
_INSERT: Final = f"INSERT INTO main.events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_READ: Final = f"SELECT {COLUMNS} FROM main.events WHERE position >= ? ORDER BY position"
Row = tuple[Any, ...]


class PendingEvents:
    """The events of one transaction. Written events are remembered as one hash, whose key differs in each process."""

    def __init__(self) -> None:
        """Start with no events."""
        self.rows: list[Row] = []
        self.streams: set[str] = set()
        """The streams of the pending events."""
        self._first = 0
        self._hash = 0

    @property
    def began(self) -> bool:
        """Whether an event was added in this transaction."""
        return self._first > 0

    def add(self, row: Row) -> None:
        """Add a pending event."""
        self.rows.append(row)
        self.streams.add(row[1])
        self._first = self._first or row[0]
        self._hash = hash((self._hash, row))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the pending events."""
        if self.rows:
            rows, self.rows, self.streams = self.rows, [], set()
            connection.executemany(_INSERT, rows)

    def is_written_to(self, connection: sqlite3.Connection) -> bool:
        """Write the pending events; return whether the file holds all of them as given. A trigger may have changed one."""
        self.write(connection)
        if not self._first:
            return True
        stored = 0
        for row in connection.execute(_READ, (self._first,)):
            stored = hash((stored, row))
        return stored == self._hash
