"""The happenings of a drawing: read by the index that fits, in short, with what their marks and shapes need.

Owns the statements. Each reads a bounded number of rows, however large the timeline. Must not decide what matches.
"""

import json
import math
from collections.abc import Iterable, Sequence
from sqlite3 import Row

from datasette.database import Database

from timeline.web import working
from timeline.web.drawing import shape
from timeline.web.drawing.counts import Bar
from timeline.web.pages import keys
from timeline.web.pages.choose import Chosen

# So many matches can be read one by one; where there are more, they are counted or sampled.
FEW = 10_000
# How many of each stretch are looked at where not all can be; how many of those that began before a window are handed over,
# and how many looked at.
SAMPLE, ONGOING, LOOKED_AT = 30, 120, 2_000
LONGEST_TITLE = 160

_COLUMNS = (
    "date", "earliest_day", "latest_day", "kind", "place", "attributed_to", "part_of", "status", "sources", "citations", "version",
    "position",
)  # fmt: skip


def _columns(table: str, near: str = "0") -> str:
    named = ", ".join(f"{table}.{column}" for column in ("id", *_COLUMNS))
    return (
        f"{named}, {near} as near, substr({table}.title, 1, {LONGEST_TITLE + 1}) as title,"
        f" {int(table != 'happenings')} as superseded,"
        f" exists (select 1 from citations where citations.happening = {table}.id and stance = 'disputes') as disputed"
    )


async def matching(database: Database, chosen: Sequence[Chosen], first: float, last: float) -> list[Row]:
    """Read all that was chosen and stands from a day to the end of another; of each table, no more than FEW are looked at.

    With parts of a day behind the point, from that instant to one a day later than `last`.
    """
    found: list[Row] = []
    for one in chosen:
        rows = await database.execute(
            f"select {_columns(one.table, one.near)} from {one.table} where {one.sql}"
            f" and coalesce(earliest_day, latest_day) <= :last_day and coalesce(latest_day, 9e15) >= :first_day limit {FEW}",
            {**one.params, "first_day": math.floor(first), "last_day": math.ceil(last)},
        )
        found += await working.in_thread(_standing, rows.rows, first, last)
    return found


def _standing(rows: Sequence[Row], first: float, last: float) -> list[Row]:
    return [row for row in rows if (days := shape.placed(row)) and days[0] < last + 1 and days[1] > first]


async def at(database: Database, position: int, *, superseded: bool) -> Row:
    """Read the happening, as it stands or as it once stood, that the event at a position recorded."""
    table = "happening_versions" if superseded else "happenings"
    found: Row = (await database.execute(f"select {_columns(table)} from {table} where position = :at", {"at": position})).rows[0]
    return found


async def beginning(database: Database, bars: Iterable[Bar], kind: str) -> list[Row]:
    """Read the current happenings, or those of a kind, that begin in these stretches."""
    index, test = _by_time(kind)
    rows = await database.execute(
        f"select {_columns('happenings')} from json_each(:bars) as bar cross join happenings indexed by {index}"
        f" where {test} and {_WITHIN} and status = 'current'",
        {"bars": _ranges(bars), "kind": kind},
    )
    return list(rows.rows)


async def heads(database: Database, bars: Sequence[Bar], kind: str, most: int) -> dict[Bar, list[Row]]:
    """Read the first current happenings, or those of a kind, of each stretch."""
    looked_at = await sample(database, None, bars, kind, most) if bars else {}
    return {bar: [row for row in rows if row["status"] == "current"] for bar, rows in looked_at.items()}


async def unplaced(database: Database, chosen: Sequence[Chosen]) -> int:
    """Count what was chosen, a few, and has a date without any day to stand at, such as `../..`."""
    total = 0
    for one in chosen:
        undated = f"earliest_day is null and latest_day is null and date is not null and {one.sql}"
        rows = await database.execute(f"select count(*) from (select 1 from {one.table} where {undated} limit {FEW})", one.params)
        total += rows.rows[0][0]
    return total


async def unplaced_of_all(database: Database, kind: str) -> int:
    """Count the current happenings, or those of a kind, that have a date without any day; they come last in time order."""
    index, test = _by_time(kind)
    rows = await database.execute(
        f"select count(*) from (select 1 from happenings indexed by {index} where {test} and {keys.FIRST} = 9e15"
        f" and date is not null and status = 'current' limit {FEW})",
        {"kind": kind},
    )
    return int(rows.rows[0][0])


async def ongoing(database: Database, day: int, kind: str, chosen: Chosen | None = None) -> list[Row]:
    """Read current happenings that began before a day and had not ended by then: the longest first, and not all.

    Those of another kind are left out. `matches` tells which are among the chosen.
    """
    rows = await database.execute(
        f"""
        select {_columns("happenings")}, {f"({chosen.sql})" if chosen else "1"} as matches from (
            select position as at from spans where magnitude = 62 and first_day < :day
            union all
            select spans.position from json_each(:magnitudes) as bits cross join spans
            where magnitude = bits.value and first_day >= :day - (1 << bits.value) and first_day < :day and last_day >= :day
            limit {LOOKED_AT if chosen else ONGOING}
        ) as begun cross join happenings on happenings.position = begun.at
        where happenings.status = 'current' and :base_kind in ('', happenings.kind)
        """,
        {**(chosen.params if chosen else {}), "day": day, "magnitudes": _MAGNITUDES, "base_kind": kind},
    )
    return list(rows.rows)


_MAGNITUDES = json.dumps(list(range(52, 0, -1)))


async def sample(
    database: Database, chosen: Chosen | None, bars: Sequence[Bar], kind: str, most: int = SAMPLE
) -> dict[Bar, list[Row]]:
    """Look at the first happenings of each stretch; `matches` tells which are among the chosen."""
    index, test = _by_time(kind)
    rows = await database.execute(
        f"""
        select bar.key as bar, {_columns("happenings")}, ({chosen.sql if chosen else "1"}) as matches
        from json_each(:bars) as bar cross join happenings on happenings.id in (
            select near.id from happenings as near indexed by {index}
            where {test} and {_WITHIN} limit {most}
        )
        """,
        {**(chosen.params if chosen else {}), "bars": _ranges(bars), "kind": kind},
    )
    found: dict[Bar, list[Row]] = {}
    for row in rows.rows:
        found.setdefault(bars[row["bar"]], []).append(row)
    return found


_WITHIN = f"{keys.FIRST} between json_extract(bar.value, '$[0]') and json_extract(bar.value, '$[1]')"


def _by_time(kind: str) -> tuple[str, str]:
    """Give the index along which happenings, or those of a kind, stand in time order, and the condition for it."""
    return ("happenings_kind", "kind = :kind") if kind else (keys.TIME_INDEX, "1")


def _ranges(bars: Iterable[Bar]) -> str:
    return json.dumps([[bar.first, bar.last] for bar in bars])
