"""Measure the log: events a second, and ratios to plain SQLite, sqlite-utils and eventsourcing in the same run.

    python tests/bench/log.py [--events 10000] [--large 1000000] [--runs 5]

Every line is the median of the runs. `raw` writes the very bytes that ours wrote, as one executemany into the same table without
guards; it is the floor. `equal work` writes the rows of all our tables so, with their indexes and full-text search, but validates,
quotes and hashes nothing. Of single appends a second floor is given: commits of as many pages as one of ours writes, since that is
what a disk takes time for. Ours does everything: validated, quoted, hashed, projected, searchable. Pass --large 0 to leave the
million out.
"""

import argparse
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from timeline import Timeline, projections
from timeline.log.log import COLUMNS, Log
from timeline.log.sqlite_file import CACHE_KIBIBYTES

PARAGRAPH = "On that day number {n} the council of Marrakech met with delegates and recorded decision {n} in its minutes. "
PAGE, FRAME = 4096, 24  # bytes of a page, and of what stands before each in a write-ahead log
EVENTS_TABLE = """CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL, recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL, data TEXT, salt BLOB, data_hash BLOB NOT NULL, UNIQUE (stream, version)
) STRICT"""


def entries(start: int, stop: int) -> Iterator[dict[str, Any]]:
    """Happenings, each with an actor, a place and a quotation of its own, found in one of the sources."""
    for n in range(start, stop):
        yield {
            "id": f"decision-{n}",
            "title": f"The council records decision {n}",
            "date": f"{1500 + n % 500}-{1 + n % 12:02}-{1 + n % 28:02}",
            "kind": "decision",
            "place": "Marrakech",
            "actors": [{"name": f"Delegate {n % 1000}", "role": "delegate"}],
            "citations": [{"source": f"minutes-{n // 40}", "quote": f"recorded decision {n} in its minutes"}],
        }


def sources(stop: int) -> Iterator[dict[str, Any]]:
    """One archived document of four kilobytes for every forty happenings."""
    for number in range(-(-stop // 40)):
        text = "".join(PARAGRAPH.format(n=n) for n in range(number * 40, number * 40 + 40))
        yield {"source": {"id": f"minutes-{number}", "title": f"Minutes, volume {number}", "text": text}}


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="timeline-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours_bulk(path: Path, count: int) -> float:
    """Append happenings in one transaction to a timeline that holds their sources, of which a copy is kept as it was before."""
    with Timeline(path) as timeline:
        timeline.append_many(sources(count))
        timeline.db.execute("VACUUM INTO ?", [str(path.with_suffix(".before"))])
        return seconds(lambda: timeline.append_many(entries(0, count)))


def written(path: Path) -> list[tuple[Any, ...]]:
    """Read the rows that ours wrote."""
    log = Log(path, read_only=True)
    rows = log.connection.execute(f"SELECT {COLUMNS} FROM events WHERE type = 'HappeningRecorded' ORDER BY position").fetchall()
    log.close()
    return [(position, *row[1:]) for position, row in enumerate(rows, start=1)]


def plain(path: Path) -> sqlite3.Connection:
    """Make a plain SQLite file with the same table, journal and durability, and no guards."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(EVENTS_TABLE)
    return connection


def raw_bulk(path: Path, rows: list[tuple[Any, ...]]) -> float:
    """One executemany in one transaction."""
    connection = plain(path)

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")

    return seconds(work)


def equal_bulk(path: Path, ours: Path) -> float:
    """Write every row that ours wrote, into all tables, by one executemany for each, in one transaction without guards."""
    ours.with_suffix(".before").rename(path)
    source = sqlite3.connect(ours)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    writing = []
    for table in ("events", *(name for kind, name in projections.objects() if kind == "TABLE"), "projected"):
        names = [column[1] for column in source.execute(f"PRAGMA table_info({table})")]
        names = ["rowid", *names] if table.endswith("_fts") else names
        columns = ", ".join(names)
        before = set(connection.execute(f"SELECT {columns} FROM {table}"))
        rows = [row for row in source.execute(f"SELECT {columns} FROM {table}") if row not in before]
        writing.append((f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})", rows))
    source.close()

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for insert, rows in writing:
            connection.executemany(insert, rows)
        connection.execute("COMMIT")

    return seconds(work)


def sqlite_utils_bulk(path: Path, rows: list[tuple[Any, ...]]) -> float:
    """insert_all in one transaction."""
    database = sqlite_utils.Database(plain(path))
    names = [name.strip() for name in COLUMNS.split(",")]
    records = [dict(zip(names, row, strict=True)) for row in rows]

    def work() -> None:
        database.conn.execute("BEGIN IMMEDIATE")
        database["events"].insert_all(records)
        if database.conn.in_transaction:
            database.conn.execute("COMMIT")

    return seconds(work)


def eventsourcing_bulk(path: Path, rows: list[tuple[Any, ...]]) -> float | None:
    """Use the SQLite recorder of eventsourcing, all rows in one call; None where it is not installed."""
    try:
        from eventsourcing.persistence import StoredEvent
        from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
    except ImportError:
        return None
    from uuid import NAMESPACE_URL, uuid5

    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    stored = [StoredEvent(uuid5(NAMESPACE_URL, row[1]), row[2], row[3], row[6].encode()) for row in rows]
    return seconds(lambda: recorder.insert_events(stored))


def ours_single(path: Path, count: int) -> float:
    """Durable appends, one transaction each."""
    with Timeline(path) as timeline:
        timeline.append_many(sources(count))
        ready = list(entries(0, count))

        def work() -> None:
            for entry in ready:
                timeline.append(entry)

        return seconds(work)


def raw_single(path: Path, rows: list[tuple[Any, ...]]) -> float:
    """One row, one commit."""
    connection = plain(path)

    def work() -> None:
        for row in rows:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("COMMIT")

    return seconds(work)


def pages_of_one(path: Path) -> int:
    """Count the pages that one durable append writes."""
    with Timeline(path) as timeline:
        timeline.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        quoted = {"source": "minutes-0", "quote": "recorded decision 7 in"}
        timeline.append({**next(entries(10**9, 10**9 + 1)), "citations": [quoted]})
        return path.with_name(f"{path.name}-wal").stat().st_size // (PAGE + FRAME)


def raw_pages(path: Path, count: int, pages: int) -> float:
    """Commit as many pages each time as one of our appends writes, and nothing else."""
    connection = plain(path)
    connection.execute("CREATE TABLE filled (number INTEGER PRIMARY KEY, bytes BLOB)")
    filling = b"x" * (PAGE * (pages - 1) - PAGE // 2)  # one page more has the row itself

    def work() -> None:
        for number in range(count):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO filled VALUES (?, ?)", (number, filling))
            connection.execute("COMMIT")

    return seconds(work)


def rebuild(path: Path) -> float:
    """Derive every read table again."""
    with Timeline(path) as timeline:
        return seconds(timeline.rebuild)


def line(name: str, count: int, times: list[float], floor: float | None = None) -> float:
    """Print one result and return its rate."""
    rate = count / statistics.median(times)
    ratio = f"{rate / floor:8.2f} of raw" if floor else ""
    print(f"{name:<44}{rate:>12,.0f} events/s{ratio}", flush=True)
    return rate


def small(count: int, runs: int) -> None:
    """Compare with the floor and the peers at one size."""
    times: dict[str, list[float]] = {
        name: [] for name in ("raw", "utils", "es", "equal", "ours", "rebuild", "raw1", "ours1", "pages")
    }
    single = min(count, 300)
    for _ in range(runs):
        with folder() as at:
            times["ours"].append(ours_bulk(at / "ours.db", count))
            rows = written(at / "ours.db")
            times["raw"].append(raw_bulk(at / "raw.db", rows))
            times["utils"].append(sqlite_utils_bulk(at / "utils.db", rows))
            if (taken := eventsourcing_bulk(at / "es.db", rows)) is not None:
                times["es"].append(taken)
            times["equal"].append(equal_bulk(at / "equal.db", at / "ours.db"))
            times["rebuild"].append(rebuild(at / "ours.db"))
            times["raw1"].append(raw_single(at / "raw1.db", rows[:single]))
            times["ours1"].append(ours_single(at / "ours1.db", single))
            pages = pages_of_one(at / "ours1.db")
            times["pages"].append(raw_pages(at / "pages.db", single, pages))
    print(f"{count:,} events in one transaction, median of {runs}")
    raw = line("  raw sqlite3 executemany", count, times["raw"])
    line("  sqlite-utils insert_all", count, times["utils"], raw)
    if times["es"]:
        line("  eventsourcing SQLite recorder", count, times["es"], raw)
    else:
        print("  eventsourcing: not installed (pip install --group bench)")
    equal = line("  equal work: the rows of all our tables", count, times["equal"], raw)
    ours = line("  ours, everything included", count, times["ours"], raw)
    print(f"{'':<44}{ours / equal:>29.2f} of equal work")
    line("  ours, rebuild", count, times["rebuild"], raw)
    print(f"{single:,} durable appends, one transaction each, median of {runs}")
    floor = line("  raw sqlite3, one-row commits", single, times["raw1"])
    line(f"  raw sqlite3, commits of {pages} pages", single, times["pages"], floor)
    line("  ours, everything included", single, times["ours1"], floor)


def large(count: int, step: int = 10_000) -> None:
    """Compare the rate of the last ten thousand with that of the first, as one file grows."""
    with folder() as at, Timeline(at / "large.db") as timeline:
        timeline.append_many(sources(count))
        rates = []
        for start in range(0, count, step):
            batch = list(entries(start, start + step))
            rates.append(step / seconds(lambda batch=batch: timeline.append_many(batch)))
    first, last = statistics.median(rates[:5]), statistics.median(rates[-5:])
    print(f"as one file grows to {count:,} events, in appends of {step:,}, median of five each")
    print(f"{'  the first':<44}{first:>12,.0f} events/s")
    print(f"{'  the last':<44}{last:>12,.0f} events/s{last / first:8.2f} of the first")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    small(options.events, options.runs)
    if options.large:
        large(options.large)


if __name__ == "__main__":
    main()
