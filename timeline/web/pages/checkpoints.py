"""The page `/{database}/-/timeline/log/checkpoints`: which checkpoints were kept, and what was added to the log between two.

Owns the showing of both: names, times and signatures as what the file says. Must not compute a proof, nor check a signature.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline import authors
from timeline.errors import NoteInvalid, StatementInvalid
from timeline.reading import event_data
from timeline.shortening import shortened
from timeline.web import access, assets, links, working
from timeline.web.pages import event, files, frame, proving, when
from timeline.web.pages.proving import Stand

# So many checkpoints, or events that were added, stand on one page.
MOST = 100
# Of an event of more characters no title is read.
LONGEST = 100_000


@dataclass(frozen=True)
class Added:
    """An event that was added between two checkpoints."""

    position: int
    address: str
    recorded: str
    recorded_by: str | None
    what: str
    stream: str
    stream_address: str | None
    title: str | None
    redacted: bool


@frame.answering
async def checkpoints_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the checkpoints, and what was added from one size of the log to another; 400 where those make no sense."""
    database = await access.open_timeline(datasette, request, "events", *files.KEPT)
    end = await frame.log_end(database)
    here = links.checkpoints(datasette, database.name)
    timeline = links.timeline(datasette, database.name)
    context: dict[str, Any] = {
        "database": database.name,
        "canonical": here,
        "here": here,
        "timeline": timeline,
        "scripts": [assets.address(datasette, name) for name in event.SCRIPTS],
        "proof_style": assets.address(datasette, "proof.css"),
        "consistency": links.consistency(datasette, database.name),
        "end": end,
        "problem": None,
        "first": None,
        "second": None,
        "name": None,
        "typed": {name: request.args.get(name) or "" for name in ("from", "to")},
        **await _listed(datasette, database, request),
        "now": None,
        "now_address": links.checkpoint(datasette, database.name, None),
        "broken": None,
    }
    try:
        first, second, after, problem = _asked(request, end)
        context["problem"] = problem
        if end:
            context["now"] = await _stand(database, end)
            context["name"] = context["now"].checkpoint.origin
        if first is not None and problem is None:
            context |= await _between(datasette, database, first, end if second is None else second, after)
    except proving.BROKEN as error:
        context["broken"] = proving.broken(error)
    trail = [(timeline, "timeline"), (here, "checkpoints")]
    status = 400 if context["problem"] else 200
    return await frame.respond(datasette, request, "timeline_checkpoints.html", context, trail=trail, status=status)


def _asked(request: Request, end: int) -> tuple[int | None, int | None, int | None, str | None]:
    """Read which sizes are compared and from which event on; and what is wrong with them."""
    sizes: list[int | None] = []
    for name in ("from", "to", "after"):
        typed = (request.args.get(name) or "").strip()
        try:
            sizes.append(files.number_of(typed, name) if typed else None)
        except files.Refused as error:
            return None, None, None, f"{error}"
    first, second, after = sizes
    if second is not None and first is None:
        first = 0
    return first, second, after, files.sizes_fault(first, second, end)


async def _stand(database: Database, size: int) -> Stand:
    stand: Stand = await database.execute_fn(lambda connection: proving.at_size(connection, size, kept=True))
    return stand


async def _listed(datasette: Datasette, database: Database, request: Request) -> dict[str, Any]:
    """Gather the checkpoints that were kept, the largest first; those that are damaged are told of."""
    typed = request.args.get("below") or ""
    below = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None
    rows = await database.execute(
        "select number from checkpoints where :below is null or size < :below order by size desc, number desc limit :most",
        {"below": below, "most": MOST + 1},
    )
    numbers = [row["number"] for row in rows.rows]
    stands: list[Stand | str] = await database.execute_fn(lambda connection: [_kept(connection, one) for one in numbers[:MOST]])
    whole = [one for one in stands if isinstance(one, Stand)]
    further = (
        links.checkpoints(datasette, database.name, below=whole[-1].checkpoint.size) if len(numbers) > MOST and whole else None
    )
    return {
        "kept": [(one, links.checkpoint(datasette, database.name, one.number)) for one in whole],
        "damaged": [one for one in stands if isinstance(one, str)],
        "further": further,
        "below": below,
    }


def _kept(connection: sqlite3.Connection, number: int) -> Stand | str:
    try:
        return proving.numbered(connection, number)
    except NoteInvalid as error:
        return str(error)


async def _between(datasette: Datasette, database: Database, first: int, second: int, after: int | None) -> dict[str, Any]:
    """Gather what was added after the first size up to the second, from an event on."""
    start = max(first, min(after or 0, second))
    rows = await database.execute(
        "select position, stream, type, recorded_at, recorded_by, data is null as redacted,"
        " iif(length(data) <= :longest, data, null) as data from events"
        " where position > :start and position <= :second order by position limit :most",
        {"start": start, "second": second, "most": MOST, "longest": LONGEST},
    )
    chosen = {"from": first, "to": second}
    earlier = max(first, start - MOST)
    return {
        "first": await _stand(database, first) if first else None,
        "second": await _stand(database, second) if second else None,
        "from_size": first,
        "to_size": second,
        "added": await working.in_thread(lambda: [_added(datasette, database.name, row) for row in rows.rows]),
        "start": start,
        "previous": links.checkpoints(datasette, database.name, **chosen, after=earlier) if start > first else None,
        "next": links.checkpoints(datasette, database.name, **chosen, after=start + MOST) if start + MOST < second else None,
        "canonical": links.checkpoints(datasette, database.name, **chosen),
        "proof_address": f"{links.consistency(datasette, database.name)}?from={first}&to={second}",
    }


def _added(datasette: Datasette, database: str, row: sqlite3.Row) -> Added:
    kind, _, name = row["stream"].partition("/")
    to = {"happening": links.happening, "source": links.source}.get(kind)
    return Added(
        position=row["position"],
        address=links.event(datasette, database, row["position"]),
        recorded=when.recorded(row["recorded_at"]),
        recorded_by=authors.name(row["recorded_by"]),
        what=event.KINDS.get(row["type"], row["type"]),
        stream=row["stream"],
        stream_address=to(datasette, database, name) if to else None,
        title=_title(row),
        redacted=bool(row["redacted"]),
    )


def _title(row: sqlite3.Row) -> str | None:
    """Give the title that an event says, or the reason of a redaction; None where it says none or cannot be read."""
    try:
        data = event_data.read(row["data"], row["position"])
    except StatementInvalid:
        return None
    if row["type"] == "EventRedacted":
        return f"the event at position {data.get('position')}: {shortened(data.get('reason') or 'no reason is on record', 200)}"
    title = (data.get("statement") or {}).get("title")
    return shortened(title, 160) if title else None
