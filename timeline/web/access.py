"""Who may read what: the same answers that Datasette gives for its own pages, on every version of it.

Owns the questions "may this visitor read this table" and "is this database a timeline, and which one does the address name".
Must not decide anything itself: each answer is Datasette's. A page asks here before its first SQL statement.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from datasette.utils import tilde_decode
from datasette.utils.asgi import Forbidden, NotFound

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

# What a database must have to be a timeline: these tables, with at least these columns.
TABLES = {
    "events": {"position", "stream", "version", "type", "recorded_at", "recorded_by", "data"},
    "happenings": {"id", "title", "date", "earliest_day", "latest_day", "near_latest_day", "day_second", "status", "position"},
}
# A database that is no timeline may become one while it is served; look again after so many seconds.
LOOK_AGAIN_AFTER = 2.0

_known: WeakKeyDictionary[Database, float] = WeakKeyDictionary()
_older: WeakKeyDictionary[Database, bool] = WeakKeyDictionary()
ALWAYS = float("inf")


async def readable(datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str) -> bool:
    """Say whether Datasette would show this actor the page of this table (or view)."""
    if hasattr(datasette, "allowed"):
        from datasette.resources import TableResource  # noqa: PLC0415 - not every version has it

        answer = await datasette.allowed(action="view-table", resource=TableResource(database=database, table=table), actor=actor)
        return bool(answer)
    cascade = [("view-table", (database, table)), ("view-database", database), "view-instance"]
    try:
        await datasette.ensure_permissions(actor, cascade)
    except Forbidden:
        return False
    return True


async def ensure_instance(datasette: Datasette, request: Request) -> None:
    """Raise Datasette's own Forbidden unless the visitor may see this Datasette at all."""
    if not await may_enter(datasette, request.actor):
        raise Forbidden("You do not have permission to see this site")


async def may_enter(datasette: Datasette, actor: dict[str, Any] | None) -> bool:
    """Say whether Datasette would show this actor its home page."""
    if hasattr(datasette, "allowed"):
        return bool(await datasette.allowed(action="view-instance", actor=actor))
    return bool(await datasette.permission_allowed(actor, "view-instance", default=True))


async def ensure_readable(datasette: Datasette, request: Request, database: str, *tables: str) -> None:
    """Raise Datasette's own Forbidden unless the visitor may read each of these tables."""
    for table in tables:
        if not await readable(datasette, request.actor, database, table):
            raise Forbidden(f"You do not have permission to read {database}/{table}")


async def open_timeline(datasette: Datasette, request: Request, *tables: str) -> Database:
    """Give the database that the address names, once it is known to be a timeline whose tables the visitor may read.

    Raises NotFound where there is no such database or it is no timeline, Forbidden where one of the tables is denied.
    """
    route = tilde_decode(request.url_vars["database"])
    try:
        database = datasette.get_database(route=route)
    except KeyError:
        raise NotFound(f"Database not found: {route}") from None
    await ensure_readable(datasette, request, database.name, *(tables or ("happenings",)))
    if not await is_timeline(database):
        raise NotFound(f"{database.name} is not a timeline: it has no tables events and happenings as `timeline build` makes them")
    return database


async def visible_timelines(datasette: Datasette, actor: dict[str, Any] | None) -> list[str]:
    """Name the attached timelines whose happenings this actor may read, in the order in which they were attached."""
    return [
        name
        for name, database in datasette.databases.items()
        if await is_timeline(database) and await readable(datasette, actor, name, "happenings")
    ]


async def is_timeline(database: Database) -> bool:
    """Say whether a database is a timeline. A yes is remembered; a no is asked again a little later."""
    answer = known_timeline(database)
    if answer is None:
        answer = await _has_our_tables(database)
        _known[database] = ALWAYS if answer else time.monotonic() + LOOK_AGAIN_AFTER
    return answer


async def is_older(database: Database) -> bool:
    """Say whether a database is a timeline whose read tables were made by a version that did not have all that pages read."""
    return not await is_timeline(database) and _older.get(database, False)


def known_timeline(database: Database) -> bool | None:
    """Say at once whether a database is a timeline, or None where that has to be looked up."""
    until = _known.get(database)
    if until is None:
        return None
    if until == ALWAYS:
        return True
    return False if time.monotonic() < until else None


async def _has_our_tables(database: Database) -> bool:
    found: dict[str, set[str]] = {name: set() for name in (*TABLES, "projected")}
    try:
        rows = await database.execute(
            "select schema.name, columns.name from sqlite_master as schema, pragma_table_info(schema.name) as columns"
            " where schema.type = 'table' and schema.name in ('events', 'happenings', 'projected')"
        )
    except sqlite3.Error:
        return False
    for table, column in rows.rows:
        found[table].add(column)
    has = all(found[table] >= columns for table, columns in TABLES.items())
    _older[database] = not has and found["events"] >= TABLES["events"] and "definition" in found["projected"]
    return has
