"""Whether a visitor's copy of an answer still holds: its ETag, and the 304 that says so.

Owns what an answer may depend on: the log's end, the shape of the tables, the address, the visitor, the messages to show him,
and the start of this process, which may have brought other code or settings. Must not decide who may read: a page asks for
permission first, also before it answers 304. An answer that was cut short for want of time is given no tag.
"""

import hashlib
import json
import re
import secrets
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

# Kept by the visitor's browser alone, and asked about each time.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
# Every rebuild changes the schema; every correction, retraction and redaction moves the end.
_WHERE_IT_STANDS = "select (select max(position) from events), (select schema_version from pragma_schema_version)"

_starts: WeakKeyDictionary[Datasette, str] = WeakKeyDictionary()


async def tag(datasette: Datasette, request: Request, database: Database) -> str:
    """Give the weak ETag of what this request is to be answered with, at the cost of one look at the log's end."""
    end, schema = (await database.execute(_WHERE_IT_STANDS)).rows[0]
    on = [
        _starts.setdefault(datasette, secrets.token_hex(8)), end, schema, request.path, request.query_string, request.actor,
        # A page may hold a token that fits this cookie alone.
        request.cookies.get("ds_csrftoken"), _messages(request),
    ]  # fmt: skip
    said = json.dumps(on, sort_keys=True, default=str)
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def unchanged(request: Request, tag: str) -> Response | None:
    """Answer 304 where the visitor's copy has this tag; None where the answer must be made. Messages are always shown."""
    if _messages(request):
        return None
    held = re.findall(r'"([^"]*)"', request.headers.get("if-none-match") or "")
    return Response("", status=304, headers=headers(tag)) if tag.removeprefix("W/").strip('"') in held else None


def headers(tag: str) -> dict[str, str]:
    """Give the headers of an answer that has a tag."""
    return {"ETag": tag, **CACHING}


def _messages(request: Request) -> object:
    return getattr(request, "_messages", None) or None
