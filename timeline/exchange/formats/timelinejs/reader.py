"""Read the JSON of TimelineJS 3, and of TimelineJS 1 ({"timeline": {"date": […]}}).

An era becomes a happening of the kind "era". The title slide describes the file, and becomes a happening only if it has a date.
Media, captions, credits and backgrounds stay in the cited row, and the report lists them. Pictures are fetched
only if a person asks for it.
"""

import re
from html import unescape
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.dates.spans import span
from timeline.errors import ImportRefused, Sentence
from timeline.exchange.formats.timelinejs import placed, slides
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import Building, as_list, object_rows, scalar
from timeline.exchange.tables.dates import with_date_questions
from timeline.exchange.text import json_text
from timeline.exchange.text.html_text import one_line
from timeline.exchange.text.json_text import Piece
from timeline.exchange.text.own_exports import OWN_KEYS, has_additions

MEDIA: Final = (
    "it stays in the row that is cited, from which exports for TimelineJS take it; to archive the pictures, import the file with"
    " --fetch-media"
)
REFUSED: Final = "the row is refused, so that nothing cites it"
_ASSIGNED: Final = re.compile(r"\s*(?:var\s+|let\s+|const\s+)?[\w.$]+\s*=\s*(?=\{)")
_FIELDS: Final = frozenset(
    ("start_date", "end_date", "display_date", "text", "media", "group", "unique_id", "edtf", "type", "background")
)
_OLD: Final = frozenset(("startDate", "endDate", "headline", "text", "asset", "tag", "date", "era", "unique_id"))
_IN_DATES: Final = frozenset(("year", "month", "day", "hour", "minute", "second", "millisecond", "time", "display_date"))
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")


def read(text: str, **_: object) -> Read:
    """Read the slides and eras."""
    prefix = _ASSIGNED.match(text)
    document = json_text.document(text, prefix.end() if prefix else 0)
    version_1 = json_text.member(text, document, "timeline")
    if version_1 is not None and isinstance(version_1.value, dict):
        return _read_version_1(text, version_1)
    content = document.value
    if not isinstance(content, dict) or not isinstance(content.get("events", content.get("eras")), list):
        raise ImportRefused('not TimelineJS: it holds no list of "events". Choose another format')
    members = json_text.members(text, document)
    pieces = [(members["title"], "title")] if isinstance(content.get("title"), dict) else []
    for name, kind in (("events", ""), ("eras", "era")):
        if name in members:
            pieces += [(piece, kind) for piece in json_text.elements(text, members[name])]
    return Read(_rows(pieces), _headline(content.get("title")), _notes(content, {"title", "events", "eras"}))


def _rows(pieces: list[tuple[Piece, str]]) -> list[Row]:
    """Make a row of each slide or era, in the file's order."""
    pieces.sort(key=lambda pair: pair[0].start)

    def row(number: int, piece: Piece) -> Row:
        build = slide(piece.value, pieces[number - 1][1])
        return build.row(number, piece.start, piece.end, key=piece.value.get("unique_id"), id=id_of(piece.value))

    return list(with_date_questions(object_rows((piece for piece, _ in pieces), row)))


def id_of(slide: dict[str, Any]) -> str | None:
    """Return the id of the happening from which our own export wrote a slide. Return None for any other slide."""
    text = slide.get("text")
    ours = isinstance(text, dict) and has_additions(text.get("text"))
    return scalar(slide.get("unique_id")) if ours and "edtf" in slide else None


def slide(content: dict[str, Any], kind: str) -> Building:
    """Read a slide, an era or the title: `kind` is "", "era" or "title". Rows of the spreadsheet are read as slides too."""
    build = Building()
    text = content.get("text")
    text = text if isinstance(text, dict) else {"text": text}
    build.line("title", text.get("headline"), "text.headline")
    own = build.own_html(text.get("text"), "text.text")
    build.words("summary", text.get("text") if own is None else own, "text.text")
    build.drop_others(text, frozenset(("headline", "text")), "text.")
    if kind == "title" and not content.get("start_date"):
        build.refuse("a title slide without a date: it describes the file")
    if not build.unmoved_edtf(content.get("edtf"), "edtf", lambda: _dates(content), lambda edtf: _dates(dict(placed(span(edtf))))):
        build.date(lambda: _dates(content))
        _note_display_date(build, content)
    build.require_title("headline")
    if own is None:
        build.line("kind", content.get("group") or ("era" if kind == "era" else None), "group")
    else:
        build.exact("kind", unescape(unescape(scalar(content.get("group")) or "")))
        build.claim(content.get("attributed_to"), content.get("date_note"))
    for name in ("start_date", "end_date"):
        if isinstance(parts := content.get(name), dict):
            build.drop("millisecond", parts.get("millisecond"), "times are exact to the second")
            build.drop_others(parts, _IN_DATES, f"{name}.")
    why = MEDIA if build.refused is None else REFUSED
    for media in as_list(content.get("media")):
        if isinstance(media, dict):
            for name, value in media.items():
                build.drop(f"media.{name}", value, why)
        else:
            build.drop("media", media, why)
    build.media = slides.media(content)
    build.drop("background", content.get("background"), why)
    build.drop_others(content, _FIELDS if own is None else {*_FIELDS, *OWN_KEYS})
    return build


def _dates(slide: dict[str, Any]) -> OthersDate:
    start, end = _date(slide.get("start_date")), slide.get("end_date")
    if start is None:
        raise DateUnread("there is no start_date")
    words = "-".join(part for name in (*_PARTS, "time") if (part := scalar(end.get(name)))) if isinstance(end, dict) else end
    return free_text.lasting(start, lambda: _date(end), words)


def _date(value: object) -> OthersDate | None:
    if isinstance(value, dict):
        if not any(scalar(value.get(part)) for part in _PARTS):
            return None
        if (time := scalar(value.get("time"))) and value.get("day"):  # a cell of the spreadsheet
            return free_text.of_time(value.get("year"), value.get("month"), value.get("day"), time)
        return free_text.of_parts(*(value.get(part) for part in _PARTS))
    text = scalar(value)
    return free_text.read(text, "mdy") if text else None


def _displayed(date: object) -> str | None:
    return scalar(date.get("display_date")) if isinstance(date, dict) else None


def _note_display_date(build: Building, slide: dict[str, Any]) -> None:
    """Note the words shown in place of the date, unless they mean the same. Ask if they read as another date."""
    shown, end_shown = scalar(slide.get("display_date")) or _displayed(slide.get("start_date")), _displayed(slide.get("end_date"))
    if end_shown and end_shown != shown:
        build.note(f'its end is shown as "{end_shown}"')
    if not shown:
        return
    date = build.fields.get("date")
    try:
        shown_date = free_text.read(one_line(shown).text).date
    except DateUnread:
        shown_date = None
    if date is not None and shown_date == date:
        return
    build.note(f'shown as "{shown}"')
    if date is not None and shown_date is not None:
        question = 'it is shown as "{}", which reads as {}: say which is right'
        build.ask("date", Sentence(question, one_line(shown).text, shown_date))


def _headline(title: object) -> str | None:
    text = title.get("text") if isinstance(title, dict) else None
    headline = scalar(text.get("headline")) if isinstance(text, dict) else None
    return one_line(headline).text or None if headline else None


def _notes(content: dict[str, Any], names: set[str]) -> tuple[str, ...]:
    others = [name for name, value in content.items() if name not in names and value not in (None, "", [], {})]
    return (f"not imported, because a timeline has no field for it: {', '.join(others)}",) if others else ()


def _read_version_1(text: str, timeline: Piece) -> Read:
    content = timeline.value
    if not isinstance(content.get("date"), list):
        raise ImportRefused('not TimelineJS: "timeline" holds no list of "date". Choose another format')
    members = json_text.members(text, timeline)
    pieces = [
        (piece._replace(value=_as_slide(piece.value)) if isinstance(piece.value, dict) else piece, kind)
        for name, kind in (("date", ""), ("era", "era"))
        if name in members
        for piece in (json_text.elements(text, members[name]) or ([members[name]] if members[name].value else []))
    ]
    title = scalar(content.get("headline"))
    notes = _notes(content, {"headline", "date", "era", "type"})
    return Read(_rows(pieces), one_line(title).text if title else None, notes)


def _as_slide(old: dict[str, Any]) -> dict[str, Any]:
    """Put a slide of version 1 as one of version 3."""
    return {
        "start_date": _old_date(old.get("startDate")),
        "end_date": _old_date(old.get("endDate")),
        "text": {"headline": old.get("headline"), "text": old.get("text")},
        "group": old.get("tag"),
        "media": old.get("asset"),
        **{name: value for name, value in old.items() if name not in _OLD},
    }


def _old_date(value: object) -> object:
    """Split "2011,12,10,07,02,10" into its parts."""
    text = scalar(value)
    if text and "," in text and re.fullmatch(r"[-\d,\s]+", text):
        return dict(zip(_PARTS, text.split(","), strict=False))
    return text
