"""From a bundle's path to its entries. Owns which suffix is read how. Must not append."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from timeline import files
from timeline.bundles import json_lines, yaml_file
from timeline.bundles.entry import Entry, unreadable
from timeline.errors import OutsideFolder

SUFFIXES: dict[str, Callable[[BinaryIO, int, Path], Iterator[Entry]]] = {
    ".yaml": yaml_file.entries,
    ".yml": yaml_file.entries,
    ".jsonl": json_lines.entries,
}
EVENTS: Final = "events"
METADATA: Final = "metadata.json"


FILE, BYTES = b"file", b"base64"  # fields in which a document comes
SEEDS: Final = "seeds"
_OTHERWISE = re.compile(rb"\\(?:(?:u00|x|U000000)[367]|\r?\n)")  # how their letters can be written in JSON or YAML as well
_AT_ONCE = 1 << 16


def may_hold(field: bytes, path: Path, within: Sequence[Path] | None = None) -> bool:
    """Whether a field may stand in a bundle, as FILE or BYTES. Nothing is told of a file that cannot be read."""
    if refusal(path, within) is not None:
        return False
    try:
        with files.opened(path, within) as file:
            before = b""
            while content := file.read(_AT_ONCE):
                read = before + content
                if field in read or (b"\\" in read and _OTHERWISE.search(read)):
                    return True
                before = content[-16:]
    except (OSError, ValueError):
        pass
    return False


def project(path: Path) -> Path:
    """Give the folder in which what a bundle names must lie: the one with metadata.json or events/, or the bundle's own.

    From deep within events/ it is the one that holds the nearest events/, if that is a project. No further up: there may be other
    people's things.
    """
    folder = Path(os.path.realpath(path.parent))
    if (folder / METADATA).exists():
        return folder
    if folder.name == EVENTS or (folder.parent / METADATA).exists():
        return folder.parent
    above = next((one.parent for one in folder.parents if one.name == EVENTS), folder)
    return above if (above / METADATA).exists() or (above / SEEDS).is_dir() else folder


def refusal(path: Path, within: Sequence[Path] | None = None) -> str | None:
    """Say why a file cannot be read as a bundle, before anything is done with it; None where it can.

    `within` are the folders of which one must hold the bundle itself, all links followed; None where a person named it.
    """
    if path.suffix.lower() not in SUFFIXES:
        return f"is not named as a bundle. {files.meant(path)}Bundles end in {', '.join(SUFFIXES)}"
    try:
        if within is not None:
            files.refuse_outside(path, within)
        if not path.is_file():
            return f"{'is not a file' if path.exists() else 'there is no such file'}. {files.meant(path)}Check the path"
        files.opened(path, within).close()
    except OutsideFolder as error:
        return error.reason
    except (OSError, ValueError) as error:
        return _cannot(error)
    return None


def _cannot(error: OSError | ValueError) -> str:
    return f"cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}. Check the file"


def read(path: str | Path, within: Sequence[Path] | None = None) -> Iterator[Entry]:
    """Read a bundle's entries, in the order in which they are appended.

    `within` is as for `refusal`; of the documents that it names nothing is read here.

    JSON Lines are read as they are asked for, YAML as a whole. Nothing that a file may hold raises: what cannot be read comes as
    an entry that says nothing and has a fault.
    """
    path = Path(path)
    if reason := refusal(path, within):
        yield unreadable(0, reason)
        return
    try:
        with files.opened(path, within) as file:
            yield from SUFFIXES[path.suffix.lower()](file, os.fstat(file.fileno()).st_size, path.parent)
    except (OSError, ValueError) as error:
        yield unreadable(0, _cannot(error))
