"""Signatures: the keys that sign checkpoints, the file in which one is kept, and whether a signature holds.

Owns the use of `cryptography`, which is installed with the extra `sign`. Must not open a timeline, nor keep a key in one.
A key's file holds the line that Go's note package writes, `PRIVATE+KEY+name+id+base64`, and can be read by its owner alone.
"""

import base64
import os
import stat
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Self

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

from timeline import files
from timeline.errors import KeyRefused, NoteInvalid
from timeline.merkle import Key, Note, Signature
from timeline.merkle.note import COSIGNATURE, ED25519, decoded, is_name, shown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PRIVATE = "PRIVATE+KEY+"
_LARGEST = 10_000  # bytes of a key's file that are read
_READ = 8  # signers that a message names
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds: by which key, and when, in UTC, where it says so."""

    key: Key
    signature: Signature
    at: datetime | None = None


class SigningKey:
    """A private Ed25519 key (RFC 8032), and the name under which it signs."""

    def __init__(self, name: str, private: "Ed25519PrivateKey", path: Path | None = None) -> None:
        self._private = private
        self.path = path
        self.public = Key(name, ED25519, private.public_key().public_bytes_raw())

    @classmethod
    def new(cls, name: str) -> Self:
        """Make a key. Raises KeyRefused where the name cannot be a key's."""
        if not is_name(name):
            raise KeyRefused(f'"{shown(name)}": is no name for a key. Write it without spaces and plus signs: example.org/timeline')
        return cls(name, _ed25519().Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key from its file. Raises KeyRefused, also where others than its owner may read it."""
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read(_LARGEST).decode().strip()
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or "it is not a key").lower()
            advice = f"{files.meant(path, error)}Give the path of a key, or make one: timeline key new NAME"
            raise KeyRefused(path, f"{reason}. {advice}") from None
        if os.name == "posix" and mode & _OTHERS:
            raise KeyRefused(path, f"others than its owner may read it. Close it, or better make another: chmod 600 {path}")
        name, _, rest = text.removeprefix(_PRIVATE).partition("+")
        material = decoded(rest.partition("+")[2])
        if not text.startswith(_PRIVATE) or not is_name(name) or material is None or len(material) != 33 or material[0] != ED25519:
            raise KeyRefused(path, "it is not a key for signing. Make one: timeline key new NAME")
        key = cls(name, _ed25519().Ed25519PrivateKey.from_private_bytes(material[1:]), path)
        if key.public.id.hex() != rest.partition("+")[0]:
            raise KeyRefused(path, f"its ID is not that of the key {shown(name)}. It was altered; restore a copy")
        return key

    def save(self, path: Path) -> None:
        """Write the key to a new file that only its owner can read. Raises KeyRefused where there is a file already."""
        encoded = base64.b64encode(bytes([ED25519]) + self._private.private_bytes_raw()).decode()
        line = f"{_PRIVATE}{self.public.name}+{self.public.id.hex()}+{encoded}\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyRefused(path, "is there already, and is not written over. Give another path: --out") from None
        except OSError as error:
            raise KeyRefused(path, f"{_reason(error)}. Give another path: --out") from None
        try:
            _write(file, line)
        except OSError as error:
            path.unlink()
            raise KeyRefused(path, f"{_reason(error)}. Give another path: --out") from None
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no other process sign with the key meanwhile, where the system has locks for files."""
        if self.path is None or fcntl is None:
            yield
            return
        with self.path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def last(self) -> Note | None:
        """Read the last checkpoint that the key signed, which lies beside it: it must sign none that contradicts that.

        Raises KeyRefused where it cannot be read, NoteInvalid where it is none.
        """
        try:
            return Note.parse(self._memory.read_bytes(), str(self._memory)) if self.path else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyRefused(self._memory, f"{_reason(error)}. The key signs nothing until it can be read") from None

    def remember(self, note: Note) -> None:
        """Lay a checkpoint that was signed beside the key, in place of the one before. Raises KeyRefused where it cannot."""
        if self.path is None:
            return
        fresh = self._memory.with_suffix(f".{os.getpid()}.tmp")
        try:
            _write(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), str(note))
            fresh.replace(self._memory)
        except OSError as error:
            raise KeyRefused(fresh, f"{_reason(error)}. The key must note there what it signs; make room for it") from None

    @property
    def _memory(self) -> Path:
        path = self.path or Path()
        return path.with_name(f"{path.name}.last-signed")

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""
        return Signature(self.public.name, self.public.id, self._private.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> tuple[Key, Signature]:
        """Cosign a checkpoint's text as a witness does (c2sp.org/tlog-cosignature); the public key of that is another one."""
        seconds = int(at.timestamp())
        key = Key(self.public.name, COSIGNATURE, self.public.public)
        signature = self._private.sign(_cosigned(text, seconds))
        return key, Signature(key.name, key.id, struct.pack(">Q", seconds) + signature)


def check(note: Note, keys: Iterable[Key], what: str = "checkpoint", *, every: bool = False) -> list[Signed]:
    """Check the signatures of a note by the keys that are trusted; those of other keys are passed over.

    Raises NoteInvalid where one by a trusted key does not hold, or where none, or with `every` not every one, has signed.
    """
    trusted = list(keys)
    found = [
        Signed(key, signature, _hold(note.text, key, signature, what))
        for signature in note.signatures
        for key in trusted
        if key.signed(signature)
    ]
    missing = [key for key in trusted if key not in {one.key for one in found}]
    if not found or (every and missing):
        signers = _listed((s.name, s.key_id) for s in note.signatures)
        names = _listed((key.name, key.id) for key in missing)
        raise NoteInvalid(what, f"signed by {signers}, not by {names}. Ask whose key that is before you trust it")
    return found


def _listed(keys: Iterable[tuple[str, bytes]]) -> str:
    """Name keys for a message: as many as a person reads."""
    names = [f"{shown(name)} ({id_.hex()})" for name, id_ in keys]
    return ", ".join(names[:_READ]) + (f" and {len(names) - _READ} more" if len(names) > _READ else "") or "nobody"


def _hold(text: str, key: Key, signature: Signature, what: str) -> datetime | None:
    """Check one signature, and tell its time. Raises NoteInvalid."""
    ed25519, content = _ed25519(), signature.signature
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra, that is there

    message, at = text.encode(), None
    try:
        if key.type == COSIGNATURE:
            (seconds,) = struct.unpack(">Q", content[:8])
            message, content, at = _cosigned(text, seconds), content[8:], datetime.fromtimestamp(seconds, UTC)
        ed25519.Ed25519PublicKey.from_public_bytes(key.public).verify(content, message)
    except (InvalidSignature, ValueError, OverflowError, OSError, struct.error):
        raise NoteInvalid(what, f"the signature of {key.name} does not hold. The text or the signature was altered") from None
    return at


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _write(file: int, text: str) -> None:
    """Write a file that was opened, so that it is there after a power cut, and close it."""
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an extra
    except ImportError:
        raise KeyRefused("signatures need the package cryptography. Install it: pip install 'cited-timeline[sign]'") from None
    return ed25519
