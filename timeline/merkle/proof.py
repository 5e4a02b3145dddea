"""Proofs (c2sp.org/tlog-proof): a file that shows that an event stood in a log, word for word, without the log.

It holds the event's place, the hashes that lead from its leaf to the root, and a checkpoint with that root. Its extra line holds,
as JSON, `leaf` (the leaf), `data` (what the event said) and `salt` (hex); the last two null where that was redacted.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Any, Self

from timeline.errors import ProofInvalid
from timeline.merkle.checkpoint import Checkpoint
from timeline.merkle.hashing import EMPTY, leaf_hash, verify_inclusion
from timeline.merkle.leaf import leaf
from timeline.merkle.note import Note, decoded, shown

FORMAT = "c2sp.org/tlog-proof@v1"
LARGEST = 64_000_000  # bytes of a proof, its event included
MOST = 64  # hashes: more than a tree of any size has levels
SALT = 16  # bytes: fixed, so that no word can pass from what is said to the salt before it
_AS_RECEIVED = "Give the file as it was received"
_END = 2**53  # below which JSON keeps integers
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Said:
    """What a proof tells of its event: the leaf, what it said, and the salt of its hash; the last two None once redacted."""

    leaf: bytes
    data: str | None
    salt: bytes | None

    @property
    def event(self) -> dict[str, Any]:
        """The leaf, parsed: position, stream, version, type, recorded_at, recorded_by, data_hash."""
        parsed: dict[str, Any] = json.loads(self.leaf)
        return parsed

    @property
    def extra(self) -> bytes:
        """What a proof's extra line holds: all of it as canonical JSON (RFC 8785), so that it is written in one way alone."""
        salt = None if self.salt is None else self.salt.hex()
        data, salt = ("null" if one is None else quoted(one) for one in (self.data, salt))
        return f'{{"data":{data},"leaf":{quoted(self.leaf.decode())},"salt":{salt}}}'.encode()


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof, as its file holds it. `index` is the event's position less one."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    said: Said

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint to whose root the proof leads."""
        return Checkpoint.of(self.note, "proof, checkpoint")

    def __str__(self) -> str:
        """Write the file."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.hashes)
        return f"{FORMAT}\nextra {base64.b64encode(self.said.extra).decode()}\nindex {self.index}\n{hashes}\n{self.note}"

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read the file. Raises ProofInvalid or NoteInvalid; what it shows is not checked yet."""
        if len(content) > LARGEST:
            raise ProofInvalid(f"proof: is larger than {LARGEST // 1_000_000} MB, so it is none. {_AS_RECEIVED}")
        head, gap, note = content.partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n", MOST + 3)
        if lines[0] == FORMAT + "\r":
            raise ProofInvalid(f"proof: its line ends were changed. {_AS_RECEIVED}")
        if lines[0] != FORMAT:
            raise ProofInvalid(f'proof: does not begin with "{FORMAT}". Give a file made by: timeline prove')
        if not gap:
            raise ProofInvalid("proof: ends before its checkpoint. It was cut short; ask for it again")
        if len(lines) < 3 or not lines[1].startswith("extra "):
            raise ProofInvalid("proof: has no extra line with the event. Give a file made by: timeline prove")
        index = _INDEX.fullmatch(lines[2])
        if index is None:
            raise ProofInvalid(f'proof: line 3 is "{shown(lines[2])}", expected "index" and a number. {_AS_RECEIVED}')
        if len(lines) > MOST + 3:
            raise ProofInvalid(f"proof: holds more than {MOST} hashes, and no tree has so many levels. {_AS_RECEIVED}")
        hashes = [decoded(line) for line in lines[3:]]
        if any(one is None or len(one) != 32 for one in hashes):
            raise ProofInvalid(f"proof: holds a line that is not a hash in base64. {_AS_RECEIVED}")
        parsed = Note.parse(note, "proof, checkpoint")
        Checkpoint.of(parsed, "proof, checkpoint")
        return cls(int(index[1]), tuple(one for one in hashes if one), parsed, _said(lines[1].removeprefix("extra ")))

    def check(self) -> None:
        """Check all but signatures: that what the event said has its hash, that its leaf has it, and stands in the tree.

        Raises ProofInvalid where something does not follow.
        """
        said, event = self.said, self.said.event
        if event["position"] != self.index + 1:
            raise ProofInvalid(f"proof: its event says position {event['position']}, but stands at {self.index + 1}")
        if said.data is not None and said.salt is not None:
            found = hashlib.sha256(said.salt + said.data.encode()).hexdigest()
            if found != event["data_hash"]:
                raise ProofInvalid("proof: what the event says does not have the hash in its leaf. Its words were altered")
        verify_inclusion(leaf_hash(said.leaf), self.index, self.checkpoint.size, self.hashes, self.checkpoint.root)


def _said(encoded: str) -> Said:
    """Read the extra line, which holds the event in the form that ours have, to the letter and nothing beside it."""
    try:
        content = decoded(encoded) or b""
        extra = json.loads(content)
        salt = None if extra["salt"] is None else bytes.fromhex(extra["salt"])
        said = Said(extra["leaf"].encode(), extra["data"], salt)
        whole = bool(said.data) and len(salt) == SALT if salt is not None else said.data is None
        fits = whole and said.extra == content and _is_leaf(said)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise ProofInvalid("proof: its extra line does not hold an event. Give a file made by: timeline prove")
    return said


def _is_leaf(said: Said) -> bool:
    """Whether this is a leaf to the letter: nothing but the columns, of their types, in canonical form."""
    event = said.event
    hash_ = bytes.fromhex(event["data_hash"])
    return (
        all(type(event[one]) is int and 0 < event[one] < _END for one in ("position", "version"))
        and len(hash_) == len(EMPTY)
        and leaf(**{**event, "data_hash": hash_}) == said.leaf
    )
