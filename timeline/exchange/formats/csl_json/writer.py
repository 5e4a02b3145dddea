"""Write the sources as CSL-JSON, for Zotero, pandoc and citation processors."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timeline.dates import worded
from timeline.dates.spans import Parts, span
from timeline.exchange.exporting import cited_sources, sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.json_stream import filled, json_list
from timeline.exchange.text.own_exports import DIGEST
from timeline.reading import wording
from timeline.reading.records import Happening, Source

_TYPES: Final = {"page": "webpage", "message": "personal_communication", "document": "document"}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write each cited source once."""
    return json_list(_item(source, about) for source in cited_sources.sources(happenings))


def _item(source: Source, about: About) -> dict[str, Any]:
    archived = f"archived: {about.source(source.id)}" if about.page else None
    obtained = ". ".join(sentences.collection(source))
    note = "; ".join(part for part in (archived, obtained, source.sha256 and f"{DIGEST}{source.sha256}") if part)
    item = {
        "id": source.id,
        "type": _TYPES[cited_sources.kind(source)],
        "title": source.title or wording.NO_TITLE,
        # The source's author line may hold several names; it is not split.
        "author": [{"literal": source.author}] if source.author else None,
        "publisher": source.publisher,
        "issued": _issued(source.published),
        "accessed": _issued(source.archived_at[:10] if source.archived_at else None),
        "URL": source.url,
        "language": source.language,
        "note": note,
    }
    return filled(item)


def _issued(date: str | None) -> dict[str, Any] | None:
    """Return the known parts of a date, and its words and EDTF if the parts do not say everything."""
    if date is None:
        return None
    parts = span(date)
    sides = [side for side in (parts.start, parts.end) if side is not None]
    issued: dict[str, Any] = {"date-parts": [_parts(side) for side in sides]} if sides else {}
    if parts.lossless and date == "/".join(dict.fromkeys(str(side.iso) for side in sides)) and "T" not in date:
        return issued
    return {**issued, **({"circa": True} if sides and not parts.lossless else {}), "literal": worded(date), "edtf": date}


def _parts(side: Parts) -> list[int]:
    year = side.year if side.year > 0 else side.year - 1
    return [part for part in (year, side.month, side.day) if part is not None]


MEDIA_TYPE: Final = "application/vnd.citationstyles.csl+json"
FORMAT = Format("csl-json", "CSL-JSON (sources)", MEDIA_TYPE, ".json", write, cited_sources.LOSES)
