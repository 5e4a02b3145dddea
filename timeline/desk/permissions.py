"""The two permissions to write, and the name under which an actor writes.

Owns who may append and who may review: nobody but root, unless metadata.json or another plugin grants it. It grants the permission
by its name, with an allow block of Datasette's: {"plugins": {"cited-timeline": {"timeline-append": {"id": ["ana", "ben"]}}}}, for
all timelines, or for one under "databases". Must not decide who an actor is: Datasette's authentication does.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from datasette.utils import actor_matches_allow
from datasette.utils.asgi import Forbidden

from timeline import authors
from timeline.errors import DatabaseRefused
from timeline.web import access, connections, permission_rules, security

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database

Actor = dict[str, Any] | None

APPEND: Final = "timeline-append"
REVIEW: Final = "timeline-review"
ALL: Final = {APPEND: "Append to a timeline", REVIEW: "Review the happenings of a timeline"}
SECONDS: Final = 1.0  # for which an answer is remembered
DRAFTS: Final = ".drafts.db"  # how the file of drafts beside a timeline ends
_SQL: Final = "execute-sql"
READING: Final = ("view-database", "view-table", "view-query", _SQL, "view-database-download")
_ROOT: Final = "root"
# A writer sees the passages that come close to a wrong quotation, so writing needs the tables in which they are.
_READ_BY_WRITERS: Final = ("events", "happenings", "citations", "sources", "source_texts")
_NAMES: Final = ("display", "name", "username", "login", "id")  # of an actor, in Datasette's own order


_answers: WeakKeyDictionary[Database, dict[tuple[str, str], tuple[float, bool]]] = WeakKeyDictionary()


async def is_allowed(datasette: Datasette, actor: Actor, action: str, database: str) -> bool:
    """Whether an actor may append to a timeline, or review it. An actor who may not read it may do neither."""
    if hasattr(datasette, "allowed"):
        from datasette.resources import DatabaseResource  # noqa: PLC0415 - not every version has it

        granted = await datasette.allowed(action=action, resource=DatabaseResource(database), actor=actor)
    else:
        granted = await datasette.permission_allowed(actor, action, resource=database, default=False)
    return bool(granted) and await access.all_readable(datasette, actor, database, _READ_BY_WRITERS)


async def remembered(datasette: Datasette, actor: Actor, action: str, database: Database) -> bool:
    """Return the answer of `allowed`, which holds for a second: a script that appends much asks it a hundred times."""
    known, now = _answers.setdefault(database, {}), time.monotonic()
    key = action, json.dumps(actor, sort_keys=True, default=repr)
    until, answer = known.get(key, (0.0, False))
    if now > until:
        answer = await is_allowed(datasette, actor, action, database.name)
        for old in [one for one, (end, _) in known.items() if end < now]:
            del known[old]
        known[key] = now + SECONDS, answer
    return answer


async def ensure(datasette: Datasette, actor: Actor, action: str, database: str) -> None:
    """Raise Datasette's own Forbidden unless the actor may do this."""
    if not await is_allowed(datasette, actor, action, database):
        who = f'"{actor.get("id")}" needs' if actor else "sign in, or send a token: this needs"
        raise Forbidden(f"{who} the permission {action} on {database}, and to read its tables")


def author(database: Database, actor: dict[str, Any]) -> str:
    """Return the name under which an actor writes: the actor's own, or, for root, the project's author.

    Raises DatabaseRefused if metadata.json names the project's author in a way that cannot be read.
    """
    if actor.get("id") == _ROOT and not any(actor.get(one) for one in _NAMES[:-1]):
        metadata = Path(database.path or "").with_name("metadata.json")
        try:
            return os.environ.get("TIMELINE_BY") or authors.of_project(metadata) or _ROOT
        except ValueError as error:
            raise DatabaseRefused(
                metadata, f"metadata.json does not name the author of this project: {error}. Correct it"
            ) from None
    return str(next((actor[name] for name in _NAMES if actor.get(name)), authors.UNNAMED))


def actions() -> list[Any]:
    """Return the permissions as Datasette 1.0 has them."""
    from datasette.permissions import Action  # noqa: PLC0415 - not every version has it
    from datasette.resources import DatabaseResource  # noqa: PLC0415 - the same

    return [Action(name=name, description=description, resource_class=DatabaseResource) for name, description in ALL.items()]


def listed() -> list[Any]:
    """Return the permissions as the versions between 0.65 and 1.0 list them; 0.65 itself asks for no list."""
    from datasette import Permission  # noqa: PLC0415 - not every version has it

    return [Permission(name, None, description, True, False, False) for name, description in ALL.items()]


def for_resource(datasette: Datasette, actor: Actor, action: str, resource: object) -> bool | None:
    """Return True if the actor is root, or metadata.json grants the action on this database; None if others decide."""
    if actor is None or not isinstance(resource, str):
        return None
    block = _block(datasette, action, resource)
    return True if actor.get("id") == _ROOT or (block is not None and actor_matches_allow(actor, block)) else None


def for_all(datasette: Datasette, actor: Actor, action: str) -> object:
    """Return the rule that grants an action on each database whose block in metadata.json names the actor; None if none does."""
    if actor is None:
        return None
    granted = [
        name
        for name in datasette.databases
        if (block := _block(datasette, action, name)) is not None and actor_matches_allow(actor, block)
    ]
    if not granted:
        return None
    from datasette.permissions import PermissionSQL  # noqa: PLC0415 - not every version has it

    return PermissionSQL(
        sql="select value as parent, null as child, 1 as allow, 'metadata.json grants it' as reason"
        " from json_each(:timeline_granted)",
        params={"timeline_granted": json.dumps(granted)},
    )


def is_drafts(database: Database) -> bool:
    """Whether a database is a file of drafts, which nobody may read through Datasette: `datasette *.db` would attach it."""
    return str(database.path or "").endswith(DRAFTS)


def drafts_for_resource(datasette: Datasette, action: str, resource: object) -> bool | None:
    """Return False for everything in a file of drafts, and for SQL that reads all files; None where others decide."""
    name = resource[0] if isinstance(resource, tuple) else resource
    return False if name in _closed_for_drafts(datasette, action) else None


def drafts_for_all(datasette: Datasette, action: str) -> object:
    """Return the rule that closes every file of drafts, and SQL that reads all files; None if no drafts are attached."""
    closed: list[tuple[str, str | None]] = [(name, None) for name in _closed_for_drafts(datasette, action)]
    return permission_rules.denial(closed, "drafts are read at the desk alone") if closed else None


def _closed_for_drafts(datasette: Datasette, action: str) -> list[str]:
    drafts = [name for name, one in datasette.databases.items() if is_drafts(one)]
    crossing = [name for name in datasette.databases if connections.crosses(datasette, name)]
    return [*drafts, *crossing] if drafts and action == _SQL else drafts


def _block(datasette: Datasette, action: str, database: str) -> object:
    """Return the allow block for an action on a database; None if there is none."""
    settings = datasette.plugin_config(security.PLUGIN, database=database) or {}
    return settings.get(action, (datasette.plugin_config(security.PLUGIN) or {}).get(action))
