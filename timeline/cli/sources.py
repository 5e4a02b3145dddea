"""The sources as they are known, now or at a position of the log: the event that says it, and how much rests on each.

Owns these queries. Must not draw anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from timeline.log import Event
from timeline.timeline import Timeline

_LAST = """
SELECT max(position) FROM events
WHERE stream >= coalesce(:stream, 'source/') AND stream <= coalesce(:stream, 'source/' || char(1114111))
  AND type IN ('SourceArchived', 'SourceCorrected') AND (:as_of IS NULL OR position <= :as_of)
GROUP BY stream ORDER BY stream
"""
_RESTING = """
SELECT citations.source, count(DISTINCT happening) FROM citations JOIN happenings ON happenings.id = happening
WHERE status = 'current' AND (:source IS NULL OR citations.source = :source) GROUP BY citations.source
"""
_RESTED = """
SELECT json_extract(said.value, '$.source') AS source, count(DISTINCT known.id)
FROM happening_versions AS known JOIN events USING (position), json_each(data, '$.statement.citations') AS said
WHERE known_from <= :as_of AND (known_until IS NULL OR known_until > :as_of) AND status = 'current'
  AND (:source IS NULL OR source = :source) GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A source: the event that says what is known of it, the length of its text, and how many current happenings rest on it."""

    event: Event
    characters: int | None
    happenings: int

    @property
    def id(self) -> str:
        """Its id."""
        return self.event.stream.partition("/")[2]


def known(timeline: Timeline, as_of: int | None = None, id: str | None = None) -> Iterator[Known]:
    """Give the sources by their ids, as known now or at a position; or one of them."""
    connection = timeline.log.connection
    resting = dict(connection.execute(_RESTING if as_of is None else _RESTED, {"as_of": as_of, "source": id}))
    for event in events(timeline, as_of, id):
        name = event.stream.partition("/")[2]
        length = connection.execute("SELECT characters FROM sources WHERE id = ?", (name,)).fetchone()
        yield Known(event, length[0] if length else None, resting.get(name, 0))


def events(timeline: Timeline, as_of: int | None = None, id: str | None = None) -> Iterator[Event]:
    """Give the events alone that say what is known of the sources."""
    asked = {"as_of": as_of, "stream": id and f"source/{id}"}
    for (position,) in timeline.log.connection.execute(_LAST, asked).fetchall():
        if (event := timeline.log.event(position)) is not None:
            yield event


def matching(timeline: Timeline, expression: str) -> set[str]:
    """Give the ids of the sources in which full-text search finds an expression."""
    rows = timeline.log.connection.execute(
        "SELECT id FROM sources_fts JOIN sources ON sources.position = sources_fts.rowid WHERE sources_fts MATCH ?", (expression,)
    )
    return {id for (id,) in rows}


def page(timeline: Timeline, source: str, start: int) -> int | None:
    """Tell on which page of a PDF a character is; None of what has no pages."""
    row = timeline.log.connection.execute(
        "SELECT page FROM source_pages WHERE source = ? AND start_char <= ? ORDER BY start_char DESC LIMIT 1", (source, start)
    ).fetchone()
    return row[0] if row else None
