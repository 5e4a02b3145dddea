"""Which happenings a state of the page shows, as SQL conditions.

Owns the conditions for both tables they are read from, each able to stand alone in a WHERE clause, with named
parameters. Must not run them, nor order what they choose. What stood at a position is what still stands and was
recorded by then (`happenings`), and what has been corrected or retracted since (`happening_versions`, whose people,
tags and quotations are in the event itself).
"""

from dataclasses import dataclass

from timeline.web.pages import keys, search
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
# Each correction took the place of an earlier version, and there is an index of those.
_CORRECTIONS = "happenings.position in (select known_until from happening_versions where known_until is not null)"
_DISPUTED = "happenings.id in (select happening from citations where stance = 'disputes')"
_DISPUTED_THEN = _IN_EVENT.format(list="citations", test="json_extract(said.value, '$.stance') = 'disputes'")


@dataclass(frozen=True)
class Chosen:
    """A table, the conditions on its rows, and their parameters."""

    table: str
    where: tuple[str, ...]
    params: Params

    @property
    def sql(self) -> str:
        """The conditions as one."""
        return " and ".join(f"({condition})" for condition in self.where) or "1"


# What is filtered by in other tables: the rows there, and which column of happenings they name. The plus sign, where
# each happening is tried, keeps SQLite from looking through all the rows of the value each time.
ELSEWHERE = {
    "actor": ("happening_actors", "happening", "id", "actor = :actor"),
    "tag": ("happening_tags", "happening", "id", "tag = :tag"),
    "source": ("citations", "happening", "id", "source = :source"),
    "q": ("happenings_fts", "rowid", "position", "happenings_fts match :q"),
}


def standing(state: State, actor: str | None, common: frozenset[str] = frozenset()) -> Chosen:
    """Choose among what stands now. `actor` is the id that the actor filter was found to mean.

    The matches of a filter elsewhere are listed first; where it is `common`, each happening is tried instead.
    """
    where, params = _plain("happenings", state)
    mark = state.given.get("mark")
    if mark == "disputed":
        where.append(_DISPUTED)
    elif mark == "corrected":
        where.append(_CORRECTIONS)
    if state.as_of is not None:
        where.append("happenings.position <= :as_of")
        params["as_of"] = state.as_of
    for name, (table, named, column, test) in ELSEWHERE.items():
        if name not in state.given:
            continue
        params[name] = elsewhere(state, actor, name)
        if name in common and name != "q":  # the index of words cannot be asked about one happening in less than all its time
            where.append(f"exists (select 1 from {table} where {table}.{named} = happenings.{column} and +{test})")
        else:
            where.append(f"happenings.{column} in (select {named} from {table} where {test})")
    return Chosen("happenings", tuple(where), params)


def elsewhere(state: State, actor: str | None, name: str) -> str:
    """Give the value that a filter elsewhere looks for."""
    if name == "actor":
        return actor or ""
    return search.match(state.given["q"]) if name == "q" else state.given[name]


def superseded(state: State, actor_name: str | None) -> Chosen:
    """Choose among the versions that stood at the position and have been superseded since."""
    until = "happening_versions.known_until > :as_of and happening_versions.known_until is not null"
    return _versions(state, actor_name, until)


def known(state: State, actor_name: str | None) -> Chosen:
    """Choose among all the versions that stood at the position: the same rows from one table."""
    return _versions(state, actor_name, "happening_versions.known_until is null or happening_versions.known_until > :as_of")


def _versions(state: State, actor_name: str | None, until: str) -> Chosen:
    where, params = _plain("happening_versions", state)
    where += ["happening_versions.known_from <= :as_of", until]
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
    return Chosen("happening_versions", tuple(where), params)


def _says(name: str) -> str:
    """Give the condition that a version's words, people or quotations hold a pattern."""
    said = ("title", "summary", "place")
    own = [f"happening_versions.{column} like :{name} escape '\\'" for column in said]
    inside = [("actors", "name"), ("citations", "quote")]
    listed = [
        _IN_EVENT.format(list=list_, test=f"json_extract(said.value, '$.{key}') like :{name} escape '\\'") for list_, key in inside
    ]
    return " or ".join([*own, *listed])


def _plain(table: str, state: State) -> tuple[list[str], Params]:
    """Choose by what stands in the row itself."""
    where: list[str] = []
    params: Params = {}
    if state.status != "all":
        where.append(f"{table}.status = :status")
        params["status"] = state.status
    for column in ("kind", "place"):
        if column in state.given:
            where.append(f"{table}.{column} = :{column}")
            params[column] = state.given[column]
    if (mark := state.given.get("mark")) in _MARKS:
        where.append(_MARKS[mark].format(table))
    # Written as in the index, so that a walk along it need not look at rows that are out of the period.
    if state.from_day is not None:
        where.append(f"({keys.LAST} <= -:from_day or {keys.LAST} = {keys.NO_END})")
        params["from_day"] = state.from_day
    if state.to_day is not None:
        where.append("coalesce(earliest_day, -9e15) <= :to_day")
        params["to_day"] = state.to_day
    return where, params
