"""Turn a state into SQL conditions on the happenings of a snapshot.

Owns the conditions, with named parameters, and the access paths by which matches can be read. Must not run them, nor order the
matches.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

from timeline.dates import DAY
from timeline.selection import search_words, time_order
from timeline.selection.plan import WORDS, Plan
from timeline.selection.snapshot import BY_POSITION, EACH
from timeline.selection.state import State
from timeline.selection.window import Window

Params = dict[str, str | bytes | int]

# Marks that the row itself and its indexes decide; a dispute needs another table.
MARKS = {
    "claimed": "happenings.attributed_to is not null",
    # A retraction repeats the statement, and reviews take versions of their own, so the versions alone do not say it.
    "corrected": "happenings.version > 1 and (happenings.status = 'current' or exists (select 1 from events as correction"
    " where correction.stream = 'happening/' || happenings.id and correction.version <= happenings.version"
    " and correction.type = 'HappeningCorrected'))",
    "single": "happenings.sources = 1",
}
_CORRECTED_NOW = "happenings.version > 1"


@dataclass(frozen=True)
class AccessPath:
    """One way to read the matches: the FROM clause, the conditions, how many rows it reads, and the index to use."""

    source: str
    where: tuple[str, ...]
    rows: int
    index: str = ""

    @property
    def sql(self) -> str:
        """The FROM and WHERE clauses."""
        return f"from {self.source} where {_joined(self.where)}"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The conditions on happenings, and their parameters.

    `near` is the condition that a happening is only near the requested period. `listing` is the access path through the rarest
    filter, in no order; `walking` the path along the time order, if that may be shorter; and `expected` how many matches it is
    likely to meet. `ids` is a query for the ids of the matches, if they are known.
    """

    where: tuple[str, ...]
    params: Params
    listing: AccessPath
    walking: AccessPath | None = None
    expected: int = 0
    near: str = "0"
    ids: str = ""

    @property
    def sql(self) -> str:
        """The conditions as one."""
        return _joined(self.where)

    @property
    def test(self) -> str:
        """The conditions as one that tests a row of a sample, and lists no filter's matches for it."""
        return _joined(self.walking.where) if self.walking else self.sql

    @property
    def of_happening(self) -> str:
        """An SQL condition for tables with a column `happening`: only rows of matching happenings."""
        return f"happening in ({self.ids or f'select id from happenings where {self.sql}'})"


class _Condition(NamedTuple):
    """One condition in two forms: `listed` may start an index lookup, `checked` only tests a row (plus signs disable the index).

    `source`: a FROM clause that lists the matches, each once, if they come from another table.
    """

    listed: str
    checked: str
    source: str | None = None


class _TableFilter(NamedTuple):
    """A filter on another table: a query for the matches, the column of happenings that they name, and a test for one row."""

    matches: str
    column: str
    checked: str | None

    def condition(self) -> _Condition:
        listed = f"happenings.{self.column} in ({self.matches})"
        source = f"({self.matches}) as matching cross join happenings on happenings.{self.column} = matching.matched"
        return _Condition(listed, self.checked or f"+{listed}", source)


def _in(table: str, test: str, *, once: bool) -> _TableFilter:
    checked = f"exists (select 1 from {table} where {table}.happening = happenings.id and +{test})"
    matches = f"select happening as matched from {table} where {test}"
    return _TableFilter(matches if once else f"select distinct matched from ({matches} {EACH})", "id", checked)


# Each correction and each retraction replaced an earlier version, and an index lists those.
_REPLACED = _TableFilter("select known_until as matched from happening_versions where known_until is not null", "position", "1")
_TABLE_FILTERS = {
    "actor": _in("happening_actors", "actor = :actor", once=True),
    "tag": _in("happening_tags", "tag = :tag", once=True),
    "source": _in("citations", "source = :source", once=False),
    "disputed": _in("citations", "stance = 'disputes'", once=False),
}
_REVIEWED = _TableFilter(
    "select distinct happening as matched from reviews where verdict = :review and by_second_person",
    "id",
    "+happenings.review = :review",
)
_LISTED = "select value from json_each(:ids)"
# The search index takes as long for one happening as for all of them, so the matches of a common word are looked up in `matching`.
_WORDS = _TableFilter(WORDS, "position", None)
_COMMON_WORDS = "substr(:matching, happenings.position, 1) = x'01'"


def chosen(state: State, actor: str | None, plan: Plan | None = None) -> Chosen:
    """Return the conditions for a state. `actor` is the id to which the actor filter resolves.

    With a plan, the rarest filter is listed first, and each of its happenings is checked against the rest.
    """
    conditions, params = _conditions(state, actor)
    if plan and plan.matching:
        conditions["q"], params["matching"] = _Condition(_COMMON_WORDS, _COMMON_WORDS), plan.matching
    if plan is None:
        every = tuple(condition.listed for name, condition in conditions.items() if name != "replaced")
        return Chosen(every, params, AccessPath("happenings", every, 0), near=_near(state))
    rarest = conditions.get(plan.by or "")
    checks = {name: condition.checked for name, condition in conditions.items() if condition.checked != "1"}
    rest = tuple(check for name, check in checks.items() if name != plan.by)
    where = (rarest.listed, *rest) if rarest else rest
    if plan.by == "as_of":
        listing = AccessPath("happenings", rest, plan.rows, BY_POSITION)
    elif rarest and rarest.source:
        listing = AccessPath(rarest.source, rest, plan.rows)
    else:
        listing = AccessPath("happenings", where, plan.rows)
    index, along = time_order.INDEX, tuple(checks.values())
    if "kind" in conditions:  # its index is in time order as well
        index, along = time_order.KIND_INDEX, (conditions["kind"].listed, *(checks[name] for name in checks if name != "kind"))
    walking = AccessPath("happenings", along, plan.walked, index)
    return Chosen(where, params, listing, walking, plan.expected, _near(state))


def listed(ids: str, of: Chosen | None = None) -> Chosen:
    """Return the condition for the ids in a JSON list. `of` is the selection that they come from; it decides what is near."""
    where = (f"happenings.id in ({_LISTED})",)
    near, params = (of.near, {name: value for name, value in of.params.items() if f":{name}" in of.near}) if of else ("0", {})
    return Chosen(where, {"ids": ids, **params}, AccessPath("happenings", where, 0), near=near, ids=_LISTED)


def _joined(conditions: tuple[str, ...]) -> str:
    return " and ".join(f"({condition})" for condition in conditions) or "1"


def _conditions(state: State, actor: str | None) -> tuple[dict[str, _Condition], Params]:
    """Return the condition of each filter, by the filter's name."""
    plain, params = _of_row(state)
    conditions = {
        name: _Condition(condition, f"+{condition}" if name in ("kind", "place") else condition)
        for name, condition in plain.items()
    }
    mark = state.given.get("mark")
    if mark in ("claimed", "single"):
        conditions["mark"] = _Condition(plain["mark"], f"+{plain['mark']}")
    elif mark == "disputed":
        conditions["mark"] = _TABLE_FILTERS["disputed"].condition()
    if mark == "corrected" or state.status == "retracted":
        conditions["replaced"] = _REPLACED.condition()
    if "review" in params:
        listed, test, source = _REVIEWED.condition()
        conditions["review"] = _Condition(f"{listed} and {test}", test, f"{source} and {test}")
    for name in ("actor", "tag", "source"):
        if name in state.given:
            conditions[name] = _TABLE_FILTERS[name].condition()
            params[name] = state.given[name]
    if "actor" in state.given:
        params["actor"] = actor or ""
    if "q" in state.given:
        conditions["q"] = _WORDS.condition()
        params["q"] = search_words.match(state.given["q"])
    return conditions, params


def _of_row(state: State) -> tuple[dict[str, str], Params]:
    """Return the conditions on the row itself."""
    where: dict[str, str] = {}
    params: Params = {}
    if state.status != "all":
        where["status"] = "happenings.status = :status"
        params["status"] = state.status
    for column in ("kind", "place"):
        if column in state.given:
            where[column] = f"happenings.{column} = :{column}"
            params[column] = state.given[column]
    if "without" in state.given:
        inside = "in" if state.without_others else "not in"
        where["without"] = f"coalesce(happenings.kind, '') {inside} (select value from json_each(:without))"
        params["without"] = json.dumps(state.without)
    if (mark := state.given.get("mark")) in MARKS:
        where["mark"] = _CORRECTED_NOW if mark == "corrected" and state.status == "current" else MARKS[mark]
    if (review := state.given.get("review")) is not None:
        where["review"] = "happenings.review is null" if review == "none" else "happenings.review = :review"
        params |= {} if review == "none" else {"review": review}
    # The near days are wider if the date is approximate, and otherwise the same. The indexes in time order hold them, so a count
    # does not read the rows.
    if state.from_day is not None:
        where["from"] = "coalesce(near_latest_day, 9e15) >= :from_day"
        params["from_day"] = state.from_day
    if state.to_day is not None:
        where["to"] = "coalesce(near_earliest_day, -9e15) <= :to_day"
        params["to_day"] = state.to_day
    if state.timed:
        where["time"] = f"{_within(state)} is not null"
        params["from_second"], params["to_second"] = state.from_second, state.to_second
    return where, params


def _within(state: State) -> str:
    """Return the SQL that compares a date with a period that begins or ends at a time of day: see `edtf_within`."""
    first = "-9e15" if state.from_day is None else ":from_day"
    last = "9e15" if state.to_day is None else ":to_day"
    return f"edtf_within(date, {first}, :from_second, {last}, :to_second)"


def reaching(window: Window) -> tuple[str, Params]:
    """Return the condition that a happening may fall in a window: the rule of the filters "from" and "to", to the second."""
    (first, last), second = window.days, round((window.start % 1) * DAY)
    params: Params = {"window_first": first, "window_last": last}
    where = "coalesce(near_latest_day, 9e15) >= :window_first and coalesce(near_earliest_day, -9e15) <= :window_last"
    until = (round((window.end % 1) * DAY) or DAY) - 1
    if (second, until) != (0, DAY - 1):
        # The first day that a date allows is in the window, unless it is one of the window's outermost days.
        within = "edtf_within(date, :window_first, :window_second, :window_last, :window_until) is not null"
        where += f" and (near_earliest_day between :window_first + 1 and :window_last - 1 or {within})"
        params |= {"window_second": second, "window_until": until}
    return where, params


def _near(state: State) -> str:
    """Return the condition that a match is only near the period: that it matches only because of a wide "about"."""
    if state.timed:
        return f"{_within(state)} = 'near'"
    beyond = []
    if state.from_day is not None:
        beyond.append("coalesce(latest_day, 9e15) < :from_day")
    if state.to_day is not None:
        beyond.append("coalesce(earliest_day, -9e15) > :to_day")
    return f"({' or '.join(beyond)})" if beyond else "0"
