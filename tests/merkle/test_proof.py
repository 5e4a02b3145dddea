"""The file of a proof: written in one way only, and refused in one line if anything differs."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline import merkle
from timeline.errors import NoteInvalid, ProofInvalid
from timeline.merkle import Checkpoint, Note, Proof, ProvenEvent
from timeline.merkle.proof import FORMAT, MOST

SALT = b"s" * 16


def made(data: str = "{}", salt: bytes = SALT, by: str = "tester") -> Proof:
    """Make a proof of the only event of a log."""
    leaf = merkle.leaf(1, "happening/a", 1, "HappeningRecorded", "now", by, hashlib.sha256(salt + data.encode()).digest())
    return Proof(0, (), Note(Checkpoint("example.org", 1, merkle.leaf_hash(leaf)).text), ProvenEvent(leaf, data, salt))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.binary(min_size=16, max_size=16), st.text('ä\x00\u2028\n"')
)
def test_a_proof_is_read_as_it_was_written(data: str, salt: bytes, by: str) -> None:
    """Whatever the event's data, with unprintable characters too; also once redacted."""
    proof = made(data, salt, by)
    for one in (proof, Proof(0, (), proof.note, ProvenEvent(proof.proven.leaf, None, None))):
        content = str(one).encode()
        assert Proof.parse(content) == one
        assert str(Proof.parse(content)).encode() == content
        one.check()


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_a_valid_proof_is_written_exactly_as_read(junk: bytes, place: int, instead: bool) -> None:
    """Any other text is refused in one line."""
    content = str(made()).encode()
    content = content[:place] + junk + content[place + (len(junk) if instead else 0) :]
    try:
        proof = Proof.parse(content)
        assert str(proof).encode() == content
        proof.check()
    except (ProofInvalid, NoteInvalid) as error:
        assert str(error).isprintable()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (FORMAT, f" {FORMAT}", "does not begin with"),
        (FORMAT, f"{FORMAT} ", "does not begin with"),
        (FORMAT, f"{FORMAT}\r", "line ends were changed"),
        (FORMAT, "c2sp.org/tlog-proof@v2", "does not begin with"),
        ("extra ", "Extra ", "no extra line"),
        ("extra ", "extra  ", "does not hold an event"),
        ("index 0", "index 00", 'expected "index" and a number'),
        ("index 0", "index ０", 'expected "index" and a number'),
        ("index 0", "index -0", 'expected "index" and a number'),
        ("index 0", "index 1", "but is at 2"),
        ("index 0", "index " + "9" * 5000, 'expected "index" and a number'),
        ("index 0", "index 0\nAAAA", "not a hash"),
        ("index 0", "index 0\n" + base64.b64encode(b"h" * 32).decode(), "more than a tree of 1"),
        ("index 0", "index 0" + ("\n" + base64.b64encode(b"h" * 32).decode()) * (MOST + 1), "more than 64 hashes"),
        ("index 0\n\n", "index 0\n", "cut short"),
        ("\n1\n", "\n2\n", "fewer than a tree of 2"),
        ("\n1\n", "\n0\n", "covers no event, so it proves nothing"),
    ],
)
def test_a_malformed_proof_is_refused_in_a_line(old: str, new: str, expected: str) -> None:
    """The message names the fault."""
    content = str(made()).replace(old, new, 1)
    with pytest.raises((ProofInvalid, NoteInvalid), match=expected) as refusal:
        Proof.parse(content.encode()).check()
    assert str(refusal.value).isprintable()


def test_altered_data_is_refused() -> None:
    """Data, or salt."""
    proof = made('{"a":1}')
    for said in (ProvenEvent(proof.proven.leaf, '{"a":2}', SALT), ProvenEvent(proof.proven.leaf, '{"a":1}', b"t" * 16)):
        with pytest.raises(ProofInvalid, match="The data was altered"):
            Proof(0, (), proof.note, said).check()


def test_a_file_that_would_fill_the_memory_is_refused() -> None:
    """Before it is parsed."""
    with pytest.raises(ProofInvalid, match="larger than 64 MB"):
        Proof.parse(b"\n" * 64_000_001)
    with pytest.raises(ProofInvalid):
        Proof.parse(f"{FORMAT}\n".encode() + b"a\n" * 10_000_000)
