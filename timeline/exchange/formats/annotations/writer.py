"""Write W3C Web Annotations: one for each citation. Its target is the quotation in the source, its body the happening.

The target is the source's own address, if there is one, with the archived document as its state at that time. Positions are those
in the archived text. A part of a picture or recording is a media fragment; where nothing is quoted, its description is the first
comment.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timeline.dates import worded
from timeline.documents import fragments
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.json_stream import dumps, json_list
from timeline.reading.records import Happening, Quotation

CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
PAGES_OF_A_PDF: Final = "http://tools.ietf.org/rfc/rfc3778"


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the collection, as one page."""
    total = 0

    def items() -> Iterator[dict[str, Any]]:
        nonlocal total
        for happening in happenings:
            for quotation in happening.quotations:
                total += 1
                yield _annotation(happening, quotation, about)

    id = f"{about.page or 'urn:timeline:annotations'}"
    head = {"@context": CONTEXT, "id": f"{id}#annotations", "type": "AnnotationCollection", "label": about.title}
    page = {"id": f"{id}#annotations-1", "type": "AnnotationPage", "partOf": f"{id}#annotations", "startIndex": 0}
    yield from json_list(items(), f'{dumps(head)[:-1]},"first":{dumps(page)[:-1]},"items":[', "]}")
    yield f',"total":{total}}}\n'


def _annotation(happening: Happening, quotation: Quotation, about: About) -> dict[str, Any]:
    address = about.happening(happening.id)
    disputes = quotation.stance == "disputes"
    words = f"{happening.headline}, {worded(happening.date)}"
    bodies: list[dict[str, Any]] = [
        {"type": "TextualBody", "value": words, "format": "text/plain", "purpose": "describing"},
        {"type": "SpecificResource", "source": address, "purpose": "questioning" if disputes else "linking"},
    ]
    for comment in filter(None, (quotation.description, quotation.supports)):
        bodies.append({"type": "TextualBody", "value": comment, "format": "text/plain", "purpose": "commenting"})
    return {
        "id": f"{address}#citation-{quotation.number}",
        "type": "Annotation",
        "motivation": "questioning" if disputes else "linking",
        "created": happening.recorded_at,
        **({"creator": {"type": "Agent", "name": happening.recorded_by}} if happening.recorded_by else {}),
        "body": bodies,
        "target": _target(quotation, about),
    }


def _target(quotation: Quotation, about: About) -> dict[str, Any]:
    source = quotation.source
    archived = about.source(source.id)
    selectors: list[dict[str, Any]] = []
    if quotation.description is None:
        selectors += [
            {"type": "TextQuoteSelector", "exact": quotation.quote, "prefix": quotation.prefix, "suffix": quotation.suffix},
            {"type": "TextPositionSelector", "start": quotation.start, "end": quotation.end},
        ]
    if quotation.fragment is not None:
        selectors.append({"type": "FragmentSelector", "conformsTo": fragments.STANDARD, "value": quotation.fragment})
    if quotation.page is not None:
        selectors.append({"type": "FragmentSelector", "conformsTo": PAGES_OF_A_PDF, "value": f"page={quotation.page}"})
    target: dict[str, Any] = {"type": "SpecificResource", "source": source.url or archived, "selector": selectors}
    if source.url and source.archived_at:
        target["state"] = {"type": "TimeState", "sourceDate": source.archived_at, "cached": archived}
    return target


LOSES: Final = {
    "date": "in words in the body",
    "summary": "left out: a body is the title, the date and the happening's address",
    **dict.fromkeys(
        ("kind", "place", "date_note", "zone", "reason", "review", "actors", "tags", "related", "media", "part_of", "grade"),
        "left out",
    ),
    "latitude": "left out, with the longitude",
    "status": "left out: a retracted happening looks like any other",
    "attributed_to": "only with the title",
    "source.title": "left out, with all of the bibliography except the address",
}
FORMAT = Format("annotations", "Web Annotations (W3C)", "application/ld+json", ".jsonld", write, LOSES)
