"""Read Events of schema.org in JSON-LD: alone, in a list, in @graph or an ItemList, or in the script elements of a page.

The subclass of an Event is its kind. EDTF in temporalCoverage takes precedence over startDate.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import OthersDate
from timeline.errors import ImportRefused
from timeline.exchange.rows.row import Read
from timeline.exchange.rows.row_builder import Building, as_list, scalar
from timeline.exchange.tables.dates import with_date_questions
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece
from timeline.exchange.text.own_exports import parse_address

_SCRIPT: Final = re.compile(r"<script\b[^>]*application/ld\+json[^>]*>([^<]*(?:<(?!/?script\b)[^<]*)*)</script", re.I)
_CONTAINERS: Final = ("@graph", "itemListElement", "item", "mainEntity", "subEvent", "event", "events", "hasPart")
_NAMED: Final = frozenset(("@type", "@id", "name"))
_PLACED: Final = _NAMED | {"address", "geo"}
_ADDRESS: Final = _NAMED | {"streetAddress", "addressLocality", "addressCountry"}
_ROLES: Final = ("about", "organizer", "performer", "attendee", "actor", "sponsor")
_FIELDS: Final = frozenset(
    ("@context", "@type", "@id", "identifier", "name", "description", "startDate", "endDate", "temporalCoverage", "location",
     "keywords", "additionalType", "eventStatus", "previousStartDate", "superEvent", *_CONTAINERS, *_ROLES)
)  # fmt: skip
_DEPTH: Final = 20


def read(text: str, **_: object) -> Read:
    """Read the events."""
    notes, pieces, title = list[str](), list[Piece](), None
    page = text.lstrip().startswith("<")
    spans = [match.span(1) for match in _SCRIPT.finditer(text)] if page else [(0, len(text))]
    for start, end in spans:
        try:
            document = json_text.document(text, start, end)
        except ImportRefused as error:
            if not page:
                raise
            notes.append(f"a script is skipped: {error}")
            continue
        if isinstance(document.value, dict) and not _is_event(document.value):
            title = title or scalar(document.value.get("name"))
        pieces += _events(text, document, 0)
    if not pieces:
        if page and re.search(r"itemtype\s*=\s*[\"']?https?://schema\.org/", text, re.I):
            raise ImportRefused("holds schema.org as microdata, which is not read, only JSON-LD. Put its events in a table")
        raise ImportRefused("holds no Event of schema.org. Choose another format")
    rows = [
        _event(piece.value).row(n, piece.start, piece.end, key=_key(piece.value), id=_id(piece.value))
        for n, piece in enumerate(pieces, start=1)
    ]
    return Read(with_date_questions(rows), title, tuple(notes))


def _events(text: str, piece: Piece, depth: int) -> Iterator[Piece]:
    if depth > _DEPTH:
        return
    if isinstance(piece.value, list):
        for item in json_text.elements(text, piece):
            yield from _events(text, item, depth + 1)
    elif isinstance(piece.value, dict):
        if _is_event(piece.value):
            yield piece
        if any(name in piece.value for name in _CONTAINERS):
            for name, member in json_text.members(text, piece).items():
                if name in _CONTAINERS:
                    yield from _events(text, member, depth + 1)


def _types(thing: dict[str, Any]) -> list[str]:
    return [re.split(r"[/#:]", str(type))[-1] for type in as_list(thing.get("@type"))]


def _is_event(thing: dict[str, Any]) -> bool:
    return any(re.search(r"(?:Event|Festival|Hackathon|CourseInstance|EventSeries)$", type) for type in _types(thing))


def _key(event: dict[str, Any]) -> str | None:
    return scalar(event.get("identifier")) or scalar(event.get("@id"))


def _id(event: dict[str, Any]) -> str | None:
    """Return the id of the happening from which our own export wrote an event. Return None for any other event."""
    id = _happening_id(event.get("@id"))
    return id if id is not None and id == event.get("identifier") else None


def _happening_id(address: object) -> str | None:
    kind, id = parse_address(address)
    return id if kind == "happening" else None


def _name(value: object) -> str | None:
    """Return a text, or the name of a thing. Of a list, only the first item counts."""
    if isinstance(value, list):
        return _name(value[0]) if value else None
    if isinstance(value, dict):
        return next((text for name in ("name", "@value", "text") if (text := scalar(value.get(name)))), None)
    return scalar(value)


def _date(start: str | None, end: str | None) -> OthersDate:
    first = free_text.read(start or "")
    return free_text.lasting(first, lambda: free_text.read(end) if end else None, end)


def _event(event: dict[str, Any]) -> Building:
    build = Building()
    ours = _id(event) is not None
    if ours:
        build.exact("title", event.get("name"))
        build.own_words("summary", event.get("description"), "description")
        build.exact("kind", event.get("additionalType"))
        build.claim(next((_name(work.get("author")) for work in as_list(event.get("subjectOf")) if "Claim" in _types(work)), None))
    else:
        build.line("title", _name(event.get("name") or event.get("headline")), "name")
        build.words("summary", _name(event.get("description")), "description")
    start, end = _name(event.get("startDate")), _name(event.get("endDate"))
    edtf = event.get("temporalCoverage") or (ours and "/".join(filter(None, (start, end))))
    if not build.edtf(edtf, "temporalCoverage"):
        build.date(lambda: _date(start, end))
    build.require_title("name")
    if not ours:
        kind = _name(event.get("additionalType")) or next((type for type in _types(event) if type != "Event"), None)
        build.line("kind", kind, "@type")
    _place(build, event.get("location"), ours=ours)
    _actors(build, event, ours=ours)
    _part_of(build, event.get("superEvent"))
    keywords = event.get("keywords")
    if not isinstance(keywords, list):
        build.tags([tag for word in as_list(keywords) for tag in (_name(word) or "").split("," if isinstance(word, str) else "\n")])
    elif ours:
        build.fields["tags"] = [tag for word in keywords if (tag := scalar(word))]
    else:
        build.tags([_name(word) or "" for word in keywords])
    if before := _name(event.get("previousStartDate")):
        build.note(f"was to begin {before}")
    status = (_name(event.get("eventStatus")) or "").rpartition("/")[2]
    if status not in ("", "EventScheduled"):
        build.drop("eventStatus", status, "it may not have happened then")
        build.ask("eventStatus", f"it is {status}: check that it happened")
    build.drop_others(event, _FIELDS)
    return build


def _part_of(build: Building, parent: object) -> None:
    """Read the event of which this is part: a happening of ours, or an event of this file by its key."""
    key = _key(parent) if isinstance(parent, dict) else scalar(parent)
    id = _happening_id(parent.get("@id")) if isinstance(parent, dict) else None
    if id or key:
        build.exact("part_of", id or key)
    else:
        build.drop("superEvent", parent)


def _place(build: Building, value: object, *, ours: bool) -> None:
    for at, place in enumerate(as_list(value)):
        if at:
            build.drop("location", place, "a happening has one place")
            continue
        address = place.get("address") if isinstance(place, dict) else None
        parts = (
            [_name(address.get(name)) for name in ("streetAddress", "addressLocality", "addressCountry")]
            if isinstance(address, dict)
            else []
        )
        where = ", ".join(part for part in (_name(place), *(parts or [_name(address)])) if part)
        if ours:
            build.exact("place", where)
        else:
            build.line("place", where, "location")
        if not ours:
            for under, thing, names in (("location.", place, _PLACED), ("location.address.", address, _ADDRESS)):
                build.drop_others(thing if isinstance(thing, dict) else {}, names, under)
        geo = place.get("geo") if isinstance(place, dict) else None
        if isinstance(geo, dict):
            sides = {name: scalar(geo.get(name)) for name in ("latitude", "longitude")}
            if all(side and re.fullmatch(r"-?\d{1,3}(\.\d{1,20})?", side) for side in sides.values()):
                build.fields |= sides
            else:
                build.drop("location.geo", geo)


def _actors(build: Building, event: dict[str, Any], *, ours: bool) -> None:
    actors, seen = list[Any](), set[str]()
    for part in _ROLES:
        for actor in as_list(event.get(part)):
            role = None if part == "about" else part
            inner = actor
            if isinstance(actor, dict) and "Role" in _types(actor):
                inner, role = actor.get(part), _name(actor.get("roleName")) or role
            if not ours:
                for thing in (actor, inner) if inner is not actor else (actor,):
                    names = _NAMED if thing is inner else {*_NAMED, "roleName", part}
                    build.drop_others(thing if isinstance(thing, dict) else {}, names, f"{part}.")
            name = _name(inner) or ""
            name = name if ours else " ".join(name.split())
            if not name:
                build.drop(part, actor, "it has no name")
            elif name.lower() in seen:
                build.drop(part, name, "it is among the actors already")
            else:
                seen.add(name.lower())
                actors.append({"name": name, "role": role} if role else name)
    if actors:
        build.fields["actors"] = actors
