"""The happenings of one page of the timeline, and how many there are.

Owns how they are fetched: in time order, from a place in it and never by counting off rows, along the index where
matches are plentiful and by sorting where they are few. Must not decide what matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row

from datasette.database import Database, QueryInterrupted

from timeline.web.pages import choose, keys
from timeline.web.pages.choose import Chosen
from timeline.web.pages.keys import Key
from timeline.web.pages.state import State

# Counting goes no further: beyond it, a count says "more than".
COUNT_TO = 10_000
# Of a filter that matches in another table, no more matches than these are listed before they are looked at.
LIST_TO = 20_000
_COLUMNS = (
    "id, title, summary, date, date_note, year, kind, place, part_of, attributed_to, status, sources, citations, version,"
    f" recorded_at, position, {keys.FIRST} as key_first, {keys.LAST} as key_last"
)
# Every retraction took the place of an earlier version, and there is an index of those: few, where the table is large.
_RETRACTIONS = "happenings.position in (select known_until from happening_versions where known_until is not null)"


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
        sql = f"select count(*) from (select 1 from {one.table} where {one.sql} limit {COUNT_TO + 1})"
        try:
            total += (await database.execute(sql, one.params)).rows[0][0]
        except QueryInterrupted:
            return None
    return min(total, COUNT_TO + 1)


async def common(database: Database, state: State, actor: str | None) -> frozenset[str]:
    """Name the filters elsewhere that match so often that listing their matches would take longer than trying."""
    found = set()
    for name, (table, _, _, test) in choose.ELSEWHERE.items():
        if name in state.given:
            sql = f"select count(*) from (select 1 from {table} where {test} limit {LIST_TO + 1})"
            rows = await database.execute(sql, {name: choose.elsewhere(state, actor, name)})
            if rows.rows[0][0] > LIST_TO:
                found.add(name)
    return frozenset(found)


async def count_retracted(database: Database, state: State, actor: str | None) -> int | None:
    """Count the retracted happenings that would match, no further than COUNT_TO + 1; None where that takes too long."""
    retracted = replace(state, given={**state.given, "status": "retracted"})
    chosen = choose.standing(retracted, actor)
    return await count(database, [Chosen(chosen.table, (*chosen.where, _RETRACTIONS), chosen.params)])


async def fetch(database: Database, state: State, chosen: Sequence[Chosen], counted: int | None) -> Page:
    """Fetch a page of what was chosen. Raises QueryInterrupted where that takes too long."""
    plentiful = counted is None or counted > COUNT_TO
    found: list[Row] = []
    superseded: set[int] = set()
    for one in chosen:
        rows = (await database.execute(sql(state, one, plentiful=plentiful), _params(state, one))).rows
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


def sql(state: State, chosen: Chosen, *, plentiful: bool) -> str:
    """Give the statement that fetches one row more than a page from one table."""
    index = f" indexed by {keys.TIME_INDEX}" if plentiful and chosen.table == "happenings" else ""
    where = chosen.sql
    if state.after or state.before:
        where += f" and {keys.beyond(backwards=state.backwards, indexed=plentiful)}"
    order = keys.order(backwards=state.backwards, indexed=plentiful)
    return f"select {_COLUMNS} from {chosen.table}{index} where {where} order by {order} limit {state.size + 1}"


def key(row: Row) -> Key:
    """Give the place of a row in the time order."""
    return Key(int(row["key_first"]), int(row["key_last"]), row["date"] or "", row["id"])


def _params(state: State, chosen: Chosen) -> choose.Params:
    place = state.before or state.after
    return {**chosen.params, **(keys.params(place) if place else {})}
