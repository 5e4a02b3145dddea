"""Ask a large timeline for every address with its worst parameters: how long each takes, and how long another visitor waits.

    python tests/load/load.py [--small] [--keep DIR] [--only TEXT] [--crowd 8] [--top 25]

Serves 50,000 happenings and texts of five megabytes, or with --small a smaller one, and prints the slowest addresses. Exit 1 where
an answer took more than 2 seconds, or another visitor waited for 0.5. An export may take longer once it has begun: its first byte
counts. --crowd asks the slowest addresses so many times at once; then the other visitor's wait alone counts.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import load_addresses
import load_served
import load_timeline
from load_served import Answer

LONGEST, LONGEST_WAIT = 2.0, 0.5  # seconds
BYSTANDER = ("/-/versions.json", f"{load_addresses.AT}/h-7")


def log_end(path: Path) -> int:
    """Give the last position of a timeline's log."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("select max(position) from events").fetchone()[0])


def run(path: Path, folder: Path, asked: Sequence[str], crowd: int) -> tuple[list[Answer], list[Answer]]:
    """Ask for all addresses one after the other, and for the slowest in a crowd."""
    with load_served.served(path, folder) as server:
        for address in BYSTANDER * 3:
            load_served.ask(server.port, address)
        other = load_served.Other(server.port, BYSTANDER)
        try:
            answers = []
            for number, address in enumerate(asked):
                answers.append(load_served.measured(server, other, address))
                if failed(answers[-1]):
                    print(f"\r{line(answers[-1])}", file=sys.stderr, flush=True)
                print(f"\r{number + 1}/{len(asked)}", end="", file=sys.stderr, flush=True)
            slowest = sorted(answers, key=lambda one: -one.last)[: 10 if crowd else 0]
            together = [load_served.measured(server, other, one.address, crowd) for one in slowest]
        finally:
            other.close()
    print(file=sys.stderr)
    return answers, together


def table(title: str, answers: Sequence[Answer]) -> None:
    """Print answers in lines."""
    print(f"\n{title}\n  first s   last s  waited  worked  status       bytes  address")
    for one in answers:
        print(line(one))


def line(one: Answer) -> str:
    """Write an answer in a line."""
    shown = one.address if len(one.address) <= 150 else f"{one.address[:140]}… ({len(one.address):,} characters)"
    return f"{one.first:9.2f}{one.last:9.2f}{one.waited:8.2f}{one.worked:8.2f}{one.status:8}{one.size:12,}  {shown}"


def failed(one: Answer) -> bool:
    """Whether an answer took too long, let another visitor wait too long, or is an error of ours."""
    return one.first > LONGEST or one.waited > LONGEST_WAIT or one.status >= 500


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Ask a large timeline for the worst.")
    parser.add_argument("--small", action="store_true", help="a smaller timeline")
    parser.add_argument("--keep", type=Path, help="where the timeline is kept for the next run")
    parser.add_argument("--only", default="", help="ask for addresses that hold this alone")
    parser.add_argument("--crowd", type=int, default=0, help="ask for the slowest so many times at once")
    parser.add_argument("--top", type=int, default=25, help="how many are printed")
    options = parser.parse_args()
    size = load_timeline.PUSH if options.small else load_timeline.NIGHTLY
    with tempfile.TemporaryDirectory(prefix="timeline-load-") as temporary:
        path = (options.keep or Path(temporary)) / f"{load_addresses.DATABASE}.db"
        if not path.exists():
            begun = time.monotonic()
            load_timeline.made(path, size)
            print(f"made in {time.monotonic() - begun:.0f} seconds, {path.stat().st_size:,} bytes", file=sys.stderr)
        asked = [one for one in load_addresses.addresses(size, log_end(path)) if options.only in one]
        answers, together = run(path, Path(temporary), asked, options.crowd)
    table("The slowest answers", sorted(answers, key=lambda one: -one.first)[: options.top])
    table("Another visitor waited longest", sorted(answers, key=lambda one: -one.waited)[: options.top])
    table(f"Asked {options.crowd} times at once", together)
    bad = [one for one in answers if failed(one)] + [one for one in together if one.waited > LONGEST_WAIT]
    table("Too slow, or an error", bad)
    print(f"\n{len(asked):,} addresses, {len(bad):,} too slow or an error")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
