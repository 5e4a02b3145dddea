"""TimeMap items, as TimeMap.js and SIMILE Timeline read them: what is vague has an inner and an outer start and end.

`start` is the first day that is possible, `latestStart` the last on which it began; `earliestEnd` and `end` the same for the end.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timeline import dates
from timeline.dates import worded
from timeline.dates.grammar import read
from timeline.dates.tree import Interval
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.json_stream import listed
from timeline.reading.records import Happening

LOSES: Final = {
    "date.uncertain": "placed as if it were sure; `date` says it in words, `edtf` to the letter",
    "date.open": "placed at the side that is known; `date` says it in words, `edtf` to the letter",
    "date.parts": "placed by the first and the last day; `date` says it in words, `edtf` to the letter",
    "date.time": "placed by the day",
    "date.unknown": "left out, because it could not be placed",
    "zone": "left out",
    "date_note": "said in the description alone",
    "attributed_to": "said in the description alone",
    "actors": "said in the description alone",
    "part_of": "left out",
    "related": "left out",
    "quotations": "said in the description, with author, title, publisher and date of the source; the rest of both is left out",
    "entries": "not quoted; the file that holds them is named",
    "supports": "left out",
    "status": "left out: a retracted happening looks like any other",
    "reason": "left out",
    "recorded_by": "left out, with when it was recorded",
}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the items."""
    return listed(_item(happening, about) for happening in happenings if happening.earliest or happening.latest)


def _item(happening: Happening, about: About) -> dict[str, Any]:
    item: dict[str, Any] = {"id": happening.id, "title": happening.headline, **_when(happening)}
    if happening.latitude is not None and happening.longitude is not None:
        item["point"] = {"lat": float(happening.latitude), "lon": float(happening.longitude)}
    if happening.place:
        item["placemark"] = happening.place
    options: dict[str, Any] = {"description": sentences.html(happening, about)}
    if happening.kind:
        options["kind"] = happening.kind
    if happening.tags:
        options["tags"] = list(happening.tags)
    if about.page:
        options["url"] = about.happening(happening.id)
    return {**item, "date": worded(happening.date), "edtf": happening.date, "options": options}


def _when(happening: Happening) -> dict[str, str]:
    """Give the bounds; a date that lies within one day has a start alone."""
    earliest, latest = happening.earliest, happening.latest
    tree = read(happening.date)
    if isinstance(tree, Interval):
        sides = [
            _days(point.date.text) if point.date and point.end == "stated" else (None, None) for point in (tree.start, tree.finish)
        ]
        (_, latest_start), (earliest_end, _) = sides
    else:
        latest_start, earliest_end = latest, earliest
    if earliest == latest:
        latest_start = earliest_end = latest = None
    found = {
        "start": earliest or latest or "",
        "latestStart": latest_start if earliest else None,
        "earliestEnd": earliest_end if latest else None,
        "end": latest if earliest else None,
    }
    return {name: day for name, day in found.items() if day}


def _days(date: str) -> tuple[str | None, str | None]:
    found = dates.parse(date)
    return found.earliest, found.latest


FORMAT = Format("timemap", "TimeMap", "application/json", ".json", write, LOSES)
