"""Write CSV for spreadsheets: a row for each happening, with the columns of the table of happenings and its citations.

Values in one cell are separated by semicolons, quotations by line ends. The reader recognises such a table by its columns and
reads it exactly.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.exporting.losses import UNSUPPORTED
from timeline.exchange.tables.cells import LOSES_IN_CELLS, Cell, joined, rows
from timeline.reading.records import Happening

HEADER: Final = (
    "id", "title", "summary", "date", "date_in_words", "date_note", "zone", "instant", "earliest", "latest", "kind", "place",
    "latitude", "longitude", "part_of", "attributed_to", "actors", "tags", "related", "status", "version", "reason",
    "recorded_at", "recorded_by", "position", "sources", "quotations", "address", "review",
)  # fmt: skip


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the rows."""
    return rows(HEADER, (_row(happening, about) for happening in happenings))


def _row(happening: Happening, about: About) -> tuple[Cell, ...]:
    sources = dict.fromkeys(quotation.source.id for quotation in happening.quotations)
    return (
        happening.id, happening.title, happening.summary, happening.date, worded(happening.date), happening.date_note,
        happening.zone, happening.instant, happening.earliest, happening.latest, happening.kind, happening.place,
        happening.latitude, happening.longitude, happening.part_of, happening.attributed_to,
        joined(happening.actors), joined((tag, None) for tag in happening.tags), joined(happening.related),
        happening.status, happening.version, happening.reason, happening.recorded_at, happening.recorded_by, happening.position,
        "; ".join(sources), "\n".join(map(sentences.citation, happening.quotations)),
        about.happening(happening.id) if about.page else None, happening.review,
    )  # fmt: skip


LOSES: Final = {
    "quotations": "joined in a cell, with author, title, publisher and date of the source; the rest of both is left out",
    **{name: UNSUPPORTED[name] for name in ("entries", "media")},
    **LOSES_IN_CELLS,
}
FORMAT = Format("csv", "CSV", "text/csv; charset=utf-8", ".csv", write, LOSES)
