"""What is known of other happenings: their titles, their parts, what refers to them.

Owns that reading, from a snapshot.
"""

import json
from collections.abc import Iterable, Sequence
from sqlite3 import Row

from timeline.exchange.writing import saying
from timeline.selection import time_order
from timeline.selection.snapshot import EACH, Snapshot

MOST_PARTS = 100_000
# A happening's title in SQL, as `saying.headline` gives it: after whose claim it is, where it is one.
_CLAIMED = saying.claimed("' || attributed_to || '")
HEADLINE = f"iif(attributed_to is null, '', '{_CLAIMED}') || title"


def titles(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str]:
    """Give the titles of the happenings that are known, cut to a line, by id."""
    rows = snapshot.rows(
        f"select id, substr({HEADLINE}, 1, 121) as title, status from happenings where id in (select value from json_each(:ids))",
        {"ids": json.dumps(sorted(set(ids)))},
    )
    return {row["id"]: _named(row) for row in rows}


def _named(row: Row) -> str:
    return f"{row['id']} (redacted)" if row["status"] == "redacted" else clipped(row["title"] or "", 120)


def near(snapshot: Snapshot, id_: str) -> Sequence[Row]:
    """Give the (id, title) of happenings that are known and have a like id."""
    return snapshot.rows(
        f"select id, substr({HEADLINE}, 1, 120) as title from happenings"
        " where id >= :start and id < :start || '{' order by id limit 8",
        {"start": id_[: max(3, len(id_) // 2)]},
    )


def parts(snapshot: Snapshot, whole: str, most: int) -> Sequence[Row]:
    """Give the (id, title, date, status) of what is known to be part of a happening, in time order."""
    columns = f"id, substr({HEADLINE}, 1, 300) as title, date, status, {time_order.COLUMNS}"
    return snapshot.rows(
        f"select * from (select {columns} from happenings where part_of = :whole {EACH}) order by {time_order.ORDER} limit :most",
        {"whole": whole, "most": most},
    )


def count_parts(snapshot: Snapshot, wholes: Iterable[str]) -> dict[str, int]:
    """Count the parts of each happening that are known and current, no further than MOST_PARTS of all of them together."""
    rows = snapshot.rows(
        "select part_of, count(*) as parts from (select part_of from happenings where status = 'current'"
        " and part_of in (select value from json_each(:ids)) limit :most) group by part_of",
        {"ids": json.dumps(list(wholes)), "most": MOST_PARTS},
    )
    return {row["part_of"]: row["parts"] for row in rows}


def referring(snapshot: Snapshot, id_: str, most: int) -> list[tuple[str, str]]:
    """Give the (relation, id) of the happenings that are known to refer to one."""
    rows = snapshot.rows(
        f"select * from (select relation, happening from related where other = :id {EACH})"
        " order by relation, happening limit :most",
        {"id": id_, "most": most},
    )
    return [(row["relation"], row["happening"]) for row in rows]


def clipped(text: str, length: int) -> str:
    """Cut a text to a length, with an ellipsis where it was longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
