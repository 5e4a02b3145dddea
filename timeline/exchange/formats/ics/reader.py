"""Read iCalendar (RFC 5545): each VEVENT with its slice. icalendar parses the values. Of a repeated event, only the first counts.

The end of whole days is the last of them. Our own exports hold the date as EDTF, which takes precedence unless somebody moved the
event, and list the happenings that they had to leave out.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

import icalendar

from timeline.dates import free_text, instants
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.errors import DateInvalid, ImportRefused, Sentence
from timeline.exchange.formats.ics import OWN_PROPERTIES, before_title, times_of
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import RETRACTED, Building, as_list, preview, scalar
from timeline.exchange.tables.dates import with_date_questions
from timeline.exchange.text.own_exports import RULE

_EVENT: Final = re.compile(r"^BEGIN:VEVENT[ \t]*(?:\r\n|\r|\n).*?(?:^END:VEVENT|(?=^BEGIN:VEVENT)|\Z)", re.M | re.S | re.I)
_FIELDS: Final = frozenset(
    ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "DTSTART", "DTEND", "DURATION", "CATEGORIES", "STATUS", "DTSTAMP",
     "SEQUENCE", "RELATED-TO", "X-TIMELINE-EDTF", *OWN_PROPERTIES)
)  # fmt: skip
_OURS: Final = frozenset(("LAST-MODIFIED", "TRANSP", "URL"))  # written by our own exports, and not about the happening
_LEFT_OUT: Final = re.compile(r"^X-TIMELINE-LEFT-OUT:(.*(?:\n[ \t].*)*)", re.M)
_OWN: Final = re.compile(r"^(X-TIMELINE-[A-Z-]+):(.*)$", re.M | re.I)
_DIGITS: Final = re.compile(r"^GEO[^:\n]*:[ \t]*(-?\d{1,3}(?:\.\d{1,20})?);(-?\d{1,3}(?:\.\d{1,20})?)[ \t]*$", re.M | re.I)
_ENDS: Final = ("DTEND", "DURATION")
_REPEATS: Final = ("RRULE", "RDATE", "EXDATE")


def read(text: str, **_: object) -> Read:
    """Read the events."""
    unified = text.replace("\r", "\n")  # of the same length, so that the slices fit the text
    events = list(_EVENT.finditer(unified))
    if not events and not re.search(r"^BEGIN:VCALENDAR", unified, re.M | re.I):
        raise ImportRefused('not iCalendar: no line is "BEGIN:VCALENDAR". Choose another format')
    rows = list[Row]()
    in_order = sorted((*events, *_LEFT_OUT.finditer(unified)), key=lambda match: match.start())
    for number, match in enumerate(in_order, start=1):
        start, end = match.start(), match.start() + len(text[match.start() : match.end()].rstrip())
        if match.re is _LEFT_OUT:
            words = _unescaped(re.sub(r"\n+[ \t]", "", match[1]))
            rows.append(Row(number, start, end, refused=f"no calendar can hold it, so the export left it out: {words}"))
        else:
            build, key, id = _event(text[start:end])
            rows.append(build.row(number, start, end, key=key, id=id))
    title = re.search(r"^X-WR-CALNAME[^:\n]*:(.+)$", unified, re.M)
    others = sorted(set(re.findall(r"^BEGIN:(VTODO|VJOURNAL|VFREEBUSY)", unified, re.M)))
    notes = (f"not imported, because they are not events: {', '.join(others)}",) if others else ()
    return Read(with_date_questions(rows), title[1].strip() if title else None, notes)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)


def _event(raw: str) -> tuple[Building, str | None, str | None]:
    build = Building()
    lines = "\r\n".join(re.split(r"\r\n|\r|\n", raw))
    try:
        event: Any = icalendar.Event.from_ical(lines)
        values = {str(name).upper(): value for name, value in event.items()}
        key = scalar(str(values["UID"])) if "UID" in values else None
        unfolded = re.sub(r"\n[ \t]", "", lines.replace("\r\n", "\n"))
        broken = _broken(event, unfolded)
        for name, written in broken:
            values.pop(name, None)
            if name not in _ENDS:
                build.drop(name, written, "it is not valid iCalendar")
        values |= {name.upper(): _unescaped(value) for name, value in _OWN.findall(unfolded)}  # icalendar does not know these
        if digits := _DIGITS.search(unfolded):
            build.fields |= {"latitude": digits[1], "longitude": digits[2]}
        elif (geo := values.get("GEO")) is not None:
            build.fields |= {"latitude": str(geo.latitude), "longitude": str(geo.longitude)}
        ours = "X-TIMELINE-EDTF" in values
        if start := next((written for name, written in broken if name == "DTSTART"), None):
            build.refuse(f'the event is not valid iCalendar, in "DTSTART:{start}". Correct it')
        (_fill_ours if ours else _fill)(build, values)
        for name, written in broken:
            if name in _ENDS:
                build.note(f'{name} is written "{written}"')
                question = '{}, "{}", cannot be read, and only the beginning is used. Correct it if you know the end'
                build.ask("date", Sentence(question, name, written))
        if event.subcomponents:
            build.drop("components", ", ".join(str(component.name) for component in event.subcomponents))
    except Exception:
        build.refuse("the event is not valid iCalendar. Correct it")
        return build, None, None
    if key and ours:
        key = unquote(key.rpartition("@")[0]) or key
    return build, key, key if ours else None


def _broken(event: Any, unfolded: str) -> list[tuple[str, str]]:  # noqa: ANN401 - icalendar's own
    """Return the name and the text of each property that cannot be read. A line without a name is returned as a whole."""
    broken = []
    for name, reason in event.errors:
        pattern = rf"^{re.escape(name)}[^:\n]*:(.*)$" if name else r"(?!)"
        line = re.search(pattern, unfolded, re.M | re.I)
        broken.append((str(name).upper() if name else "a line", preview(line[1] if line else reason)))
    return broken


def _fill_ours(build: Building, values: dict[str, Any]) -> None:
    """Read an event of our own export exactly, and without the additions."""
    title, kind, zone = (_property_text(values.get(name)) for name in ("SUMMARY", "X-TIMELINE-KIND", "X-TIMELINE-ZONE"))
    edtf = _property_text(values.get("X-TIMELINE-EDTF"))
    if build.unmoved_edtf(edtf, "X-TIMELINE-EDTF", lambda: _when(values, Building()), lambda edtf: _exported_date(edtf, zone)):
        build.exact("zone", zone)
        title = (title or "").removeprefix(before_title(build.fields["date"]))
    else:
        build.date(lambda: _when(values, build))
        build.ask("title", "the event was moved: check that its title does not have the old date")
    build.exact("title", title)
    build.claim(_property_text(values.get("X-TIMELINE-ATTRIBUTED-TO")), _property_text(values.get("X-TIMELINE-DATE-NOTE")))
    words = _property_text(values.get("DESCRIPTION")) or ""
    build.own_words("summary", words if RULE in words else f"{RULE}{words}", "DESCRIPTION")
    build.exact("place", _property_text(values.get("LOCATION")))
    build.exact("kind", kind)
    tags = _categories(values)
    if kind in tags:
        tags.remove(kind)
    if tags:
        build.fields["tags"] = tags
    if parent := _property_text(values.get("RELATED-TO")):
        build.exact("part_of", unquote(parent.rpartition("@")[0]) or parent)
    if _property_text(values.get("STATUS")) == "CANCELLED":
        build.refuse(RETRACTED)
    _drop_others(build, values, _FIELDS | _OURS)


def _exported_date(edtf: str, zone: str | None) -> OthersDate:
    """Read the calendar's own times as our export writes them for a date."""
    try:
        instant = instants.instant(edtf, zone) if "T" in edtf else None
    except DateInvalid:
        instant = None
    times = times_of(edtf, instant)
    if times is None:
        raise DateUnread("fits into no calendar", edtf)
    event: Any = icalendar.Event.from_ical("\r\n".join(("BEGIN:VEVENT", *times, "END:VEVENT", "")))
    return _when({str(name).upper(): value for name, value in event.items()}, Building())


def _fill(build: Building, values: dict[str, Any]) -> None:
    build.words("summary", _property_text(values.get("DESCRIPTION")), "DESCRIPTION")
    build.date(lambda: _when(values, build))
    build.line("title", _property_text(values.get("SUMMARY")), "SUMMARY")
    build.require_title("SUMMARY")
    build.line("place", _property_text(values.get("LOCATION")), "LOCATION")
    build.tags(_categories(values))
    if (status := _property_text(values.get("STATUS")) or "").upper() in ("CANCELLED", "TENTATIVE"):
        build.drop("STATUS", status, "it may not have happened")
        build.ask("STATUS", f"it is {status.lower()}: check that it happened")
    _drop_others(build, values, _FIELDS - {"RELATED-TO"})


def _categories(values: dict[str, Any]) -> list[str]:
    return [str(category) for value in as_list(values.get("CATEGORIES")) for category in value.cats]


def _drop_others(build: Building, values: dict[str, Any], fields: frozenset[str]) -> None:
    for name, value in values.items():
        if name in _REPEATS:
            build.drop(name, _property_text(value) or "an empty rule", "only the first occurrence is imported")
        elif name not in fields:
            build.drop(name, _property_text(value))


def _property_text(value: object) -> str | None:
    """Write a property as text."""
    if value is None:
        return None
    if isinstance(value, list):
        return "; ".join(filter(None, map(_property_text, value)))
    if isinstance(value, str):
        return str(value)
    text = value.to_ical() if hasattr(value, "to_ical") else str(value)
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _when(values: dict[str, Any], build: Building) -> OthersDate:
    if "DTSTART" not in values:
        raise DateUnread("there is no DTSTART")
    start, end = values["DTSTART"], values.get("DTEND")
    first = start.dt
    last = end.dt if end is not None else first + values["DURATION"].dt if "DURATION" in values else None
    begin = _date(first, start, build)
    if last is None:
        return begin
    if not isinstance(first, datetime) and not isinstance(last, datetime) and last < first:
        question = "DTEND ({}) is before DTSTART, and only the beginning is used. Correct it if you know the end"
        build.ask("date", Sentence(question, last.isoformat()))
    if not isinstance(last, datetime):
        last = max(last - timedelta(days=1), first) if not isinstance(first, datetime) else last  # the end is the day after
    return free_text.interval(begin, _date(last, end or start, build))


def _date(value: date, prop: Any, build: Building) -> OthersDate:  # noqa: ANN401 - icalendar's own
    if not isinstance(value, datetime):
        return OthersDate(value.isoformat())
    # A calendar has no minute without its second, so 00 may mean nothing.
    local = value.replace(tzinfo=None).isoformat(timespec="seconds" if value.second else "minutes")
    if free_text.MIDNIGHT.search(local):
        build.ask("date", free_text.ASKED_MIDNIGHT)
    if (name := prop.params.get("TZID")) is None:
        return OthersDate(local + ("Z" if value.tzinfo is not None else ""))
    key = getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "zone", None)
    if key is None:
        build.ask("date", Sentence('"{}" is not a known time zone: the time is read as local time', name))
        return OthersDate(local, f"the time is that of {name}")
    return OthersDate(local, None, None if key == "UTC" else str(key))
