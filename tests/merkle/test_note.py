"""Signed notes, their keys, and checkpoints: read and written exactly, and nothing else is accepted."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from weak_keys import weak

from timeline.errors import NoteInvalid
from timeline.merkle import Checkpoint, Key, Note, Signature
from timeline.merkle.note import LARGEST, is_name

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
TEXT = st.lists(LINE, min_size=1, max_size=5).map(lambda lines: "\n".join(lines) + "\n")
NAME = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="+"), min_size=1, max_size=12).filter(is_name)
SIGNATURE = st.builds(Signature, NAME, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))

# From the specification (c2sp.org/signed-note), and from the documentation of Go's package note.
VKEYS = {
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k": "530d903a",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "c74f20a3",
}
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
# From the specification of cosignatures (c2sp.org/tlog-cosignature).
COSIGNED = (
    f"example.com/behind-the-sofa\n20852163\n{ROOT}\n\n"
    "— example.com/behind-the-sofa"
    " Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1"
    " jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


@given(TEXT, st.lists(SIGNATURE, max_size=4))
def test_a_note_is_read_as_it_was_written(text: str, signatures: list[Signature]) -> None:
    """With any text and names; a text with an empty line needs a signature, to tell where it ends."""
    note = Note(text, tuple(signatures))
    if signatures or "\n\n" not in text:
        assert Note.parse(str(note)) == Note.parse(str(note).encode()) == note


@given(st.one_of(st.binary(max_size=60), TEXT.map(str.encode), TEXT.map(lambda text: f"{text}\n— a AAAAAAA=\n".encode())))
def test_a_valid_note_is_written_exactly_as_read(content: bytes) -> None:
    """Any other text is refused in a printable line."""
    try:
        note = Note.parse(content)
    except NoteInvalid as error:
        assert str(error).isprintable()
    else:
        assert str(note).encode() == content


@pytest.mark.parametrize("vkey", VKEYS)
def test_keys_of_others_are_read(vkey: str) -> None:
    """Their ID is computed as specified, and they are written as they were."""
    key = Key.parse(f" {vkey}\n")
    assert str(key) == vkey
    assert key.id.hex() == VKEYS[vkey]
    assert key.id == hashlib.sha256(key.name.encode() + b"\x0a\x01" + key.public).digest()[:4]


def test_the_id_of_a_witness_differs() -> None:
    """The ID includes the type: one key may have two roles."""
    log, witness = Key("a", 1, b"k" * 32), Key("a", 4, b"k" * 32)
    assert witness.id == hashlib.sha256(b"a\n\x04" + b"k" * 32).digest()[:4]
    assert Key.parse(str(witness)) == witness
    assert not witness.signed(Signature("a", log.id, b"s"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "a+b",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+53 0d 90 3a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l",
        "example.com/foo+530d903a+Aeky",
        "example.com/ foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo\u202e+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "\udcff+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        str(Key("a", 2, b"k" * 32)),
        str(Key("a", 1, b"k" * 31)),
        f"a+00\n00+{base64.b64encode(bytes([1]) + b'k' * 32).decode()}",
    ],
)
def test_a_malformed_public_key_is_refused_in_a_line(text: str) -> None:
    """Also with unprintable characters in it."""
    with pytest.raises(NoteInvalid) as refusal:
        Key.parse(text)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("key", weak("example.org/weak"), ids=lambda key: f"{key.public.hex()} {key.type}")
def test_a_weak_key_is_refused(key: Key) -> None:
    """Whatever its type, and in every encoding."""
    with pytest.raises(NoteInvalid, match=r"public key example.org/weak: anyone can sign with it, so it proves nothing. Do not"):
        Key.parse(str(key))


@given(st.binary(min_size=32, max_size=32))
def test_other_keys_are_not_weak(seed: bytes) -> None:
    """No key with a private key is."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    key = Key("example.org", 1, ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())
    assert Key.parse(str(key)) == key


def test_the_specification_s_checkpoint_is_read() -> None:
    """Its lines, its signatures, and the time in the witness's."""
    note = Note.parse(COSIGNED)
    assert str(note) == COSIGNED
    checkpoint = Checkpoint.of(note)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == note.text
    assert note.signatures[1].key_id.hex() == "8d66cf3f"
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == 1679315147
    assert len(note.signatures[1].signature) == 8 + 64


@pytest.mark.parametrize(
    ("altered", "expected"),
    [
        (COSIGNED.replace("\n", "\r\n"), "line ends were changed"),
        (COSIGNED[:-1], "does not end with a line end"),
        (COSIGNED.replace("—", "-"), "not a signature line"),
        (COSIGNED.replace("— witness", "—  witness"), "not a signature line"),
        (COSIGNED.replace("witness.example", "witness+example"), "not a signature line"),
        (COSIGNED.replace("witness.example", "witness\u2028example"), "not a signature line"),
        (COSIGNED.replace("qnA==", "qnB=="), "not a signature line"),
        (COSIGNED.replace("qnA==", "qnA=\u200b="), "not a signature line"),
        (COSIGNED + "\n", "not a signature line"),
        (COSIGNED + "— a AAAAAA==\n", "not a signature line"),
        (COSIGNED.replace("20852163", "2085\x002163"), "control character"),
        ("\ud800\n", "not UTF-8"),
        ("x" * (LARGEST + 1), "larger than 1 MB"),
    ],
)
def test_a_malformed_note_is_refused_in_a_line(altered: str, expected: str) -> None:
    """The message names the damage."""
    with pytest.raises(NoteInvalid, match=expected) as refusal:
        Note.parse(altered)
    assert str(refusal.value).isprintable()


def test_at_least_sixteen_signatures_are_read() -> None:
    """Also long ones of unknown kinds."""
    line = str(Signature("a", b"1234", b"s" * 5000))
    assert len(Note.parse("text\n\n" + f"{line}\n" * 16).signatures) == 16


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "\n1\n" + ROOT + "\n",
        f"a\n0\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n１\n{ROOT}\n",
        f"a\n1 \n{ROOT}\n",
        f"a\n1_0\n{ROOT}\n",
        f"a\n{'9' * 5000}\n{ROOT}\n",
        f"a\n1\n{ROOT[:-1]}\n",
        f"a\n1\n{ROOT[:-2]}J=\n",
        f"a\n1\n {ROOT}\n",
        "a\n1\nAAAA\n",
        f"\u202ea\n1\n{ROOT}\n",
        f"\ufeffa\n1\n{ROOT}\n",
        f"a\x85\n1\n{ROOT}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused_in_a_line(text: str) -> None:
    """Its origin is printable, its size has one form, its root is a hash."""
    with pytest.raises(NoteInvalid) as refusal:
        Checkpoint.of(Note(text))
    assert str(refusal.value).isprintable()


@given(NAME, st.integers(1, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(origin: str, size: int, root: bytes) -> None:
    """With extension lines."""
    for extensions in ((), ("more", "and more")):
        checkpoint = Checkpoint(origin, size, root, extensions)
        assert Checkpoint.of(Note.parse(checkpoint.text)) == checkpoint
