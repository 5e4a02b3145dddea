"""Whether a visitor's copy of an answer is still valid: its ETag, and the answer 304.

Owns everything that an answer may depend on: the log's end, the schema, the address, the visitor, the messages for this visitor,
and the start of this process, which may have new code or settings. Must not decide who may read: a page checks permissions first,
also before it answers 304. An answer that was cut short for lack of time has no tag.
"""

import hashlib
import json
import re
import secrets
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request, Response

# Only the visitor's browser stores the answer, and it asks each time whether it is still valid.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
# Every rebuild changes the schema; every correction, retraction and redaction moves the end.
_END_AND_SCHEMA = "select (select max(position) from events), (select schema_version from pragma_schema_version)"

_starts: WeakKeyDictionary[Datasette, str] = WeakKeyDictionary()


async def tag(datasette: Datasette, request: Request, database: Database) -> str:
    """Return the weak ETag of the answer to this request. It costs one short query."""
    end, schema = (await database.execute(_END_AND_SCHEMA)).rows[0]
    inputs = [
        _starts.setdefault(datasette, secrets.token_hex(8)), end, schema, request.path, request.query_string, request.actor,
        # A page may hold a token that belongs to this cookie.
        request.cookies.get("ds_csrftoken"), _messages(request),
    ]  # fmt: skip
    text = json.dumps(inputs, sort_keys=True, default=str)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def unchanged(request: Request, tag: str) -> Response | None:
    """Return the answer 304 if the visitor's copy has this tag; None if the page must be made. Messages are always shown."""
    if _messages(request):
        return None
    known = re.findall(r'"([^"]*)"', request.headers.get("if-none-match") or "")
    return Response("", status=304, headers=headers(tag)) if tag.removeprefix("W/").strip('"') in known else None


def headers(tag: str) -> dict[str, str]:
    """Return the headers of an answer with a tag."""
    return {"ETag": tag, **CACHING}


def _messages(request: Request) -> object:
    return getattr(request, "_messages", None) or None
