"""The happenings beside one: their headlines, its parts, what refers to it, and what cites a source.

Owns that reading, from a snapshot.
"""

import json
from collections.abc import Iterable, Sequence
from sqlite3 import Row

from timeline.reading.wording import NO_TITLE, claimed
from timeline.selection import time_order
from timeline.selection.snapshot import EACH, Snapshot
from timeline.shortening import shortened

MOST_PARTS = 100_000
# As `wording.headline` gives it; null where the happening was redacted.
_CLAIMED = claimed("' || attributed_to || '")
HEADLINE = f"iif(attributed_to is null, '', '{_CLAIMED}') || title"


def headlines(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str | None]:
    """Give the headlines of the happenings that are known, by id; None where the happening was redacted."""
    rows = snapshot.rows(
        f"select id, {HEADLINE} as title from happenings where id in (select value from json_each(:ids))",
        {"ids": json.dumps(sorted(set(ids)))},
    )
    return {row["id"]: row["title"] for row in rows}


def titles(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str]:
    """Give the headlines of the happenings that are known, cut to a line, by id; of one that was redacted, that."""
    return {id: shortened(title, 120) if title else f"{id} {NO_TITLE}" for id, title in headlines(snapshot, ids).items()}


def near(snapshot: Snapshot, id_: str) -> Sequence[Row]:
    """Give the (id, title) of happenings that are known and have a like id."""
    return snapshot.rows(
        f"select id, substr({HEADLINE}, 1, 120) as title from happenings"
        " where id >= :start and id < :start || '{' order by id limit 8",
        {"start": id_[: max(3, len(id_) // 2)]},
    )


def parts(snapshot: Snapshot, whole: str, most: int = -1) -> Sequence[Row]:
    """Give the (id, title, date, status) of what is known to be part of a happening, in time order."""
    columns = f"id, {HEADLINE} as title, date, status, {time_order.COLUMNS}"
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


def citing(snapshot: Snapshot, source: str) -> Sequence[Row]:
    """Give the (id, title, status) of the happenings that are known to cite a source, in the order of the log."""
    cited = "id in (select happening from citations where source = :source)"
    return snapshot.rows(
        f"select * from (select id, {HEADLINE} as title, status, position from happenings where {cited} {EACH}) order by position",
        {"source": source},
    )
