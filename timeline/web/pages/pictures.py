"""Pictures as the pages show them, and the file of one: `/{database}/-/timeline/sources/{source}/image`.

Owns the address of a picture, and the headers with which a browser shows it and runs nothing. Must not decode or change one.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from timeline import fields, images
from timeline.reading import sources
from timeline.reading.records import Picture, Source
from timeline.selection.snapshot import EACH, Snapshot
from timeline.web import access, links
from timeline.web.pages import etag

TABLES = ("sources", "documents")
_FOR_GOOD = "private, max-age=31536000, immutable"
_FIRST = (
    f"select * from (select happening, number, {', '.join(fields.PICTURE)} from happening_media"
    f" where number = 1 and happening in (select value from json_each(:ids)) {EACH}) order by happening"
)


@dataclass(frozen=True)
class PictureView:
    """A picture of a happening: `address` is that of the file, None if it was redacted."""

    address: str | None
    alt: str
    caption: str | None
    credit: str | None
    title: str
    source: str


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
    return [_view(datasette, database, picture) for picture in pictures]


def first_of(datasette: Datasette, database: str, snapshot: Snapshot, happenings: Collection[str]) -> dict[str, PictureView]:
    """Return the first picture of each happening that has one and whose file is there, by the happening's id."""
    rows = snapshot.rows(_FIRST, {"ids": json.dumps(list(happenings))})
    stated = [{name: row[name] for name in fields.PICTURE} for row in rows]
    views = of_statement(datasette, database, snapshot, stated)
    return {row["happening"]: view for row, view in zip(rows, views, strict=True) if view.address is not None}


def _view(datasette: Datasette, database: str, picture: Picture) -> PictureView:
    one = picture.source
    title = one.title or one.id
    file = address(datasette, database, one.id, one.sha256, one.media_type) if one.sha256 else None
    page = links.source(datasette, database, one.id)
    return PictureView(file, picture.alt or f"Picture: {title}", picture.caption, picture.credit, title, page)


async def image_file(datasette: Datasette, request: Request) -> Response:
    """Answer with a picture, byte for byte as it was archived; 404 for anything else, however its event describes it."""
    database = await access.open_timeline(datasette, request, *TABLES)
    id_ = tilde_decode(request.url_vars["source"])
    where = "from sources join documents using (sha256) where id = :id and text_sha256 = :empty"
    params = {"id": id_, "empty": images.NO_TEXT}
    row = (await database.execute(f"select sha256, substr(bytes, 1, {images.HEAD}) as head {where}", params)).first()
    media_type = images.media_type(row["head"]) if row is not None and isinstance(row["head"], bytes) else None
    if row is None or media_type is None:
        raise NotFound(f"There is no picture under the id {id_}")
    sha256 = row["sha256"]
    requested = (request.args.get("sha256") or "").partition(".")[0]
    headers = {
        **etag.headers(f'"{sha256}"'),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    if len(requested) >= images.SHORT and sha256.startswith(requested):
        headers["Cache-Control"] = _FOR_GOOD
    if sha256 in re.findall(r'"([^"]*)"', request.headers.get("if-none-match") or ""):
        return Response("", status=304, headers=headers)
    content = (await database.execute(f"select bytes {where}", params)).first()
    return Response(bytes(content["bytes"]), headers=headers, content_type=media_type)
