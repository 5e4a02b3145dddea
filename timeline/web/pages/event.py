"""The page `/{database}/-/timeline/events/{position}`: one event of the log, as it was recorded.

Owns the showing of an event, and of its proof. Must not check a signature: the reader's browser does, or `timeline verify-proof`.
"""

import json
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import NotFound, Request, Response

from timeline.errors import StatementInvalid
from timeline.reading import event_data
from timeline.selection.snapshot import Snapshot
from timeline.web import access, assets, links, snapshots, working
from timeline.web.pages import files, frame, linked, proving, redactions, when

SCRIPTS = ("proof.js", "steps.js", "checks.js", "notes.js", "sums.js")

# An event of more characters is not shown, and so not checked in the browser: its proof holds it.
LONGEST = 1_000_000

KINDS = {
    "SourceArchived": "a source was archived",
    "SourceCorrected": "what is said about a source was corrected",
    "HappeningRecorded": "a happening was recorded",
    "HappeningCorrected": "a happening was corrected",
    "HappeningRetracted": "a happening was retracted",
    "EventRedacted": "an event was redacted",
}


@frame.answering
async def event_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the event at a position, as stored where it cannot be read; 404 where the log does not reach so far."""
    database = await access.open_timeline(datasette, request, "events")
    position = int(request.url_vars["position"])
    rows = await database.execute(
        "select position, stream, version, type, recorded_at, recorded_by, data, hex(data_hash) as data_hash"
        " from events where position = :position",
        {"position": position},
    )
    end = await frame.log_end(database)
    if not rows.rows:
        raise NotFound(f"There is no event at position {position}: the log of {database.name} ends at {end}")
    row = rows.rows[0]
    kind, _, name = row["stream"].partition("/")
    to = {"happening": links.happening, "source": links.source}.get(kind)
    here = links.timeline(datasette, database.name)
    try:
        data, unreadable = await working.in_thread(event_data.read, row["data"], position), None
    except StatementInvalid as error:
        data, unreadable = {}, frame.unreadable(error)

    def beside(snapshot: Snapshot) -> dict[str, Any]:
        gone = redactions.of(datasette, database.name, snapshot, [position]) if row["data"] is None else {}
        told_by = linked.data(datasette, request, database.name, snapshot, position) if kind == "happening" else None
        return {"redaction": gone.get(position), "linked": told_by}

    too_long = len(row["data"]) if row["data"] is not None and len(row["data"]) > LONGEST else None
    redacted = data.get("position") if row["type"] == "EventRedacted" else None
    context = {
        "database": database.name,
        "canonical": links.event(datasette, database.name, position),
        "here": here,
        "row": row,
        "what": KINDS.get(row["type"], row["type"]),
        "recorded": when.recorded(row["recorded_at"]),
        "stream_address": to(datasette, database.name, name) if to else None,
        "data": await working.in_thread(json.dumps, data, ensure_ascii=False, indent=2) if data and not too_long else row["data"],
        "too_long": too_long,
        "unreadable": unreadable,
        **await snapshots.read(database, beside, position),
        "reason": data.get("reason") if row["type"] == "EventRedacted" else None,
        "data_hash": row["data_hash"].lower(),
        "redacts": (redacted, links.event(datasette, database.name, redacted)) if redacted is not None else None,
        "previous": links.event(datasette, database.name, position - 1) if position > 1 else None,
        "next": links.event(datasette, database.name, position + 1) if position < end else None,
        "end": end,
        "as_of": f"{here}?as_of={position}",
        "table_row": datasette.urls.row(database.name, "events", str(position)),
        **await _proof(datasette, request, database, position),
    }
    trail = [(here, "timeline"), (context["canonical"], f"event {position}")]
    return await frame.respond(datasette, request, "timeline_event.html", context, trail=trail)


async def _proof(datasette: Datasette, request: Request, database: Database, position: int) -> dict[str, Any]:
    """Gather what is said of the event's proof, or why there is none."""
    kept = await files.may_see_kept(datasette, request, database.name)
    context: dict[str, Any] = {
        "scripts": [assets.address(datasette, name) for name in SCRIPTS],
        "proof_style": assets.address(datasette, "proof.css"),
        "checkpoints": links.checkpoints(datasette, database.name),
        "consistency": links.consistency(datasette, database.name),
        "proved": None,
        "stand": None,
        "unproved": None,
    }
    try:
        proved = await database.execute_fn(lambda connection: proving.prove(connection, position, kept=kept))
    except proving.BROKEN as error:
        return {**context, "unproved": proving.broken(error)}
    address = links.proof(datasette, database.name, position, proved.stand.number)
    return {**context, "proved": proved, "stand": proved.stand, "proof_address": address}
