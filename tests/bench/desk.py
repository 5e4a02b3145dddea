"""Measure the service: appends over HTTP, the lag of live events, many subscribers, pages while others append, suggestions.

    python tests/bench/desk.py [--events 400] [--subscribers 500] [--runs 3]

The server runs in a process of its own. Appends are compared with `Timeline.append` in this process, batches with `append_many`,
both to a copy of the same file and in turn. Every figure is a median of the runs; nothing is asserted.
"""

import argparse
import json
import selectors
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

from desk_server import Client, listen, serving

from timeline import Timeline, suggestions

LINES, JSON = "application/x-ndjson", "application/json"
BATCH = 100
AIMS = {"one connection": 0.5, "eight connections": 0.5, "batches of 100": 0.8}
WORDS = "The council of Marrakech met with delegates and recorded a decision in its minutes. "
SEEDS = Path(__file__).parents[2] / "seeds"
_numbers = count()


def entry() -> dict[str, Any]:
    """Give the entry of a new happening."""
    number = next(_numbers)
    return {
        "happening": {
            "id": f"decision-{number}",
            "title": f"The council records decision {number}",
            "date": f"{1500 + number % 500}-{1 + number % 12:02}-{1 + number % 28:02}",
            "kind": "decision",
            "actors": [{"name": f"Delegate {number % 1000}", "role": "delegate"}],
            "citations": [{"source": "minutes", "quote": "recorded a decision in its minutes"}],
        }
    }


def build(path: Path, happenings: int = 2_000) -> Path:
    """Make a timeline."""
    with Timeline(path, by="bench") as timeline:
        timeline.archive(text=WORDS, id="minutes", title="Minutes")
        timeline.append_many(entry() for _ in range(happenings))
    return path


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def by_http(port: int, entries: Sequence[dict[str, Any]], connections: int) -> float:
    """Append entries one by one over so many connections at once."""
    clients = [Client(port) for _ in range(connections)]
    for client in clients:
        client.get("/-/versions.json")

    def work(client: Client, own: Sequence[dict[str, Any]]) -> None:
        for one in own:
            client.append(json.dumps(one), JSON, ADDRESS)

    threads = [threading.Thread(target=work, args=(client, entries[number::connections])) for number, client in enumerate(clients)]
    return seconds(lambda: ([one.start() for one in threads], [one.join() for one in threads]))


ADDRESS = "/served/-/timeline/append"


def batches(entries: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    """Divide entries."""
    iterator = iter(entries)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def appends(port: int, ours: Path, events: int, runs: int) -> None:
    """Print the appends a second, and their ratio to the same in this process."""
    client = Client(port)

    def one_by_one() -> float:
        entries = [entry() for _ in range(events)]
        with Timeline(ours, by="bench") as timeline:
            return seconds(lambda: [timeline.append(one) for one in entries])

    def many() -> float:
        entries = [entry() for _ in range(events * 5)]
        with Timeline(ours, by="bench") as timeline:
            return seconds(lambda: [timeline.append_many(batch) for batch in batches(entries)])

    def many_by_http() -> float:
        bodies = ["".join(f"{json.dumps(one)}\n" for one in batch) for batch in batches([entry() for _ in range(events * 5)])]
        return seconds(lambda: [client.append(body, LINES, ADDRESS) for body in bodies])

    measured: dict[str, tuple[Callable[[], float], Callable[[], float], int]] = {
        "one connection": (lambda: by_http(port, [entry() for _ in range(events)], 1), one_by_one, events),
        "eight connections": (lambda: by_http(port, [entry() for _ in range(events)], 8), one_by_one, events),
        "batches of 100": (many_by_http, many, events * 5),
    }
    print(f"\nappends a second over HTTP, and in this process (`append`, `append_many`); ratio, least and most of {runs}")
    for name, (served, here, total) in measured.items():
        pairs = [(served(), here()) for _ in range(runs + 1)][1:]
        ratios = [own / by for by, own in pairs]
        rates = [total / statistics.median(column) for column in zip(*pairs, strict=True)]
        ratio = statistics.median(ratios)
        spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
        print(
            f"  {name:<24}{rates[0]:>9,.0f}{rates[1]:>9,.0f}{ratio:>7.2f} {spread}  aim {AIMS[name]} {met(ratio >= AIMS[name])}",
            flush=True,
        )


def met(good: bool) -> str:
    """Say whether an aim was met."""
    return "met" if good else "MISSED"


def lag(port: int, path: Path, subscribers: int, events: int, pause: float) -> None:
    """Print how long after an append its event is with each of so many subscribers."""
    clients = [listen(port, "served") for _ in range(subscribers)]
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client, selectors.EVENT_READ)
        first, last = list[float](), list[float]()
        with Timeline(path, by="another") as timeline:
            for number in range(events):
                time.sleep(pause * (0.5 + number % 7 / 7))
                timeline.append(entry())
                begun = time.perf_counter()
                waiting = set(clients)
                while waiting:
                    for key, _ in selector.select(30):
                        if b"data:" in key.fileobj.recv(65_536) and key.fileobj in waiting:  # type: ignore[union-attr]
                            waiting.discard(key.fileobj)  # type: ignore[arg-type]
                            (first if len(waiting) == subscribers - 1 else last).append(time.perf_counter() - begun)
                            if not waiting and subscribers == 1:
                                last.append(first[-1])
    for client in clients:
        client.close()
    half, most = (sorted(last)[min(len(last) - 1, int(len(last) * share))] * 1000 for share in (0.5, 0.99))
    print(f"  {subscribers:>4} subscribers  p50 {half:>6.0f}  p99 {most:>6.0f}  aim p99 500 {met(most < 500)}", flush=True)


def pages(port: int, runs: int) -> None:
    """Print how long pages take while eight append, and while nobody does."""
    addresses = {"timeline page": "/served/-/timeline?size=20&kind=x{}", "table page": "/served/sources?_x={}"}
    stop = threading.Event()

    def write() -> None:
        client = Client(port)
        while not stop.is_set():
            client.append(json.dumps(entry()), JSON, ADDRESS)

    def times() -> dict[str, float]:
        client, number = Client(port), count()
        return {
            name: statistics.median(seconds(lambda at=address: client.get(at.format(next(number)))) for _ in range(20 * runs))
            for name, address in addresses.items()
        }

    quiet = times()
    threads = [threading.Thread(target=write) for _ in range(8)]
    for one in threads:
        one.start()
    busy = times()
    stop.set()
    for one in threads:
        one.join()
    print("\npages, in milliseconds: alone, while eight append; ratio")
    for name in addresses:
        ratio = busy[name] / quiet[name]
        print(f"  {name:<24}{quiet[name] * 1000:>9.1f}{busy[name] * 1000:>9.1f}{ratio:>7.2f}  aim 2 {met(ratio < 2)}", flush=True)


def suggested(runs: int) -> None:
    """Print how many texts a second dates are suggested for."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))] or [WORDS]
    taken = [seconds(lambda: [list(suggestions.dates_in(text, "2025-11-28", "en")) for text in texts]) for _ in range(3 * runs)]
    median = statistics.median(taken)
    print(f"\nsuggestions: {len(texts) / median:,.0f} texts a second, {sum(map(len, texts)) / median / 1e6:.2f} million characters")


def run() -> None:
    """Measure all of it in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--subscribers", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="timeline-bench-") as name:
        ours, path = build(Path(name) / "ours.db"), Path(name) / "served.db"
        shutil.copy(ours, path)
        with serving(path) as port:
            appends(port, ours, given.events, given.runs)
            print("\nlag of live events, in milliseconds, from the end of an append to the subscriber")
            lag(port, path, 1, 60 * given.runs, 0.05)
            lag(port, path, given.subscribers, 10 * given.runs, 0.3)
            pages(port, given.runs)
    suggested(given.runs)


if __name__ == "__main__":
    run()
