"""What is known of other happenings, now or at a position of the log: their titles, their parts, what refers to them.

Owns that reading. What stood at a position is what still stands and was recorded by then (`happenings`, which has the
indexes), and what stood then and has been superseded since (`happening_versions`); each happening is in one of them, once.
Without a position, `as_of` is None and only `happenings` answers.
"""

import json
from collections.abc import Iterable, Sequence
from sqlite3 import Row

from datasette.database import Database

from timeline.exchange.writing import saying
from timeline.web.pages import keys

# A happening's title in SQL, as `saying.headline` gives it: after whose claim it is, where it is one.
_CLAIMED = saying.claimed("' || attributed_to || '")
HEADLINE = f"iif(attributed_to is null, '', '{_CLAIMED}') || title"

_STANDING = "(:as_of is null or happenings.position <= :as_of)"
_SUPERSEDED = (
    "happening_versions.known_from <= :as_of and happening_versions.known_until > :as_of"
    " and happening_versions.known_until is not null"
)


def _known(columns: str, where: str) -> str:
    """Give the SELECT for the happenings known at :as_of, or now."""
    return (
        f"select {columns} from happenings where {where} and {_STANDING}"
        f" union all select {columns} from happening_versions where {where} and {_SUPERSEDED}"
    )


async def titles(database: Database, ids: Iterable[str], as_of: int | None) -> dict[str, str]:
    """Give the titles of the happenings that are known, cut to a line, by id."""
    rows = await database.execute(
        _known(f"id, substr({HEADLINE}, 1, 121) as title, status", "id in (select value from json_each(:ids))"),
        {"ids": json.dumps(sorted(set(ids))), "as_of": as_of},
    )
    return {row["id"]: _named(row) for row in rows.rows}


def _named(row: Row) -> str:
    return f"{row['id']} (redacted)" if row["status"] == "redacted" else clipped(row["title"] or "", 120)


async def near(database: Database, id_: str, as_of: int | None) -> Sequence[Row]:
    """Give the (id, title) of happenings that are known and have a like id."""
    rows = await database.execute(
        _known(f"id, substr({HEADLINE}, 1, 120) as title", "id >= :start and id < :start || '{'") + " order by id limit 8",
        {"start": id_[: max(3, len(id_) // 2)], "as_of": as_of},
    )
    return list(rows.rows)


async def parts(database: Database, whole: str, as_of: int | None, most: int) -> Sequence[Row]:
    """Give the (id, title, date, status) of what is known to be part of a happening, in time order."""
    columns = f"id, substr({HEADLINE}, 1, 300) as title, date, status, earliest_day, latest_day, day_second"
    rows = await database.execute(
        f"select * from ({_known(columns, 'part_of = :whole')}) order by {keys.ORDER} limit :most",
        {"whole": whole, "as_of": as_of, "most": most},
    )
    return list(rows.rows)


async def count_parts(database: Database, wholes: Iterable[str], as_of: int | None) -> dict[str, int]:
    """Count the parts of each happening that are known and current; 1,000 of those that still stand are as many as count."""
    rows = await database.execute(
        "select wholes.value as id, (select count(*) from (select 1 from happenings where part_of = wholes.value"
        f" and status = 'current' and {_STANDING} limit 1000)) as parts from json_each(:ids) as wholes"
        " union all select part_of, count(*) from happening_versions"
        f" where part_of in (select value from json_each(:ids)) and status = 'current' and {_SUPERSEDED} group by part_of",
        {"ids": json.dumps(list(wholes)), "as_of": as_of},
    )
    counted: dict[str, int] = {}
    for row in rows.rows:
        counted[row["id"]] = counted.get(row["id"], 0) + row["parts"]
    return counted


async def referring(database: Database, id_: str, as_of: int | None, most: int) -> list[tuple[str, str]]:
    """Give the (relation, id) of the happenings that are known to refer to one.

    What superseded versions referred to stands in their events alone; those that do not name the id are not parsed.
    """
    rows = await database.execute(
        "select related.relation as relation, related.happening as happening from related"
        f" join happenings on happenings.id = related.happening where related.other = :id and {_STANDING}"
        " union all select json_extract(tie.value, '$.relation'), happening_versions.id"
        " from happening_versions join events on events.position = happening_versions.position"
        " join json_each(events.data, '$.statement.related') as tie"
        f" where {_SUPERSEDED} and instr(events.data, '\"' || :id || '\"') and json_extract(tie.value, '$.other') = :id"
        " order by relation, happening limit :most",
        {"id": id_, "as_of": as_of, "most": most},
    )
    return [(row["relation"], row["happening"]) for row in rows.rows]


def clipped(text: str, length: int) -> str:
    """Cut a text to a length, with an ellipsis where it was longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
