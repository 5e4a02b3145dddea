"""Copies of a timeline that are being made, and what is left of those whose process was killed: where they are, and how they go.

A copy is made in a hidden folder beside its target, held by one process. A note beside the timeline names that folder for as
long as anything is in it, so that a redaction reaches it wherever it is. A mark in the folder, the same number as in the note, says
that this note is of this folder: a note by itself, which a stranger can write, has nothing taken away. Owns all three. Must not
know what is copied.
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
except ImportError:  # not POSIX: there nobody can tell whether another process is at it
    fcntl = None  # type: ignore[assignment]

ENDING = ".unfinished"
MARK = ".in-the-making"
_DIGITS = 32  # of the number
_LONGEST = 100_000  # bytes of a note
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
        raise DatabaseRefused(folder, "is a link, and what it leads to is left alone. Remove it, then repeat")
    folder.mkdir(exist_ok=True)
    with _held(folder) as ours:
        if not ours:
            yield None
            return
        _clear(folder)
        number = secrets.token_hex(16)
        with (folder / MARK).open("x", encoding="ascii") as file:
            file.write(number)
        note = _note(timeline, folder, number)
        try:
            yield folder
        finally:
            with suppress(OSError):
                _remove(folder)
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
            # Without a note: where a backup is made this timeline.
            folder, number = (_beside(timeline), None) if note is None else _named(note)
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
                    if number is not None and not _is_marked(folder, number):
                        continue
                    _remove(folder)
            if note is not None:
                note.unlink()
        except FileNotFoundError:  # its process is just done with it
            continue
        except OSError as error:
            raise DatabaseRefused(
                timeline,
                f"a copy of it that was never finished cannot be taken away: {error.filename or note}:"
                f" {(error.strerror or str(error)).lower()}. Remove it, then repeat",
            ) from error
    return left


def _beside(target: Path) -> Path:
    """Name the folder in which a target is made."""
    resolved = target.resolve()
    return resolved.with_name(f".{resolved.name}{ENDING}")


def _note(timeline: Path, folder: Path, number: str) -> Path:
    """Note where a copy is being made, so that it lasts: within the timeline's folder in such a way that both can be moved."""
    home = timeline.resolve().parent
    told = os.fsencode(folder.relative_to(home) if folder.is_relative_to(home) else folder)
    note = home / f"{_beside(timeline).name}-{hashlib.sha256(told).hexdigest()[:16]}"
    if folder == _beside(timeline):  # which is looked into without a note
        return note
    try:
        note.unlink(missing_ok=True)  # nothing is written through a link that somebody laid there, nor into a pipe
        with note.open("xb") as file:
            file.write(told + b"\0" + number.encode())
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


def _named(note: Path) -> tuple[Path | None, str]:
    """Read which folder a note names, and the number of its mark; no folder where copies are made in none such."""
    with files.opened(note) as file:
        told, _, number = file.read(_LONGEST).partition(b"\0")
    try:
        folder = (note.parent / os.fsdecode(told)).resolve()
        holds_us = folder == note.parent or folder in note.parents
    except (OSError, ValueError, RuntimeError):  # nobody wrote that here
        return None, ""
    ours = folder.name.startswith(".") and folder.name.endswith(ENDING) and not holds_us
    return folder if ours else None, number.decode("ascii", "replace")


def _is_marked(folder: Path, number: str) -> bool:
    """Whether the note with this number was made for this very folder."""
    try:
        with files.opened(folder / MARK) as file:
            return len(number) == _DIGITS and file.read(_LONGEST) == number.encode()
    except OSError:
        return False


def _remove(folder: Path) -> None:
    """Take a folder away, its mark last, so that what is left of it by a killed process can still be known."""
    _clear(folder, MARK)
    shutil.rmtree(folder)


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


def _clear(folder: Path, but: str | None = None) -> None:
    """Take away what is in a folder, but for one file."""
    for path in folder.iterdir():
        if path.name == but:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
