"""Choose the cheapest way to read the happenings of a state: which of its filters is the rarest, and how many all of them match.

Owns that estimate, from counts that were made as happenings were appended, and from looks that stop early. Must not decide
what matches: whatever the plan, the same happenings are read, only sooner or later.
"""

from dataclasses import dataclass

from timeline.selection import search_words
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State

# Matches are counted no further for a plan; where there are more, some tenth of the timeline is reckoned with.
LOOK_TO, SHARE_BEYOND = 20_000, 0.1
# What so few have is listed without a look at anything else.
VERY_FEW = 500
_FACETS = ("kind", "actor", "place", "tag", "source", "mark")
_COUNTED = "(select happenings from facets where facet = '{0}' and value = :{0})"
_LOOKED = f"(select count(*) from (select 1 from {{}} limit {LOOK_TO + 1}))"
_REPLACED = _LOOKED.format("happening_versions where known_until is not null")


@dataclass(frozen=True)
class Plan:
    """`by` is the filter whose matches are listed, and `rows` how many those are; None where nothing is filtered by.

    `walked`: how many happenings there are along the time order. `expected`: how many of them all filters together match.
    """

    by: str | None
    rows: int
    walked: int
    expected: int


def plan(snapshot: Snapshot, state: State, actor: str | None, end: int) -> Plan:
    """Make the plan for a state. `actor` is the id that the actor filter means, `end` the log's."""
    sizes: dict[str, int] = {}
    if state.given.get("mark") == "corrected" or state.status == "retracted":
        sizes["replaced"] = snapshot.value(f"select {_REPLACED}")
        if sizes["replaced"] <= VERY_FEW:
            return Plan("replaced", sizes["replaced"], end, sizes["replaced"])
    sizes |= _sizes(snapshot, state, actor)
    if state.as_of is not None:
        sizes["as_of"] = state.as_of
    known = {name: min(size, end) for name, size in sizes.items() if name not in ("q", "replaced") or size <= LOOK_TO}
    expected = float(end)
    for name in sizes:
        expected *= known[name] / end if name in known and end else SHARE_BEYOND
    rare = {name: size for name, size in known.items() if name != "as_of" or size < end * SHARE_BEYOND}
    by = min(rare, key=lambda name: rare[name]) if rare else next((name for name in sizes if name != "as_of"), None)
    return Plan(by, known.get(by or "", end), known.get("kind", end), round(expected))


def _sizes(snapshot: Snapshot, state: State, actor: str | None) -> dict[str, int]:
    """Count the matches of each filter alone; of those that no table has counted, no further than LOOK_TO + 1."""
    params = {name: state.given[name] for name in _FACETS if name in state.given}
    if "actor" in params:
        params["actor"] = actor or ""
    if params.get("mark") == "corrected":
        del params["mark"]  # it is listed by what was replaced
    counts = {name: _COUNTED.format(name) for name in params}
    if "q" in state.given:
        counts["q"] = _LOOKED.format("happenings_fts where happenings_fts match :q")
        params["q"] = search_words.match(state.given["q"])
    if not counts:
        return {}
    sizes = snapshot.plain(f"select {', '.join(counts.values())}", params)[0]
    return {name: size or 0 for name, size in zip(counts, sizes, strict=True)}
