"""Events of schema.org in JSON-LD: alone, in a list, in @graph or an ItemList, or in the script elements of a page.

A subclass of Event is the kind. EDTF in temporalCoverage comes before startDate.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.exchange.importing import addresses
from timeline.exchange.importing.record_builder import Building, asked, listed, scalar
from timeline.exchange.importing.row import ImportRefused, Read
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece

_SCRIPT: Final = re.compile(r"<script\b[^>]*application/ld\+json[^>]*>([^<]*(?:<(?!/?script\b)[^<]*)*)</script", re.I)
_WITHIN: Final = ("@graph", "itemListElement", "item", "mainEntity", "subEvent", "event", "events", "hasPart")
_NAMED: Final = frozenset(("@type", "@id", "name"))
_PLACED: Final = _NAMED | {"address", "geo"}
_ADDRESS: Final = _NAMED | {"streetAddress", "addressLocality", "addressCountry"}
_ROLES: Final = ("about", "organizer", "performer", "attendee", "actor", "sponsor")
_KNOWN: Final = frozenset(
    ("@context", "@type", "@id", "identifier", "name", "description", "startDate", "endDate", "temporalCoverage", "location",
     "keywords", "additionalType", "eventStatus", "previousStartDate", "superEvent", *_WITHIN, *_ROLES)
)  # fmt: skip
_DEPTH: Final = 20


def read(text: str, **_: object) -> Read:
    """Read the events."""
    notes, pieces, title = list[str](), list[Piece](), None
    page = text.lstrip().startswith("<")
    spans = [one.span(1) for one in _SCRIPT.finditer(text)] if page else [(0, len(text))]
    for start, end in spans:
        try:
            whole = json_text.document(text, start, end)
        except ImportRefused as error:
            if not page:
                raise
            notes.append(f"a script is passed over: {error}")
            continue
        if isinstance(whole.value, dict) and not _is_event(whole.value):
            title = title or scalar(whole.value.get("name"))
        pieces += _events(text, whole, 0)
    if not pieces:
        if page and re.search(r"itemtype\s*=\s*[\"']?https?://schema\.org/", text, re.I):
            raise ImportRefused("tells of schema.org as microdata, which is not read here, only JSON-LD. Put its events in a table")
        raise ImportRefused("no Event of schema.org is in it. Say another format")
    rows = [
        _event(piece.value).row(n, piece.start, piece.end, key=_key(piece.value), id=_id(piece.value))
        for n, piece in enumerate(pieces, start=1)
    ]
    return Read(asked(rows), title, tuple(notes))


def _events(text: str, piece: Piece, depth: int) -> Iterator[Piece]:
    if depth > _DEPTH:
        return
    if isinstance(piece.value, list):
        for one in json_text.elements(text, piece):
            yield from _events(text, one, depth + 1)
    elif isinstance(piece.value, dict):
        if _is_event(piece.value):
            yield piece
        if any(name in piece.value for name in _WITHIN):
            for name, one in json_text.members(text, piece).items():
                if name in _WITHIN:
                    yield from _events(text, one, depth + 1)


def _types(said: dict[str, Any]) -> list[str]:
    return [re.split(r"[/#:]", str(one))[-1] for one in listed(said.get("@type"))]


def _is_event(said: dict[str, Any]) -> bool:
    return any(re.search(r"(?:Event|Festival|Hackathon|CourseInstance|EventSeries)$", one) for one in _types(said))


def _key(said: dict[str, Any]) -> str | None:
    return scalar(said.get("identifier")) or scalar(said.get("@id"))


def _id(said: dict[str, Any]) -> str | None:
    """Give the id of the happening of a timeline that an event was written from."""
    id = addresses.happening(said.get("@id"))
    return id if id is not None and id == said.get("identifier") else None


def _word(value: object) -> str | None:
    """Give the name of what may be a text, a thing with a name, or a text in a language."""
    if isinstance(value, list):
        return _word(value[0]) if value else None
    if isinstance(value, dict):
        return next((found for name in ("name", "@value", "text") if (found := scalar(value.get(name)))), None)
    return scalar(value)


def _event(said: dict[str, Any]) -> Building:
    build = Building()
    ours = _id(said) is not None
    if ours:
        build.exact("title", said.get("name"))
        build.own_words("summary", said.get("description"), "description")
        build.exact("kind", said.get("additionalType"))
        build.claim(next((_word(one.get("author")) for one in listed(said.get("subjectOf")) if "Claim" in _types(one)), None))
    else:
        build.line("title", _word(said.get("name") or said.get("headline")), "name")
        build.words("summary", _word(said.get("description")), "description")
    start, end = _word(said.get("startDate")), _word(said.get("endDate"))
    edtf = said.get("temporalCoverage") or (ours and "/".join(filter(None, (start, end))))
    if not build.edtf(edtf, "temporalCoverage"):
        try:
            first = free_text.read(start or "")
            build.date(free_text.lasting(first, lambda: free_text.read(end) if end else None, end))
        except DateUnread as error:
            build.refuse(error)
    build.titled("name")
    if not ours:
        kind = _word(said.get("additionalType")) or next((one for one in _types(said) if one != "Event"), None)
        build.line("kind", kind, "@type")
    _place(build, said.get("location"), ours=ours)
    _actors(build, said, ours=ours)
    _whole(build, said.get("superEvent"))
    words = [
        part for one in listed(said.get("keywords")) for part in (_word(one) or "").split("," if isinstance(one, str) else "\n")
    ]
    if not isinstance(said.get("keywords"), list):
        build.tags(words)
    elif ours:
        build.fields["tags"] = [tag for one in said["keywords"] if (tag := scalar(one))]
    else:
        build.tags([_word(one) or "" for one in said["keywords"]])
    if before := _word(said.get("previousStartDate")):
        build.note(f"was to begin {before}")
    status = (_word(said.get("eventStatus")) or "").rpartition("/")[2]
    if status not in ("", "EventScheduled"):
        build.drop("eventStatus", status, "it may not have happened then")
        build.ask("eventStatus", f"it is {status}: say if it happened")
    build.drop_others(said, _KNOWN)
    return build


def _whole(build: Building, whole: object) -> None:
    """Read what an event is part of: a happening of ours, or an event of this file, by what it is called there."""
    key = _key(whole) if isinstance(whole, dict) else scalar(whole)
    id = addresses.happening(whole.get("@id")) if isinstance(whole, dict) else None
    if id or key:
        build.exact("part_of", id or key)
    else:
        build.drop("superEvent", whole)


def _place(build: Building, value: object, *, ours: bool) -> None:
    for at, place in enumerate(listed(value)):
        if at:
            build.drop("location", place, "a happening has one place")
            continue
        address = place.get("address") if isinstance(place, dict) else None
        parts = (
            [_word(address.get(name)) for name in ("streetAddress", "addressLocality", "addressCountry")]
            if isinstance(address, dict)
            else []
        )
        told = [_word(place), *(parts or [_word(address)])]
        where = ", ".join(part for part in told if part)
        if ours:
            build.exact("place", where)
        else:
            build.line("place", where, "location")
        if not ours:
            for under, said, taken in (("location.", place, _PLACED), ("location.address.", address, _ADDRESS)):
                build.drop_others(said if isinstance(said, dict) else {}, taken, under)
        geo = place.get("geo") if isinstance(place, dict) else None
        if isinstance(geo, dict):
            sides = {name: scalar(geo.get(name)) for name in ("latitude", "longitude")}
            if all(one and re.fullmatch(r"-?\d{1,3}(\.\d{1,20})?", one) for one in sides.values()):
                build.fields |= sides
            else:
                build.drop("location.geo", geo)


def _actors(build: Building, said: dict[str, Any], *, ours: bool) -> None:
    actors, seen = list[Any](), set[str]()
    for part in _ROLES:
        for one in listed(said.get(part)):
            role = None if part == "about" else part
            inner = one
            if isinstance(one, dict) and "Role" in _types(one):
                inner, role = one.get(part), _word(one.get("roleName")) or role
            if not ours:
                for held in (one, inner) if inner is not one else (one,):
                    taken = _NAMED if held is inner else {*_NAMED, "roleName", part}
                    build.drop_others(held if isinstance(held, dict) else {}, taken, f"{part}.")
            name = _word(inner) or ""
            name = name if ours else " ".join(name.split())
            if not name:
                build.drop(part, one, "it has no name")
            elif name.lower() in seen:
                build.drop(part, name, "it is among the actors already")
            else:
                seen.add(name.lower())
                actors.append({"name": name, "role": role} if role else name)
    if actors:
        build.fields["actors"] = actors
