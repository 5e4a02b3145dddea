"""Write iCalendar (RFC 5545): an event for each happening, on the days that its date allows.

A calendar holds days and instants of the years 1 to 9999, and nothing vague. A vague date lasts from the first possible day to the
last, with its words before the title and its EDTF in X-TIMELINE-EDTF. Happenings without such days are listed at the head, in
X-TIMELINE-LEFT-OUT. People are named in words: calendars would send invitations to an ATTENDEE.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote as percent

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.exporting.losses import UNSUPPORTED
from timeline.exchange.formats.ics import OWN_PROPERTIES, before_title, times_of, utc
from timeline.reading import wording
from timeline.reading.records import Happening

OCTETS: Final = 75
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
LOSES: Final = {
    "date": "on every day that it allows, with the date in words before its title; X-TIMELINE-EDTF has the exact date",
    "date.hour": "over the whole hour; X-TIMELINE-EDTF has the exact date",
    "date.second": "written with the second 00, which a calendar demands; X-TIMELINE-EDTF has the exact date",
    "date.open": "on the days of the side that is known; X-TIMELINE-EDTF has the exact date",
    "date.far": "left out if it begins before the year 1 or ends after 9999, and listed in X-TIMELINE-LEFT-OUT",
    "date.unknown": "left out, and listed in X-TIMELINE-LEFT-OUT",
    "zone": "an instant is written in UTC; X-TIMELINE-ZONE has the exact name of the zone",
    "title.spaces": "written as one space",
    "returns": "written as line ends",
    "actors": "only in the description",
    "quotations": "in the description, with author, title, publisher and date of the source; the rest of both is left out",
    "recorded_by": "left out; the time stamp is the time of recording",
    **{name: UNSUPPORTED[name] for name in ("related", "entries", "media", "review")},
}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the calendar. Happenings that it cannot hold are listed at its head."""
    yield from map(_line, ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//timeline//timeline export//EN", "CALSCALE:GREGORIAN"))
    yield _line(f"X-WR-CALNAME:{_escaped(wording.one_line(about.name))}")
    if about.description:
        yield _line(f"X-WR-CALDESC:{_escaped(wording.one_line(about.description))}")
    left_out: list[Happening] = []
    events: list[str] = []
    # The properties of a calendar come before its events, so all events are made before the first is written.
    for happening in happenings:
        times = times_of(happening.date, happening.instant)
        if times is None:
            left_out.append(happening)
        else:
            events.append("".join(map(_line, _event(happening, about, times))))
    for happening in left_out:
        words = f"{happening.id}: {worded(happening.date)}: {wording.one_line(happening.title) or wording.NO_TITLE}"
        yield _line(f"X-TIMELINE-LEFT-OUT:{_escaped(words)}")
    if not events:
        # A calendar must hold a component: a note with the time of the log.
        stamp = utc(about.at)
        yield from map(_line, ("BEGIN:VJOURNAL", "UID:nothing@timeline", f"DTSTAMP:{stamp}"))
        yield from map(_line, ("SUMMARY:None of the chosen happenings fits into a calendar", "END:VJOURNAL"))
    yield from events
    yield _line("END:VCALENDAR")


def _event(happening: Happening, about: About, times: list[str]) -> Iterator[str]:
    title, log = wording.one_line(happening.headline), about.log or "timeline"
    stamp = utc(happening.recorded_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{percent(happening.id, safe='')}@{log}"
    if happening.part_of:
        yield f"RELATED-TO;RELTYPE=PARENT:{percent(happening.part_of, safe='')}@{log}"
    yield from (f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"SEQUENCE:{happening.version - 1}")
    yield from times
    yield f"SUMMARY:{_escaped(before_title(happening.date) + title)}"
    yield f"DESCRIPTION:{_escaped(_description(happening))}"
    categories = [tag for tag in (happening.kind, *happening.tags) if tag]
    if categories:
        yield f"CATEGORIES:{','.join(map(_escaped, categories))}"
    if happening.place:
        yield f"LOCATION:{_escaped(happening.place)}"
    if happening.latitude and happening.longitude:
        yield f"GEO:{happening.latitude};{happening.longitude}"
    if about.page:
        yield f"URL:{about.happening(happening.id)}"
    yield f"STATUS:{'CANCELLED' if happening.status == 'retracted' else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield f"X-TIMELINE-EDTF:{_escaped(happening.date)}"
    yield from (f"{name}:{_escaped(value)}" for name, field in OWN_PROPERTIES.items() if (value := getattr(happening, field)))
    yield "END:VEVENT"


def _description(happening: Happening) -> str:
    lines = [f"Date: {worded(happening.date)}"]
    lines += [f"{name}: {wording.one_line(words)}" for name, words in sentences.fields(happening) if words != happening.place]
    if happening.reason and happening.status == "retracted":
        lines.append(f"Retracted: {wording.one_line(happening.reason)}")
    elif happening.reason and happening.version > 1:
        lines.append(f"Corrected: {wording.one_line(happening.reason)}")
    lines += [sentences.citation(quotation) for quotation in happening.quotations]
    return sentences.with_additions(happening.summary, lines) if happening.summary else "\n".join(lines)


def _escaped(text: str) -> str:
    """Escape the separators in a text and remove control characters."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _line(line: str) -> str:
    """Fold a line that is longer than 75 octets, never within a character."""
    if len(line) <= OCTETS and line.isascii():
        return f"{line}\r\n"
    octets, start, room, folded = line.encode("utf-8", "surrogatepass"), 0, OCTETS, list[bytes]()
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0b1100_0000 == 0b1000_0000:  # within a character
            end -= 1
        folded.append(octets[start:end])
        start, room = end, OCTETS - 1
    return b"\r\n ".join([*folded, octets[start:]]).decode("utf-8", "surrogatepass") + "\r\n"


FORMAT = Format("ics", "iCalendar", "text/calendar; charset=utf-8", ".ics", write, LOSES, status="all")
