"""Which sources a list shows, in which order, and what rests on each: now, or as of a position.

Owns that SQL. A source as of a position is as its latest version by then says; what was redacted since stays gone. What rests
on it is counted over current happenings: those that still stand, and those superseded since. Must not ask for permission.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row

from datasette.database import Database

from timeline.web.pages import search

Params = dict[str, str | int | None]

PAGE_SIZE = 50
# Of the quotations of one source, so many are counted; beyond them it is said that there are more.
MOST_QUOTATIONS = 2_000
_COLUMNS = ("title", "publisher", "author", "published", "language", "media_type", "extractor")
_NOW = f"select id, {', '.join(_COLUMNS)}, text_sha256, position, 0 as corrected_since from sources"
_IN_EVENT = ", ".join(f"json_extract(events.data, '$.statement.{column}')" for column in _COLUMNS)
_THEN = (
    f"{_NOW} where position <= :as_of union all select sources.id, {_IN_EVENT}, text_sha256, events.position, 1"
    " from sources join events on events.stream = 'source/' || sources.id and events.position = ("
    "select max(position) from events as former where former.stream = 'source/' || sources.id and former.position <= :as_of"
    " and former.type in ('SourceArchived', 'SourceCorrected')) where sources.position > :as_of"
)
_SUPERSEDED = (
    "select json_extract(said.value, '$.source') as source, happening_versions.id as happening,"
    " json_extract(said.value, '$.stance') as stance"
    " from happening_versions join events on events.position = happening_versions.position"
    " join json_each(events.data, '$.statement.citations') as said"
    " where happening_versions.status = 'current' and happening_versions.known_from <= :as_of"
    " and happening_versions.known_until > :as_of and happening_versions.known_until is not null"
)
_STANDING = "happenings.status = 'current' and (:as_of is null or happenings.position <= :as_of)"
_WEIGHED_NOW = "select value as source, happenings from facets where facet = 'source'"
_WEIGHED_THEN = (
    "select source, count(distinct happening) as happenings from (select citations.source as source, happening"
    f" from happenings join citations on citations.happening = happenings.id where {_STANDING}"
    f" union all select source, happening from ({_SUPERSEDED})) group by source"
)
_FIRST_DAY = "coalesce(edtf_earliest_day(published), edtf_latest_day(published))"
_BY_TITLE = "title is null, title collate nocase, id"
ORDERS = {
    "title": _BY_TITLE,
    "date": f"{_FIRST_DAY} is null, {_FIRST_DAY}, {_BY_TITLE}",
    "newest": f"{_FIRST_DAY} is null, {_FIRST_DAY} desc, {_BY_TITLE}",
    "weight": f"coalesce(weighed.happenings, 0) desc, {_BY_TITLE}",
}


@dataclass(frozen=True)
class Asked:
    """What is asked for. `of_texts` where the words may be looked for in the texts too, which not everyone may read."""

    words: str = ""
    as_of: int | None = None
    order: str = "title"
    page: int = 1
    of_texts: bool = True


@dataclass(frozen=True)
class Weight:
    """What rests on a source. `more` where it has more quotations than were counted, so that each number is at least so much."""

    happenings: int
    supporting: int
    disputing: int
    more: bool


async def count(database: Database, what: Asked) -> int:
    """Count the sources that are asked for."""
    sql, params = _chosen(what)
    rows = await database.execute(f"{sql[0]} select count(*) from shown {sql[1]}", params)
    return int(rows.rows[0][0])


async def fetch(database: Database, what: Asked) -> Sequence[Row]:
    """Fetch a page of the sources that are asked for, in their order."""
    (shown, where), params = _chosen(what)
    weighed = ""
    if what.order == "weight":
        shown += f", weighed as materialized ({_WEIGHED_NOW if what.as_of is None else _WEIGHED_THEN})"
        weighed = " left join weighed on weighed.source = shown.id"
    rows = await database.execute(
        f"{shown} select shown.* from shown{weighed} {where} order by {ORDERS[what.order]} limit {PAGE_SIZE} offset :offset",
        {**params, "offset": (what.page - 1) * PAGE_SIZE},
    )
    return list(rows.rows)


async def weigh(database: Database, ids: Sequence[str], as_of: int | None) -> dict[str, Weight]:
    """Count what rests on each of these sources."""
    params: Params = {"ids": json.dumps(list(ids)), "as_of": as_of, "most": MOST_QUOTATIONS + 1}
    rows = await database.execute(
        "select asked.value as source, (select json_array(count(distinct happening), count(*),"
        " coalesce(sum(stance = 'disputes'), 0))"
        " from (select happening, stance from citations cross join happenings on happenings.id = citations.happening"
        f" where citations.source = asked.value and {_STANDING} limit :most)) as counted,"
        " (select happenings from facets where facet = 'source' and facets.value = asked.value) as known"
        " from json_each(:ids) as asked",
        params,
    )
    found = {}
    for row in rows.rows:
        happenings, quotations, disputing = json.loads(row["counted"])
        more = quotations > MOST_QUOTATIONS
        # All that stand now are counted already.
        found[row["source"]] = Weight(
            (row["known"] or 0) if as_of is None else happenings, quotations - more - disputing, disputing, more
        )
    if as_of is not None:
        await _add_superseded(database, found, params)
    return found


async def _add_superseded(database: Database, found: dict[str, Weight], params: Params) -> None:
    rows = await database.execute(
        "select source, count(distinct happening) as happenings, count(*) as quotations, sum(stance = 'disputes') as disputing"
        f" from ({_SUPERSEDED}) where source in (select value from json_each(:ids)) group by source",
        {name: params[name] for name in ("ids", "as_of")},
    )
    for row in rows.rows:
        was = found[row["source"]]
        found[row["source"]] = Weight(
            was.happenings + row["happenings"],
            was.supporting + row["quotations"] - row["disputing"],
            was.disputing + row["disputing"],
            was.more,
        )


def _chosen(what: Asked) -> tuple[tuple[str, str], Params]:
    """Give the WITH clause that shows the sources, the WHERE clause that chooses among them, and the parameters of both."""
    shown = f"with shown as ({_NOW if what.as_of is None else _THEN})"
    params: Params = {} if what.as_of is None else {"as_of": what.as_of}
    if not what.words:
        return (shown, ""), params
    # The index has each source as it now is; what has been corrected since is looked at by itself, but for its text, which stays.
    own = "words_among(:words, title, publisher, author, id)"
    params["words"] = what.words
    if not what.of_texts:
        return (shown, f"where {own}"), params
    params["match"] = search.match(what.words)
    where = "shown.id = :words or position in (select rowid from sources_fts where sources_fts match :match)"
    if what.as_of is not None:
        params["match_text"] = f"{{text}} : ({params['match']})"
        where = (
            f"iif(corrected_since, {own} or id in (select sources.id from sources_fts join sources"
            f" on sources.position = sources_fts.rowid where sources_fts match :match_text), {where})"
        )
    return (shown, f"where {where}"), params
