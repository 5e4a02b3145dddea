"""Backup and restore: copy a timeline while others write to it, and make a timeline from such a copy.

Owns that neither overwrites anything, and that a copy is checked before it gets its name.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from timeline import audit
from timeline.any_log import AnyLog
from timeline.errors import PublishingRefused
from timeline.log.log import Log
from timeline.log.sqlite_file import refusal
from timeline.merkle import Note
from timeline.publishing.copying import Contents, compare, contents, copy
from timeline.publishing.durable_files import place, sync, temporary_folder
from timeline.timeline import Timeline

_JOURNALS = ("-wal", "-shm", "-journal")


def backup(timeline: Timeline, file: Path, advance: Callable[[int], None]) -> Contents:
    """Copy a timeline, as it is at one moment, to a new file, and return the copy's contents.

    Raises PublishingRefused where the file exists or cannot be written; DatabaseRefused where the copy's events do not give the
    log's root. Then there is no file.
    """
    if os.path.lexists(file):
        raise PublishingRefused(file, "exists already, and is never overwritten. Give another path")
    with temporary_folder(file, timeline.log.path) as folder:
        return _copied(timeline.log, folder / "copy.db", file, advance, ready=lambda copy: None)


def restore(source: Timeline, db: Path, advance: Callable[[int], None], against: Sequence[Note] = ()) -> Contents:
    """Make a new timeline from a backup, after verifying all of it. `advance` is called with each event three times in all.

    Read tables that another version of the program made are derived again. The backup is open for reading, with or without
    guards, and must extend the checkpoints in `against`. Raises PublishingRefused where the file or a journal of it exists, or the
    backup has faults; DatabaseRefused where it cannot be read. Then nothing is made.
    """
    existing = [path for path in (db, *(Path(f"{db}{end}") for end in _JOURNALS)) if os.path.lexists(path)]
    if existing:
        names = " and ".join(str(path) for path in existing)
        raise PublishingRefused(names, "exists already, and is never overwritten. Move it away first, then repeat")
    report = audit.verify(source, advance, against=against)
    if not report.outdated and (faults := report.total):
        raise PublishingRefused(
            source.log.path,
            f"{faults:,} fault{'' if faults == 1 else 's'} found, so it was not restored."
            f" See them: timeline verify --db {source.log.path}",
        )
    with temporary_folder(db, db) as folder:
        return _copied(source.log, folder / "copy.db", db, advance, ready=_rebuild if report.outdated else _use_wal)


def _copied(log: AnyLog, fresh: Path, target: Path, advance: Callable[[int], None], ready: Callable[[Path], None]) -> Contents:
    copy(log, fresh, target)
    with closing(Log(fresh, read_only=True, guarded=False)) as made:
        result = contents(made, advance)
    compare(log, result, target)
    ready(fresh)
    sync(fresh)
    place(fresh, target)
    return result


def _rebuild(path: Path) -> None:
    with Timeline(path, rebuilding=True) as timeline:
        timeline.rebuild()
    _use_wal(path)


def _use_wal(path: Path) -> None:
    """Switch to WAL, so that others can read while one writes, as in a new timeline."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise refusal(path, error) from error
