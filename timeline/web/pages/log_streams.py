"""The log as a stream: `/{database}/-/timeline/log.jsonl`, its events one to a line, and `/live`, which sends new events at once.

Owns the form of both, and when a stream ends. Must not watch the file itself. Both show what the table `events` shows, to those who
may read it: with the salt, anyone can check the hash of the data, and from the hashes the tree.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Final

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Forbidden, Request, Response

from timeline.web import access, security, watching
from timeline.web.pages import etag, page_frame, plain_answers
from timeline.web.pages.plain_answers import Refused, TooBusy
from timeline.web.pages.proof_files import number_of

LINES: Final = "application/x-ndjson; charset=utf-8"
EVENTS: Final = "text/event-stream"
HEARTBEAT: Final = 15.0  # seconds without an event after which a stream shows that it is alive, and that the visitor may still read
LIFE: Final = 1_800.0  # seconds after which a stream ends; browsers come back by themselves, as whoever they are then
UNREAD: Final = 60.0  # seconds after which a reader that takes nothing loses its place
_RETRY: Final = 3_000  # milliseconds after which a browser comes back
_NEVER: Final = 86_400_000
_CHUNK: Final = 1_000_000  # characters that are read at a time
_LOG: Final = (
    "select position, stream, version, type, recorded_at, recorded_by, data, lower(hex(data_hash)) as data_hash,"
    " lower(hex(salt)) as salt from events where position > :after and position <= :last order by position"
)


@plain_answers.answering
async def log_file(datasette: Datasette, request: Request) -> Response:
    """Answer with the events after the position `after`, at most `limit`, one to a line: `timeline log --json`, and the salt."""
    plain_answers.refuse_unknown(request, ["after", "limit"])
    after, limit = _number(request, "after") or 0, _number(request, "limit")
    database = await access.open_timeline(datasette, request, "events")
    tag = await etag.tag(datasette, request, database)
    if not_modified := etag.unchanged(request, tag):
        return not_modified
    end = await page_frame.log_end(database)
    last = end if limit is None else min(end, after + limit)
    if request.method == "HEAD":
        return Response("", headers=etag.headers(tag), content_type=LINES)
    return _Streamed(_lines(database, after, last), etag.headers(tag), LINES)


async def _lines(database: Database, after: int, last: int) -> AsyncGenerator[str, None]:
    while after < last:
        text, after = await database.execute_fn(lambda connection, at=after: _chunk(connection, at, last))
        yield text


def _chunk(connection: sqlite3.Connection, after: int, last: int) -> tuple[str, int]:
    """Read some lines, and the position of the last of them; the end of the log if there is none."""
    lines, size = list[str](), 0
    for row in connection.execute(_LOG, {"after": after, "last": last}):
        event = dict(row)
        event["salt"] = event["salt"] or None
        with suppress(ValueError, RecursionError):  # it was tampered with: as it is in the file
            event["data"] = json.loads(event["data"]) if event["data"] is not None else None
        lines.append(f"{json.dumps(event)}\n")
        after, size = event["position"], size + len(lines[-1])
        if size > _CHUNK:
            return "".join(lines), after
    return "".join(lines), last


@plain_answers.answering
async def live_stream(datasette: Datasette, request: Request) -> Response:
    """Answer with a stream of the events after `Last-Event-ID` or `after`, or of new ones, as they come (server-sent events).

    A browser that asks for such a stream is told of trouble within it, because its EventSource hides the status.
    """
    if request.method != "GET":
        response = plain_answers.line(f"{request.method} gets no stream. Ask with GET", 405)
        response.headers["Allow"] = "GET"
        return response
    try:
        return await _live(datasette, request)
    except (Forbidden, Refused) as error:
        if EVENTS not in (request.headers.get("accept") or "") or isinstance(error, TooBusy):
            raise
        return _Streamed(_only(_final(str(error))), {"Cache-Control": "no-store"}, EVENTS)


async def _live(datasette: Datasette, request: Request) -> Response:
    plain_answers.refuse_unknown(request, ["after"])
    resumed = request.headers.get("last-event-id")
    after = number_of(resumed, "Last-Event-ID") if resumed else _number(request, "after")
    database = await access.open_timeline(datasette, request, "events")
    end = await page_frame.log_end(database)
    if after is not None and after > end:
        raise Refused(f"after is {after:,}, and the log ends at {end:,}: it is not the log that you read. Read it again")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if not database.is_mutable or not database.path:
        return _Streamed(_unchanging(database, end if after is None else after, end), headers, EVENTS)
    watcher = watching.of(database)
    if watcher.readers >= watching.MOST_READERS:
        raise TooBusy(f"{watching.MOST_READERS:,} others are listening to this timeline. Try again later, or read log.jsonl")
    return _Streamed(_following(datasette, request.actor, database, watcher, after), headers, EVENTS, request.receive)


async def _unchanging(database: Database, after: int, end: int) -> AsyncGenerator[str, None]:
    """Yield what is there of a file that does not change, and say that no more will come."""
    yield f"retry: {_NEVER}\n\n"
    while after < end:
        batch = await database.execute_fn(lambda connection, at=after: watching.read(connection, at))
        yield "".join(text for _, text in batch)
        after = batch[-1][0] if batch else end
    yield _message("end", "this timeline is served as a file that does not change")


async def _following(
    datasette: Datasette, actor: dict[str, Any] | None, database: Database, watcher: watching.Watcher, after: int | None
) -> AsyncGenerator[str, None]:
    """Yield events as they come, until the visitor may read them no more, the server stops, or the stream is old."""
    until = time.monotonic() + LIFE
    try:
        with watcher.joined():
            position = watcher.end if after is None else after
            yield f"retry: {_RETRY}\n\n"
            while not watcher.trouble and time.monotonic() < until:
                news = position < watcher.end or await watcher.news(HEARTBEAT)
                if not await watcher.may_read(datasette, actor, database.name):
                    yield _final(f"You do not have permission to read {database.name}/events")
                    return
                if not news:
                    yield ": nothing new\n\n"
                while position < watcher.end:
                    batch = watcher.since(position)
                    if batch is None:
                        batch = await database.execute_fn(lambda connection, at=position: watching.read(connection, at))
                    position = batch[-1][0] if batch else watcher.end
                    yield "".join(text for _, text in batch)
            if watcher.trouble:
                yield _trouble(watcher.trouble)
    except watching.TooMany:
        yield _trouble("too many others are listening to this timeline. Try again later")
    except sqlite3.Error as error:
        yield _trouble(f"the database could not answer: {error}")


def _final(reason: str) -> str:
    """Return a message after which there is no use in coming back."""
    return f"retry: {_NEVER}\n{_trouble(reason)}"


def _trouble(reason: str) -> str:
    return _message("trouble", reason)


def _message(event: str, reason: str) -> str:
    return f"event: {event}\ndata: {json.dumps({'error' if event == 'trouble' else 'note': reason})}\n\n"


async def _only(text: str) -> AsyncGenerator[str, None]:
    yield text


def _number(request: Request, name: str) -> int | None:
    typed = request.args.get(name)
    return None if typed in (None, "") else number_of(typed, name)


class _Streamed(Response):  # type: ignore[misc]  # Datasette declares no types
    """Pieces of text that are sent as they come, as long as the client is there."""

    def __init__(
        self, pieces: AsyncGenerator[str, None], headers: dict[str, str], content_type: str, receive: security.Receive | None = None
    ) -> None:
        super().__init__("", 200, headers, content_type)
        self._pieces, self._receive = pieces, receive

    async def asgi_send(self, send: security.Send) -> None:
        """Send the pieces. Where the log cannot be read on, the answer breaks off without its end."""
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        headers += [(b"content-type", self.content_type.encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        sending = asyncio.create_task(self._send(send))
        watched = [sending] if self._receive is None else [sending, asyncio.create_task(_gone(self._receive))]
        try:
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in watched:
                task.cancel()
            await asyncio.gather(*watched, return_exceptions=True)
        if not sending.cancelled() and not isinstance(sending.exception(), sqlite3.Error):
            sending.result()

    async def _send(self, send: security.Send) -> None:
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                await asyncio.wait_for(send({"type": "http.response.body", "body": piece.encode(), "more_body": True}), UNREAD)
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: security.Receive) -> None:
    """Wait until the client goes."""
    while (await receive())["type"] != "http.disconnect":
        pass
