"""TimelineJS 3: the JSON that its `new TL.Timeline(element, data)` takes.

Years before our era are written as TimelineJS shows them: -44 is 44 BCE, and there is no year 0. It passes over the keys
`edtf`, `attributed_to` and `date_note`, which keep to the letter what it has no place for. What a slide showed from which a
happening was imported, it shows again: `slides`.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from timeline.dates import worded
from timeline.dates.parts import Span, span
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.formats.timelinejs.placing import placed
from timeline.exchange.text.json_stream import dumps, listed
from timeline.reading.records import Happening

FARTHEST: Final = 200_000  # years: beyond, a browser has no dates, and TimelineJS must be told so
ERA: Final = "era"
_MARKED: Final = re.compile("<|&[#A-Za-z]").search
LOSES: Final = {
    "date.unknown": "left out, because TimelineJS must place everything",
    "date.uncertain": "placed as if it were sure; display_date says it in words, `edtf` to the letter",
    "date.open": "placed at the side that is known; display_date says it in words, `edtf` to the letter",
    "date.parts": "placed at the time that it may be in; display_date says it in words, `edtf` to the letter",
    "date.hour": "placed by the day; display_date says the hour in words, `edtf` to the letter",
    "date.shift": "the time of day is written as the place's own, without it; `edtf` keeps it to the letter",
    "eras": "drawn as bands without a slide, so that only their titles are seen",
    "title.spaces": "read as one space",
    "summary.spaces": "read as one, as in HTML",
    "zone": "left out",
    "place": "said in the text alone",
    "latitude": "left out, with the longitude",
    "actors": "said in the text alone",
    "tags": "said in the text alone",
    "part_of": "left out",
    "related": "left out",
    "quotations": "said in the text, with author, title, publisher and date of the source; the rest of both is left out",
    "entries": "not quoted; the file that holds them is named",
    "supports": "left out",
    "status": "left out: a retracted happening looks like any other",
    "reason": "left out",
    "recorded_by": "left out, with when it was recorded",
}


def group(kind: str) -> str:
    """Write a kind so that it is read as words: TimelineJS takes tags and entities out of it, and what is left for HTML again."""
    return escape(escape(kind, quote=False), quote=False) if _MARKED(kind) else kind


def slides_and_eras(happenings: Iterable[Happening]) -> Iterator[tuple[Happening, bool]]:
    """Give what can be placed, and whether it is an era, a band behind the slides. Eras come last; alone, they are slides."""
    eras, slides = list[Happening](), False
    for happening in happenings:
        found = placed(span(happening.date))
        if not found["start_date"]:
            continue
        if happening.kind == ERA and _lasts(found):
            eras.append(happening)
        else:
            slides = True
            yield happening, False
    yield from ((happening, slides) for happening in eras)


def _lasts(dates: dict[str, dict[str, int]]) -> bool:
    """Whether TimelineJS keeps the end: it drops one that is alike in all that the start says, and then has no era."""
    start, end = dates["start_date"], dates.get("end_date")
    return end is not None and any(end.get(part) != number for part, number in start.items())


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the timeline, with a first slide that says what it is."""
    far, eras = False, list[dict[str, Any]]()

    def events() -> Iterator[dict[str, Any]]:
        nonlocal far
        for happening, era in slides_and_eras(happenings):
            found = span(happening.date)
            far = far or any(abs(side.year) > FARTHEST for side in (found.start, found.end) if side is not None)
            event = _event(happening, about)
            if era:
                eras.append(event)
            else:
                yield event

    told = {
        "headline": escape(about.title, quote=False),
        "text": "".join(f"<p>{escape(one, quote=False)}</p>" for one in (about.description, about.asked) if one),
    }
    yield from listed(events(), f'{{"title":{dumps({"text": told})},\n"events":[', "]")
    if eras:
        yield from listed(eras, ',"eras":[', "]")
    yield f"{dumps({'scale': 'cosmological' if far else 'human'}).replace('{', ',')}\n"


def _event(happening: Happening, about: About) -> dict[str, Any]:
    found = span(happening.date)
    event: dict[str, Any] = {"unique_id": happening.id, **placed(found)}
    if not says_all(found):
        event["display_date"] = worded(happening.date)
    if happening.kind:
        event["group"] = group(happening.kind)
    slide = slides.cited(happening)
    words = slides.words(slide, happening, about)
    event["text"] = {"headline": escape(happening.headline, quote=False), "text": words}
    event |= {name: value for name, value in (("media", slides.media(slide)), ("background", slides.background(slide))) if value}
    told = {"attributed_to": happening.attributed_to, "date_note": happening.date_note}
    return {**event, "edtf": happening.date, **{name: value for name, value in told.items() if value}}


def says_all(found: Span) -> bool:
    """Whether a slide's own dates say all: TimelineJS has no hour without its minute."""
    return found.whole and all(side is None or side.time == side.clock for side in (found.start, found.end))


FORMAT = Format("timelinejs", "TimelineJS (JSON)", "application/json", ".json", write, LOSES)
