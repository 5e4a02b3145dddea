"""A timeline's file that is not there yet: an empty log in memory until the first append makes the file, whole or not at all.

Owns how the file is made, and taken away again where that append is refused. Must not read a log, nor append to one.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from timeline.scripts import statements

APPLICATION_ID = 0x7E11_0001  # PRAGMA application_id: this file is a timeline
FORMAT = 3  # PRAGMA user_version: which layout of the log
Complete = Callable[[sqlite3.Connection], None]
"""Adds to a new log what stands beside it."""


def in_memory(complete: Complete) -> sqlite3.Connection:
    """Open an empty log that is nowhere but in memory, to be read while there is no file."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _create(connection, complete)
    return connection


def holds_nothing(connection: sqlite3.Connection) -> bool:
    """Whether a file is an empty one, or not there."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,))


class NewFile:
    """The file of a first append, whose write lock is held until that is kept or taken back."""

    def __init__(self, path: Path, connect: Callable[[Path], sqlite3.Connection], complete: Complete) -> None:
        """Make the log in a file that is not there or holds nothing; `made` is False where another program just has.

        Raises sqlite3.Error.
        """
        self.path = path
        while True:
            self.own = _create_file(path)
            before = _which(path)
            self.connection = connect(path)
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                if before is not None and _which(path) == before:
                    self.made = holds_nothing(self.connection)
                    if self.made:
                        _create(self.connection, complete)
                    return
                self.connection.close()  # whoever made it has taken it away again
            except BaseException:
                self.take_back()
                raise

    def take_back(self) -> None:
        """Undo it, and take the file away if this made it and nobody has written to it since."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        with suppress(sqlite3.Error, OSError):
            self.connection.execute("PRAGMA busy_timeout = 0")
            self.connection.execute("BEGIN EXCLUSIVE")  # others who have it open see, once they hold the lock, that it is gone
            if self.own and holds_nothing(self.connection):
                self.path.unlink()
            self.connection.execute("ROLLBACK")
        self.connection.close()


def _create(connection: sqlite3.Connection, complete: Complete) -> None:
    for statement in statements("timeline", "log.sql"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    complete(connection)


def _create_file(path: Path) -> bool:
    """Make an empty file where there is none; tell whether this made it. SQLite says why one cannot be made."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    except OSError:
        return False
    return True


def _which(path: Path) -> tuple[int, int] | None:
    """Tell one file from another that takes its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
