"""A timeline whose file does not exist yet: an empty log in memory, until the first append makes a complete file.

Owns how the file is made, and removed again if that append fails. Must not read a log, nor append to one.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from timeline.log.sql_scripts import statements
from timeline.log.sqlite_file import connect

APPLICATION_ID = 0x7E11_0001  # PRAGMA application_id: this file is a timeline
FORMAT = 4  # PRAGMA user_version: the layout of the log
Complete = Callable[[sqlite3.Connection], None]
"""Adds the read tables to a new log."""


def in_memory(complete: Complete) -> sqlite3.Connection:
    """Open an empty log in memory, to be read while there is no file."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _create(connection, complete)
    return connection


def holds_nothing(connection: sqlite3.Connection) -> bool:
    """Whether a database has no tables."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,))


class NewFile:
    """The file of a first append. Its write lock is held until the append is committed or undone."""

    def __init__(self, path: Path, complete: Complete) -> None:
        """Make the log in an absent or empty file; `made` is False if another program has just done that.

        Raises sqlite3.Error.
        """
        self.path = path
        while True:
            self.own = _create_file(path)
            before = _identity(path)
            self.connection = connect(path, read_only=False)
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                if before is not None and _identity(path) == before:
                    self.made = holds_nothing(self.connection)
                    if self.made:
                        _create(self.connection, complete)
                    return
                self.connection.close()  # the program that made the file has removed it again
            except BaseException:
                self.take_back()
                raise

    def take_back(self) -> None:
        """Undo the append. Remove the file if this object made it and nobody has written to it since."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        with suppress(sqlite3.Error, OSError):
            self.connection.execute("PRAGMA busy_timeout = 0")
            self.connection.execute("BEGIN EXCLUSIVE")  # others that wait for this lock then see that the file is gone
            if self.own and holds_nothing(self.connection):
                self.path.unlink()
            self.connection.execute("ROLLBACK")
        self.connection.close()


def _create(connection: sqlite3.Connection, complete: Complete) -> None:
    for statement in statements("timeline.log", "schema.sql"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    complete(connection)


def _create_file(path: Path) -> bool:
    """Make an empty file if there is none; return whether this call made it. SQLite reports errors later."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    except OSError:
        return False
    return True


def _identity(path: Path) -> tuple[int, int] | None:
    """Return the file's device and inode, which change when another file replaces it; None if there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
