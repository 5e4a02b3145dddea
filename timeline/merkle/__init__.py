"""The proof of the log: a Merkle tree over its events, and the file formats for roots and proofs.

Owns the formats, all of them standards: RFC 6962 hashing, and C2SP's signed notes, checkpoints and proofs. Must import nothing
of ours but `errors`, sign nothing, and use only the standard library: the pages use it too.
`hashing` is the tree, `leaf` its leaves, `store` its storage; `note`, `checkpoint` and `proof` are the files.
"""

from timeline.merkle.checkpoint import Checkpoint
from timeline.merkle.hashing import (
    EMPTY,
    Node,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from timeline.merkle.leaf import COLUMNS, leaf
from timeline.merkle.note import Key, Note, Signature
from timeline.merkle.proof import Proof, ProvenEvent
from timeline.merkle.store import (
    Growth,
    StoredCheckpoint,
    best,
    checkpoints,
    grow,
    is_instant,
    origin,
    own_names,
    readable,
    reader,
    size,
)

__all__ = [
    "COLUMNS",
    "EMPTY",
    "Checkpoint",
    "Growth",
    "Key",
    "Node",
    "Note",
    "Proof",
    "ProvenEvent",
    "Signature",
    "StoredCheckpoint",
    "best",
    "checkpoints",
    "consistency",
    "grow",
    "inclusion",
    "is_instant",
    "leaf",
    "leaf_hash",
    "node_hash",
    "origin",
    "own_names",
    "readable",
    "reader",
    "root",
    "size",
    "verify_consistency",
    "verify_inclusion",
]
