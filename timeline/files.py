"""Opening a file that a stranger may have named: it must be a file, lie where it may come from, and is never waited for.

Owns where a path leads, through every link. A hard link is the file itself: no program can tell it, and no archive or repository
carries one to a file of yours. Must not decide which folders a file may come from.
"""

import errno
import os
import shlex
import stat
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Final

from timeline.errors import OutsideFolder, on_one_line

_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_SYSTEM: Final = ("/proc", "/dev", "/sys")  # where the system shows itself as files; but for the memory that people keep files in
_MEMORY: Final = "/dev/shm"  # noqa: S108 - nothing is made there
_LONGEST: Final = 300  # letters of a path that a message shows
_PASS: Final = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | _NO_LINK  # through a folder
_ALIKE: Final = 0.7  # of 1: how near a name must be
_MOST: Final = 10_000  # files of a folder that are looked at


class NotAFile(OSError):
    """There is a folder, a device or a pipe."""


def is_within(path: str, folder: str) -> bool:
    """Whether a path without links lies in a folder, or is it."""
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    try:
        return os.path.commonpath([path, folder]) == folder
    except ValueError:  # on another drive
        return False


def shown(path: str | Path) -> str:
    """Give a path as a message shows it: on one line, and of one that is very long its two ends."""
    text = on_one_line(str(path))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def nearest(path: Path) -> Path | None:
    """Give the file or folder beside a path that is not there whose name is nearest to its; None where none is near."""
    try:
        if os.path.lexists(path):
            return None
        names = []
        with os.scandir(path.parent) as entries:
            for entry, _ in zip(entries, range(_MOST), strict=False):
                names.append(entry.name)
    except (OSError, ValueError):
        return None
    name = path.name.lower()
    shown = sorted(one for one in names if not one.startswith(".") and one.isprintable())
    near = get_close_matches(name, [one.lower() for one in shown], n=1, cutoff=_ALIKE)
    near = near or [one.lower() for one in shown if len(name) >= 3 and Path(one.lower()).stem == name]
    near = near or [one.lower() for one in shown if len(path.stem) >= 3 and one.lower().startswith(path.stem.lower())]
    return next((path.parent / one for one in shown if near and one.lower() == near[0]), None)


def meant(path: str | Path, error: BaseException | None = None) -> str:
    """Ask whether the file nearest to one that is not there is meant; nothing where none is near, or the `error` was another."""
    near = nearest(Path(path)) if error is None or isinstance(error, FileNotFoundError) else None
    return f"Did you mean {shlex.quote(shown(near))}? " if near is not None else ""


def refuse_no_file(path: str | Path) -> None:
    """Refuse a folder, a device or a pipe, all links followed, for which a program could wait; nothing at all is left to others.

    Raises NotAFile, or another OSError or ValueError where nobody can look there.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - to open a device may do something to it
    except FileNotFoundError:
        return
    _refuse_no_file(found, path)


def refuse_outside(path: str | Path, within: Sequence[Path]) -> tuple[str, str]:
    """Give where a path leads, and the first of the folders that holds it. Raises OutsideFolder where none does."""
    folders = [os.path.realpath(folder) for folder in within]
    absolute = os.path.abspath(path)  # noqa: PTH100 - without looking there
    remote = os.path.splitdrive(absolute)[0].startswith("\\\\") and not any(is_within(absolute, folder) for folder in folders)
    try:
        real = absolute if remote else os.path.realpath(path)  # another computer is not even asked
    except RecursionError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    for folder in folders:
        if is_within(real, folder):
            return real, folder
    there, project, elsewhere = (shown(one) for one in (real, folders[0], shlex.quote(os.path.dirname(real))))  # noqa: PTH120
    if any(is_within(real, one) for one in _SYSTEM) and not is_within(real, _MEMORY):
        raise OutsideFolder(
            shown(path), f"leads to {there}, outside of {project}: a part of the system, not a document. Leave it out"
        )
    home = Path(real).parent
    allow = f"; or, if you trust who wrote this, allow the other: --allow-folder {elsewhere}" if home != home.parent else ""
    raise OutsideFolder(shown(path), f"leads to {there}, outside of {project}. Copy it into that folder{allow}")


def opened(path: str | Path, within: Sequence[Path] | None = None) -> BinaryIO:
    """Open a file for reading; `within` are the folders of which one must hold it, all links followed. None: it may be anywhere.

    What is opened is what was looked at, even if links change meanwhile. Raises OutsideFolder, NotAFile, or another OSError or
    ValueError where it cannot be opened.
    """
    descriptor = _named(path) if within is None else _walked(*refuse_outside(path, within))
    try:
        _refuse_no_file(os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _named(path: str | Path) -> int:
    refuse_no_file(path)
    return os.open(path, _READ)


def _walked(real: str, folder: str) -> int:
    """Open a path, link by no link, from the folder that holds it."""
    if os.open not in os.supports_dir_fd:
        _refuse_no_file(os.lstat(real))
        return os.open(real, _READ | _NO_LINK)
    *folders, name = Path(real).relative_to(folder).parts
    at = os.open(folder, _PASS)
    try:
        for one in folders:
            below = os.open(one, _PASS, dir_fd=at)
            os.close(at)
            at = below
        _refuse_no_file(os.stat(name, dir_fd=at, follow_symlinks=False))
        return os.open(name, _READ | _NO_LINK, dir_fd=at)
    finally:
        os.close(at)


def _refuse_no_file(found: os.stat_result, path: str | Path | None = None) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotAFile(None, "is not a file", None if path is None else str(path))
