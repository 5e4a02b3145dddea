"""W3C Web Annotations: one for each citation, whose target is the quotation in its source, and whose body is the happening.

The target is the source's own address where it has one; what was archived of it is named as its state at that time, and the
positions are those in that archived text.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timeline.dates import worded
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.json_stream import dumps, listed
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
    yield from listed(items(), f'{dumps(head)[:-1]},"first":{dumps(page)[:-1]},"items":[', "]}")
    yield f',"total":{total}}}\n'


def _annotation(happening: Happening, quotation: Quotation, about: About) -> dict[str, Any]:
    address = about.happening(happening.id)
    disputes = quotation.stance == "disputes"
    said = f"{happening.headline}, {worded(happening.date)}"
    bodies: list[dict[str, Any]] = [
        {"type": "TextualBody", "value": said, "format": "text/plain", "purpose": "describing"},
        {"type": "SpecificResource", "source": address, "purpose": "questioning" if disputes else "linking"},
    ]
    if quotation.supports:
        bodies.append({"type": "TextualBody", "value": quotation.supports, "format": "text/plain", "purpose": "commenting"})
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
    selectors: list[dict[str, Any]] = [
        {"type": "TextQuoteSelector", "exact": quotation.quote, "prefix": quotation.prefix, "suffix": quotation.suffix},
        {"type": "TextPositionSelector", "start": quotation.start, "end": quotation.end},
    ]
    if quotation.page is not None:
        selectors.append({"type": "FragmentSelector", "conformsTo": PAGES_OF_A_PDF, "value": f"page={quotation.page}"})
    target: dict[str, Any] = {"type": "SpecificResource", "source": source.url or archived, "selector": selectors}
    if source.url and source.archived_at:
        target["state"] = {"type": "TimeState", "sourceDate": source.archived_at, "cached": archived}
    return target


FORMAT = Format(
    "annotations",
    "Web Annotations (W3C)",
    "application/ld+json",
    ".jsonld",
    write,
    {
        "date": "said in words in the body",
        "summary": "left out: a body is the title, the date and the happening's address",
        "kind": "left out",
        "place": "left out",
        "latitude": "left out, with the longitude",
        "date_note": "left out",
        "zone": "left out",
        "reason": "left out",
        "status": "left out: a retracted happening looks like any other",
        "actors": "left out",
        "tags": "left out",
        "attributed_to": "said with the title alone",
        "related": "left out",
        "part_of": "left out",
        "grade": "left out",
        "source.title": "left out, with all of the bibliography but the address",
    },
)
