"""Hashes and proofs of a Merkle tree, as in Certificate Transparency (RFC 6962, 2.1; proofs checked as in RFC 9162, 2.1).

Owns the tree's shape: the hashes of a root, an inclusion proof and a consistency proof, and the checks of proofs. Must not know
the content of leaves, nor where hashes are stored. A tree is read through a function that returns the hash of a complete subtree
by its level (0: a leaf) and its index there, so that a proof reads a few dozen hashes at any size.
"""

import hashlib
from collections.abc import Callable, Sequence

from timeline.errors import ProofInvalid

Node = Callable[[int, int], bytes]
"""Returns the hash of the complete subtree of 2**level leaves that begins at leaf index * 2**level."""

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, node: Node) -> bytes:
    """Compute the root of the first `size` leaves. Raises IndexError for a negative size."""
    if size < 0:
        raise IndexError(f"there is no tree of {size} leaves")
    return _range(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Prove that a leaf is among the first `size`: the audit path of RFC 6962, 2.1.1, from the leaf up.

    Raises IndexError if the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"there is no leaf {index} among {size}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range(middle, end, node))
            end = middle
        else:
            proof.append(_range(start, middle, node))
            start = middle
    return proof[::-1]


def consistency(first: int, second: int, node: Node) -> list[bytes]:
    """Prove that the tree of `second` leaves extends the tree of `first` leaves (RFC 6962, 2.1.2).

    Raises IndexError unless 0 < first <= second: nothing can be proved about an empty tree.
    """
    if not 0 < first <= second:
        raise IndexError(f"a tree of {first} leaves is not the beginning of one of {second}")
    proof, start, end, known = [], 0, second, True
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(_range(middle, end, node))
            end = middle
        else:
            proof.append(_range(start, middle, node))
            start, known = middle, False
    return ([] if known else [_range(start, end, node)]) + proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """Check that a leaf's hash is at an index in the tree of this size and root. Raises ProofInvalid if it is not."""
    if not 0 <= index < size:
        raise ProofInvalid(f"inclusion proof: there is no leaf {index} among {size}. Ask for a proof of this tree")
    _check_lengths("inclusion proof", leaf, *proof)
    place, last, hash_ = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid(f"inclusion proof: it has {len(proof)} hashes, more than a tree of {size} has levels")
        if place & 1 or place == last:
            hash_ = node_hash(sibling, hash_)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid(f"inclusion proof: it has {len(proof)} hashes, fewer than a tree of {size} needs")
    _check_root("inclusion proof", hash_, expected)


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that a tree only extends an earlier one. Raises ProofInvalid if the proof does not show that.

    Nothing can be shown about an empty tree.
    """
    if not 0 < first <= second:
        raise ProofInvalid(f"consistency proof: a tree of {first} leaves is not the beginning of one of {second}")
    if first == second:
        if proof:
            raise ProofInvalid("consistency proof: both trees have the same size, and need no proof")
        _check_root("consistency proof", first_root, second_root)
        return
    _check_lengths("consistency proof", first_root, second_root, *proof)
    hashes = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not hashes:
        raise ProofInvalid("consistency proof: it is empty")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            raise ProofInvalid(f"consistency proof: it has {len(proof)} hashes, more than these trees need")
        if place & 1 or place == last:
            older, newer = node_hash(hash_, older), node_hash(hash_, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, hash_)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid(f"consistency proof: it has {len(proof)} hashes, fewer than these trees need")
    _check_root("consistency proof, earlier tree", older, first_root)
    _check_root("consistency proof, later tree", newer, second_root)


def _check_lengths(subject: str, *hashes: bytes) -> None:
    for hash_ in hashes:
        if len(hash_) != len(EMPTY):
            raise ProofInvalid(subject, f"has a hash of {len(hash_)} bytes, expected {len(EMPTY)}. It was altered")


def _check_root(subject: str, actual: bytes, expected: bytes) -> None:
    if actual != expected:
        raise ProofInvalid(subject, f"leads to the root {actual.hex()}, expected {expected.hex()}. It is not of this tree")


def _split(size: int) -> int:
    """Return the largest power of two below a size, where RFC 6962 splits a tree."""
    return 1 << (size - 1).bit_length() - 1


def _range(start: int, end: int, node: Node) -> bytes:
    """Compute the hash of the subtree over a range of leaves, from complete subtrees. One of them must begin at `start`."""
    hashes = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(node(level, start >> level))
        start += 1 << level
    hash_ = hashes.pop()
    while hashes:
        hash_ = node_hash(hashes.pop(), hash_)
    return hash_
