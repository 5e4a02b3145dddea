"""The tree and the checkpoints in a database: the same tree however it grew, and altered rows are refused."""

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
    """And the same as one built at once."""
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
def test_a_damaged_event_is_reported(connection: sqlite3.Connection, column: str) -> None:
    """Whatever is in a column."""
    append(connection, 8)
    for value in (None, 1.5, b"x" if column != "data_hash" else "x"):
        connection.execute(f"UPDATE events SET {column} = ? WHERE position = 3", (value,))
        with pytest.raises(LookupError, match="position 3 is damaged"):
            merkle.reader(connection)(0, 2)
        connection.execute("DELETE FROM tree")
        with pytest.raises(LookupError, match="position 3 is damaged"):
            merkle.grow(connection, 0)


def test_missing_nodes_are_reported(connection: sqlite3.Connection) -> None:
    """An event, or a subtree; also one that is not a hash."""
    append(connection, 8)
    with pytest.raises(LookupError, match="no event at position 9"):
        merkle.reader(connection)(0, 8)
    connection.execute("UPDATE tree SET hash = 1000000000000 WHERE number = 1")
    with pytest.raises(LookupError, match="no subtree 0 of 2 leaves"):
        merkle.reader(connection)(1, 0)


def test_checkpoints_are_read_as_stored(connection: sqlite3.Connection) -> None:
    """With every signature, and the key that checked it."""
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
    """Before it is compared with anything."""
    key = Key("example.org", 1, b"k" * 32)
    connection.execute("INSERT INTO checkpoints VALUES (1, 'example.org', 8, ?, 'now')", (b"r" * 32,))
    connection.execute("INSERT INTO signatures VALUES (1, 1, ?, ?, 'now')", (str(key), b"s" * 64))
    table = "signatures" if column in {"signature", "public_key"} else "checkpoints"
    connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    with pytest.raises(NoteInvalid) as refusal:
        merkle.checkpoints(connection)
    assert str(refusal.value).isprintable()


def keep(connection: sqlite3.Connection, origin: str, size: int, *keys: object) -> None:
    """Keep a checkpoint, signed by keys or by what is none."""
    row = connection.execute(
        "INSERT INTO checkpoints VALUES (NULL, ?, ?, ?, '2026-01-01T00:00:00.000Z')", (origin, size, b"r" * 32)
    )
    for key in keys:
        text = str(key) if isinstance(key, Key) else key
        connection.execute("INSERT INTO signatures VALUES (NULL, ?, ?, ?, 'now')", (row.lastrowid, text, b"s" * 64))


def key(name: str, type: int = 1) -> Key:
    """Make a public key."""
    return Key(name, type, b"k" * 32)


def test_a_log_keeps_its_first_signed_name(connection: sqlite3.Connection) -> None:
    """Whatever is added later, larger or to an older checkpoint, under any name; witnesses give it none."""
    append(connection, 20)
    first = merkle.origin(connection)
    assert first.startswith("timeline/")
    keep(connection, "unsigned.example", 5)
    keep(
        connection,
        "witnessed.example",
        6,
        key("witness.example"),
        key("witnessed.example", type=4),
        None,
        5,
        "",
        "witnessed.example+",
    )
    assert merkle.origin(connection) == first
    keep(connection, "example.org/log", 8, key("example.org/log"))
    keep(connection, "evil.example", 20, key("evil.example"))
    connection.execute("INSERT INTO signatures VALUES (NULL, 1, ?, ?, 'now')", (str(key("unsigned.example")), b"s" * 64))
    assert merkle.origin(connection) == "example.org/log"
    assert list(merkle.own_names(connection)) == ["example.org/log", "evil.example", "unsigned.example"]
    assert merkle.origin(connection, signed=False) == first


def test_the_best_checkpoint_has_the_log_s_own_name(connection: sqlite3.Connection) -> None:
    """Signed before unsigned, larger before smaller, later before earlier; only of the requested sizes."""
    append(connection, 20)
    keep(connection, "example.org/log", 8, key("example.org/log"))
    keep(connection, "example.org/log", 12)
    keep(connection, "evil.example", 20, key("evil.example"))
    assert [merkle.best(connection, size) for size in (1, 8, 9, 12, 13)] == [1, 1, 2, 2, None]
    assert [merkle.best(connection, size, size) for size in (8, 9, 12, 20)] == [1, None, 2, None]


@pytest.mark.parametrize(
    ("at", "is_one"),
    [
        ("2026-01-02T03:04:05.678Z", True),
        ("2024-02-29T00:00:00.000Z", True),
        ("2023-02-29T00:00:00.000Z", False),
        ("2026-01-01T24:00:00.000Z", False),
        ("2026-01-01T00:00:60.000Z", False),
        ("2026-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00.000+00:00", False),
        ("2026-01-01T00:00:00.000Z\n", False),
        ("２026-01-01T00:00:00.000Z", False),
        ("garbage", False),
        ("now", False),
        ("", False),
        (b"2026-01-01T00:00:00.000Z", False),
        (None, False),
    ],
)
def test_a_time_must_be_real(connection: sqlite3.Connection, at: object, is_one: bool) -> None:
    """In one form only; the guards, in SQL, accept the same."""
    assert merkle.is_instant(at) is is_one
    taken = connection.execute("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?1, '+0 days') IS ?1", (at,)).fetchone()[0]
    assert isinstance(at, bytes | None) or bool(taken) is is_one


def test_readable_checkpoints_are_read_despite_unreadable_ones(connection: sqlite3.Connection) -> None:
    """A row that somebody added does not hide the others."""
    keep(connection, "example.org/log", 8)
    keep(connection, "\x07", 8)
    keep(connection, "example.org/log", 9, "garbage")
    kept, others = merkle.readable(connection)
    assert [one.number for one in kept] == [1]
    assert [where for where, _ in others] == ["checkpoint 2", "checkpoint 3"]
