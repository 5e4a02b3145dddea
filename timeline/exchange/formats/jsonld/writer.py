"""schema.org in JSON-LD: a list of Events, each with its quotations as what it is the subject of.

A date that schema.org has no way to say stands in `temporalCoverage`, in EDTF to the letter; `startDate` and `endDate` are given
no more exactly than they are known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from timeline.dates.parts import Known, span
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.json_stream import dumps, listed
from timeline.reading import wording
from timeline.reading.records import Happening, Quotation, Source

CONTEXT: Final = "https://schema.org"
# Within a script element nothing may end it, begin a comment, or be a line end to an old reader.
_ESCAPES: Final = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the list, with what it is called."""
    said = {
        "@context": CONTEXT,
        "@type": "ItemList",
        "name": about.title,
        "description": about.description or about.asked,
        "url": about.page,
    }
    head = dumps(_without_nothing(said))[:-1]
    return listed((event(happening, about) for happening in happenings), f'{head},"itemListElement":[', "]}")


def for_page(happening: Happening, about: About) -> str:
    """Give a happening as JSON-LD that may stand in a script element of type application/ld+json: nothing in it ends that."""
    return dumps({"@context": CONTEXT, **event(happening, about)}).translate(_ESCAPES)


def event(happening: Happening, about: About) -> dict[str, Any]:
    """Give a happening as an Event, without its context."""
    found = span(happening.date)
    start, end = _iso(found.start), _iso(found.end)
    whole = found.whole and bool(start) and (found.end is None or bool(end))
    iso = start if end is None else f"{start}/{end}"
    return _without_nothing(
        {
            "@type": "Event",
            "@id": about.happening(happening.id),
            "identifier": happening.id,
            "url": about.happening(happening.id) if about.page else None,
            "name": happening.headline,
            "description": sentences.described(happening.summary, (happening.date_note or "",)),
            "startDate": start,
            "endDate": end,
            "temporalCoverage": None if whole and start != end and iso == happening.date else happening.date,
            "additionalType": happening.kind,
            "location": _place(happening),
            "about": [_actor(name, role) for name, role in happening.actors],
            "keywords": list(happening.tags),
            "superEvent": happening.part_of and {"@type": "Event", "@id": about.happening(happening.part_of)},
            "subjectOf": [*_claim(happening), *(_quotation(quotation, about) for quotation in happening.quotations)],
        }
    )


def _iso(known: Known | None) -> str | None:
    """Write a side of a date; schema.org has no hour without its minute."""
    return None if known is None else replace(known, time=known.clock, shift=known.shift if known.clock else "").iso


def _place(happening: Happening) -> dict[str, Any] | None:
    if not (happening.place or happening.latitude):
        return None
    geo = {"@type": "GeoCoordinates", "latitude": happening.latitude, "longitude": happening.longitude}
    return _without_nothing({"@type": "Place", "name": happening.place, "geo": geo if happening.latitude else None})


def _actor(name: str, role: str | None) -> dict[str, Any]:
    """Name who took part; whether that is a person or an organisation the log does not say."""
    thing = {"@type": "Thing", "name": name}
    return {"@type": "Role", "roleName": role, "about": thing} if role else thing


def _claim(happening: Happening) -> Iterator[dict[str, Any]]:
    """Say whose claim it is."""
    if happening.attributed_to:
        yield {"@type": "Claim", "author": {"@type": "Thing", "name": happening.attributed_to}}


def _quotation(quotation: Quotation, about: About) -> dict[str, Any]:
    page = f"page={quotation.page}" if quotation.page else None
    return _without_nothing(
        {
            "@type": "Quotation",
            "text": quotation.quote,
            "abstract": quotation.supports,
            "creativeWorkStatus": "disputes" if quotation.stance == "disputes" else None,
            "position": page,
            "isPartOf": _work(quotation.source, about),
        }
    )


@lru_cache(maxsize=sentences.MANY)
def _work(source: Source, about: About) -> dict[str, Any]:
    return _without_nothing(
        {
            "@type": "CreativeWork",
            "@id": about.source(source.id),
            "name": source.title or wording.NO_TITLE,
            "author": source.author and {"@type": "Thing", "name": source.author},
            "publisher": source.publisher and {"@type": "Organization", "name": source.publisher},
            **_published(source.published),
            "url": source.url,
            "inLanguage": source.language,
            "encodingFormat": source.media_type,
        }
    )


def _published(date: str | None) -> dict[str, Any]:
    """Say when a source was published: exactly, or in EDTF where that is vague."""
    if date is None:
        return {}
    found = span(date)
    exact = found.start.iso if found.whole and found.end is None and found.start else None
    return {"datePublished": exact} if exact else {"temporal": date}


def _without_nothing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}


FORMAT = Format(
    "jsonld",
    "schema.org (JSON-LD)",
    "application/ld+json",
    ".jsonld",
    write,
    {
        "date": "said in temporalCoverage, in EDTF, which few readers of schema.org know and which keeps it to the letter",
        "zone": "left out",
        "date_note": "said in the description",
        "related": "left out",
        "status": "left out: a retracted happening looks like any other",
        "reason": "left out",
        "recorded_by": "left out, with when it was recorded",
        "quotations": "there with their sources, without their place, the grade and the hash; an import cites the file alone",
    },
)
