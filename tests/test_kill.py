"""A process that is killed leaves all of an append or none of it."""

import multiprocessing
import random
import sqlite3
import time
from multiprocessing.connection import Connection
from pathlib import Path

from shares import EVERY_CASE

from timeline import Timeline

KILLS = 300 if EVERY_CASE else 60
TEXT = "These very words were kept."


def append_until_killed(path: Path, acknowledge: Connection) -> None:
    """Append three happenings at a time, and tell each time that they stand; first, that it begins."""
    acknowledge.send(0)
    with Timeline(path, by="victim") as timeline:
        source = timeline.archive(text=TEXT, id="source", title="Source")
        number = timeline.log.size()
        while True:
            number += 3
            cited = {"date": "2003", "tags": ["t"], "citations": [source.quote("These very words")]}
            timeline.append_many({"id": f"h-{number}-{part}", "title": f"Part {part}", **cited} for part in range(3))
            acknowledge.send(number)


def test_killed_at_any_instant_nothing_is_half_done_and_nothing_acknowledged_is_lost(path: Path) -> None:
    """Many kills, at random instants of appends of three events each: all three stand, or none; the tables agree."""
    forks = multiprocessing.get_context("forkserver")  # of a small process: this one holds all that was tested before
    forks.set_forkserver_preload(["timeline.timeline"])
    chance = random.Random(20251124)  # noqa: S311 - the same instants each time, not a secret
    acknowledged = 0
    for _ in range(KILLS):
        here, there = forks.Pipe(duplex=False)
        process = forks.Process(target=append_until_killed, args=(path, there))
        process.start()
        there.close()
        acknowledged = max([acknowledged, *(here.recv() for _ in range(chance.randint(1, 3)))])  # a busy machine still writes
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        process.join()
        acknowledged = max([acknowledged, *received(here)])
        check(path, acknowledged)
    assert acknowledged > KILLS
    with Timeline(path, read_only=True) as timeline:
        assert timeline.verify().faults == ()


def received(pipe: Connection) -> list[int]:
    """Collect what a killed process had acknowledged."""
    numbers = []
    try:
        while pipe.poll():
            numbers.append(pipe.recv())
    except EOFError:
        pass
    return numbers


def check(path: Path, acknowledged: int) -> None:
    """Make sure that the log is whole, and the read tables say what it says."""
    connection = sqlite3.connect(path)
    if acknowledged:
        size, last = connection.execute("SELECT count(*), max(position) FROM events").fetchone()
        happenings, sources, indexed = connection.execute(
            "SELECT (SELECT count(*) FROM happenings), (SELECT count(*) FROM sources),"
            " (SELECT count(*) FROM happenings_fts WHERE happenings_fts MATCH 'part')"
        ).fetchone()
        assert (size, happenings, sources) == (last, size - 1, 1)
        assert indexed == happenings
        assert happenings % 3 == 0
        assert connection.execute("SELECT 1 FROM happenings WHERE id = ?", [f"h-{acknowledged}-2"]).fetchone()
    connection.close()
