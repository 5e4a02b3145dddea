"""Find a correction that a stream already has, quickly however many it has.

Owns a temporary table of fingerprints, filled from the log as needed and never stored. Must not append, nor decide what may
follow.
"""

import json
from hashlib import sha256
from typing import Any, Final

from timeline.log import Event, Log, canonical

_TABLES: Final = (
    "CREATE TEMP TABLE IF NOT EXISTS correction_prints (print BLOB PRIMARY KEY, version INTEGER) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS correction_reading (stream TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID",
)


class Corrections:
    """The corrections of a log. Each is read once; a rollback undoes that too."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def find(self, stream: str, type: str, changes: dict[str, Any], reason: str) -> Event | None:
        """Find the first event of a stream with these changes and this reason. The caller holds the transaction."""
        self._read_new(stream)
        row = self.log.connection.execute(
            "SELECT version FROM temp.correction_prints WHERE print = ?", (_print(stream, type, changes, reason),)
        ).fetchone()
        event = None if row is None else self.log.version_of(stream, row[0])
        return event if event is not None and event.data is not None else None

    def drop(self) -> None:
        """Drop the fingerprints."""
        for name in ("correction_prints", "correction_reading"):
            self.log.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def _read_new(self, stream: str) -> None:
        """Read the corrections added to a stream since the last call."""
        connection = self.log.connection
        for table in _TABLES:
            connection.execute(table)
        row = connection.execute("SELECT version FROM temp.correction_reading WHERE stream = ?", (stream,)).fetchone()
        read = last = row[0] if row else 0
        rows = connection.execute(
            "SELECT version, type, json_extract(data, '$.changes'), json_extract(data, '$.reason') FROM events"
            " WHERE stream = ? AND version > ? ORDER BY version",
            (stream, read),
        )
        for version, type_, changes, reason in rows:
            last = version
            if changes is not None and reason is not None:
                print_ = _print(stream, type_, json.loads(changes), reason)
                connection.execute("INSERT OR IGNORE INTO temp.correction_prints VALUES (?, ?)", (print_, version))
        if last > read:
            connection.execute("INSERT OR REPLACE INTO temp.correction_reading VALUES (?, ?)", (stream, last))


def _print(stream: str, type: str, changes: dict[str, Any], reason: str) -> bytes:
    canonical_text = canonical({"changes": changes, "reason": reason, "stream": stream, "type": type})
    return sha256(canonical_text.encode()).digest()[:16]
