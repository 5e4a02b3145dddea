"""Open a file for reading together with its journals.

`-wal` holds changes that SQLite has yet to write into the file; `-journal` holds the old content that SQLite has yet to restore
after an interrupted write. Plain SQLite reads a file with both; opened as immutable (`datasette -i`), it is read without them.
Owns the rule that a timeline is read as plain SQLite reads it, or not at all. Must not open a file without SQLite: closing it
would release SQLite's locks.
"""

import sqlite3
from pathlib import Path

from timeline import files

_OTHERS_WRITE = ("SQLITE_BUSY", "SQLITE_READONLY_ROLLBACK")  # a running or interrupted write: the file alone may be half written


def beside(path: Path) -> dict[Path, int]:
    """Return the journals beside a file, with their sizes in bytes. Links are followed first, as SQLite does."""
    sizes = {}
    real = path.resolve()
    for ending in ("-wal", "-journal"):
        journal = real.with_name(real.name + ending)
        try:
            sizes[journal] = journal.stat().st_size
        except OSError:  # there is none, or SQLite could not open it either
            continue
    return {journal: size for journal, size in sizes.items() if size}  # SQLite ignores an empty one


def refuse_no_files(path: Path) -> None:
    """Refuse a folder, a device or a pipe in place of the file or its journals: SQLite could wait for it for ever.

    Raises NotAFile with the path.
    """
    try:
        files.refuse_no_file(path)
        real = path.resolve()
        for ending in ("-wal", "-journal", "-shm"):
            files.refuse_no_file(real.with_name(real.name + ending))
    except files.NotAFile:
        raise
    except (OSError, ValueError):  # SQLite reports that itself
        return


def to_read(path: Path, patience: float) -> sqlite3.Connection:
    """Open a file for reading; wait up to `patience` seconds while another program writes. Raises sqlite3.Error.

    The journal of an interrupted write is an error: only a process that may write can roll it back.
    """
    address = path.absolute().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=patience, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError as error:
        # In a read-only folder, SQLite reads a closed WAL file only as immutable.
        connection.close()
        if error.sqlite_errorname in _OTHERS_WRITE or beside(path):
            raise
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    return connection
