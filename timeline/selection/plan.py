"""Choose the cheapest query plan for a state: find its rarest filter, and estimate how many happenings match all filters.

Owns that estimate, from counts made at append time and from short counts that stop early. Must not decide what matches: every plan
reads the same happenings, only at different speeds.
"""

import json
from dataclasses import dataclass
from functools import partial

from timeline.selection import search_words
from timeline.selection.snapshot import Params, Snapshot
from timeline.selection.state import FACETS, State

# The plan counts no further; a filter with more matches is taken to match a tenth of the timeline.
LOOK_TO, SHARE_BEYOND = 20_000, 0.1
# A filter with so few matches is listed without comparing it with any other.
VERY_FEW = 500
# Of replaced versions, a snapshot holds those of its time alone.
WORDS = (
    "select rowid as matched from happenings_fts where happenings_fts match :q"
    " union all select rowid from happening_versions_fts where happening_versions_fts match :q"
)
_COUNTED = "(select happenings from facets where facet = '{0}' and value = :{0})"
_LOOKED = f"(select count(*) from (select 1 from {{}} limit {LOOK_TO + 1}))"
_SEARCHED = _LOOKED.format("happenings_fts where happenings_fts match :q")
_REPLACED = _LOOKED.format("happening_versions where known_until is not null")


@dataclass(frozen=True)
class Plan:
    """`by` is the filter whose matches are listed, None if there is no filter; `rows` is how many matches it has.

    `walked`: how many happenings lie along the time order. `expected`: how many match all filters together. `matching`: of a search
    with more matches than are listed, a byte for each position, 1 if it matches; else empty.
    """

    by: str | None
    rows: int
    walked: int
    expected: int
    matching: bytes = b""


def plan(snapshot: Snapshot, state: State, actor: str | None, end: int) -> Plan:
    """Make the plan for a state. `actor` is the id to which the actor filter resolves, `end` the last position of the log."""
    sizes: dict[str, int] = {}
    matching = b""
    if (typed := state.given.get("q")) is not None:
        sizes["q"], matching = snapshot.remembered((_search, typed), partial(_search, snapshot, typed))
    if state.given.get("mark") == "corrected" or state.status == "retracted":
        sizes["replaced"] = snapshot.value(f"select {_REPLACED}")
        if sizes["replaced"] <= VERY_FEW:
            return Plan("replaced", sizes["replaced"], end, sizes["replaced"], matching)
    sizes |= _sizes(snapshot, state, actor)
    if state.as_of is not None:
        sizes["as_of"] = state.as_of
    known = {name: min(size, end) for name, size in sizes.items() if name not in ("q", "replaced") or size <= LOOK_TO}
    expected = float(end)
    for name in sizes:
        expected *= known[name] / end if name in known and end else SHARE_BEYOND
    rare = {name: size for name, size in known.items() if name != "as_of" or size < end * SHARE_BEYOND}
    by = min(rare, key=lambda name: rare[name]) if rare else next((name for name in sizes if name != "as_of"), None)
    return Plan(by, known.get(by or "", end), known.get("kind", end), round(expected), matching)


def _search(snapshot: Snapshot, typed: str) -> tuple[int, bytes]:
    """Count the happenings that match a search, no further than LOOK_TO + 1; if there are more, return `matching` of a plan too.

    Listing those takes the index of the words as long each time, however few happenings are compared with them.
    """
    params: Params = {"q": search_words.match(typed), "end": snapshot.end}
    (size,) = snapshot.plain(f"select {_SEARCHED}", params)[0]
    matching = bytearray(snapshot.end if size > LOOK_TO else 0)
    if matching:
        positions = f"select json_group_array(matched) from ({WORDS}) where matched between 1 and :end"
        for position in json.loads(snapshot.plain(positions, params)[0][0]):
            matching[position - 1] = 1
    return size, bytes(matching)


def _sizes(snapshot: Snapshot, state: State, actor: str | None) -> dict[str, int]:
    """Count the matches of each filter that a table has counted, alone."""
    params = {name: state.given[name] for name in FACETS if name in state.given}
    if "actor" in params:
        params["actor"] = actor or ""
    if params.get("mark") == "corrected":
        del params["mark"]  # counted as "replaced"
    counts = {name: _COUNTED.format(name) for name in params}
    if not counts:
        return {}
    sizes = snapshot.plain(f"select {', '.join(counts.values())}", params)[0]
    return {name: size or 0 for name, size in zip(counts, sizes, strict=True)}
