"""The files of the proof: an event's proof, a checkpoint, and the proof that the log only added to an earlier size.

Owns the handlers and the headers of these answers, which are plain text to download. Must not compute a proof: `proving` does.
"""

import re
import sqlite3
from collections.abc import Callable
from typing import TypeVar, cast

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

from timeline.web import access
from timeline.web.pages import plain_answers, proving
from timeline.web.pages.plain_answers import Refused

T = TypeVar("T")
CHECKPOINT_TABLES = ("checkpoints", "signatures")
_NUMBER = re.compile(r"[0-9]{1,18}")


@plain_answers.answering
async def proof_file(datasette: Datasette, request: Request) -> Response:
    """Answer with an event's proof, under the checkpoint number of `?checkpoint=`, or under the best checkpoint."""
    plain_answers.refuse_unknown(request, ["checkpoint"])
    number = _number(request, "checkpoint")
    tables = ("events", *CHECKPOINT_TABLES) if number is not None else ("events",)
    database = await access.open_timeline(datasette, request, *tables)
    position = int(request.url_vars["position"])
    stored = await may_read_checkpoints(datasette, request, database.name)
    proved = await _run(database, lambda connection: proving.prove(connection, position, number, stored=stored))
    return _file(str(proved.proof), proved.name)


@plain_answers.answering
async def checkpoint_file(datasette: Datasette, request: Request) -> Response:
    """Answer with a stored checkpoint by its number, or with a checkpoint of the log as it is now."""
    plain_answers.refuse_unknown(request, [])
    number = request.url_vars["number"]
    if number == "now":
        database = await access.open_timeline(datasette, request, "events")
        stored = await may_read_checkpoints(datasette, request, database.name)
        view = await _run(database, lambda connection: proving.at_size(connection, stored=stored))
    else:
        database = await access.open_timeline(datasette, request, "events", *CHECKPOINT_TABLES)
        view = await _run(database, lambda connection: proving.numbered(connection, int(number)))
    return _file(str(view.note), f"{database.name}-{view.checkpoint.size}.checkpoint")


@plain_answers.answering
async def consistency_file(datasette: Datasette, request: Request) -> Response:
    """Answer with the proof that the log at the size `to`, or now, only added to the log at the size `from`."""
    database = await access.open_timeline(datasette, request, "events")
    plain_answers.refuse_unknown(request, ["from", "to"])
    first, second = _number(request, "from"), _number(request, "to")
    if first is None:
        raise Refused("from is missing: it is the number of events that the log held then. Give one: ?from=8&to=23")
    if second == 0:
        raise Refused("to is 0, and a log without events has no root to prove. Give a size from 1 on")
    stored = await may_read_checkpoints(datasette, request, database.name)
    end = await _run(database, proving.size)
    if fault := sizes_fault(first, second, end):
        raise Refused(fault)
    body = await _run(database, lambda connection: proving.consistency(connection, first, second, stored=stored))
    return _file(body, f"{database.name}-{first}-{end if second is None else second}.consistency")


async def _run(database: Database, work: Callable[[sqlite3.Connection], T]) -> T:
    """Read a proof in one of Datasette's threads. Raises Refused if the log is broken."""
    try:
        return cast("T", await database.execute_fn(work))
    except proving.BROKEN as error:
        raise Refused(proving.broken(error)) from error


async def may_read_checkpoints(datasette: Datasette, request: Request, database: str) -> bool:
    """Whether the visitor may read the stored checkpoints and their signatures."""
    return await access.all_readable(datasette, request.actor, database, CHECKPOINT_TABLES)


def sizes_fault(first: int | None, second: int | None, end: int) -> str | None:
    """Return what is wrong with two sizes of a log that holds `end` events; None if nothing is."""
    for name, size in (("from", first), ("to", second)):
        if size is not None and size > end:
            return f"{name} is {size:,}, and the log holds {end:,} events. Give a size up to that"
    if first is not None and second is not None and first > second:
        return f"from is {first:,}, which is more than to, {second:,}: the log only grows. Give the smaller one first"
    return None


def number_of(typed: str, name: str) -> int:
    """Read a number of events or of a checkpoint from the address. Raises Refused."""
    if not _NUMBER.fullmatch(typed):
        shown = "".join(char if char.isprintable() else "?" for char in typed[:40])
        raise Refused(f"{name} is “{shown}”, which is not a number. Give one such as 8")
    return int(typed)


def _number(request: Request, name: str) -> int | None:
    typed = request.args.get(name)
    return None if typed in (None, "") else number_of(typed, name)


def _file(text: str, name: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._@-]", "-", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return Response(text, headers=headers, content_type=plain_answers.CONTENT_TYPE)
