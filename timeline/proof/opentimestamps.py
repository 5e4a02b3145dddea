"""OpenTimestamps: have a checkpoint's file stamped by way of the Bitcoin chain, complete the stamp later, and read what it shows.

Owns the use of the client `ots`, which people install by themselves, and the form of its files, which are read without it. A stamp
lies beside its file, as FILE.ots. Must not open a timeline, nor ask the network itself.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from timeline import files
from timeline.errors import NoteInvalid, on_one_line

ENDING: Final = ".ots"
LARGEST: Final = 100_000  # bytes of a stamp; real ones have under 10,000
SECONDS: Final = 120.0
_INSTALL: Final = "Install it: pip install opentimestamps-client"
_MAGIC: Final = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01"  # and version 1
_SHA256: Final = 0x08
_BITCOIN, _PENDING = bytes.fromhex("0588960d73d71901"), bytes.fromhex("83dfe30d2ef90c8e")
_HASHES: Final = {0x02: "sha1", 0x03: "ripemd160", _SHA256: "sha256", 0x67: "keccak256"}
_APPEND, _PREPEND, _REVERSE, _HEXLIFY = 0xF0, 0xF1, 0xF2, 0xF3
_DEEPEST: Final = 256  # operations one after another, as the client allows
_LONGEST: Final = 4096  # bytes of an operation's argument or result, as the client allows
_ATTESTATION, _BRANCH = 0x00, 0xFF


class Attestation(NamedTuple):
    """One end of a stamp: a block of the Bitcoin chain, or a calendar that has promised one."""

    block: int | None
    """The height of the block."""
    root: str | None
    """The Merkle root that this block must have, in hex as block explorers print it."""
    calendar: str | None
    """The address of a calendar that has not answered with a block yet."""

    def words(self) -> str:
        """Word it for a person who checks it."""
        if self.calendar is not None:
            return f"promised by {on_one_line(self.calendar)[:200]}, and not in a block yet"
        return f"in Bitcoin block {self.block}, if that has the Merkle root {self.root}: compare them"


def beside(path: Path) -> Path:
    """Return the path of a file's stamp."""
    return path.with_name(path.name + ENDING)


def stamp(path: Path, calendars: Sequence[str] = ()) -> tuple[Attestation, ...]:
    """Have a file stamped by the client `ots`, through these calendars or its own. Only a hash is sent.

    The stamp is written beside the file. Raises NoteInvalid where the client is absent or fails; then there is no stamp.
    """
    options = [part for url in calendars for part in ("-c", url)]
    enough = ["-m", "1"] if len(calendars) == 1 else []
    _run(path, "--no-cache", "stamp", *options, *enough, str(path))
    return read(path)


def upgrade(path: Path, calendars: Sequence[str] = ()) -> tuple[Attestation, ...]:
    """Ask the calendars of a file's stamp for the blocks they promised, and return what it shows then.

    `calendars`: addresses to trust beside those that the client knows. The stamp is replaced only by one of the same file. Raises
    NoteInvalid where the client is absent or fails, or the stamp cannot be read; then it is as it was.
    """
    known, stamp_path = read(path), beside(path)
    if all(one.calendar is None for one in known):
        return known
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        shutil.copy(path, copy)
        shutil.copy(stamp_path, beside(copy))
        trusted = [part for url in calendars for part in ("-l", url)]
        # The client ends with 1 where a promise is still open, which is no failure.
        _run(path, "--no-cache", *trusted, "upgrade", str(beside(copy)), may_end_with=(0, 1))
        now = read(copy)
        if now != known:
            unfinished = stamp_path.with_name(stamp_path.name + ".part")
            try:
                shutil.copy(beside(copy), unfinished)
                unfinished.replace(stamp_path)
            except OSError as error:
                raise NoteInvalid(stamp_path, f"cannot be written: {files.reason(error)}. Make room there, then repeat") from None
    return now


def read(path: Path) -> tuple[Attestation, ...]:
    """Read what the stamp beside a file shows. Raises NoteInvalid if it is not a stamp, or not of this very file."""
    try:
        with beside(path).open("rb") as file:
            content = file.read(LARGEST + 1)
        digest = hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        raise NoteInvalid(
            error.filename or path, f"{files.reason(error)}. Give the path of a file with its stamp beside it"
        ) from None
    stamped, attestations = _parsed(content, beside(path))
    if stamped != digest:
        raise NoteInvalid(beside(path), f"is a stamp of other bytes than {path.name} has. Look for the file that it was made for")
    return attestations


def _run(path: Path, *arguments: str, may_end_with: tuple[int, ...] = (0,)) -> None:
    """Run the client for a file. Raises NoteInvalid with its last line."""
    program = shutil.which("ots")
    if program is None:
        raise NoteInvalid(path, f"cannot be stamped: ots, the client of OpenTimestamps, is not on this machine. {_INSTALL}")
    try:
        done = subprocess.run(  # noqa: S603 - the program and its arguments are ours
            [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoteInvalid(path, f"cannot be stamped: ots did not end within {SECONDS:g} seconds. Try again later") from None
    if done.returncode not in may_end_with:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with {done.returncode}"]
        raise NoteInvalid(
            path, f"cannot be stamped: ots says: {on_one_line(lines[-1])[:300]}. Try again later, or another calendar"
        )


def _parsed(content: bytes, path: Path) -> tuple[bytes, tuple[Attestation, ...]]:
    """Return the hash of the file that a stamp is of, and its attestations, each once. Raises NoteInvalid."""
    reader = _Reader(content)
    try:
        if len(content) > LARGEST or reader.take(len(_MAGIC)) != _MAGIC or reader.byte() != _SHA256:
            raise ValueError
        digest = reader.take(hashlib.sha256().digest_size)
        return digest, tuple(dict.fromkeys(_walk(reader, digest, 0)))
    except ValueError:
        raise NoteInvalid(path, "is not a stamp of OpenTimestamps, or was cut off. Make it again, or take another copy") from None


def _walk(reader: "_Reader", message: bytes | None, depth: int) -> list[Attestation]:
    """Read the attestations of a stamp from a message on; None where an operation is one that cannot be computed here.

    A calendar's promise about a message is passed over where a block followed: the client leaves it in the stamp.
    """
    if depth > _DEEPEST:
        raise ValueError
    promises: list[Attestation] = []
    others: list[Attestation] = []
    last = False
    while not last:
        tag = reader.byte()
        last = tag != _BRANCH
        tag = tag if last else reader.byte()
        if tag != _ATTESTATION:
            others += _walk(reader, _computed(reader, tag, message), depth + 1)
        elif (one := _attestation(reader, message)) is not None:
            (others if one.calendar is None else promises).append(one)
    return others if any(one.block is not None for one in others) else promises + others


def _attestation(reader: "_Reader", message: bytes | None) -> Attestation | None:
    """Read an attestation of a message; None if it is of another kind."""
    kind, payload = reader.take(len(_BITCOIN)), _Reader(reader.text())
    if kind == _PENDING:
        return Attestation(None, None, payload.text().decode(errors="replace"))
    if kind == _BITCOIN and message is not None:
        return Attestation(payload.number(), message[::-1].hex(), None)
    return None


def _computed(reader: "_Reader", tag: int, message: bytes | None) -> bytes | None:
    """Apply the operation of a tag. Raises ValueError if there is none."""
    operations: dict[int, Callable[[bytes], bytes]] = {_REVERSE: lambda one: one[::-1], _HEXLIFY: lambda one: one.hex().encode()}
    if tag in (_APPEND, _PREPEND):
        argument = reader.text()
        operations = {_APPEND: lambda one: one + argument, _PREPEND: lambda one: argument + one}
    elif tag in _HASHES:
        operations = {tag: lambda one: hashlib.new(_HASHES[tag], one, usedforsecurity=False).digest()}
    if tag not in operations:
        raise ValueError
    if message is None or _HASHES.get(tag, "sha256") not in hashlib.algorithms_available:
        return None
    result = operations[tag](message)
    if len(result) > _LONGEST:
        raise ValueError
    return result


class _Reader:
    """The bytes of a stamp, one part after another. Raises ValueError where one is cut off or too long."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, length: int) -> bytes:
        part = self.content[self.at : self.at + length]
        self.at += length
        if len(part) != length:
            raise ValueError
        return part

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """Read a number in groups of seven bits, the least one first."""
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # the last group
                return number
            if shift > 63:  # more bits than any height or length has
                raise ValueError

    def text(self) -> bytes:
        length = self.number()
        if length > _LONGEST:
            raise ValueError
        return self.take(length)
