"""How many current happenings begin, end and stand in stretches of time, read from what was counted beforehand.

Owns the reading of the table `density`. What it reads is bounded by FINEST rows for a period of any length. Must not know of
filters: it counts all happenings, or all of one kind.
"""

from collections.abc import Sequence
from typing import NamedTuple

from timeline.selection.snapshot import Snapshot

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


def extent(snapshot: Snapshot, kind: str = "") -> tuple[int, int] | None:
    """Give the first and last day that any current happening, or any of a kind, names; None where there is none."""
    at = "from density where kind = :kind and scale = 0"
    row = snapshot.plain(
        f"select (select bucket {at} order by bucket limit 1) as first, (select bucket {at} order by bucket desc limit 1) as last",
        {"kind": kind},
    )[0]
    return None if row["first"] is None else (row["first"], row["last"])


def touching(snapshot: Snapshot, first: int, last: int, kind: str = "") -> int:
    """Count the happenings that stand between two days, both included."""
    begun = _before(snapshot, "starts", last + 1, kind)
    return begun - _before(snapshot, "ends", first, kind)


def bars(snapshot: Snapshot, first: int, last: int, most: int, kind: str = "") -> Sequence[Bar]:
    """Count in about `most` stretches of equal length that cover the days from first to last; empty ones are left out."""
    scale = scale_of(first, last)
    low, high = first >> scale, last >> scale
    # So many of the counted stretches make one bar; it begins where a multiple of them does, wherever one begins to count.
    width = -(-(high - low + 1) // most)
    low = low // width * width
    rows = snapshot.plain(
        "select (bucket - :low) / :width as bar, sum(starts) as starts, sum(ends) as ends from density"
        " where kind = :kind and scale = :scale and bucket between :low and :high group by 1",
        {"kind": kind, "scale": scale, "low": low, "high": high, "width": width},
    )
    edges = {row["bar"]: (row["starts"], row["ends"]) for row in rows}
    standing = touching(snapshot, first, first - 1, kind)
    found = []
    for number in range(-(-(high - low + 1) // width)):
        begin = (low + number * width) << scale
        end = begin + (width << scale) - 1
        starts, ends = edges.get(number, (0, 0))
        if begin < first or end > last:
            # A counted stretch reaches out of the period: what is in the period is counted by days.
            begin, end = max(begin, first), min(end, last)
            starts, ends = [_between(snapshot, edge, begin, end, kind) for edge in ("starts", "ends")]
        if standing + starts:
            found.append(Bar(max(begin, first), min(end, last), starts, standing + starts))
        standing += starts - ends
    return found


def scale_of(first: int, last: int) -> int:
    """Choose the finest scale at which the days from first to last are no more than FINEST stretches."""
    return next((scale for scale in SCALES if (last >> scale) - (first >> scale) < FINEST), SCALES[-1])


def _between(snapshot: Snapshot, edge: str, first: int, last: int, kind: str) -> int:
    """Count the edges between two days, both included."""
    return _before(snapshot, edge, last + 1, kind) - _before(snapshot, edge, first, kind)


def _before(snapshot: Snapshot, edge: str, day: int, kind: str) -> int:
    """Count the edges before a day: whole stretches of the longest scale, then what is left of each shorter one."""
    parts, params, low = [], {"kind": kind}, None
    for scale in reversed(SCALES):
        high = day >> scale
        begin = f"bucket >= {low} and " if low is not None else ""
        parts.append(
            f"coalesce((select sum({edge}) from density where kind = :kind and scale = {scale} and {begin}bucket < {high}), 0)"
        )
        low = high << (scale - _finer(scale)) if scale else None
    return int(snapshot.plain(f"select {' + '.join(parts)}", params)[0][0])


def _finer(scale: int) -> int:
    place = SCALES.index(scale)
    return SCALES[place - 1] if place else 0
