"""What a database keeps of the proof: the same tree however it grew, and nothing read of it that was altered."""

import random
import sqlite3
from collections.abc import Iterator

import pytest
from test_hashing import defined

from timeline import merkle
from timeline.errors import NoteInvalid
from timeline.merkle import Checkpoint, Key, Signature

SIZE = 300
SCHEMA = """
CREATE TABLE events (position INTEGER PRIMARY KEY, stream, version, type, recorded_at, recorded_by, data_hash);
CREATE TABLE tree (number INTEGER PRIMARY KEY, hash);
CREATE TABLE checkpoints (number INTEGER PRIMARY KEY, origin, size, root, kept_at);
CREATE TABLE signatures (number INTEGER PRIMARY KEY, checkpoint, public_key, signature, kept_at);
"""
ROWS = [
    (n, f"happening/{n}", 1, "HappeningRecorded", "2026-01-01T00:00:00Z", "tester", bytes([n % 256]) * 32)
    for n in range(1, SIZE + 1)
]
LEAVES = [merkle.leaf(*row) for row in ROWS]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Make the tables that are read, without their types: what a damaged file could hold."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def append(connection: sqlite3.Connection, count: int) -> None:
    """Append events, and grow the tree by them."""
    size = merkle.size(connection)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS[size : size + count])
    merkle.grow(connection, size)


def kept(connection: sqlite3.Connection) -> list[tuple[int, bytes]]:
    """Read the table."""
    return connection.execute("SELECT number, hash FROM tree ORDER BY number").fetchall()


def test_at_every_size_the_root_is_that_of_the_definition(connection: sqlite3.Connection) -> None:
    """One event at a time; the streamed tree agrees."""
    growth = merkle.Growth()
    assert growth.root() == merkle.root(0, merkle.reader(connection)) == defined([])
    for size in range(1, SIZE + 1):
        append(connection, 1)
        list(growth.add(merkle.leaf_hash(LEAVES[size - 1])))
        root = merkle.root(size, merkle.reader(connection))
        assert growth.root() == root
        if size < 70 or size % 17 == 0:
            assert root == defined(LEAVES[:size])
    for size in range(1, SIZE, 13):
        assert merkle.root(size, merkle.reader(connection)) == defined(LEAVES[:size])


@pytest.mark.parametrize("seed", range(8))
def test_grown_in_any_steps_it_is_the_same(connection: sqlite3.Connection, seed: int) -> None:
    """And the same as built at once from nothing."""
    steps = random.Random(seed)  # noqa: S311 - the same steps at each run
    while merkle.size(connection) < SIZE:
        append(connection, steps.randint(1, 60))
    grown = kept(connection)
    connection.execute("DELETE FROM tree")
    merkle.grow(connection, 0)
    assert kept(connection) == grown
    assert [number for number, _ in grown] == list(range(1, len(grown) + 1))
    assert merkle.root(SIZE, merkle.reader(connection)) == defined(LEAVES)
    proof = merkle.inclusion(77, SIZE, merkle.reader(connection))
    merkle.verify_inclusion(merkle.leaf_hash(LEAVES[77]), 77, SIZE, proof, defined(LEAVES))


@pytest.mark.parametrize("column", ["stream", "version", "type", "recorded_at", "recorded_by", "data_hash"])
def test_a_damaged_event_is_said_to_be(connection: sqlite3.Connection, column: str) -> None:
    """Whatever stands in a column in place of what belongs there."""
    append(connection, 8)
    for value in (None, 1.5, b"x" if column != "data_hash" else "x"):
        connection.execute(f"UPDATE events SET {column} = ? WHERE position = 3", (value,))
        with pytest.raises(LookupError, match="position 3 is damaged"):
            merkle.reader(connection)(0, 2)
        connection.execute("DELETE FROM tree")
        with pytest.raises(LookupError, match="position 3 is damaged"):
            merkle.grow(connection, 0)


def test_what_is_not_there_is_said(connection: sqlite3.Connection) -> None:
    """An event, or a subtree; also one that is no hash."""
    append(connection, 8)
    with pytest.raises(LookupError, match="no event at position 9"):
        merkle.reader(connection)(0, 8)
    connection.execute("UPDATE tree SET hash = 1000000000000 WHERE number = 1")
    with pytest.raises(LookupError, match="no subtree 0 of 2 leaves"):
        merkle.reader(connection)(1, 0)


def test_checkpoints_are_read_as_they_were_kept(connection: sqlite3.Connection) -> None:
    """With every signature, and the key it was checked with."""
    key = Key("example.org", 1, b"k" * 32)
    connection.execute("INSERT INTO checkpoints VALUES (1, 'example.org', 8, ?, 'now')", (b"r" * 32,))
    connection.execute("INSERT INTO signatures VALUES (1, 1, ?, ?, 'now')", (str(key), b"s" * 64))
    (one,) = merkle.checkpoints(connection)
    assert one.checkpoint == Checkpoint("example.org", 8, b"r" * 32)
    assert one.signatures == ((key, Signature("example.org", key.id, b"s" * 64)),)
    assert merkle.checkpoints(connection, 2) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("origin", value) for value in (None, 5, "", "a\nb", "a\r", "\u202ea")),
        *(("size", value) for value in (None, -1, "8", 1.5, 10**18)),
        *(("root", value) for value in (None, 5, b"", b"r" * 31, "r" * 32)),
        *(("signature", value) for value in (None, 10**12, b"", "s")),
        *(("public_key", value) for value in (None, 5, "", "a+b+c")),
    ],
)
def test_an_altered_checkpoint_is_refused(connection: sqlite3.Connection, column: str, value: object) -> None:
    """Before anything is compared with it."""
    key = Key("example.org", 1, b"k" * 32)
    connection.execute("INSERT INTO checkpoints VALUES (1, 'example.org', 8, ?, 'now')", (b"r" * 32,))
    connection.execute("INSERT INTO signatures VALUES (1, 1, ?, ?, 'now')", (str(key), b"s" * 64))
    table = "signatures" if column in {"signature", "public_key"} else "checkpoints"
    connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    with pytest.raises(NoteInvalid) as refusal:
        merkle.checkpoints(connection)
    assert str(refusal.value).isprintable()
