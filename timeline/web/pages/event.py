"""The page `/{database}/-/timeline/events/{position}`: one event of the log, as it was recorded, and its proof.

Must not check a signature: the reader's browser does, or `timeline verify-proof`.
"""

import json
import re
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import NotFound, Request, Response

from timeline.errors import StatementInvalid, UnknownEvent
from timeline.reading import event_data, wording
from timeline.selection.snapshot import Snapshot
from timeline.web import access, assets, links, scheduling, snapshots
from timeline.web.pages import date_wording, history, linked_data, page_frame, proof_files, proving

# The page does not show an event with more characters, and so the browser cannot check it. Its proof file holds it.
LONGEST = 1_000_000

SENTENCES = {
    "SourceArchived": "a source was archived",
    "SourceCorrected": "the description of a source was corrected",
    "HappeningRecorded": "a happening was recorded",
    "HappeningCorrected": "a happening was corrected",
    "HappeningRetracted": "a happening was retracted",
    "HappeningReviewed": "a version of a happening was reviewed",
    "EventRedacted": "an event was redacted",
}


@page_frame.answering
async def event_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the event at a position, as stored if it cannot be read; 404 if the log does not reach so far."""
    database = await access.open_timeline(datasette, request, "events")
    position = int(request.url_vars["position"])
    rows = await database.execute(
        "select position, stream, version, type, recorded_at, recorded_by, data, hex(data_hash) as data_hash"
        " from events where position = :position",
        {"position": position},
    )
    end = await page_frame.log_end(database)
    if not rows.rows:
        raise NotFound(f"There is no event at position {position}: the log of {database.name} ends at {end}")
    row = rows.rows[0]
    timeline = links.timeline(datasette, database.name)
    try:
        data, unreadable = await scheduling.in_thread(event_data.read, row["data"], position), None
    except StatementInvalid as error:
        data, unreadable = {}, page_frame.unreadable(error)

    def read(snapshot: Snapshot) -> dict[str, Any]:
        redactions = history.redactions(datasette, database.name, snapshot, [position]) if row["data"] is None else {}
        is_happening = row["stream"].startswith("happening/")
        json_ld = linked_data.for_event(datasette, request, database.name, snapshot, position) if is_happening else None
        return {"redaction": redactions.get(position), "json_ld": json_ld}

    too_long = len(row["data"]) if row["data"] is not None and len(row["data"]) > LONGEST else None
    redacted = data.get("position") if row["type"] == "EventRedacted" else None
    indented = scheduling.in_thread(json.dumps, data, ensure_ascii=False, indent=2) if data and not too_long else None
    context = {
        "database": database.name,
        "canonical": links.event(datasette, database.name, position),
        "row": row,
        "sentence": SENTENCES.get(row["type"], row["type"]),
        "recorded": date_wording.recording_time(row["recorded_at"]),
        "stream_address": links.stream(datasette, database.name, row["stream"]),
        "data": await indented if indented else row["data"],
        "too_long": too_long,
        "unreadable": unreadable,
        **await snapshots.read(database, read, position),
        "reason": data.get("reason") if row["type"] == "EventRedacted" else None,
        "review": wording.review(data),
        "data_hash": row["data_hash"].lower(),
        "redacts": (redacted, links.event(datasette, database.name, redacted)) if redacted is not None else None,
        "previous": links.event(datasette, database.name, position - 1) if position > 1 else None,
        "next": links.event(datasette, database.name, position + 1) if position < end else None,
        "end": end,
        "as_of": f"{timeline}?as_of={position}",
        "table_row": datasette.urls.row(database.name, "events", str(position)),
        **await _proof(datasette, request, database, position, _checkpoint(request)),
    }
    trail = [(context["canonical"], f"event {position}")]
    return await page_frame.respond(datasette, request, "timeline_event.html", context, trail=trail)


def _checkpoint(request: Request) -> int | None:
    """Return the number of the stored checkpoint under which the event is to be proved; None for the best one."""
    typed = request.args.get("checkpoint") or ""
    return int(typed) if re.fullmatch(r"[0-9]{1,18}", typed) else None


async def _proof(datasette: Datasette, request: Request, database: Database, position: int, number: int | None) -> dict[str, Any]:
    """Return the template's values about the event's proof, or why there is none."""
    stored = await proof_files.may_read_checkpoints(datasette, request, database.name)
    context: dict[str, Any] = {
        "script": assets.address(datasette, "proof.js"),
        "proof_style": assets.address(datasette, "proof.css"),
        "checkpoints": links.checkpoints(datasette, database.name),
        "consistency": links.consistency(datasette, database.name),
        "proved": None,
        "view": None,
        "unproved": None,
    }
    try:
        proved = await database.execute_fn(
            lambda connection: proving.prove(connection, position, number if stored else None, stored=stored)
        )
    except UnknownEvent as error:
        return {**context, "unproved": str(error)}
    except proving.BROKEN as error:
        return {**context, "unproved": proving.broken(error)}
    address = links.proof(datasette, database.name, position, proved.view.number)
    return {**context, "proved": proved, "view": proved.view, "proof_address": address}
