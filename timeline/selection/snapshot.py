"""The timeline as known at a position of the log, or now. The same query reads both.

Owns the meaning of the names `happenings`, `citations`, `happening_actors`, `happening_tags`, `related`, `happening_media`,
`sources` and `reviews` in a query: now, they are the tables; at a position, they combine the rows that are still valid with those
replaced since, read from the events. `reviews` has only each person's last verdict on a version.
Also owns the time limit of a query. Must not know any filter.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from timeline import fields
from timeline.errors import TookTooLong

BY_POSITION: Final = "sqlite_autoindex_happenings_2"
EACH: Final = "limit -1"
"""Ends a subquery whose rows an outer query counts or orders. Without it SQLite first copies everything into a temporary table: it
does not flatten a compound subquery inside one that counts. For the same reason, rows are ordered by columns of the result."""
_STEPS: Final = 1_000  # SQLite instructions between two looks at the clock
# A query on a busy machine waits for its turn: the limit is on the time that it works, and on this many times as much in all.
_WAITING: Final = 10
# The most results that are remembered from one snapshot to the next.
_REMEMBERED: Final = 8
T = TypeVar("T")
Value = str | bytes | int | float | None
Params = Mapping[str, Value]

_COLUMNS: Final = (
    "id, title, summary, date, date_note, earliest, latest, earliest_day, latest_day, near_earliest, near_latest,"
    " near_earliest_day, near_latest_day, day_second, year, month, precision, kind, place, latitude, longitude, part_of,"
    " attributed_to, status, sources, citations, version, recorded_at, position"
    # The keys of the time order are columns, because only then does SQLite merge two ordered arms.
    ", coalesce(earliest_day, latest_day, 9e15) as began, -coalesce(latest_day, -9e15) as lasted"
)
_NOW: Final = f"""\
with happenings as not materialized (select {_COLUMNS}, review from main.happenings{{index}}),
sources as not materialized (select *, 0 as corrected_since from main.sources),
reviews as not materialized (select * from main.reviews where known_until is null)
"""
# The review of the version in a row of a table, as of a position: the column of the table itself is the present one.
_REVIEW: Final = (
    "cast((select max(verdict) from reviews where reviews.happening = {table}.id and reviews.version = {table}.version"
    " and by_second_person) as text) as review"
)
# Versions replaced since the position.
_REPLACED: Final = "main.happening_versions as replaced where replaced.known_until > :as_of and replaced.position <= :as_of"
# The plus sign stops SQLite from reading happenings by position, which would lose the time order.
_HAPPENINGS_AS_OF: Final = f"""\
happenings as not materialized (
  select {_COLUMNS}, {_REVIEW.format(table="happenings")} from main.happenings{{index}} where {{plus}}position <= :as_of
  union all select {_COLUMNS}, {_REVIEW.format(table="replaced")} from {_REPLACED}
)"""
# A column must have the same type in both arms, or SQLite copies them into a table first: hence the casts.
_TEXT: Final = "cast(listed.value ->> '$.{}' as text)"
_NUMBER: Final = "cast(listed.value ->> '$.{}' as integer)"
_QUOTED: Final = "cast(coalesce(listed.value ->> '$.{}', '') as text)"  # a described part of a picture quotes nothing
_OFFSET: Final = "cast(coalesce(listed.value ->> '$.{}', 0) as integer)"
_NTH: Final = "cast(named.number + 1 as integer)"
_PAGE: Final = (
    "(select page from source_pages where source_pages.source = named.value"
    f" and source_pages.start_char <= {_NUMBER.format('start_char')} order by source_pages.start_char desc limit 1)"
)
_STATED: Final = "cast(events.data ->> '$.statement.{}' as text)"
_DESCRIBED: Final = (*fields.BIBLIOGRAPHY, "media_type", *fields.COLLECTION, "custody")
# For each table: its columns after the first, which is the happening; the list in the events; and the SQL for each column.
_LISTED: Final[Mapping[str, tuple[str, str, Sequence[str]]]] = {
    "citations": (
        "number, source, quote, prefix, suffix, start_char, end_char, grade, stance, supports, page, fragment, description",
        "citations",
        (
            _NTH,
            "named.value",
            *(_QUOTED.format(name) for name in ("quote", "prefix", "suffix")),
            *(_OFFSET.format(name) for name in ("start_char", "end_char")),
            *(_TEXT.format(name) for name in ("grade", "stance", "supports")),
            _PAGE,
            *(_TEXT.format(name) for name in ("fragment", "description")),
        ),
    ),
    "happening_actors": ("actor, role, number", "actors", ("named.value", _TEXT.format("role"), _NTH)),
    "happening_tags": ("tag", "tags", ("named.value",)),
    "related": ("other, relation", "related", ("named.value", _TEXT.format("relation"))),
    "happening_media": (f"number, {', '.join(fields.PICTURE)}", "media", (_NTH, *map(_TEXT.format, fields.PICTURE))),
}


def _listed_as_of(table: str) -> str:
    columns, list_, values = _LISTED[table]
    return f"""\
{table} as not materialized (
  select happening, {columns} from main.{table}
  where (select position from main.happenings where id = {table}.happening) <= :as_of
  union all select replaced.id, {", ".join(values)}
  from main.replaced_values as named join main.events on events.position = named.position
  join json_each(events.data, '$.statement.{list_}') as listed on listed.key = named.number
  join {_REPLACED} and replaced.position = named.position and named.list = '{list_}'
)"""


# A source corrected since then has the description of its version at that time; its document is the present one.
_SOURCES_AS_OF: Final = f"""\
sources as not materialized (
  select id, {", ".join(_DESCRIBED)}, sha256, text_sha256, extractor, characters, archived_at, position,
    0 as corrected_since
  from main.sources where position <= :as_of
  union all select known.id, {", ".join(_STATED.format(name) for name in _DESCRIBED)}, known.sha256, known.text_sha256,
    {_STATED.format("extractor")}, known.characters, known.archived_at, events.position, 1
  from main.sources as known join main.events on events.stream = 'source/' || known.id and events.position = (
    select max(position) from main.events as former where former.stream = 'source/' || known.id and former.position <= :as_of
    and former.type in ('SourceArchived', 'SourceCorrected')
  )
  where known.position > :as_of
)"""
_REVIEWS_AS_OF: Final = """\
reviews as not materialized (
  select * from main.reviews where position <= :as_of and (known_until is null or known_until > :as_of)
)"""
_AS_OF: Final = "with " + ",\n".join((_HAPPENINGS_AS_OF, *map(_listed_as_of, _LISTED), _SOURCES_AS_OF, _REVIEWS_AS_OF)) + "\n"


def query_then(sql: str) -> str:
    """Return a query as of a position in a form that runs by itself, with :as_of for the position."""
    return _AS_OF.format(index="", plus="+") + sql


class Snapshot:
    """The timeline as known at a position of the log, or now, with a time limit for each query."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        as_of: int | None = None,
        longest_ms: int | None = None,
        memory: dict[Any, Any] | None = None,
    ) -> None:
        """Read as of a position, or now if it is None. Each query may take `longest_ms` milliseconds, or any time if None.

        `memory` keeps results from one snapshot of the database to the next.
        """
        self.connection = connection
        self.memory = {} if memory is None else memory
        self.as_of = as_of
        self.longest_ms = longest_ms

    def at(self, as_of: int | None) -> "Snapshot":
        """Return the timeline as known at another position, or this one if it is the same."""
        return self if as_of == self.as_of else Snapshot(self.connection, as_of, self.longest_ms, self.memory)

    def remembered(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return the result that the memory keeps for a key as long as the log does not grow; make it if there is none."""
        if (result := self.memory.get((*key, self.end))) is None:
            if len(self.memory) >= _REMEMBERED:
                self.memory.clear()
            result = self.memory[*key, self.end] = make()
        return cast("T", result)

    def rows(self, sql: str, params: Params | None = None, *, index: str = "", within_ms: int | None = None) -> list[sqlite3.Row]:
        """Run a query as of this snapshot. Raises TookTooLong.

        Parameters:
            sql: a SELECT, in which `happenings` and the tables beside it mean this snapshot, and `main.happenings` the table
                itself. It may use :as_of, which is null for now.
            params: its other parameters.
            index: the index of the table of happenings to use, if that matters.
            within_ms: a time limit in milliseconds, if it is shorter than the snapshot's own.
        """
        return self.plain(self._prefix(index) + sql, {**(params or {}), "as_of": self.as_of}, within_ms=within_ms)

    def each(self, sql: str, params: Params | None = None, *, index: str = "") -> Iterator[sqlite3.Row]:
        """Read the rows of a query of what was known one by one, so that not all are held. Raises TookTooLong."""
        cursor = self.connection.cursor()
        cursor.row_factory = self.connection.row_factory or sqlite3.Row
        with _limited(self.connection, self.longest_ms):
            yield from cursor.execute(self._prefix(index) + sql, {**(params or {}), "as_of": self.as_of})

    def explained(self, sql: str, params: Params | None = None, *, index: str = "") -> list[str]:
        """Return SQLite's plan for a query as of this snapshot, step by step."""
        prefix = self._prefix(index)
        return [row[3] for row in self.plain(f"explain query plan {prefix}{sql}", {**(params or {}), "as_of": self.as_of})]

    def _prefix(self, index: str) -> str:
        hint = f" indexed by {index}" if index else ""
        if self.as_of is None:
            return _NOW.format(index=hint)
        return _AS_OF.format(index=hint, plus="" if index == BY_POSITION else "+")

    def plain(self, sql: str, params: Params | None = None, *, within_ms: int | None = None) -> list[sqlite3.Row]:
        """Run a query on the database as it is. Raises TookTooLong."""
        cursor = self.connection.cursor()
        cursor.row_factory = self.connection.row_factory or sqlite3.Row
        limits = [limit for limit in (self.longest_ms, within_ms) if limit is not None]
        with _limited(self.connection, min(limits, default=None)):
            return cursor.execute(sql, params or {}).fetchall()

    def value(self, sql: str, params: Params | None = None) -> Any:  # noqa: ANN401 - any value of SQLite
        """Return the first value of a query as of this snapshot; None if it has no row. Raises TookTooLong."""
        return next((row[0] for row in self.rows(sql, params)), None)

    @cached_property
    def end(self) -> int:
        """The last position of the log when it is first asked for; 0 if the log is empty."""
        return int(self.plain("select max(position) from events")[0][0] or 0)


@contextmanager
def _limited(connection: sqlite3.Connection, longest_ms: int | None) -> Iterator[None]:
    """Interrupt a query that has worked for so many milliseconds, or waited for many times as long. Raises TookTooLong for it."""
    if longest_ms is None:
        yield
        return
    start, worked, longest = time.perf_counter(), time.thread_time(), longest_ms / 1000

    def is_over() -> bool:
        # A thread's own time is slow to read, and never more than what passed.
        passed = time.perf_counter() - start
        return passed > longest and (time.thread_time() - worked > longest or passed > longest * _WAITING)

    connection.set_progress_handler(is_over, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise TookTooLong(f"this took longer than {longest_ms:,} milliseconds. Ask for less") from None
    finally:
        connection.set_progress_handler(None, _STEPS)
