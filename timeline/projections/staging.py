"""Parse each event that is being projected once, into the temporary tables of `staged.sql`.

Owns how a happening's data becomes values. Must not write a read table, nor judge an event.
"""

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date as Date
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final

from pydantic_core import from_json

from timeline import authors, dates
from timeline.actors import actor_id
from timeline.errors import TimelineError
from timeline.fields import PICTURE, STATUSES
from timeline.log.event import Event
from timeline.log.sql_scripts import statements
from timeline.projections.counting import Counts
from timeline.selection import search_words

_AT_ONCE: Final = 100_000  # characters of events' data held in memory: few, so that the processor's cache holds them too
_TYPES: Final = (*STATUSES, "SourceArchived", "SourceCorrected")  # of events that make a statement
_REVIEW: Final = "HappeningReviewed"
_LAST_VERSION: Final = 2**53  # the data of events has no greater number
_WITHIN: Final = "position > ? AND position <= ? AND type IN"
_EVENTS: Final = (
    f"SELECT position, stream, version, type, recorded_at, recorded_by, data FROM events WHERE {_WITHIN} {(*_TYPES, _REVIEW)}"
    " ORDER BY position"
)
_FOLLOWING: Final = f"SELECT stream, position FROM events WHERE {_WITHIN} {_TYPES} AND version > 1 ORDER BY position"
_BEGUN: Final = (
    "SELECT kind, coalesce(earliest_day, latest_day) AS first, date FROM staged_replaced WHERE status = 'current' AND first NOTNULL"
)
_REPLACED: Final = (
    "INSERT INTO staged_replaced"
    " SELECT position, id, ?, date, earliest_day, latest_day, kind, place, attributed_to, status, sources, version, review"
    " FROM happenings WHERE id = ?"
)
_PAGE: Final = (
    "SELECT json_extract(data, '$.statement.url') FROM events"
    " WHERE stream = ? AND version = 1 AND json_extract(data, '$.statement.media_type') IN ('application/warc', 'application/wacz')"
)
_ORIGIN: Final = "SELECT json_extract(data, '$.statement.collected_from') FROM events WHERE stream = ? AND version = 1"
_STATEMENT: Final = (
    *("title", "summary", "date", "date_note", "kind", "place"),
    *("latitude", "longitude", "part_of", "attributed_to", "zone", "instant"),
)
_CITATION: Final = (
    *("source", "quote", "prefix", "suffix", "start_char", "end_char"),
    *("grade", "stance", "supports", "fragment", "description"),
)
_NO_STATEMENT: Final = dict.fromkeys(_STATEMENT)
_NO_CITATION: Final = dict.fromkeys(_CITATION)
_NOTHING_QUOTED: Final = {**_NO_CITATION, "quote": "", "prefix": "", "suffix": "", "start_char": 0, "end_char": 0}
_COLUMNS: Final = itemgetter(*_STATEMENT)
_CITED: Final = itemgetter(*_CITATION)
_STANCE: Final = _CITATION.index("stance")
_UNDATED: Final = (None,) * 8 + (0,) + (None,) * 4 + (0,)
_POINTED_SCRIPTS: Final = re.compile("[\u0590-\u1dff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc]")
Payload = Mapping[str, Any]
Known = tuple[Event, Payload]
"""An event, and its data, parsed."""


class Staged:
    """Rows on their way into the staged tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Create the tables, if the connection does not have them yet."""
        self._connection = connection
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in tables()}
        self._names: dict[str, str] = {}  # of actors, by id
        self._origins: dict[str, str] = {}  # of sources
        self.counts = Counts()
        self.filled: set[str] = set()
        """The tables that have rows."""
        if connection.execute("SELECT count(*) FROM sqlite_temp_master WHERE name LIKE 'staged_%'").fetchone() != (len(tables()),):
            for statement in statements("timeline.projections", "staged.sql"):
                connection.execute(statement)

    def read(self, after: int, until: int) -> None:
        """Read the events after one position up to another.

        Raises sqlite3.IntegrityError for an event whose data this program cannot have written.
        """
        following = self._connection.execute(_FOLLOWING, (after, until))
        self._stage(following, self._connection.execute(_EVENTS, (after, until)))

    def take(self, known: Sequence[Known]) -> None:
        """Take events from memory, as `read` reads them."""
        following = ((event.stream, event.position) for event, _ in known if event.version > 1 and event.type in _TYPES)
        self._stage(following, ((*event[:6], data) for event, data in known if event.makes_statement or event.type == _REVIEW))

    def _stage(self, following_versions: Iterable[tuple[str, int]], events: Iterable[tuple[Any, ...]]) -> None:
        following: dict[str, list[int]] = {}
        for stream, position in following_versions:
            following.setdefault(stream, []).append(position)
        held = 0
        for position, stream, version, type_, recorded_at, recorded_by, data in events:
            later = following.get(stream)
            at = bisect_right(later, position) if later else 0
            next_ = later[at] if later and at < len(later) else None
            if type_ not in STATUSES and type_ != _REVIEW:
                self._rows["staged_sources"].append((position, stream, version, type_, next_ is None, None))
                continue
            try:
                id = stream.partition("/")[2]
                payload = from_json(data, cache_strings="keys") if type(data) is str else data
                if type_ == _REVIEW:
                    reviewed = 0 if payload is None else payload["version"]
                    if type(reviewed) is not int or abs(reviewed) > _LAST_VERSION:
                        raise TypeError("version: is not the number of one")
                    self._rows["staged_reviews"].append((id, authors.same(recorded_by), reviewed, position))
                elif payload is None:
                    self._add((position, id, version, recorded_at, next_, "redacted"), {}, None)
                else:
                    event = (position, id, version, recorded_at, next_, STATUSES[type_])
                    self._add(event, payload["statement"], payload.get("reason"))
            except (ValueError, TypeError, AttributeError, LookupError, TimelineError) as error:
                raise sqlite3.IntegrityError(f"the event at position {position} cannot be projected: {error}") from error
            held += len(data) if type(data) is str else 0
            if held > _AT_ONCE:
                self._write()
                held = 0
        self._write()
        happenings = [(later[0], stream[10:]) for stream, later in following.items() if stream.startswith("happening/")]
        if happenings and self._connection.executemany(_REPLACED, happenings).rowcount:
            self.filled.add("staged_replaced")
            for kind, day, date in self._connection.execute(_BEGUN):
                self.counts.subtract(kind, day, drawn_until(dates.parse(date)))

    def clear(self) -> None:
        """Empty the tables."""
        for table in self.filled:
            self._connection.execute(f"DELETE FROM {table}")
        self.filled.clear()
        self._names.clear()
        self._origins.clear()
        self.counts = Counts()

    def _add(self, event: tuple[Any, ...], statement: Payload, reason: str | None) -> None:
        """Add a version: `event` is its position, id, version, time, the next version's position, and status."""
        position, id, version, _, known_until, status = event
        is_latest = known_until is None
        columns = _COLUMNS({**_NO_STATEMENT, **statement})
        title, summary, date, _, kind, place, *_, attributed_to, _, instant = columns
        dated = _UNDATED if date is None else _dated(date, instant)
        citations, cited = statement.get("citations", ()), list[tuple[Any, ...]]()
        actors, people = list[str](), list[str]()
        sources, disputes, words = set[Any](), 0, list[str]()
        for number, citation in enumerate(citations, start=1):
            values = _CITED({**(_NOTHING_QUOTED if "description" in citation else _NO_CITATION), **citation})
            cited.append((id, number, *values))
            sources.add(values[0])
            words.append(values[1] or values[-1])
            disputes += values[_STANCE] == "disputes"
        if "actors" in statement:
            add = self._rows["staged_actors"].append
            for number, actor in enumerate(statement["actors"], start=1):
                named = actor_id(actor["name"])
                name = self._names.get(named) or self._first_name(named, actor["name"])
                actors.append(named)
                people.append(name)
                add((id, number, named, name, actor.get("role"), is_latest))
        searched = (title, summary, place, "\n".join(people) or None, "\n".join(words) or None)
        self._rows["staged_versions"].append(
            (
                *event,
                *columns,
                *dated[:-2],
                documents := self._documents(citations) if len(sources) > 1 else len(sources),
                len(cited),
                reason,
                *searched[3:],
                plain_letters(*searched),
            )
        )
        if not is_latest:
            return
        if magnitude := dated[-1]:
            self.counts.spans.append((magnitude, dated[2], dated[-2], position))
        if status == "current":
            if (first := dated[3] if dated[2] is None else dated[2]) is not None:
                self.counts.add(kind, first, dated[-2])
            single = (("kind", kind), ("place", place), ("review", "none"))
            marks = (("single", documents == 1), ("claimed", attributed_to), ("corrected", version > 1), ("disputed", disputes))
            facets = self.counts.facets
            facets += [one for one in single if one[1] is not None]
            facets += [("mark", mark) for mark, has in marks if has]
            facets += [("actor", actor) for actor in actors]
            facets += [("source", source) for source in sources]
            if "tags" in statement:
                facets += [("tag", tag) for tag in statement["tags"]]
        self._rows["staged_citations"] += cited
        if "tags" in statement:
            self._rows["staged_tags"] += [(id, tag) for tag in statement["tags"]]
        if "related" in statement:
            self._rows["staged_related"] += [(id, tie.get("other"), tie.get("relation")) for tie in statement["related"]]
        if "media" in statement:
            pictures = enumerate(statement["media"], start=1)
            self._rows["staged_media"] += [(id, number, *map(picture.get, PICTURE)) for number, picture in pictures]

    def _first_name(self, actor: str, name: str) -> str:
        """Return the name first recorded for an actor, which is this one if the actor is new."""
        row = self._connection.execute("SELECT name FROM actors WHERE id = ?", (actor,)).fetchone()
        self._names[actor] = first = name if row is None else str(row[0])
        return first

    def _documents(self, citations: Sequence[Payload]) -> int:
        """Count the cited documents. The same bytes, or the same text, under two ids count once.

        Each page of a WARC counts as a document; a picture of it that was made from its source counts as that one.
        """
        of_each = {citation["source"]: citation for citation in citations}
        first: dict[str, Payload] = {}
        for id, citation in of_each.items():
            origin = self._origin(id)
            first.setdefault(origin, of_each.get(origin, citation))
        citations = [*first.values()]
        files = {citation["source"]: citation.get("sha256") or citation["source"] for citation in citations}
        texts = {citation.get("text_sha256") or citation["source"] for citation in citations}
        if len(set(files.values())) == len(files):
            return min(len(files), len(texts))
        return min(len({(file, self._page(id)) for id, file in files.items()}), len(texts))

    def _origin(self, source: str) -> str:
        """Return the source from which one was made, as its first event says in `collected_from`; itself if from none."""
        if source not in self._origins:
            row = self._connection.execute(_ORIGIN, (f"source/{source}",)).fetchone()
            origin = str(row[0]) if row else ""
            self._origins[source] = origin[7:] if origin.startswith("source/") else source
        return self._origins[source]

    def _page(self, source: str) -> str | None:
        """Return the address of the page of a WARC; None for any other source."""
        row = self._connection.execute(_PAGE, (f"source/{source}",)).fetchone()
        return None if row is None else row[0]

    def _write(self) -> None:
        self.counts.count()
        for table, rows in self._rows.items():
            if rows:
                self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
                self.filled.add(table)
                rows.clear()


@cache
def tables() -> tuple[str, ...]:
    """List the staged tables."""
    return tuple(sql.split("(")[0].split()[-1] for sql in statements("timeline.projections", "staged.sql"))


@lru_cache(20_000)
def _dated(text: str, instant: str | None) -> tuple[Any, ...]:
    """Return the read tables' columns for a date: bounds, second in the day, year, month, precision, last day drawn, magnitude."""
    if len(text) == 10 and text[4] == text[7] == "-":
        with suppress(ValueError):  # a day of the common era, as most dates are
            plain = Date.fromisoformat(text)
            day = plain.toordinal()
            return (text, text, day, day, text, text, day, day, 0, plain.year, plain.month, "day", day, 0)
    date = dates.parse(text)
    until = drawn_until(date)
    return (
        date.earliest,
        date.latest,
        date.earliest_day,
        date.latest_day,
        date.near_earliest,
        date.near_latest,
        date.near_earliest_day,
        date.near_latest_day,
        dates.day_second(text, instant),
        date.year,
        date.month,
        date.precision,
        until,
        magnitude(date.earliest_day, until),
    )


def drawn_until(date: dates.Edtf) -> int | None:
    """Return the last day on which a happening with this date is drawn; None for an interval with an open end.

    Any other date without a known end is drawn where it begins.
    """
    if date.latest_day is not None:
        return date.latest_day
    return None if date.type == "interval" and date.end == "open" else date.earliest_day


def magnitude(first_day: int | None, last_day: int | None) -> int:
    """Count the bits in the days from the first to the last: 0 for a single day or without a first, 62 without a last."""
    if first_day is None:
        return 0
    return 62 if last_day is None else (last_day - first_day).bit_length()


def plain_letters(*texts: str | None) -> str | None:
    """Join texts without combining marks and with ligatures spelt out; None if the tokenizer would see no difference.

    The tokenizer folds Latin, Greek and Cyrillic itself; this adds Arabic vowel signs and hamzas, Hebrew points and the like.
    """
    text = "\n".join(filter(None, texts))
    if text.isascii() or not (_POINTED_SCRIPTS.search(text) or search_words.LIGATURES.search(text)):
        return None
    plain = search_words.folded(text)
    return plain if plain != text else None
