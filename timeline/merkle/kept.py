"""What a database keeps of the proof: the tree, and the checkpoints that were handed out.

Of the tree a table keeps every complete subtree of two leaves and more. Its n-th row is the n-th one completed, so it only grows
at its end: an append completes one on average, whatever the size. Leaves are not kept, as the rows of `events` give them.
Of a checkpoint it keeps what anyone who can write to the file could have put there: its name, its time and its keys are only
what the file says. Must not change a row that is there.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from timeline.errors import NoteInvalid
from timeline.merkle.checkpoint import Checkpoint
from timeline.merkle.hashing import EMPTY, Node, leaf_hash, node_hash
from timeline.merkle.leaf import COLUMNS, leaf
from timeline.merkle.note import ED25519, Key, Note, Signature

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that was handed out, when it was kept (UTC, RFC 3339), and with which public key each signature was checked."""

    number: int
    checkpoint: Checkpoint
    kept_at: str
    signatures: tuple[tuple[Key, Signature], ...]

    @property
    def note(self) -> Note:
        """The checkpoint as a note, with all its signatures."""
        return Note(self.checkpoint.text, tuple(signature for _, signature in self.signatures))


def size(connection: sqlite3.Connection) -> int:
    """Count the leaves: the log's last position."""
    (count,) = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
    return int(count)


def reader(connection: sqlite3.Connection) -> Node:
    """Give the function through which the tree of a database is read. It raises LookupError for what is not there."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            row = connection.execute(f"SELECT {COLUMNS} FROM events WHERE position = ?", (index + 1,)).fetchone()
            if row is None:
                raise LookupError(f"there is no event at position {index + 1}")
            return _leaf_hash(row)
        row = connection.execute("SELECT hash FROM tree WHERE number = ?", (_number(level, index),)).fetchone()
        if row is None or not _are((row[0], bytes)):
            raise LookupError(f"the tree has no subtree {index} of {2**level} leaves")
        hash_: bytes = row[0]
        return hash_

    return node


def _leaf_hash(row: tuple[Any, ...]) -> bytes:
    """Hash an event's leaf. Raises LookupError where a column is not of its type: the file is damaged."""
    try:
        if type(row[2]) is int and type(row[6]) is bytes:
            return leaf_hash(leaf(*row))
    except TypeError:  # of what is quoted as text
        pass
    raise LookupError(f"the event at position {row[0]} is damaged")


def is_instant(at: object) -> bool:
    """Whether this is a time as the file writes it: in UTC, to the millisecond, and one that a calendar has."""
    try:
        return isinstance(at, str) and bool(_INSTANT.fullmatch(at)) and bool(datetime.fromisoformat(at))
    except ValueError:
        return False


def origin(connection: sqlite3.Connection, *, signed: bool = True) -> str:
    """Name a log for a checkpoint that nobody signs: as it was first signed, or by the hash of its first event.

    The first name stays, whatever is added later. Without `signed` it is not looked up what was signed.
    Raises LookupError for a log without events.
    """
    names = own_names(connection) if signed else iter(())
    return next(names, None) or f"timeline/{reader(connection)(0, 0).hex()[:32]}"


def own_names(connection: sqlite3.Connection) -> Iterator[str]:
    """Name the log as the file says that it was signed by keys of its own name, in the order in which that was kept."""
    rows = connection.execute(
        "SELECT origin, public_key FROM signatures JOIN checkpoints ON checkpoints.number = checkpoint"
        " WHERE typeof(public_key) = 'text' AND substr(public_key, 1, length(origin) + 1) = origin || '+'"
        " ORDER BY signatures.number"
    )
    for name, public_key in rows:
        try:
            key = Key.parse(public_key)
        except NoteInvalid:
            continue
        if (key.type, key.name) == (ED25519, name):
            yield name


def best(connection: sqlite3.Connection, least: int, most: int | None = None) -> int | None:
    """Choose among the kept checkpoints of these sizes, by its number: a signed one, the largest, the latest; None for none.

    One that bears another name than the log is never chosen.
    """
    row = connection.execute(
        "SELECT number FROM checkpoints WHERE origin = ? AND size >= ? AND size <= coalesce(?, size)"
        " ORDER BY EXISTS (SELECT 1 FROM signatures WHERE checkpoint = checkpoints.number) DESC, size DESC, number DESC LIMIT 1",
        (origin(connection), least, most),
    ).fetchone()
    return None if row is None else int(row[0])


def checkpoints(connection: sqlite3.Connection, number: int | None = None) -> list[KeptCheckpoint]:
    """Read the checkpoints that were kept, the smallest log first, or one of them by its number. Raises NoteInvalid."""
    where = "" if number is None else "WHERE number = :number"
    rows = connection.execute(
        f"SELECT number, origin, size, root, kept_at FROM checkpoints {where} ORDER BY size, number", {"number": number}
    ).fetchall()
    return [KeptCheckpoint(n, _checkpoint(n, o, s, r), at, _signatures(connection, n)) for n, o, s, r, at in rows]


def readable(connection: sqlite3.Connection) -> tuple[list[KeptCheckpoint], list[tuple[str, str]]]:
    """Read the checkpoints that can be read, the smallest log first; and tell of the others, each as (where, what)."""
    kept: list[KeptCheckpoint] = []
    others: list[tuple[str, str]] = []
    try:
        numbers = [number for (number,) in connection.execute("SELECT number FROM checkpoints ORDER BY size, number").fetchall()]
    except sqlite3.Error as error:
        return [], [("checkpoints", f"cannot be read: {error}")]
    for number in numbers:
        try:
            kept += checkpoints(connection, number)
        except (NoteInvalid, sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            others.append((f"checkpoint {number}", f"cannot be read: {error}"))
    return kept, others


def _checkpoint(number: int, origin: str, size: int, root: bytes) -> Checkpoint:
    """Read a checkpoint's row. Raises NoteInvalid for one that no checkpoint could have made: it was altered."""
    what = f"kept checkpoint {number}"
    if _are((origin, str), (size, int), (root, bytes)):
        found = Checkpoint(origin, size, root)
        if Checkpoint.of(Note.parse(found.text, what), what) == found:
            return found
    raise NoteInvalid(what, "is not as one is written. It was altered; see what else was: timeline verify")


def _signatures(connection: sqlite3.Connection, checkpoint: int) -> tuple[tuple[Key, Signature], ...]:
    rows = connection.execute("SELECT public_key, signature FROM signatures WHERE checkpoint = ? ORDER BY number", (checkpoint,))
    found = []
    for public_key, signature in rows:
        if not _are((public_key, str), (signature, bytes)) or not signature:
            raise NoteInvalid(f"kept checkpoint {checkpoint}", "a signature was altered; see what else was: timeline verify")
        key = Key.parse(public_key)
        found.append((key, Signature(key.name, key.id, signature)))
    return tuple(found)


def _are(*pairs: tuple[object, type]) -> bool:
    """Whether values are of their columns' types, as they are unless the file is damaged."""
    return all(type(value) is expected for value, expected in pairs)


def grow(connection: sqlite3.Connection, after: int) -> None:
    """Complete the subtrees of all events after a position, up to which the tree has grown. The caller holds the transaction."""
    connection.executemany("INSERT INTO tree VALUES (?, ?)", _completed(connection, after))


def _completed(connection: sqlite3.Connection, after: int) -> Iterator[tuple[int, bytes]]:
    """Give each subtree that an event after a position completes, with its number."""
    tree = Growth(after, reader(connection))
    rows = connection.execute(f"SELECT {COLUMNS} FROM events WHERE position > ? ORDER BY position", (after,))
    for row in rows:
        yield from tree.add(_leaf_hash(row))


class Growth:
    """A tree that grows by a leaf at a time. It holds the hashes that more leaves will be joined to, some tens at any size."""

    def __init__(self, leaves: int = 0, node: Node | None = None) -> None:
        """Begin with so many leaves, whose subtrees are read through `node` when they are joined to new ones."""
        self.leaves = leaves
        self._node = node
        self._pending: list[bytes] = []
        self._number = _count(leaves)

    def add(self, hash_: bytes) -> Sequence[tuple[int, bytes]]:
        """Add a leaf's hash, and give the subtrees that it completes, as (number, hash)."""
        self.leaves += 1
        if self.leaves & 1:
            self._pending.append(hash_)
            return ()
        level, rest, completed = 0, self.leaves, list[tuple[int, bytes]]()
        while not rest & 1:
            left = self._node(level, rest - 2) if self._node and not self._pending else self._pending.pop()
            hash_, level, rest, self._number = node_hash(left, hash_), level + 1, rest >> 1, self._number + 1
            completed.append((self._number, hash_))
        self._pending.append(hash_)
        return completed

    def root(self) -> bytes:
        """Compute the root as it stands, of a tree that grew from nothing."""
        hash_ = b""
        for left in reversed(self._pending):
            hash_ = node_hash(left, hash_) if hash_ else left
        return hash_ or EMPTY


def _count(leaves: int) -> int:
    """Count the complete subtrees of two leaves and more among so many leaves."""
    return leaves - leaves.bit_count()


def _number(level: int, index: int) -> int:
    """Tell as which one, from 1, a subtree was completed: its last leaf completes one at each level."""
    return _count(((index + 1) << level) - 1) + level
