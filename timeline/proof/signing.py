"""Sign checkpoints and check signatures; read and write the files of signing keys.

Owns the use of `cryptography`, which the extra `sign` installs. Must not open a timeline, nor store a key in one.
A key's file holds one line as Go's note package writes it, `PRIVATE+KEY+name+id+base64`. Only its owner can read it.
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
from timeline.merkle.note import COSIGNATURE, ED25519, TIME_STAMP, decoded, is_name, printable
from timeline.proof import stamps

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PRIVATE = "PRIVATE+KEY+"
_MAX_FILE_BYTES = 10_000  # read from a key's file
_SHOWN = 8  # signers in a message
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Signed:
    """A valid signature: its key, and its time in UTC if it has one."""

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
        """Make a key. Raises KeyRefused if the name is not valid."""
        if not is_name(name):
            raise KeyRefused(
                f'"{printable(name)}": is not a key name. Write it without spaces and plus signs: example.org/timeline'
            )
        return cls(name, _ed25519().Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key from its file. Raises KeyRefused, also if anyone but its owner may read the file."""
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read(_MAX_FILE_BYTES).decode().strip()
        except (OSError, ValueError) as error:
            reason = files.reason(error, "it is not a key")
            advice = f"{files.did_you_mean(path, error)}Give the path of a key, or make one: timeline key new NAME"
            raise KeyRefused(path, f"{reason}. {advice}") from None
        if os.name == "posix" and mode & _OTHERS:
            raise KeyRefused(path, f"other users can read it. Restrict it (chmod 600 {path}), or better make a new key")
        name, _, rest = text.removeprefix(_PRIVATE).partition("+")
        material = decoded(rest.partition("+")[2])
        if not text.startswith(_PRIVATE) or not is_name(name) or material is None or len(material) != 33 or material[0] != ED25519:
            raise KeyRefused(path, "it is not a signing key. Make one: timeline key new NAME")
        key = cls(name, _ed25519().Ed25519PrivateKey.from_private_bytes(material[1:]), path)
        if key.public.id.hex() != rest.partition("+")[0]:
            raise KeyRefused(path, f"its ID is not that of the key {printable(name)}. It was altered; restore a copy")
        return key

    def save(self, path: Path) -> None:
        """Write the key to a new file that only its owner can read. Raises KeyRefused if the file exists."""
        encoded = base64.b64encode(bytes([ED25519]) + self._private.private_bytes_raw()).decode()
        line = f"{_PRIVATE}{self.public.name}+{self.public.id.hex()}+{encoded}\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyRefused(path, "exists already and is not overwritten. Give another path: --out") from None
        except OSError as error:
            raise KeyRefused(path, f"{files.reason(error)}. Give another path: --out") from None
        try:
            _write(file, line)
        except OSError as error:
            path.unlink()
            raise KeyRefused(path, f"{files.reason(error)}. Give another path: --out") from None
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the key, so that no other process signs with it meanwhile. Does nothing where the system has no file locks."""
        if self.path is None or fcntl is None:
            yield
            return
        with self.path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def last(self) -> Note | None:
        """Read the last checkpoint that the key signed, from the file beside the key. The next one must not contradict it.

        Raises KeyRefused if it cannot be read, NoteInvalid if it is not a checkpoint.
        """
        try:
            return Note.parse(self._memory.read_bytes(), str(self._memory)) if self.path else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyRefused(self._memory, f"{files.reason(error)}. The key signs nothing until this file can be read") from None

    def remember(self, note: Note) -> None:
        """Store a signed checkpoint beside the key, in place of the previous one. Raises KeyRefused if that fails."""
        if self.path is None:
            return
        temporary = self._memory.with_suffix(f".{os.getpid()}.tmp")
        try:
            _write(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), str(note))
            temporary.replace(self._memory)
        except OSError as error:
            raise KeyRefused(
                temporary, f"{files.reason(error)}. The key must record its signatures there. Make room for it"
            ) from None

    @property
    def _memory(self) -> Path:
        path = self.path or Path()
        return path.with_name(f"{path.name}.last-signed")

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""
        return Signature(self.public.name, self.public.id, self._private.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> tuple[Key, Signature]:
        """Cosign a checkpoint's text as a witness (c2sp.org/tlog-cosignature), and return the public key for cosignatures too."""
        seconds = int(at.timestamp())
        key = Key(self.public.name, COSIGNATURE, self.public.public)
        signature = self._private.sign(_cosigned_message(text, seconds))
        return key, Signature(key.name, key.id, struct.pack(">Q", seconds) + signature)


def check(note: Note, keys: Iterable[Key], subject: str = "checkpoint", *, every: bool = False) -> list[Signed]:
    """Check a note's signatures by the trusted keys; ignore those of other keys.

    Raises NoteInvalid if a trusted key's signature is not valid, if no trusted key has signed or, with `every`, if one has not.
    """
    trusted = list(keys)
    valid = [
        Signed(key, signature, _verify(note.text, key, signature, subject))
        for signature in note.signatures
        for key in trusted
        if key.signed(signature)
    ]
    missing = [key for key in trusted if key not in {one.key for one in valid}]
    if not valid or (every and missing):
        signers = _listed((s.name, s.key_id) for s in note.signatures)
        names = _listed((key.name, key.id) for key in missing)
        raise NoteInvalid(subject, f"signed by {signers}, not by {names}. Find out whose key that is before you trust it")
    return valid


def _listed(keys: Iterable[tuple[str, bytes]]) -> str:
    """List the names of keys for a message; of a long list, its beginning."""
    names = [f"{printable(name)} ({id_.hex()})" for name, id_ in keys]
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "") or "nobody"


def _verify(text: str, key: Key, signature: Signature, subject: str) -> datetime | None:
    """Check one signature and return its time. Raises NoteInvalid."""
    if key.type == TIME_STAMP:
        return stamps.check(text, key, signature.signature, subject)
    ed25519, content = _ed25519(), signature.signature
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra, installed at this point

    message, at = text.encode(), None
    try:
        if key.type == COSIGNATURE:
            (seconds,) = struct.unpack(">Q", content[:8])
            message, content, at = _cosigned_message(text, seconds), content[8:], datetime.fromtimestamp(seconds, UTC)
        ed25519.Ed25519PublicKey.from_public_bytes(key.public).verify(content, message)
    except (InvalidSignature, ValueError, OverflowError, OSError, struct.error):
        raise NoteInvalid(subject, f"the signature of {key.name} is not valid. The text or the signature was altered") from None
    return at


def _cosigned_message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _write(file: int, text: str) -> None:
    """Write and close an open file, so that it survives a power cut."""
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an extra
    except ImportError:
        raise KeyRefused("signatures need the package cryptography. Install it: pip install 'cited-timeline[sign]'") from None
    return ed25519
