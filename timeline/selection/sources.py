"""The archived sources that match a query, in order, and how many citations each has: now, or as of a position.

Owns that SQL, over a snapshot. Must not check permissions.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row

from timeline.selection import search_words
from timeline.selection.snapshot import EACH, Params, Snapshot

PAGE_SIZE = 50
# Count at most so many quotations of one source; beyond them, pages say that there are more.
MOST_QUOTATIONS = 2_000
_COLUMNS = (
    "id, title, publisher, author, published, language, media_type, extractor, text_sha256, characters, archived_at, position"
)
# The versions replaced since the position, with the sources that they cite; none for now.
_REPLACED = (
    "select value as source, id as happening, replaced.position, number from main.happening_versions as replaced"
    " join main.replaced_values as named on named.position = replaced.position and list = 'citations'"
    " where known_until > :as_of and replaced.position <= :as_of and status = 'current'"
)
# How many current happenings cite each source: as counted for now, without those recorded since, and with those replaced since.
_WEIGHED = f"""
select source, sum(happenings) as happenings from (
  select value as source, happenings from main.facets where facet = 'source'
  union all
  select source, -count(distinct happening) from main.happenings as later cross join main.citations as cited on happening = id
  where position > :as_of and status = 'current' group by source
  union all
  select source, count(distinct happening) from ({_REPLACED}) group by source
) group by source having sum(happenings) > 0
"""
# From the tables, no more of each source than are counted.
_CITING = f"""
select source, sum(counted ->> 0) as quotations, sum(counted ->> 1) as disputing from (
  select wanted.value as source, (
    select json_array(count(*), coalesce(sum(stance = 'disputes'), 0)) from (
      select stance from main.citations as cited cross join main.happenings as citing on citing.id = cited.happening
      where cited.source = wanted.value and status = 'current' and (:as_of is null or position <= :as_of) limit :most
    )
  ) as counted from json_each(:ids) as wanted
  union all
  select source, json_array(count(*), sum(stance = 'disputes')) from (
    select source, data ->> ('$.statement.citations[' || number || '].stance') as stance
    from ({_REPLACED}) as later cross join main.events on events.position = later.position
    where source in (select value from json_each(:ids))
  ) group by source
) group by source
"""
_FIRST_DAY = "coalesce(edtf_earliest_day(published), edtf_latest_day(published))"
_BY_TITLE = "title is null, title collate nocase, id"
ORDERS = {
    "title": _BY_TITLE,
    "date": f"{_FIRST_DAY} is null, {_FIRST_DAY}, {_BY_TITLE}",
    "newest": f"{_FIRST_DAY} is null, {_FIRST_DAY} desc, {_BY_TITLE}",
    "weight": f"coalesce(weighed.happenings, 0) desc, {_BY_TITLE}",
}


@dataclass(frozen=True)
class SourceQuery:
    """A query for sources. `of_texts`: search the texts too, which not everyone may read."""

    words: str = ""
    order: str = "title"
    page: int = 1
    of_texts: bool = True


@dataclass(frozen=True)
class Weight:
    """How many citations a source has. `more`: it has more than were counted, so each number is a minimum."""

    happenings: int
    supporting: int
    disputing: int
    more: bool


def count(snapshot: Snapshot, query: SourceQuery) -> int:
    """Count the matching sources."""
    where, params = _chosen(query)
    return int(snapshot.value(f"select count(*) from (select 1 from sources {where} {EACH})", params))


def page(snapshot: Snapshot, query: SourceQuery) -> list[Row]:
    """Fetch a page of the matching sources, in the query's order. Raises TookTooLong."""
    where, params = _chosen(query)
    weights = "select key as source, value as happenings from json_each(:weights)"
    weighed = f" left join ({weights}) as weighed on weighed.source = id" if query.order == "weight" else ""
    return snapshot.rows(
        f"select shown.* from (select {_COLUMNS} from sources {where} {EACH}) as shown{weighed}"
        f" order by {ORDERS[query.order]} limit {PAGE_SIZE} offset :offset",
        {**params, "offset": (query.page - 1) * PAGE_SIZE, "weights": json.dumps(resting(snapshot) if weighed else {})},
    )


def every(snapshot: Snapshot, query: SourceQuery) -> list[Row]:
    """Fetch all matching sources, in the order in which they were archived."""
    where, params = _chosen(query)
    return snapshot.rows(f"select * from (select {_COLUMNS} from sources {where} {EACH}) order by archived_at, position", params)


def resting(snapshot: Snapshot) -> dict[str, int]:
    """Count the current happenings that cite each source."""
    return snapshot.remembered(
        (_WEIGHED, snapshot.as_of), lambda: {row["source"]: row["happenings"] for row in snapshot.rows(_WEIGHED)}
    )


def weigh(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, Weight]:
    """Count the citations of each of these sources."""
    happenings, weights = resting(snapshot), {}
    for source, quotations, disputing in snapshot.rows(_CITING, {"ids": json.dumps(list(ids)), "most": MOST_QUOTATIONS + 1}):
        more = quotations > MOST_QUOTATIONS
        weights[source] = Weight(happenings.get(source, 0), quotations - more - disputing, disputing, more)
    return weights


def _chosen(query: SourceQuery) -> tuple[str, Params]:
    """Return the WHERE clause that selects the sources, and its parameters."""
    if not query.words:
        return "", {}
    # The index describes each source as it is now. Sources corrected since are searched by themselves, except for their texts,
    # which never change.
    own = "words_among(:words, title, publisher, author, id)"
    params = {"words": query.words}
    if not query.of_texts:
        return f"where {own}", params
    params["match"] = search_words.match(query.words)
    params["match_text"] = f"{{text}} : ({params['match']})"
    now = "id = :words or position in (select rowid from sources_fts where sources_fts match :match)"
    as_of = (
        f"{own} or id in (select known.id from sources_fts join main.sources as known on known.position = sources_fts.rowid"
        " where sources_fts match :match_text)"
    )
    return f"where iif(corrected_since, {as_of}, {now})", params
