"""Read the happenings of a drawing by the fitting index: the columns for their labels, marks and shapes.

Owns these queries. Each reads a limited number of rows, however large the timeline is. Must not decide what matches.
"""

import json
import math
from collections.abc import Iterable, Sequence
from sqlite3 import Row

from timeline.selection import conditions, time_order
from timeline.selection.conditions import Chosen
from timeline.selection.snapshot import EACH, Snapshot
from timeline.selection.window import Window
from timeline.web.drawing import counts, shape
from timeline.web.drawing.counts import Bar

# The most matches that are read one by one; more than these are counted or sampled.
FEW = 10_000
# The most happenings read of each stretch in a sample; and of those that began before a window, the most that are
# returned, and the most that are searched.
SAMPLE, ONGOING, LOOKED_AT = 30, 120, 2_000
# The most of the longest happenings that are read for a window.
LONGEST = 24
LONGEST_TITLE = 160

_COLUMNS = ", ".join(
    f"happenings.{column}"
    for column in (
        "id", "date", "earliest_day", "latest_day", "kind", "place", "attributed_to", "part_of", "status", "sources", "citations",
        "version", "position",
    )
) + f", {conditions.MARKS['corrected']} as corrected, substr(happenings.title, 1, {LONGEST_TITLE + 1}) as title"  # fmt: skip
_FIRST_DAY = "coalesce(earliest_day, latest_day, 9e15)"  # the expression in the table's indexes


def matching(snapshot: Snapshot, chosen: Chosen, first: float, last: float) -> list[Row]:
    """Read the chosen happenings that touch the days from first to last; at most FEW rows are read.

    With fractions of days, the end is the instant one day after `last`.
    """
    rows = snapshot.rows(
        f"select {_COLUMNS}, {chosen.near} as near from happenings where {chosen.sql}"
        f" and coalesce(earliest_day, latest_day) <= :last_day and coalesce(latest_day, 9e15) >= :first_day limit {FEW}",
        {**chosen.params, "first_day": math.floor(first), "last_day": math.ceil(last)},
    )
    window = Window(first, last + 1)
    return [row for row in rows if (span := shape.span_of_row(row)) and window.holds(*span)]


def may_fall(snapshot: Snapshot, chosen: Chosen, window: Window) -> int:
    """Count the chosen happenings, at most FEW, that may have happened in a window, by the rule of the filters "from" and "to"."""
    where, params = conditions.reaching(window)
    sql = f"select count(*) from (select 1 from happenings where {chosen.sql} and date is not null and {where} limit {FEW})"
    return int(snapshot.value(sql, {**chosen.params, **params}))


def disputed(snapshot: Snapshot, rows: Iterable[Row]) -> set[str]:
    """Return the ids of the happenings that a source disputes."""
    sql = f"select happening from citations where happening in (select value from json_each(:ids)) and +stance = 'disputes' {EACH}"
    return {row["happening"] for row in snapshot.rows(sql, {"ids": json.dumps([row["id"] for row in rows])})}


def at(snapshot: Snapshot, position: int) -> Row:
    """Read the happening that the event at a position recorded."""
    return snapshot.rows(f"select {_COLUMNS}, 0 as near from happenings where position = :at", {"at": position})[0]


def beginning(snapshot: Snapshot, bars: Sequence[Bar], kind: str) -> list[Row]:
    """Read the current happenings, or those of a kind, that begin in these stretches."""
    index, test = _by_time(kind)
    return snapshot.rows(
        f"select {_COLUMNS}, 0 as near from json_each(:bars) as bar cross join main.happenings as happenings indexed by {index}"
        f" where {test} and {_WITHIN} and status = 'current' and {_KNOWN}"
        f" union all select {_COLUMNS}, 0 from json_each(:replaced) as version"
        " cross join main.happening_versions as happenings on happenings.position = version.value",
        {"bars": _ranges(bars), "kind": kind, "replaced": json.dumps(counts.replaced(snapshot, bars, kind))},
    )


def heads(snapshot: Snapshot, bars: Sequence[Bar], kind: str, most: int) -> dict[Bar, list[Row]]:
    """Read the first current happenings, or those of a kind, of each stretch."""
    looked_at = sample(snapshot, None, bars, kind, most) if bars else {}
    return {bar: [row for row in rows if row["status"] == "current" and row["matches"]] for bar, rows in looked_at.items()}


def any_vague(snapshot: Snapshot, chosen: Chosen) -> bool:
    """Whether a chosen happening may have happened on days at which it is not drawn: one end unknown, or an approximate date."""
    sql = f"select exists (select 1 from happenings where {chosen.sql} and (earliest_day is null or latest_day is null"
    return bool(snapshot.value(f"{sql} or near_earliest_day <> earliest_day or near_latest_day <> latest_day))", chosen.params))


def unplaced(snapshot: Snapshot, chosen: Chosen) -> int:
    """Count the chosen happenings, at most FEW, with a date that names no day, such as `../..`."""
    undated = f"earliest_day is null and latest_day is null and date is not null and {chosen.sql}"
    return int(snapshot.value(f"select count(*) from (select 1 from happenings where {undated} limit {FEW})", chosen.params))


def unplaced_of_all(snapshot: Snapshot, kind: str) -> int:
    """Count the current happenings, or those of a kind, with a date that names no day; they come last in time order."""
    index, test = _by_time(kind)
    sql = (
        f"select count(*) from (select 1 from main.happenings indexed by {index} where {test} and {_FIRST_DAY} = 9e15"
        f" and date is not null and status = 'current' limit {FEW})"
    )
    return int(snapshot.value(sql, {"kind": kind})) + counts.unplaced(snapshot, kind)


def ongoing(snapshot: Snapshot, day: int, kind: str, chosen: Chosen | None = None) -> list[Row]:
    """Read current happenings, or those of a kind, that began before a day and had not ended by then: the longest first.

    Their number is limited. The column `matches` marks those among the chosen.
    """
    return snapshot.rows(
        f"""
        select {_COLUMNS}, 0 as near, {f"({chosen.test})" if chosen else "1"} as matches from (
            select position as at from spans where magnitude = 62 and first_day < :day
            union all
            select spans.position from json_each(:magnitudes) as bits cross join spans
            where magnitude = bits.value and first_day >= :day - (1 << bits.value) and first_day < :day and last_day >= :day
            limit {LOOKED_AT if chosen else ONGOING}
        ) as begun cross join main.happenings as happenings on happenings.position = begun.at
        where happenings.status = 'current' and :base_kind in ('', happenings.kind) and {_KNOWN}
        """,
        {**(chosen.params if chosen else {}), "day": day, "magnitudes": _MAGNITUDES, "base_kind": kind},
    )


def named(snapshot: Snapshot, name: str, first: int, kind: str) -> list[Row]:
    """Read one current happening by its id, if it begins on a day or later and is of a kind."""
    return snapshot.rows(
        f"select {_COLUMNS}, 0 as near from main.happenings as happenings where id = :name and {_FIRST_DAY} >= :first"
        f" and status = 'current' and :base_kind in ('', kind) and {_KNOWN}",
        {"name": name, "first": first, "base_kind": kind},
    )


_MAGNITUDES = json.dumps(list(range(52, 0, -1)))


def longest(snapshot: Snapshot, first: int, last: int, kind: str) -> list[Row]:
    """Read the current happenings, or those of a kind, that begin between two days and last longest: at most LONGEST."""
    return snapshot.rows(
        f"""
        select {_COLUMNS}, 0 as near from (
            select spans.position as at from json_each(:magnitudes) as bits cross join spans
            where magnitude = bits.value and first_day between :first and :last limit {LONGEST}
        ) as lasting cross join main.happenings as happenings on happenings.position = lasting.at
        where happenings.status = 'current' and :base_kind in ('', happenings.kind) and {_KNOWN}
        """,
        {"first": first, "last": last, "magnitudes": _MAGNITUDES, "base_kind": kind},
    )


def open_ended(snapshot: Snapshot, kind: str) -> list[int] | None:
    """Return the first days of all current intervals with an open end, or of a kind; None if there are more than LOOKED_AT."""
    rows = snapshot.rows(
        f"""
        select first_day from (select first_day, position from spans where magnitude = 62 limit {LOOKED_AT + 1}) as lasting
        cross join main.happenings as happenings on happenings.position = lasting.position
        where happenings.status = 'current' and :base_kind in ('', happenings.kind) and {_KNOWN}
        """,
        {"base_kind": kind},
    )
    return None if len(rows) > LOOKED_AT else [row["first_day"] for row in rows]


def shares(snapshot: Snapshot, chosen: Chosen, bars: Sequence[Bar], kind: str) -> dict[Bar, float]:
    """Estimate the share of each stretch that is among the chosen, from its first happenings."""
    sampled = f"select bar.key as bar, ({chosen.test}) and {_KNOWN} as matches {_sampled(kind, SAMPLE)}"
    rows = snapshot.rows(
        f"select bar, avg(matches) as share from ({sampled} {EACH}) group by bar",
        {**chosen.params, "bars": _ranges(bars), "kind": kind},
    )
    return {bars[row["bar"]]: row["share"] for row in rows}


def sample(snapshot: Snapshot, chosen: Chosen | None, bars: Sequence[Bar], kind: str, most: int = SAMPLE) -> dict[Bar, list[Row]]:
    """Read the first happenings of each stretch. The column `matches` marks those among the chosen."""
    matches = f"({chosen.test if chosen else '1'}) and {_KNOWN} as matches"
    rows = snapshot.rows(
        f"select bar.key as bar, {_COLUMNS}, 0 as near, {matches} {_sampled(kind, most)}",
        {**(chosen.params if chosen else {}), "bars": _ranges(bars), "kind": kind},
    )
    looked_at: dict[Bar, list[Row]] = {}
    for row in rows:
        looked_at.setdefault(bars[row["bar"]], []).append(row)
    return looked_at


def first_and_last(snapshot: Snapshot, bars: Sequence[Bar], kind: str, without: Sequence[int]) -> dict[Bar, tuple[int, int]]:
    """Return the first and the last day on which current happenings, or those of a kind, begin in each stretch, but for some."""
    index, test = _by_time(kind)
    one = (
        f"(select {_FIRST_DAY} from main.happenings as happenings indexed by {index} where {test} and {_WITHIN}"
        f" and status = 'current' and {_KNOWN} and position not in (select value from json_each(:without)) order by {_FIRST_DAY}"
    )
    rows = snapshot.rows(
        f"select bar.key as bar, {one} limit 1) as first, {one} desc limit 1) as last from json_each(:bars) as bar",
        {"bars": _ranges(bars), "kind": kind, "without": json.dumps(without)},
    )
    return {bars[row["bar"]]: (row["first"], row["last"]) for row in rows if row["first"] is not None}


_KNOWN = "(:as_of is null or happenings.position <= :as_of)"
_WITHIN = f"{_FIRST_DAY} between json_extract(bar.value, '$[0]') and json_extract(bar.value, '$[1]')"


def _sampled(kind: str, most: int) -> str:
    """Return the FROM clause for the first happenings of each stretch."""
    index, test = _by_time(kind)
    return (
        "from json_each(:bars) as bar cross join main.happenings as happenings on happenings.id in ("
        f"select near.id from main.happenings as near indexed by {index} where {test} and {_WITHIN} limit {most})"
    )


def _by_time(kind: str) -> tuple[str, str]:
    """Return the index of happenings, or of those of a kind, in time order, and its condition."""
    return (time_order.KIND_INDEX, "kind = :kind") if kind else (time_order.INDEX, "1")


def _ranges(bars: Iterable[Bar]) -> str:
    return json.dumps([[bar.first, bar.last] for bar in bars])
