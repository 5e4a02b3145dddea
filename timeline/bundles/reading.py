"""From a bundle's path to its entries. Owns which suffix is read how. Must not append."""

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


def read(path: str | Path) -> Iterator[Entry]:
    """Read a bundle's entries, in the order in which they are appended.

    JSON Lines are read as they are asked for, YAML as a whole. Nothing that a file may hold raises: what cannot be read comes as
    an entry that says nothing and has a fault.
    """
    path = Path(path)
    reader = SUFFIXES.get(path.suffix.lower())
    if reader is None:
        yield unreadable(0, f"is not named as a bundle. Bundles end in {', '.join(SUFFIXES)}")
        return
    try:
        if not path.is_file():
            reason = "is not a file" if path.exists() else "there is no such file"
            yield unreadable(0, f"{reason}. Check the path")
            return
        with path.open("rb") as file:
            yield from reader(file, path.stat().st_size, path.parent)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        yield unreadable(0, f"cannot be read: {reason}. Check the file")
