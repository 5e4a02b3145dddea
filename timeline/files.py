"""Open files whose paths a stranger may have chosen: only regular files, only in allowed folders, and without ever waiting.

Owns the resolution of paths through every link. A hard link is the file itself: no program can recognise it, and no archive or
repository can carry one to a file of yours. Must not decide which folders are allowed.
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
_SYSTEM: Final = ("/proc", "/dev", "/sys")  # the system's own files; except for the memory in which people keep files
_MEMORY: Final = "/dev/shm"  # noqa: S108 - nothing is made there
_LONGEST: Final = 300  # characters of a path in a message
_PASS: Final = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | _NO_LINK  # through a folder
_ALIKE: Final = 0.7  # similarity that a name must reach, from 0 to 1
_SCANNED: Final = 10_000  # names read from a folder


class NotAFile(OSError):
    """The path leads to a folder, a device or a pipe."""


def is_within(path: str, folder: str) -> bool:
    """Whether a path without links is a folder or lies in it."""
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    try:
        return os.path.commonpath([path, folder]) == folder
    except ValueError:  # on another drive
        return False


def path_in_message(path: str | Path) -> str:
    """Return a path for a message: on one line, with the middle of a very long one left out."""
    text = on_one_line(str(path))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def reason(error: Exception, otherwise: str = "") -> str:
    """Return the reason that the system gives for an error, for the middle of a sentence; `otherwise` if it gives none."""
    return (getattr(error, "strerror", None) or otherwise or str(error)).lower()


def nearest(path: Path) -> Path | None:
    """Return the existing file or folder whose name is most like that of an absent path; None if none is similar."""
    try:
        if os.path.lexists(path):
            return None
        names = []
        with os.scandir(path.parent) as entries:
            for entry, _ in zip(entries, range(_SCANNED), strict=False):
                names.append(entry.name)
    except (OSError, ValueError):
        return None
    name = path.name.lower()
    path_in_message = sorted(one for one in names if not one.startswith(".") and one.isprintable())
    near = get_close_matches(name, [one.lower() for one in path_in_message], n=1, cutoff=_ALIKE)
    near = near or [one.lower() for one in path_in_message if len(name) >= 3 and Path(one.lower()).stem == name]
    near = near or [one.lower() for one in path_in_message if len(path.stem) >= 3 and one.lower().startswith(path.stem.lower())]
    return next((path.parent / one for one in path_in_message if near and one.lower() == near[0]), None)


def did_you_mean(path: str | Path, error: BaseException | None = None) -> str:
    """Return the question "Did you mean …?" for an absent path; empty if no name is similar, or `error` is another one."""
    near = nearest(Path(path)) if error is None or isinstance(error, FileNotFoundError) else None
    return f"Did you mean {shlex.quote(path_in_message(near))}? " if near is not None else ""


def refuse_no_file(path: str | Path) -> None:
    """Refuse a folder, a device or a pipe, for which a program could wait. Links are followed; an absent path passes.

    Raises NotAFile, or another OSError or ValueError if the path cannot be checked.
    """
    try:
        stat_result = os.stat(path)  # noqa: PTH116 - opening a device may have effects
    except FileNotFoundError:
        return
    _refuse_no_file(stat_result, path)


def refuse_outside(path: str | Path, within: Sequence[Path]) -> tuple[str, str]:
    """Return the resolved path, and the first of the folders that contains it. Raises OutsideFolder if none does."""
    folders = [os.path.realpath(folder) for folder in within]
    absolute = os.path.abspath(path)  # noqa: PTH100 - without touching the file system
    remote = os.path.splitdrive(absolute)[0].startswith("\\\\") and not any(is_within(absolute, folder) for folder in folders)
    try:
        real = absolute if remote else os.path.realpath(path)  # do not contact another computer
    except RecursionError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    for folder in folders:
        if is_within(real, folder):
            return real, folder
    there, project, elsewhere = (path_in_message(one) for one in (real, folders[0], shlex.quote(os.path.dirname(real))))  # noqa: PTH120
    if any(is_within(real, one) for one in _SYSTEM) and not is_within(real, _MEMORY):
        raise OutsideFolder(
            path_in_message(path), f"leads to {there}, outside {project}: a part of the system, not a document. Leave it out"
        )
    home = Path(real).parent
    allow = f"; or, if you trust its author, allow the other folder: --allow-folder {elsewhere}" if home != home.parent else ""
    raise OutsideFolder(path_in_message(path), f"leads to {there}, outside {project}. Copy it into that folder{allow}")


def opened(path: str | Path, within: Sequence[Path] | None = None) -> BinaryIO:
    """Open a file for reading. With `within`, one of these folders must contain it, after all links are followed.

    The file opened is the one that was checked, even if links change meanwhile. Raises OutsideFolder, NotAFile, or another
    OSError or ValueError if it cannot be opened.
    """
    descriptor = _opened_anywhere(path) if within is None else _opened_within(*refuse_outside(path, within))
    try:
        _refuse_no_file(os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _opened_anywhere(path: str | Path) -> int:
    refuse_no_file(path)
    return os.open(path, _READ)


def _opened_within(real: str, folder: str) -> int:
    """Open a resolved path from the folder that contains it, and follow no further link."""
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


def _refuse_no_file(stat_result: os.stat_result, path: str | Path | None = None) -> None:
    if not stat.S_ISREG(stat_result.st_mode):
        raise NotAFile(None, "is not a file", None if path is None else str(path))
