"""How SQLite opens a timeline's file, and what its errors mean. Must not know what is in the file."""

import sqlite3
import time
from pathlib import Path

from timeline import journals
from timeline.errors import DatabaseRefused

BUSY_SECONDS = 60
CACHE_KIBIBYTES = 65_536  # so that appending to a large log does not read its indexes again and again


def connect(path: Path, read_only: bool) -> sqlite3.Connection:
    """Open a file, to be read alone or to be written; one that is to be written may not be there yet. Raises sqlite3.Error."""
    if not read_only:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        return connection
    return journals.to_read(path, BUSY_SECONDS)


def use_wal(connection: sqlite3.Connection) -> None:
    """Let readers read while one writes. The switch needs the file alone, and does not wait for it by itself."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # Beside temporary tables SQLite holds on to its view of the file after the switch, until it reads from it again.
            connection.execute("SELECT count(*) FROM main.sqlite_master").fetchall()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


REFUSALS = {
    "SQLITE_BUSY": f"another program has been writing to it for {BUSY_SECONDS} seconds. Try again when it is done",
    "SQLITE_CANTOPEN": "it cannot be opened: the folder is missing, or not yours to use. Give another path",
    "SQLITE_CORRUPT": "it is damaged. See what can be read: timeline verify",
    "SQLITE_FULL": "the disk is full; nothing was appended. Free some space, then repeat",
    "SQLITE_IOERR": "the disk could not be read or written; nothing was appended. Check the disk, then repeat",
    "SQLITE_NOTADB": "this is not an SQLite file. Give the path of a timeline, or of a new file",
    "SQLITE_READONLY_ROLLBACK": "beside it lies the -journal of a write that was cut off, with which SQLite would change the file."
    " Keep a copy of both, let SQLite do so (sqlite3 FILE .tables), then repeat",
    "SQLITE_READONLY": "it is read-only. Make the file and its folder writable, or work on a copy",
}


def refusal(path: Path, error: sqlite3.Error | ValueError) -> DatabaseRefused:
    """Say in a line what one of SQLite's errors means for the file, and what to do.

    A file can be so damaged that what it holds, or SQLite's own message about it, is no text.
    """
    unreadable = isinstance(error, ValueError) or "Could not decode" in str(error)
    name = "SQLITE_CORRUPT" if unreadable else getattr(error, "sqlite_errorname", "")
    reason = next((text for code, text in REFUSALS.items() if name.startswith(code)), " ".join(str(error).split()))
    return DatabaseRefused(path, reason)
