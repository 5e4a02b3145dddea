"""Measure what comes in: rows a second of a table, against csv and sqlite-utils of the same rows.

The peer reads with csv.DictReader, and inserts in one transaction with sqlite-utils into a table with full-text search kept by
triggers: ours is searchable as well. What it does besides is ours alone: it reads dates and markup, archives the file, cites and
finds each row, hashes it into the log, and fills every read table.
"""

import csv
import io
import json
from itertools import count as numbers
from pathlib import Path

import sqlite_utils
from log import folder
from paired import line, pairs, rate

from timeline import Timeline
from timeline.exchange.importing import run
from timeline.exchange.tables.mapping import Columns

DATA = Path(__file__).parents[3] / "shared" / "data" / "on-this-day" / "events.jsonl"
MAPPING = Columns({"title": "description", "date": {"year": "year", "month": "month", "day": "day"}})
WORDS = "the council of the old harbour city met again and signed a treaty with its neighbours about tolls on salt and grain"


def table(rows: int) -> tuple[str, int, str]:
    """Give a table as CSV, its number of rows, and what it is: happenings of every day of the year, or made ones."""
    if DATA.exists():
        said = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
        told = "happenings of every day of the year"
    else:
        told = "made rows"
        said = [
            {
                "month": 1 + n % 12,
                "day": 1 + n % 28,
                "year": str(1 + n % 2000),
                "description": f"{n}: " + WORDS[n % 31 :],
                "page": f"https://example.org/{n % 366}",
                "links": [f"Name {n % 500}"],
            }
            for n in range(17_056)
        ]
    said = said[:rows] if rows else said
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(said[0].keys())
    writer.writerows(["; ".join(map(str, one)) if isinstance(one, list) else one for one in row.values()] for row in said)
    return out.getvalue(), len(said), told


def measure(rows: int, runs: int) -> None:
    """Measure reading alone, and the whole, and print."""
    text, count, told = table(rows)
    with folder() as made:
        file, fresh = made / "days.csv", numbers()
        file.write_text(text, encoding="utf-8", newline="")

        def read() -> None:
            with file.open(encoding="utf-8", newline="") as opened:
                list(csv.DictReader(opened))

        def insert(*, searchable: bool) -> None:
            database = sqlite_utils.Database(made / f"peer-{next(fresh)}.db")
            database.enable_wal()
            columns = dict.fromkeys(text.partition("\r\n")[0].split(","), str)
            database["days"].create(columns)
            if searchable:
                database["days"].enable_fts(["description", "links"], create_triggers=True)
            with file.open(encoding="utf-8", newline="") as opened:
                database["days"].insert_all(csv.DictReader(opened), batch_size=count)
            database.conn.close()

        def understand() -> None:
            run.understand(file, "csv", mapping=MAPPING)

        def append() -> None:
            with Timeline(made / f"ours-{next(fresh)}.db", by="bench") as timeline:
                plan = run.append(run.understand(file, "csv", mapping=MAPPING), timeline)
                assert plan.counts()["new"] > 0.99 * count, plan.counts()

        reading = pairs(understand, read, runs)
        whole = pairs(append, lambda: insert(searchable=True), runs)
        bare = pairs(append, lambda: insert(searchable=False), 1)
    print(f"In: {count:,} {told}, as CSV with a mapping")
    print(f"  {'csv + sqlite-utils, searchable':<36}{rate(count, whole.peer):>10,.0f} rows/s")
    print(line("import --append", count, whole))
    print(line("  against a table without search", count, bare))
    print(f"  {'csv.DictReader alone':<36}{rate(count, reading.peer):>10,.0f} rows/s")
    print(line("import, reading and understanding", count, reading))
