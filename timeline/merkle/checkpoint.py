"""Checkpoints (c2sp.org/tlog-checkpoint): whose log it is, how many events it holds, and the root of the tree over them.

The text of a note. A log signs it; witnesses cosign it; without any signature it is the text alone.
"""

import base64
import re
from dataclasses import dataclass
from typing import Self

from timeline.errors import NoteInvalid
from timeline.merkle.note import Note, decoded, shown

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin, its size in events, the root of its tree (32 bytes), and further lines of its own."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def of(cls, note: Note, what: str = "checkpoint") -> Self:
        """Read the text of a note. Raises NoteInvalid, also where it covers no event: every log adds to that."""
        lines = note.text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise NoteInvalid(what, "has not the three lines of one: origin, size, root. Give one made by: timeline checkpoint")
        origin, size, root, *extensions = lines
        hash_ = decoded(root)
        if not origin.isprintable():
            raise NoteInvalid(what, f'line 1, the origin, is "{shown(origin)}", which cannot be printed. Ask whose log it is')
        if not _SIZE.fullmatch(size):
            raise NoteInvalid(what, f'line 2, the size, is "{shown(size)}", not a number. Give the file as it was received')
        if size == "0":
            raise NoteInvalid(what, "covers no event, so it proves nothing. Give one of a log that held events")
        if hash_ is None or len(hash_) != 32:
            raise NoteInvalid(what, f'line 3, the root, is "{shown(root)}", not a hash. Give the file as it was received')
        return cls(origin, int(size), hash_, tuple(extensions))
