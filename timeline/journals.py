"""How a file is opened to be read, and the journals beside it that change what it shows.

In `-wal` SQLite keeps what it has yet to write into the file, in `-journal` what it has yet to take back from a write that was cut
off. Plain SQLite reads a file with both; as immutable, as `datasette -i` opens it, the file is read alone. Owns that a timeline is
read as plain SQLite reads it, or not at all. Must not open a file past SQLite: closing it would drop the locks that SQLite holds.
"""

import sqlite3
from pathlib import Path

from timeline import files

_OTHERS_WRITE = ("SQLITE_BUSY", "SQLITE_READONLY_ROLLBACK")  # or did: the file by itself is then half of what was written


def beside(path: Path) -> dict[Path, int]:
    """Tell the journals beside a file and how many bytes each has; SQLite looks beside the file that a link leads to."""
    found = {}
    real = path.resolve()
    for ending in ("-wal", "-journal"):
        journal = real.with_name(real.name + ending)
        try:
            found[journal] = journal.stat().st_size
        except OSError:  # there is none, or none that SQLite could find
            continue
    return {journal: size for journal, size in found.items() if size}  # an empty one holds nothing, and is passed over


def refuse_no_files(path: Path) -> None:
    """Refuse a folder, a device or a pipe in place of a file or of what SQLite opens beside it, for which it could wait for ever.

    Raises NotAFile, which names it.
    """
    try:
        files.refuse_no_file(path)
        real = path.resolve()
        for ending in ("-wal", "-journal", "-shm"):
            files.refuse_no_file(real.with_name(real.name + ending))
    except files.NotAFile:
        raise
    except (OSError, ValueError):  # SQLite tells of that itself
        return


def to_read(path: Path, patience: float) -> sqlite3.Connection:
    """Open a file to be read, waiting so many seconds where another program writes. Raises sqlite3.Error.

    A journal of a write that was cut off is an error: only who may write can take that back.
    """
    address = path.absolute().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=patience, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError as error:
        # In a folder that cannot be written, SQLite reads a closed WAL file only when told that nobody writes to it.
        connection.close()
        if error.sqlite_errorname in _OTHERS_WRITE or beside(path):
            raise
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    return connection
