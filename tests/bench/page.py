"""Measure the page: server time, first drawing and a zoom step, bytes and memory, with ratios to its peers in the same run.

    python tests/bench/page.py [--large 1000000] [--runs 5] [--keep DIR] [--skip-browser]

Builds timelines of 20, 20,000 and --large happenings from ../shared/data/on-this-day/; --large 0 leaves the last one out, and then
20,000 is the largest. Server time is compared with Datasette's own table page of the same file, the browser's with vis-timeline and
TimelineJS, which npm installs; without npm or Chromium that part is skipped. --keep keeps all of it for the next run, in DIR. Every
figure is a median of the runs, unless it says "first", and of fewer where they take more than a minute; nothing is asserted.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import page_browser as browser
import page_server as server
from page_timeline import build, happenings, kept, tell

__all__ = ["build", "happenings", "kept"]

SMALL, MIDDLE = 20, 20_000
PEERS = {"vis-timeline": (500, 5_000, 20_000), "TimelineJS": (20, 500)}
AIM_SERVER = 0.5  # of Datasette's table page
AIM_THEN = 2  # as of the past, of the same answer now
AIM_CODE = 100_000  # bytes of our scripts and styles
AIM_MEMORY = 1.2  # the largest timeline's page, of the smallest one's


@contextmanager
def folder(keep: Path | None) -> Iterator[Path]:
    """Give the folder that is kept, or one that is gone afterwards."""
    if keep:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="timeline-bench-") as path:
        yield Path(path)


def met(good: bool) -> str:
    """Say whether an aim was met."""
    return "met" if good else "MISSED"


def server_times(path: Path, count: int, runs: int) -> None:
    """Print what the server takes, and its ratio to the table page."""
    peer, lean, *ours = asyncio.run(server.answers(path, runs))
    print(
        f"\nserver, {count:,} happenings, milliseconds: first time, median of {runs}, ratio to the table page (aim {AIM_SERVER});"
        f" as of the past, ratio to now (aim {AIM_THEN})"
    )
    for theirs in (peer, lean):
        print(f"  {theirs.name:<36}{theirs.first * 1000:>9.1f}{theirs.median * 1000:>9.1f}{theirs.median / peer.median:>8.3f}")
    for answer in ours:
        ratio = answer.median / peer.median
        times = f"{answer.first * 1000:>9.1f}{answer.median * 1000:>9.1f}{ratio:>8.3f}"
        now = f"{times}  {met(ratio <= AIM_SERVER):<7}{answer.size:>9,} bytes"
        then = answer.then or 0
        print(
            f"  {answer.name:<36}{now}{then * 1000:>9.1f}{then / answer.median:>6.2f}  {met(then <= AIM_THEN * answer.median)}",
            flush=True,
        )


def browser_times(paths: dict[int, Path], at: Path, runs: int) -> None:
    """Print what a reader waits for, ours and the peers'; then what our page weighs."""
    versions = browser.installed(at) if browser.NPM else {}
    with browser.chromium() as chromium, ExitStack() as servers:
        print(f"\nbrowser, Chromium {chromium.version}, milliseconds, median of {runs}: first drawing, zoom step", flush=True)
        subjects: dict[browser.Subject, Callable[[], browser.Seen]] = {}
        if versions:
            site = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="timeline-bench-")))
            address = servers.enter_context(
                browser.peers_served(at, site, {count for counts in PEERS.values() for count in counts})
            )
            for name, counts in PEERS.items():
                for count in counts:
                    subjects[name, count] = partial(browser.peer, chromium, f"{address}/{browser.PAGES[name]}?count={count}")
        else:
            print("  vis-timeline, TimelineJS: skipped, there is no npm")
        addresses = {count: servers.enter_context(browser.served(path)) for count, path in paths.items()}
        for count, address in addresses.items():
            subjects["ours", count] = partial(browser.ours, chromium, address)
        seen = browser.in_turn(subjects, runs)
        weights = {count: browser.weigh(chromium, address) for count, address in addresses.items()}
    for (name, count), one in seen.items():
        print(f"  {' '.join((name, versions.get(name, ''))):<24}{count:>12,}{one.drawn:>12,.0f}{one.zoomed:>12,.1f}")
    for count in (max(paths), min(paths)):
        compared(seen, count)
    weighed(weights)


def compared(seen: dict[browser.Subject, browser.Seen], count: int) -> None:
    """Print ours of so many, as ratios to each peer at its smallest."""
    ours = seen["ours", count]
    for name, counts in PEERS.items():
        if peer := seen.get((name, counts[0])):
            drawn, zoomed = ours.drawn / peer.drawn, ours.zoomed / peer.zoomed
            said = f"ours at {count:,} to {name} at {counts[0]:,} (aim: below 1)"
            print(f"  {said:<56} drawing {drawn:.2f} {met(drawn < 1)}, zoom {zoomed:.2f} {met(zoomed < 1)}")


def weighed(weights: dict[int, browser.Weight]) -> None:
    """Print bytes, requests and memory of our first page, and the ratio of the largest to the smallest."""
    print("\nthe first page: requests, bytes of all bodies, bytes of our scripts and styles, bytes of heap, nodes")
    for count, weight in weights.items():
        sizes = f"{weight.requests:>4}{weight.size:>12,}{weight.code:>12,}{weight.heap:>14,}{weight.nodes:>9,}"
        print(f"  {count:>12,}{sizes}")
    smallest, largest = weights[min(weights)], weights[max(weights)]
    heap, nodes = largest.heap / smallest.heap, largest.nodes / smallest.nodes
    print(f"  our scripts and styles (aim: at most {AIM_CODE:,}): {met(largest.code <= AIM_CODE)}")
    print(f"  memory, largest to smallest (aim: {AIM_MEMORY}): heap {heap:.2f} {met(heap <= AIM_MEMORY)}, nodes {nodes:.2f}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    parser.add_argument("--skip-browser", action="store_true")
    options = parser.parse_args()
    with folder(options.keep) as at:
        paths = {count: kept(at, count) for count in sorted({SMALL, MIDDLE, options.large or MIDDLE})}
        largest = max(paths)
        server_times(paths[largest], largest, options.runs)
        if options.skip_browser:
            tell("the browser is skipped, as asked for\n")
        elif not browser.CHROMIUM:
            print("\nbrowser: skipped, there is no Chromium")
        else:
            browser_times(paths, at, options.runs)


if __name__ == "__main__":
    main()
