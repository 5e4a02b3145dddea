"""The page `/{database}/-/timeline/log/checkpoints`: the stored checkpoints, and the events added to the log between two sizes.

Names, times and signatures are shown as what the file says. Must not compute a proof, nor check a signature.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline import authors
from timeline.errors import NoteInvalid, StatementInvalid, TimelineError
from timeline.log import followed
from timeline.reading import event_data, wording
from timeline.shortening import shortened
from timeline.web import access, assets, links, scheduling
from timeline.web.pages import date_wording, event, page_frame, plain_answers, proof_files, proving
from timeline.web.pages.proving import CheckpointView

MOST = 100  # checkpoints, or added events, on one page
LONGEST = 100_000  # characters of an event whose title is read


@dataclass(frozen=True)
class AddedEvent:
    """An event that was added between two checkpoints."""

    position: int
    address: str
    recorded: str
    recorded_by: str | None
    sentence: str
    stream: str
    stream_address: str | None
    title: str | None
    redacted: bool


@page_frame.answering
async def checkpoints_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the checkpoints, and the events added from one size of the log to another; 400 if the sizes make no sense."""
    database = await access.open_timeline(datasette, request, "events", *proof_files.CHECKPOINT_TABLES)
    end = await page_frame.log_end(database)
    here, timeline = links.checkpoints(datasette, database.name), links.timeline(datasette, database.name)
    context: dict[str, Any] = {
        "database": database.name,
        "canonical": here,
        "here": here,
        "timeline": timeline,
        "script": assets.address(datasette, "proof.js"),
        "proof_style": assets.address(datasette, "proof.css"),
        "consistency": links.consistency(datasette, database.name),
        "end": end,
        "problem": None,
        "first": None,
        "second": None,
        "name": None,
        **await _stored(datasette, database, request),
        "now": None,
        "follows": following(database),
        "now_address": links.checkpoint(datasette, database.name, None),
        "broken": None,
    }
    try:
        first, second, after, problem = _sizes(request, end)
        context["problem"] = problem
        if end:
            context["now"] = await _at_size(database, end)
            context["name"] = context["now"].checkpoint.origin
        if first is not None and problem is None:
            context |= await _between(datasette, database, first, end if second is None else second, after)
    except proving.BROKEN as error:
        context["broken"] = proving.broken(error)
    trail = [(here, "checkpoints")]
    status = 400 if context["problem"] else 200
    return await page_frame.respond(datasette, request, "timeline_checkpoints.html", context, trail=trail, status=status)


def following(database: Database) -> str | None:
    """Say how far a file that follows a shared log is, and name neither the log nor its host; None if it follows none."""
    try:
        if not database.path or followed.read(database.path) is None:
            return None
    except TimelineError:  # another user of the computer follows into it
        pass
    status = followed.status(database.path)
    ago = followed.seconds_since(status.up_to_date_at, datetime.now(UTC)) if status else None
    if status is None or ago is None:
        return f"It no longer follows its shared log: {status.ended}" if status and status.ended else "It follows a shared log"
    at = f"at position {status.position:,}"
    late = f"{at}, and was last up to date {followed.duration(ago)} ago"
    if status.ended:
        return f"It no longer follows its shared log: {status.ended}. It is {late}"
    if ago < followed.FRESH and status.position >= status.there:
        return f"It follows a shared log, and is up to date {at}"
    return f"It follows a shared log. It is {late}"


def _sizes(request: Request, end: int) -> tuple[int | None, int | None, int | None, str | None]:
    """Read the two sizes to compare, the event to begin after, and what is wrong with them."""
    numbers: list[int | None] = []
    for name in ("from", "to", "after"):
        typed = (request.args.get(name) or "").strip()
        try:
            numbers.append(proof_files.number_of(typed, name) if typed else None)
        except plain_answers.Refused as error:
            return None, None, None, f"{error}"
    first, second, after = numbers
    if second is not None and first is None:
        first = 0
    return first, second, after, proof_files.sizes_fault(first, second, end)


async def _at_size(database: Database, size: int) -> CheckpointView:
    view: CheckpointView = await database.execute_fn(lambda connection: proving.at_size(connection, size, stored=True))
    return view


async def _stored(datasette: Datasette, database: Database, request: Request) -> dict[str, Any]:
    """Return the stored checkpoints, the largest first, and a message for each damaged one."""
    typed = request.args.get("below") or ""
    below = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None
    rows = await database.execute(
        "select number from checkpoints where :below is null or size < :below order by size desc, number desc limit :most",
        {"below": below, "most": MOST + 1},
    )
    numbers = [row["number"] for row in rows.rows]
    results: list[CheckpointView | str] = await database.execute_fn(
        lambda connection: [_view_or_message(connection, number) for number in numbers[:MOST]]
    )
    views = [result for result in results if isinstance(result, CheckpointView)]
    more = len(numbers) > MOST and views
    return {
        "stored": [(view, links.checkpoint(datasette, database.name, view.number)) for view in views],
        "damaged": [result for result in results if isinstance(result, str)],
        "further": links.checkpoints(datasette, database.name, below=views[-1].checkpoint.size) if more else None,
        "below": below,
    }


def _view_or_message(connection: sqlite3.Connection, number: int) -> CheckpointView | str:
    try:
        return proving.numbered(connection, number)
    except NoteInvalid as error:
        return str(error)


async def _between(datasette: Datasette, database: Database, first: int, second: int, after: int | None) -> dict[str, Any]:
    """Return a page of the events added after the first size up to the second."""
    start = max(first, min(after or 0, second))
    rows = await database.execute(
        "select position, stream, type, recorded_at, recorded_by, data is null as redacted,"
        " iif(length(data) <= :longest, data, null) as data from events"
        " where position > :start and position <= :second order by position limit :most",
        {"start": start, "second": second, "most": MOST, "longest": LONGEST},
    )
    sizes = {"from": first, "to": second}
    earlier = max(first, start - MOST)
    return {
        "first": await _at_size(database, first) if first else None,
        "second": await _at_size(database, second) if second else None,
        "from_size": first,
        "to_size": second,
        "added": await scheduling.in_thread(lambda: [_added(datasette, database.name, row) for row in rows.rows]),
        "start": start,
        "previous": links.checkpoints(datasette, database.name, **sizes, after=earlier) if start > first else None,
        "next": links.checkpoints(datasette, database.name, **sizes, after=start + MOST) if start + MOST < second else None,
        "canonical": links.checkpoints(datasette, database.name, **sizes),
        "proof_address": f"{links.consistency(datasette, database.name)}?from={first}&to={second}",
    }


def _added(datasette: Datasette, database: str, row: sqlite3.Row) -> AddedEvent:
    return AddedEvent(
        position=row["position"],
        address=links.event(datasette, database, row["position"]),
        recorded=date_wording.recording_time(row["recorded_at"]),
        recorded_by=authors.name(row["recorded_by"]),
        sentence=event.SENTENCES.get(row["type"], row["type"]),
        stream=row["stream"],
        stream_address=links.stream(datasette, database, row["stream"]),
        title=_title(row),
        redacted=bool(row["redacted"]),
    )


def _title(row: sqlite3.Row) -> str | None:
    """Return the title that an event states, or the reason of a redaction; None if it has none or cannot be read."""
    try:
        data = event_data.read(row["data"], row["position"])
    except StatementInvalid:
        return None
    if row["type"] == "EventRedacted":
        return f"the event at position {data.get('position')}: {shortened(data.get('reason') or wording.NO_REASON, 200)}"
    title = wording.review(data) or (data.get("statement") or {}).get("title")
    return shortened(title, 160) if title else None
