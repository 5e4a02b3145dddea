"""The read tables, derived from the log by the SQL files in this folder.

Owns the order in which they are derived and the few SQL functions that they call. Must not append, nor know what a statement means.
In each file the CREATE statements define the tables. The other statements bring them up to date from the staged tables, which
`staging` fills, or from the rows that it counted. Appends and rebuilds run the same statements, so both give the same rows. A
rebuild makes the indexes at the end of a file last. Only `merkle` adds to the tree.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from timeline import authors, dates, merkle
from timeline.log.sql_scripts import statements
from timeline.projections import staging
from timeline.projections.staging import Known
from timeline.selection import sql

FILES = (
    "tree",
    "withheld",
    "sources",
    "source_pages",
    "captures",
    "facets",  # before happenings: it reads the rows that are about to be replaced
    "happening_versions",
    "replaced_values",
    "happenings",
    "citations",
    "actors",
    "happening_tags",
    "related",
    "happening_media",
    "happening_times",
    "reviews",  # after happenings and facets, which it updates
    "density",
    "spans",
    "happenings_fts",
    "sources_fts",
    "timeline",
)


OUTDATED = "its read tables were made by another version of this program"
_STAGED = re.compile(r"\bstaged_\w+")
_COUNTED = re.compile(r"INSERT INTO (\w+) VALUES \(\?")
_KEPT = re.compile("CREATE TABLE (tree|withheld) ")  # a rebuild keeps these, if they are there
_FORM_FEED = re.compile("\f")
STEP = 5_000  # events projected at a time, so that memory does not grow with the log
REBUILD_STEP = 100_000  # more, as these wait in a temporary file: rows are then added in the order of their keys, by long runs


def register(connection: sqlite3.Connection) -> None:
    """Register the SQL functions that the files call."""
    dates.register(connection)
    sql.register(connection)
    connection.create_function("same_name", 1, authors.same, deterministic=True)
    connection.create_function("are_two", 2, authors.are_two, deterministic=True)
    connection.create_function("plain_letters", -1, staging.plain_letters, deterministic=True)
    connection.create_function("local_time", 1, local_time, deterministic=True)
    connection.create_function("local_until", 1, local_until, deterministic=True)
    connection.create_function("magnitude", 2, staging.magnitude, deterministic=True)
    connection.create_function("page_starts", 1, page_starts, deterministic=True)
    connection.create_function("drawn_until", 1, drawn_until, deterministic=True)


def begin(connection: sqlite3.Connection) -> None:
    """Create the read tables of a new log."""
    register(connection)
    create(connection)


def create(connection: sqlite3.Connection) -> None:
    """Create the read tables, empty. The caller holds the transaction."""
    _create(connection)
    _create_indexes(connection)


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE projected (position INTEGER NOT NULL, definition TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO projected VALUES (0, ?)", (definition(),))
    for statement in _statements():
        kept = _KEPT.match(statement)
        if _is_schema(statement) and statement not in _last_indexes() and not (kept and _has(connection, kept[1])):
            connection.execute(statement)


def _create_indexes(connection: sqlite3.Connection) -> None:
    for statement in _last_indexes():
        connection.execute(statement)


def position(connection: sqlite3.Connection) -> int:
    """Return the position up to which the read tables and the tree are up to date."""
    (after,) = connection.execute("SELECT position FROM projected").fetchone()
    return int(after)


def advance(connection: sqlite3.Connection, known: Sequence[Known] = ()) -> None:
    """Bring the read tables and the tree up to the end of the log. The caller holds the transaction.

    `known`: the last events of the log, if the caller has them.
    """
    after = position(connection)
    _advance(connection, after, after, STEP, known)


def _advance(connection: sqlite3.Connection, after: int, grown: int, step: int, known: Sequence[Known]) -> None:
    """Do so by steps of so many events; `after` is the position that the read tables have reached, `grown` that of the tree."""
    end = merkle.size(connection)
    are_known = bool(known) and [event.position for event, _ in known] == [*range(after + 1, end + 1)]
    staged = staging.Staged(connection)
    for start in (after,) if are_known else range(after, end, step):
        if are_known:
            staged.take(known)
        else:
            staged.read(start, min(start + step, end))
        for statement, counted in _carrying(frozenset(staged.filled)):
            if counted:
                connection.executemany(statement, staged.counts.rows(counted))
            else:
                connection.execute(statement)
        staged.clear()
    merkle.grow(connection, grown, [(*event[:6], event.data_hash) for event, _ in known] if are_known else None)
    connection.execute("UPDATE projected SET position = ?", (end,))


def rebuild(connection: sqlite3.Connection, *, tree: bool = False) -> None:
    """Drop the read tables and derive them again from the log. The caller holds the transaction.

    The tree is kept and only extended: otherwise altered events would get a tree that fits them. With `tree` it too is derived
    again.
    """
    grown = position(connection) if exist(connection) and _has(connection, "tree") and not tree else 0
    for kind, name in reversed(objects()):
        if name != "withheld" and (name != "tree" or not grown):
            connection.execute(f"DROP {kind} IF EXISTS {name}")
    connection.execute("DROP TABLE IF EXISTS projected")
    _create(connection)
    _advance(connection, 0, grown, REBUILD_STEP, ())
    _create_indexes(connection)


def exist(connection: sqlite3.Connection) -> bool:
    """Whether the read tables exist."""
    return _has(connection, "projected")


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone() is not None


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether these very files made the read tables."""
    return exist(connection) and connection.execute("SELECT definition FROM projected").fetchone() == (definition(),)


@cache
def definition() -> str:
    """Return the SHA-256 of all the files, which identifies this version of the read tables."""
    staged = statements("timeline.projections", "staged.sql")
    return hashlib.sha256("\n".join((*_statements(), *staged)).encode()).hexdigest()


@cache
def objects() -> tuple[tuple[str, str], ...]:
    """List the tables and views that the files create, as (TABLE or VIEW, name), in order."""
    names = (re.search(r"^CREATE (?:VIRTUAL )?(TABLE|VIEW) (\w+)", s, re.MULTILINE) for s in _statements())
    return tuple((match[1], match[2]) for match in names if match)


@cache
def indexes() -> frozenset[str]:
    """List the indexes that the files create."""
    names = (re.search(r"^CREATE (?:UNIQUE )?INDEX (\w+)", s, re.MULTILINE) for s in _statements())
    return frozenset(match[1] for match in names if match)


@cache
def _statements() -> tuple[str, ...]:
    return tuple(statement for name in FILES for statement in statements("timeline.projections", f"{name}.sql"))


@cache
def _carrying(filled: frozenset[str]) -> tuple[tuple[str, str | None], ...]:
    """Return the statements that bring the read tables up to date where these staged tables have rows.

    Each is beside the table whose counted rows it adds, if it adds any.
    """
    carrying = []
    for statement in (one for one in _statements() if not _is_schema(one)):
        counted = _COUNTED.match(statement)
        if not filled.isdisjoint({"staged_versions", "staged_replaced"} if counted else _STAGED.findall(statement)):
            carrying.append((statement, counted[1] if counted else None))
    return tuple(carrying)


@cache
def _last_indexes() -> tuple[str, ...]:
    """Return the statements that create the indexes at the end of the files, after the rows."""
    return tuple(_behind_the_rows())


def _behind_the_rows() -> Iterator[str]:
    for name in FILES:
        rows = False
        for statement in statements("timeline.projections", f"{name}.sql"):
            rows |= not _is_schema(statement)
            if rows and _is_schema(statement):
                yield statement


def _is_schema(statement: str) -> bool:
    return statement.startswith("CREATE ")


def page_starts(text: str) -> str:
    """List where the pages of a text begin, as JSON: at its start and after each form feed, in code points."""
    return json.dumps([0, *(match.end() for match in _FORM_FEED.finditer(text))])


def local_time(date: str) -> str | None:
    """Return the first time of day in a date, as written; None if there is none."""
    written = dates.local_times(date)
    return written[0] if written else None


def local_until(date: str) -> str | None:
    """Return the last time of day in a date, as written; None if there are fewer than two."""
    written = dates.local_times(date)
    return written[-1] if len(written) > 1 else None


@lru_cache(10_000)
def drawn_until(date: str | None) -> int | None:
    """Return the last day on which a happening with this date is drawn, as `staging` does."""
    return None if date is None else staging.drawn_until(dates.parse(date))
