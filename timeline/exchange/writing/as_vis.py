"""Items for vis-timeline: points where a day is known, ranges where it is not, or where it lasted.

A vague date is a range from the first day that is possible to the last, of the class `vague`; `edtf` keeps it to the letter.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from timeline import dates
from timeline.dates import worded
from timeline.exchange.writing import saying
from timeline.exchange.writing.as_timemap import LOSES as OF_TIMEMAP
from timeline.exchange.writing.format import About, Format
from timeline.exchange.writing.parts import Known, span
from timeline.exchange.writing.streaming import listed
from timeline.reading.records import Happening

LOSES: Final = {
    **OF_TIMEMAP,
    "date": "drawn as a range over all days that it allows; `edtf` keeps it to the letter",
    "title.spaces": "read as one space",
    "summary.spaces": "read as one, as in HTML",
    "date.uncertain": "drawn as if it were sure; `edtf` keeps it to the letter",
    "date.open": "drawn at the side that is known; `edtf` keeps it to the letter",
    "date.parts": "drawn from the first to the last day; `edtf` keeps it to the letter",
    "date.hour": "drawn over the whole hour; `edtf` keeps it to the letter",
    "date.shift": "drawn where the reader's own clock puts it; `edtf` keeps it to the letter",
    "place": "said in the title alone",
    "latitude": "left out, with the longitude",
    "tags": "said in the title alone",
    "quotations": "said in the title, with author, title, publisher and date of the source; the rest of both is left out",
    "entries": "not quoted; the file that holds them is named",
    "actors": "said in the title alone",
}
for name in ("date.time", "date_note", "attributed_to"):
    del LOSES[name]


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the items."""
    return listed(_item(happening, about) for happening in happenings if happening.earliest or happening.latest)


def _item(happening: Happening, about: About) -> dict[str, Any]:
    found = span(happening.date)
    item: dict[str, Any] = {"id": happening.id, "content": escape(happening.headline), **placed(happening.date)}
    start = found.start
    by_month = found.end is None and start is not None and start.day is None
    if not found.whole or by_month or (start is not None and start.time != start.clock):
        item["className"] = "vague"
    if happening.kind:
        item["group"] = happening.kind
    when = saying.added(f"<p>{escape(worded(happening.date))}</p>")
    told = {"attributed_to": happening.attributed_to, "date_note": happening.date_note}
    item |= {name: value for name, value in told.items() if value}
    return {**item, "title": f"{when}{saying.html(happening, about)}", "edtf": happening.date}


def placed(edtf: str) -> dict[str, str]:
    """Say where a date of which any side is known is drawn."""
    found, date = span(edtf), dates.parse(edtf)
    first = date.earliest or date.latest or ""
    if found.begin is not None and found.begin.clock and found.end in (None, found.begin):
        return {"start": _instant(first, _time(found.begin)), "type": "point"}
    if date.timed and date.earliest and date.latest:
        return {
            "start": _instant(date.earliest, _time(found.start)),
            "end": _until(date, found.end or found.start),
            "type": "range",
        }
    if date.earliest == date.latest or date.earliest is None or date.latest is None:
        return {"start": _instant(first), "type": "point"}
    return {"start": _instant(first), "end": _instant(date.latest, "T23:59:59"), "type": "range"}


def _time(known: Known | None) -> str:
    """Write the time at which a side begins, as exact as it is known; JavaScript reads no hour alone."""
    if known is None or known.time is None:
        return "T00:00:00"
    return f"T{known.clock or f'{known.time}:00'}{known.shift}"


def _until(date: dates.Edtf, known: Known | None) -> str:
    """Write where a range ends: of an hour, or of a day, with its last second."""
    time = known.time if known is not None else None
    ends = "T23:59:59" if known is None or time is None else f"T{known.clock or f'{time}:59:59'}{known.shift}"
    return _instant(date.latest or "", ends)


def _instant(day: str, time: str = "T00:00:00") -> str:
    """Write a day as JavaScript reads it: before year 0 and after 9999 a year has six digits and a sign."""
    year, _, rest = day[1:].partition("-") if day.startswith("-") else day.partition("-")
    sign = "-" if day.startswith("-") else "+" if len(year) > len("9999") else ""
    return f"{sign}{year.zfill(6) if sign else year}-{rest}{time}"


FORMAT = Format("vis", "vis-timeline", "application/json", ".json", write, LOSES)
