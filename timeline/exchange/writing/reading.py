"""From a timeline's file to what an export is made of: happenings with their quotations and sources, and the whole.

Owns that reading, from the log itself. Must not choose happenings, nor know any format. What was redacted has nothing left to
write, so it is passed over.
"""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from timeline import dates
from timeline.errors import StatementInvalid
from timeline.exchange.writing.losing import Losses, lost
from timeline.exchange.writing.record import About, Happening, Quotation, Source

__all__ = ["BATCH", "Losses", "about", "happenings", "lost"]
BATCH: Final = 500
NEVER: Final = "1970-01-01T00:00:00Z"  # when the last event of an empty log was recorded
_FARTHEST: Final = 2**62
_PLAIN: Final = ("date_note", "zone", "instant", "summary", "kind", "place", "latitude", "longitude", "part_of", "attributed_to")
_BIBLIOGRAPHY: Final = ("title", "publisher", "author", "published", "url", "language", "media_type", "sha256")
_EVENTS: Final = """
SELECT position, substr(stream, 11), version, type, recorded_at, recorded_by, data FROM events
WHERE position IN (SELECT value FROM json_each(?)) AND data IS NOT NULL
  AND type IN ('HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted')
"""
_SOURCES: Final = """
SELECT substr(stream, 8), recorded_at, (
    SELECT coalesce(data, '{}') FROM events AS said
    WHERE said.stream = first.stream AND said.type IN ('SourceArchived', 'SourceCorrected') AND said.position <= ?2
    ORDER BY said.version DESC LIMIT 1
) FROM events AS first WHERE version = 1 AND stream IN (SELECT 'source/' || value FROM json_each(?1))
"""
_TEXT: Final = "SELECT bytes FROM documents WHERE sha256 = ?"


def happenings(connection: sqlite3.Connection, positions: Sequence[int], *, as_of: int | None = None) -> Iterator[Happening]:
    """Read the happenings whose events stand at these positions, in their order, each with its sources as known `as_of`, or now.

    Positions of what was redacted, or of no happening, are passed over. Raises StatementInvalid where an event is not of the
    shape that the log appends.
    """
    archive = _Archive(connection, as_of)
    for begin in range(0, len(positions), BATCH):
        batch = list(positions[begin : begin + BATCH])
        found = {row[0]: row for row in connection.execute(_EVENTS, (json.dumps(batch),))}
        said = {position: _said(row[6], position) for position, row in found.items()}
        archive.learn(said)
        for position in batch:
            if position in found:
                yield _happening(found[position], said[position], archive)


def about(
    connection: sqlite3.Connection,
    *,
    title: str,
    page: str | None = None,
    description: str | None = None,
    language: str | None = None,
    as_of: int | None = None,
    asked: str = "",
    query: str = "",
) -> About:
    """Say of the whole what its file knows: how far the log had come, and when. `page` is the address of its page."""
    row = connection.execute(
        "SELECT position, recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1",
        (_FARTHEST if as_of is None else as_of,),
    ).fetchone()
    position, at = (row[0], row[1]) if row else (0, NEVER)
    page = page.partition("?")[0].rstrip("/") if page else None
    return About(title, page, description, language, position, at, as_of, asked, query)


class _Archive:
    """What is known of the sources, each read once."""

    def __init__(self, connection: sqlite3.Connection, as_of: int | None) -> None:
        self.connection = connection
        self.until = _FARTHEST if as_of is None else as_of
        self.sources: dict[str, Source] = {}
        self.texts: dict[str, str] = {}
        self.breaks: dict[str, list[int] | None] = {}

    def learn(self, said: Mapping[int, Mapping[str, Any]]) -> None:
        """Read the sources that these events cite, and are not known yet."""
        cited = {str(one.get("source")) for data in said.values() for one in data["statement"].get("citations") or ()}
        for id, archived_at, text in self.connection.execute(
            _SOURCES, (json.dumps(sorted(cited - self.sources.keys())), self.until)
        ):
            statement = json.loads(text or "{}").get("statement") or {}
            fields = {field: statement.get(field) for field in _BIBLIOGRAPHY}
            self.sources[id] = Source(id=id, archived_at=archived_at, **fields)
            self.texts[id] = statement.get("text_sha256") or ""

    def source(self, id: str) -> Source:
        """Give a source; where none was archived by then, its id alone."""
        return self.sources.get(id) or Source(id=id, title=None)

    def page(self, id: str, start: int) -> int | None:
        """Tell on which page of a source words begin, where it has pages: 1 and one for each form feed before them."""
        if self.source(id).media_type != "application/pdf":
            return None
        if id not in self.breaks:
            self.breaks[id] = self._breaks(self.texts[id])
        found = self.breaks[id]
        return None if found is None else 1 + bisect_left(found, start)

    def _breaks(self, text_sha256: str) -> list[int] | None:
        """Tell where the form feeds stand in a text; None where it is not there, or too long for this connection."""
        try:
            row = self.connection.execute(_TEXT, (text_sha256,)).fetchone()
        except sqlite3.DataError:
            return None
        return [place for place, one in enumerate(row[0].decode()) if one == "\f"] if row else None


def _said(text: str, position: int) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(text)
        if not isinstance(data["statement"], dict):
            raise TypeError("statement")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _malformed(position) from error
    return data


def _malformed(position: int) -> StatementInvalid:
    return StatementInvalid(f"position {position}: its data is not what the log appends. See what happened: timeline verify")


def _happening(row: Sequence[Any], data: Mapping[str, Any], archive: _Archive) -> Happening:
    position, id, version, type, recorded_at, recorded_by, _ = row
    said = data["statement"]
    try:
        date = dates.parse(said["date"])
        return Happening(
            id=id,
            version=version,
            position=position,
            recorded_at=recorded_at,
            recorded_by=recorded_by,
            status="retracted" if type == "HappeningRetracted" else "current",
            title=said["title"],
            date=said["date"],
            earliest=date.earliest,
            latest=date.latest,
            reason=data.get("reason"),
            actors=tuple((actor["name"], actor.get("role")) for actor in said.get("actors") or ()),
            tags=tuple(said.get("tags") or ()),
            related=tuple((tie["other"], tie["relation"]) for tie in said.get("related") or ()),
            quotations=tuple(
                Quotation(
                    number=number,
                    source=archive.source(one["source"]),
                    quote=one["quote"],
                    prefix=one["prefix"],
                    suffix=one["suffix"],
                    start=one["start_char"],
                    end=one["end_char"],
                    grade=one["grade"],
                    stance=one["stance"],
                    supports=one.get("supports"),
                    page=archive.page(one["source"], one["start_char"]),
                )
                for number, one in enumerate(said.get("citations") or (), start=1)
            ),
            **{field: said.get(field) for field in _PLAIN},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _malformed(position) from error
