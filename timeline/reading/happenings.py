"""Read happenings from the log, with their quotations, sources and pages; and quotations alone from the read tables.

Must not choose happenings, nor know a page or a format. Redacted events are skipped.
"""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from timeline import authors, dates, fields
from timeline.errors import StatementInvalid
from timeline.reading import sources
from timeline.reading.records import Happening, Picture, Quotation, Source
from timeline.selection.snapshot import EACH, Snapshot

BATCH: Final = 500
_NOTHING_QUOTED: Final[Mapping[str, Any]] = {"quote": "", "prefix": "", "suffix": "", "start_char": 0, "end_char": 0}
_EVENTS: Final = """
SELECT position, substr(stream, 11), version, type, recorded_at, recorded_by, data,
  type = 'HappeningCorrected' OR type = 'HappeningRetracted' AND EXISTS (
    SELECT 1 FROM events AS earlier WHERE earlier.stream = events.stream AND earlier.version < events.version
    AND earlier.type = 'HappeningCorrected'
  )
FROM events
WHERE position IN (SELECT value FROM json_each(?)) AND data IS NOT NULL
  AND type IN ('HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted')
"""
_REVIEWED: Final = (
    "select * from (select position, review from happenings"
    f" where position in (select value from json_each(:positions)) {EACH}) where review is not null"
)
_CITED: Final = (
    "select * from (select happening, number, source, quote, prefix, suffix, start_char, end_char, grade, stance, supports, page,"
    " fragment, description"
    " from citations where citations.happening in (select value from json_each(:happenings))"
    f" and (:most is null or number <= :most or stance = 'disputes') {EACH}) order by happening, number"
)


def at_positions(connection: sqlite3.Connection, positions: Sequence[int], *, as_of: int | None = None) -> Iterator[Happening]:
    """Read the happenings whose events are at these positions, in this order, with their sources as of a position, or now.

    Skip positions of redacted or other events. Raises StatementInvalid if the data of an event is malformed.
    """
    archive = _Archive(Snapshot(connection, as_of))
    for begin in range(0, len(positions), BATCH):
        batch = list(positions[begin : begin + BATCH])
        rows = {row[0]: row for row in connection.execute(_EVENTS, (json.dumps(batch),))}
        data = {position: _data(row[6], position) for position, row in rows.items()}
        archive.learn(data)
        reviews = archive.reviews(batch)
        for position in batch:
            if position in rows:
                yield _happening(rows[position], data[position], archive, reviews.get(position))


def quotations(snapshot: Snapshot, happenings: Iterable[str], most: int | None = None) -> dict[str, list[Quotation]]:
    """Read the quotations of happenings, by the happening's id: up to `most` for each, and all that dispute it."""
    rows = snapshot.rows(_CITED, {"happenings": json.dumps(list(happenings)), "most": most})
    known = sources.by_id(snapshot, {row["source"] for row in rows}, heads=True)
    cited: dict[str, list[Quotation]] = {}
    for happening, number, source_id, *values in rows:
        source = known.get(source_id) or Source(source_id, None)
        one = Quotation(number, source, *values)
        one.page = one.page if source.has_pages else None
        cited.setdefault(happening, []).append(one)
    return cited


class _Archive:
    """A cache of the sources read so far, and of the first characters of their pages."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.sources: dict[str, Source] = {}
        self.pages: dict[str, list[int]] = {}
        self.has_reviews = bool(snapshot.plain("select 1 from reviews limit 1"))

    def learn(self, data: Mapping[int, Mapping[str, Any]]) -> None:
        """Read the sources that these events cite and that are not cached."""
        cited = {
            str(one.get("source"))
            for payload in data.values()
            for name in ("citations", "media")
            for one in payload["statement"].get(name) or ()
        }
        self.sources |= sources.by_id(self.snapshot, cited - self.sources.keys(), heads=True)

    def reviews(self, positions: Sequence[int]) -> dict[int, str]:
        """Return the reviews of the happenings with these positions, where there are any."""
        rows = self.snapshot.rows(_REVIEWED, {"positions": json.dumps(positions)}) if self.has_reviews else ()
        return {row["position"]: row["review"] for row in rows}

    def source(self, id: str) -> Source:
        """Return a source; with its id alone if it was not archived by then."""
        return self.sources.get(id) or Source(id, None)

    def page(self, id: str, start: int) -> int | None:
        """Return the page of a PDF or scan on which words begin; None if it has no text."""
        if id not in self.pages:
            starts = self.snapshot.plain("select start_char from source_pages where source = :id order by start_char", {"id": id})
            self.pages[id] = [row[0] for row in starts]
        return bisect_right(self.pages[id], start) or None


def _data(text: str, position: int) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(text)
        if not isinstance(data["statement"], dict):
            raise TypeError("statement")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _malformed(position) from error
    return data


def _malformed(position: int) -> StatementInvalid:
    return StatementInvalid(f"position {position}", "its data is malformed. Check the log: timeline verify")


def _happening(row: Sequence[Any], data: Mapping[str, Any], archive: _Archive, review: str | None) -> Happening:
    position, id, version, type, recorded_at, recorded_by, _, corrected = row
    statement = data["statement"]
    may = statement.get
    try:
        date = statement["date"]
        earliest, latest = dates.bounds(date)
        # Positional, because keyword arguments would take longer than all the rest.
        return Happening(
            id,
            version,
            position,
            recorded_at,
            authors.name(recorded_by),
            fields.STATUSES[type],
            statement["title"],
            date,
            earliest,
            latest,
            data.get("reason"),
            may("date_note"),
            may("zone"),
            may("instant"),
            may("summary"),
            may("kind"),
            may("place"),
            may("latitude"),
            may("longitude"),
            may("part_of"),
            may("attributed_to"),
            tuple([(actor["name"], actor.get("role")) for actor in may("actors") or ()]),
            tuple(may("tags") or ()),
            tuple([(tie["other"], tie["relation"]) for tie in may("related") or ()]),
            tuple([_quotation(number, one, archive) for number, one in enumerate(may("citations") or (), start=1)]),
            data.get("superseded_by"),
            tuple([_picture(archive.source(one["source"]), one) for one in may("media") or ()]),
            bool(corrected),
            review,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _malformed(position) from error


def _picture(source: Source, stated: Mapping[str, Any]) -> Picture:
    return Picture(source, *map(stated.get, fields.PICTURE[1:]))


def _quotation(number: int, cited: Mapping[str, Any], archive: _Archive) -> Quotation:
    id = cited["source"]
    source, described = archive.source(id), cited.get("description")
    quoted = cited if described is None else _NOTHING_QUOTED
    start = quoted["start_char"]
    return Quotation(
        number,
        source,
        quoted["quote"],
        quoted["prefix"],
        quoted["suffix"],
        start,
        quoted["end_char"],
        cited["grade"],
        cited["stance"],
        cited.get("supports"),
        archive.page(id, start) if source.has_pages and described is None else None,
        cited.get("fragment"),
        described,
    )
