"""iCalendar (RFC 5545): each VEVENT with its slice; values are read by icalendar. A repeated event is its first occurrence alone.

A day is the day; the end of whole days is the last of them. Our own exports hold the date as EDTF, which comes first.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

import icalendar

from timeline import dates
from timeline.exchange.reading import others_dates
from timeline.exchange.reading.building import Building, scalar
from timeline.exchange.reading.others_dates import DateUnread, OthersDate
from timeline.exchange.reading.row import ImportRefused, Read, Row

_EVENT: Final = re.compile(r"^BEGIN:VEVENT[ \t]*(?:\r\n|\r|\n).*?(?:^END:VEVENT|(?=^BEGIN:VEVENT)|\Z)", re.M | re.S | re.I)
_KNOWN: Final = frozenset(
    "UID SUMMARY DESCRIPTION LOCATION GEO DTSTART DTEND DURATION CATEGORIES STATUS X-TIMELINE-EDTF DTSTAMP SEQUENCE".split()  # noqa: SIM905
)
_REPEATS: Final = ("RRULE", "RDATE", "EXDATE")


def read(text: str, **_: object) -> Read:
    """Read the events."""
    unified = text.replace("\r", "\n")  # as long as the text, so that the slices are its own
    found = list(_EVENT.finditer(unified))
    if not found and not re.search(r"^BEGIN:VCALENDAR", unified, re.M | re.I):
        raise ImportRefused('not iCalendar: no line is "BEGIN:VCALENDAR". Say another format')
    rows = list[Row]()
    for number, one in enumerate(found, start=1):
        end = one.start() + len(text[one.start() : one.end()].rstrip())
        build, key = _event(text[one.start() : end])
        rows.append(build.row(number, one.start(), end, key=key))
    title = re.search(r"^X-WR-CALNAME[^:\n]*:(.+)$", unified, re.M)
    others = sorted(set(re.findall(r"^BEGIN:(VTODO|VJOURNAL|VFREEBUSY)", unified, re.M)))
    notes = (f"not taken over, since they are no events: {', '.join(others)}",) if others else ()
    return Read(others_dates.ask_first_days(rows), title[1].strip() if title else None, notes)


def _event(raw: str) -> tuple[Building, str | None]:
    build = Building()
    lines = "\r\n".join(re.split(r"\r\n|\r|\n", raw))
    try:
        said: Any = icalendar.Event.from_ical(lines)
        values = {str(name).upper(): value for name, value in said.items()}
        key = scalar(str(values["UID"])) if "UID" in values else None
        _fill(build, values)
        if said.subcomponents:
            build.drop("components", ", ".join(str(one.name) for one in said.subcomponents))
    except Exception:
        build.refuse("the event is not as iCalendar is written. Correct it")
        return build, None
    if key and "X-TIMELINE-EDTF" in values:
        key = unquote(key.rpartition("@")[0]) or key
    return build, key


def _fill(build: Building, said: dict[str, Any]) -> None:
    title = _plain(said.get("SUMMARY"))
    build.words("summary", _plain(said.get("DESCRIPTION")), "DESCRIPTION")
    if build.edtf(_plain(said.get("X-TIMELINE-EDTF")), "X-TIMELINE-EDTF"):
        title = title.removeprefix(f"{dates.words(build.fields['date'])}: ") if title else None
    else:
        try:
            build.date(_when(said, build))
        except DateUnread as error:
            build.refuse(error)
    build.line("title", title, "SUMMARY")
    build.titled("SUMMARY")
    build.line("place", _plain(said.get("LOCATION")), "LOCATION")
    if (geo := said.get("GEO")) is not None:
        build.fields |= {"latitude": str(geo.latitude), "longitude": str(geo.longitude)}
    categories = said.get("CATEGORIES")
    build.tags([str(one) for held in (categories if isinstance(categories, list) else [categories]) if held for one in held.cats])
    if (status := _plain(said.get("STATUS")) or "").upper() in ("CANCELLED", "TENTATIVE"):
        build.drop("STATUS", status, "it may not have happened")
        build.ask("STATUS", f"it is {status.lower()}: say if it happened")
    for name, value in said.items():
        if name in _REPEATS:
            build.drop(name, _plain(value), "the first occurrence alone is taken")
        elif name not in _KNOWN:
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
    if not isinstance(last, datetime):
        last = max(last - timedelta(days=1), first) if not isinstance(first, datetime) else last  # the end is the day after
    return others_dates.interval(found, _date(last, end or start, build))


def _date(value: date, prop: Any, build: Building) -> OthersDate:  # noqa: ANN401 - icalendar's own
    if not isinstance(value, datetime):
        return OthersDate(value.isoformat())
    local = value.replace(tzinfo=None).isoformat(timespec="seconds")
    if (name := prop.params.get("TZID")) is None:
        return OthersDate(local + ("Z" if value.tzinfo is not None else ""))
    key = getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "zone", None)
    if key is None:
        build.ask("date", f'"{name}" is no name of a time zone that is known: the time is taken as local')
        return OthersDate(local, f"the time is that of {name}")
    return OthersDate(local, None, None if key == "UTC" else str(key))
