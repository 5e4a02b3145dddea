"""How a timeline introduces itself: its title, description, source and licence from metadata.json, its size and its years.

Owns those words. Must not choose happenings. A description that the plugin itself gives to Datasette's pages is not the timeline's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from datasette.app import Datasette
from datasette.database import Database

from timeline import authors
from timeline.dates.calendar import civil
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.web import descriptions
from timeline.web.drawing import counts
from timeline.web.pages import date_wording

CREDITS: Final = (("Source", "source"), ("Licence", "license"), ("About", "about"))


@dataclass(frozen=True)
class Introduction:
    """What metadata.json says about a timeline. `credits` are (label, text, address or None)."""

    title: str
    description: str | None
    credits: tuple[tuple[str, str, str | None], ...]


@dataclass(frozen=True)
class Preview:
    """What another site shows of a link to a page, by Open Graph (https://ogp.me): `type` is `website` or `article`."""

    type: str
    title: str
    text: str
    picture: str | None = None


async def read(datasette: Datasette, database: Database) -> Introduction:
    """Read the introduction of a database. What its own metadata lacks, except for the title, comes from the whole site's."""
    site, own = await _metadata(datasette, database.name)
    given = {**site, **{key: value for key, value in own.items() if value}}
    description = own.get("description")
    if description == descriptions.of_database():
        description = site.get("description") if len(_shown(datasette)) == 1 else None
    return Introduction(
        title=str(own.get("title") or database.name),
        description=str(description) if description else None,
        credits=tuple(
            (label, str(given.get(key) or address), _web_address(address))
            for label, key in CREDITS
            if (address := given.get(f"{key}_url")) or given.get(key)
        ),
    )


async def _metadata(datasette: Datasette, name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the metadata of the site and of a database."""
    if hasattr(datasette, "get_database_metadata"):
        return await datasette.get_instance_metadata(), await datasette.get_database_metadata(name)
    site = datasette.metadata() or {}
    return site, (site.get("databases") or {}).get(name) or {}


def _shown(datasette: Datasette) -> list[str]:
    return [name for name in datasette.databases if not name.startswith("_")]


def _web_address(address: object) -> str | None:
    """Return an address that a page may link to: one of the web."""
    return str(address) if str(address or "").lower().startswith(("https://", "http://")) else None


def years(snapshot: Snapshot) -> str | None:
    """Return the years that the current happenings span, such as 2003–2025; None without any, and long ago in the log."""
    days = counts.extent(snapshot) if counts.are_known(snapshot) else None
    if days is None:
        return None
    first, last = (civil(day)[0] for day in days)
    return date_wording.year_name(first) if first == last else f"{date_wording.year_name(first)}–{date_wording.year_name(last)}"


def documents(snapshot: Snapshot) -> int:
    """Count the archived documents."""
    return int(snapshot.value("select count(*) from sources") or 0)


def last_recorded(snapshot: Snapshot, state: State, end: int) -> str | None:
    """Return the day of the last event and the name of its author: `29 November 2026 by The editors`; None for the past."""
    if state.past or not end:
        return None
    rows = snapshot.plain("select recorded_at, recorded_by from events where position = :end", {"end": end})
    return f"{date_wording.words(rows[0][0][:10])}{authors.by(rows[0][1])}" if rows else None
