"""Measure followers of a shared log: how fast an empty file catches up, and how long an append takes to reach a file.

    python tests/bench/following.py [--events 100000] [--appends 1000] [--rate 100]

PostgreSQL is one of its own, on this machine, that flushes to disk. Catching up is compared with `rebuild` of the same file in the
same run. The lag is measured from the moment at which an append is acknowledged until a reader of the file sees it, at a steady
rate of single appends: with the server's hints, and by looking alone, each second.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "shared_log"))

import log as bench
from cluster import Cluster

from timeline import Timeline
from timeline.log.log import Log
from timeline.shared_log import follow, sharing


def catching_up(url: str, path: Path) -> tuple[float, float, int]:
    """Return the seconds of a catch-up and of a rebuild, and the number of events."""
    taken = bench.seconds(lambda: follow(url, path, once=True))
    with Timeline(path, rebuilding=True) as timeline:
        return taken, bench.seconds(timeline.rebuild), timeline.log.size()


def lags(url: str, path: Path, appends: int, rate: float, start: int, *, hints: bool) -> list[float]:
    """Append at a steady rate; return the seconds that each append took to reach a file that a process of its own follows into."""
    acknowledged, seen = dict[int, float](), dict[int, float]()
    quiet = "" if hints else "from timeline.shared_log import reader; reader.Reader.listen = lambda _: None; "
    words = f"{quiet}import sys; from timeline.shared_log import follow; follow(sys.argv[1], sys.argv[2], report=print)"
    command = [sys.executable, "-u", "-c", words, url, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, closing(Log(path, read_only=True)) as log:
        assert process.stdout is not None
        while "up to date" not in process.stdout.readline():
            pass
        end = log.size() + appends
        stop = threading.Event()

        def watch() -> None:
            with closing(Log(path, read_only=True)) as file:
                known = file.size()
                while known < end and not stop.is_set():
                    if (size := file.size()) > known:
                        now = time.perf_counter()
                        seen.update(dict.fromkeys(range(known + 1, size + 1), now))
                        known = size
                    time.sleep(0.001)

        watcher = threading.Thread(target=watch)
        watcher.start()
        with Timeline(url, by="bench") as timeline:
            begun = time.perf_counter()
            for number, entry in enumerate(bench.entries(start, start + appends)):
                time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
                position = timeline.append(entry).position
                acknowledged[position] = time.perf_counter()
        watcher.join(30)
        stop.set()
        process.terminate()
    return sorted(max(0.0, seen[position] - at) for position, at in acknowledged.items() if position in seen)


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--appends", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=100)
    given = parser.parse_args()
    server = Cluster().make().start()
    try:
        url = server.url()
        sharing.share(None, url)
        with tempfile.TemporaryDirectory(prefix="timeline-bench-") as folder, Timeline(url, by="bench") as timeline:
            path = Path(folder) / "timeline.db"
            timeline.append_many(bench.sources(given.events + 2 * given.appends))
            timeline.append_many(bench.entries(0, given.events))
            taken, rebuilt, size = catching_up(url, path)
            print(
                f"catch-up of {size:,} events: {size / taken:,.0f}/s; rebuild {size / rebuilt:,.0f}/s; ratio {rebuilt / taken:.2f}"
            )
            for name, hints in (("with hints", True), (f"looking each {1:.0f} s", False)):
                start = given.events + (0 if hints else given.appends)
                measured = lags(url, path, given.appends, given.rate, start, hints=hints)
                p50, p99 = statistics.median(measured), measured[int(len(measured) * 0.99) - 1]
                print(f"lag at {given.rate:.0f}/s {name}: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, of {len(measured):,}")
    finally:
        server.remove()


if __name__ == "__main__":
    main()
