"""Where a thing is made before it is put in place: a hidden folder beside it, held by one process, cleaned by the next.

Owns what is left of a run that was killed, and that what is put in place lasts. Must not know what is made.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from timeline.errors import PublishingRefused

try:
    import fcntl
except ImportError:  # not POSIX: there nobody is told that another process is at it
    fcntl = None  # type: ignore[assignment]


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Give an empty folder beside a target, which is gone at the end. Raises PublishingRefused where another process has it.

    An error of the disk is told as PublishingRefused too; the target is as it was unless the caller had begun to replace it.
    """
    resolved = target.resolve()
    folder = resolved.with_name(f".{resolved.name}.unfinished")
    try:
        if folder.is_symlink():
            raise PublishingRefused(f"{folder}: is a link, and what it leads to is left alone. Remove it, then repeat")
        folder.mkdir(exist_ok=True)
        with _held(folder, target):
            _clear(folder)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise unwritable(target, error) from error


def unwritable(target: Path, error: OSError) -> PublishingRefused:
    """Say in a line that something could not be written."""
    reason = (error.strerror or str(error)).lower()
    return PublishingRefused(f"{target}: cannot be written: {reason}. Give another path, or make room there, then repeat")


def write(path: Path, content: bytes) -> None:
    """Write a new file that lasts."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Make a file, or what a folder lists, last."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place(fresh: Path, target: Path) -> None:
    """Put a finished file where there is none. Raises PublishingRefused where there is one by now."""
    try:
        os.link(fresh, target)
    except FileExistsError:
        raise PublishingRefused(f"{target}: is there by now, and is not written over. Give another path") from None
    except OSError:  # a disk without hard links
        if target.exists():
            raise PublishingRefused(f"{target}: is there by now, and is not written over. Give another path") from None
        fresh.rename(target)
    sync(target.parent)


@contextmanager
def _held(folder: Path, target: Path) -> Iterator[None]:
    """Hold a folder for this process alone, for as long as it lives."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(os.fstat(descriptor), folder.stat())
        except (BlockingIOError, FileNotFoundError):  # held; or it was, and has just been put in place or taken away
            ours = False
        if not ours:
            raise PublishingRefused(f"{target}: another process is writing it. Wait until that is done, then repeat")
        yield
    finally:
        os.close(descriptor)


def _clear(folder: Path) -> None:
    """Take away what a killed process left."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
