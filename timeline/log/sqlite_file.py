"""Open a timeline's file with SQLite, and explain SQLite's errors. Must not know the file's tables."""

import sqlite3
import time
from pathlib import Path

from timeline.errors import DatabaseRefused
from timeline.log import sqlite_journals

BUSY_SECONDS = 60
_PIECE = 1 << 20  # bytes of a blob that are written and read at once
CACHE_KIBIBYTES = 65_536  # holds the indexes of a large log during appends, and what waits to be projected


def connect(path: Path, read_only: bool) -> sqlite3.Connection:
    """Open a file, for reading only or for writing. A file to write is made if it is absent. Raises sqlite3.Error."""
    if not read_only:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")  # acknowledged appends survive a power cut
        for schema in ("main", "temp"):
            connection.execute(f"PRAGMA {schema}.cache_size = -{CACHE_KIBIBYTES}")
        return connection
    return sqlite_journals.to_read(path, BUSY_SECONDS)


def write_blob(connection: sqlite3.Connection, table: str, column: str, rowid: int, content: bytes) -> bool:
    """Write into the empty bytes of a row, and return whether they are then the same.

    It is written and read in pieces: as a whole, SQLite would hold it several times.
    """
    with connection.blobopen(table, column, rowid) as stored:
        if len(stored) != len(content):
            return False
        for at in range(0, len(content), _PIECE):
            stored.write(content[at : at + _PIECE])
        stored.seek(0)
        return all(stored.read(_PIECE) == content[at : at + _PIECE] for at in range(0, len(content), _PIECE))


def use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, so that readers and a writer work at the same time. Wait for the exclusive access that this needs."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # If there are temporary tables, SQLite keeps its old view of the file after the switch, until the next read.
            connection.execute("SELECT count(*) FROM main.sqlite_master").fetchall()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


REFUSALS = {
    "SQLITE_BUSY": f"another program has been writing to it for {BUSY_SECONDS} seconds. Try again when it is done",
    "SQLITE_CANTOPEN": "it cannot be opened: the folder is missing, or you have no access to it. Give another path",
    "SQLITE_CORRUPT": "it is damaged. See what can be read: timeline verify",
    "SQLITE_FULL": "the disk is full; nothing was appended. Free some space, then repeat",
    "SQLITE_IOERR": "the disk could not be read or written; nothing was appended. Check the disk, then repeat",
    "SQLITE_NOTADB": "this is not an SQLite file. Give the path of a timeline, or of a new file",
    "SQLITE_READONLY_ROLLBACK": "the -journal of an interrupted write lies beside it, and SQLite would change the file to undo that"
    " write. Copy both files, let SQLite do so (sqlite3 FILE .tables), then repeat",
    "SQLITE_READONLY": "it is read-only. Make the file and its folder writable, or work on a copy",
}


def refusal(path: Path, error: sqlite3.Error | ValueError) -> DatabaseRefused:
    """Turn one of SQLite's errors into a one-line explanation with the next step.

    A ValueError means that the file is so damaged that its text, or SQLite's own message, cannot be decoded.
    """
    unreadable = isinstance(error, ValueError) or "Could not decode" in str(error)
    name = "SQLITE_CORRUPT" if unreadable else getattr(error, "sqlite_errorname", "")
    reason = next((text for code, text in REFUSALS.items() if name.startswith(code)), " ".join(str(error).split()))
    return DatabaseRefused(path, reason)
