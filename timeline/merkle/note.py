"""Signed notes (c2sp.org/signed-note): a text, and the signature lines of keys.

Owns their form, and the match of lines to keys. Must not sign or check signatures: that needs a library, which `signing` has.
"""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Self

from timeline.errors import NoteInvalid

ED25519 = 1
"""A signature over the note's text."""
COSIGNATURE = 4
"""A timestamped Ed25519 signature by a witness (c2sp.org/tlog-cosignature)."""
TIME_STAMP = 255
"""A time stamp (RFC 3161) of the note's text. The key is the certificate of the authority that is trusted."""
LARGEST = 1_000_000  # bytes of a note: enough for more than 16 signatures of any kind
_STAMP_LABEL = b"rfc3161\n"  # a type of 255 is followed by a name of its own (c2sp.org/signed-note)
_MARK = "\N{EM DASH} "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")
_FIELD = 2**255 - 19  # the field of Ed25519


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: the key's name and ID (4 bytes), and its signature."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line end, and its signatures, if any."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        """Write the note, exactly as it was read."""
        return self.text + "".join(["\n", *(f"{line}\n" for line in self.signatures)] if self.signatures else [])

    @classmethod
    def parse(cls, content: str | bytes, subject: str = "note") -> Self:
        """Read a note. Raises NoteInvalid about the `subject`."""
        text = _decoded_note(content, subject)
        body, gap, lines = text.rpartition("\n\n")
        if not gap:
            return cls(text)
        return cls(f"{body}\n", tuple(_signature(line, subject) for line in lines.removesuffix("\n").split("\n")))


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: its name, the type of its signatures, and its 32 bytes. Written as C2SP's vkey: name+ID+base64.

    That of a time-stamping authority is a label and its certificate (X.509, DER).
    """

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that identify the key in a signature, together with its name."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.type]) + self.public).decode()}"

    def signed(self, signature: Signature) -> bool:
        """Whether a signature claims to be by this key."""
        return (signature.name, signature.key_id) == (self.name, self.id)

    @classmethod
    def of_authority(cls, name: str, certificate: bytes) -> Self:
        """Return the key of a time-stamping authority with this certificate (X.509, DER)."""
        return cls(name, TIME_STAMP, _STAMP_LABEL + certificate)

    @property
    def certificate(self) -> bytes:
        """The certificate of a time-stamping authority (X.509, DER)."""
        return self.public.removeprefix(_STAMP_LABEL)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a vkey. Raises NoteInvalid."""
        name, _, rest = text.strip().partition("+")
        id_, _, encoded = rest.partition("+")
        material = decoded(encoded)
        if not is_name(name) or not material:
            raise NoteInvalid(f'public key "{printable(text.strip())}": is not of the form name+id+base64. Copy the whole line')
        key = cls(name, material[0], material[1:])
        if key.type == TIME_STAMP and key.public.startswith(_STAMP_LABEL + b"\x30"):
            pass
        elif key.type not in (ED25519, COSIGNATURE) or len(key.public) != 32:
            raise NoteInvalid(
                f"public key {printable(name)}",
                "is not Ed25519 of type 1 or 4, nor a time-stamping authority's. Others are not supported",
            )
        elif is_weak(key.public):
            raise NoteInvalid(f"public key {printable(name)}", "anyone can sign with it, so it proves nothing. Do not trust it")
        if key.id.hex() != id_:
            raise NoteInvalid(
                f"public key {printable(name)}", f"its ID is {printable(id_)}, expected {key.id.hex()}. Ask for it again"
            )
        return key


def is_name(name: str) -> bool:
    """Whether this is a valid name for a key: not empty, printable, without spaces and plus signs."""
    return bool(_NAME.fullmatch(name)) and name.isprintable()


def is_weak(public: bytes) -> bool:
    """Whether an Ed25519 public key is a point of small order, or is not in canonical form (RFC 8032, 5.1.3).

    Under a point of small order, one signature is valid for many texts, and making it needs no private key. There are eight such
    points; the product is zero only at their y: 0 has order 4, 1 and -1 have orders 1 and 2, and those of order 8 double to 0.
    """
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    return y >= _FIELD or y * (y**2 - 1) * (121665 * y**4 - 243332 * y**2 + 121666) % _FIELD == 0


def printable(text: str, most: int = 60) -> str:
    """Return received text for a message: cut to a length, with line ends, control and text-direction characters escaped."""
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text[:most])


def decoded(text: str) -> bytes | None:
    """Decode base64 (RFC 4648, 4) in canonical form; None for any other text."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if base64.b64encode(content).decode() == text else None


def _decoded_note(content: str | bytes, subject: str) -> str:
    if len(content) > LARGEST:
        raise NoteInvalid(subject, f"is larger than {LARGEST // 1_000_000} MB, so it is not one. Give the file as it was received")
    try:
        text = content if isinstance(content, str) else content.decode()
        text.encode()
    except UnicodeError:
        raise NoteInvalid(subject, "is not UTF-8. Give the file as it was received") from None
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        name = "a carriage return: its line ends were changed" if control[0] == "\r" else f"the control character {control[0]!r}"
        raise NoteInvalid(subject, f"line {line} holds {name}. Give the file as it was received")
    if not text.endswith("\n"):
        raise NoteInvalid(subject, "does not end with a line end. It was cut short; ask for it again")
    return text


def _signature(line: str, subject: str) -> Signature:
    name, gap, encoded = line.removeprefix(_MARK).rpartition(" ")
    material = decoded(encoded)
    if not line.startswith(_MARK) or not gap or not is_name(name) or material is None or len(material) < 5:
        raise NoteInvalid(subject, f'"{printable(line)}" is not a signature line. Give the file as it was received')
    return Signature(name, material[:4], material[4:])
