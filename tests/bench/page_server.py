"""Time what the server answers for tests/bench/page.py, in this process, against Datasette's own table page of the same file.

Views, lists and a happening are asked for now, and as of the position before the corrections.

Owns which addresses are asked and how often. Must not start a browser.
"""

import sqlite3
import statistics
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from datasette.app import Datasette
from page_timeline import tell

VIEWS = {
    "4,030 years": "-2000-01-01/2030-01-01",
    "500 years": "1500-01-01/2000-01-01",
    "10 years": "1900-01-01/1910-01-01",
    "a month": "1944-06-01/1944-07-01",
    "a day": "1944-06-06/1944-06-07",
}
ASKED = {
    "": "",
    ", treaty": "&q=treaty",
    ", the": "&q=the",
    ", lanes by kind": "&lanes=kind",
    ", lanes by actor": "&lanes=actor",
}
# On a busy machine the peer reaches its limit of a second and refuses; then it would have no figure. Ours keeps that limit.
UNHURRIED = {"sql_time_limit_ms": 60_000}


@dataclass(frozen=True, slots=True)
class Answer:
    """How long an address took, in seconds: the first time, and the median of the runs after it; and the size of its body."""

    name: str
    first: float
    median: float
    size: int
    then: float | None = None  # the median as of the past


def addresses(database: str) -> dict[str, str]:
    """Name what is asked: the peer first, then its rows alone, then the overview, the views, and the page."""
    timeline, table = f"/{database}/-/timeline", f"/{database}/happenings"
    asked = {
        "Datasette's table page": table,
        "its rows alone, by their key": f"{table}?_sort=id&_nocount=1&_nofacet=1&_nosuggest=1",
        "overview": f"{timeline}/drawing/overview",
    }
    for more, query in ASKED.items():
        for zoom, view in VIEWS.items():
            asked[f"view of {zoom}{more}"] = f"{timeline}/drawing/view?view={view}&width=1200{query}"
    asked["the whole page"] = timeline
    asked["a list by actor"] = f"{timeline}?actor=soviet-union"
    asked["the sources"] = f"{timeline}/sources?sort=weight"
    asked["a happening"] = f"{timeline}/otd-100-0"
    return asked


def before_corrections(path: Path) -> int:
    """Return the position before the first correction."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("select min(position) - 1 from events where type = 'HappeningCorrected'").fetchone()[0])


async def answers(path: Path, runs: int) -> list[Answer]:
    """Ask for every address. Stops at whatever is not answered with 200."""
    found, past = [], f"as_of={before_corrections(path)}"
    for name, address in addresses(path.stem).items():
        tell(f"\r{name:<40}")
        answer = await ask(path, name, address, runs)
        if "/-/timeline" in address:
            then = await ask(path, name, f"{address}{'&' if '?' in address else '?'}{past}", runs)
            answer = replace(answer, then=then.median)
        found.append(answer)
    tell("\n")
    return found


async def ask(path: Path, name: str, address: str, runs: int) -> Answer:
    """Ask a Datasette that has just been started, once and then so many times. SystemExit where that is not answered with 200."""
    datasette = Datasette([str(path)], settings={} if "/-/timeline" in address else UNHURRIED)
    await datasette.client.get("/-/versions.json")
    await datasette.client.get("/")  # it reads the schema before it answers anything
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        response = await datasette.client.get(address)
        times.append(time.perf_counter() - start)
        if response.status_code != 200:
            raise SystemExit(f"{address}: answered with {response.status_code}, expected 200: {response.text[:200]}")
    for database in datasette.databases.values():
        database.close()
    return Answer(name, times[0], statistics.median(times[1:]), len(response.content))
