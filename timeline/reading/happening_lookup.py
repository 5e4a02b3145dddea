"""Look up happenings in a snapshot: their headlines, parts, references and citations of a source."""

import json
from collections.abc import Iterable, Sequence
from sqlite3 import Row

from timeline.reading.wording import NO_TITLE, claimed
from timeline.selection import time_order
from timeline.selection.snapshot import EACH, Snapshot
from timeline.shortening import shortened

MOST_PARTS = 100_000
# As `wording.headline` writes it; null if the happening was redacted.
_CLAIMED = claimed("' || attributed_to || '")
HEADLINE = f"iif(attributed_to is null, '', '{_CLAIMED}') || title"


def headlines(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str | None]:
    """Return the headlines of known happenings, by id; None for a redacted one."""
    rows = snapshot.rows(
        f"select id, {HEADLINE} as title from happenings where id in (select value from json_each(:ids))",
        {"ids": json.dumps(sorted(set(ids)))},
    )
    return {row["id"]: row["title"] for row in rows}


def titles(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str]:
    """Return the headlines of known happenings, cut to a line, by id; for a redacted one, say that."""
    return {id: shortened(title, 120) if title else f"{id} {NO_TITLE}" for id, title in headlines(snapshot, ids).items()}


def near(snapshot: Snapshot, id_: str) -> Sequence[Row]:
    """Return the (id, title) of known happenings with a similar id."""
    return snapshot.rows(
        f"select id, substr({HEADLINE}, 1, 120) as title from happenings"
        " where id >= :start and id < :start || '{' order by id limit 8",
        {"start": id_[: max(3, len(id_) // 2)]},
    )


def parts(snapshot: Snapshot, parent: str, most: int = -1) -> Sequence[Row]:
    """Return the (id, title, date, status) of the known parts of a happening, in time order."""
    columns = f"id, {HEADLINE} as title, date, status, {time_order.COLUMNS}"
    return snapshot.rows(
        f"select * from (select {columns} from happenings where part_of = :parent {EACH}) order by {time_order.ORDER} limit :most",
        {"parent": parent, "most": most},
    )


def count_parts(snapshot: Snapshot, parents: Iterable[str]) -> dict[str, int]:
    """Count the known, current parts of each happening, up to MOST_PARTS in all."""
    rows = snapshot.rows(
        "select part_of, count(*) as parts from (select part_of from happenings where status = 'current'"
        " and part_of in (select value from json_each(:ids)) limit :most) group by part_of",
        {"ids": json.dumps(list(parents)), "most": MOST_PARTS},
    )
    return {row["part_of"]: row["parts"] for row in rows}


def referring(snapshot: Snapshot, id_: str, most: int) -> list[tuple[str, str]]:
    """Return the (relation, id) of the known happenings that refer to one."""
    rows = snapshot.rows(
        f"select * from (select relation, happening from related where other = :id {EACH})"
        " order by relation, happening limit :most",
        {"id": id_, "most": most},
    )
    return [(row["relation"], row["happening"]) for row in rows]


def citing(snapshot: Snapshot, source: str) -> Sequence[Row]:
    """Return the (id, title, status) of the known happenings that cite a source, in the order of the log."""
    cited = "id in (select happening from citations where source = :source)"
    return snapshot.rows(
        f"select * from (select id, {HEADLINE} as title, status, position from happenings where {cited} {EACH}) order by position",
        {"source": source},
    )
