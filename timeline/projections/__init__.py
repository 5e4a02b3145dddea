"""The read tables, derived from the log by the SQL files beside this one.

Owns the order in which they are derived, and the few SQL functions they call. Must not append, nor know what a statement means.
In each file the CREATE statements say what the table is; the others carry it forward over the events in the staged tables, which
`staging` fills, or, where they name none, over all events after `:after` at the end. The same statements serve an append and a
rebuild, so both give the same rows. Indexes that stand last in a file are made last when all is derived from nothing. The tree
alone is grown by `merkle`.
"""

import hashlib
import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from timeline import dates, merkle
from timeline.projections import staging
from timeline.scripts import statements
from timeline.selection import sql

FILES = (
    "tree",
    "sources",
    "source_pages",
    "captures",
    "facets",  # which reads the rows that are replaced, before they are
    "happening_versions",
    "happenings",
    "citations",
    "actors",
    "happening_tags",
    "related",
    "happening_times",
    "density",
    "spans",
    "happenings_fts",
    "sources_fts",
    "timeline",
)


OUTDATED = "its read tables were made by another version of this program"
_POINTED_SCRIPTS = re.compile("[\u0590-\u1dff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc]")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_STAGED = re.compile(r"\bstaged_\w+")
_TREE = re.compile("CREATE TABLE tree ")
_FORM_FEED = re.compile("\f")
_TATWEEL = "\u0640"
STEP = 5_000  # events that are projected at a time, so that no step of a long log looks at all of it


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the SQL functions that the files call."""
    dates.register(connection)
    sql.register(connection)
    connection.create_function("plain_letters", -1, plain_letters, deterministic=True)
    connection.create_function("local_time", 1, local_time, deterministic=True)
    connection.create_function("local_until", 1, local_until, deterministic=True)
    connection.create_function("magnitude", 2, staging.magnitude, deterministic=True)
    connection.create_function("page_starts", 1, page_starts, deterministic=True)
    connection.create_function("stands_until", 1, stands_until, deterministic=True)


def create(connection: sqlite3.Connection) -> None:
    """Make the read tables, empty. The caller holds the transaction."""
    _create(connection)
    _create_indexes(connection)


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE projected (position INTEGER NOT NULL, definition TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO projected VALUES (0, ?)", (definition(),))
    for statement in _statements():
        if _is_schema(statement) and statement not in _last_indexes() and not (_TREE.match(statement) and _has(connection, "tree")):
            connection.execute(statement)


def _create_indexes(connection: sqlite3.Connection) -> None:
    for statement in _last_indexes():
        connection.execute(statement)


def position(connection: sqlite3.Connection) -> int:
    """Tell up to which position the read tables and the tree were carried forward."""
    (after,) = connection.execute("SELECT position FROM projected").fetchone()
    return int(after)


def advance(connection: sqlite3.Connection, grown: int | None = None, known: Mapping[int, staging.Payload] | None = None) -> None:
    """Carry the read tables forward to the end of the log, and the tree, if it has `grown` to another position, from there.

    `known` is the data of events, by position, that was parsed already. The caller holds the transaction.
    """
    after, end = position(connection), merkle.size(connection)
    staged = staging.Staged(connection)
    for start in range(after, end, STEP):
        staged.read(start, min(start + STEP, end), known or {})
        for statement, tables in _carrying():
            if not tables.isdisjoint(staged.filled):
                connection.execute(statement)
        staged.clear()
    for statement, tables in _carrying():
        if not tables:
            connection.execute(statement, {"after": after})
    merkle.grow(connection, after if grown is None else grown)
    connection.execute("UPDATE projected SET position = ?", (end,))


def rebuild(connection: sqlite3.Connection, *, tree: bool = False) -> None:
    """Drop the read tables and derive them again from the log. The caller holds the transaction.

    The tree stays, and is only carried forward, so that events which were altered do not get a tree that fits them; with
    `tree` it is derived again as well.
    """
    grown = position(connection) if exist(connection) and _has(connection, "tree") and not tree else 0
    for kind, name in reversed(objects()):
        if name != "tree" or not grown:
            connection.execute(f"DROP {kind} IF EXISTS {name}")
    connection.execute("DROP TABLE IF EXISTS projected")
    _create(connection)
    advance(connection, grown)
    _create_indexes(connection)


def exist(connection: sqlite3.Connection) -> bool:
    """Whether there are read tables at all."""
    return _has(connection, "projected")


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone() is not None


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the read tables were made by these very files."""
    return exist(connection) and connection.execute("SELECT definition FROM projected").fetchone() == (definition(),)


@cache
def definition() -> str:
    """Give the SHA-256 of all the files: what the read tables are, in one word."""
    staged = statements("timeline.projections", "staged.sql")
    return hashlib.sha256("\n".join((*_statements(), *staged)).encode()).hexdigest()


@cache
def objects() -> tuple[tuple[str, str], ...]:
    """Name the tables and views that the files make, as (TABLE or VIEW, name), in order."""
    found = (re.search(r"^CREATE (?:VIRTUAL )?(TABLE|VIEW) (\w+)", s, re.MULTILINE) for s in _statements())
    return tuple((match[1], match[2]) for match in found if match)


def indexes() -> frozenset[str]:
    """Name the indexes that the files make."""
    found = (re.search(r"^CREATE (?:UNIQUE )?INDEX (\w+)", s, re.MULTILINE) for s in _statements())
    return frozenset(match[1] for match in found if match)


@cache
def _statements() -> tuple[str, ...]:
    return tuple(statement for name in FILES for statement in statements("timeline.projections", f"{name}.sql"))


@cache
def _carrying() -> tuple[tuple[str, frozenset[str]], ...]:
    """Give the statements that carry the read tables forward, each with the staged tables that it reads."""
    carrying = (statement for statement in _statements() if not _is_schema(statement))
    return tuple((statement, frozenset(_STAGED.findall(statement)) & set(staging.tables())) for statement in carrying)


@cache
def _last_indexes() -> tuple[str, ...]:
    """Give the statements that make the indexes which stand behind the rows in their files."""
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
    return json.dumps([0, *(found.end() for found in _FORM_FEED.finditer(text))])


def local_time(date: str) -> str | None:
    """Give the first time of day of a date as it is written; None where it has none."""
    written = dates.local_times(date)
    return written[0] if written else None


def local_until(date: str) -> str | None:
    """Give the last time of day of a date as it is written; None where it has no more than one."""
    written = dates.local_times(date)
    return written[-1] if len(written) > 1 else None


@lru_cache(10_000)
def stands_until(date: str | None) -> int | None:
    """Give the last day on which what has this date stands in a drawing, as `staging` does."""
    return None if date is None else staging.stands_until(dates.parse(date))


def plain_letters(*texts: str | None) -> str | None:
    """Join texts without combining marks, with letters for ligatures; None where that changes nothing the tokenizer would keep.

    The tokenizer folds Latin, Greek and Cyrillic itself; this adds Arabic vowel signs and hamzas, Hebrew points and the like.
    """
    text = "\n".join(part for part in texts if part)
    if text.isascii() or not (_POINTED_SCRIPTS.search(text) or _LIGATURES.search(text)):
        return None
    spelt = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    # Letter by letter, because to bring a long row of marks into order takes the square of its length; they go anyway.
    apart = spelt.translate({ord(letter): unicodedata.normalize("NFD", letter) for letter in set(spelt)})
    marks = "".join(c for c in set(apart) if unicodedata.category(c) == "Mn" or c == _TATWEEL)
    plain = re.sub(f"[{re.escape(marks)}]+", "", apart) if marks else apart
    return plain if plain != text else None
