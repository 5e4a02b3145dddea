"""Whether a visitor may see documents that the publisher withholds: the setting `documents` in metadata.json.

Owns who is exempt. Must not close anything itself: `permission_rules` closes the tables, and pages say so. A published file lacks
these documents; this is for a timeline that has them and is served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timeline import plugin_settings
from timeline.documents import images
from timeline.web import security

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database

TABLES = ("documents", "source_texts")


def closed(datasette: Datasette, actor: dict[str, Any] | None) -> bool:
    """Whether all documents are withheld from an actor: from everyone but root, if the setting says so."""
    withheld = security.settings_of(datasette).get("documents") == plugin_settings.CITED_PASSAGES
    return withheld and (actor or {}).get("id") != "root"


async def has_documents(database: Database) -> bool:
    """Whether a timeline has documents that could be withheld. A published copy without them is open to any query."""
    sql = "select 1 from documents where sha256 <> :empty limit 1"
    return bool((await database.execute(sql, {"empty": images.NO_TEXT})).rows)
