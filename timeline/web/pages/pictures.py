"""Pictures as the pages show them, and the file of one: `/{database}/-/timeline/sources/{source}/image`.

Owns the address of a picture, and the headers with which a browser shows it and runs nothing. Must not decode or change one.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from timeline import fields
from timeline.documents import images
from timeline.reading import sources
from timeline.reading.records import Picture, Source
from timeline.selection.snapshot import EACH, Snapshot
from timeline.web import access, links, showing
from timeline.web.pages import originals
from timeline.web.showing import CannotShow

TABLES = ("sources", "documents")
_FOR_GOOD = "private, max-age=31536000, immutable"
_PICTURE = "select sha256 from sources where id = :id and text_sha256 = :empty"
_WITHHELD = "select sha256 from withheld where sha256 in (select value from json_each(:hashes))"
_FIRST = (
    f"select * from (select happening, number, {', '.join(fields.PICTURE)} from happening_media"
    f" where number = 1 and happening in (select value from json_each(:ids)) {EACH}) order by happening"
)


@dataclass(frozen=True)
class PictureView:
    """A picture of a happening: `address` is that of the file, None if it was redacted, or is withheld by the publisher."""

    address: str | None
    alt: str
    caption: str | None
    credit: str | None
    title: str
    source: str
    withheld: bool = False


async def may_be_seen(datasette: Datasette, request: Request, database: str) -> bool:
    """Whether the visitor may read the files of pictures; if not, pages show only what is said of them."""
    return await access.all_readable(datasette, request.actor, database, TABLES)


def address(datasette: Datasette, database: str, source: str, sha256: str, media_type: str | None) -> str:
    """Return the address of a picture's file."""
    return f"{links.source(datasette, database, source)}/image{images.query(sha256, media_type)}"


def of_statement(datasette: Datasette, database: str, snapshot: Snapshot, stated: Sequence[Mapping[str, str]]) -> list[PictureView]:
    """Return the pictures that a statement lists."""
    known = sources.by_id(snapshot, {one["source"] for one in stated})
    pictures = [
        Picture(known.get(one["source"]) or Source(one["source"], None), *map(one.get, fields.PICTURE[1:])) for one in stated
    ]
    hashes = {"hashes": json.dumps([one.sha256 for one in known.values()])}
    withheld = {row[0] for row in snapshot.plain(_WITHHELD, hashes)}
    return [_view(datasette, database, picture, withheld=picture.source.sha256 in withheld) for picture in pictures]


def first_of(datasette: Datasette, database: str, snapshot: Snapshot, happenings: Collection[str]) -> dict[str, PictureView]:
    """Return the first picture of each happening that has one and whose file is there, by the happening's id."""
    rows = snapshot.rows(_FIRST, {"ids": json.dumps(list(happenings))})
    stated = [{name: row[name] for name in fields.PICTURE} for row in rows]
    views = of_statement(datasette, database, snapshot, stated)
    return {row["happening"]: view for row, view in zip(rows, views, strict=True) if view.address is not None}


def _view(datasette: Datasette, database: str, picture: Picture, *, withheld: bool) -> PictureView:
    one = picture.source
    title = one.title or one.id
    file = address(datasette, database, one.id, one.sha256, one.media_type) if one.sha256 and not withheld else None
    page = links.source(datasette, database, one.id)
    return PictureView(file, picture.alt or f"Picture: {title}", picture.caption, picture.credit, title, page, withheld)


async def image_file(datasette: Datasette, request: Request) -> Response:
    """Answer with a picture, byte for byte as it was archived; 404 for anything else, however its event describes it."""
    database = await access.open_timeline(datasette, request, *TABLES)
    id_ = tilde_decode(request.url_vars["source"])
    row = (await database.execute(_PICTURE, {"id": id_, "empty": images.NO_TEXT})).first()
    try:
        if row is None:
            raise CannotShow
        head = await database.execute_fn(lambda connection: showing.read(connection, row["sha256"], 0, images.HEAD))
        media_type = images.media_type(head)
        if media_type is None:
            raise CannotShow
        asked = (request.args.get("sha256") or "").partition(".")[0]
        caching = {"Cache-Control": _FOR_GOOD} if len(asked) >= images.SHORT and row["sha256"].startswith(asked) else {}
        return await originals.file(request, database, row["sha256"], media_type, caching)
    except CannotShow:
        raise NotFound(f"There is no picture under the id {id_}") from None
