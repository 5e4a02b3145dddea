"""The addresses of the pages, and the links in the cells of Datasette's own tables.

Owns the form of our URLs, with base_url and tilde-encoding as Datasette has them. Must not read rows: a cell is linked by the
values in its own row, and only in a database that is a timeline.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils import tilde_encode
from markupsafe import Markup

from timeline.web import access

if TYPE_CHECKING:
    from datasette.app import Datasette

Row = sqlite3.Row | dict[str, Any]
EXPORT, SOURCES, LIVE = "export", "sources", "live"
# A happening may have the id of a page, or of an address of the desk.
_TAKEN = (EXPORT, SOURCES, LIVE, "append", "desk")


def index(datasette: Datasette) -> str:
    """Return the address of the list of timelines."""
    return str(datasette.urls.path("/-/timeline"))


def timeline(datasette: Datasette, database: str, **state: str) -> str:
    """Return the address of a database's timeline, with filters: `timeline(datasette, "timeline", actor="ann")`."""
    address = f"{datasette.urls.database(database)}/-/timeline"
    return f"{address}?{urlencode(state)}" if state else address


def happening(datasette: Datasette, database: str, happening_id: str) -> str:
    """Return the address of a happening's page."""
    is_reserved = happening_id in _TAKEN
    name = f"~{ord(happening_id[0]):02X}{happening_id[1:]}" if is_reserved else tilde_encode(happening_id)
    return f"{timeline(datasette, database)}/{name}"


def sources(datasette: Datasette, database: str, **state: str) -> str:
    """Return the address of a timeline's list of sources."""
    address = f"{timeline(datasette, database)}/{SOURCES}"
    return f"{address}?{urlencode(state)}" if state else address


def source(datasette: Datasette, database: str, source_id: str) -> str:
    """Return the address of a source's page."""
    return f"{sources(datasette, database)}/{tilde_encode(source_id)}"


def event(datasette: Datasette, database: str, position: int) -> str:
    """Return the address of an event's page."""
    return f"{timeline(datasette, database)}/events/{position}"


def stream(datasette: Datasette, database: str, name: str) -> str | None:
    """Return the address of the page of a stream, `happening/<id>` or `source/<id>`; None for any other name."""
    kind, _, id_ = name.partition("/")
    page = {"happening": happening, "source": source}.get(kind)
    return page(datasette, database, id_) if page and id_ else None


def proof(datasette: Datasette, database: str, position: int, checkpoint: int | None = None) -> str:
    """Return the address of an event's proof, under the stored checkpoint with this number if there is one."""
    query = f"?checkpoint={checkpoint}" if checkpoint is not None else ""
    return f"{event(datasette, database, position)}/proof{query}"


def checkpoints(datasette: Datasette, database: str, **sizes: int) -> str:
    """Return the address of a log's checkpoints: `checkpoints(…, **{"from": 8, "to": 23})` for the events added between."""
    address = f"{timeline(datasette, database)}/log/checkpoints"
    return f"{address}?{urlencode(sizes)}" if sizes else address


def checkpoint(datasette: Datasette, database: str, number: int | None) -> str:
    """Return the address of a stored checkpoint as text, or of the checkpoint of the log as it is now."""
    return f"{checkpoints(datasette, database)}/{'now' if number is None else number}"


def consistency(datasette: Datasette, database: str) -> str:
    """Return the address of consistency proofs, which takes the sizes `from` and `to`: the log has only grown between them."""
    return f"{timeline(datasette, database)}/log/consistency"


def export(datasette: Datasette, database: str, name: str | None = None) -> str:
    """Return the address of a timeline's page of exports, or of the export in a format."""
    return f"{timeline(datasette, database)}/{EXPORT}" + (f"/{name}" if name else "")


def passage(datasette: Datasette, database: str, source_id: str, happening_id: str, number: int) -> str:
    """Return the address of a quotation in the text of its source, on whichever page of the text it is."""
    cited = urlencode({"cited": f"{happening_id}-{number}"})
    return f"{source(datasette, database, source_id)}?{cited}#{passage_anchor(happening_id, number)}"


def passage_anchor(happening_id: str, number: int) -> str:
    """Return the id of the element that marks a quotation in the text of its source."""
    return f"c-{tilde_encode(happening_id)}-{number}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as Datasette is about to draw it."""

    datasette: Datasette
    database: str
    table: str | None
    column: str
    row: Row
    value: object


def cell(cell: Cell) -> Markup | Awaitable[Markup | None] | None:
    """Return a cell's link, or None to leave the cell as Datasette draws it.

    Returns an awaitable if it must first be looked up whether the database is a timeline.
    """
    if cell.value is None and _is_redacted(cell):
        return Markup("<em>redacted</em>")
    if cell.column not in _LINKS or cell.value in (None, "") or cell.database not in cell.datasette.databases:
        return None
    is_timeline = access.known_timeline(cell.datasette.databases[cell.database])
    if is_timeline is None:
        return _link_later(cell)
    return _link(cell) if is_timeline else None


def _is_redacted(cell: Cell) -> bool:
    """Whether a cell is empty because its value was redacted, as its row shows, in a database that is known to be a timeline."""
    if cell.database not in cell.datasette.databases or not access.known_timeline(cell.datasette.databases[cell.database]):
        return False
    if cell.table == "events":
        return cell.column == "data"
    if cell.table == "sources":
        return cell.column in ("title", "sha256")
    return cell.table in _OF_HAPPENINGS and cell.column in ("title", "date") and _beside(cell, "status") == "redacted"


async def _link_later(cell: Cell) -> Markup | None:
    return _link(cell) if await access.is_timeline(cell.datasette.databases[cell.database]) else None


def _link(cell: Cell) -> Markup | None:
    value, label = cell.value, cell.value
    if isinstance(cell.value, dict):  # a foreign key that Datasette has labelled
        value, label = cell.value.get("value"), cell.value.get("label") or cell.value.get("value")
    href = _LINKS[cell.column](cell, value) if isinstance(value, str | int) else None
    return Markup('<a href="{}">{}</a>').format(href, shortened(cell.datasette, str(label))) if href else None


def shortened(datasette: Datasette, text: str) -> str:
    """Cut a text to the length that Datasette shows in a cell."""
    limit = datasette.setting("truncate_cells_html")
    return f"{text[:limit]}…" if limit and len(text) > limit else text


Link = Callable[[Cell, str | int], str | None]
_OF_HAPPENINGS = ("happenings", "happening_versions", "timeline")


def _to_itself(cell: Cell, value: str | int) -> str | None:
    # Many tables have a column `id`, `title` or `name`: only those of our own tables are linked.
    own = _beside(cell, "id")
    if own is None or cell.table is None:
        return None
    column = {"sources": "source", "actors": "actor", **dict.fromkeys(_OF_HAPPENINGS, "happening")}.get(cell.table)
    return _LINKS[column](cell, own) if column else None


def _to_passage(cell: Cell, value: str | int) -> str | None:
    source_id, happening_id, number = (_beside(cell, column) for column in ("source", "happening", "number"))
    if source_id is None or happening_id is None or not isinstance(number, int):
        return None
    return passage(cell.datasette, cell.database, str(source_id), str(happening_id), number)


def _beside(cell: Cell, column: str) -> str | int | None:
    if column not in cell.row.keys():  # noqa: SIM118 - `in` looks for values, not for names, in the rows of sqlite3
        return None
    value = cell.row[column]
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, str | int) else None


_LINKS: dict[str, Link] = {
    "happening": lambda cell, value: happening(cell.datasette, cell.database, str(value)),
    "source": lambda cell, value: source(cell.datasette, cell.database, str(value)),
    "actor": lambda cell, value: timeline(cell.datasette, cell.database, actor=str(value)),
    "tag": lambda cell, value: timeline(cell.datasette, cell.database, tag=str(value)) if cell.table == "happening_tags" else None,
    "position": lambda cell, value: event(cell.datasette, cell.database, value) if isinstance(value, int) else None,
    "stream": lambda cell, value: stream(cell.datasette, cell.database, str(value)),
    "quote": _to_passage,
    "id": _to_itself,
}
_LINKS |= {**dict.fromkeys(("part_of", "other"), _LINKS["happening"]), **dict.fromkeys(("title", "name"), _to_itself)}
_LINKS |= {**dict.fromkeys(("known_from", "known_until"), _LINKS["position"]), "description": _to_passage}
