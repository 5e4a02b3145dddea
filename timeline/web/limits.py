"""How much a query may take: of one value, of all that a result holds, and of the memory that SQLite works in.

Owns those limits, for every connection that the plugin is given. Must not know what is asked. The plugin's settings
`max_length`, `max_result` and `max_heap` set others, in bytes.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Mapping
from typing import Any
from weakref import ref

# No text or blob in a result may be longer, in bytes: above any source's text, far below what memory holds.
MAX_LENGTH = 50_000_000
# All that a result holds, in bytes as JSON or in memory, whichever is more: the longest value in any script has room.
MAX_RESULT = 160_000_000
# What SQLite may work in, for all connections of the process together: some of the longest values at a time.
MAX_HEAP = 500_000_000
TOO_MUCH_WORK = "This needs more memory than a query may take. Ask for less at once: fewer rows, fewer columns, or shorter values."
# Shorter texts are counted as they are.
_SHORT = 64
_PLAIN, _CONTROLS = bytes(range(128)), bytes([*range(8), 11, *range(14, 32), 127])


def set_on(connection: sqlite3.Connection, settings: Mapping[str, Any]) -> None:
    """Set the limits on a connection, on which Datasette has set how rows and texts are made.

    A query that goes beyond one fails with an error of sqlite3's own, or with a MemoryError. Another query is not hindered.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, int(settings.get("max_length") or MAX_LENGTH))
    connection.execute(f"pragma hard_heap_limit = {int(settings.get('max_heap') or MAX_HEAP)}")
    counted = _Counted(int(settings.get("max_result") or MAX_RESULT), connection)
    connection.text_factory, connection.row_factory = counted.text, counted.row


class _Counted:
    """Makes texts and rows as a connection made them before, and stops at the row with which a result holds too much."""

    def __init__(self, most: int, connection: sqlite3.Connection) -> None:
        self._most = most
        self._text: Callable[[bytes], Any] = connection.text_factory
        self._row: Callable[[sqlite3.Cursor, tuple[Any, ...]], Any] | None = connection.row_factory
        self._cursor: Callable[[], object] = lambda: None
        self._held = self._in_row = 0

    def text(self, raw: bytes) -> Any:  # noqa: ANN401 - as it was made before
        made = self._text(raw)
        self._count(raw if len(raw) > _SHORT else None, made)
        return made

    def row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Any:  # noqa: ANN401
        if self._cursor() is not cursor:
            self._cursor, self._held = ref(cursor), 0
        self._held += self._in_row
        self._in_row = 0
        for value in values:
            if value.__class__ is bytes:
                self._held += len(value) * 4 // 3
        if self._held > self._most:
            raise self._refusal()
        return self._row(cursor, values) if self._row else values

    def _count(self, raw: bytes | None, made: object) -> None:
        size = sys.getsizeof(made)
        if raw is not None:
            # JSON writes what is no plain letter in six: two or three bytes of it each, or the single one of a control.
            foreign = len(raw.translate(None, _PLAIN))
            size = max(size, len(raw) + 2 * foreign + 5 * (len(raw) - len(raw.translate(None, _CONTROLS))))
        self._in_row += size
        if self._in_row > self._most:
            self._in_row = 0
            raise self._refusal()

    def _refusal(self) -> sqlite3.OperationalError:
        return sqlite3.OperationalError(
            f"this result holds more than {self._most:,} bytes, the most at once. Ask for fewer rows or columns"
        )
