"""Which happenings a state of the page shows, as SQL conditions.

Owns the conditions for both tables they are read from, each able to stand alone in a WHERE clause, with named
parameters, and the ways in which what they choose can be come by. Must not run them, nor order what they choose. What
stood at a position is what still stands and was recorded by then (`happenings`), and what has been corrected or retracted
since (`happening_versions`, whose people, tags and quotations are in the event itself).
"""

from dataclasses import dataclass
from typing import NamedTuple

from timeline.web.pages import keys, search
from timeline.web.pages.plan import Plan
from timeline.web.pages.state import State

Params = dict[str, str | int]

_EVENT = "events.position = happening_versions.position"
_IN_EVENT = f"exists (select 1 from events, json_each(events.data, '$.statement.{{list}}') as said where {_EVENT} and {{test}})"
# What a mark says of a row, as indexes have it; a dispute is another table's to say.
_MARKS = {
    "claimed": "{0}.attributed_to is not null",
    "corrected": "{0}.version > 1 and ({0}.status <> 'retracted' or {0}.version > 2)",
    "single": "{0}.sources = 1",
}
_DISPUTED_THEN = _IN_EVENT.format(list="citations", test="json_extract(said.value, '$.stance') = 'disputes'")


class Way(NamedTuple):
    """A way to come by what was chosen: what to select from, under which conditions, and how many rows are looked at in all."""

    source: str
    where: tuple[str, ...]
    rows: int

    @property
    def sql(self) -> str:
        """The FROM and WHERE clauses."""
        return f"from {self.source} where {_joined(self.where)}"


@dataclass(frozen=True)
class Chosen:
    """A table, the conditions on its rows, and their parameters.

    `near` is the condition that a row of them is only near the period that was asked for. `listing` is the way by what is
    rarest, in no order; `walking` the way along the time order, where that may be shorter, and `expected` how many rows it is
    likely to meet that were chosen.
    """

    table: str
    where: tuple[str, ...]
    params: Params
    listing: Way | None = None
    walking: Way | None = None
    expected: int = 0
    near: str = "0"

    @property
    def sql(self) -> str:
        """The conditions as one."""
        return _joined(self.where)

    @property
    def counting(self) -> Way:
        """The way by which they are counted."""
        return self.listing or Way(self.table, self.where, 0)


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
        source = f"({self.matches}) as found cross join happenings on happenings.{self.column} = found.matched"
        return _Test(listed, self.tried or f"+{listed}", source)


def _in(table: str, test: str, *, once: bool) -> _Elsewhere:
    tried = f"exists (select 1 from {table} where {table}.happening = happenings.id and +{test})"
    return _Elsewhere(f"select {'' if once else 'distinct '}happening as matched from {table} where {test}", "id", tried)


# Each correction, and each retraction, took the place of an earlier version, and there is an index of those.
_REPLACED = _Elsewhere("select known_until as matched from happening_versions where known_until is not null", "position", "1")
_ELSEWHERE = {
    "actor": _in("happening_actors", "actor = :actor", once=True),
    "tag": _in("happening_tags", "tag = :tag", once=True),
    "source": _in("citations", "source = :source", once=False),
    # The index of words cannot be asked about one happening in less than all its time.
    "q": _Elsewhere("select rowid as matched from happenings_fts where happenings_fts match :q", "position", None),
    "disputed": _in("citations", "stance = 'disputes'", once=False),
}


def standing(state: State, actor: str | None, plan: Plan | None = None) -> Chosen:
    """Choose among what stands now. `actor` is the id that the actor filter was found to mean.

    With a plan, what is rarest is listed first, and each of its happenings is tried for the rest.
    """
    tests, params = _tests(state, actor)
    if plan is None:
        every = tuple(test.listed for name, test in tests.items() if name != "replaced")
        return Chosen("happenings", every, params, near=_near(state))
    rarest = tests.get(plan.by or "")
    tried = {name: test.tried for name, test in tests.items() if test.tried != "1"}
    rest = tuple(condition for name, condition in tried.items() if name != plan.by)
    where = (rarest.listed, *rest) if rarest else rest
    listing = Way(rarest.source, rest, plan.rows) if rarest and rarest.source else Way("happenings", where, plan.rows)
    index, along = keys.TIME_INDEX, tuple(tried.values())
    if "kind" in tests:  # in time order as well, and with nothing else in between
        index, along = keys.KIND_INDEX, (tests["kind"].listed, *(tried[name] for name in tried if name != "kind"))
    walking = Way(f"happenings indexed by {index}", along, plan.walked)
    return Chosen("happenings", where, params, listing, walking, plan.expected, _near(state))


def listed(table: str, key: str, values: str, of: Chosen | None = None) -> Chosen:
    """Choose the rows whose keys are in a JSON list; `of` is what they were chosen among, which knows what is near."""
    where = f"{table}.{key} in (select value from json_each(:listed))"
    source = f"(select value as matched from json_each(:listed)) as found cross join {table} on {table}.{key} = found.matched"
    near, params = (of.near, {name: value for name, value in of.params.items() if f":{name}" in of.near}) if of else ("0", {})
    return Chosen(table, (where,), {"listed": values, **params}, Way(source, (), 0), near=near)


def superseded(state: State, actor_name: str | None) -> Chosen:
    """Choose among the versions that stood at the position and have been superseded since."""
    until = "happening_versions.known_until > :as_of and happening_versions.known_until is not null"
    return _versions(state, actor_name, until)


def known(state: State, actor_name: str | None) -> Chosen:
    """Choose among all the versions that stood at the position: the same rows from one table."""
    return _versions(state, actor_name, "happening_versions.known_until is null or happening_versions.known_until > :as_of")


def _joined(conditions: tuple[str, ...]) -> str:
    return " and ".join(f"({condition})" for condition in conditions) or "1"


def _tests(state: State, actor: str | None) -> tuple[dict[str, _Test], Params]:
    """Give each condition by the name of what it filters by."""
    plain, params = _plain("happenings", state)
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
    if state.as_of is not None:
        tests["as_of"] = _Test("happenings.position <= :as_of", "+happenings.position <= :as_of")
        params["as_of"] = state.as_of
    for name in ("actor", "tag", "source", "q"):
        if name in state.given:
            tests[name] = _ELSEWHERE[name].test()
            params[name] = search.match(state.given[name]) if name == "q" else state.given[name]
    if "actor" in state.given:
        params["actor"] = actor or ""
    return tests, params


def _versions(state: State, actor_name: str | None, until: str) -> Chosen:
    plain, params = _plain("happening_versions", state)
    where = [*plain.values(), "happening_versions.known_from <= :as_of", until]
    params["as_of"] = state.as_of or 0
    if state.given.get("mark") == "disputed":
        where.append(_DISPUTED_THEN)
    if "actor" in state.given:
        where.append(_IN_EVENT.format(list="actors", test="lower(json_extract(said.value, '$.name')) = lower(:actor)"))
        params["actor"] = actor_name or ""
    if "tag" in state.given:
        where.append(_IN_EVENT.format(list="tags", test="said.value = :tag"))
        params["tag"] = state.given["tag"]
    if "source" in state.given:
        where.append(_IN_EVENT.format(list="citations", test="json_extract(said.value, '$.source') = :source"))
        params["source"] = state.given["source"]
    for number, word in enumerate(search.words(state.given.get("q", ""))):
        forms = search.forms(word)
        where.append(" or ".join(_says(f"word_{number}_{form}") for form in range(len(forms))))
        params.update({f"word_{number}_{form}": search.like(text) for form, text in enumerate(forms)})
    return Chosen("happening_versions", tuple(where), params, near=_near(state))


def _says(name: str) -> str:
    """Give the condition that a version's words, people or quotations hold a pattern."""
    said = ("title", "summary", "place")
    own = [f"happening_versions.{column} like :{name} escape '\\'" for column in said]
    inside = [("actors", "name"), ("citations", "quote")]
    listed = [
        _IN_EVENT.format(list=list_, test=f"json_extract(said.value, '$.{key}') like :{name} escape '\\'") for list_, key in inside
    ]
    return " or ".join([*own, *listed])


def _plain(table: str, state: State) -> tuple[dict[str, str], Params]:
    """Choose by what stands in the row itself."""
    where: dict[str, str] = {}
    params: Params = {}
    if state.status != "all":
        where["status"] = f"{table}.status = :status"
        params["status"] = state.status
    for column in ("kind", "place"):
        if column in state.given:
            where[column] = f"{table}.{column} = :{column}"
            params[column] = state.given[column]
    if (mark := state.given.get("mark")) in _MARKS:
        where["mark"] = _MARKS[mark].format(table)
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
