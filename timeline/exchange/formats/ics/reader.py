"""iCalendar (RFC 5545): each VEVENT with its slice; values are read by icalendar. A repeated event is its first occurrence alone.

A day is the day; the end of whole days is the last of them. Our own exports hold the date as EDTF, which comes first unless the
event was moved since, and name what they had to leave out.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

import icalendar

from timeline import instants
from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.errors import DateInvalid, Sentence
from timeline.exchange.formats.ics.times import before_title, times_of
from timeline.exchange.importing.record_builder import RETRACTED, Building, asked, listed, scalar, shown
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.text.additions import RULE

_EVENT: Final = re.compile(r"^BEGIN:VEVENT[ \t]*(?:\r\n|\r|\n).*?(?:^END:VEVENT|(?=^BEGIN:VEVENT)|\Z)", re.M | re.S | re.I)
_KNOWN: Final = frozenset(
    ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "DTSTART", "DTEND", "DURATION", "CATEGORIES", "STATUS", "DTSTAMP",
     "SEQUENCE", "RELATED-TO", "X-TIMELINE-EDTF", "X-TIMELINE-KIND", "X-TIMELINE-ZONE", "X-TIMELINE-ATTRIBUTED-TO",
     "X-TIMELINE-DATE-NOTE")
)  # fmt: skip
_OURS: Final = frozenset(("LAST-MODIFIED", "TRANSP", "URL"))  # what our own exports say of the log, or alike of every event
_LEFT_OUT: Final = re.compile(r"^X-TIMELINE-LEFT-OUT:(.*(?:\n[ \t].*)*)", re.M)
_OWN: Final = re.compile(r"^(X-TIMELINE-[A-Z-]+):(.*)$", re.M | re.I)
_DIGITS: Final = re.compile(r"^GEO[^:\n]*:[ \t]*(-?\d{1,3}(?:\.\d{1,20})?);(-?\d{1,3}(?:\.\d{1,20})?)[ \t]*$", re.M | re.I)
_ENDS: Final = ("DTEND", "DURATION")
_REPEATS: Final = ("RRULE", "RDATE", "EXDATE")


def read(text: str, **_: object) -> Read:
    """Read the events."""
    unified = text.replace("\r", "\n")  # as long as the text, so that the slices are its own
    found = list(_EVENT.finditer(unified))
    if not found and not re.search(r"^BEGIN:VCALENDAR", unified, re.M | re.I):
        raise ImportRefused('not iCalendar: no line is "BEGIN:VCALENDAR". Say another format')
    rows = list[Row]()
    for number, one in enumerate(sorted((*found, *_LEFT_OUT.finditer(unified)), key=lambda one: one.start()), start=1):
        end = one.start() + len(text[one.start() : one.end()].rstrip())
        if one.re is _LEFT_OUT:
            said = re.sub(r"\n+[ \t]", "", one[1])
            rows.append(
                Row(number, one.start(), end, refused=f"no calendar can hold it, so the export left it out: {_unescaped(said)}")
            )
            continue
        build, key, id = _event(text[one.start() : end])
        rows.append(build.row(number, one.start(), end, key=key, id=id))
    title = re.search(r"^X-WR-CALNAME[^:\n]*:(.+)$", unified, re.M)
    others = sorted(set(re.findall(r"^BEGIN:(VTODO|VJOURNAL|VFREEBUSY)", unified, re.M)))
    notes = (f"not taken over, since they are no events: {', '.join(others)}",) if others else ()
    return Read(asked(rows), title[1].strip() if title else None, notes)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], text)


def _event(raw: str) -> tuple[Building, str | None, str | None]:
    build = Building()
    lines = "\r\n".join(re.split(r"\r\n|\r|\n", raw))
    try:
        said: Any = icalendar.Event.from_ical(lines)
        values = {str(name).upper(): value for name, value in said.items()}
        key = scalar(str(values["UID"])) if "UID" in values else None
        unfolded = re.sub(r"\n[ \t]", "", lines.replace("\r\n", "\n"))
        broken = _broken(said, unfolded)
        for name, written in broken:
            values.pop(name, None)
            if name not in _ENDS:
                build.drop(name, written, "it is not as iCalendar writes it")
        values |= {name.upper(): _unescaped(value) for name, value in _OWN.findall(unfolded)}  # whose type no library knows
        if digits := _DIGITS.search(unfolded):
            build.fields |= {"latitude": digits[1], "longitude": digits[2]}
        elif (geo := values.get("GEO")) is not None:
            build.fields |= {"latitude": str(geo.latitude), "longitude": str(geo.longitude)}
        ours = "X-TIMELINE-EDTF" in values
        if start := next((written for name, written in broken if name == "DTSTART"), None):
            build.refuse(f'the event is not as iCalendar is written, in "DTSTART:{start}". Correct it')
        (_fill_ours if ours else _fill)(build, values)
        for name, written in broken:
            if name in _ENDS:
                build.note(f'{name} is written "{written}"')
                asked = '{}, "{}", cannot be read, and the beginning alone is taken. Say when it ended'
                build.ask("date", Sentence(asked, name, written))
        if said.subcomponents:
            build.drop("components", ", ".join(str(one.name) for one in said.subcomponents))
    except Exception:
        build.refuse("the event is not as iCalendar is written. Correct it")
        return build, None, None
    if key and ours:
        key = unquote(key.rpartition("@")[0]) or key
    return build, key, key if ours else None


def _broken(event: Any, unfolded: str) -> list[tuple[str, str]]:  # noqa: ANN401 - icalendar's own
    """Give the name of each property that cannot be read, and what is written there; a line without a name is told whole."""
    found = []
    for name, why in event.errors:
        pattern = rf"^{re.escape(name)}[^:\n]*:(.*)$" if name else r"(?!)"
        line = re.search(pattern, unfolded, re.M | re.I)
        found.append((str(name).upper() if name else "a line", shown(line[1] if line else why)))
    return found


def _fill_ours(build: Building, said: dict[str, Any]) -> None:
    """Read an event that an export of a timeline wrote: to the letter, and without what was added."""
    title, kind, zone = (_plain(said.get(name)) for name in ("SUMMARY", "X-TIMELINE-KIND", "X-TIMELINE-ZONE"))
    edtf = _plain(said.get("X-TIMELINE-EDTF"))
    kept = build.kept(edtf, "X-TIMELINE-EDTF", lambda: _when(said, Building()), lambda edtf: _written(edtf, zone))
    if kept:
        build.exact("zone", zone)
        title = (title or "").removeprefix(before_title(build.fields["date"]))
    else:
        _dated(build, said)
        build.ask("title", "the event was moved: see that its title does not say the old date")
    build.exact("title", title)
    build.claim(_plain(said.get("X-TIMELINE-ATTRIBUTED-TO")), _plain(said.get("X-TIMELINE-DATE-NOTE")))
    words = _plain(said.get("DESCRIPTION")) or ""
    build.own_words("summary", words if RULE in words else f"{RULE}{words}", "DESCRIPTION")
    build.exact("place", _plain(said.get("LOCATION")))
    build.exact("kind", kind)
    tags = _categories(said)
    if kind in tags:
        tags.remove(kind)
    if tags:
        build.fields["tags"] = tags
    if whole := _plain(said.get("RELATED-TO")):
        build.exact("part_of", unquote(whole.rpartition("@")[0]) or whole)
    if _plain(said.get("STATUS")) == "CANCELLED":
        build.refuse(RETRACTED)
    _others(build, said, _KNOWN | _OURS)


def _written(edtf: str, zone: str | None) -> OthersDate:
    """Read what our own exports say for a date in the calendar's own terms."""
    try:
        at = instants.instant(edtf, zone) if "T" in edtf else None
    except DateInvalid:
        at = None
    times = times_of(edtf, at)
    if times is None:
        raise DateUnread("is in no calendar", edtf)
    event: Any = icalendar.Event.from_ical("\r\n".join(("BEGIN:VEVENT", *times, "END:VEVENT", "")))
    return _when({str(name).upper(): value for name, value in event.items()}, Building())


def _fill(build: Building, said: dict[str, Any]) -> None:
    build.words("summary", _plain(said.get("DESCRIPTION")), "DESCRIPTION")
    _dated(build, said)
    build.line("title", _plain(said.get("SUMMARY")), "SUMMARY")
    build.titled("SUMMARY")
    build.line("place", _plain(said.get("LOCATION")), "LOCATION")
    build.tags(_categories(said))
    if (status := _plain(said.get("STATUS")) or "").upper() in ("CANCELLED", "TENTATIVE"):
        build.drop("STATUS", status, "it may not have happened")
        build.ask("STATUS", f"it is {status.lower()}: say if it happened")
    _others(build, said, _KNOWN - {"RELATED-TO"})


def _dated(build: Building, said: dict[str, Any]) -> None:
    try:
        build.date(_when(said, build))
    except DateUnread as error:
        build.refuse(error)


def _categories(said: dict[str, Any]) -> list[str]:
    return [str(one) for held in listed(said.get("CATEGORIES")) for one in held.cats]


def _others(build: Building, said: dict[str, Any], known: frozenset[str]) -> None:
    for name, value in said.items():
        if name in _REPEATS:
            build.drop(name, _plain(value) or "words that say nothing", "the first occurrence alone is taken")
        elif name not in known:
            build.drop(name, _plain(value))


def _plain(value: object) -> str | None:
    """Write a property as text."""
    if value is None:
        return None
    if isinstance(value, list):
        return "; ".join(filter(None, map(_plain, value)))
    if isinstance(value, str):
        return str(value)
    made = value.to_ical() if hasattr(value, "to_ical") else str(value)
    return made.decode("utf-8", "replace") if isinstance(made, bytes) else str(made)


def _when(said: dict[str, Any], build: Building) -> OthersDate:
    if "DTSTART" not in said:
        raise DateUnread("there is no DTSTART")
    start, end = said["DTSTART"], said.get("DTEND")
    first = start.dt
    last = end.dt if end is not None else first + said["DURATION"].dt if "DURATION" in said else None
    found = _date(first, start, build)
    if last is None:
        return found
    if not isinstance(first, datetime) and not isinstance(last, datetime) and last < first:
        asked = "DTEND ({}) is before DTSTART, which alone is taken. Say when it ended"
        build.ask("date", Sentence(asked, last.isoformat()))
    if not isinstance(last, datetime):
        last = max(last - timedelta(days=1), first) if not isinstance(first, datetime) else last  # the end is the day after
    return free_text.interval(found, _date(last, end or start, build))


def _date(value: date, prop: Any, build: Building) -> OthersDate:  # noqa: ANN401 - icalendar's own
    if not isinstance(value, datetime):
        return OthersDate(value.isoformat())
    # A calendar has no minute without its second: 00 says nothing.
    local = value.replace(tzinfo=None).isoformat(timespec="seconds" if value.second else "minutes")
    if free_text.MIDNIGHT.search(local):
        build.ask("date", free_text.ASKED_MIDNIGHT)
    if (name := prop.params.get("TZID")) is None:
        return OthersDate(local + ("Z" if value.tzinfo is not None else ""))
    key = getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "zone", None)
    if key is None:
        build.ask("date", Sentence('"{}" is no name of a time zone that is known: the time is taken as local', name))
        return OthersDate(local, f"the time is that of {name}")
    return OthersDate(local, None, None if key == "UTC" else str(key))
