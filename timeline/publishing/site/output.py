"""The files of a site while they are made, in a temporary folder.

Owns that each has one name, and that what a browser loads together has a name that changes with it: a page never gets files of
two publications.
"""

import hashlib
import json
from pathlib import Path


class Output:
    """A folder in the making: `names` are its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, str] = {}
        self._folders: set[Path] = set()

    def add(self, name: str, content: bytes | str) -> str:
        """Write a file, and return its name."""
        data = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        path.write_bytes(data)
        self.names[name] = hashlib.sha256(data).hexdigest()
        return name

    def add_versioned(self, name: str, content: bytes | str) -> str:
        """Write a file under a name with a hash of its content, and return that."""
        data = content.encode() if isinstance(content, str) else content
        stem, _, suffix = name.rpartition(".")
        return self.add(f"{stem}-{hashlib.sha256(data).hexdigest()[:10]}.{suffix}", data)

    def add_data(self, name: str, value: object, *, versioned: bool = True) -> str:
        """Write data as a script that gives it to the page: from a disk, browsers load nothing else. Return its name.

        A script of a stable name gives it under that name.
        """
        text = (
            json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        )
        add = self.add_versioned if versioned else self.add
        return add(f"data/{name}.js", f"timelineData({json.dumps(name)},{text})\n")
