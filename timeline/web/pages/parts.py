"""The cited parts of a picture or recording as the pages show them: a region as a box on the picture, a range in a player.

Owns which file shows a part. Must not decode or change one.
"""

import sqlite3
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from sqlite3 import Row
from typing import Any, Final, NamedTuple

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from timeline.documents import extractors, file_claims, fragments, images
from timeline.documents.fragments import Region
from timeline.reading import happening_lookup, wording
from timeline.reading.records import Source
from timeline.shortening import shortened
from timeline.web import access, links, showing
from timeline.web.pages import date_wording, originals, pictures
from timeline.web.showing import CannotShow

MOST: Final = 200
LONGEST: Final = 2_000  # characters of a description, or of quoted words
TALL: Final = 2  # times its width: a taller picture is shown so small that a region of it needs to be shown alone
LARGE: Final = 0.5  # of the picture: a larger region is not
PNG: Final = "image/png"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = struct.Struct(">8s8xII")
_PARTS: Final = (
    "select citations.happening, number, fragment, description, quote, page, stance, supports,"
    f" substr({happening_lookup.HEADLINE}, 1, 201) as title, date, status"
    " from citations join happenings on happenings.id = citations.happening"
    " where source = :id and fragment is not null order by status = 'retracted', citations.happening, number limit :most"
)


class Cut(NamedTuple):
    """A region in pixels, and the picture around it: on a tall one nobody could read a small region."""

    x: float
    y: float
    width: float
    height: float
    whole_width: int
    whole_height: int


@dataclass(frozen=True)
class Shown:
    """A picture with the region, which may also be cut out, or a player, `audio` or `video`, with the range in its address."""

    address: str
    region: Region | None = None
    player: str | None = None
    cut: Cut | None = None


@dataclass(frozen=True)
class Part:
    """A cited part on the page of its source, with the words that are cited there, and the happening.

    `name` is that of the citation in an address, `anchor` its id on the page unless a passage of the text has that.
    """

    name: str
    anchor: str
    where: str
    label: str | None
    words: str
    shown: Shown | None
    address: str
    title: str
    when: str
    stance: str
    supports: str | None
    status: str


def beginning(connection: sqlite3.Connection, source: Source) -> bytes:
    """Return the first bytes of a PNG, such as the picture of a web page; of anything else none."""
    if source.media_type != PNG or source.sha256 is None:
        return b""
    try:
        return showing.read(connection, source.sha256, 0, _HEADER.size)
    except CannotShow:
        return b""


def shown(
    datasette: Datasette, database: str, source: Source, fragment: str, page: int | None, begins: Callable[[], bytes]
) -> Shown | None:
    """Return what shows a part of a document that visitors can get; None if no browser shows such a document.

    `begins` reads the first bytes of a picture.
    """
    document, kind = originals.address(datasette, database, source.id), originals.kind_of(source.media_type)
    if fragments.is_recording(kind):
        return Shown(f"{document}#{fragment}", player=kind.partition("/")[0])
    region = fragments.region(fragment)
    if region is None:
        return None
    if source.extractor == extractors.PICTURE and source.sha256:  # its address has its hash, so it is fetched once
        return Shown(pictures.address(datasette, database, source.id, source.sha256, kind), region, cut=_cut(begins(), region))
    if kind in images.SUFFIXES.values():
        return Shown(document, region)
    if originals.has_pages(kind, source.extractor):
        return Shown(originals.picture_address(datasette, database, source.id, page or 1), region)
    return None


def _cut(content: bytes, region: Region) -> Cut | None:
    """Return a small region of a tall PNG, by its first bytes; None for any other."""
    if len(content) < _HEADER.size:
        return None
    signature, width, height = _HEADER.unpack(content[: _HEADER.size])
    left, top, wide, high = (float(side) / 100 for side in region)
    if signature != _SIGNATURE or not 0 < TALL * width < height or wide * high > LARGE:
        return None
    return Cut(left * width, top * height, wide * width, high * height, width, height)


async def on_page(datasette: Datasette, request: Request, database: Database, source: Row, *, withheld: bool) -> dict[str, Any]:
    """Return what the page of a source has of its parts, the address at which a recording is played, and its C2PA manifest."""
    may = bool(source["sha256"]) and not withheld
    served = may and await access.all_readable(datasette, request.actor, database.name, originals.TABLES)
    is_recording = fragments.is_recording(source["media_type"])
    rows: Iterable[Any] = (await database.execute(_PARTS, {"id": source["id"], "most": MOST})).rows
    of = Source(source["id"], source["title"], **{name: source[name] for name in ("media_type", "extractor", "sha256")})
    begins = await database.execute_fn(partial(beginning, source=of)) if served and rows else b""
    return {
        "parts": [_part(datasette, database.name, of, row, begins, served=served) for row in rows],
        "most_parts": MOST,
        "recording": originals.address(datasette, database.name, source["id"]) if is_recording and served else None,
        "without_text": is_recording and source["text_sha256"] == images.NO_TEXT,
        "signed": await _signed(database, source) if served else None,
    }


async def _signed(database: Database, source: Row) -> str | None:
    """Say whether a picture or recording has a C2PA manifest. Little of the file is read."""
    if not (source["media_type"] or "").startswith(("image/", "video/", "audio/")):
        return None
    sha256: str = source["sha256"]

    def signed(connection: sqlite3.Connection) -> str | None:
        def read(start: int, length: int) -> bytes:
            try:
                return showing.read(connection, sha256, start, length)
            except (CannotShow, ValueError):  # redacted meanwhile, or beyond its end
                return b""

        return file_claims.of(read).signed

    words: str | None = await database.execute_fn(signed)
    return words


def _part(datasette: Datasette, database: str, of: Source, row: Row, begins: bytes, *, served: bool) -> Part:
    described = row["description"] is not None
    return Part(
        name=f"{row['happening']}-{row['number']}",
        anchor=links.passage_anchor(row["happening"], row["number"]) if described else "",
        where=fragments.words(row["fragment"]),
        label=wording.DESCRIBED if described else None,
        words=shortened(row["description"] if described else row["quote"], LONGEST),
        shown=shown(datasette, database, of, row["fragment"], row["page"], lambda: begins) if served else None,
        address=links.happening(datasette, database, row["happening"]),
        title=shortened(row["title"] or row["happening"], 200),
        when=date_wording.words(row["date"]),
        stance=row["stance"],
        supports=row["supports"],
        status=row["status"],
    )
