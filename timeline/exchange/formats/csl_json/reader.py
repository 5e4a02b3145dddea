"""Read CSL-JSON, as Zotero and pandoc write it. Each item becomes a source."""

import re
from dataclasses import replace
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.errors import ImportRefused
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import IN_FILE, Building, as_list, scalar
from timeline.exchange.text import json_text
from timeline.exchange.text.own_exports import DIGEST

_FIELDS: Final = frozenset(("id", "title", "author", "publisher", "container-title", "issued", "URL", "DOI", "language"))


def read(text: str, **_: object) -> Read:
    """Read the items."""
    document = json_text.document(text)
    items = json_text.member(text, document, "items") or document
    pieces = json_text.elements(text, items) if isinstance(items.value, list) else [items]
    if not all(isinstance(piece.value, dict) for piece in pieces) or not any(
        "type" in piece.value or "title" in piece.value for piece in pieces
    ):
        raise ImportRefused("not CSL-JSON: it holds no item with a type or a title. Choose another format")
    rows = list[Row]()
    for number, piece in enumerate(pieces, start=1):
        build = _item(piece.value)
        rows.append(build.row(number, piece.start, piece.end, "source", key=piece.value.get("id")))
    return Read(rows)


def _item(item: dict[str, Any]) -> Building:
    build = Building()
    ours = DIGEST in str(item.get("note"))
    author = "; ".join(filter(None, map(_name, as_list(item.get("author")))))
    publisher, container = item.get("publisher"), item.get("container-title")
    fields = (("title", item.get("title")), ("author", author), ("publisher", publisher or container))
    build.bibliography(*((name, value, name) for name, value in fields), exact=ours)
    if publisher:
        build.drop("container-title", container, IN_FILE)
    issued = item.get("issued")
    edtf = issued.get("edtf") if isinstance(issued, dict) else None
    if issued not in (None, "", {}) and not build.published_edtf(edtf):
        build.published(lambda: _issued(issued), "issued", issued)
    doi = scalar(item.get("DOI"))
    build.url(item.get("URL") or (doi and f"https://doi.org/{doi.removeprefix('https://doi.org/')}"), "URL")
    if item.get("URL"):
        build.drop("DOI", doi, IN_FILE)
    build.language(item.get("language"), "language")
    build.drop_others(item, _FIELDS, why=IN_FILE)
    return build


def _name(author: object) -> str | None:
    if not isinstance(author, dict):
        return scalar(author)
    parts = [scalar(author.get(part)) for part in ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")]
    return scalar(author.get("literal")) or " ".join(part for part in parts if part) or None


def _issued(issued: object) -> OthersDate:
    """Read date-parts, or the words. "circa" makes the date approximate."""
    if not isinstance(issued, dict):
        return free_text.read(scalar(issued) or "")
    parts = issued.get("date-parts")
    sides = [side for side in parts if isinstance(side, list) and side] if isinstance(parts, list) else []
    if not sides:
        words = scalar(issued.get("edtf")) or scalar(issued.get("raw")) or scalar(issued.get("literal")) or ""
        if "season" in issued and not words:
            raise DateUnread("a season without a year")
        return free_text.read(words)
    ends = [free_text.of_parts(*side[:3]) for side in sides[:2]]
    date = free_text.interval(*ends) if len(ends) == 2 else ends[0]
    season = {"1": 21, "2": 22, "3": 23, "4": 24}.get(scalar(issued.get("season")) or "")
    if season and re.fullmatch(r"-?\d{4}", date.date):
        date = replace(date, date=f"{date.date}-{season}")
    return free_text.about(date) if issued.get("circa") else date
