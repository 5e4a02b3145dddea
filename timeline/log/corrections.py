"""Find a correction or a review that a stream already has, quickly however many it has.

Owns a temporary table of fingerprints, filled from the log as needed and never stored. Must not append, nor decide what may
follow.
"""

import json
import sqlite3
from hashlib import sha256
from typing import Any, Final

from timeline import authors
from timeline.log.event import canonical

_TABLES: Final = (
    "CREATE TEMP TABLE IF NOT EXISTS correction_prints (print BLOB PRIMARY KEY, version INTEGER) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS correction_reading (stream TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID",
)


class Corrections:
    """The corrections and reviews of a log. Each is read once; a rollback undoes that too."""

    def find(self, connection: sqlite3.Connection, stream: str, type: str, changes: dict[str, Any], reason: str) -> int | None:
        """Find the first version of a stream with these changes and this reason. The caller holds the transaction."""
        return self._version(connection, stream, _print(stream, type, changes, reason))

    def last_review(self, connection: sqlite3.Connection, stream: str, by: str, version: int) -> int | None:
        """Find the version of a person's last review of a version of a stream. The caller holds the transaction."""
        return self._version(connection, stream, _print_of_review(stream, by, version))

    def _version(self, connection: sqlite3.Connection, stream: str, print_: bytes) -> int | None:
        self._read_new(connection, stream)
        row = connection.execute("SELECT version FROM temp.correction_prints WHERE print = ?", (print_,)).fetchone()
        return None if row is None else int(row[0])

    def drop(self, connection: sqlite3.Connection) -> None:
        """Drop the fingerprints."""
        for name in ("correction_prints", "correction_reading"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def _read_new(self, connection: sqlite3.Connection, stream: str) -> None:
        """Read the corrections and reviews added to a stream since the last call."""
        for table in _TABLES:
            connection.execute(table)
        row = connection.execute("SELECT version FROM temp.correction_reading WHERE stream = ?", (stream,)).fetchone()
        read = last = row[0] if row else 0
        rows = connection.execute(
            "SELECT version, type, recorded_by, json_extract(data, '$.changes'), json_extract(data, '$.reason'),"
            " json_extract(data, '$.version') FROM events"
            " WHERE stream = ? AND version > ? ORDER BY version",
            (stream, read),
        )
        for version, type_, by, changes, reason, reviewed in rows:
            last = version
            if type_ == "HappeningReviewed" and reviewed is not None:
                print_ = _print_of_review(stream, by, reviewed)
                connection.execute("INSERT OR REPLACE INTO temp.correction_prints VALUES (?, ?)", (print_, version))
            elif changes is not None and reason is not None:
                print_ = _print(stream, type_, json.loads(changes), reason)
                connection.execute("INSERT OR IGNORE INTO temp.correction_prints VALUES (?, ?)", (print_, version))
        if last > read:
            connection.execute("INSERT OR REPLACE INTO temp.correction_reading VALUES (?, ?)", (stream, last))


def _print_of_review(stream: str, by: str, version: int) -> bytes:
    return _print(stream, "HappeningReviewed", {"by": authors.same(by), "version": version}, "")


def _print(stream: str, type: str, changes: dict[str, Any], reason: str) -> bytes:
    canonical_text = canonical({"changes": changes, "reason": reason, "stream": stream, "type": type})
    return sha256(canonical_text.encode()).digest()[:16]
