"""From a bundle's path to its entries. Owns which suffix is read how. Must not append."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from timeline.bundles import json_lines, yaml_file
from timeline.bundles.entry import Entry, unreadable

SUFFIXES: dict[str, Callable[[BinaryIO, int, Path], Iterator[Entry]]] = {
    ".yaml": yaml_file.entries,
    ".yml": yaml_file.entries,
    ".jsonl": json_lines.entries,
}


_FIELD = b"base64"
_OTHERWISE = re.compile(rb"\\(?:u00|x|U000000)[367]")  # how one of its letters can be written in JSON or YAML as well
_AT_ONCE = 1 << 20


def may_hold_documents(path: Path) -> bool:
    """Whether documents may stand in a bundle themselves. Nothing is told of a file that cannot be read."""
    if refusal(path) is not None:
        return False
    try:
        with path.open("rb") as file:
            before = b""
            while content := file.read(_AT_ONCE):
                read = before + content
                if _FIELD in read or (b"\\" in read and _OTHERWISE.search(read)):
                    return True
                before = content[-16:]
    except OSError:
        pass
    return False


def refusal(path: Path) -> str | None:
    """Say why a file cannot be read as a bundle, before anything is done with it; None where it can."""
    if path.suffix.lower() not in SUFFIXES:
        return f"is not named as a bundle. Bundles end in {', '.join(SUFFIXES)}"
    try:
        if not path.is_file():
            return f"{'is not a file' if path.exists() else 'there is no such file'}. Check the path"
        path.open("rb").close()
    except (OSError, ValueError) as error:
        return _cannot(error)
    return None


def _cannot(error: OSError | ValueError) -> str:
    return f"cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}. Check the file"


def read(path: str | Path) -> Iterator[Entry]:
    """Read a bundle's entries, in the order in which they are appended.

    JSON Lines are read as they are asked for, YAML as a whole. Nothing that a file may hold raises: what cannot be read comes as
    an entry that says nothing and has a fault.
    """
    path = Path(path)
    if reason := refusal(path):
        yield unreadable(0, reason)
        return
    try:
        with path.open("rb") as file:
            yield from SUFFIXES[path.suffix.lower()](file, path.stat().st_size, path.parent)
    except (OSError, ValueError) as error:
        yield unreadable(0, _cannot(error))
