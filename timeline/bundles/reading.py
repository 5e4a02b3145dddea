"""Read the entries of a bundle from its path. Owns which suffix is parsed how. Must not append."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import BinaryIO, Final, Protocol

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
FILE, BYTES = b"file", b"base64"  # fields that hold a document
SEEDS: Final = "seeds"
_ESCAPED = re.compile(rb"\\(?:(?:u00|x|U000000)[367]|\r?\n)")  # escapes for their letters in JSON or YAML
_AT_ONCE = 1 << 16


class Bundle(Protocol):
    """Entries to append together, wherever they come from. Messages call them `path`."""

    @property
    def path(self) -> Path:
        """The name of the bundle."""

    def read(self) -> Iterator[Entry]:
        """Yield the entries; each call yields the same."""

    def may_hold(self, field: bytes) -> bool:
        """Return whether an entry may have a field, FILE or BYTES."""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A bundle in a file. One of the folders `within` must hold it; None where a person named it."""

    path: Path
    within: Sequence[Path] | None = None

    def read(self) -> Iterator[Entry]:
        """Yield the entries."""
        return read(self.path, self.within)

    def may_hold(self, field: bytes) -> bool:
        """Return whether an entry may have a field."""
        return may_hold(field, self.path, self.within)


def may_hold(field: bytes, path: Path, within: Sequence[Path] | None = None) -> bool:
    """Return whether a bundle may have a field, FILE or BYTES; false for an unreadable file."""
    if refusal(path, within) is not None:
        return False
    try:
        with files.opened(path, within) as file:
            before = b""
            while content := file.read(_AT_ONCE):
                if holds(before + content, field):
                    return True
                before = content[-16:]
    except (OSError, ValueError):
        pass
    return False


def holds(content: bytes | mmap, field: bytes) -> bool:
    """Return whether a part of a bundle may have a field, its letters escaped or not."""
    return content.find(field) >= 0 or (content.find(b"\\") >= 0 and _ESCAPED.search(content) is not None)


def project(path: Path) -> Path:
    """Return the folder that must hold the files of a bundle: the one with metadata.json or events/, or the bundle's own.

    For a bundle deep within events/ it is the folder with the nearest events/, if that is a project; never one further up, where
    other people's files may be.
    """
    folder = Path(os.path.realpath(path.parent))
    if (folder / METADATA).exists():
        return folder
    if folder.name == EVENTS or (folder.parent / METADATA).exists():
        return folder.parent
    above = next((one.parent for one in folder.parents if one.name == EVENTS), folder)
    return above if (above / METADATA).exists() or (above / SEEDS).is_dir() else folder


def refusal(path: Path, within: Sequence[Path] | None = None) -> str | None:
    """Return the reason why a file cannot be read as a bundle; None where it can.

    One of the folders `within` must hold the bundle itself, with all links followed; None where a person named it.
    """
    if path.suffix.lower() not in SUFFIXES:
        return f"is not named like a bundle. {files.did_you_mean(path)}Bundles end in {', '.join(SUFFIXES)}"
    try:
        if within is not None:
            files.refuse_outside(path, within)
        if not path.is_file():
            return f"{'is not a file' if path.exists() else 'there is no such file'}. {files.did_you_mean(path)}Check the path"
        files.opened(path, within).close()
    except OutsideFolder as error:
        return error.reason
    except (OSError, ValueError) as error:
        return _cannot(error)
    return None


def _cannot(error: OSError | ValueError) -> str:
    return f"cannot be read: {files.reason(error)}. Check the file"


def read(path: str | Path, within: Sequence[Path] | None = None) -> Iterator[Entry]:
    """Yield a bundle's entries in the order in which they are appended, without reading their documents.

    `within` is as for `refusal`. JSON Lines are read lazily, YAML as a whole. No content of a file raises: an unreadable part
    becomes an entry without content that has a fault.
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
