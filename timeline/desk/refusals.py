"""Refusals of requests that write, as data: {"ok": false, "error": …, "faults": […]}.

Owns their form, and that no request of another site, and none that is too large, gets any further. Must not know what is written.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from datasette.utils.asgi import Response

from timeline.web import security

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

    from timeline.web.security import App, Receive, Send

MOST_BYTES: Final = 140_000_000  # of a request: a document of 100 MB in base64, and what belongs to it
MOST_TYPED: Final = 4_000_000  # of a form that a person types. Datasette 0.65 reads all of it before we do
_TYPED: Final = "application/x-www-form-urlencoded"
RETRY_SECONDS: Final = 5
PATIENCE: Final = 0.1  # seconds for which an append lets pages go first
_LONG: Final = re.compile(r"/live$|/log\.jsonl$|/export/|\.db$")  # answers that take long, and are no page
_readers = 0  # pages that are being made
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_WITH_FILES: Final = re.compile(r"^/[^/]+/-/timeline/desk/documents$")


class Refused(Exception):
    """A request was refused, with a status and one line; nothing was written. `faults` are those of its entries, as data.

    `more` joins the answer.
    """

    def __init__(self, status: int, reason: str, faults: Sequence[Mapping[str, Any]] = (), **more: object) -> None:
        super().__init__(reason)
        self.status, self.reason, self.faults, self.more = status, reason, faults, more


def too_large(most: int = MOST_BYTES) -> Refused:
    """Return the refusal of a request that is larger than the most bytes."""
    megabytes = most // 1_000_000
    return Refused(
        413, f"the request is larger than {megabytes} MB, the most at once. Divide it, or archive the part that you cite"
    )


def answer(refused: Refused) -> Response:
    """Return the answer for a refusal. With 503, Retry-After says when to try again; with 401, how to sign in."""
    body = {"ok": False, "error": f"{refused.reason[:1].upper()}{refused.reason[1:]}", **refused.more, "faults": [*refused.faults]}
    headers = {"Cache-Control": "no-store"}
    if refused.status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response.json(body, status=refused.status, headers=headers)


def wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Return the middleware that refuses, at each address of a timeline, what another site sends and what is too large.

    Each version of Datasette protects its cookies as well. This holds in front of that, where a plugin switched it off too
    (`skip_csrf`), and before anything reads the body.
    """

    def wrap(app: App) -> App:
        async def wrapped(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            is_read = scope["type"] == "http" and scope["method"] in _SAFE
            if is_read or scope["type"] != "http" or not security.is_ours(security.path_of(datasette, scope)):
                with reading() if is_read and not _LONG.search(str(scope["path"])) else nullcontext():
                    await app(scope, receive, send)
                return
            headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
            length = headers.get(b"content-length", "")
            is_typed = headers.get(b"content-type", "").lower().startswith(_TYPED)
            if is_from_elsewhere(headers):
                refused = Refused(403, "another site sent this request. Send it from a page of this site, or with a token")
            elif length.isdecimal() and int(length[:18]) > (most := MOST_TYPED if is_typed else MOST_BYTES):
                refused = too_large(most)
            elif is_typed and not length.isdecimal():
                refused = Refused(411, "the form does not say how long it is. Send it with a Content-Length, as browsers do")
            else:
                try:
                    await app(scope, _limit(receive), send)
                    return
                except _Endless:  # 0.65 reads all of some bodies to look for its token
                    refused = too_large()
            await answer(refused).asgi_send(send)

        return wrapped

    return wrap


class _Endless(Exception):
    """A body is longer than any reader of ours lets it be."""


def _limit(receive: Receive) -> Receive:
    """Receive no more than a request may have, and then some, so that its reader can refuse it first."""
    left = MOST_BYTES + 10_000_000

    async def receive_some() -> dict[str, Any]:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _Endless
        return message

    return receive_some


@contextmanager
def reading() -> Iterator[None]:
    """Count a page while it is made."""
    global _readers  # noqa: PLW0603 - one for the process, whose processor they share
    _readers += 1
    try:
        yield
    finally:
        _readers -= 1


async def after_readers() -> None:
    """Let the pages that are being made go first, for a moment: an append waits longer than a reader does."""
    until = time.monotonic() + PATIENCE
    while _readers and time.monotonic() < until:
        await asyncio.sleep(PATIENCE / 20)


def is_form_with_files(datasette: Datasette, scope: Mapping[str, Any]) -> bool:
    """Whether a request is the form that adds a document. Its token is in its body, and is checked with `ensure_own_form`."""
    return _WITH_FILES.search(security.path_of(datasette, dict(scope))) is not None


def ensure_own_form(datasette: Datasette, request: Request, token: str) -> None:
    """Raise Refused unless a form with files has the token of this site, where Datasette gives browsers such tokens (0.65).

    Datasette 1.0 looks at the headers of the request instead, before we do.
    """
    if not hasattr(datasette, "allowed") and not secrets.compare_digest(request.scope["csrftoken"]().encode(), token.encode()):
        raise Refused(403, "the form has no token of this site, or an old one. Open it again, and add the document there")


def is_from_elsewhere(headers: Mapping[bytes, str]) -> bool:
    """Whether a browser sent a request from another site, with credentials of its own such as cookies.

    A request with a token and no cookie is its program's own: no browser adds a token by itself.
    """
    if headers.get(b"authorization", "").lower().startswith("bearer ") and not headers.get(b"cookie"):
        return False
    if (site := headers.get(b"sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    origin = headers.get(b"origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != headers.get(b"host", "").lower()
    except ValueError:
        return True
