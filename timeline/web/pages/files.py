"""The files of the proof: an event's proof, a checkpoint, and the proof that the log only added to an earlier one.

Owns their addresses' answers, as plain text to be kept. Whatever is wrong is said in one line of the same plain text.
"""

import functools
import re
import sqlite3

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.errors import UnknownEvent
from timeline.web import access
from timeline.web.pages import parameters, proving
from timeline.web.pages.frame import Handler

KEPT = ("checkpoints", "signatures")
_NUMBER = re.compile(r"[0-9]{1,18}")
_BUSY, _LATER = 503, 60
_TYPE = "text/plain; charset=utf-8"


class Refused(ValueError):
    """What was asked for cannot be: the message says why."""


class TooBusy(Refused):
    """What was asked for was not done in time: another time it may be."""


def _in_a_line(handler: Handler) -> Handler:
    """Say in one line what went wrong; permissions and what is no timeline stay Datasette's."""

    @functools.wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            return await handler(datasette, request)
        except UnknownEvent as error:
            return line(str(error), 404)
        except Refused as error:
            return line(str(error), 400)
        except proving.BROKEN as error:
            return line(proving.broken(error), 400)
        except sqlite3.Error as error:
            return line(f"the database could not answer: {error}. See what is wrong: timeline verify", 400)

    return answer


@_in_a_line
async def proof_file(datasette: Datasette, request: Request) -> Response:
    """Answer with an event's proof, under the checkpoint that `?checkpoint=` names by its number, or the best."""
    _refuse_others(request, "checkpoint")
    number = _number(request, "checkpoint")
    needed = ("events", *KEPT) if number is not None else ("events",)
    database = await access.open_timeline(datasette, request, *needed)
    position = int(request.url_vars["position"])
    kept = await may_see_kept(datasette, request, database.name)
    proved = await database.execute_fn(lambda connection: proving.prove(connection, position, number, kept=kept))
    return _file(str(proved.proof), proved.name)


@_in_a_line
async def checkpoint_file(datasette: Datasette, request: Request) -> Response:
    """Answer with a checkpoint that was kept, by its number, or with that of the log as it stands."""
    _refuse_others(request)
    number = request.url_vars["number"]
    if number == "now":
        database = await access.open_timeline(datasette, request, "events")
        kept = await may_see_kept(datasette, request, database.name)
        stand = await database.execute_fn(lambda connection: proving.at_size(connection, kept=kept))
    else:
        database = await access.open_timeline(datasette, request, "events", *KEPT)
        stand = await database.execute_fn(lambda connection: proving.numbered(connection, int(number)))
    return _file(str(stand.note), f"{database.name}-{stand.checkpoint.size}.checkpoint")


@_in_a_line
async def consistency_file(datasette: Datasette, request: Request) -> Response:
    """Answer with the proof that the log at the size `to`, or now, only added to what it was at the size `from`."""
    database = await access.open_timeline(datasette, request, "events")
    _refuse_others(request, "from", "to")
    first, second = _number(request, "from"), _number(request, "to")
    if first is None:
        raise Refused("from is missing: it is the number of events that the log held then. Give one: ?from=8&to=23")
    if second == 0:
        raise Refused("to is 0, and a log without events has no root to prove. Give a size from 1 on")
    kept = await may_see_kept(datasette, request, database.name)
    end = await database.execute_fn(proving.size)
    if problem := sizes_fault(first, second, end):
        raise Refused(problem)
    body = await database.execute_fn(lambda connection: proving.consistency(connection, first, second, kept=kept))
    return _file(body, f"{database.name}-{first}-{end if second is None else second}.consistency")


async def may_see_kept(datasette: Datasette, request: Request, database: str) -> bool:
    """Say whether the visitor may read which checkpoints were kept, and who signed them."""
    for table in KEPT:
        if not await access.readable(datasette, request.actor, database, table):
            return False
    return True


def sizes_fault(first: int | None, second: int | None, end: int) -> str | None:
    """Say what is wrong with two sizes of a log that holds `end` events, for what was added between; None where nothing is."""
    for name, size in (("from", first), ("to", second)):
        if size is not None and size > end:
            return f"{name} is {size:,}, and the log holds {end:,} events. Give a size up to that"
    if first is not None and second is not None and first > second:
        return f"from is {first:,}, which is more than to, {second:,}: the log only grows. Give the smaller one first"
    return None


def number_of(typed: str, name: str) -> int:
    """Read a number of events or of a checkpoint from the address. Raises Refused."""
    if not _NUMBER.fullmatch(typed):
        shown = "".join(one if one.isprintable() else "?" for one in typed[:40])
        raise Refused(f"{name} is “{shown}”, which is not a number. Give one such as 8")
    return int(typed)


def _number(request: Request, name: str) -> int | None:
    typed = request.args.get(name)
    return None if typed in (None, "") else number_of(typed, name)


def _refuse_others(request: Request, *names: str) -> None:
    if others := parameters.not_taken(request, names):
        raise Refused(" ".join(others).replace(" and changes nothing", ""))


def _file(text: str, name: str) -> Response:
    quoted = re.sub(r"[^A-Za-z0-9._@-]", "-", name)
    return Response(text, headers={"Content-Disposition": f'attachment; filename="{quoted}"'}, content_type=_TYPE)


def line(text: str, status: int) -> Response:
    """Answer with one line of plain text; 503 also says after how many seconds to ask again."""
    one = " ".join(text.split())
    headers = {"Retry-After": str(_LATER)} if status == _BUSY else {}
    return Response(f"{one[:1].upper()}{one[1:]}\n", status=status, headers=headers, content_type=_TYPE)
