"""Write the JSON of TimelineJS 3, for its `new TL.Timeline(element, data)`.

Years before our era are written as TimelineJS shows them: -44 is 44 BCE, and there is no year 0. It ignores the keys `edtf`,
`attributed_to` and `date_note`, which hold exactly what it has no field for. A happening that was imported from a slide shows the
media and links of that slide again (see `slides`).
"""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from timeline.dates import worded
from timeline.dates.spans import Span, span
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.exporting.losses import UNSUPPORTED
from timeline.exchange.formats.timelinejs import placed, slides
from timeline.exchange.text.json_stream import dumps, filled, json_list
from timeline.exchange.text.own_exports import OWN_KEYS
from timeline.reading.records import Happening

FARTHEST: Final = 200_000  # years: beyond that browsers have no dates, and TimelineJS needs another scale
ERA: Final = "era"
_MARKED: Final = re.compile("<|&[#A-Za-z]").search
LOSES: Final = {
    "date.unknown": "left out, because TimelineJS must place everything",
    "date.uncertain": "placed as if it were certain; display_date has it in words, `edtf` exactly",
    "date.open": "placed at the side that is known; display_date has it in words, `edtf` exactly",
    "date.parts": "placed at a time that it allows; display_date has it in words, `edtf` exactly",
    "date.hour": "placed by the day; display_date has the hour in words, `edtf` exactly",
    "date.shift": "written as local time, without the shift; `edtf` has the exact date",
    "eras": "drawn as bands without a slide, so that only their titles are shown",
    "title.spaces": "read as one space",
    "summary.spaces": "read as one, as in HTML",
    **dict.fromkeys(("place", "actors", "tags"), "only in the text"),
    "latitude": "left out, with the longitude",
    "quotations": "in the text, with author, title, publisher and date of the source; the rest of both is left out",
    **UNSUPPORTED,
    "media": "the first picture alone, and only where the address of the timeline's page is known: it stays there",
}


def group(kind: str) -> str:
    """Escape a kind twice: TimelineJS removes tags and entities from a group, and reads the rest as HTML again."""
    return escape(escape(kind, quote=False), quote=False) if _MARKED(kind) else kind


def slides_and_eras(happenings: Iterable[Happening]) -> Iterator[tuple[Happening, bool]]:
    """Return the happenings that can be placed, and whether each is an era, a band behind the slides.

    Eras come last. If there are no slides, the eras become slides.
    """
    eras, slides = list[Happening](), False
    for happening in happenings:
        dates = placed(span(happening.date))
        if not dates["start_date"]:
            continue
        if happening.kind == ERA and _lasts(dates):
            eras.append(happening)
        else:
            slides = True
            yield happening, False
    yield from ((happening, slides) for happening in eras)


def _lasts(dates: dict[str, dict[str, int]]) -> bool:
    """Whether TimelineJS keeps the end. It drops an end that equals the start in all its parts, and then has no era."""
    start, end = dates["start_date"], dates.get("end_date")
    return end is not None and any(end.get(part) != number for part, number in start.items())


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the timeline. Its first slide is the title."""
    far, eras = False, list[dict[str, Any]]()

    def events() -> Iterator[dict[str, Any]]:
        nonlocal far
        for happening, era in slides_and_eras(happenings):
            parts = span(happening.date)
            far = far or any(abs(side.year) > FARTHEST for side in (parts.start, parts.end) if side is not None)
            event = _event(happening, about)
            if era:
                eras.append(event)
            else:
                yield event

    title = {"text": {"headline": escape(about.title, quote=False), "text": slides.title_text(about)}}
    yield from json_list(events(), f'{{"title":{dumps(title)},\n"events":[', "]")
    if eras:
        yield from json_list(eras, ',"eras":[', "]")
    yield f"{dumps({'scale': 'cosmological' if far else 'human'}).replace('{', ',')}\n"


def _event(happening: Happening, about: About) -> dict[str, Any]:
    parts = span(happening.date)
    event: dict[str, Any] = {"unique_id": happening.id, **placed(parts)}
    if not is_exact(parts):
        event["display_date"] = worded(happening.date)
    if happening.kind:
        event["group"] = group(happening.kind)
    slide = slides.cited(happening)
    event["text"] = {"headline": escape(happening.headline, quote=False), "text": slides.words(slide, happening, about)}
    event |= filled({"media": slides.shown_media(slide, happening, about), "background": slides.background(slide)})
    return {**event, "edtf": happening.date, **filled({name: getattr(happening, name) for name in OWN_KEYS})}


def is_exact(parts: Span) -> bool:
    """Whether a slide's own dates say everything. TimelineJS has no hour without its minute."""
    return parts.lossless and all(side is None or side.time == side.clock for side in (parts.start, parts.end))


FORMAT = Format("timelinejs", "TimelineJS (JSON)", "application/json", ".json", write, LOSES)
