"""Copy a timeline's file as it is at one moment, while others write to it; and compute what a copy holds.

Owns that a copy is one file, without journal and free pages. Must not put it in place.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from timeline import merkle
from timeline.any_log import AnyLog
from timeline.errors import DatabaseRefused, PublishingRefused
from timeline.log.sqlite_file import refusal
from timeline.proof import checkpoints
from timeline.publishing.durable_files import sync

EACH = 1_000  # events between two steps of a progress bar
_WRITING = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a copy: the number of events, and the root of the tree over them."""

    events: int
    root: bytes


def copy(log: AnyLog, target: Path, shown: Path) -> None:
    """Write the file, as it is now, to a new one: without journal, free pages, or remains of redacted data.

    Others may write meanwhile. Errors name `shown` as the file that could not be written. Raises DatabaseRefused where the log
    cannot be read, PublishingRefused where the target cannot be written.
    """
    try:
        log.connection.execute("VACUUM INTO ?", (str(target.absolute()),))
        with closing(sqlite3.connect(target)) as made:
            made.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(_WRITING):
            raise PublishingRefused(
                shown, "cannot be written, or the disk is full. Make room there, or give another path, then repeat"
            ) from error
        raise refusal(log.path, error) from error
    sync(target)


def contents(log: AnyLog, advance: Callable[[int], None]) -> Contents:
    """Compute the root of a log from its events alone."""
    tree = merkle.Growth()
    try:
        for row in log.connection.execute(f"SELECT {merkle.COLUMNS} FROM events ORDER BY position"):
            for _ in tree.add(merkle.leaf_hash(merkle.leaf(*row))):
                pass
            if tree.leaves % EACH == 0:
                advance(EACH)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise refusal(log.path, error) from error
    return Contents(tree.leaves, tree.root())


def compare(log: AnyLog, copied: Contents, shown: Path) -> None:
    """Raise DatabaseRefused where a copy does not hold the first events of the log."""
    if log.size() < copied.events or checkpoints.head(log, "copy", copied.events).root != copied.root:
        raise DatabaseRefused(
            shown, f"the copy does not match the tree of {log.path}, and was removed. See: timeline verify --db {log.path}"
        )
