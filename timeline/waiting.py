"""Events that were stored in a transaction: they wait to be written together, and are read back before it ends.

Owns how rows get into `events`, and the proof that they are there as they were given. Must not know what an event says.
"""

import sqlite3
from typing import Any, Final

COLUMNS: Final = "position, stream, version, type, recorded_at, recorded_by, data, salt, data_hash"
AT_ONCE: Final = 500  # events that are written together, and streams that are looked up together
_INSERT: Final = f"INSERT INTO main.events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_READ: Final = f"SELECT {COLUMNS} FROM main.events WHERE position >= ? ORDER BY position"
Row = tuple[Any, ...]


class Waiting:
    """The events of one transaction. Of those that are written a hash is held, which has a new key in each process."""

    def __init__(self) -> None:
        """Begin with none."""
        self.rows: list[Row] = []
        self.streams: set[str] = set()
        """The streams of those that wait."""
        self._first = 0
        self._hash = 0

    def add(self, row: Row) -> None:
        """Let an event wait."""
        self.rows.append(row)
        self.streams.add(row[1])
        self._first = self._first or row[0]
        self._hash = hash((self._hash, row))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write those that wait."""
        if self.rows:
            rows, self.rows, self.streams = self.rows, [], set()
            connection.executemany(_INSERT, rows)

    def is_written_to(self, connection: sqlite3.Connection) -> bool:
        """Write those that wait, and tell whether all are in the file as they were given: a trigger may have hidden one."""
        self.write(connection)
        if not self._first:
            return True
        found = 0
        for row in connection.execute(_READ, (self._first,)):
            found = hash((found, row))
        return found == self._hash
