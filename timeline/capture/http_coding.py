"""Decode the body of an HTTP response: join its chunks and undo its compression, within a limit.

Owns which codings are supported. Must not read from the network.
"""

import re
import zlib
from collections.abc import Callable
from typing import Final

from timeline.documents.document import MAXIMUM_BYTES

_PIECE: Final = 1_000_000
_LINE_END: Final = b"\r\n"
_CHUNK: Final = re.compile(rb"\s*([0-9a-fA-F]{1,8})\s*(?:;[^\r\n]{0,900})?\r\n")  # the size of a chunk
_CODINGS: Final = {"gzip", "x-gzip", "deflate", "br", "zstd"}
_MOST_CODINGS: Final = 4


class CodingRefused(Exception):
    """The reason why a body cannot be decoded, worded to follow a name: "unpacks to more than 100 MB"."""


def undone(content: bytes, transfer: str, coding: str, limit: int = MAXIMUM_BYTES) -> bytes:
    """Undo the transfer coding and the content codings that the headers declare. Raises CodingRefused."""
    if "chunked" in transfer.lower():
        joined = _join_chunks(content)
        content = content if joined is None else joined  # many archives keep the header but have joined the chunks
    codings = [one.strip() for one in coding.lower().split(",") if one.strip() not in ("", "identity")]
    if len(codings) > _MOST_CODINGS:
        raise CodingRefused(f"was packed {len(codings)} times over")
    for one in reversed(codings):
        if one not in _CODINGS:
            raise CodingRefused(f'was sent in an unknown coding, "{one[:40]}"')
        content = _unpacked(content, one, limit)
    if len(content) > limit:
        raise CodingRefused(f"is larger than {_megabytes(limit)}")
    return content


def _unpacked(content: bytes, coding: str, limit: int) -> bytes:
    if coding in ("gzip", "x-gzip"):
        if not content.startswith(b"\x1f\x8b"):
            return content  # already unpacked in the archive
        return _inflated(content, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), limit)
    if coding == "deflate":
        wrapped = len(content) > 1 and content[0] & 15 == 8 and int.from_bytes(content[:2], "big") % 31 == 0
        bits = zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
        return _inflated(content, lambda: zlib.decompressobj(bits), limit)
    if coding == "br":
        return _with_brotli(content, limit)
    raise CodingRefused("was sent packed with zstd, which is not supported")


def _inflated(content: bytes, unpacker: Callable[[], "zlib._Decompress"], limit: int) -> bytes:
    pieces, size, rest = [], 0, content
    while rest:
        one = unpacker()
        try:
            while not one.eof:
                piece = one.decompress(rest, _PIECE)
                rest = one.unconsumed_tail
                size += len(piece)
                if size > limit:
                    raise CodingRefused(f"unpacks to more than {_megabytes(limit)}")
                pieces.append(piece)
                if not piece and not rest and not one.eof:
                    raise CodingRefused("was cut short: its compression does not end")
        except zlib.error:
            raise CodingRefused("was damaged: it cannot be unpacked") from None
        rest = one.unused_data if one.unused_data.startswith(b"\x1f\x8b") else b""
    return b"".join(pieces)


def _with_brotli(content: bytes, limit: int) -> bytes:
    try:
        import brotli  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 it may be absent
    except ImportError:
        raise CodingRefused("was sent packed with Brotli, which needs a package: pip install brotli") from None
    unpacker, pieces, size, rest = brotli.Decompressor(), [], 0, content
    try:
        while not unpacker.is_finished():
            pieces.append(unpacker.process(rest, output_buffer_limit=_PIECE))
            size, rest = size + len(pieces[-1]), b""
            if size > limit:
                raise CodingRefused(f"unpacks to more than {_megabytes(limit)}")
            if not pieces[-1]:
                raise CodingRefused("was cut short: its compression does not end")
    except brotli.error:
        raise CodingRefused("was damaged: it cannot be unpacked") from None
    return b"".join(pieces)


def _join_chunks(content: bytes) -> bytes | None:
    """Join chunks (RFC 9112, 7.1); None where the body is not in chunks."""
    pieces, place = list[bytes](), 0
    while head := _CHUNK.match(content, place):
        size = int(head[1], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(content[head.end() : head.end() + size])
        place = head.end() + size + len(_LINE_END)
        if content[place - len(_LINE_END) : place] != _LINE_END:
            return None
    return None


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:g} MB"
