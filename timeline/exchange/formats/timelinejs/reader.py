"""TimelineJS: the JSON of version 3, and of the first one ({"timeline": {"date": […]}}).

An era is a happening of the kind "era". The title slide is what the file says of itself; it becomes a happening only where it has
a date. Media, captions, credits and backgrounds are not taken over; they stand in the row, and are told.
"""

import re
from html import unescape
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.dates.parts import span
from timeline.errors import Sentence
from timeline.exchange.formats.timelinejs.placing import placed
from timeline.exchange.importing.record_builder import Building, asked, listed, scalar
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.text import json_text
from timeline.exchange.text.additions import ADDED
from timeline.exchange.text.html_text import one_line
from timeline.exchange.text.json_text import Piece

MEDIA: Final = "a happening shows none; it stays in the row that is cited, from which exports for TimelineJS take it"
REFUSED: Final = "the row is refused, so that nothing cites it"
_ASSIGNED: Final = re.compile(r"\s*(?:var\s+|let\s+|const\s+)?[\w.$]+\s*=\s*(?=\{)")
_KNOWN: Final = frozenset(
    ("start_date", "end_date", "display_date", "text", "media", "group", "unique_id", "edtf", "type", "background")
)
_OURS: Final = frozenset(("attributed_to", "date_note"))
_OLD: Final = frozenset(("startDate", "endDate", "headline", "text", "asset", "tag", "date", "era"))
_IN_DATES: Final = frozenset(("year", "month", "day", "hour", "minute", "second", "millisecond", "time", "display_date"))
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")


def read(text: str, **_: object) -> Read:
    """Read the slides and eras."""
    prefix = _ASSIGNED.match(text)
    whole = json_text.document(text, prefix.end() if prefix else 0)
    first = json_text.member(text, whole, "timeline")
    if first is not None and isinstance(first.value, dict):
        return _first(text, first)
    said = whole.value
    if not isinstance(said, dict) or not isinstance(said.get("events", said.get("eras")), list):
        raise ImportRefused('not TimelineJS: there is no list of "events" in it. Say another format')
    parts = json_text.members(text, whole)
    pieces = [(parts["title"], "title")] if isinstance(said.get("title"), dict) else []
    for name, kind in (("events", ""), ("eras", "era")):
        if name in parts:
            pieces += [(piece, kind) for piece in json_text.elements(text, parts[name])]
    pieces.sort(key=lambda one: one[0].start)
    rows = [_row(number, piece, kind) for number, (piece, kind) in enumerate(pieces, start=1)]
    return Read(asked(rows), _headline(said.get("title")), _notes(said, {"title", "events", "eras"}))


def _row(number: int, piece: Piece, kind: str) -> Row:
    if not isinstance(piece.value, dict):
        return Row(number, piece.start, piece.end, refused="it is not an object")
    build = slide(piece.value, kind)
    return build.row(number, piece.start, piece.end, key=piece.value.get("unique_id"), id=id_of(piece.value))


def id_of(said: dict[str, Any]) -> str | None:
    """Give the id of the happening of a timeline that a slide was written from."""
    text = said.get("text")
    ours = isinstance(text, dict) and f'class="{ADDED}"' in str(text.get("text"))
    return scalar(said.get("unique_id")) if ours and "edtf" in said else None


def slide(said: dict[str, Any], kind: str) -> Building:
    """Read a slide, an era or the title; `kind` is "", "era" or "title". The sheet's rows are read as slides too."""
    build = Building()
    text = said.get("text")
    text = text if isinstance(text, dict) else {"text": text}
    build.line("title", text.get("headline"), "text.headline")
    own = build.own_html(text.get("text"), "text.text")
    build.words("summary", text.get("text") if own is None else own, "text.text")
    build.drop_others(text, frozenset(("headline", "text")), "text.")
    if kind == "title" and not said.get("start_date"):
        build.refuse("a title slide without a date: it is what the file says of itself")
    if not build.kept(said.get("edtf"), "edtf", lambda: _dates(said), lambda edtf: _dates(dict(placed(span(edtf))))):
        try:
            build.date(_dates(said))
        except DateUnread as error:
            build.refuse(error)
        _show(build, said)
    build.titled("headline")
    if own is None:
        build.line("kind", said.get("group") or ("era" if kind == "era" else None), "group")
    else:
        build.exact("kind", unescape(unescape(scalar(said.get("group")) or "")))
        build.claim(said.get("attributed_to"), said.get("date_note"))
    for name in ("start_date", "end_date"):
        if isinstance(parts := said.get(name), dict):
            build.drop("millisecond", parts.get("millisecond"), "a time is told to the second")
            build.drop_others(parts, _IN_DATES, f"{name}.")
    why = MEDIA if build.refused is None else REFUSED
    for media in listed(said.get("media")):
        if isinstance(media, dict):
            for name, value in media.items():
                build.drop(f"media.{name}", value, why)
        else:
            build.drop("media", media, why)
    build.drop("background", said.get("background"), why)
    build.drop_others(said, _KNOWN if own is None else _KNOWN | _OURS)
    return build


def _dates(said: dict[str, Any]) -> OthersDate:
    start, told = _date(said.get("start_date")), said.get("end_date")
    if start is None:
        raise DateUnread("there is no start_date")
    words = "-".join(part for name in (*_PARTS, "time") if (part := scalar(told.get(name)))) if isinstance(told, dict) else told
    return free_text.lasting(start, lambda: _date(told), words)


def _date(said: object) -> OthersDate | None:
    if isinstance(said, dict):
        if not any(scalar(said.get(part)) for part in _PARTS):
            return None
        if (time := scalar(said.get("time"))) and said.get("day"):  # the sheet's cell
            return free_text.of_time(said.get("year"), said.get("month"), said.get("day"), time)
        return free_text.of_parts(*(said.get(part) for part in _PARTS))
    text = scalar(said)
    return free_text.read(text, "mdy") if text else None


def _displayed(date: object) -> str | None:
    return scalar(date.get("display_date")) if isinstance(date, dict) else None


def _show(build: Building, said: dict[str, Any]) -> None:
    """Keep what is shown in place of the date, unless it says the same, and ask where it reads as another."""
    shown, ending = scalar(said.get("display_date")) or _displayed(said.get("start_date")), _displayed(said.get("end_date"))
    if ending and ending != shown:
        build.note(f'its end is shown as "{ending}"')
    if not shown:
        return
    date = build.fields.get("date")
    try:
        vaguer = free_text.read(one_line(shown).text).date
    except DateUnread:
        vaguer = None
    if date is not None and vaguer == date:
        return
    build.note(f'shown as "{shown}"')
    if date is not None and vaguer is not None:
        asked = 'it is shown as "{}", which reads as {}: say which is meant'
        build.ask("date", Sentence(asked, one_line(shown).text, vaguer))


def _headline(title: object) -> str | None:
    text = title.get("text") if isinstance(title, dict) else None
    found = scalar(text.get("headline")) if isinstance(text, dict) else None
    return one_line(found).text or None if found else None


def _notes(said: dict[str, Any], known: set[str]) -> tuple[str, ...]:
    others = [name for name, value in said.items() if name not in known and value not in (None, "", [], {})]
    return (f"not taken over, since a timeline has no place for it: {', '.join(others)}",) if others else ()


def _first(text: str, timeline: Piece) -> Read:
    """Read the first format."""
    said = timeline.value
    if not isinstance(said.get("date"), list):
        raise ImportRefused('not TimelineJS: there is no list of "date" in "timeline". Say another format')
    parts = json_text.members(text, timeline)
    pieces = [
        (piece, kind)
        for name, kind in (("date", ""), ("era", "era"))
        if name in parts
        for piece in (json_text.elements(text, parts[name]) or ([parts[name]] if parts[name].value else []))
    ]
    pieces.sort(key=lambda one: one[0].start)
    rows = list[Row]()
    for number, (piece, kind) in enumerate(pieces, start=1):
        if not isinstance(piece.value, dict):
            rows.append(Row(number, piece.start, piece.end, refused="it is not an object"))
            continue
        rows.append(slide(_as_slide(piece.value), kind).row(number, piece.start, piece.end))
    title = scalar(said.get("headline"))
    notes = _notes(said, {"headline", "date", "era", "type"})
    return Read(asked(rows), one_line(title).text if title else None, notes)


def _as_slide(old: dict[str, Any]) -> dict[str, Any]:
    """Put a slide of the first format as one of the third."""
    return {
        "start_date": _old_date(old.get("startDate")),
        "end_date": _old_date(old.get("endDate")),
        "text": {"headline": old.get("headline"), "text": old.get("text")},
        "group": old.get("tag"),
        "media": old.get("asset"),
        **{name: value for name, value in old.items() if name not in _OLD},
    }


def _old_date(value: object) -> object:
    """Take "2011,12,10,07,02,10" apart."""
    text = scalar(value)
    if text and "," in text and re.fullmatch(r"[-\d,\s]+", text):
        return dict(zip(_PARTS, text.split(","), strict=False))
    return text
