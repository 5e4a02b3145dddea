"""What proves the log: a Merkle tree over its events, and the files in which roots and proofs travel.

Owns the formats, all of them others': RFC 6962 hashing, and C2SP's signed notes, checkpoints and proofs. Must know nothing else of
ours, sign nothing, and need nothing but the standard library: the pages use it too.
`hashing` is the tree, `leaf` what it is made of, `kept` where it is kept; `note`, `checkpoint` and `proof` are the files.
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
from timeline.merkle.kept import (
    Growth,
    KeptCheckpoint,
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
from timeline.merkle.leaf import COLUMNS, leaf
from timeline.merkle.note import Key, Note, Signature
from timeline.merkle.proof import Proof, Said

__all__ = [
    "COLUMNS",
    "EMPTY",
    "Checkpoint",
    "Growth",
    "KeptCheckpoint",
    "Key",
    "Node",
    "Note",
    "Proof",
    "Said",
    "Signature",
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
