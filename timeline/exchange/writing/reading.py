"""From a timeline's file to what an export is made of: happenings with their quotations and sources, and the whole.

Owns that reading, from the log itself. Must not choose happenings, nor know any format. What was redacted has nothing left to
write, so it is passed over.
"""

import json
import re
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from timeline import authors, dates
from timeline.errors import StatementInvalid
from timeline.exchange.writing.losing import Losses, lost
from timeline.exchange.writing.record import HEAD, About, Happening, Quotation, Source

__all__ = ["BATCH", "Losses", "about", "happenings", "lost"]
BATCH: Final = 500
NEVER: Final = "1970-01-01T00:00:00Z"  # when the last event of an empty log was recorded
_FARTHEST: Final = 2**62
_LOG: Final = 16  # of the first event's hash, in hex
_DECODE: Final = json.JSONDecoder().raw_decode
_BIBLIOGRAPHY: Final = ("title", "publisher", "author", "published", "url", "language", "media_type", "sha256", "extractor")
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
_PLACE: Final = "SELECT rowid FROM documents WHERE sha256 = ?"
_TABLES: Final = ("text/csv", "text/tab-separated-values")


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
    older: int | None = 0,
) -> About:
    """Say of the whole what its file knows: how far the log had come, and when. `page` is the address of its page."""
    row = connection.execute(
        "SELECT position, recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1",
        (_FARTHEST if as_of is None else as_of,),
    ).fetchone()
    position, at = (row[0], row[1]) if row else (0, NEVER)
    page = page.partition("?")[0].rstrip("/") if page else None
    # The first event's hash is drawn with a salt of its own: no other log has it.
    first = connection.execute("SELECT lower(hex(data_hash)) FROM events WHERE position = 1").fetchone()
    log = first[0][:_LOG] if first else ""
    return About(title, page, description, language, position, at, as_of, asked, query, log, older)


def with_near(asked: str, near: int) -> str:
    """Say in what was asked for how many of the happenings are only near the period; nothing where none is."""
    return f"{asked} ({near:,} of them only near the period, with an approximate date)" if near else asked


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
            self.texts[id] = statement.get("text_sha256") or ""
            head = self._head(self.texts[id]) if fields["media_type"] in _TABLES else None
            self.sources[id] = Source(id=id, archived_at=archived_at, head=head, **fields)

    def source(self, id: str) -> Source:
        """Give a source; where none was archived by then, its id alone."""
        return self.sources.get(id) or Source(id=id, title=None)

    def page(self, id: str, start: int) -> int | None:
        """Tell on which page of a PDF words begin: 1 and one for each form feed before them."""
        if id not in self.breaks:
            self.breaks[id] = self._breaks(self.texts[id])
        found = self.breaks[id]
        return None if found is None else 1 + bisect_left(found, start)

    def _head(self, text_sha256: str) -> str | None:
        """Read how a text begins, without the rest of it; None where it is not there."""
        row = self.connection.execute(_PLACE, (text_sha256,)).fetchone()
        if row is None:
            return None
        with self.connection.blobopen("documents", "bytes", row[0], readonly=True) as text:
            return text.read(4 * HEAD).decode(errors="ignore")[:HEAD]  # of four bytes at most each

    def _breaks(self, text_sha256: str) -> list[int] | None:
        """Tell where the form feeds stand in a text; None where it is not there, or too long for this connection."""
        try:
            row = self.connection.execute(_TEXT, (text_sha256,)).fetchone()
        except sqlite3.DataError:
            return None
        return [found.start() for found in re.finditer("\f", row[0].decode())] if row else None


def _said(text: str, position: int) -> dict[str, Any]:
    try:
        data, end = _DECODE(text)
        if end != len(text) or not isinstance(data["statement"], dict):
            raise TypeError("statement")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _malformed(position) from error
    found: dict[str, Any] = data
    return found


def _malformed(position: int) -> StatementInvalid:
    return StatementInvalid(f"position {position}", "its data is not what the log appends. See what happened: timeline verify")


def _happening(row: Sequence[Any], data: Mapping[str, Any], archive: _Archive) -> Happening:
    position, id, version, type, recorded_at, recorded_by, _ = row
    said = data["statement"]
    may = said.get
    try:
        date = said["date"]
        earliest, latest = dates.bounds(date)
        # In their order, because names take longer than all the rest of making one.
        return Happening(
            id,
            version,
            position,
            recorded_at,
            authors.given(recorded_by),
            "retracted" if type == "HappeningRetracted" else "current",
            said["title"],
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
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _malformed(position) from error


def _quotation(number: int, said: Mapping[str, Any], archive: _Archive) -> Quotation:
    id, start = said["source"], said["start_char"]
    source = archive.source(id)
    return Quotation(
        number,
        source,
        said["quote"],
        said["prefix"],
        said["suffix"],
        start,
        said["end_char"],
        said["grade"],
        said["stance"],
        said.get("supports"),
        archive.page(id, start) if source.media_type == "application/pdf" else None,
    )
