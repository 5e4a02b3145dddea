"""Measure the shared log: appends a second against pgbench on the same server, catching up, lag, and a log that grows.

    python tests/bench/shared.py [--seconds 10] [--events 20000] [--large 1000000] [--only TEXT]

The server is PostgreSQL's own defaults in a temporary folder (TMPDIR: name one on the disk that you mean), and flushes each commit.
Every append of ours is validated, its quotation found in the stored text, hashed, and checked by the server's guards; pgbench
inserts one row of the same columns and size, prepared, without any guard. Lag is the time from an acknowledgement to the event in
the follower's file. Pass --large 0 to leave the million out.
"""

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "shared_log"), str(HERE)]

import following  # noqa: E402
import log as bench  # noqa: E402
from cluster import Cluster  # noqa: E402

from timeline import Timeline  # noqa: E402
from timeline.shared_log import connecting, sharing  # noqa: E402

VOLUMES = 4_000  # happenings whose sources are archived before; their quotations are used again and again
WRITERS = (1, 4, 16)
RATE = 100  # appends a second, while the lag is measured


def entry(number: int) -> dict[str, Any]:
    """Give a happening that quotes one of the sources."""
    one = next(bench.entries(number % VOLUMES, number % VOLUMES + 1))
    return {**one, "id": f"decision-{number}"}


def write(url: str, name: str, seconds: float, batch: int, begin: Any, done: Any) -> None:  # noqa: ANN401 - of multiprocessing
    """Append for some seconds, one by one or in batches, and report how many."""
    numbers = count()
    with Timeline(url, by=name) as timeline:
        for number in range(0, VOLUMES, 40):  # each text is read once
            timeline.text(f"minutes-{number // 40}")
        begin.wait()
        end, appended = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            made = [{**entry(next(numbers)), "id": f"{name}-{appended + at}"} for at in range(batch)]
            if batch == 1:
                timeline.append(made[0])
            else:
                timeline.append_many(made)
            appended += batch
    done.put(appended)


def ours(url: str, writers: int, seconds: float, batch: int) -> float:
    """Return the events a second that some writers have acknowledged together."""
    forks = multiprocessing.get_context("spawn")
    begin, done = forks.Barrier(writers), forks.Queue()
    names = [f"w{time.monotonic_ns()}-{number}" for number in range(writers)]
    processes = [forks.Process(target=write, args=(url, name, seconds, batch, begin, done)) for name in names]
    for process in processes:
        process.start()
    appended = sum(done.get() for _ in processes)
    for process in processes:
        process.join()
    return appended / seconds


def pgbench(cluster: Cluster, database: str, writers: int, seconds: float) -> float:
    """Return the one-row inserts a second of pgbench, into a table without guards."""
    cluster.sql(
        "CREATE TABLE IF NOT EXISTS plain (position bigserial PRIMARY KEY, stream text, version bigint, type text,"
        " recorded_at text, recorded_by text, data text, salt bytea, data_hash bytea, UNIQUE (stream, version))",
        database,
    )
    script = cluster.folder / "insert.sql"
    script.write_text(
        "\\set n random(1, 1000000000)\n"
        "INSERT INTO plain (stream, version, type, recorded_at, recorded_by, data, salt, data_hash) VALUES"
        " ('happening/' || :n || '-' || random(), 1, 'HappeningRecorded', '2026-01-01T00:00:00.000Z', 'Ann',"
        f" '{'x' * 700}', '0123456789abcdef', '0123456789abcdef0123456789abcdef');\n",
        encoding="utf-8",
    )
    words = ("-n", "-M", "prepared", "-c", str(writers), "-j", "2", "-T", str(max(1, round(seconds))), "-f", str(script))
    output = cluster.run("pgbench", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "owner", *words, database)
    return float(output.split("tps = ")[1].split()[0])


@contextmanager
def room(cluster: Cluster, name: str) -> Iterator[str]:
    """Make a shared log with the sources, and give its address."""
    url = cluster.database(name)
    sharing.share(None, url)
    with Timeline(url) as timeline:
        timeline.append_many([*bench.sources(VOLUMES)])
    yield url


def appends(cluster: Cluster, seconds: float) -> None:
    """Print the rates of some writers, single and in batches of a hundred."""
    with room(cluster, "appends") as url:
        for writers in WRITERS:
            base, single = pgbench(cluster, "appends", writers, seconds), ours(url, writers, seconds, 1)
            batched = ours(url, writers, seconds, 100)
            print(
                f"{writers:>3} writers: single {single:8,.0f} a second, {single / base:.2f} of pgbench's {base:,.0f};"
                f" batches of 100 {batched:8,.0f} a second",
                flush=True,
            )


def followers(cluster: Cluster, events: int, seconds: float) -> None:
    """Print how fast an empty follower catches up, against a rebuild of its file, and its lag, with hints and without."""
    with room(cluster, "followers") as url, tempfile.TemporaryDirectory() as folder:
        path, appends = Path(folder) / "timeline.db", round(seconds * RATE)
        with Timeline(url) as timeline:
            timeline.append_many([*bench.sources(events + 2 * appends)][VOLUMES // 40 :])
            timeline.append_many([*bench.entries(0, events)])
        followed, rebuilt, size = following.catching_up(url, path)
        print(
            f"catching up: {size / followed:,.0f} events a second; a rebuild {size / rebuilt:,.0f}: {rebuilt / followed:.2f} of it",
            flush=True,
        )
        for start, hints in ((events, True), (events + appends, False)):
            lags = following.lags(url, path, appends, RATE, start, hints=hints)
            p50, p99 = statistics.median(lags) * 1000, lags[int(len(lags) * 0.99) - 1] * 1000
            how = "notified" if hints else "looking each second"
            print(f"lag, {how}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, of {len(lags):,}", flush=True)


def growth(cluster: Cluster, events: int) -> None:
    """Print the rate of batches at the start and at the end of a log that grows."""
    with room(cluster, "growth") as url, Timeline(url) as timeline:
        rates, step = [], max(events // 20, 1_000)
        for start in range(0, events, step):
            took = bench.seconds(
                lambda start=start: [
                    timeline.append_many([entry(number) for number in range(at, at + 100)])
                    for at in range(start, start + step, 100)
                ]
            )
            rates.append(step / took)
        print(
            f"1 to {events:,} events: {rates[0]:,.0f} a second at the start, {rates[-1]:,.0f} at the end:"
            f" {rates[-1] / rates[0]:.2f}",
            flush=True,
        )


def main() -> None:
    """Start a server, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="appends, followers or growth")
    options = parser.parse_args()
    cluster = Cluster().make("shared_buffers = 128MB", "max_wal_size = 4GB")
    try:
        cluster.start()
        with closing(connecting.connect(cluster.url(), expects_log=False)) as server:
            print((server.execute("SELECT version()").fetchone() or [""])[0].split(" on ")[0], "in", cluster.folder, flush=True)
        steps: dict[str, Callable[[], None]] = {
            "appends": lambda: appends(cluster, options.seconds),
            "followers": lambda: followers(cluster, options.events, options.seconds),
            "growth": lambda: growth(cluster, options.large) if options.large else None,
        }
        for name, step in steps.items():
            if options.only in name:
                step()
    finally:
        cluster.remove()


if __name__ == "__main__":
    main()
