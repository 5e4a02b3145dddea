"""`POST /{database}/-/timeline/append`: one entry, or JSON Lines, and the documents that they name: all of it, or none.

Owns the order of the checks and the form of the answer. Must not judge an entry: `bundles` collects the faults.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from datasette.utils.asgi import Forbidden, NotFound, Response

from timeline import bundles
from timeline.bundles import Entry, Placed
from timeline.desk import permissions, refusals, request_body, writing
from timeline.desk.refusals import Refused
from timeline.desk.request_entries import LINES, MULTIPART, NotPermitted, RequestEntries, takes_long
from timeline.errors import (
    AlreadyRecorded,
    AlreadyRetracted,
    BundleInvalid,
    DatabaseRefused,
    Redacted,
    SharedLogUnreachable,
    StatementWarning,
    TimelineError,
    VersionConflict,
)
from timeline.web import access, links
from timeline.web.pages import query_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datasette.app import Datasette
    from datasette.utils.asgi import Request

    from timeline.log.event import Event
    from timeline.timeline import Timeline

LISTED: Final = 10_000  # events in an answer; `events_left_out` counts the others
_READ: Final = frozenset(("", "application/json", "application/octet-stream", MULTIPART, *LINES))
_CONFLICTS: Final = (AlreadyRecorded, AlreadyRetracted, Redacted, VersionConflict)

Json = dict[str, Any]


async def append_answer(datasette: Datasette, request: Request) -> Response | None:
    """Append the entries of a request. 201 with the events, 200 where nothing was new; a refusal says what to do."""
    try:
        return await _append(datasette, request)
    except request_body.ClientGone:
        return None
    except Refused as refused:
        return refusals.answer(refused)
    except (NotFound, Forbidden, TimelineError, sqlite3.Error, MemoryError, writing.TryLater) as error:
        return refusals.answer(_refusal(error, request))


def _refusal(error: Exception, request: Request) -> Refused:
    """Word an error that is not about the entries."""
    status, reason = 500, str(error)
    match error:
        case NotFound():
            status = 404
        case Forbidden():
            status = 403 if request.actor else 401
        case SharedLogUnreachable():
            status = 503
        case DatabaseRefused():
            reason = f"nothing was appended: {error.reason.replace(error.subject, Path(error.subject).name)}"
        case TimelineError():  # the name of the actor cannot be an author's
            status = 422
        case sqlite3.Error():
            reason = f"the database could not answer: {error}. See what is wrong: timeline verify"
        case MemoryError():
            status = 503
            reason = (
                "nothing was appended: it needs more memory than SQLite may use here (the setting max_heap). Send it again later,"
                " or less at once; or append it beside the server: timeline append"
            )
        case writing.TryLater():
            status = 503
            reason = (
                "another program is writing to this timeline. Nothing was appended. Send the request again: it is safe to repeat"
            )
    return Refused(status, reason)


async def _append(datasette: Datasette, request: Request) -> Response:
    if request.method != "POST":
        answer = refusals.answer(Refused(405, f"{request.method} appends nothing. Send the entries with POST"))
        answer.headers["Allow"] = "POST"
        return answer
    database = access.database_of(datasette, request)
    may = {
        "appends": await permissions.remembered(datasette, request.actor, permissions.APPEND, database),
        "reviews": await permissions.remembered(datasette, request.actor, permissions.REVIEW, database),
    }
    if not any(may.values()):  # before anything of the request is read
        await permissions.ensure(datasette, request.actor, permissions.APPEND, database.name)
    await access.ensure_timeline(database)
    writing.refuse_unwritable(database)
    content_type = request.headers.get("content-type") or ""
    if (kind := content_type.partition(";")[0].strip().lower()) not in _READ:
        allowed = "application/json, application/x-ndjson or multipart/form-data"
        raise Refused(415, f'the Content-Type is "{kind[:60]}", expected {allowed}. With curl: -H "Content-Type: application/json"')
    if messages := query_string.unknown_parameters(request, []):
        raise Refused(400, " ".join(messages))
    by = permissions.author(database, request.actor)
    await refusals.after_readers()
    with await request_body.receive(request) as body:
        in_reader = takes_long(body, content_type)
        try:
            outcome = await writing.run(
                database, by, lambda timeline: _write(timeline, body, content_type, may), in_reader=in_reader
            )
        except NotPermitted as error:
            action = permissions.REVIEW if error.review else permissions.APPEND
            await permissions.ensure(datasette, request.actor, action, database.name)
            raise Refused(403, f"the permission {action} was missing a moment ago. Send the request again") from None
    return _answer(datasette, request, database.name, outcome)


class _Outcome:
    """The events of a request, new or not, in the order of its entries, and what else its sender should know."""

    def __init__(self) -> None:
        self.events: list[tuple[int, Event, bool]] = []
        self.left_out = self.new = 0
        self.redacted: list[str] = []
        self.warnings: list[str] = []

    def add(self, entry: Entry, event: Event, new: bool) -> None:
        """Add the event of an entry."""
        if len(self.events) < LISTED:
            self.events.append((entry.number, event, new))
        else:
            self.left_out += 1


def _write(timeline: Timeline, body: BinaryIO, content_type: str, may: dict[str, bool]) -> _Outcome:
    outcome = _Outcome()

    @contextmanager
    def turn() -> Iterator[None]:
        with writing.turn() as caught:
            yield
        outcome.warnings = [str(one.message) for one in caught if isinstance(one.message, StatementWarning)]

    with RequestEntries(body, content_type, **may) as entries:
        try:
            appended = bundles.append_bundle(timeline, entries, (entries.folder,), each=outcome.add, turn=turn())
        except BundleInvalid as error:
            raise _refused(entries, error) from None
        except TimelineError as error:
            if isinstance(error, DatabaseRefused):
                raise
            raise Refused(422, entries.renamed(str(error))) from None
        outcome.new = appended.events
        outcome.redacted = [entries.renamed(one) for one in appended.redacted]
    return outcome


def _refused(entries: RequestEntries, error: BundleInvalid) -> Refused:
    faults = entries.fault_data(error.faults)
    of_log = [isinstance(one, Placed) and isinstance(one.error, _CONFLICTS) for one in error.faults]
    broken = any(one.entry.broken for one in error.faults if isinstance(one, Placed) and one.entry)
    status = 400 if broken else 409 if all(of_log) else 422
    count = f"{len(faults):,} faults" if len(faults) > 1 else "one fault"
    reason = f"nothing was appended: {count}. Correct the request, and send all of it again"
    return Refused(status, reason, faults)


def _answer(datasette: Datasette, request: Request, database: str, outcome: _Outcome) -> Response:
    address = datasette.absolute_url(request, links.event(datasette, database, 0)).removesuffix("0")
    events = [
        {
            "entry": number,
            "position": event.position,
            "stream": event.stream,
            "version": event.version,
            "type": event.type,
            "recorded_at": event.recorded_at,
            "recorded_by": event.recorded_by,
            "new": new,
            "address": f"{address}{event.position}",
        }
        for number, event, new in outcome.events
    ]
    content: Json = {"ok": True, "new": outcome.new, "events": events, "redacted": outcome.redacted, "warnings": outcome.warnings}
    if outcome.left_out:
        content["events_left_out"] = outcome.left_out
    return Response.json(content, status=201 if outcome.new else 200, headers={"Cache-Control": "no-store"})
