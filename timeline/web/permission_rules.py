"""The permission rules of timelines: a table that copies others is closed to everybody who may not read those.

Owns these rules, in the forms of both versions of Datasette; the rules for writing, which is closed to everyone; and those for
actions that read any table: SQL, downloading the file, a search, and the counts on a row's page. Must not open anything: it only
denies, and only in a database that is a timeline.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Iterable
from contextvars import Context, ContextVar
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from timeline.web import access, connections, security, table_copies, withholding
from timeline.web.security import App, Receive, Send

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

Actor = dict[str, Any] | None

# The actions that can read all tables of a database.
READING_ALL = ("execute-sql", "view-database-download")
# Datasette's own actions that change a database, or how its tables are shown: denied to everyone, root too, in every timeline.
WRITING = frozenset(
    {
        "alter-table",
        "create-table",
        "create-view",
        "delete-row",
        "drop-table",
        "drop-view",
        "execute-write-sql",
        "insert-row",
        "set-column-type",
        "update-row",
    }
)
_DOWNLOAD = re.compile(r"/[^/]+\.db")

# While the permissions of the original tables are looked up, these rules do not apply.
_looking_up: ContextVar[bool] = ContextVar("looking_up", default=False)
# The closed tables by database and actor, remembered during a request.
_remembered: ContextVar[dict[tuple[str, str], frozenset[str]] | None] = ContextVar("remembered", default=None)


async def closed(datasette: Datasette, actor: Actor, database: str) -> frozenset[str]:
    """Return the tables of a timeline, also of an older one, that an actor may not read: the denied ones, and copies of them."""
    if database not in datasette.databases or not await access.is_guarded(datasette.databases[database]):
        return frozenset()
    remembered, key = _remembered.get(), (database, json.dumps(actor, sort_keys=True, default=repr))
    if remembered is not None and key in remembered:
        return remembered[key]
    # In a context of its own: Datasette remembers its answers for the request, and these are not final.
    names: frozenset[str] = await Context().run(asyncio.create_task, _look_up(datasette, actor, database))
    if remembered is not None:
        remembered[key] = names
    return names


async def _look_up(datasette: Datasette, actor: Actor, database: str) -> frozenset[str]:
    _looking_up.set(True)
    copies = await table_copies.in_database(datasette.databases[database])
    open_at_once: set[str] = set()
    if hasattr(datasette, "allowed_resources"):
        page = await datasette.allowed_resources("view-table", actor, parent=database, limit=1000)
        open_at_once = {resource.child async for resource in page.all()}
    undecided = copies.others.keys() - copies.internal - open_at_once
    denied = {name for name in undecided if not await access.readable(datasette, actor, database, name)}
    if withholding.closed(datasette, actor) and await withholding.has_documents(datasette.databases[database]):
        denied.update(withholding.TABLES)
    return frozenset(denied | {name for name, others in copies.others.items() if others & denied})


async def for_resource(datasette: Datasette, actor: Actor, action: str, resource: object) -> bool | None:
    """Return False if the actor may not do this because a table is denied, or because it writes; None otherwise."""
    if _looking_up.get():
        return None
    if action in WRITING:
        database = resource[0] if isinstance(resource, tuple) else resource
        attached = isinstance(database, str) and database in datasette.databases
        return False if attached and await access.is_timeline(datasette.databases[database]) else None
    if action == "view-table" and isinstance(resource, tuple) and len(resource) == 2:
        database, table = resource
        return False if table in await closed(datasette, actor, database) else None
    if action in READING_ALL and isinstance(resource, str):
        return False if await _closed_in_part(datasette, actor, resource) else None
    return None


async def for_all(datasette: Datasette, actor: Actor, action: str) -> object:
    """Return the rule for all tables, or for all databases, at once; None if it denies nothing."""
    if _looking_up.get():
        return None
    names = list(datasette.databases)
    if action == "view-table":
        return denial(
            [(name, table) for name in names for table in sorted(await closed(datasette, actor, name))],
            "is denied, or copies a table that is denied",
        )
    return denial(
        [(name, None) for name in names if await _closed_in_part(datasette, actor, name)], "would show a table that is denied"
    )


async def for_writing(datasette: Datasette) -> object:
    """Return the rule that denies writing to every timeline and to each of its tables."""
    closed: list[tuple[str, str | None]] = []
    for name, database in list(datasette.databases.items()):
        if await access.is_timeline(database):
            closed += [(name, None), *((name, table) for table in [*await database.table_names(), *await database.view_names()])]
    return denial(closed, "a timeline grows through its log alone, and nothing in it is edited")


async def _closed_in_part(datasette: Datasette, actor: Actor, database: str) -> bool:
    for name in list(datasette.databases) if connections.crosses(datasette, database) else [database]:
        if await closed(datasette, actor, name):
            return True
    return False


def denial(closed: Iterable[tuple[str, str | None]], reason: str) -> object:
    """Return the rule that denies each (database, table or query, or None for the whole database), for Datasette 1.0."""
    rows = list(closed)
    if not rows:
        return None
    from datasette.permissions import PermissionSQL  # noqa: PLC0415 - not every version has it

    return PermissionSQL(
        sql="select json_extract(value, '$[0]') as parent, json_extract(value, '$[1]') as child, 0 as allow,"
        " :timeline_reason as reason from json_each(:timeline_closed)",
        params={"timeline_closed": json.dumps(rows), "timeline_reason": reason},
    )


async def on_search(datasette: Datasette, request: Request, database: str, table: str) -> None:
    """Raise Forbidden if the page of a timeline's table is to search an index that the visitor may not read."""
    if not any(name.startswith("_search") and name != "_searchmode" for name in request.args):
        return
    if not await access.is_timeline(datasette.get_database(database)):
        return
    if hasattr(datasette, "table_metadata"):
        settings = datasette.table_metadata(database, table)
    else:
        settings = await datasette.table_config(database, table)
    index = request.args.get("_fts_table") or settings.get("fts_table") or await datasette.get_database(database).fts_table(table)
    if index:
        await access.ensure_readable(datasette, request, database, index)


def count_open_rows_only() -> None:
    """Leave out closed tables from the counts on a row's page, if this Datasette counts without asking for permission."""
    from datasette.views.row import RowView  # noqa: PLC0415 - it does not exist yet when Datasette loads plugins

    counting, showing = RowView.foreign_key_tables, RowView.data
    if "actor" in inspect.signature(counting).parameters or hasattr(RowView, "timeline_asks"):
        return

    async def data(self: Any, request: Request, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as Datasette has it
        self.timeline_visitor = request.actor
        return await showing(self, request, *args, **options)

    async def foreign_key_tables(self: Any, database: str, table: str, pk_values: list[str]) -> list[dict[str, Any]]:  # noqa: ANN401
        counted: list[dict[str, Any]] = await counting(self, database, table, pk_values)
        if not await access.is_timeline(self.ds.get_database(database)):
            return counted
        return [one for one in counted if await access.readable(self.ds, self.timeline_visitor, database, one["other_table"])]

    RowView.data, RowView.foreign_key_tables, RowView.timeline_asks = data, foreign_key_tables, True


def refusing_older(datasette: Datasette, app: App) -> App:
    """Wrap the application so that a timeline with older read tables answers with one line: how to rebuild them.

    Its pages and queries would fail, and the rules for writing do not cover it. Its file can still be downloaded.
    """

    async def wrapped(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        path = security.path_of(datasette, scope) if scope["type"] == "http" else ""
        database = None if _DOWNLOAD.fullmatch(path) else access.database_at(datasette, path)
        if database is None or not await access.is_older(database):
            await app(scope, receive, send)
            return
        from datasette import Request, handle_exception  # noqa: PLC0415 - they do not exist yet when Datasette loads plugins
        from datasette.utils import await_me_maybe  # noqa: PLC0415 - the same
        from datasette.views.base import DatasetteError  # noqa: PLC0415 - the same

        file = PurePath(database.path or database.name).name
        reason = f"{database.name}: its read tables were made by another version of this program"
        error = DatasetteError(f"{reason}. Make them again: timeline rebuild --db {file}", status=503)
        answer = await await_me_maybe(handle_exception.handle_exception(datasette, Request(scope, receive), error))
        await answer.asgi_send(send)

    return wrapped


def remembering(app: App) -> App:
    """Wrap the application so that closed tables are looked up once for each request."""

    async def wrapped(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        token = _remembered.set({})
        try:
            await app(scope, receive, send)
        finally:
            _remembered.reset(token)

    return wrapped
