"""A leaf: canonical JSON of an event's columns."""

import json

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from timeline import merkle

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBER = st.integers(1, 2**53 - 1)


@given(NUMBER, TEXT, NUMBER, TEXT, TEXT, TEXT, st.binary(min_size=32, max_size=32))
def test_a_leaf_is_canonical_json(position: int, stream: str, version: int, type: str, at: str, by: str, data_hash: bytes) -> None:
    """As another library writes it, whatever the text, with control characters too."""
    said = dict(zip(merkle.COLUMNS.split(", "), (position, stream, version, type, at, by, data_hash.hex()), strict=True))
    leaf = merkle.leaf(position, stream, version, type, at, by, data_hash)
    assert leaf == rfc8785.dumps(said)  # type: ignore[arg-type]
    assert json.loads(leaf) == said
