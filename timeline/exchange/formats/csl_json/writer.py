"""CSL-JSON: the sources, as Zotero, pandoc and citation processors read them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timeline.dates import worded
from timeline.dates.parts import Known, span
from timeline.exchange.exporting import cited_sources
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.text.additions import DIGEST
from timeline.exchange.text.json_stream import listed
from timeline.reading import wording
from timeline.reading.records import Happening, Source

_TYPES: Final = {"page": "webpage", "message": "personal_communication", "document": "document"}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the sources that are cited, each once."""
    return listed(_item(source, about) for source in cited_sources.sources(happenings))


def _item(source: Source, about: About) -> dict[str, Any]:
    archived = f"archived: {about.source(source.id)}" if about.page else None
    note = "; ".join(part for part in (archived, source.sha256 and f"{DIGEST}{source.sha256}") if part)
    said = {
        "id": source.id,
        "type": _TYPES[cited_sources.kind(source)],
        "title": source.title or wording.NO_TITLE,
        # One name, or several as the document writes them: they are not taken apart.
        "author": [{"literal": source.author}] if source.author else None,
        "publisher": source.publisher,
        "issued": _issued(source.published),
        "accessed": _issued(source.archived_at[:10] if source.archived_at else None),
        "URL": source.url,
        "language": source.language,
        "note": note,
    }
    return {name: value for name, value in said.items() if value}


def _issued(date: str | None) -> dict[str, Any] | None:
    """Give a date in parts as far as they are known, with the words where they do not say all."""
    if date is None:
        return None
    found = span(date)
    sides = [side for side in (found.start, found.end) if side is not None]
    issued: dict[str, Any] = {"date-parts": [_parts(side) for side in sides]} if sides else {}
    if found.whole and date == "/".join(dict.fromkeys(str(side.iso) for side in sides)) and "T" not in date:
        return issued
    return {**issued, **({"circa": True} if sides and not found.whole else {}), "literal": worded(date), "edtf": date}


def _parts(known: Known) -> list[int]:
    year = known.year if known.year > 0 else known.year - 1
    return [part for part in (year, known.month, known.day) if part is not None]


FORMAT = Format(
    "csl-json",
    "CSL-JSON (sources)",
    "application/vnd.citationstyles.csl+json",
    ".json",
    write,
    cited_sources.LOSES,
)
