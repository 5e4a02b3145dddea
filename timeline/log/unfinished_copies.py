"""Make copies of a timeline in hidden folders, and remove those that killed processes left unfinished.

A copy is made in a hidden folder beside its target, locked by one process. A note beside the timeline names that folder until it
is empty, so that a redaction reaches it wherever it is. A mark in the folder repeats the number in the note and links the two:
a stranger can write a note, but a note without its mark removes nothing. Owns folder, note and mark. Must not know what is
copied.
"""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from timeline import files
from timeline.errors import DatabaseRefused

try:
    import fcntl
except ImportError:  # not POSIX: there is no way to see whether another process uses a folder
    fcntl = None  # type: ignore[assignment]

ENDING = ".unfinished"
MARK = ".in-the-making"
_DIGITS = 32  # of the number
_LONGEST = 100_000  # bytes of a note
_NOT_PERMITTED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def making(target: Path, timeline: Path) -> Iterator[Path | None]:
    """Yield an empty folder beside a target, to copy a timeline into; None if another process uses it. Remove it at the end.

    Unfinished copies of killed processes are removed first. Raises OSError if the folder cannot be written, and DatabaseRefused
    if an unfinished copy cannot be removed.
    """
    sweep(timeline)
    folder = _beside(target)
    if folder.is_symlink():
        raise DatabaseRefused(folder, "is a link, and its target is left alone. Remove it, then repeat")
    folder.mkdir(exist_ok=True)
    with _locked(folder) as ours:
        if not ours:
            yield None
            return
        _clear(folder)
        number = secrets.token_hex(16)
        with (folder / MARK).open("x", encoding="ascii") as file:
            file.write(number)
        note = _write_note(timeline, folder, number)
        try:
            yield folder
        finally:
            with suppress(OSError):
                _remove(folder)
            if not folder.exists():
                with suppress(OSError):  # there is no note if it could not be written
                    note.unlink()


def sweep(timeline: Path) -> list[Path]:
    """Remove the unfinished copies of killed processes. Return the folders that are in use or out of reach.

    Raises DatabaseRefused if a copy cannot be removed.
    """
    remaining = []
    for note in (None, *_notes(timeline)):
        try:
            # Without a note: the folder in which a backup is restored as this timeline.
            folder, number = (_beside(timeline), None) if note is None else _read_note(note)
            if folder is None:
                continue
            if not folder.parent.is_dir():
                remaining.append(folder)
                continue
            if folder.is_dir() and not folder.is_symlink():
                with _locked(folder) as ours:
                    if not ours:
                        remaining.append(folder)
                        continue
                    if number is not None and not _is_marked(folder, number):
                        continue
                    _remove(folder)
            if note is not None:
                note.unlink()
        except FileNotFoundError:  # its process has just finished
            continue
        except OSError as error:
            raise DatabaseRefused(
                timeline,
                f"an unfinished copy of it cannot be removed: {error.filename or note}:"
                f" {files.reason(error)}. Remove it, then repeat",
            ) from error
    return remaining


def _beside(target: Path) -> Path:
    """Return the hidden folder in which a target is made."""
    resolved = target.resolve()
    return resolved.with_name(f".{resolved.name}{ENDING}")


def _write_note(timeline: Path, folder: Path, number: str) -> Path:
    """Write the note that names a copy's folder; relative to the timeline if possible, so that both can be moved."""
    home = timeline.resolve().parent
    path_bytes = os.fsencode(folder.relative_to(home) if folder.is_relative_to(home) else folder)
    note = home / f"{_beside(timeline).name}-{hashlib.sha256(path_bytes).hexdigest()[:16]}"
    if folder == _beside(timeline):  # `sweep` checks this folder without a note
        return note
    try:
        note.unlink(missing_ok=True)  # never write through a link or into a pipe that somebody put there
        with note.open("xb") as file:
            file.write(path_bytes + b"\0" + number.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in _NOT_PERMITTED:  # a timeline in a read-only folder cannot be redacted there either
            raise
    return note


def _notes(timeline: Path) -> list[Path]:
    """List the notes beside a timeline."""
    beginning = f"{_beside(timeline).name}-"
    try:
        return sorted(one for one in timeline.resolve().parent.iterdir() if one.name.startswith(beginning))
    except OSError:  # the folder is absent or unreadable
        return []


def _read_note(note: Path) -> tuple[Path | None, str]:
    """Read the folder that a note names, and the number of its mark. The folder is None if no copy is ever made there."""
    with files.opened(note) as file:
        path_bytes, _, number = file.read(_LONGEST).partition(b"\0")
    try:
        folder = (note.parent / os.fsdecode(path_bytes)).resolve()
        holds_us = folder == note.parent or folder in note.parents
    except (OSError, ValueError, RuntimeError):  # not one of our notes
        return None, ""
    ours = folder.name.startswith(".") and folder.name.endswith(ENDING) and not holds_us
    return folder if ours else None, number.decode("ascii", "replace")


def _is_marked(folder: Path, number: str) -> bool:
    """Whether a folder has the mark with this number."""
    try:
        with files.opened(folder / MARK) as file:
            return len(number) == _DIGITS and file.read(_LONGEST) == number.encode()
    except OSError:
        return False


def _remove(folder: Path) -> None:
    """Remove a folder, its mark last, so that it can still be recognised if this process is killed."""
    _clear(folder, MARK)
    shutil.rmtree(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder for this process until the block or the process ends; yield whether that worked."""
    if fcntl is None:
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(os.fstat(descriptor), folder.stat())
        except (BlockingIOError, FileNotFoundError):  # locked; or it was, and has just been moved into place or removed
            ours = False
        yield ours
    finally:
        os.close(descriptor)


def _clear(folder: Path, but: str | None = None) -> None:
    """Remove the content of a folder, except for one file."""
    for path in folder.iterdir():
        if path.name == but:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
