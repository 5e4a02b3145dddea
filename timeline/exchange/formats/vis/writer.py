"""Items for vis-timeline: points where a day is known, ranges where it is not, or where it lasted.

A vague date is a range from the first day that is possible to the last, of the class `vague`; `edtf` keeps it to the letter.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from timeline.dates import worded
from timeline.dates.parts import span
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.timemap.writer import LOSES as OF_TIMEMAP
from timeline.exchange.formats.vis.placing import placed
from timeline.exchange.text.json_stream import listed
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
    when = sentences.added(f"<p>{escape(worded(happening.date))}</p>")
    told = {"attributed_to": happening.attributed_to, "date_note": happening.date_note}
    item |= {name: value for name, value in told.items() if value}
    return {**item, "title": f"{when}{sentences.html(happening, about)}", "edtf": happening.date}


FORMAT = Format("vis", "vis-timeline", "application/json", ".json", write, LOSES)
