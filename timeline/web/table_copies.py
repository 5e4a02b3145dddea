"""The tables of a timeline that hold copies of others, so that none is open while one of those is denied.

Owns that knowledge: declared here for our own tables, and read from the schema for all others. A table copies those that its
foreign keys name, a view those that it reads, a virtual table those that its definition names, a shadow table its virtual table,
and SQLite's statistics copy everything. Must not ask for permission.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from timeline.web import sql_authorizer

if TYPE_CHECKING:
    from datasette.database import Database

# Our tables with copies, and the tables that they copy, except those that foreign keys name.
COPIES: dict[str, tuple[str, ...]] = {
    "timeline": ("happenings",),
    "happening_times": ("happenings",),
    "density": ("happenings",),
    "spans": ("happenings",),
    "facets": ("happenings", "actors", "happening_actors", "happening_tags", "citations", "sources"),
    "happening_versions": ("happenings", "events"),
    "happenings_fts": ("happenings", "citations", "actors", "happening_actors"),
    "happening_versions_fts": ("happening_versions", "happenings", "citations", "actors", "happening_actors", "events"),
    "replaced_values": (
        "happening_versions", "happenings", "citations", "actors", "happening_actors", "happening_tags", "related",
        "happening_media", "events",
    ),
    "sources_fts": ("sources", "source_texts", "documents"),
    "source_texts": ("sources", "documents"),
    "source_pages": ("sources", "source_texts", "documents"),
    "captures": ("sources",),
    "documents": ("sources", "source_texts"),
    "events": (
        "happenings", "happening_versions", "happening_times", "citations", "actors", "happening_actors", "happening_tags",
        "related", "happening_media", "sources", "reviews",
    ),
}  # fmt: skip
# Our tables without copies. A hash, or the number of events, copies nothing of an event.
ORIGINALS = (
    "happenings", "citations", "sources", "actors", "happening_actors", "happening_tags", "related",
    "happening_media", "reviews", "checkpoints", "signatures", "tree", "projected", "withheld",
)  # fmt: skip
# A foreign key to one of these is a position or a hash, which copies nothing.
_ONLY_REFERENCED = {"events", "documents"}
_VIRTUAL = re.compile(r"\s*create\s+virtual\s+table\b", re.IGNORECASE)


@dataclass(frozen=True)
class Copies:
    """For each table and view, the `others` that it copies anything of.

    `internal` are the tables that SQLite makes for others: indexes and statistics. Datasette may deny these by itself, without the
    tables that they are made for.
    """

    others: Mapping[str, frozenset[str]]
    internal: frozenset[str]


_known: WeakKeyDictionary[Database, tuple[int, Copies]] = WeakKeyDictionary()


async def in_database(database: Database) -> Copies:
    """Return the copies in a database. They are read again when the schema changes."""
    version = (await database.execute("select schema_version from pragma_schema_version")).rows[0][0]
    known = _known.get(database)
    if known is None or known[0] != version:
        known = _known[database] = (version, await database.execute_fn(read))
    return known[1]


def read(connection: sqlite3.Connection) -> Copies:
    """Read the copies from a schema, direct and indirect ones."""
    rows = connection.execute("select name, type, sql from sqlite_master where type in ('table', 'view')").fetchall()
    schema = {name: (kind, sql or "") for name, kind, sql in rows}
    by_lower = {name.lower(): name for name in schema}
    copied = {name: {by_lower[other] for other in _copied(connection, name, schema) if other in by_lower} for name in schema}
    virtual = {name for name, (_, sql) in schema.items() if _VIRTUAL.match(sql)}
    internal = {name for name in schema if name.startswith("sqlite_") or (name in virtual and copied[name])}
    for index in virtual:
        for shadow in [name for name in schema if name.startswith(f"{index}_")]:
            copied[shadow].add(index)
            internal.add(shadow)
    return Copies({name: _reached(name, copied) for name in schema}, frozenset(internal))


def _copied(connection: sqlite3.Connection, name: str, schema: Mapping[str, tuple[str, str]]) -> set[str]:
    """Return, in lower case, the tables that a table copies by its definition."""
    kind, sql = schema[name]
    if name.startswith("sqlite_"):
        return {other.lower() for other in schema if not other.startswith("sqlite_")}
    if name in COPIES and kind == "view":
        return set()
    if kind == "view":
        return _read_by(connection, name) or {other.lower() for other in schema}
    if _VIRTUAL.match(sql):
        return set() if name in COPIES else set(re.findall(r"\w+", sql.lower())) - {name.lower()}
    keys = connection.execute('select "table" from pragma_foreign_key_list(?)', (name,)).fetchall()
    return {other.lower() for (other,) in keys} - _ONLY_REFERENCED


def _read_by(connection: sqlite3.Connection, view: str) -> set[str]:
    """Return the tables that a view reads, as SQLite reports them; none if it cannot be read."""
    tables: set[str] = set()

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table:
            tables.add(table.lower())
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    try:
        connection.execute(f'explain select * from "{view.replace(chr(34), chr(34) * 2)}"').fetchall()
    except sqlite3.Error:
        return set()
    finally:
        connection.set_authorizer(None)
        sql_authorizer.set_on(connection)
    return tables - {view.lower()}


def _reached(name: str, copied: Mapping[str, set[str]]) -> frozenset[str]:
    # COPIES is complete for our tables, except for the foreign keys of the tables it names: quotations are closed with their
    # sources, and so is an index over quotations.
    reached, waiting = {name}, [name]
    seen = {name}
    while waiting:
        one = waiting.pop()
        followed = copied[one] | {other for other in COPIES.get(one, ()) if other in ORIGINALS and other in copied}
        reached |= {*followed, *COPIES.get(one, ())}
        waiting += followed - seen
        seen |= followed
    return frozenset(reached - {name})
