"""Proofs (c2sp.org/tlog-proof): a file that proves, without the log, that an event was in it, word for word.

It has the event's index, the hashes from its leaf to the root, and a checkpoint with that root. Its extra line holds, as JSON,
`leaf` (the leaf), `data` (the event's data) and `salt` (hex); the last two are null once redacted.
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
from timeline.merkle.note import Note, decoded, printable

FORMAT = "c2sp.org/tlog-proof@v1"
LARGEST = 64_000_000  # bytes of a proof, with its event
MOST = 64  # hashes: more than a tree of any size has levels
SALT = 16  # bytes: fixed, so that nothing can move from the data to the salt before it
_AS_RECEIVED = "Give the file as it was received"
_END = 2**53  # the limit of exact integers in JSON
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """The event in a proof: its leaf, its data, and the salt of its hash; the last two are None once redacted."""

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
        """The content of a proof's extra line, as canonical JSON (RFC 8785), so that there is only one way to write it."""
        salt = None if self.salt is None else self.salt.hex()
        data, salt = ("null" if one is None else quoted(one) for one in (self.data, salt))
        return f'{{"data":{data},"leaf":{quoted(self.leaf.decode())},"salt":{salt}}}'.encode()


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof, as in its file. `index` is the event's position minus one."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    proven: ProvenEvent

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint with the root of the proof."""
        return Checkpoint.of(self.note, "proof, checkpoint")

    def __str__(self) -> str:
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.hashes)
        return f"{FORMAT}\nextra {base64.b64encode(self.proven.extra).decode()}\nindex {self.index}\n{hashes}\n{self.note}"

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read the file, without checking its hashes. Raises ProofInvalid or NoteInvalid."""
        if len(content) > LARGEST:
            raise ProofInvalid(f"proof: is larger than {LARGEST // 1_000_000} MB, so it is not a proof. {_AS_RECEIVED}")
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
            raise ProofInvalid(f'proof: line 3 is "{printable(lines[2])}", expected "index" and a number. {_AS_RECEIVED}')
        if len(lines) > MOST + 3:
            raise ProofInvalid(f"proof: has more than {MOST} hashes, more than any tree has levels. {_AS_RECEIVED}")
        hashes = [decoded(line) for line in lines[3:]]
        if any(one is None or len(one) != 32 for one in hashes):
            raise ProofInvalid(f"proof: has a line that is not a hash in base64. {_AS_RECEIVED}")
        parsed = Note.parse(note, "proof, checkpoint")
        Checkpoint.of(parsed, "proof, checkpoint")
        return cls(int(index[1]), tuple(one for one in hashes if one), parsed, _proven_event(lines[1].removeprefix("extra ")))

    def check(self) -> None:
        """Check everything but signatures: the data has the hash in the leaf, and the leaf is in the tree.

        Raises ProofInvalid.
        """
        proven, event = self.proven, self.proven.event
        if event["position"] != self.index + 1:
            raise ProofInvalid(f"proof: its event says position {event['position']}, but is at {self.index + 1}. It was altered")
        if proven.data is not None and proven.salt is not None:
            actual = hashlib.sha256(proven.salt + proven.data.encode()).hexdigest()
            if actual != event["data_hash"]:
                raise ProofInvalid("proof: the event's data does not match the hash in its leaf. The data was altered")
        verify_inclusion(leaf_hash(proven.leaf), self.index, self.checkpoint.size, self.hashes, self.checkpoint.root)


def _proven_event(encoded: str) -> ProvenEvent:
    """Read the extra line, which must be an event exactly as this program writes it."""
    try:
        content = decoded(encoded) or b""
        extra = json.loads(content)
        salt = None if extra["salt"] is None else bytes.fromhex(extra["salt"])
        proven = ProvenEvent(extra["leaf"].encode(), extra["data"], salt)
        complete = bool(proven.data) and len(salt) == SALT if salt is not None else proven.data is None
        valid = complete and proven.extra == content and _is_leaf(proven)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        valid = False
    if not valid:
        raise ProofInvalid("proof: its extra line does not hold an event. Give a file made by: timeline prove")
    return proven


def _is_leaf(proven: ProvenEvent) -> bool:
    """Whether this is exactly a leaf: the columns alone, of their types, in canonical form."""
    event = proven.event
    hash_ = bytes.fromhex(event["data_hash"])
    return (
        all(type(event[one]) is int and 0 < event[one] < _END for one in ("position", "version"))
        and len(hash_) == len(EMPTY)
        and leaf(**{**event, "data_hash": hash_}) == proven.leaf
    )
