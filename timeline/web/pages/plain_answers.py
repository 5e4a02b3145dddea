"""Answers of plain text: each refusal of a file is one line.

Owns the errors that a file handler raises, and their status codes. Must not know any file.
"""

import functools
import sqlite3
from collections.abc import Sequence
from typing import Final

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.errors import UnknownEvent
from timeline.web.pages import query_string
from timeline.web.pages.page_frame import Handler

CONTENT_TYPE: Final = "text/plain; charset=utf-8"
_BUSY, _RETRY_SECONDS = 503, 60


class Refused(ValueError):
    """The request makes no sense or asks for too much. The message says why."""


class TooBusy(Refused):
    """The work was not done in time; the same request may succeed later."""


def answering(handler: Handler) -> Handler:
    """Turn the errors of a handler into lines of text. Datasette still answers 403 and 404 itself."""

    @functools.wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            return await handler(datasette, request)
        except UnknownEvent as error:
            return line(str(error), 404)
        except TooBusy as error:
            return line(str(error), _BUSY)
        except Refused as error:
            return line(str(error), 400)
        except sqlite3.Error as error:
            return line(f"the database could not answer: {error}. See what is wrong: timeline verify", 400)

    return answer


def line(text: str, status: int) -> Response:
    """Answer with one line of plain text. With 503, Retry-After says when to try again."""
    joined = " ".join(text.split())
    headers = {"Retry-After": str(_RETRY_SECONDS)} if status == _BUSY else {}
    return Response(f"{joined[:1].upper()}{joined[1:]}\n", status=status, headers=headers, content_type=CONTENT_TYPE)


def refuse_unknown(request: Request, names: Sequence[str]) -> None:
    """Raise Refused if the address has other parameters than these: a file must not hold more because a filter was misspelt."""
    if messages := query_string.unknown_parameters(request, names):
        raise Refused(" ".join(messages).replace(" and changes nothing", ""))
