"""Documents as received: `/{database}/-/timeline/sources/{source}/document`, pages of it as pictures, and a page for a frame.

Owns the headers with which a browser stores or shows them and runs nothing, and answers to requests for a part. Must not change a
byte, nor draw a page: `timeline.originals` does, in a process of its own. Every refusal is one line of plain text.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable
from functools import wraps
from sqlite3 import Row
from typing import Final
from urllib.parse import quote as percent

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from timeline.documents import extractors, images, media_types
from timeline.shortening import shortened
from timeline.web import access, links, security, showing, withholding
from timeline.web.pages import etag, plain_answers
from timeline.web.pages.page_frame import Handler
from timeline.web.showing import CannotShow

TABLES: Final = ("sources", "documents")
PDF: Final = "application/pdf"
# The kinds of documents that have HTML in them, so that a browser can show them as a page.
FRAMED: Final = (
    "text/html",
    "application/xhtml+xml",
    "multipart/related",
    "application/warc",
    "application/epub+zip",
    "message/rfc822",
)
STREAMED: Final = 4_000_000  # bytes that are read at a time
# Everything else is an attachment: a browser would run scripts in it, or hand it to a program that does.
_SHOWN: Final = frozenset(("text/plain", *images.SUFFIXES.values()))
_SANDBOX: Final = "sandbox; default-src 'none'"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CHARSET: Final = re.compile(r"utf-8|utf-16|cp125\d|iso8859-\d+|shift_jis|euc_jp|euc_kr|gb18030|big5|koi8-r")
_SOURCE: Final = (
    "select id, title, sha256, media_type, extractor, exists(select 1 from withheld where sha256 = sources.sha256) as withheld,"
    " exists(select 1 from documents where sha256 = sources.sha256) as present from sources where id = :id"
)


def address(datasette: Datasette, database: str, source: str) -> str:
    """Return the address of a document as received."""
    return f"{links.source(datasette, database, source)}/document"


def picture_address(datasette: Datasette, database: str, source: str, page: int) -> str:
    """Return the address of the picture of a page."""
    return f"{links.source(datasette, database, source)}/pages/{page}.png"


def frame_address(datasette: Datasette, database: str, source: str) -> str:
    """Return the address of the page that shows a document in a frame."""
    return f"{links.source(datasette, database, source)}/frame"


def _answering(handler: Handler) -> Handler:
    """Answer with a line of text where a document cannot be shown, and to HEAD without a body."""

    @wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            response = await handler(datasette, request)
        except CannotShow as error:
            source = tilde_decode(request.url_vars["source"])
            status = 503 if isinstance(error, showing.TooMany) else 404
            response = plain_answers.line(f"the document of {shortened(source, 200)} {error}", status)
            if handler.__name__ == "frame_page":  # so that the frame shows the line
                response.headers.update(security.headers_of_frame(datasette))
            return response
        if request.method == "HEAD":
            length = response.headers.get("Content-Length") or str(len(getattr(response, "body", b"") or b""))
            return Response("", response.status, {**response.headers, "Content-Length": length}, response.content_type)
        return response

    return plain_answers.answering(answer)


async def _opened(datasette: Datasette, request: Request) -> tuple[Database, Row]:
    """Return the database and the row of the source. Raises NotFound, Forbidden, or CannotShow if the document is not there."""
    id_ = tilde_decode(request.url_vars["source"])
    withheld = withholding.closed(datasette, request.actor)
    database = await access.open_timeline(datasette, request, *(("sources",) if withheld else TABLES))
    row = (await database.execute(_SOURCE, {"id": id_})).first()
    if row is None:
        raise NotFound(f"There is no source under the id {shortened(id_, 200)}")
    if row["sha256"] is None:
        raise CannotShow("was redacted")
    if withheld or row["withheld"]:
        raise CannotShow(f"is withheld by the publisher. Its SHA-256 is {row['sha256']}")
    return database, row


async def is_withheld(database: Database, sha256: str) -> bool:
    """Whether a published file lacks a document because its publisher withholds it."""
    return bool((await database.execute("select 1 from withheld where sha256 = :sha256", {"sha256": sha256})).rows)


def kind_of(media_type: str | None) -> str:
    """Return a media type without its parameters."""
    return media_types.plain(media_type)


def has_pages(media_type: str | None, extractor: str | None) -> bool:
    """Whether a document is shown page by page: a PDF, or a scan or picture whose words were recognised."""
    kind = kind_of(media_type)
    return kind == PDF or (kind in images.RECOGNISED_TYPES and extractors.ocr(extractor or "") is not None)


@_answering
async def document_file(datasette: Datasette, request: Request) -> Response:
    """Answer with a document, byte for byte as it was archived, or with the part that is asked for."""
    database, row = await _opened(datasette, request)
    kind = kind_of(row["media_type"])
    headers = {"Content-Disposition": f"{'inline' if kind in _SHOWN else 'attachment'}; {_file_name(row, kind)}"}
    return await file(request, database, row["sha256"], _content_type(row, kind), headers)


@_answering
async def page_picture(datasette: Datasette, request: Request) -> Response:
    """Answer with a page of a PDF as a picture; 404 with the reason where there is none."""
    database, row = await _opened(datasette, request)
    if not has_pages(row["media_type"], row["extractor"]):
        raise CannotShow("is no PDF, so it has no pages")
    number = request.url_vars["page"]
    tag = f'"{row["sha256"]}-{number}"'
    headers = {**etag.headers(tag), "Content-Security-Policy": _SANDBOX, "X-Content-Type-Options": "nosniff"}
    if row["present"] and _has(request, tag):
        return Response("", status=304, headers=headers)
    _, content = await showing.show(database, row["sha256"], "picture", number, {"page": int(number)})
    return Response(content, headers=headers, content_type="image/png")


@_answering
async def frame_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a document as one page for a frame: it runs nothing, and loads nothing."""
    database, row = await _opened(datasette, request)
    kind, reading = kind_of(row["media_type"]), extractors.reading(row["extractor"] or "")
    if kind not in FRAMED:
        raise CannotShow("cannot be shown in a frame")
    parameters = {"media_type": kind, "encoding": reading and reading.encoding, "record": reading and reading.record}
    _, content = await showing.show(database, row["sha256"], "frame", str(parameters), parameters)
    headers = {**etag.headers(f'"{row["sha256"]}-frame"'), **security.headers_of_frame(datasette), "X-DNS-Prefetch-Control": "off"}
    return Response(content, headers=headers, content_type="text/html; charset=utf-8")


async def file(request: Request, database: Database, sha256: str, content_type: str, headers: dict[str, str]) -> Response:
    """Answer with a document or a part of it, read in pieces. Raises CannotShow where it is not in the archive."""
    size = await database.execute_fn(lambda connection: showing.size(connection, sha256))
    if size is None:
        raise CannotShow("is not in the archive")
    tag = f'"{sha256}"'
    headers = {
        **etag.headers(tag),
        "Content-Security-Policy": _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        **headers,
    }
    if _has(request, tag):
        return Response("", status=304, headers=headers)
    part, status = _part(request, tag, size), 200
    if part is not None:
        status, headers["Content-Range"] = 206, f"bytes {part.start}-{part.stop - 1}/{size}"
        if not part:
            return Response("", status=416, headers={**headers, "Content-Range": f"bytes */{size}"}, content_type=content_type)
    part = range(size) if part is None else part
    headers["Content-Length"] = str(len(part))

    async def read(start: int, length: int) -> bytes:
        return bytes(await database.execute_fn(lambda connection: showing.read(connection, sha256, start, length)))

    if request.method == "HEAD":
        return Response("", status, headers, content_type)
    if len(part) <= STREAMED:
        return Response(await read(part.start, len(part)), status, headers, content_type)
    return _Streamed(part, read, status, headers, content_type)


class _Streamed(Response):  # type: ignore[misc]  # Datasette declares no types
    """A part of a document that is read and sent in pieces."""

    def __init__(
        self, part: range, read: Callable[[int, int], Awaitable[bytes]], status: int, headers: dict[str, str], content_type: str
    ) -> None:
        super().__init__("", status, headers, content_type)
        self._part, self._read = part, read

    async def asgi_send(self, send: security.Send) -> None:
        """Send the pieces. If the document is redacted meanwhile, the answer breaks off, shorter than it said."""
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        headers += [(b"content-type", self.content_type.encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for start in range(self._part.start, self._part.stop, STREAMED):
            try:
                piece = await self._read(start, min(STREAMED, self._part.stop - start))
            except CannotShow:
                return
            await send({"type": "http.response.body", "body": piece, "more_body": start + STREAMED < self._part.stop})


def _has(request: Request, tag: str) -> bool:
    """Whether the visitor's copy has this tag."""
    return tag.strip('"') in re.findall(r'"([^"]*)"', request.headers.get("if-none-match") or "")


def _part(request: Request, tag: str, size: int) -> range | None:
    """Return the part that is asked for, empty if it is beyond the end; None for the whole (RFC 9110, 14.2)."""
    match = _RANGE.fullmatch((request.headers.get("range") or "").strip())
    condition = request.headers.get("if-range")
    if match is None or not (match[1] or match[2]) or condition not in (None, tag):
        return None
    if not match[1]:
        return range(max(0, size - int(match[2])), size)
    start, stop = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    return None if match[2] and int(match[2]) < start else range(start, max(start, stop)) if start < size else range(0)


def _content_type(row: Row, kind: str) -> str:
    """Return a media type that browsers know, with the encoding of a plain text as far as it is known."""
    if kind not in media_types.SUFFIXES:
        return "application/octet-stream"
    extractor = row["extractor"] or ""
    encoding = "utf-8" if extractor == extractors.GIVEN else (extractors.encoding(extractor) or "").removesuffix("-sig")
    known = kind.startswith("text/") and kind != "text/html" and _CHARSET.fullmatch(encoding)
    return f"{kind}; charset={encoding.replace('cp12', 'windows-12').replace('iso8859', 'iso-8859')}" if known else kind


def _file_name(row: Row, kind: str) -> str:
    """Name the file after the title, without characters that mean something to a file system (RFC 6266, 4.3)."""
    suffix = media_types.suffix(kind)
    letters = "".join(char if unicodedata.category(char)[0] in "LMNPSZ" else " " for char in row["title"] or row["id"])
    name = " ".join(re.sub(r'[\\/:*?"<>|]+', " ", letters).split())[:100].strip(". ").removesuffix(suffix) or "document"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", row["id"])[:100].strip("-.").removesuffix(suffix) or "document"
    return f"filename=\"{plain}{suffix}\"; filename*=UTF-8''{percent(name + suffix, safe='')}"
