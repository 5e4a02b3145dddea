"""Which table of a timeline repeats what others hold, so that none is open where one of those is denied.

Owns that knowledge: declared here for our own tables, and read from the schema for everything else, whoever made it: a table
repeats those that its foreign keys name, a view those that it reads, a virtual table those that its definition names, a shadow
table its virtual table, and SQLite's statistics repeat everything. Must not ask for permission.
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

# Our tables that repeat what others say, and whose words those are. What the foreign keys tell is not repeated here.
COPIES: dict[str, tuple[str, ...]] = {
    "timeline": ("happenings",),
    "happening_times": ("happenings",),
    "density": ("happenings",),
    "spans": ("happenings",),
    "facets": ("happenings", "actors", "happening_actors", "happening_tags", "citations", "sources"),
    "happening_versions": ("happenings", "events"),
    "happenings_fts": ("happenings", "citations", "actors", "happening_actors"),
    "sources_fts": ("sources", "source_texts", "documents"),
    "source_texts": ("sources", "documents"),
    "source_pages": ("sources", "source_texts", "documents"),
    "captures": ("sources",),
    "documents": ("sources", "source_texts"),
    "events": (
        "happenings", "happening_versions", "happening_times", "citations", "actors", "happening_actors", "happening_tags",
        "related", "sources",
    ),
}  # fmt: skip
# Our tables whose own words they hold. A hash, or how many events there are, repeats nothing of an event.
ORIGINALS = (
    "happenings", "citations", "sources", "actors", "happening_actors", "happening_tags", "related",
    "checkpoints", "signatures", "tree", "projected",
)  # fmt: skip
# A foreign key to one of these is a position or a hash, which says nothing of what is there.
_SAYING_NOTHING = {"events", "documents"}
_VIRTUAL = re.compile(r"\s*create\s+virtual\s+table\b", re.IGNORECASE)


@dataclass(frozen=True)
class Repeated:
    """For each table and view, the `others` of which it holds anything.

    `made` are those that SQLite makes for others: indexes and statistics. Datasette may deny these by itself, which says
    nothing of what they are made for.
    """

    others: Mapping[str, frozenset[str]]
    made: frozenset[str]


_known: WeakKeyDictionary[Database, tuple[int, Repeated]] = WeakKeyDictionary()


async def in_database(database: Database) -> Repeated:
    """Say for every table and view of a database which others it repeats. It is read again when the schema changes."""
    version = (await database.execute("select schema_version from pragma_schema_version")).rows[0][0]
    known = _known.get(database)
    if known is None or known[0] != version:
        known = _known[database] = (version, await database.execute_fn(read))
    return known[1]


def read(connection: sqlite3.Connection) -> Repeated:
    """Read from a schema, for every table and view, which others it repeats, at whatever remove."""
    rows = connection.execute("select name, type, sql from sqlite_master where type in ('table', 'view')").fetchall()
    schema = {name: (kind, sql or "") for name, kind, sql in rows}
    named = {name.lower(): name for name in schema}
    taken = {name: {named[one] for one in _taken(connection, name, schema) if one in named} for name in schema}
    virtual = {name for name, (_, sql) in schema.items() if _VIRTUAL.match(sql)}
    made = {name for name in schema if name.startswith("sqlite_") or (name in virtual and taken[name])}
    for index in virtual:
        for shadow in [name for name in schema if name.startswith(f"{index}_")]:
            taken[shadow].add(index)
            made.add(shadow)
    return Repeated({name: _reached(name, taken) for name in schema}, frozenset(made))


def _taken(connection: sqlite3.Connection, name: str, schema: Mapping[str, tuple[str, str]]) -> set[str]:
    """Name, in small letters, the tables that one takes from as its definition has it."""
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
    return {other.lower() for (other,) in keys} - _SAYING_NOTHING


def _read_by(connection: sqlite3.Connection, view: str) -> set[str]:
    """Name the tables that a view reads, as SQLite tells them; none where it cannot be read."""
    found: set[str] = set()

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table:
            found.add(table.lower())
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    try:
        connection.execute(f'explain select * from "{view.replace(chr(34), chr(34) * 2)}"').fetchall()
    except sqlite3.Error:
        return set()
    finally:
        connection.set_authorizer(None)
        sql_authorizer.set_on(connection)
    return found - {view.lower()}


def _reached(name: str, taken: Mapping[str, set[str]]) -> frozenset[str]:
    # What one of our tables repeats of others is declared whole, but for what the foreign keys of those tell: quotations are
    # closed with their sources, and so is an index over quotations.
    reached, waiting = {name}, [name]
    seen = {name}
    while waiting:
        one = waiting.pop()
        followed = taken[one] | {other for other in COPIES.get(one, ()) if other in ORIGINALS and other in taken}
        reached |= {*followed, *COPIES.get(one, ())}
        waiting += followed - seen
        seen |= followed
    return frozenset(reached - {name})
