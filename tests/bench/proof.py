"""Measure the proof: the tree against raw SHA-256, proofs against pymerkle, what the tree costs an append, sizes, and verification.

    python tests/bench/proof.py [--events 20000] [--large 1000000] [--runs 5]

Every figure is the median of the runs, each against its floor or peer in the same run. The floor hashes the very bytes that the
tree hashes: each leaf, and the two hashes below each subtree, with nothing read and nothing kept. pymerkle is left out where it
is not installed (pip install --group bench).
"""

import argparse
import hashlib
import random
import sqlite3
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

from log import entries, folder, seconds, sources

from timeline import Timeline, audit, merkle
from timeline.audit.events import EventsAudit
from timeline.log.sql_scripts import statements

PROOFS = 1_000


def say(name: str, figure: str, ratio: str = "") -> None:
    """Print one result."""
    print(f"  {name:<58}{figure:>22}  {ratio}", flush=True)


def recorded(path: Path, count: int) -> None:
    """Make a timeline of happenings, each with a quotation, and their sources."""
    with Timeline(path) as timeline:
        timeline.append_many(sources(count))
        timeline.append_many(entries(0, count))


def of_the_tree(path: Path, runs: int) -> None:
    """Compare leaves and subtrees with raw SHA-256 over the same bytes, and a whole verification with its part for the tree."""
    with Timeline(path, read_only=True) as timeline:
        rows = timeline.log.connection.execute(f"SELECT {merkle.COLUMNS} FROM events ORDER BY position").fetchall()
        events = len(rows)
        leaves = [b"\x00" + merkle.leaf(*row) for row in rows]
        pairs = [b"\x01" + bytes(64)] * (events - events.bit_count())
        data = [salt + data.encode() for data, salt in timeline.log.connection.execute("SELECT data, salt FROM events")]

        def floor(items: list[bytes]) -> float:
            return seconds(lambda: [hashlib.sha256(item).digest() for item in items])

        def grown() -> float:
            def work() -> None:
                tree = merkle.Growth()
                for row in rows:
                    for _ in tree.add(merkle.leaf_hash(merkle.leaf(*row))):
                        pass

            return seconds(work)

        def hashed() -> float:
            return seconds(lambda: [merkle.leaf_hash(merkle.leaf(*row)) for row in rows])

        times: dict[str, list[float]] = {name: [] for name in ("raw leaves", "raw", "raw all", "leaves", "tree", "verify", "plain")}
        for _ in range(runs):
            times["raw leaves"].append(floor(leaves))
            times["raw"].append(floor(leaves + pairs))
            times["raw all"].append(floor(leaves + pairs + data))
            times["leaves"].append(hashed())
            times["tree"].append(grown())
            times["verify"].append(seconds(lambda: audit.verify(timeline)))
            with mock.patch.object(EventsAudit, "_check_citation"):
                times["plain"].append(seconds(lambda: audit.verify(timeline)))
    middle = {name: statistics.median(found) for name, found in times.items()}
    each = {name: f"{found / events * 1e6:.2f} µs an event" for name, found in middle.items()}
    print(f"hashing and verifying {events:,} events")
    say("raw SHA-256 of the leaves", each["raw leaves"])
    say("leaves, written and hashed", each["leaves"], f"{middle['leaves'] / middle['raw leaves']:.2f} times raw")
    say("raw SHA-256 of leaves and subtrees", each["raw"])
    say("the tree, leaves written, hashed and joined", each["tree"], f"{middle['tree'] / middle['raw']:.2f} times raw, aim 3")
    say("raw SHA-256 of those and of all that was said", each["raw all"])
    for name, what in (("verify", "verify, all of it, with quotations"), ("plain", "verify, without quotations")):
        say(what, f"{events / middle[name]:,.0f} events/s", f"{middle['tree'] / middle[name]:.1%} of it is the tree")


def of_appends(count: int, runs: int) -> None:
    """Compare appends with the tree and without it, in bulk and one by one, by turns."""

    def bulk(at: Path) -> float:
        with Timeline(at / f"{time.perf_counter_ns()}.db") as timeline:
            timeline.append_many(sources(count))
            return seconds(lambda: timeline.append_many(entries(0, count)))

    def single(at: Path) -> float:
        with Timeline(at / f"{time.perf_counter_ns()}.db") as timeline:
            timeline.append_many(sources(300))
            ready = list(entries(0, 300))
            return seconds(lambda: [timeline.append(entry) for entry in ready])

    for name, work, number in (("in one transaction", bulk, count), ("one by one, durable", single, 300)):
        ratios, rates = [], []
        for _ in range(runs):
            with folder() as at:
                with mock.patch.object(merkle, "grow"):
                    without = work(at)
                kept = work(at)
            ratios.append(kept / without - 1)
            rates.append(number / kept)
        say(
            f"appends {name}, the tree's part",
            f"{statistics.median(rates):,.0f} events/s",
            f"{statistics.median(ratios):+.1%}, aim under 10 %",
        )


def large_log(path: Path, count: int) -> sqlite3.Connection:
    """Make a log of bare rows, and grow its tree a hundred thousand at a time."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA page_size = 4096")
    for sql in (*statements("timeline.log", "schema.sql"), *statements("timeline.projections", "tree.sql")):
        if sql.startswith("CREATE TABLE"):
            connection.execute(sql)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO events VALUES (?, ?, 1, 'HappeningRecorded', '2026-01-01T00:00:00.000Z', 'bench', NULL, NULL, ?)",
        ((n, f"happening/h-{n}", hashlib.sha256(str(n).encode()).digest()) for n in range(1, count + 1)),
    )
    merkle.grow(connection, 0)
    connection.execute("COMMIT")
    return connection


def of_proofs(count: int, runs: int) -> None:
    """Time proofs in a log of this size, each of a random event, against pymerkle's tree of the same leaves."""
    chance = random.Random(1)  # noqa: S311 - the same events each time, not a secret
    indexes = [chance.randrange(count) for _ in range(PROOFS)]
    sizes = [1 + chance.randrange(count - 1) for _ in range(PROOFS)]
    with folder() as at:
        connection = large_log(at / "large.db", count)
        node = merkle.reader(connection)
        root = merkle.root(count, node)
        one = merkle.inclusion(indexes[0], count, node)
        merkle.verify_inclusion(node(0, indexes[0]), indexes[0], count, one, root)
        (size,) = (
            connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'tree'").fetchone() if has_dbstat(connection) else (0,)
        )
        nodes = {"in SQLite": node, "in memory": in_memory(connection, count)}
        peers = pymerkle_trees(at, connection, count, root)
        print(f"proofs in a log of {count:,} events, {PROOFS:,} of random events, median of {runs}")
        for name, prove, asked in (("inclusion", merkle.inclusion, indexes), ("consistency", merkle.consistency, sizes)):
            for where, read in nodes.items():
                times = [seconds(lambda prove=prove, read=read: [prove(n, count, read) for n in asked]) for _ in range(runs)]  # noqa: B023
                mine = statistics.median(times) / PROOFS * 1e3
                say(f"{name}, ours, {where}", f"{mine:.3f} ms")
                if tree := peers.get(where):
                    theirs = tree.prove_inclusion if name == "inclusion" else tree.prove_consistency
                    shift = int(name == "inclusion")  # pymerkle counts leaves from 1
                    times = []
                    for _ in range(runs):
                        tree.cache_clear()
                        times.append(seconds(lambda theirs=theirs: [theirs(n + shift, count) for n in asked]))  # noqa: B023
                    took = statistics.median(times) / PROOFS * 1e3
                    say(f"{name}, pymerkle, {where}", f"{took:.3f} ms", f"ours takes {mine / took:.2f} of it, aim under 1")
        say("size of the tree", f"{size / count:.1f} bytes an event" if size else "dbstat is missing", "aim under 100")
        one_by_one(connection, count, runs)
        connection.close()


def in_memory(connection: sqlite3.Connection, count: int) -> merkle.Node:
    """Read the tree through lists, one for each level, as pymerkle's tree in memory is read."""
    levels = [[merkle.reader(connection)(0, index) for index in range(count)]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([merkle.node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
    return lambda level, index: levels[level][index]


def one_by_one(connection: sqlite3.Connection, count: int, runs: int) -> None:
    """Compare what one more event costs the tree at this size with what it cost at the beginning."""

    def more(at: sqlite3.Connection, first: int) -> float:
        row = "INSERT INTO events VALUES (?, ?, 1, 'HappeningRecorded', '', 'bench', NULL, NULL, zeroblob(32))"
        took = 0.0
        at.execute("BEGIN")
        for n in range(first + 1, first + 1_025):
            at.execute(row, (n, f"happening/m-{n}"))
            took += seconds(lambda n=n: merkle.grow(at, n - 1))
        at.execute("ROLLBACK")
        return took / 1_024 * 1e6

    with tempfile.TemporaryDirectory() as at:
        small = large_log(Path(at) / "small.db", 16)
        early = statistics.median(more(small, 16) for _ in range(runs))
        late = statistics.median(more(connection, count) for _ in range(runs))
        small.close()
    say("growing the tree by one event, at 16 events", f"{early:.1f} µs")
    say(f"growing the tree by one event, at {count:,} events", f"{late:.1f} µs", f"{late / early:.2f} times that")


def pymerkle_trees(at: Path, connection: sqlite3.Connection, count: int, root: bytes) -> dict[str, Any]:
    """Make pymerkle's trees of the same leaves; none where it is not installed."""
    with suppress(ImportError):
        from pymerkle import InmemoryTree, SqliteTree

        trees = {"in SQLite": SqliteTree(str(at / "peer.db"), algorithm="sha256"), "in memory": InmemoryTree(algorithm="sha256")}
        for tree in trees.values():
            rows = connection.execute(f"SELECT {merkle.COLUMNS} FROM events ORDER BY position")
            tree.append_entries(merkle.leaf(*row) for row in rows)
            if tree.get_root(count) != root:
                raise SystemExit("pymerkle makes another root of the same leaves")
        return trees
    print("pymerkle: not installed (pip install --group bench)")
    return {}


def has_dbstat(connection: sqlite3.Connection) -> bool:
    """Whether this SQLite can tell how many bytes a table takes."""
    try:
        connection.execute("SELECT 1 FROM dbstat LIMIT 1")
    except sqlite3.OperationalError:
        return False
    return True


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with folder() as at:
        recorded(at / "timeline.db", options.events)
        of_the_tree(at / "timeline.db", options.runs)
    of_appends(options.events, options.runs)
    of_proofs(options.large, options.runs)


if __name__ == "__main__":
    main()
