"""A copy of a timeline's file as it stands at one moment, whoever writes to it meanwhile; and what a copy holds.

Owns that a copy is one file, without journal and free pages. Must not put it in place.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from timeline import checkpoints, merkle
from timeline.errors import DatabaseRefused, PublishingRefused
from timeline.log import Log
from timeline.publishing.staging import sync
from timeline.sqlite_file import refusal

EACH = 1_000  # events between two steps of a progress bar
_WRITING = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")


@dataclass(frozen=True, slots=True)
class Held:
    """What a copy holds: how many events, and the root of the tree over them."""

    events: int
    root: bytes


def copy(log: Log, target: Path, told: Path) -> None:
    """Write the file as it stands to a new one: no journal, no free pages, nothing of what was redacted.

    Others may write meanwhile. `told` is what an error names as what could not be written. Raises DatabaseRefused where the log
    cannot be read, PublishingRefused where the target cannot be written.
    """
    try:
        log.connection.execute("VACUUM INTO ?", (str(target.absolute()),))
        with closing(sqlite3.connect(target)) as made:
            made.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(_WRITING):
            raise PublishingRefused(
                told, "cannot be written, or the disk is full. Make room there, or give another path, then repeat"
            ) from error
        raise refusal(log.path, error) from error
    sync(target)


def held(log: Log, advance: Callable[[int], None]) -> Held:
    """Reckon the root of a log from its events alone."""
    tree = merkle.Growth()
    try:
        for row in log.connection.execute(f"SELECT {merkle.COLUMNS} FROM events ORDER BY position"):
            for _ in tree.add(merkle.leaf_hash(merkle.leaf(*row))):
                pass
            if tree.leaves % EACH == 0:
                advance(EACH)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise refusal(log.path, error) from error
    return Held(tree.leaves, tree.root())


def compare(log: Log, found: Held, told: Path) -> None:
    """Make sure that a copy holds what the log holds up to there. Raises DatabaseRefused."""
    if log.size() < found.events or checkpoints.head(log, "copy", found.events).root != found.root:
        raise DatabaseRefused(
            told, f"the copy does not hold what {log.path} says it holds. It was not kept; see: timeline verify --db {log.path}"
        )
