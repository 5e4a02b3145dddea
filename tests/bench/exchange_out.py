"""Measure what goes out: rows a second of each format, against csv and sqlite-utils of the same rows.

The peer selects what our CSV says, from the same file: the columns of the happening, who took part and as what, tags, ties, and
each quotation with what its source is called; it writes them with the csv module. Ours reads the log itself, and says dates in
words.
"""

import csv
import io
import sqlite3

import sqlite_utils
from log import entries, folder, sources
from paired import line, pairs, rate

from timeline import Timeline
from timeline.exchange import formats
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.reading.happenings import at_positions

SAME_ROWS = """
SELECT happenings.*,
    (SELECT group_concat(name || coalesce(' (' || role || ')', ''), '; ')
     FROM happening_actors JOIN actors ON actors.id = actor WHERE happening = happenings.id) AS actors,
    (SELECT group_concat(tag, '; ') FROM happening_tags WHERE happening = happenings.id) AS tags,
    (SELECT group_concat(relation || ': ' || other, '; ') FROM related WHERE happening = happenings.id) AS related,
    (SELECT group_concat(source, '; ') FROM citations WHERE happening = happenings.id) AS cited,
    (SELECT group_concat(quote || ' (' || sources.title || ')', char(10))
     FROM citations JOIN sources ON sources.id = source WHERE happening = happenings.id) AS quotations
FROM happenings ORDER BY earliest_day
"""
PICTURES = ("svg", "png")  # of so many, they draw how many there were


def peer(connection: sqlite3.Connection) -> None:
    """Write the rows as anybody would."""
    writer = csv.writer(io.StringIO())
    for row in sqlite_utils.Database(connection).query(SAME_ROWS):
        writer.writerow(row.values())


def ours(connection: sqlite3.Connection, name: str) -> None:
    """Write all happenings in a format."""
    format = format_named(name)
    if format.write_log is not None:
        for _ in format.write_log(connection, None, print):
            pass
        return
    positions = [position for (position,) in connection.execute("SELECT position FROM happenings ORDER BY earliest_day")]
    about = About.read(connection, title="Measured", page="https://example.org/timeline")
    for _ in format.write(at_positions(connection, positions), about):
        pass


def measure(count: int, runs: int) -> None:
    """Measure every format, and print."""
    with folder() as made:
        with Timeline(made / "timeline.db", by="bench") as timeline:
            timeline.append_many(sources(count))
            timeline.append_many(entries(0, count))
        with Timeline(made / "timeline.db", read_only=True) as timeline:
            connection = timeline.log.connection
            names = [name for name in formats.written_names() if name not in PICTURES]
            found = {name: pairs(lambda name=name: ours(connection, name), lambda: peer(connection), runs) for name in names}  # type: ignore[misc]
    fastest = rate(count, [one for pair in found.values() for one in pair.peer])
    print(f"Out: {count:,} happenings with an actor and a quotation each; csv + sqlite-utils {fastest:,.0f} rows/s")
    for name, pair in found.items():
        print(line(name, count, pair))
