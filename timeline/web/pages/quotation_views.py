"""Quotations as the pages show them: cut to a length, with an address here and one at the source.

Owns that form. Must not read citations: `timeline.reading` does.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from datasette.app import Datasette

from timeline.reading import table_rows
from timeline.reading.happenings import quotations
from timeline.reading.records import PAGES, Quotation
from timeline.selection.snapshot import Snapshot
from timeline.shortening import shortened
from timeline.web import links, withholding
from timeline.web.pages import date_wording, originals, parts, text_fragments

# Repeated words are searched for only in texts of this many characters, and for this many quotations of a page. Otherwise they
# are taken to repeat.
LONGEST_CELL = 500
LONGEST_SEARCHED, MOST_SEARCHED = 300_000, 200
_TEXT = "select text from sources join source_texts on source_texts.source = sources.id where id = :id and characters <= :longest"


@dataclass(frozen=True)
class QuotationView:
    """One quotation on a page: the record `cited`, and `quote`, which is as much of its words as the page shows.

    `document` is the address of the document as received, unless it was redacted or is withheld; then nothing is `shown` of it.
    """

    cited: Quotation
    quote: str
    address: str
    at_source: str | None
    document: str | None = None
    shown: parts.Shown | None = None

    @property
    def cut(self) -> bool:
        """Whether the quotation goes on."""
        return len(self.quote) < len(self.cited.words)

    @property
    def cells(self) -> list[tuple[str, str]] | None:
        """The cells of an imported row with their columns, each cut to a length; None if it is no whole row."""
        cells = table_rows.cells(self.cited)
        return cells and [(shortened(column, LONGEST_CELL), shortened(cell, LONGEST_CELL)) for column, cell in cells]

    @property
    def source_title(self) -> str:
        """The title of its source, or else the id."""
        return self.cited.source.title or self.cited.source.id

    @property
    def source_notes(self) -> list[str]:
        """The author, the publisher and the date of its source."""
        source = self.cited.source
        published = date_wording.words(source.published) if source.published else None
        return [note for note in (source.author, source.publisher, published) if note]

    @property
    def text_note(self) -> str | None:
        """A warning if words are quoted from a text that may not have the document's own."""
        return self.cited.source.caveat if self.cited.description is None else None

    @property
    def before(self) -> str:
        """The text before it, from the beginning of a word."""
        if len(self.cited.prefix) == self.cited.start:
            return self.cited.prefix
        return "… " + re.sub(r"^\w+(?=\s)", "", self.cited.prefix).lstrip()

    @property
    def after(self) -> str:
        """The text after it, to the end of a word."""
        return re.sub(r"(?<=\s)\w+$", "", self.cited.suffix).rstrip() + " …"

    @property
    def direction(self) -> str:
        """The direction of its first letter, whatever the direction of the page: `ltr`, `rtl`, or `auto` without letters."""
        strong = (unicodedata.bidirectional(char) for char in self.quote[:200])
        return next(("ltr" if kind == "L" else "rtl" for kind in strong if kind in ("L", "R", "AL")), "auto")


def of_happenings(
    datasette: Datasette, database: str, snapshot: Snapshot, happenings: Iterable[str], most: int | None, longest: int
) -> dict[str, list[QuotationView]]:
    """Return the quotations of happenings by id: up to `most` for each and all that dispute, each cut to `longest` characters."""
    cited = quotations(snapshot, happenings, most)
    repeating = _repeating(snapshot, [quotation for of_one in cited.values() for quotation in of_one])
    anchored = _unchanged_since(snapshot, cited)
    served = _served(datasette, snapshot, {quotation.source.sha256 for of_one in cited.values() for quotation in of_one})

    def view(happening: str, quotation: Quotation) -> QuotationView:
        anchor = links.passage_anchor(happening, quotation.number) if happening in anchored else "passage"
        query = f"?passage={quotation.start}-{quotation.end}" if quotation.description is None else ""
        address = f"{links.source(datasette, database, quotation.source.id)}{query}#{anchor}"
        at_source = text_fragments.address(
            quotation.source, quotation.quote, quotation.prefix, quotation.suffix,
            page=quotation.page, repeats=id(quotation) in repeating,
        )  # fmt: skip
        there = quotation.source.sha256 in served
        document = originals.address(datasette, database, quotation.source.id) if there else None
        fragment = quotation.fragment if there else None
        begins = partial(parts.beginning, snapshot.connection, quotation.source)
        shown = parts.shown(datasette, database, quotation.source, fragment, quotation.page, begins) if fragment else None
        return QuotationView(quotation, quotation.words[:longest], address, at_source, document, shown)

    return {happening: [view(happening, quotation) for quotation in of_one] for happening, of_one in cited.items()}


def _served(datasette: Datasette, snapshot: Snapshot, hashes: Iterable[str | None]) -> set[str]:
    """Return the hashes of the documents that visitors can get."""
    if withholding.closed(datasette, None):
        return set()
    sql = "select sha256 from documents where sha256 in (select value from json_each(:hashes))"
    return {row[0] for row in snapshot.plain(sql, {"hashes": json.dumps(list(filter(None, hashes)))})}


def _unchanged_since(snapshot: Snapshot, happenings: Iterable[str]) -> set[str]:
    """Return the happenings whose version in the snapshot is still the latest: source pages have anchors for those alone."""
    ids = {"ids": json.dumps(list(happenings))}
    sql = (
        "select past.id from happenings as past join main.happenings as now on now.position = past.position"
        " where past.id in (select value from json_each(:ids))"
    )
    return {row["id"] for row in snapshot.rows(sql, ids)}


def _repeating(snapshot: Snapshot, cited: Sequence[Quotation]) -> set[int]:
    """Return the identities of quotations from web pages whose first words occur elsewhere in the text too.

    In a very long text, and after very many quotations, all are taken to repeat.
    """
    by_source: dict[str, list[tuple[int, str, int]]] = {}
    repeating: set[int] = set()
    searched = 0
    for quotation in cited:
        source = quotation.source
        if source.url and source.media_type in PAGES and (words := text_fragments.first_words(quotation.quote)):
            searched += 1
            if searched > MOST_SEARCHED:
                repeating.add(id(quotation))
            else:
                by_source.setdefault(source.id, []).append((id(quotation), words, quotation.start))
    for source_id, searches in by_source.items():
        text = snapshot.plain(_TEXT, {"id": source_id, "longest": LONGEST_SEARCHED})
        repeating.update(key for key, words, start in searches if not text or _occurs_elsewhere(text[0][0], words, start))
    return repeating


def _occurs_elsewhere(text: str, words: str, start: int) -> bool:
    return text.find(words) not in (-1, start) or text.find(words, start + 1) >= 0
