"""As of a day: the position that the log had reached at its end.

Owns that search, in as many looks as the position has bits, and the words for it. Must not change what was typed: the
page's addresses keep the day, so that it can be told from a position.
"""

from dataclasses import replace

from datasette.database import Database

from timeline import dates
from timeline.web.pages import frame, period, when
from timeline.web.pages.state import State

# From all positions, to the half in which the moment lies, to half of that, until one is left.
_LAST_BEFORE = (
    "with recursive half(low, high) as ("
    "select 0, coalesce((select max(position) from events), 0)"
    " union all"
    " select iif(recorded_at < :moment, position, low), iif(recorded_at < :moment, high, position - 1)"
    " from half cross join events on position = (low + high + 1) / 2 where low < high"
    ") select low from half where low = high"
)
# RFC 3339 goes no further; the comparison is of texts.
_YEARS = range(1, 10_000)


async def resolved(database: Database, state: State) -> State:
    """Give the state with the position that its day stands for, where it has one."""
    if state.as_of_day is None:
        return state
    return replace(state, as_of=await position(database, state.as_of_day))


async def position(database: Database, text: str) -> int:
    """Give the last position that was recorded by the end of a typed day, month or year, in UTC; 0 where there is none."""
    last = period.last_day(text)
    year, month, day = dates.civil((last or 0) + 1)
    if year not in _YEARS:
        return 0 if year < 1 else await frame.log_end(database)
    rows = await database.execute(_LAST_BEFORE, {"moment": f"{year:04}-{month:02}-{day:02}"})
    return int(rows.rows[0][0]) if rows.rows else 0


def said(state: State) -> str | None:
    """Say the day that was typed, within a sentence; None where a position was."""
    return when.words(period.edtf(state.as_of_day)) if state.as_of_day else None
