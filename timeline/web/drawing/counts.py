"""How many current happenings begin, end and stand in stretches of time, read from what was counted beforehand.

Owns the reading of the table `density`. What it reads is bounded by FINEST rows for a period of any length. Must not know of
filters: it counts all happenings, or all of one kind.
"""

from collections.abc import Sequence
from typing import NamedTuple

from datasette.database import Database

# The lengths of the stretches, as powers of two, in days; as in density.sql.
SCALES = (0, 7, 14, 21, 28, 42)
# No more stretches than this are read for one answer.
FINEST = 16_384


class Bar(NamedTuple):
    """A stretch of days, the last one included: how many begin in it, and how many touch it."""

    first: int
    last: int
    starts: int
    touching: int


async def extent(database: Database, kind: str = "") -> tuple[int, int] | None:
    """Give the first and last day that any current happening, or any of a kind, names; None where there is none."""
    at = "from density where kind = :kind and scale = 0"
    row = (
        await database.execute(
            f"select (select bucket {at} order by bucket limit 1) as first,"
            f" (select bucket {at} order by bucket desc limit 1) as last",
            {"kind": kind},
        )
    ).rows[0]
    return None if row["first"] is None else (row["first"], row["last"])


async def touching(database: Database, first: int, last: int, kind: str = "") -> int:
    """Count the happenings that stand between two days, both included."""
    begun = await _before(database, "starts", last + 1, kind)
    return begun - await _before(database, "ends", first, kind)


async def bars(database: Database, first: int, last: int, most: int, kind: str = "") -> Sequence[Bar]:
    """Count in up to `most` stretches of equal length that cover the days from first to last; empty ones are left out."""
    scale = scale_of(first, last)
    low, high = first >> scale, last >> scale
    # So many of the counted stretches make one bar.
    width = -(-(high - low + 1) // most)
    rows = await database.execute(
        "select (bucket - :low) / :width as bar, sum(starts) as starts, sum(ends) as ends from density"
        " where kind = :kind and scale = :scale and bucket between :low and :high group by 1",
        {"kind": kind, "scale": scale, "low": low, "high": high, "width": width},
    )
    edges = {row["bar"]: (row["starts"], row["ends"]) for row in rows.rows}
    standing = await touching(database, first, first - 1, kind)
    found = []
    for number in range(-(-(high - low + 1) // width)):
        begin = (low + number * width) << scale
        end = begin + (width << scale) - 1
        starts, ends = edges.get(number, (0, 0))
        if begin < first or end > last:
            # A counted stretch reaches out of the period: what is in the period is counted by days.
            begin, end = max(begin, first), min(end, last)
            starts, ends = [await _between(database, edge, begin, end, kind) for edge in ("starts", "ends")]
        if standing + starts:
            found.append(Bar(max(begin, first), min(end, last), starts, standing + starts))
        standing += starts - ends
    return found


def scale_of(first: int, last: int) -> int:
    """Choose the finest scale at which the days from first to last are no more than FINEST stretches."""
    return next((scale for scale in SCALES if (last >> scale) - (first >> scale) < FINEST), SCALES[-1])


async def _between(database: Database, edge: str, first: int, last: int, kind: str) -> int:
    """Count the edges between two days, both included."""
    return await _before(database, edge, last + 1, kind) - await _before(database, edge, first, kind)


async def _before(database: Database, edge: str, day: int, kind: str) -> int:
    """Count the edges before a day: whole stretches of the longest scale, then what is left of each shorter one."""
    parts, params, low = [], {"kind": kind}, None
    for scale in reversed(SCALES):
        high = day >> scale
        begin = f"bucket >= {low} and " if low is not None else ""
        parts.append(
            f"coalesce((select sum({edge}) from density where kind = :kind and scale = {scale} and {begin}bucket < {high}), 0)"
        )
        low = high << (scale - _finer(scale)) if scale else None
    row = (await database.execute(f"select {' + '.join(parts)} as edges", params)).rows[0]
    return int(row["edges"])


def _finer(scale: int) -> int:
    place = SCALES.index(scale)
    return SCALES[place - 1] if place else 0
