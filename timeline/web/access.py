"""Permissions to read, as Datasette gives them for its own pages, on every version of it.

Owns two questions: whether a visitor may read a table, and whether a database is a timeline. Must not decide the first itself: each
answer is Datasette's. A page asks here before its first SQL statement.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from datasette.utils import tilde_decode
from datasette.utils.asgi import Forbidden, NotFound

from timeline.web import connections

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

# A database may become a timeline while it is served: check again after this many seconds.
LOOK_AGAIN_AFTER = 2.0

# Until when the answer is valid: ALWAYS for a timeline, a time for any other database.
_answers: WeakKeyDictionary[Database, float] = WeakKeyDictionary()
_older: WeakKeyDictionary[Database, bool] = WeakKeyDictionary()
ALWAYS = float("inf")


async def readable(datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str) -> bool:
    """Whether Datasette would show this actor the page of this table or view."""
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


async def all_readable(datasette: Datasette, actor: dict[str, Any] | None, database: str, tables: Iterable[str]) -> bool:
    """Whether Datasette would show this actor the pages of all these tables."""
    for table in tables:
        if not await readable(datasette, actor, database, table):
            return False
    return True


async def ensure_instance(datasette: Datasette, request: Request) -> None:
    """Raise Datasette's own Forbidden unless the visitor may see this Datasette at all."""
    if not await may_enter(datasette, request.actor):
        raise Forbidden("You do not have permission to see this site")


async def may_enter(datasette: Datasette, actor: dict[str, Any] | None) -> bool:
    """Whether Datasette would show this actor its home page."""
    if hasattr(datasette, "allowed"):
        return bool(await datasette.allowed(action="view-instance", actor=actor))
    return bool(await datasette.permission_allowed(actor, "view-instance", default=True))


async def ensure_readable(datasette: Datasette, request: Request, database: str, *tables: str) -> None:
    """Raise Datasette's own Forbidden unless the visitor may read each of these tables."""
    for table in tables:
        if not await readable(datasette, request.actor, database, table):
            raise Forbidden(f"You do not have permission to read {database}/{table}")


async def open_timeline(datasette: Datasette, request: Request, *tables: str) -> Database:
    """Return the database that the address names. It is a timeline, and the visitor may read these tables of it.

    Raises NotFound if there is no such database or it is no timeline, Forbidden if one of the tables is denied.
    """
    database = database_of(datasette, request)
    await ensure_readable(datasette, request, database.name, *(tables or ("happenings",)))
    await ensure_timeline(database)
    return database


def database_of(datasette: Datasette, request: Request) -> Database:
    """Return the database that the address names, to whoever asks. Raises NotFound."""
    route = tilde_decode(request.url_vars["database"])
    try:
        return datasette.get_database(route=route)
    except KeyError:
        raise NotFound(f"Database not found: {route}") from None


async def ensure_timeline(database: Database) -> None:
    """Raise NotFound unless a database is a timeline."""
    if not await is_timeline(database):
        raise NotFound(f"{database.name} is not a timeline: it has no tables events and happenings as `timeline build` makes them")


async def visible_timelines(datasette: Datasette, actor: dict[str, Any] | None) -> list[str]:
    """Return the names of the timelines whose happenings this actor may read, in the order in which they were attached."""
    return [
        name
        for name, database in datasette.databases.items()
        if await is_timeline(database) and await readable(datasette, actor, name, "happenings")
    ]


async def is_timeline(database: Database) -> bool:
    """Whether a database is a timeline. A yes is remembered for good, a no for LOOK_AGAIN_AFTER seconds."""
    answer = known_timeline(database)
    if answer is None:
        try:
            answer, _older[database] = await database.execute_fn(connections.inspect)
        except sqlite3.Error:  # the file cannot be opened
            answer, _older[database] = False, False
        if answer or _older[database]:
            connections.discovered(database.ds, database.name)
        _answers[database] = ALWAYS if answer else time.monotonic() + LOOK_AGAIN_AFTER
    return answer


async def is_guarded(database: Database) -> bool:
    """Whether the headers, limits and bans of a timeline hold for a database: for a timeline, whichever version made it."""
    return await is_timeline(database) or _older.get(database, False)


async def any_timeline(datasette: Datasette) -> bool:
    """Whether a timeline is attached."""
    databases = list(datasette.databases.values())
    if any(known_timeline(database) for database in databases):
        return True
    for database in databases:
        if await is_guarded(database):
            return True
    return False


def database_at(datasette: Datasette, path: str) -> Database | None:
    """Return the database that a path (without base_url) is in; None if it is in none, like the home page."""
    route = tilde_decode(re.sub(r"\.\w+$", "", path.split("/")[1])) if "/" in path else ""
    return next((database for database in datasette.databases.values() if (database.route or database.name) == route), None)


async def is_older(database: Database) -> bool:
    """Whether a database is a timeline whose read tables an earlier version made, and lack something that the pages read."""
    return not await is_timeline(database) and _older.get(database, False)


def known_timeline(database: Database) -> bool | None:
    """Whether a database is a timeline, without a query; None if that must be looked up."""
    until = _answers.get(database)
    if until is None:
        return None
    if until == ALWAYS:
        return True
    return False if time.monotonic() < until else None
