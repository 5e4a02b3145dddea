"""Copies of a timeline that are being made, and what is left of those whose process was killed: where they are, and how they go.

A copy is made in a hidden folder beside its target, held by one process. A note beside the timeline names that folder for as
long as anything is in it, so that a redaction reaches it wherever it is. Owns both. Must not know what is copied.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from timeline.errors import DatabaseRefused

try:
    import fcntl
except ImportError:  # not POSIX: there nobody can tell whether another process is at it
    fcntl = None  # type: ignore[assignment]

ENDING = ".unfinished"
_MAY_NOT = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def making(target: Path, timeline: Path) -> Iterator[Path | None]:
    """Give an empty folder beside a target, to copy a timeline into; None where another process has it. It is gone at the end.

    What killed processes left of other copies of the timeline goes first. Raises OSError where it cannot be written, and
    DatabaseRefused where what is left of others cannot be taken away.
    """
    sweep(timeline)
    folder = _beside(target)
    if folder.is_symlink():
        raise DatabaseRefused(f"{folder}: is a link, and what it leads to is left alone. Remove it, then repeat")
    folder.mkdir(exist_ok=True)
    with _held(folder) as ours:
        if not ours:
            yield None
            return
        _clear(folder)
        note = _note(timeline, folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                with suppress(OSError):  # there is none where it could not be written
                    note.unlink()


def sweep(timeline: Path) -> list[Path]:
    """Take away what killed processes left of copies of a timeline; list the folders that are in use, or out of reach.

    Raises DatabaseRefused where one cannot be taken away.
    """
    left = []
    for note in (None, *_notes(timeline)):
        try:
            folder = _beside(timeline) if note is None else _named(note)  # without a note: where a backup is made this timeline
            if folder is None:
                continue
            if not folder.parent.is_dir():
                left.append(folder)
                continue
            if folder.is_dir() and not folder.is_symlink():
                with _held(folder) as ours:
                    if not ours:
                        left.append(folder)
                        continue
                    shutil.rmtree(folder)
            if note is not None:
                note.unlink()
        except FileNotFoundError:  # its process is just done with it
            continue
        except OSError as error:
            raise DatabaseRefused(
                f"{timeline}: a copy of it that was never finished cannot be taken away: {error.filename or note}:"
                f" {(error.strerror or str(error)).lower()}. Remove it, then repeat"
            ) from error
    return left


def _beside(target: Path) -> Path:
    """Name the folder in which a target is made."""
    resolved = target.resolve()
    return resolved.with_name(f".{resolved.name}{ENDING}")


def _note(timeline: Path, folder: Path) -> Path:
    """Note where a copy is being made, so that it lasts: within the timeline's folder in such a way that both can be moved."""
    home = timeline.resolve().parent
    told = os.fsencode(folder.relative_to(home) if folder.is_relative_to(home) else folder)
    note = home / f"{_beside(timeline).name}-{hashlib.sha256(told).hexdigest()[:16]}"
    if folder == _beside(timeline):  # which is looked into without a note
        return note
    try:
        with note.open("wb") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in _MAY_NOT:  # a timeline in a folder that cannot be written is not redacted there either
            raise
    return note


def _notes(timeline: Path) -> list[Path]:
    """List the notes beside a timeline."""
    beginning = f"{_beside(timeline).name}-"
    try:
        return sorted(one for one in timeline.resolve().parent.iterdir() if one.name.startswith(beginning))
    except OSError:  # there is no such folder yet, or it cannot be read
        return []


def _named(note: Path) -> Path | None:
    """Read which folder a note names; None where copies are made in no such folder, so that nothing else is taken away."""
    try:
        folder = (note.parent / os.fsdecode(note.read_bytes())).resolve()
    except ValueError:  # a NUL: nobody wrote that here
        return None
    holds_us = folder == note.parent or folder in note.parents
    return folder if folder.name.startswith(".") and folder.name.endswith(ENDING) and not holds_us else None


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder for this process alone, for as long as it lives; tell whether it does."""
    if fcntl is None:
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(os.fstat(descriptor), folder.stat())
        except (BlockingIOError, FileNotFoundError):  # held; or it was, and has just been put in place or taken away
            ours = False
        yield ours
    finally:
        os.close(descriptor)


def _clear(folder: Path) -> None:
    """Take away what is in a folder."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
