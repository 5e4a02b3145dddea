"""Measure what goes out: rows a second of each format, against csv and sqlite-utils of the same rows in the same run.

    python tests/bench/exchange.py [--happenings 10000] [--runs 3]

Every line is the median of the runs. The floor selects the same rows, with who took part and what is quoted, through sqlite-utils
and writes them with the csv module; ours reads events, sources and dates, and writes quotations with their sources.
"""

import argparse
import csv
import io
import sqlite3
import statistics
from collections.abc import Callable

import sqlite_utils
from log import entries, folder, seconds, sources

from timeline import Timeline
from timeline.exchange.writing import NAMES, format_named, reading

PLAIN = """SELECT happenings.*, (SELECT group_concat(quote) FROM citations WHERE happening = happenings.id) AS quotations,
(SELECT group_concat(actor) FROM happening_actors WHERE happening = happenings.id) AS actors
FROM happenings ORDER BY earliest_day"""
PICTURES = ("svg", "png")


def floor(connection: sqlite3.Connection) -> None:
    """Write the rows as anybody would."""
    writer = csv.writer(io.StringIO())
    for row in sqlite_utils.Database(connection).query(PLAIN):
        writer.writerow(row.values())


def ours(connection: sqlite3.Connection, name: str) -> None:
    """Write all happenings in a format."""
    format = format_named(name)
    if format.write_log is not None:
        for _ in format.write_log(connection, None, print):
            pass
        return
    positions = [position for (position,) in connection.execute("SELECT position FROM happenings ORDER BY earliest_day")]
    about = reading.about(connection, title="Measured", page="https://example.org/timeline")
    for _ in format.write(reading.happenings(connection, positions), about):
        pass


def rate(work: Callable[[], object], count: int, runs: int) -> float:
    """Tell the median of rows a second."""
    return count / statistics.median(seconds(work) for _ in range(runs))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--happenings", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    count = options.happenings
    with folder() as made, Timeline(made / "timeline.db", by="bench") as timeline:
        timeline.append_many(sources(count))
        timeline.append_many(entries(0, count))
        connection = timeline.log.connection
        plain = rate(lambda: floor(connection), count, options.runs)
        print(f"{'csv + sqlite-utils':20} {plain:>10,.0f} rows/s")
        for name in NAMES:
            if name in PICTURES:
                continue
            found = rate(lambda name=name: ours(connection, name), count, options.runs)  # type: ignore[misc]
            print(f"{name:20} {found:>10,.0f} rows/s  {found / plain:>6.2f} of it")


if __name__ == "__main__":
    main()
