"""CSL-JSON, as Zotero and pandoc write it: each item is a source."""

import re
from dataclasses import replace
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.exchange.importing.record_builder import IN_FILE, Building, listed, scalar
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.text import json_text
from timeline.exchange.text.additions import DIGEST

_KNOWN: Final = frozenset(("id", "title", "author", "publisher", "container-title", "issued", "URL", "DOI", "language"))


def read(text: str, **_: object) -> Read:
    """Read the items."""
    whole = json_text.document(text)
    items = json_text.member(text, whole, "items") or whole
    pieces = json_text.elements(text, items) if isinstance(items.value, list) else [items]
    if not all(isinstance(piece.value, dict) for piece in pieces) or not any(
        "type" in p.value or "title" in p.value for p in pieces
    ):
        raise ImportRefused("not CSL-JSON: there is no item with a type and a title. Say another format")
    rows = list[Row]()
    for number, piece in enumerate(pieces, start=1):
        build = _item(piece.value)
        rows.append(build.row(number, piece.start, piece.end, "source", key=piece.value.get("id")))
    return Read(rows)


def _item(said: dict[str, Any]) -> Building:
    build = Building()
    ours = DIGEST in str(said.get("note"))
    author = "; ".join(filter(None, map(_name, listed(said.get("author")))))
    publisher, container = said.get("publisher"), said.get("container-title")
    told = (("title", said.get("title")), ("author", author), ("publisher", publisher or container))
    build.bibliography(*((name, value, name) for name, value in told), exact=ours)
    if publisher:
        build.drop("container-title", container, IN_FILE)
    issued = said.get("issued")
    edtf = issued.get("edtf") if isinstance(issued, dict) else None
    if issued not in (None, "", {}) and not build.published_edtf(edtf):
        build.published(lambda: _issued(issued), "issued", issued)
    doi = scalar(said.get("DOI"))
    build.url(said.get("URL") or (doi and f"https://doi.org/{doi.removeprefix('https://doi.org/')}"), "URL")
    if said.get("URL"):
        build.drop("DOI", doi, IN_FILE)
    build.language(said.get("language"), "language")
    for name, value in said.items():
        if name not in _KNOWN:
            build.drop(name, value, IN_FILE)
    return build


def _name(said: object) -> str | None:
    if not isinstance(said, dict):
        return scalar(said)
    parts = [scalar(said.get(part)) for part in ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")]
    return scalar(said.get("literal")) or " ".join(part for part in parts if part) or None


def _issued(said: object) -> OthersDate:
    """Read date-parts, or the words; a date about which it says "circa" is one."""
    if not isinstance(said, dict):
        return free_text.read(scalar(said) or "")
    parts = said.get("date-parts")
    sides = [side for side in parts if isinstance(side, list) and side] if isinstance(parts, list) else []
    if not sides:
        words = scalar(said.get("edtf")) or scalar(said.get("raw")) or scalar(said.get("literal")) or ""
        if "season" in said and not words:
            raise DateUnread("a season without a year")
        return free_text.read(words)
    read = [free_text.of_parts(*side[:3]) for side in sides[:2]]
    found = free_text.interval(*read) if len(read) == 2 else read[0]
    season = {"1": 21, "2": 22, "3": 23, "4": 24}.get(scalar(said.get("season")) or "")
    if season and re.fullmatch(r"-?\d{4}", found.date):
        found = replace(found, date=f"{found.date}-{season}")
    return free_text.about(found) if said.get("circa") else found
