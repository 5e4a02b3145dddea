"""Make files in a temporary folder, and put them in place durably. Must not know their content."""

import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from timeline import files
from timeline.errors import PublishingRefused
from timeline.log import unfinished_copies


@contextmanager
def temporary_folder(target: Path, timeline: Path, *, parents: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside a target, to copy a timeline into; it is removed at the end (see `log.unfinished_copies`).

    `parents`: the folders above the target are made. Raises PublishingRefused where another process uses it, or where the disk
    fails; then the target is unchanged, unless the caller had begun to replace it.
    """
    absent = [one for one in target.resolve().parents if parents and not one.exists()]
    try:
        for above in reversed(absent):
            above.mkdir()
        with unfinished_copies.making(target, timeline) as folder:
            if folder is None:
                raise PublishingRefused(target, "another process is writing it. Wait until it is finished, then repeat")
            yield folder
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        with suppress(OSError):  # where nothing was put in place
            for empty in absent:
                empty.rmdir()


def unwritable(target: Path, error: OSError) -> PublishingRefused:
    """Make the error for a file that cannot be written."""
    reason = files.reason(error)
    return PublishingRefused(target, f"cannot be written: {reason}. Give another path, or make room there, then repeat")


def write(path: Path, content: bytes) -> None:
    """Write a new file durably."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place(fresh: Path, target: Path) -> None:
    """Put a finished file in place. Raises PublishingRefused where a file exists by now."""
    try:
        os.link(fresh, target)
    except FileExistsError:
        raise PublishingRefused(target, "exists by now, and is never overwritten. Give another path") from None
    except OSError:  # a disk without hard links
        if target.exists():
            raise PublishingRefused(target, "exists by now, and is never overwritten. Give another path") from None
        fresh.rename(target)
    sync(target.parent)


def are_same(one: Path, other: Path) -> bool:
    """Whether two files have the same bytes, and the other is no link."""
    return other.is_file() and not other.is_symlink() and filecmp.cmp(one, other, shallow=False)
