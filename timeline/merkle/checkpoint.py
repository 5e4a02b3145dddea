"""Checkpoints (c2sp.org/tlog-checkpoint): a log's name, its number of events, and the root of the tree over them.

A checkpoint is the text of a note. A log signs it; witnesses cosign it; an unsigned one is the text alone.
"""

import base64
import re
from dataclasses import dataclass
from typing import Self

from timeline.errors import NoteInvalid
from timeline.merkle.note import Note, decoded, printable

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin (name), its size in events, the root of its tree (32 bytes), and any extension lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text to be signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def of(cls, note: Note, subject: str = "checkpoint") -> Self:
        """Read a note's text. Raises NoteInvalid, also if it covers no event: every log extends that."""
        lines = note.text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise NoteInvalid(subject, "lacks the three lines origin, size and root. Give one made by: timeline checkpoint")
        origin, size, root, *extensions = lines
        hash_ = decoded(root)
        if not origin.isprintable():
            raise NoteInvalid(
                subject, f'line 1, the origin, is "{printable(origin)}", which cannot be printed. Ask whose log it is'
            )
        if not _SIZE.fullmatch(size):
            raise NoteInvalid(subject, f'line 2, the size, is "{printable(size)}", not a number. Give the file as it was received')
        if size == "0":
            raise NoteInvalid(subject, "covers no event, so it proves nothing. Give one of a log with events")
        if hash_ is None or len(hash_) != 32:
            raise NoteInvalid(subject, f'line 3, the root, is "{printable(root)}", not a hash. Give the file as it was received')
        return cls(origin, int(size), hash_, tuple(extensions))
