"""Write schema.org in JSON-LD: a list of Events, each the subject of its quotations.

A date that schema.org cannot express is in `temporalCoverage`, in EDTF. `startDate` and `endDate` are no more exact than the date.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from timeline.dates.spans import Parts, span
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.exporting.losses import UNSUPPORTED
from timeline.exchange.text.json_stream import dumps, filled, json_list
from timeline.reading import wording
from timeline.reading.records import Happening, Picture, Quotation, Source

CONTEXT: Final = "https://schema.org"
# Characters that could end a script element, begin a comment, or end a line for an old reader.
_ESCAPES: Final = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the list, with its title."""
    head = {
        "@context": CONTEXT,
        "@type": "ItemList",
        "name": about.title,
        "description": about.description or about.filters,
        "url": about.page,
    }
    before = f'{dumps(filled(head))[:-1]},"itemListElement":['
    return json_list((event(happening, about) for happening in happenings), before, "]}")


def for_page(happening: Happening, about: About) -> str:
    """Write a happening as JSON-LD for a script element of the type application/ld+json. Nothing in it can end the element."""
    return dumps({"@context": CONTEXT, **event(happening, about)}).translate(_ESCAPES)


def event(happening: Happening, about: About) -> dict[str, Any]:
    """Return a happening as an Event, without its context."""
    parts = span(happening.date)
    start, end = _iso(parts.start), _iso(parts.end)
    exact = parts.lossless and bool(start) and (parts.end is None or bool(end))
    iso = start if end is None else f"{start}/{end}"
    return filled(
        {
            "@type": "Event",
            "@id": about.happening(happening.id),
            "identifier": happening.id,
            "url": about.happening(happening.id) if about.page else None,
            "name": happening.headline,
            "description": sentences.with_additions(happening.summary, (happening.date_note or "",)),
            "startDate": start,
            "endDate": end,
            "temporalCoverage": None if exact and start != end and iso == happening.date else happening.date,
            "additionalType": happening.kind,
            "location": _place(happening),
            "about": [_actor(name, role) for name, role in happening.actors],
            "keywords": list(happening.tags),
            "image": [_image(picture, about) for picture in happening.media if about.image(picture.source)],
            "superEvent": happening.part_of and {"@type": "Event", "@id": about.happening(happening.part_of)},
            "subjectOf": [*_claim(happening), *(_quotation(quotation, about) for quotation in happening.quotations)],
        }
    )


def _iso(side: Parts | None) -> str | None:
    """Write a side of a date. schema.org has no hour without its minute."""
    return None if side is None else replace(side, time=side.clock, shift=side.shift if side.clock else "").iso


def _place(happening: Happening) -> dict[str, Any] | None:
    if not (happening.place or happening.latitude):
        return None
    geo = {"@type": "GeoCoordinates", "latitude": happening.latitude, "longitude": happening.longitude}
    return filled({"@type": "Place", "name": happening.place, "geo": geo if happening.latitude else None})


def _actor(name: str, role: str | None) -> dict[str, Any]:
    """Write an actor as a Thing: the log does not say whether it is a person or an organisation."""
    thing = {"@type": "Thing", "name": name}
    return {"@type": "Role", "roleName": role, "about": thing} if role else thing


def _image(picture: Picture, about: About) -> dict[str, Any]:
    words = {"caption": picture.caption, "creditText": picture.credit, "description": picture.alt}
    return filled({"@type": "ImageObject", "contentUrl": about.image(picture.source), **words})


def _claim(happening: Happening) -> Iterator[dict[str, Any]]:
    """Yield the Claim of a happening that is somebody's claim."""
    if happening.attributed_to:
        yield {"@type": "Claim", "author": {"@type": "Thing", "name": happening.attributed_to}}


def _quotation(quotation: Quotation, about: About) -> dict[str, Any]:
    page = f"page={quotation.page}" if quotation.page else None
    return filled(
        {
            "@type": "Quotation" if quotation.description is None else "Comment",
            "text": quotation.words,
            "abstract": quotation.supports,
            "creativeWorkStatus": "disputes" if quotation.stance == "disputes" else None,
            "position": quotation.fragment or page,
            "isPartOf": _work(quotation.source, about.source(quotation.source.id)),
        }
    )


@lru_cache(maxsize=sentences.CACHED)
def _work(source: Source, address: str) -> dict[str, Any]:
    return filled(
        {
            "@type": "CreativeWork",
            "@id": address,
            "name": source.title or wording.NO_TITLE,
            "author": source.author and {"@type": "Thing", "name": source.author},
            "publisher": source.publisher and {"@type": "Organization", "name": source.publisher},
            **_published(source.published),
            "url": source.url,
            "inLanguage": source.language,
            "encodingFormat": source.media_type,
            "comment": [{"@type": "Comment", "text": line} for line in sentences.collection(source)],
        }
    )


def _published(date: str | None) -> dict[str, Any]:
    """Return when a source was published: an exact date, or EDTF if it is vague."""
    if date is None:
        return {}
    parts = span(date)
    exact = parts.start.iso if parts.lossless and parts.end is None and parts.start else None
    return {"datePublished": exact} if exact else {"temporal": date}


LOSES: Final = {
    "date": "in temporalCoverage, exactly, in EDTF, which few readers of schema.org understand",
    "date_note": "in the description",
    **{name: UNSUPPORTED[name] for name in ("zone", "related", "status", "reason", "recorded_by", "review")},
    "media": "left out where the address of the timeline's page is not known",
    "quotations": "there with their sources, without their place, the grade and the hash; an import cites the file alone",
}
FORMAT = Format("jsonld", "schema.org (JSON-LD)", "application/ld+json", ".jsonld", write, LOSES)
