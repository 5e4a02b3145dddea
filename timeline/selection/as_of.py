"""As of a day: find the last position that was recorded on or before it.

Owns that binary search. Must not change the typed text: page addresses keep the day, because a position would mean something else.
"""

from dataclasses import replace
from typing import Final

from timeline import dates
from timeline.selection import period
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State

# Binary search: halve the range of positions until one is left.
_LAST_BEFORE: Final = """
with recursive half(low, high) as (
  select 0, coalesce((select max(position) from events), 0)
  union all
  select iif(recorded_at < :moment, position, low), iif(recorded_at < :moment, high, position - 1)
  from half cross join events on position = (low + high + 1) / 2 where low < high
) select low from half where low = high
"""
# RFC 3339 has no other years, and the timestamps are compared as text.
_YEARS: Final = range(1, 10_000)


def resolved(snapshot: Snapshot, state: State) -> State:
    """Return the state with its day replaced by a position, if it has a day."""
    return state if state.as_of_day is None else replace(state, as_of=position(snapshot, state.as_of_day))


def position(snapshot: Snapshot, text: str) -> int:
    """Return the last position recorded by the end of a typed day, month or year, in UTC; 0 if there is none."""
    last = period.last_day(text)
    year, month, day = dates.civil((last or 0) + 1)
    if year not in _YEARS:
        return 0 if year < 1 else snapshot.end
    rows = snapshot.plain(_LAST_BEFORE, {"moment": f"{year:04}-{month:02}-{day:02}"})
    return int(rows[0][0]) if rows else 0
