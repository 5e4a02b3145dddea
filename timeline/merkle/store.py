"""Store the tree and the published checkpoints in a database, and read them.

A table holds the hash of every complete subtree of two or more leaves. Its n-th row is the n-th subtree completed, so rows are
only added at its end; an append completes one on average, at any size. Leaves are computed from the rows of `events`.
Anyone who can write to the file can add a checkpoint, so a checkpoint's name, time and keys prove nothing by themselves. Must not
change an existing row.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
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
class StoredCheckpoint:
    """A published checkpoint, when it was stored (UTC, RFC 3339), and its signatures with the public keys that checked them."""

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
    """Return a function that reads the tree of a database. It raises LookupError for a missing node."""

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
    """Hash an event's leaf. Raises LookupError if a column has the wrong type, because the file is damaged."""
    try:
        if type(row[2]) is int and type(row[6]) is bytes:
            return leaf_hash(leaf(*row))
    except TypeError:  # a text column does not hold text
        pass
    raise LookupError(f"the event at position {row[0]} is damaged")


def is_instant(at: object) -> bool:
    """Whether this is a real time, in the form that the file uses: UTC, to the millisecond."""
    try:
        return isinstance(at, str) and bool(_INSTANT.fullmatch(at)) and bool(datetime.fromisoformat(at))
    except ValueError:
        return False


def origin(connection: sqlite3.Connection, *, signed: bool = True) -> str:
    """Return a log's name for an unsigned checkpoint: the first name that it signed as, or the hash of its first event.

    The first name stays, whatever is added later. `signed=False` always uses the hash.
    Raises LookupError for a log without events.
    """
    names = own_names(connection) if signed else iter(())
    return next(names, None) or f"timeline/{reader(connection)(0, 0).hex()[:32]}"


def own_names(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the names under which log keys of the same name have signed, in the order in which the file stored them."""
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
    """Return the number of the best stored checkpoint of these sizes: signed before unsigned, then the largest, then the latest.

    None if there is none. A checkpoint with a name other than the log's is never chosen.
    """
    row = connection.execute(
        "SELECT number FROM checkpoints WHERE origin = ? AND size >= ? AND size <= coalesce(?, size)"
        " ORDER BY EXISTS (SELECT 1 FROM signatures WHERE checkpoint = checkpoints.number) DESC, size DESC, number DESC LIMIT 1",
        (origin(connection), least, most),
    ).fetchone()
    return None if row is None else int(row[0])


def checkpoints(connection: sqlite3.Connection, number: int | None = None) -> list[StoredCheckpoint]:
    """Read the stored checkpoints, the smallest log first, or one of them by its number. Raises NoteInvalid."""
    where = "" if number is None else "WHERE number = :number"
    rows = connection.execute(
        f"SELECT number, origin, size, root, kept_at FROM checkpoints {where} ORDER BY size, number", {"number": number}
    ).fetchall()
    return [StoredCheckpoint(n, _checkpoint(n, o, s, r), at, _signatures(connection, n)) for n, o, s, r, at in rows]


def readable(connection: sqlite3.Connection) -> tuple[list[StoredCheckpoint], list[tuple[str, str]]]:
    """Read the readable checkpoints, the smallest log first; and list the others, each as (checkpoint, fault)."""
    stored: list[StoredCheckpoint] = []
    others: list[tuple[str, str]] = []
    try:
        numbers = [number for (number,) in connection.execute("SELECT number FROM checkpoints ORDER BY size, number").fetchall()]
    except sqlite3.Error as error:
        return [], [("checkpoints", f"cannot be read: {error}")]
    for number in numbers:
        try:
            stored += checkpoints(connection, number)
        except (NoteInvalid, sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            others.append((f"checkpoint {number}", f"cannot be read: {error}"))
    return stored, others


def _checkpoint(number: int, origin: str, size: int, root: bytes) -> Checkpoint:
    """Read a checkpoint's row. Raises NoteInvalid if this program could not have written it: it was altered."""
    subject = f"stored checkpoint {number}"
    if _are((origin, str), (size, int), (root, bytes)):
        checkpoint = Checkpoint(origin, size, root)
        if Checkpoint.of(Note.parse(checkpoint.text, subject), subject) == checkpoint:
            return checkpoint
    raise NoteInvalid(subject, "is malformed, so it was altered. Check the whole log: timeline verify")


def _signatures(connection: sqlite3.Connection, checkpoint: int) -> tuple[tuple[Key, Signature], ...]:
    rows = connection.execute("SELECT public_key, signature FROM signatures WHERE checkpoint = ? ORDER BY number", (checkpoint,))
    signatures = []
    for public_key, signature in rows:
        if not _are((public_key, str), (signature, bytes)) or not signature:
            raise NoteInvalid(f"stored checkpoint {checkpoint}", "a signature was altered. Check the whole log: timeline verify")
        key = Key.parse(public_key)
        signatures.append((key, Signature(key.name, key.id, signature)))
    return tuple(signatures)


def _are(*pairs: tuple[object, type]) -> bool:
    """Whether values have their columns' types. They have, unless the file is damaged."""
    return all(type(value) is expected for value, expected in pairs)


def grow(connection: sqlite3.Connection, after: int, rows: Iterable[tuple[Any, ...]] | None = None) -> None:
    """Extend the tree, which covers the events up to a position, to all events. The caller holds the transaction.

    `rows` are the `COLUMNS` of these events, if the caller has them.
    """
    if rows is None:
        rows = connection.execute(f"SELECT {COLUMNS} FROM events WHERE position > ? ORDER BY position", (after,))
    connection.executemany("INSERT INTO tree VALUES (?, ?)", _completed(Growth(after, reader(connection)), rows))


def _completed(tree: "Growth", rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, bytes]]:
    """Yield the number and hash of each subtree that events complete."""
    for row in rows:
        yield from tree.add(_leaf_hash(row))


class Growth:
    """A tree that grows leaf by leaf. It holds only the hashes that later leaves are joined to: a few dozen at any size."""

    def __init__(self, leaves: int = 0, node: Node | None = None) -> None:
        """Start with a number of leaves. `node` reads their subtrees when new ones are joined to them."""
        self.leaves = leaves
        self._node = node
        self._pending: list[bytes] = []
        self._number = _count(leaves)

    def add(self, hash_: bytes) -> Sequence[tuple[int, bytes]]:
        """Add a leaf's hash, and return the subtrees that it completes, as (number, hash)."""
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
        """Compute the current root. Only for a tree that started empty."""
        hash_ = b""
        for left in reversed(self._pending):
            hash_ = node_hash(left, hash_) if hash_ else left
        return hash_ or EMPTY


def _count(leaves: int) -> int:
    """Return how many complete subtrees of two or more leaves a number of leaves has."""
    return leaves - leaves.bit_count()


def _number(level: int, index: int) -> int:
    """Return the rank, from 1, at which a subtree was completed: its last leaf completes one at each level."""
    return _count(((index + 1) << level) - 1) + level
