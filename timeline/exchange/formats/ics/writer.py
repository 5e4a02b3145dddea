"""iCalendar (RFC 5545): an event for each happening, by the days that its date allows.

A calendar holds days and instants of the years 1 to 9999, and nothing vague: a vague date stands from the first day that is
possible to the last, with the date in words before the title, and the EDTF string as X-TIMELINE-EDTF. What has no such days is
named at the head, in X-TIMELINE-LEFT-OUT. People are named in words: an ATTENDEE would be sent invitations.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote as percent

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.ics.times import before_title, times_of, utc
from timeline.reading import wording
from timeline.reading.records import Happening

OCTETS: Final = 75
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
LOSES: Final = {
    "date": "stands on all days that it allows, with the date in words before its title; X-TIMELINE-EDTF keeps it to the letter",
    "date.hour": "stands over the whole hour; X-TIMELINE-EDTF keeps the date to the letter",
    "date.second": "written with the second 00, which a calendar demands; X-TIMELINE-EDTF keeps the date to the letter",
    "date.open": "stands on the days of the side that is known; X-TIMELINE-EDTF keeps the date to the letter",
    "date.far": "left out where it begins before the year 1 or ends after 9999, and named in X-TIMELINE-LEFT-OUT",
    "date.unknown": "left out, and named in X-TIMELINE-LEFT-OUT",
    "zone": "an instant is written in UTC; X-TIMELINE-ZONE keeps the name of the zone to the letter",
    "title.spaces": "written as one space",
    "returns": "written as line ends",
    "actors": "named in the description alone",
    "related": "left out",
    "quotations": "said in the description, with author, title, publisher and date of the source; the rest of both is left out",
    "recorded_by": "left out; when is the time stamp",
    "entries": "not quoted; the file that holds them is named",
}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the calendar. What it cannot hold is named at its end."""
    yield from map(_line, ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//timeline//timeline export//EN", "CALSCALE:GREGORIAN"))
    yield _line(f"X-WR-CALNAME:{_text(wording.one_line(about.name))}")
    if about.description:
        yield _line(f"X-WR-CALDESC:{_text(wording.one_line(about.description))}")
    left: list[Happening] = []
    held = 0
    waiting: list[str] = []
    # Properties of a calendar stand before its components, so that what is left out is known before the first is written.
    for happening in happenings:
        times = times_of(happening.date, happening.instant)
        if times is None:
            left.append(happening)
        else:
            held += 1
            waiting.append("".join(map(_line, _event(happening, about, times))))
    for happening in left:
        named = f"{happening.id}: {worded(happening.date)}: {wording.one_line(happening.title) or wording.NO_TITLE}"
        yield _line(f"X-TIMELINE-LEFT-OUT:{_text(named)}")
    if not held:
        # A calendar must hold something: its own instant, told as what it is.
        stamp = utc(about.at)
        yield from map(_line, ("BEGIN:VJOURNAL", "UID:nothing@timeline", f"DTSTAMP:{stamp}"))
        yield from map(_line, ("SUMMARY:No happening that a calendar can hold was chosen", "END:VJOURNAL"))
    yield from waiting
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
    yield f"SUMMARY:{_text(before_title(happening.date) + title)}"
    yield f"DESCRIPTION:{_text(_description(happening))}"
    categories = [tag for tag in (happening.kind, *happening.tags) if tag]
    if categories:
        yield f"CATEGORIES:{','.join(map(_text, categories))}"
    if happening.place:
        yield f"LOCATION:{_text(happening.place)}"
    if happening.latitude and happening.longitude:
        yield f"GEO:{happening.latitude};{happening.longitude}"
    if about.page:
        yield f"URL:{about.happening(happening.id)}"
    yield f"STATUS:{'CANCELLED' if happening.status == 'retracted' else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield f"X-TIMELINE-EDTF:{_text(happening.date)}"
    if happening.kind:
        yield f"X-TIMELINE-KIND:{_text(happening.kind)}"
    if happening.attributed_to:
        yield f"X-TIMELINE-ATTRIBUTED-TO:{_text(happening.attributed_to)}"
    if happening.date_note:
        yield f"X-TIMELINE-DATE-NOTE:{_text(happening.date_note)}"
    if happening.zone:
        yield f"X-TIMELINE-ZONE:{_text(happening.zone)}"
    yield "END:VEVENT"


def _description(happening: Happening) -> str:
    told = [f"Date: {worded(happening.date)}"]
    told += [f"{name}: {wording.one_line(words)}" for name, words in sentences.lines(happening) if words != happening.place]
    if happening.reason and happening.status == "retracted":
        told.append(f"Retracted: {wording.one_line(happening.reason)}")
    elif happening.reason and happening.version > 1:
        told.append(f"Corrected: {wording.one_line(happening.reason)}")
    told += [sentences.citation(quotation) for quotation in happening.quotations]
    return sentences.described(happening.summary, told) if happening.summary else "\n".join(told)


def _text(text: str) -> str:
    """Write a text as a value: what parts values is escaped, and what cannot be seen is left out."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _line(line: str) -> str:
    """Fold a line where it grows over 75 octets, never within a character."""
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
