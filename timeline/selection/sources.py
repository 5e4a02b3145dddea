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
_WEIGHED_NOW = "select value as source, happenings from facets where facet = 'source'"
_WEIGHED_AS_OF = (
    "select source, count(distinct happening) as happenings from (select source, happening from citations where"
    " (:source is null or source = :source) and happening not in (select id from happenings where status <> 'current')"
    f" {EACH}) group by source"
)
# From the tables, no more of each source than are counted; from the events, everything replaced since, for all sources at once.
_CITING = """
with wanted as materialized (select value as source from json_each(:ids)),
citing as materialized (
  select wanted.source as source, counted.value ->> 0 as happenings, counted.value ->> 1 as quotations,
    counted.value ->> 2 as disputing
  from wanted, json_each(json_array((
    select json_array(count(distinct happening), count(*), coalesce(sum(stance = 'disputes'), 0)) from (
      select happening, stance from citations cross join happenings on happenings.id = citations.happening
      where citations.source = wanted.source and status = 'current' and (:as_of is null or position <= :as_of) limit :most
    )
  ))) as counted
  union all
  select listed.value ->> '$.source' as source, count(distinct replaced.id), count(*), sum(listed.value ->> '$.stance' = 'disputes')
  from happening_versions as replaced join events on events.position = replaced.position
  join json_each(events.data, '$.statement.citations') as listed
  where replaced.known_until > :as_of and replaced.position <= :as_of and replaced.status = 'current'
    and listed.value ->> '$.source' in (select source from wanted)
  group by 1
)
select source, sum(happenings) as happenings, sum(quotations) as quotations, sum(disputing) as disputing,
  (select happenings from facets where facet = 'source' and value = source) as known
from citing group by source
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
    weighed = ""
    if query.order == "weight":
        weighed = f" left join ({_WEIGHED_NOW if snapshot.as_of is None else _WEIGHED_AS_OF}) as weighed on weighed.source = id"
    return snapshot.rows(
        f"select shown.* from (select {_COLUMNS} from sources {where} {EACH}) as shown{weighed}"
        f" order by {ORDERS[query.order]} limit {PAGE_SIZE} offset :offset",
        {**params, "offset": (query.page - 1) * PAGE_SIZE, "source": None},
    )


def every(snapshot: Snapshot, query: SourceQuery) -> list[Row]:
    """Fetch all matching sources, in the order in which they were archived."""
    where, params = _chosen(query)
    return snapshot.rows(f"select * from (select {_COLUMNS} from sources {where} {EACH}) order by archived_at, position", params)


def resting(snapshot: Snapshot, source: str | None = None) -> dict[str, int]:
    """Count the current happenings that cite each source, or one of them."""
    rows = snapshot.rows(_WEIGHED_AS_OF, {"source": source})
    return {row["source"]: row["happenings"] for row in rows}


def weigh(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, Weight]:
    """Count the citations of each of these sources."""
    params: Params = {"ids": json.dumps(list(ids)), "as_of": snapshot.as_of, "most": MOST_QUOTATIONS + 1}
    weights = {}
    for source, happenings, quotations, disputing, known in snapshot.plain(_CITING, params):
        more = quotations > MOST_QUOTATIONS
        # For now, a table holds the full count.
        citing = (known or 0) if snapshot.as_of is None else happenings
        weights[source] = Weight(citing, quotations - more - disputing, disputing, more)
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
