"""The standalone verifiers agree with the program about every proof, checkpoint and key."""

import base64
import json
import random
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import share
from verifiers import AT, LOGS, PROOFS
from weak_keys import weak

from timeline import merkle
from timeline.errors import NoteInvalid, ProofInvalid
from timeline.merkle import Checkpoint, Key, Note, Proof, Signature
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey


def ours(content: bytes, keys: list[str]) -> bool:
    """Whether the program accepts a proof, with the signatures of these keys."""
    try:
        proof = Proof.parse(content)
        proof.check()
        if keys:
            checkpoints.signed(proof.note, [Key.parse(key) for key in keys], "proof, checkpoint", every=True)
    except (ProofInvalid, NoteInvalid) as error:
        assert str(error).isprintable()
        return False
    return True


def theirs(content: bytes, keys: list[str]) -> bool:
    """Whether the verifier accepts it."""
    try:
        PROOFS.check_proof(content.decode(), keys, [])
    except Exception as error:  # it turns every one into a line
        assert not isinstance(error, (MemoryError, AssertionError))
        return False
    return True


def agree(content: bytes, keys: list[str]) -> bool:
    """Give what both say, which must be the same."""
    accepted = ours(content, keys)
    assert theirs(content, keys) == accepted, content
    return accepted


def test_both_accept_every_proof(made: SimpleNamespace) -> None:
    """With each key, both, and none."""
    for proof in made.proofs:
        for keys in ([], made.keys[:1], made.keys[1:], made.keys):
            assert agree(str(proof).encode(), keys)


def test_both_refuse_every_flipped_bit_and_cut(made: SimpleNamespace) -> None:
    """A proof has one form only: no change is accepted, except in signatures of keys that were not given."""
    content = str(made.proofs[6]).encode()
    signed = content.index("\N{EM DASH}".encode())
    generator = random.Random(1)  # noqa: S311 - the same each time
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << generator.randrange(8)
        if place % 5 == 0:
            agree(bytes(flipped), [])
        accepted = agree(bytes(flipped), made.keys)
        assert not accepted or place >= signed
    for length in range(0, len(content), 17):
        accepted = agree(content[:length], made.keys)
        assert not accepted


def test_both_agree_about_altered_signatures(made: SimpleNamespace) -> None:
    """Those of given keys must be unaltered; others may be altered."""
    content = str(made.proofs[2]).encode()
    signed = content.index("\N{EM DASH}".encode())
    generator = random.Random(2)  # noqa: S311 - the same each time
    for _ in range(250):
        altered = bytearray(content)
        altered[generator.randrange(signed, len(content))] = generator.choice(b"ABCabc019+/= \n\r\x80\xe2")
        for keys in (made.keys[:1], made.keys[1:], made.keys):
            agree(bytes(altered), keys)


LEAF = {"data_hash": "00" * 32, "position": 1, "recorded_at": "t", "recorded_by": "b", "stream": "s", "type": "T", "version": 1}
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    1.0,
    1.5,
    2**53,
    10**400,
    "",
    "1",
    "\ud800",
    "\x00",
    "é",
    [],
    [1],
    {},
    float("nan"),
]
VALUES += ["0" * 64, "AB" * 32, "00" * 16, "00 " * 16, "00" * 31]


def forged(leaf: str, data: object = None, salt: object = None, **more: object) -> bytes:
    """Write a proof that is right about everything but what its event is: a log of one leaf."""
    extra = json.dumps({"data": data, "leaf": leaf, "salt": salt, **more}, ensure_ascii=False, separators=(",", ":"))
    root = base64.b64encode(merkle.leaf_hash(leaf.encode("utf-8", "surrogatepass"))).decode()
    line = base64.b64encode(extra.encode("utf-8", "surrogatepass")).decode()
    return f"c2sp.org/tlog-proof@v1\nextra {line}\nindex 0\n\nexample.org\n1\n{root}\n".encode()


def canonical(value: object) -> str:
    """Write JSON as leaves are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def test_only_a_valid_leaf_is_accepted() -> None:
    """Whatever is in a column, or beside the columns, even if its hash is the root."""
    assert agree(forged(canonical(LEAF)), [])
    for column, usual in LEAF.items():
        for value in VALUES:
            accepted = agree(forged(canonical({**LEAF, column: value})), [])
            fits = type(value) is type(usual) and value != "\ud800"
            if column in {"position", "version"}:
                fits = fits and (value == 1)
            elif column == "data_hash":
                fits = fits and re.fullmatch("[0-9a-f]{64}", value) is not None
            assert accepted == fits, (column, value)
        assert not agree(forged(canonical({name: value for name, value in LEAF.items() if name != column})), [])
    assert not agree(forged(canonical({**LEAF, "more": 1})), [])
    text = canonical(LEAF)
    for other in (
        text + " ",
        text.replace(":1", ": 1"),
        text.replace('"s"', '"\\u0073"'),
        "[" * 100_000,
        "1" * 5000,
        '"x"',
        "null",
    ):
        assert not agree(forged(other), [])
    twice = text.replace('"version":1', '"version":2,"version":1')
    assert not agree(forged(twice), [])
    for more in ({"more": 1}, {"data": "x"}, {"salt": "00" * 16}):
        assert not agree(forged(text, **more), [])


def test_bytes_cannot_move_from_the_data_to_the_salt(made: SimpleNamespace) -> None:
    """The hash covers the salt followed by the data: the border between them is fixed."""
    said = made.proofs[3].proven
    leaf, salt, data = said.leaf.decode(), said.salt, said.data
    index, hashes, note = made.proofs[3].index, made.proofs[3].hashes, made.proofs[3].note
    moved = Proof(index, hashes, note, merkle.ProvenEvent(leaf.encode(), data[5:], salt + data[:5].encode()))
    assert not agree(str(moved).encode(), [])
    for odd in (salt.hex().upper(), salt.hex() + " ", "", None, 5, "zz" * 16):
        extra = canonical({"data": data, "leaf": leaf, "salt": odd})
        line = base64.b64encode(extra.encode()).decode()
        content = re.sub("extra .*", f"extra {line}", str(made.proofs[3]))
        assert agree(content.encode(), []) == (odd == salt.hex())


@settings(max_examples=share(250), deadline=None)
@given(data=st.data())
def test_both_agree_about_any_mutation(made: SimpleNamespace, data: st.DataObject) -> None:
    """Lines dropped, doubled, swapped, and characters inserted, in proofs and in their notes."""
    lines = str(data.draw(st.sampled_from(made.proofs))).split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "swap", "insert", "replace"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "insert":
                place = data.draw(st.integers(0, len(lines[at])))
                odd = data.draw(
                    st.sampled_from(["", " ", "\r", "\t", "=", "+", "0", "\x85", "\u2028", "\x7f", "é", "\n", "A", "—"])
                )
                lines[at] = lines[at][:place] + odd + lines[at][place:]
            case _:
                lines[at] = data.draw(
                    st.sampled_from(["", "0", "index 00", "index -1", "extra", "extra e30=", "01", "— a AAAAAAA="])
                )
    agree("\n".join(lines).encode(), data.draw(st.sampled_from([[], made.keys[:1], made.keys])))


NOTES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(["example.org", "1", "0", "01", "", "é x", "\u202e", "\x7f", "AA==", "AB==", "A" * 43 + "="]), max_size=6
    ).map("\n".join),
)


@settings(max_examples=share(250), deadline=None)
@given(
    text=NOTES,
    signature=st.sampled_from(["", "\n— a AAAAAAA=\n", "\n— é AAAAAAAA\n", "\n— a+b AAAAAAA=\n", "\n—  AAAAAAA=\n", "\n"]),
)
def test_both_read_the_same_checkpoints(text: str, signature: str) -> None:
    """With the same content."""
    content = f"{text}\n{signature}".encode()
    try:
        note = Note.parse(content)
        found: Any = (note.text, Checkpoint.of(note).origin, Checkpoint.of(note).size, Checkpoint.of(note).root)
    except NoteInvalid:
        found = None
    for verifier in (PROOFS, LOGS):
        try:
            alone = verifier.read_checkpoint(content.decode())[:4]
        except (ValueError, verifier.NotShown):
            alone = None
        assert alone == found


def test_both_have_the_same_rules_for_keys(made: SimpleNamespace) -> None:
    """Its form, its ID, its type; and a log signs only under its own name."""
    proof = made.proofs[0]
    key = made.keys[0]
    stranger = SigningKey.new("example.org/stranger")
    odd = [
        key.replace("+", " ", 1),
        key[:-1],
        key.upper(),
        f" {key}\n",
        "",
        "a+b",
        "a+00000000+AQ==",
        str(stranger.public),
        "\ud800+1+2",
    ]
    for one in odd:
        assert agree(str(proof).encode(), [one]) == (one.strip() == key)
        agree(str(proof).encode(), [key, one])
    text = proof.note.text
    other = Proof(proof.index, proof.hashes, Note(text, (stranger.sign(text),)), proof.proven)
    assert not agree(str(other).encode(), [str(stranger.public)])
    public, signature = stranger.cosign(text, AT)
    for length in (1, 7, 8, 60, 71, 72, 73):
        cut = Signature(public.name, public.id, (signature.signature + b"\0")[:length])
        other = Proof(proof.index, proof.hashes, Note(text, (cut,)), proof.proven)
        assert agree(str(other).encode(), [str(public)]) == (length == 72)


@pytest.mark.parametrize("seconds", [0, 253_402_300_799, 253_402_300_800, 2**62, 2**64 - 1])
def test_both_accept_the_same_times_of_witnesses(made: SimpleNamespace, seconds: int) -> None:
    """Up to the year 9999."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private, proof = Ed25519PrivateKey.generate(), made.proofs[0]
    key = Key("w", 4, private.public_key().public_bytes_raw())
    made_ = private.sign(f"cosignature/v1\ntime {seconds}\n{proof.note.text}".encode())
    note = Note(proof.note.text, (Signature("w", key.id, seconds.to_bytes(8, "big") + made_),))
    content = str(Proof(proof.index, proof.hashes, note, proof.proven)).encode()
    assert agree(content, [str(key)]) == (seconds < 253_402_300_800)


def test_both_refuse_a_weak_key(made: SimpleNamespace) -> None:
    """Although the library accepts its signature: the point and 32 zero bytes."""
    text = Checkpoint("example.org/weak", 1, merkle.leaf_hash(canonical(LEAF).encode())).text
    for key in weak("example.org/weak"):
        seconds = b"" if key.type == 1 else bytes(8)
        note = Note(text, (Signature(key.name, key.id, seconds + key.public + bytes(32)),))
        proof = forged(canonical(LEAF)).partition(b"\n\n")[0] + b"\n\n" + str(note).encode()
        assert agree(proof, [])
        assert not agree(proof, [str(key)])
        for verifier in (PROOFS, LOGS):
            with pytest.raises(verifier.NotShown, match="proves nothing, anyone can sign with it"):
                verifier.check_signatures(verifier.read_checkpoint(str(note)), [str(key)])
