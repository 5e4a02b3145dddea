"""Find a correction or a review that a stream already has, quickly however many it has.

Owns a temporary table of fingerprints, filled from the log as needed and never stored. Must not append, nor decide what may
follow.
"""

import json
from hashlib import sha256
from typing import Any, Final

from timeline import authors
from timeline.log import Event, Log, canonical

_TABLES: Final = (
    "CREATE TEMP TABLE IF NOT EXISTS correction_prints (print BLOB PRIMARY KEY, version INTEGER) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS correction_reading (stream TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID",
)


class Corrections:
    """The corrections and reviews of a log. Each is read once; a rollback undoes that too."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def find(self, stream: str, type: str, changes: dict[str, Any], reason: str) -> Event | None:
        """Find the first event of a stream with these changes and this reason. The caller holds the transaction."""
        event = self._found(stream, _print(stream, type, changes, reason))
        return event if event is not None and event.data is not None else None

    def last_review(self, stream: str, by: str, version: int) -> Event | None:
        """Find a person's last review of a version of a stream that is not redacted. The caller holds the transaction."""
        print_ = _print_of_review(stream, by, version)
        last = self._found(stream, print_)
        if last is not None and last.data is None:  # another program redacted it since it was read
            self.drop()
            last = self._found(stream, print_)
        return last

    def _found(self, stream: str, print_: bytes) -> Event | None:
        self._read_new(stream)
        row = self.log.connection.execute("SELECT version FROM temp.correction_prints WHERE print = ?", (print_,)).fetchone()
        return None if row is None else self.log.version_of(stream, row[0])

    def drop(self) -> None:
        """Drop the fingerprints."""
        for name in ("correction_prints", "correction_reading"):
            self.log.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def _read_new(self, stream: str) -> None:
        """Read the corrections and reviews added to a stream since the last call."""
        connection = self.log.connection
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
