"""The happenings of one page of the timeline, and how many there are.

Owns how they are fetched: in time order, from a place in it and never by counting off rows; along the time order where
matches are met soon, and by sorting what the rarest filter lists where they are few. Must not decide what matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row

from datasette.database import Database, QueryInterrupted

from timeline.web.pages import choose, keys
from timeline.web.pages.choose import Chosen
from timeline.web.pages.keys import Key
from timeline.web.pages.state import State

# Counting goes no further: beyond it, a count says "more than".
COUNT_TO = 10_000
# Time enough to count so far; what takes longer is too much to look through.
COUNTING_MS = 400
# How much longer the way along the time order may be than if matches were spread evenly over it.
SKEW = 10
_COLUMNS = (
    "id, title, summary, date, date_note, year, kind, place, part_of, attributed_to, status, sources, citations, version,"
    f" recorded_at, position, {keys.COLUMNS}"
)


@dataclass(frozen=True)
class Page:
    """The rows of a page in time order, and the places from which the pages before and after it go on."""

    rows: Sequence[Row]
    superseded: frozenset[int]
    earlier: Key | None
    later: Key | None


async def count(database: Database, chosen: Sequence[Chosen]) -> int | None:
    """Count matches, no further than COUNT_TO + 1; None where even that takes too long."""
    total = 0
    for one in chosen:
        sql = f"select count(*) from (select 1 {one.counting.sql} limit {COUNT_TO + 1})"
        try:
            total += (await database.execute(sql, one.params, custom_time_limit=COUNTING_MS)).rows[0][0]
        except QueryInterrupted:
            return None
    return min(total, COUNT_TO + 1)


async def found(database: Database, chosen: Sequence[Chosen], within: int) -> tuple[Sequence[Chosen], int | None]:
    """Count what was chosen, as `count` does; and where it is counted in full, choose those very happenings instead.

    Looks no longer than `within` milliseconds. So what is asked next of a few, in whatever order, is not looked for again.
    """
    few, total = [], 0
    for one in chosen:
        key = "id" if one.table == "happenings" else "position"
        sql = (
            f"select count(*), json_group_array(key) from (select {one.table}.{key} as key {one.counting.sql} limit {COUNT_TO + 1})"
        )
        try:
            number, listed = (await database.execute(sql, one.params, custom_time_limit=within)).rows[0]
        except QueryInterrupted:
            return chosen, None
        total += number
        few.append(choose.listed(one.table, key, listed, one))
    return (few, total) if total <= COUNT_TO else (chosen, COUNT_TO + 1)


async def fetch(database: Database, state: State, chosen: Sequence[Chosen], counted: int | None) -> Page:
    """Fetch a page of what was chosen. Raises QueryInterrupted where that takes too long."""
    found: list[Row] = []
    superseded: set[int] = set()
    for one in chosen:
        rows = (await database.execute(sql(state, one, along=is_walked(state, one, counted)), _params(state, one))).rows
        found += rows
        if one.table == "happening_versions":
            superseded.update(row["position"] for row in rows)
    found.sort(key=key, reverse=state.backwards)
    more, page = len(found) > state.size, found[: state.size]
    if state.backwards:
        page.reverse()
        earlier, later = more, state.before is not None
    else:
        earlier, later = state.after is not None, more
    return Page(
        page,
        frozenset(superseded),
        key(page[0]) if earlier and page else None,
        key(page[-1]) if later and page else None,
    )


def is_walked(state: State, chosen: Chosen, counted: int | None) -> bool:
    """Say whether a page's matches are likely met sooner along the time order than by listing and sorting."""
    if chosen.walking is None or chosen.listing is None:
        return False
    matches = max(chosen.expected, COUNT_TO) if counted is None or counted > COUNT_TO else counted
    return SKEW * (state.size + 1) * chosen.walking.rows < chosen.listing.rows * matches


def sql(state: State, chosen: Chosen, *, along: bool) -> str:
    """Give the statement that fetches one row more than a page from one table."""
    way = chosen.walking if along and chosen.walking else chosen.counting
    place = f" and {keys.beyond(backwards=state.backwards, indexed=along)}" if state.after or state.before else ""
    order = keys.order(backwards=state.backwards, indexed=along)
    return f"select {_COLUMNS}, {chosen.near} as near {way.sql}{place} order by {order} limit {state.size + 1}"


def key(row: Row) -> Key:
    """Give the place of a row in the time order."""
    return Key(int(row["key_first"]), int(row["key_second"]), int(row["key_last"]), row["date"] or "", row["id"])


def _params(state: State, chosen: Chosen) -> choose.Params:
    place = state.before or state.after
    return {**chosen.params, **(keys.params(place) if place else {})}
