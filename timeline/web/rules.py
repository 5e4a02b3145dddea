"""What Datasette is told of permissions: a table that repeats what others say is closed to whoever may not read those.

Owns which table repeats which, and the rules that say so in both of the ways that versions of Datasette ask. Must not open
anything: it only ever denies, and only in a database that is a timeline.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from timeline.web import access

if TYPE_CHECKING:
    from datasette.app import Datasette

# The tables that repeat what others say, and which. None of those repeats anything itself.
COPIES = {
    "timeline": ("happenings",),
    "happening_times": ("happenings",),
    "density": ("happenings",),
    "spans": ("happenings",),
    "facets": ("happenings", "actors", "happening_actors", "happening_tags", "citations", "sources"),
    "happening_versions": ("happenings",),
    "happenings_fts": ("happenings", "citations", "actors", "happening_actors"),
    "sources_fts": ("sources", "source_texts"),
    "source_pages": ("sources", "source_texts"),
    "captures": ("sources",),
    "documents": ("sources", "source_texts"),
    "events": ("happenings", "citations", "actors", "happening_actors", "happening_tags", "related", "sources"),
}

# While it is asked whether the originals may be read, there is nothing to say of them.
_asking: ContextVar[bool] = ContextVar("asking", default=False)


async def on_one(datasette: Datasette, actor: dict[str, Any] | None, resource: object) -> bool | None:
    """Say False of a (database, table) that repeats what this actor may not read; None of any other."""
    if not isinstance(resource, tuple) or len(resource) != 2:
        return None
    return False if await _repeats_denied(datasette, actor, *resource) else None


async def on_all(datasette: Datasette, actor: dict[str, Any] | None) -> object:
    """Give the rule that closes every table that repeats what this actor may not read; None where there is none."""
    if _asking.get():
        return None
    token = _asking.set(True)
    try:
        closed = [
            (database, table)
            for database in list(datasette.databases)
            for table in COPIES
            if await _repeats_denied(datasette, actor, database, table)
        ]
    finally:
        _asking.reset(token)
    return denial(closed, "repeats a table that is denied")


def denial(closed: list[tuple[str, str]], reason: str) -> object:
    """Give the rule that closes each (database, table or query), for a Datasette that decides by SQL; None for none."""
    if not closed:
        return None
    from datasette.permissions import PermissionSQL  # noqa: PLC0415 - not every version has it

    rows, params = [], {"timeline_reason": reason}
    for number, (database, name) in enumerate(closed):
        # The values are bound; only their numbers stand in the text.
        named = f":timeline_db_{number} as parent, :timeline_of_{number} as child"
        rows.append(f"select {named}, 0 as allow, :timeline_reason as reason")
        params.update({f"timeline_db_{number}": database, f"timeline_of_{number}": name})
    return PermissionSQL(sql=" union all ".join(rows), params=params)


async def _repeats_denied(datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str) -> bool:
    originals = COPIES.get(table, ())
    if not originals or database not in datasette.databases or not await access.is_timeline(datasette.databases[database]):
        return False
    for original in originals:
        if not await access.readable(datasette, actor, database, original):
            return True
    return False
