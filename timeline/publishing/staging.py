"""Where a copy is made before it is put in place, and that what is put in place lasts. Must not know what is made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from timeline import unfinished
from timeline.errors import PublishingRefused


@contextmanager
def staging(target: Path, timeline: Path) -> Iterator[Path]:
    """Give an empty folder beside a target, to copy a timeline into, which is gone at the end; see timeline.unfinished.

    Raises PublishingRefused where another process has it, or where the disk errs; the target is as it was unless the caller had
    begun to replace it.
    """
    try:
        with unfinished.making(target, timeline) as folder:
            if folder is None:
                raise PublishingRefused(target, "another process is writing it. Wait until that is done, then repeat")
            yield folder
    except OSError as error:
        raise unwritable(target, error) from error


def unwritable(target: Path, error: OSError) -> PublishingRefused:
    """Say in a line that something could not be written."""
    reason = (error.strerror or str(error)).lower()
    return PublishingRefused(target, f"cannot be written: {reason}. Give another path, or make room there, then repeat")


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
        raise PublishingRefused(target, "is there by now, and is not written over. Give another path") from None
    except OSError:  # a disk without hard links
        if target.exists():
            raise PublishingRefused(target, "is there by now, and is not written over. Give another path") from None
        fresh.rename(target)
    sync(target.parent)
