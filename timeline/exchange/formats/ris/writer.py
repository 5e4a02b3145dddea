"""Write the sources as RIS, for reference managers. RIS has one line for each tag, so each text is written on one line."""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.dates import worded
from timeline.dates.spans import span
from timeline.exchange.exporting import cited_sources, sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.ris import EDTF
from timeline.exchange.text.own_exports import DIGEST
from timeline.reading import wording
from timeline.reading.records import Happening, Source

_TYPES: Final = {"page": "ELEC", "message": "PCOMM", "document": "GEN"}


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write each cited source once."""
    for source in cited_sources.sources(happenings):
        lines = [f"{tag}  - {wording.one_line(value)}" for tag, value in _tags(source, about) if value]
        yield "\r\n".join([*lines, "ER  - ", "", ""])


def _tags(source: Source, about: About) -> Iterator[tuple[str, str | None]]:
    yield "TY", _TYPES[cited_sources.kind(source)]
    yield "ID", source.id
    yield "TI", source.title or wording.NO_TITLE
    yield "AU", source.author
    yield "PB", source.publisher
    yield from _date(source.published)
    yield "LA", source.language
    yield "UR", source.url
    yield "Y2", source.archived_at and source.archived_at[:10].replace("-", "/")
    yield "L2", about.source(source.id) if about.page else None
    yield "N1", source.published and f"{EDTF}{source.published}"
    yield from (("N1", line) for line in sentences.collection(source))
    yield "N1", source.sha256 and f"{DIGEST}{source.sha256}"


def _date(date: str | None) -> Iterator[tuple[str, str | None]]:
    """Yield the year and the known parts of the date, followed by its words if it is vague."""
    if date is None:
        return
    bounds = span(date)
    begin = bounds.begin
    if begin is None or begin.year < 1:
        yield "DA", f"///{worded(date)}"
        return
    yield "PY", f"{begin.year:04}"
    parts = [f"{begin.year:04}", *("" if part is None else f"{part:02}" for part in (begin.month, begin.day))]
    vague = not bounds.lossless or bounds.end is not None
    yield "DA", "/".join([*parts, worded(date) if vague else ""])


MEDIA_TYPE: Final = "application/x-research-info-systems; charset=utf-8"
LOSES: Final = {**cited_sources.LOSES, "source.spaces": "written as one space"}
FORMAT = Format("ris", "RIS (sources)", MEDIA_TYPE, ".ris", write, LOSES)
