"""Which happenings a state chooses, as SQL conditions on the happenings of a snapshot.

Owns the conditions, with named parameters, and the ways in which what they choose can be read. Must not run them, nor order what
they choose.
"""

from dataclasses import dataclass
from typing import NamedTuple

from timeline.selection import search_words, time_order
from timeline.selection.plan import Plan
from timeline.selection.snapshot import BY_POSITION, EACH
from timeline.selection.state import State

Params = dict[str, str | int]

# What a mark says of a row, as indexes have it; a dispute is another table's to say.
MARKS = {
    "claimed": "happenings.attributed_to is not null",
    "corrected": "happenings.version > 1 and (happenings.status <> 'retracted' or happenings.version > 2)",
    "single": "happenings.sources = 1",
}


def is_corrected(version: int, status: str) -> bool:
    """Whether an earlier version says something else, as the mark has it."""
    return version > (2 if status == "retracted" else 1)


@dataclass(frozen=True)
class Way:
    """A way to read what was chosen: the FROM clause, the conditions, how many rows are looked at, and the index to use."""

    source: str
    where: tuple[str, ...]
    rows: int
    index: str = ""

    @property
    def sql(self) -> str:
        """The FROM and WHERE clauses."""
        return f"from {self.source} where {_joined(self.where)}"


@dataclass(frozen=True)
class Chosen:
    """The conditions on happenings, and their parameters.

    `near` is the condition that a happening is only near the period that was asked for. `listing` is the way by what is
    rarest, in no order; `walking` the way along the time order, where that may be shorter, and `expected` how many rows it is
    likely to meet that were chosen. `ids` is a query for their ids, where these are known.
    """

    where: tuple[str, ...]
    params: Params
    listing: Way
    walking: Way | None = None
    expected: int = 0
    near: str = "0"
    ids: str = ""

    @property
    def sql(self) -> str:
        """The conditions as one."""
        return _joined(self.where)

    @property
    def of_happening(self) -> str:
        """The condition on rows that belong to what was chosen."""
        return f"happening in ({self.ids or f'select id from happenings where {self.sql}'})"


class _Test(NamedTuple):
    """A condition, as what is looked up first, and as what each happening is tried by (which the plus signs see to).

    `source`: what is looked up, where that is in another table: each happening once.
    """

    listed: str
    tried: str
    source: str | None = None


class _Elsewhere(NamedTuple):
    """A filter by what stands in another table: which happenings match, by which column, and how to try one."""

    matches: str
    column: str
    tried: str | None

    def test(self) -> _Test:
        listed = f"happenings.{self.column} in ({self.matches})"
        source = f"({self.matches}) as matching cross join happenings on happenings.{self.column} = matching.matched"
        return _Test(listed, self.tried or f"+{listed}", source)


def _in(table: str, test: str, *, once: bool) -> _Elsewhere:
    tried = f"exists (select 1 from {table} where {table}.happening = happenings.id and +{test})"
    matches = f"select happening as matched from {table} where {test}"
    return _Elsewhere(matches if once else f"select distinct matched from ({matches} {EACH})", "id", tried)


# Each correction, and each retraction, took the place of an earlier version, and there is an index of those.
_REPLACED = _Elsewhere("select known_until as matched from happening_versions where known_until is not null", "position", "1")
_ELSEWHERE = {
    "actor": _in("happening_actors", "actor = :actor", once=True),
    "tag": _in("happening_tags", "tag = :tag", once=True),
    "source": _in("citations", "source = :source", once=False),
    "disputed": _in("citations", "stance = 'disputes'", once=False),
}
_LISTED = "select value from json_each(:ids)"
_WORDS = "select rowid as matched from happenings_fts where happenings_fts match :q"
# The index of words has those of what stands now. What has been replaced since a position is looked through.
_WORDS_THEN = (
    f"{_WORDS} union all select replaced.position from happening_versions as replaced where replaced.known_until > :as_of"
    " and replaced.position <= :as_of"
)
_IN_EVENT = (
    "exists (select 1 from events, json_each(events.data, '$.statement.{list}') as listed"
    " where events.position = replaced.position and json_extract(listed.value, '$.{key}') like :{name} escape '\\')"
)


def chosen(state: State, actor: str | None, plan: Plan | None = None) -> Chosen:
    """Choose happenings. `actor` is the id that the actor filter means.

    With a plan, what is rarest is listed first, and each of its happenings is tried for the rest.
    """
    tests, params = _tests(state, actor)
    if plan is None:
        every = tuple(test.listed for name, test in tests.items() if name != "replaced")
        return Chosen(every, params, Way("happenings", every, 0), near=_near(state))
    rarest = tests.get(plan.by or "")
    tried = {name: test.tried for name, test in tests.items() if test.tried != "1"}
    rest = tuple(condition for name, condition in tried.items() if name != plan.by)
    where = (rarest.listed, *rest) if rarest else rest
    if plan.by == "as_of":
        listing = Way("happenings", rest, plan.rows, BY_POSITION)
    else:
        listing = Way(rarest.source, rest, plan.rows) if rarest and rarest.source else Way("happenings", where, plan.rows)
    index, along = time_order.INDEX, tuple(tried.values())
    if "kind" in tests:  # in time order as well, and with nothing else in between
        index, along = time_order.KIND_INDEX, (tests["kind"].listed, *(tried[name] for name in tried if name != "kind"))
    walking = Way("happenings", along, plan.walked, index)
    return Chosen(where, params, listing, walking, plan.expected, _near(state))


def listed(ids: str, of: Chosen | None = None) -> Chosen:
    """Choose happenings by their ids in a JSON list; `of` is what they were chosen among, which knows what is near."""
    where = (f"happenings.id in ({_LISTED})",)
    near, params = (of.near, {name: value for name, value in of.params.items() if f":{name}" in of.near}) if of else ("0", {})
    return Chosen(where, {"ids": ids, **params}, Way("happenings", where, 0), near=near, ids=_LISTED)


def _joined(conditions: tuple[str, ...]) -> str:
    return " and ".join(f"({condition})" for condition in conditions) or "1"


def _tests(state: State, actor: str | None) -> tuple[dict[str, _Test], Params]:
    """Give each condition by the name of what it filters by."""
    plain, params = _plain(state)
    tests = {
        name: _Test(condition, f"+{condition}" if name in ("kind", "place") else condition) for name, condition in plain.items()
    }
    mark = state.given.get("mark")
    if mark in ("claimed", "single"):
        tests["mark"] = _Test(plain["mark"], f"+{plain['mark']}")
    elif mark == "disputed":
        tests["mark"] = _ELSEWHERE["disputed"].test()
    if mark == "corrected" or state.status == "retracted":
        tests["replaced"] = _REPLACED.test()
    for name in ("actor", "tag", "source"):
        if name in state.given:
            tests[name] = _ELSEWHERE[name].test()
            params[name] = state.given[name]
    if "actor" in state.given:
        params["actor"] = actor or ""
    if "q" in state.given:
        matches, values = _matching_words(state)
        # The index of words cannot be asked about one happening in less than all its time.
        tests["q"] = _Elsewhere(matches, "position", None).test()
        params |= values
    return tests, params


def _matching_words(state: State) -> tuple[str, Params]:
    """Give the SELECT for the positions of what has all of the words."""
    params: Params = {"q": search_words.match(state.given["q"])}
    if state.as_of is None:
        return _WORDS, params
    conditions = []
    for number, word in enumerate(search_words.words(state.given["q"])):
        patterns = {f"word_{number}_{form}": search_words.like(text) for form, text in enumerate(search_words.forms(word))}
        conditions.append(f"({' or '.join(map(_has, patterns))})")
        params |= patterns
    return " and ".join([_WORDS_THEN, *conditions]), params


def _has(name: str) -> str:
    """Give the condition that a replaced version's words, people or quotations hold a pattern."""
    own = [f"replaced.{column} like :{name} escape '\\'" for column in ("title", "summary", "place")]
    inside = [_IN_EVENT.format(list=list_, key=key, name=name) for list_, key in (("actors", "name"), ("citations", "quote"))]
    return " or ".join([*own, *inside])


def _plain(state: State) -> tuple[dict[str, str], Params]:
    """Choose by what stands in the row itself."""
    where: dict[str, str] = {}
    params: Params = {}
    if state.status != "all":
        where["status"] = "happenings.status = :status"
        params["status"] = state.status
    for column in ("kind", "place"):
        if column in state.given:
            where[column] = f"happenings.{column} = :{column}"
            params[column] = state.given[column]
    if (mark := state.given.get("mark")) in MARKS:
        where["mark"] = MARKS[mark]
    # The near days are the wider ones where the date is approximate, and else the same. The last of them is in the index, so
    # that a walk along it need not look at rows that are out of the period.
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
    """Give how a date lies to a period that begins or ends at a time of day: see `edtf_within`."""
    first = "-9e15" if state.from_day is None else ":from_day"
    last = "9e15" if state.to_day is None else ":to_day"
    return f"edtf_within(date, {first}, :from_second, {last}, :to_second)"


def _near(state: State) -> str:
    """Give the condition that what was chosen is only near the period: it is there if about is taken widely."""
    if state.timed:
        return f"{_within(state)} = 'near'"
    beyond = []
    if state.from_day is not None:
        beyond.append("coalesce(latest_day, 9e15) < :from_day")
    if state.to_day is not None:
        beyond.append("coalesce(earliest_day, -9e15) > :to_day")
    return f"({' or '.join(beyond)})" if beyond else "0"
