"""Sign in standard formats, with keys that only their owner can read; refuse with the next step."""

import hashlib
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.errors import KeyRefused, NoteInvalid
from timeline.merkle import Key, Note, Signature
from timeline.proof.signing import SigningKey, check

# From the documentation of Go's package note, and from the specification (c2sp.org/signed-note).
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNED = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
SPECIFIED = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
SPECIFIED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
TEXT = "example.org/log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def refused(call: object, *arguments: object) -> str:
    """Call what is to be refused, and give the one line that says so."""
    assert callable(call)
    with pytest.raises((KeyRefused, NoteInvalid)) as refusal:
        call(*arguments)
    line = str(refusal.value)
    assert line.isprintable()
    return line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a key is to be kept."""
    return tmp_path / "keys" / "example.key"


def written(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    """Write a key's file by hand."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


# Of one mind with others


def test_the_key_of_go_s_documentation_signs_as_it_does_there(path: Path) -> None:
    """Exactly: read, sign and check."""
    key = SigningKey.load(written(path, f"{PRIVATE}\n"))
    assert str(key.public) == PUBLIC
    note = Note.parse(SIGNED)
    assert str(Note(note.text, (key.sign(note.text),))) == SIGNED
    (signed,) = check(note, [Key.parse(PUBLIC)])
    assert (signed.key, signed.at) == (key.public, None)


def test_the_specification_s_note_is_valid() -> None:
    """Exactly as printed there."""
    (signed,) = check(Note.parse(SPECIFIED), [Key.parse(SPECIFIED_KEY)])
    assert signed.key.name == "example.com/foo"


def test_a_key_s_file_is_written_as_it_is_read(path: Path, tmp_path: Path) -> None:
    """In the format of Go's note package."""
    SigningKey.load(written(path, PRIVATE)).save(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == f"{PRIVATE}\n"


@settings(max_examples=50)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 253_402_300_799))
def test_signatures_cover_the_specified_bytes(seed: bytes, seconds: int) -> None:
    """A log's the text; a witness's a heading, the time and the text, after eight bytes of the time."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = SigningKey("example.org/log", private)
    public = private.public_key().public_bytes_raw()
    assert key.sign(TEXT).signature == private.sign(TEXT.encode())
    assert key.sign(TEXT).key_id == hashlib.sha256(b"example.org/log\n\x01" + public).digest()[:4]
    at = datetime.fromtimestamp(seconds, UTC)
    witness, cosignature = key.cosign(TEXT, at)
    assert cosignature.key_id == witness.id == hashlib.sha256(b"example.org/log\n\x04" + public).digest()[:4]
    assert cosignature.signature[:8] == struct.pack(">Q", seconds)
    message = f"cosignature/v1\ntime {seconds}\n{TEXT}".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(cosignature.signature[8:], message)
    made = Signature("w", Key("w", 4, public).id, struct.pack(">Q", seconds) + private.sign(message))
    assert check(Note(TEXT, (made,)), [Key("w", 4, public)])[0].at == at


# What holds


def test_signatures_of_others_are_ignored() -> None:
    """Also one with the same name or ID as a key, but not both."""
    key, other = SigningKey.new("example.org/log"), SigningKey.new("example.org/log")
    own = key.sign(TEXT)
    odd = (Signature("another", own.key_id, b"junk"), Signature(own.name, b"1234", b"junk"), other.sign(TEXT))
    note = Note(TEXT, (*odd, own))
    assert [one.signature for one in check(note, [key.public])] == [own]
    assert "signed by another" in refused(check, Note(TEXT, odd), [key.public])
    assert "signed by nobody" in refused(check, Note(TEXT), [key.public])


def test_every_signature_of_a_trusted_key_must_be_valid() -> None:
    """An invalid one is refused even if another is valid."""
    key, witness = SigningKey.new("example.org/log"), SigningKey.new("w")
    public, cosignature = witness.cosign(TEXT, AT)
    note = Note(TEXT, (key.sign(TEXT), cosignature))
    assert [one.at for one in check(note, [key.public, public])] == [None, AT]
    for bad in (cosignature.signature[:-1], cosignature.signature[:7], b"x" * 72, b"\xff" * 72, cosignature.signature + b"x"):
        forged = Note(TEXT, (key.sign(TEXT), Signature(public.name, public.id, bad)))
        assert "the signature of w is not valid" in refused(check, forged, [key.public, public])
        assert check(forged, [key.public])
    doubled = Note(TEXT, (key.sign(TEXT), key.sign(TEXT + "more\n")))
    assert "is not valid" in refused(check, doubled, [key.public])


def test_a_signature_is_valid_for_its_text_and_kind_only() -> None:
    """A log's signature is not a witness's, even if one key made both."""
    key = SigningKey.new("example.org/log")
    public, cosignature = key.cosign(TEXT, AT)
    assert "is not valid" in refused(check, Note(TEXT.replace("5", "6"), (key.sign(TEXT),)), [key.public])
    later = struct.pack(">Q", int(AT.timestamp()) + 1) + cosignature.signature[8:]
    assert "is not valid" in refused(check, Note(TEXT, (Signature(public.name, public.id, later),)), [public])
    plain = Signature(public.name, public.id, cosignature.signature[:8] + key.sign(TEXT).signature)
    assert "is not valid" in refused(check, Note(TEXT, (plain,)), [public])
    as_log = Signature(key.public.name, key.public.id, cosignature.signature[8:])
    assert "is not valid" in refused(check, Note(TEXT, (as_log,)), [key.public])


# Where keys are kept


@pytest.mark.parametrize("name", ["example.org/log", "é", "日本"])
def test_only_its_owner_can_read_a_key(path: Path, name: str) -> None:
    """It can be loaded again, whatever its name."""
    key = SigningKey.new(name)
    key.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    again = SigningKey.load(path)
    assert again.public == key.public
    assert again.sign(TEXT) == key.sign(TEXT)


def test_a_key_is_never_overwritten(path: Path) -> None:
    """Nor is any other file."""
    SigningKey.new("a").save(path)
    before = path.read_bytes()
    assert "is not overwritten" in refused(SigningKey.new("b").save, path)
    assert path.read_bytes() == before
    path.unlink()
    path.symlink_to(path.with_name("elsewhere"))
    assert "is not overwritten" in refused(SigningKey.new("b").save, path)


def test_a_key_that_cannot_be_written_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves no half-written key, which could not be overwritten."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "no space left" in refused(SigningKey.new("a").save, path)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_key_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    """The message has the next step."""
    assert "chmod 600" in refused(SigningKey.load, written(path, PRIVATE, mode))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "x",
        PUBLIC,
        PRIVATE[:-1],
        PRIVATE + "=",
        PRIVATE.replace("PRIVATE+KEY", "PRIVATE KEY"),
        PRIVATE.replace("c74f20a3", "c74f20a4"),
        PRIVATE.replace("c74f20a3", "C74F20A3"),
        PRIVATE.replace("PeterNeumann", "Peter Neumann"),
        PRIVATE.replace("PeterNeumann", "PeterNeumann2"),
        PRIVATE.replace("PeterNeumann", ""),
        PRIVATE.replace("AYEK", "AoEK"),
        f"{PRIVATE}\n{PRIVATE}",
        b"\xff\xfe" * 40,
        b"\0" * 1_000_000,
    ],
)
def test_a_file_without_a_key_is_refused(path: Path, content: str | bytes) -> None:
    """The message does not show its content."""
    assert "AYEK" not in refused(SigningKey.load, written(path, content))


def test_for_a_missing_key_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    """No file, or a folder."""
    assert "timeline key new" in refused(SigningKey.load, tmp_path / "absent")
    assert "timeline key new" in refused(SigningKey.load, tmp_path)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u202e", "a\u00a0b", "\ud800", "a\x00"])
def test_an_invalid_name_is_refused(name: str) -> None:
    """In a printable line."""
    assert "is not a key name" in refused(SigningKey.new, name)


# What was signed last


def test_a_key_remembers_its_last_signature(path: Path) -> None:
    """In a file beside it, also after it is loaded again; an unsaved key remembers nothing."""
    key = SigningKey.new("example.org/log")
    key.remember(Note(TEXT))
    assert key.last() is None
    key.save(path)
    assert key.last() is None
    for text in (TEXT, TEXT.replace("5", "6")):
        key.remember(Note(text, (key.sign(text),)))
        last = SigningKey.load(path).last()
        assert last is not None
        assert last.text == text
    assert sorted(one.name for one in path.parent.iterdir()) == ["example.key", "example.key.last-signed"]


def test_a_key_with_an_unreadable_last_signature_is_refused(path: Path) -> None:
    """Otherwise it could contradict that signature."""
    key = SigningKey.new("example.org/log")
    key.save(path)
    beside = path.with_name("example.key.last-signed")
    beside.mkdir()
    assert "signs nothing until this file can be read" in refused(key.last)
    (beside / "x").touch()
    assert "must record its signatures there" in refused(key.remember, Note(TEXT))
    (beside / "x").unlink()
    beside.rmdir()
    beside.write_bytes(b"\xff")
    assert "not UTF-8" in refused(key.last)


def test_without_the_library_the_message_says_what_to_install(path: Path) -> None:
    """In one line, for every call; calls without signatures do not need the library."""
    written(path, PRIVATE)
    script = f"""
import sys
from pathlib import Path
sys.modules["cryptography"] = None
from timeline.errors import KeyRefused
from timeline.merkle import Key, Note
from timeline.proof.signing import SigningKey, check
note, key = Note.parse({SIGNED!r}), Key.parse({PUBLIC!r})
for call in (lambda: check(note, [key]), lambda: SigningKey.new("a"), lambda: SigningKey.load(Path({str(path)!r}))):
    try:
        call()
    except KeyRefused as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "signatures need the package cryptography. Install it: pip install 'cited-timeline[sign]'\n" * 3
