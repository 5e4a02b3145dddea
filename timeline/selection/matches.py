"""The happenings that match a state: how many there are, a page of them, all of them.

Owns how they are fetched: in time order and from a key, never by offset; along the time order if matches are frequent, or by
listing the rarest filter and sorting if they are few. Must not decide what matches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row
from weakref import WeakKeyDictionary

from timeline.errors import TookTooLong
from timeline.selection import as_of, conditions, time_order
from timeline.selection.conditions import Chosen
from timeline.selection.plan import plan
from timeline.selection.snapshot import EACH, Snapshot
from timeline.selection.state import State
from timeline.selection.time_order import Key

# The count stops here; beyond it, pages say "more than".
COUNT_TO = 10_000
# The count stops after this time; a selection that takes longer is too large to look through.
COUNTING_MS = 400
# How uneven the spread of matches along the time order may be, as a factor, before that path is given up.
SKEW = 10
_COLUMNS = (
    "id, title, summary, date, date_note, year, kind, place, part_of, attributed_to, status, sources, citations, version,"
    f" recorded_at, position, review, {conditions.MARKS['corrected']} as corrected, {time_order.COLUMNS}"
)

_remembered: WeakKeyDictionary[Snapshot, dict[tuple[object, ...], tuple[Chosen, int | None, int]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Matches:
    """The matches of a state in a snapshot: `chosen` lists their ids, if they are few.

    `actor` is the id to which the actor filter resolves, and `name` that actor's name. `end` is the last position of the log.
    `counted` is the number of matches: COUNT_TO + 1 means more than COUNT_TO, None that they could not be counted in time.
    """

    state: State
    end: int
    actor: str | None
    name: str | None
    chosen: Chosen
    counted: int | None

    @property
    def are_few(self) -> bool:
        """Whether all of them were counted."""
        return self.counted is not None and self.counted <= COUNT_TO


@dataclass(frozen=True)
class Page:
    """The rows of a page in time order, and the keys at which the pages before and after it start."""

    rows: Sequence[Row]
    earlier: Key | None
    later: Key | None


def find(snapshot: Snapshot, state: State, within_ms: int | None = COUNTING_MS) -> tuple[Snapshot, Matches]:
    """Find the matches of a state, and the snapshot that they are from. Counting stops after `within_ms` milliseconds."""
    state = as_of.resolved(snapshot, state)
    snapshot = snapshot.at(state.as_of)
    end = snapshot.end
    actor, name = _actor(snapshot, state.given.get("actor"))
    chosen, counted = choose(snapshot, state, actor, end, within_ms)
    return snapshot, Matches(state, end, actor, name, chosen, counted)


def of_state(snapshot: Snapshot, matches: Matches, state: State, within_ms: int) -> Matches:
    """Find the matches of another state, for the same actor and as of the same position. A snapshot remembers them."""
    remembered = _remembered.setdefault(snapshot, {})
    key = (*sorted(state.given.items()), matches.actor)
    if key not in remembered or (remembered[key][1] is None and remembered[key][2] < within_ms):
        remembered[key] = (*choose(snapshot, state, matches.actor, matches.end, within_ms), within_ms)
    chosen, counted, _ = remembered[key]
    return replace(matches, state=state, chosen=chosen, counted=counted)


def choose(
    snapshot: Snapshot, state: State, actor: str | None, end: int, within_ms: int | None = COUNTING_MS
) -> tuple[Chosen, int | None]:
    """Choose the happenings of a state and count them. If all were counted, the result lists their ids.

    Later queries about a small selection, in any order, then need not search again.
    """
    chosen = conditions.chosen(state, actor, plan(snapshot, state, actor, end))
    listed = f"select happenings.id as id {chosen.listing.sql} limit {COUNT_TO + 1}"
    sql = f"select count(*), json_group_array(id) from ({listed})"
    try:
        number, ids = snapshot.rows(sql, chosen.params, index=chosen.listing.index, within_ms=within_ms)[0]
    except TookTooLong:
        return chosen, None
    return (conditions.listed(ids, chosen), number) if number <= COUNT_TO else (chosen, COUNT_TO + 1)


def count(snapshot: Snapshot, chosen: Chosen) -> int | None:
    """Count matches, up to COUNT_TO + 1; None if even that takes too long."""
    sql = f"select count(*) from (select 1 {chosen.listing.sql} limit {COUNT_TO + 1})"
    try:
        return int(snapshot.rows(sql, chosen.params, index=chosen.listing.index, within_ms=COUNTING_MS)[0][0])
    except TookTooLong:
        return None


def page(snapshot: Snapshot, matches: Matches) -> Page:
    """Fetch the page of the matches that the state requests. Raises TookTooLong."""
    state = matches.state
    along = is_walked(state, matches.chosen, matches.counted)
    rows = snapshot.rows(
        page_sql(state, matches.chosen, along=along), _params(state, matches.chosen), index=index(matches.chosen, along=along)
    )
    more, rows = len(rows) > state.size, rows[: state.size]
    if state.backwards:
        rows.reverse()
        earlier, later = more, state.before is not None
    else:
        earlier, later = state.after is not None, more
    return Page(rows, time_order.key(rows[0]) if earlier and rows else None, time_order.key(rows[-1]) if later and rows else None)


def neighbours(snapshot: Snapshot, matches: Matches, id_: str) -> tuple[Row | None, Row | None]:
    """Fetch the matches before and after a happening in time order; None where there is none. Raises TookTooLong.

    The happening need not match; one that does not exist has no neighbours.
    """
    place = _key_of(snapshot, id_)
    if place is None:
        return None, None
    earlier = replace(matches.state, given={"before": str(place)}, before=place, after=None, size=1)
    later = replace(matches.state, given={"after": str(place)}, before=None, after=place, size=1)
    before, after = (page(snapshot, replace(matches, state=state)).rows for state in (earlier, later))
    return next(iter(before), None), next(iter(after), None)


def number_of(snapshot: Snapshot, matches: Matches, id_: str) -> int | None:
    """Return the number of a happening among the matches in time order, from 1.

    None if it is not one of them, such as one that was redacted, or if there are too many to count.
    """
    place = _key_of(snapshot, id_)
    if place is None or not matches.are_few:
        return None
    before = f"{time_order.beyond(backwards=True, indexed=False)} or happenings.id = :story"
    until = f"select happenings.id as id {matches.chosen.listing.sql} and ({before}) {EACH}"
    counting = f"select count(*), max(id = :story) from ({until})"
    params = {**matches.chosen.params, **time_order.params(place), "story": id_}
    many, is_among = snapshot.rows(counting, params, index=matches.chosen.listing.index)[0]
    return int(many) if is_among else None


def _key_of(snapshot: Snapshot, id_: str) -> Key | None:
    rows = snapshot.rows(f"select id, date, {time_order.COLUMNS} from happenings where id = :id", {"id": id_})
    return time_order.key(rows[0]) if rows else None


def every(snapshot: Snapshot, chosen: Chosen) -> Iterator[Row]:
    """Read the position, id, date, time order, review and nearness of all matches, in time order. Raises TookTooLong."""
    columns = f"happenings.position, id, date, review, {time_order.COLUMNS}, {chosen.near} as near"
    sql = f"select * from (select {columns} {chosen.listing.sql} {EACH}) order by {time_order.ORDER}"
    return snapshot.each(sql, chosen.params, index=chosen.listing.index)


def is_walked(state: State, chosen: Chosen, counted: int | None) -> bool:
    """Whether a scan along the time order likely reaches the page's matches sooner than listing and sorting them."""
    if chosen.walking is None:
        return False
    matches = max(chosen.expected, COUNT_TO) if counted is None or counted > COUNT_TO else counted
    return SKEW * (state.size + 1) * chosen.walking.rows < chosen.listing.rows * matches


def page_sql(state: State, chosen: Chosen, *, along: bool) -> str:
    """Return the query that fetches a page and one row more."""
    path = chosen.walking if along and chosen.walking else chosen.listing
    place = f" and {time_order.beyond(backwards=state.backwards, indexed=along)}" if state.after or state.before else ""
    sql = f"select {_COLUMNS}, {chosen.near} as near {path.sql}{place}"
    order = f"order by {time_order.order(backwards=state.backwards)} limit {state.size + 1}"
    return f"{sql} {order}" if along else f"select * from ({sql} {EACH}) {order}"


def index(chosen: Chosen, *, along: bool) -> str:
    """Return the index that the query of a page uses."""
    return chosen.walking.index if along and chosen.walking else chosen.listing.index


def _params(state: State, chosen: Chosen) -> conditions.Params:
    place = state.before or state.after
    return {**chosen.params, **(time_order.params(place) if place else {})}


def _actor(snapshot: Snapshot, wanted: str | None) -> tuple[str | None, str | None]:
    """Find the actor that a filter means, by id or else by name, as (id, name); the filter itself if no actor matches."""
    if wanted is None:
        return None, None
    for test in ("id = :wanted", "name = :wanted collate nocase"):
        rows = snapshot.plain(f"select id, name from actors where {test} limit 1", {"wanted": wanted})
        if rows:
            return rows[0]["id"], rows[0]["name"]
    return wanted, wanted
