"""The Merkle tree: published vectors, the definition in the RFC, and proofs that must fail."""

import base64
import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import share

from timeline import merkle
from timeline.errors import ProofInvalid

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "merkle"


def vectors(kind: str) -> list[Any]:
    """List the files of a kind, by name; one that skips, visibly, where they are absent."""
    found = sorted((VECTORS / kind).rglob("*.json"))
    if not found:
        return [pytest.param(None, marks=pytest.mark.skip(reason="../shared is not here"))]
    return [pytest.param(path, id=str(path.relative_to(VECTORS / kind))) for path in found]


def decoded(text: str | None) -> bytes:
    """Read base64."""
    return base64.b64decode(text or "")


@pytest.mark.parametrize("path", vectors("inclusion"))
def test_inclusion_proofs_of_others(path: Path) -> None:
    """Each is valid or not, as its makers say."""
    said = json.loads(path.read_text())
    proof = [decoded(one) for one in said["proof"] or ()]
    arguments = decoded(said["leafHash"]), said["leafIdx"], said["treeSize"], proof, decoded(said["root"])
    if said["wantErr"]:
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(*arguments)
    else:
        merkle.verify_inclusion(*arguments)


@pytest.mark.parametrize("path", vectors("consistency"))
def test_consistency_proofs_of_others(path: Path) -> None:
    """Each is valid or not, as its makers say."""
    said = json.loads(path.read_text())
    proof = [decoded(one) for one in said["proof"] or ()]
    arguments = said["size1"], decoded(said["root1"]), said["size2"], decoded(said["root2"]), proof
    if said["wantErr"]:
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(*arguments)
    else:
        merkle.verify_consistency(*arguments)


def defined(leaves: list[bytes]) -> bytes:
    """Compute the root as RFC 6962, 2.1 defines it, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


class Kept:
    """A tree over leaves that are all there: each complete subtree, hashed as the RFC defines it."""

    def __init__(self, leaves: list[bytes]) -> None:
        """Hash them."""
        self.nodes: dict[tuple[int, int], bytes] = {}
        for level in range(len(leaves).bit_length()):
            for index in range(len(leaves) >> level):
                self.nodes[level, index] = defined(leaves[index << level : (index + 1) << level])

    def node(self, level: int, index: int) -> bytes:
        """Read a complete subtree."""
        return self.nodes[level, index]


LEAVES = [str(n).encode() for n in range(70)]


@pytest.mark.parametrize("size", [*range(35), 63, 64, 65, 70])
def test_the_root_is_that_of_the_definition(size: int) -> None:
    """At any size, also at one that the tree has outgrown."""
    assert merkle.root(size, Kept(LEAVES).node) == defined(LEAVES[:size])


def test_every_leaf_is_proved_in_every_tree() -> None:
    """No proof is longer than the tree is high."""
    tree = Kept(LEAVES)
    for size in range(1, 40):
        for index in range(size):
            proof = merkle.inclusion(index, size, tree.node)
            assert len(proof) <= (size - 1).bit_length()
            merkle.verify_inclusion(merkle.leaf_hash(LEAVES[index]), index, size, proof, defined(LEAVES[:size]))


def test_every_tree_is_proved_to_add_to_every_earlier_one() -> None:
    """From one leaf up."""
    tree = Kept(LEAVES)
    for second in range(1, 40):
        for first in range(1, second + 1):
            proof = merkle.consistency(first, second, tree.node)
            merkle.verify_consistency(first, defined(LEAVES[:first]), second, defined(LEAVES[:second]), proof)


@settings(max_examples=share(300), deadline=None)
@given(st.data())
def test_altered_proofs_fail(data: st.DataObject) -> None:
    """With one leaf, index, size, hash or root changed, a proof is refused, unless its claim is still true."""
    tree = Kept(LEAVES)
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, tree.node)
    leaf, place, claimed = LEAVES[index], index, size
    match data.draw(st.sampled_from(["leaf", "index", "size", "bit", "shorter", "longer"])):
        case "leaf":
            leaf = b"another"
        case "index":
            place = data.draw(st.integers(-1, 80).filter(lambda n: n != index))
        case "size":
            claimed = data.draw(st.integers(-1, 80).filter(lambda n: n != size))
        case "bit" if proof:
            at = data.draw(st.integers(0, len(proof) - 1))
            proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        case "shorter" if proof:
            proof.pop(data.draw(st.integers(0, len(proof) - 1)))
        case _:
            proof.insert(data.draw(st.integers(0, len(proof))), b"\x07" * 32)
    with suppress(ProofInvalid):
        merkle.verify_inclusion(merkle.leaf_hash(leaf), place, claimed, proof, defined(LEAVES[:size]))
        # The size is not in the root: a proof may hold for another size in which the leaf has the same path.
        assert (leaf, place) == (LEAVES[index], index)


def test_there_are_no_proofs_of_missing_leaves() -> None:
    """No leaf beyond the tree, no tree before its first leaf."""
    tree = Kept(LEAVES)
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(IndexError):
            merkle.inclusion(index, size, tree.node)
    for first, second in ((0, 3), (4, 3)):
        with pytest.raises(IndexError):
            merkle.consistency(first, second, tree.node)


def test_a_tree_of_negative_size_has_no_root() -> None:
    """The caller has read an invalid size."""
    with pytest.raises(IndexError):
        merkle.root(-1, Kept(LEAVES).node)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_hash_must_have_its_length(length: int) -> None:
    """Otherwise a proof could move the border between two joined hashes."""
    tree, odd = Kept(LEAVES), b"x" * length
    root = defined(LEAVES[:4])
    with pytest.raises(ProofInvalid, match=f"of {length} bytes, expected 32"):
        merkle.verify_inclusion(merkle.leaf_hash(LEAVES[0]), 0, 4, [odd, *merkle.inclusion(0, 4, tree.node)[1:]], root)
    with pytest.raises(ProofInvalid, match=f"of {length} bytes, expected 32"):
        merkle.verify_inclusion(odd, 0, 1, [], odd)
    with pytest.raises(ProofInvalid, match=f"of {length} bytes, expected 32"):
        merkle.verify_consistency(2, odd, 4, root, [defined(LEAVES[2:4])])
    with pytest.raises(ProofInvalid, match=f"of {length} bytes, expected 32"):
        merkle.verify_consistency(2, defined(LEAVES[:2]), 4, root, [odd])
