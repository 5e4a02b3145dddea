"""Signed notes (c2sp.org/signed-note): a text, and lines by which keys sign it.

Owns their form, and which key a line is of. Must not sign, nor check a signature: that needs a library, and `signing` has it.
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
LARGEST = 1_000_000  # bytes of a note: more than 16 signatures of any kind take
_MARK = "\N{EM DASH} "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")
_FIELD = 2**255 - 19  # over which Ed25519 computes


@dataclass(frozen=True, slots=True)
class Signature:
    """A line by which a key signs: the key's name and ID (4 bytes), and its signature."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Write the line, without its end."""
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line end, and its signatures; without any it is the text alone."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        """Write the note, to the letter as it was read."""
        return self.text + "".join(["\n", *(f"{line}\n" for line in self.signatures)] if self.signatures else [])

    @classmethod
    def parse(cls, content: str | bytes, what: str = "note") -> Self:
        """Read a note. Raises NoteInvalid, which tells of it as `what`."""
        text = _text(content, what)
        body, gap, lines = text.rpartition("\n\n")
        if not gap:
            return cls(text)
        return cls(f"{body}\n", tuple(_signature(line, what) for line in lines.removesuffix("\n").split("\n")))


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: its name, the type of its signatures, and its 32 bytes. Written as C2SP's vkey: name+ID+base64."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key, beside the name."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """Write the vkey."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.type]) + self.public).decode()}"

    def signed(self, signature: Signature) -> bool:
        """Whether a signature says that it is by this key."""
        return (signature.name, signature.key_id) == (self.name, self.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a vkey. Raises NoteInvalid."""
        name, _, rest = text.strip().partition("+")
        id_, _, encoded = rest.partition("+")
        material = decoded(encoded)
        if not is_name(name) or not material:
            raise NoteInvalid(f'public key "{shown(text.strip())}": is not of the form name+id+base64. Copy the whole line')
        key = cls(name, material[0], material[1:])
        if key.type not in (ED25519, COSIGNATURE) or len(key.public) != 32:
            raise NoteInvalid(f"public key {shown(name)}", "is not Ed25519, of type 1 or 4. No other is known here")
        if is_weak(key.public):
            raise NoteInvalid(f"public key {shown(name)}", "anyone can sign under it, so it proves nothing. Do not trust it")
        if key.id.hex() != id_:
            raise NoteInvalid(f"public key {shown(name)}", f"its ID is {shown(id_)}, expected {key.id.hex()}. Ask for it again")
        return key


def is_name(name: str) -> bool:
    """Whether a key may be called so: not empty, without spaces and plus signs."""
    return bool(_NAME.fullmatch(name)) and name.isprintable()


def is_weak(public: bytes) -> bool:
    """Whether an Ed25519 public key is a point of small order, or written in another form than its one (RFC 8032, 5.1.3).

    Under a point of small order one signature holds for many texts, and nobody needs a private key for it. There are eight; the
    product is zero at their y alone: 0 has order 4, 1 and -1 have 1 and 2, and of order 8 are those that double to 0.
    """
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    return y >= _FIELD or y * (y**2 - 1) * (121665 * y**4 - 243332 * y**2 + 121666) % _FIELD == 0


def shown(text: str, most: int = 60) -> str:
    """Write what was received for a message: cut, and without line ends, control characters and what turns the writing round."""
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text[:most])


def decoded(text: str) -> bytes | None:
    """Read base64 (RFC 4648, 4) that is written as its bytes are always written; None for any other."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if base64.b64encode(content).decode() == text else None


def _text(content: str | bytes, what: str) -> str:
    if len(content) > LARGEST:
        raise NoteInvalid(what, f"is larger than {LARGEST // 1_000_000} MB, so it is none. Give the file that was handed to you")
    try:
        text = content if isinstance(content, str) else content.decode()
        text.encode()
    except UnicodeError:
        raise NoteInvalid(what, "is not UTF-8. Give the file as it was received") from None
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        name = "a carriage return: its line ends were changed" if control[0] == "\r" else f"the control character {control[0]!r}"
        raise NoteInvalid(what, f"line {line} holds {name}. Give the file as it was received")
    if not text.endswith("\n"):
        raise NoteInvalid(what, "does not end with a line end. It was cut short, or its last line end was lost")
    return text


def _signature(line: str, what: str) -> Signature:
    name, gap, encoded = line.removeprefix(_MARK).rpartition(" ")
    material = decoded(encoded)
    if not line.startswith(_MARK) or not gap or not is_name(name) or material is None or len(material) < 5:
        raise NoteInvalid(what, f'"{shown(line)}" is not a signature line. Give the file as it was received')
    return Signature(name, material[:4], material[4:])
