"""Write items for vis-timeline: a point where the day is known, a range where it is vague or the happening lasted.

A vague date is a range from the first possible day to the last, of the class `vague`; `edtf` has the exact date.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from timeline.dates import worded
from timeline.dates.spans import span
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.timemap import writer as timemap
from timeline.exchange.formats.vis import placed
from timeline.exchange.text.json_stream import filled, json_list
from timeline.exchange.text.own_exports import OWN_KEYS
from timeline.reading.records import Happening

LOSES: Final = {
    **{name: words for name, words in timemap.LOSES.items() if name not in ("date.time", "date_note", "attributed_to")},
    "date": "drawn as a range over every day that it allows; `edtf` has the exact date",
    "title.spaces": "read as one space",
    "summary.spaces": "read as one, as in HTML",
    "date.uncertain": "drawn as if it were certain; `edtf` has the exact date",
    "date.open": "drawn at the side that is known; `edtf` has the exact date",
    "date.parts": "drawn from the first to the last day; `edtf` has the exact date",
    "date.hour": "drawn over the whole hour; `edtf` has the exact date",
    "date.shift": "drawn where the reader's own clock puts it; `edtf` has the exact date",
    **dict.fromkeys(("place", "tags", "actors"), "only in the title"),
    "latitude": "left out, with the longitude",
    "quotations": "in the title, with author, title, publisher and date of the source; the rest of both is left out",
}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the items."""
    return json_list(_item(happening, about) for happening in happenings if happening.earliest or happening.latest)


def _item(happening: Happening, about: About) -> dict[str, Any]:
    parts = span(happening.date)
    item: dict[str, Any] = {"id": happening.id, "content": escape(happening.headline), **placed(happening.date)}
    start = parts.start
    by_month = parts.end is None and start is not None and start.day is None
    if not parts.lossless or by_month or (start is not None and start.time != start.clock):
        item["className"] = "vague"
    if happening.kind:
        item["group"] = happening.kind
    when = sentences.mark_added(f"<p>{escape(worded(happening.date))}</p>")
    item |= filled({name: getattr(happening, name) for name in OWN_KEYS})
    return {**item, "title": f"{when}{sentences.html(happening, about)}", "edtf": happening.date}


FORMAT = Format("vis", "vis-timeline", "application/json", ".json", write, LOSES)
