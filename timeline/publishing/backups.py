"""Backup and restore: a copy of a timeline while others write to it, and a copy made a timeline to append to again.

Owns that neither writes over anything, and that a copy is what it should be before it gets its name.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from timeline import audit
from timeline.errors import PublishingRefused
from timeline.log import Log
from timeline.merkle import Note
from timeline.publishing.copying import Held, compare, copy, held
from timeline.publishing.staging import place, staging, sync
from timeline.sqlite_file import refusal
from timeline.timeline import Timeline

_JOURNALS = ("-wal", "-shm", "-journal")


def backup(timeline: Timeline, file: Path, advance: Callable[[int], None]) -> Held:
    """Copy a timeline as it stands at one moment to a new file, and tell what that holds.

    Raises PublishingRefused where there is a file, or it cannot be written; DatabaseRefused where the copy's events do not lead
    to the log's root. There is then no file.
    """
    if os.path.lexists(file):
        raise PublishingRefused(file, "is there already, and is not written over. Give another path")
    with staging(file, timeline.log.path) as folder:
        return _copied(timeline.log, folder / "copy.db", file, advance, ready=lambda copy: None)


def restore(source: Timeline, db: Path, advance: Callable[[int], None], against: Sequence[Note] = ()) -> Held:
    """Make a backup the timeline at a path where there is none, once all of it is verified. `advance` is told of events thrice.

    Read tables that another version of the program made are derived again.

    The backup is open for reading, with guards or without; it must add to the checkpoints `against` which it is held. Raises
    PublishingRefused where there is a file or a journal of one, or the backup has faults; DatabaseRefused where it cannot be
    read. Nothing is then made.
    """
    there = [path for path in (db, *(Path(f"{db}{end}") for end in _JOURNALS)) if os.path.lexists(path)]
    if there:
        names = " and ".join(str(path) for path in there)
        raise PublishingRefused(names, "there already, and not written over. Move that away first, then repeat")
    report = audit.verify(source, advance, against=against)
    if not report.outdated and (faults := sum(len(check.faults) + check.more for check in report.checks)):
        raise PublishingRefused(
            source.log.path,
            f"{faults:,} fault{'' if faults == 1 else 's'} found, so it was not restored."
            f" See them: timeline verify --db {source.log.path}",
        )
    with staging(db, db) as folder:
        return _copied(source.log, folder / "copy.db", db, advance, ready=_derived_anew if report.outdated else _to_append_to)


def _copied(log: Log, fresh: Path, target: Path, advance: Callable[[int], None], ready: Callable[[Path], None]) -> Held:
    copy(log, fresh, target)
    with closing(Log(fresh, read_only=True, guarded=False)) as made:
        found = held(made, advance)
    compare(log, found, target)
    ready(fresh)
    sync(fresh)
    place(fresh, target)
    return found


def _derived_anew(path: Path) -> None:
    with Timeline(path, rebuilding=True) as timeline:
        timeline.rebuild()
    _to_append_to(path)


def _to_append_to(path: Path) -> None:
    """Let readers read while one writes, as in a file that was made new."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise refusal(path, error) from error
