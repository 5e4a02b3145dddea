"""The body of a request that writes: received within limits of size and time, and taken apart if it has several parts.

Owns these limits. It is never held as a whole in memory, and nothing waits for it but its own request. Must not know what it says.
"""

from __future__ import annotations

import asyncio
import mmap
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

from timeline.desk.refusals import MOST_BYTES, Refused, too_large

if TYPE_CHECKING:
    from datasette.utils.asgi import Request

MOST_PARTS: Final = 1_000
IDLE_SECONDS, SECONDS = 30.0, 1_800.0  # without a byte, and in all
_IN_MEMORY: Final = 1_000_000
_MOST_HEAD: Final = 16_000  # bytes of the headers of a part
_BOUNDARY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,68}[\x21-\x7e])?")


class ClientGone(Exception):
    """The client went away before its request was complete: there is nobody to answer."""


class Part(NamedTuple):
    """A part of a body: its name, the name of its file ("" if it has none), its media type, and where its content is."""

    name: str
    file: str
    content_type: str
    start: int
    end: int


async def receive(request: Request, most: int | None = None) -> BinaryIO:
    """Return the body as a file without a name. Raises Refused if it has more bytes than `most`, or is too slow, or ClientGone."""
    body = cast("BinaryIO", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed by the caller
    size, until, more = 0, time.monotonic() + SECONDS, True
    try:
        while more:
            if time.monotonic() > until:
                raise TimeoutError
            message = await asyncio.wait_for(request.receive(), IDLE_SECONDS)
            if message["type"] != "http.request":
                raise ClientGone
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size > (most or MOST_BYTES):
                raise too_large(most or MOST_BYTES)
            if size <= _IN_MEMORY:
                body.write(chunk)
            else:
                await asyncio.to_thread(body.write, chunk)
    except TimeoutError:
        body.close()
        raise Refused(408, "the request was too slow: part of it did not arrive in time. Send it again") from None
    except BaseException:
        body.close()
        raise
    return body


def is_large(body: BinaryIO) -> bool:
    """Whether a body is on the disk, and not in memory."""
    return body.seek(0, 2) > _IN_MEMORY


@contextmanager
def viewed(body: BinaryIO) -> Iterator[bytes | mmap.mmap]:
    """Give the content of a body, without reading a large one into memory."""
    large = is_large(body)
    body.seek(0)
    if not large:
        yield body.read()
        return
    with mmap.mmap(body.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield view


def boundary(content_type: str) -> bytes:
    """Return the boundary between the parts of a body with this Content-Type. Raises Refused."""
    message = Message()
    message["content-type"] = content_type
    between = message.get_param("boundary")
    if not isinstance(between, str) or not _BOUNDARY.fullmatch(between):
        raise Refused(400, "the Content-Type of the request has no boundary. Let your program set it: it knows it")
    return between.encode()


def parts(body: bytes | mmap.mmap, between: bytes) -> Iterator[Part]:
    """Yield the parts of a body (RFC 7578). Raises Refused if it is malformed, cut short, or has too many parts."""
    delimiter = b"--" + between
    at = body.find(delimiter)
    if at < 0 or (at and body[at - 2 : at] != b"\r\n"):
        raise _malformed("it has no part")
    for _ in range(MOST_PARTS):
        at += len(delimiter)
        if body[at : at + 2] == b"--":
            if body[at + 2 : at + 2 + _MOST_HEAD].strip():
                raise _malformed("something follows its end")
            return
        head_end = body.find(b"\r\n\r\n", at, at + _MOST_HEAD)
        end = body.find(b"\r\n" + delimiter, head_end + 4)
        if body[at : at + 2] != b"\r\n" or head_end < 0 or end < 0:
            raise _malformed("a part of it has no end, or no headers")
        yield _part(body[at + 2 : head_end], head_end + 4, end)
        at = end + 2
    raise Refused(413, f"the request has more than {MOST_PARTS:,} parts. Divide it")


def _part(head: bytes, start: int, end: int) -> Part:
    message: Message[str, str] = Message()
    try:
        for line in head.decode().split("\r\n"):
            header, _, value = line.partition(":")
            if header.strip().lower() in ("content-disposition", "content-type"):
                message[header.strip()] = value.strip()
    except UnicodeDecodeError:
        raise _malformed("the headers of a part are not UTF-8") from None
    name = message.get_param("name", header="content-disposition")
    if not isinstance(name, str) or not name:
        raise _malformed("a part of it has no name")
    return Part(name, message.get_filename() or "", message.get_content_type() if "content-type" in message else "", start, end)


def _malformed(why: str) -> Refused:
    return Refused(400, f"the body is not multipart/form-data: {why}. Let a library write it, or curl -F")
