"""A visit to the desk: who it is, on which timeline, with which permission; and the frame of the desk's pages.

Owns what every page of the desk checks first, how a form is read from a request, and the headers of the answers. Must not know the
content of any page.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_encode
from datasette.utils.asgi import Request, Response

from timeline.desk import desk_links, permissions, request_body, writing
from timeline.desk.drafts import Draft, Drafts
from timeline.desk.form import Form
from timeline.desk.refusals import MOST_TYPED, Refused
from timeline.errors import DatabaseRefused
from timeline.timeline import Timeline
from timeline.web import access, assets
from timeline.web.pages import page_frame

T = TypeVar("T")
MOST_FIELDS: Final = 5_000
LONGEST_NAME: Final = 200  # bytes of the name of a file
_readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="timeline-desk")  # so that long checks hold up no other pages
_UNSAFE: Final = re.compile(r"[^\w. -]+")
# Nothing of the desk is stored by a browser or a proxy, and the browser names this site as the origin of its forms.
HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


def answering(handler: page_frame.Handler) -> page_frame.Handler:
    """Answer with a readable page if a request is refused before it is read, or a query fails."""
    answered = page_frame.answering(handler)

    @functools.wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            return await answered(datasette, request)
        except Refused as refused:
            advice = f"{refused.reason[:1].upper()}{refused.reason[1:]}. Nothing was recorded."
            return await page_frame.trouble(datasette, request, "That could not be taken", advice, refused.status)
        except DatabaseRefused as error:
            return await page_frame.trouble(datasette, request, "The timeline could not be opened", f"{error}.", 503)
        except request_body.ClientGone:
            return Response("", status=400)  # which nobody reads

    return answer


@dataclass(frozen=True)
class Visit:
    """A visitor who may write: the database, the actor, and the name under which the actor writes."""

    datasette: Datasette
    request: Request
    database: Database
    actor: dict[str, Any]
    by: str

    @property
    def drafts(self) -> Drafts:
        """The drafts of the timeline."""
        return Drafts(str(self.database.path))

    def address(self, *parts: str, **query: str) -> str:
        """Return the address of a page of the desk: `visit.address("documents", "report", draft="…")`."""
        path = desk_links.address(self.datasette, self.database.name, *map(tilde_encode, parts))
        parameters = {name: value for name, value in query.items() if value}
        return f"{path}?{urlencode(parameters)}" if parameters else path

    async def read(self, work: Callable[[Timeline], T]) -> T:
        """Call `work` with the timeline, open for reading, in a thread."""

        def do() -> T:
            with Timeline(str(self.database.path), by=self.by, read_only=True) as timeline:
                return work(timeline)

        return await asyncio.get_running_loop().run_in_executor(_readers, do)

    async def write(self, work: Callable[[Timeline], T], *, in_reader: bool = False) -> T:
        """Call `work` with the timeline, open for appending under the visitor's name; `apart` where it reads documents first.

        Raises what it raises, or DatabaseRefused where another program writes for too long.
        """
        try:
            return await writing.run(self.database, self.by, work, in_reader=in_reader)
        except writing.TryLater:
            reason = "another program is writing to the timeline. Nothing was recorded. Try again in a moment"
            raise DatabaseRefused(self.database.name, reason) from None

    async def draft(self, id: str | None) -> Draft | None:
        """Return a draft, or None."""
        return await asyncio.to_thread(self.drafts.get, id) if id else None

    async def save_draft(self, typed: Form, *, document: str, happening: str = "") -> str:
        """Save what was typed as a draft, and return its id."""
        return await asyncio.to_thread(self.drafts.save, typed, self.by, document=document, happening=happening)

    async def delete_draft(self, id: str) -> None:
        """Delete a draft, if there is one."""
        if id:
            await asyncio.to_thread(self.drafts.delete, id)

    async def page(
        self, template: str, context: Mapping[str, Any], *, trail: Iterable[tuple[str, str]] = (), status: int = 200
    ) -> Response:
        """Draw a page of the desk."""
        number = await asyncio.to_thread(self.drafts.count)
        full = {
            "database": self.database.name,
            "script": assets.address(self.datasette, "desk.js"),
            "style": assets.address(self.datasette, "desk.css"),
            "desk": self.address(),
            "drafts": (self.address("drafts"), number),
            "check_address": self.address("check"),
            "by": self.by,
            **context,
        }
        trail = [(self.address(), "desk"), *trail]
        response = await page_frame.respond(self.datasette, self.request, template, full, trail=trail, status=status)
        response.headers.update(HEADERS)
        return response

    def redirect(self, address: str) -> Response:
        """Send the browser to another page, after something was written."""
        return Response("", status=303, headers={**HEADERS, "Location": address})


async def enter(datasette: Datasette, request: Request, *actions: str) -> Visit:
    """Return the visit of somebody who may do one of these (by default, append). Raises NotFound or Forbidden."""
    database = await access.open_timeline(datasette, request)
    allowed = [one for one in actions if await permissions.is_allowed(datasette, request.actor, one, database.name)]
    if not allowed:
        await permissions.ensure(datasette, request.actor, actions[0] if actions else permissions.APPEND, database.name)
    writing.refuse_unwritable(database)
    actor = dict(request.actor or {})
    return Visit(datasette, request, database, actor, permissions.author(database, actor))


async def read_form(request: Request) -> list[tuple[str, str]]:
    """Read the fields of a form, in their order. Raises Refused if it is larger than anything that a person types."""
    with await request_body.receive(request, MOST_TYPED) as body, request_body.viewed(body) as view:
        try:
            return parse_qsl(bytes(view).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise Refused(413, f"the form has more than {MOST_FIELDS:,} fields. Divide it") from None


async def read_form_with_files(request: Request, folder: Path) -> tuple[list[tuple[str, str]], dict[str, Path]]:
    """Read the fields of a form with files, and put the files into a folder, under their own names. Raises Refused."""
    pairs, files = list[tuple[str, str]](), dict[str, Path]()
    between = request_body.boundary(request.headers.get("content-type", ""))
    with await request_body.receive(request) as body, request_body.viewed(body) as view:
        for part in request_body.parts(view, between):
            content = view[part.start : part.end]
            if not part.file:
                if part.name != "file":  # a file that was not chosen
                    pairs.append((part.name, content.decode("utf-8", "replace")))
                continue
            name = (
                _UNSAFE.sub("-", part.file.replace("\\", "/").rpartition("/")[2])
                .encode()[-LONGEST_NAME:]
                .decode("utf-8", "ignore")
                .lstrip(".-")
                or "document"
            )
            files[part.name] = folder / name
            await asyncio.to_thread(files[part.name].write_bytes, content)
    return pairs, files


def page_number(request: Request) -> int:
    """Return the page of a list that the address asks for, from 1."""
    number = request.args.get("page") or "1"
    return max(1, int(number)) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
