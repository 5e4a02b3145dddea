"""Write TimeMap items, for TimeMap.js and SIMILE Timeline. Vague dates have an inner and an outer start and end.

`start` is the first day on which the happening may have begun, `latestStart` the last; `earliestEnd` and `end` are the same for
its end.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timeline import dates
from timeline.dates import worded
from timeline.dates.grammar import read
from timeline.dates.tree import Interval
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.exporting.losses import UNSUPPORTED
from timeline.exchange.text.json_stream import filled, json_list
from timeline.reading.records import Happening

LOSES: Final = {
    "date.uncertain": "placed as if it were certain; `date` has it in words, `edtf` exactly",
    "date.open": "placed at the side that is known; `date` has it in words, `edtf` exactly",
    "date.parts": "placed by the first and the last day; `date` has it in words, `edtf` exactly",
    "date.time": "placed by the day",
    "date.unknown": "left out, because it cannot be placed",
    **dict.fromkeys(("date_note", "attributed_to", "actors"), "only in the description"),
    "quotations": "in the description, with author, title, publisher and date of the source; the rest of both is left out",
    **UNSUPPORTED,
}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the items."""
    return json_list(_item(happening, about) for happening in happenings if happening.earliest or happening.latest)


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
    """Return the bounds of a date. A date within one day has a start alone."""
    earliest, latest = happening.earliest, happening.latest
    tree = read(happening.date)
    if isinstance(tree, Interval):
        sides = [
            _days(side.date.text) if side.date and side.end == "stated" else (None, None) for side in (tree.start, tree.finish)
        ]
        (_, latest_start), (earliest_end, _) = sides
    else:
        latest_start, earliest_end = latest, earliest
    if earliest == latest:
        latest_start = earliest_end = latest = None
    bounds = {
        "start": earliest or latest or "",
        "latestStart": latest_start if earliest else None,
        "earliestEnd": earliest_end if latest else None,
        "end": latest if earliest else None,
    }
    return filled(bounds)


def _days(date: str) -> tuple[str | None, str | None]:
    parsed = dates.parse(date)
    return parsed.earliest, parsed.latest


FORMAT = Format("timemap", "TimeMap", "application/json", ".json", write, LOSES)
